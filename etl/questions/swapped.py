"""Asks whether longitude and latitude are swapped, where points lie with the loaded places or with the rest of the file only so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.places.near import Bounds, read_loaded_bounds
from etl.questions.types import Choice, Question, RecordContext
from etl.types import Mapped

ALL, FEW = "swapped-points:all", "swapped-points:few"
SWAP, AS_WRITTEN = "swap", "as-written"
TABLES = ("location", "location_way")
LEAST = 5  # points: of fewer nothing can be said
MOST_DEGREES = 85.06
EXAMPLES = 5


def ask_whether_swapped(context: RecordContext) -> tuple[Question, ...]:
    """The question about all points of the file, or about a few among the rest; none where they lie where they should."""
    lon, lat, said = _list_points(context.mapped)
    if len(lon) < LEAST:
        return ()
    near = read_loaded_bounds(context.home)
    if near is not None and _are_near(lat, lon, near).mean() >= 0.9 and _are_near(lon, lat, near).mean() <= 0.1:
        return (_ask(ALL, f"All {len(lon):,} points", "with the loaded places", len(lon), said, must_answer=True),)
    few = find_swapped(lon, lat)
    if not few.any():
        return ()
    count = int(few.sum())
    which = f"{count:,} of {len(lon):,} points"
    return (
        _ask(FEW, which, "with the other points", count, [said[i] for i in np.flatnonzero(few)], must_answer=False),
    )


def _ask(question_id: str, which: str, where: str, moves: int, said: list[str], *, must_answer: bool) -> Question:
    return Question(
        question_id,
        f"{which} lie far away as they are written, and {where} with longitude and latitude swapped. Are the two swapped?",
        (Choice(SWAP, "Yes: swap them"), Choice(AS_WRITTEN, "No: they are right as they are written")),
        AS_WRITTEN,
        moves,
        tuple(f"“{one}”" for one in said[:EXAMPLES]),
        must_answer,
    )


def swap_points(mapped: Mapped, answers: Mapping[str, str]) -> Mapped:
    """The records with the points swapped that a person said are: all, or the few that lie with the others only so."""
    is_all = answers.get(ALL) == SWAP
    if not is_all and answers.get(FEW) != SWAP:
        return mapped
    lon, lat, _ = _list_points(mapped)
    chosen = np.ones(len(lon), dtype=bool) if is_all else find_swapped(lon, lat)
    new_lon, new_lat = np.where(chosen, lat, lon), np.where(chosen, lon, lat)
    tables, first = {}, 0
    for name in TABLES:
        table = mapped.tables[name]
        is_point = _is_point(table)
        own = slice(first, first + int(is_point.sum()))
        first = own.stop
        for axis, numbers in (("lon", new_lon), ("lat", new_lat)):
            column = table[axis].to_numpy(zero_copy_only=False).astype(float).copy()
            column[is_point] = numbers[own]
            values = pa.array(column, pa.float64(), mask=np.isnan(column))
            table = table.set_column(table.column_names.index(axis), table.schema.field(axis), values)
        tables[name] = table
    return replace(mapped, tables=mapped.tables | tables)


def find_swapped(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """True for each of the few points that lie with the rest only when they are swapped."""
    points = np.column_stack([lon, lat])
    if len(points) < LEAST:
        return np.zeros(len(points), dtype=bool)
    centre = np.median(points, axis=0)
    away = np.abs(points - centre).max(axis=1)
    swapped_away = np.abs(points[:, ::-1] - centre).max(axis=1)
    # Of the nearer half of the points, how far they reach; ten times as far, and a degree at least, is not the same area.
    reach = max(float(np.median(away)), 0.1)
    found = (away > 10 * reach) & (swapped_away <= 3 * reach)
    return found if 2 * found.sum() < len(points) else np.zeros(len(points), dtype=bool)


def _list_points(mapped: Mapped) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Longitude, latitude and text of every point, of first ways, then of further ones, in the order of their tables."""
    points = [mapped.tables[name].filter(pa.array(_is_point(mapped.tables[name]))) for name in TABLES]
    lon, lat = (
        np.concatenate([table[axis].to_numpy(zero_copy_only=False).astype(float) for table in points])
        for axis in ("lon", "lat")
    )
    return lon, lat, [text or "" for table in points for text in table["said"].to_pylist()]


def _is_point(table: pa.Table) -> np.ndarray:
    """True for each row with a point that could be swapped."""
    is_point = pc.and_(pc.equal(table["kind"], "point"), pc.and_(pc.is_valid(table["lon"]), pc.is_valid(table["lat"])))
    return pc.fill_null(is_point, False).to_numpy(zero_copy_only=False).astype(bool)


def _are_near(lon: np.ndarray, lat: np.ndarray, near: Bounds) -> np.ndarray:
    west, south, east, north = near
    margin = max(0.5, east - west, north - south)
    return (
        (np.abs(lat) <= MOST_DEGREES)
        & (lon >= west - margin) & (lon <= east + margin) & (lat >= south - margin) & (lat <= north + margin)
    )  # fmt: skip
