"""Reviewed lists about places: which code took over from which, and other names a place goes by."""

from __future__ import annotations

import pyarrow as pa

from etl.inbox import ALIASES, HISTORY
from etl.tables import make_rows
from etl.types import Mapped, Sheet
from soundings.content import read_columns
from soundings.model import BadFile

# kind of batch → (table, the columns a row must have, the columns it may have)
LISTS = {
    HISTORY: ("place_code_history", ("old_code", "new_code"), ("kind", "changed")),
    ALIASES: ("place_alias", ("alias", "place_code"), ("within_code",)),
}


def check_list(kind: str, sheets: list[Sheet], file_name: str) -> None:
    """Raises BadFile where the file has not the columns of its kind of list."""
    _, needed, optional = LISTS[kind]
    found = sheets[0].table.column_names if sheets else []
    missing = [column for column in needed if column not in found]
    if missing:
        raise BadFile(
            f"{file_name} has no column {' or '.join(f'“{column}”' for column in missing)}. Expected: {', '.join(needed)}"
            f" (and, where known, {', '.join(optional)}). Found: {', '.join(found) or 'no columns'}."
        )


def map_list(kind: str, sheets: list[Sheet], batch_id: str, file_name: str) -> Mapped:
    """The rows of `place_code_history` or `place_alias`; a row without one of its needed cells is rejected."""
    table, needed, optional = LISTS[kind]
    accepted, rejected = [], []
    for sheet in sheets[:1]:
        rows = sheet.table.to_pylist()
        for number, row in zip(sheet.row_numbers.to_pylist(), rows, strict=True):
            cells = {column: (row.get(column) or "").strip() or None for column in (*needed, *optional)}
            blank = next((column for column in needed if cells[column] is None), None)
            if blank:
                rejected.append(
                    {
                        "batch_id": batch_id,
                        "file": file_name,
                        "row_number": number,
                        "column_name": blank,
                        "value": "",
                        "reason": f"{blank} is blank.",
                        "is_row_rejected": True,
                    }
                )
            else:
                accepted.append({"batch_id": batch_id, **cells})
    if kind != HISTORY:
        from etl.locating.names import normalise_name

        for row in accepted:
            row["alias"] = normalise_name(row["alias"])
    return Mapped(
        tables={table: make_list(table, accepted)},
        rejections=make_rows("rejection", rejected),
        rows_read=len(accepted) + len(rejected),
        rows_accepted=len(accepted),
        rows_rejected=len(rejected),
    )


def make_list(table: str, rows: list[dict]) -> pa.Table:
    """The rows as a table of text, with every column of `table`."""
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in read_columns()[table]})
