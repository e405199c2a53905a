"""An area that people drew: what is an outline, which places it reaches into, where its figures stand, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from etl.form.drafts import save_draft
from etl.form.drawn_areas import (
    MOST_CORNERS,
    find_reached,
    list_corners,
    parse_drawn,
    parse_outline,
    read_corners,
    read_outline,
    write_outline,
)
from etl.form.places import list_precisions, usual_precision
from etl.form.reading import start_change, start_meeting
from etl.form.records import activity_id_of
from etl.loading import load_file, rebuild
from etl.parsing import Unreadable
from etl.places.loading import add_places
from soundings.generations import open_current
from soundings.home import PROJECT, Home
from tests.forms import FOUR, MEETINGS, ask, make_draft, problems_of, send, where_of
from tests.homes import make_wards_home, ward_code
from tests.making import write_places
from tests.waiting import HANGING

# Wards 1, 2 and 3 are squares of a tenth of a degree, side by side from 1.9° west, in one district.
DISTRICT = "E09999999"
IN_ONE = "POLYGON ((-1.89 53.01, -1.82 53.01, -1.82 53.09, -1.89 53.09, -1.89 53.01))"
ACROSS = "POLYGON ((-1.85 53.02, -1.75 53.02, -1.75 53.08, -1.85 53.08, -1.85 53.02))"
DRAWN = {"where_how": "drawing", "place_code": "", "outline": ACROSS}


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


def square(west: float, south: float, east: float, north: float) -> list[tuple[float, float]]:
    return [(west, south), (east, south), (east, north), (west, north)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("the estate", "not an outline"),
        ("POINT (-1.8 53)", "one area"),
        ("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((2 2, 3 2, 3 3, 2 2)))", "one area"),
        ("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))", "without holes"),
        ("POLYGON EMPTY", "one area"),
        ("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))", "cross one another"),
        ("POLYGON ((0 0, 1 1, 2 2, 0 0))", "cross one another"),
        ("POLYGON ((430000 433000, 431000 433000, 431000 434000, 430000 433000))", "degrees"),
        ("POLYGON ((0 0, 0.000001 0, 0 0.000001, 0 0))", "three corners"),
        ("POLYGON ((" + ", ".join(f"{n / 1000} {n * n / 1e6}" for n in range(MOST_CORNERS + 2)) + ", 0 0))", "corners; at most"),
    ],
)  # fmt: skip
def test_what_is_no_area_is_refused_with_what_to_do(text, said):
    with pytest.raises(Unreadable, match=said):
        read_outline(text)


@given(st.text(max_size=60) | st.lists(st.floats() | st.integers(), max_size=9).map(lambda n: ", ".join(map(str, n))))
def test_whatever_a_browser_sends_is_corners_or_a_sentence(text):
    try:
        corners = parse_drawn(text)
        shape = read_corners(corners)
    except Unreadable as error:
        assert str(error).endswith((".", "once."))
    else:
        assert shape.is_valid and len(corners) >= 3


@given(st.floats(-179, 178), st.floats(-89, 88), st.floats(0.001, 0.9), st.floats(0.001, 0.9))
def test_an_outline_written_and_read_again_is_the_same(west, south, wide, high):
    shape = read_corners(square(west, south, west + wide, south + high))
    text = write_outline(shape)
    assert parse_outline(text) == text and read_corners(list_corners(text)).equals(shape)


def reach(home: Home, corners) -> tuple[str, ...]:
    return find_reached(open_current(home).cursor(), read_corners(corners))


def test_an_area_is_in_each_ward_that_holds_a_real_part_of_it(home):
    assert reach(home, square(-1.89, 53.01, -1.82, 53.09)) == (ward_code(1),)
    assert reach(home, square(-1.85, 53.01, -1.75, 53.09)) == (ward_code(1), ward_code(2))
    # A line that strays a fiftieth over the border names no second ward; a twentieth does.
    assert reach(home, square(-1.85, 53.01, -1.799, 53.09)) == (ward_code(1),)
    assert reach(home, square(-1.85, 53.01, -1.797, 53.09)) == (ward_code(1), ward_code(2))
    # Out at sea for the most part: the part on land says where it is.
    assert reach(home, square(-1.95, 53.01, -1.88, 53.09)) == (ward_code(1),)


def test_a_small_ward_that_lies_within_is_named_however_large_the_area(home):
    assert reach(home, square(-5, 50, 3, 56)) == (ward_code(1), ward_code(2), ward_code(3))


def test_an_area_nowhere_near_or_over_too_many_places_is_refused(home, tmp_path):
    with pytest.raises(Unreadable, match="none of the places loaded"):
        reach(home, square(5, 50, 5.1, 50.1))
    add_places(home, write_places(tmp_path / "more.geojson", 48, first=10), "ward")
    with pytest.raises(Unreadable, match="Search for the council area"):
        reach(home, square(-5, 50, 6, 56))


def test_an_area_over_two_wards_stands_in_both_and_its_figures_in_the_district(home):
    draft = make_draft(**DRAWN, **MEETINGS)
    result = send(home, draft)
    assert result.rows_rejected == result.values_set_aside == 0
    assert sorted(row[1] for row in where_of(home, draft)) == [ward_code(1), ward_code(2)]
    assert {row[3:] for row in where_of(home, draft)} == {("located", "as drawn")}
    assert ask(home, "select l.code from activity_count c join location l using (location_id)") == [(DISTRICT,)]
    assert ask(home, "select count(*), count(distinct session_id) from session_place") == [(6, 3)]
    ((kept,),) = ask(home, "select outline from activity_now")
    assert read_outline(kept).equals(read_outline(ACROSS)) and rebuild(home).agrees


def test_an_area_in_one_ward_has_its_figures_there(home):
    draft = make_draft(**{**DRAWN, "outline": IN_ONE})
    send(home, draft)
    assert [row[1] for row in where_of(home, draft)] == [ward_code(1)]
    assert ask(home, "select l.code from activity_count c join location l using (location_id)") == [(ward_code(1),)]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"precision": "ward"}, [ward_code(1), ward_code(2)]),
        ({"c1_basis": "exact", "c1_value": "9"}, [ward_code(1), ward_code(2)]),
        ({"precision": "authority"}, [DISTRICT]),
        ({"sensitive": "yes"}, [DISTRICT]),
        ({"precision": "hidden"}, [None]),
    ],
)
def test_the_outline_is_kept_only_where_it_may_be_told(home, changes, codes):
    draft = make_draft(**DRAWN, **changes)
    send(home, draft)
    assert sorted(row[1] or "" for row in where_of(home, draft)) == [code or "" for code in codes]
    assert ask(home, "select outline from activity_now") == [(None,)]
    kept = "".join(str(row) for batch in home.inbox.rglob("*") if batch.is_file() for row in [batch.read_bytes()])
    assert "POLYGON" not in kept


def test_how_closely_a_drawn_area_is_told_at_first():
    drawn = {**FOUR, **DRAWN}
    assert list_precisions(drawn)[0] == usual_precision(drawn) == "as drawn"
    assert usual_precision({**drawn, "c1_value": "9"}) == "ward"
    assert usual_precision({**drawn, "sensitive": "yes"}) == "authority"
    assert "as drawn" not in list_precisions(FOUR)


@pytest.mark.parametrize("outline", ["", "nonsense", "POLYGON ((9 9, 9.1 9, 9.1 9.1, 9 9))"])
def test_a_form_without_an_area_says_what_to_do_at_the_map(home, outline):
    assert problems_of(home, make_draft(**{**DRAWN, "outline": outline}))["outline"]


def test_a_change_and_a_meeting_find_the_whole_area_again(home):
    draft = make_draft(**DRAWN)
    send(home, draft)
    connection = open_current(home).cursor()
    change = start_change(connection, activity_id_of(draft))
    assert change.answers["where_how"] == "drawing" and change.answers["precision"] == "as drawn"
    assert read_outline(change.answers["outline"]).equals(read_outline(ACROSS))
    told = {"m1_day": "9", "m1_month": "11", "m1_year": "2026", "m1_came": "7"}
    send(home, replace(start_meeting(connection, activity_id_of(draft)), answers=told))
    assert ask(home, "select count(distinct l.code) from session_place join location l using (location_id)") == [(2,)]
    send(home, replace(change, answers={**change.answers, "precision": "ward"}))
    again = start_change(open_current(home).cursor(), activity_id_of(draft))
    assert again.answers["area_codes"] == f"{ward_code(1)}; {ward_code(2)}" and "outline" not in again.answers
    send(home, replace(again, answers={**again.answers, "title": "Parks talks"}))
    assert sorted(row[1] for row in where_of(home, draft)) == [ward_code(1), ward_code(2)]
    assert ask(home, "select outline, title from activity_now") == [(None, "Parks talks")]


def test_a_file_of_the_template_may_bring_outlines_but_not_of_where_people_live(home, tmp_path):
    path = tmp_path / "activities.csv"
    rows = [("a1", "venue", IN_ONE), ("a2", "home", IN_ONE), ("a3", "area", "the estate")]
    lines = [f'{key},Talk {key},{role},{ward_code(1)},"{outline}"' for key, role, outline in rows]
    path.write_text("\n".join(["activity_id,title,place_role,place_code,place_outline", *lines]), encoding="utf-8")
    result = load_file(home, path, "native")
    assert (result.rows_accepted, result.values_set_aside) == (3, 1)
    assert any("1 outlines taken out" in decision for decision in result.decisions)
    assert [(key, bool(kept)) for key, kept in ask(home, "select activity_key, outline from activity order by 1")] == [
        ("a1", True), ("a2", False), ("a3", False),
    ]  # fmt: skip
    assert ask(home, "select column_name, is_row_rejected from rejection") == [("place_outline", False)]


def test_a_restored_draft_gives_each_box_its_answer_with_every_run(home, monkeypatch):
    """A run that is cut short may reach no browser: the next one must bring the answers again, or they would be lost."""
    monkeypatch.setenv("SOUNDINGS_HOME", str(home.root))
    draft = save_draft(home, make_draft(lasted="yes", end_day="9", end_month="6", end_year="2026"))
    page = AppTest.from_file(str(PROJECT / "pages" / "rooms" / "add.py"), default_timeout=HANGING)
    page.query_params["draft"] = draft.draft_id
    for _ in range(2):
        page.run()
        assert not page.exception
        texts = {box.label: box.proto.default for box in page.text_input}
        assert texts["What do you call it, in a few words?"] == "Parks survey" and texts["How many"] == "1,200"
        chosen = {box.label: box.options[box.proto.default] for box in page.radio}
        assert chosen["Did it go on for more than a day?"] == "Yes"
        assert chosen["How well do you know how many took part?"] == "About"
        (method,) = [box for box in page.selectbox if box.label == "How was it done?"]
        assert method.options[method.proto.default] == "survey"
