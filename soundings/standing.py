"""Where the records of a measure stand: worked out once for each measure of a generation, and kept in memory beside it."""

from __future__ import annotations

import re
import threading
from functools import cache
from pathlib import Path

import duckdb

FOLDER = Path(__file__).parent
# The clauses that are kept: those that all measures share, and those that each measure has for itself.
SHARED = ("session_pair", "session_once", "session_unheld", "session_where", "activity_span", "known", "spot", "area")
OWN = ("standing", "stood", "unheld")

_keeping = threading.Lock()


@cache
def read_clauses(name: str) -> str:
    """The `with` clauses of one of this folder's files."""
    return (FOLDER / name).read_text(encoding="utf-8").strip()


def join_clauses(*clauses: str) -> str:
    """One `with` of several clauses."""
    return "with recursive\n" + ",\n".join(clauses)


@cache
def records_sql() -> str:
    """The shared `with` clauses of every figure: `record` and `record_place` of $measure, from $source or from all."""
    return join_clauses(*map(read_clauses, ("sessions.sql", "spans.sql", "records.sql")))


def fetch_standing(
    connection: duckdb.DuckDBPyConnection, sql: str, bindings: dict, *, measure: str, source: str | None
) -> list[tuple]:
    """The rows of a query over the clauses of standing_shared.sql and standing.sql; it starts with own clauses, or with select.

    A generation never changes: what a query is the first to ask of a measure is kept in memory for as long as the generation
    is open, and those after it only add up. On a database that can change everything is worked out afresh.
    """
    names = [name for name in (*SHARED, *OWN) if re.search(rf"\b{name}\b", sql)]
    if is_fixed(connection):
        kept = keep(connection, names, measure, source)
        clauses = join_clauses(*name_tables({name: kept[name] for name in names}))
    else:
        clauses = f"{records_sql()},\n{read_clauses('standing_shared.sql')},\n{read_clauses('standing.sql')}"
    whole = clauses + ("\n" if sql.lstrip().startswith("select") else ",\n") + sql
    return connection.execute(whole, bind(whole, {**bindings, "measure": measure, "source": source})).fetchall()


def bind(sql: str, values: dict) -> dict:
    """Those of the values that the SQL names; DuckDB refuses others."""
    return {name: values[name] for name in set(re.findall(r"\$(\w+)", sql)) if name in values}


def is_fixed(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether this is a generation opened for reading, which nothing can change."""
    return connection.execute(
        "select readonly from duckdb_databases() where database_name = current_database()"
    ).fetchone()[0]


def keep(connection: duckdb.DuckDBPyConnection, names: list[str], measure: str, source: str | None) -> dict[str, str]:
    """The table of each of these clauses by name, worked out now where it is not kept yet. Every cursor finds the same."""
    kept = find_kept(connection, measure, source)
    if all(name in kept for name in names):
        return kept
    with _keeping:
        connection.execute("attach if not exists ':memory:' as kept (read_write)")
        connection.execute("create table if not exists kept.held (name varchar, measure varchar, source varchar)")
        kept = find_kept(connection, measure, source)  # another thread may have been first
        for name in (*SHARED, *names):
            if name not in kept:
                kept[name] = keep_table(connection, name, kept, measure, source)
    return kept


def find_kept(connection: duckdb.DuckDBPyConnection, measure: str, source: str | None) -> dict[str, str]:
    """The tables kept so far, by the name of their clause."""
    try:
        found = connection.execute(
            "select name, rowid from kept.held where source is not distinct from $1 and measure in ('', $2)",
            [source, measure],
        ).fetchall()
    except duckdb.CatalogException:  # nothing was kept yet
        return {}
    return {name: table_name(name, number) for name, number in found}


def table_name(name: str, number: int) -> str:
    return f"kept.{name}_{number}"


def keep_table(
    connection: duckdb.DuckDBPyConnection, name: str, kept: dict[str, str], measure: str, source: str | None
) -> str:
    """The table that now holds a clause's rows, made from what is kept already or else from the store's tables."""
    if name in SHARED:
        clauses = join_clauses(*map(read_clauses, ("sessions.sql", "spans.sql", "standing_shared.sql")))
    else:
        shared = name_tables({shared: kept[shared] for shared in SHARED})
        clauses = join_clauses(*shared, read_clauses("records.sql"), read_clauses("standing.sql"))
    table = table_name(name, connection.execute("select count(*) from kept.held").fetchone()[0])
    sql = f"create or replace table {table} as {clauses} from {name}"
    connection.execute(sql, bind(sql, {"measure": measure, "source": source}))
    connection.execute("insert into kept.held values ($1, $2, $3)", [name, "" if name in SHARED else measure, source])
    return table


def name_tables(tables: dict[str, str]) -> list[str]:
    """A clause for each name that says which table it is."""
    return [f"{name} as (from {table})" for name, table in tables.items()]
