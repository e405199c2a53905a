"""What is filled in beforehand when the columns of a file are matched: right by heading and cells together, else left open."""

from __future__ import annotations

import tomllib

import pytest

from benchmarks.guess_columns import APART, BARS, HEADINGS, TUNED, guess_with_cells, read_exports, score_guesses
from etl.uploads.cells import collect_cells, hold_activities, is_count, is_date, is_time
from etl.uploads.guessing import propose_columns, propose_place_role
from etl.uploads.headings import parse_heading
from etl.uploads.mapping import read_fields

DATES = ["2025-03-14", "2025-04-11", "2025-05-09"]


def guess(**columns: list[str | None]) -> dict[str, str | None]:
    """The field of each column. An underscore in a name is a space in its heading."""
    named = {name.replace("_", " "): cells for name, cells in columns.items()}
    return guess_of(named)


def guess_of(columns: dict[str, list[str | None]]) -> dict[str, str | None]:
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return {one.column: one.field for one in propose_columns(list(columns), rows)}


@pytest.mark.parametrize("names", [(TUNED,), (APART,), (TUNED, APART)], ids=["tuned", "apart", "whole"])
def test_of_public_exports_at_most_a_fiftieth_is_filled_in_wrong_and_most_is_filled_in(names):
    score = score_guesses(read_exports(*names), guess_with_cells)
    assert score.wrong_share <= BARS["wrong_share"], score.misses
    assert score.filled_share >= BARS["filled_share"], score.misses


def test_the_headings_are_many_and_their_answers_are_fields():
    exports = read_exports(TUNED, APART)
    assert sum(len(export.headings) for export in exports) >= BARS["headings"]
    known = {*read_fields(), "-", "took_place"}
    assert {answer for export in exports for answers in export.answers for answer in answers} <= known
    for name in (TUNED, APART):
        told = tomllib.loads((HEADINGS / name).read_text("utf-8"))["export"]
        assert all(export["source"] and export["name"] for export in told)
        assert all(len({len(column) for column in export["columns"]}) == 1 for export in told)


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("end_time", ["20:00", "12:00", "13:30"]),
        ("End", ["8pm", "noon", "1 pm"]),
        ("Ende", ["20 Uhr", "12:00", "13:30"]),
        ("heure de fin", ["20h00", "12h", "13h30"]),
        ("Fin", ["18:00", "11:30", "20:00"]),
    ],
)
def test_an_end_that_is_a_time_of_day_is_no_last_day(heading, cells):
    assert guess_of({"Event name": ["a b", "c d", "e f"], "Start date": DATES, heading: cells})[heading] is None


def test_a_day_with_a_time_is_a_day():
    found = guess(
        start_time=["2025-03-14 18:00", "2025-04-11 10:00"], end_time=["2025-03-14T20:00", "2025-04-11T12:00"]
    )
    assert found == {"start time": "start_date", "end time": "end_date"}


@pytest.mark.parametrize("heading", ["category", "Category", "Catégorie", "categoría", "Kategorie", "Event category"])
def test_a_category_is_a_theme(heading):
    assert guess_of({heading: ["Parks", "Housing", "Parks"]}) == {heading: "theme"}


def test_a_category_of_ways_of_taking_part_is_no_theme():
    assert guess(category=["Workshop", "Public meeting", "Survey"])["category"] != "theme"


@pytest.mark.parametrize(
    "heading",
    ["No. attending", "number attending", "# attending", "Attendance", "How many people came?", "Attendees", "Attendee count",
     "Attendence", "Nombre de présents", "Aantal aanwezigen", "Número de asistentes", "Nifer yn bresennol"],
)  # fmt: skip
def test_how_many_came_is_found_however_it_is_written(heading):
    assert guess_of({heading: ["12", "about 30", "9"]}) == {heading: "attendance_count"}


@pytest.mark.parametrize(
    "heading", ["Expected attendance", "Max attendees", "Attendees under 18", "Attendance rate", "Average attendance", "No-shows"]
)  # fmt: skip
def test_a_part_a_plan_or_a_rate_is_not_how_many_came(heading):
    assert guess_of({heading: ["12", "30", "9"]}) == {heading: None}


LOGS = [
    ("Gruppe", "Datum", "Anzahl Teilnehmende", "Zustand", ["fand statt", "abgesagt", "fand statt", "fand statt"]),
    ("Groupe", "Date", "Nombre de participants", "Statut", ["tenue", "annulée", "tenue", "tenue"]),
    ("Gruppo", "Data", "Partecipanti", "", None),
    ("Grŵp", "Dyddiad", "Nifer y cyfranogwyr", "", None),
    ("Group", "Date", "Participants", "", None),
]


@pytest.mark.parametrize(("title", "day", "participants", "status", "said"), LOGS)
def test_in_a_log_of_meetings_participants_are_how_many_came(title, day, participants, status, said):
    days = ["2026-03-05", "2026-03-12", "2026-03-19", "2026-03-26"]
    columns = {title: ["Choir"] * 4, day: days, participants: ["7", "9", "6", "9"]} | ({status: said} if said else {})
    found = guess_of(columns)
    assert (found[title], found[day], found[participants]) == ("title", "start_date", "attendance_count")


@pytest.mark.parametrize(
    "columns",
    [
        {"Group": ["Choir"] * 3, "Date": DATES, "Unique participants": ["7", "9", "6"]},
        {"Event": ["Fair", "Walk", "Choir"], "Date": DATES, "Participants": ["7", "9", "6"]},
        {"Proposal": ["Benches"] * 3, "Date": DATES, "Participants": ["40", "40", "40"]},
    ],
)
def test_people_counted_once_stay_so_where_rows_are_no_meetings_or_the_heading_says_it(columns):
    assert list(guess_of(columns).values()) == ["title", "start_date", "people"]


@pytest.mark.parametrize("heading", ["Attendees", "Participants", "People", "Organiser", "Host"])
def test_names_of_people_are_filled_in_as_nothing(heading):
    assert guess_of({"Date": DATES, heading: ["Robin Example", "Kim Sample", "Jo Placeholder"]})[heading] is None


@pytest.mark.parametrize(
    "cells",
    [
        ["Ward forum", "Plant swap", "Litter pick"],
        ["Tea and talk", "Meet the planners", "Lantern walk"],
        ["Atelier vélo", "Fête du quartier", "Balade au port"],
        ["Bürgerversammlung am Hafen", "Offener Abend", "Fest am Markt"],
    ],
)
def test_a_name_beside_dates_is_a_title_where_its_cells_are_activities(cells):
    assert guess_of({"name": cells, "start_date": DATES, "ward": ["Quay", "Mill", "Quay"]})["name"] == "title"


@pytest.mark.parametrize(
    "cells",
    [
        ["Robin Example", "Kim Sample", "Jo Day"],
        ["robin example", "kim sample", "jo place"],
        ["Example, Robin", "Sample, K.", "Placeholder, Jo"],
        ["Ana de la Fuente", "Jan van den Berg", "Kim Sample"],
        ["王小明", "李小红", "张伟"],
        ["Robin", "Kim", "Jo"],
        ["Ward forum", "Robin Example", "Kim Sample"],
    ],
)
def test_a_name_that_may_be_a_persons_is_left_open(cells):
    assert not hold_activities(collect_cells(cells))
    assert guess_of({"name": cells, "start_date": DATES})["name"] is None


def test_a_name_without_dates_is_left_open():
    assert guess(name=["Ward forum", "Plant swap"], colour=["red", "blue"])["name"] is None


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Location", ["Library, Quay Street", "Civic centre", "Online"]),
        ("Lieu", ["Salle des fêtes", "Mairie", "École"]),
        ("Area", ["Housing", "Transport", "Housing"]),
        ("Where", ["12 Mill Lane", "Quay", "Park"]),
        ("Location", ["Quay", "Mill", "North"]),  # branches of a library as well as wards
        ("Place", ["Riverside", "Hillside", "Quay"]),
        ("Venue", ["Quay", "Mill", "North"]),
        ("Address", ["1 Quay Street", "2 Mill Lane", "3 North Road"]),
    ],
)
def test_a_hall_a_street_or_a_topic_is_no_ward(heading, cells):
    assert guess_of({"Date": DATES, heading: cells})[heading] is None


def test_half_a_point_and_metres_are_no_degrees():
    assert guess(lat=["53.80", "53.81"])["lat"] is None
    assert guess(x=["430112", "430550"], y=["433001", "433900"]) == {"x": "easting", "y": "northing"}
    assert guess(x=["-1.54", "-1.55"], y=["53.80", "53.81"]) == {"x": "lon", "y": "lat"}
    assert guess(x=["4401230", "4401877"], y=["4474321", "4479006"]) == {"x": None, "y": None}


def test_other_dates_are_not_the_day_it_took_place():
    for heading in ("Created", "Last updated date", "Date of birth", "Booking date", "Registration date", "Award date"):
        assert guess_of({"Title": ["a b", "c d", "e f"], heading: DATES})[heading] is None


def test_the_only_date_is_the_day_it_took_place():
    assert guess_of({"Date of the tea party": DATES}) == {"Date of the tea party": "start_date"}
    assert guess_of({"Date of the tea party": DATES, "Date seen": DATES}) == {
        "Date of the tea party": None,
        "Date seen": None,
    }


def test_rows_that_are_only_counted_have_no_reference():
    titles = ["a b", "c d", "e f"]
    assert guess_of({"ID": ["1", "2", "3"], "Title": titles})["ID"] is None
    assert guess_of({"ID": ["71", "75", "80"], "Title": titles})["ID"] == "activity_id"
    assert guess_of({"Event ID": ["71", "71", "80"], "Title": titles})["Event ID"] is None
    assert guess_of({"Volunteer ID": ["71", "75", "80"], "Title": titles})["Volunteer ID"] is None


def test_what_places_are_is_said_by_their_headings_or_left_open():
    def role(columns: dict[str, list[str]]) -> str | None:
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return propose_place_role(list(columns), propose_columns(list(columns), rows))

    codes = ["ZZ1 1AA", "ZZ2 2BB"]
    assert role({"Venue postcode": codes}) == "venue"
    assert role({"Home postcode": codes}) == role({"Participant's postcode": codes}) == "home"
    assert role({"Postcode": codes}) is None and role({"Ward": ["Quay", "Mill"]}) is None
    assert role({"Event ward": ["Quay", "Mill"], "Home postcode": codes}) is None
    assert role({"Ward": ["Quay", "Mill"], "Venue postcode": codes}) is None
    assert role({"Event name": ["a b", "c d"], "Ward": ["Quay", "Mill"]}) is None


def test_places_of_two_kinds_are_left_to_a_person():
    wards, codes = ["Quay", "Mill"], ["ZZ1 1AA", "ZZ2 2BB"]
    assert guess(ward=wards, venue_ward=wards) == {"ward": None, "venue ward": None}
    assert guess(ward=wards, home_postcode=codes) == {"ward": None, "home postcode": None}
    assert guess(venue_postcode=codes, respondent_ward=wards) == {"venue postcode": None, "respondent ward": None}
    assert guess(ward=wards, venue_postcode=codes) == {"ward": "place_name", "venue postcode": "postcode"}
    assert guess(district=wards, postcode=codes) == {"district": "place_name", "postcode": "postcode"}


def test_two_ways_of_writing_a_heading_are_one():
    assert set(parse_heading("Name of event").words) == set(parse_heading("event_name").words)
    assert parse_heading("N.º de participantes").words == parse_heading("numero participantes").words
    assert parse_heading("title/ca").words == ("title",) and parse_heading("Length (minutes)").words == ("length",)


def test_cells_are_told_apart():
    assert all(map(is_time, ["18:00", "6 pm", "10h30", "9:00–11:30", "19 Uhr"])) and not any(
        map(is_time, ["18", "2025", "Quay"])
    )
    assert all(map(is_date, ["1 May 2025", "12 mai 2025", "5. März 2025", "20250201T180000Z", "05/01/2025 06:30 PM"]))
    assert all(map(is_count, ["12", "about 50", "<5", "12+", "60–70", "1,204"])) and not any(
        map(is_count, ["1.5", "Robin", "4%"])
    )
