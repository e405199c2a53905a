"""Which place a point stands in: boundaries of one kind, and the smallest loaded areas that screening may use.

What reads shapes and postcodes is imported where it is needed: a file of ward codes needs neither, and loads a second sooner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import duckdb
import numpy as np
import pyarrow as pa

from etl.locating.containing import ShapeIndex
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
        from soundings.mending import read_shapes

        return read_shapes(self.wkb)

    @cached_property
    def index(self) -> ShapeIndex:
        return ShapeIndex(self.shapes)

    def find(self, lon, lat) -> np.ndarray:
        """The code of the place each point stands in or on the edge of, None for none. Of several, the lowest code."""
        found = np.full(len(lon), None, dtype=object)
        positions = self.find_positions(lon, lat)
        found[positions >= 0] = self.codes[positions[positions >= 0]]
        return found

    def find_positions(self, lon, lat) -> np.ndarray:
        """The same place's position in `codes`, -1 for none."""
        return self.index.find(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))


def is_present(values: np.ndarray) -> np.ndarray:
    """True where an element is not None."""
    return np.not_equal(values, None).astype(bool)


def read_boundaries(connection: duckdb.DuckDBPyConnection, kind: str, place_set: str) -> Boundaries:
    """The boundaries of one set of a kind; of two batches that hold the same code the later one's, joined ones last."""
    rows = connection.execute(
        "select place_code, geometry from place_in_set where kind = $1 and place_set = $2 order by place_code",
        [kind, place_set],
    ).to_arrow_table()
    return Boundaries(kind, *(rows[name].to_numpy(zero_copy_only=False) for name in ("place_code", "geometry")))


@dataclass(frozen=True)
class AreaLookup:
    """The smallest loaded areas, never smaller than an LSOA; where one kind has no area, the next larger kind is asked."""

    levels: tuple[Boundaries, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are asked, smallest first."""
        return tuple(dict.fromkeys(level.kind for level in self.levels))

    @cached_property
    def codes(self) -> pa.Array:
        """The codes of every area, level after level."""
        return pa.array(np.concatenate([level.codes for level in self.levels]), pa.string())

    def make_ready(self) -> AreaLookup:
        """The same, its smallest areas ready to be asked."""
        _ = self.levels[0].index
        return self

    def name_areas(self, positions: np.ndarray) -> pa.Array:
        """The codes at these positions in `codes`, null for -1."""
        return self.codes.take(pa.array(positions, mask=positions < 0))

    def find_points(self, lon, lat) -> np.ndarray:
        """The position in `codes` of the smallest area each point stands in; -1 where it stands in none, or is no point."""
        lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        found = np.full(len(lon), -1, dtype=np.int64)
        left, start = np.arange(len(lon)), 0
        for level in self.levels:
            here = level.find_positions(lon[left], lat[left])
            found[left] = np.where(here >= 0, here + start, -1)
            left, start = left[here < 0], start + len(level.codes)
            if not len(left):
                break
        return found

    def find_postcodes(self, postcodes: Sequence[str | None]) -> np.ndarray:
        """The position in `codes` of the smallest area each postcode stands in; -1 where it is unknown, or in none."""
        from etl.locating.postcodes import postcode_to_point

        points = postcode_to_point(postcodes)
        return self.find_points(points.lon, points.lat)


def read_area_lookup(connection: duckdb.DuckDBPyConnection) -> AreaLookup | None:
    """The smallest loaded areas of at least an LSOA's size, or None where there is none.

    Of a kind in several sets the newest is asked first. An area of fewer residents is passed over for the next larger around it. Where its population is not known a neighbourhood is
    taken to be too small, and a ward or larger area to be large enough.
    """
    small = connection.execute(
        """select distinct place_code from place_in_set
        where kind <> 'lsoa' and coalesce(population, case when kind = 'neighbourhood' then 0 else $1 end) < $1""",
        [SMALLEST_POPULATION],
    ).fetchnumpy()["place_code"]
    layers = connection.execute(
        "select kind, place_set from place_set_now where kind in (select unnest($1)) order by list_position($1, kind), rank",
        [list(PLACE_KINDS)],
    ).fetchall()
    levels = [_leave_out(read_boundaries(connection, *layer), small) for layer in layers]
    levels = [level for level in levels if len(level.codes)]
    return AreaLookup(tuple(levels)) if levels else None


def _leave_out(boundaries: Boundaries, codes: np.ndarray) -> Boundaries:
    """The boundaries without those of these codes."""
    if not len(codes):
        return boundaries
    kept = ~np.isin(boundaries.codes.astype(str), np.asarray(codes).astype(str))
    return Boundaries(boundaries.kind, boundaries.codes[kept], boundaries.wkb[kept])
