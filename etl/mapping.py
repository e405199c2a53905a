"""What a batch becomes: the rows of the store's tables, and the rows and values that were rejected.

A pure function of the sheets and the spec: no store, no other batch, no clock.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.cells import EPOCH, NO_DAY, Rows, gather_rows, to_days, to_figures
from etl.filling import fill_words, pick_rows
from etl.placing import Sayings, Stands, make_saying, place_rows
from etl.specs import PER_FILE, PER_ROW, TEMPLATE, Count, Spec, find_sheets
from etl.tables import empty_tables, make_table, read_schemas
from etl.types import Mapped, Sheet
from soundings.model import BadFile

TEXTS = ("summary", "method", "mode", "theme", "organisation", "programme", "record_status")


def map_sheets(spec: Spec, sheets: list[Sheet], batch_id: str, file_name: str) -> Mapped:
    """The rows of every table and the rejections. Raises BadFile where the file lacks a column that the source needs."""
    chosen = find_sheets(spec, sheets)
    if not chosen:
        raise BadFile(say_missing(spec, sheets, file_name))
    if spec.shape == TEMPLATE:
        from etl.mapping_template import map_template

        return map_template(spec, chosen, batch_id, file_name)
    rows = gather_rows(spec, chosen, file_name)
    read_everything(rows)
    sayings = Sayings()
    stands = place_rows(rows, spec.place, sayings) if spec.place else None
    activity_of_row, first_rows = group_activities(rows)
    tables = empty_tables()
    activities = make_activities(rows, batch_id, activity_of_row, first_rows, find_fixed_period(spec, file_name))
    tables["activity"] = activities
    ids = activities["activity_id"].combine_chunks()
    parts = [make_counts(rows, count, stands, sayings, activity_of_row, file_name) for count in spec.count]
    sessions = make_sessions(rows, batch_id, activity_of_row, ids)
    if sessions.num_rows or (spec.activity.has_place and stands):
        use_places(rows, stands, sayings, bool(spec.activity.has_place))
    tables["location"], location_ids = sayings.finish(batch_id)
    tables["activity_count"] = pa.concat_tables(
        [read_schemas()["activity_count"].empty_table(), *(part(batch_id, ids, location_ids) for part in parts)]
    )
    tables["session"] = sessions
    if sessions.num_rows:
        tables["session_place"] = spread_places(
            rows,
            "session_place",
            batch_id,
            pick_rows(rows, spec.session.when),
            sessions["session_id"],
            stands,
            location_ids,
        )
    if spec.activity.has_place and stands:
        tables["activity_place"] = spread_places(
            rows, "activity_place", batch_id, first_rows, activities["activity_id"], stands, location_ids
        )
    tables.update(make_constants(spec, batch_id, activities))
    rejected = int(rows.is_rejected.sum())
    return Mapped(tables, rows.make_rejections(batch_id), len(rows), len(rows) - rejected, rejected)


def say_missing(spec: Spec, sheets: list[Sheet], file_name: str) -> str:
    """Which columns a file lacks, as a sentence."""
    from etl.specs import has_any

    columns = list(dict.fromkeys(name for sheet in sheets for name in sheet.table.column_names))
    missing = [
        wanted.replace("|", " or ").replace("+", " with ") for wanted in spec.recognise if not has_any(wanted, columns)
    ]
    lacking = f" It has no column {', '.join(missing)}." if missing else ""
    return f"{file_name} cannot be read as {spec.id} ({spec.title}).{lacking} Its columns are: {', '.join(columns) or 'none'}."


def read_everything(rows: Rows) -> None:
    """Parses every column that the spec reads, so that all problems are known before anything is made."""
    spec = rows.spec
    for name, column in spec.column.items():
        if column.read in ("text", "list"):
            rows.parse(name, column.read)
        elif column.read in ("date", "year"):
            rows.parse_days(name)
        else:
            rows.parse_numbers(name)
    for count in spec.count:
        for name in count.sum:
            rows.parse_numbers(name)
    if spec.session:
        for name in (*spec.session.attendance, spec.session.returning, spec.session.minutes):
            if name:
                rows.parse_numbers(name)
        rows.parse_days(spec.session.date)
    set_aside_early_ends(rows)


def set_aside_early_ends(rows: Rows) -> None:
    """Notes the ends that come before their start; `find_end` then leaves them out."""
    start, end = rows.spec.activity.start_date, rows.spec.activity.end_date
    if not start or not end or start == end:
        return
    first, last = rows.parse_days(start), rows.parse_days(end, is_end=True)
    wrong = np.flatnonzero((first != NO_DAY) & (last != NO_DAY) & (last < first))
    rows.note(wrong, end, "The end is before the start; the row was taken in without its end.")


def find_end(rows: Rows, start: str | None, end: str | None) -> np.ndarray:
    """The last day of each row: its end, unless that is before its start."""
    first, last = rows.parse_days(start), rows.parse_days(end, is_end=True)
    return np.where((first != NO_DAY) & (last < first), NO_DAY, last)


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
        "activity_id": name_activities(rows, batch_id, first_rows, keys),
        "activity_key": keys,
        "title": titles,
        "start_date": to_days(starts),
        "end_date": to_days(ends),
    }
    for name in TEXTS:
        if getattr(rule, name):
            columns[name] = fill_words(rows, getattr(rule, name), first_rows)
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


def make_counts(rows: Rows, rule: Count, stands: Stands, sayings: Sayings, activity_of_row: np.ndarray, file_name: str):
    """A function of (batch id, activity ids, location ids) that gives the rows of `activity_count`: one for each activity, place and day."""
    at, values = find_values(rows, rule)
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
    order, is_new = sort_groups(activity_of_row[at], locations, start, end)
    begins = np.flatnonzero(is_new)
    firsts = at[order][begins]
    sayings.use(locations, at)

    def finish(batch_id: str, activity_ids: pa.Array, location_ids: pa.Array) -> pa.Table:
        head = order[begins]
        lists = pa.ListArray.from_arrays(
            pa.array(np.append(begins, len(order)), pa.int32()), pa.array(rows.numbers[at][order], pa.int32())
        )
        return make_table(
            "activity_count",
            {
                "batch_id": batch_id,
                "count_id": name_counts(rows, batch_id, firsts, rule.measure),
                "activity_id": activity_ids.take(pa.array(activity_of_row[firsts])),
                "measure": rule.measure,
                "value": pa.array(np.add.reduceat(values[order], begins) if len(begins) else np.array([], np.float64)),
                "basis": "exact",
                "period_start": to_days(start[head]),
                "period_end": to_days(end[head]),
                "location_id": location_ids.take(pa.array(locations[head])),
                "role": rows.spec.place.role,
                "source_row_count": pa.array(np.diff(np.append(begins, len(order))), pa.int64()),
                "source_rows": lists,
            },
            len(begins),
        )

    return finish


def find_values(rows: Rows, rule: Count) -> tuple[np.ndarray, np.ndarray]:
    """(rows that say a figure, the figures). A row whose columns are all blank, or one of them unreadable, says none: null is not zero."""
    at = pick_rows(rows, rule.when)
    if rule.rows:
        return at, np.ones(len(at))
    values = rows.add_up(rule.sum)[at]
    has_figure = ~np.isnan(values)
    return at[has_figure], values[has_figure]


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
        order = np.argsort(combined, kind="stable")
        ordered = combined[order]
        return order, np.append(True, ordered[1:] != ordered[:-1])
    order = np.lexsort(tuple(reversed(keys)))
    is_new = np.zeros(length, dtype=bool)
    is_new[0] = True
    for key in keys:
        is_new[1:] |= key[order][1:] != key[order][:-1]
    return order, is_new


def find_fixed_period(spec: Spec, file_name: str) -> tuple[int, int] | None:
    """First and last day of the year that the file's name gives, where the spec says how it does."""
    found = re.search(spec.period_from_file_name, file_name) if spec.period_from_file_name else None
    if not found:
        return None
    year = int(found[1])
    return date(year, 1, 1).toordinal() - EPOCH, date(year, 12, 31).toordinal() - EPOCH


def make_sessions(rows: Rows, batch_id: str, activity_of_row: np.ndarray, activity_ids: pa.Array) -> pa.Table:
    """The rows of `session`, one for each row that the spec picks."""
    rule = rows.spec.session
    if rule is None:
        return read_schemas()["session"].empty_table()
    at = pick_rows(rows, rule.when)
    days = rows.parse_days(rule.date)[at]
    columns = {
        "batch_id": batch_id,
        "row_number": pa.array(rows.numbers[at], pa.int64()),
        "session_id": name_rows(rows, batch_id, at),
        "activity_id": activity_ids.take(pa.array(activity_of_row[at])),
        "start_date": to_days(days),
        "attendance_count": to_figures(rows.add_up(rule.attendance)[at]),
        "returning_count": to_figures(rows.add_up([rule.returning] if rule.returning else [])[at]),
        "minutes": to_figures(rows.add_up([rule.minutes] if rule.minutes else [])[at]),
        "repeat_key": make_repeat_keys(rows, rule.name, at, days),
    }
    return make_table("session", columns, len(at))


def make_repeat_keys(rows: Rows, column: str, at: np.ndarray, days: np.ndarray) -> list[str | None]:
    """Name and day as one text, the same for the same meeting in two sources; None without a day."""
    from etl.locating import normalise_name

    codes, values = rows.parse(column, "text")
    names = [normalise_name(value) if value else None for value in values]
    return [
        f"{names[code]}|{date.fromordinal(day + EPOCH).isoformat()}"
        if code >= 0 and names[code] and day != NO_DAY
        else None
        for code, day in zip(codes[at].tolist(), days.tolist(), strict=True)
    ]


def use_places(rows: Rows, stands: Stands, sayings: Sayings, has_place: bool) -> None:
    """Marks the places that sessions, or activities themselves, stand at as used."""
    at = rows.accepted if has_place else pick_rows(rows, rows.spec.session.when)
    positions, numbers = stands.spread(at)
    sayings.use(numbers, at[positions])


def spread_places(
    rows: Rows, table: str, batch_id: str, at: np.ndarray, ids: pa.ChunkedArray, stands: Stands, location_ids: pa.Array
) -> pa.Table:
    """The rows of `session_place` or `activity_place`: one for each distinct place that each of these rows names."""
    positions, numbers = stands.spread(at)
    columns = {
        "batch_id": batch_id,
        ids_name(table): ids.combine_chunks().take(pa.array(positions)),
        "location_id": location_ids.take(pa.array(numbers)),
        "role": rows.spec.place.role,
    }
    return make_table(table, columns, len(positions))


def ids_name(table: str) -> str:
    return "session_id" if table == "session_place" else "activity_id"


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
