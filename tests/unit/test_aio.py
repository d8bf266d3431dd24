"""How the VMM reaches a disk's file."""

import pytest

from unikernel.machine.qemu import aio


@pytest.mark.parametrize(("works", "chosen"), [(True, "io_uring"), (False, "threads")])
def test_the_host_decides(monkeypatch: pytest.MonkeyPatch, works: bool, chosen: str) -> None:
    monkeypatch.setattr(aio, "io_uring_works", lambda: works)
    assert aio.choose("auto") == chosen
    assert aio.choose("threads") == "threads"
    assert aio.choose("io_uring") == "io_uring"


def test_the_probe_answers_and_leaves_nothing_open() -> None:
    aio.io_uring_works.cache_clear()
    assert aio.io_uring_works() in (True, False)
