"""The short soak: `make soak` asks fifty times as much."""

from pathlib import Path

from tests.network.soak import soak

REQUESTS = 20_000


async def test_after_20_000_requests_no_answer_is_wrong_and_nothing_more_is_held(tmp_path: Path) -> None:
    await soak(tmp_path, REQUESTS, machine_closes=False)
