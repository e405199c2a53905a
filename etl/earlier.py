"""Batches that hold activities of a file already, or that it was made of to be put right: is the file a correction of one, or does it add to it? Only a person knows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from etl.inbox import ID_LENGTH
from etl.rejects import STARTER_OF
from etl.types import Mapped

ORIGIN = re.compile(
    r"(?P<name>.*) \((?P<sha>[0-9a-f]{12})(?:, (?P<order>day-first|month-first))?(?:, (?P<epoch>1900|1904))?\)"
)


@dataclass(frozen=True)
class Earlier:
    """An active batch of the same source that holds `count` of a file's activities. `is_origin`: the file was made of its file."""

    batch_id: str
    file_name: str
    count: int
    is_origin: bool = False

    def say(self) -> str:
        """“3 of its activities are here already, from first.csv (batch 3f9a0c1d2e4b)”."""
        if self.is_origin:
            return f"It was made of {self.file_name} to be put right, and that is here (batch {self.batch_id})"
        return (
            f"{self.count:,} of its activities {'is' if self.count == 1 else 'are'} here already, "
            f"from {self.file_name} (batch {self.batch_id})"
        )


@dataclass(frozen=True)
class Origin:
    """The file that another was made of to be put right: the beginning of its hash, and what was said of its dates."""

    file_name: str
    sha256_start: str
    date_order: str | None = None
    epoch: int | None = None

    def say(self) -> str:
        """“events.csv (3f9a0c1d2e4b, day-first)”, as `find_origin` reads it."""
        said = (self.sha256_start, self.date_order, self.epoch)
        return f"{self.file_name} ({', '.join(str(one) for one in said if one)})"


def find_origin(detected: Iterable[dict[str, str]]) -> Origin | None:
    """What a file says that it was made of, or None. `detected`: what was found out of each of its sheets."""
    said = next((one[STARTER_OF] for one in detected if STARTER_OF in one), None)
    if said is None or (found := ORIGIN.fullmatch(said)) is None:
        return None
    return Origin(found["name"], found["sha"], found["order"], int(found["epoch"]) if found["epoch"] else None)


def find_earlier(connection: duckdb.DuckDBPyConnection, manifest: dict, mapped: Mapped) -> tuple[Earlier, ...]:
    """Every such batch in the store, those that this one replaces left out: the one that the file was made of first, then the one accepted last."""
    told = mapped.tables.get("activity")
    ids = told["activity_id"] if told is not None else pa.array([], pa.string())
    origin = find_origin(manifest["detected"].values())
    if not len(ids) and origin is None:
        return ()
    cursor = connection.cursor()
    cursor.register("told", pa.table({"activity_id": ids}))
    found = cursor.execute(
        """
        with known as (
            select batch_id, count(distinct activity_id) as known_count
            from activity
            where activity_id in (select activity_id from told)
            group by batch_id
        )
        select
            b.batch_id,
            b.file_name,
            coalesce(k.known_count, 0),
            coalesce(starts_with(b.file_sha256, $3), false) as is_origin
        from batch b
        left join known k using (batch_id)
        where b.kind = 'records'
        and b.source_id = $1
        and b.batch_id <> $2
        and b.batch_id not in (select unnest($4::varchar[]))
        and (k.batch_id is not null or coalesce(starts_with(b.file_sha256, $3), false))
        order by is_origin desc, b.sequence desc
        """,
        [
            manifest["source_id"],
            manifest["batch_sha256"][:ID_LENGTH],
            origin.sha256_start if origin else None,
            manifest.get("replaces") or [],
        ],
    ).fetchall()
    return tuple(Earlier(*row) for row in found)
