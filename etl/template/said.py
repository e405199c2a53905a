"""What the template's sheets of what people said become: give and take, whose knowledge, stories, statements, scores."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from etl.blanks import is_blank
from etl.parsing import Unreadable, parse_date, parse_measured, parse_number, parse_text
from soundings.model import FEWEST_ANSWERS

if TYPE_CHECKING:
    from etl.template.rows import Batch, Row

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
NOTHING = frozenset(("nothing", "none", "nil", "no"))


def parse_side(text: str | None) -> str | None:
    """What people gave or got, or None. Raises Unreadable for “nothing”: a side that is filled in would answer the question."""
    plain = parse_text(text)
    if plain is None or is_blank(plain):
        return None
    if plain.casefold().rstrip(".") in NOTHING:
        raise Unreadable(
            f"“{plain}” was set aside: both sides filled in would mean give and take. Leave this side blank, and answer the "
            "fact reciprocity with no."
        )
    return plain


def parse_people(text: str | None) -> int | None:
    """A whole number of people, or None."""
    value = parse_measured(text)
    if value is not None and value != int(value):
        raise Unreadable(f"“{parse_text(text)}” is not a whole number of people.")
    return None if value is None else int(value)


def make_reciprocity(batch: Batch, row: Row) -> None:
    name, gave, got = row.activity_id(), row.read("gave", parse_side), row.read("got", parse_side)
    if gave is None and got is None and not row.problems:
        row.refuse(
            "gave",
            "Neither side is filled in. Say what people gave or what they got, or leave the row out.",
            is_row=True,
        )
    row.is_rejected = row.is_rejected or gave is None and got is None
    if not row.is_rejected:
        batch.add("reciprocity", **row.at, activity_id=name, gave=gave, got=got)


def make_perspective(batch: Batch, row: Row) -> None:
    values = {
        "activity_id": row.activity_id(),
        "knowledge": row.word("knowledge", required=True),
        "who": row.text("who", required=True),
        "people_count": row.read("people_count", parse_people),
    }
    if not row.is_rejected:
        batch.add("perspective", **row.at, **values)


def make_story(batch: Batch, row: Row) -> None:
    values = {
        "activity_id": row.activity_id(),
        "quote": row.text("quote", required=True),
        "told_by": row.text("told_by"),
        "consent_scope": row.word("consent_scope", required=True),
        "consent_date": row.day("consent_date"),
        "withdraw_by": row.day("withdraw_by"),
    }
    given, until = values["consent_date"], values["withdraw_by"]
    if given and until and until < given:
        row.refuse(
            "withdraw_by",
            "The last day to withdraw is before the day consent was given. A story is kept only with consent that is clear: "
            "correct one of the two days.",
            is_row=True,
        )
    if not row.is_rejected:
        batch.add("story", **row.at, **values)


def make_statement(batch: Batch, row: Row) -> None:
    values = {
        "activity_id": row.activity_id(),
        "kind": row.word("kind", required=True),
        "words": row.text("words", required=True),
        "said_month": read_month(row),
    }
    if not row.is_rejected:
        batch.add("statement", **row.at, **values)


def make_claim(batch: Batch, row: Row) -> None:
    values = {
        "activity_id": row.activity_id(),
        "called": row.text("called", required=True),
        "called_by": row.text("called_by"),
        "called_date": row.day("called_date"),
    }
    if not row.is_rejected:
        batch.add("claim", **row.at, **values)


def make_instrument(batch: Batch, row: Row) -> None:
    values = {
        "activity_id": row.activity_id(),
        "instrument": row.text("instrument", required=True),
        "version": row.text("version", required=True),
        "score": row.read("score", parse_number, required=True),
        "scale": row.text("scale", required=True),
        "answered_count": row.read("answered_count", parse_people, required=True),
        "said_month": read_month(row),
    }
    answered = values["answered_count"]
    if answered is not None and answered < FEWEST_ANSWERS:
        row.refuse(
            "answered_count",
            f"A score from fewer than {FEWEST_ANSWERS} people is not kept: it could say how one of them answered. Leave the row out.",
            is_row=True,
        )
    if not row.is_rejected:
        batch.add("instrument", **row.at, **values)


def read_month(row: Row) -> str | None:
    """A month as YYYY-MM; of a whole date its month alone. Anything else is set aside."""
    text = row.text("said_month")
    if text is None or is_blank(text) or MONTH.fullmatch(text):
        return text if text and MONTH.fullmatch(text) else None
    try:
        return f"{parse_day_or_month(text, row):%Y-%m}"
    except Unreadable:
        row.refuse(
            "said_month", f"“{text}” is not a month that can be read for sure. Write it as 2024-05.", is_row=False
        )
        return None


def parse_day_or_month(text: str, row: Row) -> date:
    """A day of the month that is said: of “5 May 2024” or “May 2024”. Raises Unreadable."""
    try:
        return parse_date(text, row.spec.date_order, row.spec.epoch)
    except Unreadable:
        return parse_date(f"1 {text}")


SAID_MAKERS = {
    "reciprocity": make_reciprocity,
    "perspectives": make_perspective,
    "stories": make_story,
    "statements": make_statement,
    "claims": make_claim,
    "instruments": make_instrument,
}
