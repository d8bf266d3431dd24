"""Each difference that is warned of is one: a program of it does something else in the machine and in CPython."""

from __future__ import annotations

import ast
import contextlib
import io
import json
from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.image import build
from unikernel.check.differences import RULES, found
from unikernel.machine.boot import boot
from unikernel.stack import Stack

PATIENCE_S = 30

#: By rule: a program that it speaks of, and that says something else here and there.
PROOFS = {
    "step-assign": ["x = [1, 2, 3, 4]\nx[::2] = [0, 0]\nprint(x)", "x = [1, 2, 3]\ndel x[::2]\nprint(x)"],
    "special-method": [
        "class A:\n    def __index__(self):\n        return 1\nprint([0, 1][A()])",
        "class A:\n    def __set_name__(self, owner, name):\n        print(name)\nclass B:\n    x = A()",
        "class A:\n    def __init_subclass__(cls):\n        print(cls)\nclass B(A):\n    pass",
        "class A:\n    def __class_getitem__(cls, i):\n        return i\nprint(A[1])",
        "class A:\n    def __format__(self, spec):\n        return spec\nprint('{:x}'.format(A()))",
        "class A:\n    def __bytes__(self):\n        return b'x'\nprint(bytes(A()))",
        "class A:\n    def __round__(self):\n        return 1\nprint(round(A()))",
        "import math\nclass A:\n    def __floor__(self):\n        return 1\nprint(math.floor(A()))",
        "import math\nclass A:\n    def __trunc__(self):\n        return 1\nprint(math.trunc(A()))",
        "class A:\n    def __getattribute__(self, name):\n        return 1\nprint(A().x)",
        "class A:\n    def __rdivmod__(self, other):\n        return 1\nprint(divmod(1, A()))",
        "class A:\n    def __instancecheck__(self, other):\n        return True\nprint(isinstance(1, A()))",
        "class A(dict):\n    def __missing__(self, key):\n        return 1\nprint(A()[2])",
        "class A:\n    def __fspath__(self):\n        return '/'\nimport os\nprint(os.stat(A()) is None)",
        "import gc\nclass A:\n    def __del__(self):\n        print('gone')\nfor i in range(9):\n    A()\ngc.collect()",
    ],
    "class-keyword": ["class M(type):\n    pass\nclass A(metaclass=M):\n    pass\nprint(type(A) is M)"],
    "slots": ["class A:\n    __slots__ = ('a',)\nA().b = 1\nprint('set')"],
    "two-bases": [
        "class A:\n    f = 'A'\nclass B(A):\n    pass\nclass C(A):\n    f = 'C'\nclass D(B, C):\n    pass\nprint(D().f)"
    ],
    "raise-from": [
        "try:\n    raise ValueError(1) from KeyError(2)\nexcept ValueError as e:\n    print(hasattr(e, '__cause__'))"
    ],
    "format-field": ["print('{0[1]}'.format([1, 2]))", "print('{0.real}'.format(1))"],
    "format-kind": ["print('{:_}'.format(1234567))", "print('{:,.2f}'.format(12345.678))", "print('{!a}'.format('x'))"],
    "unstable-sort": ["x = sorted([(i * 7 % 3, i) for i in range(100)], key=lambda p: p[0])\nprint(x == sorted(x))"],
    "encoding": ["print('\\xe9'.encode('latin-1'))", "print(b'\\xe9a'.decode('utf-8', 'ignore'))"],
    "locals": ["def f():\n    x = 1\n    print('x' in locals())\nf()"],
    "eval": ["def f():\n    x = 1\n    print(eval('x'))\nf()"],
    "keyword": [
        "import json\nprint(json.dumps({'a': 1}, indent=2))",
        "import json\nprint(json.loads('1', object_hook=int))",
        "from collections import namedtuple\nprint(namedtuple('A', 'a b', defaults=(1,))(2))",
        "print('x', flush=True)",
        "print(list(zip([1], [2], strict=True)))",
        "print(sum([1], start=2))",
        "print('a b c'.split(maxsplit=1))",
        "print('a b c'.rsplit(sep=' '))",
        "print((2).to_bytes(length=2, byteorder='big'))",
        "print(int.from_bytes(b'xx', byteorder='big'))",
    ],
    "namedtuple-comma": ["from collections import namedtuple\nprint(namedtuple('A', 'a,b')(1, 2))"],
    "bool-is-no-int": ["print(isinstance(True, int))"],
    "dict-order": ["print([key for key in {c: 0 for c in 'qwertzuiop'}.keys()])"],
    "regex": [
        "import re\nprint(re.match('(?P<a>x)', 'x').group(1))",
        "import re\nprint(bool(re.match('a{2}$', 'aa')))",
        "import re\nprint(bool(re.match('a(?=b)', 'ab')))",
    ],
    "type-value": ["x = int | None\nprint(x)", "x = list[int]\nprint(x)"],
    "iter-sentinel": ["print(list(iter(lambda: 1, 1)))"],
    "dict-views": ["print({1: 2}.keys() & {1})"],
}

#: Programs near those, of which no rule speaks.
INNOCENT = [
    "x = [1, 2, 3]\nx[::2]\nx[1:2] = [0]\nx[0:1:1] = [0]\ndel x[1:2]",
    "class A:\n    def __init__(self):\n        self.x = 1\n    def __len__(self):\n        return 1",
    "class A(Exception):\n    pass",
    "raise ValueError(1) from None",
    "print('{:>5}|{!r}|{:,}|{:.2f}'.format(1, 'x', 1234, 1.0), f'{1:05}', f'{1!r:>4}')",
    "x = sorted([2, 1], reverse=True)",
    "'x'.encode(), 'x'.encode('utf-8'), b'x'.decode()",
    "eval('x', {'x': 1})",
    "import json\njson.dumps({}, separators=(',', ':'))\nprint(1, end='', sep='')",
    "isinstance(1, (int, bool))\nisinstance('x', str)",
    "for key in {1: 2}:\n    pass",
    "import re\nre.match('(?:a|b)+[0-9]', 'a')",
    "def f(x: int | None, y: list[int]) -> dict[str, int]:\n    z: set[int] = set()",
    "x = iter([1])",
    "x = 1 | 2\ny = {1} & {2}",
]


def rules(text: str) -> set[str]:
    return {each.rule for each in found("main.py", ast.parse(text))}


def test_every_rule_is_proven() -> None:
    assert set(PROOFS) == set(RULES)


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in PROOFS.items() for text in texts])
def test_a_rule_speaks_of_its_proof(rule: str, text: str) -> None:
    assert rule in rules(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_the_same_is_left_alone(text: str) -> None:
    assert rules(text) == set()


def said(text: str) -> str:
    """What CPython prints; the last word is the exception, where it ends with one."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(text, "proof", "exec", dont_inherit=True), {"__name__": "proof"})  # noqa: S102 - a proof of ours
        except Exception as error:  # noqa: BLE001 - its name is what is compared
            print(type(error).__name__)
    return out.getvalue()


async def test_the_machine_differs_in_every_proof(tmp_path: Path) -> None:
    texts = [text for each in PROOFS.values() for text in each]
    runner = (
        "import json\n"
        "for text in json.loads(open('/rom/proofs.json').read()):\n"
        "    print('\\0', end='')\n"
        "    try: exec(text, {'__name__': 'proof'})\n"
        "    except Exception as error: print(type(error).__name__)\n"
    )
    app = App({"main.py": runner.encode(), "proofs.json": json.dumps(texts).encode()})
    async with await boot(build(Stack.default("proofs", app), into=tmp_path), timeout_s=PATIENCE_S) as machine:
        run = await machine.wait()
    assert run.status == 0
    there = run.transcript.data.decode("utf-8", "replace").replace("\r\n", "\n").split("\0")[1:]
    assert len(there) == len(texts)
    assert [text for text, other in zip(texts, there, strict=True) if said(text) == other] == []
