"""Where the loaded places are, and whether something else lies near them."""

from __future__ import annotations

from collections.abc import Sequence

from soundings.generations import open_current
from soundings.home import Home

Bounds = tuple[float, float, float, float]


def read_loaded_bounds(home: Home) -> tuple[float, float, float, float] | None:
    """West, south, east and north of a point in each loaded place that is not made up; None where there is none."""
    generation = open_current(home)
    if generation is None:
        return None
    found = generation.cursor().execute(
        """
        select min(p.lon), min(p.lat), max(p.lon), max(p.lat)
        from place p
        join batch b using (batch_id)
        where not b.is_demo and isfinite(p.lon) and abs(p.lat) <= 85"""
    )
    bounds = found.fetchone()
    return None if bounds[0] is None else bounds


def lies_near(bounds: Sequence[float], near: Bounds) -> bool:
    """Whether these bounds meet those of the loaded places, or lie within their size (and half a degree at least) of them."""
    west, south, east, north = bounds
    margin = max(0.5, near[2] - near[0], near[3] - near[1])
    return bool(
        west <= near[2] + margin
        and east >= near[0] - margin
        and south <= near[3] + margin
        and north >= near[1] - margin
    )
