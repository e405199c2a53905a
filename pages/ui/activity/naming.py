"""How an activity got its name: what it's called beside what's recorded, why, the facts behind it, and how both went over time."""

from __future__ import annotations

import streamlit as st

from pages.ui import keys
from pages.ui.explaining import escape
from pages.ui.naming import help_for, mark, mark_called, show_pair
from soundings.activity.records import Calling
from soundings.activity.story import ActivityStory, FactLine, list_other_names, say_other_name
from soundings.filters import say_date

ANSWER_ICON = {"yes": ":material/check:", "no": ":material/close:"}
RECORDED_THEN = "Each from what the organiser had recorded by then."
FACT_WORD = {"yes": "Yes", "no": "No"}


def show_naming(story: ActivityStory, *, is_confirmed: bool = False) -> None:
    """What it's called and what's recorded, why, and only where they differ what the word would also need."""
    called = story.recorded.claim
    with st.container(border=True):
        show_pair(
            called.called if called else None,
            called.on if called else None,
            story.made.rule_id,
            story.made.comparison,
            "activity",
            is_confirmed=is_confirmed,
        )
        st.markdown(f"**Method:** {escape(story.head.method or 'not recorded')}")
        why = story.explanation
        parts = (why.fits, why.stages, why.statutory, why.needs)
        st.markdown("\n\n".join(escape(part) for part in parts if part))
        ask_other_name(story)


def ask_other_name(story: ActivityStory) -> None:
    """What another name would also need, for whoever asks."""
    names = list_other_names(story)
    rule_id = st.selectbox(
        "Show what another name would also need",
        list(names),
        index=None,
        format_func=names.get,
        key=f"{keys.ASKED_OF}{story.head.activity_id}",
        placeholder="Choose a name",
        width=320,
    )
    if rule_id:
        st.markdown(escape(say_other_name(story, rule_id)))


def show_facts(story: ActivityStory) -> None:
    """Each question with its answer and where someone could see that; the questions without an answer in one line."""
    answered = [line for line in story.facts if line.answer in FACT_WORD]
    if not answered:
        return
    st.subheader("The facts behind the name", anchor=False)
    st.caption("As recorded, each with where someone could see it.")
    half = -(-len(answered) // 2)
    columns = st.columns(2, gap="large") if len(answered) > 1 else [st.container()]
    for column, mine in zip(columns, (answered[:half], answered[half:]), strict=False):
        with column:
            for line in mine:
                show_fact(line)
    unknown = [line.fact.label for line in story.facts if line.answer not in FACT_WORD]
    if unknown:
        st.markdown(f"**Not known:** {escape('; '.join(unknown))}. That counts neither for nor against any name.")


def show_fact(line: FactLine) -> None:
    """One answered question: the answer, where someone could see it, and what answered it if nobody did."""
    seen = "; ".join(text for text in (line.evidence, line.how) if text) or "where this can be seen is not recorded"
    clash = "  \n**Does not fit together with another answer.**" if line.is_conflict else ""
    st.markdown(
        f"{ANSWER_ICON[line.answer]} **{FACT_WORD[line.answer]}.** {escape(line.fact.label)}  \n:small[{escape(seen)}]{clash}",
        help=help_for(line.fact.id),
    )


def show_history(story: ActivityStory) -> None:
    """What it has been called, and when; and every name derived so far, when and why. Nothing is ever overwritten."""
    if not story.callings and not story.namings:
        return
    with st.expander("What it has been called, and how its name was derived over time", key="name_history"):
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown("**What it has been called**")
            for one in story.callings:
                show_calling(one)
            if not story.callings:
                st.caption("Nobody has said what they call it.")
        with right:
            st.markdown("**What the record gave**")
            if story.namings:
                st.caption(RECORDED_THEN)
            for one in story.namings:
                st.markdown(mark(one.rule_id))
                st.caption(f"{say_date(one.made_at)}, rubric {escape(one.rubric_version)}. {escape(one.because)}")
            if not story.namings:
                st.caption("No name has been derived and kept yet; the one above was made for this page.")


def show_calling(one: Calling) -> None:
    """One thing it was called, by whom and from when."""
    by = f"by {escape(one.called_by)}" if one.called_by else "by whom is not recorded"
    since = f"since {say_date(one.called_date)}" if one.called_date else "since when is not recorded"
    st.markdown(mark_called(one.called))
    st.caption(f"{by}, {since}; told to us on {say_date(one.recorded_at)}")
