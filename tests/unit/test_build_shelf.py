"""What enters an image from shelves: what is imported, and nothing else."""

from __future__ import annotations

import pytest

from tests.unit.test_build_app import MODULES, read
from unikernel.app import App
from unikernel.build.app import rom
from unikernel.build.shelf import Shelf, own
from unikernel.errors import BuildError

IMAGE = MODULES | {"collections"}
SHELF = Shelf(
    "thing==1.0",
    {
        "thing/__init__.py": b"from .core import go\n",
        "thing/core.py": b"import time\nfrom . import deep\ndef go():\n    import extra\n",
        "thing/deep/__init__.py": b"",
        "thing/deep/unused.py": b"import numpy\n",
        "extra.py": b"try:\n    import numpy\nexcept ImportError:\n    import functools\n",
        "apart.py": b"",
        "space/one.py": b"",
        "space/two.py": b"",
    },
    "ask its author.",
)


def taken(source: str, *shelves: Shelf, **more: bytes) -> set[str]:
    """The files that came with the app."""
    app = App({"main.py": source.encode(), **more})
    files = read(rom(app, IMAGE, shelves).content)
    return {name for name in files if name.startswith("lib/")} - {name.replace(".py", ".mpy") for name in more}


def test_what_is_not_imported_stays_on_its_shelf() -> None:
    assert taken("import sys\n", SHELF) == set()
    assert rom(App({"main.py": b"import sys\n"}), MODULES, (SHELF,)).shelves == ()


def test_what_is_imported_brings_what_it_imports() -> None:
    core = {"lib/thing/__init__.mpy", "lib/thing/core.mpy", "lib/thing/deep/__init__.mpy"}
    assert taken("import thing\n", SHELF) == core | {"lib/extra.mpy", "lib/functools.mpy"}
    made = rom(App({"main.py": b"import thing\n"}), IMAGE, (SHELF,))
    assert set(made.shelves) == {"thing==1.0", own().name}


@pytest.mark.parametrize("source", ["import space.one", "from space import one", "from space.one import x"])
def test_a_folder_without_init_gives_its_modules_one_by_one(source: str) -> None:
    assert taken(source, SHELF) == {"lib/space/one.mpy"}


def test_a_guarded_import_takes_what_is_there() -> None:
    assert taken("try:\n    import apart, numpy\nexcept ImportError:\n    pass\n", SHELF) == {"lib/apart.mpy"}


def test_types_alone_bring_nothing() -> None:
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import apart, numpy\n"
    assert taken(source, SHELF) == {"lib/typing.mpy"}


def test_the_apps_own_file_comes_first_then_a_package_then_ours() -> None:
    assert taken("import apart\n", SHELF, **{"apart.py": b""}) == set()
    assert taken("import apart\n", SHELF, **{"lib/apart.py": b""}) == set()
    package = Shelf("functools==9", {"functools.py": b"x = 'theirs'\n"})
    content = rom(App({"main.py": b"import functools\n"}), MODULES, (package,)).content
    assert b"theirs" in read(content)["lib/functools.mpy"]


def test_the_apps_folder_hides_a_package_of_the_same_name() -> None:
    with pytest.raises(BuildError, match=r"there is no module thing\.core; thing does not hold it"):
        taken("import thing.core\n", SHELF, **{"thing/__init__.py": b""})


def test_what_a_package_lacks_is_told_with_its_file_and_line() -> None:
    with pytest.raises(BuildError) as caught:
        taken("from thing.deep import unused\n", SHELF)
    assert str(caught.value).startswith("thing==1.0/thing/deep/unused.py:1:1: the image has no module numpy; ask its")


@pytest.mark.parametrize("head", ["def go():", "async def go():", "class Go:\n  def go(self):"])
def test_what_a_function_of_a_package_would_import_may_be_missing(head: str) -> None:
    package = Shelf("late==1", {"late.py": f"{head}\n    import numpy, apart\n".encode()})
    assert taken("import late\n", package, SHELF) == {"lib/late.mpy", "lib/apart.mpy"}
    with pytest.raises(BuildError, match="no module numpy"):
        taken(f"{head}\n    import numpy\n")


def test_what_a_class_of_a_package_imports_is_reached() -> None:
    package = Shelf("soon==1", {"soon.py": b"class Go:\n    import numpy\n"})
    with pytest.raises(BuildError, match="no module numpy"):
        taken("import soon\n", package)


def test_what_the_runtime_does_not_compile_is_told_with_its_file_and_line() -> None:
    shelf = Shelf("odd==1", {"odd.py": b"x = 1\ny = (*[x], 2)\n"})
    with pytest.raises(BuildError) as caught:
        taken("import odd\n", shelf)
    assert str(caught.value).startswith("odd==1/odd.py:2: ")


def test_a_misspelt_module_of_ours_is_guessed() -> None:
    with pytest.raises(BuildError, match=r"did you mean functools\?"):
        taken("import functool\n")


@pytest.mark.parametrize("name", ["uasyncio", "ugc"])
def test_an_old_name_that_the_runtime_does_not_know_is_refused(name: str) -> None:
    with pytest.raises(BuildError, match=f"the image has no module {name}"):
        rom(App({"main.py": f"import {name}\n".encode()}), MODULES | {"gc"})
