"""Breadth against depth: the scatter, the curves, the change over time, and the page."""

from __future__ import annotations

from datetime import date

import pytest

from soundings.axis import MARGIN, make_axis
from soundings.comparing import (
    Residents,
    Working,
    draw_curve,
    read_residents,
    read_ways_of_working,
    say_change,
    say_curve,
    say_scatter,
    scatter_activities,
    scatter_places,
)
from soundings.home import Home
from soundings.measures import find_measure
from soundings.model import SoundingsError
from soundings.queries import Located, Row, Table
from tests.building import TODAY, Builder
from tests.pages import words_of

NOW = date(2026, 11, 23)


def table(measure: str, values: dict[str, float | None]) -> Table:
    rows = [
        Row(code, code, value, None, None, 1.0, {None: "nothing_recorded", 0: "none_took_place"}.get(value, "value"))
        for code, value in values.items()
    ]
    return Table(find_measure(measure), "ward", "venue", rows, Located(1, 0, 0, 0, 0, 0), 1.0)


@pytest.fixture
def build() -> Builder:
    builder = Builder()
    places = builder.batch("places", kind="places")
    for number, code in enumerate(("W1", "W2", "W3")):
        builder.place(places, code, f"Ward {number + 1}", box=(number, 0, number + 1, 1))
    return builder


def test_what_is_not_recorded_stands_in_the_margin_and_never_at_zero():
    scatter = scatter_places(
        table("responses", {"A": 100, "B": 0, "C": 30, "D": None, "E": None}),
        table("continuing_groups", {"A": 2, "B": 1, "C": None, "D": 3, "E": None}),
    )
    assert [point.id for point in scatter.drawn] == ["A", "B"]
    assert [point.id for point in scatter.only_breadth] == ["C"]
    assert [point.id for point in scatter.only_depth] == ["D"]
    assert [point.id for point in scatter.neither] == ["E"]
    assert (scatter.breadth_median, scatter.depth_median) == (30, 2)
    axis = make_axis([100, 0, 30], is_log=False)
    assert axis.place(None) == MARGIN < axis.place(0) == 0 < axis.place(30) < axis.place(100) <= 1
    assert "2 of 5 wards have both" in say_scatter(scatter, "wards")


def test_medians_and_not_totals_stand_beside_a_scatter():
    scatter = scatter_places(
        table("attendances", {"A": 10, "B": 20, "C": 53_508}), table("continuing_groups", {"A": 1, "B": 1, "C": 1})
    )
    assert scatter.breadth_median == 20
    assert scatter.is_breadth_log
    assert not scatter.is_depth_log
    assert "53,538" not in say_scatter(scatter, "wards")


def test_a_logarithmic_axis_keeps_zero_apart_at_its_foot():
    axis = make_axis([0, 3, 40, 5000], is_log=True)
    assert axis.place(0) == 0 < axis.place(3) < axis.place(40) < axis.place(5000) <= 1
    assert axis.ticks() == [0, 1, 10, 100, 1000, 10000]
    steps = [axis.place(value) for value in (10, 100, 1000)]
    assert steps[1] - steps[0] == pytest.approx(steps[2] - steps[1])


def test_breadth_is_never_set_against_breadth():
    with pytest.raises(SoundingsError, match="one breadth measure"):
        scatter_places(table("responses", {"A": 1}), table("entries", {"A": 1}))
    with pytest.raises(SoundingsError, match="one breadth measure"):
        scatter_places(table("group_sessions", {"A": 1}), table("continuing_groups", {"A": 1}))


def test_an_activitys_figures_are_its_own_over_all_its_records(build):
    batch = build.batch("native")
    for activity in ("survey", "group", "decoy"):
        build.activity(batch, activity)
    for value, ward in ((5, "W1"), (7, "W2")):
        build.count(batch, "survey", "responses", value, build.location(batch, ward))
    build.count(batch, "decoy", "tickets", 99, build.location(batch, "W1"))
    for month in (1, 2, 3):
        build.session(batch, "group", [build.location(batch, "W1")], day=date(2025, month, 1), returning=4)
    scatter = scatter_activities(build.connection, "responses", "people_returning", today=TODAY)
    assert {point.id: (point.breadth, point.depth) for point in scatter.points} == {
        "survey": (12, None),
        "group": (None, 4),
    }


def test_whose_places_a_figure_counts_is_asked_of_activities_too(build):
    """Both: two roles, never added together. Online: no place at all, and so no role, but the activity's own meetings."""
    batch = build.batch("native")
    for activity in ("both", "home", "online"):
        build.activity(batch, activity)
    for activity, role, value, top in (("both", "home", 30, 40), ("both", "area", 5, None), ("home", "home", 0, 4)):
        build.count(batch, activity, "people", value, build.location(batch, "W1"), role=role, high=top)
    for month in (1, 2, 3):
        build.session(batch, "online", [], day=date(2025, month, 1), returning=4)

    def read(**roles):
        scatter = scatter_activities(build.connection, "people", "people_returning", today=TODAY, **roles)
        return {point.id: (point.breadth, point.breadth_top, point.depth) for point in scatter.points}

    online = {"online": (None, None, 4)}
    assert read(breadth_role="home") == {"both": (30, 40, None), "home": (0, 4, None), **online}
    assert read(breadth_role="area", depth_role="venue") == {"both": (5, 5, None), **online}
    assert read() == {"both": (35, 45, None), "home": (0, 4, None), **online}


def test_a_curve_runs_from_the_most_deprived_residents_and_leaves_out_what_is_unrecorded():
    residents = [Residents("A", 100, 1), Residents("B", 300, 5), Residents("C", 100, 10), Residents("D", 500, 10)]
    curve = draw_curve(table("responses", {"A": 10, "B": 30, "C": 60, "D": None, "E": 9}), residents)
    assert curve.people == (0, 0.2, 0.8, 1)
    assert curve.figure == (0, 0.1, 0.4, 1)
    assert (curve.places, curve.unrecorded) == (3, 2)
    assert curve.share_at(0.5) == pytest.approx(0.25)
    said = say_curve(curve, "wards")
    assert "has 10% of what is recorded" in said
    assert "has 60%" in said
    assert "Left out: 2 of 5 wards" in said


def test_places_of_one_decile_are_taken_together():
    residents = [Residents("A", 100, 3), Residents("B", 100, 3), Residents("C", 200, 7)]
    curve = draw_curve(table("responses", {"A": 50, "B": 0, "C": 50}), residents)
    assert curve.people == (0, 0.5, 1)
    assert curve.figure == (0, 0.5, 1)


def test_no_curve_is_drawn_of_a_median_or_of_nothing():
    residents = [Residents("A", 100, 3)]
    assert draw_curve(table("group_size", {"A": 8}), residents) is None
    assert draw_curve(table("responses", {"A": 0}), residents) is None
    assert draw_curve(table("responses", {"A": None}), residents) is None


def test_places_without_residents_or_deprivation_are_in_no_order(build):
    build.connection.execute("update place set deprivation_decile = 2 where place_code = 'W1'")
    assert [one.place_code for one in read_residents(build.connection, "ward")] == ["W1"]


def test_ways_of_working_stand_in_every_year_an_activity_ran(build):
    batch = build.batch("native")
    spans = {
        "two years": {"start_date": date(2024, 11, 1), "end_date": date(2025, 2, 1)},
        "open": {"start_date": date(2025, 3, 1), "record_status": "live"},
        "undated": {},
    }
    for activity, values in spans.items():
        build.activity(batch, activity, **values)
        build.insert(
            "classification", run=1, made_at="2026-01-01", activity_id=activity, rubric_version="1", name="Consultation",
            rule=7, rule_id="consultation", conflicts=[], met=[], missing=[], not_recorded_here=[], comparison="not called",
            stages="", explanation="", inputs="{}", because="",
        )  # fmt: skip
    dated, undated = read_ways_of_working(build.connection, None, today=NOW)
    assert [(one.year, one.title) for one in dated] == [
        (2024, "two years"), (2025, "open"), (2025, "two years"), (2026, "open"),
    ]  # fmt: skip
    assert undated == 1
    assert read_ways_of_working(build.connection, "W1", today=NOW) == ([], 0)


def test_change_is_said_as_names_that_came_and_went_and_planned_years_do_not_count():
    dated = [
        Working(2024, "a", "A", "gathering_views", "Gathering views"),
        Working(2026, "b", "B", "co_design", "Co-design"),
        Working(2027, "c", "C", "informing", "Informing"),
    ]
    said = say_change(dated, NOW)
    assert said.startswith(
        "Recorded in 2026 and not in 2024: Co-design; recorded in 2024 and not in 2026: Gathering views."
    )
    assert "Informing" not in said
    assert "too little" in say_change(dated[:1], NOW)


@pytest.fixture
def open_compare(open_page, tidewell):
    return lambda home=tidewell, **address: open_page(home, "compare", **address)


def test_the_page_sets_breadth_beside_depth_and_says_what_is_not_recorded(open_compare):
    said = words_of(open_compare())
    assert "Breadth against depth" in said
    assert "They stand in the margin or the table" in said.replace("\\", "")
    assert "Illustrative" in said
    assert "even spread" in said


def test_a_bad_address_falls_back_with_a_note(open_compare):
    at = open_compare(what="rank", fill="score", sides="TW-W02,nowhere", where="<script>")
    said = words_of(at)
    assert said.count("which is not here") == 4
    assert at.session_state["sides"] == ["TW-W02"]
    assert at.session_state["what"] == "places"


def test_activities_can_be_compared_too(open_compare):
    at = open_compare(what="activities", fill="people_returning")
    assert "activities have both" in words_of(at)


def test_whose_places_are_chosen_changes_what_activities_are_compared(open_compare):
    said = {
        role: words_of(open_compare(what="activities", ring="responses", ring_role=role, fill="stages_shared"))
        for role in ("home", "area")
    }
    both = {role: next(line for line in words.splitlines() if "have both" in line) for role, words in said.items()}
    assert both["home"] != both["area"]


def test_with_no_store_the_page_says_what_to_do_next(open_compare, tmp_path):
    assert "Nothing has been loaded yet" in words_of(open_compare(Home(tmp_path / "none")))
