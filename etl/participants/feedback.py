"""Batches of what people who took part said: an asking's permitted totals, or a statement, as rows that need no mapping.

The rows are kept in the inbox as they go into the store, so undo, redo and rebuild need nothing that is sealed.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date

import duckdb
import pyarrow as pa

from etl.accepting import Accepted, accept_batch
from etl.inbox import FEEDBACK, ID_LENGTH, encode_tables, identify_batch, read_batches
from etl.tables import make_rows
from etl.types import Mapped
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import SoundingsError
from soundings.publication import Published

SOURCE = "people who took part"
WAVE, STATEMENT = "asking", "statement"


def map_feedback(tables: dict[str, pa.Table], batch_id: str) -> Mapped:
    """The kept rows, each with its batch. One asking or statement is one row read, whatever came of it: no count tells of people."""
    filled = {}
    for name, table in tables.items():
        batch_ids = pa.repeat(pa.scalar(batch_id), table.num_rows)
        filled[name] = table.append_column("batch_id", batch_ids)
    return Mapped(filled, make_rows("rejection", []), 1, 1, 0)


def publish_wave(
    home: Home,
    published: Published,
    who: str,
    *,
    is_demo: bool,
    licence: str | None = None,
    attribution: str | None = None,
) -> Accepted:
    """The batch of a closed asking or of a pool, in the store. It holds what is in `published` and nothing else."""
    shared = {
        "wave_id": published.wave_id,
        "month": published.month,
        "state": published.state,
        "is_one_each": published.is_one_each,
        "invited_count": published.invited_count,
        "answered_count": published.answered_count,
    }
    waves = [{**shared, "activity_id": activity_id} for activity_id in published.activity_ids]
    counts = [
        {"wave_id": published.wave_id, "question": question, "answer": answer, "answer_count": count}
        for question, told in published.counts.items()
        for answer, count in told.items()
    ]
    tables = {"feedback_wave": make_rows("feedback_wave", waves), "feedback": make_rows("feedback", counts)}
    said = {"is_demo": is_demo, "licence": licence, "attribution": attribution}
    return accept(home, WAVE, published.wave_id, tables, published.month, who, **said)


def publish_statement(home: Home, activity_id: str, kind: str, words: str, today: date, who: str) -> Accepted:
    """The batch of one statement about an activity, in the store; the same statement in the same month is one batch."""
    row = statement_row(activity_id, kind, words, today)
    tables = {"statement": make_rows("statement", [row])}
    return accept(
        home,
        STATEMENT,
        key_of_statement(row),
        tables,
        row["said_month"],
        who,
        is_demo=is_demo_activity(home, activity_id),
    )


def statement_row(activity_id: str, kind: str, words: str, today: date) -> dict:
    return {"row_number": 1, "activity_id": activity_id, "kind": kind, "words": words, "said_month": f"{today:%Y-%m}"}


def key_of_statement(row: dict) -> str:
    """What makes a statement the same one: its activity, kind, words and month."""
    return hashlib.sha256(json.dumps(row, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def identify(what: str, key: str) -> str:
    """batch_sha256 of an asking or a statement; of an asking it depends on nothing that anyone answered."""
    return identify_batch(hashlib.sha256(key.encode()).hexdigest(), SOURCE, {"what": what})


def accept(
    home: Home, what: str, key: str, tables: dict[str, pa.Table], month: str, who: str, **said: bool | str | None
) -> Accepted:
    """The batch, acknowledged and in the store. Only the month is kept of when. `said`: is_demo, licence, attribution."""
    tables = {name: table.drop_columns(["batch_id"]) for name, table in tables.items()}
    batch_sha256 = identify(what, key)
    manifest = {
        "batch_sha256": batch_sha256,
        "kind": FEEDBACK,
        "source_id": SOURCE,
        "file_name": f"{what} {key[:8]}",
        "file_sha256": hashlib.sha256(key.encode()).hexdigest(),
        "is_demo": said["is_demo"],
        "accepted_at": f"{month}-01T00:00:00",
        "accepted_by": who,
        "options": {"what": what},
        "detected": {},
        "decisions": [],
        "licence": said.get("licence"),
        "attribution": said.get("attribution"),
    }
    mapped = map_feedback(tables, batch_sha256[:ID_LENGTH])
    return accept_batch(home, manifest, encode_tables(tables), mapped)


def read_decided(home: Home) -> list[Published]:
    """Everything ever decided about askings in this home, what was undone too: it was on a page once."""
    found = []
    for batch in read_batches(home):
        manifest = batch.read_manifest()
        if manifest["kind"] == FEEDBACK and manifest["options"]["what"] == WAVE:
            found.append(unpack(batch.read_tables()))
    return found


def unpack(tables: dict[str, pa.Table]) -> Published:
    """What `publish_wave` packed."""
    rows = tables["feedback_wave"].to_pylist()
    counts: dict[str, dict[str, int]] = {}
    for row in tables["feedback"].to_pylist():
        counts.setdefault(row["question"], {})[row["answer"]] = row["answer_count"]
    first = rows[0]
    return Published(
        wave_id=first["wave_id"],
        activity_ids=tuple(sorted(row["activity_id"] for row in rows)),
        month=first["month"],
        state=first["state"],
        is_one_each=first["is_one_each"],
        invited_count=first["invited_count"],
        answered_count=first["answered_count"],
        counts=counts,
    )


def find_activity(home: Home, said: str) -> tuple[str, str]:
    """(id, title) of the activity with this id or, where only one has it, this title. Raises SoundingsError."""
    generation = open_current(home)
    found = [] if generation is None else look_up(generation.cursor(), said.strip())
    if not found:
        raise SoundingsError(
            f"No activity has the id or the title “{said}”. The Activities page lists them, each with its id in its address."
        )
    if len(found) > 1:
        raise SoundingsError(f"{len(found)} activities are called “{said}”. Give the id of the one you mean.")
    return found[0]


def look_up(cursor: duckdb.DuckDBPyConnection, said: str) -> list[tuple[str, str]]:
    """(id, title) by id, else by title in any case."""
    by_id = cursor.execute("select activity_id, title from activity_now where activity_id = $1", [said]).fetchall()
    return (
        by_id
        or cursor.execute(
            "select activity_id, title from activity_now where lower(title) = lower($1) limit 9", [said]
        ).fetchall()
    )


def is_demo_activity(home: Home, activity_id: str) -> bool:
    """Whether an activity is the made-up district's: what is said of it then is made up, too."""
    generation = open_current(home)
    if generation is None:
        return False
    return (
        generation.cursor()
        .execute(
            "select coalesce(bool_or(b.is_demo), false) from activity_now a join batch b using (batch_id) where a.activity_id = $1",
            [activity_id],
        )
        .fetchone()[0]
    )
