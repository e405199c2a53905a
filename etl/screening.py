"""Sheets without personal data: what was found of people refused, left out, or turned into an area before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.locating.areas import AreaLookup
from etl.locating.asking_points import ask_about_points, explain_degrees, explain_metres
from etl.locating.coordinates import diagnose_grid_points, grid_reference_to_lonlat
from etl.personal_data import EMAIL, PHONE, suspect_column
from etl.types import Sheet
from soundings.model import BadFile

AREA_COLUMN = "screened_area_code"
POSTCODE, POINT = "person_postcode", "person_point"
LON, LAT, EASTING, NORTHING, GRID = (
    "person_lon",
    "person_lat",
    "person_easting",
    "person_northing",
    "person_grid_reference",
)
OUTLINE = "person_outline"
OF_PEOPLE = (POSTCODE, LON, LAT, EASTING, NORTHING, GRID, OUTLINE)
KEPT_ROLES = ("venue", "area")
Finder = Callable[[Sheet], Collection[str]]  # some columns of a sheet


class Screened(NamedTuple):
    """The sheets that may be kept, and every decision in a sentence (never with a value)."""

    sheets: list[Sheet]
    decisions: list[str]


def find_none(sheet: Sheet) -> Collection[str]:
    """No column."""
    return ()


class Suspect(NamedTuple):
    """A column that looks as if it were about people, and what it looks like."""

    column: str
    sheet: str
    what: str


def screen_sheets(
    sheets: Sequence[Sheet],
    roles: Mapping[str, str],
    areas: AreaLookup | None = None,
    drop: Collection[str] = frozenset(),
    *,
    empty: Finder = find_none,
    mask: Finder = find_none,
) -> Screened:
    """The sheets without personal data, and what was decided.

    `roles`: what the source says of a column: keep · venue_postcode · free_text (e-mails and phones masked) · drop ·
    person_postcode · person_lon, person_lat · person_easting, person_northing · person_grid_reference · person_outline.
    Columns of people become one column `screened_area_code`, null where no loaded area holds the place. In a sheet with a `place_role`
    column that is so only for rows that are neither a venue's nor an area's; the others keep what they say.
    `drop`: columns to leave out. Of columns that are never read `empty` finds those of which the heading alone is kept, `mask` those
    that are kept as free text; they are looked at for personal data first, as any that nobody declared. BadFile: a column that nobody declared looks personal, or no places are loaded to turn
    people's postcodes into.
    """
    declared = {name.casefold(): role for name, role in roles.items()}
    unwanted = {name.casefold().strip() for name in drop}
    decisions: list[str] = []
    reduced = [_drop_columns(sheet, declared, unwanted, decisions) for sheet in sheets]
    _refuse_personal(reduced, declared)
    emptied = [_empty_columns(sheet, declared, empty(sheet), decisions) for sheet in reduced]
    return Screened([_screen_sheet(sheet, declared, areas, decisions, mask(sheet)) for sheet in emptied], decisions)


def _drop_columns(sheet: Sheet, declared: Mapping[str, str], unwanted: Collection[str], decisions: list[str]) -> Sheet:
    asked = [name for name in sheet.table.column_names if name.casefold() in unwanted]
    told = [name for name in sheet.table.column_names if name not in asked and declared.get(name.casefold()) == "drop"]
    decisions += [f"{_shown(name, sheet)} was left out, as asked." for name in asked]
    if len(told) == 1:
        decisions.append(f"{_shown(told[0], sheet)} was left out: the source's description says that it is not kept.")
    elif told:
        listed = ", ".join(f"'{name}'" for name in told)
        decisions.append(
            f"{len(told)} columns of {sheet.name} were left out: the source's description says that they are not kept: {listed}."
        )
    gone = [*asked, *told]
    return replace(sheet, table=sheet.table.drop_columns(gone)) if gone else sheet


def _empty_columns(sheet: Sheet, declared: Mapping[str, str], names: Collection[str], decisions: list[str]) -> Sheet:
    """The sheet with nothing below the headings of these columns; where people are is left, to become an area."""
    table, emptied = sheet.table, []
    for name in names:
        column = table[name]
        if _role_of(name, declared) not in OF_PEOPLE and column.null_count < len(column):
            table = table.set_column(table.column_names.index(name), name, pa.nulls(table.num_rows, pa.string()))
            emptied.append(name)
    if len(emptied) == 1:
        decisions.append(f"{_shown(emptied[0], sheet)} is not used here, so nothing below its heading was kept.")
    elif emptied:
        listed = ", ".join(f"'{name}'" for name in emptied)
        decisions.append(
            f"{len(emptied)} columns of {sheet.name} are not used here, so nothing below their headings was kept: {listed}."
        )
    return replace(sheet, table=table) if emptied else sheet


def find_personal(
    sheets: Sequence[Sheet], roles: Mapping[str, str], drop: Collection[str] = frozenset()
) -> list[Suspect]:
    """Every column that looks personal, is not declared in `roles` and is not left out; in order of sheet and column."""
    known = {name.casefold() for name in roles} | {name.casefold().strip() for name in drop}
    return [
        Suspect(name, sheet.name, what)
        for sheet in sheets
        for name in sheet.table.column_names
        if name.casefold() not in known and (what := suspect_column(name, sheet.table[name]))
    ]


def _refuse_personal(sheets: Sequence[Sheet], declared: Mapping[str, str]) -> None:
    """Raises BadFile that lists every undeclared column that looks personal."""
    found = find_personal(sheets, declared)
    if not found:
        return
    asked = " ".join(f'--drop "{name}"' for name in dict.fromkeys(one.column for one in found))
    listed = "; ".join(f"The column '{one.column}' of {one.sheet} looks like {one.what}" for one in found)
    many = len(found) > 1
    raise BadFile(
        f"Nothing was kept of this file, because Soundings keeps no personal data. {listed}. "
        f"Take {'these columns' if many else 'this column'} out of the file, or leave {'them' if many else 'it'} out while loading ({asked})."
    )


def _screen_sheet(
    sheet: Sheet,
    declared: Mapping[str, str],
    areas: AreaLookup | None,
    decisions: list[str],
    masked: Collection[str],
) -> Sheet:
    table = sheet.table
    for at, name in enumerate(table.column_names):
        role = _role_of(name, declared)
        if role == "free_text" or (role is None and name in masked):
            table = table.set_column(at, name, _mask(table[name], _shown(name, sheet), decisions))
        elif role not in OF_PEOPLE:
            _count_emails(table[name], _shown(name, sheet), decisions)
    by_role = {role: name for name in table.column_names if (role := _role_of(name, declared)) in OF_PEOPLE}
    if by_role:
        table = _replace_people(replace(sheet, table=table), by_role, areas, decisions)
    return replace(sheet, table=table)


def _role_of(name: str, declared: Mapping[str, str]) -> str | None:
    """The role of a column; person_point is told apart into its axes by the column's name."""
    role = declared.get(name.casefold())
    if role != POINT:
        return role
    plain = name.casefold()
    axes = (("north", NORTHING), ("east", EASTING), ("grid", GRID), ("lat", LAT))
    return next((axis for word, axis in axes if word in plain), LAT if plain == "y" else LON)


def _replace_people(
    sheet: Sheet, by_role: Mapping[str, str], areas: AreaLookup | None, decisions: list[str]
) -> pa.Table:
    """The table with one column of area codes in place of the columns about people (beside them, where some rows are venues')."""
    table = sheet.table
    of_person = _rows_of_people(table)
    said = {role: table[name].combine_chunks() for role, name in by_role.items() if role != OUTLINE}
    filled = np.zeros(table.num_rows, dtype=bool)
    for column in said.values():
        filled |= column.is_valid().to_numpy(zero_copy_only=False)
    filled &= of_person
    shown = ", ".join(f"'{name}'" for name in by_role.values())
    if filled.any() and areas is None:
        raise BadFile(
            f"The columns {shown} of {sheet.name} say where people are, and Soundings keeps only the area. No places are loaded "
            "to find the area in: load places first (soundings places add), then this file again."
        )
    if OUTLINE in by_role:
        _say_outlines(table[by_role[OUTLINE]], of_person, _shown(by_role[OUTLINE], sheet), decisions)
    codes = pa.nulls(table.num_rows, pa.string())
    if filled.any():
        codes = areas.name_areas(_find_areas(said, filled, areas, sheet.name, decisions))
        decisions.append(_say_areas(shown, sheet, int(filled.sum()), len(codes) - codes.null_count, areas))
    if of_person.all():
        first = min(table.column_names.index(name) for name in by_role.values())
        table = table.drop_columns(list(by_role.values()))
    else:
        first = max(table.column_names.index(name) for name in by_role.values()) + 1
        for name in by_role.values():
            kept = pc.if_else(pa.array(of_person), pa.scalar(None, pa.string()), table[name])
            table = table.set_column(table.column_names.index(name), name, kept)
    return table.add_column(min(first, table.num_columns), _free_name(table), codes)


def _say_outlines(column: pa.ChunkedArray, of_person: np.ndarray, shown: str, decisions: list[str]) -> None:
    """Adds a decision where outlines are left out because they are of where people live."""
    count = int((column.is_valid().to_numpy() & of_person).sum())
    if count:
        decisions.append(
            f"{shown} had {count:,} outlines taken out: an outline is kept only of a venue or of what an activity is about."
        )


def _rows_of_people(table: pa.Table) -> np.ndarray:
    """True for each row whose place is a person's: all, unless a `place_role` column says venue or area."""
    name = next((name for name in table.column_names if name.casefold() == "place_role"), None)
    if name is None:
        return np.ones(table.num_rows, dtype=bool)
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(table[name]))
    return ~pc.fill_null(pc.is_in(plain, pa.array(KEPT_ROLES)), False).to_numpy()


def _find_areas(
    said: Mapping[str, pa.Array], wanted: np.ndarray, areas: AreaLookup, sheet_name: str, decisions: list[str]
) -> np.ndarray:
    """The area of each wanted row by its postcode, else its lon and lat, easting and northing, or grid reference.

    As its position among the lookup's codes, -1 for none.
    """
    found = np.full(len(wanted), -1, dtype=np.int64)

    def open_rows(*roles: str) -> np.ndarray:
        if any(role not in said for role in roles):
            return np.array([], dtype=np.int64)
        is_open = wanted & (found < 0)
        for role in roles:
            is_open &= said[role].is_valid().to_numpy(zero_copy_only=False)
        return np.flatnonzero(is_open)

    rows = open_rows(POSTCODE)
    if len(rows):
        encoded = said[POSTCODE].take(pa.array(rows)).dictionary_encode()
        found[rows] = areas.find_postcodes(encoded.dictionary.to_pylist())[encoded.indices.to_numpy()]
    rows = open_rows(LON, LAT)
    if len(rows):
        lon, lat = _read_pairs(said[LON], said[LAT], rows)
        found[rows] = here = areas.find_points(lon, lat)
        lost = here < 0
        reasons = explain_degrees(
            lon[lost], lat[lost], [said[role].take(pa.array(rows[lost])) for role in (LON, LAT)], areas
        )
        ask_about_points(reasons, len(rows), sheet_name, decisions)
    rows = open_rows(EASTING, NORTHING)
    if len(rows):
        lon, lat, reasons = diagnose_grid_points(*_read_pairs(said[EASTING], said[NORTHING], rows))
        found[rows] = here = areas.find_points(lon, lat)
        lost = here < 0
        reasons = explain_metres(lon[lost], lat[lost], reasons[lost], areas)
        ask_about_points(reasons, len(rows), sheet_name, decisions)
    rows = open_rows(GRID)
    if len(rows):
        encoded = said[GRID].take(pa.array(rows)).dictionary_encode()
        points = [grid_reference_to_lonlat(text) for text in encoded.dictionary.to_pylist()]
        lonlat = np.array([(np.nan, np.nan) if isinstance(point, str) else point for point in points])
        found[rows] = areas.find_points(lonlat[:, 0], lonlat[:, 1])[encoded.indices.to_numpy()]
    return found


def _read_pairs(first: pa.Array, second: pa.Array, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cells of some rows of two columns as numbers; each column on a core of its own."""
    with ThreadPoolExecutor(1) as beside:
        others = beside.submit(_numbers, second, rows)
        return _numbers(first, rows), others.result()


def _numbers(column: pa.Array, rows: np.ndarray) -> np.ndarray:
    """The cells of some rows as numbers, NaN for text that is none."""
    said = column if len(rows) == len(column) else column.take(pa.array(rows))
    try:
        return said.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return _numbers_among_words(said)


def _numbers_among_words(said: pa.Array) -> np.ndarray:
    """The cells as numbers, NaN for text that is none."""
    cells = pc.replace_substring(pc.utf8_trim_whitespace(said), "\u2212", "-")
    is_number = pc.match_substring_regex(cells, r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
    # Arrow reads no leading plus sign and no bare point at the end ("+51.", "51.").
    plain = pc.replace_substring_regex(pc.replace_substring_regex(cells, r"^\+", ""), r"\.$", "")
    return pc.if_else(is_number, plain, None).cast(pa.float64()).to_numpy(zero_copy_only=False)


def _say_areas(shown: str, sheet: Sheet, filled: int, found: int, areas: AreaLookup) -> str:
    decision = (
        f"In {sheet.name}, {shown} say where people are: {found:,} of {filled:,} rows have the code of the smallest loaded area "
        f"instead ({' or '.join(areas.kinds)})"
    )
    lost = filled - found
    return (
        f"{decision}; {lost:,} are in no loaded area, or cannot be found, and are left blank."
        if lost
        else f"{decision}."
    )


def _free_name(table: pa.Table) -> str:
    if AREA_COLUMN in {name.casefold() for name in table.column_names}:
        raise BadFile(
            f"The file has a column of its own called {AREA_COLUMN}, which Soundings uses for the areas of people. Rename it and load the file again."
        )
    return AREA_COLUMN


def _count_emails(column: pa.ChunkedArray, shown: str, decisions: list[str]) -> None:
    """Adds a decision where cells of a column that is kept hold e-mail addresses."""
    likely = column.filter(pc.fill_null(pc.match_substring(column, "@"), False))
    count = pc.sum(pc.match_substring_regex(likely, EMAIL)).as_py() if len(likely) else 0
    if count:
        decisions.append(
            f"{shown} was kept; {count:,} of its cells hold an e-mail address. Check that they are not of people."
        )


def mask_words(text: str) -> tuple[str, str]:
    """(free words without the e-mail addresses and phone numbers in them, what was taken out: “1 phone number”, or nothing)."""
    masked, taken = _take_out(pa.chunked_array([[text]], pa.string()))
    return masked[0].as_py(), taken


def _mask(column: pa.ChunkedArray, shown: str, decisions: list[str]) -> pa.ChunkedArray:
    """The column with e-mail addresses and phone numbers taken out of its text."""
    column, taken = _take_out(column)
    if taken:
        decisions.append(f"{shown} had {taken} taken out of its text.")
    return column


def _take_out(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, str]:
    """(the column without e-mail addresses and phone numbers, how many of each were in it, in words)."""
    said = []
    for what, pattern, mark in (
        ("e-mail address", EMAIL, "[e-mail removed]"),
        ("phone number", PHONE, "[phone removed]"),
    ):
        count = pc.sum(pc.count_substring_regex(column, pattern)).as_py() or 0
        if count:
            column = pc.replace_substring_regex(column, pattern, mark)
            said.append(f"{count:,} {what}{'es' if count > 1 and what.endswith('ss') else 's' if count > 1 else ''}")
    return column, " and ".join(said)


def _shown(name: str, sheet: Sheet) -> str:
    return f"The column '{name}' of {sheet.name}"
