"""The picture of a footprint: a treemap of components by kind, their files inside; area is bytes."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from unikernel.plots.canvas import Canvas, fitted
from unikernel.plots.style import LABEL_PX
from unikernel.plots.treemap import Box, squarified
from unikernel.units import file_size

if TYPE_CHECKING:
    from unikernel.measure.footprint import Component, Footprint
    from unikernel.plots.picture import Picture

HEIGHT: Final = 340
HEAD: Final = 18
"""A component's own line above its files."""
SMALLEST: Final = 0.004
"""Components smaller than this part of the file are drawn together, as their kind."""
FILES: Final = 12
"""The files of a component that are drawn by themselves."""


def footprint_picture(footprint: Footprint, *, dark: bool, width: int) -> Picture:
    """Areas are exact; what is too small for a label has none, and stands in the table."""
    canvas = Canvas(width, dark=dark)
    first = footprint.components[0]
    share = 100 * first.bytes / footprint.total_bytes
    finding = f"{share:.0f} % of {footprint.name} is {first.name}; its app is {_kb(_bytes(footprint, 'app'))} KB"
    facts = f"{file_size(footprint.total_bytes)}, every byte owned · area = bytes, figures in KB"
    y = canvas.title(0, finding, facts)
    groups = _groups(footprint)
    boxes = squarified([size for _, _, size, _ in groups], Box(0, y, width, HEIGHT))
    for (name, kind, size, components), box in zip(groups, boxes, strict=True):
        _group(canvas, name, kind, size, components, box.inset(0, 0, 2, 2))
    spoken = ", ".join(f"{each.name} {_kb(each.bytes)} KB" for each in footprint.components)
    return canvas.finish(y + HEIGHT, f"{finding}. {spoken}.", footprint.card().tables[0])


Group = tuple[str, str, int, list["Component"]]


def _groups(footprint: Footprint) -> list[Group]:
    """Large components by themselves, the small ones of a kind together; by size."""
    small: dict[str, list[Component]] = {}
    groups: list[Group] = []
    for each in footprint.components:
        if each.bytes >= SMALLEST * footprint.total_bytes and each.kind != "padding":
            groups.append((each.name, each.kind, each.bytes, [each]))
        else:
            small.setdefault(each.kind, []).append(each)
    for kind, members in small.items():
        name = members[0].name if len(members) == 1 else kind
        groups.append((name, kind, sum(each.bytes for each in members), members))
    return sorted(groups, key=lambda group: -group[2])


def _group(canvas: Canvas, name: str, kind: str, size: int, components: list[Component], box: Box) -> None:
    colours = canvas.scheme.kind(kind)
    canvas.rectangle(box.left, box.top, box.width, box.height, fill=colours.fill, hatch=colours.hatch)
    if colours.hatch:
        canvas.rectangle(box.left, box.top, box.width, box.height, edge=canvas.scheme.edge)
    ground = canvas.scheme.paper if colours.hatch else None
    whole = f"{name} {_kb(size)}"
    label = fitted(whole, box.width - 10, LABEL_PX, bold=True)
    if label != whole:
        label = fitted(name, box.width - 10, LABEL_PX, bold=True)
    if box.height < HEAD or not label:
        return
    canvas.text(box.left + 6, box.top + 13, label, bold=True, ground=ground)
    parts = _parts(components)
    inner = box.inset(4, HEAD + 1, 4, 4)
    if colours.hatch or len(parts) < 2 or inner.height < LABEL_PX:  # noqa: PLR2004 - one part is the whole
        return
    for (file, bytes_), cell in zip(parts, squarified([part for _, part in parts], inner), strict=True):
        canvas.rectangle(cell.left, cell.top, cell.width, cell.height, edge=colours.mark, alpha=0.45)
        words = fitted(file, cell.width - 8)
        if words and cell.height >= LABEL_PX + 5:
            canvas.text(cell.left + 4, cell.top + 13, words)
            if cell.height >= 2 * LABEL_PX + 9:
                canvas.text(cell.left + 4, cell.top + 26, _kb(bytes_))


def _parts(components: list[Component]) -> list[tuple[str, int]]:
    """The files of one component, or the components of a kind; the small ones as one."""
    if len(components) == 1:
        parts = [(PurePath(file.name).stem, file.bytes) for file in components[0].files]
    else:
        parts = [(each.name, each.bytes) for each in components]
    rest = parts[FILES:]
    if len(rest) > 1:
        parts = [*parts[:FILES], (f"{len(rest)} more files", sum(size for _, size in rest))]
    return sorted(parts, key=lambda part: -part[1])


def _bytes(footprint: Footprint, kind: str) -> int:
    return footprint.by_kind.get(kind, 0)


def _kb(size: int) -> str:
    """KB with one decimal; bytes below a tenth of one are not hidden."""
    return f"{size / 1000:.1f}" if size >= 100 else f"{size / 1000:.2f}"  # noqa: PLR2004
