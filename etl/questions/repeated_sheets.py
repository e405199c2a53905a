"""Sheets that hold the rows of another again: a sheet of all, say, and one for each part of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from etl.questions.read_sheets import list_read, list_used
from etl.questions.rows import LEAVE_OUT, TAKE_IN, conclude, say_rows
from etl.questions.types import Checked, Choice, Context, Question
from etl.spec_types import PER_ROW
from etl.types import Sheet
from soundings.views import say_count

FEW_CELLS = 3  # filled in a row, from which on two that are the same are no chance
MOSTLY = 0.8  # of a sheet's rows
FEW_ROWS = 3


@dataclass(frozen=True)
class Again:
    """The rows of a sheet (by number) that stand in sheets before it, and these sheets' names."""

    sheet: str
    rows: set[int]
    of: tuple[str, ...]
    is_whole: bool


def check_repeated_sheets(sheets: list[Sheet], context: Context) -> Checked:
    """Asks about sheets whose rows stand in another sheet already; left unanswered, they are read once."""
    found = find_repeated(list_read(sheets, context), context) if tells_rows_apart(context) else []
    if not found:
        return Checked(sheets)
    gone = {one.sheet: one.rows for one in found}
    return conclude(sheets, context, ask(found), gone, "another sheet of the file holds the same rows", is_repeat=True)


def tells_rows_apart(context: Context) -> bool:
    """Whether rows that are the same are so by more than chance: of a source where each row is an answer, many are."""
    if context.mapping is not None:
        return True
    return context.spec is not None and context.spec.activity is not None and context.spec.activity.per == PER_ROW


def find_repeated(sheets: list[Sheet], context: Context) -> list[Again]:
    """Every sheet whose rows, all or most of them, stand in larger sheets of the file (or in ones before it)."""
    found: list[Again] = []
    by_columns: dict[tuple[str, ...], list[Sheet]] = {}
    for sheet in sheets:
        by_columns.setdefault(tuple(sorted(list_used(sheet, context))), []).append(sheet)
    for columns, alike in by_columns.items():
        if len(alike) < 2:
            continue
        known: dict[str, Counter[str]] = {}
        for sheet in sorted(alike, key=lambda one: -one.table.num_rows):
            lines = read_lines(sheet, columns)
            again, of = list_again(lines, known)
            told = [line for line in lines if line is not None]
            is_whole = len(again) == len(told)
            if (
                again
                and (is_whole or (len(again) >= FEW_ROWS and len(again) >= MOSTLY * len(told)))
                and has_days(context, again)
            ):
                numbers = sheet.row_numbers
                found.append(Again(sheet.name, {numbers[at].as_py() for at in again}, of, is_whole))
                known[sheet.name] = Counter(
                    line for at, line in enumerate(lines) if line is not None and at not in set(again)
                )
            else:
                known[sheet.name] = Counter(told)
    names = [sheet.name for sheet in sheets]
    return sorted(found, key=lambda one: names.index(one.sheet))


def has_days(context: Context, again: list[int]) -> bool:
    """Whether rows that are the same are so by more than a name: they have a day, or are several."""
    return context.mapping is None or context.mapping.column_of("start_date") is not None or len(again) >= FEW_ROWS


def list_again(lines: list[str | None], known: dict[str, Counter[str]]) -> tuple[list[int], tuple[str, ...]]:
    """(positions of the lines that stand in known sheets, each as often as it stands there; the names of these sheets)."""
    left = {name: counter.copy() for name, counter in known.items()}
    again, of = [], {}
    for at, line in enumerate(lines):
        for name, counter in left.items():
            if line is not None and counter[line] > 0:
                counter[line] -= 1
                again.append(at)
                of[name] = None
                break
    return again, tuple(of)


def read_lines(sheet: Sheet, columns: tuple[str, ...]) -> list[str | None]:
    """Each row's cells in these columns as one text; None for a row with too few cells filled to be told by them."""
    cells = [pc.utf8_lower(pc.utf8_trim_whitespace(sheet.table[name])) for name in columns]
    joined = pc.binary_join_element_wise(*[pc.fill_null(one, "") for one in cells], "\x1f").to_pylist()
    counts = [pc.cast(pc.is_valid(one), pa.int32()) for one in cells]
    filled = counts[0]
    for one in counts[1:]:
        filled = pc.add(filled, one)
    needed = min(FEW_CELLS, len(columns))
    return [line if count >= needed else None for line, count in zip(joined, filled.to_pylist(), strict=True)]


def ask(found: list[Again]) -> Question:
    """One question about all such sheets."""
    names = " and ".join(filter(None, [", ".join(f"“{one.sheet}”" for one in found[:-1]), f"“{found[-1].sheet}”"]))
    of = " and ".join(f"“{name}”" for name in dict.fromkeys(name for one in found for name in one.of))
    rows = sum(len(one.rows) for one in found)
    hold = "holds" if len(found) == 1 else "hold"
    return Question(
        id="repeated-sheets",
        sentence=f"The {'sheet' if len(found) == 1 else 'sheets'} {names} {hold} {say_count(rows, 'rows')} that {'is' if rows == 1 else 'are'} in {of} already. Are they the same records again?",
        choices=(
            Choice(LEAVE_OUT, "The same again: count them once"),
            Choice(TAKE_IN, "Other records that look the same: take them in too"),
        ),
        assumed=LEAVE_OUT,
        moves=rows,
        evidence=tuple(
            f"“{one.sheet}”: {'all its rows' if one.is_whole else 'rows'} ({say_rows(one.rows)})" for one in found
        ),
    )
