"""The device graph: what is drawn, where it stands, and that it needs nothing heavy."""

import itertools
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from unikernel.app import App
from unikernel.devices import Log, Repl, RomFiles, TscClock
from unikernel.devices.app_requirements import APP
from unikernel.plan import resolve
from unikernel.plots import graph, svg, svg_lines
from unikernel.plots.layers import GAP_PX, heights, layout
from unikernel.stack import Stack

HELLO = App.from_text("")
DEFAULT = Stack.default("hello", HELLO)
UNDECIDED = Stack("s", HELLO, (TscClock(), TscClock(name="second"), Log()))
CROWD = Stack("crowd", HELLO, tuple(Log(name=f"log{i}") for i in range(9)))


def drawn(stack: Stack, width: float = 640) -> ET.Element:
    return ET.fromstring(svg.svg(graph.of_stack(stack), width))  # noqa: S314 - our own text


@pytest.mark.parametrize("width", [270, 380, 640, 900])
@pytest.mark.parametrize("stack", [DEFAULT, UNDECIDED, CROWD], ids=lambda stack: stack.name)
def test_every_box_is_inside_and_none_touches_another(stack: Stack, width: float) -> None:
    svg = drawn(stack, width)
    boxes = [r for r in svg.iter("{http://www.w3.org/2000/svg}rect") if r.get("class", "").startswith("box")]
    assert len(boxes) == len(graph.of_stack(stack).nodes)
    edges = [(float(b.get("x", 0)), float(b.get("y", 0)), float(b.get("width", 0))) for b in boxes]
    assert all(x >= svg_lines.MARGIN_PX and x + wide <= width for x, _, wide in edges)
    for (x, y, wide), (other_x, other_y, _) in itertools.pairwise(sorted(edges, key=lambda each: (each[1], each[0]))):
        assert y != other_y or other_x >= x + wide + GAP_PX / 2


def test_no_text_is_smaller_than_the_look_allows() -> None:
    assert min(map(int, re.findall(r"font:(\d+)px", svg.svg(graph.of_plan(resolve(DEFAULT)))))) >= 11


def test_given_and_filled_are_told_apart() -> None:
    links = graph.of_plan(resolve(Stack("s", HELLO, (Repl(console=DEFAULT["uart16550"]),)))).links  # type: ignore[arg-type]
    assert {(link.source, link.how) for link in links} >= {("repl", "given"), (APP, "filled")}


def test_what_the_plan_adds_is_dashed() -> None:
    added = {node.name for node in graph.of_plan(resolve(Stack("s", HELLO))).nodes if node.added}
    assert added == {"uart16550", "romfiles", "tscclock"}
    assert {node.name for node in graph.of_stack(Stack("s", HELLO)).nodes if node.added} == added


def test_the_undecided_points_at_each_that_could_serve() -> None:
    found = graph.of_stack(UNDECIDED)
    assert {link.target for link in found.links if link.how == "undecided"} == {"tscclock", "second"}
    assert "Clock ?" in svg.svg(found)


def test_the_graph_of_a_stack_is_that_of_its_plan() -> None:
    plan, stack = graph.of_plan(resolve(DEFAULT)), graph.of_stack(DEFAULT)
    assert set(plan.nodes) == set(stack.nodes)
    assert set(plan.links) == set(stack.links)


def test_a_problem_is_marked_and_spoken() -> None:
    found = graph.of_stack(DEFAULT).marked({"repl": "it is lonely"}, "uart16550")
    text = svg.svg(found)
    assert "Problem at repl: it is lonely" in text
    assert 'class="bang"' in text
    assert "box sel" in text


def test_a_cycle_can_be_drawn() -> None:
    assert heights("ab", [("a", "b"), ("b", "a")]) == {"b": 0, "a": 1}
    assert layout({"app": 60, "a": 60, "b": 60}, [("a", "b"), ("b", "a")], "app", 300).rows == (
        ("app",),
        ("a",),
        ("b",),
    )


def test_names_of_devices_are_text_not_markup() -> None:
    stack = Stack("s", HELLO, (RomFiles(name="romfiles"),))
    ET.fromstring(svg.svg(graph.of_stack(stack).marked({"romfiles": '<&">'})))  # noqa: S314


def test_it_needs_no_matplotlib() -> None:
    code = "import sys, unikernel.plots.svg; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
