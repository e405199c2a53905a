"""The account of a file by sheet: every row is taken in, not taken in, left out or repeated, or stands in a sheet that is not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass

import duckdb
import pyarrow as pa

from etl.added import join_words, say_number
from etl.inbox import ID_LENGTH, ROW_NUMBER
from etl.questions.asking import LEFT_OUT
from etl.questions.read_sheets import list_read
from etl.questions.rows import say_reason
from etl.questions.types import Context, LeftOut
from etl.types import Mapped, Sheet
from etl.uploads.sheets import is_hidden
from soundings.views import say_count

SHEETS_FOUND = "sheets_found"  # in a batch's manifest: each sheet of the file, its rows, and why it was not read
NOT_OF_SOURCE = "it is not of this source"
NOT_MATCHED = "it lacks a column that was matched"
HIDDEN = "the sheet is hidden"
RECORDS = {  # the template's own name of the sheet they stand in → (one, several)
    "activities": ("activity", "activities"),
    "sessions": ("meeting", "meetings"),
    "counts": ("figure", "figures"),
}
STORED = """
select 'activities', sheet, count(*) from activity where batch_id = $batch_id group by sheet
union all
select 'sessions', sheet, count(*) from session where batch_id = $batch_id group by sheet
union all
select 'counts', source_sheets[1], count(*) from activity_count where batch_id = $batch_id group by source_sheets[1]
"""
REFUSED = "select distinct file, row_number from rejection where batch_id = $batch_id and is_row_rejected"
ROWS = """
select sheet, row_number from activity where batch_id = $batch_id
union
select sheet, row_number from session where batch_id = $batch_id
union
select source_sheets[1], source_rows[1] from activity_count where batch_id = $batch_id
"""
# The rows of records that stand nowhere, for no place was said or none can be found. An activity that has meetings or figures
# stands where they do.
UNPLACED = """
with record as (
    select
        coalesce(source_sheets, list_transform(source_rows, one -> null::varchar)) as sheets,
        source_rows as numbers,
        location_id
    from activity_count
    where batch_id = $batch_id
    union all
    select [any_value(s.sheet)], [any_value(s.row_number)], any_value(p.location_id)
    from session s
    left join session_place p using (batch_id, session_id)
    where s.batch_id = $batch_id
    group by s.session_id
    union all
    select [any_value(a.sheet)], [any_value(a.row_number)], any_value(p.location_id)
    from activity a
    left join activity_place p using (batch_id, activity_id)
    where a.batch_id = $batch_id
    and a.activity_id not in (select activity_id from activity_count where activity_id is not null)
    and a.activity_id not in (select activity_id from session where activity_id is not null)
    group by a.activity_id
),
told as (
    select unnest(r.sheets) as sheet, unnest(r.numbers) as row_number
    from record r
    left join location_state ls on ls.batch_id = $batch_id and ls.location_id = r.location_id
    where coalesce(ls.state, 'unlocated') = 'unlocated'
)
select distinct sheet, row_number from told
"""


@dataclass(frozen=True)
class SheetAccount:
    """The rows of one sheet of a file: `rows` = `taken_in` + `refused` + `left_out` + `repeated`, or `not_read` says why none is read.

    `records`: what the rows taken in became, in words; a row may make several records, and several rows one. `unplaced`: those of
    the rows taken in that say nothing of where, or no place that can be found. `why`: why rows were left out.
    """

    sheet: str
    rows: int
    taken_in: int = 0
    refused: int = 0
    left_out: int = 0
    repeated: int = 0
    unplaced: int = 0
    records: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    not_read: str = ""

    def say(self) -> str:
        """“Events: 48 rows = 40 taken in (40 meetings; 3 rows without a place) + 3 not taken in + 5 repeated”."""
        if self.not_read:
            return f"{self.sheet}: {say_count(self.rows, 'rows')}, not read: {self.not_read}"
        places = [f"{say_count(self.unplaced, 'rows')} without a place"] if self.unplaced else []
        became = "; ".join([*([join_words(self.records)] if self.records else []), *places])
        parts = [f"{self.taken_in:,} taken in" + (f" ({became})" if became else "")]
        parts += [f"{self.refused:,} not taken in"] if self.refused else []
        parts += [f"{self.left_out:,} left out ({'; '.join(self.why)})"] if self.left_out else []
        parts += [f"{self.repeated:,} repeated"] if self.repeated else []
        return f"{self.sheet}: {say_count(self.rows, 'rows')} = {' + '.join(parts)}"


def list_found(sheets: list[Sheet], context: Context) -> list[dict]:
    """What a batch's manifest keeps of the sheets of a file: name, rows, and why a sheet is not read (empty where it is)."""
    read = {sheet.name for sheet in list_read(sheets, context)}
    found = []
    for sheet in sheets:
        why = NOT_OF_SOURCE if context.mapping is None else HIDDEN if is_hidden(sheet) else NOT_MATCHED
        not_read = "" if sheet.name in read else why
        found.append({"sheet": sheet.name, "rows": sheet.table.num_rows, "not_read": not_read})
    return found


def list_asked_out(left_out: Sequence[tuple[str, int]]) -> tuple[LeftOut, ...]:
    """The rows that a person left out because they look like what is here already, by sheet."""
    names = dict.fromkeys(sheet for sheet, _ in left_out)
    rows = {name: tuple(sorted(row for sheet, row in left_out if sheet == name)) for name in names}
    return tuple(LeftOut(name, rows[name], "It looked like one that was here already.", True) for name in names)


def add_left_out(manifest: Mapping, tables: Mapping[str, pa.Table], kept: Mapping[str, pa.Table]) -> dict:
    """What the manifest keeps of rows left out, with those that were taken from the kept tables; empty where none was."""
    names = list_read_names(manifest)
    gone = list_own_rows(tables, names) - list_own_rows(kept, names)
    told = list_asked_out([(own, row) for own, row in gone if own is not None])
    return {LEFT_OUT: [*manifest.get(LEFT_OUT, ()), *map(asdict, told)]} if told else {}


def list_own_rows(tables: Mapping[str, pa.Table], names: Sequence[str]) -> set[tuple[str | None, int]]:
    """(sheet of the file, row) of every row that the inbox keeps."""
    return {(find_own(label, names), row) for label, table in tables.items() for row in table[ROW_NUMBER].to_pylist()}


def read_account(
    connection: duckdb.DuckDBPyConnection | None, manifest: Mapping, mapped: Mapped | None = None
) -> tuple[SheetAccount, ...]:
    """The account of a batch in a store, a line for each sheet of its file; nothing of a batch that did not keep what it found.

    Without a `connection` nothing of it is stored: `mapped` says what was rejected.
    """
    found = manifest.get(SHEETS_FOUND)
    if not found:
        return ()
    names = list_read_names(manifest)
    told = {"batch_id": manifest["batch_sha256"][:ID_LENGTH]}
    stored: dict[str, Counter[str]] = {name: Counter() for name in names}
    made: set[tuple[str | None, int]] = set()
    unplaced: Counter[str | None] = Counter()
    if connection is None:
        lines = mapped.rejections.filter(mapped.rejections["is_row_rejected"]) if mapped else None
        refused = set(zip(lines["file"].to_pylist(), lines["row_number"].to_pylist(), strict=True)) if lines else set()
    else:
        refused = set(connection.execute(REFUSED, told).fetchall())
        for kind, sheet, count in connection.execute(STORED, told).fetchall():
            own = find_own(sheet, names, kind)
            if own is not None:
                stored[own][kind] += count
        if refused and manifest["options"].get("columns"):  # a row of the file makes several of the template's
            made = {(find_own(sheet, names), row) for sheet, row in connection.execute(ROWS, told).fetchall()}
        rows = connection.execute(UNPLACED, told).fetchall()
        unplaced = Counter(own for own, _ in {(find_own(sheet, names), row) for sheet, row in rows})
    gone = Counter(own for own, _ in {(find_own(label, names), row) for label, row in refused} - made)
    return tuple(account_sheet(one, manifest, gone, unplaced, stored) for one in found)


def list_read_names(manifest: Mapping) -> list[str]:
    """The sheets of which a row goes on to be read: a sheet that is left alone may go by another name from there."""
    gone = Counter(
        name for name, _ in {(one["sheet"], row) for one in manifest.get(LEFT_OUT, ()) for row in one["rows"]}
    )
    found = manifest.get(SHEETS_FOUND, ())
    return [one["sheet"] for one in found if not one["not_read"] and one["rows"] > gone[one["sheet"]]]


def account_sheet(
    found: Mapping, manifest: Mapping, refused: Counter, unplaced: Counter, stored: Mapping[str, Counter[str]]
) -> SheetAccount:
    """The account of one sheet of what the manifest keeps."""
    name, rows = found["sheet"], found["rows"]
    if found["not_read"]:
        return SheetAccount(name, rows, not_read=found["not_read"])
    repeated: Set[int] = set()
    left_out: Set[int] = set()
    why: dict[str, None] = {}
    for one in manifest.get(LEFT_OUT, ()):
        if one["sheet"] == name and one.get("is_repeat"):
            repeated = repeated | set(one["rows"])
        elif one["sheet"] == name:
            left_out = left_out | set(one["rows"])
            why[say_reason(one["reason"])] = None
    repeated = repeated - left_out
    taken_in = rows - refused[name] - len(left_out) - len(repeated)
    made = stored.get(name, Counter())
    records = tuple(say_number(made[kind], *words) for kind, words in RECORDS.items() if made[kind])
    return SheetAccount(
        name, rows, taken_in, refused[name], len(left_out), len(repeated), unplaced[name], records, tuple(why)
    )


def find_own(label: str | None, names: Sequence[str], kind: str = "") -> str | None:
    """The sheet of the file that a record's sheet or a rejection's label means; None where that cannot be told."""
    if len(names) == 1:
        return names[0]
    if label is None:
        return next((name for name in names if name == kind), None)
    ends = (name for name in names if label == name or label.endswith((f" of {name}", f": {name}", f"/{name}")))
    return max(ends, key=len, default=None)
