"""Columns of a source's spec read what the form and the template read: “approx 9”, “60–70”, “<5”, “12+”, a year alone."""

from __future__ import annotations

import json
from datetime import date

import pyarrow as pa
import pytest

from etl.loading import load_file
from etl.mapping.batch import map_sheets
from etl.specs import BadSpec, parse_spec
from etl.types import Mapped, Sheet
from etl.undoing import rebuild
from soundings.generations import open_current
from soundings.queries import read_table
from soundings.views import say_figure
from tests.homes import make_wards_home
from tests.making import write_rows

SPEC = {
    "id": "stalls",
    "title": "Stalls",
    "licence": "as agreed",
    "attribution": "The parish",
    "recognise": ["Stall", "Begin", "Came", "Ward"],
    "column": {name: {"read": "date"} for name in ("Begin", "End", "Day")}
    | {name: {"read": "count"} for name in ("Came", "More", "There", "Minutes", "Hours", "Sessions")},
    "place": {"role": "venue", "tries": [{"name": "Ward"}]},
    "activity": {"per": "value", "key": "Stall", "title": "Stall", "start_date": "Begin", "end_date": "End"},
    "count": [
        {"measure": "attendances", "sum": ["Came", "More"], "start_date": "Begin", "end_date": "End"},
        {"measure": "group_sessions", "sum": ["Sessions"]},
        {"measure": "contact_hours", "sum": ["Hours"]},
    ],
    "session": {"date": "Day", "name": "Stall", "attendance": ["There"], "minutes": "Minutes"},
}
HEADER = ["Stall", "Begin", "End", "Came", "More", "Ward", "Day", "There", "Minutes", "Hours", "Sessions"]


def make_spec(**changed):
    return parse_spec(json.dumps(SPEC | changed), "stalls")


def map_cells(*rows: dict[str, str]) -> Mapped:
    said = [{"Stall": "Jam", "Begin": "2025-05-01", "Ward": "Ward 1"} | row for row in rows]
    table = pa.table({name: pa.array([row.get(name) for row in said], pa.string()) for name in HEADER})
    return map_sheets(make_spec(), [Sheet("s", table, pa.array(range(2, len(rows) + 2), pa.int32()))], "b", "s.csv")


def counted(mapped: Mapped, measure: str = "attendances") -> list[tuple]:
    rows = mapped.tables["activity_count"].to_pylist()
    return [(row["value"], row["value_high"], row["basis"]) for row in rows if row["measure"] == measure]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["9"], (9, None, "exact")),
        (["approx 9"], (9, None, "estimate")),
        (["ca. 30"], (30, None, "estimate")),
        (["60–70"], (60, 70, "band")),
        (["<5"], (0, 4, "band")),
        (["12+"], (12, None, "band")),
        (["mehr als 12"], (13, None, "band")),
        (["200", "12+"], (212, None, "band")),
        (["200", "<5", "about 10"], (210, 214, "band")),
        (["1,200", "env. 30"], (1230, None, "estimate")),
        (["60-70", "12+"], (72, None, "band")),
    ],
)
def test_a_figure_keeps_how_sure_it_is_and_so_does_a_sum(cells, expected):
    assert counted(map_cells(*({"Came": cell} for cell in cells))) == [expected]
    assert counted(map_cells(dict(zip(("Came", "More"), cells, strict=False)))) == [expected] or len(cells) > 2


def test_what_is_no_figure_is_set_aside_and_makes_no_sum():
    mapped = map_cells({"Came": "lots", "More": "5"}, {"Came": "1.5"}, {"Came": "n/a"}, {"Came": "70–60"})
    assert counted(mapped) == [] and mapped.rejections.num_rows == 3


def test_who_came_to_one_meeting_may_be_about_so_many_and_is_no_range():
    mapped = map_cells({"There": "about 9"}, {"There": "12", "Minutes": "90"}, {"There": "60–70"}, {"There": ""})
    rows = mapped.tables["session"].to_pylist()
    assert [row["attendance_count"] for row in rows] == [9, 12, None, None]
    assert [row["attendance_basis"] for row in rows] == ["estimate", None, None, None]
    assert "is a range" in mapped.rejections["reason"][0].as_py() and mapped.rejections.num_rows == 1


def test_hours_may_have_decimals_and_sessions_may_not():
    mapped = map_cells({"Hours": "120.5", "Sessions": "47"}, {"Hours": "about 10", "Sessions": "4.5"})
    assert counted(mapped, "contact_hours") == [(130.5, None, "estimate")]
    assert counted(mapped, "group_sessions") == [(47, None, "exact")]
    assert mapped.rejections["column_name"].to_pylist() == ["Sessions"]


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("2024", "", (date(2024, 1, 1), date(2024, 12, 31))),
        ("2024", "2025", (date(2024, 1, 1), date(2025, 12, 31))),
        ("2024-03-01", "2025", (date(2024, 3, 1), date(2025, 12, 31))),
        ("2024", "2024-06-30", (date(2024, 1, 1), date(2024, 6, 30))),
        ("2024", "one day", (date(2024, 1, 1), None)),
        ("2024-03-01", "", (date(2024, 3, 1), None)),
        ("2025", "2024", (date(2025, 1, 1), None)),
    ],
)
def test_a_year_alone_is_that_year(begin, end, expected):
    mapped = map_cells({"Begin": begin, "End": end, "Came": "5"})
    (activity,), (count, *_) = mapped.tables["activity"].to_pylist(), mapped.tables["activity_count"].to_pylist()
    assert (activity["start_date"], activity["end_date"]) == (count["period_start"], count["period_end"]) == expected
    assert mapped.rejections.num_rows == (expected[1] is None and bool(end))


def test_a_year_alone_is_no_day_of_a_meeting():
    mapped = map_cells({"Day": "2024", "There": "5"})
    assert mapped.tables["session"]["start_date"].to_pylist() == [None] and mapped.rejections.num_rows == 1


def test_many_cells_are_read_as_few_are():
    rows = [{"Came": str(number)} for number in range(6_000)]
    many = map_cells(*rows, {"Came": "12+"}, {"Came": "about 3"}, {"Came": "-4"})
    assert counted(many) == [(sum(range(6_000)) + 15, None, "band")] and many.rejections.num_rows == 1


@pytest.mark.parametrize("measure", ["group_size", "continuing_groups", "sessions"])
def test_a_spec_that_makes_depth_of_a_total_is_refused(measure):
    with pytest.raises(BadSpec, match=r"count\[0\].measure"):
        make_spec(count=[{"measure": measure, "sum": ["Came"]}])


def test_a_sum_of_a_source_says_its_least_on_the_map_and_after_a_rebuild(tmp_path):
    home = make_wards_home(tmp_path, has_records=False)
    home.sources.mkdir(exist_ok=True)
    text = '\n'.join(
        ['id = "stalls"', 'title = "Stalls"', 'licence = "x"', 'attribution = "x"', 'recognise = ["Stall", "Came", "Ward"]',
         '[column]', 'Came = { read = "count" }', '[place]', 'role = "venue"', 'tries = [{ name = "Ward" }]',
         '[activity]', 'per = "row"', 'title = "Stall"', '[[count]]', 'measure = "group_sessions"', 'sum = ["Came"]']
    )  # fmt: skip
    (home.sources / "stalls.toml").write_text(text, encoding="utf-8")
    rows = [["Jam", "200", "Ward 1"], ["Tea", "12+", "Ward 1"], ["Honey", "<5", "Ward 2"]]
    result = load_file(home, write_rows(tmp_path / "s.csv", rows, ["Stall", "Came", "Ward"]), "stalls")
    assert result.added == ("3 activities", "at least 212 group sessions")
    table = read_table(open_current(home).cursor(), measure="group_sessions", kind="ward", today=date(2026, 11, 23))
    assert [say_figure(row) for row in table.rows[:2]] == ["at least 212", "0 to 4"]
    assert rebuild(home).agrees
