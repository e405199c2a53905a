"""Figures, days and coordinates as people write them are read alike by the template, by matched files and by the form."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from etl.loading import ReadOptions, load_file
from etl.parsing import Amount, Unreadable, parse_amount, parse_attendance, parse_date, read_yearless
from etl.questions.asking import parse_answers
from etl.uploads.mapping import MEETING, ColumnMapping
from etl.uploads.uploading import Wanted, confirm_upload, prepare_upload, read_upload
from pages.ui.activity.meetings import say_came
from soundings.activity.rows import read_meetings
from soundings.generations import open_current
from soundings.home import Home
from tests.homes import make_wards_home
from tests.making import ward_code

FIGURES = {
    "approx 9": Amount(9, None, "estimate"),
    "about 50": Amount(50, None, "estimate"),
    "c. 30": Amount(30, None, "estimate"),
    "ca. 30": Amount(30, None, "estimate"),
    "rund 1,200": Amount(1200, None, "estimate"),
    "environ 20": Amount(20, None, "estimate"),
    "20 or so": Amount(20, None, "estimate"),
    "60-70": Amount(60, 70, "band"),
    "60–70": Amount(60, 70, "band"),
    "<5": Amount(0, 4, "band"),
    "12+": Amount(12, None, "band"),
    "at least 12": Amount(12, None, "band"),
    "more than 12": Amount(13, None, "band"),
}
DAYS = {
    "7th May 2026": date(2026, 5, 7),
    "7. Mai 2026": date(2026, 5, 7),
    "7 mai 2026": date(2026, 5, 7),
    "1er mars 2025": date(2025, 3, 1),
    "4th of June 2025": date(2025, 6, 4),
    "12 août 2025": date(2025, 8, 12),
    "3. Dez. 2024": date(2024, 12, 3),
}


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


def ask(home: Home, sql: str) -> list[tuple]:
    return open_current(home).cursor().execute(sql).fetchall()


@pytest.mark.parametrize("text", FIGURES)
def test_a_figure_is_read_with_how_sure_it_is(text):
    assert parse_amount(text) == FIGURES[text]


@pytest.mark.parametrize("text", DAYS)
def test_a_day_is_read_with_its_month_in_words(text):
    assert parse_date(text) == DAYS[text]


@pytest.mark.parametrize("text", ["7 ju 2026", "31 Februar 2026", "7 Thermidor 2026", "7 jui 2026"])
def test_no_month_is_guessed(text):
    with pytest.raises(Unreadable):
        parse_date(text)


def test_how_many_came_to_a_meeting_may_be_an_estimate_and_is_no_range():
    assert parse_attendance("approx 9") == Amount(9, None, "estimate")
    with pytest.raises(Unreadable, match="is a range"):
        parse_attendance("60-70")


def test_an_estimate_of_how_many_came_is_said_as_one(home):
    content = b"Group,When,Came\nTea,2025-05-01,about 9\nTea,2025-05-08,11\n"
    columns = (("Group", "title"), ("When", "start_date"), ("Came", "attendance_count"))
    mapping = ColumnMapping(columns, "Us", each_row=MEETING)
    sheets = read_upload("a.csv", content, ReadOptions())
    prepared = prepare_upload(home, "a.csv", hashlib.sha256(content).hexdigest(), sheets, Wanted(mapping=mapping))
    confirm_upload(home, prepared)
    (activity_id,) = ask(home, "select activity_id from activity where title = 'Tea'")[0]
    meetings = read_meetings(open_current(home).cursor(), activity_id)
    assert [say_came(one) for one in meetings] == ["about 9 came", "11 came"]


def test_a_matched_file_reads_what_the_template_reads(home):
    content = b"Title,When,Came\nTea,2025,approx 9\nWalk,7th May 2025,60-70\nSwap,7. Mai 2025,12+\n"
    columns = (("Title", "title"), ("When", "start_date"), ("Came", "people"))
    sheets = read_upload("a.csv", content, ReadOptions())
    prepared = prepare_upload(
        home, "a.csv", hashlib.sha256(content).hexdigest(), sheets, Wanted(mapping=ColumnMapping(columns, "Us"))
    )
    assert confirm_upload(home, prepared).rows_rejected == 0
    assert ask(home, "select value, value_high, basis from activity_count order by value") == [
        (9, None, "estimate"), (12, None, "band"), (60, 70, "band"),
    ]  # fmt: skip
    assert ask(home, "select start_date, end_date from activity where title = 'Tea'") == [
        (date(2025, 1, 1), date(2025, 12, 31))
    ]


COMMAS = "activity_id;title;start_date;{0};{1};place_role\na1;Tea;2025-03-01;{2}-1,85;53,05;venue\na2;Walk;2025-03-02;-1,75;53,05;venue\n"


def count_wards(home: Home) -> dict:
    return dict(ask(home, "select place_code, count(*) from location_place where kind = 'ward' group by 1"))


def test_coordinates_with_decimal_commas_are_read_and_it_is_said(home, tmp_path):
    path = tmp_path / "activities.csv"
    path.write_text(COMMAS.format("lon", "lat", ""))
    result = load_file(home, path)
    assert count_wards(home) == {ward_code(1): 1, ward_code(2): 1}
    assert [one.id for one in result.questions] == ["decimal-comma"]
    assert "The commas in lon and lat were read as decimal points." in result.decisions


@pytest.mark.parametrize(
    ("options", "wards"),
    [(ReadOptions(decimal="comma"), 2), (ReadOptions(answers=parse_answers(["decimal-comma=set-aside"])), 0)],
)
def test_a_person_can_say_what_the_comma_is(options, wards, home, tmp_path):
    path = tmp_path / "activities.csv"
    path.write_text(COMMAS.format("lon", "lat", ""))
    load_file(home, path, options=options)
    assert len(count_wards(home)) == wards


def test_a_day_without_a_year_is_asked_about_with_the_year_of_its_neighbours(home, tmp_path):
    path = tmp_path / "activities.csv"
    path.write_text("activity_id,title,start_date\na1,Tea,June 4\na2,Walk,7th May 2026\na3,Swap,2026-06-11\n")
    (question,) = load_file(home, path, dry_run=True).questions
    assert (question.id, question.assumed, [one.id for one in question.choices]) == (
        "day-without-year:start_date", "set-aside", ["set-aside", "year-2026"],
    )  # fmt: skip
    load_file(home, path, options=ReadOptions(answers=parse_answers(["day-without-year:start_date=year-2026"])))
    assert ask(home, "select start_date from activity where title = 'Tea'") == [(date(2026, 6, 4),)]


def test_words_that_are_no_day_are_not_asked_about():
    assert [read_yearless(text) for text in ("Ward 3", "3 groups", "May", "June 31", "12")] == [None] * 5
