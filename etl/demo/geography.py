"""The wards and neighbourhoods of Tidewell, a made-up district: grown from hand-placed seeds over rough ground.

Borders come out along rivers, roads and field lines, small in the town and wide outside. Illustrative: no such place exists.
"""

from __future__ import annotations

import heapq
import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

from etl.demo.borders import Border, Point, build_rings, ring_area, smooth, trace_borders, wiggle
from etl.demo.land import CELL_KM, COLUMNS, ROWS, Land, cell_centres, shape_land

SEED = 20261123
WEST, SOUTH = 1.93, 53.52  # the south-west corner, in open sea off Britain
KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH = 66.1, 111.3  # at that latitude, near enough for a place that is not there
NEIGHBOURHOOD_PEOPLE = (1010, 1420)
SEA, BEYOND = -1, -2


@dataclass(frozen=True)
class DemoPlace:
    """A ward or neighbourhood. `polygons`: for each part its rings of (lon, lat), outline first, rounded to 6 decimals."""

    code: str
    name: str
    parent_code: str
    parent_name: str
    population: int
    deprivation_decile: int
    polygons: list[list[list[Point]]]


@dataclass(frozen=True)
class DemoGeography:
    """Wards and neighbourhoods in the order of the gazetteer, and what is true of both."""

    wards: list[DemoPlace]
    neighbourhoods: list[DemoPlace]
    population_date: str
    vintage: str


def make_geography(gazetteer_file: Path) -> DemoGeography:
    """Tidewell's places, the same for the same gazetteer and seed. Neighbours share identical vertices."""
    gazetteer = tomllib.loads(gazetteer_file.read_text(encoding="utf-8"))
    random = Random(SEED)
    land = shape_land(random)
    ward_of_cell = grow_wards(land, gazetteer["ward"])
    labels, ward_of_label = grow_neighbourhoods(land, ward_of_cell, gazetteer["ward"], random)
    borders = [draw_border(border, random) for border in trace_borders(labels)]
    return name_places(gazetteer, borders, ward_of_label, random)


def draw_border(border: Border, random: Random) -> Border:
    """The border in degrees: smoothed and bent a little, the coast more finely than a line across the fields."""
    is_coast = SEA in (border.left, border.right)
    points = wiggle(smooth(border.points), random, 0.2 if is_coast else 0.15, 2.0 if is_coast else 3.0)
    return Border(border.left, border.right, to_degrees(points))


def grow_wards(land: Land, wards: list[dict]) -> np.ndarray:
    """The number of the ward that each cell belongs to; negative outside."""
    seeds = [_nearest_cell(land.is_land, *ward["at"]) for ward in wards]
    return tidy(grow(land.is_land, land.hard, seeds), outside=land)


def grow_neighbourhoods(
    land: Land, ward_of_cell: np.ndarray, wards: list[dict], random: Random
) -> tuple[np.ndarray, dict[int, int]]:
    """(the neighbourhood number of each cell, neighbourhood number → ward number), nested exactly in the wards."""
    labels = np.where(land.is_sea, SEA, BEYOND)
    ward_of_label: dict[int, int] = {}
    first = 0
    for number, ward in enumerate(wards):
        inside = ward_of_cell == number
        seeds = settle(inside, land.settled, ward, random)
        grown = tidy(grow(inside, land.hard, seeds), within=inside)
        labels = np.where(inside, grown + first, labels)
        ward_of_label.update({first + k: number for k in range(len(seeds))})
        first += len(seeds)
    return labels, ward_of_label


def settle(inside: np.ndarray, settled: np.ndarray, ward: dict, random: Random) -> list[int]:
    """One seed cell for each neighbourhood of a ward, about equal numbers of people round each; nearest its centre first."""
    rows, columns = np.nonzero(inside)
    where = np.stack([columns, rows], axis=1).astype(float)
    people = settled[rows, columns]
    reach = np.cumsum(people)
    draws = [float(reach[-1]) * random.random() for _ in ward["neighbourhoods"]]
    middles = where[np.searchsorted(reach, draws)]
    for _ in range(12):
        away = ((where[:, None, :] - middles[None, :, :]) ** 2).sum(axis=2)
        nearest = away.argmin(axis=1)
        middles = np.array([
            np.average(where[nearest == k], axis=0, weights=people[nearest == k]) if (nearest == k).any() else middles[k]
            for k in range(len(middles))
        ])  # fmt: skip
    centre = np.array(ward["at"]) / CELL_KM
    order = np.argsort(((middles - centre) ** 2).sum(axis=1), kind="stable")
    return [_nearest_cell(inside, x * CELL_KM, y * CELL_KM) for x, y in middles[order]]


def grow(inside: np.ndarray, hard: np.ndarray, seeds: list[int]) -> np.ndarray:
    """For each cell inside, the seed that reaches it at least cost; an island without a seed goes to the nearest one."""
    cost, is_inside = hard.ravel().tolist(), inside.ravel().tolist()
    owner = [-1] * len(cost)
    queue = [(0, cell, number) for number, cell in enumerate(seeds)]
    heapq.heapify(queue)
    neighbours = [(1, 10), (-1, 10), (COLUMNS, 10), (-COLUMNS, 10)]
    neighbours += [(step + side, 14) for step in (COLUMNS, -COLUMNS) for side in (1, -1)]
    while queue:
        spent, cell, number = heapq.heappop(queue)
        if owner[cell] >= 0:
            continue
        owner[cell] = number
        for step, length in neighbours:
            near = cell + step
            if 0 <= near < len(cost) and is_inside[near] and owner[near] < 0:
                heapq.heappush(queue, (spent + cost[near] * length, near, number))
    grown = np.array(owner).reshape(inside.shape)
    seed_rows, seed_columns = np.divmod(np.array(seeds), COLUMNS)
    for island in _parts(inside & (grown < 0)):
        row, column = np.array(island).mean(axis=0)
        rows, columns = np.array(island).T
        grown[rows, columns] = ((seed_rows - row) ** 2 + (seed_columns - column) ** 2).argmin()
    return grown


def tidy(labels: np.ndarray, outside: Land | None = None, within: np.ndarray | None = None) -> np.ndarray:
    """The labels with specks, thin spikes and corners that only touch smoothed away; where land is stays as it is."""
    inside = outside.is_land if outside is not None else within
    for _ in range(2):
        labels = _follow_the_many(labels, inside)
    for _ in range(40):
        loose = _loose_cells(labels, inside)
        if not loose.any():
            return labels
        labels = _follow_the_many(np.where(loose, -1, labels), inside, only=loose)
    return labels


def _follow_the_many(labels: np.ndarray, inside: np.ndarray, only: np.ndarray | None = None) -> np.ndarray:
    """Each cell takes the label most of its eight neighbours inside have, if that is five or more (any, for `only`)."""
    known = np.where(inside, labels, -1)
    padded = np.pad(known, 1, constant_values=-1)
    around = [
        padded[1 + dr : 1 + dr + ROWS, 1 + dc : 1 + dc + COLUMNS] for dr in (-1, 0, 1) for dc in (-1, 0, 1) if dr or dc
    ]
    best, best_votes = labels.copy(), np.zeros(labels.shape, dtype=int)
    for candidate in around:
        votes = sum((other == candidate).astype(int) for other in around)
        better = (candidate >= 0) & (votes > best_votes)
        best, best_votes = np.where(better, candidate, best), np.where(better, votes, best_votes)
    change = inside & ((best_votes >= 5) if only is None else (only & (best_votes > 0)))
    return np.where(change, best, labels)


def _loose_cells(labels: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Cells to give away: not joined to the largest part of their label by edges on one land, or touching only at a corner."""
    loose = np.zeros(labels.shape, dtype=bool)
    for number in range(int(labels.max()) + 1):
        parts = _parts(labels == number)
        for part in parts[1:]:
            rows, columns = np.array(part).T
            if _has_other_neighbour(labels, inside, part, number):
                loose[rows, columns] = True
    south_west, south_east = labels[:-1, :-1], labels[:-1, 1:]
    north_west, north_east = labels[1:, :-1], labels[1:, 1:]
    crossing = (south_west == north_east) & (south_west != south_east) & (south_west != north_west)
    crossing |= (south_east == north_west) & (south_east != south_west) & (south_east != north_east)
    loose[:-1, :-1] |= crossing & inside[:-1, :-1] & inside[:-1, 1:] & inside[1:, :-1] & inside[1:, 1:]
    return loose & inside


def _parts(cells: np.ndarray) -> list[list[tuple[int, int]]]:
    """The parts of a set of cells that hang together by edges, the largest first."""
    waiting = set(map(tuple, np.argwhere(cells).tolist()))
    parts = []
    while waiting:
        start = min(waiting)
        waiting.discard(start)
        part, edge = [start], [start]
        while edge:
            row, column = edge.pop()
            for near in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
                if near in waiting:
                    waiting.discard(near)
                    part.append(near)
                    edge.append(near)
        parts.append(part)
    return sorted(parts, key=lambda part: (-len(part), part[0]))


def _has_other_neighbour(labels: np.ndarray, inside: np.ndarray, part: list[tuple[int, int]], number: int) -> bool:
    """Whether a part touches another label on land; an island of its own does not, and stays."""
    return any(
        inside[r, c] and labels[r, c] != number
        for row, column in part
        for r, c in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1))
    )


def _nearest_cell(cells: np.ndarray, east_km: float, north_km: float) -> int:
    """The number of the cell of this set nearest to a point."""
    east, north = cell_centres()
    away = np.where(cells, (east - east_km) ** 2 + (north - north_km) ** 2, np.inf)
    return int(away.argmin())


def to_degrees(points: list[Point]) -> list[Point]:
    """Grid corners as (lon, lat) rounded to 6 decimals, repeats left out."""
    degrees = [
        (round(WEST + x * CELL_KM / KM_PER_DEGREE_EAST, 6), round(SOUTH + y * CELL_KM / KM_PER_DEGREE_NORTH, 6))
        for x, y in points
    ]
    return [point for k, point in enumerate(degrees) if k == 0 or point != degrees[k - 1]]


def name_places(gazetteer: dict, borders: list[Border], ward_of_label: dict[int, int], random: Random) -> DemoGeography:
    """The places with codes, names, people and deprivation; a ward's figures come from its neighbourhoods."""
    district, wards = gazetteer["district"], gazetteer["ward"]
    small = build_rings(borders, {label: label for label in ward_of_label})
    large = build_rings(borders, ward_of_label)
    neighbourhoods, label = [], 0
    ward_places = []
    for number, ward in enumerate(wards):
        own = []
        for name in ward["neighbourhoods"]:
            decile = ward["deprivation"] + ward["mixed"] * (2 * random.random() - 1)
            own.append(
                DemoPlace(
                    code=f"TW-N{label + 1:03d}",
                    name=name,
                    parent_code=ward["code"],
                    parent_name=ward["name"],
                    population=random.randint(*NEIGHBOURHOOD_PEOPLE),
                    deprivation_decile=min(10, max(1, round(decile))),
                    polygons=_polygons(small[label]),
                )
            )
            label += 1
        people = sum(place.population for place in own)
        mean = sum(place.population * place.deprivation_decile for place in own) / people
        ward_places.append(
            DemoPlace(
                ward["code"],
                ward["name"],
                district["code"],
                district["name"],
                people,
                round(mean),
                _polygons(large[number]),
            )
        )
        neighbourhoods += own
    return DemoGeography(ward_places, neighbourhoods, district["population_date"], district["vintage"])


def _polygons(rings: list[list[Point]]) -> list[list[list[Point]]]:
    """Rings as polygons: each outline (anticlockwise) with the holes that lie in it; only the first part may have holes."""
    outlines = [[ring] for ring in rings if ring_area(ring) > 0]
    outlines[0] += [ring for ring in rings if ring_area(ring) < 0]
    return outlines
