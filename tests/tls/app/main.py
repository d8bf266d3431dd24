"""Scenes of TLS: each prints what it saw, under its name."""

import asyncio
import errno
import gc
import select

import ssl
import unikernel
from pipe import End, connect, pair, shake, wrap

SESSIONS = 6
scenes = []


def scene(function):
    scenes.append(function)
    return function


def server_of(name="good"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/rom/%s.pem" % name, "/rom/%s.key" % name)
    return context


def client_of(**options):
    return ssl.create_default_context(**options)


def refusal(function, *arguments, **options):
    try:
        function(*arguments, **options)
    except Exception as error:
        print(type(error).__name__, error)
        return error
    print("nothing")


@scene
def both_versions():
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        client = client_of()
        client.maximum_version = version
        here, there = connect(server_of(), client)
        there.write(b"to the server")
        here.sendall(b"to the client, " * 1000)
        print(there.version(), *there.cipher(), here.recv(100))
        got = b""
        while len(got) < 15000:
            got += there.read(5000)
        print(got == b"to the client, " * 1000, there.read(1), there.getpeername())
        with open("/rom/good.der", "rb") as file:
            print(there.getpeercert(True) == file.read(), here.getpeercert(True))
        there.close()
        print(here.read(1), here.read(1))
        here.close()
        refusal(here.read, 1)


@scene
def protocols():
    server, client = server_of(), client_of()
    server.set_alpn_protocols(["h2", "http/1.1"])
    client.set_alpn_protocols(["http/1.1"])
    print([each.selected_alpn_protocol() for each in connect(server, client)])


@scene
def names():
    server = server_of()
    server.load_cert_chain("/rom/rsa.pem", "/rom/rsa.key")
    for name in ("good", "rsa"):
        host = "host.test" if name == "good" else "rsa.test"
        with open("/rom/%s.der" % name, "rb") as file:
            print(host, connect(server, client_of(), host)[1].getpeercert(True) == file.read())


@scene
def certificates():
    for name in ("expired", "early", "other", "self_signed", "stranger"):
        error = refusal(connect, server_of(name), client_of())
        print(isinstance(error, ssl.SSLError), isinstance(error, ValueError), error.errno)


@scene
def no_checks():
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    print(client.verify_mode == ssl.CERT_REQUIRED, client.check_hostname)
    refusal(setattr, client, "verify_mode", ssl.CERT_NONE)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    print(connect(server_of("expired"), client)[1].version())


def again(server, client, session, host="host.test"):
    """Both ends, after a handshake for which the client offers `session`; a byte has come to the client."""
    one, two = pair()
    here = server.wrap_socket(one, server_side=True, do_handshake_on_connect=False)
    there = client.wrap_socket(two, server_hostname=host, do_handshake_on_connect=False, session=session)
    shake(here, there)
    here.write(b"x")
    there.read(1)
    return here, there


@scene
def sessions_that_go_on():
    server = server_of()
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        client = client_of()
        client.maximum_version = version
        here, there = again(server, client, None)
        print(there.version(), type(there.session).__name__, here.session, here.session_reused, there.session_reused)
        for _ in range(3):
            here, there = again(server, client, there.session)
            print(here.session_reused, there.session_reused)
        session = there.session
        there.close()
        print(there.session, there.session_reused)
        print(again(server_of(), client, session)[1].session_reused)  # to another server it is a stranger's


@scene
def sessions_that_do_not():
    server, client = server_of(), client_of()
    server.load_cert_chain("/rom/rsa.pem", "/rom/rsa.key")
    session = again(server, client, None)[1].session
    print(again(server, client, session)[1].session_reused)
    print(again(server, client, session, "rsa.test")[1].session_reused)
    refusal(again, server, client_of(), session)
    refusal(again, server, client, b"a session")
    refusal(server.wrap_socket, pair()[0], server_side=True, session=session)
    for change in (
        lambda: setattr(client, "verify_mode", ssl.CERT_REQUIRED),
        lambda: setattr(client, "check_hostname", True),
        lambda: client.load_verify_locations("/rom/root.pem"),
        lambda: client.set_alpn_protocols(["lines"]),
    ):
        session = again(server, client, None)[1].session
        change()
        print(again(server, client, session)[1].session_reused)
    session = again(server, client, None)[1].session
    unikernel.device("mockclock").advance(7199)
    print(again(server, client, session)[1].session_reused)
    unikernel.device("mockclock").advance(1)
    print(again(server, client, session)[1].session_reused)


@scene
def session_that_nobody_checked():
    server, client = server_of("other"), client_of()
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    session = again(server, client, None)[1].session
    print(again(server, client, session)[1].session_reused)
    client.verify_mode = ssl.CERT_REQUIRED
    client.check_hostname = True
    refusal(again, server, client, session)


@scene
def old_name():
    import ussl

    for name, options in (
        ("good", {"server_hostname": "host.test"}),
        ("expired", {"server_hostname": "host.test"}),
        ("expired", {"cert_reqs": ussl.CERT_NONE}),
        ("good", {}),
    ):
        one, two = pair()
        with open("/rom/%s.pem" % name) as cert, open("/rom/%s.key" % name) as key:
            server = ussl.wrap_socket(one, server_side=True, key=key.read(), cert=cert.read(), do_handshake=False)
        try:
            client = ussl.wrap_socket(two, do_handshake=False, **options)
            shake(server, client)
            print(client.version())
        except (OSError, ValueError) as error:
            print(type(error).__name__, error)


@scene
def arguments():
    client = client_of()
    refusal(client.wrap_socket, pair()[0])
    refusal(client.wrap_socket, pair()[0], server_side=True)
    refusal(ssl.SSLContext, 0)
    refusal(client.load_verify_locations, cadata=b"no certificate")
    refusal(client.load_verify_locations, "/rom/absent.pem")
    refusal(server_of().load_cert_chain, "/rom/good.pem", "/rom/rsa.key")
    refusal(setattr, client, "minimum_version", 0x0301)
    refusal(client.wrap_socket, pair()[0], server_hostname="host.test")
    refusal(client.wrap_socket, 1, server_hostname="host.test")
    refusal(client.wrap_socket, pair()[0], server_hostname="x" * 256)
    client.__del__()
    client.__del__()
    refusal(client.load_default_certs)
    refusal(client.wrap_socket, pair()[0], server_hostname="host.test")
    refusal(setattr, client, "check_hostname", False)


@scene
def names_of_modules():
    import tls
    import ussl

    print(
        ussl.SSLContext is ssl.SSLContext is tls.SSLContext, ussl.create_default_context is ssl.create_default_context
    )
    print(issubclass(ssl.SSLCertVerificationError, (ssl.SSLError, ValueError)), issubclass(ssl.SSLError, OSError))
    error = refusal(connect, server_of("other"), client_of())
    print(repr(error))


@scene
def files():
    with open("/rom/good.pem") as chain, open("/rom/good.key.der", "rb") as key, open("/rom/root.der", "rb") as root:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(chain.read(), key.read())
        client = client_of(cadata=root.read())
    print(connect(server, client)[1].version())


@scene
def full():
    server, client = server_of(), client_of()
    here, there = connect(server, client)
    more = []
    for _ in range(SESSIONS - 2):
        more.append(server.wrap_socket(pair()[0], server_side=True, do_handshake_on_connect=False))
    error = refusal(server.wrap_socket, pair()[0], server_side=True, do_handshake_on_connect=False)
    print(error.errno == errno.ENOMEM)
    there.write(b"lives")
    print(here.read(5))
    more = error = None  # a collection finds them when the next one is made
    for _ in range(3 * SESSIONS):
        server.wrap_socket(pair()[0], server_side=True, do_handshake_on_connect=False)
    there.write(b"still")
    print(here.read(5))


@scene
def memory_of_contexts():
    contexts = []
    error = None
    try:
        while len(contexts) < 1000:
            contexts.append(server_of("rsa"))
    except OSError as caught:
        error = caught
    print(error.errno == errno.ENOMEM, error)
    contexts = error = None
    print(connect(server_of(), client_of())[1].version())


class Failing(End):
    def readinto(self, buffer):
        raise KeyError("of the stream below")


class Broken(End):
    def readinto(self, buffer):
        raise OSError(errno.ECONNRESET)


class Hungry(End):
    def readinto(self, buffer):
        kept = []
        try:
            while True:
                kept.append(bytearray(1024))
        except MemoryError:
            kept.clear()  # a collection may see it on the stack for a while
            raise


@scene
def streams_that_fail():
    for kind in (Failing, Broken, Hungry):
        client = client_of().wrap_socket(pair(kind)[0], server_hostname="host.test", do_handshake_on_connect=False)
        refusal(client.do_handshake)
        client = None
    gc.collect()
    print(connect(server_of(), client_of())[1].version())


@scene
def heap_full_in_a_handshake():
    here, there = connect(server_of(), client_of())
    other_here, other_there = wrap(server_of(), client_of())
    hoard = []
    try:
        while True:
            hoard.append(bytearray(512))
    except MemoryError:
        pass
    said = None
    try:
        shake(other_here, other_there)
    except MemoryError:
        said = "MemoryError"
    hoard.clear()
    gc.collect()
    print(said)
    there.write(b"lives")
    print(here.read(5))
    print(connect(server_of(), client_of())[1].version())


@scene
def truncation():
    here, there = connect(server_of(), client_of())
    print(isinstance(there.unwrap(), End), here.read(1))
    for suppress in (True, False):
        one, two = pair()
        here = server_of().wrap_socket(
            one, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=suppress
        )
        there = client_of().wrap_socket(two, server_hostname="host.test", do_handshake_on_connect=False)
        shake(here, there)
        two.cut = True
        if suppress:
            print(here.read(1))
        else:
            refusal(here.read, 1)
    one, two = pair()
    here = server_of().wrap_socket(one, server_side=True, do_handshake_on_connect=False)
    two.cut = True
    refusal(here.do_handshake)
    refusal(here.do_handshake)


@scene
def garbage():
    one, two = pair()
    server = server_of().wrap_socket(one, server_side=True, do_handshake_on_connect=False)
    two.write(b"GET / HTTP/1.1\r\n\r\n")
    refusal(server.read, 1)
    refusal(server.read, 1)
    print(select_of(server))
    server.close()
    server.close()


def select_of(socket):
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return [event for _, event in poll.poll(0)]


@scene
def stream_that_takes_nothing():
    one, two = pair()
    one.full = True
    client = client_of().wrap_socket(one, server_hostname="host.test", do_handshake_on_connect=False)
    print(client.read(1), select_of(client))
    one.full = False
    print(select_of(client), client.read(1), select_of(client), len(two.other.written) > 100)
    refusal(client.do_handshake)
    refusal(client_of().wrap_socket, pair()[0], server_hostname="host.test")


@scene
def inside_itself():
    class Curious(End):
        def readinto(self, buffer):
            self.said = []
            for action in (lambda: self.socket.read(1), self.socket.close):
                try:
                    action()
                except OSError as error:
                    self.said.append(error.errno == errno.EBUSY)

    one, _ = pair(Curious)
    one.socket = client_of().wrap_socket(one, server_hostname="host.test", do_handshake_on_connect=False)
    print(one.socket.read(1), one.said)
    one.socket.close()
    one.socket = None


@scene
def deep():
    server, client = server_of(), client_of()

    def down(depth):
        try:
            return down(depth + 1)
        except RuntimeError:
            return attempt()

    def attempt():
        here, there = wrap(server, client)
        shake(here, there)
        return there.version()

    def dig():
        try:
            return down(0)
        except RuntimeError as error:
            return error

    print(dig())
    print(attempt())


@scene
def tasks():
    server, client = server_of(), client_of()
    here, there = wrap(server, client)

    async def serve():
        stream = asyncio.StreamReader(here)
        line = await stream.readline()
        stream.write(b"you said " + line)
        await stream.drain()
        stream.close()
        await stream.wait_closed()

    async def ask():
        stream = asyncio.StreamReader(there)
        stream.write(b"hello\n")
        await stream.drain()
        print(await stream.readline(), await stream.read(10))
        await stream.wait_closed()

    async def both():
        await asyncio.gather(serve(), ask())

    asyncio.run(both())


@scene
def everything_came_back():
    gc.collect()
    server = server_of()
    print(
        len([server.wrap_socket(pair()[0], server_side=True, do_handshake_on_connect=False) for _ in range(SESSIONS)])
    )


for each in scenes:
    print("==", each.__name__)
    each()
    gc.collect()
