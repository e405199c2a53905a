"""From a figure back to the rows of the files it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from soundings.filters import EVERYTHING, Filters
from soundings.place_sets import find_set
from soundings.standing import records_sql

SHOWN_ROWS = 12

# The template has a sheet for each kind of record; a row number means a row of that sheet.
TEMPLATE = "native"
COUNTS, SESSIONS = "counts", "sessions"
TEMPLATE_SHEETS = {
    "group_sessions": "sessions",
    "contact_hours": "sessions",
    "group_size": "sessions",
    "continuing_groups": "sessions",
    "people_returning": "sessions",
    "months_together": "sessions",
    "changes_made": "outcomes",
    "joint_decisions": "facts",
    "stages_shared": "stages",
}


@dataclass(frozen=True)
class Trace:
    """One record of a figure: what it counts, and the file and rows that say so. `place_said` is as the file wrote it.

    `source_sheets`: the sheet of each of `source_rows`, None where the row's number says enough.
    """

    activity_id: str
    title: str
    day: date | None
    value: float
    top: float  # the most it can be: above the value where the file gives a band
    source_id: str
    file_name: str
    batch_id: str
    source_rows: list[int]
    place_said: str | None
    state: str
    reason: str | None
    source_sheets: list[str | None] | None = None
    told: float | None = None  # of a total of meetings, what the file says
    held_count: int = 0  # how many of its meetings are recorded one by one, and count by themselves


def read_traces(
    connection: duckdb.DuckDBPyConnection,
    *,
    measure: str,
    role: str,
    kind: str,
    place_code: str | None = None,
    filters: Filters = EVERYTHING,
    today: date,
    limit: int = 1000,
    place_set: str | None = None,
) -> list[Trace]:
    """The records that make a place's figure; with no place code, the records that stand in no place of this kind and set.

    `place_set`: the name of the set that the figure is in; None for the newest.

    Newest first, `limit` at most. A record whose activity is not loaded has the activity's id for a title.
    """
    wanted = (
        "rp.location_id in (select location_id from location_place "
        "where kind = $kind and place_set = $place_set and place_code = $place_code)"
        if place_code
        else """r.record_id not in (
            select other.record_id
            from record_place other
            join location_place lp on lp.location_id = other.location_id and lp.kind = $kind and lp.place_set = $place_set
            where other.role = $role
        )"""
    )
    found = connection.execute(
        f"""{records_sql()}
        select
            any_value(r.activity_id),
            coalesce(any_value(a.title), any_value(r.activity_id)),
            any_value(r.start_date),
            any_value(r.value),
            any_value(coalesce(r.top, r.value)),
            any_value(r.source_id),
            any_value(b.file_name),
            any_value(r.batch_id),
            any_value(r.source_rows),
            any_value(l.said),
            any_value(ls.state),
            any_value(coalesce(ls.reason, l.reason)),
            any_value(r.source_sheets),
            any_value(r.told),
            coalesce(any_value(r.held_count), 0)
        from record r
        join record_place rp using (record_id)
        join location l on l.location_id = rp.location_id
        join location_state ls on ls.location_id = rp.location_id
        join batch b on b.batch_id = r.batch_id
        left join activity_now a on a.activity_id = r.activity_id
        where rp.role = $role and r.value is not null and {wanted} and {filters.where()}
        group by r.record_id
        order by any_value(r.start_date) desc nulls last, r.record_id
        limit $limit
        """,  # noqa: S608
        {
            "measure": measure,
            "role": role,
            "kind": kind,
            "place_set": find_set(connection, kind, place_set).key,
            "limit": limit,
            **({"place_code": place_code} if place_code else {}),
            **filters.bindings(today),
        },
    ).fetchall()
    return [Trace(*row) for row in found]


def say_rows(rows: list[int]) -> str:
    """Row numbers as a person would write them: “row 12”, “rows 3–7, 9 and 40 more”."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    runs: list[tuple[int, int]] = []
    for row in sorted(rows):
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    said = [str(first) if first == last else f"{first}–{last}" for first, last in runs[:SHOWN_ROWS]]
    left = sum(last - first + 1 for first, last in runs[SHOWN_ROWS:])
    return "rows " + ", ".join(said) + (f" and {left} more" if left else "")


def say_origin(trace: Trace, measure: str) -> str:
    """The rows a record comes from, with the sheet where the file has several: “sessions, row 12”, “May, rows 2–3; June, row 2”."""
    sheet = COUNTS if trace.told is not None else TEMPLATE_SHEETS.get(measure, COUNTS)
    return say_sheets(trace.source_id, sheet, trace.source_rows, trace.source_sheets)


def say_sheets(source_id: str, sheet: str, rows: Sequence[int], sheets: Sequence[str | None] | None = None) -> str:
    """Rows with their sheets in words. `sheet`: of the template; `sheets`: of each row, None where its number says enough."""
    usual = sheet if source_id == TEMPLATE else None
    rows_of: dict[str | None, list[int]] = {}
    for row, sheet in zip(rows, sheets or [None] * len(rows), strict=True):
        rows_of.setdefault(sheet or usual, []).append(row)
    return "; ".join(f"{sheet}, {say_rows(told)}" if sheet else say_rows(told) for sheet, told in rows_of.items())
