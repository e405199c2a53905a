"""The tables of schema.sql as Arrow schemas, derived once from it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

import soundings

RECORD_TABLES = (
    "location",
    "location_way",
    "organisation",
    "activity",
    "activity_place",
    "claim",
    "activity_count",
    "session",
    "session_place",
    "source_repeat",
    "stage",
    "fact",
    "outcome",
    "reciprocity",
    "perspective",
    "story",
    "statement",
    "instrument",
)
FEEDBACK_TABLES = ("feedback_wave", "feedback")
ARROW = {
    "VARCHAR": pa.string(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "INTEGER[]": pa.list_(pa.int32()),
    "VARCHAR[]": pa.list_(pa.string()),
}


@cache
def read_schemas() -> dict[str, pa.Schema]:
    """Arrow schema of each table that a batch of records or of feedback fills, and of `rejection`; columns in the order of schema.sql."""
    script = Path(soundings.__file__).with_name("schema.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(script)
        found: dict[str, list] = {name: [] for name in (*RECORD_TABLES, *FEEDBACK_TABLES, "rejection")}
        for table, column, kind, nullable in connection.execute(
            "select table_name, column_name, data_type, is_nullable from duckdb_columns() where not internal order by table_name, column_index"
        ).fetchall():
            if table in found:
                found[table].append(pa.field(column, ARROW[kind], bool(nullable)))
    return {name: pa.schema(columns) for name, columns in found.items()}


def empty_tables() -> dict[str, pa.Table]:
    """Each table that a batch of records fills, without rows."""
    return {name: read_schemas()[name].empty_table() for name in RECORD_TABLES}


def make_table(name: str, columns: dict, length: int) -> pa.Table:
    """A table of the schema: given columns cast to its types, a single value repeated, the others null."""
    schema = read_schemas()[name]
    unknown = set(columns) - set(schema.names)
    if unknown:
        raise KeyError(f"{name} has no column {', '.join(sorted(unknown))}")
    arrays = []
    for column in schema:
        given = columns.get(column.name)
        if isinstance(given, pa.Array | pa.ChunkedArray):
            arrays.append(given if given.type == column.type else given.cast(column.type))
        elif isinstance(given, list):
            arrays.append(pa.array(given, column.type))
        elif given is None:
            arrays.append(pa.nulls(length, column.type))
        else:
            arrays.append(pa.repeat(pa.scalar(given, column.type), length))
    return pa.Table.from_arrays(arrays, schema=schema)


def make_rows(name: str, rows: list[dict]) -> pa.Table:
    """A table of the schema from rows as dictionaries; a key left out is null."""
    schema = read_schemas()[name]
    return pa.Table.from_arrays(
        [pa.array([row.get(column.name) for row in rows], column.type) for column in schema], schema=schema
    )
