"""JSON that holds a list of records, as one sheet: nested names are joined by slashes, as in “place/code”."""

from __future__ import annotations

import json
import re

import pyarrow as pa

from etl.readers import headers
from etl.readers.cells import blanks_to_null, text_of
from etl.readers.encodings import decode
from etl.types import Sheet
from soundings.model import BadFile

MOST_COLUMNS = 2_000
SURROGATES = re.compile(r"[\ud800-\udfff]")
DEEPEST = 8
NOT_ROWS = (
    "{what} is JSON, but not GeoJSON, and it holds no list of records (objects in square brackets, alone or under one name). "
    "Export it as GeoJSON or CSV, and send that."
)
DAMAGED = "{what} is JSON that cannot be read: it may be damaged or cut short. Export it again and send that."


def read_json_bytes(data: bytes, name: str, what: str, *, encoding: str | None = None) -> Sheet:
    """One sheet; the first record is row 2. BadFile: no JSON, or no list of records in it.

    A list of single values becomes the text ["a", "b"]. Of a list of objects each name becomes a column, with the one value
    there is or such a list. What is null or empty is a blank cell.
    """
    decoded = decode(data, encoding, what)
    try:
        told = json.loads(decoded.utf8)
    except (ValueError, RecursionError) as error:
        raise BadFile(DAMAGED.format(what=what)) from error
    under, records = find_records(told, what)
    columns: dict[str, list[str | None]] = {}
    for at, record in enumerate(records):
        for key, value in flatten(record, what).items():
            if key not in columns and len(columns) == MOST_COLUMNS:
                raise BadFile(
                    f"{what} has records with more than {MOST_COLUMNS:,} different names. Send a CSV with the columns that matter."
                )
            cells = columns.setdefault(key, [])
            cells += [None] * (at - len(cells))
            cells.append(mend(value))
    if not columns:
        raise BadFile(NOT_ROWS.format(what=what))
    for cells in columns.values():
        cells += [None] * (len(records) - len(cells))
    names, notes = headers.name_columns(list(columns), range(len(columns)))
    table = pa.table([blanks_to_null(pa.array(cells, pa.string())) for cells in columns.values()], names=names)
    if under:
        notes = [f"the records under “{under}” were read", *notes]
    detected = headers.finish_detected({"format": "JSON", "encoding": decoded.encoding}, 1, [*decoded.notes, *notes])
    return Sheet(name, table, pa.array(range(2, len(records) + 2), pa.int32()), detected)


def find_records(told: object, what: str) -> tuple[str, list[dict]]:
    """(the name the records stand under, the records): the list itself, or the only list of objects in an object."""
    held = [("", told)] if isinstance(told, list) else list(told.items()) if isinstance(told, dict) else []
    lists = [
        (name, value)
        for name, value in held
        if isinstance(value, list) and value and all(isinstance(item, dict) and item for item in value)
    ]
    if len(lists) != 1:
        raise BadFile(NOT_ROWS.format(what=what))
    return lists[0]


def flatten(record: dict, what: str, before: str = "", depth: int = 0) -> dict[str, str | None]:
    """The cells of a record by their names, joined by slashes."""
    if depth > DEEPEST:
        raise BadFile(
            f"{what} has records nested more than {DEEPEST} deep, which no table can show. Export it as CSV, and send that."
        )
    cells: dict[str, str | None] = {}
    for key, value in record.items():
        name = f"{before}{mend(key)}"
        if isinstance(value, dict):
            found = flatten(value, what, f"{name}/", depth + 1)
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            found = flatten_list(value, what, f"{name}/", depth + 1)
        else:
            found = {name: write_list([text_of(item) for item in value]) if isinstance(value, list) else text_of(value)}
        for own, cell in found.items():
            cells[f"{own} (2)" if own in cells else own] = cell  # {"a/b": 1, "a": {"b": 2}} has two cells
    return cells


def flatten_list(items: list[dict], what: str, before: str, depth: int) -> dict[str, str | None]:
    """The cells of a list of objects: for each name its one value, or a list of the different ones."""
    gathered: dict[str, list[str]] = {}
    for item in items:
        for name, value in flatten(item, what, before, depth).items():
            if value is not None and value not in gathered.setdefault(name, []):
                gathered[name].append(value)
    return {name: values[0] if len(values) == 1 else write_list(values) for name, values in gathered.items()}


def write_list(values: list[str | None]) -> str | None:
    filled = [value for value in values if value is not None]
    return json.dumps(filled, ensure_ascii=False) if filled else None


def mend(text: str | None) -> str | None:
    """The text with lone surrogates, which no text file holds, as question marks."""
    return text if text is None or text.isascii() else SURROGATES.sub("?", text)
