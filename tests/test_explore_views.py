"""Explore's two views for analysts: breadth crossed with depth, and the names present in each place."""

from __future__ import annotations

import pytest

from pages.ui.asset_routes import OUR_FILES
from pages.ui.chart.views import make_crossed_fill, make_names_fill
from soundings.bivariate import cross_tables
from soundings.geometry import ensure_geometry
from soundings.name_places import read_named_places
from soundings.palette import CROSSED_DAY, NAME_SHAPES
from soundings.queries import read_table
from soundings.store import open_current
from soundings.views import NO_CLASS
from tests.building import TODAY
from tests.pages import open_room, words_of


@pytest.fixture
def open_explore(open_page, tidewell):
    return lambda **address: open_page(tidewell, **address)


def test_a_crossed_fill_hatches_what_is_half_recorded_and_says_each_class(tidewell):
    connection = open_current(tidewell).cursor()
    geometry = ensure_geometry(tidewell, connection, "ward", None)
    breadth = read_table(connection, measure="responses", kind="ward", role="home", today=TODAY)
    depth = read_table(connection, measure="continuing_groups", kind="ward", role="venue", today=TODAY)
    fill = make_crossed_fill(cross_tables(breadth, depth), geometry, "both")
    values = {row.place_code: row.value for row in depth.rows}
    hatched = {code for code, class_ in zip(geometry.place_codes, fill.classes, strict=True) if class_ == NO_CLASS}
    assert hatched >= {code for code, value in values.items() if value is None}
    assert len(fill.labels) == len(fill.colours["day"]) == len(fill.colours["night"])
    assert set(fill.colours["day"]) <= set(CROSSED_DAY)
    assert fill.grid.across.title == "Responses"
    assert fill.grid.up.title == "Continuing groups"
    assert all(":" in step for step in (*fill.grid.across.steps, *fill.grid.up.steps))


def test_every_name_has_a_shape_that_the_map_can_draw():
    drawn = (OUR_FILES / "chart_shapes.js").read_text(encoding="utf-8")
    shapes = [shape for _, shape in NAME_SHAPES.values()]
    assert len(set(shapes)) == len(shapes)
    for shape in shapes:
        assert f'"{shape}":' in drawn, shape


def test_the_map_of_names_has_each_name_once_and_says_it_in_words(tidewell):
    connection = open_current(tidewell).cursor()
    geometry = ensure_geometry(tidewell, connection, "ward", None)
    named = read_named_places(connection, kind="ward", role="venue", today=TODAY)
    fill = make_names_fill(named, geometry)
    for text, spoken, class_ in zip(fill.texts, fill.spoken, fill.classes, strict=True):
        assert (text is None) == (spoken is None) == (class_ == NO_CLASS)
        if text:
            assert len(set(text.split())) == len(text.split()) == len(spoken.split(", "))
    assert [word for _, word in fill.marks] == sorted(word for _, word in fill.marks)


def test_the_crossed_view_offers_depth_only_and_never_adds(open_explore):
    at = open_explore(view="crossed")
    assert "they are not added" in words_of(at)
    options = next(box for box in at.selectbox if box.key == "fill").options
    assert not any("contact" in option for option in options)


def test_fixed_steps_come_from_the_address_and_bad_ones_are_said(open_explore):
    said = words_of(open_explore(view="crossed", steps="100, 500 / 0, 2"))
    assert "not understood" not in said
    for wrong in ("5,3/1,2", "100", "a/b", "1,2,3/1"):
        assert "not understood, so thirds are shown" in words_of(open_explore(view="crossed", steps=wrong))


def test_the_names_view_has_its_table_and_asks_for_no_targets(open_explore):
    at = open_explore(view="names")
    said = words_of(at)
    assert "Each name stands once in a place" in said
    assert "Do not set targets on these names" in said
    table = next(frame.value for frame in at.dataframe if "Names present" in frame.value)
    assert len(table) == 24
    assert set(table["What is recorded"]) == {"recorded", "nothing recorded"}


def test_a_place_of_the_names_view_is_kept_in_the_address(open_explore):
    at = open_explore(view="names", place="TW-W02", names_role="home")
    assert at.session_state["place"] == "TW-W02"
    assert at.session_state["names_role"] == "home"
    assert "not yet confirmed by people who took part" in words_of(at)


@pytest.mark.parametrize("view", ["chart", "side"])
def test_contact_is_not_called_deep_nor_joint_work(monkeypatch, tidewell, view):
    said = words_of(open_room(monkeypatch, tidewell, "explore", {"view": view, "fill": "group_sessions"}))
    assert "Meetings" in said or "meetings" in said
    assert "a long way down" not in said and "joint work" not in said
    said = words_of(open_room(monkeypatch, tidewell, "explore", {"view": view, "fill": "continuing_groups"}))
    assert "little joint work recorded" in said
