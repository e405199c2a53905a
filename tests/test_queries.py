"""Figures by place, on a small database where every expected number can be counted by hand."""

from __future__ import annotations

from datetime import date

import pytest

from soundings.export import table_csv
from soundings.filters import Filters
from soundings.measures import read_measures
from soundings.model import SoundingsError
from soundings.queries import read_table
from soundings.tracing import TEMPLATE_SHEETS, read_traces, say_rows
from soundings.views import say_coverage, say_summary
from tests.building import TODAY, Builder


@pytest.fixture
def build() -> Builder:
    build = Builder()
    places = build.batch("places", "places")
    build.place(places, "D1", "Somewhere", kind="district", parent=None)
    for code, name in (("W1", "Alder"), ("W2", "Birch"), ("W3", "Cedar"), ("W4", "Damson")):
        build.place(places, code, name, population=2000)
    return build


def figures(table) -> dict:
    return {row.place_code: row.value for row in table.rows}


def read(build: Builder, measure: str, **options):
    return read_table(build.connection, measure=measure, kind="ward", today=TODAY, **options)


def test_zero_none_and_more_than_none_are_three_states(build):
    batch = build.batch("native")
    build.activity(batch, "a")
    build.count(batch, "a", "responses", 4, build.location(batch, "W1"))
    build.count(batch, "a", "responses", 0, build.location(batch, "W1"))
    build.count(batch, "a", "responses", 0, build.location(batch, "W2"))
    build.count(batch, "a", "tickets", 9, build.location(batch, "W3"))
    rows = {row.place_code: (row.value, row.state, row.rate_per_1000) for row in read(build, "responses").rows}
    assert rows == {
        "W1": (4, "value", 2.0),
        "W2": (0, "none_took_place", 0.0),
        "W3": (None, "nothing_recorded", None),
        "W4": (None, "nothing_recorded", None),
    }


def test_coverage_counts_source_rows_and_keeps_every_state_apart(build):
    batch = build.batch("native")
    build.activity(batch, "a")
    build.count(batch, "a", "responses", 6, build.location(batch, "W1"), rows=6)
    build.count(batch, "a", "responses", 2, build.location(batch, "E05999999", "outside"), rows=2)
    build.count(batch, "a", "responses", 1, build.location(batch, None, "unlocated"))
    build.count(batch, "a", "responses", 500, build.location(batch, "D1", places={"district": "D1"}))
    table = read(build, "responses")
    assert (table.located.here, table.located.outside, table.located.unlocated, table.located.larger) == (6, 2, 1, 1)
    assert {row.coverage for row in table.rows} == {0.6}
    assert table.total == 509


def test_a_district_wide_count_is_never_copied_into_its_wards(build):
    batch = build.batch("native")
    build.activity(batch, "a")
    build.count(batch, "a", "responses", 4000, build.location(batch, "D1", places={"district": "D1"}))
    assert set(figures(read(build, "responses")).values()) == {None}
    district = read_table(build.connection, measure="responses", kind="district", today=TODAY)
    assert figures(district) == {"D1": 4000}


def test_two_roles_are_never_mixed_and_the_error_lists_them(build):
    batch = build.batch("native")
    build.activity(batch, "a")
    build.count(batch, "a", "responses", 4, build.location(batch, "W1"), role="home")
    build.count(batch, "a", "responses", 7, build.location(batch, "W1"), role="venue")
    with pytest.raises(SoundingsError, match=r"(?s)home.*venue|venue.*home"):
        read(build, "responses")
    assert figures(read(build, "responses", role="home"))["W1"] == 4
    assert figures(read(build, "responses", role="venue"))["W1"] == 7


def test_no_figure_counts_a_session_twice(build):
    """Key K: three in the repeated source, two in the repeating one: max(3, 2) = 3. Key L only repeats. Undated never pair."""
    first, second = build.batch("events"), build.batch("community")
    build.insert("source_repeat", batch_id=second, source_id="community", repeats_source_id="events")
    ward = build.location(first, "W1")
    for _ in range(3):
        build.activity(first, f"e{build.number}", "events")
        build.session(first, f"e{build.number}", [ward], key="k|2024-01-01")
    build.activity(first, "undated-e", "events")
    build.session(first, "undated-e", [ward])
    there = build.location(second, "W2")
    for key in ("k|2024-01-01", "k|2024-01-01", "l|2024-01-01", None):
        build.activity(second, f"c{build.number}", "community")
        build.session(second, f"c{build.number}", [there], key=key)
    assert figures(read(build, "group_sessions")) == {"W1": 4, "W2": 2, "W3": None, "W4": None}
    assert read(build, "group_sessions").total == 6
    assert read(build, "group_sessions", source="community").total == 4
    assert read(build, "group_sessions", source="events").total == 4


def test_a_meeting_told_again_in_a_later_file_counts_once_as_it_was_told_last(build):
    """Two meetings of one day stay two; a blank in the later file, of figures or of place, leaves what the first said."""
    day, first, later = date(2025, 3, 1), build.batch("native"), build.batch("native")
    for batch, rows in (
        (first, [("W1", 8, 2), ("W2", 5, None), ("W3", 4, 4)]),
        (later, [("W1", 9, None), (None, None, 3)]),
    ):
        build.activity(batch, "group")
        for ward, attendance, returning in rows:
            where = build.location(batch, ward, "located" if ward else "unlocated")
            build.session(batch, "group", [where], day=day, attendance=attendance, returning=returning)
    build.session(later, "group", [build.location(later, "W4")], day=date(2025, 4, 1), attendance=7, returning=6)
    assert figures(read(build, "group_sessions")) == {"W1": 1, "W2": 1, "W3": 1, "W4": 1}
    assert figures(read(build, "group_size")) == {"W1": 9, "W2": 5, "W3": 4, "W4": 7}
    assert figures(read(build, "people_returning", role="venue"))["W1"] == 6
    assert read(build, "group_sessions", source="native").total == 4


def test_a_meeting_told_again_still_pairs_with_the_source_that_repeats_it(build):
    events, first, later = build.batch("events"), build.batch("community"), build.batch("community")
    for batch in (first, later):
        build.insert("source_repeat", batch_id=batch, source_id="community", repeats_source_id="events")
    day = date(2025, 3, 1)
    build.activity(events, "e", "events")
    build.session(events, "e", [build.location(events, "W1")], key="k|2025-03-01", day=day)
    for batch, attendance in ((first, 60), (later, 40)):
        build.activity(batch, "c", "community")
        where = build.location(batch, "W1")
        build.session(batch, "c", [where], key="k|2025-03-01", day=day, attendance=attendance)
    assert figures(read(build, "group_sessions")) == {"W1": 1, "W2": None, "W3": None, "W4": None}
    assert figures(read(build, "group_size"))["W1"] == 40


def test_the_repeating_source_fills_blanks_and_the_repeated_one_wins(build):
    first, second = build.batch("events"), build.batch("community")
    build.insert("source_repeat", batch_id=second, source_id="community", repeats_source_id="events")
    for number, (here, there) in enumerate([(None, "W2"), ("W1", "W2")]):
        build.activity(first, f"e{number}", "events")
        build.session(
            first,
            f"e{number}",
            [build.location(first, here, "located" if here else "unlocated")],
            key=f"k{number}",
            attendance=None if here else 8,
        )
        build.activity(second, f"c{number}", "community")
        build.session(second, f"c{number}", [build.location(second, there)], key=f"k{number}", attendance=30)
    assert figures(read(build, "group_sessions")) == {"W1": 1, "W2": 1, "W3": None, "W4": None}
    sizes = figures(read(build, "group_size"))
    assert (sizes["W1"], sizes["W2"]) == (30, 8)


def test_a_session_in_two_wards_counts_in_each_and_once_in_the_total(build):
    batch = build.batch("events")
    build.activity(batch, "a", "events")
    build.session(batch, "a", [build.location(batch, "W1"), build.location(batch, "W1"), build.location(batch, "W2")])
    table = read(build, "group_sessions")
    assert figures(table) == {"W1": 1, "W2": 1, "W3": None, "W4": None}
    assert (table.total, table.located.here, table.located.total) == (1, 1, 1)


def test_continuing_needs_three_meetings_and_people_who_came_back(build):
    batch = build.batch("native")
    for activity, ward, returning in (
        ("group", "W1", [0, 4, 5]),
        ("twice", "W2", [0, 5]),
        ("unknown", "W3", [None, None, None]),
    ):
        build.activity(batch, activity)
        for number, back in enumerate(returning):
            build.session(batch, activity, [build.location(batch, ward)], day=date(2025, 1 + number, 1), returning=back)
    for _ in range(20):
        build.activity(batch, f"one-off {build.number}")
        build.session(batch, f"one-off {build.number}", [build.location(batch, "W4")], returning=0)
    assert figures(read(build, "continuing_groups")) == {"W1": 1, "W2": 0, "W3": None, "W4": 0}


def test_depth_of_groups_is_counted_group_by_group_and_recorded_for_so_many(build):
    batch = build.batch("native")
    for activity, ward, meetings in (
        ("long", "W1", [(date(2025, 1, 10), 0), (date(2025, 7, 9), 4), (date(2025, 6, 1), 6)]),
        ("short", "W1", [(date(2025, 1, 1), 0), (date(2025, 2, 1), 3)]),
        ("nobody back", "W2", [(date(2025, 1, 1), 0), (date(2025, 9, 1), 0)]),
        ("unknown", "W3", [(date(2025, 1, 1), None), (date(2025, 9, 1), None)]),
    ):
        build.activity(batch, activity)
        for day, back in meetings:
            build.session(batch, activity, [build.location(batch, ward)], day=day, returning=back)
    returning, months = read(build, "people_returning"), read(build, "months_together")
    assert figures(returning) == {"W1": 6 + 3, "W2": 0, "W3": None, "W4": None}
    assert figures(months) == {"W1": (5 + 1) / 2, "W2": 0, "W3": None, "W4": None}
    assert (returning.recorded.activities, returning.recorded.of) == (3, 4)
    assert "Recorded for 3 of 4 activities." in say_coverage(returning)


def test_a_blank_among_noughts_is_not_nobody_came_back(build):
    batch = build.batch("native")
    for activity, ward, returning in (
        ("half", "W1", [0, None, 0]),
        ("whole", "W2", [None, 0, 0]),
        ("some", "W3", [0, None, 2]),
    ):
        build.activity(batch, activity)
        for number, back in enumerate(returning):
            build.session(batch, activity, [build.location(batch, ward)], day=date(2025, 1 + number, 1), returning=back)
    assert figures(read(build, "people_returning")) == {"W1": None, "W2": 0, "W3": 2, "W4": None}
    assert figures(read(build, "continuing_groups")) == {"W1": None, "W2": 0, "W3": 1, "W4": None}


def test_of_answers_given_in_two_batches_the_one_accepted_last_speaks(build):
    for answer, sharing in (("yes", "with"), ("no", "for")):
        batch = build.batch("native")
        build.activity(batch, "a")
        build.insert(
            "activity_place", batch_id=batch, activity_id="a", location_id=build.location(batch, "W1"), role="venue"
        )
        row = {"batch_id": batch, "row_number": 2, "activity_id": "a"}
        build.insert("fact", fact="joint_decision", answer=answer, **row)
        build.insert("stage", stage="design", sharing=sharing, **row)
    assert figures(read(build, "joint_decisions"))["W1"] == 0
    assert figures(read(build, "stages_shared"))["W1"] == 0


def test_filters_narrow_the_figures_and_say_so(build):
    batch = build.batch("native")
    build.activity(batch, "old", theme="housing", start_date=date(2024, 1, 1), end_date=date(2024, 2, 1))
    build.activity(batch, "now", theme="health", start_date=date(2026, 11, 1), end_date=date(2026, 12, 1))
    ward = build.location(batch, "W1")
    build.count(batch, "old", "responses", 5, ward, day=date(2024, 1, 5))
    build.count(batch, "now", "responses", 7, ward, day=date(2026, 11, 5))
    build.count(batch, "now", "responses", 100, ward)
    assert figures(read(build, "responses", filters=Filters(theme="housing")))["W1"] == 5
    assert figures(read(build, "responses", filters=Filters(when="live")))["W1"] == 107
    period = read(build, "responses", filters=Filters(period_start=date(2026, 1, 1), period_end=date(2026, 12, 31)))
    assert figures(period)["W1"] == 7
    assert period.located.undated == 1
    assert (
        "1 January 2026 to 31 December 2026"
        in Filters(period_start=date(2026, 1, 1), period_end=date(2026, 12, 31)).sentence()
    )


@pytest.mark.parametrize(
    ("said", "from_day", "is_in"),
    [
        ({"record_status": "live"}, date(2026, 1, 1), True),
        ({"record_status": "live"}, date(2026, 11, 23), True),
        ({"record_status": "live"}, date(2026, 11, 24), False),  # nobody knows of tomorrow
        ({"record_status": "past"}, date(2026, 1, 1), False),
        ({"record_status": "live", "end_date": date(2025, 12, 31)}, date(2026, 1, 1), False),
        ({"time_pattern": "continuing"}, date(2026, 1, 1), False),  # nobody said that it is live
    ],
)
def test_what_is_live_and_has_no_end_goes_on_until_today(build, said, from_day, is_in):
    batch = build.batch("native")
    build.activity(batch, "a", **{"start_date": date(2024, 3, 1), **said})
    ward = build.location(batch, "W1")
    build.insert("activity_place", batch_id=batch, activity_id="a", location_id=ward, role="venue")
    build.tell("stage", batch, "a", stage="design", sharing="with")
    build.tell("fact", batch, "a", fact="joint_decision", answer="yes")
    build.count(batch, "a", "responses", 5, ward, day=date(2024, 3, 2))
    period = Filters(period_start=from_day)
    for measure in ("stages_shared", "joint_decisions"):
        table = read(build, measure, filters=period)
        assert figures(table)["W1"] == (1 if is_in else None), measure
        assert (table.recorded.activities, table.recorded.of) == ((1, 1) if is_in else (0, 0)), measure
        told = {"measure": measure, "role": "venue", "kind": "ward", "place_code": "W1", "today": TODAY}
        assert len(read_traces(build.connection, filters=period, **told)) == is_in
    assert figures(read(build, "responses", role="home", filters=period))["W1"] is None  # a count keeps its own day


def test_what_has_no_date_is_in_no_period_though_it_is_live(build):
    batch = build.batch("native")
    build.activity(batch, "a", record_status="live")
    ward = build.location(batch, "W1")
    build.insert("activity_place", batch_id=batch, activity_id="a", location_id=ward, role="venue")
    build.tell("stage", batch, "a", stage="design", sharing="with")
    table = read(build, "stages_shared", filters=Filters(period_start=date(2026, 1, 1)))
    assert (figures(table)["W1"], table.located.undated, table.recorded.of) == (None, 1, 0)
    assert figures(read(build, "stages_shared"))["W1"] == 1


def test_an_activity_is_recorded_where_a_record_of_it_passes_the_filters(build):
    """Met: recorded in the period, its own dates long gone. Told: a change after its end. Quiet: in the register, no record."""
    batch = build.batch("native")
    build.activity(batch, "met", start_date=date(2024, 1, 1))
    build.activity(batch, "told", start_date=date(2024, 1, 1), end_date=date(2024, 2, 1))
    build.activity(batch, "quiet", start_date=date(2026, 10, 5))
    build.activity(batch, "long ago", start_date=date(2024, 1, 1))
    ward = build.location(batch, "W1")
    for day in (date(2024, 1, 1), date(2026, 9, 1), date(2026, 10, 1)):
        build.session(batch, "met", [ward], day=day, returning=4)
    build.insert("activity_place", batch_id=batch, activity_id="told", location_id=ward, role="venue")
    build.tell("outcome", batch, "told", what_changed="A crossing", changed_date=date(2026, 10, 9))
    period = Filters(period_start=date(2026, 10, 1))
    groups, changes = read(build, "continuing_groups", filters=period), read(build, "changes_made", filters=period)
    assert (figures(groups)["W1"], groups.recorded.activities, groups.recorded.of) == (1, 1, 2)
    assert (figures(changes)["W1"], changes.recorded.activities, changes.recorded.of) == (1, 1, 3)


def test_what_is_planned_is_no_gap_in_the_records(build):
    batch = build.batch("native")
    build.activity(batch, "later", start_date=date(2027, 3, 1), theme="housing")
    build.activity(batch, "soon", record_status="planned")
    build.activity(batch, "past", start_date=date(2024, 3, 1), end_date=date(2024, 4, 1))
    said = say_summary(read(build, "continuing_groups", filters=Filters(when="planned")))
    assert said.startswith(
        "2 activities are planned, and have not started, so there are no continuing groups to count yet."
    )
    assert "That is no gap in the records. Under Activities, the same filter lists them." in said
    one = say_summary(read(build, "continuing_groups", filters=Filters(when="planned", theme="housing")))
    assert one.startswith("1 activity is planned, and has not started")
    none = say_summary(read(build, "continuing_groups", filters=Filters(when="planned", theme="health")))
    assert none == "No planned activity fits these filters."
    assert "That is a gap in the records" in say_summary(read(build, "continuing_groups", filters=Filters(when="past")))


def test_a_period_that_ends_before_it_starts_is_refused_in_a_sentence():
    with pytest.raises(SoundingsError, match="1 October 2026 to 31 January 2024 ends before it starts"):
        Filters(period_start=date(2026, 10, 1), period_end=date(2024, 1, 31))
    assert Filters(period_start=date(2026, 10, 1), period_end=date(2026, 10, 1)).sentence()


def test_unknown_words_get_a_sentence_that_lists_the_known_ones(build):
    with pytest.raises(SoundingsError, match="responses"):
        read(build, "loudness")
    with pytest.raises(SoundingsError, match="ward"):
        read_table(build.connection, measure="responses", kind="parish", today=TODAY)
    with pytest.raises(SoundingsError, match="X9"):
        read(build, "responses", parent="X9")


def test_a_parent_narrows_the_rows_and_nothing_else(build):
    other = build.batch("places", "places")
    build.place(other, "W9", "Elsewhere", parent="D9")
    table = read(build, "responses", parent="D1")
    assert [row.place_code for row in table.rows] == ["W1", "W2", "W3", "W4"]
    assert [row.place_code for row in read(build, "responses", parent="D9").rows] == ["W9"]


def test_the_later_batch_speaks_for_a_place_both_hold(build):
    later = build.batch("places", "places")
    build.place(later, "W1", "Alder and Ash", population=2500)
    names = {row.place_code: row.place_name for row in read(build, "responses").rows}
    assert names["W1"] == "Alder and Ash" and len(names) == 4


def test_csv_leaves_the_cell_empty_where_nothing_is_recorded(build):
    batch = build.batch("native")
    build.activity(batch, "a")
    build.count(batch, "a", "responses", 3, build.location(batch, "W1"))
    lines = table_csv(read(build, "responses")).splitlines()
    assert lines[0] == "place_code,place_name,value,denominator,rate_per_1000,coverage,state"
    assert lines[1] == "W1,Alder,3,2000,1.5,1,value"
    assert lines[2] == "W2,Birch,,2000,,1,nothing_recorded"


def test_every_figure_can_be_traced_to_rows_of_a_file(build):
    batch = build.batch("native", file_name="survey.csv")
    build.activity(batch, "a", title="A survey")
    build.count(batch, "a", "responses", 3, build.location(batch, "W1"), rows=3)
    build.count(batch, "a", "responses", 1, build.location(batch, None, "unlocated"))
    here = read_traces(build.connection, measure="responses", role="home", kind="ward", place_code="W1", today=TODAY)
    assert [(trace.title, trace.file_name, trace.source_rows, trace.value) for trace in here] == [
        ("A survey", "survey.csv", [2, 3, 4], 3)
    ]
    missing = read_traces(build.connection, measure="responses", role="home", kind="ward", today=TODAY)
    assert [(trace.value, trace.state) for trace in missing] == [(1, "unlocated")]


def test_a_continuing_group_is_traced_to_every_meeting(build):
    batch = build.batch("native", file_name="group.csv")
    build.activity(batch, "group")
    ward = build.location(batch, "W1")
    for number in range(4):
        build.session(batch, "group", [ward], day=date(2025, 1 + number, 1), returning=3)
    rows = [row for (row,) in build.connection.execute("select row_number from session order by 1").fetchall()]
    found = read_traces(
        build.connection, measure="continuing_groups", role="venue", kind="ward", place_code="W1", today=TODAY
    )
    assert [trace.source_rows for trace in found] == [rows]


def test_rows_are_said_as_runs():
    assert say_rows([7]) == "row 7"
    assert say_rows([3, 4, 5, 9]) == "rows 3–5, 9"
    assert say_rows(list(range(2, 80, 2))).endswith("and 27 more")


def test_every_measure_of_contact_and_depth_names_the_sheet_of_the_template_that_it_comes_from():
    assert set(TEMPLATE_SHEETS) == {measure.id for measure in read_measures().values() if measure.family != "breadth"}
