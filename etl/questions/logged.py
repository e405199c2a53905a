"""Meetings that one file records one by one and another gives as a total, of activities that are two to Soundings.

Of one and the same activity nothing is asked: the figures count each such meeting once by themselves (soundings/records.sql).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from soundings.views import say_count

if TYPE_CHECKING:
    from etl.questions.totals import Line

GROUP_SESSIONS = "group_sessions"
FEWEST_MEETINGS = 5  # fewer agree with a total by chance
# Words and figures that tell one period of a series from another: “2024”, “Q1”, “1st quarter”, “January”, “H2”, “2023/24”.
PERIOD_WORDS = re.compile(
    r"\b(\d{4}([/–-]\d{2,4})?|q[1-4]|h[12]|t[1-4]|[1-4](st|nd|rd|th)? quarter|quarter [1-4]|year|annual|half|first|second|third|fourth|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|spring|summer|autumn|winter)\b",
    re.IGNORECASE,
)
LOGS = """
select s.batch_id, coalesce(a.title, '') as title, s.activity_id, list(s.start_date) as days,
    list(distinct coalesce(l.code, l.said, l.name, '')) as places
from {session} s
left join {activity} a on a.batch_id = s.batch_id and a.activity_id = s.activity_id
left join (
    select batch_id, session_id, any_value(location_id) as location_id from {session_place} group by batch_id, session_id
) p on p.batch_id = s.batch_id and p.session_id = s.session_id
left join {location} l on l.batch_id = p.batch_id and l.location_id = p.location_id
where s.start_date is not null
group by s.batch_id, a.title, s.activity_id
"""


@dataclass(frozen=True)
class Log:
    """The days of the meetings that a batch records one by one of an activity."""

    batch_id: str
    title: str
    activity_id: str
    days: tuple[date, ...]
    places: frozenset[str]

    def count_in(self, line: Line) -> int:
        """How many of its meetings are in the period of a total."""
        return sum(line.start <= day <= line.end for day in self.days)


def read_logs(
    cursor: duckdb.DuckDBPyConnection, session: str, activity: str, session_place: str, location: str, **said
) -> list[Log]:
    sql = LOGS.format(session=session, activity=activity, session_place=session_place, location=location)
    return [Log(*row[:3], tuple(row[3]), frozenset(row[4])) for row in cursor.execute(sql, said).fetchall()]


def list_same_meetings(lines: list[Line], logs: list[Log]) -> Iterator[tuple[Line, Log]]:
    """The pairs of a total and a log of its period and place: with one title, or with exactly as many meetings."""
    by_place = defaultdict(list)
    for log in logs:
        for place in log.places:
            by_place[place].append(log)
    for line in lines:
        near = {(log.batch_id, log.activity_id): log for place in line.places for log in by_place[place]}
        for log in near.values():
            count = log.count_in(line)
            if not count or log.activity_id in line.activities:
                continue
            is_titled = line.title and strip_period(line.title) == strip_period(log.title)
            if is_titled or (count == line.total and count >= FEWEST_MEETINGS):
                yield line, log


def say_log(log: Log, line: Line) -> str:
    """How many meetings of which activity: those in the period of a total."""
    return f"{say_count(log.count_in(line), 'meetings')} of “{log.title}”"


def strip_period(title: str) -> str:
    """A title without the words that tell one period from another."""
    return " ".join(PERIOD_WORDS.sub(" ", title).split()).casefold().strip(" -–,:()")
