"""A server of lines over TLS, which asks servers of lines itself when it is told to: ``ask PORT HOST``, or ``thrice PORT
HOST``, each going on from the session before.
"""

import asyncio
import socket

import ssl

server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server_context.load_cert_chain("/rom/good.pem", "/rom/good.key")
server_context.load_cert_chain("/rom/rsa.pem", "/rom/rsa.key")
server_context.set_alpn_protocols(["lines", "other"])
client_context = ssl.create_default_context()


async def ask(port, host):
    reader, writer = await asyncio.open_connection("10.0.2.2", port, ssl=client_context, server_hostname=host)
    writer.write(b"a line for you\n")
    await writer.drain()
    line = await reader.readline()
    version = reader.s.version()
    writer.close()
    await writer.wait_closed()
    return b"%s %s" % (version.encode(), line.strip())


def thrice(port, host):
    session, said = None, []
    for _ in range(3):
        stream = socket.socket()
        stream.connect(("10.0.2.2", port))
        with client_context.wrap_socket(stream, server_hostname=host, session=session) as secured:
            secured.write(b"a line for you\n")
            secured.readline()
            session = secured.session
            said.append("%s %s" % (secured.version(), secured.session_reused))
    return ", ".join(said).encode()


async def serve(reader, writer):
    try:
        while True:
            line = await reader.readline()
            if not line:
                break
            words = line.decode().split()
            if words and words[0] == "ask":
                try:
                    answer = await ask(int(words[1]), words[2])
                except OSError as error:
                    answer = str(error).encode()
            elif words and words[0] == "thrice":
                answer = thrice(int(words[1]), words[2])
            elif words and words[0] == "bytes":
                answer = b"x" * int(words[1])
            else:
                answer = b"%s %s" % (reader.s.version().encode(), line.strip().upper())
            writer.write(answer + b"\n")
            await writer.drain()
    except OSError as error:
        print(error)
    writer.close()
    await writer.wait_closed()


async def main():
    await asyncio.start_server(serve, "0.0.0.0", 443, ssl=server_context)  # noqa: S104 - no other address is there
    print("serving")
    while True:
        await asyncio.sleep(1000)


asyncio.run(main())
