"""What a template's machine must answer: on its console, and to who asks it from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Ask:
    """A command that a person would give beside the running machine, and what it must print.

    It runs in the project's folder. In `run` and `send`, ``{80}`` stands for the port of this computer that leads to the
    machine's port 80, and ``{53/udp}`` for the one that leads to that port of UDP. `send` is what the command reads, and
    `answer` are regular expressions, each of a whole line that it prints, in that order. With `on` it runs on the private
    network of that name, beside the machine, at the `address`, as ``10.0.2.2/24``, where it needs one.
    """

    run: str
    answer: tuple[str, ...]
    send: str = ""
    on: str = ""
    address: str = ""

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Ask:
        """What ``[[boots.ask]]`` says."""
        return cls(**{**data, "answer": tuple(data["answer"])})


@dataclass(frozen=True)
class Boot:
    """One boot of a template's machine, after those before it, on the same disks.

    `expect` are regular expressions, each of a whole line that the machine prints, in that order; `set` are the
    parameters that the boot sets, `secret` those that nobody may see, in hexadecimal.

    `peer` names a server that has to run on this computer, and ``{peer}`` in `set` or in a command stands for its port. A
    machine that serves ends when it is stopped: `ready` is the line that it prints when it can be asked; then come the
    commands of `ask`, and what it prints beside them is in `expect`.
    """

    expect: tuple[str, ...] = ()
    set: Mapping[str, str] = field(default_factory=dict, hash=False)
    secret: Mapping[str, str] = field(default_factory=dict, hash=False)
    status: int = 0
    peer: str = ""
    ready: str = ""
    ask: tuple[Ask, ...] = ()

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Boot:
        """What ``[[boots]]`` says."""
        asks = tuple(map(Ask.read, data.get("ask", ())))
        return cls(**{**data, "expect": tuple(data.get("expect", ())), "ask": asks})

    @property
    def parameters(self) -> dict[str, str | bytes]:
        """All that the boot is given."""
        return {**self.set, **{key: digits.encode() for key, digits in self.secret.items()}}
