"""The register: what is found, in which order, said how; its page without a browser and in one; its download."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from etl.loading import load_file
from pages.ui.register.rows import encode_rows
from soundings.explanation import DO_NOT_TARGET, NEUTRAL
from soundings.filters import Filters
from soundings.generations import open_current
from soundings.home import PROJECT, Home
from soundings.register import (
    ORDERS,
    Found,
    Register,
    Wanted,
    make_register,
    read_choices,
    read_found,
    read_lines,
)
from soundings.register_export import NOTE, register_columns, register_csv
from soundings.register_words import say_dialogue, say_found, say_next, say_people, say_period, say_places, say_standing
from soundings.rubric import read_rubric
from tests.browser import guarded_page, serve, settle, wait_until
from tests.building import TODAY, Builder
from tests.homes import TODAY as TODAY_TEXT
from tests.homes import copy_home, make_wards_home
from tests.making import write_rows
from tests.pages import read_words_of as words_of

HOSTILE = "<img src=x onerror=window.__pwned=1> [x](javascript:alert(1)) `${alert(1)}` $$\\LaTeX$$ </script>"


class Made(Builder):
    """Two wards in one district, and one batch of records to add activities to."""

    def __init__(self) -> None:
        super().__init__()
        places = self.batch("wards", kind="places")
        self.place(places, "W1", "Harbour")
        self.place(places, "W2", "Moor End")
        self.place(places, "D1", "Tidewell", kind="district", parent=None)
        self.held = self.batch("native")

    def stand(self, activity_id: str, *codes: str, role: str = "venue", state: str = "located") -> None:
        for code in codes:
            places = {"ward": code, "district": "D1"} if state == "located" else None
            location = self.location(self.held, code, state=state, places=places)
            self.insert("activity_place", batch_id=self.held, activity_id=activity_id, location_id=location, role=role)

    def call(self, activity_id: str, called: str, day: date | None = None) -> None:
        self.number += 1
        self.insert(
            "claim",
            batch_id=self.held,
            row_number=self.number,
            activity_id=activity_id,
            called=called,
            called_date=day,
        )

    def name(self, activity_id: str, rule_id: str, comparison: str, next_question: str | None = None, run: int = 1):
        rule = read_rubric().find_rule(rule_id)
        self.insert(
            "classification",
            **dict.fromkeys(["conflicts", "met", "missing", "not_recorded_here"], []),
            run=run, made_at=datetime(2026, 11, 1), activity_id=activity_id, rubric_version="1.0", name=rule.name,
            rule=rule.number, rule_id=rule_id, next_question=next_question, comparison=comparison,
            stages="frame with · commission not known · design not applicable · deliver to · evaluate by",
            explanation="", inputs="{}", because="",
        )  # fmt: skip

    def register(self) -> Register:
        return make_register(self.connection)


@pytest.fixture
def made() -> Made:
    return Made()


EVERYTHING = Wanted()


def ids(register: Register, wanted: Wanted = EVERYTHING, **others) -> list[str]:
    return [line.activity_id for line in read_lines(register, wanted, today=TODAY, **others)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("cafe", ["a"]),
        ("CAFÉ", ["a"]),
        ("łodz", ["a"]),
        ("harbour", ["a"]),
        ("tidewell", ["a"]),
        ("coproduction", ["a"]),
        ("co production", ["a"]),
        ("neighbours", ["a"]),
        ("kitchen table", ["a"]),
        ("cafe kitchen harbour", ["a"]),
        ("cafe moor", []),
        ("childrens", ["decoy"]),
        ("", ["a", "decoy"]),
        ("-", ["a", "decoy"]),
        ("%", []),
        ("' or 1=1 --", []),
    ],
)
def test_a_search_finds_every_word_in_any_of_its_fields_whatever_the_accents_or_case(made, words, expected):
    made.activity(made.held, "a", title="Café Łódź", summary="At the kitchen table.", organisation="Neighbours")
    made.call("a", "Co-production")
    made.stand("a", "W1")
    made.activity(made.held, "decoy", title="Moor End children’s play")
    assert sorted(ids(made.register(), Wanted(words))) == expected


def test_words_do_not_run_from_one_field_into_the_next(made):
    made.activity(made.held, "a", title="Boat", summary="house")
    assert ids(made.register(), Wanted("boathouse")) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(recorded="co_design"), ["a"]),
        (Wanted(comparison="differ"), ["a"]),
        (Wanted(comparison="not called"), ["b"]),
        (Wanted(next_question="can_reply"), ["b"]),
        (Wanted(place="W1"), ["a"]),
        (Wanted(place="D1"), ["a", "b"]),
        (Wanted(filters=Filters(method="survey")), ["b"]),
        (Wanted(filters=Filters(organisation="Estuary Arts")), ["a"]),
        (Wanted(filters=Filters(theme="arts")), ["a"]),
        (Wanted(filters=Filters(source="native")), ["a", "b", "undated"]),
        (Wanted(filters=Filters(when="past")), ["b"]),
        (Wanted(filters=Filters(when="live")), ["a"]),
        (Wanted(filters=Filters(period_start=date(2026, 1, 1))), ["a"]),
        (Wanted(filters=Filters(period_end=date(2023, 12, 31))), ["b"]),
        (Wanted(filters=Filters(period_start=date(2024, 5, 1), period_end=date(2024, 6, 1))), ["a"]),
    ],
)
def test_each_filter_keeps_only_what_it_says(made, wanted, expected):
    made.activity(
        made.held, "a", method="panel", theme="arts", organisation="Estuary Arts", start_date=date(2024, 5, 1), record_status="live"
    )  # fmt: skip
    made.name("a", "co_design", "differ")
    made.stand("a", "W1")
    made.activity(made.held, "b", method="survey", start_date=date(2023, 2, 1), end_date=date(2023, 3, 1))
    made.name("b", "not_enough_recorded", "not called", "can_reply")
    made.stand("b", "W2")
    made.activity(made.held, "undated")
    assert sorted(ids(made.register(), wanted)) == expected


def test_undated_activities_are_left_out_of_a_period_and_counted(made):
    made.activity(made.held, "a", start_date=date(2024, 5, 1))
    made.activity(made.held, "undated")
    found = read_found(made.register(), Wanted(filters=Filters(period_start=date(2024, 1, 1))), today=TODAY)
    assert (found.total, found.undated) == (1, 1)
    assert "1 more has no date recorded, so no period holds it." in " ".join(say_found(found, True))


def test_the_name_column_sorts_by_letters_and_never_by_rule(made):
    for activity_id, rule_id in (
        ("a", "informing"),
        ("b", "community_led"),
        ("c", "co_production"),
        ("d", "consultation"),
    ):
        made.activity(made.held, activity_id)
        made.name(activity_id, rule_id, "not called")
    made.activity(made.held, "e")
    names = [line.name for line in read_lines(made.register(), Wanted(order="recorded"), today=TODAY)]
    assert names == ["Community-led", "Consultation", "Co-production", "Informing", None]
    assert not any("rule" in order or "rank" in order for order in ORDERS)


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_is_whole_repeatable_and_puts_what_is_not_recorded_last(made, order):
    made.activity(made.held, "blank", title="Zebra")
    made.activity(made.held, "full", title="Apple", method="panel", organisation="Arts", start_date=date(2024, 1, 1))
    made.name("full", "co_design", "differ")
    made.call("full", "co-production")
    made.stand("full", "W1")
    made.session(made.held, "full", [])
    made.insert("stage", batch_id=made.held, row_number=1, activity_id="full", stage="frame", sharing="with")
    made.count(made.held, "full", "people", 12, made.location(made.held, "W1"))
    register = made.register()
    found = ids(register, Wanted(order=order))
    assert sorted(found) == ["blank", "full"]
    assert found == ids(register, Wanted(order=order))
    assert found[0] == "full" or order == "-title"


def test_people_sort_by_unit_before_number_because_units_do_not_compare(made):
    location = made.location(made.held, "W1")
    for activity_id, measure, value in (("few", "people", 3), ("many", "responses", 9000), ("some", "people", 40)):
        made.activity(made.held, activity_id)
        made.count(made.held, activity_id, measure, value, location)
    assert ids(made.register(), Wanted(order="people")) == ["few", "some", "many"]


def test_pages_hold_every_activity_once(made):
    for number in range(7):
        made.activity(made.held, f"a{number}", title="The same title")
    pages = [ids(made.register(), Wanted(order="title"), page=page, page_rows=3) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert sorted(sum(pages, [])) == [f"a{number}" for number in range(7)]


def test_people_are_told_each_in_their_unit_and_never_added(made):
    location = made.location(made.held, "W1")
    made.activity(made.held, "a")
    made.count(made.held, "a", "responses", 1200, location)
    made.count(made.held, "a", "responses", 40, made.location(made.held, "W2"))
    made.count(made.held, "a", "people", 12, location)
    made.activity(made.held, "decoy")
    made.count(made.held, "decoy", "people", 900, location)
    line = read_lines(made.register(), Wanted("a"), today=TODAY)[0]
    assert say_people(line.figures) == ["12 people", "1,240 responses"]


def test_layers_of_one_unit_stand_apart(made):
    made.activity(made.held, "a")
    for role, value in (("venue", 12), ("home", 10)):
        made.count(made.held, "a", "people", value, made.location(made.held, "W1"), role=role)
    line = read_lines(made.register(), Wanted(), today=TODAY)[0]
    assert say_people(line.figures) == ["10 people (where people live)", "12 people (where it happened)"]


def test_a_band_and_an_estimate_are_said_to_be_so(made):
    made.activity(made.held, "a")
    made.count(made.held, "a", "attendances", 200, made.location(made.held, "W1"))
    made.connection.execute("update activity_count set value_high = 400, basis = 'estimate'")
    line = read_lines(made.register(), Wanted(), today=TODAY)[0]
    assert say_people(line.figures) == ["about 200 to 400 attendances"]


def test_dialogue_is_meetings_group_size_and_who_came_back(made):
    made.activity(made.held, "a")
    for number, (attendance, returning) in enumerate([(8, None), (10, 6), (40, 7)]):
        made.session(made.held, "a", [], attendance=attendance, returning=returning, day=date(2024, 1, 1 + number))
    made.activity(made.held, "silent")
    made.session(made.held, "silent", [])
    made.session(made.held, "silent", [])
    made.activity(made.held, "none")
    said = {line.activity_id: say_dialogue(line) for line in read_lines(made.register(), Wanted(), today=TODAY)}
    assert said == {
        "a": ["3 meetings", "typical group: 10", "up to 7 came back"],
        "silent": ["2 meetings", "who came back: not recorded"],
        "none": [],
    }


def test_periods_say_what_is_known_and_no_more(made):
    made.activity(made.held, "span", start_date=date(2024, 2, 6), end_date=date(2025, 3, 18))
    made.activity(made.held, "month", start_date=date(2024, 2, 6))
    made.activity(made.held, "live", start_date=date(2023, 11, 1), record_status="live", time_pattern="continuing")
    made.activity(made.held, "on", start_date=date(2023, 11, 1), time_pattern="continuing")
    made.activity(made.held, "none")
    made.activity(made.held, "met")
    made.session(made.held, "met", [], day=date(2022, 5, 1))
    said = {line.activity_id: say_period(line) for line in read_lines(made.register(), Wanted(), today=TODAY)}
    assert said == {
        "span": "Feb 2024 to Mar 2025",
        "month": "Feb 2024",
        "live": "since Nov 2023",
        "on": "from Nov 2023, end not recorded",
        "none": "not recorded",
        "met": "May 2022",
    }


def test_places_say_where_or_why_not(made):
    made.activity(made.held, "two")
    made.stand("two", "W1", "W2")
    made.activity(made.held, "away")
    made.stand("away", "X9", state="outside")
    made.activity(made.held, "free")
    made.stand("free", "", state="not_tied")
    made.activity(made.held, "none")
    said = {line.activity_id: say_places(line) for line in read_lines(made.register(), Wanted(), today=TODAY)}
    assert said == {
        "two": "Harbour, Moor End",
        "away": "outside the loaded places",
        "free": "not tied to a place",
        "none": "not recorded",
    }
    found = read_found(made.register(), Wanted(), today=TODAY)
    assert (found.total, found.located, found.not_tied) == (4, 1, 1)


def test_what_is_not_enough_is_a_gap_in_the_record_and_names_the_next_question(made):
    for number in range(3):
        made.activity(made.held, f"a{number}")
        made.name(f"a{number}", "not_enough_recorded", "not called", "can_reply" if number else "decision_open")
    made.activity(made.held, "named")
    made.name("named", "informing", "not called")
    found = read_found(made.register(), Wanted(), today=TODAY)
    assert found.asked_next == {"can_reply": 2, "decision_open": 1}
    assert "a gap in the record, not a judgement" in " ".join(say_found(found, False))
    assert (
        say_next(found, read_rubric())[0][1]
        == "For 2 of them the next question is: Could people answer or reply at all?"
    )


def test_the_last_naming_and_the_latest_claim_speak(made):
    made.activity(made.held, "a")
    made.name("a", "informing", "agree", run=1)
    made.name("a", "co_design", "differ", run=2)
    made.call("a", "newsletter", date(2023, 1, 1))
    made.call("a", "co-production", date(2024, 1, 1))
    line = read_lines(made.register(), Wanted(), today=TODAY)[0]
    assert (line.name, line.comparison, line.called) == ("Co-design", "differ", "co-production")


def test_meetings_that_two_sources_tell_stand_in_the_register_once(made):
    other = made.batch("other")
    made.insert("source_repeat", batch_id=other, source_id="other", repeats_source_id="native")
    made.activity(made.held, "kept")
    made.session(made.held, "kept", [], key="k")
    made.activity(other, "again", source_id="other")
    made.session(other, "again", [], key="k")
    register = made.register()
    assert ids(register) == ["kept"]
    assert read_found(register, Wanted(), today=TODAY).repeats == 1
    assert ids(register, Wanted(filters=Filters(source="other"))) == ["again"]


def test_what_it_can_be_narrowed_to_is_what_stands_in_it(made):
    made.activity(made.held, "a")
    made.name("a", "co_design", "differ")
    made.stand("a", "W1")
    choices = read_choices(made.register())
    assert choices.recorded == {"co_design": "Co-design"}
    assert list(choices.places) == ["W1", "D1"]
    assert (choices.total, choices.comparisons, choices.next_questions) == (1, ["differ"], [])


def test_called_and_recorded_stand_beside_each_other_with_the_neutral_sentence(made):
    made.activity(made.held, "a")
    made.name("a", "co_design", "differ")
    made.call("a", "co-production", date(2024, 5, 3))
    row = encode_rows(read_lines(made.register(), Wanted(), today=TODAY), "title")["rows"][0]
    assert (row["called"], row["recorded"]["name"], row["verdict"]) == ("co-production", "Co-design", NEUTRAL)
    assert row["since"] == "since 3 May 2024"


def read_csv(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_download_has_every_row_its_version_and_how_not_to_use_it(made):
    for number in range(60):
        made.activity(made.held, f"a{number}")
        made.name(f"a{number}", "co_design", "differ")
    made.insert("stage", batch_id=made.held, row_number=1, activity_id="a1", stage="frame", sharing="with")
    rows = read_csv(register_csv(read_lines(made.register(), Wanted(), today=TODAY, page_rows=None)))
    assert len(rows) == 60
    assert list(rows[0]) == register_columns()
    assert {row["rubric_version"] for row in rows} == {"1.0"}
    assert {row["please_note"] for row in rows} == {NOTE}
    assert DO_NOT_TARGET in NOTE
    staged = next(row for row in rows if row["activity_id"] == "a1")
    assert (staged["stage_frame"], staged["stage_commission"], staged["stage_design"]) == (
        "with",
        "not known",
        "not applicable",
    )
    assert next(row for row in rows if row["activity_id"] == "a2")["stage_frame"] == ""


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "  =1", "＝1+1", "\r=1"])
def test_the_download_runs_as_no_formula(made, text):
    made.activity(made.held, "a", title=text, organisation=text)
    made.call("a", text)
    row = read_csv(register_csv(read_lines(made.register(), Wanted(), today=TODAY)))[0]
    for column in ("title", "organisation", "called"):
        assert row[column].startswith("'")


def test_the_download_leaves_plain_numbers_and_keeps_bands_out_of_number_columns(made):
    made.activity(made.held, "a", title="-5")
    made.count(made.held, "a", "people", 12, made.location(made.held, "W1"))
    made.count(made.held, "a", "attendances", 200, made.location(made.held, "W1"))
    made.connection.execute("update activity_count set value_high = 400, basis = 'band' where measure = 'attendances'")
    row = read_csv(register_csv(read_lines(made.register(), Wanted(), today=TODAY)))[0]
    assert (row["title"], row["people"], row["attendances"]) == ("-5", "12", "")
    assert row["people_as_recorded"] == "12 people; 200 to 400 attendances"


# ---- The page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_page(open_page):
    """Opens Activities as a new visitor with this address."""
    return lambda home, **address: open_page(home, "activities", **address)


def test_with_no_store_the_page_says_what_to_do_next(open_page, tmp_path):
    assert "soundings load" in words_of(open_page(Home(tmp_path / "none")))


def test_places_without_activity_ask_for_activity(open_page, tmp_path):
    said = words_of(open_page(make_wards_home(tmp_path, has_records=False)))
    assert "No activity is loaded yet" in said
    assert "soundings load" in said


def test_the_demo_says_how_many_what_lacks_and_what_to_ask_next(open_page, tidewell):
    register = make_register(open_current(tidewell).cursor())
    found = read_found(register, Wanted(), today=date.fromisoformat(TODAY_TEXT))
    said = words_of(open_page(tidewell))
    assert f"**{found.total} activities.**" in said
    assert "a gap in the record, not a judgement" in said
    assert f"For {next(iter(found.asked_next.values()))} of them the next question is:" in said
    assert DO_NOT_TARGET in said
    assert "**Illustrative.**" in said


@pytest.mark.parametrize("key", ["sort", "recorded", "beside", "next", "within", "page", "method", "from"])
@pytest.mark.parametrize("value", ["no-such-thing", HOSTILE, "-1", "99999999999"])
def test_an_address_that_asks_for_what_is_not_there_gives_the_usual_list_and_says_so(open_page, tidewell, key, value):
    usual = words_of(open_page(tidewell))
    at = open_page(tidewell, **{key: value})
    said = words_of(at)
    assert len(at.info) == 1
    assert all(line in said for line in usual.splitlines())


def test_the_address_holds_the_search_the_filter_the_order_and_the_page(open_page, tidewell):
    at = open_page(tidewell, page="2")
    assert at.query_params["page"] == ["2"] or at.query_params["page"] == "2"
    at.text_input(key="words").set_value("harbour").run()
    at.selectbox(key="sort").select("recorded").run()
    at.selectbox(key="recorded").select("co_production").run()
    assert not at.exception
    held = {key: at.query_params[key] for key in ("words", "sort", "recorded")}
    assert {key: value if isinstance(value, str) else value[0] for key, value in held.items()} == {
        "words": "harbour",
        "sort": "recorded",
        "recorded": "co_production",
    }
    assert "page" not in at.query_params
    again = open_page(tidewell, words="harbour", sort="recorded", recorded="co_production")
    assert words_of(again) == words_of(at)


def test_show_all_empties_the_search_and_the_filters(open_page, tidewell):
    usual = words_of(open_page(tidewell))
    at = open_page(tidewell, words="harbour", recorded="co_production", when="past")
    assert "**Showing:**" in words_of(at)
    at.button(key="show_all").click().run()
    assert words_of(at) == usual


def test_a_next_question_shows_the_activities_it_is_asked_of(open_page, tidewell):
    at = open_page(tidewell)
    button = next(button for button in at.button if button.key.startswith("ask_"))
    count = button.label.split()[1]
    button.click().run()
    assert f"**{count} activities.**" in words_of(at)


def test_hostile_words_in_the_search_are_shown_as_typed(open_page, tidewell):
    at = open_page(tidewell, words="[x](javascript:alert(1))<b>")
    assert not at.exception
    shown = next(element.value for element in at.markdown if "Showing" in element.value)
    assert "[x](" not in shown
    assert "<b>" not in shown


# ---- In a browser --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tidewell, tmp_path_factory) -> Iterator[str]:
    """The address of a dashboard of the demo place."""
    home = copy_home(tidewell, tmp_path_factory.mktemp("register") / "home")
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY_TEXT}) as url:
        yield url


def titles(page: Page) -> list[str]:
    page.wait_for_selector(".register[data-drawn]")
    return page.locator(".register .title").all_text_contents()


def find_param(page: Page, name: str) -> str | None:
    return parse_qs(urlsplit(page.url).query).get(name, [None])[0]


@pytest.mark.browser
def test_a_search_narrows_the_rows_and_a_chosen_one_opens_its_page(chromium, demo):
    with guarded_page(chromium) as (page, _):
        page.goto(f"{demo}activities")
        assert len(titles(page)) == 50
        box = page.get_by_role("searchbox")
        box.fill("repairs policy")
        box.press("Enter")
        expect(page.locator(".register .title")).to_have_text(["Repairs policy group"])
        page.get_by_role("link", name="Repairs policy group").click()
        page.wait_for_url("**/activity?activity=*")
        expect(page.get_by_role("heading", name="Repairs policy group")).to_be_visible()
        page.go_back()
        expect(page.locator(".register .title")).to_have_text(["Repairs policy group"])


@pytest.mark.browser
def test_a_heading_sorts_every_page_on_the_server_and_says_which_way(chromium, demo):
    with guarded_page(chromium) as (page, _):
        page.goto(f"{demo}activities")
        titles(page)
        heading = page.get_by_role("columnheader", name="Activity")
        heading.get_by_role("button").click()
        expect(page.locator(".head-activity")).to_have_attribute("aria-sort", "ascending")
        first = titles(page)[0]
        heading.get_by_role("button").click()
        expect(page.locator(".head-activity")).to_have_attribute("aria-sort", "descending")
        assert titles(page)[0] > first
        wait_until(page, lambda: find_param(page, "sort"), lambda sort: sort == "-title")


@pytest.mark.browser
def test_the_pager_turns_the_page_and_a_new_search_goes_back_to_the_first(chromium, demo):
    with guarded_page(chromium) as (page, _):
        page.goto(f"{demo}activities?page=2")
        assert 0 < len(titles(page)) < 50
        box = page.get_by_role("searchbox")
        box.fill("the")
        box.press("Enter")
        expect(page.get_by_text("Showing:")).to_be_visible()
        wait_until(page, lambda: find_param(page, "page"), lambda number: number is None)


@pytest.mark.browser
def test_a_phone_shows_cards_that_fit_and_both_names_weigh_the_same(chromium, demo):
    with guarded_page(chromium, 390, 844) as (page, _):
        page.goto(f"{demo}activities?beside=differ")
        assert titles(page)
        assert page.locator(".register").evaluate("node => node.scrollWidth <= node.clientWidth")
        weigh = "node => [getComputedStyle(node).fontSize, getComputedStyle(node).fontWeight].join()"
        chips = page.locator(".register .chip")
        assert len({chips.nth(number).evaluate(weigh) for number in range(chips.count())}) == 1
        expect(page.locator(".register .verdict").first).to_have_text(NEUTRAL)


@pytest.mark.browser
def test_a_files_text_reaches_the_rows_as_text(chromium, tmp_path):
    home = make_wards_home(tmp_path, has_records=False)
    header = ["activity_id", "title", "summary", "organisation", "method", "called", "start_date"]
    write_rows(tmp_path / "activities.csv", [["a", HOSTILE, HOSTILE, HOSTILE, "survey", HOSTILE, "2025-01-01"]], header)
    load_file(home, tmp_path / "activities.csv", "native")
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY_TEXT}) as url:
        with guarded_page(chromium) as (page, _):
            page.goto(f"{url}activities")
            assert titles(page) == [HOSTILE]
            settle(page)
            assert page.evaluate("window.__pwned") is None
    shutil.rmtree(home.root)


@pytest.mark.parametrize(
    ("total", "located", "not_tied", "said"),
    [
        (1, 1, 0, "It has a place on the map"),
        (3, 3, 0, "All have a place on the map"),
        (3, 0, 1, "None has a place on the map, and 1 is not tied to a place by choice"),
        (3, 2, 1, "2 have a place on the map, and 1 is not tied to a place by choice"),
        (7, 1, 0, "1 has a place on the map, and 6 have a place that is not loaded, or none"),
        (67, 62, 3, "62 have a place on the map, 3 are not tied to a place by choice, and 2 have a place that is not loaded, or none"),
    ],
)  # fmt: skip
def test_every_activity_is_said_to_stand_somewhere_or_not(total, located, not_tied, said):
    assert say_standing(Found(total, located, not_tied, 0, {}, 0, 0)) == said
