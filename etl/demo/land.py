"""The lie of the land of Tidewell, a made-up district: coast, river, roads and how thickly each patch is settled.

Everything is in kilometres east and north of the district's south-west corner, on a grid of small cells. Drawn by hand,
then roughened with seeded noise. Illustrative: no such place exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
import shapely

CELL_KM = 0.05
COLUMNS, ROWS = 640, 560

Line = list[tuple[float, float]]

COAST: Line = [
    (20.6, 26.7), (21.3, 25.9), (21.2, 25.1), (20.1, 24.6), (19.5, 23.8), (19.8, 22.9), (20.9, 22.3), (22.2, 21.9),
    (23.6, 21.0), (25.2, 20.9), (26.3, 21.2), (26.5, 20.4), (27.0, 20.8), (28.0, 20.4), (28.9, 19.6), (29.3, 18.9),
    (28.4, 18.3), (27.3, 18.6), (26.5, 18.0), (25.2, 17.7), (23.9, 17.0), (22.9, 15.9), (22.4, 14.5), (22.2, 13.2),
    (21.9, 12.2), (21.2, 11.6), (20.2, 11.5), (19.2, 11.2), (18.7, 11.6), (18.4, 11.3), (17.3, 11.2), (16.6, 10.95),
    (16.6, 10.75), (17.4, 10.85), (18.4, 10.95), (19.3, 10.5), (20.3, 10.1), (21.4, 9.7), (22.5, 9.8), (23.2, 10.4),
    (23.6, 10.9), (23.7, 10.4), (23.1, 9.6), (22.6, 8.9), (22.0, 8.1), (21.5, 7.2), (20.6, 6.9), (19.5, 6.8),
    (18.5, 6.6), (19.7, 6.4), (20.9, 6.2), (21.4, 5.4), (20.6, 4.9), (21.1, 4.2), (20.2, 2.9), (19.7, 1.4), (19.0, 0.4),
]  # fmt: skip
INLAND: Line = [
    (19.0, 0.4), (16.4, 1.2), (14.9, 0.3), (13.0, 1.6), (10.6, 0.6), (8.9, 2.3), (6.2, 1.7), (5.1, 3.2), (5.9, 5.2),
    (3.4, 6.2), (2.1, 8.8), (2.6, 10.6), (0.9, 12.0), (1.3, 14.4), (2.8, 15.4), (1.5, 17.2), (2.3, 19.3), (4.9, 19.6),
    (5.6, 22.2), (8.2, 22.6), (8.9, 24.9), (11.8, 25.3), (13.2, 23.6), (15.2, 24.4), (17.0, 26.2), (18.6, 25.6), (20.6, 26.7),
]  # fmt: skip
ISLAND: Line = [
    (25.5, 15.8), (26.1, 16.1), (26.6, 15.6), (26.4, 15.2), (25.9, 15.1), (25.4, 15.4), (25.5, 15.8),
]  # fmt: skip
RIVER: Line = [
    (16.7, 10.85), (15.6, 11.05), (14.8, 10.6), (13.7, 10.9), (12.7, 11.8), (11.0, 11.7), (9.2, 12.9), (7.0, 13.2),
    (4.6, 14.4), (1.6, 14.6),
]  # fmt: skip
STREAMS: list[Line] = [
    [(14.9, 10.6), (14.4, 12.4), (13.7, 13.6), (13.9, 15.8), (12.9, 17.6), (11.4, 19.2), (10.2, 22.2), (9.6, 24.8)],
    [(19.0, 6.6), (16.8, 6.1), (14.0, 6.7), (11.2, 6.5), (8.2, 7.3), (5.6, 6.2), (3.0, 6.6)],
    [(20.5, 22.6), (18.0, 20.2), (16.0, 19.3), (14.4, 17.4), (13.9, 15.8)],
]  # fmt: skip
ROADS: list[Line] = [
    [(16.2, 11.3), (16.9, 13.0), (17.6, 15.6), (17.3, 18.4), (18.4, 21.5), (18.0, 26.0)],
    [(16.0, 10.6), (13.9, 9.3), (11.0, 8.3), (7.0, 9.1), (2.0, 9.2)],
    [(16.3, 10.4), (16.6, 8.6), (15.2, 5.4), (13.6, 0.4)],
    [(20.4, 13.2), (18.2, 13.2), (16.0, 14.2), (14.0, 12.7), (13.0, 10.8), (13.4, 8.7), (15.4, 8.9), (17.6, 8.8)],
    [(17.0, 11.6), (18.8, 12.9), (20.0, 15.6), (22.9, 18.4), (28.0, 19.3)],
    [(15.6, 11.4), (13.4, 12.3), (10.4, 12.9), (6.0, 14.6), (2.0, 15.0)],
    [(14.0, 12.7), (12.6, 15.6), (12.3, 19.5), (11.0, 24.0)],
    [(17.0, 10.4), (18.6, 9.0), (18.4, 7.4), (17.6, 4.6), (18.3, 0.8)],
]  # fmt: skip
# (km east, km north, how large, how thickly settled): the town, its suburbs and the villages.
SETTLED = [
    (16.4, 11.2, 1.8, 9.0), (18.4, 11.9, 1.2, 6.0), (18.2, 10.0, 1.4, 5.0), (17.0, 13.6, 1.6, 4.0), (14.2, 11.0, 1.5, 4.5),
    (21.1, 14.0, 1.0, 5.0), (18.9, 14.4, 1.1, 2.6), (12.3, 14.1, 0.9, 6.5), (12.1, 9.3, 1.1, 3.0), (16.2, 8.1, 1.0, 4.5),
    (14.7, 13.4, 1.1, 4.0), (16.5, 15.2, 1.0, 3.5), (24.6, 19.3, 0.6, 2.4), (27.4, 19.3, 0.5, 0.9), (26.0, 15.6, 0.3, 0.4),
    (18.9, 23.4, 0.6, 2.4), (20.1, 24.6, 0.5, 1.4), (18.0, 4.4, 0.6, 2.2), (20.3, 5.6, 0.5, 1.4), (16.6, 2.2, 0.5, 1.0),
    (6.6, 14.6, 0.6, 2.2), (3.8, 16.8, 0.5, 1.2), (8.8, 13.6, 0.5, 1.4), (12.2, 20.0, 0.6, 2.4), (9.4, 21.6, 0.5, 1.4),
    (14.4, 22.8, 0.5, 1.2), (10.4, 4.6, 0.6, 2.2), (7.6, 4.0, 0.5, 1.2), (13.4, 3.2, 0.5, 1.0), (5.4, 8.9, 0.6, 2.0),
    (4.6, 11.4, 0.5, 1.2), (7.6, 7.6, 0.5, 1.0),
]  # fmt: skip


@dataclass(frozen=True)
class Land:
    """Grids of (ROWS, COLUMNS), row 0 in the south.

    `is_land`: inside the district. `is_sea`: water; cells that are neither lie beyond the inland border.
    `settled`: how thickly settled, 0.2 in open country. `hard`: what a border's growth pays to cross a cell, ×1000.
    """

    is_land: np.ndarray
    is_sea: np.ndarray
    settled: np.ndarray
    hard: np.ndarray


def shape_land(random: Random) -> Land:
    """The district's land, water, settlement and what hinders crossing it, the same for the same seed."""
    coast = roughen(COAST, random, 0.24, 5)
    inland = roughen(INLAND, random, 0.22, 5)
    island = roughen(ISLAND, random, 0.22, 3)
    east, north = cell_centres()
    district = shapely.Polygon(coast + inland[1:-1]).buffer(0)
    is_land = shapely.contains_xy(district, east, north) | shapely.contains_xy(shapely.Polygon(island), east, north)
    is_land = keep_whole(is_land)
    sea = shapely.Polygon([*coast, (18.0, -9.0), (60.0, -9.0), (60.0, 60.0), (20.6, 60.0)]).buffer(0)
    is_sea = shapely.contains_xy(sea, east, north) & ~is_land
    settled = spread_people(east, north)
    hard = hinder(random, settled)
    return Land(is_land, is_sea, settled, hard)


def cell_centres() -> tuple[np.ndarray, np.ndarray]:
    """Kilometres east and north of every cell's middle, as two (ROWS, COLUMNS) grids."""
    columns = (np.arange(COLUMNS) + 0.5) * CELL_KM
    rows = (np.arange(ROWS) + 0.5) * CELL_KM
    return np.meshgrid(columns, rows)


def roughen(line: Line, random: Random, amount: float, depth: int) -> Line:
    """The line with every stretch halved `depth` times, each middle pushed sideways by up to `amount` of its length."""
    for _ in range(depth):
        rough = [line[0]]
        for (x1, y1), (x2, y2) in zip(line[:-1], line[1:], strict=True):
            push = amount * (2 * random.random() - 1)
            rough.append(((x1 + x2) / 2 - push * (y2 - y1), (y1 + y2) / 2 + push * (x2 - x1)))
            rough.append((x2, y2))
        line = rough
    return line


def keep_whole(is_land: np.ndarray) -> np.ndarray:
    """The land without specks: cells with fewer than two land neighbours go, until none is left."""
    while True:
        padded = np.pad(is_land, 1).astype(int)
        near = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
        kept = is_land & (near >= 2)
        if (kept == is_land).all():
            return kept
        is_land = kept


def spread_people(east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """How thickly every cell is settled: a low level everywhere, falling away from each town and village."""
    settled = np.full(east.shape, 0.2)
    for x, y, size, thick in SETTLED:
        far = ((east - x) ** 2 + (north - y) ** 2) / (size * size)
        settled += thick / (1 + far) ** 2
    return settled


def hinder(random: Random, settled: np.ndarray) -> np.ndarray:
    """What crossing a cell costs a growing border: more where settled, at rivers, roads, and old field lines."""
    grain = layered_noise(random, 7) + 0.6 * layered_noise(random, 26)
    field_lines = (np.abs(layered_noise(random, 14)) < 0.06) | (np.abs(layered_noise(random, 22)) < 0.04)
    hard = np.sqrt(settled) * (1.0 + 0.9 * np.clip(grain, -0.8, 1.5))
    hard = np.where(field_lines, hard * 5.0, hard)
    for lines, times, depth in ((ROADS, 5.0, 3), (STREAMS, 7.0, 6), ([RIVER], 25.0, 6)):
        for line in lines:
            rough = roughen(line, random, 0.08 if times < 6 else 0.2, depth)
            hard = np.where(_cells_along(rough), hard * times, hard)
    return np.rint(hard * 1000).astype(np.int64)


def layered_noise(random: Random, step: int) -> np.ndarray:
    """Smooth noise between -1 and 1 with a lattice of `step` cells, as a (ROWS, COLUMNS) grid."""
    height, width = ROWS // step + 3, COLUMNS // step + 3
    lattice = np.array([[2 * random.random() - 1 for _ in range(width)] for _ in range(height)])
    row, column = np.arange(ROWS) / step, np.arange(COLUMNS) / step
    r, c = row.astype(int), column.astype(int)
    v = (row - r) ** 2 * (3 - 2 * (row - r))
    u = (column - c) ** 2 * (3 - 2 * (column - c))
    south = lattice[np.ix_(r, c)] * (1 - u) + lattice[np.ix_(r, c + 1)] * u
    north = lattice[np.ix_(r + 1, c)] * (1 - u) + lattice[np.ix_(r + 1, c + 1)] * u
    return south * (1 - v[:, None]) + north * v[:, None]


def _cells_along(line: Line) -> np.ndarray:
    """True for the cells that a line runs through, without gaps that a border could slip through."""
    cells = np.zeros((ROWS, COLUMNS), dtype=bool)
    for (x1, y1), (x2, y2) in zip(line[:-1], line[1:], strict=True):
        steps = max(2, int((abs(x2 - x1) + abs(y2 - y1)) / CELL_KM * 3))
        along = np.arange(steps + 1) / steps
        column = ((x1 + (x2 - x1) * along) / CELL_KM).astype(int).clip(0, COLUMNS - 2)
        row = ((y1 + (y2 - y1) * along) / CELL_KM).astype(int).clip(0, ROWS - 2)
        cells[row, column] = True
        cells[row, column + 1] = True
    return cells
