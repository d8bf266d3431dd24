"""An app reads of its image what the host reads of it."""

from __future__ import annotations

import json
from pathlib import Path

from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import LittleKv, RamDisk
from unikernel.machine.boot import boot
from unikernel.stack import Stack

PATIENCE_S = 20
HEAD_BYTES = 12 + len("unikernel\0\0\0")


async def test_the_app_reads_the_whole_manifest(tmp_path: Path) -> None:
    app = App.from_text("import json, unikernel\nprint(json.dumps(unikernel.manifest()))")
    stack = Stack("read", app, (RamDisk(name="disk"), LittleKv(name="kv")), parameters={"who": "grün"})
    image = build(stack, into=tmp_path)
    run = await (await boot(image, timeout_s=PATIENCE_S)).wait()
    assert json.loads(run.transcript.data) == json.loads(image.manifest.note()[HEAD_BYTES:].rstrip(b"\0"))
