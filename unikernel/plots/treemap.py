"""Squares of given areas in a rectangle, none of them long and thin.

Source: M. Bruls, K. Huizing, J. J. van Wijk, "Squarified Treemaps", 2000.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle, in pixels."""

    left: float
    top: float
    width: float
    height: float

    def inset(self, left: float, top: float, right: float, bottom: float) -> Box:
        """The rectangle without its margins; never of negative size."""
        return Box(
            self.left + left, self.top + top, max(0, self.width - left - right), max(0, self.height - top - bottom)
        )


def squarified(areas: Sequence[float], within: Box) -> list[Box]:
    """One box an area, in their order, which should be from large to small; together they fill `within`."""
    total = sum(areas)
    if not total or not within.width or not within.height:
        return [Box(within.left, within.top, 0, 0) for _ in areas]
    scale = within.width * within.height / total
    left = [area * scale for area in areas]
    boxes: list[Box] = []
    while left:
        side = min(within.width, within.height)
        count = 1
        while count < len(left) and _worst(left[: count + 1], side) <= _worst(left[:count], side):
            count += 1
        row, left = left[:count], left[count:]
        placed, within = _placed(row, within)
        boxes += placed
    return boxes


def _worst(row: Sequence[float], side: float) -> float:
    """The longest of the row's shapes: length over width."""
    total = sum(row)
    if not total or not side:
        return float("inf")
    return max(side**2 * max(row) / total**2, total**2 / (side**2 * max(min(row), 1e-12)))


def _placed(row: Sequence[float], within: Box) -> tuple[list[Box], Box]:
    """The row along the shorter side, and what is left."""
    total = sum(row)
    boxes = []
    if within.width >= within.height:
        thick = total / within.height
        top = within.top
        for area in row:
            boxes.append(Box(within.left, top, thick, area / thick if thick else 0))
            top += boxes[-1].height
        return boxes, Box(within.left + thick, within.top, max(0, within.width - thick), within.height)
    thick = total / within.width
    left = within.left
    for area in row:
        boxes.append(Box(left, within.top, area / thick if thick else 0, thick))
        left += boxes[-1].width
    return boxes, Box(within.left, within.top + thick, within.width, max(0, within.height - thick))
