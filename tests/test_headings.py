"""Columns by any of their headings, what is kept of the others, and what a spec may say of single columns."""

from __future__ import annotations

import pytest

from etl.mapping.batch import map_sheets
from etl.mapping.filling import name_file
from etl.mapping.headings import find_headings, find_roles, name_all, rename_sheet
from etl.specs import BadSpec, parse_spec
from soundings.model import BadFile
from tests.test_mapping import make_sheet

SPEC = {
    "id": "drop-ins",
    "title": "Drop-ins",
    "licence": "OGL v3.0",
    "attribution": "Tidewell Council",
    "recognise": ["day", "came"],
    "others": "drop",
    "heading": {"day": ["Date of visit"], "came": ["number *", "attendees"], "wards": ["ward:*:code"], "id": []},
    "column": {
        "day": {"read": "date", "required": True},
        "came": {"read": "count", "blank": ["0", "none"]},
        "wards": {"read": "list"},
        "id": {"unique": True},
    },
    "place": {"role": "area", "tries": [{"code": "wards"}]},
    "activity": {
        "per": "row",
        "title": {"column": "scheme", "file_name": True},
        "start_date": "day",
        "has_place": True,
    },
    "count": [{"measure": "attendances", "sum": ["came"], "when": {"column": "state", "not_among": ["off"]}}],
}


def map_rows(rows: list[dict], spec: dict = SPEC, file_name: str = "drop_ins (Responses).csv"):
    return map_sheets(parse_spec(spec), [make_sheet(rows)], "b1", file_name)


def test_the_first_heading_that_a_file_has_is_read_whatever_its_case():
    spec = parse_spec(SPEC)
    assert find_headings(spec, ["DATE OF VISIT", "Attendees", "other"]) == {
        "day": ["DATE OF VISIT"],
        "came": ["Attendees"],
    }
    assert find_headings(spec, ["day", "Date of visit", "Number of people", "attendees"]) == {
        "came": ["Number of people"]
    }


def test_a_bracket_or_question_mark_in_a_heading_is_that_sign_and_no_pattern():
    spec = parse_spec({**SPEC, "heading": {"day": ["When [day]?"]}})
    assert find_headings(spec, ["when [day]?", "When d"]) == {"day": ["when [day]?"]}


def test_columns_that_share_a_list_are_read_as_one_and_blanks_among_them_are_nothing():
    rows = [
        {"day": "2024-01-01", "came": "3", "Ward:0:Code": "E05099901", "Ward:1:Code": "E05099902"},
        {"day": "2024-01-02", "came": "4", "Ward:1:Code": "E05099903"},
        {"day": "2024-01-03", "came": "5"},
    ]
    sheet = rename_sheet(parse_spec(SPEC), make_sheet(rows))
    assert sheet.table["wards"].to_pylist() == ["E05099901; E05099902", "; E05099903", None]
    assert map_rows(rows).tables["activity_place"].num_rows == 4


def test_several_columns_for_one_that_is_no_list_are_a_question():
    rows = [{"day": "2024-01-01", "number of adults": "3", "number of children": "4"}]
    with pytest.raises(BadFile, match='“number of adults” or “number of children”.*--drop "number of children"'):
        map_rows(rows)
    with pytest.raises(BadFile, match="several columns"):
        find_roles(parse_spec(SPEC), [make_sheet(rows)])
    assert find_roles(parse_spec(SPEC), [make_sheet(rows)], ["Number of children"]) == {}


def test_columns_the_spec_does_not_name_are_dropped_and_those_it_does_are_not():
    spec = parse_spec(SPEC)
    sheet = make_sheet(
        [{"Date of visit": "2024-01-01", "came": "1", "state": "on", "scheme": "x", "Your name": "Marlow"}]
    )
    assert find_roles(spec, [sheet]) == {"Your name": "drop"}
    assert {"day", "came", "wards", "id", "state", "scheme"} <= name_all(spec)


def test_a_rejection_names_the_column_as_the_file_does():
    mapped = map_rows([{"Date of visit": "soon", "came": "1"}, {"Date of visit": None, "came": "2"}])
    told = mapped.rejections.to_pylist()
    assert [row["column_name"] for row in told] == ["Date of visit", "Date of visit"]
    assert told[1]["reason"].startswith("Date of visit is blank")


def test_a_word_that_says_nothing_in_a_column_makes_no_count_and_no_rejection():
    rows = [{"day": "2024-01-01", "came": value} for value in ("0", " none ", "7")]
    mapped = map_rows(rows)
    assert mapped.tables["activity_count"]["value"].to_pylist() == [7.0] and not mapped.rejections.num_rows


def test_a_repeated_id_rejects_its_row_but_not_where_the_first_was_rejected():
    rows = [
        {"ID": "1", "day": "soon", "came": "1"},
        {"ID": "1", "day": "2024-01-01", "came": "2"},
        {"ID": "1", "day": "2024-01-02", "came": "3"},
        {"ID": None, "day": "2024-01-03", "came": "4"},
        {"ID": None, "day": "2024-01-03", "came": "5"},
    ]
    mapped = map_rows(rows)
    assert (mapped.rows_accepted, mapped.rows_rejected) == (3, 2)
    assert mapped.rejections["reason"].to_pylist()[-1] == "The same ID is in row 3; it counts once."


def test_rows_of_a_named_kind_are_not_counted_and_those_that_say_nothing_are():
    rows = [{"day": "2024-01-01", "came": "1", "state": state} for state in ("off", "on", None)]
    assert map_rows(rows).tables["activity_count"]["source_rows"].to_pylist() == [[3], [4]]


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("parks_survey.csv", "Parks survey"),
        ("Parks survey (Responses).xlsx", "Parks survey"),
        ("Parks survey(1-25).xlsx", "Parks survey"),
        ("Parks survey (Responses) - Form responses 1.csv", "Parks survey"),
        ("Parks.xlsx: Sheet 2", "Parks"),
        ("Plan v1.2: final.csv", "Plan v1.2: final"),
        ("(12).csv", None),
    ],
)
def test_a_file_is_called_what_its_name_says(label, title):
    assert name_file(label) == title


def test_an_activity_is_called_what_its_column_says_and_else_what_the_file_is_called():
    mapped = map_rows([{"day": "2024-01-01", "came": "1", "scheme": "Tea"}, {"day": "2024-01-01", "came": "1"}])
    assert mapped.tables["activity"]["title"].to_pylist() == ["Tea", "Drop ins"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"others": "forget"}, "`others` is “forget”"),
        ({"screening": {"came": "drop"}}, "`recognise` names came, which is not kept"),
        ({"heading": {"day": "Date"}}, "`heading.day` is text. Expected a list"),
    ],
)
def test_a_wrong_spec_is_refused(changed, words):
    with pytest.raises(BadSpec) as refused:
        parse_spec({**SPEC, **changed}, "drop-ins.toml")
    assert words in str(refused.value)
