"""Places of a boundary file that could not be taken in, as the inbox keeps them and as rejections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pyarrow as pa

from etl.tables import make_rows

LEFT_OUT = "left_out"  # the table's name in the inbox
FIRST_ROW = 2  # of the first place in a file, as a person counts; the header is row 1
SCHEMA = pa.schema(
    [("row_number", pa.int64()), ("column", pa.string()), ("value", pa.string()), ("reason", pa.string())]
)


@dataclass(frozen=True)
class LeftOut:
    """One place that was left out. `row_number`: 2 for the first place in the file, as if a header stood in row 1."""

    row_number: int
    column: str
    value: str | None
    reason: str


def table_of_left_out(left_out: Sequence[LeftOut]) -> pa.Table:
    """The places left out in the order of the file, one row each: row_number, column, value, reason."""
    found = sorted(left_out, key=lambda one: one.row_number)
    return pa.Table.from_pylist([asdict(one) for one in found], schema=SCHEMA)


def reject_left_out(left_out: pa.Table | None, batch_id: str, file_name: str) -> pa.Table:
    """The rows of `rejection` for the places left out; none where there is no such table."""
    told = left_out.to_pylist() if left_out is not None else []
    return make_rows(
        "rejection",
        [
            {
                "batch_id": batch_id,
                "file": file_name,
                "row_number": one["row_number"],
                "column_name": one["column"],
                "value": one["value"],
                "reason": one["reason"],
                "is_row_rejected": True,
            }
            for one in told
        ],
    )
