"""What ``%load_ext unikernel`` runs: the magic, its Tab completion, and the hooks around a cell."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

MAGIC = "unikernel"
COMPLETED = (f"%{MAGIC}", f"%%{MAGIC}")


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Registers ``%unikernel`` and ``%%unikernel``; the verbs and what they need are loaded at their first use."""
    from unikernel.notebook.completion import complete  # noqa: PLC0415 - this function is what `import unikernel` avoids
    from unikernel.notebook.magics import unikernel  # noqa: PLC0415

    magic: Any = functools.partial(unikernel, shell)
    shell.register_magic_function(magic, "line_cell", MAGIC)
    for word in COMPLETED:
        shell.set_hook("complete_command", complete, str_key=word)
    shell.events.register("pre_run_cell", _before_cell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Takes the magic away again; machines run on."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop(MAGIC, None)
    for word in COMPLETED:
        shell.strdispatchers["complete_command"].strs.pop(word, None)
    shell.events.unregister("pre_run_cell", _before_cell)


def _before_cell(info: Any) -> None:
    """Publishes again what became final between two cells: headless runners drop what arrives there."""
    del info
    import sys  # noqa: PLC0415

    display = sys.modules.get("unikernel.notebook.display")
    if display is not None:
        display.publish_finished()
