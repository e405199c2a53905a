"""Three of the four questions that are enough to send: what, when, and roughly how many."""

from __future__ import annotations

import streamlit as st

from etl.form.answers import (
    ABOUT,
    BETWEEN,
    EXACT,
    MOST_COUNTS,
    NOT_COUNTED,
    count_entries,
)
from pages.ui.access import Reader, read_once
from pages.ui.add.asking import Asking
from soundings.activities import read_options
from soundings.measures import list_countable
from soundings.model import CANCELLED, HELD, NOT_KNOWN, PLANNED, POSTPONED

METHODS = (
    "survey", "workshop", "group", "meeting", "drop-in", "event", "consultation", "panel", "citizens' assembly", "ballot",
    "interviews", "door-knocking", "online forum", "comment map", "newsletter",
)  # fmt: skip
OTHER = "another way"
BASIS = {EXACT: "Exactly", ABOUT: "About", BETWEEN: "Between two numbers", NOT_COUNTED: "We did not count"}
COUNTED = {
    "people": "Different people (someone who came twice counts once)",
    "responses": "Answers or forms sent in",
    "attendances": "Times people came (someone who came twice counts twice)",
    "entries": "Entries to a draw or ballot",
    "tickets": "Tickets",
    "reports": "Problems reported",
    "group_sessions": "Meetings held, as a total (meetings you list one by one below are among them)",
    "contact_hours": "Contact hours, as a total (length of each meeting times the people who came)",
}
OUTCOMES = {
    HELD: "It took place",
    CANCELLED: "It was cancelled",
    POSTPONED: "It was postponed",
    PLANNED: "It is still to come",
}
YES_NO = {"yes": "Yes", "no": "No"}


def ask_what(ask: Asking, reader: Reader) -> None:
    """What it was: its title, and how it was done."""
    ask.text(
        "title", "What do you call it, in a few words?", note="A title people would know it by, such as “Parks survey”."
    )
    known = read_once(reader, read_options).methods
    methods = list(dict.fromkeys([*METHODS, *known]))
    kept = ask.answers.get("method", "")
    ask.answers.setdefault("method_choice", (kept if kept in methods else OTHER) if kept else "")
    choice = ask.select(
        "method_choice", "How was it done?", [*methods, OTHER], note="Type a few letters, or choose one"
    )
    if choice == OTHER:
        with st.container(key="add_follow_method"):
            ask.text("method", "In your own word: how was it done?", limit=60)
    else:
        ask.say_problem("method")
        ask.keep("method", choice)


def ask_when(ask: Asking) -> None:
    """The day it was, or the first and last."""
    ask.day("start", "When did it happen, or start?")
    lasted = ask.choose("lasted", "Did it go on for more than a day?", YES_NO, usual="no")
    if lasted == "yes":
        with st.container(key="add_follow_end"):
            ask.day("end", "When did it end?", note="Leave it empty if it is still going on.")
    else:
        for part in ("day", "month", "year"):
            ask.answers.pop(f"end_{part}", None)
    ask_outcome(ask, "outcome", "Did it take place?")


def ask_outcome(ask: Asking, name: str, label: str) -> None:
    """Whether it took place. That it did is assumed, and kept as no answer: a day to come is then still planned."""
    kept = ask.answers.get(name)
    options = OUTCOMES | ({NOT_KNOWN: "It is not known"} if kept == NOT_KNOWN else {})
    if ask.choose(name, label, options, usual=HELD) == HELD:
        ask.keep(name, None)


def ask_how_many(ask: Asking, number: int = 1) -> None:
    """A number, how exactly it is known, and what was counted."""
    name, nth = f"c{number}", "" if number == 1 else f" (figure {number})"
    basis = ask.choose(f"{name}_basis", f"How well do you know how many took part?{nth}", BASIS)
    if basis not in (EXACT, ABOUT, BETWEEN):
        return
    with st.container(key=f"add_follow_{name}"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            label = "From" if basis == BETWEEN else "How many"
            ask.text(f"{name}_value", f"{label}{nth}", width=140, limit=12)
            if basis == BETWEEN:
                ask.text(f"{name}_high", f"To{nth}", width=140, limit=12)
        counted = list_countable()
        usual = "responses" if ask.answers.get("method") in ("survey", "consultation", "comment map") else "people"
        ask.answers.setdefault(f"{name}_measure", usual)
        ask.select(f"{name}_measure", f"What was counted{nth}", counted, say=lambda one: COUNTED.get(one, one))


def ask_more_counts(ask: Asking) -> None:
    """Further figures, each with its own unit."""
    count = count_entries(ask.answers, "counts", MOST_COUNTS)
    for number in range(2, count + 1):
        ask_how_many(ask, number)
    if count < MOST_COUNTS:
        st.button("Add another figure", key="add_another_count", icon=":material/add:", on_click=ask.put,
                  args=("counts", str(count + 1)))  # fmt: skip
