"""The table of the machine's names, and what is found by it."""

from __future__ import annotations

import ast
import json
import re

import pytest

from tests.check.names import ask
from unikernel.build.bytecode import Source
from unikernel.build.known import TABLE, known
from unikernel.check import names


async def test_the_table_is_what_the_machine_says() -> None:
    assert json.loads(TABLE.read_text()) == await ask(), "python -m tests.check.names writes the table anew"


def absent(text: str) -> list[str]:
    source = Source("main.py", "main.py", text.encode())
    tree = ast.parse(text)
    return [f"{each.line}: {each.text}" for each in names.absent("main.py", tree, known(), names.own_names([source]))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import os\nos.environ\n", "2: the machine's os has no environ."),
        ("import os as o\ndef f():\n    o.walk('/')\n", "3: the machine's os has no walk."),
        ("from collections import defaultdict\n", "1: the machine's collections has no defaultdict."),
        ("import socket\nsocket.fromfd(3)\n", "2: the machine's socket has no fromfd."),
        ("import time\ntime.tick_ms()\n", "2: the machine's time has no tick_ms; there is ticks_ms."),
        ("'1'.zfill(3)\n", "1: no object of the machine has zfill."),
        ("def f(x: int):\n    return x.bit_length()\n", "2: no object of the machine has bit_length."),
        ("try:\n    f()\nexcept FileNotFoundError:\n    pass\n", "3: the machine has no FileNotFoundError."),
        ("print(vars())\n", "1: the machine has no vars; there is chr."),
    ],
)
def test_what_is_not_there_is_found(text: str, said: str) -> None:
    assert absent(text) == [said] or (
        len(absent(text)) == 1 and absent(text)[0].startswith(re.sub(r";.*", "", said)[:-1])
    )


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.listdir('/')\nprint(len('x'), 'x'.upper(), OSError)\n",
        "import os\ntry:\n    os.environ\nexcept AttributeError:\n    pass\n",
        "class A:\n    def zfill(self, n): pass\nA().zfill(3)\n",
        "def vars(): pass\nvars()\n",
        "class A:\n    def __init__(self): self.code = 3\nprint(A().code)\n",
        "def f(a: vars) -> ascii:\n    x: format = 3\n",
        "import thing\nthing.environ\n",
        "import typing\ntyping.cast(int, 3)\n",
        "import asyncio\nasync def f(lock: asyncio.Lock):\n    lock.release()\n",
    ],
)
def test_what_is_there_or_the_apps_own_is_not(text: str) -> None:
    assert absent(text) == []
