"""The columns of a batch's rows, parsed once each over their distinct values; what could not be read becomes rejections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.parsing import Ambiguous, Unreadable, find_parser
from etl.spec_types import Spec
from etl.tables import make_table, read_schemas
from etl.types import Sheet
from soundings.model import BASES

NO_DAY = np.iinfo(np.int32).min
EPOCH = date(1970, 1, 1).toordinal()
MANY = 5_000  # from so many distinct values on, those in plain form are read in one go
PLAIN_NUMBER = r"^-?[0-9]{1,12}(\.[0-9]{1,9})?$"
PLAIN_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?Z?)?$"


@dataclass(frozen=True)
class Amounts:
    """A figure for each row: `low` NaN where it says none, `high` infinite of a band without a top, `basis` a position in BASES."""

    low: np.ndarray
    high: np.ndarray
    basis: np.ndarray
    is_refused: np.ndarray


@dataclass
class Rows:
    """The rows of one or more sheets, as text; columns are parsed when asked for, and problems gathered.

    Rows are counted from 0; `numbers` are those a person sees in `labels` (the file, with the sheet where there are several).
    """

    spec: Spec
    table: pa.Table
    numbers: np.ndarray
    labels: list[str]
    sheet_of_row: np.ndarray
    sheet_names: list[str]
    headings: dict[str, str] = field(default_factory=dict)  # what the file calls a column, where that is another name
    is_rejected: np.ndarray = field(init=False)
    problems: list[tuple[np.ndarray, str, pa.Array, pa.Array]] = field(default_factory=list)
    unreadable: dict[str, np.ndarray] = field(default_factory=dict)
    blank: set[str] = field(default_factory=set)
    _coded: dict = field(default_factory=dict)
    _parsed: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.is_rejected = np.zeros(len(self.numbers), dtype=bool)

    def __len__(self) -> int:
        return len(self.numbers)

    def name_sheets(self, at: np.ndarray) -> pa.Array:
        """The sheet that each of these rows stands in; null where the file has one."""
        if len(self.sheet_names) == 1:
            return pa.nulls(len(at), pa.string())
        return pa.array(self.sheet_names, pa.string()).take(pa.array(self.sheet_of_row[at]))

    @cached_property
    def accepted(self) -> np.ndarray:
        """Rows that were not rejected. Ask only when every required column is parsed."""
        return np.flatnonzero(~self.is_rejected)

    def read_coded(self, column: str) -> tuple[np.ndarray, pa.Array]:
        """(codes, distinct texts): for each row the position of its text, -1 where blank or where there is no such column."""
        if column not in self._coded:
            if column not in self.table.column_names:
                self._coded[column] = (np.full(len(self), -1, dtype=np.int32), pa.array([], pa.string()))
            else:
                coded = self.table[column].combine_chunks().dictionary_encode()
                codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
                distinct = coded.dictionary.cast(pa.string())
                if says_nothing := self.spec.find_column(column).blank:
                    is_blank = pc.is_in(pc.utf8_trim_whitespace(distinct), pa.array(says_nothing, pa.string()))
                    codes = np.where(np.append(is_blank.to_numpy(zero_copy_only=False), False)[codes], -1, codes)
                self._coded[column] = (codes, distinct)
        return self._coded[column]

    def parse(self, column: str, kind: str | None = None) -> tuple[np.ndarray, list]:
        """(codes, values) of a text or list column: values[codes[i]] is row i's, where codes[i] ≥ 0 and the value is not None."""
        read = kind or self.spec.find_column(column).read
        key = (column, read)
        if key not in self._parsed:
            codes, distinct = self.read_coded(column)
            values, refused = parse_distinct(distinct.to_pylist(), self._parser(read))
            self._note(column, codes, distinct, refused)
            is_blank = np.array([value is None and at not in refused for at, value in enumerate(values)], dtype=bool)
            self._require(column, codes, is_blank)
            self._parsed[key] = (codes, values)
        return self._parsed[key]

    def parse_numbers(self, column: str, read: str = "count") -> np.ndarray:
        """float64 for each row; NaN where blank or set aside. `read` number or degrees: it may be below zero."""
        return self._parse_array(
            column, read, np.nan, np.float64, read_plain_counts if read == "count" else read_plain_numbers
        )

    def parse_amounts(self, column: str, read: str = "amount") -> Amounts:
        """The figure of each row. `read` amount, hours (with decimals) or attendance (of one meeting: a range is none)."""
        key = (column, read, "amounts")
        if key not in self._parsed:
            codes, distinct = self.read_coded(column)
            low = np.full(len(distinct) + 1, np.nan)  # the last one is for code -1
            left = read_plain_counts(distinct, low) if len(distinct) > MANY else np.arange(len(distinct))
            high, basis = low.copy(), np.zeros(len(low), dtype=np.int8)
            parsed, refused = parse_distinct(distinct.take(pa.array(left)).to_pylist(), self._parser(read))
            for position, amount in zip(left.tolist(), parsed, strict=True):
                if amount is not None:
                    low[position], basis[position] = amount.value, BASES.index(amount.basis)
                    open_top = np.inf if amount.basis == "band" else amount.value
                    high[position] = open_top if amount.high is None else amount.high
            refused = {int(left[position]): reason for position, reason in refused.items()}
            self._note(column, codes, distinct, refused)
            is_refused = np.zeros(len(low), dtype=bool)
            is_refused[list(refused)] = True
            self._require(column, codes, np.isnan(low[:-1]) & ~is_refused[:-1])
            self._parsed[key] = Amounts(low[codes], high[codes], basis[codes], is_refused[codes])
        return self._parsed[key]

    def add_up_amounts(self, columns: list[str], read: str = "amount") -> Amounts:
        """The sum of columns of figures for each row: no figure where all are blank, or where one could not be read. A sum of which a part
        is a band is one, of which a part is an estimate an estimate."""
        if not columns:
            nothing = np.full(len(self), np.nan)
            return Amounts(nothing, nothing, np.zeros(len(self), dtype=np.int8), np.zeros(len(self), dtype=bool))
        parts = [self.parse_amounts(name, read) for name in columns]
        low = np.stack([part.low for part in parts])
        is_refused = np.any([part.is_refused for part in parts], axis=0)
        has_none = np.isnan(low).all(axis=0) | is_refused
        lows, highs = (np.nansum(np.stack(each), axis=0) for each in (low, [part.high for part in parts]))
        basis = np.max([part.basis for part in parts], axis=0)
        return Amounts(np.where(has_none, np.nan, lows), np.where(has_none, np.nan, highs), basis, is_refused)

    def parse_days(self, column: str | None, *, is_end: bool = False, is_meeting: bool = False) -> np.ndarray:
        """int32 days since 1970 for each row; NO_DAY where blank. Of a year the first day, or the last where `is_end`. The day of a
        meeting is no year: such a cell is set aside where `is_meeting`."""
        if column is None:
            return np.full(len(self), NO_DAY, dtype=np.int32)
        read = self.spec.find_column(column).read
        if read != "year":
            kind = "date" if is_meeting else "last_day" if is_end else "first_day"
            return self._parse_array(column, kind, NO_DAY, np.int32, read_plain_days)
        firsts = self._parse_array(column, "year", NO_DAY, np.int32, None)
        if not is_end:
            return firsts
        lasts = {
            day: date.fromordinal(day + EPOCH).replace(month=12, day=31).toordinal() - EPOCH
            for day in set(firsts.tolist()) - {NO_DAY}
        }
        return np.array([lasts.get(day, NO_DAY) for day in firsts.tolist()], dtype=np.int32)

    def note(self, rows: np.ndarray, column: str, reason: str) -> None:
        """Records that the cells of a column in these rows were set aside."""
        if len(rows):
            said = self.table[column].combine_chunks().take(pa.array(rows)).cast(pa.string())
            self.problems.append((rows, column, said, pa.repeat(pa.scalar(reason, pa.string()), len(rows))))

    def reject_repeats(self, column: str) -> None:
        """Rejects the rows whose cell in a column stands in an earlier accepted row. Ask when every required column is parsed."""
        codes, distinct = self.read_coded(column)
        left = np.flatnonzero((codes >= 0) & ~self.is_rejected)
        _, first, of_first = np.unique(codes[left], return_index=True, return_inverse=True)
        earlier = left[first[of_first]]
        rows, earlier = left[left != earlier], earlier[left != earlier]
        if len(rows):
            shown = self.headings.get(column, column)
            reasons = [f"The same {shown} is in {where}; it counts once." for where in self._say_where(rows, earlier)]
            self.problems.append((rows, column, distinct.take(pa.array(codes[rows])), pa.array(reasons, pa.string())))
            self.is_rejected[rows] = True

    def make_rejections(self, batch_id: str) -> pa.Table:
        """The rows of `rejection`, in order of row; values of columns about people are left out."""
        schema = read_schemas()["rejection"]
        if not self.problems:
            return schema.empty_table()
        rows = np.concatenate([part[0] for part in self.problems])
        shown = [self.headings.get(part[1], part[1]) for part in self.problems]
        columns = [
            pa.repeat(pa.scalar(name, pa.string()), len(part[0]))
            for name, part in zip(shown, self.problems, strict=True)
        ]
        said = [
            pa.nulls(len(part[0]), pa.string())
            if self.spec.screening.get(part[1], "").startswith("person_")
            else part[2]
            for part in self.problems
        ]
        order = np.lexsort((np.arange(len(rows)), rows))
        made = make_table(
            "rejection",
            {
                "batch_id": batch_id,
                "file": pa.array(self.labels, pa.string()).take(pa.array(self.sheet_of_row[rows])),
                "row_number": pa.array(self.numbers[rows], pa.int64()),
                "column_name": pa.concat_arrays(columns),
                "value": pa.concat_arrays(said),
                "reason": pa.concat_arrays([part[3] for part in self.problems]),
                "is_row_rejected": pa.array(self.is_rejected[rows]),
            },
            len(rows),
        )
        return made.take(pa.array(order))

    def _say_where(self, rows: np.ndarray, others: np.ndarray) -> list[str]:
        """“row 7” for each of `others`, with the sheet where it is not the one of the row beside it."""
        return [
            f"row {self.numbers[other]}"
            if self.sheet_of_row[row] == self.sheet_of_row[other]
            else f"row {self.numbers[other]} of “{self.sheet_names[self.sheet_of_row[other]]}”"
            for row, other in zip(rows.tolist(), others.tolist(), strict=True)
        ]

    def _parser(self, read: str) -> Callable:
        return find_parser(read, self.spec.date_order, self.spec.epoch)

    def _parse_array(self, column: str, read: str, nothing, dtype, read_plain: Callable | None) -> np.ndarray:
        key = (column, read, "array")
        if key not in self._parsed:
            codes, distinct = self.read_coded(column)
            values = np.full(len(distinct) + 1, nothing, dtype=dtype)  # the last one is for code -1
            left = np.arange(len(distinct))
            if read_plain and len(distinct) > MANY:
                left = read_plain(distinct, values)
            parsed, refused = parse_distinct(distinct.take(pa.array(left)).to_pylist(), self._parser(read))
            for position, value in zip(left.tolist(), parsed, strict=True):
                if value is not None:
                    values[position] = value.toordinal() - EPOCH if isinstance(value, date) else value
            refused = {int(left[position]): reason for position, reason in refused.items()}
            self._note(column, codes, distinct, refused)
            is_blank = np.isnan(values[:-1]) if dtype is np.float64 else values[:-1] == nothing
            is_blank[list(refused)] = False
            self._require(column, codes, is_blank)
            self._parsed[key] = values[codes]
        return self._parsed[key]

    def _note(self, column: str, codes: np.ndarray, distinct: pa.Array, refused: dict[int, Unreadable]) -> None:
        """Gathers the cells whose text could not be read; in a required column their rows are rejected."""
        if not refused or column in self.unreadable:  # a column may be read in two ways; its problems are told once
            return
        reasons: list = [None] * len(distinct)
        for position, reason in refused.items():
            reasons[position] = str(reason)
        bad = np.zeros(len(distinct) + 1, dtype=bool)
        bad[list(refused)] = True
        rows = np.flatnonzero(bad[codes])
        self.unreadable[column] = rows
        taken = pa.array(codes[rows])
        self.problems.append((rows, column, distinct.take(taken), pa.array(reasons, pa.string()).take(taken)))
        if self.spec.find_column(column).required:
            self.is_rejected[rows] = True
        asked = [position for position, reason in refused.items() if isinstance(reason, Ambiguous)]
        if asked:  # a row with a date that can be read in two ways waits for the answer
            self.is_rejected[rows[np.isin(codes[rows], asked)]] = True

    def _require(self, column: str, codes: np.ndarray, is_blank: np.ndarray) -> None:
        """Rejects the rows where a required column says nothing."""
        if not self.spec.find_column(column).required:
            return
        rows = np.flatnonzero(np.append(is_blank, True)[codes])
        if len(rows) and column not in self.blank:
            self.blank.add(column)
            self.note(rows, column, f"{self.headings.get(column, column)} is blank; a row of this source needs it.")
            self.is_rejected[rows] = True


def parse_distinct(texts: list[str | None], parse: Callable) -> tuple[list, dict[int, Unreadable]]:
    """(values, refused): the value of each text, None where it is blank or refused; and why, by position."""
    values: list = []
    refused: dict[int, Unreadable] = {}
    for position, text in enumerate(texts):
        try:
            values.append(parse(text))
        except Unreadable as error:
            values.append(None)
            refused[position] = error
    return values, refused


def read_plain_numbers(distinct: pa.Array, values: np.ndarray) -> np.ndarray:
    """Fills `values` where the text is a plain number; the positions of the others."""
    is_plain = pc.match_substring_regex(distinct, PLAIN_NUMBER).to_numpy(zero_copy_only=False)
    values[:-1][is_plain] = pc.cast(distinct.filter(pa.array(is_plain)), pa.float64()).to_numpy(zero_copy_only=False)
    return np.flatnonzero(~is_plain)


def read_plain_counts(distinct: pa.Array, values: np.ndarray) -> np.ndarray:
    """The same, leaving numbers below zero or with a point to be judged one by one."""
    left = read_plain_numbers(distinct, values)
    has_point = pc.match_substring(distinct, ".").to_numpy(zero_copy_only=False)
    judged = np.flatnonzero((values[:-1] < 0) | has_point)
    values[judged] = np.nan
    return np.union1d(left, judged)


def read_plain_days(distinct: pa.Array, values: np.ndarray) -> np.ndarray:
    """Fills `values` where the text is an ISO day, with or without a time; the positions of the others."""
    is_plain = pc.match_substring_regex(distinct, PLAIN_DAY).to_numpy(zero_copy_only=False)
    at = np.flatnonzero(is_plain)
    days = pc.utf8_slice_codeunits(distinct.take(pa.array(at)), 0, 10).dictionary_encode()
    parsed, _ = parse_distinct(days.dictionary.to_pylist(), find_parser("date"))
    numbers = np.array([NO_DAY if day is None else day.toordinal() - EPOCH for day in parsed], dtype=np.int32)
    found = numbers[days.indices.to_numpy(zero_copy_only=False)] if len(at) else np.array([], dtype=np.int32)
    values[at] = found
    return np.union1d(np.flatnonzero(~is_plain), at[found == NO_DAY])


def gather_rows(spec: Spec, sheets: list[Sheet], file_name: str) -> Rows:
    """The rows of these sheets one after the other, in order of sheet name; a column that one sheet lacks is blank there."""
    tables = [
        pa.table({name: sheet.table[name].cast(pa.string()) for name in sheet.table.column_names}) for sheet in sheets
    ]
    labels = [file_name] if len(sheets) == 1 else [f"{file_name}: {sheet.name}" for sheet in sheets]
    return Rows(
        spec,
        pa.concat_tables(tables, promote_options="default"),
        np.concatenate([sheet.row_numbers.to_numpy(zero_copy_only=False) for sheet in sheets]).astype(np.int64),
        labels,
        np.repeat(np.arange(len(sheets)), [sheet.table.num_rows for sheet in sheets]),
        [sheet.name for sheet in sheets],
    )


def to_days(days: np.ndarray) -> pa.Array:
    """date32 of days since 1970, null for NO_DAY."""
    return pa.array(days, pa.int32(), mask=days == NO_DAY).cast(pa.date32())


def to_figures(values: np.ndarray) -> pa.Array:
    """float64, null for NaN."""
    return pa.array(values, pa.float64(), mask=np.isnan(values))
