"""The names present in each place: once each, in one layer, and none for a place with nothing recorded."""

from __future__ import annotations

from datetime import date

import pytest

from soundings.filters import WHEN, Filters
from soundings.measures import read_measures
from soundings.name_places import read_name_roles, read_named_places, say_named_places
from soundings.queries import read_roles, read_table
from soundings.register import Wanted, make_register, read_found
from soundings.store import open_current
from tests.building import TODAY, Builder


@pytest.fixture
def build() -> Builder:
    builder = Builder()
    places = builder.batch("places", kind="places")
    for number, code in enumerate(("W1", "W2", "W3")):
        builder.place(places, code, f"Ward {number + 1}", box=(number, 0, number + 1, 1))
    return builder


def name(build: Builder, activity: str, rule_id: str, label: str) -> None:
    build.insert(
        "classification", run=1, made_at="2026-01-01", activity_id=activity, rubric_version="1", name=label, rule=1,
        rule_id=rule_id, conflicts=[], met=[], missing=[], not_recorded_here=[], comparison="not called", stages="",
        explanation="", inputs="{}", because="",
    )  # fmt: skip


def test_a_name_stands_once_in_a_place_and_only_in_its_layer(build):
    batch = build.batch("native")
    for activity, rule_id, label, ward in (
        ("a", "consultation", "Consultation", "W1"),
        ("b", "consultation", "Consultation", "W1"),
        ("c", "co_design", "Co-design", "W1"),
        ("d", "dialogue", "Dialogue", None),
    ):
        build.activity(batch, activity, theme="housing" if activity == "c" else None)
        build.session(batch, activity, [build.location(batch, ward, "located" if ward else "unlocated")])
        name(build, activity, rule_id, label)
    build.count(batch, "a", "responses", 5, build.location(batch, "W2"), role="home")
    assert read_name_roles(build.connection, today=TODAY) == {"venue": 3, "home": 1}
    venues = read_named_places(build.connection, kind="ward", role="venue", today=TODAY)
    assert {place.place_code: place.rule_ids for place in venues.places} == {
        "W1": ("co_design", "consultation"),
        "W2": (),
        "W3": (),
    }
    assert (venues.activities, venues.elsewhere) == (4, 1)
    assert "1 of 4 activities stand in none of them" in say_named_places(venues)
    homes = read_named_places(build.connection, kind="ward", role="home", today=TODAY)
    assert {place.place_code: place.rule_ids for place in homes.places}["W2"] == ("consultation",)
    narrowed = read_named_places(
        build.connection, kind="ward", role="venue", filters=Filters(theme="housing"), today=TODAY
    )
    assert narrowed.places[0].rule_ids == ("co_design",)


def test_a_name_is_there_for_as_long_as_its_activity_goes_on(build):
    batch = build.batch("native")
    for activity, status in (("on", "live"), ("over", "past")):
        build.activity(batch, activity, start_date=date(2024, 1, 1), record_status=status)
        ward = build.location(batch, "W1" if status == "live" else "W2")
        build.insert("activity_place", batch_id=batch, activity_id=activity, location_id=ward, role="venue")
        name(build, activity, "dialogue", "Dialogue")
    filters = Filters(period_start=date(2026, 1, 1))
    named = read_named_places(build.connection, kind="ward", role="venue", filters=filters, today=TODAY)
    assert [place.place_code for place in named.places if place.rule_ids] == ["W1"]
    assert (named.activities, named.elsewhere) == (1, 0)


def test_the_repeat_of_another_sources_meetings_counts_once_and_lends_its_place(build):
    first, second = build.batch("events"), build.batch("community")
    build.insert("source_repeat", batch_id=second, source_id="community", repeats_source_id="events")
    build.activity(first, "e", "events")
    build.activity(second, "c", "community")
    build.session(first, "e", [build.location(first, None, "unlocated")], key="k")
    build.session(second, "c", [build.location(second, "W2")], key="k")
    name(build, "e", "dialogue", "Dialogue")
    name(build, "c", "consultation", "Consultation")
    named = read_named_places(build.connection, kind="ward", role="venue", today=TODAY)
    assert (named.activities, {p.place_code: p.rule_ids for p in named.places}["W2"]) == (1, ("dialogue",))
    own = Filters(source="community")
    named = read_named_places(build.connection, kind="ward", role="venue", filters=own, today=TODAY)
    assert (named.activities, {p.place_code: p.rule_ids for p in named.places}["W2"]) == (1, ("consultation",))


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        *(Filters(when=when) for when in WHEN),
        Filters(when="live", period_start=date(2026, 1, 1)),
        Filters(period_start=date(2026, 10, 1)),
        Filters(period_start=date(2025, 3, 1), period_end=date(2025, 9, 30)),
        Filters(period_end=date(2024, 1, 31)),
    ],
    ids=lambda filters: filters.sentence() or "everything",
)
def test_the_register_the_names_and_every_figure_speak_of_the_same_activities(tidewell, filters):
    connection = open_current(tidewell).cursor()
    total = read_found(make_register(connection), Wanted(filters=filters), today=TODAY).total
    named = read_named_places(connection, kind="ward", role="venue", filters=filters, today=TODAY)
    assert named.activities == total
    for measure in read_measures():
        for role in read_roles(connection, measure, today=TODAY):
            table = read_table(connection, measure=measure, kind="ward", role=role, filters=filters, today=TODAY)
            assert table.recorded.activities <= table.recorded.of, measure
            assert table.recorded.of >= total, measure
            assert measure == "changes_made" or table.recorded.of == total, measure
            assert table.recorded.activities or not table.located.total, measure
