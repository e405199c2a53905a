"""What a batch becomes: the rows of the store's tables, and the rows and values that were rejected.

A pure function of the sheets and the spec: no store, no other batch, no clock.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from etl.locating.names import normalise_name
from etl.mapping.activities import group_activities, make_activities, make_constants, name_rows
from etl.mapping.cells import EPOCH, NO_DAY, Rows, gather_rows, to_days, to_figures
from etl.mapping.counts import make_counts
from etl.mapping.filling import pick_rows
from etl.mapping.headings import read_own, rename_sheet
from etl.mapping.periods import find_fixed_period, set_aside_early_ends
from etl.mapping.placing import Stands, place_rows
from etl.mapping.sayings import Sayings
from etl.mapping.took_place import fill_took_place
from etl.spec_types import TEMPLATE, Spec
from etl.specs import find_missing, find_sheets
from etl.tables import empty_tables, make_table, read_schemas
from etl.template.sheets import map_template
from etl.types import Leave, Mapped, Sheet
from soundings.measures import HOURS
from soundings.model import BadFile

ATTENDANCE, ESTIMATE = "attendance", "estimate"
ID_COLUMN = {"session_place": "session_id", "activity_place": "activity_id"}


def map_sheets(spec: Spec, sheets: list[Sheet], batch_id: str, file_name: str, leave: Leave | None = None) -> Mapped:
    """The rows of every table and the rejections; `leave` is for the template's. Raises BadFile where the file lacks a column that
    the source needs."""
    chosen = find_sheets(spec, sheets)
    if not chosen:
        raise BadFile(say_missing(spec, sheets, file_name))
    if spec.shape == TEMPLATE:
        return map_template(spec, chosen, batch_id, file_name, leave)
    rows = gather_rows(spec, [rename_sheet(spec, sheet) for sheet in chosen], file_name)
    rows.headings.update(read_own(spec, chosen))
    read_everything(rows)
    tables = empty_tables() | map_rows(rows, batch_id, file_name)
    rejected = int(rows.is_rejected.sum())
    return Mapped(tables, rows.make_rejections(batch_id), len(rows), len(rows) - rejected, rejected)


def map_rows(rows: Rows, batch_id: str, file_name: str) -> dict[str, pa.Table]:
    """The rows of every table that the accepted rows make."""
    spec, sayings = rows.spec, Sayings()
    stands = place_rows(rows, spec.place, sayings) if spec.place else None
    activity_of_row, first_rows = group_activities(rows)
    activities = make_activities(rows, batch_id, activity_of_row, first_rows, find_fixed_period(spec, file_name))
    ids = activities["activity_id"].combine_chunks()
    counts = [make_counts(rows, count, stands, sayings, activity_of_row, file_name) for count in spec.count]
    standing = {}
    if spec.activity.has_place and stands:
        standing["activity_place"] = stand(rows, first_rows, ids, stands, sayings)
    sessions = make_sessions(rows, batch_id, activity_of_row, ids)
    if sessions.num_rows:
        at = pick_rows(rows, spec.session.when)
        standing["session_place"] = stand(rows, at, sessions["session_id"].combine_chunks(), stands, sayings)
    locations, location_ids = sayings.finish(batch_id)
    made = [count(batch_id, ids, location_ids) for count in counts]
    return {
        **locations,
        "activity": activities,
        "activity_count": pa.concat_tables([read_schemas()["activity_count"].empty_table(), *made]),
        "session": sessions,
        **{name: finish(name, batch_id, location_ids) for name, finish in standing.items()},
        **make_constants(spec, batch_id, activities),
    }


def say_missing(spec: Spec, sheets: list[Sheet], file_name: str) -> str:
    """Which columns a file lacks, as a sentence."""
    columns = list(dict.fromkeys(name for sheet in sheets for name in sheet.table.column_names))
    missing = find_missing(spec, columns)
    lacking = f" It has no column {', '.join(missing)}." if missing else ""
    return f"{file_name} cannot be read as {spec.id} ({spec.title}).{lacking} Its columns are: {', '.join(columns) or 'none'}."


def read_everything(rows: Rows) -> None:
    """Parses every column that the spec reads, so that all problems are known before anything is made."""
    spec = rows.spec
    for name, column in spec.column.items():
        if column.read in ("text", "list"):
            rows.parse(name, column.read)
        elif column.read in ("date", "year"):
            rows.parse_days(name, is_meeting=name in list_meeting_days(spec))
        elif column.read == "count" and name not in list_single(spec):
            rows.parse_amounts(name, find_reading(spec, name))
        else:
            rows.parse_numbers(name)
    for count in spec.count:
        for name in count.sum:
            rows.parse_amounts(name, find_reading(spec, name))
    if spec.session:
        for name in (*spec.session.attendance, spec.session.returning):
            if name:
                rows.parse_amounts(name, ATTENDANCE)
        if spec.session.minutes:
            rows.parse_numbers(spec.session.minutes)
        rows.parse_days(spec.session.date, is_meeting=True)
    for name in (
        spec.activity.start_date,
        spec.activity.end_date,
        *(day for count in spec.count for day in (count.start_date, count.end_date)),
    ):
        rows.parse_days(name)
    set_aside_early_ends(rows)
    for name, column in spec.column.items():
        if column.unique:
            rows.reject_repeats(name)


def list_meeting_days(spec: Spec) -> set[str]:
    """The columns that say the day of a meeting and nothing else."""
    spans = {spec.activity.start_date, spec.activity.end_date}
    spans |= {day for count in spec.count for day in (count.start_date, count.end_date)}
    return {spec.session.date} - spans if spec.session else set()


def list_single(spec: Spec) -> set[str]:
    """The columns whose figure is one number, never “about” and no range: minutes."""
    return {spec.session.minutes} if spec.session and spec.session.minutes else set()


def find_reading(spec: Spec, column: str) -> str:
    """How the figures of a column are read: of one meeting, in hours, or else as any amount."""
    counting = [count.measure for count in spec.count if column in count.sum]
    if counting:
        return "hours" if all(measure in HOURS for measure in counting) else "amount"
    of_meetings = (*spec.session.attendance, spec.session.returning) if spec.session else ()
    return ATTENDANCE if column in of_meetings else "amount"


def make_sessions(rows: Rows, batch_id: str, activity_of_row: np.ndarray, activity_ids: pa.Array) -> pa.Table:
    """The rows of `session`, one for each row that the spec picks."""
    rule = rows.spec.session
    if rule is None:
        return read_schemas()["session"].empty_table()
    at = pick_rows(rows, rule.when)
    days = rows.parse_days(rule.date, is_meeting=True)[at]
    came = rows.add_up_amounts(rule.attendance, ATTENDANCE)
    columns = {
        "batch_id": batch_id,
        "row_number": pa.array(rows.numbers[at], pa.int64()),
        "sheet": rows.name_sheets(at),
        "session_id": name_rows(rows, batch_id, at),
        "activity_id": activity_ids.take(pa.array(activity_of_row[at])),
        "start_date": to_days(days),
        "attendance_count": to_figures(came.low[at]),
        "attendance_basis": pa.array(np.full(len(at), ESTIMATE), pa.string(), mask=came.basis[at] == 0),
        "returning_count": to_figures(
            rows.add_up_amounts([rule.returning] if rule.returning else [], ATTENDANCE).low[at]
        ),
        "minutes": to_figures(rows.parse_numbers(rule.minutes)[at]) if rule.minutes else None,
        "took_place": fill_took_place(rows, rule.took_place, at) if rule.took_place else None,
        "repeat_key": make_repeat_keys(rows, rule.name, at, days),
    }
    return make_table("session", columns, len(at))


def make_repeat_keys(rows: Rows, column: str, at: np.ndarray, days: np.ndarray) -> list[str | None]:
    """Name and day as one text, the same for the same meeting in two sources; None without a day."""
    codes, values = rows.parse(column, "text")
    names = [normalise_name(value) if value else None for value in values]
    return [
        f"{names[code]}|{date.fromordinal(day + EPOCH).isoformat()}"
        if code >= 0 and names[code] and day != NO_DAY
        else None
        for code, day in zip(codes[at].tolist(), days.tolist(), strict=True)
    ]


def stand(rows: Rows, at: np.ndarray, ids: pa.Array, stands: Stands, sayings: Sayings):
    """A function of (table, batch id, location ids) that gives the rows of `session_place` or `activity_place`.

    One for each distinct place that each of the rows `at` names.
    """
    positions, numbers = stands.spread(at)
    sayings.use(numbers, at[positions])

    def finish(table: str, batch_id: str, location_ids: pa.Array) -> pa.Table:
        columns = {
            "batch_id": batch_id,
            ID_COLUMN[table]: ids.take(pa.array(positions)),
            "location_id": location_ids.take(pa.array(numbers)),
            "role": rows.spec.place.role,
        }
        return make_table(table, columns, len(positions))

    return finish
