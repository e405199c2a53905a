"""Statements about an activity: what a group has read and agreed, and replies of either side; each is a batch of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from etl.accepting import Accepted, find_batch, say_who
from etl.inbox import ID_LENGTH
from etl.participants.feedback import STATEMENT, identify, key_of_statement, publish_statement, statement_row
from etl.participants.sealed import hold_answers
from etl.participants.waves import CODE, READY, UNKNOWN, hold_decisions, judge_code, read_wave, wave_path, write_wave
from etl.screening import mask_words
from soundings.home import Home
from soundings.model import AGREED_STATEMENT, STATEMENT_KINDS, SoundingsError

LONGEST = 4_000
GROUP = "the group itself, by its code"


def add_statement(home: Home, activity_id: str, kind: str, words: str, today: date, who: str | None = None) -> Accepted:
    """The statement's batch, in the store. Raises SoundingsError where it says nothing, or was said and taken out again."""
    said = read_statement(kind, words)
    accepted = publish_statement(home, activity_id, kind, said, today, who or say_who())
    if not accepted.batch.is_active:
        batch_id = accepted.batch.batch_id
        raise SoundingsError(
            f"These words were added this month and taken out again. To put them back: soundings redo {batch_id}"
        )
    return accepted


def read_statement(kind: str, words: str) -> str:
    """The words as they are kept: e-mail addresses and phone numbers are taken out, as of any free text. Raises SoundingsError."""
    if kind not in STATEMENT_KINDS:
        raise SoundingsError(f"There is no kind of statement “{kind}”. Choose: {', '.join(STATEMENT_KINDS)}.")
    if not words.strip():
        raise SoundingsError("The statement is empty. Write what is to be published, word for word.")
    if len(words.strip()) > LONGEST:
        raise SoundingsError(f"The statement is {len(words.strip()):,} characters long. Shorten it to {LONGEST:,}.")
    return mask_words(words.strip())[0]


def take_statement(home: Home, said: str, words: str, today: date) -> str:
    """What became of a group's own statement: `ready` where it is published now; else used or unknown, and nothing is kept.

    The code names the batch before the batch is made, and counts as used once that batch is there: a statement that was cut
    short can be sent again, one that was thanked for cannot.
    """
    code = said.strip().lower()
    told = CODE.fullmatch(code)
    if not told or not wave_path(home, told[1]).exists():
        return UNKNOWN
    with hold_decisions(home):
        with hold_answers(home):
            wave = read_wave(home, told[1])
            judged = judge_code(home, wave, code)
            if not judged.is_statement or judged.state != READY:
                return judged.state if judged.is_statement else UNKNOWN
            kept = read_statement(AGREED_STATEMENT, words)
            row = statement_row(wave.activity_id, AGREED_STATEMENT, kept, today)
            batch_id = identify(STATEMENT, key_of_statement(row))[:ID_LENGTH]
            is_said = find_batch(home, batch_id) is not None
            write_wave(home, replace(wave, statement_batch=batch_id))
        if not is_said:
            publish_statement(home, wave.activity_id, AGREED_STATEMENT, kept, today, GROUP)
        return READY
