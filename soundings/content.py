"""What a generation holds, as one hash that two builds of the same inbox share.

It is made of (table, batch sha256, row count, sum of row hashes), kept per batch in `batch_content`, so that only a batch
that changed is read again. The sum, unlike an exclusive or, does not cancel rows that stand twice. Left out: `audit`,
`rejection`, `batch` and `batch_content` themselves, and with them every timestamp and the generation's number; and
`classification`, which is a history of what was derived from the rest.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import duckdb

SCHEMA_SQL = Path(__file__).with_name("schema.sql")
LEFT_OUT = ("audit", "rejection", "batch", "batch_content", "classification")


@cache
def schema_sql() -> str:
    """The statements that make an empty generation."""
    return SCHEMA_SQL.read_text(encoding="utf-8")


@cache
def store_format() -> str:
    """What the tables of this version look like, in twelve hex digits: a store of another format has to be built again."""
    return hashlib.sha256(schema_sql().encode("utf-8")).hexdigest()[:12]


@cache
def read_columns() -> dict[str, tuple[str, ...]]:
    """Table → its columns, in the schema's order, for every table of a generation."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(schema_sql())
        found = connection.execute(
            """
            select table_name, list(column_name order by ordinal_position)
            from information_schema.columns
            join information_schema.tables using (table_schema, table_name)
            where table_type = 'BASE TABLE'
            group by table_name
            order by table_name
            """
        ).fetchall()
    return {table: tuple(columns) for table, columns in found}


def content_tables() -> list[str]:
    """The tables that make up the content hash, by name."""
    return [table for table in read_columns() if table not in LEFT_OUT]


def write_content(connection: duckdb.DuckDBPyConnection, batch_ids: list[str], tables: list[str] | None = None) -> None:
    """Puts the row counts and hashes of these batches' rows (in these tables, or all) into `batch_content`."""
    tables = content_tables() if tables is None else tables
    wanted = {"batch_ids": batch_ids}
    connection.execute(
        "delete from batch_content where batch_id in (select unnest($batch_ids)) and table_name in (select unnest($tables))",
        {**wanted, "tables": tables},
    )
    for table in tables:
        columns = ", ".join(f'"{column}"' for column in read_columns()[table])
        connection.execute(
            f"""
            insert into batch_content
            select batch_id, '{table}', count(*), sum(hash({columns}))
            from {table}
            where batch_id in (select unnest($batch_ids))
            group by batch_id
            """,  # noqa: S608 — table and columns come from schema.sql
            wanted,
        )


def content_hash(connection: duckdb.DuckDBPyConnection) -> str:
    """sha256 (64 hex digits) over the sorted list of what each batch holds in each table."""
    rows = connection.execute(
        """
        select c.table_name, b.batch_sha256, c.row_count, c.row_hash_sum::varchar
        from batch_content c
        join batch b using (batch_id)
        where c.row_count > 0
        order by all
        """
    ).fetchall()
    lines = "\n".join("\t".join(map(str, row)) for row in rows)
    return hashlib.sha256(lines.encode()).hexdigest()
