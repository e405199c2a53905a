"""Meetings that several files tell: the same one counts once, and those that nobody said to be the same count each."""

from __future__ import annotations

from datetime import date

import pytest

from etl.loading import load_file
from etl.undoing import rebuild, undo
from soundings.generations import open_current
from soundings.home import Home
from soundings.queries import read_table
from tests.forms import ask
from tests.homes import make_wards_home
from tests.making import ward_code, write_rows

TODAY = date(2026, 11, 23)
MEETINGS = ["activity_id", "session_id", "date", "attendance_count", "place_code", "place_role"]
NEW_YEAR = "2025-01-01"
Told = tuple[str, str, int]  # its id in the file, its day, how many came


@pytest.fixture
def home(tmp_path) -> Home:
    """A group without meetings."""
    home = make_wards_home(tmp_path, has_records=False)
    write_rows(tmp_path / "activities.csv", [["k1", "Group"]], ["activity_id", "title"])
    load_file(home, tmp_path / "activities.csv", "native")
    return home


def tell(home: Home, number: int, *meetings: Told) -> str:
    """The batch of a file of meetings of the group; those of the n-th file are in the n-th ward."""
    rows = [["k1", key, day, str(came), ward_code(number), "venue"] for key, day, came in meetings]
    path = home.root.parent / f"file{number}.csv"
    return load_file(home, write_rows(path, rows, MEETINGS), "native").batch_id


def read_meetings(home: Home) -> list[tuple]:
    """(day, how many came) of every meeting that counts."""
    return sorted(ask(home, "select coalesce(start_date::varchar, ''), attendance_count from session_now"))


def read_total(home: Home, measure: str) -> float | None:
    return read_table(open_current(home).cursor(), measure=measure, kind="ward", today=TODAY).total


@pytest.mark.parametrize("keys", [("", "", "", ""), ("s1", "s2", "s3", "s4"), ("s1", "s2", "", "")])
def test_meetings_without_a_day_are_never_taken_for_one(home, keys):
    first, second, third, fourth = keys
    tell(home, 1, (first, "", 5), (second, "", 6))
    tell(home, 2, (third, "", 50), (fourth, "", 60))
    assert read_meetings(home) == [("", 5), ("", 6), ("", 50), ("", 60)]
    assert read_total(home, "group_sessions") == 4
    assert rebuild(home).agrees


def test_meetings_without_a_day_pair_by_an_id_of_their_own(home):
    tell(home, 1, ("s1", "", 5), ("s2", "", 6))
    tell(home, 2, ("s2", "", 60), ("s3", "", 7))
    assert read_meetings(home) == [("", 5), ("", 7), ("", 60)]


def test_two_ids_of_one_day_are_two_meetings(home):
    tell(home, 1, ("morning", NEW_YEAR, 5))
    tell(home, 2, ("evening", NEW_YEAR, 50))
    assert read_total(home, "group_sessions") == 2
    tell(home, 3, ("evening", NEW_YEAR, 51), ("morning", NEW_YEAR, 4))
    assert read_meetings(home) == [(NEW_YEAR, 4), (NEW_YEAR, 51)]
    assert read_total(home, "group_sessions") == 2 and rebuild(home).agrees


def test_the_same_id_on_another_day_is_another_meeting(home):
    """Many number their meetings anew each month."""
    tell(home, 1, ("1", "2025-01-07", 5), ("2", "2025-01-14", 6))
    tell(home, 2, ("1", "2025-02-04", 7), ("2", "2025-02-11", 8))
    assert [came for _, came in read_meetings(home)] == [5, 6, 7, 8]


@pytest.mark.parametrize("is_known_first", [True, False])
def test_a_day_that_another_file_gives_the_same_id_is_its_day(home, is_known_first):
    days = [NEW_YEAR, ""] if is_known_first else ["", NEW_YEAR]
    tell(home, 1, ("s1", days[0], 5), ("s2", "", 6))
    tell(home, 2, ("s1", days[1], 50))
    assert read_meetings(home) == [("", 6), (NEW_YEAR, 50)]


@pytest.mark.parametrize(("first", "second"), [(("", ""), ("", "")), (("", ""), ("a", "b")), (("a", "b"), ("", ""))])
def test_where_one_file_gives_no_ids_the_order_of_the_day_pairs(home, first, second):
    tell(home, 1, *[(key, NEW_YEAR, came) for key, came in zip(first, (5, 6), strict=True)])
    tell(home, 2, *[(key, NEW_YEAR, came) for key, came in zip(second, (50, 60), strict=True)], ("", "2025-01-02", 9))
    assert read_meetings(home) == [(NEW_YEAR, 50), (NEW_YEAR, 60), ("2025-01-02", 9)]


def test_a_meeting_without_an_id_is_none_of_those_beside_it_that_have_one(home):
    tell(home, 1, ("", NEW_YEAR, 5), ("a", NEW_YEAR, 6))
    assert read_total(home, "group_sessions") == 2
    tell(home, 2, ("b", NEW_YEAR, 7))
    assert read_meetings(home) == [(NEW_YEAR, 5), (NEW_YEAR, 6), (NEW_YEAR, 7)]
    tell(home, 3, ("", NEW_YEAR, 50), ("a", NEW_YEAR, 60))
    assert read_meetings(home) == [(NEW_YEAR, 7), (NEW_YEAR, 50), (NEW_YEAR, 60)]


def test_a_blank_told_later_leaves_what_was_said_and_undoing_brings_it_back(home):
    tell(home, 1, ("s1", NEW_YEAR, 5))
    later = tell(home, 2, ("s1", NEW_YEAR, ""))
    assert read_meetings(home) == [(NEW_YEAR, 5)]
    undo(home, later)
    assert read_meetings(home) == [(NEW_YEAR, 5)] and read_total(home, "group_sessions") == 1
