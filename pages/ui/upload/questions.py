"""What only a person knows about a file: at most three questions at once, the most consequential first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from etl.questions.asking import MOST_AT_ONCE, order
from etl.questions.types import Question
from pages.ui.explaining import escape
from pages.ui.upload.state import Said, Upload, keep_said
from soundings.views import say_count

EVIDENCE_SHOWN = 6


def ask_questions(upload: Upload, questions: Sequence[Question], said: Said) -> None:
    """The questions that a file raises, each with what is assumed if it is left; an answer shows the page again."""
    if not questions:
        return
    answers = dict(said.answers)
    ordered = order(questions, answers)
    st.subheader("Before you confirm", anchor=False)
    for question in ordered[:MOST_AT_ONCE]:
        ask(upload, question, said)
    rest = ordered[MOST_AT_ONCE:]
    if rest:
        with st.expander(f"{say_count(len(rest), 'more questions')} about fewer records"):
            for question in rest:
                ask(upload, question, said)


def ask(upload: Upload, question: Question, said: Said) -> None:
    """One question with its evidence and its choices."""
    answers = dict(said.answers)
    ids = [choice.id for choice in question.choices]
    labels = {choice.id: choice.label for choice in question.choices}
    held = answers.get(question.id, None if question.must_answer else question.assumed)
    with st.container(border=True, key=upload.key(f"question_{ids_safe(question.id)}")):
        st.markdown(f"**{escape(question.sentence)}**")
        for line in question.evidence[:EVIDENCE_SHOWN]:
            st.markdown(f"- {escape(line)}")
        if len(question.evidence) > EVIDENCE_SHOWN:
            st.caption(f"… and {len(question.evidence) - EVIDENCE_SHOWN:,} more.")
        chosen = st.radio(
            question.sentence,
            ids,
            index=ids.index(held) if held in ids else None,
            format_func=lambda one: escape(labels[one]),
            key=upload.key(f"answer_{ids_safe(question.id)}"),
            label_visibility="collapsed",
        )
        if question.is_open(answers):
            st.caption("Nothing can be taken in before you choose.")
        elif question.id not in answers:
            st.caption(f"If you leave it: {escape(labels[question.assumed])}.")
    if chosen is not None and chosen != held:
        keep_said(upload, replace(said, answers=tuple((answers | {question.id: chosen}).items())))
        st.rerun()


def ids_safe(question_id: str) -> str:
    """A question's id as part of a widget's key, which stands as a class in the page: letters, digits and underscores."""
    return "".join(sign if sign.isalnum() and sign.isascii() else f"_{ord(sign):x}" for sign in question_id)
