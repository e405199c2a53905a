"""Meetings given as a total (“47 sessions, 1,835 came”): a row of counts, never counted beside the same meetings, and never depth."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from etl.loading import load_file
from etl.undoing import rebuild, redo, undo
from soundings.activity.figures import glance
from soundings.activity.story import read_activity_story
from soundings.generations import open_current
from soundings.home import Home
from soundings.measures import read_measures
from soundings.model import NONE_TOOK_PLACE, NOTHING_RECORDED, VALUE
from soundings.queries import read_table
from soundings.register import Wanted, make_register, read_lines
from soundings.register_words import say_dialogue, say_people
from soundings.thresholds import find_rubric
from soundings.tracing import read_traces, say_origin
from soundings.views import say_coverage, say_figure, say_summary
from tests.homes import make_wards_home
from tests.making import ward_code, write_rows

TODAY = date(2026, 11, 23)
ACTIVITIES = ["activity_id", "title", "place_code", "place_role"]
COUNTS = ["activity_id", "measure", "value", "period_start", "period_end", "place_code", "place_role", "took_place"]
MEETINGS = ["session_id", "activity_id", "date", "minutes", "attendance_count", "returning_count", "place_code"]


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    """Three square wards with one activity, and a day on which everything is handed in."""
    monkeypatch.setenv("SOUNDINGS_TODAY", TODAY.isoformat())
    home = make_wards_home(tmp_path, has_records=False)
    load(home, "activities.csv", ACTIVITIES, [["choir", "Choir", "", ""]])
    return home


def load(home: Home, name: str, header: list[str], rows: list[list[str]]):
    folder = home.root.parent / "files"
    folder.mkdir(exist_ok=True)
    return load_file(home, write_rows(folder / name, rows, header), "native")


def total(value: str, ward: int | None = 1, measure: str = "group_sessions", year: str = "2025", **more) -> list[str]:
    place = ward_code(ward) if ward else ""
    return ["choir", measure, value, year, "", place, more.get("role", ""), more.get("took_place", "")]


def meetings(count: int, ward: int | None = 1, month: int = 3, year: int = 2025) -> list[list[str]]:
    place = ward_code(ward) if ward else ""
    return [
        [f"{ward}-{month}-{n}", "choir", f"{year}-{month:02d}-{n:02d}", "60", "10", "", place]
        for n in range(1, count + 1)
    ]


def read(home: Home, measure: str = "group_sessions", kind: str = "ward"):
    return read_table(open_current(home).cursor(), measure=measure, kind=kind, role="venue", today=TODAY)


def figures(home: Home, measure: str = "group_sessions") -> dict[str, float | None]:
    return {row.place_code[-1]: row.value for row in read(home, measure).rows}


def test_a_row_of_counts_carries_totals_of_meetings_and_hours(home):
    rows = [total("47"), total("1835", measure="attendances", role="venue"), total("120.5", 2, "contact_hours")]
    assert load(home, "counts.csv", COUNTS, rows).rows_rejected == 0
    assert figures(home) == {"1": 47, "2": None, "3": None}
    assert figures(home, "attendances") == {"1": 1835, "2": None, "3": None}
    assert figures(home, "contact_hours") == {"1": None, "2": 120.5, "3": None}
    said = say_coverage(read(home))
    assert "Files give 47 group sessions as totals." in said and "one by one" not in said


def test_what_a_total_cannot_say_is_refused_with_the_reason(home):
    refused = [one.id for one in read_measures().values() if not one.takes_totals]
    assert refused[:2] == ["group_size", "continuing_groups"] and "people_returning" in refused
    result = load(home, "counts.csv", COUNTS, [total("4", measure=measure) for measure in refused])
    assert result.is_refused
    said = Path(result.rejected_file).read_text(encoding="utf-8")
    for measure in refused:
        assert f"{measure} cannot be given as a total. {read_measures()[measure].no_total}" in said


def test_nothing_that_a_place_could_be_deep_by_is_made_of_a_total(home):
    load(home, "counts.csv", COUNTS, [total("47"), total("300", measure="contact_hours")])
    for measure in read_measures().values():
        if measure.family == "depth" or measure.id == "group_size":
            assert set(figures(home, measure.id).values()) == {None}
    cursor = open_current(home).cursor()
    story = read_activity_story(
        cursor, cursor.execute("select activity_id from activity").fetchone()[0], rubric=find_rubric(home), today=TODAY
    )
    assert story.recorded.session_count in (None, 0) and story.made.rule_id == "not_enough_recorded"
    assert [one.noun for one in glance(story)] == ["contact hours", "group sessions"]


def test_a_total_and_meetings_of_other_wards_periods_and_activities_are_added(home):
    load(home, "counts.csv", COUNTS, [total("47", 1), total("9", 2, year="2024")])
    load(home, "activities 2.csv", ACTIVITIES, [["walks", "Walks", "", ""]])
    others = [["w", "walks", "2025-03-01", "", "", "", ward_code(1)]]
    load(home, "sessions.csv", MEETINGS, [*meetings(2, 3), *meetings(4, 2), *others])
    assert figures(home) == {"1": 48, "2": 13, "3": 2}


@pytest.mark.parametrize(
    ("told", "logged", "expected"),
    [("47", 5, 47), ("5", 5, 5), ("3", 5, 5), ("12+", 5, 12), ("40-50", 5, 40), ("about 47", 5, 47)],
)
def test_a_meeting_that_a_total_holds_counts_once(home, told, logged, expected):
    load(home, "counts.csv", COUNTS, [total(told)])
    load(home, "sessions.csv", MEETINGS, meetings(logged))
    table = read(home)
    assert table.rows[0].value == expected == table.total
    assert (
        f"{logged} meetings of the same activity, period and place are recorded one by one: each counts once"
        in say_coverage(table)
    )


def test_the_order_of_loading_undo_redo_and_rebuild_make_no_difference(home):
    load(home, "sessions.csv", MEETINGS, meetings(5))
    counts = load(home, "counts.csv", COUNTS, [total("47")])
    assert figures(home)["1"] == 47
    undo(home, counts.batch_id)
    assert figures(home)["1"] == 5
    redo(home, counts.batch_id)
    assert figures(home)["1"] == 47
    assert rebuild(home).agrees and figures(home)["1"] == 47


def test_meetings_keep_their_wards_where_the_total_says_a_district_or_nothing(home):
    load(home, "counts.csv", COUNTS, [["choir", "group_sessions", "10", "2025", "", "E09999999", "venue", ""]])
    load(home, "sessions.csv", MEETINGS, [*meetings(3, 1), *meetings(2, 2, month=5)])
    assert figures(home) == {"1": 3, "2": 2, "3": None}
    assert read(home).total == 10 and read(home, kind="district").rows[0].value == 10


def test_meetings_without_a_place_stand_where_their_total_does(home):
    load(home, "counts.csv", COUNTS, [total("10", 2)])
    load(home, "sessions.csv", MEETINGS, meetings(10, None))
    table = read(home)
    assert figures(home) == {"1": None, "2": 10, "3": None} and table.total == 10
    assert [row.state for row in table.rows] == [NOTHING_RECORDED, VALUE, NOTHING_RECORDED]


def test_each_meeting_is_part_of_one_total_that_of_the_shortest_period(home):
    quarter = ["choir", "group_sessions", "6", "2024-01-01", "2024-03-31", ward_code(1), "", ""]
    load(home, "counts.csv", COUNTS, [quarter, total("20", year="2024"), total("8", 2, year="2024")])
    load(home, "sessions.csv", MEETINGS, [*meetings(4, 1, 2, 2024), *meetings(5, 1, 6, 2024)])
    assert figures(home) == {"1": 6 + 20, "2": 8, "3": None}


def test_hours_of_meetings_are_taken_from_a_total_of_hours_only_where_they_are_known(home):
    load(home, "counts.csv", COUNTS, [total("100", measure="contact_hours")])
    rows = [
        [f"h{n}", "choir", f"2025-04-0{n}", minutes, "10", "", ward_code(1)]
        for n, minutes in ((1, "60"), (2, ""), (3, "90"))
    ]
    load(home, "sessions.csv", MEETINGS, rows)
    assert figures(home, "contact_hours")["1"] == 100
    assert read(home, "contact_hours").totals.meetings == 2


def test_a_total_of_what_did_not_take_place_is_in_no_figure(home):
    load(home, "counts.csv", COUNTS, [total("47", took_place="cancelled"), total("3", 2, year="2027"), total("0", 3)])
    assert figures(home) == {"1": None, "2": None, "3": 0}
    assert [row.state for row in read(home).rows] == [NONE_TOOK_PLACE] * 3


def test_where_a_figure_comes_from_says_the_total_and_the_meetings(home):
    load(home, "counts.csv", COUNTS, [total("47")])
    load(home, "sessions.csv", MEETINGS, meetings(2))
    cursor = open_current(home).cursor()
    traces = read_traces(
        cursor, measure="group_sessions", role="venue", kind="ward", place_code=ward_code(1), today=TODAY
    )
    told = next(one for one in traces if one.told is not None)
    assert (told.value, told.told, told.held_count, say_origin(told, "group_sessions")) == (45, 47, 2, "counts, row 2")
    assert [say_origin(one, "group_sessions") for one in traces if one is not told] == [
        "sessions, row 3",
        "sessions, row 2",
    ]
    (line,) = read_lines(make_register(cursor), Wanted(), today=TODAY)
    assert say_dialogue(line)[:2] == ["47 group sessions, given as a total", "2 meetings recorded one by one"]
    assert say_people(line.figures) == []
    story = read_activity_story(cursor, line.activity_id, rubric=find_rubric(home), today=TODAY)
    assert story.held_count == 2
    assert [(one.number, one.noun) for one in glance(story)] == [("47", "group sessions"), ("2", "meetings")]
    assert glance(story)[1].note.endswith("recorded one by one")


def test_a_sum_with_a_band_that_has_no_top_says_its_least(home):
    rows = [total("200"), total("12+", year="2024"), total("3", 2), total("0+", 3)]
    load(home, "counts.csv", COUNTS, rows)
    table = read(home)
    assert [say_figure(row) for row in table.rows] == ["at least 212", "3", "at least 0"]
    assert "most in Ward 1 (at least 212)" in say_summary(table)
