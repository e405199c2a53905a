"""What the sheets of Soundings' own template become. Sheets loaded apart link up: an activity's id comes from its own key."""

from __future__ import annotations

import pyarrow as pa

from etl.form.drawn_areas import parse_outline
from etl.mapping.activities import slug
from etl.mapping.sayings import FIELDS, make_saying
from etl.parsing import (
    Unreadable,
    parse_amount,
    parse_attendance,
    parse_count,
    parse_hours,
    parse_measured,
    parse_text,
    parse_word,
    parse_yes_no,
)
from etl.sparing import spare_collecting
from etl.spec_types import Spec
from etl.tables import make_rows
from etl.template.places import Ways, find_places
from etl.template.rows import Batch, Origin, Row, name_activity
from etl.template.said import SAID_MAKERS
from etl.template.tables import find_table
from etl.template.totals import TOTAL, WHEN_OR_WHERE, is_total
from etl.types import Leave, Mapped, Sheet
from soundings.measures import HOURS, MEETING_TOTALS, list_countable, read_measures
from soundings.model import CANCELLED, POSTPONED

ACTIVITIES = "activities"
HEADER_ROW = 1
HOME = "home"
LOST_HOME = "No place where people live was given, or it is in none of the places that were loaded then."
HELD_OR_NOT = "It is {word}, yet people came; it is in no figure until one of the two is put right."
COPIED = (
    "title", "summary", "method", "theme", "organisation", "programme", "decision_at_stake", "not_open_to_influence",
    "promise", "local_term", "role_mailbox", "cost",
)  # fmt: skip


@spare_collecting()
def map_template(spec: Spec, sheets: list[Sheet], batch_id: str, file_name: str, leave: Leave | None = None) -> Mapped:
    """The rows of every table, sheet by sheet in the template's order; of a row's parts none is made where it is rejected.

    `leave` is told which rows of the activities are rejected before anything else is read, and gives the sheets that are left.
    """
    batch = Batch(spec, batch_id)
    makers = {
        ACTIVITIES: make_activity, "counts": make_count, "sessions": make_session,
        "stages": make_stage, "facts": make_fact, "outcomes": make_outcome, **SAID_MAKERS,
    }  # fmt: skip
    rejections: list[dict] = []
    refused: set[tuple[str, int]] = set()
    read = rejected = 0
    for name, make in makers.items():
        if name != ACTIVITIES and refused and leave:
            left = sorted(leave(refused), key=lambda sheet: sheet.name)
            if len(left) == 1 < len(sheets):  # a sheet that is alone goes by another name
                return map_template(spec, left, batch_id, file_name)
            sheets, leave = left, None
        of_kind = [sheet for sheet in sheets if (table := find_table(sheet.table.column_names)) and table.name == name]
        for position, sheet in enumerate(of_kind):
            origin = make_origin(sheet, name, position, file_name, is_only=len(sheets) == 1)
            rejections += list_unknown_columns(sheet, find_table(sheet.table.column_names).columns, origin.label)
            read_before: dict[tuple, tuple] = {}
            columns = [column.to_pylist() for column in sheet.table.columns]
            for number, *cells in zip(sheet.row_numbers.to_pylist(), *columns, strict=True):
                row = Row(spec, origin, number, dict(zip(sheet.table.column_names, cells, strict=True)), read_before)
                make(batch, row)
                rejections += list_problems(row)
                read += 1
                rejected += row.is_rejected
                if row.is_rejected and name == ACTIVITIES:
                    refused.add((sheet.name, number))
    tables = batch.make_tables() | make_locations(batch)
    made = make_rows("rejection", [{"batch_id": batch_id, **line} for line in rejections])
    return Mapped(tables, made, read, read - rejected, rejected)


def make_origin(sheet: Sheet, kind: str, position: int, file_name: str, *, is_only: bool) -> Origin:
    """What the rows of a sheet are known by. A sheet that is called as the template calls its kind needs no name."""
    return Origin(
        sheet.name,
        file_name if is_only else f"{file_name}: {sheet.name}",
        position,
        None if is_only or sheet.name == kind else sheet.name,
        sheet.detected.get("format") == "form",
    )


def list_unknown_columns(sheet: Sheet, known: tuple[str, ...], label: str) -> list[dict]:
    """One line for each column that the template does not have, at the header's row: it was not used."""
    unknown = [name for name in sheet.table.column_names if name not in known and name != "screened_area_code"]
    header = (
        int(sheet.detected.get("header_row", HEADER_ROW))
        if str(sheet.detected.get("header_row", "1")).isdigit()
        else HEADER_ROW
    )
    return [
        {"file": label, "row_number": header, "column_name": name, "value": name, "is_row_rejected": False,
         "reason": f"The template's {find_table(sheet.table.column_names).name} have no column of this name, so it was not used."}
        for name in unknown
    ]  # fmt: skip


def list_problems(row: Row) -> list[dict]:
    """The lines of `rejection` for one row; a value that may be a person's is left out."""
    return [
        {
            "file": row.origin.label,
            "row_number": row.number,
            "column_name": column,
            "value": None if row.spec.screening.get(column, "").startswith("person_") else row.cells.get(column),
            "reason": reason,
            "is_row_rejected": row.is_rejected,
        }
        for column, reason in row.problems
    ]


def make_locations(batch: Batch) -> dict[str, pa.Table]:
    """The rows of `location`, and of `location_way` for what is said in several ways."""
    rows: dict[str, list[dict]] = {"location": [], "location_way": []}
    for (first, *further), name in batch.locations.items():
        its = {"batch_id": batch.batch_id, "location_id": name}
        rows["location"].append(its | dict(zip(FIELDS, first, strict=True)))
        rows["location_way"] += [
            {**its, "position": position, **dict(zip(FIELDS, way, strict=True))}
            for position, way in enumerate(further, start=2)
        ]
    return {table: make_rows(table, made) for table, made in rows.items()}


def make_activity(batch: Batch, row: Row) -> None:
    key = row.text("activity_id", required=True)
    values = {name: row.text(name, required=name == "title") for name in COPIED}
    values |= {name: row.word(name) for name in ("mode", "time_pattern", "record_status")}
    values["took_place"] = row.took_place()
    values["start_date"], values["end_date"] = row.span("start_date", "end_date")
    values |= {name: row.day(name) for name in ("first_helped_date", "settled_date")}
    values["is_statutory"] = row.read("statutory", parse_yes_no)
    parent = row.text("parent_activity_id")
    claim = {"called": row.text("called"), "called_by": row.text("called_by"), "called_date": row.day("called_date")}
    precision = row.text("place_precision")
    places, role = find_places(row, None)
    values["outline"] = row.read("place_outline", parse_outline)
    if values["outline"] and role == HOME:
        row.refuse(
            "place_outline", "An outline is kept of where something happened, never of where people live.", is_row=False
        )
        values["outline"] = None
    if is_total((row.cells.get("title"), key), map(row.cells.get, WHEN_OR_WHERE)):
        row.refuse("title", TOTAL, is_row=True)
    if key and not row.is_rejected:
        batch.is_new(row, "activity_id", key)
    if row.is_rejected:
        return
    name = name_activity(row.spec, key)
    batch.add(
        "activity", **row.at, source_id=row.spec.id, activity_id=name, activity_key=key,
        parent_activity_id=parent and name_activity(row.spec, parent), **values,
    )  # fmt: skip
    for ways in places:
        batch.add("activity_place", activity_id=name, location_id=batch.locate(ways), role=role, precision=precision)
    if places:
        batch.places_of_activity[name] = (places, role)
    if claim["called"]:
        batch.add("claim", **row.at, activity_id=name, **claim)
    if values["organisation"] and values["organisation"] not in batch.organisations:
        batch.organisations.add(values["organisation"])
        batch.add("organisation", organisation_id=slug(values["organisation"]), name=values["organisation"])


def find_own_places(
    batch: Batch, row: Row, name: str | None, default_role: str | None
) -> tuple[list[Ways], str | None]:
    """Where a count or session stands: where its row says, else where its activity stands in the same batch.

    Where people live is never taken from where something happened, nor the other way round.
    """
    places, role = find_places(row, default_role)
    if places:
        return places, role or "area"
    inherited, inherited_role = batch.places_of_activity.get(name, ([], None))
    if inherited and (role is None or (role == HOME) == (inherited_role == HOME)):
        own_default = None if inherited_role == HOME else default_role
        return inherited, role or own_default or inherited_role
    reason = LOST_HOME if role == HOME and "screened_area_code" in row.cells else "No place was given."
    return [(make_saying("none", reason=reason),)], role or default_role or "area"


def parse_countable(text: str | None) -> str | None:
    """A measure that a row of counts may carry. Of any other Unreadable says why, and what to do instead."""
    known = read_measures()
    measure = known.get((parse_text(text) or "").casefold().replace(" ", "_"))
    if measure is not None and not measure.takes_totals:
        raise Unreadable(f"{measure.id} cannot be given as a total. {measure.no_total}")
    return parse_word(text, tuple(list_countable()))


def make_count(batch: Batch, row: Row) -> None:
    name = row.activity_id()
    measure = row.read("measure", parse_countable, required=True)
    is_hours = measure in HOURS
    amount = row.read("value", parse_hours if is_hours else parse_amount)
    if amount is None and "value" not in {column for column, _ in row.problems}:
        row.refuse("value", "No figure is given. Leave the row out, or write 0 if there were none.", is_row=True)
    row.is_rejected = row.is_rejected or amount is None
    top = row.read("value_high", parse_measured if is_hours else parse_count)
    took_place = row.took_place()
    basis = row.word("basis")
    start, end = row.span("period_start", "period_end")
    places, role = find_own_places(batch, row, name, "venue" if measure in MEETING_TOTALS else None)
    if amount and top is not None and top < amount.value:
        row.refuse("value_high", "The top of the band is below its bottom.", is_row=True)
    if row.is_rejected:
        return
    high = amount.high if top is None else top
    if len(places) > 1:
        reason = "The count names several places, and a figure cannot be split between them."
        places = [(make_saying("none", reason=reason),)]
    batch.add(
        "activity_count", count_id=f"{batch.batch_id}-{row.name}-{measure}", activity_id=name, measure=measure,
        value=amount.value, value_high=high, basis=basis or ("band" if high is not None else amount.basis),
        period_start=start, period_end=end, took_place=took_place, location_id=batch.locate(places[0]), role=role,
        source_row_count=1, source_rows=[row.number], source_sheets=row.origin.told and [row.origin.told],
    )  # fmt: skip


def make_session(batch: Batch, row: Row) -> None:
    name = row.activity_id()
    key = row.text("session_id")
    amounts = {column: row.read(column, parse_attendance) for column in ("attendance_count", "returning_count")}
    values: dict = {column: amount and amount.value for column, amount in amounts.items()}
    values["attendance_basis"] = amounts["attendance_count"] and amounts["attendance_count"].basis
    values["minutes"] = row.read("minutes", parse_measured)
    day = row.day("date")
    values["took_place"] = row.took_place()
    came, returned = values["attendance_count"], values["returning_count"]
    if came is not None and returned is not None and returned > came:
        row.refuse(
            "returning_count", "More people came back than came; the number who came back was set aside.", is_row=False
        )
        values["returning_count"] = None
    if values["took_place"] in (CANCELLED, POSTPONED) and came:
        row.refuse("took_place", HELD_OR_NOT.format(word=values["took_place"]), is_row=False)
    places, role = find_own_places(batch, row, name, "venue")
    if key and not row.is_rejected:
        batch.is_new(row, "session_id", key)
    if row.is_rejected:
        return
    session_id = f"{batch.batch_id}-session-{row.name}"
    told_key = None if row.origin.is_form else key  # a form numbers meetings itself, anew each time
    batch.add(
        "session", **row.at, session_id=session_id, activity_id=name, session_key=told_key, start_date=day, **values
    )
    for ways in places:
        batch.add("session_place", session_id=session_id, location_id=batch.locate(ways), role=role)


def make_stage(batch: Batch, row: Row) -> None:
    name = row.activity_id()
    values = {"stage": row.word("stage", required=True), "sharing": row.word("sharing", required=True)}
    values |= {column: row.text(column) for column in ("decision_right", "named_decision", "why_not_shared")}
    if not row.is_rejected:
        batch.add("stage", **row.at, activity_id=name, **values)


def make_fact(batch: Batch, row: Row) -> None:
    name = row.activity_id()
    values = {
        "fact": row.word("fact", required=True),
        "answer": row.word("answer", required=True),
        "evidence": row.text("evidence"),
    }
    if not row.is_rejected:
        batch.add("fact", **row.at, activity_id=name, **values)


def make_outcome(batch: Batch, row: Row) -> None:
    name = row.activity_id()
    values = {"what_changed": row.text("what_changed", required=True), "who_decided": row.text("who_decided")}
    values |= {column: row.day(column) for column in ("changed_date", "told_back_due_date", "told_back_date")}
    if not row.is_rejected:
        batch.add("outcome", **row.at, activity_id=name, **values)
