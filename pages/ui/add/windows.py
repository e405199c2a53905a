"""A draft that is open in several windows: saved as it is typed, joined with what the others typed, and sent once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from etl.form.answers import MEETING
from etl.form.drafts import (
    Draft,
    DraftGone,
    Joined,
    Sent,
    hold_alone,
    read_draft,
    read_sent,
    save_changes,
    save_draft,
)
from etl.form.reading import start_change
from etl.form.records import activity_id_of
from pages.ui import keys
from pages.ui.access import Reader
from pages.ui.add.asking import forget_widgets, take_typed
from pages.ui.add.links import ADD_PAGE
from pages.ui.explaining import escape
from soundings.model import SoundingsError

TYPED = ("title", "method", "where_how", "start_day", "start_month", "start_year", "c1_basis")
JOINED = (
    "This draft was changed in another window. What was typed there and what you typed here both stand now: look it through and go "
    "on. If you had just pressed a button, press it again."
)


@dataclass
class Held:
    """The draft that this window shows, and whether the address has its link.

    Its parts are set, not the session: Streamlit may end a run at any use of the session or the address, to begin the next. What
    was saved and not yet noted would be taken for another window's, and the box that is just being typed into filled anew.
    """

    draft: Draft
    is_linked: bool = False


def hold(draft: Draft, *, is_linked: bool = False) -> Held:
    """This window shows the draft from now on."""
    st.session_state[keys.ADD_DRAFT] = held = Held(draft, is_linked)
    return held


def find_held() -> Held | None:
    """The draft that this window shows; None where the address asks for another, or for a new one."""
    asked, held = st.query_params.get("draft"), st.session_state.get(keys.ADD_DRAFT)
    if held is None or (asked is None and held.is_linked):
        return None
    if asked is None:
        return held  # nothing was saved of it, or the run that saved it ended before the address had its link
    return held if asked == held.draft.draft_id and held.draft.changed_at else None


def keep(reader: Reader, draft: Draft, answers: dict[str, str]) -> None:
    """Saves what was changed in this window, and puts the draft's private link into the address."""
    held = st.session_state[keys.ADD_DRAFT]
    if held.draft.changed_at and not held.is_linked:
        st.query_params["draft"] = draft.draft_id
        held.is_linked = True
    if draft.changed_at and dict(draft.answers) == answers:
        return
    if not draft.about.get("what") and not draft.changed_at and not any(name in answers for name in TYPED):
        return  # nothing was typed yet; what stands there was chosen for the visitor
    try:
        with hold_alone(reader.home, draft.draft_id):
            joined = save_changes(reader.home, draft, answers)
    except DraftGone:
        st.rerun()  # the next run says what became of it
    except SoundingsError as error:
        st.error(escape(str(error)))
        return
    # What this window has seen: what others brought meanwhile is met at the next run.
    held.draft = replace(joined.draft, answers={name: value for name, value in answers.items() if value})
    note_overwritten(joined)
    if not held.is_linked:
        st.query_params["draft"] = draft.draft_id
        held.is_linked = True


def follow_windows(reader: Reader, held: Held) -> Draft | None:
    """The draft this window holds, with what another window wrote since; None where that one sent it or deleted it, which is said."""
    draft = held.draft
    try:
        there = read_draft(reader.home, draft.draft_id)
        if there is None:
            show_gone(reader, draft, read_sent(reader.home, draft.draft_id))
            return None
        if dict(there.answers) == dict(draft.answers):
            return draft
        typed = take_typed(draft)
        with hold_alone(reader.home, draft.draft_id):
            joined = save_changes(reader.home, draft, typed)
    except DraftGone:
        st.rerun()
    except SoundingsError:
        return draft  # saving says what is wrong with it
    forget_widgets()
    held.draft = joined.draft
    st.session_state.setdefault(keys.NOTES, []).append(JOINED)
    note_overwritten(joined)
    st.rerun()


def note_overwritten(joined: Joined) -> None:
    """Keeps, for the page to say, what another window had where this one typed something else."""
    for other in joined.overwritten.values():
        said = f"it said “{other}”" if other else "it was left empty"
        note = f"One answer was changed in both windows. What you typed here stands; in the other window {said}."
        st.session_state.setdefault(keys.NOTES, []).append(note)


def show_gone(reader: Reader, held: Draft, sent: Sent | None) -> None:
    """That the draft was sent or deleted in another window, and what became of what was typed here after that."""
    typed = take_typed(held)
    late = {name: typed.get(name, "") for name in {*typed, *held.answers} if typed.get(name) != held.answers.get(name)}
    st.session_state.pop(keys.ADD_DRAFT, None)
    forget_widgets()
    if sent is None:
        st.title("This draft was deleted", anchor=False)
        st.info("It was deleted in another window, so nothing is saved here any more.")
        show_late(late)
        st.button("Start an empty form", key="add_again", type="primary", on_click=start_again)
        return
    show_sent_already(sent)
    if change := start_late_change(reader, held, late):
        st.markdown("What you typed here after that is kept as a change of it, which is not sent yet.")
        st.page_link(
            ADD_PAGE, label="Go on with the change", icon=":material/edit:", query_params={"draft": change.draft_id}
        )
    else:
        show_late(late)


def start_late_change(reader: Reader, held: Draft, late: Mapping[str, str]) -> Draft | None:
    """A draft that changes what was sent by what was typed after that; None where nothing was, or it cannot be changed yet."""
    if not late or held.about.get("what") == MEETING:
        return None
    change = start_change(reader.connection, activity_id_of(held))
    if change is None:
        return None
    answers = {name: value for name, value in {**change.answers, **late}.items() if value}
    try:
        return save_draft(reader.home, replace(change, answers=answers, about=own(reader, change.about)))
    except SoundingsError:
        return None


def show_late(late: Mapping[str, str]) -> None:
    """What was typed too late to be kept, for its author to copy."""
    if words := [value for _, value in sorted(late.items()) if value]:
        st.warning("What you typed here after that is not saved: " + "; ".join(f"“{escape(value)}”" for value in words))


def show_sent_already(sent: Sent) -> None:
    """That a draft was sent, with the way to its receipt."""
    st.title("This was sent already", anchor=False)
    st.info(f"Batch **{escape(sent.batch_id)}** holds it. Nothing was sent twice.")
    st.page_link(
        ADD_PAGE, label="See its receipt", icon=":material/receipt_long:", query_params={"receipt": sent.batch_id}
    )
    st.button("Add another activity", key="add_again", type="tertiary", on_click=start_again)


def own(reader: Reader, about: Mapping[str, str]) -> dict[str, str]:
    """What a draft is about, marked as the organisation's where an organiser fills it in."""
    return {**about, "for": reader.scope} if reader.scope else dict(about)


def start_again() -> None:
    """An empty form."""
    st.session_state.pop(keys.ADD_DRAFT, None)
    st.query_params.clear()
