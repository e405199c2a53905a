"""A row that is a total of meetings is asked about, and where none was held there is no meeting."""

from __future__ import annotations

import pytest

from etl.questions.meeting_totals import counts_meetings
from soundings.home import Home
from tests.homes import make_wards_home
from tests.sheets import added, as_csv, as_ods, as_xls, as_xlsx, asked, left, look


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


def branches(heading: str, ones: str = "1") -> list[list[str]]:
    return [
        ["What", "Month", "Ward", heading, "Came"],
        ["Story time", "2025-05-01", "Ward 1", "7", "80"],
        ["Story time", "2025-06-01", "Ward 1", "0", "0"],
        ["Code club", "2025-05-01", "Ward 2", ones, "9"],
    ]


COLUMNS = {"What": "title", "Month": "start_date", "Ward": "place_name", "Came": "attendance_count"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.xlsx", as_xlsx({"b": branches("Sessions held")})),
        ("b.xls", as_xls({"b": branches("Anzahl Treffen")})),
        ("b.ods", as_ods({"b": branches("Nombre de séances")})),
        ("b.csv", as_csv(branches("No. of meetings"))),
    ],
)
def test_totals_of_meetings_are_no_meetings(home, name, content):
    prepared = look(home, content, name, COLUMNS)
    assert "counts 8 meetings in 3 rows" in asked(prepared)["meeting-totals:b"].sentence
    assert left(prepared) == {"b": [3, 2]}
    assert added(home, prepared) == ("1 activity", "1 meeting", "9 attendances at it")
    each = look(home, content, name, COLUMNS, ("meeting-totals:b", "each-row"))
    assert left(each) == {"b": [3]}
    assert added(home, each) == ("2 activities", "2 meetings", "89 attendances at these meetings")


@pytest.mark.parametrize(
    "heading", ["Session number", "Meeting attendance", "Event", "Session no.", "Sessions attended"]
)
def test_a_number_that_counts_no_meetings_raises_no_question(home, heading):
    assert not counts_meetings(heading)
    assert not look(home, as_csv(branches(heading)), "b.csv", COLUMNS).questions


def test_a_file_of_totals_alone_is_asked_about_and_nothing_is_guessed(home):
    rows = branches("Sessions held", ones="4")
    prepared = look(home, as_csv(rows), "b.csv", COLUMNS)
    assert "meeting-totals:b" in asked(prepared) and prepared.mapped.rows_accepted == 0
    each = look(home, as_csv(rows), "b.csv", COLUMNS, ("meeting-totals:b", "each-row"))
    assert added(home, each) == ("2 activities", "2 meetings", "89 attendances at these meetings")
