"""Points of an activity file that are swapped, beyond any map or in another system: asked about, and the way on works."""

from __future__ import annotations

import csv

import pytest

from etl.loading import ReadOptions, load_file
from etl.places.loading import add_places
from etl.questions.swapped import ALL, FEW
from etl.undoing import rebuild
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile
from tests.test_boundary_coordinates import HAMBURG, KOLKATA, LYON, TROMSO, UTRECHT, in_system, squares, write

SOURCE = "decidim-meetings"
HEADER = [
    "url",
    "title/en",
    "start_time",
    "end_time",
    "attendees",
    "contributions",
    "participatory_space/url",
    "longitude",
    "latitude",
]


def write_meetings(path, points: list[tuple[float, float]]):
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for i, (lon, lat) in enumerate(points):
            day = f"2026-03-{i + 1:02d} 18:00"
            rows.writerow(
                [f"https://example.org/m/{i}", f"Talk {i}", day, day, 5 + i, 0, "https://example.org/p/1", lon, lat]
            )
    return path


def points_in(at: tuple[float, float], count: int = 10) -> list[tuple[float, float]]:
    return [(round(at[0] + 0.005 + i * 0.007, 6), round(at[1] + 0.01, 6)) for i in range(count)]


def make_home(root, at: tuple[float, float]) -> Home:
    home = Home(root / "home")
    add_places(home, write(root / "wards.geojson", squares(*at)), "ward")
    return home


def count_located(home: Home) -> int:
    query = "select count(*) from location_state where state = 'located'"
    return open_current(home).cursor().execute(query).fetchone()[0]


@pytest.mark.parametrize("at", [HAMBURG, LYON, TROMSO, UTRECHT, (-58.4, -34.6)])
def test_points_that_lie_with_the_loaded_places_only_when_swapped_must_be_answered(tmp_path, at):
    home = make_home(tmp_path, at)
    path = write_meetings(tmp_path / "m.csv", [(lat, lon) for lon, lat in points_in(at)])
    with pytest.raises(BadFile, match=rf"Are the two swapped(.|\n)*--answer '{ALL}=swap'"):
        load_file(home, path, SOURCE)
    result = load_file(home, path, SOURCE, options=ReadOptions(answers=((ALL, "swap"),)))
    assert result.rows_accepted == 10 and count_located(home) == 10
    before = result.content_hash
    assert rebuild(home).content_hash == before


@pytest.mark.parametrize("at", [HAMBURG, LYON, KOLKATA])
def test_a_few_swapped_points_among_the_rest_are_asked_about(tmp_path, at):
    if at == KOLKATA:
        at = (77.2, 28.6)  # where latitude and longitude swapped are still drawable
    home = make_home(tmp_path, at)
    points = points_in(at)
    path = write_meetings(tmp_path / "m.csv", [*points[:8], *((lat, lon) for lon, lat in points[8:])])
    asked = load_file(home, path, SOURCE, dry_run=True).questions
    assert [(one.id, one.moves) for one in asked] == [(FEW, 2)]
    load_file(home, path, SOURCE, options=ReadOptions(answers=((FEW, "swap"),)))
    assert count_located(home) == 10


@pytest.mark.parametrize("at", [KOLKATA, (100.5, 13.75), (139.7, 35.7), (-99.1, 19.4)])
def test_latitudes_that_no_map_can_draw_are_refused_with_the_way_on(tmp_path, at):
    home = make_home(tmp_path, at)
    with pytest.raises(BadFile, match="beyond 85 degrees, where no map can be drawn.*Rename the two columns"):
        load_file(home, write_meetings(tmp_path / "m.csv", [(lat, lon) for lon, lat in points_in(at)]), SOURCE)
    load_file(home, write_meetings(tmp_path / "right.csv", points_in(at)), SOURCE)
    assert count_located(home) == 10


def test_points_at_0_0_are_refused(tmp_path):
    home = make_home(tmp_path, LYON)
    with pytest.raises(BadFile, match="0, 0 is in the sea off West Africa"):
        load_file(home, write_meetings(tmp_path / "m.csv", [(0, 0)] * 10), SOURCE)


@pytest.mark.parametrize(("epsg", "at"), [(25832, HAMBURG), (2154, LYON), (28992, UTRECHT), (3857, LYON)])
def test_points_in_metres_are_answered_with_the_systems_that_fit(tmp_path, epsg, at):
    home = make_home(tmp_path, at)
    points = [(shape.centroid.x, shape.centroid.y) for shape in in_system(squares(*at, count=10), epsg)]
    with pytest.raises(BadFile, match=rf"As metres they would fit: .*\(EPSG:{epsg}\)"):
        load_file(home, write_meetings(tmp_path / "m.csv", points), SOURCE)


@pytest.mark.parametrize("at", [HAMBURG, LYON, TROMSO, KOLKATA, (36.8, -1.3)])
def test_points_that_are_right_are_asked_nothing(tmp_path, at):
    home = make_home(tmp_path, at)
    result = load_file(home, write_meetings(tmp_path / "m.csv", points_in(at)), SOURCE)
    assert not result.questions and count_located(home) == 10


@pytest.mark.parametrize("at", [HAMBURG, LYON, TROMSO])
def test_peoples_points_that_are_swapped_are_asked_about_and_right_ones_are_not(tmp_path, at):
    home = make_home(tmp_path, at)
    rows = [f"2026-03-0{i + 1},Paths,{lon},{lat}" for i, (lon, lat) in enumerate(points_in(at, 6))]
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text("\n".join(["date,activity,lat,lon", *rows]))
    right.write_text("\n".join(["date,activity,lon,lat", *rows]))
    with pytest.raises(BadFile, match="With longitude and latitude swapped it would stand in one"):
        load_file(home, wrong, "contributions")
    assert load_file(home, right, "contributions").rows_accepted == 6
