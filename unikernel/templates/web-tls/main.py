"""A web service over HTTPS: the one of the template web, on port 443, with a certificate and a key."""

import asyncio
import ssl

from microdot import Microdot


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


app = Private()

# The files of this project are in the image, below /rom. The key is one of them: who has the image has the key.
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/rom/certificate.pem", "/rom/key.pem")


@app.get("/")
async def index(request):
    """The front page: a text is an answer."""
    return "Hello from a unikernel, in private.\n"


@app.post("/secret")
async def secret(request):
    """What a client sends is in the request; a dict becomes JSON."""
    return {"letters": len(request.json["word"])}


async def main():
    """Serves until the machine is stopped. Every request is a task of its own."""
    serving = asyncio.create_task(app.start_server(port=443, ssl=context))
    await asyncio.sleep(0)  # here it begins to listen
    print("listening on port 443")
    await serving


asyncio.run(main())
