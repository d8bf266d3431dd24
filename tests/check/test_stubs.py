"""Our stubs name what the machine has, and nothing else: its modules, and what is on objects of their classes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tests.check.names import said
from unikernel.build.components import KERNEL_SRC

ASK = """
import io, json, socket, ssl, tls, unikernel

class Stream(io.IOBase):
    def readinto(self, buffer): return None
    def write(self, data): return None
    def ioctl(self, request, argument): return 0
    # What a session has of its stream.
    setblocking = settimeout = getpeername = getsockname = setsockopt = fileno = write

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
session = context.wrap_socket(Stream(), do_handshake_on_connect=False)
there = {
    "socket": socket, "socket.socket": socket.socket(),
    "ssl": ssl, "ssl.Purpose": ssl.Purpose, "ssl.TLSVersion": ssl.TLSVersion,
    "tls": tls, "tls.SSLContext": context, "tls.SSLSocket": session,
    "unikernel": unikernel,
}
forwarded = ("setblocking", "settimeout", "getpeername", "getsockname", "setsockopt", "fileno")
print(json.dumps({name: dir(each) + [one for one in forwarded if hasattr(each, one)] for name, each in there.items()}))
"""


def told(body: list[ast.stmt], within: str) -> Iterator[tuple[str, str]]:
    """Module or class, and each name that a stub gives it."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield within, node.name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield within, node.target.id
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield within, node.targets[0].id
        elif isinstance(node, ast.ImportFrom):
            yield from ((within, alias.name) for alias in node.names if alias.asname)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from told(node.body, f"{within}.{node.name}")


def public(names: Iterable[str]) -> set[str]:
    return {name for name in names if not name.startswith("_")}


async def test_our_stubs_are_what_the_machine_has() -> None:
    there = {place: public(names) for place, names in (await said(ASK)).items()}
    there["ssl"].remove("tls")  # it imports that
    found: dict[str, set[str]] = {}
    for path in (KERNEL_SRC / "stubs").glob("*.pyi"):
        for place, name in told(ast.parse(path.read_text()).body, path.stem):
            found.setdefault(place, set()).update(public([name]))
    assert found == there
