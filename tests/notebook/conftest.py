"""One JupyterLab server and one browser for the journeys of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.notebook import lab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For a module only: while Playwright runs, its event loop does, and no asynchronous test can."""
    with lab.browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def lab_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="module")
def lab_server(lab_folder: Path) -> Iterator[str]:
    with lab.server(lab_folder) as address:
        yield address


@pytest.fixture
def open_notebook(chromium: Browser, lab_folder: Path, lab_server: str) -> Iterator[Callable[..., lab.Lab]]:
    """Write a notebook of these cells and open it in a page; a page error in the end is a failure."""
    opened: list[lab.Lab] = []

    def opens(name: str, *cells: str) -> lab.Lab:
        path = lab.notebook(lab_folder / f"{name}.ipynb", *cells)
        opened.append(lab.Lab(chromium, lab_server, path.name))
        return opened[-1]

    yield opens
    for each in opened:
        # Before the end: ipykernel, when it shuts down with machines running, may send mixed-up messages.
        errors = list(each.errors)
        each.close()
        assert errors == []


@pytest.fixture
def root() -> str:
    """The project's folder, where Jupyter kernels of tests find `tests`."""
    return str(lab.SCREENSHOTS.parents[1])
