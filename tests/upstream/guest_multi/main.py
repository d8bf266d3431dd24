"""Runs one instance of a test that is for several: its path, its number and what those before it have set come as lines
on the console, an empty line ends them. Its words to the others are lines that begin in capitals, as upstream's own
``run-multitests.py`` has them. CPython runs this, too: it says what is expected where no file does.
"""

import os
import sys


class multitest:  # noqa: N801 - the name that the tests use
    """What a test may ask of whoever runs it."""

    @staticmethod
    def flush() -> None:
        """Nothing is held back."""

    @staticmethod
    def skip() -> None:
        """The test does not apply."""
        print("SKIP")
        raise SystemExit

    @staticmethod
    def next() -> None:
        """The next instance may start."""
        print("NEXT")

    @staticmethod
    def broadcast(text: str) -> None:
        """Tell all others."""
        print("BROADCAST", text)

    @staticmethod
    def wait(text: str) -> None:
        """Wait until another has told that."""
        while sys.stdin.readline().rstrip() != "BROADCAST " + text:
            pass

    @staticmethod
    def globals(**names: object) -> None:
        """Names that those after this one find set."""
        for name, value in names.items():
            print(f"SET {name} = {value!r}")

    @staticmethod
    def get_network_ip() -> str:
        """This instance's address."""
        return ADDRESS

    @staticmethod
    def output_metric(text: str) -> None:
        """A figure, which is nobody's answer."""
        print("OUTPUT_METRIC", text)


path, number, ADDRESS = sys.stdin.readline().split()
found: dict[str, object] = {"multitest": multitest, "__name__": "test"}
while line := sys.stdin.readline().rstrip():
    exec(line, found)  # noqa: S102 - what a test has set
if sys.implementation.name == "micropython":
    import vfs

    folder = path.rsplit("/", 1)[0]
    rom = open(folder.rsplit("/", 1)[1] + ".romfs", "rb")  # noqa: PTH123, SIM115 - no pathlib; it stays open
    vfs.mount(vfs.VfsRom(memoryview(rom)), folder)
    os.chdir(folder)
with open(path) as file:  # noqa: PTH123
    exec(file.read(), found)  # noqa: S102 - the test
found["instance" + number]()  # type: ignore[operator]
