"""New versions of batches, and new readings of one file: whether one may take the place of another.

What is checked is asked where nobody else can be writing.
"""

from __future__ import annotations

from etl.inbox import (
    ACTIVE,
    ID_LENGTH,
    RECORDS,
    REPLACED,
    InboxBatch,
    read_batches,
    read_history,
    trace_replaced,
)
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile, SoundingsError


def check_current(home: Home, manifest: dict) -> None:
    """Raises BadFile unless every batch that this one is to replace is active: two versions beside each other would count twice."""
    replaced = manifest.get("replaces")
    if not replaced:
        return
    batches = {batch.batch_id: batch for batch in read_batches(home)}
    for batch_id in replaced:
        batch = batches.get(batch_id)
        if batch is None or not batch.is_active:
            raise BadFile(say_outdated(manifest, batch_id, batch))


def say_outdated(manifest: dict, batch_id: str, batch: InboxBatch | None) -> str:
    """Why a new version comes too late, and what to do: to who fills in the form, to a steward, or to who corrects a file."""
    if "waiting" in manifest:
        return (
            "The record that this changes was changed meanwhile, so it was not taken in: both versions would stand, and its figures "
            f"count twice. Ask {manifest['waiting']['organisation']} to open it again and send the change anew, or decline this one."
        )
    if "form" in manifest["options"]:
        return (
            "This record was changed meanwhile; open it again to make your change. Nothing was sent, because both versions would "
            "stand and its figures count twice. Your draft is kept."
        )
    named = f"{batch_id} ({batch.file_name}) is {batch.state}" if batch else f"{batch_id} is not here"
    return (
        f"Batch {named}, so this file cannot take its place. Nothing was loaded. Look again which batches there are, and choose "
        "the one that it corrects."
    )


def check_alone(home: Home, batch: InboxBatch) -> None:
    """Raises SoundingsError where a batch that is to be put back would stand beside another version of the same."""
    versions = trace_replaced(read_history(home))
    mine = versions.get(batch.batch_id, set())
    for other in read_batches(home):
        theirs = versions.get(other.batch_id, set())
        if other.state == ACTIVE and mine & theirs and batch.batch_id not in theirs and other.batch_id not in mine:
            raise SoundingsError(
                f"{batch.file_name} (batch {batch.batch_id}) cannot be put back: {other.file_name} (batch {other.batch_id}) took "
                "the place of the same batch meanwhile, and both would count. Nothing was changed. To have this one instead, "
                f"first run: soundings undo {other.batch_id}"
            )


def find_readings(home: Home, file_sha256: str) -> list[InboxBatch]:
    """The active batches of records that were made of exactly this file, whatever it was read as; nearly always one or none."""
    generation = open_current(home)
    if generation is None:
        return []
    sql = "select batch_id from batch where kind = $1 and file_sha256 = $2"
    ids = {batch_id for (batch_id,) in generation.cursor().execute(sql, [RECORDS, file_sha256]).fetchall()}
    return [batch for batch in read_batches(home) if batch.batch_id in ids and batch.is_active] if ids else []


def find_same_reading(home: Home, manifest: dict) -> InboxBatch | None:
    """The batch that is this file read in exactly this way, or None: the one with its id, or an active one of an earlier version
    of Soundings, whose id was made without the spec."""
    batch_id = manifest["batch_sha256"][:ID_LENGTH]
    found = next((batch for batch in read_batches(home) if batch.batch_id == batch_id), None)
    if found or manifest["kind"] != RECORDS:
        return found
    read = next((one for one in find_readings(home, manifest["file_sha256"]) if is_same_way(one, manifest)), None)
    return read


def date_reading(home: Home, manifest: dict) -> dict:
    """The manifest, with the day on which its file was handed in first where it takes the place of a reading of the same file.

    Read again months later the file tells no more than it did then: what it planned is not held because the day is past. Another
    file, such as a later export, has a day of its own.
    """
    told = [
        batch.read_manifest()
        for batch in read_batches(home)
        if batch.batch_id in (manifest.get("replaces") or ()) and batch.batch_id != manifest["batch_sha256"][:ID_LENGTH]
    ]
    days = [
        one.get("recorded_date") or one["accepted_at"][:10]
        for one in told
        if one["file_sha256"] == manifest["file_sha256"]
    ]
    return manifest | {"recorded_date": min(days)} if days else manifest


def is_same_way(batch: InboxBatch, manifest: dict) -> bool:
    """Whether a batch was read as the same source, with the same options and by the same spec."""
    told = batch.read_manifest()
    return all(told.get(name) == manifest.get(name) for name in ("source_id", "options", "mapping"))


def check_same_file(home: Home, manifest: dict) -> None:
    """Raises BadFile where an active batch has this file and is not one that this replaces: its records would count twice."""
    if manifest["kind"] != RECORDS:
        return
    own = manifest["batch_sha256"][:ID_LENGTH]
    older = trace_replaced(read_history(home)).get(own, set()) | set(manifest.get("replaces") or ())
    for batch in find_readings(home, manifest["file_sha256"]):
        if batch.batch_id in older | {own}:
            continue
        if "waiting" in manifest:
            raise BadFile(
                f"{manifest['file_name']} is loaded already, as batch {batch.batch_id}, so it was not taken in a second time. Decline it, "
                f"or take that batch out first: soundings undo {batch.batch_id}"
            )
        raise BadFile(
            f"{manifest['file_name']} is loaded already, as batch {batch.batch_id}, read in another way "
            f"({say_difference(batch.read_manifest(), manifest)}). Nothing was doubled. To have the new reading in its place, load "
            f"it again with --read-again; `soundings undo` of the new one brings batch {batch.batch_id} back."
        )


OPTION_WORDS = {
    "sheet": "the sheet",
    "header_row": "the row with the column names",
    "encoding": "the encoding",
    "delimiter": "what stands between cells",
    "crs": "the coordinate system",
    "drop": "the columns left out",
    "date_order": "the order of day and month",
    "epoch": "what day numbers count from",
    "decimal": "the decimal sign",
    "answers": "the answers",
    "columns": "how the columns are matched",
    "corrections_sha256": "the corrected cells",
    "left_out": "the rows left out",
    "invited": "who sent it",
}


def say_difference(before: dict, now: dict) -> str:
    """In what two readings of one file differ, in words: “the order of day and month, the answers”."""
    differing = []
    if before["source_id"] != now["source_id"]:
        differing.append(f"as {before['source_id']}, now as {now['source_id']}")
    told, said = before.get("options") or {}, now.get("options") or {}
    for name in dict.fromkeys([*told, *said]):
        if told.get(name) != said.get(name):
            differing.append(OPTION_WORDS.get(name, name.replace("_", " ")))
    if before["source_id"] == now["source_id"] and before.get("mapping") != now.get("mapping"):
        differing.append("what the source's file says")
    return ", ".join(differing) or "in the details"


def find_newer(home: Home, batch: InboxBatch) -> InboxBatch | None:
    """The active batch for which a replaced one stands aside, or None."""
    if batch.state != REPLACED:
        return None
    versions = trace_replaced(read_history(home))
    newer = [one for one in read_batches(home) if one.is_active and batch.batch_id in versions.get(one.batch_id, ())]
    return newer[-1] if newer else None
