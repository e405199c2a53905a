"""Inviting an organisation: its signed link, shown once with a code to scan, and those that hold."""

from __future__ import annotations

import streamlit as st

from etl.approval.invitations import LIVE, invite, list_invitations, revoke
from etl.participants.wave_sheet import check_address, draw_code, is_only_here
from pages.ui.access import Reader
from pages.ui.explaining import escape
from pages.ui.inbox.sent import act, say_day
from soundings.home import Home

NEW_LINK = "inbox_new_link"
WIDTHS = [3, 2]


def show_inviting(reader: Reader) -> None:
    """Who is invited, and the form that invites another organisation; the link is shown this once."""
    st.header("Invitations", anchor=False)
    made = st.session_state.get(NEW_LINK)
    if made:
        show_link(*made)
    with st.expander("Invite an organisation", expanded=False):
        with st.form("inbox_invite", border=False):
            name = st.text_input("The organisation’s name, as its records are to say", max_chars=120)
            days = st.number_input("How many days should the link work?", 1, 366, 30)
            address = st.text_input(
                "Where do they reach this dashboard?",
                value=str(st.context.url or "http://localhost:8501").split("?")[0].rpartition("/")[0],
                help="The address they type, such as https://soundings.example.org",
            )
            if st.form_submit_button("Make the link", type="primary"):
                act(lambda: make_link(reader.home, name, int(days), address))
    for one in reversed(list_invitations(reader.home)):
        if one.state == LIVE:
            with st.container(horizontal=True, vertical_alignment="center", key=f"inbox_invited_{one.invitation_id}"):
                st.markdown(f"**{escape(one.organisation)}**, until {say_day(one.expires_at)}", width="stretch")
                if st.button("Take it back", key=f"inbox_revoke_{one.invitation_id}"):
                    act(lambda one=one: revoke(reader.home, one.invitation_id))


def make_link(home: Home, name: str, days: int, address: str) -> None:
    """A new invitation, whose link is kept for this visit alone. Raises SoundingsError."""
    base = check_address(address)
    made, token = invite(home, name, days)
    st.session_state[NEW_LINK] = (
        made.organisation,
        made.expires_at,
        f"{base}/ours?invite={token}",
        is_only_here(address),
    )


def show_link(organisation: str, expires_at: str, link: str, is_here: bool) -> None:
    """The new link and its code to scan."""
    with st.container(border=True, key="inbox_link"):
        words, code = st.columns(WIDTHS)
        words.markdown(
            f"**The link for {escape(organisation)}**, until {say_day(expires_at)}. Whoever has it can add records in their name. It is "
            "shown this once: copy it now."
        )
        words.code(link, language=None, wrap_lines=True)
        if is_here:
            words.caption("This address opens on this machine only. Give the one by which others reach it.")
        code.html(
            f'<div style="max-width: 240px" role="img" aria-label="The link as a code to scan">{draw_code(link)}</div>'
        )
        if words.button("I have copied it", key="inbox_copied"):
            st.session_state.pop(NEW_LINK, None)
            st.rerun()
