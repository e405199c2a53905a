"""Rows and sheets that a check leaves out: taken from the sheets, named, and kept in the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc

from etl.questions.types import Checked, Context, LeftOut, Question
from etl.types import Sheet
from soundings.views import say_count

LEAVE_OUT, TAKE_IN = "leave-out", "take-in"
RANGES_SHOWN = 8


def leave_rows(sheets: list[Sheet], gone: Mapping[str, set[int]]) -> list[Sheet]:
    """The sheets without these rows (by sheet's name); the others keep their numbers. A sheet of which nothing is left goes
    too, unless no other is left: then it stays as it is, without rows."""
    left, emptied = [], []
    for sheet in sheets:
        if rows := gone.get(sheet.name):
            is_gone = pc.is_in(sheet.row_numbers, pa.array(sorted(rows), sheet.row_numbers.type))
            kept = pc.invert(is_gone)
            sheet = replace(sheet, table=sheet.table.filter(kept), row_numbers=sheet.row_numbers.filter(kept))
            if not sheet.table.num_rows:
                emptied.append(sheet)
                continue
        left.append(sheet)
    return left or emptied[:1]


def conclude(
    sheets: list[Sheet],
    context: Context,
    question: Question,
    gone: Mapping[str, set[int]],
    reason: str,
    *,
    is_repeat: bool = False,
) -> Checked:
    """What the answer makes of the sheets: without these rows where it is to leave them out, which is what is said and counted.

    Only the choice `take-in` or `each-row` keeps them. `reason`: why they are left out, as a clause after “because”. `is_repeat`:
    they say what other rows say already.
    """
    choice = question.find_choice(context.answers).id
    if choice in (TAKE_IN, "each-row"):
        kept = f"{say_places(gone)} came in all the same, as asked." if question.id in context.answers else None
        return Checked(sheets, (question,), tuple(filter(None, [kept])))
    how = "as asked" if question.id in context.answers else "as is assumed where nobody says otherwise"
    decision = f"{say_places(gone)} left out, {how}: {reason}."
    left = tuple(
        LeftOut(name, tuple(sorted(rows)), f"{reason[:1].upper()}{reason[1:]}.", is_repeat)
        for name, rows in gone.items()
        if rows
    )
    return Checked(leave_rows(sheets, gone), (question,), (decision,), left)


def leave_surely(sheets: list[Sheet], gone: Mapping[str, set[int]], reason: str) -> Checked:
    """The sheets without rows that nobody has to be asked about, named and counted all the same."""
    gone = {name: rows for name, rows in gone.items() if rows}
    if not gone:
        return Checked(sheets)
    left = tuple(
        LeftOut(name, tuple(sorted(rows)), f"{reason[:1].upper()}{reason[1:]}.") for name, rows in gone.items()
    )
    return Checked(leave_rows(sheets, gone), (), (f"{say_places(gone)} left out: {reason}.",), left)


def merge(first: Checked, then: Checked) -> Checked:
    """What two checks came to, one after the other."""
    return Checked(
        then.sheets,
        (*first.questions, *then.questions),
        (*first.decisions, *then.decisions),
        (*first.left_out, *then.left_out),
    )


def say_places(gone: Mapping[str, set[int]]) -> str:
    """“2 rows of Events (3–4)”, “1 row of Events (9) and 2 rows of Walks (2–3)”."""
    said = [f"{say_count(len(rows), 'rows')} of {name} ({say_rows(rows)})" for name, rows in gone.items() if rows]
    return " and ".join(filter(None, [", ".join(said[:-1]), *said[-1:]]))


def say_left_out(manifest: Mapping) -> tuple[str, ...]:
    """“2 rows of Events (3–4): A sum of other rows.”: a line for each sheet and reason, of what a batch's manifest keeps."""
    return tuple(
        f"{say_places({one['sheet']: set(one['rows'])})}: {one['reason']}" for one in manifest.get("left_out", ())
    )


def say_reason(reason: str) -> str:
    """A reason as a clause: “a sum of other rows” of “A sum of other rows.”."""
    return f"{reason[:1].lower()}{reason[1:]}".rstrip(".")


def say_rows(rows: Iterable[int]) -> str:
    """Row numbers as ranges: “2–4, 9”, the first few."""
    ranges = []
    for _, group in groupby(enumerate(sorted(rows)), lambda one: one[1] - one[0]):
        numbers = [number for _, number in group]
        ranges.append(str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}")
    more = [] if len(ranges) <= RANGES_SHOWN else ["…"]
    return ", ".join([*ranges[:RANGES_SHOWN], *more])


def read_row(sheet: Sheet, at: int) -> list[str | None]:
    """The cells of the row at a position."""
    return [column[at].as_py() for column in sheet.table.columns]


def shorten(text: str, length: int = 60) -> str:
    """A cell's words for people, cut where they are long."""
    plain = " ".join(text.split())
    return plain if len(plain) <= length else f"{plain[:length].rstrip()}…"
