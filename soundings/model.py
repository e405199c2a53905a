"""The words of Soundings, listed once: the same in code, database, screen and docs."""

from __future__ import annotations

from dataclasses import dataclass

# Where a record stands. Venue and home are different layers and are never mixed.
ROLES = ("venue", "home", "area")
ROLE_LABEL = {"venue": "where it happened", "home": "where people live", "area": "the area it was about"}

# Place states of a record. "Not tied to a place" is a choice, not a gap.
LOCATED, OUTSIDE, UNLOCATED, NOT_TIED = "located", "outside", "unlocated", "not_tied"
PLACE_STATES = (LOCATED, OUTSIDE, UNLOCATED, NOT_TIED)

# States of a figure in a table: three kinds of "no number" are kept apart.
VALUE, NONE_TOOK_PLACE, NOTHING_RECORDED, HIDDEN = "value", "none_took_place", "nothing_recorded", "hidden"
# Nothing is recorded in the place itself, and something in a place of another set over the same ground.
IN_ANOTHER_SET = "recorded_in_another_set"
BLANK = (NOTHING_RECORDED, IN_ANOTHER_SET)
FIGURE_STATES = (VALUE, NONE_TOOK_PLACE, NOTHING_RECORDED, IN_ANOTHER_SET, HIDDEN)

# Kinds of place, smallest first. A kind stands inside the kinds after it.
PLACE_KINDS = ("lsoa", "neighbourhood", "msoa", "ward", "district", "region", "country")

BASES = ("exact", "estimate", "band")
RECORD_STATUSES = ("planned", "live", "past", "paused")
# Whether a meeting or an activity took place. Only what did is counted; what is not said of a day that has passed took place.
HELD, CANCELLED, POSTPONED, PLANNED, NOT_KNOWN = "yes", "cancelled", "postponed", "planned", "not known"
TOOK_PLACE = (HELD, CANCELLED, POSTPONED, PLANNED, NOT_KNOWN)
STAGES = ("frame", "commission", "design", "deliver", "evaluate")
SHARING = ("to", "for", "with", "by", "not applicable", "not known")
ANSWERS = ("yes", "no", "not known")
# The rubric's questions, in its order (data/rubric.toml says what each asks).
FACTS = (
    "can_reply",
    "answers_collected",
    "decision_open",
    "informed_in_time",
    "response_considered",
    "repeated_dialogue",
    "made_options",
    "in_from_start",
    "joint_decision",
    "shared_delivery",
    "shared_evaluation",
    "reciprocity",
    "continuing_relationship",
    "community_framed",
    "community_decided",
)
# Whose knowledge was in the room: people's own lives, the place, a profession.
KNOWLEDGE = ("lived", "local", "professional")
CONSENT_SCOPES = ("public", "funders", "staff")
AGREED_STATEMENT, PEOPLES_REPLY, ORGANISERS_REPLY = (
    "agreed statement",
    "reply of people who took part",
    "reply of the organiser",
)
STATEMENT_KINDS = (AGREED_STATEMENT, PEOPLES_REPLY, ORGANISERS_REPLY)
# Fewer answers than this are never shown as a distribution, to anyone.
FEWEST_ANSWERS = 10


@dataclass(frozen=True)
class Rejection:
    """One row that could not be taken in. `row` is the number a person sees in their file (the header is row 1)."""

    file: str
    row: int
    column: str
    value: str
    reason: str


class SoundingsError(Exception):
    """A failure a person can act on: what, where, what was expected, what to do next, in one sentence."""


class BadFile(SoundingsError):
    """A file that cannot be read or understood as a whole."""


class BrokenStore(SoundingsError):
    """The store on disk is not what it should be; the sentence says how to recover."""


class OtherVersion(BrokenStore):
    """The store is whole and was built by another version of Soundings; building it again is all it needs."""


class Busy(SoundingsError):
    """Another process is writing; nothing was changed."""
