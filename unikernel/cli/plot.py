"""Draws a picture: where the time of a boot goes, who owns the bytes of an image, or what of its memory a machine uses.

The file's name says the format, as boot.svg or boot.png; left out, it is DIR/build/boot.svg, or lies beside the image.
The boot is measured: the image and the floor, a guest that does nothing, are booted in turn. Memory is that in use at
the first line of one boot.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unikernel.cli import output
from unikernel.cli.command import add_parameter_options, add_subject
from unikernel.cli.subject import image_of, parameters_of
from unikernel.errors import Refusal

if TYPE_CHECKING:
    from unikernel.build import Image

PICTURES = ("boot", "footprint", "memory")
FORMATS = (".svg", ".png", ".pdf")
RUNS = 15
MOST_RUNS = 1000


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("picture", choices=PICTURES, help="what to draw")
    add_subject(parser)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to write it")
    parser.add_argument("--runs", metavar="N", default=str(RUNS), help=f"how many boots to measure; {RUNS} if left out")
    add_parameter_options(parser)
    parser.add_argument("--dark", action="store_true", help="for a dark page")


def run(options: Namespace) -> int:
    """Measures, draws, writes, and says where."""
    runs = _runs(options.runs)
    if options.output is not None and options.output.suffix not in FORMATS:
        raise Refusal(f"{options.output}: the name says no format; end it in {', '.join(FORMATS)}.")
    parameters = parameters_of(options.set, options.secret)
    image = image_of(options.subject)
    file = options.output or image.path.with_name(f"{options.picture}.svg")
    if options.picture == "boot":
        figure = _boot(image, runs, parameters, dark=options.dark)
    elif options.picture == "memory":
        figure = _memory(image, parameters, dark=options.dark)
    else:
        figure = _footprint(image, dark=options.dark)
    try:
        figure.savefig(file)
    except OSError as error:
        raise Refusal(f"{file}: it cannot be written ({error.strerror}); name another file with -o.") from error
    output.result(str(file))
    return 0


def _boot(image: Image, runs: int, parameters: dict[str, object], *, dark: bool) -> Any:
    from unikernel import plots, sweep  # noqa: PLC0415 - matplotlib, which only this verb loads

    return plots.boot(sweep.boots(image, runs, parameters=parameters), dark=dark)


def _footprint(image: Image, *, dark: bool) -> Any:
    from unikernel import plots  # noqa: PLC0415

    return plots.footprint(image.footprint, dark=dark)


def _memory(image: Image, parameters: dict[str, object], *, dark: bool) -> Any:
    from unikernel import plots, sweep  # noqa: PLC0415

    return plots.memory(sweep.memory(image, parameters=parameters), dark=dark)


def _runs(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MOST_RUNS:
        raise Refusal(f'--runs: "{text}" is not a number of boots from 1 to {MOST_RUNS}.')
    return int(text)
