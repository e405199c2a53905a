"""Invitations: a signed link that lets one organisation add its own records, until a day, or until it is taken back.

    invitations.key               what the links are signed with: made once, for this home alone, read by its owner alone
    inbox/invitations.jsonl       one line for each invitation made and each one revoked; never a link

A link is only as good as its line: without one that was issued, with one that was revoked or whose time is over, it opens nothing.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout
from itsdangerous import BadData, URLSafeTimedSerializer

from etl.accepting import say_who
from soundings.disk import append_lines, make_directory, remove_file, rename, step, sync_file
from soundings.home import Home
from soundings.model import BrokenStore, Busy, SoundingsError

SALT = "soundings invitation"
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # none that are taken for one another
ID_LENGTH, KEY_BYTES = 8, 32
MOST_DAYS, LONGEST_NAME, LONGEST_TOKEN = 366, 120, 600
LOCK_SECONDS = 10.0
ISSUED, REVOKED_LINE = "issued", "revoked"
# What an invitation is good for.
LIVE, EXPIRED, REVOKED, UNKNOWN = "live", "expired", "revoked", "unknown"


@dataclass(frozen=True)
class Invitation:
    """One organisation's invitation. Times are ISO 8601 in UTC; `state` is live, expired or revoked."""

    invitation_id: str
    organisation: str
    issued_at: str
    expires_at: str
    issued_by: str
    state: str = LIVE


def invite(home: Home, organisation: str, days: int = 30, *, who: str | None = None) -> tuple[Invitation, str]:
    """A new invitation and its token: here and nowhere else. Raises SoundingsError where it cannot be made."""
    name = " ".join(organisation.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise SoundingsError(f"Give the organisation's name, in at most {LONGEST_NAME} characters.")
    if not 1 <= days <= MOST_DAYS:
        raise SoundingsError(f"An invitation can last from 1 to {MOST_DAYS} days, not {days}.")
    with hold_invitations(home):
        taken = {one.invitation_id for one in list_invitations(home)}
        invitation_id = next(made for made in iter(make_id, None) if made not in taken)
        now = read_clock()
        invitation = Invitation(
            invitation_id, name, say_time(now), say_time(now + timedelta(days=days)), who or say_who()
        )
        told = {
            "what": ISSUED,
            "id": invitation_id,
            "organisation": name,
            "at": invitation.issued_at,
            "expires": invitation.expires_at,
            "who": invitation.issued_by,
        }
        token = open_signer(home).dumps([invitation_id, name])
        append_json(ledger_path(home), told)
    return invitation, token


def revoke(home: Home, invitation_id: str, *, who: str | None = None) -> Invitation:
    """The invitation, which opens nothing from now on. What was sent with it stays. Raises SoundingsError where there is none."""
    with hold_invitations(home):
        found = find_invitation(home, invitation_id.strip().lower())
        if found is None:
            raise SoundingsError(
                f"There is no invitation {invitation_id}. `soundings invite --list` lists those there are."
            )
        if found.state != REVOKED:
            line = {
                "what": REVOKED_LINE,
                "id": found.invitation_id,
                "at": say_time(read_clock()),
                "who": who or say_who(),
            }
            append_json(ledger_path(home), line)
    return find_invitation(home, found.invitation_id)


def read_invitation(home: Home, token: str) -> tuple[str, Invitation | None]:
    """(live, expired, revoked or unknown; the invitation, where it was signed here). Anybody's text may come here."""
    path = key_path(home)
    if len(token) > LONGEST_TOKEN or not token.isascii() or not path.exists():
        return UNKNOWN, None
    try:
        told = open_signer(home).loads(token, max_age=MOST_DAYS * 86_400)
    except BadData:
        return UNKNOWN, None
    found = find_invitation(home, told[0]) if isinstance(told, list) and len(told) == 2 else None
    if found is None or found.organisation != told[1]:
        return UNKNOWN, None
    return found.state, found


def find_invitation(home: Home, invitation_id: str) -> Invitation | None:
    return next((one for one in list_invitations(home) if one.invitation_id == invitation_id), None)


def list_invitations(home: Home) -> list[Invitation]:
    """Every invitation ever made, the newest last, each live, expired or revoked."""
    lines = read_lines(home)
    revoked = {line["id"] for line in lines if line["what"] == REVOKED_LINE}
    now = say_time(read_clock())
    return [
        Invitation(
            line["id"],
            line["organisation"],
            line["at"],
            line["expires"],
            line["who"],
            REVOKED if line["id"] in revoked else EXPIRED if line["expires"] <= now else LIVE,
        )
        for line in lines
        if line["what"] == ISSUED
    ]


def read_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def say_time(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def make_id() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(ID_LENGTH))


def key_path(home: Home) -> Path:
    return home.root / "invitations.key"


def ledger_path(home: Home) -> Path:
    return home.inbox / "invitations.jsonl"


def open_signer(home: Home) -> URLSafeTimedSerializer:
    """What signs and checks links with this home's key. Raises BrokenStore where the key is not what was made."""
    path = key_path(home)
    try:
        key = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        key = make_key(path)
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenStore(f"{path} cannot be read ({type(error).__name__}). Put it back from a backup.") from error
    if len(key) < KEY_BYTES:
        raise BrokenStore(
            f"{path} is not a whole key. Put it back from a backup; or remove it, and invite every organisation again."
        )
    return URLSafeTimedSerializer(key, salt=SALT)


def make_key(path: Path) -> str:
    """A new key, on the disk wholly before it has its name. The caller holds the invitations."""
    key, beside = secrets.token_urlsafe(KEY_BYTES), path.with_suffix(".new")
    remove_file(beside)
    with step("write", beside):
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, key.encode() + b"\n")
        finally:
            os.close(handle)
    sync_file(beside)
    rename(beside, path)
    return key


def read_lines(home: Home) -> list[dict]:
    """The ledger's lines, oldest first. Raises BrokenStore where one cannot be read."""
    path, lines = ledger_path(home), read_json_lines(ledger_path(home))
    for number, line in enumerate(lines, start=1):
        needed = ("id", "organisation", "at", "expires", "who") if line.get("what") == ISSUED else ("id", "at", "who")
        if not all(isinstance(line.get(name), str) for name in needed):
            raise BrokenStore(
                f"Line {number} of {path} is not whole. It says which invitations hold: put the file back from a backup."
            )
    return lines


def read_json_lines(path: Path) -> list[dict]:
    """The objects of a file of JSON lines; a last line torn by a crash was never acknowledged. Raises BrokenStore."""
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        return []
    lines = []
    for number, text in enumerate(written[: written.rfind(b"\n") + 1].splitlines(), start=1):
        try:
            line = json.loads(text)
        except ValueError as error:
            raise BrokenStore(
                f"Line {number} of {path} cannot be read ({error}). Put the file back from a backup."
            ) from error
        if not isinstance(line, dict):
            raise BrokenStore(
                f"Line {number} of {path} is not what was written there. Put the file back from a backup."
            )
        lines.append(line)
    return lines


def append_json(path: Path, line: dict) -> None:
    """One line more at the end of a file of JSON lines, on the disk; a torn last line makes way. One writer at a time."""
    append_lines(path, [json.dumps(line, ensure_ascii=False).encode() + b"\n"])


@contextmanager
def hold_invitations(home: Home) -> Iterator[None]:
    """Nobody else makes or revokes an invitation meanwhile. Raises Busy."""
    make_directory(home.root)
    make_directory(home.inbox)
    lock = FileLock(home.inbox / ".invitations.lock", timeout=LOCK_SECONDS, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise Busy("Another process is making an invitation. Nothing was changed; please try again.") from error
    try:
        yield
    finally:
        lock.release()
