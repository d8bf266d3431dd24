"""TLS over a socket, after CPython's module of the name; the module ``tls`` of the device MbedTls does the work.

A client's context checks the chain, the dates and the name of what a server shows, by the roots that were loaded or
that the stack names. Where a file is asked for, its bytes will do, too. What differs: a server with several chains
shows the one for the name that is asked for; `getpeercert` gives the certificate as it came, ``getpeercert(True)``; what
`SSLSocket.session` gives tells nothing of itself; no cipher suites can be chosen; `wrap_socket` is a method of a context.
"""

import tls

CERT_NONE = tls.CERT_NONE
CERT_OPTIONAL = tls.CERT_OPTIONAL
CERT_REQUIRED = tls.CERT_REQUIRED
PROTOCOL_TLS_CLIENT = tls.PROTOCOL_TLS_CLIENT
PROTOCOL_TLS_SERVER = tls.PROTOCOL_TLS_SERVER
SSLCertVerificationError = tls.SSLCertVerificationError
SSLContext = tls.SSLContext
SSLEOFError = tls.SSLEOFError
SSLError = tls.SSLError
SSLSession = tls.SSLSession
SSLSocket = tls.SSLSocket
SSLWantReadError = tls.SSLWantReadError
SSLWantWriteError = tls.SSLWantWriteError
CertificateError = SSLCertVerificationError
HAS_ALPN = HAS_SNI = HAS_TLSv1_2 = HAS_TLSv1_3 = True
HAS_SSLv2 = HAS_SSLv3 = HAS_TLSv1 = HAS_TLSv1_1 = False


class TLSVersion:
    """What `SSLContext.minimum_version` and `maximum_version` are set to."""

    MINIMUM_SUPPORTED = -2
    TLSv1_2 = 0x0303
    TLSv1_3 = 0x0304
    MAXIMUM_SUPPORTED = -1


class Purpose:
    """Whom a context authenticates."""

    SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
    CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"


def create_default_context(purpose=Purpose.SERVER_AUTH, *, cafile=None, capath=None, cadata=None):
    """A client's context with those roots, else the stack's; or, for `Purpose.CLIENT_AUTH`, a server's."""
    if capath:
        raise ValueError("capath is a folder of OpenSSL's; give cafile or cadata")
    server = purpose == Purpose.CLIENT_AUTH
    context = SSLContext(PROTOCOL_TLS_SERVER if server else PROTOCOL_TLS_CLIENT)
    if cafile or cadata:
        context.load_verify_locations(cafile, cadata=cadata)
    elif not server:
        context.load_default_certs()
    return context
