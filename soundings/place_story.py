"""One place in full: each measure here beside its like, and what is not known of it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from soundings.activities import ActivityLine
from soundings.measures import Measure
from soundings.model import BLANK, IN_ANOTHER_SET, NOTHING_RECORDED
from soundings.places import Place
from soundings.queries import Row, Table
from soundings.views import KIND_PLURAL, say_amount
from soundings.views import say_figure as say_row


@dataclass(frozen=True)
class Figure:
    """One measure in one role at one place, with the middle value of the places of its kind where something is recorded."""

    measure: Measure
    role: str | None
    row: Row
    typical: float | None
    recorded_places: int
    all_places: int
    typical_top: float | None = None  # of the highest figures, where some are bands


def figure_of(table: Table, place_code: str) -> Figure | None:
    """A place's figure out of a table; None where the place is not in it."""
    row = next((row for row in table.rows if row.place_code == place_code), None)
    if row is None:
        return None
    recorded = [other for other in table.rows if other.value is not None]
    low, high = (
        (
            median(other.value for other in recorded),
            median(other.top if other.is_band else other.value for other in recorded),
        )
        if recorded
        else (None, None)
    )
    return Figure(table.measure, table.role, row, low, len(recorded), len(table.rows), high)


def say_figure(figure: Figure) -> str:
    """The number, or in words why there is none."""
    return say_row(figure.row)


def say_noun(figure: Figure) -> str:
    """What the number counts: “1 change made”, “5 changes made”."""
    return figure.measure.noun_one if figure.row.value == 1 and not figure.row.is_band else figure.measure.noun


def list_blank(figures: list[Figure]) -> list[str]:
    """Labels of the measures that have nothing recorded here in any role."""
    recorded = {figure.measure.id for figure in figures if figure.row.state != NOTHING_RECORDED}
    return list(dict.fromkeys(figure.measure.label.lower() for figure in figures if figure.measure.id not in recorded))


def list_elsewhere(figures: list[Figure]) -> list[str]:
    """Labels of the measures of which a place of another set over this ground has records, and this one has none."""
    here = {figure.measure.id for figure in figures if figure.row.state not in BLANK}
    there = [figure for figure in figures if figure.row.state == IN_ANOTHER_SET and figure.measure.id not in here]
    return list(dict.fromkeys(figure.measure.label.lower() for figure in there))


def say_typical(figure: Figure, kind: str) -> str:
    """“Middle of the 21 of 24 wards with a record: 12.”"""
    if figure.typical is None:
        return f"Recorded in none of {figure.all_places:,} {KIND_PLURAL.get(kind, kind)}."
    return (
        f"Middle of the {figure.recorded_places:,} of {figure.all_places:,} {KIND_PLURAL.get(kind, kind)} with a record: "
        f"{say_amount(figure.typical, figure.typical_top)}."
    )


def list_unknowns(place: Place, figures: list[Figure], activities: list[ActivityLine]) -> list[str]:
    """What is not known of a place, in sentences; never filled in with a guess."""
    unknown = []
    if place.population is None:
        unknown.append("How many people live here: no population was loaded, so there are no rates.")
    if place.deprivation_decile is None:
        unknown.append("How deprived it is: no deprivation figure was loaded.")
    blank = list_blank(figures)
    if blank:
        unknown.append(f"Nothing recorded here for: {', '.join(blank)}. That does not say nothing happened.")
    elsewhere = list_elsewhere(figures)
    if elsewhere:
        unknown.append(
            f"How much of what another set of places has over this ground stands here: {', '.join(elsewhere)}."
        )
    undated = sum(activity.start_date is None for activity in activities)
    if undated:
        unknown.append(f"When {undated:,} of its {len(activities):,} activities took place: no date in the file.")
    silent = sum(activity.session_count > 0 and activity.returning_count is None for activity in activities)
    if silent:
        unknown.append(f"Whether people came back: {silent:,} of its activities with meetings do not say.")
    unnamed = sum(activity.called is None for activity in activities)
    if unnamed and activities:
        unknown.append(f"What {unnamed:,} of its {len(activities):,} activities were called by those who ran them.")
    return unknown
