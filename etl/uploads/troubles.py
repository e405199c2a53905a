"""What is wrong with an upload's rows, as the person's own file has them: to put right on the spot, or to take away as a file."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping.headings import find_headings
from etl.parsing import Ambiguous, Unreadable, parse_date, parse_text
from etl.questions.asking import LEFT_OUT
from etl.questions.rows import leave_rows
from etl.spec_types import TEMPLATE
from etl.specs import find_sheets
from etl.template.rows import name_activity
from etl.types import Sheet
from etl.uploads.mapping import OF_PEOPLE
from etl.uploads.sheets import choose_sheets, find_column, list_keys, split_part
from etl.uploads.twins import Twin
from etl.uploads.uploading import Prepared, Wanted, apply_fixes, find_sheet, list_refused


@dataclass(frozen=True)
class Trouble:
    """A row of the file with something to put right. `cells`: the row as it would be kept; `wrong`: (column, reason) of each.

    `is_unplaced`: it would come in, and stand on no map, because no loaded place is what it says.
    """

    sheet: str
    row: int
    cells: dict[str, str | None]
    wrong: tuple[tuple[str, str], ...]
    is_rejected: bool
    is_unplaced: bool = False


@dataclass(frozen=True)
class RowCount:
    """The rows of a file, as the person has them. `refused`: nothing of them comes in. `incomplete`: they come in without what
    cannot be read, `cells` of them together. `left_out`: a question was answered so, or its answer is assumed."""

    read: int
    refused: int
    incomplete: int
    cells: int
    left_out: int = 0

    @property
    def taken_in(self) -> int:
        return self.read - self.refused - self.left_out


def list_troubles(prepared: Prepared, raw: list[Sheet], wanted: Wanted) -> list[Trouble]:
    """The rows with rejected cells, as the person's own file has them, in its order; notes on whole columns are left out."""
    sheets = prepared.sheets if wanted.mapping is None else show_matched(prepared, raw, wanted)
    rejections = prepared.mapped.rejections
    cells = {}
    for sheet in sheets:
        here = pc.is_in(sheet.row_numbers.cast(pa.int64()), rejections["row_number"].combine_chunks())
        rows = sheet.table.filter(here).to_pylist()
        cells |= {
            (sheet.name, at): row for at, row in zip(sheet.row_numbers.filter(here).to_pylist(), rows, strict=True)
        }
    found: dict[tuple[str, int], dict] = {}
    for line in rejections.to_pylist():
        sheet, column = find_cell(prepared, line["file"], line["column_name"], wanted, sheets)
        at = (sheet, line["row_number"])
        if at in cells:
            found.setdefault(at, {}).setdefault((column, line["reason"]))
    coming = list_coming(prepared, wanted, sheets, {row for _, row in found}) if found else set()
    return [Trouble(*at, cells[at], tuple(wrong), at not in coming) for at, wrong in sorted(found.items())]


def list_coming(prepared: Prepared, wanted: Wanted, sheets: list[Sheet], rows: Set[int]) -> set[tuple[str, int]]:
    """(sheet, row) in the person's own file of those of these rows of which something comes in: an activity, a meeting or a figure."""
    parts = prepared.sheets if wanted.mapping else find_sheets(prepared.spec, prepared.sheets)
    refused = list_refused(prepared.mapped, parts)
    coming = set()
    for part in parts:
        own = find_own(prepared, part.name, wanted, sheets)
        here = rows & set(part.row_numbers.to_pylist())
        coming |= {(own, row) for row in here if (part.name, row) not in refused}
    return coming


def count_rows(troubles: Sequence[Trouble], rows: int, left_out: int = 0) -> RowCount:
    """How many of a file's `rows` come in, and how many of those without a cell that cannot be read. `troubles`: without places.

    `left_out`: how many of `rows` a question left out.
    """
    incomplete = [one for one in troubles if not one.is_rejected]
    cells = sum(len(one.wrong) for one in incomplete)
    return RowCount(rows, len(troubles) - len(incomplete), len(incomplete), cells, left_out)


def list_unplaced(
    prepared: Prepared,
    raw: list[Sheet],
    wanted: Wanted,
    unplaced: Sequence[tuple[str, str]],
    lost_rows: Set[tuple[str | None, int]],
) -> list[Trouble]:
    """The rows whose place, as the file says it, is none of the loaded ones: a slip that can be put right like any other.

    `unplaced` and `lost_rows` are the preview's. A row that says such a place and stands all the same, by a point say, is none.
    """
    reasons = {said.casefold(): reason for said, reason in unplaced}
    if not reasons:
        return []
    found = []
    for sheet in prepared.sheets if wanted.mapping is None else show_matched(prepared, raw, wanted):
        columns = [name for name in list_place_columns(prepared, wanted, sheet) if name in sheet.table.column_names]
        for number, row in zip(sheet.row_numbers.to_pylist(), sheet.table.to_pylist() if columns else [], strict=False):
            wrong = [
                (name, reasons[said])
                for name in columns
                if (said := (parse_text(row[name]) or "").casefold()) in reasons
            ]
            if wrong and (sheet.name, number) in lost_rows:
                found.append(Trouble(sheet.name, number, row, tuple(wrong), is_rejected=False, is_unplaced=True))
    return found


def list_place_columns(prepared: Prepared, wanted: Wanted, sheet: Sheet) -> list[str]:
    """The columns that say where, as the file calls them."""
    if wanted.mapping is not None:
        return [column for column, field in wanted.mapping.columns if field in ("place_name", "place_code")]
    if prepared.spec.shape == TEMPLATE:
        return ["place_name", "place_code", "postcode"]
    named = [way.column for way in prepared.spec.place.tries if way.column] if prepared.spec.place else []
    headings = find_headings(prepared.spec, sheet.table.column_names)
    return [own for name in named for own in headings.get(name, [name])]


def join_troubles(first: list[Trouble], second: list[Trouble]) -> list[Trouble]:
    """Both lists in order of the file, with one line for a row that is in both."""
    joined = {(one.sheet, one.row): one for one in first}
    for one in second:
        at = (one.sheet, one.row)
        there = joined.get(at)
        joined[at] = replace(there, wrong=(*there.wrong, *one.wrong), is_unplaced=True) if there else one
    return [one for _, one in sorted(joined.items(), key=lambda item: item[0])]


def show_matched(prepared: Prepared, raw: list[Sheet], wanted: Wanted) -> list[Sheet]:
    """The sheets of a matched file with the columns that are used, corrections in place; without those of people's places."""
    columns = [name for name, field in wanted.mapping.columns if field not in OF_PEOPLE]
    sheets = apply_fixes(choose_sheets(list_going_on(prepared, raw), wanted.mapping), wanted)
    return [replace(sheet, table=sheet.table.select(columns)) for sheet in sheets]


def list_going_on(prepared: Prepared, raw: list[Sheet]) -> list[Sheet]:
    """The sheets of the file without the rows that a question left out."""
    return leave_rows(raw, read_left_out(prepared))


def read_left_out(prepared: Prepared) -> dict[str, set[int]]:
    """Sheet → the numbers of its rows that a question left out."""
    gone: dict[str, set[int]] = {}
    for one in prepared.manifest.get(LEFT_OUT, ()):
        gone.setdefault(one["sheet"], set()).update(one["rows"])
    return gone


def find_cell(prepared: Prepared, label: str, column: str, wanted: Wanted, sheets: list[Sheet]) -> tuple[str, str]:
    """(sheet, column) in the person's own file of a rejection's label and column."""
    sheet = find_sheet(label, prepared.sheets)
    own = find_own(prepared, sheet, wanted, sheets)
    return own, column if wanted.mapping is None else find_column(split_part(sheet)[0], column, wanted.mapping)


def find_own(prepared: Prepared, sheet: str, wanted: Wanted, sheets: list[Sheet]) -> str:
    """The sheet of the person's own file that a sheet of what would be loaded is of."""
    if wanted.mapping is None:
        only = find_sheets(prepared.spec, prepared.sheets)
        return only[0].name if len(only) == 1 else sheet
    return split_part(sheet)[1] or sheets[0].name


def list_two_ways(troubles: list[Trouble]) -> list[str]:
    """Dates that can be read in two ways, as the file has them: the question is asked once for all."""
    return [
        value for one in troubles for column, _ in one.wrong if (value := one.cells.get(column)) and is_two_ways(value)
    ]


def is_two_ways(value: str) -> bool:
    """Whether a cell is a date of which the day and the month cannot be told apart."""
    try:
        parse_date(value)
    except Ambiguous:
        return True
    except Unreadable:
        return False
    return False


def rows_of(prepared: Prepared, raw: list[Sheet], wanted: Wanted, twins: Sequence[Twin]) -> tuple[tuple[str, int], ...]:
    """(sheet, row) of everything the file says of these activities, to leave them out."""
    if prepared.spec.shape != TEMPLATE:
        sheets = find_sheets(prepared.spec, prepared.sheets)
        return tuple((twin.sheet or sheets[0].name, twin.row) for twin in twins)
    if wanted.mapping is not None:
        used = choose_sheets(list_going_on(prepared, raw), wanted.mapping)
        named = list_keys(apply_fixes(used, wanted), wanted.mapping)
    else:
        named = [
            (sheet.name, row, parse_text(key))
            for sheet in prepared.sheets
            if "activity_id" in sheet.table.column_names
            for row, key in zip(sheet.row_numbers.to_pylist(), sheet.table["activity_id"].to_pylist(), strict=True)
        ]
    own = {twin.own_id for twin in twins}
    return tuple((sheet, row) for sheet, row, key in named if key and name_activity(prepared.spec, key) in own)
