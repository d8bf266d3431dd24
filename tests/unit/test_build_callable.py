"""``from unikernel import build`` gives what can be called, whatever was imported before."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("before", ["", "import unikernel.build.image", "import unikernel.build"])
def test_build_is_called_as_the_verb(before: str) -> None:
    code = f"{before}\nfrom unikernel import build\ntry:\n    build(3)\nexcept Exception as error:\n    print(type(error).__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "AttributeError"
