"""One verb's options, parsed: argparse, whose complaints become refusals in our words."""

from __future__ import annotations

import argparse
import re
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from unikernel.errors import Refusal


class Parser(argparse.ArgumentParser):
    """A parser that refuses in one sentence, instead of printing the usage."""

    def error(self, message: str) -> NoReturn:
        """Raises `Refusal`: what argparse found wrong, then the cure."""
        help_cure = f"{self.prog} --help lists what it takes."
        if match := re.fullmatch(r"unrecognized arguments: (.*)", message):
            word = match[1].split(" ")[0]
            if not word.startswith("-"):
                raise Refusal(f'{self.prog}: "{word}" is one argument too many; {help_cure}')
            options = [option for action in self._actions for option in action.option_strings]
            near = get_close_matches(word.split("=")[0], options, 1, 0.6)
            raise Refusal(
                f'{self.prog}: there is no option "{word}"; {f"did you mean {near[0]}?" if near else help_cure}'
            )
        if match := re.fullmatch(r"the following arguments are required: (.*)", message):
            raise Refusal(f"{self.prog}: {match[1]} is missing; {help_cure}")
        if match := re.fullmatch(r"argument (\S+?)(?:/\S+)*: invalid choice: '?(.*?)'? \(choose from (.*)\)", message):
            raise Refusal(f'{self.prog}: {match[1]} cannot be "{match[2]}"; choose {match[3].replace(chr(39), "")}.')
        if match := re.fullmatch(r"argument (\S+?)(?:/\S+)*: expected one argument", message):
            raise Refusal(f"{self.prog}: {match[1]} wants a value; {help_cure}")
        raise Refusal(f"{self.prog}: {message}; {help_cure}")


def parse(verb: str, module: ModuleType, words: list[str]) -> argparse.Namespace:
    """The options of `verb`, whose module declares them in ``arguments(parser)``; its docstring is the help.

    Raises `Refusal` for what it does not take. Ends the process after ``--help``, as argparse does.
    """
    parser = Parser(
        prog=f"unikernel {verb}",
        description=(module.__doc__ or "").strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.arguments(parser)
    return parser.parse_args(words)


def add_stack_options(parser: argparse.ArgumentParser) -> None:
    """The options that change a stack for one command."""
    parser.add_argument("--target", metavar="NAME", help="where the image runs, as x86_64-microvm")
    parser.add_argument("--memory", metavar="SIZE", help="the machine's memory, as 8M or 512K")


def add_parameter_options(parser: argparse.ArgumentParser) -> None:
    """The options that set what an image leaves open."""
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="set a parameter that is left open: a device's, as data.size=8MiB, or the app's, as greeting=hi",
    )
    parser.add_argument(
        "--secret",
        metavar="NAME=FILE",
        action="append",
        default=[],
        help="give a secret, as vault.key=key.hex: the file has its bytes, or their hexadecimal digits",
    )


def add_boot_options(parser: argparse.ArgumentParser) -> None:
    """The options of a boot, on the command line and in a notebook alike."""
    add_stack_options(parser)
    add_parameter_options(parser)
    parser.add_argument(
        "--forward",
        metavar="HOST:MACHINE",
        action="append",
        default=[],
        help="open a port of this host's loopback that leads to one of the machine's, as 8080:80; port 0 is any "
        "that is free",
    )
    parser.add_argument("--timeout", metavar="SECONDS", help="stop the machine after so long, with status 124")
    parser.add_argument(
        "--accel", metavar="NAME", default="tcg", help="tcg, which works everywhere, kvm, or auto: probed"
    )
    parser.add_argument(
        "--gdb",
        action="store_true",
        help="wait for gdb before the first instruction, and tell the command that attaches it",
    )
    parser.add_argument("--detach", action="store_true", help="have a process of its own keep the machine: it runs on")
    parser.add_argument("--name", metavar="MACHINE", help="of the machine; left out, the image's")
    parser.add_argument(
        "-i",
        "--repl",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="a prompt follows main.py; left out, the stack says",
    )
    parser.add_argument(
        "--print-command",
        action="store_true",
        help="print one stand-alone QEMU command of the same hardware; start nothing",
    )


def add_subject(parser: argparse.ArgumentParser) -> None:
    """The argument that is a project or an image."""
    parser.add_argument("subject", metavar="DIR|IMAGE.elf", type=Path, help="a project folder, or an image")
