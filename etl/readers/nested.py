"""Cells that hold objects, opened into columns: nested names are joined by slashes, as in “codes/gss”."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.readers.json_rows import MOST_COLUMNS, flatten
from soundings.model import BadFile

LOOKS_NESTED = r"^\s*(\{|\[\s*\{)"
NESTED = re.compile(LOOKS_NESTED)


def open_table(table: pa.Table, what: str) -> pa.Table:
    """The table with each column of objects as the columns inside it, in its place; cells that are no objects stay in a column of
    the old name. A GeoJSON property, a struct of a Parquet file and text that is a JSON object are all objects."""
    if not any(_may_hold_objects(column) for column in table.columns):
        return table
    opened = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        found = open_cells(name, _storage(column).to_pylist(), what) if _may_hold_objects(column) else None
        made = {name: column} if found is None else {key: pa.array(cells, pa.string()) for key, cells in found.items()}
        _add(opened, made)
    return pa.table(list(opened.values()), names=list(opened))


def open_frame(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    """The same for a table of pandas, without its geometry."""
    opened = {}
    for name in frame.columns:
        cells = frame[name].tolist() if pd.api.types.is_object_dtype(frame[name]) or _is_text(frame[name]) else []
        found = open_cells(str(name), cells, what) if any(map(_is_nested, cells)) else None
        made = {str(name): frame[name]}
        if found is not None:
            made = {key: pd.Series(texts, dtype=object, index=frame.index) for key, texts in found.items()}
        _add(opened, made)
    return pd.DataFrame(opened, index=frame.index)


def open_cells(name: str, cells: Iterable[object], what: str) -> dict[str, list[str | None]] | None:
    """The columns inside a column, each with a text or None for every cell; None where no cell is an object.

    Raises BadFile where objects are nested too deep, or hold too many names.
    """
    cells = [_parse(cell) for cell in cells]
    if not any(map(_is_nested, cells)):
        return None
    columns: dict[str, list[str | None]] = {}
    for at, cell in enumerate(cells):
        for key, text in flatten({name: cell}, what).items() if cell is not None else ():
            if text is None and key == name:
                continue
            if key not in columns and len(columns) == MOST_COLUMNS:
                raise BadFile(
                    f"{what} has objects with more than {MOST_COLUMNS:,} different names. Send a file with the columns that matter."
                )
            columns.setdefault(key, [None] * len(cells))[at] = text
    return columns


def _parse(cell: object) -> object:
    """The object that a cell is, or that its text says; else the cell itself, without numpy's types."""
    if isinstance(cell, np.ndarray):
        cell = cell.tolist()
    if isinstance(cell, float) and np.isnan(cell):
        return None
    if isinstance(cell, str) and NESTED.match(cell):
        try:
            told = json.loads(cell)
        except (ValueError, RecursionError):
            return cell
        return told if _is_nested(told) else cell
    return cell


def _is_nested(cell: object) -> bool:
    if isinstance(cell, np.ndarray | list | tuple):
        return len(cell) > 0 and all(isinstance(item, dict) for item in cell)
    return isinstance(cell, dict) or (isinstance(cell, str) and bool(NESTED.match(cell)))


def _is_text(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.StringDtype)


def _may_hold_objects(column: pa.ChunkedArray) -> bool:
    stored = _storage(column)
    kind = stored.type
    if pa.types.is_struct(kind) or pa.types.is_map(kind):
        return True
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.types.is_struct(kind.value_type)
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return is_text and bool(pc.any(pc.match_substring_regex(stored, LOOKS_NESTED)).as_py())


def _storage(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.storage_type) if isinstance(column.type, pa.BaseExtensionType) else column


def _add(opened: dict, made: dict) -> None:
    """Puts columns after those there are; a name that is taken gets a number."""
    for name, column in made.items():
        key, number = name, 2
        while key in opened:
            key, number = f"{name} ({number})", number + 1
        opened[key] = column
