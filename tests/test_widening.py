"""How closely a place is told holds to the edges of wide council areas; where nothing large enough is loaded it is kept back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from etl.form.drawn_areas import find_reached, read_corners
from etl.form.places import explain_kept_back, say_where
from etl.locating.around import NEAR, find_around, widen
from etl.places.loading import add_places
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import PLACE_KINDS
from tests.building import Builder
from tests.forms import FOUR, make_draft, send, where_of
from tests.making import ward_code

REAL = Path(os.environ.get("SOUNDINGS_REAL_DATA") or Path(__file__).parents[2] / "shared" / "data")
WARDS = REAL / "places" / "uk_wards_2025_simplified60m.parquet"
# As wide as North Yorkshire, in three wards; the postcode LS1 1UR stands in the third, far from the middle of it all.
WEST, EAST = (-4.0, -3.0, -2.0), (-3.0, -2.0, -1.4)
RISKY = {"sensitive": "yes"}
POSTCODE = {"where_how": "postcode", "postcode": "LS1 1UR", "place_code": ""}


def make_home(root: Path, *, has_district: bool) -> Home:
    """Three wards side by side, in one district where told so."""
    district = {"LAD25CD": "E06099999", "LAD25NM": "Wideshire"} if has_district else {}
    features = [
        {
            "type": "Feature",
            "properties": {"WD25CD": ward_code(at), "WD25NM": f"Ward {at}", **district},
            "geometry": {"type": "Polygon", "coordinates": [[[w, 53.7], [e, 53.7], [e, 53.9], [w, 53.9], [w, 53.7]]]},
        }
        for at, (w, e) in enumerate(zip(WEST, EAST, strict=True), start=1)
    ]
    path = root / "wards.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    add_places(Home(root / "home"), path, "ward")
    return Home(root / "home")


@pytest.mark.parametrize("parent", ["X07000001", None, "X07999999"], ids=["by parent code", "by point", "not loaded"])
def test_every_ward_of_a_wide_district_widens_to_it(parent):
    builder = Builder()
    batch = builder.batch("places", kind="places")
    builder.place(batch, "X07000001", "Wideshire", kind="district", parent=None, box=(-4, 54, 0, 55))
    builder.place(batch, "X07000002", "Farshire", kind="district", parent=None, box=(0, 54, 1, 55))
    for at in range(8):
        builder.place(batch, f"X0500000{at}", f"Ward {at}", parent=parent, box=(-4 + at / 2, 54, -3.5 + at / 2, 55))
    found = [widen(builder.connection, f"X0500000{at}", "district") for at in range(8)]
    assert found == ["X07000001"] * 8
    assert widen(builder.connection, "X07000001", "ward") == "X07000001"
    assert find_around(builder.connection, -3.9, 54.1, ("district",)) == "X07000001"
    assert find_around(builder.connection, -4.1, 54.1, ("district",)) is None


def test_a_place_with_nothing_larger_around_it_widens_to_nothing():
    builder = Builder()
    batch = builder.batch("places", kind="places")
    builder.place(batch, "X05000001", "Alone", parent=None, box=(0, 54, 1, 55))
    assert widen(builder.connection, "X05000001", "district") is None
    assert widen(builder.connection, "not loaded", "district") is None
    builder.place(batch, "X12000001", "All of it", kind="region", parent=None, box=(0, 54, 9, 55))
    assert widen(builder.connection, "X05000001", "district") == "X12000001"


@pytest.mark.parametrize("where", [{"place_code": ward_code(3)}, POSTCODE], ids=["by name", "by postcode"])
def test_a_place_that_could_put_someone_at_risk_is_told_by_its_wide_council_area(tmp_path, where):
    home, draft = make_home(tmp_path, has_district=True), make_draft(**RISKY, **where)
    send(home, draft)
    assert where_of(home, draft) == [("code", "E06099999", "E06099999", "located", "authority")]


@pytest.mark.parametrize("where", [{"place_code": ward_code(3)}, POSTCODE], ids=["by name", "by postcode"])
def test_where_no_council_area_is_loaded_the_place_is_kept_back_and_the_person_told(tmp_path, where):
    home, draft = make_home(tmp_path, has_district=False), make_draft(**RISKY, **where)
    cells, wrong = say_where(open_current(home).cursor(), draft.answers)
    assert wrong is None and "council area" in explain_kept_back(draft.answers, cells)
    send(home, draft)
    assert where_of(home, draft) == [("none", None, None, "unlocated", "hidden")]


def test_what_is_recorded_or_kept_back_on_purpose_is_not_explained(tmp_path):
    connection = open_current(make_home(tmp_path, has_district=True)).cursor()
    for answers in ({**FOUR, **RISKY}, {**FOUR, "precision": "hidden"}, {**FOUR, "where_how": "hidden"}):
        assert explain_kept_back(answers, say_where(connection, answers)[0]) is None


def test_few_people_of_a_postcode_are_told_no_closer_than_the_ward_although_smaller_places_are_loaded():
    builder = Builder()
    batch = builder.batch("places", kind="places")
    builder.place(batch, "X01000001", "Small", kind="lsoa", parent=None, box=(-1.6, 53.7, -1.5, 53.9))
    few = {**FOUR, **POSTCODE, "c1_value": "4", "c1_basis": "exact"}
    assert say_where(builder.connection, few)[0]["place_precision"] == "hidden"
    builder.place(batch, "X07000001", "Large", kind="district", parent=None, box=(-4, 53.7, -1.4, 53.9))
    assert say_where(builder.connection, few)[0]["place_code"] == "X07000001"


@pytest.mark.real_data
@pytest.mark.skipif(not WARDS.exists(), reason="the folder of real data (SOUNDINGS_REAL_DATA) is not here")
def test_every_ward_at_the_edge_of_a_real_council_area_stands_in_it():
    import geopandas

    wards = geopandas.read_parquet(WARDS).to_crs(4326)
    wards["geometry"] = wards.geometry.make_valid()
    district = next(name for name in wards.columns if name.startswith("LAD") and name.endswith("CD"))
    code = next(name for name in wards.columns if name.startswith("WD") and name.endswith("CD"))
    widths = wards.bounds.groupby(wards[district]).agg({"minx": "min", "maxx": "max"})
    wide = wards[wards[district].isin(widths[widths.maxx - widths.minx > 2 * NEAR].index)]
    builder = Builder()
    batch = builder.batch("places", kind="places")

    def insert(name: str, kind: str, shape) -> None:
        middle = shape.representative_point()
        builder.insert("place", batch_id=batch, place_code=name, kind=kind, name=name, lon=middle.x, lat=middle.y, geometry=shape.wkb)  # fmt: skip

    for name, shape in wide.dissolve(district).geometry.items():
        insert(name, "district", shape)
    for name, shape in zip(wide[code], wide.geometry, strict=True):
        insert(name, "ward", shape)
    found = {name: widen(builder.connection, name, PLACE_KINDS[4]) for name in wide[code]}
    assert len(found) > 80 and found == dict(zip(wide[code], wide[district], strict=True))


def test_an_area_drawn_at_the_edge_of_a_wide_ward_reaches_into_it_and_one_outside_every_ward_into_its_council_area():
    builder = Builder()
    batch = builder.batch("places", kind="places")
    builder.place(batch, "X07000001", "Wideshire", kind="district", parent=None, box=(-4, 54, 2, 55))
    builder.place(batch, "X05000001", "Wide", parent=None, box=(-4, 54, -1, 55))
    builder.place(batch, "X05000002", "Narrow", parent=None, box=(-1, 54, -0.8, 55))
    asked = [(-3.99, -3.98), (-1.04, -1.02), (-1.02, -0.98), (-0.82, -0.78), (1.5, 1.6)]
    shapes = [read_corners([(west, 54.5), (east, 54.5), (east, 54.6), (west, 54.6)]) for west, east in asked]
    assert [find_reached(builder.connection, shape) for shape in shapes] == [
        ("X05000001",), ("X05000001",), ("X05000001", "X05000002"), ("X05000002",), ("X07000001",)
    ]  # fmt: skip
