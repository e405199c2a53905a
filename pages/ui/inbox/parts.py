"""The pieces of the page Inbox: each waiting batch with what it would change, the steward's decision, its receipt, invitations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st

from etl.added import join_words
from etl.approval.foreseeing import Foreseen, foresee
from etl.approval.waiting import APPROVED, ASKED, DECLINED, Waiting, approve, ask_back, decline, list_sent
from etl.form.heading import head_kept
from etl.inbox import ACTIVE
from etl.loading import redo, undo
from pages.ui import keys
from pages.ui.access import Reader
from pages.ui.explaining import escape
from pages.ui.focusing import lead_focus
from pages.ui.inbox.sent import KEPT_PRIVATE, act, say_day, say_words, show_talk
from pages.ui.inbox.twins import Same, ask_twins
from pages.ui.inbox.versions import show_version
from pages.ui.upload.preview import draw_fall
from soundings.home import Home
from soundings.measures import read_measures
from soundings.model import SoundingsError
from soundings.views import say_count, say_figure

APPROVED_NOW = "inbox_approved"
ROLE_WORDS = {"venue": "where it happened", "home": "where people live", "area": "the area it is about"}
NOT_IN_BATCH = "(in another file)"  # as a preview names an activity of which it has no row
NOTHING_LEFT = "With these left out, nothing of it is left to take in. Decline it instead, and say why."
FOLLOWS = "The records, the map and the figures are as they will be with what you said above."
FOLLOWS_SO_FAR = "Pairs of which you have not said yet whether they are the same are counted twice here."
COUNTS_ONCE = "A meeting that is here already counts once in the figures, though it stands among the records."
NAMED = 6
FIGURE_COLUMNS = ["Place", "Figure", "Now", "With this", "The place is", "Records sent"]


def show_receipt(reader: Reader) -> None:
    """What was approved last in this visit, with one click to take it out again."""
    batch_id = st.session_state.get(APPROVED_NOW)
    sent = next((one for one in list_sent(reader.home) if one.batch_id == batch_id), None) if batch_id else None
    if sent is None or sent.state != APPROVED:
        return
    lead_focus("inbox_receipt", f"{batch_id}-{sent.batch.state}")
    head = escape(head_kept(reader.connection, sent.batch))
    with st.container(border=True, key="inbox_receipt"):
        if sent.batch.state == ACTIVE:
            st.markdown(
                f":material/check_circle: **{head} of {escape(sent.organisation)} is approved** and on the map.  \n"
                f"Batch {batch_id}."
            )
            st.page_link("pages/rooms/explore.py", label="See it on Explore", icon=":material/map:")
            if st.button("Undo", icon=":material/undo:", key=f"inbox_undo_{batch_id}"):
                act(lambda: undo(reader.home, batch_id))
        else:
            st.markdown(f":material/undo: **{head} is taken out again.** Nothing of it is on any page.")
            if st.button("Put it back", icon=":material/redo:", key=f"inbox_redo_{batch_id}"):
                act(lambda: redo(reader.home, batch_id))


def show_waiting(reader: Reader) -> None:
    """Every batch that a steward has still to decide on, the one that waits longest first."""
    waiting = [one for one in reversed(list_sent(reader.home)) if one.is_open]
    if not waiting:
        st.markdown("Nothing waits. What invited organisations send stands here until you approve it.")
        return
    st.markdown(
        f"**{'One batch waits' if len(waiting) == 1 else f'{len(waiting):,} batches wait'}.** Nothing of it is on any page until you "
        "approve it."
    )
    for sent in waiting:
        with st.container(border=True, key=f"inbox_{sent.batch_id}"):
            show_batch(reader, sent)


def show_batch(reader: Reader, sent: Waiting) -> None:
    """One batch: who sent it, the difference it makes, what it holds, what is here already; and the decision."""
    head = head_kept(reader.connection, sent.batch)
    st.subheader(f"{escape(sent.organisation)}: {escape(head)}", anchor=False)
    asked = " · you asked a question back" if sent.state == ASKED else ""
    st.caption(f"Sent on {say_day(sent.sent_at)} with invitation {sent.invitation_id} · batch {sent.batch_id}{asked}")
    show_talk(sent)
    try:
        as_sent = foresee_here(reader, sent, Same())
        if not show_version(as_sent.version):
            decide(reader.home, sent, None, Same())
            return
        same = ask_twins(sent, as_sent)
        foreseen = foresee_here(reader, sent, same)
    except SoundingsError as error:
        st.error(escape(str(error)))
        decide(reader.home, sent, None, Same())
        return
    if foreseen.preview.result.is_refused:
        st.markdown(NOTHING_LEFT if same.left_out else "No row of it can be taken in. Decline it, and say why.")
    else:
        show_counts(as_sent, foreseen, same)
        show_differences(reader, sent, foreseen)
        show_records(foreseen)
    if reader.is_demo and not sent.batch.read_manifest()["is_demo"]:
        st.warning(
            "This would be the first real batch. When you approve it, the made-up district of Tidewell goes, with its places: load the "
            "boundaries of your own area too, or these records stand on no map."
        )
    decide(reader.home, sent, foreseen, same)


def foresee_here(reader: Reader, sent: Waiting, same: Same) -> Foreseen:
    """What approving would come to with these decisions, worked out once for a generation and a day. Raises SoundingsError."""
    said = repr((same.left_out, same.merged))
    return _foresee(str(reader.home.root), reader.number, sent.batch_id, keys.today(), said, reader.home, sent, same)


@st.cache_resource(max_entries=48, ttl=1800, show_spinner="Working out the difference it makes …")
def _foresee(
    root: str, number: int, batch_id: str, day: date, said: str, _home: Home, _sent: Waiting, _same: Same
) -> Foreseen:
    return foresee(_home, _sent, day, left_out=_same.left_out, merged=_same.merged)


def show_counts(as_sent: Foreseen, foreseen: Foreseen, same: Same) -> None:
    """What it would add, how many of its rows, and, where it depends on what was said above, that it does."""
    result = foreseen.preview.result
    if foreseen.preview.added:
        would = "It would add" if foreseen.version is None else "The new version holds"
        st.markdown(f"{would} **{join_words(foreseen.preview.added)}**.")
    if result.rows_rejected:
        st.markdown(
            f"{result.rows_accepted:,} of {result.rows_read:,} rows can be taken in; {result.rows_rejected:,} cannot, and stay out."
        )
    if as_sent.preview.twins:
        said = FOLLOWS if same.is_settled else FOLLOWS_SO_FAR
        st.caption(f"{said} {COUNTS_ONCE}" if same.merged else said)


def show_differences(reader: Reader, sent: Waiting, foreseen: Foreseen) -> None:
    """Where its records fall on a small map; beside it the figures of these places before and after, each measure apart."""
    if foreseen.kind is None:
        st.markdown("None of its records falls on the loaded places, so no figure on the map would change.")
        return
    names = [escape(name) for name in foreseen.names.values()]
    more = say_count(len(names) - NAMED, "more places") if len(names) > NAMED else None
    st.markdown(f"**The difference on the map**, in {join_words((*names[:NAMED], *filter(None, [more])))}.")
    if not foreseen.by_place:
        show_figures(foreseen)
        return
    left, right = st.columns([5, 6], gap="medium")
    with left:
        draw_fall(
            reader,
            foreseen.kind,
            foreseen.by_place,
            key=f"inbox_map_of_{sent.batch_id}",
            whose="this batch",
            # Of a new version the earlier one is among what is recorded now, and goes: neither beside it nor before it.
            recorded=foreseen.recorded if foreseen.version is None else None,
        )
    with right:
        show_figures(foreseen)


def show_figures(foreseen: Foreseen) -> None:
    """The map's twin: every place in which the batch has records, with its figures before and after."""
    measures = read_measures()
    rows = [
        (
            one.place,
            measures[one.measure].label,
            say_figure(one.before),
            say_figure(one.after),
            ROLE_WORDS.get(one.role, one.role),
            foreseen.by_place.get(one.place_code, 0),
        )
        for one in foreseen.differences
    ]
    changed = {one.place_code for one in foreseen.differences}
    rows += [
        (name, "No figure changes", "", "", "", foreseen.by_place.get(code, 0))
        for code, name in foreseen.names.items()
        if code not in changed
    ]
    st.dataframe(
        pd.DataFrame(sorted(rows, key=lambda row: row[0]), columns=FIGURE_COLUMNS),
        hide_index=True,
        alt=say_differences(foreseen),
    )
    if not foreseen.differences:
        st.caption(
            "No figure of any place on the map would change; the records themselves stand where the map shows them."
        )


def say_differences(foreseen: Foreseen) -> str:
    """The table in a sentence, for who cannot see it."""
    if not foreseen.differences:
        return f"Records of this batch in {len(foreseen.names)} places; no figure would change"
    first = foreseen.differences[0]
    label = read_measures()[first.measure].label
    return (
        f"{len(foreseen.differences)} figures that would change; the first is {label} in {first.place}, from "
        f"{say_figure(first.before)} to {say_figure(first.after)}"
    )


def show_records(foreseen: Foreseen) -> None:
    """The first records as they would be stored."""
    with st.expander("See the records"):
        for name, table in foreseen.preview.first.items():
            total = foreseen.preview.totals.get(name, table.num_rows)
            st.markdown(
                f"**{name}**" + (f": the first {table.num_rows} of {total:,}" if total > table.num_rows else "")
            )
            st.dataframe(
                say_records(table.to_pandas()),
                hide_index=True,
                placeholder="–",
                column_config={day: st.column_config.DateColumn(format="D MMM YYYY") for day in ("From", "To", "Date")},
                alt=f"{name} of this batch, {table.num_rows} of {total} shown",
            )
        for decision in foreseen.preview.result.decisions:
            st.markdown(f"- {escape(decision)}")


def say_records(frame: pd.DataFrame) -> pd.DataFrame:
    """The records in the words of the page; an activity that the batch only adds to is one that is here."""
    labels = {name: measure.label for name, measure in read_measures().items()}
    words = {"Activity": {NOT_IN_BATCH: "(one that is here)"}, "Figure": labels, "The place is": ROLE_WORDS}
    return frame.assign(**{name: frame[name].replace(said) for name, said in words.items() if name in frame})


def decide(home: Home, sent: Waiting, foreseen: Foreseen | None, same: Same) -> None:
    """Approve, ask back, or decline."""
    if not same.is_settled:
        st.caption("Approve works once you have said of each pair above whether it is the same.")
    with st.container(horizontal=True):
        pressed = st.button(
            "Approve",
            type="primary",
            icon=":material/check:",
            key=f"inbox_approve_{sent.batch_id}",
            disabled=foreseen is None or not same.is_settled or foreseen.preview.result.is_refused,
        )
        ask_words(sent, "Ask a question back", "What would you like to know?", "Send the question", ask_back, home)
        ask_words(sent, "Decline", "Why is it not taken in? They see this.", "Decline it", decline, home)
    if pressed:
        st.session_state[APPROVED_NOW] = sent.batch_id
        act(lambda: approve(home, sent.batch_id, left_out=same.left_out, merged=same.merged))


def ask_words(sent: Waiting, label: str, question: str, button: str, change: Callable, home: Home) -> None:
    """A button that opens a box for words, and does something with them."""
    with st.popover(label):
        with st.form(f"{change.__name__}_{sent.batch_id}", border=False):
            said = st.text_area(question, max_chars=2000, help=KEPT_PRIVATE)
            if st.form_submit_button(button, type="primary"):
                say_words(said, lambda: change(home, sent.batch_id, said))


def show_decided(reader: Reader) -> None:
    """What was decided before, newest first."""
    decided = [one for one in list_sent(reader.home) if not one.is_open]
    if not decided:
        return
    with st.expander(f"Decided before: {len(decided):,}"):
        for sent in decided[:50]:
            words = {APPROVED: "approved", DECLINED: "declined"}[sent.state]
            if sent.state == APPROVED and sent.batch.state != ACTIVE:
                words = f"approved, and {sent.batch.state} later"
            st.markdown(
                f"**{escape(sent.organisation)}**, {escape(head_kept(reader.connection, sent.batch))}, sent on {say_day(sent.sent_at)}: {words}. "
                f"Batch `{sent.batch_id}`"
            )
            show_talk(sent)
