"""Batches that hold activities of a file already: is the file a correction of one, or does it add to it? Only a person knows."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from etl.inbox import ID_LENGTH
from etl.types import Mapped


@dataclass(frozen=True)
class Earlier:
    """An active batch of the same source that holds `count` of a file's activities."""

    batch_id: str
    file_name: str
    count: int

    def say(self) -> str:
        """“3 of its activities are here already, from first.csv (batch 3f9a0c1d2e4b)”."""
        return (
            f"{self.count:,} of its activities {'is' if self.count == 1 else 'are'} here already, "
            f"from {self.file_name} (batch {self.batch_id})"
        )


def find_earlier(connection: duckdb.DuckDBPyConnection, manifest: dict, mapped: Mapped) -> tuple[Earlier, ...]:
    """Every such batch in the store, the one accepted last first."""
    told = mapped.tables.get("activity")
    if told is None or not told.num_rows:
        return ()
    cursor = connection.cursor()
    cursor.register("told", pa.table({"activity_id": told["activity_id"]}))
    found = cursor.execute(
        """
        select b.batch_id, b.file_name, count(distinct a.activity_id)
        from activity a
        join batch b using (batch_id)
        where b.kind = 'records'
        and b.source_id = $1
        and b.batch_id <> $2
        and a.activity_id in (select activity_id from told)
        group by b.batch_id, b.file_name, b.sequence
        order by b.sequence desc
        """,
        [manifest["source_id"], manifest["batch_sha256"][:ID_LENGTH]],
    ).fetchall()
    return tuple(Earlier(*row) for row in found)
