"""The last question before a file is taken in: likely doubles, partial acceptance, and the button."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from etl.accepting import find_batch
from etl.approval.waiting import Waiting
from etl.loading import redo, undo
from etl.replacing import find_newer
from etl.types import Sheet
from etl.uploads.troubles import rows_of
from etl.uploads.uploading import Wanted, confirm_upload
from pages.ui.access import Reader, invited_as
from pages.ui.explaining import escape
from pages.ui.inbox.sent import note_sent
from pages.ui.upload.state import Said, Seen, Upload, empty_box, forget, keep_receipt, keep_said
from soundings.filters import say_date
from soundings.home import Home
from soundings.model import SoundingsError
from soundings.views import say_count

GOOD_ROWS, ALL_OR_NOTHING = "Take in what can be read", "Take in nothing until every row is right"
CORRECTION, MORE = "A corrected or newer edition of it", "More about the same activities"
CORRECTION_MEANS = "It takes the place of the earlier file, which comes back if this one is undone."
MORE_MEANS = "Both count. A meeting that both tell of counts once; every other figure counts from both."
DIFFERENT, DOUBLES = "They are different: take them in", "They are the same: leave them out"


def explain_loaded(home: Home, seen: Seen) -> None:
    """Exactly this was loaded before and is not on the map: one click puts it back."""
    batch_id = seen.prepared.batch_id
    newer = find_newer(home, find_batch(home, batch_id))
    if newer is not None:
        st.info(f"This reading was loaded before, as batch `{batch_id}`. It stands aside for batch `{newer.batch_id}`.")
        if st.button("Go back to this reading", type="primary", icon=":material/undo:", key=f"upload_back_{batch_id}"):
            change(undo, home, newer.batch_id)
        return
    st.info(f"This file was loaded before, as batch `{batch_id}`, and is {seen.state}. Nothing of it is on the map.")
    if st.button("Put it back", type="primary", icon=":material/redo:", key=f"upload_putback_{batch_id}"):
        change(redo, home, batch_id)


def explain_same_file(home: Home, upload: Upload, batch_id: str, said: Said) -> bool:
    """Whether to go on, with the file that is loaded as this batch: it is to be read again, in another way."""
    invitation = invited_as()
    if said.read_again:
        st.info(
            f"This very file is loaded already, as batch `{batch_id}`. What you confirm here takes the place of that reading, and undoing "
            "it brings that one back."
        )
        return True
    st.success(
        f"This very file is loaded already, as batch `{batch_id}`. Nothing was doubled, and there is nothing left to do."
    )
    link_out()
    st.caption("Was it read wrongly: another sheet, other columns, day and month changed over?")
    with st.container(horizontal=True):
        if st.button("Read it again, in another way", icon=":material/refresh:", key=upload.key("read_again")):
            keep_said(upload, replace(said, read_again=True))
            st.rerun()
        if invitation is None and st.button(
            "Undo that batch", icon=":material/undo:", key=f"upload_undo_same_{batch_id}"
        ):
            change(undo, home, batch_id)
    return False


def change(action, home: Home, batch_id: str) -> None:
    """Undo or redo, said and shown again; a failure is said and changes nothing."""
    try:
        action(home, batch_id)
    except SoundingsError as error:
        st.error(escape(str(error)))
        return
    st.rerun()


def link_out() -> None:
    """Where to see what was loaded."""
    with st.container(horizontal=True):
        st.page_link("pages/rooms/explore.py", label="See it on Explore", icon=":material/map:")
        st.page_link("pages/rooms/sources.py", label="See it in Sources and gaps", icon=":material/list_alt:")


def ask_confirm(
    home: Home, reader: Reader | None, upload: Upload, sheets: list[Sheet], wanted: Wanted, seen: Seen, said: Said
) -> None:
    """What is still to decide, and the button that takes the file in."""
    result = seen.preview.result
    if result.is_refused:
        return
    seen = without_asked(seen)
    st.subheader("Confirm", anchor=False)
    if seen.preview.same_rows:
        st.warning(
            f"These look like the very rows of batch `{seen.preview.same_rows}`, saved again or in another order. Taken in, they would "
            "count twice."
        )
    is_settled, replaces = ask_earlier(upload, seen)
    if replaces is None:
        is_settled = ask_twins(upload, sheets, wanted, seen, said) and is_settled
    if seen.preview.same_rows:
        is_settled = (
            st.checkbox("They are other records: take them in all the same", key=upload.key("same_rows")) and is_settled
        )
    is_settled = is_settled and not any(one.is_open(dict(said.answers)) for one in seen.prepared.questions)
    is_partial_fine = ask_partial(upload, seen)
    if reader is not None and reader.is_demo and not wanted.invited:
        st.warning(
            "This would be the first real file. When you confirm, the made-up district of Tidewell goes, with its places: load the "
            "boundaries of your own area too, or these records stand on no map."
        )
    if not (is_partial_fine and is_settled):
        st.caption("The button works once the questions above are answered, or the rows are put right.")
    pressed = st.button(
        "Confirm and take it in"
        if wanted.mapping
        else f"Confirm and take in {say_count(result.rows_accepted, 'rows')}",
        type="primary",
        key=upload.key("confirm"),
        icon=":material/check:",
        disabled=not (is_partial_fine and is_settled),
    )
    if pressed:
        take_in(home, upload, seen, replaces)


def without_asked(seen: Seen) -> Seen:
    """What was seen without the batches that a question above is about: the same is not asked twice."""
    asked = {batch_id for question in seen.prepared.questions for batch_id in question.batches}
    preview = seen.preview
    earlier = tuple(one for one in preview.earlier if one.batch_id not in asked)
    twins = tuple(one for one in preview.twins if one.batch_id not in asked)
    same_rows = None if preview.same_rows in asked else preview.same_rows
    return replace(seen, preview=replace(preview, earlier=earlier, twins=twins, same_rows=same_rows))


def ask_earlier(upload: Upload, seen: Seen) -> tuple[bool, str | None]:
    """(whether it is decided what the file is to one that holds activities of it, the batch that it takes the place of)."""
    if not seen.preview.earlier or seen.preview.same_rows:
        return True, None
    last, *others = seen.preview.earlier
    st.markdown(
        f"**{escape(last.say())}.**" + (f" {say_count(len(others), 'older files')} hold some, too." if others else "")
    )
    chosen = st.radio(
        "What is this file?",
        [CORRECTION, MORE],
        captions=[CORRECTION_MEANS, MORE_MEANS],
        index=0 if last.is_origin else None,
        key=upload.key("earlier"),
    )
    return chosen is not None, last.batch_id if chosen == CORRECTION else None


def ask_partial(upload: Upload, seen: Seen) -> bool:
    """Whether the file may be taken in with what can be read of it."""
    rows = seen.rows
    lost = (
        seen.preview.result.rows_rejected - rows.refused
    )  # rows of the template that a figure or a meeting would have been
    said = [f"{say_count(rows.refused, 'rows')} cannot come in as {'it is' if rows.refused == 1 else 'they are'}"]
    said = said if rows.refused else []
    if lost:
        said.append(f"{say_count(rows.incomplete, 'rows')} can come in only without what cannot be read")
    if not said:
        return True
    chosen = st.radio(
        f"{', and '.join(said)}. What shall we do?",
        [GOOD_ROWS, ALL_OR_NOTHING],
        key=upload.key("partial"),
        index=None,
    )
    return chosen == GOOD_ROWS


def ask_twins(upload: Upload, sheets: list[Sheet], wanted: Wanted, seen: Seen, said: Said) -> bool:
    """Whether it is decided what becomes of activities that look like ones that are here."""
    if said.left_out:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":material/check: {say_count(len(said.left_out), 'rows')} left out, as you decided.", width="stretch"
            )
            if st.button("Take them in after all", key=upload.key("unleave")):
                keep_said(upload, replace(said, left_out=()))
                st.rerun()
    twins = seen.preview.twins
    if not twins or seen.preview.same_rows:
        return True
    st.markdown(
        f"**{say_count(len(twins), 'activities')}** may be here already: an activity with the same title, in the same place and the "
        "same week, is loaded."
    )
    st.dataframe(
        pd.DataFrame(
            {
                "Row": [f"{twin.sheet}, row {twin.row}" if twin.sheet else str(twin.row) for twin in twins],
                "Activity": [twin.title for twin in twins],
                "Date": [twin.day for twin in twins],
                "Place": [twin.place for twin in twins],
                "Is here from": [twin.file_name for twin in twins],
            }
        ),
        hide_index=True,
        key=upload.key("twins"),
        column_config={"Date": st.column_config.DateColumn(format="D MMM YYYY")},
        alt=f"{len(twins)} activities of this file that look like ones that are loaded; the first is of {say_date(twins[0].day)}",
    )
    chosen = st.radio("What are they?", [DIFFERENT, DOUBLES], index=None, key=upload.key(f"twin_{len(said.left_out)}"))
    if chosen == DOUBLES:
        gone = rows_of(seen.prepared, sheets, wanted, twins)
        keep_said(upload, replace(said, left_out=tuple(sorted({*said.left_out, *gone}))))
        st.rerun()
    return chosen == DIFFERENT


def take_in(home: Home, upload: Upload, seen: Seen, replaces: str | None) -> None:
    """Takes the file in and shows its receipt; a failure is said, and the file can be confirmed again."""
    try:
        with st.spinner("Saving …"):
            invitation = invited_as()
            result = confirm_upload(home, seen.prepared, invitation.invitation_id if invitation else None, replaces)
    except SoundingsError as error:
        st.error(escape(str(error)))
        return
    if isinstance(result, Waiting):
        forget(upload)
        note_sent(result.batch_id)
        empty_box()
    keep_receipt(upload, seen, result)
    st.rerun()
