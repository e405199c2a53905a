"""One breadth and one depth measure crossed for analysts: at most 3 × 3 classes, each in words. Nothing is added together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from soundings.measures import Measure
from soundings.model import IN_ANOTHER_SET, SoundingsError
from soundings.queries import Row, Table
from soundings.views import ELSEWHERE_CLASS, NO_CLASS, say_number

MOST_STEPS = 3
STEP_WORDS = {1: ("any",), 2: ("fewer", "more"), 3: ("few", "some", "many")}


@dataclass(frozen=True)
class Steps:
    """The steps of one measure, lowest first: each runs from `lows[k]` to `highs[k]`, both values that occur or were set."""

    lows: tuple[float, ...]
    highs: tuple[float, ...]

    def step_of(self, value: float) -> int:
        """The step of a recorded value, from 0."""
        return next((number for number, high in enumerate(self.highs) if value <= high), len(self.highs) - 1)

    def say(self, number: int) -> str:
        """A step's numbers: “0 to 12”."""
        low, high = self.lows[number], self.highs[number]
        if math.isinf(high):
            return f"{say_number(low)} or more"
        return say_number(low) if low == high else f"{say_number(low)} to {say_number(high)}"


@dataclass(frozen=True)
class Crossed:
    """Two tables crossed. A place's class is depth step × breadth steps + breadth step; below 0 where either is unrecorded."""

    breadth: Measure
    depth: Measure
    breadth_steps: Steps
    depth_steps: Steps
    classes: dict[str, int]

    def list_classes(self) -> list[tuple[int, int]]:
        """(depth step, breadth step) of every class, in the order of their numbers."""
        return [(d, b) for d in range(len(self.depth_steps.highs)) for b in range(len(self.breadth_steps.highs))]

    def labels(self) -> list[str]:
        """Each class in words and numbers, in the order of their numbers."""
        return [
            f"{say_step(self.breadth_steps, b)} {self.breadth.plain_noun} ({self.breadth_steps.say(b)}), "
            f"{say_step(self.depth_steps, d)} {self.depth.plain_noun} ({self.depth_steps.say(d)})"
            for d, b in self.list_classes()
        ]


def say_step(steps: Steps, number: int) -> str:
    """A step as a word: few, some, many; no, where it holds nothing but a recorded 0."""
    return "no" if steps.highs[number] == 0 else STEP_WORDS[len(steps.highs)][number]


def cross_tables(breadth: Table, depth: Table, fixed: tuple[Sequence[float], Sequence[float]] | None = None) -> Crossed:
    """The two tables crossed, by quantiles of what is recorded, or at `fixed` tops of the lower steps (breadth's, depth's).

    Raises SoundingsError where the measures are not one of breadth and one of depth, or fixed tops do not rise.
    """
    if (breadth.measure.family, depth.measure.family) != ("breadth", "depth"):
        raise SoundingsError(
            f"{breadth.measure.label} and {depth.measure.label} cannot be crossed: it takes one breadth and one depth measure."
        )
    steps = [
        fix_steps(tops) if tops else split_rows(table.rows)
        for table, tops in zip((breadth, depth), fixed or ((), ()), strict=True)
    ]
    deep = {row.place_code: row for row in depth.rows}
    classes = {row.place_code: class_of(row, deep.get(row.place_code), *steps) for row in breadth.rows}
    return Crossed(breadth.measure, depth.measure, steps[0], steps[1], classes)


def class_of(breadth: Row, depth: Row | None, breadth_steps: Steps, depth_steps: Steps) -> int:
    """A place's class; NO_CLASS where either figure is unrecorded: half of a pair says nothing of the pair.

    ELSEWHERE_CLASS where what is missing is recorded, in another set of places alone.
    """
    if depth is None or breadth.value is None or depth.value is None:
        blank = {row.state for row in (breadth, depth) if row is not None and row.value is None}
        return ELSEWHERE_CLASS if blank == {IN_ANOTHER_SET} else NO_CLASS
    return step_of_row(depth, depth_steps) * len(breadth_steps.highs) + step_of_row(breadth, breadth_steps)


def step_of_row(row: Row, steps: Steps) -> int:
    """The step of a recorded row; what is more than none though it may be as low as 0 is in the lowest that holds more than 0."""
    if row.is_small:
        return next(number for number, high in enumerate(steps.highs) if high > 0)
    return steps.step_of(row.value)


def split_rows(rows: Sequence[Row]) -> Steps:
    """`split_steps` of what is recorded; where a row is more than none and may be as low as 0, a step above 0 begins there."""
    steps = split_steps([row.value for row in rows if row.value is not None and not row.is_small])
    small = [row.known_top for row in rows if row.is_small]
    if not small:
        return steps
    first = next((number for number, high in enumerate(steps.highs) if high > 0), None)
    if first is not None:
        return Steps((*steps.lows[:first], 0, *steps.lows[first + 1 :]), steps.highs)
    is_none_recorded = any(row.value == 0 and not row.is_small for row in rows)
    top = max(*small, 1)
    return Steps((0, 0), (0, top)) if is_none_recorded else Steps((0,), (top,))


def split_steps(values: list[float]) -> Steps:
    """Up to three steps that hold about as many places each; edges are values that occur. Equal values share a step."""
    present = sorted(values)
    if not present:
        return Steps((0,), (0,))
    highs: list[float] = []
    for number in range(1, MOST_STEPS + 1):
        high = present[math.ceil(number * len(present) / MOST_STEPS) - 1]
        if not highs or high > highs[-1]:
            highs.append(high)
    lows = [
        min(value for value in present if not edge or value > edge[-1])
        for edge in (highs[:n] for n in range(len(highs)))
    ]
    return Steps(tuple(lows), tuple(highs))


def fix_steps(tops: Sequence[float]) -> Steps:
    """Steps at fixed tops of the lower ones; the last is open. Raises SoundingsError where they do not rise from 0."""
    rising = list(tops)
    if not 1 <= len(rising) < MOST_STEPS or rising != sorted(set(rising)) or rising[0] < 0:
        raise SoundingsError(
            f"Fixed steps are one or two numbers that rise, such as 10 and 100; given were {', '.join(map(str, tops)) or 'none'}."
        )
    return Steps((0, *(top + 1 if float(top).is_integer() else top for top in rising)), (*rising, math.inf))
