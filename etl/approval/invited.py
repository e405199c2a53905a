"""What an invitation allows of a batch: its organisation's own records, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from etl.earlier import Earlier
from etl.inbox import ID_LENGTH
from etl.replacing import check_current
from etl.tables import make_rows
from etl.types import Mapped
from soundings.content import read_columns, schema_sql
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile

INVITED = "invited"  # in a manifest's options: the organisation whose invitation a batch came with
MOST_NAMED = 3


@dataclass(frozen=True)
class OwnLine:
    """One activity of an organisation, as it is listed to it. `is_native`: it came by the form or the template."""

    activity_id: str
    title: str
    start: date | None
    end: date | None
    method: str | None
    called: str | None
    meetings: int
    is_native: bool


def read_own(connection: duckdb.DuckDBPyConnection) -> list[OwnLine]:
    """The activities of a store that was narrowed to one organisation, the newest first."""
    found = connection.execute(
        """
        select a.activity_id, a.title, a.start_date, a.end_date, a.method, c.called, count(s.session_id), a.source_id = 'native'
        from activity_now a
        left join claim_now c using (activity_id)
        left join session_held s using (activity_id)
        group by all
        order by a.start_date desc nulls last, a.title, a.activity_id
        """
    ).fetchall()
    return [OwnLine(*row) for row in found]


def is_same_name(one: str | None, other: str) -> bool:
    """Whether two names of organisations are one, but for capitals and spaces."""
    return one is not None and " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def hold_invited(mapped: Mapped, manifest: dict) -> Mapped:
    """The rows with the invitation's organisation on every activity; unchanged where the batch came with none.

    Raises BadFile where an activity is said to be another organisation's.
    """
    invited = manifest["options"].get(INVITED)
    if invited is None or "activity" not in mapped.tables:
        return mapped
    activities = mapped.tables["activity"]
    others = [
        (row["title"], row["organisation"])
        for row in activities.select(["title", "organisation"]).to_pylist()
        if row["organisation"] and not is_same_name(row["organisation"], invited)
    ]
    if others:
        title, name = others[0]
        more = f", and {len(others) - 1:,} more" if len(others) > 1 else ""
        raise BadFile(
            f"“{title}” is said to be of “{name}”{more}; this invitation is for “{invited}” alone. Write that name, leave the "
            "organisation blank, or ask for an invitation of their own."
        )
    at = activities.schema.get_field_index("organisation")
    names = pa.array([invited] * activities.num_rows, activities.schema.field(at).type)
    tables = {**mapped.tables, "activity": activities.set_column(at, activities.schema.field(at), names)}
    if activities.num_rows:
        row = {"batch_id": manifest["batch_sha256"][:ID_LENGTH], "organisation_id": slug_of(invited), "name": invited}
        tables["organisation"] = make_rows("organisation", [row])
    return replace(mapped, tables=tables)


def slug_of(name: str) -> str:
    from etl.mapping.activities import slug

    return slug(name)


def check_reach(home: Home, manifest: dict, mapped: Mapped) -> None:
    """Raises BadFile where a batch would change or add to what is not its organisation's own, or change what is no longer current."""
    check_current(home, manifest)
    invited = manifest["options"][INVITED]
    generation = open_current(home)
    if generation is None:
        return
    cursor = generation.cursor()
    own = set(mapped.tables["activity"]["activity_id"].to_pylist()) if "activity" in mapped.tables else set()
    named = own | {
        one for table in mapped.tables.values() if "activity_id" in table.column_names
        for one in pc.unique(table["activity_id"]).to_pylist() if one
    }  # fmt: skip
    known = read_owners(cursor, sorted(named))
    wrong = [one for one, name in known.items() if not is_same_name(name, invited)]
    wrong += sorted(named - own - known.keys())
    replaced = manifest.get("replaces") or []
    if replaced:
        reached = find_own_batches(cursor, replaced, invited)
        wrong += [batch for batch in replaced if batch not in reached]
    if wrong:
        said = ", ".join(wrong[:MOST_NAMED]) + (" …" if len(wrong) > MOST_NAMED else "")
        raise BadFile(
            f"This adds to activities that are not {invited}'s own ({said}), so nothing was sent. An invitation reaches its "
            "organisation's records alone: give activities of your own, each with a key that nobody else uses."
        )


def find_own_batches(cursor: duckdb.DuckDBPyConnection, batch_ids: Sequence[str], invited: str) -> set[str]:
    """Those of these batches that tell of activities, and of none but the organisation's own."""
    told = " union ".join(
        f"select batch_id, activity_id from {table}"  # noqa: S608 — a table of schema.sql
        for table, columns in read_columns().items()
        if {"batch_id", "activity_id"} <= set(columns)
    )
    owners: dict[str, list[str | None]] = {}
    for batch_id, name in cursor.execute(
        f"""
        select distinct t.batch_id, coalesce(a.organisation, n.organisation)
        from ({told}) t
        left join activity a using (batch_id, activity_id)
        left join activity_now n on n.activity_id = t.activity_id
        where t.batch_id in (select unnest($1))
        """,  # noqa: S608 — as above
        [list(batch_ids)],
    ).fetchall():
        owners.setdefault(batch_id, []).append(name)
    return {batch_id for batch_id, names in owners.items() if all(is_same_name(name, invited) for name in names)}


def is_own_batch(home: Home, batch_id: str, invited: str) -> bool:
    """Whether a loaded batch tells of activities of this organisation, and of no other's."""
    generation = open_current(home)
    return generation is not None and batch_id in find_own_batches(generation.cursor(), [batch_id], invited)


def keep_own(home: Home, earlier: tuple[Earlier, ...], invited: str) -> tuple[Earlier, ...]:
    """The earlier batches that are the organisation's own: of others it learns nothing here."""
    generation = open_current(home) if earlier else None
    if generation is None:
        return ()
    reached = find_own_batches(generation.cursor(), [one.batch_id for one in earlier], invited)
    return tuple(one for one in earlier if one.batch_id in reached)


def read_owners(cursor: duckdb.DuckDBPyConnection, activity_ids: list[str]) -> dict[str, str | None]:
    """Activity → its organisation, of those that are in the store."""
    return dict(
        cursor.execute(
            "select activity_id, organisation from activity_now where activity_id in (select unnest($1))",
            [activity_ids],
        ).fetchall()
    )


def open_narrowed(connection: duckdb.DuckDBPyConnection, invited: str) -> duckdb.DuckDBPyConnection:
    """A store in memory that holds the loaded places and, of records, those of one organisation alone."""
    narrow = duckdb.connect(":memory:")
    narrow.execute(schema_sql())
    narrow_to(connection, invited, narrow)
    return narrow


def narrow_to(connection: duckdb.DuckDBPyConnection, invited: str, target: duckdb.DuckDBPyConnection) -> None:
    """Fills an empty store in memory with the loaded places and, of records, those of one organisation alone."""
    own = [
        (batch_id, activity_id)
        for batch_id, activity_id, name in connection.execute(
            "select batch_id, activity_id, organisation from activity_now"
        ).fetchall()
        if is_same_name(name, invited)
    ]
    activity_ids = sorted({activity_id for _, activity_id in own})
    located: set[tuple[str, str]] = set()
    for table, columns in read_columns().items():
        if table == "feedback_wave":
            continue
        if table.startswith("place"):
            copy_rows(connection, target, table, "true", {})
        elif table == "session_place":
            where = "session_id in (select session_id from session where activity_id in (select unnest($ids)))"
            rows = copy_rows(connection, target, table, where, {"ids": activity_ids})
            located |= set(zip(rows["batch_id"].to_pylist(), rows["location_id"].to_pylist(), strict=True))
        elif "activity_id" in columns:
            rows = copy_rows(connection, target, table, "activity_id in (select unnest($ids))", {"ids": activity_ids})
            if "location_id" in columns:
                located |= set(zip(rows["batch_id"].to_pylist(), rows["location_id"].to_pylist(), strict=True))
    ids = sorted({location_id for _, location_id in located})
    for table in ("location", "location_way", "location_state", "location_place"):
        copy_rows(connection, target, table, "location_id in (select unnest($ids))", {"ids": ids})
    held = target.execute(
        "select batch_id from activity union select batch_id from session union select batch_id from activity_count"
    ).fetchall()
    copy_rows(
        connection,
        target,
        "batch",
        "kind not in ('records', 'feedback') or batch_id in (select unnest($ids))",
        {"ids": [batch_id for (batch_id,) in held]},
    )


def copy_rows(connection, target, table: str, where: str, bound: dict) -> pa.Table:
    """The rows of a table that were copied. `where` is fixed text of this module."""
    rows = connection.execute(f"select * from {table} where {where}", bound).to_arrow_table()  # noqa: S608
    if rows.num_rows:
        target.register("incoming", rows)
        target.execute(f"insert into {table} by name select * from incoming")  # noqa: S608 — a table of schema.sql
        target.unregister("incoming")
    return rows
