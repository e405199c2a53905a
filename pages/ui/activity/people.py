"""What changed and who was told, whose knowledge was in the room, what people gave and got, and what they say of it."""

from __future__ import annotations

from datetime import date

import streamlit as st

from pages.ui.explaining import escape
from pages.ui.naming import help_for
from soundings.activity.records import Exchange, Outcome, Perspective, Quote, Statement
from soundings.activity.words import (
    CONSENT,
    DUE,
    NO_DAY_SET,
    OVERDUE,
    TOLD,
    say_month,
    say_told_back,
    say_withdrawal,
    told_back,
)
from soundings.filters import say_date
from soundings.model import AGREED_STATEMENT, KNOWLEDGE, ORGANISERS_REPLY, PEOPLES_REPLY
from soundings.views import say_number

TOLD_ICON = {TOLD: "mark_chat_read", DUE: "schedule", OVERDUE: "pending", NO_DAY_SET: "more_horiz"}
KNOWLEDGE_LABEL = {
    "lived": "Lived: people’s own lives",
    "local": "Local: this place",
    "professional": "Professional: a trade or an office",
}
STATEMENT_LABEL = {
    AGREED_STATEMENT: "A statement the group has read and agreed",
    PEOPLES_REPLY: "Reply of people who took part",
    ORGANISERS_REPLY: "Reply of the organiser",
}


def show_outcomes(outcomes: list[Outcome], today: date) -> None:
    """What changed, who decided it, and whether the people who took part were told."""
    if not outcomes:
        return
    st.subheader("What changed", anchor=False)
    for one in outcomes:
        state = told_back(one, today)
        decided = f"Decided by {escape(one.who_decided)}" if one.who_decided else "Who decided is not recorded"
        when = f", {say_date(one.changed_date)}" if one.changed_date else ""
        st.markdown(
            f"**{escape(one.what_changed)}**  \n{decided}{when}.  \n:material/{TOLD_ICON[state]}: {say_told_back(one, today)}."
        )


def show_perspectives(perspectives: list[Perspective]) -> None:
    """Whose knowledge was in the room, by kind; a kind nobody named is said."""
    if not perspectives:
        return
    st.subheader("Whose knowledge was in the room", anchor=False)
    for column, kind in zip(st.columns(len(KNOWLEDGE), gap="medium"), KNOWLEDGE, strict=True):
        lines = [say_perspective(one) for one in perspectives if one.knowledge == kind]
        column.markdown("  \n".join([f"**{KNOWLEDGE_LABEL[kind]}**", *(lines or [":small[not recorded]"])]))


def say_perspective(one: Perspective) -> str:
    """Who, as Markdown, with how many of them where that is known."""
    return escape(one.who) + ("" if one.people_count is None else f" ({say_number(one.people_count)})")


def show_exchanges(exchanges: list[Exchange]) -> None:
    """What people gave beside what they got."""
    if not exchanges:
        return
    st.subheader("Give and take", anchor=False)
    for column, side, label in zip(
        st.columns(2, gap="medium"), ("gave", "got"), ("People gave", "People got"), strict=True
    ):
        lines = [escape(text) for one in exchanges if (text := getattr(one, side))]
        column.markdown(
            "  \n".join([f"**{label}**", *(lines or [":small[not recorded]"])]), help=help_for("reciprocity")
        )


def show_quotes(quotes: list[Quote], today: date) -> None:
    """Stories told with consent, with who may read them and until when they can be taken back."""
    if not quotes:
        return
    st.subheader("In people’s own words", anchor=False)
    with st.container(key="quotes"):
        for one in quotes:
            show_quote(one, today)


def show_quote(one: Quote, today: date) -> None:
    """One story: its words, who told it, who may read it, and until when it can be taken back."""
    told = f"{escape(one.told_by)}. " if one.told_by else ""
    given = f" (given {say_date(one.consent_date)})" if one.consent_date else ""
    st.markdown(
        f"> “{escape(one.words)}”\n\n:small[{told}{CONSENT[one.consent_scope]}{given}; {say_withdrawal(one, today)}.]"
    )


def show_statements(statements: list[Statement]) -> None:
    """What a group has agreed to say, and the replies of those who took part and of the organiser, each as they wrote it."""
    if not statements:
        return
    st.subheader("What those involved say about this record", anchor=False)
    for one in statements:
        month = f", {escape(say_month(one.said_month))}" if one.said_month else ""
        st.markdown(f"**{STATEMENT_LABEL[one.kind]}**{month}  \n{escape(one.words)}")
