"""What the people who took part say of an activity, on its page: never averaged with what the organiser recorded."""

from __future__ import annotations

from datetime import date
from html import escape as as_text

import streamlit as st

from pages.ui.access import Reader
from pages.ui.explaining import escape
from pages.ui.participants.asking import show_asking
from soundings.classify import Classification
from soundings.feedback import Instrument, Said, read_said
from soundings.participants import Question, find_disagreements, is_confirmed, read_texts, say_asking, say_month
from soundings.publication import PRIVATE, WITHHELD, Published
from soundings.views import say_number

STYLE = """
<style>
.answered { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); gap: 0 3rem; max-width: 62rem; }
.answers { border-collapse: collapse; width: 100%; margin: 0 0 1.2rem; border: 0; height: max-content; }
.answers caption { text-align: left; font-weight: 600; padding: 0 0 0.25rem; caption-side: top; color: inherit; font-size: 1rem; }
.answers th, .answers td { border: 0; padding: 0.12rem 0; font-weight: 400; text-align: left; font-size: 0.94rem; }
.answers th { width: 7.6rem; white-space: nowrap; }
.answers td.count { width: 2.6rem; padding-right: 0.7rem; text-align: right; font-variant-numeric: tabular-nums; }
.answers .bar { height: 0.72rem; background: currentColor; opacity: 0.55; border-radius: 1px; min-width: 2px; }
@media print { .answers .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
</style>
"""


def show_participants(reader: Reader, activity_id: str, made: Classification, today: date) -> None:
    """The participants' view of one activity; says so where nobody has been asked."""
    said = read_said(reader.connection, activity_id)
    with st.container(key="participants"):
        st.subheader("What people who took part say", anchor=False)
        show_said(said, made)
        show_asking(reader, activity_id, today)


def show_said(said: Said, made: Classification) -> None:
    """Where they and the record disagree, what they answered, and recorded scores."""
    texts = read_texts()
    for sentence in find_disagreements(made.answers, said.published):
        st.markdown(f":material/compare_arrows: {escape(sentence)}")
    if said.published:
        st.caption(texts.page["apart"])
    else:
        st.markdown(texts.page["not_asked"])
    for one in said.published:
        show_published(one)
    for one in said.instruments:
        show_instrument(one)


def is_confirmed_here(reader: Reader, activity_id: str, made: Classification) -> bool:
    """Whether people who took part bear out what is recorded of this activity."""
    return is_confirmed(made.answers, read_said(reader.connection, activity_id).published)


def show_published(one: Published) -> None:
    """One asking: its month, and its answers as counts, or why there are none."""
    texts = read_texts()
    if one.state in (PRIVATE, WITHHELD):
        st.markdown(f"{escape(say_asking(one))} **{escape(texts.page[one.state])}**")
        return
    st.markdown(f"**{escape(say_asking(one))}**" + ("" if one.is_one_each else f" {texts.page['not_assured']}"))
    tables = "".join(draw_question(question, one) for question in texts.questions)
    st.html(STYLE)
    st.html(f'<div class="answered">{tables}</div>')
    st.caption(texts.page["not_validated"])


def draw_question(question: Question, one: Published) -> str:
    """One question's answers as a table of labels, bars and counts. The words are of data/participants.toml alone."""
    texts = read_texts()
    counts = one.counts.get(question.id)
    caption = f"<caption>{as_text(question.text)}</caption>"
    if counts is None:
        return f'<table class="answers">{caption}<tr><td>{as_text(texts.page["question_withheld"])}</td></tr></table>'
    told = [(texts.labels[answer], counts.get(answer, 0)) for answer in question.answers]
    left_out = one.answered_count - sum(counts.values())
    if left_out:
        told.append(("Left out", left_out))
    rows = "".join(
        f'<tr><th scope="row">{as_text(label)}</th><td class="count">{count:,}</td><td>{draw_bar(count, one.answered_count)}</td></tr>'
        for label, count in told
    )
    return f'<table class="answers">{caption}{rows}</table>'


def draw_bar(count: int, total: int) -> str:
    """A bar as long as the share of all who answered; nothing for none."""
    return f'<div class="bar" style="width:{100 * count / total:.1f}%"></div>' if count else ""


def show_instrument(one: Instrument) -> None:
    """A validated instrument's aggregate score, by name and version."""
    when = f", {say_month(one.month)}" if one.month else ""
    st.markdown(
        f"**{escape(one.name)}** ({escape(one.version)}): {say_number(one.score)} on a scale of {escape(one.scale)}, "
        f"from {one.answered_count:,} people{when}. Recorded by the organiser."
    )
