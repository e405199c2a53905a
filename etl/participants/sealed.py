"""The sealed folder: what single people answered, kept so that no answer can be tied to a person, a code or a moment.

    inbox/sealed/k3p9wq/current                  the name of the folder in force
                       /5f0c…/ratings.json       one list for each person who answered, sorted
                             /words.json         what was written in the open box, sorted
                             /used.json          sha256 of the codes that were used, sorted
                             /about.json         how many were invited

Every answer writes all of them anew into a folder of a random name, and then one small file that names it: so an answer and
its code are taken together or not at all, whenever the process dies. Lists are sorted, names are random and times of change
are set to the first of the asking's month: neither content nor names nor times say who came when, or which words belong to
which ratings. No page and no command prints what is here.
"""

from __future__ import annotations

import calendar
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from soundings.disk import make_directory, remove_folder, rename, step, sync_directory, sync_file
from soundings.home import Home
from soundings.model import BrokenStore, Busy

FOLDER = "sealed"
POINTER = "current"
LOCK_SECONDS = 20.0
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


@dataclass(frozen=True)
class Sealed:
    """Everything that one asking's people gave. `ratings` and `words` are sorted apart: nothing ties one to another."""

    invited_count: int | None
    ratings: tuple[tuple[tuple[str, str], ...], ...] = ()
    words: tuple[str, ...] = ()
    used: tuple[str, ...] = ()

    def answers(self) -> tuple[dict[str, str], ...]:
        """One mapping (question → answer) for each person who answered."""
        return tuple(dict(one) for one in self.ratings)


def with_answer(sealed: Sealed, answers: Mapping[str, str], words: str, code_hash: str | None) -> Sealed:
    """What is sealed once one more person answered; `code_hash` is their code's, None where everyone shares one."""
    return replace(
        sealed,
        ratings=tuple(sorted((*sealed.ratings, tuple(sorted(answers.items()))))),
        words=tuple(sorted((*sealed.words, words))) if words else sealed.words,
        used=tuple(sorted({*sealed.used, code_hash})) if code_hash else sealed.used,
    )


@contextmanager
def hold_answers(home: Home, *, timeout: float = LOCK_SECONDS) -> Iterator[None]:
    """Nobody else reads or writes sealed answers meanwhile. Raises Busy where that does not come about in time."""
    make_private(home.inbox / FOLDER)
    path = home.inbox / FOLDER / ".lock"
    lock = FileLock(path, timeout=timeout, mode=PRIVATE_FILE)
    try:
        lock.acquire()
    except Timeout as error:
        raise Busy(
            f"Answers have been held by another process for {timeout:.0f} seconds. Nothing was saved; please try again."
        ) from error
    try:
        yield
    finally:
        for one in (path, path.parent):
            os.utime(one, (0, 0))  # it would say when somebody last came
        lock.release()


def folder_of(home: Home, wave_id: str) -> Path:
    return home.inbox / FOLDER / wave_id


def read_sealed(home: Home, wave_id: str) -> Sealed:
    """What is sealed of an asking. The caller holds the answers. Raises BrokenStore where it cannot be read, and never says what."""
    folder = folder_of(home, wave_id)
    try:
        inside = folder / (folder / POINTER).read_text(encoding="utf-8").strip()
        ratings, words, used, about = (
            json.loads((inside / f"{name}.json").read_text(encoding="utf-8"))
            for name in ("ratings", "words", "used", "about")
        )
        return Sealed(
            about["invited"], tuple(tuple((q, a) for q, a in one) for one in ratings), tuple(words), tuple(used)
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenStore(
            f"What was answered in asking {wave_id} cannot be read ({type(error).__name__}). Nothing was changed. Put the folder "
            f"inbox/{FOLDER}/{wave_id} back from a backup."
        ) from error


def write_sealed(home: Home, wave_id: str, sealed: Sealed, month: str) -> None:
    """The asking's answers are on the disk, all of them or none. The caller holds the answers."""
    folder, moment = folder_of(home, wave_id), first_second_of(month)
    make_private(folder)
    clear_left(folder)
    name = secrets.token_hex(8)
    inside = folder / name
    with step("make folder", inside):
        inside.mkdir(mode=PRIVATE_FOLDER)
    told = {
        "ratings": sealed.ratings,
        "words": sealed.words,
        "used": sealed.used,
        "about": {"invited": sealed.invited_count},
    }
    for part, content in told.items():
        write_private(inside / f"{part}.json", json.dumps(content, ensure_ascii=False), moment)
    os.utime(inside, (moment, moment))
    sync_directory(inside)
    sync_directory(folder)
    write_private(folder / f"{POINTER}.new", name + "\n", moment)
    rename(folder / f"{POINTER}.new", folder / POINTER)
    clear_left(folder)
    os.utime(folder, (moment, moment))


def write_private(path: Path, text: str, moment: float) -> None:
    """The text is on the disk, for the owner's eyes, with its time of change set to `moment`."""
    with step("write", path):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.utime(path, (moment, moment))
    sync_file(path)


def clear_left(folder: Path) -> None:
    """Removes every folder that is not in force: what an answer before left, or one that was cut short."""
    try:
        kept = (folder / POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        kept = ""
    for path in folder.iterdir():
        if path.is_dir() and path.name != kept:
            remove_folder(path)


def make_private(folder: Path) -> None:
    """The folder exists afterwards, and only its owner may open it."""
    make_directory(folder.parent)
    if not folder.is_dir():
        with step("make folder", folder):
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        sync_directory(folder.parent)
    if folder.stat().st_mode & 0o077:
        os.chmod(folder, PRIVATE_FOLDER)


def first_second_of(month: str) -> float:
    """The first second of a month (YYYY-MM) in UTC, as files' times of change are."""
    year, number = (int(part) for part in month.split("-"))
    return float(calendar.timegm((year, number, 1, 0, 0, 0)))
