"""Codes and names of places whose file gives names or numbers alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import duckdb
import pandas as pd
import pyarrow as pa
import shapely

from etl.places.sentences import list_some
from soundings.model import BadFile

NUMBER = re.compile(r"\d+")
CODE = re.compile(r"[A-Z]{1,4}\d{2,}[A-Z0-9]*")
LETTERED = ("lsoa", "msoa")  # kinds that are abbreviations
ACCENTS = re.compile(r"[\u0300-\u036f]")


def name_numbers(frame: pd.DataFrame, kind: str, column: str, warnings: list[str]) -> None:
    """Where every name is a number alone, makes it a name that a person can read, such as “Ward 1”, and says so."""
    names = frame["name"].dropna()
    if not len(names) or not all(NUMBER.fullmatch(name) for name in names):
        return
    label = kind.upper() if kind in LETTERED else kind.capitalize()
    frame["name"] = [f"{label} {name}" if name else None for name in frame["name"]]
    warnings.append(
        f"The names in {column} are numbers alone, so the places are called {list_some(frame['name'].dropna())}."
    )


def are_codes(texts: Sequence[str | None]) -> bool:
    """Whether all texts are codes of the usual form, such as E05000101: capital letters, then digits, without a space."""
    told = [text for text in texts if text]
    return bool(told) and all(CODE.fullmatch(text) for text in told)


def make_codes(frame: pd.DataFrame, kind: str, column: str, file: str, warnings: list[str]) -> None:
    """Fills in place_code from the kind and the name, such as “ward-north-quarter”, and says so. A place without a name gets none.

    Of places with the same name inside different larger places, the larger place's code or name stands in the code too. Raises
    BadFile where two places still have the same.
    """
    codes = pd.Series([make_code(kind, name) for name in frame["name"]], dtype=object)
    within = frame["parent_code"].fillna(frame["parent_name"])
    is_shared = codes.notna() & codes.duplicated(keep=False) & within.notna()
    codes[is_shared] = [
        make_code(kind, f"{around} {name}")
        for around, name in zip(within[is_shared], frame["name"][is_shared], strict=True)
    ]
    twice = frame["name"][codes.notna() & codes.duplicated(keep=False)].unique()
    if len(twice):
        raise BadFile(
            f"{file} has no codes, and several of its places are called the same: {list_some(twice)}. A code made of the name could "
            "not tell them apart. If another column does, name it with --code. If they are different places, give each its own name "
            "in the file; if one place is in several pieces, join them into one first."
        )
    frame["place_code"] = codes
    shown = [f"{code} ({name})" for code, name in zip(codes, frame["name"], strict=True) if code][:3]
    warnings.append(
        f"{file} has no codes, so each place's code was made of its name in {column}: {', '.join(shown)}"
        f"{' …' if len(frame) > len(shown) else ''}. The same name gives the same code again."
    )


def avoid_taken(table: pa.Table, connection: duckdb.DuckDBPyConnection, warnings: list[str]) -> pa.Table:
    """The places, where a made code is already that of a loaded place elsewhere with a number after it: the wards 1 of two towns
    are two places. Places that share most of their ground are the same one and keep the code."""
    shapes_of: dict[str, list[shapely.Geometry]] = {}
    for code, shape in connection.execute("select place_code, geometry from place").fetchall():
        shapes_of.setdefault(code, []).append(shapely.from_wkb(shape))
    codes, changed = table["place_code"].to_pylist(), []
    for at, (code, shape) in enumerate(zip(codes, table["geometry"].to_pylist(), strict=True)):
        if table["is_derived"][at].as_py():
            continue
        own, number, tried = shapely.from_wkb(shape), 1, code
        while tried in shapes_of and not any(_share_ground(own, other) for other in shapes_of[tried]):
            number += 1
            tried = f"{code}-{number}"
        if tried != code:
            codes[at] = tried
            changed.append(f"{tried} ({table['name'][at].as_py()})")
    if not changed:
        return table
    warnings.append(
        f"Loaded places elsewhere have the same names, so a number was added to these codes: {list_some(changed)}."
    )
    return table.set_column(table.schema.get_field_index("place_code"), "place_code", pa.array(codes, pa.string()))


def _share_ground(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Whether two shapes have more than half of the smaller one in common."""
    if not one.intersects(other):
        return False
    return one.intersection(other).area > min(one.area, other.area) / 2


def make_code(kind: str, name: str | None) -> str | None:
    """Kind and name in small letters, joined by hyphens, without accents: “ward-north-quarter”. None where there is no name."""
    plain = ACCENTS.sub("", unicodedata.normalize("NFKD", name or ""))
    kept = "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in plain)
    words = unicodedata.normalize("NFC", kept).casefold().split()
    if not words:
        return None
    return "-".join(words if words[0] == kind else [kind, *words])
