"""Matching the columns of a file that no source knows: proposed, shown with examples, and confirmed by a person."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from etl.earlier import find_origin
from etl.types import Sheet
from etl.uploads.checking import EACH_ROW, NO_PLACES, ROLES, choose_sheet, find_problems, propose_saved
from etl.uploads.guessing import propose_columns, propose_place_role
from etl.uploads.mapping import ColumnMapping, Proposal, read_fields
from etl.uploads.saved import find_mapping, save_mapping
from etl.uploads.sheets import choose_sheets
from pages.ui.access import invited_as
from pages.ui.explaining import escape
from pages.ui.upload.state import Said, Upload, keep_said
from soundings.home import Home
from soundings.model import ROLE_LABEL
from soundings.views import say_count

SAMPLE, EXAMPLES, SHEETS_NAMED = 50, 3, 4
LEAVE = "Leave it out"


def match_columns(home: Home, upload: Upload, sheets: list[Sheet], said: Said) -> Said:
    """What was decided, with the matching where it is confirmed; otherwise the questions are drawn."""
    if said.mapping is not None:
        return said
    sheet = choose_sheet(sheets)
    headers = sheet.table.column_names
    invited = invited_as()
    is_part = find_origin([sheet.detected]) is not None
    saved = find_mapping(home, headers, invited.organisation if invited else None, is_part=is_part)
    samples = sheet.table.slice(0, SAMPLE).to_pylist()
    st.subheader("What is in each column?", anchor=False)
    if saved is None:
        st.markdown(
            "A column is filled in where its heading and its cells agree. Check those, and choose for the others. "
            "A column you leave out is never kept."
        )
    else:
        st.success(
            f"Filled in as you matched these columns last time, for {escape(saved.organisation)}. Check and go on."
        )
    proposals = propose_saved(headers, saved) if saved else propose_columns(headers, samples)
    chosen = [ask_column(upload, number, one, samples) for number, one in enumerate(proposals)]
    role = saved.place_role if saved else propose_place_role(headers, proposals)
    mapping = ask_rest(upload, headers, chosen, saved, role)
    if mapping is not None:
        if not is_part or saved is None:  # the matching of the whole file stays
            save_mapping(home, headers, mapping)
        keep_said(upload, replace(said, mapping=mapping))
        st.rerun()
    return said


def ask_column(upload: Upload, number: int, proposal: Proposal, samples: list[dict]) -> str | None:
    """What one column is, as chosen; the guess stands until then. None: left out."""
    fields = read_fields()
    examples = list(dict.fromkeys(row[proposal.column] for row in samples if row.get(proposal.column)))[:EXAMPLES]
    options = [None, *fields]
    with st.container(key=upload.key(f"match_row_{number}")):
        left, middle, right = st.columns([4, 5, 4], vertical_alignment="center", gap="medium")
        left.markdown(
            f"**{escape(proposal.column)}**  \n:small[{escape(' · '.join(shorten(one) for one in examples)) or 'no cell is filled'}]"
        )
        chosen = middle.selectbox(
            f"The column {proposal.column} is",
            options,
            index=options.index(proposal.field),
            format_func=lambda name: fields[name].label if name else LEAVE,
            key=upload.key(f"match_{number}"),
            label_visibility="collapsed",
        )
        right.caption(say_why(proposal, chosen))
    return chosen


def say_why(proposal: Proposal, chosen: str | None) -> str:
    """Why a column was matched in this way; what the choice means, where a person made another."""
    if chosen is None:
        return f"{proposal.why} Nothing of it is kept." if proposal.field is None else "Nothing of it is kept."
    return escape(proposal.why) if chosen == proposal.field else read_fields()[chosen].hint


def shorten(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def ask_rest(
    upload: Upload, headers: list[str], chosen: list[str | None], saved: ColumnMapping | None, guess: str | None
) -> ColumnMapping | None:
    """The questions about the file as a whole; the matching once it is confirmed and can be used.

    `guess`: what its places are where that is known. It is never assumed: places of people are kept as areas alone.
    """
    st.subheader("And about the file as a whole", anchor=False)
    each_row = st.radio(
        "Each row is …",
        list(EACH_ROW),
        index=list(EACH_ROW).index(saved.each_row) if saved else 0,
        format_func=EACH_ROW.get,
        key=upload.key("each_row"),
    )
    role = st.radio(
        "Its places are …",
        list(ROLES),
        index=list(ROLES).index(guess) if guess else None,
        format_func=ROLES.get,
        key=upload.key("role"),
        help=f"{ROLE_LABEL['venue']} and {ROLE_LABEL['home']} are kept apart on every map.",
    )
    invited = invited_as()
    organisation = st.text_input(
        "Which organisation is it from?",
        value=invited.organisation if invited else saved.organisation if saved else "",
        disabled=invited is not None,
        max_chars=120,
        key=upload.key("organisation"),
        help="So that the next file with these columns is matched for you.",
    )
    box = st.container()
    if not st.button("Use these columns", type="primary", key=upload.key("use")):
        return None
    problems = find_problems([escape(header) for header in headers], chosen, organisation, each_row, role)
    if problems:
        box.error("**There is something to put right.** " + " ".join(problems))
        return None
    pairs = tuple((header, field) for header, field in zip(headers, chosen, strict=True) if field)
    return ColumnMapping(pairs, organisation.strip(), each_row, role or NO_PLACES)


def show_matched(upload: Upload, sheets: list[Sheet], said: Said) -> None:
    """The matching in a line, with a way back to it; then the sheets that are left out, and why."""
    fields = read_fields()
    pairs = ", ".join(f"{escape(column)} → {fields[name].label.lower()}" for column, name in said.mapping.columns)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Columns, as you matched them for {escape(said.mapping.organisation)}: {pairs}.", width="stretch")
        if st.button("Change the columns", key=upload.key("rematch")):
            keep_said(upload, replace(said, mapping=None, fixes=(), left_out=()))
            st.rerun()
    columns = {column for column, _ in said.mapping.columns}
    fitting = [sheet for sheet in sheets if columns <= set(sheet.table.column_names)]
    used = choose_sheets(sheets, said.mapping) if fitting else []
    if left := [sheet for sheet in sheets if sheet not in fitting]:
        st.info(f"Left out, because these columns are not all there: {name_sheets(left)}. Every other sheet is read.")
    if hidden := [sheet for sheet in fitting if sheet not in used]:
        st.info(
            f"Left out, because hidden in the workbook: {name_sheets(hidden)}. To take it in, choose it under “Read it differently”, "
            "or show it in your spreadsheet program and drop the file again."
        )


def name_sheets(sheets: list[Sheet]) -> str:
    """“March” (12 rows), “April” (3 rows)."""
    named = ", ".join(
        f"“{escape(one.name)}” ({say_count(one.table.num_rows, 'rows')})" for one in sheets[:SHEETS_NAMED]
    )
    more = f" and {say_count(len(sheets) - SHEETS_NAMED, 'more sheets')}" if len(sheets) > SHEETS_NAMED else ""
    return f"{named}{more}"
