"""Where a value stands on an axis that has a margin for what is not recorded and a place of its own for 0."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

MARGIN = -0.09  # where points without a figure stand
ZERO_GAP = 0.07  # on a logarithmic axis, how far 0 stands from the smallest figure
ROUND = (1, 2, 5)


@dataclass(frozen=True)
class Axis:
    """An axis from 0 to 1: `ticks` are values, each at `place` of it. A logarithmic one has 0 at its foot, apart from the rest."""

    low: float
    high: float
    is_log: bool

    def place(self, value: float | None) -> float:
        """Where a value stands, 0 to 1; MARGIN for None."""
        if value is None:
            return MARGIN
        if not self.is_log:
            return value / self.high if self.high else 0.0
        if value <= 0:
            return 0.0
        span = math.log(self.high / self.low) or 1.0
        return ZERO_GAP + (1 - ZERO_GAP) * math.log(value / self.low) / span

    def ticks(self) -> list[float]:
        """Round values to label, 0 first."""
        if self.is_log:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            return [0, *(10.0**power for power in powers if self.low <= 10.0**power <= self.high)]
        step = find_step(self.high)
        return [step * number for number in range(int(self.high / step + 1e-9) + 1)] if step else [0]


def make_axis(values: Sequence[float], is_log: bool) -> Axis:
    """An axis that holds these values; logarithmic only where there are values above 0."""
    above = [value for value in values if value > 0]
    if not above:
        return Axis(1, 1, False)
    if is_log:
        return Axis(10.0 ** math.floor(math.log10(min(above))), 10.0 ** math.ceil(math.log10(max(above)) + 1e-12), True)
    step = find_step(max(above))
    return Axis(0, step * math.ceil(max(above) / step - 1e-9), False)


def find_step(high: float) -> float:
    """A round distance between ticks that makes about four or five of them; whole numbers where the values are small counts."""
    if high <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(high / 4)) if high > 4 else 1.0
    return next((lead * power for lead in ROUND if high / (lead * power) <= 5), 10 * power)
