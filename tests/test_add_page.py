"""The page Add activity as it is drawn: how closely a place is told, drafts in two windows, and the ways to what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from etl.form.drafts import Draft, read_draft, save_draft
from etl.form.places import chosen_precision
from etl.form.reading import start_change
from etl.form.records import activity_id_of
from soundings.generations import open_current
from soundings.home import Home
from tests.forms import FOUR, make_draft, send, where_of
from tests.homes import make_wards_home, ward_code
from tests.pages import open_room, read_words_of

POINT, RISK = "The exact point", "Could it put anyone at risk if people knew where this was?"
CLOSELY = "How closely may the map show it?"
DISTRICT = "E09999999"


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


@pytest.fixture
def in_ward_one(monkeypatch):
    """Every postcode is in the first ward."""
    monkeypatch.setattr("etl.form.places.find_postcode", lambda postcode: ((-1.85, 53.05), None))


def open_form(monkeypatch, home: Home, **address: str) -> AppTest:
    return open_room(monkeypatch, home, "add", address)


def find_box(at: AppTest, kind: str, label: str):
    return next(box for box in getattr(at, kind) if box.label == label)


def press(at: AppTest, label: str) -> AppTest:
    return find_box(at, "button", label).click().run()


def start_again(home: Home, draft: Draft, **changes: str) -> Draft:
    change = start_change(open_current(home).cursor(), activity_id_of(draft))
    return replace(change, answers={**change.answers, **changes})


AT_A_POSTCODE = {"where_how": "postcode", "place_code": "", "postcode": "AB1 2CD"}


@pytest.mark.parametrize(
    ("before", "changes", "told"),
    [
        (AT_A_POSTCODE, {"c1_value": "4"}, "ward"),
        (AT_A_POSTCODE, {"sensitive": "yes"}, "authority"),
        (AT_A_POSTCODE, {"c1_value": "4", "sensitive": "yes"}, "authority"),
        ({}, {"sensitive": "yes"}, "authority"),
        (AT_A_POSTCODE, {"sensitive": "yes", "precision": "point", "precision_over": "authority"}, "point"),
        (AT_A_POSTCODE, {"sensitive": "yes", "precision": "hidden", "precision_over": "authority"}, "hidden"),
        ({**AT_A_POSTCODE, "c1_value": "4", "precision": "point", "precision_over": "ward"}, {}, "point"),
        ({**AT_A_POSTCODE, "c1_value": "4", "precision": "point", "precision_over": "ward"}, {"sensitive": "yes"},
         "authority"),
        ({**AT_A_POSTCODE, "precision": "authority"}, {"c1_value": "4"}, "authority"),
    ],
)  # fmt: skip
def test_a_recorded_place_is_told_less_closely_where_a_change_calls_for_it(home, in_ward_one, before, changes, told):
    draft = make_draft(**{**before, "c1_basis": "exact", "c1_value": before.get("c1_value", "50")})
    send(home, draft)
    change = start_again(home, draft, **changes)
    assert chosen_precision(change.answers) == told
    send(home, change)
    code = {"ward": ward_code(1), "authority": DISTRICT}.get(told)
    ((kind, kept, said, _, precision),) = where_of(home, draft)
    assert (kept, precision) == (code, told) and (said is not None) == (told in ("point", "ward", "authority"))
    assert kind == {"point": "postcode", "hidden": "none"}.get(told, "code")


def test_a_closer_place_chosen_under_less_care_is_not_told_once_more_care_is_asked_for():
    few = {**FOUR, **AT_A_POSTCODE, "c1_basis": "exact", "c1_value": "4", "precision": "point"}
    assert chosen_precision(few) == "ward"  # a draft that does not say over what it was chosen
    assert chosen_precision({**few, "precision_over": "ward"}) == "point"
    assert chosen_precision({**few, "precision_over": "authority"}) == "point"
    assert chosen_precision({**few, "precision_over": "ward", "sensitive": "yes"}) == "authority"


def test_the_page_says_what_will_be_recorded_of_a_place_that_could_put_people_at_risk(monkeypatch, home, in_ward_one):
    draft = make_draft(**AT_A_POSTCODE, c1_basis="exact", c1_value="50")
    send(home, draft)
    at = open_form(monkeypatch, home, change=activity_id_of(draft))
    assert find_box(at, "radio", CLOSELY).value == "point"
    find_box(at, "text_input", "How many").input("4").run()
    assert find_box(at, "radio", CLOSELY).value == "ward"
    assert "no more than the ward is recorded unless you choose otherwise" in read_words_of(at)
    find_box(at, "radio", RISK).set_value("yes").run()
    assert find_box(at, "radio", CLOSELY).value == "authority"
    assert "only the council area is recorded unless you choose otherwise" in read_words_of(at)
    find_box(at, "radio", CLOSELY).set_value("point").run()
    assert f"“{POINT}” was chosen, and will be recorded, although it could put someone at risk" in read_words_of(at)
    assert "only the council area" not in read_words_of(at) and "the point of AB1 2CD" in read_words_of(at)
    find_box(at, "radio", RISK).set_value("no").run()
    find_box(at, "radio", RISK).set_value("yes").run()
    find_box(at, "radio", CLOSELY).set_value("authority").run()
    press(at, "Check and send")
    press(at, "Send")
    assert [(row[1], row[4]) for row in where_of(home, draft)] == [(DISTRICT, "authority")]


def test_a_place_chosen_by_name_goes_to_the_council_area_where_there_is_a_risk_and_a_slip_opens_nothing(
    monkeypatch, home
):
    draft = save_draft(home, make_draft())
    at = open_form(monkeypatch, home, draft=draft.draft_id)
    find_box(at, "radio", CLOSELY).set_value("hidden").run()
    for answer, told in (("yes", "hidden"), ("no", "hidden")):
        find_box(at, "radio", RISK).set_value(answer).run()
        assert find_box(at, "radio", CLOSELY).value == told
    find_box(at, "radio", CLOSELY).set_value("ward").run()
    find_box(at, "radio", RISK).set_value("yes").run()
    assert find_box(at, "radio", CLOSELY).value == "authority"
    assert chosen_precision(read_draft(home, draft.draft_id).answers) == "authority"
