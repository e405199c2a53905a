"""Cells as text: what a value in any format looks like once it is read, the same for every reader."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

WHOLE_BELOW = 1e15  # past this a float no longer tells neighbouring whole numbers apart


def text_of(value: object) -> str | None:
    """One value as a person would write it: '12' for 12.0, '2023-01-31' for a date, None for an empty cell."""
    if value is None:
        return None
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _text_of_float(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value.is_finite() else None
    if isinstance(value, datetime):
        return _text_of_moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, (list, dict, tuple)):
        return json.dumps(value, ensure_ascii=False, default=text_of)
    return str(value)


def _text_of_float(value: float) -> str | None:
    if not math.isfinite(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < WHOLE_BELOW else repr(value)


def _text_of_moment(value: datetime) -> str:
    """A date alone at midnight; spreadsheets store times as fractions, so the second is rounded."""
    rounded = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    if rounded.tzinfo is None and rounded.time() == time():
        return rounded.date().isoformat()
    return rounded.isoformat(sep=" ")


def text_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of any Arrow type as text, cell by cell as `text_of` says."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        column = column.cast(kind.storage_type)
        kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        return blanks_to_null(column.cast(pa.string()))
    if pa.types.is_integer(kind):
        return column.cast(pa.string())
    if pa.types.is_null(kind):
        return pa.chunked_array([pa.nulls(len(column), pa.string())])
    if pa.types.is_nested(kind):
        return pa.chunked_array([pa.array([text_of(value) for value in column.to_pylist()], pa.string())])
    encoded = column.combine_chunks().dictionary_encode()
    words = pa.array([text_of(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([words.take(encoded.indices)])


def blanks_to_null(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """The column with every cell of only white space (or of nothing) made null; other cells untouched."""
    is_blank = pc.or_kleene(pc.utf8_is_space(column), pc.equal(pc.binary_length(column), 0))
    if not pc.any(is_blank).as_py():
        return column
    return pc.if_else(is_blank, pa.scalar(None, pa.string()), column)
