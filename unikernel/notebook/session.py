"""What this Jupyter kernel has made so far, by name: stacks (an app is the app of one), images, machines; the newest
last.

>>> from unikernel.notebook import session >>> session.current().images["hello"].bytes

After a verb the newest stand in the notebook's own names too: ``stack``, ``image``, ``machine``, ``run``.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from unikernel.app import App
from unikernel.errors import Refusal
from unikernel.project import FILE, Project
from unikernel.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from unikernel.build.image import Image
    from unikernel.machine.sync import Machine
    from unikernel.machine.sync_capture import Capture
    from unikernel.machine.vmm import Vmm

T = TypeVar("T")


@dataclass
class Session:
    """The registry; `names` is the notebook's namespace. `vmm` runs the machines, QEMU where it is None."""

    names: dict[str, Any] = field(default_factory=dict, repr=False)
    stacks: dict[str, Stack] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)
    machines: dict[str, Machine] = field(default_factory=dict)
    captures: dict[str, Capture] = field(default_factory=dict)
    """By the machine's name, those that have not been shown to their end."""
    folders: dict[str, Path] = field(default_factory=dict)
    """Where the images of a project's stack go; others go to ``build``."""
    vmm: Vmm | None = field(default=None, repr=False)
    newest: str = ""
    """The name that was worked on last."""

    def define_app(self, name: str, source: str) -> Stack:
        """The app of that name; a stack that was composed for it keeps its devices. Raises `Refusal` for a bad name."""
        app = App.from_text(source)
        known = self.stacks.get(name)
        return self.keep_stack(dataclasses.replace(known, app=app) if known else Stack.default(name, app))

    def keep_stack(self, stack: Stack, folder: Path | None = None) -> Stack:
        """Makes `stack` the newest."""
        if folder is not None:
            self.folders[stack.name] = folder
        self.names["stack"] = _last(self.stacks, stack.name, stack)
        self.newest = stack.name
        return stack

    def keep_image(self, image: Image, name: str = "") -> Image:
        """Makes `image` the newest; its name is the stack's."""
        self.newest = name or image.name
        self.names["image"] = _last(self.images, self.newest, image)
        return image

    def keep_machine(self, machine: Machine) -> Machine:
        """Makes `machine` the newest; ``run`` is its run once it has ended."""
        self.names["machine"] = _last(self.machines, machine.name, machine)
        self.note_run(machine)
        return machine

    def note_run(self, machine: Machine) -> None:
        """Binds ``run`` if the machine has ended."""
        if machine.run is not None:
            self.names["run"] = machine.run

    def stack(self, word: str | None, verb: str) -> Stack:
        """The stack that a verb means: variable, name, project's folder; left out, the newest. Raises `Refusal`."""
        if word is None:
            name = self.newest if self.newest in self.stacks else next(reversed(self.stacks), None)
            if name is None:
                raise Refusal(
                    f"{verb}: there is no app yet; write one in a cell that begins with %%unikernel app NAME."
                )
            return self.keep_stack(self.stacks[name])
        value = getattr(self.names.get(word), "stack", None) or self.names.get(word)
        if isinstance(value, App):
            return self.keep_stack(Stack.default(word, value))
        if isinstance(value, Stack):
            return self.keep_stack(value)
        if word in self.stacks:
            return self.keep_stack(self.stacks[word])
        from pathlib import Path  # noqa: PLC0415

        folder = Path(word)
        if (folder / FILE).is_file():
            project = Project.load(folder)
            return self.keep_stack(project.stack, project.build_folder)
        self._unknown(verb, "app, stack or project folder", word, self.stacks)

    def machine(self, word: str | None, verb: str) -> Machine:
        """The machine of that name or variable; left out, the newest that runs, else the newest. Raises `Refusal`."""
        if word is None:
            found = list(self.machines.values())
            if not found:
                raise Refusal(f"{verb}: no machine was booted in this notebook; %unikernel boot starts one.")
            return next((each for each in reversed(found) if each.run is None), found[-1])
        if word in self.machines:
            return self.machines[word]
        from unikernel.machine.sync import Machine  # noqa: PLC0415 - asyncio

        value = self.names.get(word)
        if isinstance(value, Machine):
            return value
        self._unknown(verb, "machine", word, self.machines)

    def attached(self, word: str | None, verb: str) -> Machine:
        """The same, and also a kept machine of another process, which is then one of ours. Raises `Refusal`."""
        known = self.machines.get(word or "")
        if word is not None and (known is None or known.run is not None):
            from unikernel.machine import registry  # noqa: PLC0415 - asyncio

            if any(entry.name == word and entry.console for entry in registry.running()):
                from unikernel.machine.sync import attach  # noqa: PLC0415

                return self.keep_machine(attach(word))
            if known is None and any(each.name == word for each in registry.ended()):
                registry.find(word, verb)  # refuses in words of how it ended
        return self.machine(word, verb)

    @staticmethod
    def _unknown(verb: str, kind: str, word: str, known: Iterable[str]) -> NoReturn:
        names = list(known)
        near = get_close_matches(word, names, 1, 0.5)
        cure = f"this notebook has {', '.join(names)}." if names else "this notebook has none yet."
        raise Refusal(f'{verb}: there is no {kind} "{word}"; {f"did you mean {near[0]}?" if near else cure}')


def _last(table: dict[str, T], name: str, value: T) -> T:
    """Puts `value` at the end of an ordered table."""
    table.pop(name, None)
    table[name] = value
    return value


_current = Session()


def current() -> Session:
    """The session of this Jupyter kernel."""
    return _current


def started(names: Mapping[str, Any] | dict[str, Any]) -> Session:
    """The session, with `names` as the notebook's namespace."""
    assert isinstance(names, dict)
    _current.names = names
    return _current
