"""MicroPython's old name of ssl, and the function by which the packages of its time wrap a socket."""

import ssl
from ssl import *  # noqa: F403


def wrap_socket(
    sock,
    server_side=False,
    key=None,
    cert=None,
    cert_reqs=None,
    cadata=None,
    server_hostname=None,
    do_handshake=True,
):
    """TLS over `sock`, by a context of its own.

    MicroPython's checks no certificate unless it is told to. This does, by the stack's roots or `cadata`, and so a client
    names the host; ``cert_reqs=CERT_NONE`` alone, in so many words, turns it off.
    """
    purpose = ssl.Purpose.CLIENT_AUTH if server_side else ssl.Purpose.SERVER_AUTH
    context = ssl.create_default_context(purpose, cadata=cadata)
    if cert is not None:
        context.load_cert_chain(cert, key)
    if cert_reqs is not None:
        context.check_hostname = not server_side and cert_reqs != ssl.CERT_NONE
        context.verify_mode = cert_reqs
    return context.wrap_socket(
        sock, server_side=server_side, server_hostname=server_hostname, do_handshake_on_connect=do_handshake
    )
