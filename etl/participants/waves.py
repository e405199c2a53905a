"""Asking the people who took part: opening an asking, taking answers by code, closing it, pooling small groups.

    inbox/waves/k3p9wq.json     of which activity, since which month, who reads the box, and sha256 of the codes (never a code)

Single answers are sealed (`etl/participants/sealed.py`); on closing, only what `soundings/publication.py` permits becomes a batch.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from etl.accepting import find_batch, say_who
from etl.inbox import ID_LENGTH
from etl.participants.feedback import WAVE, find_activity, identify, is_demo_activity, publish_wave, read_decided
from etl.participants.sealed import (
    Sealed,
    first_second_of,
    hold_answers,
    make_private,
    read_sealed,
    with_answer,
    write_private,
)
from etl.participants.sealed import write_sealed as write_answers
from etl.replay import sync
from soundings.disk import rename
from soundings.home import Home
from soundings.model import BrokenStore, Busy, SoundingsError
from soundings.participants import check_answers, read_texts
from soundings.publication import Asking, Published, decide, decide_pool
from soundings.store import LOCK_SECONDS, open_writer

FOLDER = "waves"
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # none that are taken for one another
WAVE_LENGTH, SECRET_LENGTH = 6, 16  # 80 bits that nobody guesses
CODE = re.compile(rf"([{LETTERS}]{{{WAVE_LENGTH}}})-[{LETTERS}]{{{SECRET_LENGTH}}}")
MOST_PEOPLE = 5_000
LONGEST_WORDS = 2_000
OPEN, CLOSED = "open", "closed"
# What a code is good for.
READY, USED, OVER, UNKNOWN = "ready", "used", "over", "unknown"


@dataclass(frozen=True)
class Wave:
    """One asking of one activity's people, as `inbox/waves/` keeps it; once closed it has no codes any more.

    `statement_batch`: the batch that the group's statement is to be; where it is in the inbox, the group's code is used.
    """

    wave_id: str
    activity_id: str
    title: str
    month: str
    is_one_each: bool
    is_demo: bool
    reader: str
    call: str
    state: str = OPEN
    code_hashes: tuple[str, ...] = ()
    statement_hash: str | None = None
    statement_batch: str | None = None


@dataclass(frozen=True)
class Opened:
    """A wave just opened, with its codes: here and nowhere else, in an order that means nothing."""

    wave: Wave
    codes: tuple[str, ...]
    statement_code: str | None


@dataclass(frozen=True)
class Code:
    """What a code opens, and whether it still does. `wave` is None where it is unknown."""

    state: str
    wave: Wave | None = None
    is_statement: bool = False


@dataclass(frozen=True)
class WaveLine:
    """One wave in a list: no number of people, whatever its state. `state`: open, closed, or what was decided on closing."""

    wave_id: str
    activity_id: str
    title: str
    month: str
    is_one_each: bool
    state: str


def open_wave(
    home: Home,
    activity: str,
    *,
    people: int | None,
    reader: str,
    call: str,
    today: date,
    is_shared: bool = False,
    has_statement: bool = False,
) -> Opened:
    """A new asking of an activity's people (its id or title), ready for answers, with the codes to hand out.

    `people`: how many are invited, and so how many codes there are; with `is_shared` one code is everyone's and `people` may be
    None. `reader` reads the open box, `call` is the number for when someone is at risk. Raises SoundingsError.
    """
    check_opening(people, reader, call, is_shared)
    activity_id, title = find_activity(home, activity)
    with hold_answers(home):
        wave_id = make_wave_id(home)
        codes = tuple(make_code(wave_id) for _ in range(1 if is_shared else people))
        statement_code = make_code(wave_id) if has_statement else None
        wave = Wave(
            wave_id=wave_id,
            activity_id=activity_id,
            title=title,
            month=f"{today:%Y-%m}",
            is_one_each=not is_shared,
            is_demo=is_demo_activity(home, activity_id),
            reader=reader.strip(),
            call=call.strip(),
            code_hashes=tuple(sorted(map(hash_code, codes))),
            statement_hash=hash_code(statement_code) if statement_code else None,
        )
        write_answers(home, wave_id, Sealed(people), wave.month)
        write_wave(home, wave)
    return Opened(wave, codes, statement_code)


def check_opening(people: int | None, reader: str, call: str, is_shared: bool) -> None:
    """Raises SoundingsError where something is missing without which people cannot be asked."""
    if not is_shared and people is None:
        raise SoundingsError(
            "Say how many people are invited: each gets a code of their own. Or choose one shared code."
        )
    if people is not None and not 1 <= people <= MOST_PEOPLE:
        raise SoundingsError(f"{people:,} people cannot be invited at once. Give a number from 1 to {MOST_PEOPLE:,}.")
    if not reader.strip():
        raise SoundingsError(
            "Say who reads what people write in the box: a role outside this project, such as “the advocacy lead at …”."
        )
    if not call.strip():
        raise SoundingsError("Give the number to call if someone is at risk: it stands above the box.")


def make_wave_id(home: Home) -> str:
    """An id that no wave here has had."""
    while True:
        wave_id = "".join(secrets.choice(LETTERS) for _ in range(WAVE_LENGTH))
        if not wave_path(home, wave_id).exists():
            return wave_id


def make_code(wave_id: str) -> str:
    return f"{wave_id}-{''.join(secrets.choice(LETTERS) for _ in range(SECRET_LENGTH))}"


def hash_code(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def wave_path(home: Home, wave_id: str) -> Path:
    return home.inbox / FOLDER / f"{wave_id}.json"


def write_wave(home: Home, wave: Wave) -> None:
    """The wave is on the disk, wholly or not at all. The caller holds the answers."""
    path = wave_path(home, wave.wave_id)
    make_private(path.parent)
    beside = path.with_suffix(".new")
    write_private(beside, json.dumps(asdict(wave), ensure_ascii=False, indent=1) + "\n", first_second_of(wave.month))
    rename(beside, path)


def read_wave(home: Home, wave_id: str) -> Wave:
    """One wave. Raises SoundingsError where there is none of this id, BrokenStore where it cannot be read."""
    path = wave_path(home, wave_id)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Wave(**{**told, "code_hashes": tuple(told["code_hashes"])})
    except FileNotFoundError:
        raise SoundingsError(f"There is no asking {wave_id}. `soundings wave list` lists those there are.") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BrokenStore(
            f"{path} cannot be read ({type(error).__name__}). Nothing was changed. Put it back from a backup."
        ) from error


def list_waves(home: Home) -> list[WaveLine]:
    """Every wave, the newest month first, then by activity."""
    folder = home.inbox / FOLDER
    ids = sorted(path.stem for path in folder.glob("*.json")) if folder.is_dir() else []
    decided = {one.wave_id: one.state for one in read_decided(home)}
    lines = [
        WaveLine(w.wave_id, w.activity_id, w.title, w.month, w.is_one_each, decided.get(w.wave_id, w.state))
        for w in (read_wave(home, wave_id) for wave_id in ids)
    ]
    return sorted(sorted(lines, key=lambda line: (line.title, line.wave_id)), key=lambda line: line.month, reverse=True)


def read_code(home: Home, said: str) -> Code:
    """What a code opens. Anybody's text may come here; the answer says nothing of other codes."""
    code = said.strip().lower()
    told = CODE.fullmatch(code)
    if not told or not wave_path(home, told[1]).exists():
        return Code(UNKNOWN)
    with hold_answers(home):
        return judge_code(home, read_wave(home, told[1]), code)


def judge_code(home: Home, wave: Wave, code: str) -> Code:
    """What a code of this wave is good for now. The caller holds the answers."""
    hashed = hash_code(code)
    if hashed == wave.statement_hash:
        is_given = wave.statement_batch is not None and find_batch(home, wave.statement_batch) is not None
        return Code(USED if is_given else READY, wave, is_statement=True)
    if wave.state == CLOSED:
        return Code(OVER, wave)
    if hashed not in wave.code_hashes:
        return Code(UNKNOWN)
    if wave.is_one_each and hashed in read_sealed(home, wave.wave_id).used:
        return Code(USED, wave)
    return Code(READY, wave)


def take_answer(home: Home, said: str, answers: Mapping[str, str | None], words: str) -> str:
    """What became of one person's answers: `ready` where they are on the disk now; else used, over or unknown, and nothing is kept.

    The answer and its code are taken in one step: a code counts once, whatever dies and however many send it at once.
    """
    code = said.strip().lower()
    told = CODE.fullmatch(code)
    if not told or not wave_path(home, told[1]).exists():
        return UNKNOWN
    with hold_answers(home):
        wave = read_wave(home, told[1])
        judged = judge_code(home, wave, code)
        if judged.is_statement:
            return UNKNOWN
        if judged.state == READY:
            sealed = read_sealed(home, wave.wave_id)
            code_hash = hash_code(code) if wave.is_one_each else None
            kept = with_answer(sealed, check_answers(answers), words.strip()[:LONGEST_WORDS], code_hash)
            write_answers(home, wave.wave_id, kept, wave.month)
        return judged.state


@contextmanager
def hold_decisions(home: Home) -> Iterator[None]:
    """Nobody else closes or pools meanwhile: two at once would not see each other. Raises Busy."""
    make_private(home.inbox / FOLDER)
    lock = FileLock(home.inbox / FOLDER / ".lock", timeout=LOCK_SECONDS, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise Busy(
            "Another process is closing an asking. Nothing was changed; try again when it has finished."
        ) from error
    try:
        yield
    finally:
        lock.release()


def close_wave(home: Home, wave_id: str, who: str | None = None) -> Published:
    """What may be known of an asking from now on, in the store; it takes no more answers and its codes are forgotten.

    Closing that was cut short is finished by closing again. Raises SoundingsError where it was closed before.
    """
    with hold_decisions(home):
        wave = read_wave(home, wave_id)
        batch_id = identify(WAVE, wave_id)[:ID_LENGTH]
        if find_batch(home, batch_id):
            with open_writer(home) as writer:
                is_finished_now = batch_id in sync(writer).added
            if is_finished_now:
                return next(one for one in read_decided(home) if one.wave_id == wave_id)
            raise SoundingsError(
                f"Asking {wave_id} is closed already (batch {batch_id}). It cannot be opened again; open a new one to ask again."
            )
        asking = seal_off(home, wave_id)
        published = decide(asking, read_decided(home), list_questions())
        publish_wave(home, published, who or say_who(), is_demo=wave.is_demo)
        return published


def seal_off(home: Home, wave_id: str) -> Asking:
    """The asking's answers, after which none is taken any more."""
    with hold_answers(home):
        wave = read_wave(home, wave_id)
        if wave.state == OPEN:
            write_wave(home, replace(wave, state=CLOSED, code_hashes=()))
        return read_asking(home, wave)


def read_asking(home: Home, wave: Wave) -> Asking:
    """A wave's sealed answers, for the rules of publication alone. The caller holds the answers."""
    sealed = read_sealed(home, wave.wave_id)
    return Asking(wave.wave_id, wave.activity_id, wave.month, wave.is_one_each, sealed.invited_count, sealed.answers())


def pool_waves(home: Home, wave_ids: list[str], who: str | None = None) -> Published:
    """Several small groups' answers as one, in the store. Raises SoundingsError where they may not be published together.

    The refusal says nothing of how many answered.
    """
    with hold_decisions(home):
        waves = [read_wave(home, wave_id) for wave_id in wave_ids]
        decided = read_decided(home)
        states = {one.wave_id: one for one in decided}
        for wave in waves:
            if wave.wave_id not in states:
                raise SoundingsError(
                    f"Asking {wave.wave_id} is still open. Close it first: soundings wave close {wave.wave_id}"
                )
        with hold_answers(home):
            pool_id = make_wave_id(home)
            askings = [read_asking(home, wave) for wave in waves]
        pooled = decide_pool(pool_id, askings, decided, list_questions())
        if pooled is None:
            raise SoundingsError(
                "These answers cannot be published together. A pool needs three or more groups, each of another activity and "
                "each with answers, ten or more answers in all, and none of the activities published before, alone or in a pool. "
                "Nothing was published."
            )
        publish_wave(home, pooled, who or say_who(), is_demo=any(wave.is_demo for wave in waves))
        return pooled


def list_questions() -> dict[str, tuple[str, ...]]:
    """Question → its answers, as the form has them."""
    return {question.id: question.answers for question in read_texts().questions}
