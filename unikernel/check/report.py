"""`check`: all that can be known of an app before its machine boots."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from unikernel.build import packages as packages_of_plan
from unikernel.build import runtime
from unikernel.build.app import rom
from unikernel.build.brought import brought
from unikernel.build.bytecode import Source
from unikernel.build.catalogue import drivers
from unikernel.build.known import known
from unikernel.build.shelf import Shelf
from unikernel.build.step import Progress, silent
from unikernel.check import differences, names, typed
from unikernel.check.finding import Finding
from unikernel.plan import resolve
from unikernel.stack import Stack
from unikernel.table import Card, Column, Shown, Table


@dataclass(frozen=True)
class Report(Shown):
    """What was found in the app of the stack `name`, by file and line; `files` is how many were read."""

    name: str
    files: int
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Those that do not work."""
        return tuple(each for each in self.findings if each.kind == "error")

    @property
    def summary(self) -> str:
        """One line: how many of each kind."""
        errors = len(self.errors)
        warnings = len(self.findings) - errors
        found = [_counted(errors, "error")] * bool(errors) + [_counted(warnings, "warning")] * bool(warnings)
        return f"{self.name}: {', '.join(found) or 'nothing found'} in {_counted(self.files, 'file')}"

    def card(self) -> Card:
        """The report as a page."""
        columns = (Column("place", mono=True), Column(""), Column("what"), Column("rule", mono=True))
        rows = tuple((f"{f.file}:{f.line}:{f.column}", f.kind, f.text, f.rule) for f in self.findings)
        tables = (Table(columns, rows),) if rows else ()
        return Card(self.name, word="check of", facts=(self.summary.partition(": ")[2],), tables=tables)

    def __str__(self) -> str:
        """A line for each finding, then the summary."""
        return "\n".join([*map(str, self.findings), self.summary])


def check(stack: Stack, progress: Progress = silent) -> Report:
    """Checks the app of `stack`.

    Raises `BuildError` for what would stop the build: bad syntax, a module that is missing; and `Refusal` where mypy
    or the stubs cannot be had.
    """
    plan = resolve(stack)
    shelves: tuple[Shelf, ...] = ()
    if plan.packages:
        shelves = packages_of_plan.packages(plan, progress).shelves
    rom(plan.app, runtime.modules_in_image(drivers(plan)), shelves, brought(plan).rom)
    found: list[Finding] = []
    sources = [Source(path, path, raw) for path, raw in sorted(plan.app.files.items()) if path.endswith(".py")]
    table = known()
    packaged = [
        Source(path, path, raw) for shelf in shelves for path, raw in shelf.files.items() if path.endswith(".py")
    ]
    own = names.own_names([*sources, *packaged])
    there: set[tuple[str, int, str]] = set()
    for source in sources:
        tree = source.tree()
        if tree is not None:
            found += names.absent(source.name, tree, table, own)
            found += differences.found(source.name, tree)
            there |= {(source.name, line, name) for line, name in names.there(tree, table)}
    found += [each for each in typed.found(sources, shelves, progress) if not _known_better(each, found, there)]
    if plan.app.origin is not None:
        found = [dataclasses.replace(each, file=str(plan.app.origin / each.file)) for each in found]
    return Report(plan.name, len(sources), tuple(sorted(set(found))))


def _known_better(typed_one: Finding, found: list[Finding], there: set[tuple[str, int, str]]) -> bool:
    """True where mypy misses a name of which the machine itself said that it is there, or not."""
    if typed_one.rule != "attr-defined":
        return False
    place = (typed_one.file, typed_one.line)
    said = any((each.file, each.line) == place and each.rule == names.RULE for each in found)
    return said or any((file, line) == place and f'"{name}"' in typed_one.text for file, line, name in there)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
