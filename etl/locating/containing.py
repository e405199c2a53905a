"""Which of many shapes each of many points stands in: a grid tells the few shapes that a point need be tested in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from etl.sorting import sort_stably

CELLS_A_SHAPE = 32
MOST_PAIRS_A_SHAPE = 64  # shapes that overlap much, or reach far, would be listed in every cell
MANY_POINTS = 50_000  # from so many on, a second core earns its keep


class ShapeIndex:
    """Shapes made ready to be asked which of them holds a point. Asked by one thread at a time: the shapes are prepared."""

    def __init__(self, shapes: np.ndarray) -> None:
        self.shapes = shapes
        self.grid: _Grid | None = None
        if not len(shapes):
            return
        import shapely

        bounds = shapely.bounds(shapes)
        filled = np.flatnonzero(np.isfinite(bounds).all(axis=1))
        if not len(filled):
            return
        shapely.prepare(shapes)
        self.grid = _lay_grid(bounds[filled])
        self.cells, positions = self.grid.list_pairs(bounds[filled])
        self.positions = filled[positions]

    def find(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """The position of the first shape that each point stands in or on the edge of; -1 for none or no point."""
        found = np.full(len(lon), -1, dtype=np.int64)
        grid = self.grid
        if grid is None or not len(lon):
            return found
        # A NaN is never inside.
        usable = np.flatnonzero((lon >= grid.west) & (lon <= grid.east) & (lat >= grid.south) & (lat <= grid.north))
        cell = grid.find_cell(lon[usable], lat[usable])
        # Points that are neighbours are tested one after the other, while their shape is at hand.
        order = sort_stably(cell)
        usable, cell = usable[order], cell[order]
        points = (lon[usable], lat[usable], cell)
        if len(usable) < MANY_POINTS:
            found[usable] = _test(self.shapes, self.cells, self.positions, grid, *points)
            return found
        # Each core tests in its own half of the shapes: two threads in the same prepared shape would disturb each other.
        is_first = self.positions < len(self.shapes) // 2
        with ThreadPoolExecutor(2) as pool:
            halves = [
                pool.submit(_test, self.shapes, self.cells[half], self.positions[half], grid, *points)
                for half in (is_first, ~is_first)
            ]
        first, second = (half.result() for half in halves)
        found[usable] = np.where(first >= 0, first, second)
        return found


def find_containing(shapes: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """The position in `shapes` of the first one that each point stands in or on the edge of; -1 for none or no point."""
    return ShapeIndex(shapes).find(lon, lat)


@dataclass(frozen=True)
class _Grid:
    """A rectangle cut into columns and rows of equal cells, numbered from 0 in the south-west, row by row."""

    west: float
    south: float
    east: float
    north: float
    columns: int
    rows: int

    def find_column(self, x: np.ndarray) -> np.ndarray:
        # Neither this nor find_row ever falls as the coordinate rises, so a point within a shape's bounds is within its cells.
        return _find_step(x, self.west, self.east, self.columns)

    def find_row(self, y: np.ndarray) -> np.ndarray:
        return _find_step(y, self.south, self.north, self.rows)

    def find_cell(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The cell of each point of the rectangle."""
        return self.find_row(y) * np.int32(self.columns) + self.find_column(x)

    def count_pairs(self, bounds: np.ndarray) -> np.ndarray:
        """How many cells the bounds of each shape reach into."""
        west, south, east, north = bounds.T
        columns = self.find_column(east) - self.find_column(west) + 1
        return columns.astype(np.int64) * (self.find_row(north) - self.find_row(south) + 1)

    def list_pairs(self, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(cells, positions of shapes) of every cell that the bounds of a shape reach into, in order of cell, then shape."""
        west, south, east, _ = bounds.T
        first_column, first_row = self.find_column(west), self.find_row(south)
        width, counts = self.find_column(east) - first_column + 1, self.count_pairs(bounds)
        shape = np.repeat(np.arange(len(bounds)), counts)
        nth = np.arange(len(shape)) - np.repeat(np.cumsum(counts) - counts, counts)
        row, column = np.divmod(nth, width[shape])
        cells = (first_row[shape] + row) * self.columns + first_column[shape] + column
        order = sort_stably(cells)
        return cells[order], shape[order]


def _find_step(values: np.ndarray, low: float, high: float, steps: int) -> np.ndarray:
    """Which of so many equal steps from `low` to `high` each value falls in."""
    wide = (high - low) or 1.0
    return np.minimum(((values - low) / wide * steps).astype(np.int32), steps - 1)


def _lay_grid(bounds: np.ndarray) -> _Grid:
    """A grid over all the shapes: finer the more there are, coarser where they would stand in many cells each."""
    (west, south), (east, north) = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    wide, high = max(east - west, 1e-9), max(north - south, 1e-9)
    cells = CELLS_A_SHAPE * len(bounds)
    while True:
        columns = int(np.clip(round((cells * wide / high) ** 0.5), 1, cells))
        rows = max(cells // columns, 1)
        grid = _Grid(west, south, east, north, columns, rows)
        if columns * rows == 1 or grid.count_pairs(bounds).sum() <= MOST_PAIRS_A_SHAPE * len(bounds):
            return grid
        cells = max(cells // 4, 1)


def _test(
    shapes: np.ndarray, cells: np.ndarray, positions: np.ndarray, grid: _Grid, lon: np.ndarray, lat: np.ndarray, cell
) -> np.ndarray:
    """The position of the first shape of its cell that each point stands in or on the edge of, -1 for none."""
    import shapely

    found = np.full(len(lon), -1, dtype=np.int64)
    count = np.bincount(cells, minlength=grid.columns * grid.rows)
    first = np.cumsum(count) - count
    left = np.flatnonzero(count[cell] > 0)
    nth = 0
    while len(left):
        asked = positions[first[cell[left]] + nth]
        is_inside = shapely.intersects_xy(shapes[asked], lon[left], lat[left])
        found[left[is_inside]] = asked[is_inside]
        left = left[~is_inside]
        nth += 1
        left = left[count[cell[left]] > nth]
    return found
