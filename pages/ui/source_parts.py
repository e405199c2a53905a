"""The parts of Sources and gaps: totals, one batch, what was undone."""

from __future__ import annotations

import csv
import io
import json

import streamlit as st

from etl.account import read_account
from etl.added import join_words, say_added
from etl.form.heading import head_kept, head_stored
from etl.inbox import read_batches as read_inbox
from etl.loading import redo, undo
from etl.places.ground import find_clashes
from etl.questions.rows import say_left_out
from etl.specs import read_sound_specs
from pages.ui.access import Reader
from pages.ui.explaining import escape
from soundings.filters import say_date
from soundings.home import Home
from soundings.model import SoundingsError
from soundings.place_sets import read_sets
from soundings.places import read_kinds
from soundings.sources import BatchLine, read_passed_over, read_place_reasons, read_rejections
from soundings.views import KIND_PLURAL, say_count

FEEDBACK = "feedback"
KIND_WORD = {"history": "code history", "aliases": "place names", "records": "activity"}
STATE_WORD = {
    "outside": "outside the loaded places",
    "unlocated": "no place recorded",
    "not_tied": "not tied to a place",
}


def show_totals(batches: list[BatchLine]) -> None:
    """What came in, in one line: rows read = accepted + rejected, always."""
    read, accepted, rejected = (
        sum(getattr(batch, name) for batch in batches) for name in ("rows_read", "rows_accepted", "rows_rejected")
    )
    unlocated = sum(batch.unlocated for batch in batches)
    st.markdown(
        f"{say_count(len(batches), 'files')} loaded: **{read:,}** rows read = **{accepted:,}** accepted + **{rejected:,}** rejected. "
        f"**{unlocated:,}** accepted records have no place recorded; they are counted and shown, never guessed."
    )


@st.cache_data(max_entries=6, show_spinner=False)
def _read_clashes(root: str, number: int, _home: Home) -> list[str]:
    return [clash.say() for clash in find_clashes(_home)]


def show_clashes(reader: Reader) -> None:
    """Boundaries that lie over one another as if they were one set, with the way out; and the sets of kinds that have several."""
    for sentence in _read_clashes(str(reader.home.root), reader.number, reader.home):
        st.warning(escape(sentence))
    for kind in read_kinds(reader.connection):
        sets = read_sets(reader.connection, kind)
        if len(sets) > 1:
            names = ", ".join(escape(f"{one.name} ({one.place_count:,})") for one in sets)
            st.markdown(f"Sets of {KIND_PLURAL.get(kind, kind)}, newest first: {names}. A figure is of one set.")


def show_batch(reader: Reader, batch: BatchLine) -> None:
    """One accepted file: counts first, everything else one click away."""
    mark = " · illustrative" if batch.is_demo else ""
    with st.container(border=True):
        st.markdown(
            f"**{escape(say_name(reader, batch))}** · {escape(say_source(reader, batch))}{mark}  \n"
            f"{batch.rows_read:,} read · {batch.rows_accepted:,} accepted · {batch.rows_rejected:,} rejected"
            + (f" · {say_count(batch.values_set_aside, 'values')} set aside" if batch.values_set_aside else "")
            + say_places(batch)
        )
        st.caption(
            f"{say_asking(batch)}Batch {batch.batch_id}, accepted {say_date(batch.accepted_at)} by {escape(batch.accepted_by)} · "
            f"Licence: {escape(batch.licence or 'not recorded')}"
            + (f" · {escape(batch.attribution)}" if batch.attribution else "")
        )
        with st.container(horizontal=True, gap="small"):
            if batch.rows_rejected or batch.values_set_aside:
                offer_rejections(reader, batch)
            offer_undo(reader, batch)
        with st.expander("What was found in the file", key=f"detail_{batch.batch_id}", on_change="rerun") as panel:
            if panel.open:
                show_detail(reader, batch)


def say_name(reader: Reader, batch: BatchLine) -> str:
    """The name of a batch as people know it: its file's, or its activity's; what people said came in no file."""
    if batch.kind == FEEDBACK:
        return "What people who took part said"
    return head_stored(reader.connection, batch.batch_id, batch.file_name, batch.source_id)


def say_asking(batch: BatchLine) -> str:
    """Which asking or statement a batch of what people said is; empty for a file."""
    return f"{escape(batch.file_name[:1].upper() + batch.file_name[1:])} · " if batch.kind == FEEDBACK else ""


def say_source(reader: Reader, batch: BatchLine) -> str:
    """What came in and by which known kind of file, in words: “activity, as LEEDS 2023 events”."""
    if batch.kind == FEEDBACK:
        return "permitted totals only"
    if batch.kind == "places":
        kind = batch.source_id.removeprefix("places-")
        return f"boundaries of {KIND_PLURAL.get(kind, kind)}"
    spec = read_sound_specs(reader.home)[0].get(batch.source_id)
    word = KIND_WORD.get(batch.kind, batch.kind)
    return f"{word}, as {spec.title}" if spec else word


def say_places(batch: BatchLine) -> str:
    """Where a batch's records stand; empty for batches of places."""
    if batch.kind != "records":
        return ""
    parts = [f"{batch.located:,} on the map"]
    parts += [f"{getattr(batch, state):,} {word}" for state, word in STATE_WORD.items() if getattr(batch, state)]
    return "  \nRecords: " + " · ".join(parts)


def offer_rejections(reader: Reader, batch: BatchLine) -> None:
    """The rejected rows as a file to correct: the one written at loading, or else what the store keeps."""
    written = reader.home.rejected / f"{batch.batch_id}.csv"
    if written.is_file():
        content = written.read_bytes()
    else:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["file", "row", "column", "value", "reason", "row_taken_in"])
        for file, row, column, value, reason, is_rejected in read_rejections(reader.connection, batch.batch_id):
            writer.writerow([file, row, column, value, reason, "no" if is_rejected else "yes"])
        content = out.getvalue().encode("utf-8-sig")
    st.download_button(
        "Download rejected rows and values",
        content,
        file_name=f"rejected-{batch.batch_id}.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"rejected_{batch.batch_id}",
        icon=":material/download:",
    )


def offer_undo(reader: Reader, batch: BatchLine) -> None:
    """Undo with a second question; it can be redone."""
    with st.popover("Undo this load", key=f"ask_{batch.batch_id}", icon=":material/undo:"):
        st.markdown("Takes this file's rows off every page. The file stays in the inbox and can be put back.")
        if st.button("Undo", key=f"undo_{batch.batch_id}", type="primary"):
            act(undo, reader, batch.batch_id)


def act(action, reader: Reader, batch_id: str) -> None:
    """Runs undo or redo and shows the page again; a failure is said and changes nothing."""
    try:
        action(reader.home, batch_id)
    except SoundingsError as error:
        st.error(escape(str(error)))
        return
    st.rerun()


def show_detail(reader: Reader, batch: BatchLine) -> None:
    """What was detected, why records have no place, and the file's fingerprint."""
    try:
        detected = json.loads(batch.detected)
    except ValueError:
        detected = {}
    for name, value in flatten(detected):
        st.markdown(f"- {escape(name)}: {escape(str(value))}")
    folder = next((one for one in read_inbox(reader.home) if one.batch_id == batch.batch_id), None)
    manifest = folder.read_manifest() if folder and batch.kind == "records" else {}
    for sheet in read_account(reader.connection, manifest):
        st.markdown(f"- {escape(sheet.say())}")
    for line in say_left_out(manifest):
        st.markdown(f"- Left out: {escape(line)}")
    if manifest and (added := say_added(reader.connection, batch.batch_id)):
        st.markdown(f"- It adds {join_words(added)}")
    for passed in read_passed_over(reader.connection, batch.batch_id) if batch.kind == "records" else []:
        st.markdown(f"- {escape(passed.say())}")
    reasons = read_place_reasons(reader.connection, batch.batch_id, is_each=True) if batch.kind == "records" else []
    for one in reasons:
        st.markdown(
            f"- {STATE_WORD.get(one.state, one.state)}: {escape(one.reason)} ({say_count(one.count, 'records')})"
        )
    st.markdown(f"- SHA-256 of the file as it came: `{batch.file_sha256}`")


def flatten(detected) -> list[tuple[str, str]]:
    """Nested JSON as (name, value) lines; empty values left out."""
    if isinstance(detected, dict):
        items = detected.items()
    elif isinstance(detected, list):
        items = (
            (item.get("sheet") or item.get("name") or str(number), item)
            if isinstance(item, dict)
            else (str(number), item)
            for number, item in enumerate(detected, 1)
        )
    else:
        return [("", str(detected))]
    lines = []
    for name, value in items:
        if isinstance(value, (dict, list)):
            lines += [(f"{name} {inner}".strip(), text) for inner, text in flatten(value)]
        elif value not in ("", None):
            lines.append((str(name), str(value)))
    return lines


def show_undone(reader: Reader) -> None:
    """Files that were undone, each with a way back."""
    undone = [batch for batch in read_inbox(reader.home) if batch.state == "undone"]
    if not undone:
        return
    st.subheader("Undone", anchor=False)
    for batch in undone:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{escape(head_kept(reader.connection, batch))} · `{batch.batch_id}`")
            if st.button("Put back", key=f"redo_{batch.batch_id}", icon=":material/redo:"):
                act(redo, reader, batch.batch_id)
