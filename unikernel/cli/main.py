"""Picks the verb, loads its module alone, runs it, and turns every error into its sentence and exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

from unikernel.cli import output
from unikernel.errors import Refusal, UnikernelError

PROGRAM = "unikernel"

VERBS = {
    "new": "make a project folder: a stack in unikernel.toml, an app in main.py",
    "build": "build a project into an image",
    "boot": "boot a project or an image, and attach its console",
    "describe": "show what a project is made of: devices, who requires whom, components",
    "devices": "list the devices that a stack can be made of",
    "check": "check an app: imports, types, and where MicroPython is not CPython",
    "footprint": "tell who owns each byte of an image",
    "plot": "draw the boot, the footprint or the memory",
    "console": "attach to a machine that was booted with --detach",
    "capture": "show what goes through a kept machine's nic, or write it for Wireshark",
    "ps": "list the machines that run",
    "stop": "stop a machine",
    "doctor": "say what this computer has and lacks, with the cure",
    "fetch": "fill a folder with every source archive, for a computer without network",
    "clean": "say what the cache holds, and free it",
}
"""Each verb, which is a module of this package, in the order in which one meets them."""

STATUS_INTERRUPTED = 130
STATUS_BROKEN_PIPE = 141

_HELP = f"""usage: {PROGRAM} VERB [OPTION …] [ARGUMENT …]

A library operating system for Python: an app and the devices it needs become one image that boots in milliseconds.

verbs:
{{verbs}}

{PROGRAM} VERB --help tells more. To begin:
  {PROGRAM} new hello && {PROGRAM} boot hello

exit status: that of the machine (n & 255); else 2 refused, 124 timeout, 125 QEMU failed, 130 stopped, 134 panic, 137 power cut
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; `arguments` are without the program's name. Returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _run(words)
        sys.stdout.flush()
    except UnikernelError as error:
        output.error(error)
        return error.exit_status
    except BrokenPipeError:
        # Who read our results has left, as `head` does. Python would complain again when it flushes at exit.
        output.forget_stdout()
        return STATUS_BROKEN_PIPE
    except KeyboardInterrupt:
        return STATUS_INTERRUPTED
    except OSError as error:
        output.forget_stdout()
        place = error.filename or "standard output"
        refusal = Refusal(f"{place}: {(error.strerror or str(error)).lower()}; free some space, or mend its rights.")
        output.error(refusal)
        return refusal.exit_status
    return status


def _run(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        if words[1:] and words[0] == "help":
            return _verb(words[1], ["--help"])
        width = max(map(len, VERBS))
        output.result(_HELP.format(verbs="\n".join(f"  {verb:{width}}  {text}" for verb, text in VERBS.items())))
        return 0 if words else Refusal.exit_status
    if words[0] in ("-V", "--version"):
        from unikernel import __version__  # noqa: PLC0415 - only this option asks

        output.result(f"{PROGRAM} {__version__}")
        return 0
    return _verb(words[0], words[1:])


def _verb(verb: str, words: list[str]) -> int:
    if verb not in VERBS:
        near = get_close_matches(verb, VERBS, 1, 0.5)
        cure = f"did you mean {near[0]}?" if near else f"there are {', '.join(VERBS)}."
        kind = "option" if verb.startswith("-") else "verb"
        raise Refusal(f'{PROGRAM}: there is no {kind} "{verb}"; {cure}')
    from unikernel.cli.command import parse  # noqa: PLC0415 - argparse, which the overview does not need

    module = import_module(f"unikernel.cli.{verb}")
    status: int = module.run(parse(verb, module, words))
    return status


if __name__ == "__main__":
    sys.exit(main())
