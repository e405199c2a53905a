"""What a person said about each file they dropped, and what was read of it: kept in memory for their visit, never on the disk."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from etl.approval.invited import keep_own
from etl.loading import ReadOptions
from etl.results import LoadResult
from etl.types import Sheet
from etl.uploads.mapping import ColumnMapping
from etl.uploads.preview import Preview, preview_upload
from etl.uploads.sheets import choose_sheets
from etl.uploads.troubles import (
    RowCount,
    Trouble,
    count_rows,
    join_troubles,
    list_troubles,
    list_unplaced,
    read_left_out,
)
from etl.uploads.uploading import Fix, Prepared, Wanted, find_state, prepare_upload, read_upload
from pages.ui.access import Reader, explain_unready, find_reader, guard_visit
from soundings.home import Home, find_home
from soundings.model import BadFile

SAID, RECEIPTS, ROUND = "upload_said", "upload_receipts", "upload_round"
KEPT_SECONDS = 1800


@dataclass(frozen=True)
class Upload:
    """One file as it was dropped, in memory."""

    name: str
    sha256: str
    content: bytes = field(repr=False)

    def key(self, name: str) -> str:
        """The key of a widget that belongs to this file."""
        return f"upload_{name}_{self.sha256[:10]}"


@dataclass(frozen=True)
class Said:
    """What a person decided about one file, beyond what its widgets hold."""

    mapping: ColumnMapping | None = None
    drop: tuple[str, ...] = ()
    date_order: str | None = None
    fixes: tuple[Fix, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    read_again: bool = False


@dataclass(frozen=True)
class Receipt:
    """An upload that was confirmed in this visit."""

    batch_id: str
    file_name: str
    added: tuple[str, ...]
    result: LoadResult
    rows: RowCount
    sha256: str
    round: int


@dataclass(frozen=True)
class Seen:
    """All that there is to show of one file. `state`: active or undone where exactly this was loaded before."""

    prepared: Prepared
    state: str | None
    preview: Preview | None = None
    troubles: tuple[Trouble, ...] = ()
    rows: RowCount | None = None


def open_uploads() -> tuple[Home, Reader | None]:
    """The home, and its current generation where there is one; of an organiser's visit, with their own records alone."""
    visit = guard_visit(for_organisers=True)
    reader = find_reader(visit)
    if reader is None and visit.invitation is not None:
        explain_unready()
        st.stop()
    return find_home(), reader


def recall_said(upload: Upload) -> Said:
    """What was decided about this file so far."""
    return st.session_state.setdefault(SAID, {}).get(upload.sha256, Said())


def keep_said(upload: Upload, said: Said) -> None:
    """Keeps a decision about this file for the rest of the visit."""
    st.session_state.setdefault(SAID, {})[upload.sha256] = said


def forget(upload: Upload) -> None:
    """Forgets every decision about this file."""
    st.session_state.setdefault(SAID, {}).pop(upload.sha256, None)


def recall_receipts() -> list[Receipt]:
    """What was confirmed in this visit, newest first."""
    return st.session_state.setdefault(RECEIPTS, [])


def keep_receipt(upload: Upload, seen: Seen, result: LoadResult) -> None:
    """Puts a receipt above the others; the file is then done with."""
    batch_id = seen.prepared.batch_id
    receipt = Receipt(batch_id, upload.name, seen.preview.added, result, seen.rows, upload.sha256, recall_round())
    st.session_state[RECEIPTS] = [receipt, *(one for one in recall_receipts() if one.batch_id != batch_id)]
    forget(upload)


def recall_round() -> int:
    """How often the box for files was emptied; it is another box each time."""
    return st.session_state.get(ROUND, 0)


def is_done(upload: Upload) -> bool:
    """Whether a file was confirmed since it was dropped."""
    return any(one.sha256 == upload.sha256 and one.round == recall_round() for one in recall_receipts())


def empty_box() -> None:
    """Empties the box for files and shows the page again."""
    st.session_state[ROUND] = recall_round() + 1
    st.rerun()


@st.cache_resource(max_entries=8, ttl=KEPT_SECONDS, show_spinner="Reading the file …")
def _read(name: str, sha256: str, told: str, _content: bytes, _options: ReadOptions) -> list[Sheet] | str:
    try:
        return read_upload(name, _content, _options)
    except BadFile as error:
        return str(error)


def read_sheets(upload: Upload, options: ReadOptions) -> list[Sheet]:
    """The sheets of a file, read once for its content and these options. Raises BadFile."""
    read = _read(upload.name, upload.sha256, repr(sorted(options.said().items())), upload.content, options)
    if isinstance(read, str):
        raise BadFile(read)
    return read


@st.cache_resource(max_entries=6, ttl=KEPT_SECONDS, show_spinner="Working out what it would become …")
def _look(root: str, number: int, name: str, sha256: str, told: str, _home: Home, _sheets: Any, _wanted: Any) -> Any:
    try:
        prepared = prepare_upload(_home, name, sha256, _sheets, _wanted)
        if prepared.personal:
            return Seen(prepared, None)
        state = find_state(_home, prepared)
        if state is not None:
            return Seen(prepared, state)
        troubles = list_troubles(prepared, _sheets, _wanted)
        preview = preview_upload(_home, prepared)
        if _wanted.invited:  # what others have here is the steward's to compare
            preview = replace(
                preview, twins=(), same_rows=None, earlier=keep_own(_home, preview.earlier, _wanted.invited)
            )
        unplaced = list_unplaced(prepared, _sheets, _wanted, preview.unplaced, preview.lost_rows)
        left_out = sum(map(len, read_left_out(prepared).values()))
        count = preview.result.rows_read + left_out
        if _wanted.mapping:
            count = sum(sheet.table.num_rows for sheet in choose_sheets(_sheets, _wanted.mapping))
        rows = count_rows(troubles, count, left_out)
        return Seen(prepared, None, preview, tuple(join_troubles(troubles, unplaced)), rows)
    except BadFile as error:
        return str(error)


def look(home: Home, reader: Reader | None, upload: Upload, sheets: list[Sheet], wanted: Wanted) -> Seen:
    """What a file would become, worked out once for its content, the decisions and the generation. Raises BadFile."""
    number = reader.number if reader else 0
    seen = _look(str(home.root), number, upload.name, upload.sha256, repr(wanted), home, sheets, wanted)
    if isinstance(seen, str):
        raise BadFile(seen)
    return seen
