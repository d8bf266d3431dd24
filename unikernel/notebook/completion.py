"""Tab after ``%unikernel``: verbs, then the names, options and values that the verb takes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from unikernel.notebook.session import Session

MEMORY_CHOICES = ("2M", "4M", "8M", "16M", "32M", "64M", "128M")


def complete(shell: Any, event: Any) -> list[str]:
    """IPython's hook: the candidates for the word at the cursor. `event` says the line up to the cursor and the
    word.
    """
    from unikernel.notebook import session  # noqa: PLC0415

    return candidates(session.started(shell.user_ns), event.text_until_cursor, event.symbol)


def candidates(session: Session, line: str, symbol: str) -> list[str]:
    """What may stand at the end of `line`, beginning with `symbol`."""
    from unikernel.notebook.guide import VERBS  # noqa: PLC0415
    from unikernel.notebook.magics import parser_of  # noqa: PLC0415

    words = line.split()[1:]
    if words and line.endswith(symbol) and symbol:
        words = words[:-1]
    if not words:
        return _starting(VERBS, symbol)
    verb = words[0]
    if verb not in VERBS:
        return []
    actions = parser_of(verb, import_module(f"unikernel.notebook.verbs.{verb}"))._actions  # noqa: SLF001 - argparse has no public list
    option = next((each for each in actions if words[-1] in each.option_strings and each.nargs != 0), None)
    if option is not None:
        return _starting(_values(option.dest, session), symbol)
    if symbol.startswith("-"):
        return _starting(
            (each for action in actions for each in action.option_strings if each.startswith("--")), symbol
        )
    found: list[str] = []
    for action in actions:
        if not action.option_strings:
            found += action.choices or _values(action.dest, session)
    return _starting(dict.fromkeys(found), symbol)


def _values(kind: str, session: Session) -> Iterable[str]:
    """The names that an argument may have, by what it is called."""
    from unikernel.devices import CATALOGUE  # noqa: PLC0415
    from unikernel.targets import TARGETS  # noqa: PLC0415

    if kind == "machine":
        from unikernel.machine import registry  # noqa: PLC0415

        return dict.fromkeys([*session.machines, *(entry.name for entry in registry.running() if entry.console)])
    if kind == "device":
        return CATALOGUE
    if kind == "target":
        return TARGETS
    if kind == "memory":
        return MEMORY_CHOICES
    if kind == "accel":
        return ("tcg", "kvm", "auto")
    if kind in ("subject", "name"):
        return [*session.stacks, *(name for name in session.images if name not in session.stacks)]
    return ()


def _starting(words: Iterable[str], symbol: str) -> list[str]:
    return [word for word in words if word.startswith(symbol)]
