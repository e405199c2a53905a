"""What passes between the steps of a load: sheets of text in, rows of tables out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(frozen=True)
class Sheet:
    """One table of text as it stands in a file.

    `table`: every column string, an empty cell null, header names unique and stripped.
    `row_numbers`: int32, one per row, as a person sees it in the file (a header in line 1 makes the first row 2).
    `detected`: what was found out on the way (format, encoding, delimiter, sheet, header_row, crs …), all text.
    """

    name: str
    table: pa.Table
    row_numbers: pa.Array
    detected: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapped:
    """What one batch becomes: rows read = accepted + rejected, always.

    `tables`: name in schema.sql → rows with exactly that table's columns (batch_id included; not batch, batch_content,
    rejection, audit, location_state, location_place).
    `rejections`: columns of the table `rejection`.
    """

    tables: dict[str, pa.Table]
    rejections: pa.Table
    rows_read: int
    rows_accepted: int
    rows_rejected: int


# From the (sheet, row) of rejected activities to the sheets that are left without what else their rows say.
Leave = Callable[[set[tuple[str, int]]], list[Sheet]]
