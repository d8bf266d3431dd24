"""A scripted life of a file system: what the app does, step by step, and what must be there after each.

A step is acknowledged when the app has come past it; then its effect must survive. While it is under way, a littlefs may
be as before, as after, or as one of the states `between`. A FAT knows nothing atomic: what the step touches may be in
any state, but nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import product
from random import Random

FOLDER = None
"""What a tree has in the place of content, for a directory."""
Content = bytes | None
Tree = dict[str, Content]
Change = Mapping[str, "Content | str"]
KEYS = "kv"
"""The name of a Kv device, and its folder; no other path begins so."""
VALUE_MOST_BYTES = 65536
GONE = "gone"
"""What a change has for a path that is there no more."""

CONTENT = """
def c(seed, size):
    return bytes((seed * 31 + i * 7 + (i >> 8) * 13) & 255 for i in range(size))
"""
SHOW = """
import hashlib, os
def show(folder, name):
    for entry in sorted(os.listdir(folder)):
        path = folder + "/" + entry
        if os.stat(path)[0] & 0x4000:
            print((name + entry, None))
            show(path, name + entry + "/")
        else:
            with open(path, "rb") as file:
                data = file.read()
            assert len(data) == os.stat(path)[6]
            print((name + entry, hashlib.sha256(data).digest()))
"""
"""An app's way to tell a tree, a line a path, with digests in the place of content."""

PRELUDE = (
    CONTENT
    + """
import os, unikernel
disk = unikernel.device("data")
def mark(number):
    print(number)
    disk.discard(number, 1)
"""
)


def content(seed: int, size: int) -> bytes:
    """The same bytes as the app's c()."""
    return bytes((seed * 31 + i * 7 + (i >> 8) * 13) & 255 for i in range(size))


def digests(tree: Tree) -> Tree:
    """What `show` tells of a tree that is known."""
    return {path: None if value is FOLDER else sha256(value).digest() for path, value in tree.items()}


@dataclass(frozen=True)
class Step:
    """One thing that the app does: its lines, and what it changes."""

    code: str
    effect: Change
    between: tuple[Change, ...] = ()
    kept: Mapping[str, bytes] = field(default_factory=dict)
    """On a FAT, too: the file at this path begins with these bytes, whenever the power goes."""
    moved: tuple[str, str] | None = None
    """On a FAT, too: what was at the first path is whole there, or at the second."""

    def touched(self) -> set[str]:
        """Every path that it may change."""
        return {path for change in (self.effect, *self.between) for path in change}


def applied(tree: Tree, change: Change) -> Tree:
    """The tree after a change."""
    after = {path: content for path, content in tree.items() if change.get(path) != GONE}
    return after | {path: value for path, value in change.items() if not isinstance(value, str)}


@dataclass
class Life:
    """A workload in the making, at a mount point; `tree` is what is there after all steps so far."""

    where: str
    chance: Random
    steps: list[Step] = field(default_factory=list)
    tree: Tree = field(default_factory=dict)
    _seed: int = 0

    def add(self, step: Step) -> None:
        """One more step."""
        self.steps.append(step)
        self.tree = applied(self.tree, step.effect)

    def app(self) -> str:
        """The whole app: it marks each step on the disk, and says so at the end."""
        lines = [PRELUDE, f'os.listdir("{self.where}")', "mark(0)"]
        for number, step in enumerate(self.steps, 1):
            lines += [step.code, f"mark({number})"]
        return "\n".join([*lines, 'print("done")', ""])

    def trees(self) -> Iterator[Tree]:
        """What is there after each step; the first, before any."""
        tree: Tree = {}
        yield tree
        for step in self.steps:
            tree = applied(tree, step.effect)
            yield tree

    def at(self, path: str) -> str:
        """A path as the app writes it."""
        return f'"{self.where}/{path}"'

    def some(self, size: int | None = None) -> tuple[str, bytes]:
        """Content never seen before: as the app writes it, and as it is."""
        self._seed += 1
        if size is None:
            size = self.chance.choice((0, 40, 511, 512, 700, 3000, 9000))
        return f"c({self._seed}, {size})", content(self._seed, size)

    def files(self) -> list[str]:
        """Paths of files, but for those that are values of keys."""
        return [path for path, value in self.tree.items() if value is not FOLDER and not path.startswith(KEYS)]

    def folders(self) -> list[str]:
        """Paths of directories, but for that of the keys."""
        return [path for path, value in self.tree.items() if value is FOLDER and path != KEYS]

    def name(self, *, new: bool = False) -> str:
        """A path for a file, in a directory that is there; of a file that is not, where it must be `new`."""
        folders = ["", *(f"{path}/" for path in self.folders())]
        names = ("a", "b.txt", "settings.json", "temporary name.tmp", "Z")
        paths = [f"{folder}{name}" for folder in folders for name in names]
        return self.chance.choice([path for path in paths if not (new and path in self.tree)])


def write(life: Life, path: str) -> None:
    """Create or overwrite."""
    code, data = life.some()
    early: tuple[Change, ...] = () if path in life.tree else ({path: b""},)
    life.add(Step(f'f = open({life.at(path)}, "wb"); f.write({code}); f.close()', {path: data}, early))


def append(life: Life, path: str) -> None:
    """Append twice, with a flush in between."""
    before = life.tree[path]
    assert before is not FOLDER
    (one, first), (two, second) = life.some(), life.some()
    opened = f'f = open({life.at(path)}, "ab"); f.write({one}); f.flush()'
    life.add(Step(opened, {path: before + first}, kept={path: before}))
    life.add(Step(f"f.write({two}); f.close()", {path: before + first + second}, kept={path: before + first}))


def update(life: Life, path: str) -> None:
    """Change some bytes within."""
    before = life.tree[path]
    assert before is not FOLDER
    code, data = life.some(min(len(before), 600))
    at = life.chance.randrange(len(before) - len(data) + 1)
    after = before[:at] + data + before[at + len(data) :]
    opened = f'f = open({life.at(path)}, "r+b"); f.seek({at}); f.write({code})'
    life.add(Step(f"{opened}; f.flush(); f.close()", {path: after}, kept={path: before[:at]}))


def rename(life: Life, old: str, new: str) -> None:
    """To a name that may be taken."""
    value = life.tree[old]
    moved = (old, new) if value is not FOLDER else None
    life.add(Step(f"os.rename({life.at(old)}, {life.at(new)})", {old: GONE, new: value}, moved=moved))


def put(life: Life, path: str) -> None:
    """As Kv does: a temporary name, then a rename over what is there."""
    folder = path.rpartition("/")[0]
    temporary = f"{folder}/new" if folder else "new"
    write(life, temporary)
    rename(life, temporary, path)


def keys(life: Life) -> None:
    """The Kv device, whose values lie in a folder."""
    life.add(Step(f'kv = unikernel.device("{KEYS}")', {KEYS: FOLDER}))


def set_key(life: Life, key: str, size: int | None = None) -> None:
    """A key's value, old or new, whole."""
    code, data = life.some(size)
    new = f"{KEYS}/.new"
    life.add(Step(f'kv.set("{key}", {code})', {f"{KEYS}/{key}": data}, ({new: b""}, {new: data})))


def remove_key(life: Life, key: str) -> None:
    """A key that is there, with its value."""
    life.add(Step(f'kv.remove("{key}")', {f"{KEYS}/{key}": GONE}))


def remove(life: Life, path: str) -> None:
    """A file."""
    life.add(Step(f"os.remove({life.at(path)})", {path: GONE}))


def mkdir(life: Life, path: str) -> None:
    """A directory."""
    life.add(Step(f"os.mkdir({life.at(path)})", {path: FOLDER}))


def move(life: Life, old: str, new: str) -> None:
    """A directory, with all that is in it. On a FAT it may be left with both names."""
    inside = {path: value for path, value in life.tree.items() if f"{path}/".startswith(f"{old}/")}
    effect = dict.fromkeys(inside, GONE) | {new + path.removeprefix(old): value for path, value in inside.items()}
    life.add(Step(f"os.rename({life.at(old)}, {life.at(new)})", effect))


def rmdir(life: Life, path: str) -> None:
    """An empty one."""
    life.add(Step(f"os.rmdir({life.at(path)})", {path: GONE}))


def many(life: Life, folder: str) -> None:
    """A directory that grows beyond a cluster, which held something else before, and shrinks again."""
    paths = [f"{folder}/a rather long name {i}" for i in range(8)]
    for path in paths:
        life.add(Step(f'open({life.at(path)}, "wb").close()', {path: b""}))
    for path in paths:
        remove(life, path)


def sync_several(life: Life) -> None:
    """Files written and left open, then os.sync for all of them."""
    paths = sorted({life.name() for _ in range(3)})
    made = {path: life.some() for path in paths}
    code = "; ".join(f'f{i} = open({life.at(path)}, "wb"); f{i}.write({made[path][0]})' for i, path in enumerate(paths))
    effect = {path: data for path, (_, data) in made.items()}
    options: list[list[Change]] = []
    for path in paths:
        options.append([{}, {path: made[path][1]}])
        if path not in life.tree:
            options[-1].append({path: b""})
    between = tuple({key: value for each in chosen for key, value in each.items()} for chosen in product(*options))
    life.add(Step(f"{code}; os.sync()", effect, between))
    life.add(Step("; ".join(f"f{i}.close()" for i in range(len(paths))), {}))


def life(where: str, seed: int, length: int, *, has_kv: bool = False) -> Life:
    """`length` things done by chance, in a tree that stays small. With a Kv device, which needs a littlefs, some of them
    are done there, and directories move.
    """
    made = Life(where, Random(seed))
    if has_kv:
        keys(made)
    mkdir(made, "d")
    for _ in range(length):
        _one(made)
    return made


def kv_life(where: str, seed: int, length: int) -> Life:
    """`length` things done by chance with a Kv device alone: values of few keys, set anew again and again, also by the
    largest that one may be.
    """
    made = Life(where, Random(seed))
    keys(made)
    for number in range(length):
        there = [path.removeprefix(f"{KEYS}/") for path, value in made.tree.items() if value is not FOLDER]
        if there and made.chance.random() < 0.2:
            remove_key(made, made.chance.choice(there))
        else:
            size = VALUE_MOST_BYTES if number == length // 2 else None
            set_key(made, made.chance.choice(("one", "two", "settings.json")), size)
    return made


def _one(made: Life) -> None:
    chance, files = made.chance, made.files()
    folders = made.folders()
    empty = [path for path in folders if not any(other.startswith(f"{path}/") for other in made.tree)]
    full = [path for path in files if made.tree[path]]

    def new_folder() -> str:
        parent = chance.choice(["", "d/"] if "d" in made.tree else [""])
        return next(f"{parent}{name}" for name in "defg" if f"{parent}{name}" not in made.tree)

    def old_and_new() -> tuple[str, str]:
        return chance.choice(files), made.name(new=chance.random() < 0.5)

    def old_and_new_folder() -> tuple[str, str]:
        old = chance.choice(folders)
        parents = ["", *(f"{path}/" for path in folders if not f"{path}/".startswith(f"{old}/"))]
        names = [f"{parent}{name}" for parent in parents for name in "defgh"]
        return old, chance.choice([name for name in names if name not in made.tree])

    choices: list[tuple[bool, Callable[[], None]]] = [
        (True, lambda: write(made, made.name())),
        (True, lambda: put(made, made.name())),
        (True, lambda: sync_several(made)),
        (bool(files), lambda: append(made, chance.choice(files))),
        (bool(files), lambda: rename(made, *old_and_new())),
        (bool(files), lambda: remove(made, chance.choice(files))),
        (bool(full), lambda: update(made, chance.choice(full))),
        (bool(folders), lambda: many(made, chance.choice(folders))),
        (len(folders) < 3, lambda: mkdir(made, new_folder())),
        (KEYS in made.tree, lambda: set_key(made, chance.choice(("one", "two")))),
        (KEYS in made.tree and bool(folders), lambda: move(made, *old_and_new_folder())),
        (bool(empty), lambda: rmdir(made, chance.choice(empty))),
    ]
    if len(files) > 8:
        remove(made, chance.choice(files))
    else:
        chance.choice([do for possible, do in choices if possible])()
