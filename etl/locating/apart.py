"""A store in memory that holds the loaded places alone, to try there what a batch would come to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from soundings.content import read_columns, schema_sql
from soundings.generations import open_current
from soundings.home import Home

# Besides the tables of places: which batches they came with.
BATCH = "batch"


@contextmanager
def open_places(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to such a store; it is gone afterwards."""
    generation = open_current(home)
    with duckdb.connect(":memory:") as connection:
        connection.execute(schema_sql())
        for table in list_tables() if generation else ():
            copy_in(connection, table, generation.cursor().execute(f"select * from {table}").to_arrow_table())  # noqa: S608
        yield connection


def copy_in(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Appends rows to a table of the schema, column by name."""
    if rows.num_rows:
        connection.register("copied_in", rows)
        connection.execute(f"insert into {table} by name select * from copied_in")  # noqa: S608 — a table of schema.sql
        connection.unregister("copied_in")


def list_tables() -> list[str]:
    """The tables of places, with their batches."""
    return [table for table in read_columns() if table == BATCH or table.startswith("place")]
