"""The form for people who took part, phone first: five questions and one box, or the one box of a group's statement."""

from __future__ import annotations

import streamlit as st

from etl.participants.statements import LONGEST, take_statement
from etl.participants.waves import LONGEST_WORDS, READY, UNKNOWN, USED, Code, read_code, take_answer
from pages.ui import keys
from pages.ui.explaining import escape
from soundings.home import find_home
from soundings.model import SoundingsError
from soundings.participants import read_texts

STYLE = """
<style>
header[data-testid="stHeader"] { display: none; }
.stMainBlockContainer { max-width: 640px; padding-top: 1.2rem; }
.stRadio { width: 100% !important; margin-bottom: 0.9rem; }
.stRadio > label { margin-bottom: 0.4rem; }
.stRadio > label p { font-size: 1.08rem; font-weight: 650; line-height: 1.35; }
.stRadio [role="radiogroup"] { width: 100%; gap: 0.5rem; flex-flow: row wrap; }
.stRadio [data-testid="stRadioOption"] { min-width: 4.6rem; min-height: 48px; margin: 0; padding: 0 0.9rem 0 0.7rem;
  display: flex; align-items: center; border-radius: 8px;
  border: 1px solid color-mix(in srgb, currentColor 50%, transparent); }
.stRadio [data-testid="stRadioOption"] > div { align-items: center; }
.stRadio [data-testid="stRadioOption"] > div > div:first-child { margin-top: 0; }
.stRadio [data-testid="stRadioOption"]:has(input:checked) { box-shadow: inset 0 0 0 1.5px currentColor;
  background: color-mix(in srgb, currentColor 8%, transparent); }
.stRadio [data-testid="stRadioOption"]:has(input:focus-visible) { outline: 3px solid currentColor; outline-offset: 2px; }
.stRadio [data-testid="stRadioOption"] p { font-size: 1.05rem; }
.stTextArea label p, .stCheckbox label p { font-size: 1rem; }
.stTextArea textarea { font-size: 1.05rem; }
.stCheckbox label { min-height: 48px; align-items: center; }
.stFormSubmitButton button { width: 100%; min-height: 56px; }
.stFormSubmitButton button p { font-size: 1.12rem; }
</style>
"""


DARK_STYLE = "<style>.stFormSubmitButton button p { color: #10202c; }</style>"  # white on the pale blue cannot be read


def show_form(code: str) -> None:
    """What this code opens: the questions, the group's statement, thanks, or a plain sentence on why it opens nothing."""
    texts = read_texts()
    st.set_page_config(page_title=texts.form["title"])
    st.html(STYLE)
    if st.context.theme.type == "dark":
        st.html(DARK_STYLE)
    sent = st.session_state.get(keys.FEEDBACK_SENT)
    if sent is not None and sent[0] == code:
        show_thanks(*sent[1:])
        return
    try:
        read = read_code(find_home(), code)
    except SoundingsError:
        show_words(texts.form["title"], texts.form["not_saved"])
        return
    if read.state == READY:
        show_statement_form(code, read) if read.is_statement else show_questions(code, read)
    else:
        what = {USED: "used", UNKNOWN: "unknown"}.get(read.state, "closed")
        show_words(texts.form[f"{what}_title"], texts.form[what])


def show_no_code() -> None:
    """Where to find the code, for someone who came without one."""
    show_words(read_texts().form["no_code_title"], read_texts().form["no_code"])


def show_words(title: str, words: str) -> None:
    st.title(title, anchor=False)
    st.markdown(words)


def show_thanks(title: str, words: str, steps: list[str]) -> None:
    """Thanks, and what happens next; said aloud by a screen reader."""
    st.title(title, anchor=False)
    st.success(words)
    for step in steps:
        st.markdown(f"- {step}")


def show_questions(code: str, read: Code) -> None:
    """Five questions and the box, on one scroll; sent in one go."""
    texts, form = read_texts(), read_texts().form
    told = {"reader": escape(read.wave.reader), "call": escape(read.wave.call)}
    st.title(form["title"], anchor=False)
    st.markdown(f"{form['about']} **{escape(read.wave.title)}**")
    st.markdown(form["promise"])
    with st.form("say", border=False, enter_to_submit=False):
        answers = {}
        for number, question in enumerate(texts.questions, start=1):
            answers[question.id] = st.radio(
                f"{number}. {question.text} {question.note}".strip(),
                question.answers,
                index=None,
                horizontal=True,
                format_func=texts.labels.get,
                key=f"say_{question.id}",
            )
        st.subheader(form["box_label"], anchor=False)
        words = st.text_area(form["box_heading"].format(**told), max_chars=LONGEST_WORDS, height=140, key="say_words")
        st.caption(form["not_validated"])
        is_sent = st.form_submit_button(form["send"], type="primary", width="stretch")
    if not is_sent:
        return
    if not any(answers.values()) and not words.strip():
        st.warning(form["nothing_given"])
        return
    try:
        taken = take_answer(find_home(), code, answers, words)
    except (SoundingsError, OSError):
        st.error(form["not_saved"])
        return
    if taken == READY:
        steps = [step.format(**told) for step in form["next_steps"]]
        st.session_state[keys.FEEDBACK_SENT] = (code, form["thanks_title"], form["thanks"], steps)
    st.rerun()


def show_statement_form(code: str, read: Code) -> None:
    """The one box of a group's own statement."""
    form = read_texts().statement
    st.title(form["title"], anchor=False)
    st.markdown(f"{form['about']} **{escape(read.wave.title)}**")
    st.markdown(form["promise"])
    with st.form("statement", border=False, enter_to_submit=False):
        words = st.text_area(form["box_label"], max_chars=LONGEST, height=260, key="say_statement")
        is_agreed = st.checkbox(form["agreed"], key="say_agreed")
        is_sent = st.form_submit_button(form["send"], type="primary", width="stretch")
    if not is_sent:
        return
    if not words.strip() or not is_agreed:
        st.warning(form["nothing_given"])
        return
    try:
        taken = take_statement(find_home(), code, words, keys.today())
    except (SoundingsError, OSError):
        st.error(form["not_saved"])
        return
    if taken == READY:
        st.session_state[keys.FEEDBACK_SENT] = (code, form["thanks_title"], form["thanks"], [])
    st.rerun()
