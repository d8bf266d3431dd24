"""Sends back what it gets, line by line, and nobody on the way can read or change it: TLS on port 4433."""

import asyncio
import ssl

# The files of this project are in the image, below /rom. The key is one of them: who has the image has the key.
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/rom/certificate.pem", "/rom/key.pem")


async def serve(reader, writer):
    """One connection, up to an empty line. The handshake comes with the first read."""
    try:
        while (line := await reader.readline()) not in (b"", b"\n"):
            print("by", reader.s.version() + ":", line)
            writer.write(line)
            await writer.drain()
    except OSError as error:
        print("a client broke off:", error)
    writer.close()
    await writer.wait_closed()


async def main():
    """Serves until the machine is stopped."""
    server = await asyncio.start_server(serve, "0.0.0.0", 4433, ssl=context)
    print("listening on port 4433")
    await server.wait_closed()


asyncio.run(main())
