"""docs/devices.md is what the device classes say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from unikernel.devices import CATALOGUE

TOOL = Path(__file__).parents[2] / "tools/devices_page.py"


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("devices_page", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_classes_say() -> None:
    page = tool()
    assert page.PAGE.read_text() == page.text(), "a device class has changed: make docs writes the page anew"


def test_every_device_and_parameter_is_on_it() -> None:
    sections = {part.partition("\n")[0]: part for part in tool().text().split("\n## ")[1:]}
    assert set(sections) == set(CATALOGUE.own)
    for name, cls in CATALOGUE.own.items():
        for each in (*cls.parameters(), *cls.requirements()):
            word = each.name if hasattr(each, "name") else each.field
            assert f"\n| `{word}` | " in sections[name]
