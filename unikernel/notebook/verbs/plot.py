"""Draws where the time of a boot goes, against a guest that does nothing, who owns the bytes of an image, or what of its
memory a machine uses at its first line.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.cli.command import add_parameter_options
from unikernel.cli.subject import parameters_of
from unikernel.errors import Refusal
from unikernel.notebook.session import Session
from unikernel.notebook.subject import add_subject, subject_image

PICTURES = ("boot", "footprint", "memory")
RUNS = 15
MOST_RUNS = 1000


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("picture", choices=PICTURES, help="what to draw")
    add_subject(parser)
    parser.add_argument(
        "-n", "--runs", metavar="N", default=str(RUNS), help=f"how many boots to measure; {RUNS} if left out"
    )
    add_parameter_options(parser)
    parser.add_argument("--dark", action="store_true", help="for a dark page")


def run(session: Session, options: Namespace) -> None:
    """Measures, draws, shows."""
    if not options.runs.isdecimal() or not 0 < int(options.runs) <= MOST_RUNS:
        raise Refusal(f'--runs: "{options.runs}" is not a number of boots from 1 to {MOST_RUNS}.')
    parameters = parameters_of(options.set, options.secret)
    image = subject_image(session, options.subject, "plot")
    from IPython.display import display  # noqa: PLC0415

    from unikernel import plots  # noqa: PLC0415 - matplotlib

    if options.picture == "footprint":
        display(plots.footprint(image.footprint, dark=options.dark))
        return
    from unikernel import sweep  # noqa: PLC0415

    if options.picture == "memory":
        display(plots.memory(sweep.memory(image, parameters=parameters), dark=options.dark))
        return
    display(plots.boot(sweep.boots(image, int(options.runs), parameters=parameters), dark=options.dark))
