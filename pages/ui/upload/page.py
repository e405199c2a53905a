"""One file from what was found in it to its confirmation: each part is drawn once the part before it is settled."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from etl.approval.invited import is_own_batch
from etl.approval.waiting import find_sent
from etl.earlier import find_origin
from etl.inbox import ACTIVE
from etl.replacing import find_readings
from etl.types import Sheet
from etl.uploads.uploading import Wanted, list_fitting, say_without_flags
from pages.ui.access import Reader, invited_as
from pages.ui.explaining import escape
from pages.ui.inbox.sent import explain_sent_before
from pages.ui.upload.confirm import ask_confirm, explain_loaded, explain_same_file
from pages.ui.upload.fixing import ask_date_order, show_troubles
from pages.ui.upload.found import choose_reading, choose_source, note_hidden, show_found
from pages.ui.upload.matching import match_columns, show_matched
from pages.ui.upload.personal import explain_personal
from pages.ui.upload.preview import show_preview
from pages.ui.upload.questions import ask_questions
from pages.ui.upload.state import Said, Upload, look, read_sheets, recall_said
from soundings.home import Home
from soundings.model import BadFile


def show_upload(home: Home, reader: Reader | None, upload: Upload) -> None:
    """Draws all that can be said of one file so far, and asks for the next thing that is needed."""
    st.header(escape(upload.name), anchor=False)
    said, rereads = recall_said(upload), list_readings(home, upload)
    if rereads and not explain_same_file(home, upload, rereads[0], said):
        return
    with st.container(border=True, key=upload.key("found")):
        place = st.container()
        options = choose_reading(upload, said)
        try:
            sheets = read_sheets(
                upload, replace(options, drop=(), date_order=None, epoch=None, answers=(), decimal=None)
            )
        except BadFile as error:
            place.error(f"**This file cannot be read.** {escape(say_without_flags(str(error)))}")
            return
        with place:
            show_found(sheets)
        source = choose_source(home, upload, list_fitting(home, sheets))
    if origin := find_origin(sheet.detected for sheet in sheets):
        options = replace(
            options, date_order=options.date_order or origin.date_order, epoch=options.epoch or origin.epoch
        )
    if source is None:
        said = match_columns(home, upload, sheets, said)
        if said.mapping is None:
            return
        show_matched(upload, sheets, said)
    else:
        note_hidden(sheets)
    invited = reader.invitation.organisation if reader is not None and reader.invitation else None
    wanted = Wanted(
        source, options, said.mapping if source is None else None, said.fixes, said.left_out, invited, rereads
    )
    show_outcome(home, reader, upload, sheets, wanted, said)


def list_readings(home: Home, upload: Upload) -> tuple[str, ...]:
    """The loaded batches of this very file; to an invited organisation its own alone, for it learns nothing of what others sent."""
    found, invitation = find_readings(home, upload.sha256), invited_as()
    return tuple(
        batch.batch_id
        for batch in found
        if invitation is None or is_own_batch(home, batch.batch_id, invitation.organisation)
    )


def show_outcome(
    home: Home, reader: Reader | None, upload: Upload, sheets: list[Sheet], wanted: Wanted, said: Said
) -> None:
    """What the file would become, and the questions that are left; or why it cannot be taken."""
    try:
        seen = look(home, reader, upload, sheets, wanted)
    except BadFile as error:
        st.error(f"**This file cannot be taken in as it is.** {escape(say_without_flags(str(error)))}")
        return
    if seen.prepared.personal:
        explain_personal(upload, seen.prepared, said)
        return
    if wanted.invited and (seen.state is not None or find_sent(home, seen.prepared.batch_id)):
        explain_sent_before()
        return
    if seen.state == ACTIVE:
        st.info(
            "This is how it is read already. Change how it is read, above, or what its columns are, and look again."
        )
        return
    if seen.state is not None:
        explain_loaded(home, seen)
        return
    ask_date_order(upload, seen, said)
    ask_questions(upload, seen.prepared.questions, said)
    show_preview(reader, upload, seen, wanted)
    show_troubles(upload, sheets, wanted, seen, said)
    ask_confirm(home, reader, upload, sheets, wanted, seen, said)
