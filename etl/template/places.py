"""Where a row of the template says it stands."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from etl.locating.coordinates import diagnose_grid_points, diagnose_point, grid_reference_to_lonlat
from etl.mapping.sayings import make_saying
from etl.parsing import parse_degrees, parse_list, parse_number, parse_yes_no
from etl.template.tables import PLACE_COLUMNS

if TYPE_CHECKING:
    from etl.template.rows import Row

# What people write where no place is known, without punctuation and case.
UNSAID = {
    "", "unknown", "not known", "not provided", "not recorded", "not given", "not stated", "not available", "not applicable",
    "n a", "na", "nil", "none", "null", "no data", "tbc", "tbd", "prefer not to say", "m99999999",
}  # fmt: skip
# All the ways in which a row says where one place is, in the order in which they are tried.
Ways = tuple[tuple, ...]
POINT_COLUMNS = ("lon", "lat", "easting", "northing", "grid_reference")
SAID_BY = ("place_role", "screened_area_code", *PLACE_COLUMNS)


def find_places(row: Row, default_role: str | None) -> tuple[list[Ways], str | None]:
    """What `read_places` gives, worked out once for rows of a sheet that say the same of where."""
    said = (default_role, *map(row.cells.get, SAID_BY))
    if (known := row.read_before.get(said)) is None:
        alone = replace(row, problems=[], is_rejected=False)
        known = row.read_before[said] = (*read_places(alone, default_role), alone.problems, alone.is_rejected)
    places, role, problems, is_rejected = known
    row.problems += problems
    row.is_rejected = row.is_rejected or is_rejected
    return places, role


def read_places(row: Row, default_role: str | None) -> tuple[list[Ways], str | None]:
    """(the places that the row says it stands at; their role). Empty where it says nothing, with the role only where the row says
    one.

    A place needs its role, except where there is a `default_role`, and for what is not known or not tied to a place.
    """
    said_role = row.word("place_role")
    places = say_places(row)
    if not places:
        return [], said_role
    role = said_role or default_role
    if role is None:
        if places[0][0][0] in ("not_tied", "none"):
            return places, "area"
        row.refuse(
            "place_role",
            "A place is given but not what it is: venue (where it happened), home (where people live) or area (what it is about).",
            is_row=True,
        )
    return places, role


def say_places(row: Row) -> list[Ways]:
    """The places that the row says it stands at: one, with every way in which it says so; or several, where a cell lists codes."""
    if row.read("not_tied_to_place", parse_yes_no):
        return [(make_saying("not_tied", reason="Recorded as not tied to a place."),)]
    within = row.text("place_within")
    ways = (
        ("place_code", lambda code: make_saying("code", said=code, code=code.upper())),
        ("screened_area_code", lambda code: make_saying("code", said=code, code=code.upper())),
        ("place_name", lambda name: make_saying("name", said=name, name=name, within_code=within)),
        ("postcode", lambda postcode: make_saying("postcode", said=postcode.upper())),
    )
    unsaid, said = None, []
    for column, say in ways:
        # Only codes may be several in a cell: a name can hold a semicolon or a bracket of its own.
        items = row.read(column, parse_list) if column.endswith("_code") else [row.text(column)]
        items = [item for item in items or () if item]
        known = list(dict.fromkeys(say(item) for item in items if not is_unsaid(item)))
        if len(known) > 1 and not said:
            return [(place,) for place in known]
        said += known if len(known) == 1 else ()
        unsaid = unsaid or next(iter(items), None)
    # What is wrong with a point is asked to be put right only where nothing else says where.
    if not said:
        said = say_points(row)
    elif any(map(row.cells.get, POINT_COLUMNS)):
        said += say_points(replace(row, problems=[], is_rejected=False))
    if said:
        return [tuple(dict.fromkeys(said))]
    return [(make_saying("none", reason=f"The file says “{unsaid}”."),)] if unsaid else []


def is_unsaid(text: str) -> bool:
    """Whether a cell for a place says in words that no place is known."""
    return re.sub(r"[\W_]+", " ", text).strip().casefold() in UNSAID


def say_points(row: Row) -> list[tuple]:
    """The points from lon and lat, easting and northing, and a grid reference, as far as the row has them; refused with the
    reason where one cannot be right."""
    said = []
    for x, y, parse, diagnose in (
        ("lon", "lat", parse_degrees, diagnose_point),
        ("easting", "northing", parse_number, diagnose_grid),
    ):
        first, second = row.read(x, parse), row.read(y, parse)
        wrong = [reason for column, reason in row.problems if column in (x, y)]
        if first is not None and second is not None:
            said.append(say_diagnosed(row, x, f"{row.text(x)}, {row.text(y)}", diagnose(first, second)))
        elif wrong:
            said.append(make_saying("refused", reason=wrong[0]))
        elif first is not None or second is not None:
            blank = x if first is None else y
            row.refuse(blank, f"{blank} is missing, so there is no point.", is_row=False)
            said.append(make_saying("refused", reason=f"{x} or {y} is missing."))
    if reference := row.text("grid_reference"):
        said.append(say_diagnosed(row, "grid_reference", reference, grid_reference_to_lonlat(reference)))
    return said


def diagnose_grid(easting: float, northing: float) -> tuple[float, float] | str:
    """(lon, lat) of British National Grid metres, or the sentence that says what is odd."""
    lon, lat, reasons = diagnose_grid_points([easting], [northing])
    return reasons[0] or (float(lon[0]), float(lat[0]))


def say_diagnosed(row: Row, column: str, said: str, found: tuple[float, float] | str) -> tuple:
    if isinstance(found, str):
        row.refuse(column, found, is_row=False)
        return make_saying("refused", reason=found)
    return make_saying("point", said=said, lon=found[0], lat=found[1])
