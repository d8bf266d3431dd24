"""The module ssl, as an app in the machine sees it; kernel_src/modules/ssl.py is the thing."""

from collections.abc import Buffer

from tls import (
    CERT_NONE as CERT_NONE,
)
from tls import (
    CERT_OPTIONAL as CERT_OPTIONAL,
)
from tls import (
    CERT_REQUIRED as CERT_REQUIRED,
)
from tls import (
    PROTOCOL_TLS_CLIENT as PROTOCOL_TLS_CLIENT,
)
from tls import (
    PROTOCOL_TLS_SERVER as PROTOCOL_TLS_SERVER,
)
from tls import (
    SSLCertVerificationError as SSLCertVerificationError,
)
from tls import (
    SSLContext as SSLContext,
)
from tls import (
    SSLEOFError as SSLEOFError,
)
from tls import (
    SSLError as SSLError,
)
from tls import (
    SSLSession as SSLSession,
)
from tls import (
    SSLSocket as SSLSocket,
)
from tls import (
    SSLWantReadError as SSLWantReadError,
)
from tls import (
    SSLWantWriteError as SSLWantWriteError,
)

CertificateError = SSLCertVerificationError
HAS_ALPN: bool
HAS_SNI: bool
HAS_TLSv1_2: bool
HAS_TLSv1_3: bool
HAS_SSLv2: bool
HAS_SSLv3: bool
HAS_TLSv1: bool
HAS_TLSv1_1: bool

class TLSVersion:
    MINIMUM_SUPPORTED: int
    TLSv1_2: int
    TLSv1_3: int
    MAXIMUM_SUPPORTED: int

class Purpose:
    SERVER_AUTH: str
    CLIENT_AUTH: str

def create_default_context(
    purpose: str = ...,
    *,
    cafile: str | Buffer | None = None,
    capath: None = None,
    cadata: str | Buffer | None = None,
) -> SSLContext:
    """A client's context with those roots, else the stack's; or, for Purpose.CLIENT_AUTH, a server's."""
