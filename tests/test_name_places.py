"""The names present in each place: once each, in one layer, and none for a place with nothing recorded."""

from __future__ import annotations

import pytest

from soundings.filters import Filters
from soundings.name_places import read_name_roles, read_named_places, say_named_places
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
