"""Figures of which one holds others: by place (a city and its districts), by time (a year and its quarters), or as their sum.

Only figures of more than a day are compared: an answer of one day holds no other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb

from etl.questions.logged import GROUP_SESSIONS, list_same_meetings, read_logs, say_log, strip_period
from soundings.filters import say_date
from soundings.measures import read_measures
from soundings.views import say_amount

MOST_LINES = 2_000
SMALLEST_SUM = 20  # sums below this agree by chance
LINES = """
select c.batch_id, b.source_id, c.measure, c.period_start, c.period_end, coalesce(lower(trim(a.organisation)), '') as organisation,
    coalesce(a.title, '') as title, sum(c.value) as total,
    list(distinct coalesce(l.code, l.said, l.name, '')) as places, list(distinct c.activity_id) as activities
from {count} c
join {batch} b on b.batch_id = c.batch_id
left join {activity} a on a.batch_id = c.batch_id and a.activity_id = c.activity_id
left join {location} l on l.batch_id = c.batch_id and l.location_id = c.location_id
where c.period_end > c.period_start and c.value > 0
group by all
"""


@dataclass(frozen=True)
class Line:
    """What a batch counts of one activity in one period of more than a day."""

    batch_id: str
    source_id: str
    measure: str
    start: date
    end: date
    organisation: str
    title: str
    total: float
    places: frozenset[str]
    activities: frozenset[str]

    @property
    def period(self) -> tuple[date, date]:
        return self.start, self.end

    def holds_time_of(self, other: Line) -> bool:
        """Whether its period is longer and has the other's in it."""
        return self.start <= other.start and other.end <= self.end and self.period != other.period

    def is_of_same_body(self, other: Line) -> bool:
        """Whether one source or one organisation counted both."""
        if self.organisation and other.organisation:
            return self.organisation == other.organisation
        return self.source_id == other.source_id


def find_totals(cursor: duckdb.DuckDBPyConnection, batches: list[str], source_id: str) -> list[tuple[str, str, int]]:
    """(batch, what it shares with the new file in a sentence, how many of its figures) of each batch that holds figures of the new file,
    or is held in it. The new file's rows stand in the views `new_activity_count` and so on."""
    own = "(select distinct batch_id, $source as source_id from new_activity_count)"
    new = read_lines(cursor, "new_activity_count", own, "new_activity", "new_location", source=source_id)
    found: dict[str, tuple[str, int]] = {}
    held = find_held(cursor, new, batches) if new and len(new) <= MOST_LINES else []
    for batch_id, sentence in [*held, *find_logged(cursor, new, batches)]:
        found[batch_id] = (found.get(batch_id, (sentence,))[0], found.get(batch_id, ("", 0))[1] + 1)
    return [(batch_id, sentence, count) for batch_id, (sentence, count) in found.items()]


def find_held(cursor: duckdb.DuckDBPyConnection, new: list[Line], batches: list[str]) -> list[tuple[str, str]]:
    """(batch, sentence) for each figure of a loaded batch that holds one of the new file's, or is held in one."""
    measures = sorted({line.measure for line in new})
    sources = "(select batch_id, source_id from batch)"
    some = "(select * from activity_count where batch_id in (select unnest($batches)) and measure in (select unnest($measures)))"
    old = read_lines(cursor, some, sources, "activity", "location", batches=batches, measures=measures)
    if not old or len(old) > 20 * MOST_LINES:
        return []
    return [*find_related(new, old), *find_sums(new, old)]


def find_logged(cursor: duckdb.DuckDBPyConnection, new: list[Line], batches: list[str]) -> Iterator[tuple[str, str]]:
    """(batch, sentence) where one of two files records meetings one by one that the other gives as a total."""
    some = "(select * from {} where batch_id in (select unnest($batches)))"
    mine = [line for line in new if line.measure == GROUP_SESSIONS]
    if mine:
        tables = (some.format("session"), "activity", some.format("session_place"), "location")
        for line, log in list_same_meetings(mine, read_logs(cursor, *tables, batches=batches)):
            yield (
                log.batch_id,
                f"it records {say_log(log, line)} one by one. Counted beside {say_line(line)}, they count twice.",
            )
    counts = some.format("activity_count").replace("where", f"where measure = '{GROUP_SESSIONS}' and")
    theirs = read_lines(
        cursor, counts, "(select batch_id, source_id from batch)", "activity", "location", batches=batches
    )
    if theirs:
        logs = read_logs(cursor, "new_session", "new_activity", "new_session_place", "new_location")
        for line, log in list_same_meetings(theirs, logs):
            yield (
                line.batch_id,
                f"it gives {say_line(line)}, as a total, and {say_log(log, line)} of this file may be among these.",
            )


def read_lines(
    cursor: duckdb.DuckDBPyConnection, count: str, batch: str, activity: str, location: str, **said
) -> list[Line]:
    sql = LINES.format(count=count, batch=batch, activity=activity, location=location)
    return [Line(*row[:8], frozenset(row[8]), frozenset(row[9])) for row in cursor.execute(sql, said).fetchall()]


def find_related(new: list[Line], old: list[Line]) -> Iterator[tuple[str, str]]:
    """Pairs of which the titles, the body and the period say that one holds the other, or that both are the same figure."""
    by_measure = defaultdict(list)
    for line in old:
        by_measure[line.measure].append(line)
    for mine in new:
        for theirs in by_measure[mine.measure]:
            if not mine.is_of_same_body(theirs):
                continue
            if mine.period == theirs.period and mine.title.casefold() == theirs.title.casefold():
                if mine.places & theirs.places:
                    yield (
                        theirs.batch_id,
                        f"it counts {say_line(theirs)} too. Counted beside each other they count twice.",
                    )
            elif mine.period == theirs.period and (whole := find_whole(mine, theirs)):
                part = theirs if whole is mine else mine
                yield (
                    theirs.batch_id,
                    f"{say_line(part)} looks like a part of {say_line(whole)}. Counted beside it, it counts twice.",
                )
            elif strip_period(mine.title) == strip_period(theirs.title) and mine.places & theirs.places:
                longer, shorter = (mine, theirs) if mine.holds_time_of(theirs) else (theirs, mine)
                if longer.holds_time_of(shorter) and longer.total >= shorter.total:
                    yield (
                        theirs.batch_id,
                        f"{say_line(longer)} holds {say_line(shorter)}. Counted beside it, it counts twice.",
                    )


def find_whole(one: Line, other: Line) -> Line | None:
    """Of two figures of one period and body the one whose title begins the other's, where it is no smaller: “PB in Rivertown” of
    “PB in Rivertown, Quay”."""
    for whole, part in ((one, other), (other, one)):
        begins = part.title.casefold().startswith(whole.title.casefold()) and len(part.title) > len(whole.title)
        if begins and not part.title[len(whole.title)].isalnum() and whole.total >= part.total and whole.title:
            return whole
    return None


def find_sums(new: list[Line], old: list[Line]) -> Iterator[tuple[str, str]]:
    """Batches of which two or more come exactly to the new file's figure of a measure and period, or that the new file and others complete."""
    mine, theirs = total_lines(new), total_lines(old)
    for (_, _, measure, start, end), total in mine.items():
        if total < SMALLEST_SUM:
            continue
        parts: dict[str, float] = defaultdict(float)
        wholes: dict[str, float] = {}
        sources: dict[str, set[str]] = defaultdict(set)
        for (batch_id, source_id, their_measure, their_start, their_end), their_total in theirs.items():
            if their_measure == measure and start <= their_start and their_end <= end:
                parts[batch_id] += their_total
                sources[source_id].add(batch_id)
            if their_measure == measure and their_start <= start and end <= their_end and their_total > total:
                wholes[batch_id] = their_total
        for batch_ids in sources.values():
            if len(batch_ids) > 1 and sum(parts[one] for one in batch_ids) == total:
                for one in sorted(batch_ids):
                    yield (
                        one,
                        f"together with {len(batch_ids) - 1} more it comes to {say_total(measure, total, start, end)}, as this file does.",
                    )
            for whole in batch_ids & wholes.keys():
                others = batch_ids - {whole}
                if others and sum(parts[one] for one in others) + total == wholes[whole]:
                    yield (
                        whole,
                        f"this file and {len(others)} more come to {say_total(measure, wholes[whole], start, end)}, as it does.",
                    )


def total_lines(lines: list[Line]) -> dict[tuple[str, str, str, date, date], float]:
    """(batch, source, measure, period) → total."""
    totals: dict[tuple[str, str, str, date, date], float] = defaultdict(float)
    for line in lines:
        totals[line.batch_id, line.source_id, line.measure, line.start, line.end] += line.total
    return totals


def say_line(line: Line) -> str:
    """“Tea mornings”, 40 attendances, 1 January 2024 to 31 December 2024."""
    return (
        f"“{line.title}”, {say_total(line.measure, line.total, line.start, line.end)}"
        if line.title
        else say_total(line.measure, line.total, line.start, line.end)
    )


def say_total(measure: str, total: float, start: date, end: date) -> str:
    known = read_measures().get(measure)
    noun = measure if known is None else known.noun_one if total == 1 else known.noun
    return f"{say_amount(total, total)} {noun} from {say_date(start)} to {say_date(end)}"
