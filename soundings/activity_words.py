"""What a page says of one activity, in words and figures: how many, how often, who came back, told back or due, what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from statistics import median

from soundings.activity_rows import Count, Head, Meeting, Outcome, Quote, Where
from soundings.activity_story import ActivityStory
from soundings.filters import WHEN_LABEL, say_date
from soundings.measures import Measure
from soundings.model import LOCATED, NOT_TIED, OUTSIDE
from soundings.views import say_number

NO_DATE = "when not recorded"
TOLD, DUE, OVERDUE, NO_DAY_SET = "told back", "due", "overdue", "no day set"
CONSENT = {
    "public": "Shared with consent for everyone to read",
    "funders": "Shared with consent for staff and funders to read, nobody else",
    "staff": "Shared with consent for staff to read, nobody else",
}


@dataclass(frozen=True)
class CountSum:
    """The counts of one measure in one role and period, over all their places. `high` is None but for a band."""

    measure: Measure
    role: str
    period_start: date | None
    period_end: date | None
    value: float
    high: float | None
    basis: str
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
    """The middle values of an activity's meetings, each with how many meetings it is recorded for; None for none."""

    came: float | None
    came_of: int
    back: float | None
    back_of: int
    hours: float | None
    hours_of: int
    met: int
    planned: int


def sum_counts(counts: list[Count]) -> list[CountSum]:
    """Figures over all places, for each measure, role and period apart; roles and periods are never added up here."""

    def like(one: Count) -> tuple:
        return one.measure.id, one.where.role, one.period_start or date.max, one.period_end or date.max

    sums = []
    for _, group in groupby(sorted(counts, key=like), key=like):
        mine = tuple(group)
        is_band = any(one.value_high is not None for one in mine)
        basis = (
            "band"
            if is_band
            else next((word for word in ("band", "estimate") if any(one.basis == word for one in mine)), "exact")
        )
        sums.append(
            CountSum(
                measure=mine[0].measure,
                role=mine[0].where.role,
                period_start=mine[0].period_start,
                period_end=mine[0].period_end,
                value=sum(one.value for one in mine),
                high=sum(one.value if one.value_high is None else one.value_high for one in mine) if is_band else None,
                basis=basis,
                counts=mine,
            )
        )
    return sorted(sums, key=lambda one: (-one.value, one.measure.id))


def say_amount(value: float, high: float | None, basis: str) -> str:
    """A figure by its basis: “864”, “about 400”, “18 to 27”."""
    if high is not None and high != value:
        return f"{say_number(value)} to {say_number(high)}"
    return f"about {say_number(value)}" if basis == "estimate" else say_number(value)


def say_basis(basis: str) -> str:
    """What kind of figure it is, in a word or two."""
    return {"exact": "counted exactly", "estimate": "an estimate", "band": "a band"}[basis]


def say_span(start: date | None, end: date | None) -> str:
    """“6 February 2024 to 18 March 2025”, “since 6 February 2024” is left to the caller; `NO_DATE` where neither is known."""
    if start and end and start != end:
        return f"{say_date(start)} to {say_date(end)}"
    return say_date(start or end) if start or end else NO_DATE


def say_months(start: date, end: date) -> str:
    """A period in few letters: “Feb 2024 to Mar 2025”."""
    first, last = f"{start:%b %Y}", f"{end:%b %Y}"
    return first if first == last else f"{first} to {last}"


def say_when(head: Head) -> str:
    """The period with what it is today: “since 14 November 2023 (live now)”."""
    is_open = head.start_date and not head.end_date and head.status == "live"
    span = f"since {say_date(head.start_date)}" if is_open else say_span(head.start_date, head.end_date)
    return f"{span} ({WHEN_LABEL[head.status]})" if head.status in WHEN_LABEL else span


def say_where(where: Where) -> str:
    """A place in words, or why there is none on the map."""
    if where.state == LOCATED and where.name:
        return where.name
    if where.state == OUTSIDE:
        return f"“{where.said}”, outside the places loaded here" if where.said else "outside the places loaded here"
    if where.state == NOT_TIED:
        return f"not tied to a place ({where.said})" if where.said else "not tied to a place"
    return "no place recorded"


def glance(story: ActivityStory) -> list[Glance]:
    """The few figures that say what happened: those asked, those who met, those who came back, what changed. Only what is recorded."""
    figures = [glance_at(list(group)) for _, group in group_by_measure(sum_counts(story.counts))][:2]
    middle = find_medians(story.meetings, story.today)
    if middle.met:
        days = [one.day for one in story.meetings if one.day and one.day <= story.today]
        span = say_months(min(days), max(days)) if days else NO_DATE
        figures.append(Glance(f"{middle.met:,}", "meeting" if middle.met == 1 else "meetings", span, "contact"))
    if story.recorded.returning_count:
        back = story.recorded.returning_count
        figures.append(Glance(say_number(back), "came back", "the most at one meeting who had come before", "depth"))
    if story.outcomes:
        number = len(story.outcomes)
        figures.append(
            Glance(
                f"{number:,}",
                "thing changed" if number == 1 else "things changed",
                say_told(story.outcomes, story.today),
                "depth",
            )
        )
    return figures


def group_by_measure(sums: Iterable[CountSum]) -> list[tuple[str, list[CountSum]]]:
    """Sums by measure, the measure with the largest figure first."""
    found: dict[str, list[CountSum]] = {}
    for one in sums:
        found.setdefault(one.measure.id, []).append(one)
    return list(found.items())


def glance_at(sums: list[CountSum]) -> Glance:
    """One measure in one figure: the role with most, its periods added up; people are not, who may be the same in each."""
    role = sums[0].role
    mine = [one for one in sums if one.role == role]
    measure = mine[0].measure
    if measure.id == "people":
        mine = mine[:1]
    high = (
        sum(one.value if one.high is None else one.high for one in mine)
        if any(one.high is not None for one in mine)
        else None
    )
    value = sum(one.value for one in mine)
    basis = next((word for word in ("band", "estimate") if any(one.basis == word for one in mine)), "exact")
    dates = [day for one in mine for day in (one.period_start, one.period_end) if day]
    note = f"{say_basis(basis)}, {say_months(min(dates), max(dates))}" if dates else f"{say_basis(basis)}, {NO_DATE}"
    return Glance(
        say_amount(value, high, basis),
        measure.noun_one if value == 1 and not high else measure.noun,
        note,
        measure.family,
    )


def find_medians(meetings: list[Meeting], today: date) -> Medians:
    """Middle values over the meetings held so far; who came back from the second on, when somebody can have."""
    held = [one for one in meetings if one.day is None or one.day <= today]
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
        planned=len(meetings) - len(held),
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
    return parts


def told_back(outcome: Outcome, today: date) -> str:
    """Whether people were told what changed: told back, due, overdue, or no day set."""
    if outcome.told_back_date and outcome.told_back_date <= today:
        return TOLD
    due = outcome.told_back_date or outcome.told_back_due_date
    if due is None:
        return NO_DAY_SET
    return OVERDUE if due < today else DUE


def say_told_back(outcome: Outcome, today: date) -> str:
    """That in words, with its day."""
    state = told_back(outcome, today)
    if state == TOLD:
        return f"Told back on {say_date(outcome.told_back_date)}"
    if state == NO_DAY_SET:
        return "Told back: not recorded, and no day is set for it"
    due = outcome.told_back_date or outcome.told_back_due_date
    return (
        f"Telling people is due by {say_date(due)}"
        if state == DUE
        else f"Telling people is overdue since {say_date(due)}"
    )


def say_told(outcomes: list[Outcome], today: date) -> str:
    """How many of the changes people were told about, in a few words."""
    states = [told_back(one, today) for one in outcomes]
    if len(set(states)) == 1:
        return {TOLD: "people were told", NO_DAY_SET: "whether people were told is not recorded"}.get(
            states[0], f"telling people is {states[0]}"
        )
    words = {TOLD: "told back", DUE: "due", OVERDUE: "overdue", NO_DAY_SET: "not recorded"}
    return ", ".join(f"{states.count(state)} {words[state]}" for state in words if state in states)


def say_withdrawal(quote: Quote, today: date) -> str:
    """Until when the person who told it can take it back."""
    if quote.withdraw_by is None:
        return "no day is recorded until which it can be withdrawn"
    if quote.withdraw_by < today:
        return f"it could be withdrawn until {say_date(quote.withdraw_by)}"
    return f"it can be withdrawn until {say_date(quote.withdraw_by)}"


def say_month(month: str) -> str:
    """2025-04 as “April 2025”; anything else as it stands."""
    try:
        return f"{date.fromisoformat(f'{month}-01'):%B %Y}"
    except ValueError:
        return month


def list_not_recorded(story: ActivityStory) -> list[str]:
    """What this record does not say, each in a few words, in the order of the page. A gap is not a judgement."""
    head = story.head
    missing = {
        "a summary": head.summary,
        "the method": head.method,
        "the theme": head.theme,
        "the organisation": head.organisation,
        "when it took place": head.start_date or head.end_date,
        "where": [one for one in story.where if one.state in (LOCATED, OUTSIDE, NOT_TIED)],
        "who to talk to": head.role_mailbox,
        "what it cost": head.cost,
        "what it's called": story.callings,
        "what was open to influence": head.decision_at_stake,
        "what was not open to influence": head.not_open_to_influence,
        "what was promised": head.promise,
        "who framed, commissioned, designed, delivered and evaluated it": story.stages,
        f"an answer to any of the {len(story.facts)} questions": any(
            line.answer != "not_known" for line in story.facts
        ),
        "how many took part": story.counts,
        "meetings": story.meetings,
        "what changed": story.outcomes,
        "whose knowledge was in the room": story.perspectives,
        "what people gave and got": story.exchanges,
        "stories": story.quotes,
        "a reply or an agreed statement": story.statements,
    }
    return [label for label, recorded in missing.items() if not recorded]
