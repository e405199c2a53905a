"""Outlines of a boundary file mended, and each place that was put right or left out named in plain words."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import shapely

from etl.places.left_out import FIRST_ROW, LeftOut
from soundings.mending import BESIDE, CROSSED, CUT, HOLE, NOT_AN_AREA, OUTSIDE, PART, mend_outlines
from soundings.model import BadFile

SHOWN = 5
CLOSED = "has a ring that does not end where it began; it was closed"
SAID = {
    CROSSED: "{count} in {file} crossed or touched themselves and were mended: {places}.",
    HOLE: "{count} in {file} had a hole without area, which was left out: {places}.",
    OUTSIDE: "{count} in {file} had a hole outside the outline, which was taken for a part of its own: {places}.",
    PART: "{count} in {file} had a part without area, which was left out: {places}.",
    BESIDE: "{count} in {file} had points or lines beside polygons; the polygons were kept, the rest left out: {places}.",
    CUT: "{count} in {file} cross the 180th meridian and were cut in two there: {places}.",
    CLOSED: "{count} in {file} had a ring that was not closed or had only two corners; it was closed: {places}.",
}
COLUMN = "boundary"


def mend_shapes(
    shapes: np.ndarray,
    named: pd.Series,
    file: str,
    warnings: list[str],
    left_out: list[LeftOut],
    closed: np.ndarray,
) -> np.ndarray:
    """The outlines as valid polygons with an area, None where nothing of one can be used.

    `named`: what each place is called, of a place that is left out already None; `closed`: which outlines the reader closed.
    What was put right is said in `warnings`; a place left out is added to `left_out` and named in `warnings`. Raises BadFile
    where nothing is left of any place.
    """
    mended = mend_outlines(shapes)
    by_repair: dict[str, list[str]] = defaultdict(list)
    by_fault: dict[str, list[int]] = defaultdict(list)
    for i, (repairs, fault) in enumerate(zip(mended.repairs, mended.faults, strict=True)):
        if fault is not None:
            by_fault[fault].append(i)
            continue
        for repair in (*repairs, *([CLOSED] if closed[i] else [])):
            by_repair[repair].append(named[i] or f"place {i + 1} in the file")
    for repair, places in by_repair.items():
        count = "1 boundary" if len(places) == 1 else f"{len(places):,} boundaries"
        warnings.append(SAID[repair].format(count=count, file=file, places=_list_some(places)))
    lost = sum(len(rows) for rows in by_fault.values())
    if lost == len(shapes):
        raise BadFile(_say_nothing_left(by_fault, named, file))
    for fault, rows in by_fault.items():
        is_one, places = len(rows) == 1, [named[i] or f"place {i + 1} in the file" for i in rows]
        warnings.append(
            f"{'1 place' if is_one else f'{len(rows):,} places'} in {file} {'was' if is_one else 'were'} left out, because "
            f"{'it' if is_one else 'each'} {fault}: {_list_some(places)}. Mend {'it' if is_one else 'them'} in the file and add the "
            "file again."
        )
        left_out += [
            LeftOut(i + FIRST_ROW, COLUMN, None, f"{named[i]} {fault}, so it was left out.") for i in rows if named[i]
        ]
    _say_same(mended.shapes, named, file, warnings)
    return mended.shapes


def _say_nothing_left(by_fault: dict[str, list[int]], named: pd.Series, file: str) -> str:
    """The sentence that refuses a file of which no outline can be used."""
    fault, rows = max(by_fault.items(), key=lambda item: len(item[1]))
    if fault == NOT_AN_AREA:
        return (
            f"{len(rows):,} places in {file} are not areas but points or lines: {_list_some(named[rows].dropna())}. Expected the "
            "places' boundaries as polygons."
        )
    return (
        f"No place in {file} has an outline that can be used: {'each' if len(rows) == len(named) else 'most of them'} {fault} "
        f"({_list_some(named[rows].dropna())}). Download the file again, or export it again as polygons in longitude and latitude."
    )


def _say_same(shapes: np.ndarray, named: pd.Series, file: str, warnings: list[str]) -> None:
    """Names the places that have the very same outline as another: both are kept, and a point in them stands in the first."""
    first: dict[bytes, int] = {}
    pairs = []
    for i, wkb in enumerate(shapely.to_wkb(shapes)):
        if wkb is None or not named[i]:
            continue
        if wkb in first:
            pairs.append(f"{named[first[wkb]]} and {named[i]}")
        first.setdefault(wkb, i)
    if pairs:
        warnings.append(
            f"In {file}, {'two places have' if len(pairs) == 1 else f'{len(pairs):,} pairs of places have'} the very same outline: "
            f"{_list_some(pairs)}. Both are kept; a point inside stands in one of them. Is one of them a repetition?"
        )


def _list_some(places) -> str:
    places = list(places)
    return ", ".join(places[:SHOWN]) + (f" and {len(places) - SHOWN:,} more" if len(places) > SHOWN else "")
