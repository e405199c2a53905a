"""Questions about people's points that stand in no loaded area: how their numbers seem to be meant, never the numbers themselves."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from etl.locating.areas import AreaLookup
from etl.locating.coordinate_questions import MISTAKES, QUESTIONS
from etl.locating.coordinates import diagnose_points, read_otherwise
from etl.parsing import DECIMAL_COMMA, NOT_DECIMAL, Unreadable, parse_degrees
from soundings.model import BadFile


def explain_degrees(lon: np.ndarray, lat: np.ndarray, cells: list[pa.Array], areas: AreaLookup) -> np.ndarray:
    """What is odd about longitudes and latitudes that stand in no area, None for nothing; `cells` is what the file says of each."""
    _, _, reasons = diagnose_points(lon, lat)
    _add_mistakes(reasons, lon, lat, areas, is_metres=False)
    no_number = np.flatnonzero(~(np.isfinite(lon) & np.isfinite(lat)))
    for axis in cells:
        coded = axis.take(pa.array(no_number)).dictionary_encode()
        refused = np.array([_why_unreadable(text) for text in coded.dictionary.to_pylist()], dtype=object)
        if len(refused):
            told = refused[coded.indices.to_numpy(zero_copy_only=False)]
            is_told = np.not_equal(told, None).astype(bool)
            reasons[no_number[is_told]] = told[is_told]
    return reasons


def explain_metres(lon: np.ndarray, lat: np.ndarray, reasons: np.ndarray, areas: AreaLookup) -> np.ndarray:
    """The same of eastings and northings, from the reasons that their numbers gave."""
    _add_mistakes(reasons, lon, lat, areas, is_metres=True)
    return reasons


def _add_mistakes(reasons: np.ndarray, lon: np.ndarray, lat: np.ndarray, areas: AreaLookup, *, is_metres: bool) -> None:
    """Fills `reasons` of points in no area that would stand in one, were they written as is often meant."""
    for mistake, x, y in read_otherwise(lon, lat, np.full(len(lon), is_metres)):
        reasons[(areas.find_points(x, y) >= 0) & np.equal(reasons, None)] = mistake


def _why_unreadable(text: str) -> str | None:
    try:
        parse_degrees(text)
    except Unreadable as error:
        return str(error)
    return None


def ask_about_points(reasons: np.ndarray, total: int, sheet_name: str, decisions: list[str]) -> None:
    """Asks about points that stand in no area because of how their numbers are written; nothing is put right silently.

    Raises BadFile where half of all points or more do; fewer are said in `decisions`. No number of a person is ever shown.
    """
    asked = (*QUESTIONS, *MISTAKES, DECIMAL_COMMA, NOT_DECIMAL)
    for reason, count in Counter(reason for reason in reasons if reason in asked).most_common():
        where = " stand in no loaded area." if reason in MISTAKES else " cannot be used as they stand."
        said = f"{count:,} of {total:,} points in {sheet_name}{where} {reason}"
        if 2 * count >= total:
            raise BadFile(said)
        decisions.append(said)
