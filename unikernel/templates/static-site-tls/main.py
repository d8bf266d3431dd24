"""A web site of files over HTTPS; who comes by plain HTTP is sent there."""

import asyncio
import ssl

from microdot import Microdot, redirect, send_file

SITE = "/rom/site"  # the folder site/ of this project, in the image

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/rom/certificate.pem", "/rom/key.pem")


class Private(Microdot):
    """Microdot, but who does not speak TLS as one should has the connection closed, and that is all."""

    async def handle_request(self, reader, writer):
        """One connection. The handshake comes with the first read."""
        try:
            await super().handle_request(reader, writer)
        except OSError as error:
            print("a client broke off:", error)
            writer.close()
            await writer.wait_closed()


site, plain = Private(), Microdot()


@site.get("/")
@site.get("/<path:path>")
async def page(request, path="/"):
    """A file of the site, of the type that its name says; of a folder, as notes/, its index.html."""
    parts = [part for part in path.split("/") if part not in ("", "..")]  # nothing above the site: the key is there
    if path.endswith("/"):
        parts.append("index.html")
    try:
        return send_file("/".join([SITE] + parts), max_age=60)
    except OSError:
        return "no such page\n", 404


@plain.get("/")
@plain.get("/<path:path>")
async def elsewhere(request, path=""):
    """The same page in private: on port 443 of the host that was asked for."""
    host = request.headers.get("Host", "localhost").split(":")[0]
    return redirect("https://" + host + "/" + path)


async def main():
    """Serves both until the machine is stopped."""
    servers = (site.start_server(port=443, ssl=context), plain.start_server(port=80))
    serving = [asyncio.create_task(each) for each in servers]
    await asyncio.sleep(0)  # here they begin to listen
    print("listening on ports 80 and 443")
    await asyncio.gather(*serving)


asyncio.run(main())
