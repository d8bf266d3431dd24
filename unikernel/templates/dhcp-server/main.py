"""A DHCP server: it lends addresses to whoever asks on its network. RFC 2131, RFC 2132."""

import socket
import struct

import unikernel

DISCOVER, OFFER, REQUEST, ACK, NAK = 1, 2, 3, 5, 6
WORDS = {OFFER: "offered", ACK: "lent", NAK: "denied"}
MASK, WANTED, LEASE, KIND, SERVER, END = 1, 50, 51, 53, 54, 255  # options
LEASE_S = 3600
FIRST, LAST = 100, 199

own = socket.inet_pton(socket.AF_INET, unikernel.device("ip").address.split("/")[0])
lent = {}  # the last byte of an address, by the hardware address of who has it; it stays whose it was


def options_of(message):
    """The options of a message, by their codes."""
    found, at = {}, 240
    while (code := message[at]) != END:
        length = message[at + 1] if code else -1  # a 0 fills up, and has no length
        found[code] = message[at + 2 : at + 2 + length]
        at += 2 + length
    return found


def answer(message):
    """What a client is told; None: nothing."""
    options, hardware = options_of(message), message[28:34]
    asked, number = options[KIND][0], lent.get(hardware, FIRST + len(lent))
    if asked not in (DISCOVER, REQUEST) or options.get(SERVER, own) != own or number > LAST:
        return None
    kind, address = OFFER if asked == DISCOVER else ACK, own[:3] + bytes([number])
    given = [(MASK, b"\xff\xff\xff\0"), (LEASE, struct.pack("!I", LEASE_S))]
    if asked == REQUEST and options.get(WANTED, message[12:16]) != address:
        kind, address, given = NAK, bytes(4), []
    else:
        lent[hardware] = number
    print(WORDS[kind], socket.inet_ntop(socket.AF_INET, address), "to", hardware.hex(":"))
    reply = b"\2\1\6\0" + message[4:12] + bytes(4) + address + bytes(8) + message[28:44] + bytes(192) + message[236:240]
    for code, data in [(KIND, bytes([kind])), (SERVER, own)] + given:
        reply += bytes([code, len(data)]) + data
    return reply + bytes([END])


server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
server.bind(("0.0.0.0", 67))
print("listening on port 67")
while True:
    try:
        reply = answer(server.recv(1500))
    except (IndexError, KeyError):  # no message of a client's
        continue
    if reply:
        server.sendto(reply, ("255.255.255.255", 68))  # who asks has no address yet
