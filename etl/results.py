"""What became of a file, counted: rows, places, and the reasons for what was not taken in or not located."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import pyarrow.compute as pc

from etl.accepting import Accepted
from etl.account import SheetAccount, read_account
from etl.added import say_added
from etl.earlier import find_earlier
from etl.inbox import ID_LENGTH
from etl.questions.rows import say_left_out
from etl.questions.types import Question
from etl.replacing import find_newer
from etl.types import Mapped, Sheet
from soundings.disk import make_directory
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import PLACE_STATES
from soundings.sources import PlaceReason, read_batches, read_passed_over, read_place_reasons

REASONS_SHOWN = 50


@dataclass(frozen=True)
class Reason:
    """Why rows were rejected, or values set aside (`is_row_rejected` false), and how many."""

    reason: str
    column: str
    count: int
    is_row_rejected: bool


@dataclass(frozen=True)
class LoadResult:
    """What became of a file. `places` counts stored records by place state; `detected` is by sheet; `passed_over`: which ways of saying where
    did not work and what was used instead; `added`: what it adds, in words; `left_out`: rows of the file
    that are not among those read, by sheet and reason; `account`: all rows of the file, by sheet.

    `faults`: why files of figures were not taken, with the way on. `stands_aside_for`: the batch that took its place, where it was loaded before and is replaced. `questions`: all that the file raised; `answers`: those that a person gave. `is_refused`: every row was rejected, so nothing was (or, in a dry run, would be) loaded, and there is no such batch.
    """

    batch_id: str
    kind: str
    source_id: str
    file_name: str
    detected: dict[str, dict[str, str]]
    decisions: list[str]
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    values_set_aside: int
    places: dict[str, int]
    reasons: list[Reason]
    place_reasons: list[PlaceReason]
    passed_over: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    account: tuple[SheetAccount, ...] = ()
    rejected_file: str | None = None
    is_dry_run: bool = False
    already_loaded: bool = False
    is_undone: bool = False
    stands_aside_for: str | None = None
    is_refused: bool = False
    demo_withdrawn: bool = False
    generation: int | None = None
    content_hash: str | None = None
    warnings: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)


def describe_load(
    home: Home,
    manifest: dict,
    mapped: Mapped,
    accepted: Accepted,
    *,
    sheets: list[Sheet],
    warnings: list[str] | None = None,
) -> LoadResult:
    """The result of a load that was accepted, now or before. `sheets` are what the rejected rows are copied from."""
    generation = open_current(home)
    rejected_file = None
    if (accepted.is_new or accepted.batch is None) and mapped.rejections.num_rows:
        rejected_file = write_rejected(home, manifest["batch_sha256"][:ID_LENGTH], mapped, sheets)
    if not accepted.is_new and accepted.batch is not None:
        manifest = accepted.batch.read_manifest()
    if accepted.batch is None:
        return describe(None, manifest, mapped, rejected_file=rejected_file, is_refused=True, warnings=warnings or [])
    return describe(
        generation.cursor(),
        manifest,
        mapped,
        rejected_file=rejected_file,
        already_loaded=not accepted.is_new,
        is_undone=not accepted.batch.is_active,
        stands_aside_for=newer.batch_id if (newer := find_newer(home, accepted.batch)) else None,
        demo_withdrawn=bool(accepted.withdrawn),
        generation=generation.number,
        content_hash=accepted.synced.content_hash,
        warnings=[*(warnings or []), *say_told_twice(generation.cursor(), manifest, mapped)],
    )


def say_told_twice(connection: duckdb.DuckDBPyConnection, manifest: dict, mapped: Mapped) -> list[str]:
    """A sentence for each other batch of the same source that holds activities of this one."""
    return [
        f"{one.say()}. A meeting that both tell of counts once; every other figure counts from both. "
        f"If this file corrects that one or holds it whole: soundings undo {one.batch_id}"
        for one in find_earlier(connection, manifest, mapped)
    ]


def describe(connection: duckdb.DuckDBPyConnection | None, manifest: dict, mapped: Mapped, **known) -> LoadResult:
    """The counts of one batch, in words and numbers. `connection` None: it is in no store."""
    batch_id = manifest["batch_sha256"][:ID_LENGTH]
    stored = read_batches(connection) if connection else []
    line = next((line for line in stored if line.batch_id == batch_id), None)
    return LoadResult(
        batch_id=batch_id,
        kind=manifest["kind"],
        source_id=manifest["source_id"],
        file_name=manifest["file_name"],
        detected=manifest["detected"],
        decisions=manifest["decisions"],
        rows_read=mapped.rows_read,
        rows_accepted=mapped.rows_accepted,
        rows_rejected=mapped.rows_rejected,
        values_set_aside=count_set_aside(mapped),
        places={state: getattr(line, state) for state in PLACE_STATES} if line else {},
        reasons=count_reasons(mapped),
        place_reasons=read_place_reasons(connection, batch_id) if connection else [],
        passed_over=tuple(one.say() for one in read_passed_over(connection, batch_id)) if connection else (),
        added=say_added(connection, batch_id) if connection else (),
        left_out=say_left_out(manifest),
        account=read_account(connection if line else None, manifest, mapped),
        **known,
    )


def count_set_aside(mapped: Mapped) -> int:
    return mapped.rejections.num_rows - (pc.sum(mapped.rejections["is_row_rejected"]).as_py() or 0)


def count_reasons(mapped: Mapped) -> list[Reason]:
    """Reasons with how often each stands, most frequent first; the first 50."""
    grouped = mapped.rejections.group_by(["reason", "column_name", "is_row_rejected"]).aggregate([([], "count_all")])
    rows = sorted(grouped.to_pylist(), key=lambda row: (-row["count_all"], row["reason"], row["column_name"]))
    return [
        Reason(row["reason"], row["column_name"], row["count_all"], row["is_row_rejected"])
        for row in rows[:REASONS_SHOWN]
    ]


def write_rejected(home: Home, batch_id: str, mapped: Mapped, sheets: list[Sheet]) -> str:
    """Where the rejected rows were written, as a CSV to correct and load again."""
    from etl.rejects import write_rejected_rows

    make_directory(home.rejected)
    path = home.rejected / f"{batch_id}.csv"
    write_rejected_rows(path, mapped.rejections, sheets)
    return str(path)
