"""Where the records of a measure stand: worked out once for each measure of a generation, and kept in memory beside it."""

from __future__ import annotations

import re
import threading
from functools import cache
from pathlib import Path

import duckdb

FOLDER = Path(__file__).parent
# What all measures share, of one source or of all of them, and what each measure has of its own.
SHARED = ("session_pair", "session_once", "session_where", "known")
OWN = ("standing", "stood")

_keeping = threading.Lock()


@cache
def read_sql(name: str) -> str:
    """The `with` clauses of one of this folder's files."""
    return (FOLDER / name).read_text(encoding="utf-8").strip()


@cache
def records_sql() -> str:
    """The shared `with` clauses of every figure: `record` and `record_place` of $measure, from $source or from all."""
    return "with recursive\n" + ",\n".join((read_sql("sessions.sql"), read_sql("records.sql")))


def fetch_standing(
    connection: duckdb.DuckDBPyConnection, sql: str, bindings: dict, *, measure: str, source: str | None
) -> list[tuple]:
    """The rows of a query over standing.sql's `standing`, `stood` and `known`. It starts with its own clauses, or with select.

    A generation never changes: the first query for a measure keeps its records in memory for as long as the generation is
    open, and those after it only add up. On a database that can change, they are worked out afresh.
    """
    if is_fixed(connection):
        clauses = "with recursive\n" + name_kept(keep(connection, measure, source), (*SHARED, *OWN))
    else:
        clauses = f"{records_sql()},\n{read_sql('standing.sql')}"
    whole = f"{clauses}{'' if sql.lstrip().startswith('select') else ','}\n{sql}"
    return connection.execute(whole, bind(whole, {**bindings, "measure": measure, "source": source})).fetchall()


def bind(sql: str, values: dict) -> dict:
    """Those of the values that the SQL names; DuckDB refuses others."""
    return {name: values[name] for name in set(re.findall(r"\$(\w+)", sql)) if name in values}


def is_fixed(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether this is a generation opened for reading, which nothing can change."""
    return connection.execute(
        "select readonly from duckdb_databases() where database_name = current_database()"
    ).fetchone()[0]


def keep(connection: duckdb.DuckDBPyConnection, measure: str, source: str | None) -> dict[str, str]:
    """The kept table of each clause, worked out now where it is not kept yet. Every cursor of the generation finds them."""
    with _keeping:
        connection.execute("attach if not exists ':memory:' as kept (read_write)")
        connection.execute("create table if not exists kept.held (measure varchar, source varchar, number integer)")
        numbers = dict(
            connection.execute(
                "select measure, number from kept.held where source is not distinct from $1 and measure in ('', $2)",
                [source, measure],
            ).fetchall()
        )
        kept: dict[str, str] = {}
        for part, names in (("", SHARED), (measure, OWN)):
            if part not in numbers:
                numbers[part] = connection.execute("select count(*) from kept.held").fetchone()[0]
                before = kept or None
                for name in names:
                    keep_table(connection, name, numbers[part], before, {"measure": measure, "source": source})
                connection.execute("insert into kept.held values ($1, $2, $3)", [part, source, numbers[part]])
            kept |= {name: f"kept.{name}_{numbers[part]}" for name in names}
        return kept


def keep_table(
    connection: duckdb.DuckDBPyConnection, name: str, number: int, kept: dict[str, str] | None, bindings: dict
) -> None:
    """Keeps one clause's rows, made from what is kept already or from the store's tables."""
    sessions = read_sql("sessions.sql") if kept is None else name_kept(kept, tuple(kept))
    parts = [sessions, read_sql("records.sql"), read_sql("standing.sql")]
    sql = f"create or replace table kept.{name}_{number} as with recursive\n" + ",\n".join(parts) + f"\nfrom {name}"
    connection.execute(sql, bind(sql, bindings))


def name_kept(kept: dict[str, str], names: tuple[str, ...]) -> str:
    """`with` clauses that say of each name which kept table it is."""
    return ",\n".join(f"{name} as (from {kept[name]})" for name in names)
