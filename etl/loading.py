"""Loading one file, upload or folder of records: read, recognise, screen, map, accept, publish."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow.compute as pc

from etl.accepting import Accepted, accept_batch, say_now, say_who
from etl.inbox import ID_LENGTH, RECORDS, encode_tables, hash_file, identify_batch
from etl.replay import insert_batch, insert_rows, pack_sheets
from etl.types import Mapped, Sheet
from etl.undoing import RebuildResult, StateResult, rebuild, redo, undo
from soundings.content import schema_sql
from soundings.disk import make_directory
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import PLACE_STATES, BadFile
from soundings.sources import read_batches
from soundings.store import LOCK_SECONDS

if TYPE_CHECKING:
    from etl.areas import AreaLookup
    from etl.specs import Spec

__all__ = ["LoadResult", "RebuildResult", "StateResult", "load_file", "rebuild", "redo", "undo"]

REASONS_SHOWN = 50
READING = ("sheet", "header_row", "encoding", "delimiter", "crs")
PLACE_TABLES = ("batch", "place", "place_alias", "place_code_history")


@dataclass(frozen=True)
class ReadOptions:
    """How a person said a file is to be read; None means: find out."""

    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    crs: str | None = None
    drop: tuple[str, ...] = ()
    date_order: str | None = None
    epoch: int | None = None

    def said(self) -> dict:
        """Only what was said: these make up the batch's identity."""
        return {name: value for name, value in asdict(self).items() if value not in (None, ())}


@dataclass(frozen=True)
class Reason:
    """Why rows were rejected, or values set aside (`is_row_rejected` false), and how many."""

    reason: str
    column: str
    count: int
    is_row_rejected: bool


@dataclass(frozen=True)
class PlaceReason:
    """Why records stand in no loaded place (`state`: outside, unlocated or not_tied), and how many records."""

    state: str
    reason: str
    count: int


@dataclass(frozen=True)
class LoadResult:
    """What became of a file. `places` counts stored records by place state; `detected` is by sheet."""

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
    rejected_file: str | None = None
    is_dry_run: bool = False
    already_loaded: bool = False
    is_undone: bool = False
    demo_withdrawn: bool = False
    generation: int | None = None
    content_hash: str | None = None
    warnings: list[str] = field(default_factory=list)


def say_nothing(step: str) -> None:
    """The progress report of a caller that shows none."""


def load_file(
    home: Home,
    path: Path,
    source: str | None = None,
    *,
    dry_run: bool = False,
    options: ReadOptions | None = None,
    is_demo: bool = False,
    who: str | None = None,
    file_name: str | None = None,
    timeout: float = LOCK_SECONDS,
    report: Callable[[str], None] = say_nothing,
) -> LoadResult:
    """What became of the file; with `dry_run`, what would, and nothing is written.

    `report` is told each step as it begins. Raises BadFile where the file as a whole cannot be taken, Busy, BrokenStore.
    """
    options = options or ReadOptions()
    who = who or say_who()
    path = Path(path)
    if not path.exists():
        raise BadFile(f"There is no file {path}. Check the name, and the folder you are in.")
    report("Reading")
    file_sha256 = hash_input(path)
    sheets = read_input(path, options)
    spec = choose_spec(sheets, source, options)
    report("Checking for personal data")
    sheets, decisions = screen(home, sheets, spec, options)
    manifest = {
        "batch_sha256": identify_batch(file_sha256, spec.id, options.said()),
        "kind": RECORDS,
        "source_id": spec.id,
        "file_name": file_name or path.name,
        "file_sha256": file_sha256,
        "is_demo": is_demo,
        "accepted_at": say_now(),
        "accepted_by": who,
        "options": options.said(),
        "detected": {sheet.name: sheet.detected for sheet in sheets},
        "decisions": decisions,
        "licence": spec.licence,
        "attribution": spec.attribution,
        "mapping": spec.raw,
    }
    report("Understanding each row")
    if dry_run:
        mapped = map_rows(spec, sheets, manifest)
        report("Finding the places")
        return preview(home, manifest, mapped)
    with ThreadPoolExecutor(1) as beside:
        packed = beside.submit(lambda: encode_tables(pack_sheets(sheets)))
        mapped = map_rows(spec, sheets, manifest)
        files = packed.result()
    report("Saving")
    accepted = accept_batch(home, manifest, files, mapped, timeout=timeout)
    return describe_load(home, manifest, mapped, accepted, sheets=sheets)


def hash_input(path: Path) -> str:
    """sha256 of a file, or of a folder's file names and their hashes."""
    if path.is_file():
        return hash_file(path)
    lines = [f"{file.name}\t{hash_file(file)}" for file in list_inputs(path)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def list_inputs(folder: Path) -> list[Path]:
    """The files of a folder of sheets, by name; hidden files and folders are passed over."""
    return sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith((".", "~")))


def read_input(path: Path, options: ReadOptions) -> list[Sheet]:
    """Every sheet of a file or folder, read as the person said."""
    from etl.readers import read_sheets

    said = options.said()
    return read_sheets(path, **{name: said[name] for name in READING if name in said})


def choose_spec(sheets: list[Sheet], source: str | None, options: ReadOptions) -> Spec:
    """The source named, or recognised by its columns. Raises BadFile with the sources there are."""
    from etl.specs import read_specs, recognise_source, with_options

    specs = read_specs()
    if source is not None and source not in specs:
        raise BadFile(f"There is no source “{source}”. Sources: {', '.join(sorted(specs))}.")
    spec = specs[source] if source else recognise_source(sheets, specs)
    return with_options(spec, options.date_order, options.epoch)


def screen(home: Home, sheets: list[Sheet], spec: Spec, options: ReadOptions) -> tuple[list[Sheet], list[str]]:
    """The sheets without personal data, and what was decided."""
    from etl.screening import screen_sheets

    return screen_sheets(sheets, spec.screening, read_areas(home, spec, sheets), drop=[*spec.drop, *options.drop])


def read_areas(home: Home, spec: Spec, sheets: list[Sheet]) -> AreaLookup | None:
    """What turns a person's postcode or point into a loaded area; None where the file has none of these columns."""
    from etl.areas import read_area_lookup

    generation = open_current(home)
    of_people = {name.casefold() for name, role in spec.screening.items() if role.startswith("person_")}
    columns = {name.casefold() for sheet in sheets for name in sheet.table.column_names}
    if generation is None or not of_people & columns:
        return None
    return read_area_lookup(generation.cursor())


def map_rows(spec: Spec, sheets: list[Sheet], manifest: dict) -> Mapped:
    from etl.mapping import map_sheets

    return map_sheets(spec, sheets, manifest["batch_sha256"][:ID_LENGTH], manifest["file_name"])


def preview(home: Home, manifest: dict, mapped: Mapped) -> LoadResult:
    """What a load would come to, worked out in memory against the places of the current generation."""
    from etl.locating import resolve_locations

    batch_id = manifest["batch_sha256"][:ID_LENGTH]
    generation = open_current(home)
    with duckdb.connect(":memory:") as connection:
        connection.execute(schema_sql())
        for table in PLACE_TABLES if generation else ():
            rows = generation.cursor().execute(f"select * from {table}").to_arrow_table()  # noqa: S608 — named above
            insert_rows(connection, table, rows)
        stored = connection.execute("select count(*) from batch where batch_id = $1", [batch_id]).fetchone()[0]
        if not stored:
            insert_batch(connection, 1 << 30, manifest, mapped)
            resolve_locations(connection, [batch_id])
            return describe(connection, manifest, mapped, is_dry_run=True)
    return describe(generation.cursor(), manifest, mapped, is_dry_run=True, already_loaded=True)


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
    if accepted.is_new and mapped.rejections.num_rows:
        rejected_file = write_rejected(home, accepted.batch.batch_id, mapped, sheets)
    return describe(
        generation.cursor(),
        manifest,
        mapped,
        rejected_file=rejected_file,
        already_loaded=not accepted.is_new,
        is_undone=not accepted.batch.is_active,
        demo_withdrawn=bool(accepted.withdrawn),
        generation=generation.number,
        content_hash=accepted.synced.content_hash,
        warnings=warnings or [],
    )


def describe(connection: duckdb.DuckDBPyConnection, manifest: dict, mapped: Mapped, **known) -> LoadResult:
    """The counts of one batch, in words and numbers."""
    batch_id = manifest["batch_sha256"][:ID_LENGTH]
    line = next((line for line in read_batches(connection) if line.batch_id == batch_id), None)
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
        place_reasons=read_place_reasons(connection, batch_id),
        **known,
    )


def read_place_reasons(connection: duckdb.DuckDBPyConnection, batch_id: str) -> list[PlaceReason]:
    """Why records of a batch stand in no loaded place, most records first; reasons that differ in a code alone are one."""
    found = connection.execute(
        """
        with standing as (
            select location_id, source_row_count as n from activity_count where batch_id = $batch_id
            union all
            select any_value(location_id), 1 from session_place where batch_id = $batch_id group by session_id
            union all
            select any_value(location_id), 1
            from activity_place
            where batch_id = $batch_id
            and activity_id not in (select activity_id from activity_count where batch_id = $batch_id)
            and activity_id not in (select activity_id from session where batch_id = $batch_id)
            group by activity_id
        ),
        told as (
            select
                s.n,
                ls.state,
                coalesce(ls.reason, l.reason, 'no reason recorded') as reason,
                regexp_replace(coalesce(ls.reason, l.reason, ''), '[A-Z][0-9]{8}|“[^”]*”', '…', 'g') as pattern
            from standing s
            join location_state ls on ls.batch_id = $batch_id and ls.location_id = s.location_id
            join location l on l.batch_id = $batch_id and l.location_id = s.location_id
            where ls.state <> 'located'
        )
        select
            state,
            if(count(distinct reason) = 1, any_value(reason), any_value(pattern)) as said,
            sum(n)::bigint as record_count
        from told
        group by state, pattern
        order by record_count desc, said
        limit 50
        """,
        {"batch_id": batch_id},
    ).fetchall()
    return [PlaceReason(*row) for row in found]


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
