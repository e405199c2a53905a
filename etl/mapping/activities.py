"""The activities of a batch: which rows make each, its id, words and days; and what holds for the whole source."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from etl.mapping.cells import NO_DAY, Rows, to_days
from etl.mapping.filling import fill_words
from etl.mapping.periods import find_end
from etl.mapping.took_place import fill_took_place
from etl.spec_types import PER_FILE, PER_ROW, Spec
from etl.tables import make_table

TEXTS = ("summary", "method", "mode", "theme", "organisation", "programme", "record_status", "cost")


def group_activities(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """(the activity of each row, -1 for rejected rows; the first row of each activity), numbered in order of first appearance."""
    rule, accepted = rows.spec.activity, rows.accepted
    activity = np.full(len(rows), -1, dtype=np.int64)
    if not len(accepted):
        return activity, accepted
    if rule.per == PER_FILE:
        activity[accepted] = 0
        return activity, accepted[:1]
    if rule.per == PER_ROW:
        activity[accepted] = np.arange(len(accepted))
        return activity, accepted
    codes, values = rows.parse(rule.key, "text")
    known: dict[str | None, int] = {}
    group = np.array([known.setdefault(value, len(known)) for value in [*values, None]], dtype=np.int64)[
        codes[accepted]
    ]
    first = np.full(len(known), len(rows), dtype=np.int64)
    np.minimum.at(first, group, accepted)
    order = np.argsort(first, kind="stable")
    order = order[first[order] < len(rows)]
    renumbered = np.full(len(known), -1, dtype=np.int64)
    renumbered[order] = np.arange(len(order))
    activity[accepted] = renumbered[group]
    return activity, first[order]


def make_activities(
    rows: Rows, batch_id: str, activity_of_row: np.ndarray, first_rows: np.ndarray, fixed: tuple[int, int] | None
) -> pa.Table:
    """The rows of `activity`: words from each one's first row, the earliest start and the latest end (or the fixed period)."""
    spec, rule = rows.spec, rows.spec.activity
    count = len(first_rows)
    titles = [title or spec.title for title in fill_words(rows, rule.title, first_rows)]
    keys = fill_words(rows, rule.key, first_rows) if rule.key else [None] * count
    starts = reduce_days(np.minimum, activity_of_row, rows.parse_days(rule.start_date), count)
    ends = reduce_days(np.maximum, activity_of_row, find_end(rows, rule.start_date, rule.end_date), count)
    if fixed:
        starts, ends = (np.full(count, day, dtype=np.int32) for day in fixed)
    columns = {
        "batch_id": batch_id,
        "source_id": spec.id,
        "row_number": pa.array(rows.numbers[first_rows], pa.int64()),
        "sheet": rows.name_sheets(first_rows),
        "activity_id": name_activities(rows, batch_id, first_rows, keys),
        "activity_key": keys,
        "title": titles,
        "start_date": to_days(starts),
        "end_date": to_days(ends),
    }
    for name in TEXTS:
        if getattr(rule, name):
            columns[name] = fill_words(rows, getattr(rule, name), first_rows)
    if rule.took_place:
        columns["took_place"] = fill_took_place(rows, rule.took_place, first_rows)
    return make_table("activity", columns, count)


def name_activities(rows: Rows, batch_id: str, first_rows: np.ndarray, keys: list[str | None]) -> list[str]:
    """Ids: source and the file's own key where that is one activity's alone, else batch and row."""
    if rows.spec.activity.per == PER_FILE:
        return [f"{rows.spec.id}:{batch_id}"] * len(first_rows)
    seen: dict[str | None, int] = {}
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
    ids = name_rows(rows, batch_id, first_rows)
    return [
        f"{rows.spec.id}:{key}" if key and seen[key] == 1 else row_id for key, row_id in zip(keys, ids, strict=True)
    ]


def name_rows(rows: Rows, batch_id: str, at: np.ndarray) -> list[str]:
    """An id for each of these rows: batch, sheet where it is not the first, and row number."""
    return [
        f"{batch_id}-{number}" if sheet == 0 else f"{batch_id}-{sheet + 1}-{number}"
        for sheet, number in zip(rows.sheet_of_row[at].tolist(), rows.numbers[at].tolist(), strict=True)
    ]


def reduce_days(smaller, group: np.ndarray, days: np.ndarray, count: int) -> np.ndarray:
    """The first or last day of each group; NO_DAY where none has one."""
    worst = np.iinfo(np.int32).max if smaller is np.minimum else NO_DAY
    found = np.full(count, worst, dtype=np.int32)
    has_day = (group >= 0) & (days != NO_DAY)
    smaller.at(found, group[has_day], days[has_day])
    return np.where(found == worst, NO_DAY, found).astype(np.int32)


def make_constants(spec: Spec, batch_id: str, activities: pa.Table) -> dict[str, pa.Table]:
    """What holds for the whole source: its organisations, the facts of its activities, the source it repeats."""
    names = [name for name in dict.fromkeys(activities["organisation"].to_pylist()) if name]
    made = {
        "organisation": make_table(
            "organisation",
            {"batch_id": batch_id, "organisation_id": [slug(name) for name in names], "name": names},
            len(names),
        )
    }
    if spec.fact:
        count = activities.num_rows
        parts = [
            make_table(
                "fact",
                {
                    "batch_id": batch_id,
                    "row_number": activities["row_number"].combine_chunks(),
                    "sheet": activities["sheet"].combine_chunks(),
                    "activity_id": activities["activity_id"].combine_chunks(),
                    "fact": fact.fact,
                    "answer": fact.answer,
                    "evidence": fact.evidence,
                },
                count,
            )
            for fact in spec.fact
        ]
        made["fact"] = pa.concat_tables(parts)
    if spec.repeats:
        made["source_repeat"] = make_table(
            "source_repeat", {"batch_id": batch_id, "source_id": spec.id, "repeats_source_id": spec.repeats.source}, 1
        )
    return made


def slug(name: str) -> str:
    """A name as an id: lower case, words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or name
