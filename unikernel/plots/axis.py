"""An axis: nice numbers for its ticks, and the way from a value to a pixel."""

from __future__ import annotations

import math
from dataclasses import dataclass

STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Axis:
    """From `low` to `high` in the data's unit, drawn from `left` to `right` in pixels; `step` lies between two
    ticks.
    """

    low: float
    high: float
    step: float
    left: float
    right: float

    @classmethod
    def over(cls, low: float, high: float, left: float, right: float, *, px_a_tick: float = 90) -> Axis:
        """The smallest axis of nice numbers that holds both values."""
        if high <= low:
            low, high = low - 0.5, low + 0.5
        span = high - low
        wanted = span / max(2, (right - left) / px_a_tick)
        scale = 10 ** math.floor(math.log10(wanted))
        step = next(each * scale for each in STEPS if each * scale >= wanted * 0.999)
        return cls(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step, left, right)

    def px(self, value: float) -> float:
        """Where a value stands."""
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)

    @property
    def ticks(self) -> list[float]:
        """The values that carry a number."""
        return [self.low + i * self.step for i in range(round((self.high - self.low) / self.step) + 1)]

    def label(self, value: float) -> str:
        """A tick's number, as many decimals as the step needs."""
        decimals = max(0, -math.floor(math.log10(self.step) + 1e-9))
        if self.step * 10**decimals % 1:
            decimals += 1
        return f"{value:.{decimals}f}"
