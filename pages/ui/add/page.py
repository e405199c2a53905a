"""The form Add activity, step by step: which draft, which step, what is wrong, and saving it as it is typed."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from etl.form.answers import MEETING, list_personal
from etl.form.checking import find_problems
from etl.form.drafts import Draft, delete_draft, list_drafts, make_draft_id, read_draft, read_sent
from etl.form.reading import start_change, start_meeting
from pages.ui import keys
from pages.ui.access import Reader
from pages.ui.add.asking import Asking, forget_widgets, take_typed
from pages.ui.add.check import send, show_check, show_receipt, step_of
from pages.ui.add.questions import ask_how_many, ask_what, ask_when
from pages.ui.add.steps import ask_called, ask_changes, ask_decisions, ask_meeting, ask_who
from pages.ui.add.style import dress_form, go_to_top
from pages.ui.add.where import ask_where
from pages.ui.add.windows import find_held, follow_windows, hold, keep, own, show_sent_already, start_again
from pages.ui.explaining import escape
from soundings.model import SoundingsError

FOUR, CHECK = "four", "check"
STEPS = {
    "what": "What and when",
    "where": "Where",
    "who": "Who came",
    "how": "How decisions were made",
    "changed": "What changed",
    "called": "What do you call it?",
    CHECK: "Check and send",
}
DRAFTS_SHOWN = 10


def show_add(reader: Reader) -> None:
    """The receipt that the address asks for, or the form at its step."""
    dress_form()
    with st.container(key="add_form"):
        receipt = st.query_params.get("receipt")
        if receipt and show_receipt(reader, receipt):
            go_to_top("receipt")
            keys.show_notes()
            return
        draft = hold_draft(reader)
        if draft is None:
            return
        step = st.query_params.get("step", FOUR)
        step = step if step in (FOUR, *STEPS) else FOUR
        go_to_top(step)
        keys.show_notes()
        if draft.about.get("what") == MEETING:
            show_meeting(reader, draft)
        else:
            show_step(reader, draft, step)


def hold_draft(reader: Reader) -> Draft | None:
    """The draft this visit is filling in: that of its link, one for the activity its link names, or a new one."""
    asked, held = st.query_params.get("draft"), find_held()
    if held is not None and not asks_for_activity():
        return follow_windows(reader, held) if held.draft.changed_at else held.draft
    forget_widgets()
    st.session_state.pop(keys.ADD_TRIED, None)
    try:
        if asked and (sent := read_sent(reader.home, asked)) and sent.scope == reader.scope:
            show_sent_already(sent)
            return None
        draft = read_draft(reader.home, asked) if asked else start_about(reader) or start_empty(reader)
    except SoundingsError as error:
        st.title("Add activity", anchor=False)
        st.error(escape(str(error)))
        return None
    if draft is None or draft.about.get("for", "") != reader.scope:
        st.info("That draft is not here: it was sent or deleted, or the link is not whole. Here is an empty form.")
        draft = start_empty(reader)
    held = hold(draft, is_linked=asked == draft.draft_id)
    if draft.about.get("what") and not asked:
        keep(reader, draft, draft.answers)
    return held.draft


def asks_for_activity() -> bool:
    """Whether the address asks for a meeting of an activity, or a change of it."""
    return any(name in st.query_params for name in ("session", "change"))


def start_about(reader: Reader) -> Draft | None:
    """A draft about the activity that the address names; None where it names none, or one the form cannot change."""
    for name, start in (("session", start_meeting), ("change", start_change)):
        asked = st.query_params.get(name)
        if asked is None:
            continue
        del st.query_params[name]
        if draft := start(reader.connection, asked):
            return replace(draft, about=own(reader, draft.about))
        st.info(
            "That activity did not come by this form, so it cannot be changed here. Correct its file and load it again."
        )
    return None


def start_empty(reader: Reader) -> Draft:
    """A new draft; an organiser's is marked as their organisation's, for staff to leave alone until it is sent."""
    return Draft(make_draft_id(), {}, own(reader, {}))


def go(step: str, is_tried: bool = False) -> None:
    """Another step of the form; `is_tried` shows what is wrong there."""
    st.session_state[keys.ADD_TRIED] = is_tried
    st.query_params["step"] = step


def show_step(reader: Reader, draft: Draft, step: str) -> None:
    """One step: its heading, what is wrong, its questions, and the ways on."""
    answers = take_typed(draft)
    if reader.invitation:  # an invitation is one organisation's, and so is what comes with it
        answers["organisation"] = reader.scope
    is_tried = st.session_state.get(keys.ADD_TRIED, False)
    problems = find_problems(reader.connection, replace(draft, answers=answers)) if is_tried else []
    ask = Asking(
        draft.draft_id,
        answers,
        {problem.field: problem.sentence for problem in problems},
        {note.field: note.sentence for note in list_personal(answers)},
    )
    show_heading(draft, step)
    if step == FOUR:
        show_four(ask, reader, draft, problems)
    else:
        show_problems([problem for problem in problems if step_of(problem.field) == step])
        ask_step(ask, reader, draft, step)
    keep(reader, draft, answers)
    if step != CHECK or answers:
        show_draft_note(reader)


def show_heading(draft: Draft, step: str) -> None:
    is_change = bool(draft.about.get("what"))
    name = escape(draft.about.get("title", ""))
    if step == FOUR:
        st.title("Add activity" if not is_change else f"Change the record of {name}", anchor=False)
        st.markdown(
            "Four answers are enough to send it. Everything is saved as you type, and nothing is shown to anyone until you send."
        )
        return
    number = list(STEPS).index(step) + 1
    st.caption(
        ("Last step" if step == CHECK else f"Step {number} of {len(STEPS)}")
        + (f" · changing {name}" if is_change else "")
    )
    st.title(STEPS[step], anchor=False)


def show_problems(problems: list) -> None:
    """The summary of what is wrong, at the top of the page. Its place is kept where nothing is, so that nothing moves under the hand."""
    with st.container(key="add_summary"):
        if problems:
            lines = "\n".join(f"- {escape(problem.sentence)}" for problem in problems)
            st.error(f"**There is a problem**\n\n{lines}", icon=":material/error:")


def show_four(ask: Asking, reader: Reader, draft: Draft, problems: list) -> None:
    """The four questions on one page."""
    show_problems(problems)
    with st.container(key="add_drafts"):
        if not draft.changed_at and not problems:
            show_drafts(reader)
    st.header("1. What was it?", anchor=False)
    ask_what(ask, reader)
    st.header("2. Where was it?", anchor=False)
    ask_where(ask, reader)
    st.header("3. When was it?", anchor=False)
    ask_when(ask)
    st.header("4. Roughly how many?", anchor=False)
    ask_how_many(ask)
    st.divider()
    with st.container(horizontal=True):
        if st.button("Check and send", type="primary", key="add_to_check"):
            keep(reader, draft, ask.answers)
            wrong = find_problems(reader.connection, replace(draft, answers=ask.answers))
            go(FOUR if wrong else CHECK, bool(wrong))
            st.rerun()
        st.button("Tell more, in seven short steps", key="add_to_steps", on_click=go, args=("what",))


def ask_step(ask: Asking, reader: Reader, draft: Draft, step: str) -> None:
    """The questions of one of the seven steps, and the ways back and on."""
    if step == "what":
        ask_what(ask, reader)
        ask_when(ask)
        ask.choose(
            "mode", "Was it in person or online?", {"in person": "In person", "online": "Online", "both": "Both"}
        )
        ask.choose(
            "time_pattern",
            "Was it once, or again and again?",
            {"once": "Once", "series": "A few times", "continuing": "It goes on"},
        )
    elif step == CHECK:
        show_check(ask, reader, draft, go)
    else:
        {"where": ask_where, "who": ask_who, "how": ask_decisions, "changed": ask_changes, "called": ask_called}[step](
            ask, reader
        )
    names = list(STEPS)
    at = names.index(step)
    st.divider()
    with st.container(horizontal=True):
        if step != CHECK:
            st.button("Save and go on", type="primary", key=f"add_on_{step}", on_click=go, args=(names[at + 1],))
        back = names[at - 1] if at and step != CHECK else FOUR
        st.button(
            "Back" if step != CHECK else "Back to the four questions", key=f"add_back_{step}", on_click=go, args=(back,)
        )
        if step == CHECK:
            st.button("Tell more, in seven short steps", key="add_more", type="tertiary", on_click=go, args=("what",))
        elif step != "called":
            st.button("Skip to check and send", key=f"add_skip_{step}", type="tertiary", on_click=go, args=(CHECK,))


def show_draft_note(reader: Reader) -> None:
    """That the draft is kept, and the ways to come back to it or let it go."""
    held = st.session_state.get(keys.ADD_DRAFT)
    if held is None or not held.draft.changed_at:
        return
    st.caption(
        ":material/lock: Saved. The address of this page is a private link to your draft: keep it to go on later, on any device here."
    )
    with st.popover("Let this draft go", type="tertiary"):
        st.markdown("What you typed is deleted for good.")
        st.button("Delete this draft", key="add_delete", on_click=let_go, args=(reader, held.draft.draft_id))


def let_go(reader: Reader, draft_id: str) -> None:
    """Deletes a draft and starts an empty form."""
    delete_draft(reader.home, draft_id)
    start_again()


def show_drafts(reader: Reader) -> None:
    """For staff: their drafts that wait on this machine, each one click away. An organiser's is the organiser's alone."""
    drafts = [] if reader.invitation else [one for one in list_drafts(reader.home) if not one.about.get("for")]
    if not drafts:
        return
    many = f"{len(drafts):,} drafts wait to be sent" if len(drafts) > 1 else "A draft waits to be sent"
    with st.expander(many, icon=":material/edit_note:", expanded=len(drafts) < 4):
        for draft in drafts[:DRAFTS_SHOWN]:
            title = draft.about.get("title") or draft.title
            when = draft.changed_at.replace("T", " at ")[:19]
            st.button(f"Go on with “{escape(title[:60])}”, saved {when}", key=f"add_draft_{draft.draft_id}", type="tertiary",
                      on_click=open_draft, args=(draft.draft_id,))  # fmt: skip
        if len(drafts) > DRAFTS_SHOWN:
            st.caption(f"The {DRAFTS_SHOWN} changed last are listed.")


def open_draft(draft_id: str) -> None:
    """The form with this draft."""
    st.query_params.from_dict({"draft": draft_id})


def show_meeting(reader: Reader, draft: Draft) -> None:
    """One more meeting of a running group: four boxes and a button."""
    answers = take_typed(draft)
    is_tried = st.session_state.get(keys.ADD_TRIED, False)
    problems = find_problems(reader.connection, replace(draft, answers=answers)) if is_tried else []
    st.title("Add a meeting", anchor=False)
    st.markdown(f"**{escape(draft.about['title'])}**")
    show_problems(problems)
    ask = Asking(draft.draft_id, answers, {problem.field: problem.sentence for problem in problems})
    ask_meeting(ask, 1, "This meeting")
    keep(reader, draft, answers)
    if st.button("Add this meeting", type="primary", key="add_meeting_send"):
        if find_problems(reader.connection, replace(draft, answers=answers)):
            st.session_state[keys.ADD_TRIED] = True
            st.rerun()
        send(ask, reader, draft)
    show_draft_note(reader)
