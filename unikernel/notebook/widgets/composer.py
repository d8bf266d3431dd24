"""The composer: a stack edited by hand, with its graph, its problems in words, and the Python that makes the same."""

from __future__ import annotations

import dataclasses
from functools import cache, partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import ipywidgets

from unikernel.app import App
from unikernel.devices.app_requirements import APP
from unikernel.errors import BuildError, UnikernelError
from unikernel.notebook.page import bundle, tokens
from unikernel.notebook.plan_page import pictures
from unikernel.notebook.widgets.catalogue import Catalogue
from unikernel.notebook.widgets.device_form import DeviceForm
from unikernel.notebook.widgets.edits import free_name, removed, said, use
from unikernel.notebook.widgets.problem import Problem, examine
from unikernel.plan import Plan
from unikernel.plots import graph
from unikernel.project import HELLO, write
from unikernel.stack import Stack, check_memory
from unikernel.targets import TARGETS
from unikernel.units import memory, parse_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from unikernel.devices import Device, Value

MEMORY_CHOICES: Final = ("2 MiB", "4 MiB", "8 MiB", "16 MiB", "32 MiB", "64 MiB", "128 MiB")
WIDTHS: Final = (620, 560, 500, 440, 380, 320, 270)
_COPY: Final = (
    "const t=this.parentElement.querySelector('pre');const s=()=>{this.textContent='Copied'};"
    "if(navigator.clipboard){navigator.clipboard.writeText(t.textContent).then(s)}"
    "else{const r=document.createRange();r.selectNodeContents(t);const g=getSelection();g.removeAllRanges();g.addRange(r);"
    "document.execCommand('copy');s()}"
)


class StackComposer(ipywidgets.VBox):
    """``StackComposer(stack)`` edits a stack; ``composer.stack`` is the result, an ordinary `Stack`, at any moment.

    A stack that cannot be resolved yet is a stack too: the composer says what is missing, and `build` refuses it.
    """

    def __init__(self, stack: Stack | None = None) -> None:
        """Of the default stack where none is given."""
        self._now = stack or Stack.default("hello", App.from_text(HELLO))
        self._past: list[Stack] = []
        self._future: list[Stack] = []
        self._selected = APP
        self._told: list[Callable[[Stack], object]] = []
        self._showing = False
        self._refused = ""
        self._title = ipywidgets.HTML()
        self._target = ipywidgets.Dropdown(description="target", options=list(TARGETS))
        self._memory = ipywidgets.Combobox(
            description="memory", options=MEMORY_CHOICES, continuous_update=False, ensure_option=False
        )
        self._undo = _button("↶", self._go_back, "Undo")
        self._redo = _button("↷", self._go_on, "Redo")
        self._show_code = ipywidgets.ToggleButton(description="Show code", value=True)
        self._build = _button("Build", self._make, "Build the image", "ukc-primary")
        self._catalogue = Catalogue(self._tick, self._more)
        self._picture = ipywidgets.HTML()
        self._words = ipywidgets.HTML()
        self._cures = ipywidgets.HBox()
        self._cures.add_class("ukc-cures")
        self._fault = _box(ipywidgets.VBox, "ukc-problem", self._words, self._cures)
        self._form = DeviceForm(self._change, self._say, self._select, self._remove)
        self._language = ipywidgets.ToggleButtons(options=["Python", "TOML"])
        self._code = ipywidgets.HTML()
        self._result = ipywidgets.HTML()
        self._result.add_class("ukc-result")
        self._code_box = _box(
            ipywidgets.VBox, "ukc-code", _box(ipywidgets.HBox, "ukc-tabs", self._language), self._code
        )
        head = (self._title, self._target, self._memory, self._undo, self._redo, self._show_code, self._build)
        super().__init__(
            [
                ipywidgets.HTML(_css(), layout={"height": "0", "margin": "0", "overflow": "hidden"}),
                _box(ipywidgets.HBox, "ukc-head", *head),
                _box(
                    ipywidgets.Box,
                    "ukc-body",
                    self._catalogue,
                    _box(ipywidgets.VBox, "ukc-graph", self._picture, self._fault),
                    self._form,
                ),
                self._code_box,
                self._result,
            ]
        )
        self.add_class("ukc")
        self.add_class("uk")
        self._target.observe(self._on_target, "value")
        self._memory.observe(self._on_memory, "value")
        self._language.observe(lambda _: self._show(), "value")
        self._show_code.observe(lambda _: self._show(), "value")
        self._show()

    @property
    def stack(self) -> Stack:
        """What is composed now."""
        return self._now

    @stack.setter
    def stack(self, stack: Stack) -> None:
        self._put(stack)

    @property
    def problem(self) -> str:
        """What keeps the stack from being built, in one sentence; empty where nothing does."""
        found = examine(self._now)
        return found.sentence if isinstance(found, Problem) else ""

    def on_change(self, callback: Callable[[Stack], object]) -> None:
        """Have `callback(stack)` called after each change."""
        self._told.append(callback)

    def __str__(self) -> str:
        """The plan as text, or the stack and its problem."""
        found = examine(self._now)
        return str(found) if isinstance(found, Plan) else f"{self._now}\n✗ {found.sentence}"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        data = super()._repr_mimebundle_(**options)
        # Where no widget can be shown, the graph and the words still are.
        still = bundle(str(self), f'<div class="uk-card"><div class="uk-bd">{pictures(self._graph())}</div></div>')
        first = data[0] if isinstance(data, tuple) else data
        first.update(still)
        return data

    # Edits: each makes another stack. A refusal leaves the one there was, and is said.

    def _edit(self, edit: Callable[[], Stack], selected: str | None = None) -> None:
        try:
            stack = edit()
        except UnikernelError as error:
            self._refused = str(error)
            self._show()
            return
        self._put(stack, selected)

    def _put(self, stack: Stack, selected: str | None = None) -> None:
        self._refused = ""
        if stack != self._now:
            self._past.append(self._now)
            self._future.clear()
        self._become(stack, selected)

    def _become(self, stack: Stack, selected: str | None = None) -> None:
        self._now = stack
        self._selected = selected or self._selected
        self._show()
        for callback in self._told:
            callback(stack)

    def _tick(self, cls: type[Device], on: bool) -> None:  # noqa: FBT001 - a tick is a bool
        if on:
            self._more(cls)
            return

        def without() -> Stack:
            stack = self._now
            for name in [each.name for each in stack.devices if type(each) is cls]:
                stack = removed(stack, name)
            return stack

        self._edit(without)

    def _more(self, cls: type[Device]) -> None:
        name = free_name(self._now, cls.__name__.lower())
        self._edit(lambda: self._now.add(cls(name=name)), name)

    def _remove(self, name: str) -> None:
        self._edit(lambda: removed(self._now, name), APP)

    def _change(self, owner: str, field: str, value: Any) -> None:
        if owner == APP or field in {need.field for need in self._now[owner].requirements()}:
            self._edit(lambda: use(self._now, owner, field, value))
        else:
            self._edit(lambda: self._renamed(owner, value), value)

    def _say(self, owner: str, name: str, value: Value, opened: bool) -> None:  # noqa: FBT001 - a switch is a bool
        self._edit(lambda: said(self._now, owner, name, value, opened=opened))

    def _renamed(self, owner: str, name: str) -> Stack:
        stack = self._now
        uses = {key: name if used == owner else used for key, used in stack.uses.items()}
        changed = dataclasses.replace(stack.configure(owner, name=name), uses=uses)
        self._form.renamed(name)
        return changed

    def _on_target(self, event: Any) -> None:
        if not self._showing:
            self._edit(lambda: dataclasses.replace(self._now, target=event.new))

    def _on_memory(self, event: Any) -> None:
        if not self._showing:
            self._edit(
                lambda: dataclasses.replace(self._now, memory_bytes=check_memory(parse_memory(event.new), "memory"))
            )

    def _select(self, name: str) -> None:
        self._selected = name
        self._show()

    def _go_back(self) -> None:
        if self._past:
            self._future.append(self._now)
            self._become(self._past.pop())

    def _go_on(self) -> None:
        if self._future:
            self._past.append(self._now)
            self._become(self._future.pop())

    def _make(self) -> None:
        from unikernel.notebook import session  # noqa: PLC0415
        from unikernel.notebook.making import image_of  # noqa: PLC0415

        try:
            image_of(session.current(), self._now, result=True, place=self)
        except BuildError:
            return  # its card is shown
        except UnikernelError as error:
            self.put(bundle("", f'<div class="uk-msg" role="alert">✗ {escape(str(error))}</div>'))

    def put(self, data: dict[str, str]) -> None:
        """Shows how a build goes; see `page.Place`."""
        self._result.value = data["text/html"]

    # Showing: everything follows from the stack.

    def _graph(self) -> graph.Graph:
        found = examine(self._now)
        if isinstance(found, Plan):
            return graph.of_plan(found).marked({}, self._selected)
        return graph.of_stack(self._now).marked(dict.fromkeys(found.owners, found.sentence), self._selected)

    def _show(self) -> None:
        self._showing = True
        stack, found = self._now, examine(self._now)
        problem = found if isinstance(found, Problem) else None
        if self._selected != APP and self._selected not in {each.name for each in stack.devices}:
            self._selected = APP
        word = '<span class="uk-bad">✗ 1 problem</span>' if problem else '<span class="uk-ok">✓ complete</span>'
        self._title.value = f'<b style="font-weight:600">{escape(stack.name)}</b> &nbsp; {word}'
        self._target.value = stack.target
        self._memory.value = memory(stack.memory_bytes)
        self._undo.disabled, self._redo.disabled = not self._past, not self._future
        self._build.disabled = problem is not None
        added = [] if problem else [each.class_name for each in found.devices if each.added]  # type: ignore[union-attr]
        self._catalogue.show(stack, frozenset(added))
        self._picture.value = pictures(self._graph(), WIDTHS, 0)
        self._show_problem(problem)
        field = problem.sentence.split(":", 1)[0].partition(".")[2] if problem else ""
        self._form.show(stack, self._selected, field if problem and self._selected in problem.owners else "")
        self._code_box.layout.display = "" if self._show_code.value else "none"
        code = stack.python() if self._language.value == "Python" else write(stack)
        self._code.value = f'<div><button type="button" class="ukc-copy" onclick="{_COPY}">Copy</button><pre>{escape(code)}</pre></div>'
        self._showing = False

    def _show_problem(self, problem: Problem | None) -> None:
        sentence = self._refused or (problem.sentence if problem else "")
        self._fault.layout.display = "" if sentence else "none"
        self._words.value = (
            f'<div role="alert"><span class="uk-bad">✗</span> {escape(sentence)}</div>' if sentence else ""
        )
        cures = problem.cures if problem and not self._refused else ()
        self._cures.children = [
            _button(cure.label, partial(self._edit, partial(getattr, cure, "stack"))) for cure in cures
        ]
        self._cures.layout.display = "" if cures else "none"


def _button(label: str, act: Callable[[], None], tip: str = "", *classes: str) -> ipywidgets.Button:
    button = ipywidgets.Button(description=label, tooltip=tip)
    button.on_click(lambda _: act())
    for each in classes:
        button.add_class(each)
    return button


def _box(kind: type[ipywidgets.Box], name: str, *children: ipywidgets.Widget) -> ipywidgets.Box:
    box = kind(list(children))
    box.add_class(name)
    return box


@cache
def _css() -> str:
    rules = Path(__file__).with_name("composer.css").read_text(encoding="utf-8")
    return f"<style>{tokens()}{rules}</style>"
