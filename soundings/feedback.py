"""What a generation holds of the people who took part: decided askings, and aggregate scores of validated instruments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from soundings.publication import Published


@dataclass(frozen=True)
class Instrument:
    """One instrument's aggregate score, as the organiser recorded it. `month` is YYYY-MM or None."""

    name: str
    version: str
    score: float
    scale: str
    answered_count: int
    month: str | None


@dataclass(frozen=True)
class Said:
    """What people who took part said of one activity, newest first."""

    published: list[Published]
    instruments: list[Instrument]


def read_said(connection: duckdb.DuckDBPyConnection, activity_id: str) -> Said:
    """Everything that may be known of how people found one activity; pools that it is part of, too."""
    return Said(read_published(connection, activity_id), read_instruments(connection, activity_id))


def read_published(connection: duckdb.DuckDBPyConnection, activity_id: str) -> list[Published]:
    """Each decided asking of an activity and each pool with it, newest month first."""
    waves = connection.execute(
        """
        select
            w.batch_id,
            w.wave_id,
            list(distinct w.activity_id order by w.activity_id),
            any_value(w.month),
            any_value(w.state),
            any_value(w.is_one_each),
            any_value(w.invited_count),
            any_value(w.answered_count)
        from feedback_wave w
        where w.wave_id in (select wave_id from feedback_wave where activity_id = $1)
        group by w.batch_id, w.wave_id
        order by 4 desc, w.wave_id
        """,
        [activity_id],
    ).fetchall()
    counts = read_counts(connection, [batch_id for batch_id, *_ in waves])
    return [
        Published(wave_id, tuple(activity_ids), month, state, is_one_each, invited, answered, counts.get(batch_id, {}))
        for batch_id, wave_id, activity_ids, month, state, is_one_each, invited, answered in waves
    ]


def read_counts(
    connection: duckdb.DuckDBPyConnection, batch_ids: Iterable[str]
) -> dict[str, dict[str, dict[str, int]]]:
    """Batch → question → answer → how many gave it."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    rows = connection.execute(
        "select batch_id, question, answer, answer_count from feedback where batch_id in (select unnest($1)) order by question",
        [list(batch_ids)],
    ).fetchall()
    for batch_id, question, answer, count in rows:
        found.setdefault(batch_id, {}).setdefault(question, {})[answer] = count
    return found


def read_instruments(connection: duckdb.DuckDBPyConnection, activity_id: str) -> list[Instrument]:
    """The recorded scores of an activity, newest month first; never an item's text."""
    found = connection.execute(
        """
        select instrument, version, score, scale, answered_count, said_month
        from instrument
        where activity_id = $1
        order by said_month desc nulls last, instrument, version
        """,
        [activity_id],
    ).fetchall()
    return [Instrument(*row) for row in found]
