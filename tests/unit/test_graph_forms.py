"""The device graph as text and in DOT, and the command that prints them."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from unikernel.app import App
from unikernel.cli.main import main
from unikernel.devices import OPEN, LittleKv, Log, RamDisk, TscClock, VirtioBlock
from unikernel.plan import resolve
from unikernel.plots import dot, graph, svg, tree
from unikernel.project import Project
from unikernel.stack import Stack

HELLO = App.from_text("")
STORE = Stack("store", HELLO, (VirtioBlock(name="data"), LittleKv(name="settings"), LittleKv(name="more"), Log()))
UNDECIDED = Stack("s", HELLO, (RamDisk(name="a"), RamDisk(name="b"), TscClock(), TscClock(name="second"), Log()))


def test_the_tree_has_each_requirement_below_who_asks() -> None:
    assert tree.tree(graph.of_plan(resolve(STORE))).splitlines() == [
        "app (main.py)",
        "├─ Console: uart16550 (Uart16550), filled by the plan",
        "├─ RomFiles: romfiles (RomFiles), filled by the plan",
        "└─ Clock: tscclock (TscClock), filled by the plan",
        "log (Log)",
        "├─ Console: uart16550 (Uart16550), filled by the plan",
        "└─ Clock: tscclock (TscClock), filled by the plan",
        "settings (LittleKv)",
        "└─ LittleFs: littlefs (LittleFs), filled by the plan",
        "   └─ Block: data (VirtioBlock), filled by the plan",
        "more (LittleKv)",
        "└─ LittleFs: littlefs (LittleFs), filled by the plan, as above",
    ]


def test_what_is_given_has_no_note_and_what_is_undecided_has_one() -> None:
    given = tree.tree(graph.of_plan(resolve(Stack("s", HELLO, (Log(clock=TscClock()),)))))
    assert "└─ Clock: tscclock (TscClock)\n" in f"{given}\n"
    assert "└─ Clock: second (TscClock), undecided" in tree.tree(graph.of_stack(UNDECIDED))


def test_each_form_says_what_is_open() -> None:
    stack = Stack("s", HELLO, (VirtioBlock(name="data", size=OPEN), Log()), parameters={"a": OPEN(1), "b": OPEN(2)})
    for made in (graph.of_plan(resolve(stack)), graph.of_stack(stack)):
        assert tree.tree(made).startswith("app (main.py), open: a, b\n")
        assert "data (VirtioBlock), open: size" in tree.tree(made)
        assert '"data" [label="data\\nVirtioBlock\\nopen: size"];' in dot.dot(made)
        assert '"app" [label="app\\nmain.py\\n2 open"];' in dot.dot(made)
        drawn = svg.svg(made)
        assert "VirtioBlock · open: size<" in drawn
        assert "the app · 2 open<" in drawn
        assert "app leaves a, b open for the boot." in graph.spoken(made)
        assert "Log ·" not in drawn


@pytest.mark.parametrize("made", [graph.of_plan(resolve(STORE)), graph.of_stack(UNDECIDED)], ids=lambda each: each.name)
def test_dot_has_every_box_and_every_arrow(made: graph.Graph) -> None:
    text = dot.dot(made)
    assert text.startswith(f'digraph "{made.name}" {{')
    assert text.endswith("}")
    boxes = re.findall(r'^    "(\S+)" \[label="\1\\n(\S+)"\];$', text, re.MULTILINE)
    assert boxes == [(node.name, node.title) for node in made.nodes]
    arrows = re.findall(r'^    "(\S+)" -> "(\S+)" \[label="(\S+)", style=(\w+)\];$', text, re.MULTILINE)
    styles = {"given": "solid", "filled": "dashed", "undecided": "dotted"}
    assert arrows == [(link.source, link.target, link.interface, styles[link.how]) for link in made.links]


def test_the_command_prints_each_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = resolve(Project.create(tmp_path / "app").stack)
    said = {}
    for form in ("text", "dot", "svg"):
        assert main(["describe", str(tmp_path / "app"), "--graph", form]) == 0
        said[form] = capsys.readouterr().out
    made = graph.of_plan(plan)
    assert said["text"] == tree.tree(made) + "\n"
    assert said["dot"] == dot.dot(made) + "\n"
    boxes = ET.fromstring(said["svg"]).iter("{http://www.w3.org/2000/svg}rect")  # noqa: S314 - our own text
    assert sum(box.get("class", "").startswith("box") for box in boxes) == len(made.nodes)
