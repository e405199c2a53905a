"""The real files: totals per ward recomputed in plain Python with the csv module, against the mapped tables."""

from __future__ import annotations

import ast
import csv
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from etl.loading import ReadOptions, read_input
from etl.mapping.batch import map_sheets
from etl.screening import screen_sheets
from etl.specs import read_specs, recognise_source
from etl.types import Mapped
from soundings.home import PROJECT

DATA = Path(os.environ.get("SOUNDINGS_REAL_DATA", PROJECT.parent / "shared" / "data"))
LEEDS = DATA / "leeds-2023"
AUTHORITY = "E08000035"
IN_PERSON, ONLINE = (
    "actual_audience_size_number_of_participants_in_person",
    "actual_audience_size_number_of_participants_online",
)
WARD, POSTCODE = "ward_(from_venue)", "postcode_(from_venue)"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not LEEDS.is_dir(), reason=f"the real files are not in {DATA} (SOUNDINGS_REAL_DATA names the folder)"
    ),
]


@cache
def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def map_file(path: Path, source_id: str) -> Mapped:
    """The file as a load maps it, recognised by its columns."""
    sheets = read_input(path, ReadOptions())
    spec = recognise_source(sheets, read_specs())
    assert spec.id == source_id
    sheets, _ = screen_sheets(sheets, spec.screening, None)
    mapped = map_sheets(spec, sheets, "b1", path.name)
    assert mapped.rows_read == len(read_rows(path))
    assert mapped.rows_read == mapped.rows_accepted + mapped.rows_rejected
    return mapped


def read_places(mapped: Mapped) -> dict[str, str | None]:
    """Location id → the code, name or postcode said, None where no place was."""
    return {
        row["location_id"]: None if row["kind"] == "none" else row["code"] or row["name"] or row["said"]
        for row in mapped.tables["location"].to_pylist()
    }


def sum_counts(mapped: Mapped, measure: str, role: str) -> Counter:
    """Value by place of every count; all are of this measure and role."""
    where, totals = read_places(mapped), Counter()
    for row in mapped.tables["activity_count"].to_pylist():
        assert (row["measure"], row["role"]) == (measure, role)
        totals[where[row["location_id"]]] += row["value"]
    return totals


def count_sessions(mapped: Mapped) -> Counter:
    """Sessions by place; one in two wards is in both."""
    where, totals = read_places(mapped), Counter()
    for row in mapped.tables["session_place"].to_pylist():
        assert row["role"] == "venue"
        totals[where[row["location_id"]]] += 1
    return totals


def read_items(cell: str) -> list[str]:
    return (
        list(dict.fromkeys(" ".join(item.split()) for item in ast.literal_eval(cell) if item.strip()))
        if cell.strip()
        else []
    )


def find_venue(wards: str, postcodes: str) -> list[str | None]:
    """Every place a row names: its wards, else its postcodes, else nothing."""
    return read_items(wards) or [item.upper() for item in read_items(postcodes)] or [None]


HOME_COUNTS = [
    ("ballot_entries.csv", "leeds2023-ballot", "entries", None, 2374),
    ("callout_responses.csv", "leeds2023-callouts", "responses", None, 1168),
    ("community_grant_responses.csv", "leeds2023-grants", "responses", None, 573),
    ("ticket_orders.csv", "leeds2023-tickets", "tickets", "number_of_tickets", 15778),
    ("awakening_attendees.csv", "leeds2023-awakening", "attendances", "awakening_attended", 5102),
]


@pytest.mark.parametrize(
    ("file", "source_id", "measure", "column", "total"),
    HOME_COUNTS,
    ids=lambda value: value if str(value).startswith("leeds") else "",
)
def test_home_ward_totals_are_those_of_the_file(
    file: str, source_id: str, measure: str, column: str | None, total: int
) -> None:
    expected: Counter = Counter()
    for row in read_rows(LEEDS / file):
        ward = row["ward_code"].strip()
        said = None if ward in ("", "UNKNOWN", "NOT_PROVIDED", "M99999999") else ward
        expected[said] += int(row[column]) if column else 1
    mapped = map_file(LEEDS / file, source_id)
    assert sum_counts(mapped, measure, "home") == expected
    assert sum(expected.values()) == total
    numbers = [number for rows in mapped.tables["activity_count"]["source_rows"].to_pylist() for number in rows]
    assert sorted(numbers) == list(range(2, mapped.rows_read + 2))


def test_counts_of_contributions_are_by_activity_ward_and_day() -> None:
    expected = Counter(
        (row["event_id"], row["ward_code"] or None, row["created_at"][:10])
        for row in read_rows(LEEDS / "ticket_orders.csv")
    )
    mapped = map_file(LEEDS / "ticket_orders.csv", "leeds2023-tickets")
    where = read_places(mapped)
    found = Counter()
    for row in mapped.tables["activity_count"].to_pylist():
        found[row["activity_id"].split(":")[1], where[row["location_id"]], row["period_start"].isoformat()] += row[
            "source_row_count"
        ]
    assert found == expected
    assert mapped.tables["activity"].num_rows == len(
        {row["event_id"] for row in read_rows(LEEDS / "ticket_orders.csv")}
    )


def test_event_attendances_stand_in_the_venues_ward_or_at_the_authority() -> None:
    expected: Counter = Counter()
    blank = 0
    for row in read_rows(LEEDS / "events_master.csv"):
        if not any(item.startswith("Public") for item in read_items(row["event_type"])):
            continue
        if not row[IN_PERSON] and not row[ONLINE]:
            blank += 1
            continue
        venue = find_venue(row[WARD], row[POSTCODE])
        expected[venue[0] if len(venue) == 1 else AUTHORITY] += float(row[IN_PERSON] or 0) + float(row[ONLINE] or 0)
    mapped = map_file(LEEDS / "events_master.csv", "leeds2023-events")
    assert sum_counts(mapped, "attendances", "venue") == expected
    assert mapped.tables["activity_count"].num_rows == 264 - blank
    assert max(mapped.tables["activity_count"]["value"].to_pylist()) == 53508


def test_event_sessions_stand_once_in_each_distinct_ward() -> None:
    rows = [
        row
        for row in read_rows(LEEDS / "events_master.csv")
        if any(item.startswith("CLE") for item in read_items(row["event_type"]))
    ]
    expected = Counter(place for row in rows for place in find_venue(row[WARD], row[POSTCODE]))
    mapped = map_file(LEEDS / "events_master.csv", "leeds2023-events")
    assert mapped.tables["session"].num_rows == len(rows) == 983
    assert count_sessions(mapped) == expected


def test_facts_of_the_events_file_hold() -> None:
    rows = read_rows(LEEDS / "events_master.csv")
    mapped = map_file(LEEDS / "events_master.csv", "leeds2023-events")
    where = read_places(mapped)
    places = mapped.tables["activity_place"].to_pylist()
    several = Counter(row["activity_id"] for row in places)
    assert mapped.tables["activity"].num_rows == len(rows) == 1223
    assert sum(where[row["location_id"]] is None for row in places) == 402
    assert sum(len(ast.literal_eval(row[WARD])) > 1 for row in rows if row[WARD]) == 21
    assert sum(count > 1 for count in several.values()) == 3
    assert [row["column_name"] for row in mapped.rejections.to_pylist()] == ["end_date"] * 3
    both = {row["row_number"] for row in mapped.tables["session"].to_pylist()}
    types = [read_items(row["event_type"]) for row in rows]
    public = {n for n, items in enumerate(types, 2) if any(item.startswith("Public") for item in items)}
    assert (len(public), len(public & both)) == (264, 56)


SESSIONS = [
    (
        "community_events.csv",
        "leeds2023-community-events",
        "start_date",
        "audience",
        lambda row: [row["ward_code"] or None],
        289,
    ),
    (
        "schools_events.csv",
        "leeds2023-schools",
        "date",
        "participant_count",
        lambda row: find_venue(row["venue_wards"], row["venue_postcodes"]),
        493,
    ),
]


@pytest.mark.parametrize(
    ("file", "source_id", "day", "audience", "find", "total"), SESSIONS, ids=["community", "schools"]
)
def test_sessions_and_their_audience_are_those_of_the_file(
    file: str, source_id: str, day: str, audience: str, find, total: int
) -> None:
    rows = read_rows(LEEDS / file)
    mapped = map_file(LEEDS / file, source_id)
    assert mapped.tables["session"].num_rows == len(rows) == total
    assert count_sessions(mapped) == Counter(place for row in rows for place in find(row))
    assert mapped.tables["activity_count"].num_rows == 0
    sessions = {row["row_number"]: row for row in mapped.tables["session"].to_pylist()}
    for number, row in enumerate(rows, 2):
        assert sessions[number]["attendance_count"] == (float(row[audience]) if row[audience] else None)
        assert (sessions[number]["repeat_key"] is None) == (row[day] == "")
    assert mapped.tables["source_repeat"]["repeats_source_id"].to_pylist() == ["leeds2023-events"]


def test_most_sessions_pair_with_an_event_of_the_same_name_and_day() -> None:
    def keys(file: str, source_id: str) -> Counter:
        return Counter(
            key for key in map_file(LEEDS / file, source_id).tables["session"]["repeat_key"].to_pylist() if key
        )

    events = keys("events_master.csv", "leeds2023-events")
    community, schools = (
        keys("community_events.csv", "leeds2023-community-events"),
        keys("schools_events.csv", "leeds2023-schools"),
    )
    pairs = (sum((community & events).values()), sum((schools & events).values()))
    assert pairs[0] > 0.85 * sum(community.values()) and pairs[1] > 0.9 * sum(schools.values()), pairs


def test_roadshow_attendances_are_those_of_the_file() -> None:
    expected = Counter()
    for row in read_rows(LEEDS / "roadshow_attendance.csv"):
        expected[row["wd21cd"]] += int(row["attendance"])
    mapped = map_file(LEEDS / "roadshow_attendance.csv", "leeds2023-roadshows")
    assert sum_counts(mapped, "attendances", "venue") == expected
    assert mapped.tables["activity"].num_rows == 34


def test_partner_and_ticketed_events_carry_no_figure() -> None:
    partner = map_file(LEEDS / "partner_events.csv", "leeds2023-partner-events")
    where = read_places(partner)
    found = Counter(where[row["location_id"]] for row in partner.tables["activity_place"].to_pylist())
    assert found == Counter(row["ward_code"] or None for row in read_rows(LEEDS / "partner_events.csv"))
    ticketed = map_file(LEEDS / "ticket_events.csv", "leeds2023-ticket-events")
    assert ticketed.tables["activity"].num_rows == len(
        {row["event_id"] for row in read_rows(LEEDS / "ticket_events.csv")}
    )
    for mapped in (partner, ticketed):
        assert mapped.tables["activity_count"].num_rows == mapped.tables["session"].num_rows == 0


def test_street_reports_stand_in_lsoas_of_2011() -> None:
    path = DATA / "fixmystreet" / "fms_lsoa_all_2019.csv"
    mapped = map_file(path, "fixmystreet-lsoa")
    assert sum_counts(mapped, "reports", "area") == Counter(
        {row["lsoa"]: int(row["reports"]) for row in read_rows(path)}
    )
    assert set(mapped.tables["location"]["vintage"].to_pylist()) == {"2011"}
    assert {day.year for day in mapped.tables["activity_count"]["period_start"].to_pylist()} == {2019}


def test_assemblies_stand_at_their_authority_or_nowhere() -> None:
    path = DATA / "citizens-assemblies" / "register.csv"
    mapped = map_file(path, "citizens-assemblies")
    rows = read_rows(path)
    totals = sum_counts(mapped, "people", "area")
    assert sum(totals.values()) == sum(float(row["number_participants"] or 0) for row in rows)
    assert totals[AUTHORITY] == 25
    placed = [row for row in rows if row["local_authority_code"] or row["org_name"] in ("Scotland", "Wales", "UK")]
    where = read_places(mapped)
    assert sum(where[row["location_id"]] is not None for row in mapped.tables["activity_place"].to_pylist()) == len(
        placed
    )
