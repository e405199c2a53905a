"""The way of what an organiser sends: invited, sent, not on the map, looked at, approved, on the map, undone; and no other way."""

from __future__ import annotations

import hashlib
import re

import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from etl.approval.foreseeing import foresee, is_same
from etl.approval.invitations import invite
from etl.approval.waiting import APPROVED, ASKED, DECLINED, WAITING, approve, list_sent
from etl.loading import ReadOptions, load_file, undo
from etl.uploads.mapping import ColumnMapping
from etl.uploads.uploading import Wanted as Uploaded
from etl.uploads.uploading import confirm_upload, prepare_upload, read_upload
from pages.ui.chart.map import NONE_CLASS, NOTHING_CLASS
from pages.ui.upload.preview import make_fill
from soundings.content import content_hash
from soundings.generations import open_current
from soundings.geometry import ensure_geometry
from soundings.home import PROJECT, Home
from soundings.model import BadFile
from tests.browser import guarded_page, open_chromium, serve, settle, take_from_list, wait_until
from tests.building import TODAY as DAY
from tests.homes import TODAY, make_wards_home, ward_code
from tests.pages import all_words_of as words_of
from tests.test_invitations import OURS, THEIRS, send, titles, write_activities, write_book, write_file
from tests.test_upload_page import drop, press
from tests.test_visit import heading


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path)


def find_button(at: AppTest, label: str):
    return next(button for button in at.button if button.label == label)


def held(home: Home) -> str:
    return content_hash(open_current(home).cursor())


def test_the_inbox_shows_who_sent_what_and_its_difference_and_approves_it_with_one_click_undo(open_page, home):
    before = held(home)
    send(home, write_activities(("g1", "Garden day", "")))
    at = open_page(home, "inbox")
    said = words_of(at)
    assert OURS in said and "1 activity" in said and "One batch waits" in said
    find_button(at, "Approve").click().run()
    assert titles(home).count("Garden day") == 1 and "is approved" in words_of(at)
    find_button(at, "Undo").click().run()
    assert held(home) == before and "is taken out again" in words_of(at)


def test_before_and_after_are_the_figures_of_its_places(home):
    (kept,) = (
        open_current(home).cursor().execute("select place_code from place_now where kind = 'ward' limit 1").fetchone()
    )
    meetings = "session_id,activity_id,date,minutes,attendance_count,place_code,place_role\n"
    approve(home, send(home, write_activities(("g1", "Garden day", ""))).batch_id)
    rows = "".join(f"s{n},g1,2026-0{n}-03,60,8,{kept},venue\n" for n in (3, 4))
    sent = send(home, (meetings + rows).encode(), name="sessions.csv")
    foreseen = foresee(home, sent, DAY)
    told = {
        (one.measure, one.role): (one.before.value, one.after.value)
        for one in foreseen.differences
        if one.place_code == kept
    }
    assert told["group_sessions", "venue"] == (None, 2)
    approve(home, sent.batch_id)
    assert not list((home.cache).glob("foreseen-*"))


def test_the_map_hatches_where_nothing_is_recorded_and_keeps_it_apart_from_other_records(tmp_path):
    home = make_wards_home(tmp_path, has_records=False)
    elsewhere = write_activities(("t1", "Tea", THEIRS)).replace(ward_code(1).encode(), ward_code(2).encode())
    load_file(home, write_file(home, elsewhere))
    foreseen = foresee(home, send(home, write_activities(("g1", "Garden day", ""))), DAY)
    assert (foreseen.kind, foreseen.by_place, foreseen.recorded) == ("ward", {ward_code(1): 1}, {ward_code(2)})
    geometry = ensure_geometry(home, open_current(home).cursor(), "ward", None)
    fill = make_fill(foreseen.by_place, geometry, foreseen.kind, "this batch", foreseen.recorded)
    told = dict(zip(geometry.place_codes, zip(fill.classes, fill.figures, strict=True), strict=True))
    assert told[ward_code(1)] == (1, 1.0) and told[ward_code(2)] == (NONE_CLASS, None)
    assert told[ward_code(3)] == (NOTHING_CLASS, None), "nothing recorded is a hatch, not a zero"
    assert fill.spoken[list(geometry.place_codes).index(ward_code(1))] == "1, the first recorded here"


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [(None, None, True), (None, 0, False), (0, None, False), (0.1 + 0.2, 0.3, True), (344, 345, False), (0, 0, True)],
)
def test_a_figure_is_the_same_but_for_the_last_digits_of_a_sum_and_nothing_is_not_zero(before, after, same):
    assert is_same(before, after) is same


def test_the_table_beside_the_map_names_every_place_of_the_batch(open_page, home):
    send(home, write_activities(("g1", "Garden day", "")))
    at = open_page(home, "inbox")
    assert not at.exception
    table = next(one.value for one in at.dataframe if "Records sent" in one.value)
    assert table["Place"].tolist() == ["Ward 1"] and table["Records sent"].tolist() == [1]


def test_an_activity_that_is_here_already_stands_beside_it_and_can_be_left_out(open_page, home):
    load_file(home, write_file(home, write_activities(("t1", "Tea", THEIRS))))
    send(home, write_activities(("g1", "Tea", ""), ("g2", "Compost", "")))
    at = open_page(home, "inbox")
    assert "Here already" in words_of(at) and find_button(at, "Approve").disabled
    next(radio for radio in at.radio if "Tea" in radio.label).set_value("They are the same: leave this one out").run()
    find_button(at, "Approve").click().run()
    assert (titles(home).count("Tea"), titles(home).count("Compost")) == (1, 1)


def test_a_batch_of_which_everything_is_left_out_cannot_be_approved_and_says_what_to_do(open_page, home):
    load_file(home, write_file(home, write_activities(("t1", "Tea", THEIRS))))
    send(home, write_activities(("g1", "Tea", "")))
    at = open_page(home, "inbox")
    at.radio[0].set_value("They are the same: leave this one out").run()
    assert "nothing of it is left to take in" in words_of(at) and find_button(at, "Approve").disabled
    assert not [one for one in at.dataframe if "With this" in one.value]


def test_a_steward_adds_the_meetings_of_a_twin_to_the_activity_that_is_here(open_page, home, tmp_path):
    load_file(home, write_file(home, write_activities(("t1", "Tea", OURS))))
    path = tmp_path / "tea.xlsx"
    write_book(
        path,
        activities=[
            ["activity_id", "title", "method", "start_date", "place_code", "place_role"],
            ["g1", "Tea", "workshop", "2026-03-02", ward_code(1), "venue"],
        ],
        sessions=[["session_id", "activity_id", "date", "attendance_count"], ["s1", "g1", "2026-03-02", "8"]],
    )
    send(home, path.read_bytes(), name="tea.xlsx")
    at = open_page(home, "inbox")
    (asked,) = [radio for radio in at.radio if "Tea" in radio.label]
    assert len(asked.options) == 3 and "are counted twice here" in words_of(at)
    assert "**1 activity, 1 meeting and 8 attendances at it**" in words_of(at)
    asked.set_value(asked.options[2]).run()
    said = words_of(at)
    assert (
        "Figures are added up" in said
        and "**1 meeting and 8 attendances at it**" in said
        and "counted twice" not in said
    )
    assert "Group sessions,nothing recorded,1" in said and "one that is here" in said
    find_button(at, "Approve").click().run()
    assert "is approved" in words_of(at) and titles(home).count("Tea") == 1
    met = open_current(home).cursor().execute("select count(*) from session join activity_now using (activity_id)")
    assert met.fetchone() == (1,)


def test_a_question_and_its_answer_go_both_ways_and_a_refusal_says_why(open_page, home):
    first = send(home, write_activities(("g1", "Garden day", "")))
    _, token = invite(home, OURS)
    at = open_page(home, "inbox")
    next(box for box in at.text_area if box.label.startswith("What would")).set_value("Which garden?")
    find_button(at, "Send the question").click().run()
    assert list_sent(home)[0].state == ASKED
    theirs = open_page(home, "ours", invite=token)
    assert "Which garden?" in words_of(theirs)
    theirs.text_area[0].set_value("By the river")
    find_button(theirs, "Send the answer").click().run()
    assert list_sent(home)[0].state == WAITING
    at = open_page(home, "inbox")
    assert "By the river" in words_of(at)
    next(box for box in at.text_area if box.label.startswith("Why")).set_value("It is a plan")
    find_button(at, "Decline it").click().run()
    assert list_sent(home)[0].state == DECLINED and first.batch_id
    assert "It is a plan" in words_of(open_page(home, "ours", invite=token))


def test_the_page_says_kindly_what_was_taken_out_of_a_question_and_of_its_answer(open_page, home):
    send(home, write_activities(("g1", "Garden day", "")))
    _, token = invite(home, OURS)
    at = open_page(home, "inbox")
    next(box for box in at.text_area if box.label.startswith("What would")).set_value("Is it ada@hub.example’s garden?")
    find_button(at, "Send the question").click().run()
    said = words_of(at).replace("\\", "")
    assert "To keep people private, we left 1 e-mail address out" in said and "ada@" not in said
    theirs = open_page(home, "ours", invite=token)
    assert "Is it [e-mail removed]’s garden?" in words_of(theirs).replace("\\", "")
    theirs.text_area[0].set_value("Ring 0113 496 0123")
    find_button(theirs, "Send the answer").click().run()
    said = words_of(theirs)
    assert "we left 1 phone number out" in said and "496" not in said
    assert "To keep people private" not in words_of(theirs.run()), "it is said once"


def test_staff_invite_from_the_page_and_the_link_is_shown_once(open_page, home):
    at = open_page(home, "inbox")
    next(box for box in at.text_input if "organisation" in box.label).set_value(OURS)
    next(box for box in at.text_input if "reach" in box.label).set_value("http://192.0.2.7:8501")
    find_button(at, "Make the link").click().run()
    link = next(code.value for code in at.code if "invite=" in code.value)
    assert link.startswith("http://192.0.2.7:8501/ours?invite=")
    find_button(at, "I have copied it").click().run()
    assert "invite=" not in words_of(at) and OURS in words_of(at)
    theirs = open_page(home, "ours", invite=link.partition("invite=")[2])
    assert OURS in words_of(theirs)
    find_button(at, "Take it back").click().run()
    assert "does not open" in words_of(open_page(home, "ours", invite=link.partition("invite=")[2]))


@pytest.mark.parametrize(
    "page", ["ours", "add", "upload", "explore", "activities", "activity", "inbox", "sources", "place", "compare"]
)
def test_no_page_shows_an_invitation_anything_of_another_organisation(open_page, home, page):
    load_file(home, write_file(home, write_activities(("t1", "Tea", THEIRS))))
    approve(home, send(home, write_activities(("g1", "Garden day", ""))).batch_id)
    send(home, write_activities(("h1", "Secret supper", "")), organisation=THEIRS)
    found = open_current(home).cursor().execute("select activity_id, batch_id from activity_now where title = 'Tea'")
    activity_id, batch_id = found.fetchone()
    waiting = next(one.batch_id for one in list_sent(home) if one.organisation == THEIRS)
    _, token = invite(home, OURS)
    for address in ({}, {"change": activity_id}, {"session": activity_id}, {"activity": activity_id}, {"receipt": batch_id},
                    {"receipt": waiting}):  # fmt: skip
        at = open_page(home, page, invite=token, **address)
        said = words_of(at)
        for theirs in ("Tea", THEIRS, "Secret supper", batch_id, waiting, "theirs.csv"):
            assert theirs not in said, (address, theirs)
        assert not [button for button in at.button if button.label in ("Undo", "Approve", "Put it back")]
    if page == "ours":
        assert "Garden day" in said


@pytest.mark.parametrize(
    ("answer", "replaced"), [("A corrected or newer edition of it", True), ("More about the same activities", False)]
)
def test_an_organiser_is_asked_what_a_file_is_that_holds_activities_of_their_own_earlier_one(
    open_page, home, answer, replaced
):
    first = approve(home, send(home, write_activities(("g1", "Garden day", ""))).batch_id).batch.batch_id
    _, token = invite(home, OURS)
    second = write_activities(("g1", "Garden day", ""), ("g2", "Compost", "")).decode()
    at = drop(open_page(home, "upload", invite=token), ("second.csv", second))
    at = next(radio for radio in at.radio if radio.label == "What is this file?").set_value(answer).run()
    press(at, "Confirm and take in 2 rows")
    (sent,) = [one for one in list_sent(home) if one.state == WAITING]
    assert sent.batch.read_manifest().get("replaces") == ([first] if replaced else None)
    approve(home, sent.batch_id)
    assert titles(home) == ["Compost", "Garden day", "Parks"]


def test_an_organiser_is_not_told_of_anybody_elses_earlier_file(open_page, home):
    load_file(home, write_file(home, write_activities(("g1", "Garden day", THEIRS), ("g2", "Compost", OURS))))
    _, token = invite(home, OURS)
    at = drop(open_page(home, "upload", invite=token), ("second.csv", write_activities(("g2", "Compost", "")).decode()))
    assert not at.exception and not [radio for radio in at.radio if radio.label == "What is this file?"]


MATCHED = "Event name,Held on,Ward\nGarden day,2026-03-02,Ward 1\nCompost,2026-03-09,Ward 1\n"


def test_two_organisations_with_one_file_learn_nothing_of_each_other_and_staff_are_told(open_page, home):
    kept = []
    for organisation in (THEIRS, OURS):
        sheets = read_upload("log.csv", MATCHED.encode(), ReadOptions())
        columns = (("Event name", "title"), ("Held on", "start_date"), ("Ward", "place_name"))
        wanted = Uploaded(mapping=ColumnMapping(columns, organisation), invited=organisation)
        if kept:
            _, token = invite(home, OURS)
            at = drop(open_page(home, "upload", invite=token), ("log.csv", MATCHED))
            assert not at.exception and kept[0] not in words_of(at) and "loaded already" not in words_of(at)
        prepared = prepare_upload(home, "log.csv", hashlib.sha256(MATCHED.encode()).hexdigest(), sheets, wanted)
        sent = confirm_upload(home, prepared, "a-made-up-id")
        if not kept:
            kept.append(approve(home, sent.batch_id).batch.batch_id)
    before = held(home)
    with pytest.raises(BadFile, match=f"loaded already, as batch {kept[0]}, so it was not taken in a second time"):
        approve(home, sent.batch_id)
    assert held(home) == before and titles(home) == ["Compost", "Garden day", "Parks"]


@pytest.fixture(scope="module")
def browser():
    with open_chromium() as browser:
        yield browser


@pytest.mark.browser
def test_an_organisers_file_is_on_no_page_until_approved_and_gone_when_undone(browser, home, tmp_path):
    _, token = invite(home, OURS)
    before = held(home)
    path = tmp_path / "garden.csv"
    path.write_bytes(write_activities(("g1", "Garden day", "")))
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as address:
        with guarded_page(browser, width=390, height=844) as (phone, _):
            phone.goto(f"{address}upload?invite={token}")
            expect(heading(phone, "Upload")).to_be_visible()
            phone.locator("input[type=file]").set_input_files(path)
            phone.get_by_role("button", name=re.compile("^(Confirm|Send)")).click()
            expect(phone.get_by_text("Sent. Thank you.")).to_be_visible()
            phone.get_by_role("link", name="See our records").click()
            expect(phone.get_by_text("Waiting to be looked at")).to_be_visible()
        assert held(home) == before and titles(home).count("Garden day") == 0
        with guarded_page(browser) as (page, _):
            page.goto(f"{address}inbox")
            expect(heading(page, "Inbox")).to_be_visible()
            page.get_by_role("button", name="Approve").click()
            expect(page.get_by_text("is approved")).to_be_visible()
            assert [one.state for one in list_sent(home)] == [APPROVED] and titles(home).count("Garden day") == 1
            page.get_by_role("link", name="See it on Explore").click()
            expect(page.get_by_text(re.compile("Recorded for 1 of 2 activities")).first).to_be_visible()
            page.goto(f"{address}activities")
            expect(heading(page, "Activities")).to_be_visible()
            expect(page.get_by_text("Garden day").first).to_be_visible()
        undo(home, list_sent(home)[0].batch_id)
        assert held(home) == before
        with guarded_page(browser) as (page, _):
            page.goto(f"{address}activities")
            expect(heading(page, "Activities")).to_be_visible()
            settle(page)
            expect(page.get_by_text("Garden day")).to_have_count(0)


def fill_four_answers(page, title: str) -> None:
    """What it was, how, where, when, and how many came: all that the form needs."""
    expect(page.get_by_label("What do you call it, in a few words?")).to_be_visible()
    settle(page)
    page.get_by_label("What do you call it, in a few words?").fill(title)
    settle(page)
    page.get_by_role("combobox", name=re.compile("How was it done")).click()
    take_from_list(page, "workshop")
    settle(page)
    where = page.get_by_role("combobox", name=re.compile("Which place"))
    click_until(page, page.get_by_text("Search for a place").first, where)
    where.click()
    take_from_list(page, "Ward 2")
    settle(page)
    started = page.get_by_role("group", name="When did it happen, or start?")
    for box, text in (("Day", "3"), ("Month", "5"), ("Year", "2026")):
        started.get_by_label(box).fill(text)
    settle(page)
    many = page.get_by_role("textbox", name=re.compile("^How many")).first
    click_until(page, page.get_by_text("Exactly", exact=True).first, many)
    many.fill("24")
    settle(page)


def click_until(page, what, wanted) -> None:
    """Clicks until what is asked next is there: a run of the script that is still going draws the click over."""
    for _ in range(6):
        what.click()
        settle(page)
        if wanted.count():
            return
    expect(wanted).to_be_visible()


@pytest.mark.browser
def test_an_activity_of_an_organisers_phone_is_on_no_page_until_a_steward_approves_it(browser, tmp_path):
    home = make_wards_home(tmp_path, has_records=False)
    load_file(home, write_file(home, write_activities(("t1", "Tea", THEIRS))))
    _, token = invite(home, OURS)
    before = held(home)
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as address:
        with guarded_page(browser, width=390, height=844) as (phone, _):
            phone.goto(f"{address}ours?invite={token}")
            expect(heading(phone, "Our records")).to_be_visible()
            phone.goto(f"{address}add?invite={token}")
            fill_four_answers(phone, "River path tidy")
            phone.get_by_role("button", name="Check and send").click()
            expect(heading(phone, "Check and send")).to_be_visible()
            phone.get_by_role("button", name="Send", exact=True).click()
            expect(heading(phone, "Sent. Thank you.")).to_be_visible()
            phone.get_by_role("link", name="See our records").click()
            expect(phone.get_by_text("Waiting to be looked at")).to_be_visible()
            expect(phone.get_by_text("Nothing of yours is recorded here yet.")).to_be_visible()
        assert held(home) == before
        with guarded_page(browser) as (page, _):
            assert read_people(page, address) == ""
            open_register(page, address)
            expect(page.get_by_text("River path tidy")).to_have_count(0)
            page.goto(f"{address}inbox")
            card = page.locator('[class*="chart_nook_inbox_map_"]')
            expect(card.locator(".soundings-chart[data-drawn]")).to_be_visible()
            page.get_by_role("button", name="Approve").click()
            expect(page.get_by_text("is approved")).to_be_visible()
            assert read_people(page, address) == "24"
            open_register(page, address)
            expect(page.get_by_text("River path tidy").first).to_be_visible()
        with guarded_page(browser, width=390, height=844) as (phone, _):
            phone.goto(f"{address}ours?invite={token}")
            expect(phone.get_by_text("Approved. It is on the map.")).to_be_visible()


def read_people(page, address: str) -> str:
    """The figure of people that Explore's table has for Ward 2; empty where it has none."""
    page.goto(f"{address}explore?view=one&kind=ward&fill=people&fill_role=venue")
    page.wait_for_selector(".soundings-chart[data-drawn]")
    settle(page)
    cells = page.locator('[data-testid="stDataFrame"] table [role="gridcell"]')
    texts = wait_until(page, cells.all_text_contents, lambda found: any("Ward 2" in text for text in found))
    return "24" if "24" in texts else ""


def open_register(page, address: str) -> None:
    """The page Activities, with its lines drawn."""
    page.goto(f"{address}activities")
    expect(heading(page, "Activities")).to_be_visible()
    expect(page.get_by_text("Tea").first).to_be_visible()
    settle(page)
