"""Accepting a batch: into the inbox, then into the store, with the demo withdrawn by the first real one."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from etl.inbox import (
    ID_LENGTH,
    REPLACED,
    REPLACES,
    Encoded,
    InboxBatch,
    LogLine,
    append_log,
    commit,
    read_batches,
    stage,
)
from etl.replacing import check_current, check_same_file, find_same_reading
from etl.replay import Synced, sync
from etl.types import Mapped
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import SoundingsError
from soundings.store import LOCK_SECONDS, open_writer


@dataclass(frozen=True)
class Accepted:
    """What became of a batch: newly accepted, the one that was there already, or None where it had nothing to take in.

    `withdrawn`: the demo's batches.
    """

    batch: InboxBatch | None
    is_new: bool
    withdrawn: list[str]
    synced: Synced


def accept_batch(
    home: Home, manifest: dict, files: dict[str, Encoded], mapped: Mapped, *, timeout: float = LOCK_SECONDS
) -> Accepted:
    """The batch, acknowledged and in the current generation. `files` is what the inbox keeps, `mapped` what comes of it.

    A batch that was accepted before is left as it is, active or undone; one whose every row was rejected leaves everything
    else as it is too: the inbox keeps nothing of it, and the demo stays. Raises BadFile where the same file is loaded in
    another reading that this does not replace, or what it replaces is no longer current, Busy where another process is writing.
    """
    batch_id = manifest["batch_sha256"][:ID_LENGTH]
    with open_writer(home, timeout=timeout) as writer:
        synced = sync(writer)
        same = find_same_reading(home, manifest)
        if same:
            return Accepted(same, False, [], synced)
        check_same_file(home, manifest)
        if is_refused(mapped):
            return Accepted(None, False, [], synced)
        check_current(home, manifest)
        staged, listed = stage(home, batch_id, files)
        withdrawn = [] if manifest["is_demo"] else read_demo_ids(home)
        # These lines count only once the batch is there and its manifest says the same, so that a death or a full disk
        # before `commit` leaves nothing behind.
        who = manifest["accepted_by"]
        lines = [replace(log_line("undone", demo, who), with_id=batch_id) for demo in withdrawn]
        lines += [replace(log_line(REPLACES, batch_id, who), replaced_id=one) for one in manifest.get("replaces") or ()]
        if lines:
            append_log(home, lines)
        commit(home, staged, {**manifest, "withdraws": withdrawn, "files": listed})
        try:
            synced = sync(writer, {batch_id: mapped})
        except SoundingsError as error:
            raise type(error)(
                f"{manifest['file_name']} is accepted (batch {batch_id}) and safe in the inbox, but is not in the store yet; "
                f"the next command that writes tries again. {error}"
            ) from error
        return Accepted(find_batch(home, batch_id), True, withdrawn, synced)


def is_refused(mapped: Mapped) -> bool:
    """Whether every row was rejected, so that there is nothing to load."""
    return not mapped.rows_accepted and bool(mapped.rows_rejected)


def find_batch(home: Home, batch_id: str) -> InboxBatch | None:
    """The accepted batch with exactly this id, or None."""
    return next((batch for batch in read_batches(home) if batch.batch_id == batch_id), None)


def read_demo_ids(home: Home) -> list[str]:
    """Ids of the demo's batches that are not undone: those in the current generation, and those that stand aside for a new version."""
    generation = open_current(home)
    if generation is None:
        return []
    found = generation.cursor().execute("select batch_id from batch where is_demo order by sequence").fetchall()
    aside = [one for one in read_batches(home) if one.state == REPLACED and one.read_manifest()["is_demo"]]
    return [batch_id for (batch_id,) in found] + [one.batch_id for one in aside]


def log_line(what: str, batch_id: str, who: str) -> LogLine:
    return LogLine(at=say_now(), who=who, what=what, batch_id=batch_id)


def say_now() -> str:
    """Now, in UTC, to the second, as ISO 8601 without a zone."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def say_who() -> str:
    """The name of the account that runs this process."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
