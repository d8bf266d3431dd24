"""What takes a minute of a machine's goes on beside the other tests here: it begins with the first of them, and the test
that is marked with it, one of the last, waits for its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

HERE = Path(__file__).parent
Tasks = dict[str, asyncio.Task[None]]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All share one loop, and those that wait come last."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    for item in ours:
        if pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
    ordered = iter(sorted(ours, key=lambda item: item.get_closest_marker("beside") is not None))
    items[:] = [next(ordered) if item.path.is_relative_to(HERE) else item for item in items]


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def begun(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tasks]:
    """What the tests that were chosen wait for, by their names."""
    tasks = {}
    for item in request.session.items:
        if marker := item.get_closest_marker("beside"):
            tasks[item.nodeid] = asyncio.ensure_future(marker.args[0](tmp_path_factory.mktemp("beside")))
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest.fixture
def end(request: pytest.FixtureRequest, begun: Tasks) -> asyncio.Task[None]:
    """Its end; what it raises is raised to who waits."""
    return begun[request.node.nodeid]
