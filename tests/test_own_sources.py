"""Sources of one's own: specs in the home, read beside those that come with Soundings, by the same rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from etl.cli import main
from etl.loading import ReadOptions, load_file
from etl.places.loading import add_places
from etl.specs import BadSpec, read_home_specs, read_sound_specs, read_specs
from etl.undoing import rebuild, undo
from etl.uploads.uploading import Wanted, list_fitting, prepare_upload, read_upload
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile
from tests.homes import make_wards_home
from tests.test_invitations import write_book

SPEC = """
id = "parish-log"
title = "The parish's log of stalls"
licence = "as agreed"
attribution = "The parish"
period = "as in the file"
recognise = ["Stall", "Day", "Visitors", "Ward of the stall"]

[column]
Day = { read = "date" }
Visitors = { read = "count" }

[place]
role = "venue"
tries = [{ name = "Ward of the stall"WITHIN }]

[activity]
per = "row"
title = "Stall"
start_date = "Day"
has_place = true

[[count]]
measure = "attendances"
sum = ["Visitors"]
start_date = "Day"
"""
LOG = "Stall,Day,Visitors,Ward of the stall\nJam,2025-05-01,12,Ward 1\nHoney,2025-05-08,30,Ward 2\n"


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    made = make_wards_home(tmp_path)
    monkeypatch.setenv("SOUNDINGS_HOME", str(made.root))
    return made


def write_spec(home: Home, name: str = "parish-log", text: str = SPEC, within: str = "") -> Path:
    home.sources.mkdir(exist_ok=True)
    path = home.sources / f"{name}.toml"
    path.write_text(text.replace("WITHIN", within), encoding="utf-8")
    return path


def write_log(tmp_path: Path, text: str = LOG) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(text, encoding="utf-8")
    return path


def read_attendances(home: Home) -> dict[str, float]:
    sql = """
        select p.name, sum(c.value) from activity_count c
        join location_place lp using (batch_id, location_id) join place_now p on p.place_code = lp.place_code
        where c.measure = 'attendances' and p.kind = 'ward' group by 1
    """
    return dict(open_current(home).cursor().execute(sql).fetchall())


def test_a_file_is_recognised_as_a_source_of_ones_own_and_counted(home, tmp_path):
    write_spec(home)
    assert load_file(home, write_log(tmp_path)).source_id == "parish-log"
    assert read_attendances(home) == {"Ward 1": 12, "Ward 2": 30}


def test_the_page_recognises_it_too(home, tmp_path):
    write_spec(home)
    sheets = read_upload("log.csv", LOG.encode(), ReadOptions())
    assert list_fitting(home, sheets) == ["parish-log"]
    assert prepare_upload(home, "log.csv", "0" * 64, sheets, Wanted("parish-log")).mapped.rows_accepted == 2


def test_without_the_spec_the_file_is_none_that_is_known(home, tmp_path):
    with pytest.raises(BadFile):
        load_file(home, write_log(tmp_path))


def test_sources_lists_it_with_where_it_is_from(home, capsys):
    write_spec(home)
    assert main(["sources"]) == 0
    said = capsys.readouterr().out
    assert (
        "The parish's log of stalls (your own: sources/parish-log.toml)" in said
        and "All but your own come with Soundings." in said
    )
    assert main(["sources", "--json"]) == 0
    told = {one["source_id"]: one["is_own"] for one in json.loads(capsys.readouterr().out)}
    assert told == dict.fromkeys(read_specs(), False) | {"parish-log": True}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("broken", "id = ", "broken.toml is not TOML that can be read"),
        ("other", SPEC, "other.toml: `id` is “parish-log”. Expected the file's own name, “other”."),
        ("parish-log", SPEC.replace('role = "venue"', 'role = "pub"'), "parish-log.toml: `place.role` is “pub”."),
        (
            "native",
            SPEC.replace('"parish-log"', '"native"'),
            "native.toml: `id` is that of a source that comes with Soundings",
        ),
    ],
)
def test_a_wrong_one_stops_the_command_line_and_is_passed_over_and_named_on_the_page(
    home, tmp_path, name, text, said, capsys
):
    path = write_spec(home, name, text)
    with pytest.raises(BadSpec, match=said.replace(".", r"\.").replace("(", r"\(")):
        read_home_specs(home)
    assert main(["load", str(write_log(tmp_path))]) == 2 and said in capsys.readouterr().err
    assert main(["sources", "check", str(path)]) == 2 and said in capsys.readouterr().err
    specs, problems = read_sound_specs(home)
    assert set(specs) == set(read_specs()) and len(problems) == 1 and said in problems[0]


def test_a_spec_is_tried_on_a_file_and_nothing_is_kept(home, tmp_path, capsys):
    path = tmp_path / "parish-log.toml"
    path.write_text(SPEC.replace("WITHIN", ""), encoding="utf-8")
    before = sorted(home.inbox.iterdir())
    assert main(["sources", "check", str(path), str(write_log(tmp_path))]) == 0
    said = capsys.readouterr().out
    assert "2 rows read = 2 accepted + 0 rejected" in said and "This was a dry run: nothing was written." in said
    assert sorted(home.inbox.iterdir()) == before
    assert main(["sources", "check", str(path)]) == 0 and str(home.sources) in capsys.readouterr().out


def test_a_spec_that_was_put_right_reads_the_same_file_anew(home, tmp_path):
    write_spec(home)
    first = load_file(home, write_log(tmp_path))
    write_spec(home, text=SPEC.replace('"attendances"', '"people"'))
    with pytest.raises(
        BadFile, match=rf"batch {first.batch_id}, read in another way \(what the source's file says\).*--read-again"
    ):
        load_file(home, write_log(tmp_path))
    second = load_file(home, write_log(tmp_path), read_again=True)
    assert second.batch_id != first.batch_id and not read_attendances(home)
    sql = "select measure, sum(value) from activity_count where batch_id = $1 group by 1"
    assert open_current(home).cursor().execute(sql, [second.batch_id]).fetchall() == [("people", 42)]


def list_figures(home) -> list[tuple]:
    sql = "select measure, sum(value) from activity_count where activity_id not like 'contributions%' group by 1 order by 1"
    return open_current(home).cursor().execute(sql).fetchall()


def test_a_file_loaded_as_one_source_is_not_loaded_as_another_nor_said_to_be_in_a_dry_run(home, tmp_path):
    write_spec(home)
    write_spec(home, "stalls", SPEC.replace("parish-log", "stalls").replace('"attendances"', '"people"'))
    path = write_log(tmp_path)
    first = load_file(home, path, "parish-log")
    before = list_figures(home)
    for dry_run in (True, False):
        with pytest.raises(BadFile, match=rf"batch {first.batch_id}.*\(as parish-log, now as stalls.*--read-again"):
            load_file(home, path, "stalls", dry_run=dry_run)
    assert list_figures(home) == before == [("attendances", 42)]
    assert not load_file(home, path, "stalls", read_again=True, dry_run=True).already_loaded
    second = load_file(home, path, "stalls", read_again=True)
    assert list_figures(home) == [("people", 42)] and rebuild(home).agrees
    undo(home, second.batch_id)
    assert list_figures(home) == before and rebuild(home).agrees


BOOK = {"May": ["2025-05-01", "2025-05-08"], "June": ["2025-06-05"]}
DAYS = "Stall,Day,Visitors,Ward of the stall\nJam,03/04/2025,12,Ward 1\nHoney,05/06/2025,30,Ward 2\n"


def list_days(home) -> list[str]:
    sql = "select period_start from activity_count where measure = 'attendances' order by 1"
    return [day.isoformat() for (day,) in open_current(home).cursor().execute(sql).fetchall()]


@pytest.mark.parametrize(
    ("one", "other", "before", "after"),
    [
        ({"date_order": "day-first"}, {"date_order": "month-first"}, ["2025-04-03", "2025-06-05"], ["2025-03-04", "2025-05-06"]),
        ({"sheet": "May"}, {"sheet": "June"}, BOOK["May"], BOOK["June"]),
        ({"sheet": "June"}, {}, BOOK["June"], [*BOOK["May"], *BOOK["June"]]),
    ],
)  # fmt: skip
def test_another_way_of_reading_takes_the_first_ones_place_until_it_is_undone(
    home, tmp_path, one, other, before, after
):
    write_spec(home)
    if "sheet" in one:
        path = tmp_path / "log.xlsx"
        header = ["Stall", "Day", "Visitors", "Ward of the stall"]
        sheets = {name: [header, *(["Jam", day, 12, "Ward 1"] for day in days)] for name, days in BOOK.items()}
        write_book(path, **sheets)
    else:
        path = tmp_path / "log.csv"
        path.write_text(DAYS, encoding="utf-8")
    first = load_file(home, path, options=ReadOptions(**one))
    assert list_days(home) == before
    with pytest.raises(BadFile, match=f"batch {first.batch_id}, read in another way"):
        load_file(home, path, options=ReadOptions(**other), dry_run=True)
    second = load_file(home, path, options=ReadOptions(**other), read_again=True)
    assert list_days(home) == after and rebuild(home).agrees
    undo(home, second.batch_id)
    assert list_days(home) == before and rebuild(home).agrees


def write_wards(path: Path, parents: dict[str, str | None]) -> Path:
    """Square wards by name, each with the code of the larger place that it is given; none of them is real."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"E0599980{number}", "name": name, **({"district": parent} if parent else {})},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 54], [x + 0.1, 54], [x + 0.1, 54.1], [x, 54.1], [x, 54]]],
            },
        }
        for number, (name, parent) in enumerate(parents.items())
        for x in [number / 10]
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ({"Ward 1": None, "Ward 2": None}, {"Ward 1": 12, "Ward 2": 30}),  # boundaries without a larger place
        ({"Ward 1": "E09999901", "Ward 2": "E09999902"}, {"Ward 1": 12}),  # Ward 2 is in another authority
        ({"Ward 1": "E09999902", "Ward 2": "E09999902"}, {}),
    ],
)
def test_names_inside_an_authority_are_found_where_the_wards_came_without_it(tmp_path, parents, expected):
    home = Home(tmp_path / "home")
    said = {"parent": "district"} if any(parents.values()) else {}
    add_places(home, write_wards(tmp_path / "w.geojson", parents), "ward", code="code", name="name", **said)
    write_spec(home, within=', within = "E09999901"')
    result = load_file(home, write_log(tmp_path))
    assert read_attendances(home) == expected
    missing = [one for one in result.place_reasons if one.state == "unlocated"]
    assert sum(one.count for one in missing) == 2 - len(expected)
    assert all("within E09999901" in one.reason for one in missing) or not expected
