"""The template's sheets made of the rows of a file whose columns a person matched."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from etl.blanks import is_no_figure
from etl.parsing import Unreadable, parse_date, parse_text
from etl.questions.words import plain_words, read_words
from etl.sparing import spare_collecting
from etl.template.totals import is_total
from etl.took_place import read_took_place
from etl.types import Sheet
from etl.uploads.mapping import (
    ACTIVITY,
    ATTENDANCES,
    CAME,
    COUNTED_MEETINGS,
    GROUP_SESSIONS,
    MEASURES,
    MEETING,
    PLACES,
    SESSIONS,
    ColumnMapping,
    read_fields,
)
from soundings.model import BadFile

HIDDEN = "the sheet is hidden"
TOOK_PLACE = "took_place"
QUARTERS = (1, 4, 7, 10)
Cells = dict[str, list[str | None]]  # by field or column, one for each row


def choose_sheets(sheets: list[Sheet], mapping: ColumnMapping) -> list[Sheet]:
    """Every sheet that has all the columns that are used: one for each month, say. Raises BadFile where none has.

    Hidden sheets are left out, unless no other has them: who looks at the file does not see that they would count.
    """
    wanted = {column for column, _ in mapping.columns}
    if chosen := [sheet for sheet in sheets if wanted <= set(sheet.table.column_names)]:
        return [sheet for sheet in chosen if not is_hidden(sheet)] or chosen
    missing = sorted(wanted - {name for sheet in sheets for name in sheet.table.column_names})
    raise BadFile(
        f"The file has no column {' or '.join(missing) or 'set with all of these together'}. Match its columns again."
    )


def is_hidden(sheet: Sheet) -> bool:
    """Whether a sheet is hidden in its workbook, as the reader noted."""
    return HIDDEN in sheet.detected.get("notes", "").split("; ")


@spare_collecting()
def apply_mapping(sheets: list[Sheet], mapping: ColumnMapping) -> list[Sheet]:
    """The template's sheets made of a file's rows: activities, meetings, and one sheet for each measure. Rows keep their numbers.

    A row without a title, or that looks like a total, stands among the activities alone, where it is refused with the reason.
    Several sheets of the file are read as one, so that a group that meets in two of them is one group; what is made of them stands apart again, each part under
    the name `name_part` gives it.
    """
    chosen = choose_sheets(sheets, mapping)
    if len(chosen) == 1:
        return map_sheet(chosen[0], mapping)
    columns = [column for column, _ in mapping.columns]
    joined = pa.concat_tables([sheet.table.select(columns) for sheet in chosen])
    together = Sheet("", joined, pa.array(range(joined.num_rows), pa.int32()))
    return [part for made in map_sheet(together, mapping) for part in part_sheet(made, chosen)]


def part_sheet(made: Sheet, chosen: list[Sheet]) -> Iterator[Sheet]:
    """What was made of several sheets read as one, apart again; the rows have the numbers of their own sheets."""
    start = 0
    for sheet in chosen:
        end = start + sheet.table.num_rows
        here = pc.and_(pc.greater_equal(made.row_numbers, start), pc.less(made.row_numbers, end))
        table, at = made.table.filter(here), pc.subtract(made.row_numbers.filter(here), start).cast(pa.int32())
        if table.num_rows:
            yield Sheet(name_part(made.name, sheet.name), table, sheet.row_numbers.take(at), sheet.detected)
        start = end


def name_part(made: str, sheet: str) -> str:
    """The name of a sheet of the template that was made of one of several sheets of a file."""
    return f"{made} of {sheet}"


def split_part(name: str) -> tuple[str, str | None]:
    """(the template's own name of a sheet, the sheet of the file it was made of, where the file has several)."""
    made, _, sheet = name.partition(" of ")
    return made, sheet or None


def map_sheet(sheet: Sheet, mapping: ColumnMapping) -> list[Sheet]:
    """The template's sheets made of one sheet."""
    field_of = dict(mapping.columns)
    cells = {field_of[name]: sheet.table[name].to_pylist() for name in sheet.table.column_names if name in field_of}
    if (column := mapping.column_of(TOOK_PLACE)) and TOOK_PLACE in cells:
        cells[TOOK_PLACE] = [read_or_keep(cell, column) for cell in cells[TOOK_PLACE]]
    blank = [None] * sheet.table.num_rows
    titles = [parse_text(text) for text in cells.get("title", blank)]
    keys = make_keys(cells, titles, mapping)
    is_apart = find_apart(cells, titles)
    has_title = [at for at, apart in enumerate(is_apart) if not apart]
    made = [make_activities(sheet, cells, is_apart, keys, mapping)]
    is_total = find_totals(cells, mapping)
    if mapping.each_row == MEETING or cells.keys() & set(SESSIONS):
        single = [at for at in has_title if not is_total[at]]
        made.append(make_meetings(sheet, cells, keys, mapping, single))
    if any(is_total):
        cells = read_totals(sheet, cells, is_total, mapping)
    made += [make_counts(sheet, cells, keys, mapping, has_title, measure) for measure in MEASURES if measure in cells]
    return [one for one in made if one.table.num_rows] or made[:1]


def find_totals(cells: Cells, mapping: ColumnMapping) -> list[bool]:
    """Which rows are a total of meetings and none themselves: every row where a column is matched so, else those that an answer says."""
    counted = cells.get(GROUP_SESSIONS)
    if counted is None:
        return [False] * len(next(iter(cells.values()), ()))
    is_answered = mapping.column_of(GROUP_SESSIONS) == COUNTED_MEETINGS
    return [cell is not None or not is_answered for cell in counted]


def read_totals(sheet: Sheet, cells: Cells, is_total: list[bool], mapping: ColumnMapping) -> Cells:
    """The cells where how many came to a total of meetings is a figure of attendances, and a date that stands for a month or a quarter
    lasts until its end."""
    came, visits = cells.get(CAME), cells.get(ATTENDANCES)
    read = dict(cells)
    if came is not None:
        said = visits or [None] * len(came)
        read[ATTENDANCES] = [
            own or (one if total else None) for own, one, total in zip(said, came, is_total, strict=True)
        ]
    starts = cells.get("start_date")
    if starts is not None and "end_date" not in cells:
        ends = find_period_ends(mapping.column_of("start_date") or "", starts, is_total)
        if any(ends):
            read["end_date"] = ends
    return read


def find_period_ends(heading: str, starts: list[str | None], is_total: list[bool]) -> list[str | None]:
    """The last day of each total that a first day stands for: of a month where every total begins on a first of one, or of a quarter
    where the heading says so. None throughout where the days are others."""
    said = {cell: read_iso_day(cell) for cell, total in zip(starts, is_total, strict=True) if total and cell}
    days = {day for day in said.values() if day}
    words = f" {plain_words(heading)} "
    is_of_months, is_of_quarters = (
        any(f" {word} " in words for word in read_words(kind)) for kind in ("month", "quarter")
    )
    if not days or any(day.day != 1 for day in days) or (len(days) == 1 and not (is_of_months or is_of_quarters)):
        return [None] * len(starts)
    if is_of_quarters and any(day.month not in QUARTERS for day in days):
        return [None] * len(starts)
    months = 3 if is_of_quarters else 1
    ends = {cell: day and end_after(day, months).isoformat() for cell, day in said.items()}
    return [ends.get(cell) if total and cell else None for cell, total in zip(starts, is_total, strict=True)]


def read_iso_day(cell: str) -> date | None:
    """The day of a cell that can be read in one way."""
    try:
        return parse_date(cell)
    except Unreadable:
        return None


def end_after(first: date, months: int) -> date:
    """The last day of so many months from a first of a month."""
    after = first.month - 1 + months
    return date(first.year + after // 12, after % 12 + 1, 1) - timedelta(days=1)


def read_or_keep(cell: str | None, heading: str) -> str | None:
    """The template's word for what a cell says of whether it took place; the cell itself where it says none that is known."""
    try:
        return read_took_place(cell, heading)
    except Unreadable:
        return cell


def find_apart(cells: Cells, titles: list[str | None]) -> list[bool]:
    """Which rows stand among the activities alone, where they are refused: those without a title, and those that look like a total."""
    told = [cells[name] for name in ("start_date", "end_date", *PLACES) if name in cells]
    return [title is None or is_total((title,), (column[at] for column in told)) for at, title in enumerate(titles)]


def make_keys(cells: Cells, titles: list[str | None], mapping: ColumnMapping) -> list[str]:
    """The activity of each row, as a key that the same file gives again: its reference, else one made of organisation and
    title (and, for activities of their own, the day, numbered where that stands twice)."""
    seen: Counter[str] = Counter()
    keys = []
    blank = [None] * len(titles)
    is_own = mapping.each_row == ACTIVITY
    for title, said, start in zip(titles, cells.get("activity_id", blank), cells.get("start_date", blank), strict=True):
        if reference := parse_text(said):
            keys.append(reference)
            continue
        parts = (mapping.organisation, title, parse_text(start) if is_own else None)
        key = " · ".join(filter(None, parts)) or "no title"
        seen[key] += 1
        keys.append(hide(f"{key} ({seen[key]})" if is_own and seen[key] > 1 else key))
    return keys


def list_keys(chosen: list[Sheet], mapping: ColumnMapping) -> list[tuple[str, int, str]]:
    """(sheet, row, key of its activity) of every row of the sheets that are read as one."""
    cells = {
        field: [cell for sheet in chosen for cell in sheet.table[name].to_pylist()] for name, field in mapping.columns
    }
    rows = [(sheet.name, row) for sheet in chosen for row in sheet.row_numbers.to_pylist()]
    titles = [parse_text(text) for text in cells.get("title", [None] * len(rows))]
    return [(*row, key) for row, key in zip(rows, make_keys(cells, titles, mapping), strict=True)]


def hide(key: str) -> str:
    """A key as letters and digits that say nothing: a title may hold what screening takes out of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def make_activities(sheet: Sheet, cells: Cells, is_apart: list[bool], keys: list[str], mapping: ColumnMapping) -> Sheet:
    """The sheet of activities; of meetings, the first row of each title speaks for its activity, and a row apart for itself."""
    own = [name for name in read_fields() if name not in (*SESSIONS, *MEASURES, *PLACES, "activity_id")]
    if mapping.each_row == MEETING:  # of each meeting it is said on its own
        own.remove(TOOK_PLACE)
    at = list(range(len(keys)))
    if mapping.each_row == MEETING:
        first: dict[str, int] = {}
        at = [row for row in at if is_apart[row] or first.setdefault(keys[row], row) == row]
    columns = {"activity_id": pick(keys, at)} | {name: pick(cells.get(name), at) for name in own}
    columns["organisation"] = [name or mapping.organisation or None for name in columns["organisation"]]
    if mapping.each_row == MEETING:
        columns |= {"start_date": [None] * len(at), "end_date": [None] * len(at)}
        columns["time_pattern"] = [None if is_apart[row] else "series" for row in at]
    else:
        columns |= place_of(cells, at, mapping)
    return make_sheet("activities", sheet, at, columns, ("activity_id", "title"))


def make_meetings(sheet: Sheet, cells: Cells, keys: list[str], mapping: ColumnMapping, at: list[int]) -> Sheet:
    """The sheet of meetings, one for each row. None has an id: the file gives none, and one made up would say which are the same."""
    columns = {
        "session_id": [None] * len(at),
        "activity_id": pick(keys, at),
        "date": pick(cells.get("start_date"), at),
        TOOK_PLACE: pick(cells.get(TOOK_PLACE), at),
    }
    columns |= {name: pick(cells.get(name), at) for name in SESSIONS} | place_of(cells, at, mapping)
    return make_sheet("sessions", sheet, at, columns, ("session_id", "activity_id", "date"))


def make_counts(
    sheet: Sheet, cells: Cells, keys: list[str], mapping: ColumnMapping, which: list[int], measure: str
) -> Sheet:
    """The sheet of one measure: a row for each that gives a figure. A blank is no figure, and no row."""
    said = ((row, parse_text(cells[measure][row])) for row in which)
    told = {row: figure for row, figure in said if figure is not None and not is_no_figure(figure)}
    at = list(told)
    starts = pick(cells.get("start_date"), at)
    ends = [end or start for end, start in zip(pick(cells.get("end_date"), at), starts, strict=True)]
    columns = {"activity_id": pick(keys, at), "measure": [measure] * len(at), "value": list(told.values())}
    columns[TOOK_PLACE] = pick(cells.get(TOOK_PLACE), at)
    columns |= {"period_start": starts, "period_end": ends} | place_of(cells, at, mapping)
    return make_sheet(measure, sheet, at, columns, ("activity_id", "measure", "value"))


def place_of(cells: Cells, at: list[int], mapping: ColumnMapping) -> Cells:
    """The cells of where these rows stand, with what the place is where they say one."""
    places = {name: pick(cells[name], at) for name in PLACES if name in cells}
    has_place = [any(said) for said in zip(*places.values(), strict=True)] if places else [False] * len(at)
    return places | {"place_role": [mapping.place_role if one else None for one in has_place]}


def pick(column: list[str | None] | None, at: list[int]) -> list[str | None]:
    """The cells of a column in these rows; blank ones where the file has no such column."""
    return [None] * len(at) if column is None else [column[row] for row in at]


def make_sheet(name: str, origin: Sheet, at: list[int], columns: Cells, needed: tuple[str, ...]) -> Sheet:
    """A sheet of the template from the rows `at` of a file; columns that say nothing at all are left out, but for those needed."""
    filled = {column: cells for column, cells in columns.items() if column in needed or any(cells)}
    table = pa.table({column: pa.array(cells, pa.string()) for column, cells in filled.items()})
    return Sheet(name, table, origin.row_numbers.take(pa.array(at, pa.int32())), origin.detected)


def leave_refused(made: list[Sheet], refused: set[tuple[str, int]], mapping: ColumnMapping) -> list[Sheet]:
    """The sheets without the meetings and figures of rows whose activity is refused: a row comes in with its activity or not at
    all. `refused`: (sheet, row). Of meetings the activity may be another row's, so there all stays.
    """
    if mapping.each_row == MEETING:
        return made
    rows: dict[str | None, set[int]] = {}
    for name, row in refused:
        kind, own = split_part(name)
        if kind == "activities":
            rows.setdefault(own, set()).add(row)
    left = []
    for sheet in made:
        kind, own = split_part(sheet.name)
        gone = rows.get(own, set()) if kind != "activities" else set()
        kept = pa.array([number not in gone for number in sheet.row_numbers.to_pylist()], pa.bool_())
        left.append(replace(sheet, table=sheet.table.filter(kept), row_numbers=sheet.row_numbers.filter(kept)))
    return [sheet for sheet in left if sheet.table.num_rows]


def find_column(sheet_name: str, field: str, mapping: ColumnMapping) -> str:
    """The file's column behind a column of the template's sheets."""
    wanted = {"date": "start_date", "period_start": "start_date", "period_end": "end_date", "value": sheet_name}.get(
        field, field
    )
    if wanted == ATTENDANCES:  # of totals of meetings, how many came
        wanted = next((name for name in (ATTENDANCES, CAME) if mapping.column_of(name)), wanted)
    return mapping.column_of(wanted) or (mapping.column_of("start_date") if wanted == "end_date" else None) or field
