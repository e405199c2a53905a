"""Drafts of the form: answers kept on this machine under a private link until they are sent. A draft never enters the store.

drafts/Q2hlY2tlZF9ieV9oYW5k.json   what was typed so far; the file's name is the secret in its link
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from etl.accepting import say_now
from soundings.disk import make_directory, replace_file, sync_directory
from soundings.home import Home
from soundings.model import SoundingsError

ID = re.compile(r"[A-Za-z0-9_-]{22}")
ID_BYTES = 16
LARGEST = 200_000


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


def make_draft_id() -> str:
    """A new id that nobody can guess: 128 random bits."""
    return secrets.token_urlsafe(ID_BYTES)


def draft_path(home: Home, draft_id: str) -> Path | None:
    """Where a draft is kept; None for what cannot be a draft's id."""
    return home.drafts / f"{draft_id}.json" if ID.fullmatch(draft_id) else None


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
        make_directory(home.root)
        make_directory(home.drafts)
        home.drafts.chmod(0o700)
        replace_file(path, text)
    except OSError as error:
        raise SoundingsError(
            f"Your last answer could not be saved ({error.strerror}). What you typed is still on this page: keep it open, and "
            "tell whoever looks after this machine."
        ) from error
    return Draft(draft.draft_id, saved["answers"], saved["about"], saved["changed_at"])


def read_draft(home: Home, draft_id: str) -> Draft | None:
    """The draft with this id; None where there is none (it was sent, or the link is cut short)."""
    path = draft_path(home, draft_id)
    if path is None:
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
    if path is not None and path.exists():
        path.unlink()
        sync_directory(path.parent)
