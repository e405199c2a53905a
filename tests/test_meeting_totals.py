"""A row that is a total of meetings is asked about, and where none was held there is no meeting."""

from __future__ import annotations

from datetime import date

import pytest

from etl.questions.meeting_totals import counts_meetings
from etl.undoing import rebuild
from etl.uploads.mapping import ACTIVITY, MEETING
from etl.uploads.sheets import find_period_ends
from etl.uploads.uploading import confirm_upload
from soundings.generations import open_current
from soundings.home import Home
from soundings.queries import read_table
from tests.homes import make_wards_home
from tests.sheets import added, as_csv, as_ods, as_xls, as_xlsx, asked, left, look

TODAY = date(2026, 11, 23)


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
QUESTION = "meeting-totals:b"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.xlsx", as_xlsx({"b": branches("Sessions held")})),
        ("b.xls", as_xls({"b": branches("Anzahl Treffen")})),
        ("b.ods", as_ods({"b": branches("Nombre de séances")})),
        ("b.csv", as_csv(branches("No. of meetings"))),
    ],
)
def test_totals_of_meetings_are_counted_and_are_no_meetings(home, name, content):
    prepared = look(home, content, name, COLUMNS)
    question = asked(prepared)[QUESTION]
    assert "counts 8 meetings in 3 rows" in question.sentence and question.assumed == "count-as-totals"
    assert left(prepared) == {"b": [3]}
    assert added(home, prepared) == ("2 activities", "89 attendances", "8 group sessions")
    out = look(home, content, name, COLUMNS, (QUESTION, "leave-out"))
    assert left(out) == {"b": [2, 3]}
    assert added(home, out) == ("1 activity", "1 meeting", "9 attendances at it")
    each = look(home, content, name, COLUMNS, (QUESTION, "each-row"))
    assert left(each) == {"b": [3]}
    assert added(home, each) == ("2 activities", "2 meetings", "89 attendances at these meetings")


@pytest.mark.parametrize(
    "heading", ["Session number", "Meeting attendance", "Event", "Session no.", "Sessions attended"]
)
def test_a_number_that_counts_no_meetings_raises_no_question(home, heading):
    assert not counts_meetings(heading)
    assert not look(home, as_csv(branches(heading)), "b.csv", COLUMNS).questions


@pytest.mark.parametrize("each_row", [ACTIVITY, MEETING])
def test_a_column_matched_as_a_total_is_counted_without_a_question(home, each_row):
    columns = COLUMNS | {"Anzahl": "group_sessions", "Dauer": "minutes"}
    rows = [[*row, length] for row, length in zip(branches("Anzahl"), ["Dauer", "60", "", "90"], strict=True)]
    rows.append(["Code club", "2025-06-01", "Ward 2", "0", "12", ""])
    prepared = look(home, as_csv(rows), "b.csv", columns, each_row=each_row)
    assert not prepared.questions and left(prepared) == {"b": [3]}
    activities = "3 activities" if each_row == ACTIVITY else "2 activities"
    assert added(home, prepared) == (activities, "101 attendances", "8 group sessions")
    assert any("“Dauer” of rows that are totals of meetings: not used" in one for one in prepared.manifest["decisions"])


@pytest.mark.parametrize(
    ("heading", "days", "ends"),
    [
        ("Month", ["2025-05-01", "2025-06-01", "2025-12-01"], ["2025-05-31", "2025-06-30", "2025-12-31"]),
        ("Datum", ["1 Mai 2025", "1 Februar 2024"], ["2025-05-31", "2024-02-29"]),
        ("Trimestre", ["2025-01-01", "2025-10-01"], ["2025-03-31", "2025-12-31"]),
        ("Quarter beginning", ["2025-04-01"], ["2025-06-30"]),
        ("Date", ["2025-05-01"], [None]),
        ("Date", ["2025-05-01", "2025-05-08"], [None, None]),
        ("Quarter", ["2025-01-01", "2025-05-01"], [None, None]),
    ],
)
def test_a_total_on_the_first_of_a_month_lasts_that_month_or_quarter(heading, days, ends):
    assert find_period_ends(heading, days, [True] * len(days)) == ends


def test_a_monthly_total_and_a_log_of_the_same_meetings_count_once(home):
    rows = [
        ["What", "Month", "Ward", "Sessions", "Came"],
        ["Choir", "2025-05-01", "Ward 1", "7", "80"],
        ["Choir", "2025-06-01", "Ward 1", "4", "40"],
    ]
    confirm_upload(home, look(home, as_csv(rows), "b.csv", COLUMNS | {"Sessions": "group_sessions"}, each_row=MEETING))
    log = [["What", "Day", "Ward", "Came"], *(["Choir", f"2025-05-{day}", "Ward 1", "9"] for day in (12, 19, 26))]
    columns = {"What": "title", "Day": "start_date", "Ward": "place_name", "Came": "attendance_count"}
    confirm_upload(home, look(home, as_csv(log), "log.csv", columns, each_row=MEETING))
    cursor = open_current(home).cursor()
    table = read_table(cursor, measure="group_sessions", kind="ward", today=TODAY)
    assert [row.value for row in table.rows] == [11, None, None] and table.totals.meetings == 3
    assert rebuild(home).agrees


def test_the_answer_stands_and_a_rebuild_agrees(home):
    prepared = look(home, as_xlsx({"b": branches("Aantal bijeenkomsten")}), "b.xlsx", COLUMNS)
    result = confirm_upload(home, prepared)
    assert result.added == ("2 activities", "89 attendances", "8 group sessions")
    assert prepared.manifest["answers"] == {QUESTION: "count-as-totals"}
    assert rebuild(home).agrees


def test_sheets_that_count_no_meetings_keep_theirs(home):
    single = [["What", "Month", "Ward", "Came"], ["Walk", "2025-07-03", "Ward 3", "5"]]
    book = {"b": branches("Sessions held"), "c": single}
    prepared = look(home, as_xlsx(book), "b.xlsx", COLUMNS)
    assert added(home, prepared) == (
        "3 activities",
        "1 meeting",
        "5 attendances at it",
        "89 attendances",
        "8 group sessions",
    )


def test_an_estimate_in_a_counted_column_is_counted(home):
    rows = [*branches("Sessions held"), *(["Choir", f"2025-0{n}-01", "Ward 3", "4", "5"] for n in range(1, 8))]
    rows.append(["Choir", "2025-08-01", "Ward 3", "about 8", "70"])
    prepared = look(home, as_csv(rows), "b.csv", COLUMNS)
    assert added(home, prepared)[-1] == "44 group sessions"
