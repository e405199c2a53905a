"""What to draw: classes, legend, title, summary sentence and caption, from the rows of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from soundings.measures import FAMILY_COLOUR, Measure
from soundings.model import BLANK, HIDDEN, IN_ANOTHER_SET, NONE_TOOK_PLACE, ROLE_LABEL, VALUE
from soundings.place_sets import PlaceSet
from soundings.queries import Located, Row, Table

CLASS_COUNT = 5
NO_CLASS = -1  # nothing recorded: the hatch
HIDDEN_CLASS = -2
ELSEWHERE_CLASS = -3  # recorded in another set of places alone: no gap, and no figure of this place

KIND_PLURAL = {
    "lsoa": "neighbourhoods (LSOAs)",
    "neighbourhood": "neighbourhoods",
    "msoa": "areas (MSOAs)",
    "ward": "wards",
    "district": "districts",
    "region": "regions",
    "country": "countries",
}


def say_places(kind: str, place_set: PlaceSet | None = None) -> str:
    """The places of a kind in words, with their set where there is more than one: “wards”, “wards of 2024”."""
    plural = KIND_PLURAL.get(kind, kind)
    return plural if place_set is None or place_set.is_alone else f"{plural} of {place_set.name}"


CONTACT_CAUTION = "This counts meetings recorded here, not power shared. A place with fewer may have gone further."


@dataclass(frozen=True)
class Classes:
    """Breaks of a filled measure. Class 0 is “none took place” (a recorded 0); class k ≥ 1 covers lows[k-1] to highs[k-1].

    `has_none`: class 0 also holds places of which nothing but what did not take place is recorded.
    """

    lows: tuple[float, ...]
    highs: tuple[float, ...]
    has_none: bool = False

    def class_of(self, value: float | None) -> int:
        """The class of a value; NO_CLASS where nothing is recorded."""
        if value is None:
            return NO_CLASS
        if value == 0:
            return 0
        for number, high in enumerate(self.highs, start=1):
            if value <= high:
                return number
        return len(self.highs)

    def labels(self) -> list[str]:
        """Each class in words, class 0 first."""
        spans = [
            say_number(low) if low == high else f"{say_number(low)} to {say_number(high)}"
            for low, high in zip(self.lows, self.highs, strict=True)
        ]
        return ["0 recorded, or none took place" if self.has_none else "0 recorded", *spans]


def make_classes(values: list[float | None], count: int = CLASS_COUNT) -> Classes:
    """At most `count` classes over the values above 0, each holding about as many places; each distinct value its own where few.

    Class edges are values that occur, so every label is true of the data it covers.
    """
    present = sorted(value for value in values if value is not None and value > 0)
    distinct = sorted(set(present))
    if not distinct:
        return Classes((), ())
    if len(distinct) <= count:
        return Classes(tuple(distinct), tuple(distinct))
    highs: list[float] = []
    for number in range(1, count + 1):
        high = present[math.ceil(number * len(present) / count) - 1]
        if not highs or high > highs[-1]:
            highs.append(high)
    lows = [min(value for value in distinct if value > edge) for edge in [0, *highs[:-1]]]
    return Classes(tuple(lows), tuple(highs))


def classify_rows(rows: Sequence[Row | None]) -> tuple[Classes, list[int]]:
    """The classes of these rows, and the class of each; places are classed by their lowest figures.

    What is more than none and may be as low as 0 is in the lowest class above “none took place”, which then begins at 0.
    """
    classes = make_classes([row.value if row else None for row in rows])
    small = [row for row in rows if row and row.is_small]
    if small:
        highs = classes.highs or (max(row.known_top for row in small),)
        classes = Classes((0, *classes.lows[1:]), highs)
    classes = replace(classes, has_none=any(row is not None and is_none_held(row) for row in rows))
    return classes, [class_of_row(classes, row) for row in rows]


def is_none_held(row: Row) -> bool:
    """Whether all that is recorded of a place did not take place: it has no figure, and is no gap either."""
    return row.state == NONE_TOOK_PLACE and row.value is None


def class_of_row(classes: Classes, row: Row | None) -> int:
    """The class of a row: HIDDEN_CLASS where it is hidden, ELSEWHERE_CLASS where another set of places alone has a figure."""
    if row is not None and row.state == IN_ANOTHER_SET:
        return ELSEWHERE_CLASS
    if row is not None and row.state == HIDDEN:
        return HIDDEN_CLASS
    if row is not None and is_none_held(row):
        return 0
    return 1 if row is not None and row.is_small else classes.class_of(row.value if row else None)


def say_number(value: float | None) -> str:
    """A number as people read it: thousands separated, at most one decimal; an empty text for None."""
    if value is None:
        return ""
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}"


def say_count(value: int, noun: str) -> str:
    """A count with its noun, singular where it is one: “1 record”, “12 records”."""
    return f"{say_number(value)} {make_singular(noun) if value == 1 else noun}"


def make_singular(noun: str) -> str:
    """One of what a noun names several of: “records” → “record”, “more activities” → “more activity”."""
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")


def say_share(part: int, whole: int) -> str:
    """“593 of 983 (60 %)”."""
    return f"{part:,} of {whole:,} ({part / whole:.0%})" if whole else "none"


def say_title(area: str, view: str, fill: Table, rings: Table | None) -> str:
    """The map's title: what colour and ring are, and whose places (where it happened or where people live), in words."""

    def layer(table: Table) -> str:
        return f"{table.measure.label.lower()}, {ROLE_LABEL.get(table.role or '', 'nothing recorded')}"

    if rings is None:
        return f"{area}. {layer(fill).capitalize()}."
    if view == "crossed":
        return f"{area}. {layer(rings).capitalize()}, crossed with {layer(fill)}."
    if view == "side":
        return f"{area}. Left: {layer(rings)}. Right: {layer(fill)}."
    return f"{area}. {FAMILY_COLOUR[fill.measure.family].capitalize()}: {layer(fill)}. Rings: {layer(rings)}."


def say_coverage(table: Table) -> str:
    """How many of a figure's records stand in the places shown, and where the others are."""
    located, noun = table.located, "records"
    if not located.total:
        return ""  # the summary has said it
    parts = [
        f"{say_share(located.here, located.total)} {noun} of {table.measure.plain_noun} stand in these {say_places(table.kind, table.place_set)}."
    ]
    others = []
    if located.other_sets:
        others.append(say_other_sets(table))
    if located.larger:
        others.append(
            f"{located.larger:,} {'belongs' if located.larger == 1 else 'belong'} to a larger area as a whole"
        )
    if located.outside:
        others.append(f"{located.outside:,} {_are(located.outside)} outside the loaded places")
    if located.unlocated:
        others.append(f"{located.unlocated:,} {'has' if located.unlocated == 1 else 'have'} no place recorded")
    if located.not_tied:
        others.append(f"{located.not_tied:,} {_are(located.not_tied)} not tied to a place")
    parts.insert(0, say_recorded(table))
    parts += say_totals(table)
    if others:
        parts.append(("; ".join(others) + ".").capitalize() if not others[0][0].isdigit() else "; ".join(others) + ".")
    if located.undated:
        parts.append(f"{located.undated:,} without a date {_are(located.undated)} left out while a period is chosen.")
    return " ".join(parts)


def say_totals(table: Table) -> list[str]:
    """How much of a figure files give as a total, and that a meeting recorded one by one counts once all the same."""
    totals, noun = table.totals, table.measure.plain_noun
    if totals is None:
        return []
    said = f"Files give {say_number(totals.told)} {noun} as totals."
    if totals.meetings:
        one = totals.meetings == 1
        said += (
            f" {say_count(totals.meetings, 'meetings')} of the same activity, period and place {_are(totals.meetings)} recorded one by one: "
            f"{'it counts' if one else 'each counts'} once, and a total counts the rest."
        )
    return [said]


def say_set(table: Table) -> list[str]:
    """Which set a table is of, and what is placed in another alone, in sentences; none where the kind has one set."""
    if table.place_set is None or table.place_set.is_alone:
        return []
    said = f"These are the {say_places(table.kind, table.place_set)}. Other sets: {', '.join(table.place_set.others)}."
    return [said, f"{say_other_sets(table)}."] if table.located.other_sets else [said]


def say_other_sets(table: Table) -> str:
    """How many records are placed in another set of places alone: “12 are placed in the wards of 2018 alone, …”."""
    count, others = table.located.other_sets, table.place_set.others
    plural = KIND_PLURAL.get(table.kind, table.kind)
    where = f"the {plural} of {others[0]}" if len(others) == 1 else f"other sets of {plural} ({', '.join(others)})"
    return f"{count:,} {_are(count)} placed in {where} alone, so where nothing is recorded here, something may be recorded there"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def say_recorded(table: Table) -> str:
    """“Recorded for 41 of 60 activities.”"""
    return f"Recorded for {table.recorded.activities:,} of {table.recorded.of:,} activities."


def say_summary(table: Table) -> str:
    """One measure in a sentence or two: how many places, which stand out, what is not recorded. Never ranks names of activities."""
    rows, plural = table.rows, say_places(table.kind, table.place_set)
    recorded = [row for row in rows if row.state not in BLANK]
    some = [row for row in rows if row.state == VALUE]
    noun = table.measure.plain_noun
    if not recorded and table.filters.when == "planned":
        return say_planned(table)
    if not recorded and table.located.other_sets:
        return f"No {noun} are placed in any of these {len(rows):,} {plural}. That is no gap: {say_other_sets(table)}."
    if not recorded:
        return f"No {noun} are recorded in any of these {len(rows):,} {plural}. That is a gap in the records; it does not say nothing happened."
    most = max(some, key=lambda row: row.value or 0) if some else None
    text = f"{table.measure.label}: recorded in {len(recorded):,} of {len(rows):,} {plural}"
    if most is not None:
        top = [row.place_name for row in some if row.value == most.value]
        where = (
            top[0]
            if len(top) == 1
            else f"{len(top)} {plural}"
            if len(top) > 3
            else f"{', '.join(top[:-1])} and {top[-1]}"
        )
        figures = {say_figure(row) for row in some if row.value == most.value}
        at_most = max(row.top or 0 for row in some)
        least = (
            f"at least {say_number(most.value)}"
            if most.value or at_most == math.inf
            else f"up to {say_number(at_most)}"
        )
        figure = figures.pop() if len(figures) == 1 else least
        text += f", most in {where} ({figure}{' each' if len(top) > 1 else ''})"
    off = sum(is_none_held(row) for row in recorded)
    none = len(recorded) - len(some) - off
    if none:
        text += f"; {none:,} of them recorded a 0"
    if off:
        text += f"; in {off:,} of them none took place of what is recorded"
    bands = sum(row.is_band for row in some)
    if bands:
        text += f". Bands are recorded in {bands:,} of {len(recorded):,}: what is coloured and put in order is the least they can be"
    return text + "."


def say_amount(low: float, high: float | None) -> str:
    """A figure that may be a band: “12”, “12 to 20”; “at least 12” where the band has no top."""
    if high == math.inf:
        return f"at least {say_number(low)}"
    return say_number(low) if high is None or high == low else f"{say_number(low)} to {say_number(high)}"


def say_planned(table: Table) -> str:
    """What is said where only what is planned is asked for: work that has not started is no gap in the records."""
    count, noun = table.recorded.of, table.measure.plain_noun
    if not count:
        return "No planned activity fits these filters."
    one = count == 1
    return (
        f"{say_count(count, 'activities')} {_are(count)} planned, and {'has' if one else 'have'} not started, so there are no {noun} to "
        f"count yet. That is no gap in the records. Under Activities, the same filter lists {'it' if one else 'them'}."
    )


def say_figure(row: Row) -> str:
    """A place's figure: “12”; “0 to 4” where a band is recorded; or in words why there is none."""
    return say_state(row) if row.value is None or row.state != VALUE else say_amount(row.value, row.top)


def say_state(row: Row) -> str:
    """A figure's state in words, for the table; a band is said with its top."""
    return {
        "value": f"recorded: {say_figure(row)}" if row.state == VALUE and row.is_band else "recorded",
        "none_took_place": "none took place",
        "nothing_recorded": "nothing recorded",
        "recorded_in_another_set": "recorded in another set of places alone",
        "hidden": "hidden for privacy",
    }[row.state]


def say_rate_note(measure: Measure, located: Located) -> str:
    """What the rate is divided by; empty where the measure allows no rate."""
    if measure.denominator != "population" or not located.total:
        return ""
    return "Rate: per 1,000 residents of the place."


def ring_key(values: list[float | None]) -> list[float]:
    """Up to three round sizes for the ring key, small to large, none above the largest value's round size."""
    largest = max((value for value in values if value), default=0)
    if largest <= 0:
        return []
    sizes = {round_down(largest), round_down(largest / 4), round_down(largest / 16)}
    return sorted(size for size in sizes if size > 0)


def round_down(value: float) -> float:
    """The largest of 1, 2 or 5 × a power of ten that is not above the value (counts: never below 1)."""
    if value < 1:
        return 0
    power = 10 ** math.floor(math.log10(value))
    return max(step * power for step in (1, 2, 5) if step * power <= value)
