"""What a page says of one activity, in words: when and where, told back or due or overdue, what is not recorded."""

from __future__ import annotations

from datetime import date
from math import inf

from soundings.activity.records import Head, Outcome, Quote, Where
from soundings.activity.story import ActivityStory
from soundings.filters import WHEN_LABEL, say_date
from soundings.model import CANCELLED, LOCATED, NOT_KNOWN, NOT_TIED, OUTSIDE, PLANNED, POSTPONED
from soundings.took_place import LABEL
from soundings.views import say_amount as say_band
from soundings.views import say_number

NO_DATE = "when not recorded"
TOLD, DUE, OVERDUE, NO_DAY_SET = "told back", "due", "overdue", "no day set"
CONSENT = {
    "public": "Shared with consent for everyone to read",
    "funders": "Shared with consent for staff and funders to read, nobody else",
    "staff": "Shared with consent for staff to read, nobody else",
}


def say_amount(value: float, high: float | None, basis: str) -> str:
    """A figure by its basis: “864”, “about 400”, “18 to 27”, “at least 12”."""
    if basis == "band":
        return say_band(value, inf if high is None else high)
    return f"about {say_number(value)}" if basis == "estimate" else say_number(value)


def say_basis(basis: str) -> str:
    """What kind of figure it is, in a word or two."""
    return {"exact": "counted exactly", "estimate": "an estimate", "band": "a band"}[basis]


def say_span(start: date | None, end: date | None) -> str:
    """“6 February 2024 to 18 March 2025”; one day where only one is known, `NO_DATE` where neither is."""
    if start and end and start != end:
        return f"{say_date(start)} to {say_date(end)}"
    return say_date(start or end) if start or end else NO_DATE


def say_months(start: date, end: date) -> str:
    """A period in few letters: “Feb 2024 to Mar 2025”."""
    first, last = f"{start:%b %Y}", f"{end:%b %Y}"
    return first if first == last else f"{first} to {last}"


def say_when(head: Head) -> str:
    """The period with what it is today: “since 14 November 2023 (live now)”, “4 May 2026 (cancelled)”."""
    is_open = head.start_date and not head.end_date and head.status == "live"
    span = f"since {say_date(head.start_date)}" if is_open else say_span(head.start_date, head.end_date)
    if head.took_place:
        return f"{span} ({LABEL[head.took_place]})"
    return f"{span} ({WHEN_LABEL[head.status]})" if head.status in WHEN_LABEL else span


def say_unheld(story: ActivityStory) -> str:
    """Why an activity that did not take place is in no figure."""
    reason = {
        CANCELLED: "This was cancelled: it did not take place.",
        POSTPONED: "This was postponed: it did not take place then.",
        PLANNED: "This is planned: nobody has said that it took place.",
        NOT_KNOWN: "It is not known whether this took place.",
    }[story.head.took_place]
    return f"{reason} What is recorded of it stands here, and is in no figure."


def say_where(where: Where) -> str:
    """A place in words, or why there is none on the map."""
    if where.state == LOCATED and where.name:
        return where.name
    if where.state == OUTSIDE:
        return f"“{where.said}”, outside the places loaded here" if where.said else "outside the places loaded here"
    if where.state == NOT_TIED:
        return f"not tied to a place ({where.said})" if where.said else "not tied to a place"
    return "no place recorded"


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
        "how many took part": story.counts or [one for one in story.meetings if one.came is not None],
        "meetings": story.meetings,
        "what changed": story.outcomes,
        "whose knowledge was in the room": story.perspectives,
        "what people gave and got": story.exchanges,
        "stories": story.quotes,
        "a reply or an agreed statement": story.statements,
    }
    return [label for label, recorded in missing.items() if not recorded]
