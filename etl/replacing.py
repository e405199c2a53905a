"""New versions of batches: whether one may still take the place of another, asked where nobody else can be writing."""

from __future__ import annotations

from etl.inbox import ACTIVE, InboxBatch, read_batches, read_history, trace_replaced
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
