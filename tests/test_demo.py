"""Tidewell, the illustrative demo place: it is made again byte for byte, looks like a district, and tells its story."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
import shapely

from etl.demo.files import FOLDER, demo_files
from etl.demo.illustrating import add_demo, remove_demo
from etl.demo.make import make_demo
from etl.participants.feedback import read_decided
from etl.template.tables import TABLES, WORDS
from soundings.classify import classify
from soundings.content import content_hash
from soundings.filters import STATUS_SQL
from soundings.generations import open_current
from soundings.model import AGREED_STATEMENT, CONSENT_SCOPES, FACTS, FEWEST_ANSWERS, KNOWLEDGE, STATEMENT_KINDS
from soundings.naming import read_inputs
from soundings.participants import find_disagreements
from soundings.publication import Published
from soundings.rubric import read_rubric

TODAY = date(2026, 11, 23)
SILENT = "Marram Bay"
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")


@pytest.fixture(scope="module")
def wards() -> list[dict]:
    return read_places(demo_files().wards)


@pytest.fixture(scope="module")
def neighbourhoods() -> list[dict]:
    return read_places(demo_files().neighbourhoods)


@pytest.fixture(scope="module")
def story() -> dict[str, list[dict]]:
    folder = demo_files().activity_folder
    return {
        path.stem: list(csv.DictReader(path.open(encoding="utf-8", newline="")))
        for path in sorted(folder.glob("*.csv"))
    }


def read_places(path: Path) -> list[dict]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return [{**feature["properties"], "shape": shapely.geometry.shape(feature["geometry"])} for feature in features]


def ward_names(row: dict, wards: list[dict], neighbourhoods: list[dict]) -> set[str]:
    """The wards a row stands in, found the boring way: by code, exact name, or point in polygon."""
    name_of = {ward["code"]: ward["name"] for ward in wards}
    ward_of = {**name_of, **{place["code"]: name_of[place["parent_code"]] for place in neighbourhoods}}
    if row["place_code"]:
        return {ward_of[row["place_code"]]} if row["place_code"] in ward_of else set()
    if row["place_name"]:
        return {ward_of[place["code"]] for place in [*wards, *neighbourhoods] if place["name"] == row["place_name"]}
    if row["lon"]:
        return {
            ward["name"] for ward in wards if shapely.contains_xy(ward["shape"], float(row["lon"]), float(row["lat"]))
        }
    return set()


# --- the place -------------------------------------------------------------------------------------------------


def test_making_tidewell_again_gives_the_same_bytes(tmp_path):
    made = make_demo(tmp_path)
    names = [made.wards, made.neighbourhoods, *sorted(made.activity_folder.iterdir())]
    assert len(names) == 2 + len(TABLES) - 1  # no claims of changed records
    for path in names:
        assert path.read_bytes() == (FOLDER / path.relative_to(tmp_path)).read_bytes(), path.name


def test_tidewell_is_small_enough_to_commit():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 1_500_000


def test_wards_and_neighbourhoods_cover_the_district_without_gap_or_overlap(wards, neighbourhoods):
    for places in (wards, neighbourhoods):
        shapes = [place["shape"] for place in places]
        assert all(shape.is_valid for shape in shapes)
        assert shapely.coverage_is_valid(shapes)


def test_each_ward_is_exactly_its_neighbourhoods(wards, neighbourhoods):
    for ward in wards:
        own = [place for place in neighbourhoods if place["parent_code"] == ward["code"]]
        assert sum(place["population"] for place in own) == ward["population"]
        assert shapely.coverage_union_all([place["shape"] for place in own]).normalize() == ward["shape"].normalize()


def test_tidewell_has_the_size_of_a_district(wards, neighbourhoods):
    assert len(wards) == 24 and len(neighbourhoods) == 140
    assert 150_000 <= sum(ward["population"] for ward in wards) <= 190_000
    assert all(4_000 <= ward["population"] <= 10_000 for ward in wards)
    assert all(50 <= shapely.get_num_coordinates(ward["shape"]) <= 450 for ward in wards)
    areas = sorted(ward["shape"].area for ward in wards)
    assert areas[-1] > 20 * areas[0]


def test_borders_do_not_run_in_straight_lines(wards):
    longest = 0.0
    for ward in wards:
        for ring in shapely.get_rings(shapely.get_parts(ward["shape"])):
            points = [(lon * 66.1, lat * 111.3) for lon, lat in shapely.get_coordinates(ring)]
            longest = max(
                longest,
                *(((a - c) ** 2 + (b - d) ** 2) ** 0.5 for (a, b), (c, d) in zip(points[:-1], points[1:], strict=True)),
            )
    assert longest < 0.3, "no straight stretch of border is longer than 300 m"


def test_codes_and_names_are_unique_and_no_real_code(wards, neighbourhoods):
    codes = [place["code"] for place in [*wards, *neighbourhoods]]
    names = [place["name"] for place in [*wards, *neighbourhoods]] + ["Tidewell"]
    assert len(set(codes)) == len(codes) and len(set(names)) == len(names)
    assert all(re.fullmatch(r"TW-[WN]\d{2,3}", code) for code in codes)


def test_the_place_lies_in_open_sea_and_the_vertices_are_rounded(wards):
    for lon, lat in shapely.get_coordinates([ward["shape"] for ward in wards]):
        assert 1.9 < lon < 2.5 and 53.5 < lat < 53.8
        assert round(lon, 6) == lon and round(lat, 6) == lat


def test_the_harbour_side_and_one_outer_estate_are_the_most_deprived(wards):
    most = sorted(wards, key=lambda ward: ward["deprivation_decile"])[:5]
    assert {"Harbour", "Cockle Row", "Larkmoor"} <= {ward["name"] for ward in most}


# --- the story's rows ------------------------------------------------------------------------------------------


def test_every_row_keeps_to_the_template(story):
    assert set(story) == {table.name for table in TABLES} - {"claims"}
    ids = {row["activity_id"] for row in story["activities"]}
    for table in [one for one in TABLES if one.name in story]:
        rows = story[table.name]
        assert tuple(rows[0]) == table.columns
        for row in rows:
            assert row["activity_id"] in ids
            for column, words in WORDS.items():
                assert not row.get(column) or row[column] in words, (table.name, column, row[column])
            for column, value in row.items():
                if value and (
                    column.endswith("_date") or column in ("date", "period_start", "period_end", "withdraw_by")
                ):
                    date.fromisoformat(value)
    assert len({row["session_id"] for row in story["sessions"]}) == len(story["sessions"])
    assert 60 <= len(ids) == len(story["activities"]) <= 80


def test_every_place_a_row_names_is_in_tidewell(story, wards, neighbourhoods):
    unnamed = {"TW-D01", "UNKNOWN", ""}
    for table in ("activities", "counts", "sessions"):
        for row in story[table]:
            found = ward_names(row, wards, neighbourhoods)
            if row["place_name"] == "The old net loft, upstairs":
                assert not found
            elif row["place_code"] not in unnamed or row["place_name"] or row["lon"]:
                assert len(found) == 1, row


def test_there_is_no_postcode_and_no_address_but_a_made_up_one(story):
    for path in [*FOLDER.rglob("*.csv"), *FOLDER.rglob("*.toml")]:
        text = path.read_text(encoding="utf-8")
        assert not POSTCODE.search(text), path.name
        for address in re.findall(r"\S+@\S+?(?=[\s,\"]|$)", text):
            assert address.endswith(".example"), address
    assert not any(row["postcode"] for row in story["counts"])


def test_nothing_happened_after_today(story):
    assert all(date.fromisoformat(row["date"]) <= TODAY for row in story["sessions"])
    assert all(date.fromisoformat(row["period_start"]) <= TODAY for row in story["counts"])
    assert all(date.fromisoformat(row["changed_date"]) <= TODAY for row in story["outcomes"])


# --- what the story holds --------------------------------------------------------------------------------------


def test_one_ward_has_nothing_recorded_at_all(story, wards, neighbourhoods):
    for table in ("activities", "counts", "sessions"):
        for row in story[table]:
            assert SILENT not in ward_names(row, wards, neighbourhoods), row


def test_the_district_survey_has_4200_answers_one_row_a_ward_and_some_without_a_place(story):
    rows = [row for row in story["counts"] if row["activity_id"] == "tidewell-talks-2024"]
    assert sum(int(row["value"]) for row in rows) == 4200
    assert len(rows) == 23 + 1 and {row["place_role"] for row in rows} == {"home"}
    assert [row["value"] for row in rows if row["place_code"] == "UNKNOWN"] == ["188"]
    (activity,) = [row for row in story["activities"] if row["activity_id"] == "tidewell-talks-2024"]
    assert activity["place_code"] == "TW-D01"


def test_the_tenants_group_of_eight_met_fourteen_times_and_changed_a_policy(story):
    rows = [row for row in story["sessions"] if row["activity_id"] == "repairs-policy-group"]
    assert len(rows) == 14 and max(int(row["attendance_count"]) for row in rows) == 8
    assert ["8"] == [row["value"] for row in story["counts"] if row["activity_id"] == "repairs-policy-group"]
    assert [row for row in story["outcomes"] if row["activity_id"] == "repairs-policy-group"]


def test_a_recorded_nought_stands_alone_in_its_ward(story, wards, neighbourhoods):
    rows = [
        row
        for row in story["counts"]
        if row["measure"] == "attendances" and "Highdown" in ward_names(row, wards, neighbourhoods)
    ]
    assert [row["value"] for row in rows] == ["0"]


def test_some_groups_are_not_tied_to_a_place_and_some_meetings_have_none(story):
    assert sum(row["not_tied_to_place"] == "yes" for row in story["activities"]) == 3
    assert sum(row["not_tied_to_place"] == "yes" for row in story["sessions"]) > 10
    assert 5 <= sum(row["place_code"] in ("", "UNKNOWN") and not row["place_name"] and not row["lon"] and not row["not_tied_to_place"]
                    for row in story["sessions"]) <= 40  # fmt: skip


def test_some_activities_are_live_some_planned_some_past_and_one_paused(story):
    assert "end_date" in STATUS_SQL
    counted: dict[str, int] = defaultdict(int)
    for row in story["activities"]:
        start, end = date.fromisoformat(row["start_date"]), date.fromisoformat(row["end_date"] or row["start_date"])
        counted[row["record_status"] or ("planned" if start > TODAY else "live" if end >= TODAY else "past")] += 1
    assert counted["planned"] == 3 and counted["paused"] == 1 and counted["live"] > 15 and counted["past"] > 30


def continuing_groups(story, wards, neighbourhoods) -> dict[str, int]:
    """Ward → activities that met three times or more with people who came back; 0 where it is recorded that nobody did."""
    meetings: dict[str, list[dict]] = defaultdict(list)
    for row in story["sessions"]:
        meetings[row["activity_id"]].append(row)
    groups: dict[str, int] = {}
    for activity in story["activities"]:
        rows = meetings[activity["activity_id"]]
        back = [int(row["returning_count"]) for row in rows if row["returning_count"]]
        if back:
            for ward in ward_names(activity, wards, neighbourhoods):
                groups[ward] = groups.get(ward, 0) + (len(rows) >= 3 and max(back) >= 1)
    return groups


def test_the_depth_blue_has_several_classes(story, wards, neighbourhoods):
    groups = continuing_groups(story, wards, neighbourhoods)
    assert (
        groups["Harbour"] == 4
        and groups["Larkmoor"] == 3
        and groups["Cockle Row"] == 2
        and groups["St Brannock's"] == 1
    )
    assert groups["Jubilee Park"] == 0, "twenty workshops, and it is written down that nobody came back"
    assert 9 <= sum(number > 0 for number in groups.values()) <= 13
    assert not {"Beacon Hill", "Oxmere & Fen End", SILENT} & set(groups)


def test_the_four_kinds_of_ward_are_there(story, wards, neighbourhoods):
    answers: dict[str, int] = defaultdict(int)
    for row in story["counts"]:
        if row["measure"] == "responses" and row["place_role"] == "home":
            for ward in ward_names(row, wards, neighbourhoods):
                answers[ward] += int(row["value"])
    groups = continuing_groups(story, wards, neighbourhoods)
    assert answers["Beacon Hill"] > 1000 and "Beacon Hill" not in groups, "many counted, little joint work"
    assert answers["Larkmoor"] < 300 and groups["Larkmoor"] >= 3, "few people, a long way down"
    assert answers["Harbour"] > 900 and groups["Harbour"] >= 4, "both"
    assert answers["Oxmere & Fen End"] < 300 and "Oxmere & Fen End" not in groups, "neither"


# --- the names that Soundings derives ---------------------------------------------------------------------------

# What each activity that tells the story is called, and the name its facts give.
NAMES = {
    "larkmoor-larder": ("community-led", "Community-led"),
    "southern-allotments": ("self-management", "Community-led"),
    "repairs-policy-group": ("co-production", "Co-production"),
    "harbour-flood-group": ("consultation", "Co-production"),
    "larkmoor-together": ("co-production", "Co-production"),
    "carers-respite-rules": ("co-production", "Co-production"),
    "pounds-in-your-pocket": ("participatory budgeting", "Decision handed over"),
    "library-co-design": ("co-production", "Co-design"),
    "hemp-street-school-street": ("co-design", "Co-design"),
    "citizens-panel-energy": ("citizens' assembly", "Co-design"),
    "gasworks-garden": ("volunteering", "Co-delivery"),
    "cockle-row-warmth": ("co-delivery", "Co-delivery"),
    "skerrow-ferry": ("involvement", "Involvement"),
    "youth-panel": ("involvement", "Involvement"),
    "local-plan-2041": ("consultation", "Consultation"),
    "bus-network-review": ("consultation", "Consultation"),
    "policing-conversations": ("dialogue", "Dialogue"),
    "abbots-mead-green": ("survey", "Gathering views"),
    "tidewell-talks-2024": ("engagement", "Gathering views"),
    "summer-lights-2024": ("festival", "Taking part"),
    "council-newsletter": ("engagement", "Informing"),
    "fifty-pence-workshops": ("co-creation", "Not enough recorded"),
    "seafront-shelters": ("co-design", "Not enough recorded"),
    "travellers-stopping-places": ("listening", "Not enough recorded"),
    "highdown-drop-in": ("drop-in", "Not enough recorded"),
}


@pytest.fixture(scope="module")
def named(tidewell) -> dict[str, dict]:
    """Each activity's key → its name now, as Soundings derived it, with what it rests on."""
    found = (
        open_current(tidewell)
        .cursor()
        .execute(
            """
            select a.activity_key, c.name, c.comparison, c.conflicts, c.next_question, c.explanation
            from classification_now c
            join activity_now a using (activity_id)
            """
        )
        .to_arrow_table()
    )
    return {row["activity_key"]: row for row in found.to_pylist()}


def test_every_activity_of_the_story_has_the_name_that_its_facts_give(story, named):
    called = {row["activity_id"]: row["called"] for row in story["activities"]}
    assert {key: (called[key], named[key]["name"]) for key in NAMES} == NAMES
    assert set(named) == set(called)


def test_all_twelve_names_are_there_and_one_conflict(named):
    assert {row["name"] for row in named.values()} == {rule.name for rule in read_rubric().rules}
    conflicts = {key: row["conflicts"] for key, row in named.items() if row["conflicts"]}
    assert conflicts == {"seafront-shelters": ["decision_open"]}
    assert "Two answers do not fit together" in named["seafront-shelters"]["explanation"]


def test_what_it_is_called_and_what_is_recorded_differ_both_ways(named):
    differing = {key for key, row in named.items() if row["comparison"] == "differ"}
    assert differing == {"library-co-design", "harbour-flood-group"}, "one is called more than is recorded, one less"
    assert "Both are real ways of working." in named["library-co-design"]["explanation"]
    assert "settled 1 March 2024, first helped 20 March 2024" in named["library-co-design"]["explanation"]
    assert named["abbots-mead-green"]["comparison"] == "agree", "a plain survey honestly called a survey"


def test_what_is_not_named_yet_has_its_next_question(named):
    unnamed = {key: row["next_question"] for key, row in named.items() if row["name"] == "Not enough recorded"}
    assert all(unnamed.values())
    assert unnamed["highdown-drop-in"] == "can_reply"
    assert unnamed["winter-gardens-future"] == unnamed["seafront-shelters"] == "decision_open"


# --- what people said --------------------------------------------------------------------------------------------


def test_give_and_take_is_told_of_on_both_sides_wherever_a_fact_says_so(story):
    sides: dict[str, set[str]] = defaultdict(set)
    for row in story["reciprocity"]:
        sides[row["activity_id"]] |= {side for side in ("gave", "got") if row[side]}
    said = {row["activity_id"] for row in story["facts"] if (row["fact"], row["answer"]) == ("reciprocity", "yes")}
    assert said <= {key for key, told in sides.items() if told == {"gave", "got"}}
    assert sides["gasworks-garden"] == {"gave"}, "one side alone answers nothing"


def test_lived_local_and_professional_knowledge_are_told_apart(story):
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in story["perspectives"]:
        kinds[row["activity_id"]].add(row["knowledge"])
    assert kinds["repairs-policy-group"] == set(KNOWLEDGE)
    assert kinds["net-loft-boat"] == {"lived", "professional"}


def test_each_story_says_who_may_read_it_and_until_when_it_can_be_withdrawn(story):
    assert {row["consent_scope"] for row in story["stories"]} == set(CONSENT_SCOPES)
    assert all(row["consent_date"] < row["withdraw_by"] for row in story["stories"])
    assert all(row["told_by"] for row in story["stories"])


def test_a_group_too_small_for_answers_has_a_statement_it_agreed(story):
    agreed = {row["activity_id"] for row in story["statements"] if row["kind"] == AGREED_STATEMENT}
    assert {"repairs-policy-group", "travellers-stopping-places"} <= agreed
    assert {row["kind"] for row in story["statements"]} == set(STATEMENT_KINDS)


def test_no_score_is_of_fewer_than_ten_people(story):
    scores = [(row["instrument"], int(row["answered_count"])) for row in story["instruments"]]
    assert scores and all(answered >= FEWEST_ANSWERS for _, answered in scores)
    assert "REST" in {instrument for instrument, _ in scores}


# --- what people who took part answered ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tidewell) -> dict[str, Published]:
    """Activity's key → what may be known of its people's answers."""
    keys = dict(
        open_current(tidewell).cursor().execute("select activity_id, activity_key from activity_now").fetchall()
    )
    return {keys[one.activity_ids[0]]: one for one in read_decided(tidewell)}


def disagreements(home, key: str, one: Published) -> list[str]:
    """The sentences that say where the record and these answers do not fit together."""
    [(inputs,)] = (
        open_current(home)
        .cursor()
        .execute(
            "select c.inputs from classification_now c join activity_now a using (activity_id) where a.activity_key = $1",
            [key],
        )
        .fetchall()
    )
    return find_disagreements(classify(read_inputs(inputs), read_rubric()).answers, [one])


def test_once_the_record_and_the_people_who_took_part_disagree(tidewell, published):
    found = {key: disagreements(tidewell, key, one) for key, one in published.items()}
    assert [key for key, sentences in found.items() if sentences] == ["larkmoor-together"]
    [sentence] = found["larkmoor-together"]
    assert sentence.startswith(
        "Recorded: people helped to set the question before it was settled. Most who answered in September 2026 said that "
        "they joined after the main things were settled (8 of 12)."
    )
    assert (published["larkmoor-together"].invited_count, published["larkmoor-together"].answered_count) == (14, 12)


def test_the_answers_of_a_group_of_six_stay_private(tidewell, published):
    one = published["travellers-stopping-places"]
    assert (one.state, one.invited_count, one.answered_count, one.counts) == ("private", None, None, {})
    stored = open_current(tidewell).cursor().execute("select count(*) from feedback where wave_id = $1", [one.wave_id])
    assert stored.fetchone() == (0,)


def test_one_asking_had_a_shared_code_and_no_answer_is_withheld_for_want_of_variety(published):
    assert {key for key, one in published.items() if not one.is_one_each} == {"citizens-panel-energy"}
    shown = [one for one in published.values() if one.state == "published"]
    assert len(shown) == 3 and all(set(one.counts) == {"q1", "q2", "q3", "q4", "q5"} for one in shown)


def test_what_people_answered_is_withdrawn_with_the_demo_and_comes_back_with_it(own_tidewell):
    before = content_hash(open_current(own_tidewell).cursor())
    remove_demo(own_tidewell)
    cursor = open_current(own_tidewell).cursor()
    assert cursor.execute("select count(*) from feedback_wave").fetchone() == (0,)
    assert cursor.execute("select count(*) from classification").fetchone() == (0,)
    add_demo(own_tidewell)
    assert content_hash(open_current(own_tidewell).cursor()) == before


def test_nothing_of_tidewell_is_rejected(tidewell):
    assert open_current(tidewell).cursor().execute("select * from rejection").fetchall() == []


def test_every_yes_says_where_someone_could_see_it(story):
    assert {row["fact"] for row in story["facts"]} >= set(FACTS) - {"in_from_start"}
    assert all(row["evidence"] for row in story["facts"] if row["answer"] == "yes")


def test_some_people_were_told_back_and_some_are_still_waiting(story):
    late = [
        row for row in story["outcomes"] if not row["told_back_date"] and row["told_back_due_date"] < TODAY.isoformat()
    ]
    told = [row for row in story["outcomes"] if row["told_back_date"]]
    assert len(late) >= 5 and len(told) >= 15
    assert any(row["told_back_date"] > row["told_back_due_date"] for row in told)
