"""Naming activities as batches come and go: each run is kept in the inbox, so that a rebuilt store has the whole history.

inbox/names/00000001.parquet      the rows of `classification` of one run
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from soundings.disk import make_directory, remove_file, rename, step, sync_file
from soundings.generations import first_line, open_current
from soundings.home import Home
from soundings.model import BrokenStore, SoundingsError
from soundings.naming import classify_register
from soundings.store import LOCK_SECONDS, Writer, open_writer
from soundings.thresholds import append_change, find_rubric, make_change

FOLDER = "names"


@dataclass(frozen=True)
class NameChange:
    """What one run made of an activity; `before` is its name until then, None where it had none."""

    activity_id: str
    title: str
    before: str | None
    after: str
    because: str


def list_runs(home: Home) -> list[Path]:
    """The files of the runs kept so far, oldest first."""
    folder = home.inbox / FOLDER
    return sorted(path for path in folder.glob("*.parquet") if path.stem.isdigit()) if folder.is_dir() else []


def name_activities(connection: duckdb.DuckDBPyConnection, home: Home, *, everything: bool = False) -> None:
    """Puts into the open transaction the rows of `classification` that this run adds, and keeps them in the inbox.

    Only activities whose facts or rubric differ from their last run (`everything`: all). The caller holds the writer's lock.
    """
    put_back_runs(connection, home)
    run = find_last_run(connection, home) + 1
    made_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    rows = classify_register(connection, find_rubric(home), run, made_at, everything=everything)
    if rows.num_rows:
        keep_run(home, run, rows)
        insert(connection, rows)


def find_last_run(connection: duckdb.DuckDBPyConnection, home: Home) -> int:
    """The highest number that a run has had, kept or in the store; 0 where there was none."""
    kept = list_runs(home)
    (stored,) = connection.execute("select coalesce(max(run), 0) from classification").fetchone()
    return max(stored, int(kept[-1].stem) if kept else 0)


def put_back_runs(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Puts into the store the kept rows it lacks of activities it holds: after a rebuild, a redo, or a run cut short.

    Raises BrokenStore where a kept run cannot be read.
    """
    runs = list_runs(home)
    if not runs:
        return
    try:
        connection.execute(
            """
            insert into classification by name
            select k.*
            from read_parquet($files) k
            where k.activity_id in (select activity_id from activity)
            and (k.run, k.activity_id) not in (select (run, activity_id) from classification)
            """,
            {"files": [str(path) for path in runs]},
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise BrokenStore(
            f"The names kept in {home.inbox / FOLDER} cannot be read ({first_line(error)}). Nothing was changed. Put the file "
            "back from a backup; or move it out of the folder: the names are then derived anew, without what it told of before."
        ) from error


def keep_run(home: Home, run: int, rows: pa.Table) -> None:
    """The run's rows are on the disk."""
    folder = home.inbox / FOLDER
    make_directory(folder)
    for left_behind in folder.glob("*.new"):
        remove_file(left_behind)
    path = folder / f"{run:08d}.parquet"
    staged = path.with_suffix(".new")
    with step("write", staged):
        pq.write_table(rows, staged, compression="zstd", compression_level=1)
    sync_file(staged)
    rename(staged, path)


def insert(connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
    connection.register("made", rows)
    connection.execute("insert into classification by name select * from made")
    connection.unregister("made")


def rerun_register(home: Home, *, everything: bool = False, timeout: float = LOCK_SECONDS) -> list[NameChange]:
    """What a run over the whole register changed, with why; published as a generation where it changed anything."""
    if open_current(home) is None:
        raise SoundingsError(f"There is no activity in {home.root} to name yet. Load a file first: soundings load FILE")
    from etl.replay import sync

    with open_writer(home, timeout=timeout) as writer:
        before = read_names(home)
        sync(writer)
        publish_names(writer, everything=everything)
        return list_changes(before, read_names(home))


def set_threshold(
    home: Home, threshold: str, value: int, who: str, why: str, *, timeout: float = LOCK_SECONDS
) -> list[NameChange]:
    """The names that changed with a local threshold, after the change was logged and the register run again.

    A change that was logged and then cut short is finished first; asking for it again is then no mistake.
    """
    at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    with open_writer(home, timeout=timeout) as writer:
        before = read_names(home)
        is_finished_now = publish_names(writer)
        if not (is_finished_now and is_in_force(home, threshold, value)):
            append_change(home, make_change(home, threshold, value, who, why, at))
            publish_names(writer)
        return list_changes(before, read_names(home))


def is_in_force(home: Home, threshold: str, value: int) -> bool:
    """Whether a threshold has this number here."""
    return getattr(find_rubric(home).thresholds, threshold, None) == value


def publish_names(writer: Writer, *, everything: bool = False) -> bool:
    """Whether a generation with new names was published: none is where nothing differs. The caller holds the writer's lock."""
    generation = open_current(writer.home)
    if generation is None:
        return False
    if not everything:
        differing = classify_register(generation.cursor(), find_rubric(writer.home), 0, datetime.min)
        if not differing.num_rows:
            return False

    def change(connection: duckdb.DuckDBPyConnection) -> list[str]:
        name_activities(connection, writer.home, everything=everything)
        return []

    writer.publish(change)
    return True


def read_names(home: Home) -> dict[str, tuple[int, str, str, str]]:
    """Activity → (run, title, name, because) of its name now; empty where there is no store."""
    generation = open_current(home)
    if generation is None:
        return {}
    found = (
        generation.cursor()
        .execute(
            """
            select c.activity_id, c.run, a.title, c.name, c.because
            from classification_now c
            join activity_now a using (activity_id)
            order by c.activity_id
            """
        )
        .fetchall()
    )
    return {activity_id: tuple(told) for activity_id, *told in found}


def list_changes(before: dict[str, tuple], after: dict[str, tuple]) -> list[NameChange]:
    """What was named between two readings, in order of activity."""
    nobody = (None, None, None, None)
    return [
        NameChange(activity_id, title, before.get(activity_id, nobody)[2], name, because)
        for activity_id, (run, title, name, because) in after.items()
        if run != before.get(activity_id, nobody)[0]
    ]
