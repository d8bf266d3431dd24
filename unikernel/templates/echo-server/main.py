"""Sends back what it gets, to many at once: the echo service of RFC 862, on TCP's port 7."""

import asyncio


async def echo(reader, writer):
    """One connection, until the other side has said all it has to say."""
    host, port = writer.get_extra_info("peername")
    name = host + ":" + str(port)
    count = 0
    try:
        while data := await reader.read(1024):
            count += len(data)
            writer.write(data)
            await writer.drain()  # waits for who reads slowly; the other connections go on
    except OSError as error:
        print(name, "broke off:", error)
    writer.close()
    await writer.wait_closed()
    print(name, "sent", count, "bytes")


async def main():
    """Serves until the machine is stopped: each connection is a task that runs echo."""
    server = await asyncio.start_server(echo, "0.0.0.0", 7)
    print("listening on port 7")
    await server.wait_closed()


asyncio.run(main())
