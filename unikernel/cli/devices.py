"""Lists the devices that a stack can be made of; with a class, its requirements and parameters."""

from __future__ import annotations

import inspect
from argparse import ArgumentParser, Namespace

from unikernel.cli import output
from unikernel.devices import CATALOGUE, Device
from unikernel.stack import class_named, setting, toml
from unikernel.table import Card, Column, Table


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("name", metavar="CLASS", nargs="?", help="one device class, as Uart16550")


def run(options: Namespace) -> int:
    """Prints the catalogue, or one class of it."""
    if options.name is None:
        for problem in CATALOGUE.problems:
            output.message(problem)
    output.result(catalogue().text() if options.name is None else page(class_named(options.name, "devices")).text())
    return 0


def catalogue() -> Table:
    """All device classes."""
    rows = tuple((name, _provides(cls), _requires(cls), cls.summary()) for name, cls in CATALOGUE.items())
    return Table((Column("class", mono=True), Column("provides"), Column("requires"), Column("what it is")), rows)


def page(cls: type[Device]) -> Card:
    """One device class: what it says of itself, its requirements and parameters."""
    settings = [
        (need.field, need.interface.__name__, "left out: the plan fills it", "whom it requires")
        for need in cls.requirements()
    ]
    settings += [
        (each.name, each.kind, setting(each, each.default, opened=False), each.text) for each in cls.parameters()
    ]
    settings.insert(0, ("name", "text", toml(cls.__name__.lower()), "its name in stack, image and app"))
    columns = (Column("setting", mono=True), Column("value"), Column("default"), Column(""))
    return Card(
        cls.__name__,
        facts=(f"provides {_provides(cls)}", f"driver {cls.source_file()}"),
        message=inspect.cleandoc(cls.__doc__ or ""),
        tables=(Table(columns, tuple(settings)),),
        foot=f'in unikernel.toml: [devices.{cls.__name__.lower()}] with class = "{cls.__name__}"',
    )


def _provides(cls: type[Device]) -> str:
    return ", ".join(each.__name__ for each in cls.provides()) or "nothing"


def _requires(cls: type[Device]) -> str:
    return ", ".join(need.interface.__name__ for need in cls.requirements()) or "nothing"
