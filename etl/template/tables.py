"""Soundings' own template: its tables, their columns in order, and the words that some of them take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from soundings.model import (
    ANSWERS,
    BASES,
    CONSENT_SCOPES,
    FACTS,
    KNOWLEDGE,
    RECORD_STATUSES,
    ROLES,
    SHARING,
    STAGES,
    STATEMENT_KINDS,
    TOOK_PLACE,
)

PLACE_COLUMNS = (
    "place_code",
    "place_name",
    "place_within",
    "postcode",
    "lon",
    "lat",
    "easting",
    "northing",
    "grid_reference",
    "not_tied_to_place",
)
WORDS = {
    "mode": ("in person", "online", "both"),
    "time_pattern": ("once", "series", "continuing"),
    "record_status": RECORD_STATUSES,
    "took_place": TOOK_PLACE,
    "place_role": ROLES,
    "basis": BASES,
    "stage": STAGES,
    "sharing": SHARING,
    "fact": FACTS,
    "answer": ANSWERS,
    "knowledge": KNOWLEDGE,
    "consent_scope": CONSENT_SCOPES,
    "kind": STATEMENT_KINDS,
}


@dataclass(frozen=True)
class TemplateTable:
    """One sheet of the template. `needed` are the columns a sheet must have to be taken for it."""

    name: str
    needed: tuple[str, ...]
    columns: tuple[str, ...]


TABLES = (
    TemplateTable(
        "activities",
        ("activity_id", "title"),
        (
            "activity_id", "title", "summary", "method", "mode", "theme", "organisation", "programme", "time_pattern",
            "start_date", "end_date", "record_status", "took_place", "called", "called_by", "called_date", "decision_at_stake",
            "not_open_to_influence", "promise", "local_term", "parent_activity_id", "role_mailbox", "cost", "statutory",
            "first_helped_date", "settled_date", "place_role", "place_precision", *PLACE_COLUMNS, "place_outline",
        ),
    ),
    TemplateTable(
        "counts",
        ("activity_id", "measure", "value"),
        ("activity_id", "measure", "value", "value_high", "basis", "period_start", "period_end", "took_place", "place_role",
         *PLACE_COLUMNS),
    ),
    TemplateTable(
        "sessions",
        ("activity_id", "session_id", "date"),
        (
            "session_id", "activity_id", "date", "took_place", "minutes", "attendance_count", "returning_count", "place_role",
            *PLACE_COLUMNS,
        ),
    ),
    TemplateTable(
        "stages",
        ("activity_id", "stage", "sharing"),
        ("activity_id", "stage", "sharing", "decision_right", "named_decision", "why_not_shared"),
    ),
    TemplateTable("facts", ("activity_id", "fact", "answer"), ("activity_id", "fact", "answer", "evidence")),
    TemplateTable(
        "outcomes",
        ("activity_id", "what_changed"),
        ("activity_id", "what_changed", "who_decided", "changed_date", "told_back_due_date", "told_back_date"),
    ),
    TemplateTable("reciprocity", ("activity_id", "gave", "got"), ("activity_id", "gave", "got")),
    TemplateTable("perspectives", ("activity_id", "knowledge", "who"), ("activity_id", "knowledge", "who", "people_count")),
    TemplateTable(
        "stories",
        ("activity_id", "quote", "consent_scope"),
        ("activity_id", "quote", "told_by", "consent_scope", "consent_date", "withdraw_by"),
    ),
    TemplateTable("statements", ("activity_id", "kind", "words"), ("activity_id", "kind", "words", "said_month")),
    TemplateTable("claims", ("activity_id", "called", "called_date"), ("activity_id", "called", "called_by", "called_date")),
    TemplateTable(
        "instruments",
        ("activity_id", "instrument", "score"),
        ("activity_id", "instrument", "version", "score", "scale", "answered_count", "said_month"),
    ),
)  # fmt: skip


def find_table(columns: Sequence[str]) -> TemplateTable | None:
    """The table of the template that a sheet with these columns is, or None."""
    return next((table for table in TABLES if all(name in columns for name in table.needed)), None)
