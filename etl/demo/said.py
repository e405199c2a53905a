"""What people said in Tidewell as sheets of the native template: give and take, whose knowledge, stories, statements, scores."""

from __future__ import annotations

from collections.abc import Iterator

Cells = dict[str, object]


def tell_reciprocity(told: dict) -> Iterator[Cells]:
    """A row for each thing given or got; a side that nobody wrote down is blank."""
    for line in told.get("reciprocity", []):
        yield {"activity_id": told["id"], "gave": line.get("gave"), "got": line.get("got")}


def tell_perspectives(told: dict) -> Iterator[Cells]:
    """A row for each kind of knowledge that was in the room."""
    for line in told.get("perspectives", []):
        yield {
            "activity_id": told["id"],
            "knowledge": line["knowledge"],
            "who": line["who"],
            "people_count": line["people"],
        }


def tell_stories(told: dict) -> Iterator[Cells]:
    """A row for each story, with whom it may be shown to and until when it can be withdrawn."""
    for line in told.get("stories", []):
        yield {
            "activity_id": told["id"],
            "quote": line["quote"],
            "told_by": line["by"],
            "consent_scope": line["scope"],
            "consent_date": line["on"],
            "withdraw_by": line["until"],
        }


def tell_statements(told: dict) -> Iterator[Cells]:
    """A row for each reply, and each statement that a group has read and agreed."""
    for line in told.get("statements", []):
        yield {
            "activity_id": told["id"],
            "kind": line["kind"],
            "words": line["words"],
            "said_month": line["month"],
        }


def tell_instruments(told: dict) -> Iterator[Cells]:
    """A row for each score of an instrument that others have validated."""
    for line in told.get("instruments", []):
        yield {
            "activity_id": told["id"],
            "instrument": line["name"],
            "version": line["version"],
            "score": line["score"],
            "scale": line["scale"],
            "answered_count": line["answered"],
            "said_month": line["month"],
        }


SAID_MAKERS = {
    "reciprocity": tell_reciprocity,
    "perspectives": tell_perspectives,
    "stories": tell_stories,
    "statements": tell_statements,
    "instruments": tell_instruments,
}
