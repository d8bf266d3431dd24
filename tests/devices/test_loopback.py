"""Loopback: a machine without a nic that speaks to itself."""

from __future__ import annotations

from pathlib import Path

from tests.network.asked import asked, image_of
from unikernel.devices import Loopback


async def test_the_machine_is_there_for_itself(tmp_path: Path) -> None:
    async with asked(image_of(tmp_path, Loopback(name="ip"))) as app:
        assert await app.ask("(ip.address, ip.gateways, ip.up)") == ("127.0.0.1/8", (), True)
        assert 0 < await app.ask('ip.ping("127.0.0.1")') < 20
        assert await app.ask('ip.ping("10.0.2.2")') == ("OSError", (113,))
        assert await app.ask("[each.class_name for each in unikernel.devices() if 'Net' in each.class_name]") == []
