"""Which sheets of a file would be read, and by which of their columns two rows are the same."""

from __future__ import annotations

from etl.questions.types import Context
from etl.types import Sheet
from etl.uploads.sheets import choose_sheets


def list_read(sheets: list[Sheet], context: Context) -> list[Sheet]:
    """The sheets whose rows would come in: those with all the matched columns, or those of the source."""
    from etl.specs import find_sheets  # reading the sources takes a moment

    if context.mapping is not None:
        return choose_sheets(sheets, context.mapping)
    return find_sheets(context.spec, sheets) if context.spec else []


def list_used(sheet: Sheet, context: Context) -> list[str]:
    """The columns of a sheet that a record is made of: the matched ones, or all of them."""
    if context.mapping is None:
        return sheet.table.column_names
    return [column for column, _ in context.mapping.columns]
