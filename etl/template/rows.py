"""One row of the template being read, and one batch being made of such rows."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from etl.parsing import Ambiguous, Unreadable, parse_date, parse_text, parse_word, parse_year_alone
from etl.spec_types import Spec
from etl.tables import RECORD_TABLES, make_table
from etl.template.tables import WORDS
from etl.took_place import read_took_place
from soundings.model import NOT_KNOWN

# Columns whose cells are read by what stands beside them: hours may have decimals, what is counted may not.
READ_IN_TWO_WAYS = ("value", "value_high")


def name_activity(spec: Spec, key: str) -> str:
    """The id of the activity that a file calls `key`, the same in every file of the template."""
    told = "\n".join((spec.id, key))
    return f"{spec.id}:{hashlib.sha256(told.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Origin:
    """The sheet that a row stands in. `label`: what a rejection calls it. `position`: among the sheets of its kind, from 0.

    `told`: its name where a row number alone does not say which sheet is meant. `is_form`: it was made of a form's answers.
    """

    name: str
    label: str
    position: int = 0
    told: str | None = None
    is_form: bool = False


@dataclass
class Row:
    """One row being read: its cells, and what was wrong with them. `read_before`: what the cells of the same sheet came to."""

    spec: Spec
    origin: Origin
    number: int
    cells: dict[str, str | None]
    read_before: dict[tuple, tuple] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    is_rejected: bool = False

    @property
    def at(self) -> dict:
        """Which row of the file this is, as columns of a record."""
        return {"row_number": self.number, "sheet": self.origin.told}

    @property
    def name(self) -> str:
        """This row among those of its kind in the batch: its number, after the sheet's where that is not the first."""
        position = self.origin.position
        return f"{position + 1}-{self.number}" if position else str(self.number)

    def read(self, column: str, parse: Callable, *, required: bool = False):
        """The cell's value; None where it is blank or unreadable, which is noted (and rejects the row where required)."""
        text = self.cells.get(column)
        value, problem = None, None
        if text is not None:
            key = (column, text, parse) if column in READ_IN_TWO_WAYS else (column, text)
            if (found := self.read_before.get(key)) is None:
                found = self.read_before[key] = try_to_read(text, parse)
            value, problem = found
        if problem:
            self.refuse(column, str(problem), is_row=required or isinstance(problem, Ambiguous))
        elif required and value is None:
            self.refuse(column, f"{column} is blank; a row needs it.", is_row=True)
        return value

    def text(self, column: str, *, required: bool = False) -> str | None:
        value = parse_text(self.cells.get(column))
        if required and value is None:
            self.refuse(column, f"{column} is blank; a row needs it.", is_row=True)
        return value

    def day(self, column: str) -> date | None:
        return self.read(column, lambda text: parse_date(text, self.spec.date_order, self.spec.epoch))

    def word(self, column: str, *, required: bool = False) -> str | None:
        return self.read(column, lambda text: parse_word(text, WORDS[column]), required=required)

    def took_place(self) -> str | None:
        """What the row says of whether it took place; not known where its word is none that is known."""
        outcome = self.read("took_place", lambda text: read_took_place(text, "took_place"))
        is_unread = outcome is None and any(column == "took_place" for column, _ in self.problems)
        return NOT_KNOWN if is_unread else outcome

    def refuse(self, column: str, reason: str, *, is_row: bool) -> None:
        self.problems.append((column, reason))
        self.is_rejected = self.is_rejected or is_row

    def span(self, start: str, end: str) -> tuple[date | None, date | None]:
        """First and last day; an end before its start is set aside. A year alone lasts from its first day to its last."""
        years = parse_year_alone(self.cells.get(start)), parse_year_alone(self.cells.get(end))
        first = years[0][0] if years[0] else self.day(start)
        last = years[1][1] if years[1] else self.day(end)
        if years[0] and last is None and not (self.text(end) and not years[1]):
            last = years[0][1]
        if first and last and last < first:
            self.refuse(end, "The end is before the start; the row was taken in without its end.", is_row=False)
            last = None
        return first, last

    def activity_id(self) -> str | None:
        key = self.text("activity_id", required=True)
        return key and name_activity(self.spec, key)


def try_to_read(text: str, parse: Callable) -> tuple[object, Unreadable | None]:
    """(the value, None), or (None, why it cannot be read)."""
    try:
        return parse(text), None
    except Unreadable as error:
        return None, error.with_traceback(None)


@dataclass
class Batch:
    """What has been made so far of one batch."""

    spec: Spec
    batch_id: str
    tables: dict[str, dict[str, list]] = field(
        default_factory=lambda: {name: defaultdict(list) for name in RECORD_TABLES}
    )
    locations: dict[tuple[tuple, ...], str] = field(default_factory=dict)
    seen: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    places_of_activity: dict[str, tuple[list[tuple[tuple, ...]], str]] = field(default_factory=dict)
    organisations: set[str] = field(default_factory=set)

    def add(self, table: str, **values) -> None:
        """Adds a row. Every row of a table gives the same columns."""
        columns = self.tables[table]
        for name, value in values.items():
            columns[name].append(value)

    def make_tables(self) -> dict[str, pa.Table]:
        """The rows of every table but `location`."""
        return {
            name: make_table(name, {"batch_id": self.batch_id, **columns}, len(next(iter(columns.values()), ())))
            for name, columns in self.tables.items()
        }

    def locate(self, ways: tuple[tuple, ...]) -> str:
        """The location id of what was said, the same each time it is said: every way of one row, in order."""
        return self.locations.setdefault(ways, f"{self.batch_id}-{len(self.locations) + 1}")

    def is_new(self, row: Row, column: str, key: str) -> bool:
        """Whether a key has not been used in this batch; where it has, the row is rejected."""
        here = (row.origin.name, row.number)
        first = sheet, number = self.seen.setdefault((column, key), here)
        if first != here:
            where = f"row {number}" if sheet == row.origin.name else f"row {number} of “{sheet}”"
            row.refuse(column, f"“{row.text(column)}” was already used in {where}. Give each its own.", is_row=True)
        return first == here
