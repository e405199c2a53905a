"""What did not take place, in words: of one meeting or activity, and of many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from soundings.model import CANCELLED, HELD, NOT_KNOWN, PLANNED, POSTPONED

UNCLEAR = "not known whether it took place"
LABEL = {
    HELD: "took place",
    CANCELLED: "cancelled",
    POSTPONED: "postponed",
    PLANNED: "planned",
    NOT_KNOWN: UNCLEAR,
}


def say_outcome(took_place: str, day: date | None, today: date) -> str:
    """Whether it took place, in words. What was planned and has passed with no later word is not known to have."""
    is_past = took_place == PLANNED and day is not None and day < today
    return f"planned; {UNCLEAR}" if is_past else LABEL[took_place]


def say_of_which(counts: Mapping[str, int]) -> str:
    """“, of which 1 took place, 2 did not (1 cancelled, 1 postponed)”; empty where all of them took place.

    `counts`: how many there are of each word of TOOK_PLACE.
    """
    if not any(number for word, number in counts.items() if word != HELD):
        return ""
    held = counts.get(HELD, 0)
    return ", of which " + ", ".join([f"{held:,} took place" if held else "none took place", *list_unheld(counts)])


def list_unheld(counts: Mapping[str, int]) -> list[str]:
    """“2 did not (1 cancelled, 1 postponed)”, “1 is planned”, “of 3 it is not known”: only what there is."""
    parts = []
    off = {word: counts[word] for word in (CANCELLED, POSTPONED) if counts.get(word)}
    if off:
        why = next(iter(off)) if len(off) == 1 else ", ".join(f"{number:,} {word}" for word, number in off.items())
        parts.append(f"{sum(off.values()):,} did not ({why})")
    if planned := counts.get(PLANNED):
        parts.append(f"{planned:,} {'is' if planned == 1 else 'are'} planned")
    if unclear := counts.get(NOT_KNOWN):
        parts.append(f"of {unclear:,} it is not known")
    return parts
