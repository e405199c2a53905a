"""What invited organisations sent and no steward has approved yet: whole batches that are in the inbox and in no generation.

    inbox/waiting/3f9a0c1d2e4b/manifest.json      as of any batch, with the organisation, its invitation and when it was sent
                              /sheet-0.parquet    the screened rows, as text
    inbox/waiting/log.jsonl                       one line for each batch sent, question, answer and refusal, screened like
                                                  other free words

Approving accepts a batch by the one door that every other comes through; only then does its folder here go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from etl.accepting import Accepted, accept_batch, find_batch, say_now, say_who
from etl.approval.invitations import append_json, read_json_lines
from etl.approval.invited import INVITED, check_reach, is_same_name
from etl.approval.merging import settle_twins
from etl.inbox import ID_LENGTH, Encoded, InboxBatch, commit, encode_tables, read_batches, stage
from etl.replay import sync
from etl.results import LoadResult, describe_load
from etl.screening import mask_words
from etl.types import Mapped, Sheet
from soundings.disk import make_directory, remove_folder, rename, sync_directory
from soundings.home import Home
from soundings.model import BadFile, BrokenStore, SoundingsError
from soundings.store import LOCK_SECONDS, open_writer

FOLDER = "waiting"
WAITING, ASKED, DECLINED, APPROVED = "waiting", "asked back", "declined", "approved"
SENT, QUESTION, ANSWER, DECLINE = "sent", "question", "answer", "declined"
LONGEST_WORDS = 2_000


@dataclass(frozen=True)
class Remark:
    """One line of the talk about a batch: `what` is sent, question, answer or declined; `at` is ISO 8601 in UTC."""

    batch_id: str
    at: str
    who: str
    what: str
    words: str


@dataclass(frozen=True)
class Waiting:
    """A batch that an organisation sent. `state`: waiting, asked back, declined or approved; with `talk`, oldest first.

    `batch`: its folder and id, as of any batch; of an approved one the accepted batch, which may be undone.
    """

    batch: InboxBatch
    organisation: str
    invitation_id: str
    sent_at: str
    file_name: str
    state: str
    talk: tuple[Remark, ...] = ()

    @property
    def batch_id(self) -> str:
        return self.batch.batch_id

    @property
    def is_open(self) -> bool:
        """Whether a steward still has to decide."""
        return self.state in (WAITING, ASKED)


def send_or_load(
    home: Home,
    manifest: dict,
    files: dict[str, Encoded],
    mapped: Mapped,
    sheets: list[Sheet],
    *,
    invitation_id: str | None,
) -> LoadResult | Waiting:
    """What was sent, waiting for approval, where it came with an invitation; else the load, accepted: staff's confirm is approval."""
    if invitation_id is not None:
        return submit_waiting(home, manifest, files, mapped, invitation_id=invitation_id)
    return describe_load(home, manifest, mapped, accept_batch(home, manifest, files, mapped), sheets=sheets)


def submit_waiting(
    home: Home,
    manifest: dict,
    files: dict[str, Encoded],
    mapped: Mapped,
    *,
    invitation_id: str,
    timeout: float = LOCK_SECONDS,
) -> Waiting:
    """The batch, acknowledged and waiting. Sent again it is the same one, whatever has become of it meanwhile.

    Raises BadFile where it reaches beyond the organisation's own records or has nothing to take in, Busy, BrokenStore.
    """
    organisation, batch_id = manifest["options"][INVITED], manifest["batch_sha256"][:ID_LENGTH]
    if not mapped.rows_accepted:
        raise BadFile(
            "There is no row here that can be taken in, so nothing was sent. Put the rows right and send it again."
        )
    with open_writer(home, timeout=timeout):
        same = find_sent(home, batch_id)
        if same is not None:
            return same
        check_reach(home, manifest, mapped)
        staged, listed = stage(home, batch_id, files)
        make_directory(home.inbox / FOLDER)
        told = {"organisation": organisation, "invitation_id": invitation_id, "sent_at": say_now()}
        add_remark(home, batch_id, SENT, "", organisation)
        commit(home, staged, {**manifest, "waiting": told, "files": listed}, waiting_path(home, batch_id))
    return need_sent(home, batch_id)


def approve(
    home: Home,
    batch_id: str,
    *,
    who: str | None = None,
    left_out: tuple[str, ...] = (),
    merged: Mapping[str, str] | None = None,
    timeout: float = LOCK_SECONDS,
) -> Accepted:
    """The batch, accepted and in the current generation; without the activities `left_out` (their ids). Raises SoundingsError.

    `merged`: activity → the one here that its meetings and figures are added to instead.

    Killed at any moment it waits still, or is approved and comes into the store with the next command that writes; approved
    again, what was cut short is finished, and nothing else.
    """
    sent = need_sent(home, batch_id)
    if sent.state == APPROVED:
        return finish(home, sent, timeout)
    need_open(home, batch_id)
    manifest, tables, mapped = settle_twins(
        home, sent.batch.read_manifest(), sent.batch.read_tables(), left_out=left_out, merged=merged
    )
    if not mapped.rows_accepted:
        raise BadFile("Nothing of it is left to take in. Decline it instead, and say why.")
    check_reach(home, manifest, mapped)
    manifest = {**manifest, "accepted_at": say_now(), "approved_by": who or say_who()}
    accepted = accept_batch(home, manifest, encode_tables(tables), mapped, timeout=timeout)
    clear_waiting(home, batch_id)
    return accepted


def finish(home: Home, sent: Waiting, timeout: float) -> Accepted:
    """An approved batch, with whatever a death between the inbox and the store left undone."""
    with open_writer(home, timeout=timeout) as writer:
        synced = sync(writer)
    clear_waiting(home, sent.batch_id)
    return Accepted(sent.batch, False, [], synced)


def ask_back(home: Home, batch_id: str, words: str, *, who: str | None = None) -> Waiting:
    """The batch with a steward's question, which its organisation sees. Raises SoundingsError where it is decided already."""
    return remark(home, batch_id, QUESTION, words, who or say_who())


def answer(home: Home, batch_id: str, words: str, *, organisation: str) -> Waiting:
    """The batch with its organisation's answer. Raises SoundingsError where it is another's, or decided already."""
    if not is_same_name(organisation, need_sent(home, batch_id).organisation):
        raise SoundingsError(f"No batch {batch_id} of yours waits here.")
    return remark(home, batch_id, ANSWER, words, organisation)


def decline(home: Home, batch_id: str, reason: str, *, who: str | None = None) -> Waiting:
    """The batch, kept out with a reason that its organisation sees. Raises SoundingsError where it is decided already."""
    return remark(home, batch_id, DECLINE, reason, who or say_who())


def remark(home: Home, batch_id: str, what: str, words: str, who: str) -> Waiting:
    """The batch with one more line of talk; e-mail addresses and phone numbers in it are taken out before it is kept."""
    said, _ = mask_words(words.strip())
    if not said or len(said) > LONGEST_WORDS:
        raise SoundingsError(f"Write what is to be said, in at most {LONGEST_WORDS:,} characters. Nothing was changed.")
    with open_writer(home):
        need_open(home, batch_id)
        add_remark(home, batch_id, what, said, who)
    return need_sent(home, batch_id)


def list_sent(home: Home, organisation: str | None = None) -> list[Waiting]:
    """Everything that was sent by invitation and what became of it, newest first; of one organisation where it is named."""
    talk = read_talk(home)
    accepted = {batch.batch_id: batch for batch in read_batches(home)}
    found = []
    for batch_id in dict.fromkeys(one.batch_id for one in talk):
        batch = accepted.get(batch_id) or find_waiting(home, batch_id)
        manifest = batch and read_told(batch)
        if manifest is None or INVITED not in manifest["options"]:
            continue
        if organisation is None or is_same_name(organisation, manifest["options"][INVITED]):
            found.append(describe(batch, manifest, tuple(one for one in talk if one.batch_id == batch_id)))
    return sorted(found, key=lambda one: (one.sent_at, one.batch_id), reverse=True)


def describe(batch: InboxBatch, manifest: dict, talk: tuple[Remark, ...]) -> Waiting:
    """One batch with its state: what was said last, unless it is accepted."""
    said = [one for one in talk if one.what != SENT]
    state = {QUESTION: ASKED, DECLINE: DECLINED}.get(said[-1].what, WAITING) if said else WAITING
    told = manifest["waiting"]
    return Waiting(
        batch,
        told["organisation"],
        told["invitation_id"],
        told["sent_at"],
        manifest["file_name"],
        APPROVED if batch.sequence else state,
        tuple(said),
    )


def read_told(batch: InboxBatch) -> dict | None:
    """The manifest; None where the batch was approved while it was looked for and has its folder elsewhere."""
    try:
        return batch.read_manifest()
    except BrokenStore:
        if batch.path.exists():
            raise
        return None


def find_sent(home: Home, batch_id: str) -> Waiting | None:
    """What was sent under this id, whatever became of it; None where nothing was."""
    return next((one for one in list_sent(home) if one.batch_id == batch_id), None)


def need_sent(home: Home, batch_id: str) -> Waiting:
    found = find_sent(home, batch_id)
    if found is None:
        raise SoundingsError(f"No batch {batch_id} was sent by invitation. Nothing was changed.")
    return found


def need_open(home: Home, batch_id: str) -> Waiting:
    """A batch that a steward has still to decide on. Raises SoundingsError where it is decided."""
    sent = need_sent(home, batch_id)
    if not sent.is_open:
        raise SoundingsError(f"Batch {batch_id} of {sent.organisation} is {sent.state} already. Nothing was changed.")
    return sent


def waiting_path(home: Home, batch_id: str) -> Path:
    return home.inbox / FOLDER / batch_id


def find_waiting(home: Home, batch_id: str) -> InboxBatch | None:
    """The batch in its waiting folder; it has no place in the order of acceptance yet, so its sequence is 0."""
    path = waiting_path(home, batch_id)
    return InboxBatch(0, batch_id, path, WAITING) if path.is_dir() else None


def clear_waiting(home: Home, batch_id: str) -> None:
    """Removes the folder of a batch that is accepted."""
    path = waiting_path(home, batch_id)
    if find_batch(home, batch_id) is not None and path.is_dir():
        aside = path.with_name(f".gone-{batch_id}")
        remove_folder(aside, ignore_errors=True)
        rename(path, aside)
        remove_folder(aside, ignore_errors=True)
        sync_directory(path.parent)


def log_path(home: Home) -> Path:
    return home.inbox / FOLDER / "log.jsonl"


def add_remark(home: Home, batch_id: str, what: str, words: str, who: str) -> None:
    """The line is on the disk. The caller holds the writer's lock."""
    append_json(log_path(home), {"batch_id": batch_id, "at": say_now(), "who": who, "what": what, "words": words})


def read_talk(home: Home) -> list[Remark]:
    """Every line about what was sent, oldest first. Raises BrokenStore where one is not whole."""
    try:
        return [Remark(**line) for line in read_json_lines(log_path(home))]
    except TypeError as error:
        raise BrokenStore(f"A line of {log_path(home)} is not whole. Put the file back from a backup.") from error
