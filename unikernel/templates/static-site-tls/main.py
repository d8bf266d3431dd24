"""A web site of files over HTTPS; who comes by plain HTTP is sent there."""

import asyncio
import os
import ssl

from microdot import Microdot, redirect, send_file

SITE = "/rom/site"  # the folder site/ of this project, in the image
FOLDER = 0x4000

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/rom/certificate.pem", "/rom/key.pem")

site = Microdot()
plain = Microdot()


@site.get("/")
@site.get("/<path:path>")
async def page(request, path="index.html"):
    """A file of the site, of the type that its name says; of a folder its index.html."""
    parts = path.rstrip("/").split("/")
    if ".." in parts:  # nothing above the site: the key is there
        return "no such page\n", 404
    name = "/".join([SITE] + parts)
    try:
        if os.stat(name)[0] & FOLDER:
            name += "/index.html"
        return send_file(name, max_age=60)
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
