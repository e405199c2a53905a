"""Reviewed lists about places: which code took over from which, and other names a place goes by."""

from __future__ import annotations

import pyarrow as pa

from etl.inbox import ALIASES, HISTORY
from etl.types import Mapped, Sheet
from soundings.model import BadFile

REJECTION = pa.schema(
    [
        ("batch_id", pa.string()),
        ("file", pa.string()),
        ("row_number", pa.int64()),
        ("column_name", pa.string()),
        ("value", pa.string()),
        ("reason", pa.string()),
        ("is_row_rejected", pa.bool_()),
    ]
)
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
                rejected.append((batch_id, file_name, number, blank, "", f"{blank} is blank", True))
            else:
                accepted.append({"batch_id": batch_id, **cells})
    if kind != HISTORY:
        from etl.locating import normalise_name

        for row in accepted:
            row["alias"] = normalise_name(row["alias"])
    columns = ("batch_id", *needed, *optional)
    return Mapped(
        tables={table: pa.table({name: pa.array([row[name] for row in accepted], pa.string()) for name in columns})},
        rejections=pa.Table.from_pylist([dict(zip(REJECTION.names, row, strict=True)) for row in rejected], REJECTION),
        rows_read=len(accepted) + len(rejected),
        rows_accepted=len(accepted),
        rows_rejected=len(rejected),
    )
