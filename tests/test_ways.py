"""Each row's ways of saying where are tried in order until one works; what did not is said, and a contradiction is asked about."""

from __future__ import annotations

import csv
import hashlib
import io

import pytest

from etl.loading import ReadOptions, load_file, rebuild
from etl.places.loading import add_places
from etl.questions.asking import parse_answers
from etl.uploads.mapping import ColumnMapping
from etl.uploads.preview import preview_upload
from etl.uploads.uploading import Wanted, confirm_upload, prepare_upload, read_upload
from soundings.generations import open_current
from soundings.home import Home
from soundings.sources import read_passed_over
from tests.homes import make_wards_home
from tests.making import ward_code, write_places

# Ward 1 is the square from -1.9 to -1.8, ward 2 the next one east, ward 3 the one after; LS1 1UR is 80 km away.
IN_WARD_1, IN_WARD_2 = ("-1.85", "53.05"), ("-1.75", "53.05")
COLUMNS = ("activity_id", "title", "method", "start_date", "place_role", "postcode", "place_name", "place_code", "lon", "lat")  # fmt: skip
DIFFER = "ways-differ:postcode-coordinates"


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


def write(path, rows: list[dict[str, str]]):
    """A file of the template with these places, one activity each."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for number, row in enumerate(rows, 1):
        fixed = {"activity_id": f"a{number}", "title": f"Walk {number}", "method": "workshop", "place_role": "venue"}
        writer.writerow(fixed | {"start_date": f"2025-03-{number:02d}"} | row)
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def at(point: tuple[str, str], **said: str) -> dict[str, str]:
    return {"lon": point[0], "lat": point[1], **said}


def read_wards(home: Home) -> dict[str, str | None]:
    """Title of activity → the ward it stands in, None for none."""
    rows = (
        open_current(home)
        .cursor()
        .execute(
            """select a.title, lp.place_code from activity a join activity_place p using (activity_id)
        left join location_place lp on lp.location_id = p.location_id and lp.kind = 'ward'"""
        )
    )
    return dict(rows.fetchall())


def read_methods(home: Home) -> dict[str, str]:
    rows = (
        open_current(home)
        .cursor()
        .execute(
            """select a.title, ls.method from activity a join activity_place p using (activity_id)
        join location_state ls on ls.location_id = p.location_id"""
        )
    )
    return dict(rows.fetchall())


BROKEN = {
    "half a postcode": {"postcode": "LS1"},
    "a postcode of another country": {"postcode": "75011"},
    "a postcode nobody has": {"postcode": "ZZ99 9ZZ"},
    "the name of a hall": {"place_name": "Café am Markt"},
    "a code that is not loaded": {"place_code": "E05777777"},
    "a code of another system": {"place_code": "DE-NW-315"},
    "two ways at once": {"postcode": "n/a?", "place_name": "Salle des fêtes"},
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_way_that_cannot_work_does_not_hide_the_point(what, home, tmp_path):
    rows = [at(IN_WARD_2, **BROKEN[what]), at(IN_WARD_2), BROKEN[what]]
    result = load_file(home, write(tmp_path / "walks.csv", rows))
    assert read_wards(home) == {"Walk 1": ward_code(2), "Walk 2": ward_code(2), "Walk 3": None}
    assert result.places["located"] == 2
    (said,) = result.passed_over
    assert said.startswith("1 record stands where its coordinates say, because its ")
    assert result.content_hash == rebuild(home).content_hash


def test_what_did_not_work_is_counted_by_reason(home, tmp_path):
    rows = [at(IN_WARD_1, postcode=f"{75010 + number}") for number in range(5)] + [at(IN_WARD_1)]
    result = load_file(home, write(tmp_path / "walks.csv", rows))
    assert result.passed_over == (
        "5 records stand where their coordinates say, because their postcode could not be used: … has not the shape of a UK postcode.",
    )
    (passed,) = read_passed_over(open_current(home).cursor(), result.batch_id)
    assert (passed.kind, passed.used, passed.count) == ("postcode", "point", 5)


def test_a_matched_file_falls_back_to_its_points_too(home):
    content = b"Event,Held on,Postcode,Latitude,Longitude,Came\nTea,2025-03-14,10011,53.05,-1.75,10\nWalk,2025-03-15,NE1,53.05,-1.75,12\nSwap,2025-03-16,,53.05,-1.75,8\n"
    columns = (("Event", "title"), ("Held on", "start_date"), ("Postcode", "postcode"), ("Latitude", "lat"), ("Longitude", "lon"), ("Came", "people"))  # fmt: skip
    sheets = read_upload("events.csv", content, ReadOptions())
    prepared = prepare_upload(
        home, "events.csv", hashlib.sha256(content).hexdigest(), sheets, Wanted(mapping=ColumnMapping(columns, "Us"))
    )
    preview = preview_upload(home, prepared)
    assert preview.by_place["ward"] == {ward_code(2): 3}
    assert len(preview.result.passed_over) == 2
    assert not preview.unplaced and not prepared.questions
    assert confirm_upload(home, prepared).places["located"] == 3


def test_a_spec_tries_its_further_ways(home, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text(
        f"date,ward_code,area_code,activity\n2025-04-01,E05777777,E09999999,Parks\n2025-04-02,{ward_code(1)},E09999999,Parks\n"
    )
    result = load_file(home, path, "contributions")
    assert result.places["located"] == 2
    kinds = open_current(home).cursor().execute("select kind, count(*) from location_place group by 1").fetchall()
    assert dict(kinds) == {"ward": 1, "district": 2}
    (said,) = result.passed_over
    assert (
        said
        == "1 record stands where its place code says, because its place code could not be used: The code E05777777 is not among the loaded places."
    )


def test_places_added_later_give_the_better_answer(home, tmp_path):
    rows = [at(IN_WARD_1, place_name="Later 9")]
    load_file(home, write(tmp_path / "walks.csv", rows))
    assert read_methods(home) == {"Walk 1": "point"}
    add_places(home, write_places(tmp_path / "more.geojson", count=1, names="Later", first=9), "ward")
    # The point and the ward called Later 9 are far apart now: neither is taken.
    assert read_wards(home) == {"Walk 1": None}
    assert read_methods(home) == {"Walk 1": "differ: name, point"}


CONTRADICTIONS = {
    "postcode and point": (at(IN_WARD_1, postcode="LS1 1UR"), DIFFER),
    "name and point": (at(IN_WARD_1, place_name="Ward 3"), "ways-differ:place-name-coordinates"),
    "code and point": (at(IN_WARD_1, place_code=ward_code(3)), "ways-differ:place-code-coordinates"),
    "code and name": ({"place_code": ward_code(1), "place_name": "Ward 3"}, "ways-differ:place-code-place-name"),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_two_ways_of_different_places_are_a_question_and_not_a_choice(what, home, tmp_path):
    row, question_id = CONTRADICTIONS[what]
    result = load_file(home, write(tmp_path / "walks.csv", [row, at(IN_WARD_2)]))
    assert [(one.id, one.assumed, one.moves) for one in result.questions] == [(question_id, "neither", 1)]
    assert read_wards(home) == {"Walk 1": None, "Walk 2": ward_code(2)}
    assert "are of different places" in result.place_reasons[0].reason


@pytest.mark.parametrize(
    ("answer", "ward"), [("place-name", ward_code(3)), ("coordinates", ward_code(1)), ("neither", None)]
)
def test_the_answer_is_kept_and_a_rebuild_agrees(answer, ward, home, tmp_path):
    rows = [at(IN_WARD_1, place_name="Ward 3"), at(IN_WARD_2, place_name="Nowhere at all"), {"place_name": "Ward 3"}]
    options = ReadOptions(answers=parse_answers([f"ways-differ:place-name-coordinates={answer}"]))
    result = load_file(home, write(tmp_path / "walks.csv", rows), options=options)
    assert read_wards(home) == {"Walk 1": ward, "Walk 2": ward_code(2), "Walk 3": ward_code(3)}
    assert result.content_hash == rebuild(home).content_hash


AGREEMENTS = {
    "a ward and a point in it": at(IN_WARD_1, place_code=ward_code(1)),
    "a district and a point in it": at(IN_WARD_1, place_name="Madeup"),
    "a ward and its district": {"place_code": ward_code(1), "place_name": "Madeup"},
    "a ward and a point 100 m outside it": at(("-1.9015", "53.05"), place_code=ward_code(1)),
}


@pytest.mark.parametrize("what", AGREEMENTS)
def test_ways_that_agree_within_their_accuracy_are_not_asked_about(what, home, tmp_path):
    result = load_file(home, write(tmp_path / "walks.csv", [AGREEMENTS[what]]))
    assert not result.questions and not result.passed_over
    assert result.places["located"] == 1


def test_a_point_that_cannot_be_right_is_said_only_where_it_is_needed(home, tmp_path):
    swapped = ("53.05", "-1.85")
    result = load_file(
        home, write(tmp_path / "walks.csv", [at(swapped, place_code=ward_code(1)), at(swapped, postcode="NE1")])
    )
    assert result.places["located"] == 1 and not result.values_set_aside
    (reason,) = result.place_reasons
    assert "first half of a postcode" in reason.reason and "swapped" in reason.reason
