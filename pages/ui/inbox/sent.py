"""What an organisation sent by invitation, as it sees it itself: waiting, asked back, approved or declined."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st

from etl.approval.invited import OwnLine, is_same_name, read_own
from etl.approval.versions import list_replaced
from etl.approval.waiting import APPROVED, ASKED, DECLINED, QUESTION, WAITING, Waiting, answer, find_sent, list_sent
from etl.form.heading import head_kept
from etl.inbox import ACTIVE, REPLACED
from etl.screening import mask_words
from pages.ui import keys
from pages.ui.access import Reader, invited_as
from pages.ui.explaining import escape
from soundings.filters import say_date
from soundings.home import Home
from soundings.model import SoundingsError

SENT = "sent_by_invitation"
OURS_PAGE, ADD_PAGE = "pages/rooms/ours.py", "pages/rooms/add.py"
KEPT_PRIVATE = (
    "Please write nothing about a person by name. E-mail addresses and phone numbers are taken out before it is kept."
)
SCREENED = "To keep people private, we left {taken} out of what you wrote. Everything else is kept as you wrote it."
STATES = {
    WAITING: ("hourglass_empty", "Waiting to be looked at. It is on no page yet."),
    ASKED: ("help", "There is a question for you. It waits for your answer."),
    APPROVED: ("check_circle", "Approved. It is on the map."),
    DECLINED: ("block", "Not taken in."),
}
TAKEN_OUT = ("undo", "It was approved, and taken out again later. It is on no page.")
AFTERWARDS = {REPLACED: ("history", "It was approved; a new version has taken its place.")}


def note_sent(batch_id: str) -> None:
    """Keeps that this was sent, for the page to say when it is next drawn."""
    st.session_state[SENT] = batch_id


def show_sent(home: Home) -> None:
    """Says that something was just sent by this visit."""
    sent = find_sent(home, st.session_state[SENT]) if SENT in st.session_state else None
    if sent is not None and is_ours(sent):
        show_thanks(sent)


def show_thanks(sent: Waiting) -> None:
    st.success(
        f"**Sent. Thank you.** Batch **{sent.batch_id}** waits to be looked at. It is on no page until it is approved; you can see "
        "what becomes of it under *Our records*."
    )
    st.page_link(OURS_PAGE, label="See our records", icon=":material/arrow_forward:")


def show_sent_receipt(reader: Reader, batch_id: str, start_again: Callable[[], None]) -> bool:
    """The receipt of what this organisation sent; False where there is none of this number, or it is another's."""
    sent = find_sent(reader.home, batch_id)
    if sent is None or not is_ours(sent):
        return False
    st.title("Sent. Thank you.", anchor=False)
    show_thanks(sent)
    st.button("Add another activity", key="add_again", type="tertiary", on_click=start_again)
    return True


def explain_sent_before() -> None:
    """Exactly this file was sent before: nothing to do."""
    st.info("You have sent exactly this file before. Nothing was doubled; see what became of it under *Our records*.")
    st.page_link(OURS_PAGE, label="See our records", icon=":material/arrow_forward:")


def is_ours(sent: Waiting) -> bool:
    """Whether this visit's organisation sent it."""
    invitation = invited_as()
    return invitation is not None and is_same_name(invitation.organisation, sent.organisation)


def show_ours(reader: Reader) -> None:
    """What this organisation sent and what became of it, then its records that are here."""
    keys.show_notes()
    st.header("What you have sent", anchor=False)
    found = list_sent(reader.home, reader.invitation.organisation)
    if not found:
        st.markdown("Nothing has been sent with an invitation yet.")
    for sent in found:
        show_one(reader, sent)
    st.header("Your records", anchor=False)
    show_records(reader)


def show_one(reader: Reader, sent: Waiting) -> None:
    """One batch: its state in words, the talk about it, and a box to answer in where something was asked."""
    with st.container(border=True, key=f"sent_{sent.batch_id}"):
        icon, words = STATES[sent.state]
        if sent.state == APPROVED and sent.batch.state != ACTIVE:
            icon, words = AFTERWARDS.get(sent.batch.state, TAKEN_OUT)
        st.markdown(f":material/{icon}: **{escape(head_kept(reader.connection, sent.batch))}**  \n{words}")
        st.caption(f"Sent on {say_day(sent.sent_at)} · batch {sent.batch_id}{say_replaced(sent)}")
        show_talk(sent)
        if sent.state == ASKED:
            with st.form(f"answer_{sent.batch_id}", border=False):
                said = st.text_area("Your answer", max_chars=2000, help=KEPT_PRIVATE)
                if st.form_submit_button("Send the answer", type="primary"):
                    say_words(said, lambda: answer(reader.home, sent.batch_id, said, organisation=sent.organisation))


def say_replaced(sent: Waiting) -> str:
    """“ · a new version of batch 3f9a0c1d2e4b”; empty where it is of none."""
    replaced = list_replaced(sent.batch.read_manifest())
    return (
        f" · a new version of {'batch' if len(replaced) == 1 else 'batches'} {', '.join(replaced)}" if replaced else ""
    )


def show_talk(sent: Waiting) -> None:
    """What was asked and answered, oldest first, each with its day."""
    for one in sent.talk:
        who = {QUESTION: "A question", DECLINED: "Why it was not taken in"}.get(one.what, "The answer")
        st.markdown(f"**{who}**, {say_day(one.at)}: {escape(one.words)}")


def say_words(words: str, change: Callable[[], object]) -> None:
    """Keeps a question, an answer or a reason, and says on the next drawing what was taken out of it to keep people private."""
    _, taken = mask_words(words)

    def change_and_note() -> None:
        change()
        if taken:
            st.session_state.setdefault(keys.NOTES, []).append(SCREENED.format(taken=taken))

    act(change_and_note)


def show_records(reader: Reader) -> None:
    """This organisation's own activities in a table, and the way to add a meeting to one, or to change it."""
    lines = read_own(reader.connection)
    if not lines:
        st.markdown("Nothing of yours is recorded here yet.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Activity": [line.title for line in lines],
                "From": [line.start for line in lines],
                "To": [line.end for line in lines],
                "How it was done": [line.method or "" for line in lines],
                "You call it": [line.called or "" for line in lines],
                "Meetings recorded": [line.meetings for line in lines],
            }
        ),
        hide_index=True,
        column_config={name: st.column_config.DateColumn(format="D MMM YYYY") for name in ("From", "To")},
        alt=f"{len(lines)} activities of your organisation, the newest first",
    )
    chosen: OwnLine | None = st.selectbox(
        "Add to one of them, or change it",
        [line for line in lines if line.is_native],
        index=None,
        format_func=lambda line: line.title,
        placeholder="Choose an activity",
    )
    if chosen is not None:
        with st.container(horizontal=True):
            for label, name in (("Add a meeting", "session"), ("Change what is recorded", "change")):
                st.page_link(ADD_PAGE, label=label, icon=":material/edit:", query_params={name: chosen.activity_id})


def say_day(moment: str) -> str:
    """The day of a moment in ISO 8601, in words."""
    return say_date(date.fromisoformat(moment[:10]))


def act(change: Callable[[], object]) -> None:
    """Makes a change and draws the page anew; a failure is said and changes nothing."""
    try:
        change()
    except SoundingsError as error:
        st.error(escape(str(error)))
        return
    st.rerun()
