"""Says what this computer has and lacks for building and booting; each lack with its cure.

Ends with status 0 when nothing that is needed is missing, else with 1.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.cli import output


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments: none."""
    del parser


def run(options: Namespace) -> int:
    """Prints the findings."""
    del options
    from unikernel.doctor import card, examine  # noqa: PLC0415 - subprocess and more

    findings = examine()
    output.result(card(findings).text())
    return 1 if any(each.needed and not each.good for each in findings) else 0
