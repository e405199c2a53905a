"""For those who look after a record: asking the people who took part, closing an asking, adding a statement or a reply."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

import streamlit as st

from etl.participants.statements import LONGEST, add_statement
from etl.participants.wave_sheet import check_address, is_only_here, make_sheet
from etl.participants.waves import MOST_PEOPLE, OPEN, close_wave, list_waves, open_wave
from pages.ui import keys
from pages.ui.access import Reader
from pages.ui.explaining import escape
from soundings.model import STATEMENT_KINDS, SoundingsError
from soundings.participants import say_month

TITLE = "For staff: ask the people who took part, or add a statement"


def show_asking(reader: Reader, activity_id: str, today: date) -> None:
    """The forms of the staff, folded away; nothing is read for them before they are opened."""
    with st.expander(TITLE, key="asking", on_change="rerun") as panel:
        if not panel.open:
            return
        told = st.session_state.pop(keys.ASKING_DONE, None)
        if told:
            st.success(escape(told))
        with st.container(width=720):
            show_sheet(activity_id)
            show_open_waves(reader, activity_id)
            asking, saying = st.tabs(["Ask people", "Add a statement or a reply"])
            with asking:
                show_opening_form(reader, activity_id, today)
            with saying:
                show_statement_form(reader, activity_id, today)


def show_sheet(activity_id: str) -> None:
    """The sheet of codes of the asking just opened: it is in this visit's memory and nowhere else."""
    held = st.session_state.get(keys.ASKING_SHEET)
    if held is None or held[0] != activity_id:
        return
    st.markdown(
        "**The sheet of codes is ready.** Save it now: it is kept nowhere, and is gone when you leave. Print it, cut it up, "
        "shuffle the slips, let each person draw one, and delete the file."
    )
    st.download_button("Save the sheet of codes", held[2], f"codes-{held[1]}.html", "text/html", on_click="ignore")


def show_open_waves(reader: Reader, activity_id: str) -> None:
    """Each open asking of this activity, with the way to close it."""
    for line in list_waves(reader.home):
        if line.activity_id != activity_id or line.state not in (OPEN, "closed"):
            continue
        st.markdown(
            f"**Asking {line.wave_id}** is open since {say_month(line.month)}. Nothing is shown of it until it is closed."
        )
        is_sure = st.checkbox("Everyone had time to answer. It cannot be opened again.", key=f"sure_{line.wave_id}")
        if st.button("Close this asking", key=f"close_{line.wave_id}", disabled=not is_sure):
            finish(lambda wave_id=line.wave_id: close_wave(reader.home, wave_id), "The asking is closed.")


def show_opening_form(reader: Reader, activity_id: str, today: date) -> None:
    """What is needed to ask people, and the button. Each asking has a form of its own: a page that is drawn again while the
    button is being answered would else open a second one.
    """
    turn = st.session_state.setdefault(keys.ASKING_TURN, 0)
    with st.form(f"open_wave_{turn}", border=False):
        people = st.number_input("How many people are invited (each gets a code)", 1, MOST_PEOPLE, 12, step=1)
        is_shared = st.checkbox(
            "One code for everyone. One answer per person is then not assured, and the page says so."
        )
        heard_by = st.text_input("Who reads what people write: a role outside this project", max_chars=120)
        call = st.text_input("The number to call if someone is at risk", max_chars=60)
        address = st.text_input("The address at which phones reach this dashboard", find_address(), max_chars=200)
        has_statement = st.checkbox("Also a code for the group’s own statement", value=True)
        is_sent = st.form_submit_button("Open the asking")
    if not is_sent:
        return
    try:
        check_address(address)
        opened = open_wave(
            reader.home,
            activity_id,
            people=None if is_shared else int(people),
            reader=heard_by,
            call=call,
            today=today,
            is_shared=is_shared,
            has_statement=has_statement,
        )
    except SoundingsError as error:
        st.error(escape(str(error)))
        return
    st.session_state[keys.ASKING_TURN] = turn + 1
    st.session_state[keys.ASKING_SHEET] = (activity_id, opened.wave.wave_id, make_sheet(opened, address))
    warning = " That address leads to this machine alone: phones cannot use it." if is_only_here(address) else ""
    st.session_state[keys.ASKING_DONE] = f"The asking is open.{warning}"
    st.rerun()


def find_address() -> str:
    """Where this page was opened, without its path."""
    parts = urlsplit(st.context.url or "")
    base = parts.path.rsplit("/", 1)[0]
    return f"{parts.scheme}://{parts.netloc}{base}" if parts.netloc else ""


def show_statement_form(reader: Reader, activity_id: str, today: date) -> None:
    """A statement or a reply, word for word; it can be taken back like any batch."""
    with st.form("add_statement", border=False, clear_on_submit=False):
        kind = st.selectbox("Whose words are they?", STATEMENT_KINDS, format_func=str.capitalize)
        words = st.text_area("The words, as they are to be published", max_chars=LONGEST, height=140)
        is_sent = st.form_submit_button("Add it")
    if is_sent:
        finish(
            lambda: add_statement(reader.home, activity_id, kind, words, today), "Added. It stands on this page now."
        )


def finish(act, told: str) -> None:
    """Does it and draws the page again; says in a sentence where it could not be done."""
    try:
        act()
    except SoundingsError as error:
        st.error(escape(str(error)))
        return
    st.session_state[keys.ASKING_DONE] = told
    st.rerun()
