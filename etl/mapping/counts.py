"""The counts of a batch: one for each activity, place and day, with the numbers of the rows that made it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping.cells import Amounts, Rows, to_days
from etl.mapping.filling import pick_rows
from etl.mapping.periods import find_end, find_fixed_period
from etl.mapping.placing import Stands
from etl.mapping.sayings import Sayings, make_saying
from etl.mapping.took_place import fill_took_place
from etl.sorting import sort_stably
from etl.spec_types import Count
from etl.tables import make_table
from soundings.measures import HOURS
from soundings.model import BASES, TOOK_PLACE

BAND = BASES.index("band")
OUTCOMES = (None, *TOOK_PLACE)


def make_counts(rows: Rows, rule: Count, stands: Stands, sayings: Sayings, activity_of_row: np.ndarray, file_name: str):
    """A function of (batch id, activity ids, location ids) that gives the rows of `activity_count`: one for each activity, place and day."""
    at, amounts = find_values(rows, rule)
    authority = rows.spec.authority
    otherwise = (
        sayings.add(make_saying("code", said=authority, code=authority)) if authority and stands.several else None
    )
    if otherwise is None and stands.several:
        otherwise = sayings.add(
            make_saying("none", reason="The row names several places, and its source no authority.")
        )
    locations = stands.pick_one(at, otherwise)
    start = rows.parse_days(rule.start_date)[at]
    end = find_end(rows, rule.start_date, rule.end_date)[at]
    fixed = find_fixed_period(rows.spec, file_name)
    if fixed:
        start, end = (np.full(len(at), day, dtype=np.int32) for day in fixed)
    outcomes = find_outcomes(rows, at)
    order, is_new = sort_groups(activity_of_row[at], locations, start, end, outcomes)
    begins = np.flatnonzero(is_new)
    value, top, basis = add_up_groups(amounts, order, begins)
    firsts = at[order][begins]
    sayings.use(locations, at)

    def finish(batch_id: str, activity_ids: pa.Array, location_ids: pa.Array) -> pa.Table:
        head = order[begins]
        offsets = pa.array(np.append(begins, len(order)), pa.int32())
        numbers = pa.ListArray.from_arrays(offsets, pa.array(rows.numbers[at][order], pa.int32()))
        has_sheets = len(rows.sheet_names) > 1
        return make_table(
            "activity_count",
            {
                "batch_id": batch_id,
                "count_id": name_counts(rows, batch_id, firsts, rule.measure),
                "activity_id": activity_ids.take(pa.array(activity_of_row[firsts])),
                "measure": rule.measure,
                "value": pa.array(value),
                "value_high": pa.array(top, pa.float64(), mask=(basis != BAND) | np.isinf(top)),
                "basis": pa.array([BASES[one] for one in basis.tolist()], pa.string()),
                "period_start": to_days(start[head]),
                "period_end": to_days(end[head]),
                "took_place": pa.array([OUTCOMES[outcome] for outcome in outcomes[head].tolist()], pa.string()),
                "location_id": location_ids.take(pa.array(locations[head])),
                "role": rows.spec.place.role,
                "source_row_count": pa.array(np.diff(np.append(begins, len(order))), pa.int64()),
                "source_rows": numbers,
                "source_sheets": pa.ListArray.from_arrays(offsets, rows.name_sheets(at[order])) if has_sheets else None,
            },
            len(begins),
        )

    return finish


def find_outcomes(rows: Rows, at: np.ndarray) -> np.ndarray:
    """For each of these rows the position in OUTCOMES of what it says of its meeting; what its activity says holds for it anyway."""
    session = rows.spec.session
    if session is None or session.took_place is None:
        return np.zeros(len(at), dtype=np.int64)
    is_met = np.isin(at, pick_rows(rows, session.when))
    found = np.array([OUTCOMES.index(word) for word in fill_took_place(rows, session.took_place, at)], dtype=np.int64)
    return np.where(is_met, found, 0)


def add_up_groups(amounts: Amounts, order: np.ndarray, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(least, most, basis) of each group: a band where one of its rows is one, else an estimate where one is."""
    if not len(begins):
        return np.array([], np.float64), np.array([], np.float64), np.array([], np.int8)
    low, high = (np.add.reduceat(values[order], begins) for values in (amounts.low, amounts.high))
    return low, high, np.maximum.reduceat(amounts.basis[order], begins)


def find_values(rows: Rows, rule: Count) -> tuple[np.ndarray, Amounts]:
    """(rows that say a figure, the figures). A row whose columns are all blank, or one of them unreadable, says none: null is not zero."""
    at = pick_rows(rows, rule.when)
    if rule.rows:
        one, nothing = np.ones(len(at)), np.zeros(len(at), dtype=np.int8)
        return at, Amounts(one, one, nothing, nothing)
    found = rows.add_up_amounts(rule.sum, "hours" if rule.measure in HOURS else "amount")
    at = at[~np.isnan(found.low[at])]
    return at, Amounts(found.low[at], found.high[at], found.basis[at], found.is_refused[at])


def name_counts(rows: Rows, batch_id: str, firsts: np.ndarray, measure: str) -> pa.Array:
    """An id for each count: batch, its first row and measure."""
    parts = [pa.repeat(pa.scalar(batch_id), len(firsts))]
    if len(rows.labels) > 1:
        parts.append(pa.array(rows.sheet_of_row[firsts] + 1).cast(pa.string()))
    parts += [pa.array(rows.numbers[firsts]).cast(pa.string()), pa.repeat(pa.scalar(measure), len(firsts))]
    return pc.binary_join_element_wise(*parts, "-")


def sort_groups(*keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(an order in which rows with equal keys stand together, each group in order of row; where a new group begins)."""
    length = len(keys[0])
    if not length:
        return np.array([], dtype=np.int64), np.array([], dtype=bool)
    low = [int(key.min()) for key in keys]
    sizes = [int(key.max()) - least + 1 for key, least in zip(keys, low, strict=True)]
    if np.prod([float(size) for size in sizes]) < 2**62:
        combined = np.zeros(length, dtype=np.int64)
        for key, least, size in zip(keys, low, sizes, strict=True):
            combined = combined * size + (key.astype(np.int64) - least)
        order = sort_stably(combined)
        ordered = combined[order]
        return order, np.append(True, ordered[1:] != ordered[:-1])
    order = np.lexsort(tuple(reversed(keys)))
    is_new = np.zeros(length, dtype=bool)
    is_new[0] = True
    for key in keys:
        is_new[1:] |= key[order][1:] != key[order][:-1]
    return order, is_new
