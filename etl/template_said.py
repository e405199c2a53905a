"""What the template's sheets of what people said become: give and take, whose knowledge, stories, statements, scores."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from etl.parsing import parse_count
from soundings.model import FEWEST_ANSWERS

if TYPE_CHECKING:
    from etl.mapping_template import Batch, Row

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def make_reciprocity(batch: Batch, row: Row) -> None:
    name, gave, got = row.activity_id(), row.text("gave"), row.text("got")
    if gave is None and got is None:
        row.refuse(
            "gave",
            "Neither side is filled in. Say what people gave or what they got, or leave the row out.",
            is_row=True,
        )
    if not row.is_rejected:
        batch.add("reciprocity", row_number=row.number, activity_id=name, gave=gave, got=got)


def make_perspective(batch: Batch, row: Row) -> None:
    values = {
        "activity_id": row.activity_id(),
        "knowledge": row.word("knowledge", required=True),
        "who": row.text("who", required=True),
        "people_count": row.read("people_count", parse_count),
    }
    if not row.is_rejected:
        batch.add("perspective", row_number=row.number, **values)


def make_story(batch: Batch, row: Row) -> None:
    values = {
        "activity_id": row.activity_id(),
        "quote": row.text("quote", required=True),
        "told_by": row.text("told_by"),
        "consent_scope": row.word("consent_scope", required=True),
        "consent_date": row.day("consent_date"),
        "withdraw_by": row.day("withdraw_by"),
    }
    if not row.is_rejected:
        batch.add("story", row_number=row.number, **values)


def make_statement(batch: Batch, row: Row) -> None:
    values = {
        "activity_id": row.activity_id(),
        "kind": row.word("kind", required=True),
        "words": row.text("words", required=True),
        "said_month": read_month(row),
    }
    if not row.is_rejected:
        batch.add("statement", row_number=row.number, **values)


def make_instrument(batch: Batch, row: Row) -> None:
    values = {
        "activity_id": row.activity_id(),
        "instrument": row.text("instrument", required=True),
        "version": row.text("version", required=True),
        "score": row.read("score", parse_count, required=True),
        "scale": row.text("scale", required=True),
        "answered_count": row.read("answered_count", parse_count, required=True),
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
        batch.add("instrument", row_number=row.number, **values)


def read_month(row: Row) -> str | None:
    """A month as YYYY-MM; a whole date keeps its month alone. Anything else is set aside."""
    text = row.text("said_month")
    if text is None or MONTH.fullmatch(text):
        return text
    day = row.day("said_month")
    return f"{day:%Y-%m}" if day else None


SAID_MAKERS = {
    "reciprocity": make_reciprocity,
    "perspectives": make_perspective,
    "stories": make_story,
    "statements": make_statement,
    "instruments": make_instrument,
}
