"""What a form's answers say of where it was, and how closely that is told."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from etl.form.answers import (
    AS_DRAWN,
    AUTHORITY,
    BY_DRAWING,
    BY_NAME,
    BY_POSTCODE,
    KEPT_BACK,
    NOT_TIED,
    POINT,
    WARD,
    Answers,
    is_small,
    tidy,
)
from etl.form.drawn_areas import find_larger, find_reached, read_outline, write_outline
from etl.locating.around import SMALL_KINDS, find_around, widen
from etl.parsing import Unreadable, parse_list
from soundings.model import PLACE_KINDS

KIND_OF = {WARD: "ward", AUTHORITY: "district"}  # no closer than this
CLOSEST_FIRST = (POINT, AS_DRAWN, WARD, AUTHORITY, KEPT_BACK)
WANTED = {WARD: "ward or council area", AUTHORITY: "council area"}


def list_precisions(answers: Answers) -> list[str]:
    """How closely the place may be told, closest first: a point only of a postcode, an outline only of a drawn area."""
    closest = {BY_POSTCODE: [POINT], BY_DRAWING: [AS_DRAWN]}.get(answers.get("where_how"), [])
    return [*closest, WARD, AUTHORITY, KEPT_BACK]


def usual_precision(answers: Answers) -> str:
    """The closest that is told unless the person says otherwise: the council area for sensitive topics, the ward for few people."""
    if answers.get("sensitive") == "yes":
        return AUTHORITY
    return WARD if is_small(answers) else list_precisions(answers)[0]


def chosen_precision(answers: Answers) -> str:
    """What the person chose, where that is on offer, else the usual.

    Closer than usual is told only where that was chosen over a usual answer at least as strict (`precision_over`). A choice
    from before the answers called for more care, or one that only stands in an older record, opens nothing.
    """
    chosen, usual, over = answers.get("precision", ""), usual_precision(answers), answers.get("precision_over", "")
    if chosen not in list_precisions(answers):
        return usual
    strict = CLOSEST_FIRST.index(usual)
    is_meant = over in CLOSEST_FIRST and CLOSEST_FIRST.index(over) >= strict
    return chosen if is_meant or CLOSEST_FIRST.index(chosen) >= strict else usual


def find_postcode(postcode: str) -> tuple[tuple[float, float] | None, str | None]:
    """((lon, lat), None) of a venue's postcode, or (None, why there is none and what to do)."""
    from etl.locating.postcodes import postcode_to_point

    points = postcode_to_point([postcode])
    if points.reasons[0] is not None:
        return None, f"{points.reasons[0]} Check it, or search for the place by its name instead."
    return (float(points.lon[0]), float(points.lat[0])), None


def say_where(connection: duckdb.DuckDBPyConnection, answers: Answers) -> tuple[dict[str, str], str | None]:
    """(the template's cells for where it was, what is wrong). Never closer than the precision chosen: where no place that large
    is loaded around it, the place is kept back."""
    how, precision = answers.get("where_how"), chosen_precision(answers)
    if how == NOT_TIED:
        return {"not_tied_to_place": "yes"}, None
    ways = {BY_NAME: say_named, BY_POSTCODE: say_postcode, BY_DRAWING: say_drawn}
    if how not in (*ways, KEPT_BACK):
        return {}, "Choose how to say where it was, or “It is not tied to a place”."
    role = {"place_role": answers.get("place_role") or "venue"}
    cells, wrong = ways[how](connection, answers, precision) if how in ways else ({}, None)
    if wrong:
        return {}, wrong
    if precision == KEPT_BACK or not cells:
        # The template's own words for a place that is not given. Nothing of where it was reaches the record.
        return {**role, "place_name": "prefer not to say", "place_precision": KEPT_BACK}, None
    return {**role, **cells, "place_precision": precision}, None


def explain_kept_back(answers: Answers, cells: dict[str, str]) -> str | None:
    """Why nothing of where it was is recorded although the person did not ask for that; None where it is recorded, or they did."""
    wanted = WANTED.get(chosen_precision(answers))
    if cells.get("place_precision") != KEPT_BACK or answers.get("where_how") == KEPT_BACK or wanted is None:
        return None
    return (
        f"No {wanted} around this place is loaded here, and nothing closer than you chose is ever recorded, so the record "
        "will not say where it was. To have it said, choose a larger place by its name."
    )


def say_named(
    connection: duckdb.DuckDBPyConnection, answers: Answers, precision: str
) -> tuple[dict[str, str], str | None]:
    """The cells of a place chosen from the list, and what is wrong."""
    code = answers.get("place_code", "")
    if not is_loaded(connection, [code]):
        return {}, "Choose a place from the list, or click it on the map."
    told = widen_to(connection, code, precision)
    return {"place_code": told} if told else {}, None


def say_postcode(
    connection: duckdb.DuckDBPyConnection, answers: Answers, precision: str
) -> tuple[dict[str, str], str | None]:
    """The cells of a venue's postcode, and what is wrong."""
    if not tidy(answers, "postcode"):
        return {}, "Type the venue’s postcode."
    point, reason = find_postcode(tidy(answers, "postcode"))
    if point is None:
        return {}, reason
    if precision in (POINT, KEPT_BACK):
        return {"postcode": tidy(answers, "postcode").upper()}, None
    code = find_around(connection, *point, PLACE_KINDS[PLACE_KINDS.index(KIND_OF[precision]) :])
    if code is not None:
        return {"place_code": code}, None
    if find_around(connection, *point, SMALL_KINDS):
        return {}, None
    return {}, "That postcode is in none of the places loaded here. Search for the place by its name instead."


def say_drawn(
    connection: duckdb.DuckDBPyConnection, answers: Answers, precision: str
) -> tuple[dict[str, str], str | None]:
    """The cells of an area that was drawn: the places it reaches into, its outline where that may be told; and what is wrong."""
    outline = answers.get("outline", "")
    try:
        shape = read_outline(outline) if outline else None
        codes = find_reached(connection, shape) if shape else parse_list(answers.get("area_codes")) or ()
    except Unreadable as error:
        return {}, str(error)
    if not codes or not is_loaded(connection, codes):
        return {}, "Draw the area on the map, then choose “Use this area”."
    told = list(dict.fromkeys(widen_to(connection, code, precision) for code in codes))
    if None in told:
        return {}, None
    cells = {"place_code": "; ".join(told)}
    return cells | ({"place_outline": write_outline(shape)} if shape and precision == AS_DRAWN else {}), None


def widen_to(connection: duckdb.DuckDBPyConnection, place_code: str, precision: str) -> str | None:
    """The place, or the one around it that may be told; None where no place that large is loaded around it."""
    return widen(connection, place_code, KIND_OF[precision]) if precision in KIND_OF else place_code


def is_loaded(connection: duckdb.DuckDBPyConnection, place_codes: Sequence[str]) -> bool:
    """Whether each of these codes is of a loaded place."""
    found = connection.execute(
        "select count(distinct place_code) from place_now where place_code in (select unnest($codes))",
        {"codes": list(place_codes)},
    ).fetchone()[0]
    return found == len(set(place_codes))


def say_figures_place(connection: duckdb.DuckDBPyConnection, cells: dict[str, str]) -> dict[str, str]:
    """The cells of a figure whose activity stands in several places: the smallest place that holds them all; else none of its own.

    A figure cannot be split between places, and is told of no place that it does not hold for.
    """
    codes = parse_list(cells.get("place_code")) or ()
    around = find_larger(connection, codes) if len(codes) > 1 else None
    return {"place_role": cells["place_role"], "place_code": around} if around else {}
