"""The apps that are measured; our machines and the Linux guest run the same text. Each writes `READY` when it serves.

On Linux a connection finds room only where the app asks for it: `asyncio.start_server` asks for five, and Microdot
leaves it at that, so `BACKLOG` asks for 128.
"""

from __future__ import annotations

from unikernel.units import MIB

READY = "it serves"
ECHO, SINK, SOURCE = 7, 9, 19
"""Ports of RFC 862, 863 and 864."""
BULK_BYTES = 32 * MIB
PIECE_BYTES = 64 << 10
END = "end"
"""What a machine says when it has all, or is done."""

BACKLOG = f"""
import asyncio
_start = asyncio.start_server

async def start_server(*given, **named):
    server = await _start(*given, backlog=128, **named)
    print("{READY}")
    return server

asyncio.start_server = start_server
"""
HELLO = """
from microdot import Microdot
app = Microdot()

@app.route("/")
async def index(request):
    return "Hello, world!"
"""
WEB = f"""{BACKLOG}{HELLO}
app.run(port=80)
"""
STREAM = f"""{BACKLOG}
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 13\\r\\n\\r\\nHello, world!"

async def answer(reader, writer):
    try:
        while await reader.readline():
            while len(await reader.readline()) > 2:
                pass
            writer.write(ANSWER)
            await writer.drain()
    except OSError:
        pass
    writer.close()
    await writer.wait_closed()

async def main():
    await asyncio.start_server(answer, "0.0.0.0", 80)
    while True:
        await asyncio.sleep(3600)

asyncio.run(main())
"""
SOCKETS = f"""
import select, socket

buffer = bytearray({PIECE_BYTES})
pieces = {BULK_BYTES // PIECE_BYTES}

def echo(peer):
    while True:
        data = peer.recv(64)
        if not data:
            break
        peer.send(data)

def sink(peer):
    for _ in range(pieces):
        peer.readinto(buffer)
    peer.send(b"{END}")

def source(peer):
    for _ in range(pieces):
        peer.write(buffer)

poll = select.poll()
served = []
for port, serve in (({ECHO}, echo), ({SINK}, sink), ({SOURCE}, source)):
    listener = socket.socket()
    listener.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
    listener.listen(128)
    poll.register(listener, select.POLLIN)
    served.append((listener, serve))
print("{READY}")
while True:
    for ready, _ in poll.poll():
        for listener, serve in served:
            if listener is ready:
                peer = listener.accept()[0]
                serve(peer)
                peer.close()
"""
DATAGRAMS = f"""
import socket

opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
opened.bind(socket.getaddrinfo("0.0.0.0", {ECHO})[0][-1])
print("{READY}")
while True:
    data, peer = opened.recvfrom(64)
    opened.sendto(data, peer)
"""
CERTIFICATE, KEY = "CERTIFICATE", "KEY"
# Debian's MicroPython has the module tls, and lacks the one in Python that stands on it.
CONTEXT = f"""
try:
    import ssl
except ImportError:
    import tls as ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain({CERTIFICATE}, {KEY})
"""
HANDSHAKES = f"""{CONTEXT}
import socket

listener = socket.socket()
listener.bind(socket.getaddrinfo("0.0.0.0", 443)[0][-1])
listener.listen(128)
print("{READY}")
while True:
    peer = listener.accept()[0]
    try:
        secured = context.wrap_socket(peer, server_side=True)
        secured.write(b"{END}")
        secured.close()
    except OSError as error:
        print(error)
    peer.close()
"""
WEB_TLS = f"""{CONTEXT}{BACKLOG}{HELLO}
app.run(port=443, ssl=context)
"""
