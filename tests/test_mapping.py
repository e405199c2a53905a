"""Specs and mapping: what a spec may say, which source a file is of, and what its rows become."""

from __future__ import annotations

import random
from collections import Counter

import pyarrow as pa
import pytest

from etl.mapping.batch import map_sheets
from etl.specs import BadSpec, parse_spec, read_specs, recognise_source, with_options
from etl.tables import empty_tables
from etl.types import Mapped, Sheet
from soundings.model import BadFile

SPEC = {
    "id": "drop-ins",
    "title": "Drop-ins",
    "licence": "OGL v3.0",
    "attribution": "Tidewell Council",
    "authority": "Z07000001",
    "recognise": ["day", "ward", "came"],
    "column": {"day": {"read": "date", "required": True}, "ward": {"read": "list"}, "came": {"read": "count"}},
    "place": {"role": "venue", "tries": [{"name": "ward"}]},
    "activity": {"per": "row", "title": {"text": "Drop-in"}, "start_date": "day"},
    "count": [{"measure": "attendances", "sum": ["came"], "start_date": "day"}],
}


NO_DECISION = {"fact": "decision_open", "answer": "no", "evidence": "Notes of the library service, May 2024"}


def make_sheet(rows: list[dict], name: str = "sheet") -> Sheet:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = pa.table({column: pa.array([row.get(column) for row in rows], pa.string()) for column in columns})
    return Sheet(name, table, pa.array(range(2, len(rows) + 2), pa.int32()))


def map_rows(spec: dict | str, rows: list[dict]) -> Mapped:
    chosen = read_specs()[spec] if isinstance(spec, str) else parse_spec(spec)
    return map_sheets(chosen, [make_sheet(rows)], "b1", "file.csv")


def change(path: str, value) -> dict:
    """SPEC with the key at a dotted path set; None takes it out."""

    def rebuilt(table: dict, keys: list[str]) -> dict:
        changed = dict(table)
        if len(keys) > 1:
            changed[keys[0]] = rebuilt(changed.get(keys[0], {}), keys[1:])
        elif value is None:
            changed.pop(keys[0], None)
        else:
            changed[keys[0]] = value
        return changed

    return rebuilt(SPEC, path.split("."))


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("title", None, "`title` is missing"),
        ("titel", "x", "`titel` is not a key used here"),
        ("activity.per", "person", "`activity.per` is “person”"),
        ("activity.titel", "x", "`activity.titel` is not a key"),
        ("place.role", "nearby", "`place.role` is “nearby”"),
        ("place.tries", [{}], r"`place.tries\[0\]` needs exactly one"),
        ("place.tries", [{"lon": "x", "lat": "y"}, {"code": "z"}], r"`place.tries\[0\]` is a point"),
        ("place", None, "`place` is missing"),
        ("column", {"day": {"read": "moon"}}, "`column.day.read` is “moon”"),
        ("column", {"day": {"required": "yes"}}, "`column.day.required` is text. Expected true or false"),
        ("recognise", [], "`recognise` is missing"),
        ("recognise", "day", "`recognise` is text. Expected a list"),
        ("count", [{"measure": "attendances"}], r"`count\[0\]` needs either"),
        ("date_order", "backwards", "`date_order` is “backwards”"),
        ("shape", "cube", "`shape` is “cube”"),
        ("fact", [{**NO_DECISION, "fact": "was_nice"}], r"`fact\[0\].fact` is “was_nice”. Expected one of: can_reply"),
        ("fact", [{**NO_DECISION, "answer": "perhaps"}], r"`fact\[0\].answer` is “perhaps”. Expected one of: yes, no"),
        ("fact", [{**NO_DECISION, "evidence": " "}], r"`fact\[0\].evidence` is blank"),
        ("fact", [NO_DECISION, NO_DECISION], r"`fact\[1\].fact` is “decision_open”, which was answered above"),
    ],
)
def test_a_wrong_spec_is_refused_naming_file_and_key(path: str, value, words: str) -> None:
    with pytest.raises(BadSpec, match=words) as refused:
        parse_spec(change(path, value), "drop-ins.toml")
    assert str(refused.value).startswith("drop-ins.toml: ")


def test_the_template_states_no_fact_for_everything_in_it() -> None:
    with pytest.raises(BadSpec, match="`fact` cannot be stated for the template, which has a sheet of facts"):
        parse_spec({**read_specs()["native"].raw, "fact": [NO_DECISION]}, "ours.toml")


def test_what_holds_for_a_whole_source_is_a_fact_of_each_of_its_activities() -> None:
    mapped = map_rows({**SPEC, "fact": [NO_DECISION]}, [{"day": "2024-05-01", "ward": "A", "came": "3"}] * 2)
    activities = mapped.tables["activity"]["activity_id"].to_pylist()
    assert [(row["activity_id"], row["fact"], row["answer"], row["evidence"]) for row in mapped.tables["fact"].to_pylist()] == [
        (activity_id, *NO_DECISION.values()) for activity_id in activities
    ]  # fmt: skip


def test_a_spec_reads_back_from_the_text_a_manifest_keeps() -> None:
    for spec in read_specs().values():
        assert parse_spec(spec.text) == spec


def test_a_spec_file_must_be_named_after_its_id(tmp_path) -> None:
    (tmp_path / "other.toml").write_text(
        'id = "drop-ins"\ntitle = "D"\nlicence = "x"\nattribution = "x"\nshape = "template"\n'
    )
    with pytest.raises(BadSpec, match="other.toml: `id` is “drop-ins”"):
        read_specs(tmp_path)


def test_a_spec_that_is_not_toml_is_refused_by_name(tmp_path) -> None:
    (tmp_path / "broken.toml").write_text("id = ")
    with pytest.raises(BadSpec, match="broken.toml is not TOML"):
        read_specs(tmp_path)


def test_the_source_that_asks_for_most_of_a_files_columns_wins() -> None:
    grants = make_sheet([{"date_submitted": "2023-01-01", "grant": "g", "type": "t", "la_code": "x", "ward_code": "y"}])
    assert recognise_source([grants], read_specs()).id == "leeds2023-grants"


def test_a_file_of_no_source_is_told_what_it_comes_closest_to() -> None:
    with pytest.raises(BadFile, match="closest to leeds2023-callouts, for which it lacks callout"):
        recognise_source([make_sheet([{"date_submitted": "x", "la_code": "x", "ward_code": "x"}])], read_specs())


def test_a_file_read_as_the_wrong_source_is_refused_with_the_missing_column() -> None:
    with pytest.raises(BadFile, match="cannot be read as leeds2023-ballot .* It has no column date_submitted"):
        map_rows("leeds2023-ballot", [{"ward_code": "E05099901"}])


def test_blank_is_no_figure_and_zero_is_one() -> None:
    mapped = map_rows(
        SPEC,
        [
            {"day": "2023-01-01", "ward": "Old Mill", "came": None},
            {"day": "2023-01-01", "ward": "Old Mill", "came": "0"},
        ],
    )
    assert mapped.tables["activity"].num_rows == 2
    assert mapped.tables["activity_count"]["value"].to_pylist() == [0]


def test_a_figure_of_a_row_in_several_wards_stands_at_the_authority() -> None:
    mapped = map_rows(
        SPEC,
        [
            {"day": "2023-01-01", "ward": "['A', 'B', 'A']", "came": "7"},
            {"day": "2023-01-01", "ward": "['C', 'C']", "came": "8"},
        ],
    )
    where = {row["location_id"]: row["code"] or row["name"] for row in mapped.tables["location"].to_pylist()}
    counts = mapped.tables["activity_count"].to_pylist()
    assert {where[row["location_id"]]: row["value"] for row in counts} == {"Z07000001": 7, "C": 8}


def test_several_wards_without_an_authority_are_no_place_rather_than_a_guess() -> None:
    mapped = map_rows(change("authority", None), [{"day": "2023-01-01", "ward": "['A', 'B']", "came": "7"}])
    assert [(row["kind"], row["reason"]) for row in mapped.tables["location"].to_pylist()] == [
        ("none", "The row names several places, and its source no authority.")
    ]


def test_every_bad_cell_is_listed_and_its_row_counted_once() -> None:
    spec = change("column.came", {"read": "count", "required": True})
    mapped = map_rows(
        spec,
        [
            {"day": "never", "ward": "A", "came": "lots"},
            {"day": None, "ward": "A", "came": None},
            {"day": "2023-01-01", "ward": "A", "came": "1"},
        ],
    )
    assert (mapped.rows_read, mapped.rows_accepted, mapped.rows_rejected) == (3, 1, 2)
    assert [(row["row_number"], row["column_name"]) for row in mapped.rejections.to_pylist()] == [
        (2, "day"),
        (2, "came"),
        (3, "day"),
        (3, "came"),
    ]
    assert mapped.rejections["is_row_rejected"].to_pylist() == [True] * 4


def test_saying_which_comes_first_answers_for_dates_that_could_be_either() -> None:
    rows = [{"day": "3/4/2023", "ward": "A", "came": "1"}]
    assert map_rows(SPEC, rows).rows_rejected == 1
    answered = with_options(parse_spec(SPEC), date_order="day-first")
    assert answered.text != parse_spec(SPEC).text
    mapped = map_sheets(parse_spec(answered.text), [make_sheet(rows)], "b1", "file.csv")
    assert mapped.tables["activity"]["start_date"].to_pylist()[0].isoformat() == "2023-04-03"


def test_a_file_of_swapped_points_is_asked_about_as_a_whole() -> None:
    spec = change("place.tries", [{"lon": "lon", "lat": "lat"}])
    rows = [{"day": "2023-01-01", "ward": None, "came": "1", "lon": f"53.{n}", "lat": "-1.5"} for n in range(10)]
    with pytest.raises(BadFile, match="of 10 points, 10 cannot be right. Longitude and latitude look swapped"):
        map_rows(spec, rows)
    rows = [{"day": "2023-01-01", "ward": None, "came": "1", "lon": "-1.5", "lat": f"53.{n}"} for n in range(10)]
    rows.append({"day": "2023-01-01", "ward": None, "came": "1", "lon": "53.8", "lat": "-1.5"})
    kinds = Counter(row["kind"] for row in map_rows(spec, rows).tables["location"].to_pylist())
    assert kinds == {"point": 10, "refused": 1}


def test_contributions_become_counts_by_activity_place_and_day() -> None:
    pick = random.Random(4)
    rows = [
        {
            "date": pick.choice(["2024-01-05", "2024-01-06 10:30", "6 January 2024", "never"]),
            "ward_code": pick.choice(["E05099901", "E05099902", "UNKNOWN", None]),
            "activity": pick.choice(["Survey", "Map", " Map "]),
        }
        for _ in range(3000)
    ]
    days = {"2024-01-05": "2024-01-05", "2024-01-06 10:30": "2024-01-06", "6 January 2024": "2024-01-06"}
    expected: dict[tuple, list[int]] = {}
    for number, row in enumerate(rows, 2):
        if row["date"] != "never":
            place = row["ward_code"] if row["ward_code"] != "UNKNOWN" else "(UNKNOWN)"
            expected.setdefault((row["activity"].strip(), place, days[row["date"]]), []).append(number)
    mapped = map_rows("contributions", rows)
    where = {
        row["location_id"]: row["code"] or (f"({row['said']})" if row["said"] else None)
        for row in mapped.tables["location"].to_pylist()
    }
    titles = {row["activity_id"]: row["title"] for row in mapped.tables["activity"].to_pylist()}
    found = {
        (titles[row["activity_id"]], where[row["location_id"]], row["period_start"].isoformat()): row["source_rows"]
        for row in mapped.tables["activity_count"].to_pylist()
    }
    assert found == expected
    assert all(
        row["value"] == row["source_row_count"] == len(row["source_rows"])
        for row in mapped.tables["activity_count"].to_pylist()
    )
    assert mapped.rows_rejected == sum(row["date"] == "never" for row in rows)


def test_many_distinct_points_and_times_come_out_as_few_ones_do() -> None:
    rows = [
        {
            "date": f"2024-01-{1 + n % 28:02} {n % 24:02}:{n % 60:02}:{n % 59:02}",
            "lon": f"-1.{n:05}",
            "lat": f"53.{n % 7}",
            "activity": "Map",
        }
        for n in range(6000)
    ] + [
        {"date": "soon", "lon": "-1.5", "lat": "53.1", "activity": "Map"},
        {"date": "2024-01-01", "lon": "west", "lat": "53.1", "activity": "Map"},
    ]
    mapped = map_rows("contributions", rows)
    assert (mapped.rows_accepted, mapped.rows_rejected) == (6001, 1)
    points = {
        row["said"]: (row["lon"], row["lat"]) for row in mapped.tables["location"].to_pylist() if row["kind"] == "point"
    }
    assert len(points) == 6000
    assert all((float(said.split(", ")[0]), float(said.split(", ")[1])) == point for said, point in points.items())
    assert sum(mapped.tables["activity_count"]["value"].to_pylist()) == 6001


def test_the_same_sheets_in_another_order_become_the_same_rows() -> None:
    one = make_sheet([{"day": "2023-01-01", "ward": "A", "came": "1"}], "one")
    two = make_sheet([{"day": "2023-01-02", "ward": "B", "came": "2", "note": "kept out"}], "two")
    spec = parse_spec(SPEC)
    first, second = (map_sheets(spec, sheets, "b1", "book.xlsx") for sheets in ([one, two], [two, one]))
    assert first.tables == second.tables
    ids = first.tables["activity_count"]["count_id"].to_pylist()
    assert len(set(ids)) == 2


def test_a_row_of_people_never_shows_their_postcode_in_a_rejection() -> None:
    rows = [{"activity_id": "a", "title": "A", "lon": "west of here", "lat": "53.1", "place_role": "home"}]
    mapped = map_rows("native", rows)
    assert [
        (row["column_name"], row["value"]) for row in mapped.rejections.to_pylist() if row["column_name"] == "lon"
    ] == [("lon", None)]


def test_template_sheets_loaded_apart_link_up_by_their_own_key() -> None:
    activity = map_rows("native", [{"activity_id": "repairs", "title": "Repairs"}])
    session = map_rows("native", [{"activity_id": " repairs ", "session_id": "1", "date": "2024-01-01"}])
    assert (
        activity.tables["activity"]["activity_id"].to_pylist() == session.tables["session"]["activity_id"].to_pylist()
    )


def find_sayings(mapped: Mapped, table: str) -> list[tuple]:
    """(role, kind, what the location is or why it is none) of each row of a table, in order."""
    locations = {row["location_id"]: row for row in mapped.tables["location"].to_pylist()}
    found = [(row["role"], locations[row["location_id"]]) for row in mapped.tables[table].to_pylist()]
    return [(role, at["kind"], at["code"] or at["name"] or at["reason"]) for role, at in found]


def map_template_sheets(**sheets: list[dict]) -> Mapped:
    return map_sheets(read_specs()["native"], [make_sheet(rows, name) for name, rows in sheets.items()], "b1", "folder")


def test_where_people_live_is_never_taken_from_where_it_happened() -> None:
    activities = [{"activity_id": "a", "title": "A", "place_role": "venue", "place_code": "E05000001"}]
    count = {"activity_id": "a", "measure": "people", "place_code": None, "screened_area_code": None}
    counts = [{**count, "value": "5", "place_role": "home"}, {**count, "value": "6", "place_role": "venue"}]
    mapped = map_template_sheets(activities=activities, counts=counts)
    home, venue = find_sayings(mapped, "activity_count")
    assert home[:2] == ("home", "none") and "where people live" in home[2]
    assert venue == ("venue", "code", "E05000001")
    activities[0]["place_role"] = "home"
    venue = find_sayings(map_template_sheets(activities=activities, counts=counts), "activity_count")[1]
    assert venue == ("venue", "none", "No place was given.")


def test_words_for_an_unknown_place_are_no_codes_and_the_next_way_is_tried() -> None:
    count = {"activity_id": "a", "measure": "people", "value": "5", "place_role": "venue", "place_name": None}
    said = ["UNKNOWN", "NOT_PROVIDED", "not known", "N/A", "n.a.", "unknown; E05000001", "unknown"]
    counts = [{**count, "place_code": code} for code in said]
    counts[-1]["place_name"] = "Harbour"
    mapped = map_rows("native", counts)
    assert mapped.rows_rejected == 0
    assert find_sayings(mapped, "activity_count") == [
        *(("venue", "none", f"The file says “{code}”.") for code in said[:5]),
        ("venue", "code", "E05000001"),
        ("venue", "name", "Harbour"),
    ]


def test_a_name_with_a_semicolon_or_a_bracket_is_one_name() -> None:
    names = ["Dock; Quay and Strand", "[Old] Harbour"]
    count = {"activity_id": "a", "measure": "people", "value": "5", "place_role": "venue"}
    mapped = map_rows("native", [{**count, "place_name": name} for name in names])
    assert mapped.rows_rejected == 0
    assert find_sayings(mapped, "activity_count") == [("venue", "name", name) for name in names]


def test_tables_have_the_columns_and_types_of_the_schema() -> None:
    mapped = map_rows(SPEC, [{"day": "2023-01-01", "ward": "A", "came": "1"}])
    assert {name: table.schema for name, table in mapped.tables.items()} == {
        name: table.schema for name, table in empty_tables().items()
    }


def test_a_file_without_rows_becomes_nothing() -> None:
    for source in ("contributions", "leeds2023-events", "leeds2023-tickets", "native"):
        spec = read_specs()[source]
        columns = ("activity_id", "title") if source == "native" else [name.split("|")[0] for name in spec.recognise]
        empty = Sheet(
            "empty", pa.table({name: pa.array([], pa.string()) for name in columns}), pa.array([], pa.int32())
        )
        mapped = map_sheets(spec, [empty], "b1", "empty.csv")
        assert (mapped.rows_read, mapped.tables["activity"].num_rows, mapped.tables["activity_count"].num_rows) == (
            0,
            0,
            0,
        )


def test_a_date_column_the_spec_does_not_describe_is_read_before_rows_are_counted() -> None:
    mapped = map_rows(change("column", {"came": {"read": "count"}}), [{"day": "3/4/2023", "ward": "A", "came": "1"}])
    assert (mapped.rows_accepted, mapped.rows_rejected) == (0, 1)
    assert mapped.tables["activity"].num_rows == mapped.tables["activity_count"].num_rows == 0


def test_a_key_that_two_rows_share_gives_each_row_its_own_activity() -> None:
    rows = [{"day": "2023-01-01", "ward": "A", "came": "1", "ref": ref} for ref in ("x", "x", "y", None)]
    mapped = map_rows(change("activity.key", "ref"), rows)
    assert mapped.tables["activity"]["activity_id"].to_pylist() == ["b1-2", "b1-3", "drop-ins:y", "b1-5"]
