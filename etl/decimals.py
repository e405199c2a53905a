"""Numbers written with a comma as their decimal point, put as Soundings reads them: “-1,593” is -1.593, “1.234,5” is 1234.5."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from etl.types import Sheet
from soundings.model import BadFile

COMMA, POINT = "comma", "point"
WITH_COMMA = r"^[+\-\x{2212}]?[0-9]+,[0-9]+$|^[+\-\x{2212}]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+$"
NUMBER = r"^[+\-\x{2212}]?[0-9]+(,[0-9]+)?$|^[+\-\x{2212}]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?$"


def check_decimal(said: str | None) -> None:
    """Raises BadFile where the decimal sign is neither comma nor point."""
    if said not in (None, COMMA, POINT):
        raise BadFile(f"The decimal sign is comma or point, not “{said}”.")


def read_decimals(sheets: list[Sheet], decimal: str | None) -> list[Sheet]:
    """The sheets, with every column of numbers read with a decimal comma where the person said so."""
    check_decimal(decimal)
    if decimal != COMMA:
        return sheets
    return [
        put_points(sheet, [name for name in sheet.table.column_names if is_with_commas(sheet, name)])
        for sheet in sheets
    ]


def is_with_commas(sheet: Sheet, column: str) -> bool:
    """Whether a column holds nothing but numbers that can be read with a decimal comma, one of them with a comma."""
    cells = pc.utf8_trim_whitespace(sheet.table[column].cast(pa.string()))
    filled = cells.filter(pc.fill_null(pc.not_equal(cells, ""), False))
    if not len(filled) or not pc.all(pc.match_substring_regex(filled, NUMBER)).as_py():
        return False
    return bool(pc.any(pc.match_substring_regex(filled, WITH_COMMA)).as_py())


def put_points(sheet: Sheet, columns: list[str]) -> Sheet:
    """The sheet with the decimal commas of these columns as points."""
    table = sheet.table
    for name in columns:
        cells = pc.replace_substring(table[name].cast(pa.string()), ".", "")
        table = table.set_column(table.column_names.index(name), name, pc.replace_substring(cells, ",", "."))
    return replace(sheet, table=table)
