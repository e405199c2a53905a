"""Undo, redo and rebuild: the store as the inbox says it is, whatever was loaded in whatever order."""

from __future__ import annotations

from dataclasses import dataclass, field

from etl.accepting import log_line, say_who
from etl.inbox import PLACES, UNDONE, InboxBatch, append_log, read_batches
from etl.places.outlines import prepare_outlines
from etl.replacing import check_alone, check_same_file
from etl.replay import Synced, read_stored_ids, sync
from soundings.content import content_hash
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BrokenStore, SoundingsError
from soundings.store import LOCK_SECONDS, open_writer

SHORTEST_PREFIX = 4


@dataclass(frozen=True)
class StateResult:
    """A batch after undo or redo: active, undone, or replaced where it is not undone and a new version of it stands.

    `is_change` is false where it was undone already, or not undone.

    `warnings`: what could not be prepared for the map afterwards.
    """

    batch_id: str
    file_name: str
    state: str
    is_change: bool
    generation: int
    content_hash: str
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RebuildResult:
    """The store made again. `agrees`: the same content as before; None where there was nothing to compare with.

    `added` and `dropped` are batches that the store before lacked, or had beyond the inbox: then the content may differ.
    """

    generation: int
    content_hash: str
    content_hash_before: str | None
    agrees: bool | None
    batch_count: int
    added: list[str]
    dropped: list[str]


def undo(home: Home, batch: str, *, who: str | None = None, timeout: float = LOCK_SECONDS) -> StateResult:
    """The batch with its rows taken out of the store. `batch` is its id, or the unique beginning of it."""
    return change_states(home, [batch], "undone", who=who, timeout=timeout)[0]


def redo(home: Home, batch: str, *, who: str | None = None, timeout: float = LOCK_SECONDS) -> StateResult:
    """The batch with its rows back in the store, or standing aside for a new version of it that is not undone.

    Raises BadFile where its file is loaded in another batch, SoundingsError where another version took the same batch's place.
    """
    return change_states(home, [batch], "redone", who=who, timeout=timeout)[0]


def change_states(
    home: Home, said: list[str], what: str, *, who: str | None = None, timeout: float = LOCK_SECONDS
) -> list[StateResult]:
    """The batches after one step to `what` (undone or redone), in one generation; new outlines are then ready to draw."""
    with open_writer(home, timeout=timeout) as writer:
        batches = [choose_batch(home, one) for one in said]
        # A replaced batch is not undone: it would come back with the undo of its new version, unless it is undone as well.
        changing = [batch for batch in batches if (batch.state != UNDONE) == (what == "undone")]
        if what == "redone":
            for batch in changing:
                check_alone(home, batch)
                check_same_file(home, batch.read_manifest())
                check_places(home, batch)
        if changing:
            append_log(home, [log_line(what, batch.batch_id, who or say_who()) for batch in changing])
        synced = sync(writer)
    has_moved = any(batch.read_manifest()["kind"] == PLACES for batch in changing)
    warnings = prepare_outlines(home) if has_moved else []
    return [describe(home, batch, batch in changing, synced, warnings) for batch in batches]


def check_places(home: Home, batch: InboxBatch) -> None:
    """Raises SoundingsError where places that are to be put back would lie over others; only then are shapes read."""
    if batch.read_manifest()["kind"] == PLACES:
        from etl.places.ground import check_ground

        check_ground(home, batch)


def describe(home: Home, batch: InboxBatch, is_change: bool, synced: Synced, warnings: list[str]) -> StateResult:
    now = choose_batch(home, batch.batch_id)
    return StateResult(now.batch_id, now.file_name, now.state, is_change, synced.number, synced.content_hash, warnings)


def choose_batch(home: Home, said: str) -> InboxBatch:
    """The batch whose id starts with `said` (four or more characters). Raises SoundingsError where none or several do."""
    prefix = said.strip().lower()
    if len(prefix) < SHORTEST_PREFIX:
        raise SoundingsError(f"“{said}” is too short for a batch's id: give at least its first four characters.")
    found = [batch for batch in read_batches(home) if batch.batch_id.startswith(prefix)]
    if not found:
        raise SoundingsError(
            f"No batch has an id that starts with “{said}”. `soundings status` lists the batches there are."
        )
    if len(found) > 1:
        raise SoundingsError(
            f"“{said}” fits {len(found)} batches: {', '.join(batch.batch_id for batch in found)}. Give more of the id."
        )
    return found[0]


def rebuild(home: Home, *, timeout: float = LOCK_SECONDS) -> RebuildResult:
    """A new generation made from the inbox alone, in order of acceptance, and whether it holds what the one before held."""
    with open_writer(home, timeout=timeout) as writer:
        before, ids = read_before(home)
        synced = sync(writer, is_fresh=True)
        now = set(synced.added)
        same_batches = ids is not None and ids == now
    prepare_outlines(home)  # the home may be a copy whose outlines stayed behind
    return RebuildResult(
        generation=synced.number,
        content_hash=synced.content_hash,
        content_hash_before=before,
        agrees=before == synced.content_hash if same_batches else None,
        batch_count=len(now),
        added=sorted(now - ids) if ids is not None else [],
        dropped=sorted(ids - now) if ids is not None else [],
    )


def read_before(home: Home) -> tuple[str | None, set[str] | None]:
    """(content hash, batch ids) of the current generation; None where there is none that can be read."""
    try:
        generation = open_current(home)
        if generation is None:
            return None, None
        return content_hash(generation.cursor()), read_stored_ids(home)
    except BrokenStore:
        return None, None
