"""The figures of one activity: what was counted, how often people met, who came back; each with what must be known beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from statistics import median

from soundings.activity.records import Count, Meeting
from soundings.activity.story import ActivityStory
from soundings.activity.words import NO_DATE, say_amount, say_basis, say_months, say_told
from soundings.measures import Measure
from soundings.model import HELD, LOCATED, NOT_KNOWN, PLANNED
from soundings.took_place import list_unheld
from soundings.views import say_number

# The same people may be in the counts of two periods; all other measures count answers, visits and the like.
NEVER_ADDED = ("people",)
GLANCED_COUNTS = 2


@dataclass(frozen=True)
class CountSum:
    """The counts of one measure in one role. Periods are added up, but not of people, who may be the same in each.

    `high` is None but for a band that has a top. `place_count`: how many places of the map it stands in; `placeless`: how many of it stand in none.
    """

    measure: Measure
    role: str
    period_start: date | None
    period_end: date | None
    value: float
    high: float | None
    basis: str
    place_count: int
    placeless: float
    counts: tuple[Count, ...]


@dataclass(frozen=True)
class Glance:
    """One big figure: the number, what it counts, and what must be known beside it. `family` is the measure's."""

    number: str
    noun: str
    note: str
    family: str


@dataclass(frozen=True)
class Medians:
    """The middle values of an activity's meetings, each with how many meetings it is recorded for; None for none.

    `unheld`: how many did not take place, by the word for it; planned ones whose day has passed are among what is not known.
    """

    came: float | None
    came_of: int
    back: float | None
    back_of: int
    hours: float | None
    hours_of: int
    met: int
    planned: int
    unheld: tuple[tuple[str, int], ...] = ()


def sum_counts(counts: list[Count]) -> list[CountSum]:
    """The counts of each measure in each role, largest first; measures and roles are never added to each other."""
    groups: dict[tuple, list[Count]] = {}
    for one in counts:
        period = (one.period_start, one.period_end) if one.measure.id in NEVER_ADDED else ()
        groups.setdefault((one.measure.id, one.where.role, period), []).append(one)
    return sorted((add_up(tuple(group)) for group in groups.values()), key=lambda one: (-one.value, one.measure.id))


def add_up(counts: tuple[Count, ...]) -> CountSum:
    """One figure from counts of one measure in one role: a band where any is one, else an estimate where any is one."""
    days = [day for one in counts for day in (one.period_start, one.period_end) if day]
    is_band = any(one.basis == "band" or one.value_high is not None for one in counts)
    has_top = not any(one.basis == "band" and one.value_high is None for one in counts)
    basis = next((word for word in ("band", "estimate") if any(one.basis == word for one in counts)), "exact")
    return CountSum(
        measure=counts[0].measure,
        role=counts[0].where.role,
        period_start=min(days, default=None),
        period_end=max(days, default=None),
        value=sum(one.value for one in counts),
        high=sum(one.value if one.value_high is None else one.value_high for one in counts)
        if is_band and has_top
        else None,
        basis="band" if is_band else basis,
        place_count=len({one.where.place_code for one in counts if one.where.place_code}),
        placeless=sum(one.value for one in counts if one.where.state != LOCATED),
        counts=counts,
    )


def glance(story: ActivityStory) -> list[Glance]:
    """The few figures that say what happened: those asked, those who met and came back, what changed. Only what is recorded."""
    first: dict[str, CountSum] = {}
    for one in sum_counts([count for count in story.counts if count.took_place == HELD]):
        first.setdefault(one.measure.id, one)
    figures = [glance_at(one) for one in list(first.values())[:GLANCED_COUNTS]]
    middle = find_medians(story.meetings, story.today)
    if middle.met:
        met = glance_meetings(story.meetings, middle, story.today)
        figures.append(replace(met, note=f"{met.note}; recorded one by one") if "group_sessions" in first else met)
    if story.recorded.returning_count:
        most = say_number(story.recorded.returning_count)
        figures.append(Glance(most, "came back", "the most at one meeting who had come before", "depth"))
    if story.outcomes and story.head.took_place is None:
        number = len(story.outcomes)
        noun = "thing changed" if number == 1 else "things changed"
        figures.append(Glance(f"{number:,}", noun, say_told(story.outcomes, story.today), "depth"))
    return figures


def glance_at(one: CountSum) -> Glance:
    """One measure in one figure."""
    noun = one.measure.noun_one if one.value == 1 and not one.high else one.measure.noun
    when = say_months(one.period_start, one.period_end) if one.period_start and one.period_end else NO_DATE
    return Glance(
        say_amount(one.value, one.high, one.basis), noun, f"{say_basis(one.basis)}, {when}", one.measure.family
    )


def glance_meetings(meetings: list[Meeting], middle: Medians, today: date) -> Glance:
    """How often people met, over what time, and how many came typically."""
    days = [one.day for one in list_held(meetings, today) if one.day]
    note = say_months(min(days), max(days)) if days else NO_DATE
    if middle.came is not None:
        note += f", {'typically ' if middle.met > 1 else ''}{say_number(middle.came)} came"
    return Glance(f"{middle.met:,}", "meeting" if middle.met == 1 else "meetings", note, "contact")


def list_held(meetings: list[Meeting], today: date) -> list[Meeting]:
    """The meetings that took place, in their order."""
    return [one for one in meetings if find_outcome(one, today) == HELD]


def find_outcome(meeting: Meeting, today: date) -> str:
    """One of TOOK_PLACE, as of today: what was planned and has passed with no later word is not known to have taken place."""
    if meeting.took_place == PLANNED and meeting.day and meeting.day < today:
        return NOT_KNOWN
    is_to_come = meeting.took_place == HELD and meeting.day is not None and meeting.day > today
    return PLANNED if is_to_come else meeting.took_place


def find_medians(meetings: list[Meeting], today: date) -> Medians:
    """Middle values over the meetings held so far; who came back from the second on, when somebody can have."""
    held = list_held(meetings, today)
    others = Counter(find_outcome(one, today) for one in meetings if one not in held)
    came = [one.came for one in held if one.came is not None]
    back = [one.came_back for one in held[1:] if one.came_back is not None]
    hours = [one.contact_hours for one in held if one.contact_hours is not None]
    return Medians(
        came=median(came) if came else None,
        came_of=len(came),
        back=median(back) if back else None,
        back_of=len(back),
        hours=sum(hours) if hours else None,
        hours_of=len(hours),
        met=len(held),
        planned=others.pop(PLANNED, 0),
        unheld=tuple(sorted(others.items())),
    )


def say_meetings(middle: Medians) -> list[str]:
    """The middle values in sentences, each with for how many meetings it is known."""
    several = middle.met > 1
    parts = []
    if middle.came is not None:
        who = f"{say_number(middle.came)} {'person' if middle.came == 1 else 'people'} came"
        parts.append(
            f"Typically {who} (the median; recorded for {middle.came_of} of {middle.met})." if several else f"{who}."
        )
    elif middle.met:
        parts.append("How many came is not recorded.")
    if several and middle.back is not None:
        parts.append(
            f"Typically {say_number(middle.back)} of them had come before "
            f"(the median from the second meeting on; recorded for {middle.back_of} of {middle.met - 1})."
        )
    elif several:
        parts.append("Who came back is not recorded.")
    if middle.hours is not None:
        known = f"; known for {middle.hours_of} of {middle.met}" if several else ""
        parts.append(f"{say_number(round(middle.hours, 1))} contact hours (length times people{known}).")
    if middle.planned:
        parts.append(f"{middle.planned} more {'is' if middle.planned == 1 else 'are'} planned.")
    if middle.unheld:
        parts.append(f"Of others, {' and '.join(list_unheld(dict(middle.unheld)))}. They are in no figure.")
    return parts
