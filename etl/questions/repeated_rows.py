"""Rows that say the same: a file with a row for each vote or comment tells of an activity once for each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from etl.questions.rows import conclude, merge, read_row, say_rows, shorten
from etl.questions.types import Checked, Choice, Context, Question
from etl.types import Sheet
from etl.uploads.key_column import list_key_columns, rank_heading
from etl.uploads.mapping import MEASURES, MEETING, PLACES, SESSIONS, ColumnMapping
from etl.uploads.sheets import choose_sheets
from soundings.views import say_count

EACH_ROW, ONCE, EACH_KEY = "each-row", "once", "each-key"
IDENTITY = ("title", "start_date", "end_date", *PLACES, *SESSIONS, *MEASURES)
FIGURES = (*SESSIONS, *MEASURES)
TIME = re.compile(r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?(?:\s*[-–].*)?", re.IGNORECASE)
SHOWN = 5
MANY = 0.5  # of the rows: from here on a bare “ID” may be the vote's or the comment's and not the activity's


@dataclass(frozen=True)
class Repeats:
    """Rows of a sheet that say the same, by groups of positions, each in order. `key`: the column whose ids they share."""

    groups: list[list[int]]
    key: str | None

    @property
    def later(self) -> list[int]:
        """The positions of all but the first of each group."""
        return [at for group in self.groups for at in group[1:]]


def check_repeated_rows(sheets: list[Sheet], context: Context) -> Checked:
    """Asks of each matched sheet with rows that say the same whether each is an activity; left unanswered, each counts once."""
    checked = Checked(sheets)
    if context.mapping is None:
        return checked
    for sheet in choose_sheets(sheets, context.mapping):
        if repeats := find_repeats(sheet, context.mapping):
            gone = {sheet.name: {sheet.row_numbers[at].as_py() for at in repeats.later}}
            question = ask(sheet, repeats, context.mapping)
            reason = f"an earlier row has the same {say_same(context.mapping)}"
            checked = merge(checked, conclude(checked.sheets, context, question, gone, reason, is_repeat=True))
    return checked


def find_repeats(sheet: Sheet, mapping: ColumnMapping) -> Repeats | None:
    """The rows that say the same, or None where there are none or each has an id of its own that says which activity it is."""
    fields = {field: column for column, field in mapping.columns}
    if "title" not in fields or (mapping.each_row != MEETING and "activity_id" in fields):
        return None
    needed = [fields[name] for name in FIGURES if name in fields] or [
        fields[name] for name in ("start_date",) if name in fields
    ]
    is_title_alone = not needed  # then only an id that the rows share says that they are one
    needed = needed or [fields["title"]]
    columns = [fields[name] for name in IDENTITY if name in fields]
    columns += [fields["activity_id"]] if "activity_id" in fields else []
    columns += [name for name in sheet.table.column_names if name not in columns and is_time(sheet.table[name])]
    groups = group_rows(sheet, columns, fields["title"], needed)
    repeated = sum(map(len, groups))
    if not groups or (is_title_alone and repeated < MANY * sheet.table.num_rows):
        return None
    for key in list_key_columns(sheet):
        if key in columns:
            continue
        refined = group_rows(sheet, [*columns, key], fields["title"], needed)
        if refined:
            return Repeats(refined, key)
        rank = rank_heading(key)
        if rank == 0 or (rank == 1 and repeated < MANY * sheet.table.num_rows):
            return None
    return None if is_title_alone else Repeats(groups, None)


def group_rows(sheet: Sheet, columns: list[str], title: str, needed: list[str]) -> list[list[int]]:
    """Positions of rows whose cells in these columns are the same, of those that have a title and one of the needed cells filled."""
    table = sheet.table
    parts = {f"c{at}": pc.utf8_lower(pc.utf8_trim_whitespace(table[name])) for at, name in enumerate(columns)}
    parts["at"] = pa.array(range(table.num_rows), pa.int64())
    is_told = pc.is_valid(table[needed[0]])
    for name in needed[1:]:
        is_told = pc.or_(is_told, pc.is_valid(table[name]))
    told = pa.table(parts).filter(pc.and_(is_told, pc.is_valid(table[title])))
    grouped = told.group_by([name for name in parts if name != "at"], use_threads=False).aggregate(
        [("at", "list"), ("at", "count")]
    )
    several = grouped.filter(pc.greater(grouped["at_count"], 1))
    return sorted(sorted(group) for group in several["at_list"].to_pylist())


def is_time(column: pa.ChunkedArray) -> bool:
    """Whether a column holds times of the day, which tell two meetings of one day apart."""
    values = column.slice(0, 200).drop_null().to_pylist()
    return bool(values) and sum(1 for value in values if TIME.fullmatch(value.strip())) >= 0.9 * len(values)


def ask(sheet: Sheet, repeats: Repeats, mapping: ColumnMapping) -> Question:
    """The question about the rows of one sheet."""
    noun = "meetings" if mapping.each_row == MEETING else "activities"
    one = "a meeting" if mapping.each_row == MEETING else "an activity"
    rows = sum(map(len, repeats.groups))
    what = f"{say_count(rows, 'rows')} of {sheet.name} repeat {say_count(len(repeats.groups), noun)}, with the same {say_same(mapping)}"
    if repeats.key:
        sentence = f"{what}. Is each row {one}, or each “{repeats.key}”?"
        single = Choice(EACH_KEY, f"Each “{repeats.key}” is {one}: count it once")
    else:
        sentence = f"{what}. Is each row {one} of its own, or are they one?"
        single = Choice(
            ONCE, f"Rows that say the same are one: count {'it' if len(repeats.groups) == 1 else 'each of them'} once"
        )
    evidence = [
        f"rows {say_rows(sheet.row_numbers[at].as_py() for at in group)}: {shorten(say_row(sheet, group[0], mapping))}"
        for group in repeats.groups[:SHOWN]
    ]
    more = len(repeats.groups) - SHOWN
    evidence += [f"… and {say_count(more, f'more {noun}')}"] if more > 0 else []
    return Question(
        id=f"repeated-rows:{sheet.name}",
        sentence=sentence,
        choices=(single, Choice(EACH_ROW, f"Each row is {one} of its own")),
        assumed=single.id,
        moves=len(repeats.later),
        evidence=tuple(evidence),
    )


def say_same(mapping: ColumnMapping) -> str:
    """What rows that repeat share, of what the file says: “title, day and figures”."""
    fields = {field for _, field in mapping.columns}
    told = ["title"] + ["day"] * ("start_date" in fields) + ["figures"] * bool(fields & set(FIGURES))
    return " and ".join(filter(None, [", ".join(told[:-1]), told[-1]]))


def say_row(sheet: Sheet, at: int, mapping: ColumnMapping) -> str:
    """The title and the day of a row."""
    cells = dict(zip(sheet.table.column_names, read_row(sheet, at), strict=True))
    told = (cells.get(mapping.column_of(name) or "") for name in ("title", "start_date"))
    return ", ".join(filter(None, told))
