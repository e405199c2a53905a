"""A small group counted as “fewer than 5” is somebody: in the table, the sentences, on the map and beside other places."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from etl.loading import load_file
from pages.ui.chart.chart import make_fill, make_rings
from pages.ui.place_parts import figure_column
from soundings.bivariate import cross_tables
from soundings.export import table_csv
from soundings.model import NONE_TOOK_PLACE, NOTHING_RECORDED, VALUE
from soundings.place_story import figure_of, say_figure, say_noun, say_typical
from soundings.queries import read_rows, read_table
from soundings.tracing import read_traces
from soundings.views import NO_CLASS, classify_rows, say_state, say_summary
from tests.building import TODAY, Builder
from tests.homes import make_wards_home
from tests.making import ward_code, write_rows
from tests.pages import all_words_of, read_words_of

# Ward → the (value, top) of each count in it; Elder has nothing recorded.
COUNTED = {
    "Alder": [(0, 4)],
    "Birch": [(0, None)],
    "Cedar": [(12, None), (0, 8)],
    "Damson": [(0, 0)],
    "Fir": [(30, None)],
}
WARDS = ("Alder", "Birch", "Cedar", "Damson", "Elder", "Fir")


@pytest.fixture
def build() -> Builder:
    return build_wards(COUNTED)


def build_wards(counted: dict[str, list[tuple]]) -> Builder:
    build = Builder()
    places = build.batch("places", "places")
    batch = build.batch("native")
    build.activity(batch, "a")
    for ward in WARDS:
        build.place(places, ward, ward, population=1000)
        for value, top in counted.get(ward, []):
            build.count(batch, "a", "people", value, build.location(batch, ward), high=top)
    return build


def read(build: Builder, measure: str = "people"):
    return read_table(build.connection, measure=measure, kind="ward", today=TODAY)


def rows_of(build: Builder, measure: str = "people") -> dict:
    return {row.place_code: row for row in read(build, measure).rows}


def test_fewer_than_five_is_never_none_took_place(build):
    rows = rows_of(build)
    assert {name: (row.value, row.top, row.state) for name, row in rows.items()} == {
        "Alder": (0, 4, VALUE),
        "Birch": (0, 0, NONE_TOOK_PLACE),
        "Cedar": (12, 20, VALUE),
        "Damson": (0, 0, NONE_TOOK_PLACE),
        "Elder": (None, None, NOTHING_RECORDED),
        "Fir": (30, 30, VALUE),
    }
    asked = {"measure": "people", "kind": "ward", "role": "home", "today": TODAY}
    filters = read(build).filters
    bare = read_rows(build.connection, filters=filters, **asked)
    assert [row._replace(coverage=1.0) for row in bare] == list(rows.values())


def test_the_printed_table_keeps_its_columns_and_the_lowest_figures(build):
    lines = table_csv(read(build)).splitlines()
    assert lines[0] == "place_code,place_name,value,denominator,rate_per_1000,coverage,state"
    assert lines[1] == "Alder,Alder,0,1000,0,1,value"
    assert lines[2] == "Birch,Birch,0,1000,0,1,none_took_place"
    assert lines[3] == "Cedar,Cedar,12,1000,12,1,value"


def test_a_band_is_said_with_its_top(build):
    assert [say_state(row) for row in rows_of(build).values()] == [
        "recorded: 0 to 4", "none took place", "recorded: 12 to 20", "none took place", "nothing recorded", "recorded",
    ]  # fmt: skip
    said = say_summary(read(build))
    assert "recorded in 5 of 6 wards, most in Fir (30); 2 of them recorded a 0. Bands are recorded in 2 of 5: " in said
    only = say_summary(read(build_wards({"Alder": [(0, 4)]})))
    assert "recorded in 1 of 6 wards, most in Alder (0 to 4)" in only
    assert "recorded a 0" not in only
    two = say_summary(read(build_wards({"Alder": [(0, 4)], "Birch": [(0, 9)]})))
    assert "recorded in 2 of 6 wards, most in Alder and Birch (up to 9 each)" in two


def test_the_story_of_a_place_says_the_band(build):
    table = read(build)
    told = {name: figure_of(table, name) for name in WARDS}
    assert [say_figure(told[name]) for name in ("Alder", "Birch", "Cedar", "Fir")] == [
        "0 to 4",
        "none took place",
        "12 to 20",
        "30",
    ]
    one = figure_of(read(build_wards({"Alder": [(1, 4)]})), "Alder")
    assert f"{say_figure(one)} {say_noun(one)}" == f"1 to 4 {one.measure.noun}"
    assert say_typical(told["Elder"], "ward").endswith(
        "with a record: 0 to 4."
    )  # the middle of 0 0 0 12 30 and of 0 0 4 20 30
    assert figure_column(list(rows_of(build).values())) == ["0 to 4", "0", "12 to 20", "0", None, "30"]


def test_the_map_gives_a_small_group_a_colour_a_figure_and_a_ring(build):
    geometry = SimpleNamespace(place_codes=WARDS, parent_codes=())
    fill = make_fill(read(build), geometry, None)
    assert fill.classes == [1, 0, 1, 0, NO_CLASS, 2]
    assert fill.labels == ["0 recorded", "0 to 12", "30"]
    assert fill.texts == ["0 to 4", None, "12 to 20", None, None, None]
    rings = make_rings(read(build), geometry, None)
    assert rings.values == [4, 0, 12, 0, None, 30]
    assert rings.texts == fill.texts
    assert "Of a band from 0, its top." in rings.note
    above = list(rows_of(build).values())
    parents = SimpleNamespace(place_codes=WARDS, parent_codes=WARDS)
    assert make_fill(read(build), parents, above).parent_classes == fill.classes
    assert make_rings(read(build), parents, above).parent_texts == fill.texts


def test_where_nothing_but_bands_from_0_is_recorded_they_are_a_class_of_their_own():
    rows = list(rows_of(build_wards({"Alder": [(0, 4)], "Birch": [(0, None)]})).values())
    classes, numbers = classify_rows(rows)
    assert (classes.labels(), numbers[:3]) == (["0 recorded", "0 to 4"], [1, 0, NO_CLASS])


def test_a_median_of_0_among_larger_meetings_is_not_none():
    build = Builder()
    build.place(build.batch("places", "places"), "W1", "Alder")
    batch = build.batch("native")
    build.activity(batch, "a")
    for came in (0, 0, 9):
        build.session(batch, "a", [build.location(batch, "W1")], attendance=came)
    assert [(row.value, row.state) for row in read(build, "group_size").rows] == [(0, VALUE)]


@pytest.mark.parametrize("counted", [COUNTED, {"Alder": [(0, 4)]}, {"Alder": [(0, 4)], "Birch": [(0, None)]}])
def test_two_measures_crossed_never_say_no_people_of_a_small_group(counted):
    build = build_wards(counted)
    batch = build.batch("native")
    build.activity(batch, "b")
    build.insert(
        "activity_place", batch_id=batch, activity_id="b", location_id=build.location(batch, "Alder"), role="venue"
    )
    build.tell("outcome", batch, "b", what_changed="A crossing")
    crossed = cross_tables(read(build), read(build, "changes_made"))
    label = crossed.labels()[crossed.classes["Alder"]]
    assert not label.startswith("no "), label
    assert "(0 to " in label


def test_a_trace_of_a_band_says_its_top(build):
    asked = {"measure": "people", "role": "home", "kind": "ward", "today": TODAY}
    assert [(one.value, one.top) for one in read_traces(build.connection, place_code="Alder", **asked)] == [(0, 4)]
    assert [(one.value, one.top) for one in read_traces(build.connection, place_code="Fir", **asked)] == [(30, 30)]


def test_a_file_that_says_fewer_than_five_shows_0_to_4_on_every_page(open_page, tmp_path):
    home = make_wards_home(tmp_path, has_records=False)
    folder = tmp_path / "template"
    folder.mkdir()
    heads = ["activity_id", "title", "method", "start_date", "place_code", "place_role"]
    write_rows(
        folder / "activities.csv", [["k1", "Quiet group", "workshop", "2025-01-01", ward_code(1), "venue"]], heads
    )
    heads = ["activity_id", "measure", "value", "period_start"]
    write_rows(folder / "counts.csv", [["k1", "people", "<5", "2025-01-01"]], heads)
    assert load_file(home, folder, "native").rows_rejected == 0
    asked = {"view": "one", "fill": "people", "place": ward_code(1)}
    for page, address in (("explore", asked), ("place", {"place": ward_code(1)}), ("compare", {"sides": ward_code(1)})):
        at = open_page(home, page, **address)
        assert "0 to 4" in all_words_of(at), page
        assert "none took place" not in all_words_of(at), page
    said = read_words_of(open_page(home, **asked))
    assert "People: recorded in 1 of 3 wards, most in Ward 1 (0 to 4)" in said
    assert "Where Ward 1’s figure of 0 to 4 people comes from" in said
