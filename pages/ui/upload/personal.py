"""Why columns about people are not kept, a button that leaves each of them out, and another where a name is an activity's."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from etl.personal_data import PEOPLE_BY_HEADING
from etl.questions.names import ACTIVITIES, CHOICES, find_question
from etl.questions.types import Question
from etl.uploads.uploading import Prepared
from pages.ui.explaining import escape
from pages.ui.upload.state import Said, Upload, keep_said


def explain_personal(upload: Upload, prepared: Prepared, said: Said) -> None:
    """What looks personal, column by column, with a way on; nothing of the file was kept."""
    found = prepared.personal
    columns = list(dict.fromkeys(one.column for one in found))
    st.subheader("Some columns look as if they are about people", anchor=False)
    st.markdown(
        "Soundings keeps no names, e-mail addresses, phone numbers or home addresses, so **nothing of this file has been kept**. "
        "Leave these columns out, and the rest can come in. Your own file is not changed."
    )
    for number, column in enumerate(columns):
        what = next(one.what for one in found if one.column == column)
        with st.container(
            horizontal=True, vertical_alignment="center", border=True, key=upload.key(f"personal_{number}")
        ):
            question = find_question(column, prepared.questions)
            more = " Its cells look like what activities are called." if question else way_out(what)
            st.markdown(f"**{escape(column)}** looks like {escape(what)}.{more}", width="stretch")
            if question and st.button(CHOICES[0].label, key=upload.key(f"names_{number}")):
                say_activities(upload, said, question)
            if st.button("Leave this column out", key=upload.key(f"drop_{number}")):
                leave_out(upload, said, [column])
    if len(columns) > 1 and st.button(f"Leave all {len(columns)} out", type="primary", key=upload.key("drop_all")):
        leave_out(upload, said, columns)


def way_out(what: str) -> str:
    """What else to do where a heading alone says that a column is of people."""
    if what != PEOPLE_BY_HEADING:
        return ""
    return " If it holds what activities are called, give it a heading that says so in your file (“Event name”), and drop it again."


def say_activities(upload: Upload, said: Said, question: Question) -> None:
    """Keeps that a column holds names of activities, and shows the page again."""
    answers = dict(said.answers) | {question.id: ACTIVITIES}
    keep_said(upload, replace(said, answers=tuple(answers.items())))
    st.rerun()


def leave_out(upload: Upload, said: Said, columns: list[str]) -> None:
    """Leaves columns out, of a matched file by matching them with nothing, and shows the page again."""
    mapping = said.mapping
    if mapping is not None:
        mapping = replace(mapping, columns=tuple(pair for pair in mapping.columns if pair[0] not in columns))
    keep_said(upload, replace(said, drop=tuple(dict.fromkeys([*said.drop, *columns])), mapping=mapping))
    st.rerun()
