"""Every page as Streamlit draws it, without a browser: with nothing, with places alone, with records, broken, and badly addressed."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from etl.demo.illustrating import add_demo
from etl.loading import load_file, undo
from pages.ui.explaining import ISOLATED, JOINER, escape
from pages.ui.place_parts import timeline_rows
from soundings.activities import ActivityLine
from soundings.generations import generation_path, open_current, pointer_path, read_pointer
from soundings.home import Home
from soundings.queries import read_table
from soundings.sources import read_batches
from tests.homes import TODAY, make_wards_home
from tests.making import write_contributions, write_rows
from tests.pages import EXPLORE, read_words_of, words_of

PLACE, SOURCES = "place", "sources"
PAGES = (EXPLORE, PLACE, SOURCES)
HOSTILE = "<script>window.__pwned=1</script>`${alert(1)}` $$\\LaTeX$$ [x](javascript:alert(1)) '\"{{}}"


def figures_table(at: AppTest):
    """The table under the chart."""
    return next(table.value for table in at.dataframe if "Code" in table.value)


@pytest.fixture
def no_store(tmp_path) -> Home:
    return Home(tmp_path / "none")


@pytest.fixture
def wards(tmp_path) -> Home:
    return make_wards_home(tmp_path)


@pytest.mark.parametrize("page", PAGES)
def test_with_no_store_every_page_says_what_to_do_next(open_page, no_store, page):
    said = words_of(open_page(no_store, page))
    for command in ("soundings places add", "soundings load", "soundings demo add"):
        assert command in said
    assert "Illustrative" not in said
    assert not no_store.root.exists()


@pytest.mark.parametrize("page", PAGES)
def test_places_without_records_are_shown_with_nothing_recorded(open_page, tmp_path, page):
    at = open_page(make_wards_home(tmp_path, has_records=False), page)
    said = words_of(at)
    assert "Illustrative" not in said
    if page == EXPLORE:
        table = figures_table(at)
        assert table["Place"].tolist() == ["Ward 1", "Ward 2", "Ward 3"]
        assert set(table["What is recorded"]) == {"nothing recorded"}
        assert "That is a gap in the records" in said.replace("\\", "")
    if page == PLACE:
        assert at.title[0].value == "Ward 1"
    if page == SOURCES:
        assert "wards" in said


@pytest.mark.parametrize("page", (EXPLORE, PLACE))
def test_records_without_places_ask_for_the_places(open_page, tmp_path, page):
    home = Home(tmp_path / "home")
    load_file(home, write_contributions(tmp_path / "answers.csv"), "contributions")
    assert "soundings places add wards.geojson --kind ward" in words_of(open_page(home, page))


@pytest.mark.parametrize("page", PAGES)
def test_the_demo_is_called_illustrative_on_every_page(open_page, tidewell, page):
    said = words_of(open_page(tidewell, page))
    assert said.count("**Illustrative.** Tidewell is a made-up place.") == 1


@pytest.mark.parametrize("page", PAGES)
def test_what_people_loaded_is_never_called_illustrative(open_page, wards, page):
    assert "illustrative" not in words_of(open_page(wards, page)).casefold()


def break_by_loss(home: Home) -> None:
    generation_path(home, read_pointer(home).number).unlink()


def break_by_truncation(home: Home) -> None:
    path = generation_path(home, read_pointer(home).number)
    path.write_bytes(path.read_bytes()[:5000])


def break_the_pointer(home: Home) -> None:
    pointer_path(home).write_text("{", encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("damage", [break_by_loss, break_by_truncation, break_the_pointer])
def test_a_broken_store_is_explained_with_the_way_back(open_page, own_tidewell, damage, page):
    damage(own_tidewell)
    at = open_page(own_tidewell, page)
    said = words_of(at)
    assert at.header[0].value == "The store cannot be read"
    assert "soundings rebuild" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "key",
    [
        "view",
        "kind",
        "fill",
        "ring",
        "place",
        "from",
        "when",
        "organisation",
        "source",
        "table",
        "fill_role",
        "ring_role",
        "to",
        "method",
        "theme",
        "at",
    ],
)
@pytest.mark.parametrize("value", ["no-such-thing", HOSTILE])
def test_an_address_that_asks_for_what_is_not_there_gives_the_usual_view_and_says_so(open_page, tidewell, key, value):
    usual = figures_table(open_page(tidewell))
    at = open_page(tidewell, **{key: value})
    assert not at.exception
    assert len(at.info) == 1
    assert "Showing the usual view instead" in at.info[0].value
    assert figures_table(at).equals(usual)


@pytest.mark.parametrize("page", (EXPLORE, "activities", "compare"))
def test_an_address_with_a_period_that_ends_before_it_starts_is_shown_whole_and_says_so(open_page, tidewell, page):
    at = open_page(tidewell, page, **{"from": "2026-10", "to": "2024-01"})
    assert "“2026-10” to “2024-01”, which ends before it starts" in read_words_of(at)
    assert not {"from", "to"} & set(at.query_params)
    assert "Showing:" not in read_words_of(at)
    if page != "compare":
        assert (at.session_state["from"], at.session_state["to"]) == ("", "")
    assert "which ends before it starts" not in words_of(at.run())  # said once


@pytest.mark.parametrize("page", (EXPLORE, "activities"))
def test_a_period_chosen_to_end_before_it_starts_is_said_and_narrows_nothing(open_page, tidewell, page):
    at = open_page(tidewell, page)
    whole = next(line for line in read_words_of(at).splitlines() if " activities" in line)
    at.selectbox(key="from").set_value("2026-10")
    at.selectbox(key="to").set_value("2024-01")
    said = read_words_of(at.run())
    assert "January 2024 is before October 2026: the period ends before it starts, so every date is shown." in said
    assert "Showing:" not in said
    assert whole in said
    at.selectbox(key="to").set_value("2026-11")
    said = read_words_of(at.run())
    assert "ends before it starts" not in said
    assert "1 October 2026 to 30 November 2026" in said


def test_what_is_planned_is_told_as_planned_and_as_no_gap(open_page, tidewell):
    said = read_words_of(open_page(tidewell, when="planned"))
    assert "3 activities are planned, and have not started, so there are no continuing groups to count yet." in said
    assert "That is a gap in the records" not in said


@pytest.mark.parametrize("value", ["no-such-place", HOSTILE, ""])
def test_a_place_address_that_names_no_place_shows_another_and_says_so(open_page, tidewell, value):
    at = open_page(tidewell, PLACE, place=value)
    assert at.title[0].value.replace("\\", "") == "Abbot's Mead"
    assert len(at.info) == 1


def test_a_place_address_shows_that_place(open_page, tidewell):
    at = open_page(tidewell, PLACE, place="TW-W01")
    assert at.title[0].value == "Harbour"
    assert not at.info


@pytest.mark.parametrize(
    ("fill", "kind"),
    [("continuing_groups", "ward"), ("group_sessions", "ward"), ("continuing_groups", "neighbourhood")],
)
def test_the_table_shows_the_figures_that_the_query_gives(open_page, tidewell, fill, kind):
    at = open_page(tidewell, fill=fill, kind=kind, view="one")
    shown = figures_table(at)
    table = read_table(
        open_current(tidewell).cursor(),
        measure=fill,
        kind=kind,
        role=at.session_state["fill_role"],
        today=date.fromisoformat(TODAY),
    )
    assert shown["Code"].tolist() == [row.place_code for row in table.rows]
    assert shown["Place"].tolist() == [row.place_name for row in table.rows]
    values = shown[table.measure.label]
    assert [None if missing else value for value, missing in zip(values, values.isna(), strict=True)] == [
        row.value for row in table.rows
    ]
    assert any(row.value for row in table.rows)


def test_a_filter_changes_the_figures_and_is_said(open_page, tidewell):
    usual = figures_table(open_page(tidewell, view="one", fill="group_sessions"))
    at = open_page(tidewell, view="one", fill="group_sessions", **{"from": "2025-06"})
    narrowed = figures_table(at)
    label = "Group meetings" if "Group meetings" in narrowed else narrowed.columns[1]
    assert narrowed[label].sum() < usual[label].sum()
    assert "**Showing:**" in words_of(at)
    assert "June 2025" in words_of(at) or "Jun 2025" in words_of(at)


def test_the_address_holds_what_was_chosen(open_page, tidewell):
    at = open_page(tidewell)
    at.selectbox(key="place").select("TW-W01").run()
    at.selectbox(key="kind").select("neighbourhood").run()
    assert not at.exception
    assert at.query_params["kind"] == "neighbourhood"
    assert "place" not in at.query_params


@pytest.mark.parametrize(
    "at", ["nan,2.1,11", "53.6,inf,11", "53.6,2.1", "53.6,2.1,11,1", "53.6,2.1,-1", "2.1,53.6,11", ""]
)
def test_what_is_no_part_of_this_map_leaves_the_address(open_page, tidewell, at):
    page = open_page(tidewell, at=at)
    assert len(page.info) == 1
    assert "at" not in page.query_params


def test_a_part_of_this_map_stays_in_the_address_until_the_places_change(open_page, tidewell):
    page = open_page(tidewell, at="53.64,2.1,11.5")
    assert not page.info
    page.selectbox(key="place").select("TW-W01").run()
    assert page.query_params["at"] == "53.64,2.1,11.5"
    page.selectbox(key="kind").select("neighbourhood").run()
    assert "at" not in page.query_params
    assert not page.info


def test_records_without_a_place_are_counted_and_never_placed(open_page, wards):
    at = open_page(wards, view="one", fill="responses")
    assert figures_table(at)["Responses"].sum() == 12
    said = words_of(at).replace("\\", "")
    assert "12 of 16 (75%)" in said or "12 of 16 (75 %)" in said
    assert "2 are outside the loaded places" in said
    assert "2 have no place recorded" in said
    assert "4 records on no ward of this map" in said


def test_rows_read_are_rows_accepted_and_rejected(open_page, wards, tmp_path):
    load_file(
        wards,
        write_rows(tmp_path / "bad.csv", [["no day", "E05999901", "Parks"], ["2025-05-01", "E05999901", "Parks"]]),
        "contributions",
    )
    batches = read_batches(open_current(wards).cursor())
    read, accepted, rejected = (
        sum(getattr(batch, f"rows_{name}") for batch in batches) for name in ("read", "accepted", "rejected")
    )
    assert read == accepted + rejected
    assert rejected == 1
    assert f"**{read:,}** rows read = **{accepted:,}** accepted + **{rejected:,}** rejected" in words_of(
        open_page(wards, SOURCES)
    )


def test_undo_takes_a_file_off_every_page_and_put_back_restores_it(open_page, wards):
    batch = next(batch for batch in read_batches(open_current(wards).cursor()) if batch.file_name == "answers.csv")
    before = figures_table(open_page(wards, view="one", fill="responses"))
    at = open_page(wards, SOURCES)
    assert len(at.button) == 3
    at.button(key=f"undo_{batch.batch_id}").click().run()
    assert [heading.value for heading in at.subheader] == ["Undone"]
    assert batch.batch_id not in [line.batch_id for line in read_batches(open_current(wards).cursor())]
    assert figures_table(open_page(wards, view="one", fill="responses"))["Responses"].isna().all()
    at.button(key=f"redo_{batch.batch_id}").click().run()
    assert not at.exception
    assert not at.subheader
    assert figures_table(open_page(wards, view="one", fill="responses")).equals(before)


def test_a_page_shows_the_new_generation_on_its_next_run(open_page, wards, tmp_path):
    at = open_page(wards, view="one", fill="responses")
    result = load_file(wards, write_contributions(tmp_path / "more.csv", "Roads", 6), "contributions")
    at.run()
    assert figures_table(at)["Responses"].sum() == 18
    undo(wards, result.batch_id)
    at.run()
    assert figures_table(at)["Responses"].sum() == 12


def test_a_place_that_is_gone_is_let_go(open_page, wards):
    at = open_page(wards, place="E05999902")
    assert at.session_state["place"] == "E05999902"
    places = next(batch for batch in read_batches(open_current(wards).cursor()) if batch.kind == "places")
    undo(wards, places.batch_id)
    at.run()
    assert "No places are loaded yet" in words_of(at)


def test_an_address_cannot_bring_a_picture_or_a_link_into_a_page(open_page, tidewell):
    at = open_page(tidewell, view="![x](https://example.invalid/x.png)")
    assert "![x](" not in at.info[0].value
    said = at.info[0].value.replace("\\", "").replace(JOINER, "")
    assert said.startswith("The address asked for the view “![x](https://example.invalid/x.png)”")


def test_text_that_turns_round_reaches_no_further_than_its_own_words():
    assert escape("draw\u202eward\u2066 \x00\x1b[0m") == "drawward \\[0m"
    assert escape("שלום 4") == ISOLATED.format("שלום 4")
    assert escape("one\r\ntwo") == "one two"


def test_neighbours_stand_beside_a_place_as_numbers_that_sort(open_page, tidewell):
    at = open_page(tidewell, PLACE, place="TW-W01")
    beside = next(table.value for table in at.dataframe if "Harbour (this place)" in set(table.value.get("Place", [])))
    assert len(beside) > 1 and {str(kind) for kind in beside.drop(columns="Place").dtypes} == {"Float64"}
    assert beside.isna().any(axis=None)
    assert "nothing recorded; 0 is a recorded none" in words_of(at)


def activity(title: str, start: date, end: date | None, status: str) -> ActivityLine:
    return ActivityLine(title, title, None, None, None, None, start, end, status, None, 0, None, ["venue"], "native")


def test_two_activities_of_one_title_have_a_bar_each_and_a_live_one_lasts_until_today():
    today = date(2026, 11, 23)
    rows = timeline_rows(
        [
            activity("Panel", date(2026, 1, 1), date(2026, 3, 31), "past"),
            activity("Panel", date(2025, 1, 1), date(2025, 1, 1), "past"),
            activity("Group", date(2024, 1, 1), None, "live"),
        ],
        today,
    )
    assert list(rows["row"]) == [0, 1, 2]
    assert [str(end.date()) for end in rows["end"]] == ["2026-04-01", "2025-01-08", "2026-11-24"]


def test_a_home_with_the_made_up_place_alone_says_that_nothing_in_it_is_real(open_page, tidewell):
    assert "No person, group or council here is real" in words_of(open_page(tidewell, SOURCES))


def test_a_home_that_mixes_the_made_up_place_with_its_own_says_which_part_is_made_up(open_page, tmp_path):
    home = make_wards_home(tmp_path)
    add_demo(home)
    said = words_of(open_page(home, SOURCES))
    assert "Partly illustrative" in said
    assert "is real" not in said


def test_a_real_activity_beside_the_made_up_place_carries_no_word_of_it(open_page, tmp_path):
    home = make_wards_home(tmp_path)
    add_demo(home)
    with_demo = open_current(home).cursor()
    own, made_up = (
        with_demo.execute(
            "select activity_id from activity join batch using (batch_id) where is_demo = $1 limit 1", [is_demo]
        ).fetchone()[0]
        for is_demo in (False, True)
    )
    assert "llustrative" not in words_of(open_page(home, "activity", activity=own))
    assert "Partly illustrative" in words_of(open_page(home, "activity", activity=made_up))


def test_sources_are_named_in_words_and_never_by_the_id_of_their_kind(open_page, tidewell):
    said = words_of(open_page(tidewell, SOURCES))
    assert "own template" in said and "boundaries of wards" in said
    for code in ("places-ward", "`native`", "**asking"):
        assert code not in said


def test_side_by_side_is_explained_as_left_and_right_and_speaks_of_no_ring(open_page, wards):
    said = words_of(open_page(wards, view="side"))
    assert (
        "Left, stronger amber" in said and "ring" not in said.split("How to read it")[1].split("gap in the record")[0]
    )
