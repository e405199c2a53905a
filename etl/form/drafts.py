"""Drafts of the form: answers kept on this machine under a private link until they are sent. A draft never enters the store.

drafts/Q2hlY2tlZF9ieV9oYW5k.json   what was typed so far; the file's name is the secret in its link
       Q2hlY2tlZF9ieV9oYW5k.sent   in its place once it is sent: the number of its receipt, and nothing of what was typed

A draft may be open in several windows. Each writes what was changed in it alone, on top of what the others wrote.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from etl.accepting import say_now
from soundings.disk import make_directory, remove_file, replace_file, sync_directory
from soundings.home import Home
from soundings.model import Busy, SoundingsError

ID = re.compile(r"[A-Za-z0-9_-]{22}")
ID_BYTES = 16
LARGEST = 200_000
LOCK_SECONDS = 30


@dataclass(frozen=True)
class Draft:
    """What was typed so far. `about`: the recorded activity that it changes, or adds a meeting to; empty for a new one.

    `changed_at` is ISO 8601 in UTC; empty where the draft was never saved.
    """

    draft_id: str
    answers: Mapping[str, str]
    about: Mapping[str, str] = field(default_factory=dict)
    changed_at: str = ""

    @property
    def title(self) -> str:
        return self.answers.get("title", "").strip() or "Without a title yet"


class DraftGone(SoundingsError):
    """A draft that was sent or deleted in another window; it is not written again."""


@dataclass(frozen=True)
class Sent:
    """That a draft was sent. `scope`: the organisation whose it was, empty for staff's."""

    batch_id: str
    scope: str


@dataclass(frozen=True)
class Joined:
    """A draft with what two windows changed. `overwritten`: what the other had, by answer, where both changed one and this
    window's was kept.
    """

    draft: Draft
    overwritten: Mapping[str, str] = field(default_factory=dict)


def make_draft_id() -> str:
    """A new id that nobody can guess: 128 random bits."""
    return secrets.token_urlsafe(ID_BYTES)


def draft_path(home: Home, draft_id: str) -> Path | None:
    """Where a draft is kept; None for what cannot be a draft's id."""
    return home.drafts / f"{draft_id}.json" if ID.fullmatch(draft_id) else None


def sent_path(home: Home, draft_id: str) -> Path | None:
    """Where it is kept that a draft was sent; None for what cannot be a draft's id."""
    return home.drafts / f"{draft_id}.sent" if ID.fullmatch(draft_id) else None


@contextmanager
def hold_alone(home: Home, draft_id: str) -> Iterator[None]:
    """No other window saves or sends this draft meanwhile. Raises Busy."""
    lock = FileLock(lock_path(home, draft_id), timeout=LOCK_SECONDS, mode=0o600)
    try:
        make_drafts(home)
        lock.acquire()
    except Timeout as error:
        raise Busy(
            "Another window is sending this draft just now. What you typed is still on this page; please try again in a moment."
        ) from error
    except OSError as error:
        raise say_unsaved(error) from error
    try:
        yield
    finally:
        lock.release()


def lock_path(home: Home, draft_id: str) -> Path:
    return home.drafts / f".{draft_id}.lock"


def make_drafts(home: Home) -> None:
    """The drafts' folder is there, for this account alone."""
    make_directory(home.root)
    make_directory(home.drafts)
    home.drafts.chmod(0o700)


def save_changes(home: Home, seen: Draft, answers: Mapping[str, str]) -> Joined:
    """The draft on the disk with what was changed since `seen`, on top of what other windows wrote meanwhile.

    The caller holds the draft alone. Raises DraftGone where it was sent or deleted meanwhile, SoundingsError as `save_draft`.
    """
    there = read_draft(home, seen.draft_id)
    if there is None and seen.changed_at:
        raise DraftGone("This draft was sent or deleted in another window.")
    joined = join_changes(seen, there or seen, answers)
    return replace(joined, draft=save_draft(home, joined.draft))


def join_changes(seen: Draft, there: Draft, answers: Mapping[str, str]) -> Joined:
    """What was typed here since `seen` on top of what is `there`; answer by answer, so that neither window undoes the other."""
    before, other = seen.answers, there.answers
    mine = {name for name in {*before, *answers} if before.get(name, "") != answers.get(name, "")}
    theirs = {name for name in {*before, *other} if before.get(name, "") != other.get(name, "")}
    whole = {**other, **{name: answers.get(name, "") for name in mine}}
    both = {name for name in mine & theirs if other.get(name, "") != answers.get(name, "")}
    draft = replace(there, answers={name: value for name, value in whole.items() if value})
    return Joined(draft, {name: other.get(name, "") for name in sorted(both)})


def mark_sent(home: Home, draft: Draft, batch_id: str) -> None:
    """The draft is gone, and its link says that it was sent. The caller holds the draft alone."""
    told = {"batch_id": batch_id, "scope": draft.about.get("for", "")}
    replace_file(sent_path(home, draft.draft_id), json.dumps(told, ensure_ascii=False) + "\n")
    delete_draft(home, draft.draft_id)


def read_sent(home: Home, draft_id: str) -> Sent | None:
    """That a draft was sent; None where nothing is known of that."""
    path = sent_path(home, draft_id)
    try:
        return Sent(**json.loads(path.read_text(encoding="utf-8"))) if path else None
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, OSError) as error:
        raise SoundingsError(
            f"This draft was sent; the file {path.name} that says so cannot be read ({error})."
        ) from error


def save_draft(home: Home, draft: Draft) -> Draft:
    """The draft as it now is on the disk. Raises SoundingsError where it cannot be kept."""
    path = draft_path(home, draft.draft_id)
    saved = {"answers": dict(draft.answers), "about": dict(draft.about), "changed_at": say_now()}
    text = json.dumps(saved, ensure_ascii=False, indent=1) + "\n"
    if path is None or len(text) > LARGEST:
        raise SoundingsError(
            f"This draft is longer than {LARGEST:,} characters. Shorten its longest answer; the rest is kept."
        )
    try:
        make_drafts(home)
        replace_file(path, text)
    except OSError as error:
        raise say_unsaved(error) from error
    return Draft(draft.draft_id, saved["answers"], saved["about"], saved["changed_at"])


def say_unsaved(error: OSError) -> SoundingsError:
    return SoundingsError(
        f"Your last answer could not be saved ({error.strerror}). What you typed is still on this page: keep it open, and "
        "tell whoever looks after this machine."
    )


def read_draft(home: Home, draft_id: str) -> Draft | None:
    """The draft with this id; None where there is none (it was sent, or the link is cut short)."""
    path = draft_path(home, draft_id)
    if path is None or sent_path(home, draft_id).exists():
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Draft(draft_id, told["answers"], told["about"], told["changed_at"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, OSError) as error:
        raise SoundingsError(
            f"This draft cannot be read ({error}). Start a new one; the file {path.name} in the drafts folder is left as it is."
        ) from error


def list_drafts(home: Home) -> list[Draft]:
    """Every draft that can be read, the one changed last first."""
    found = []
    for path in home.drafts.glob("*.json") if home.drafts.is_dir() else ():
        try:
            draft = read_draft(home, path.stem)
        except SoundingsError:
            continue
        if draft is not None:
            found.append(draft)
    return sorted(found, key=lambda draft: (draft.changed_at, draft.draft_id), reverse=True)


def delete_draft(home: Home, draft_id: str) -> None:
    """The draft is gone, from the disk too."""
    path = draft_path(home, draft_id)
    if path is not None:
        remove_file(lock_path(home, draft_id))
    if path is not None and path.exists():
        remove_file(path)
        sync_directory(path.parent)
