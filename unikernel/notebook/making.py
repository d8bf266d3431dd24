"""Builds for a verb: the steps on one line that updates, then the result or the failure in its place."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from unikernel.errors import BuildError
from unikernel.notebook import cards
from unikernel.notebook.magics import Interrupted
from unikernel.notebook.page import Place, Shows, show_line

if TYPE_CHECKING:
    from unikernel.build.image import Image
    from unikernel.build.step import Step
    from unikernel.notebook.session import Session
    from unikernel.stack import Stack

QUIET_S: Final = 0.5
"""What takes no longer shows no progress."""
REFRESH_S: Final = 0.1
FOLDER: Final = Path("build")


def image_of(session: Session, stack: Stack, *, result: bool, place: Shows | None = None) -> Image:
    """Builds `stack`; a card says how it went, of success only if `result`. Raises what the build raises, and
    `Interrupted`.
    """
    from unikernel.build import build  # noqa: PLC0415 - hashing, ELF files, compilers

    place, line = place or Place(), _Line(stack.name)
    try:
        image = build(stack, into=session.folders.get(stack.name, FOLDER), progress=lambda step: line.tell(step, place))
    except BuildError as error:
        place.put(cards.not_built(stack.name, error, stack, line.seconds))
        raise
    except KeyboardInterrupt:
        message = f"build: interrupted after {line.seconds:.1f} s; {stack.name} was not built, the next build goes on from there."
        raise Interrupted(message) from None
    if result or line.told:
        place.put(cards.built(image, stack))
    return session.keep_image(image, stack.name)


class _Line:
    """The line that updates; silent for the first half second, then ten times a second at most."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._began = time.monotonic()
        self._told_at = 0.0
        self.told = False

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def tell(self, step: Step, place: Shows) -> None:
        now = self.seconds
        if now < QUIET_S or now - self._told_at < REFRESH_S:
            return
        self._told_at, self.told = now, True
        place.put(cards.building(self._name, step, now))


def show_nothing_runs() -> None:
    """What `ps` and `stop` say of nothing."""
    show_line("No machine runs in this notebook; %unikernel boot starts one.")
