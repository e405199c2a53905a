"""What a steward sees before approving is what is then in the store: every figure of every place, whatever was decided of twins."""

from __future__ import annotations

import pytest

from etl.approval.foreseeing import foresee
from etl.approval.waiting import approve, list_sent
from etl.loading import load_file
from soundings.filters import EVERYTHING
from soundings.generations import open_current
from soundings.home import Home
from soundings.measures import read_measures
from soundings.queries import read_roles, read_rows
from soundings.views import say_figure
from tests.building import TODAY
from tests.homes import copy_home, make_wards_home, ward_code
from tests.test_invitations import OURS, send, write_book

ACTIVITIES = ["activity_id", "title", "method", "start_date", "organisation", "place_code", "place_role"]
MEETINGS = ["session_id", "activity_id", "date", "minutes", "attendance_count", "returning_count", "place_code", "place_role"]  # fmt: skip
COUNTS = ["activity_id", "measure", "value"]


@pytest.fixture(scope="module")
def sent_to(tmp_path_factory) -> Home:
    """A group of ward 2 that has met there and in ward 1, and a single event; and what tells both again, waiting."""
    root = tmp_path_factory.mktemp("wards")
    home = make_wards_home(root)
    here = root / "here.xlsx"
    write_book(
        here,
        activities=[
            ACTIVITIES,
            ["t1", "Tea", "group", "2026-03-02", OURS, ward_code(2), "venue"],
            ["c1", "Compost", "workshop", "2026-03-02", OURS, ward_code(2), "venue"],
        ],
        counts=[COUNTS, ["c1", "people", "5"]],
        sessions=[
            MEETINGS,
            ["s1", "t1", "2026-03-02", "60", "8", "0", ward_code(1), "venue"],
            ["s2", "t1", "2026-03-09", "60", "9", "6", ward_code(2), "venue"],
        ],
    )
    load_file(home, here)
    send(home, write_told_again(root / "again.xlsx"), name="again.xlsx")
    return home


@pytest.fixture
def home(sent_to, tmp_path) -> Home:
    return copy_home(sent_to, tmp_path / "home")


def write_told_again(path) -> bytes:
    """Both activities told again under other keys, with a meeting more and one that is here; and one that is new."""
    write_book(
        path,
        activities=[
            ACTIVITIES,
            ["g1", "Tea", "group", "2026-03-02", OURS, ward_code(1), "venue"],
            ["g2", "Compost", "workshop", "2026-03-02", OURS, ward_code(2), "venue"],
            ["g3", "Swings", "workshop", "2026-03-04", OURS, ward_code(3), "venue"],
        ],
        counts=[COUNTS, ["g2", "people", "24"], ["g3", "people", "<5"]],
        sessions=[
            MEETINGS,
            ["r1", "g1", "2026-03-02", "60", "8", "0", ward_code(1), "venue"],
            ["r2", "g1", "2026-03-16", "60", "7", "5", ward_code(1), "venue"],
        ],
    )
    return path.read_bytes()


def read_figures(home: Home) -> dict[tuple[str, str, str], float]:
    """(measure, role, ward) → every figure that the store has for wards."""
    cursor = open_current(home).cursor()
    return {
        (measure, role, row.place_code): row.value
        for measure in read_measures()
        for role in read_roles(cursor, measure, today=TODAY)
        for row in read_rows(cursor, measure=measure, kind="ward", role=role, filters=EVERYTHING, today=TODAY)
        if row.value is not None
    }


@pytest.mark.parametrize(
    ("left_out", "merged"),
    [((), ()), (("Tea",), ()), ((), ("Tea", "Compost")), (("Compost",), ("Tea",)), (("Tea", "Compost"), ())],
    ids=["both kept", "one left out", "both added", "one each", "both left out"],
)  # fmt: skip
def test_every_figure_foreseen_is_then_in_the_store(home, left_out, merged):
    (sent,) = list_sent(home)
    as_sent = foresee(home, sent, TODAY)
    rows = {twin.title: twin.own_id for twin in as_sent.preview.twins}
    decided = {
        "left_out": tuple(rows[title] for title in left_out),
        "merged": {rows[title]: as_sent.mergeable[rows[title]] for title in merged},
    }
    before = read_figures(home)
    foreseen = foresee(home, sent, TODAY, **decided)
    assert read_figures(home) == before
    approve(home, sent.batch_id, **decided)
    after = read_figures(home)
    told = {
        (one.measure, one.role, one.place_code): (one.before.value, one.after.value) for one in foreseen.differences
    }
    assert told == {
        key: (before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    }
    assert ("people", "venue", ward_code(3)) in told
    assert {twin.title for twin in foreseen.preview.twins} == rows.keys() - {*left_out, *merged}


def test_a_meeting_added_to_a_group_changes_a_place_in_which_the_batch_has_no_record(sent_to):
    home, (sent,) = sent_to, list_sent(sent_to)
    as_sent = foresee(home, sent, TODAY)
    (tea,) = (twin.own_id for twin in as_sent.preview.twins if twin.title == "Tea")
    (compost,) = (twin.own_id for twin in as_sent.preview.twins if twin.title == "Compost")
    foreseen = foresee(
        home,
        sent,
        TODAY,
        left_out=(compost,),
        merged={tea: as_sent.mergeable[tea]},
    )
    assert ward_code(2) not in foreseen.by_place
    told = {(one.measure, one.place_code): (one.before.value, one.after.value) for one in foreseen.differences}
    assert told["continuing_groups", ward_code(2)] == (0, 1)


def test_fewer_than_five_is_foreseen_as_a_band_and_not_as_none(sent_to):
    foreseen = foresee(sent_to, list_sent(sent_to)[0], TODAY)
    (told,) = (one for one in foreseen.differences if (one.measure, one.place_code) == ("people", ward_code(3)))
    assert (say_figure(told.before), say_figure(told.after)) == ("nothing recorded", "0 to 4")
