"""What a map and a place are called, from the places that are loaded."""

from __future__ import annotations

import pytest

from soundings.places import read_area_name, read_names, read_place
from tests.building import Builder


def add(build: Builder, *places: tuple[str, str, str, str | None]) -> None:
    batch = build.batch("places-any", kind="places")
    for code, name, kind, parent in places:
        build.place(batch, code, name, kind, parent)


DISTRICT = ("D1", "Tidewell", "district", None)
SECOND = ("D2", "Fenmouth", "district", None)
WARDS = [("W1", "Harbour", "ward", "D1"), ("W2", "Lairs", "ward", "D1")]
FAR_WARD = ("W3", "Fen End", "ward", "D2")
NEIGHBOURHOODS = [("N1", "Quay", "neighbourhood", "W1"), ("N2", "Slip", "neighbourhood", "W2")]
FAR_NEIGHBOURHOOD = ("N3", "Sluice", "neighbourhood", "W3")


@pytest.mark.parametrize(
    ("places", "kind", "name"),
    [
        ([DISTRICT, *WARDS], "ward", "Tidewell"),
        ([DISTRICT, *WARDS, *NEIGHBOURHOODS], "neighbourhood", "Tidewell"),
        ([DISTRICT, SECOND, *WARDS, FAR_WARD], "ward", "2 districts"),
        ([DISTRICT, SECOND, *WARDS, FAR_WARD, *NEIGHBOURHOODS, FAR_NEIGHBOURHOOD], "neighbourhood", "2 districts"),
        ([DISTRICT, SECOND, *WARDS], "ward", "Tidewell"),
        ([DISTRICT], "district", "Tidewell"),
        ([DISTRICT, SECOND], "district", "All places"),
        (WARDS, "ward", "D1"),
        (NEIGHBOURHOODS, "neighbourhood", "All places"),
    ],
)
def test_a_map_is_called_by_its_one_district_and_wards_are_never_called_districts(places, kind, name):
    build = Builder()
    add(build, *places)
    assert read_area_name(build.connection, kind) == name


def test_the_place_accepted_last_speaks_wherever_a_place_is_named():
    build = Builder()
    add(build, DISTRICT, *WARDS)
    add(build, ("W1", "Old Harbour", "ward", "D1"))
    assert read_place(build.connection, "W1").name == "Old Harbour"
    assert read_names(build.connection, "ward") == {"W2": "Lairs", "W1": "Old Harbour"}
