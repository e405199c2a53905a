"""How much of the ground of some places is covered already by places with other codes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import shapely

from soundings.mending import mend_outlines, read_shapes

# Of the smaller of two places. Neighbours' edges are never drawn twice in quite the same way: less than this is no overlap.
SLIVER = 0.01
MANY_PAIRS = 5_000  # from so many on, a second core earns its keep


@dataclass(frozen=True)
class Overlap:
    """Which new places lie over which loaded ones, pair by pair: positions of both, and the ground that they share.

    `ground`: of all the new places, in the same unit, so that shared ÷ ground is a share of what is new.
    """

    new: np.ndarray
    old: np.ndarray
    shared: np.ndarray
    ground: float

    def share(self, is_wanted: np.ndarray | None = None) -> float:
        """The share of the new ground that is covered, by all pairs or by those wanted."""
        shared = self.shared if is_wanted is None else self.shared[is_wanted]
        return min(float(shared.sum()) / self.ground, 1.0) if self.ground else 0.0


def measure_overlap(new_wkb, new_codes, old_wkb, old_codes) -> Overlap:
    """The pairs of a new and a loaded place with different codes that share more than a sliver of ground.

    Outlines are WKB in lon/lat. A place with the same code is the same place, drawn again.
    """
    new, old = _read_shapes(new_wkb), _read_shapes(old_wkb)
    new_area, old_area = shapely.area(new), shapely.area(old)
    # A degree of longitude is shorter in the north; within two places that overlap the difference does not matter.
    narrowing = np.cos(np.radians(np.nan_to_num(shapely.bounds(new)[:, 1]))) if len(new) else np.zeros(0)
    ground = float((new_area * narrowing).sum())
    if not len(new) or not len(old):
        return Overlap(np.zeros(0, int), np.zeros(0, int), np.zeros(0), ground)
    first, second = shapely.STRtree(old).query(new)
    is_other = np.asarray(new_codes, dtype=object)[first] != np.asarray(old_codes, dtype=object)[second]
    first, second = first[is_other], second[is_other]
    least = SLIVER * np.minimum(new_area[first], old_area[second])
    near = _may_share(new, old, first, second, least)
    first, second, least = first[near], second[near], least[near]
    shared = _share(new, old, first, second)
    is_shared = (shared > 0) & (shared >= least)
    return Overlap(first[is_shared], second[is_shared], shared[is_shared] * narrowing[first[is_shared]], ground)


def _read_shapes(wkb) -> np.ndarray:
    """The outlines, mended where they are broken; an empty one where nothing is left."""
    shapes = mend_outlines(read_shapes(wkb)).shapes
    shapes[shapely.is_missing(shapes)] = shapely.Polygon()
    return shapes


def _may_share(new, old, first: np.ndarray, second: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Which pairs have bounds that share enough: cheap, and it spares half of the pairs of neighbours."""
    west, south, east, north = (
        pick(one, other)
        for pick, one, other in zip(
            (np.maximum, np.maximum, np.minimum, np.minimum),
            shapely.bounds(new)[first].T,
            shapely.bounds(old)[second].T,
            strict=True,
        )
    )
    return np.flatnonzero(np.clip(east - west, 0, None) * np.clip(north - south, 0, None) >= least)


def _share(new, old, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The area that each pair shares."""

    def work(part: np.ndarray) -> np.ndarray:
        return shapely.area(shapely.intersection(new[first[part]], old[second[part]]))

    parts = np.array_split(np.arange(len(first)), 2 if len(first) > MANY_PAIRS else 1)
    with ThreadPoolExecutor(2) as pool:
        return np.concatenate(list(pool.map(work, parts)))
