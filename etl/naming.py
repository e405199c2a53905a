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

from soundings.disk import make_directory, sync_directory, sync_file
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import SoundingsError
from soundings.naming import classify_register
from soundings.store import LOCK_SECONDS, open_writer
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


def name_activities(connection: duckdb.DuckDBPyConnection, home: Home, *, everything: bool = False) -> pa.Table:
    """The rows of `classification` that this run adds, put into the open transaction and kept in the inbox.

    Only activities whose facts or rubric differ from their last run (`everything`: all). The caller holds the writer's lock.
    """
    put_back_runs(connection, home)
    runs = list_runs(home)
    run = int(runs[-1].stem) + 1 if runs else 1
    made_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    rows = classify_register(connection, find_rubric(home), run, made_at, everything=everything)
    if rows.num_rows:
        keep_run(home, run, rows)
        insert(connection, rows)
    return rows


def put_back_runs(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Puts into the store the kept rows it lacks of activities it holds: after a rebuild, a redo, or a run cut short."""
    runs = list_runs(home)
    if not runs:
        return
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


def keep_run(home: Home, run: int, rows: pa.Table) -> None:
    """The run's rows are on the disk."""
    folder = home.inbox / FOLDER
    make_directory(folder)
    path = folder / f"{run:08d}.parquet"
    staged = path.with_suffix(".new")
    pq.write_table(rows, staged, compression="zstd", compression_level=1)
    sync_file(staged)
    staged.rename(path)
    sync_directory(folder)


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
        sync(writer)
        return publish_names(writer, everything=everything)


def publish_names(writer, *, everything: bool = False) -> list[NameChange]:
    """What naming anew changed; nothing is published where nothing differs. The caller holds the writer's lock."""
    found: list[NameChange] = []
    cursor = open_current(writer.home).cursor()
    if not everything and not classify_register(cursor, find_rubric(writer.home), 0, datetime.min).num_rows:
        return found

    def change(connection: duckdb.DuckDBPyConnection) -> list[str]:
        before = dict(connection.execute("select activity_id, name from classification_now").fetchall())
        rows = name_activities(connection, writer.home, everything=everything)
        titles = dict(connection.execute("select activity_id, title from activity_now").fetchall())
        for row in rows.select(["activity_id", "name", "because"]).to_pylist():
            activity_id = row["activity_id"]
            found.append(
                NameChange(activity_id, titles[activity_id], before.get(activity_id), row["name"], row["because"])
            )
        return []

    writer.publish(change)
    return found


def set_threshold(
    home: Home, threshold: str, value: int, who: str, why: str, *, timeout: float = LOCK_SECONDS
) -> list[NameChange]:
    """The names that changed with a local threshold, after the change was logged and the register run again."""
    at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    with open_writer(home, timeout=timeout) as writer:
        append_change(home, make_change(home, threshold, value, who, why, at))
        return publish_names(writer) if open_current(home) else []
