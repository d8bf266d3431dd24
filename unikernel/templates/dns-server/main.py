"""An authoritative DNS server: it answers for one zone, says what that lacks, and refuses the rest. RFC 1035."""

import socket
import struct

A, NS, SOA, TXT = 1, 2, 6, 16
NO_SUCH_NAME, REFUSED = 3, 5
RESPONSE, AUTHORITATIVE = 0x8000, 0x0400
TTL_S = 300


def wire(name):
    """A name as messages have it: each of its parts behind its length."""
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


ZONE = "example.test"
START = (SOA, wire("ns." + ZONE) + wire("admin." + ZONE) + struct.pack("!5I", 1, 3600, 600, 86400, TTL_S))
RECORDS = {
    ZONE: [START, (NS, wire("ns." + ZONE)), (A, bytes([192, 0, 2, 1])), (TXT, b"\x17served from a unikernel")],
    "ns." + ZONE: [(A, bytes([192, 0, 2, 53]))],
    "www." + ZONE: [(A, bytes([192, 0, 2, 80])), (A, bytes([192, 0, 2, 81]))],
}


def answer(query):
    """The answer to a message."""
    number, flags = struct.unpack_from("!2H", query)
    end, parts = 12, []
    while length := query[end]:
        parts.append(query[end + 1 : end + 1 + length].decode())
        end += 1 + length
    wanted, end = struct.unpack_from("!H", query, end + 1)[0], end + 5
    name = ".".join(parts).lower()
    here = RECORDS.get(name, [])
    found = [(b"\xc0\x0c", each) for each in here if each[0] == wanted]  # the owner is the name at byte 12
    others, code = [], AUTHORITATIVE if here else AUTHORITATIVE | NO_SUCH_NAME
    if not ("." + name).endswith("." + ZONE):
        code = REFUSED
    elif not found:
        others = [(wire(ZONE), START)]  # for how long that stays so
    print(name, wanted, "->", len(found), "records")
    reply = struct.pack("!6H", number, RESPONSE | flags & 0x7900 | code, 1, len(found), len(others), 0) + query[12:end]
    for owner, (kind, data) in found + others:
        reply += owner + struct.pack("!2HIH", kind, 1, TTL_S, len(data)) + data
    return reply


server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("0.0.0.0", 53))
print("listening on port 53")
while True:
    message, client = server.recvfrom(512)
    try:
        if not message[2] & 0x80:  # no answer to an answer
            server.sendto(answer(message), client)
    except (IndexError, ValueError):
        print("a message that ends before its question does")
