"""A stream in memory with two ends, which never waits; and both ends of TLS over it."""

import io

import ssl

_POLL = 3
_CLOSE = 4
_READ = 1
_WRITE = 4


class End(io.IOBase):
    """One end; `cut` when it was closed, `full` while it takes nothing."""

    def __init__(self):
        self.written = bytearray()
        self.other = None
        self.cut = False
        self.full = False

    def readinto(self, buffer):
        data = self.other.written
        if not data:
            return 0 if self.other.cut else None
        count = min(len(buffer), len(data))
        buffer[:count] = data[:count]
        self.other.written = data[count:]
        return count

    def write(self, data):
        if self.full:
            return None
        self.written += data
        return len(data)

    def ioctl(self, request, argument):
        if request == _POLL:
            readable = bool(self.other.written) or self.other.cut
            return argument & ((_READ if readable else 0) | (0 if self.full else _WRITE))
        if request == _CLOSE:
            self.cut = True
        return 0

    def getpeername(self):
        return "the other end"


def pair(kind=End):
    """Two ends of one stream."""
    one, two = kind(), kind()
    one.other, two.other = two, one
    return one, two


def wrap(server, client, host="host.test", **options):
    """Both ends of TLS, before the handshake."""
    one, two = pair()
    return (
        server.wrap_socket(one, server_side=True, do_handshake_on_connect=False, **options),
        client.wrap_socket(two, server_hostname=host, do_handshake_on_connect=False, **options),
    )


def shake(*sockets):
    """The handshake of all, each when it can."""
    waiting = list(sockets)
    for _ in range(100):
        for each in list(waiting):
            try:
                each.do_handshake()
                waiting.remove(each)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                pass
        if not waiting:
            return
    raise RuntimeError("the handshake does not end")


def connect(server, client, host="host.test", **options):
    """Both ends of TLS, after it."""
    sockets = wrap(server, client, host, **options)
    shake(*sockets)
    return sockets
