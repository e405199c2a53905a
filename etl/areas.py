"""Which place a point stands in: boundaries of one kind, and the smallest loaded areas that screening may use.

What reads shapes and postcodes is imported where it is needed: a file of ward codes needs neither, and loads a second sooner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import duckdb
import numpy as np

from soundings.model import PLACE_KINDS

# A Lower layer Super Output Area has at least 1,000 residents (ONS, Census 2021 geographies); so must any area that
# screening puts in the place of a person's postcode.
SMALLEST_POPULATION = 1000


@dataclass(frozen=True)
class Boundaries:
    """The loaded places of one kind, in order of code; shapes are decoded when they are first needed."""

    kind: str
    codes: np.ndarray
    wkb: np.ndarray

    @cached_property
    def shapes(self) -> np.ndarray:
        import shapely

        return shapely.from_wkb(self.wkb)

    def find(self, lon, lat) -> np.ndarray:
        """The code of the place each point stands in or on the edge of, None for none. Of several, the lowest code."""
        found = np.full(len(lon), None, dtype=object)
        index = find_containing(self.shapes, np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
        found[index >= 0] = self.codes[index[index >= 0]]
        return found


def find_containing(shapes: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """The position in `shapes` of the first one that each point stands in or on the edge of; -1 for none or no point."""
    found = np.full(len(lon), -1, dtype=np.int64)
    usable = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if not len(usable) or not len(shapes):
        return found
    import shapely

    # The tree stands on the points and is asked with shapes: each shape is then prepared once, not each point.
    tree = shapely.STRtree(shapely.points(lon[usable], lat[usable]))
    shape, point = tree.query(shapes, predicate="intersects")
    first = np.full(len(usable), len(shapes), dtype=np.int64)
    np.minimum.at(first, point, shape)
    found[usable] = np.where(first < len(shapes), first, -1)
    return found


def is_present(values: np.ndarray) -> np.ndarray:
    """True where an element is not None."""
    return np.not_equal(values, None).astype(bool)


def read_boundaries(connection: duckdb.DuckDBPyConnection, kind: str) -> Boundaries:
    """The boundaries of the loaded places of a kind; of two batches that hold the same code the later one's, joined ones last."""
    rows = connection.execute(
        "select place_code, geometry from place_now where kind = $1 order by place_code",
        [kind],
    ).to_arrow_table()
    return Boundaries(kind, *(rows[name].to_numpy(zero_copy_only=False) for name in ("place_code", "geometry")))


@dataclass(frozen=True)
class AreaLookup:
    """The smallest loaded areas, never smaller than an LSOA; where one kind has no area, the next larger kind is asked."""

    levels: tuple[Boundaries, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are asked, smallest first."""
        return tuple(level.kind for level in self.levels)

    def areas_of_points(self, lon, lat) -> np.ndarray:
        """The code of the smallest area each point stands in; None where it stands in none, or where there is no point."""
        lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        found = np.full(len(lon), None, dtype=object)
        left = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        for level in self.levels:
            if not len(left):
                break
            found[left] = level.find(lon[left], lat[left])
            left = left[~is_present(found[left])]
        return found

    def areas_of_postcodes(self, postcodes: Sequence[str | None]) -> tuple[np.ndarray, np.ndarray]:
        """(codes, reasons): the code of the smallest area each postcode stands in, or None and why.

        A reason names no postcode: what it is about may be a person's.
        """
        from etl.postcodes import postcode_to_point

        points = postcode_to_point(postcodes)
        codes = self.areas_of_points(points.lon, points.lat)
        reasons = np.full(len(codes), None, dtype=object)
        missing = ~is_present(codes)
        reasons[missing] = "The postcode is not one in the postcode directory."
        reasons[missing & points.is_known] = "The postcode directory has no position for this postcode."
        reasons[missing & np.isfinite(points.lon)] = "The postcode is in none of the loaded places."
        return codes, reasons


def read_area_lookup(connection: duckdb.DuckDBPyConnection) -> AreaLookup | None:
    """The smallest loaded areas of at least an LSOA's size, or None where no place is loaded."""
    smallest = dict(
        connection.execute("select kind, min(coalesce(population, 0)) from place_now group by kind").fetchall()
    )
    kinds = [
        kind
        for kind in PLACE_KINDS
        if kind in smallest and (kind != "neighbourhood" or smallest[kind] >= SMALLEST_POPULATION)
    ]
    return AreaLookup(tuple(read_boundaries(connection, kind) for kind in kinds)) if kinds else None
