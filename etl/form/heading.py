"""What a batch is headed by: its file's name; one that came by the form by its activity's title, so that two can be told apart."""

from __future__ import annotations

import duckdb

from etl.form.answers import MEETING
from etl.form.records import FORM, NATIVE
from etl.inbox import InboxBatch
from soundings.model import BrokenStore

ACTIVITIES = "activities"
# (whether the batch holds the activity itself, its title); one that came by the form is about one activity alone.
STORED = """
select has_own, a.title
from (
    select activity_id, true as has_own from activity where batch_id = $1
    union all
    select activity_id, false from session where batch_id = $1
) held
join activity_now a using (activity_id)
order by has_own desc
limit 1
"""


def head_kept(connection: duckdb.DuckDBPyConnection, batch: InboxBatch) -> str:
    """The heading of a batch of the inbox, whether it waits, is accepted or undone: “Quay walk, by the form”."""
    manifest = batch.read_manifest()
    if not is_of_form(manifest["file_name"], manifest["source_id"]):
        return manifest["file_name"]
    found = connection.execute(STORED, [batch.batch_id]).fetchone()
    return say_heading(*found) if found else head_unstored(connection, batch, manifest)


def head_stored(connection: duckdb.DuckDBPyConnection, batch_id: str, file_name: str, source_id: str) -> str:
    """The heading of a batch that is in the store."""
    found = connection.execute(STORED, [batch_id]).fetchone() if is_of_form(file_name, source_id) else None
    return say_heading(*found) if found else file_name


def is_of_form(file_name: str, source_id: str) -> bool:
    return file_name == FORM and source_id == NATIVE


def say_heading(has_own: bool, title: str) -> str:
    return f"{title}, by the form" if has_own else f"A meeting of {title}, by the form"


def head_unstored(connection: duckdb.DuckDBPyConnection, batch: InboxBatch, manifest: dict) -> str:
    """The heading by what the inbox keeps; a meeting alone names its activity by its id, which may be in the store."""
    options = manifest["options"]
    if options.get("form") == MEETING:
        found = connection.execute(
            "select title from activity_now where activity_id = $1", [options.get("activity")]
        ).fetchone()
        return say_heading(False, found[0]) if found else "A meeting, by the form"
    try:
        kept = batch.read_tables().get(ACTIVITIES)
    except BrokenStore:
        return manifest["file_name"]  # whoever opens the batch itself is told what is wrong with it
    titles = kept["title"].to_pylist() if kept is not None and "title" in kept.column_names else []
    return say_heading(True, titles[0]) if titles and titles[0] else manifest["file_name"]
