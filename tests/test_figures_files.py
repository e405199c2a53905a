"""Figures of places in any table that `load` reads; a wrong file of figures does not stop the boundaries."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.blanks import is_blank, is_no_figure
from etl.cli import main
from etl.parsing import parse_amount, parse_count, parse_date, parse_number
from etl.places.boundaries import read_places
from etl.places.loading import add_places
from pages.ui.place_parts import list_facts
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile
from soundings.places import read_place
from tests.messy.books import old_workbook, open_document, workbook
from tests.test_boundaries import make_wards, rows_by_code, write_as

ROWS = [["WD25CD", "population", "households"], ["X05000001", "1200", "510"], ["X05000002", "900", "400"]]
ROWS.append(["X05000003", "30", "12"])


def write_table(folder, form: str):
    """The same figures in each kind of table."""
    path = folder / f"figures_2031.{form}"
    if form == "csv":
        path.write_text("\n".join(";".join(row) for row in ROWS), encoding="utf-8")
    elif form == "parquet":
        columns = list(zip(*ROWS[1:], strict=True))
        pq.write_table(
            pa.table({"WD25CD": columns[0], "population": [int(one) for one in columns[1]], "households": columns[2]}),
            path,
        )
    else:
        make = {
            "xlsx": lambda: workbook(("Contents", [["About this file"], ["Made up"]]), ("Data", ROWS), name=path.name)
        }
        make |= {"xls": lambda: old_workbook(ROWS, path.name), "ods": lambda: open_document(ROWS, path.name)}
        return make[form]()(folder)
    return path


@pytest.mark.parametrize("form", ["csv", "xlsx", "xls", "ods", "parquet"])
def test_figures_are_read_from_every_kind_of_table(tmp_path, form):
    read = read_places(write_as(make_wards(), tmp_path, "gpkg"), "ward", figures=[write_table(tmp_path, form)])
    rows = rows_by_code(read)
    assert not read.faults
    assert {code: (row["population"], row["households"]) for code, row in rows.items()} == {
        "X05000001": (1200, 510),
        "X05000002": (900, 400),
        "X05000003": (30, 12),
        "X07000001": (1200 + 900, 510 + 400),
        "X07000002": (30, 12),
    }
    assert {row["households_date"] for row in rows.values()} == {"2031"}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("figures.csv", b"PK\x03\x04\xe7z%>\x8bK9\x97+\xff\x8bS\xcbS", "damaged"),
        ("figures.xlsx", b"\x00\x01\xff\xfe junk", "figures.xlsx"),
        ("figures.pdf", b"%PDF-1.7 \xff\xfe", "PDF"),
        ("figures.csv", b"code,colour\nX05000001,red\n", "--population"),
        ("figures.csv", b"colour,people\nred,5\n", "colour, people"),
    ],
)
def test_a_wrong_file_of_figures_does_not_stop_the_boundaries(tmp_path, monkeypatch, capsys, name, content, says):
    monkeypatch.setenv("SOUNDINGS_HOME", str(tmp_path / "home"))
    boundaries = write_as(make_wards(), tmp_path, "gpkg")
    (tmp_path / name).write_bytes(content)
    code = main(["places", "add", str(boundaries), "--kind", "ward", "--figures", str(tmp_path / name)])
    printed = capsys.readouterr().out
    assert code == 1
    assert "3 accepted + 0 rejected" in printed
    assert says in printed and "added without these figures" in printed and "soundings undo" in printed
    assert printed.isprintable() or all(line.isprintable() for line in printed.splitlines())
    assert open_current(Home(tmp_path / "home")).cursor().execute("select count(*) from place").fetchone() == (5,)


def test_a_file_of_figures_that_is_not_there_is_told_and_the_right_one_counts(tmp_path):
    home, boundaries = Home(tmp_path / "home"), write_as(make_wards(), tmp_path, "gpkg")
    result = add_places(home, boundaries, "ward", figures=(tmp_path / "absent.csv", write_table(tmp_path, "csv")))
    assert len(result.faults) == 1 and "absent.csv" in result.faults[0]
    assert read_place(open_current(home).cursor(), "X05000001").population == 1200


@pytest.mark.parametrize(
    "word",
    [
        "No data",
        "not available",
        "Confidential",
        "suppressed",
        ":",
        "*",
        "..",
        "n/a",
        "z",
        "[c]",
        "k. A.",
        "brak danych",
        "non disponible",
    ],
)
def test_words_for_no_figure_are_no_figure_and_no_error(tmp_path, word):
    figures = tmp_path / "f.csv"
    figures.write_text(f"code,population,households\nX05000001,5,{word}\nX05000002,{word},7\n", encoding="utf-8")
    wards = make_wards(deprivation_decile=[word, "3", "4"])
    read = read_places(write_as(wards, tmp_path, "gpkg"), "ward", figures=[figures], with_parents=False)
    rows = rows_by_code(read)
    assert [rows[code]["population"] for code in sorted(rows)] == [5, None, None]
    assert [rows[code]["households"] for code in sorted(rows)] == [None, 7, None]
    assert [rows[code]["deprivation_decile"] for code in sorted(rows)] == [None, 3, 4]
    told = " ".join(read.warnings)
    assert "could not be read" not in told and f"“{word}”" in told
    assert parse_number(word) is None and parse_count(word) is None and parse_amount(word) is None


def test_marks_of_statistics_are_blank_in_figures_alone():
    assert is_no_figure("Z") and not is_blank("z") and is_blank("Not Available")
    assert parse_date("not available") is None
    for text in ("0", "nil", "none", "five", "c. 30"):
        assert not is_no_figure(text), text


def test_columns_of_figures_are_named_for_the_boundary_file_and_for_the_figures(tmp_path):
    wards = make_wards(EINW=[10, 20, 30], population=[1, 2, 3])
    path = write_as(wards, tmp_path, "gpkg")
    rows = rows_by_code(read_places(path, "ward", population="EINW"))
    assert [rows[f"X0500000{at}"]["population"] for at in (1, 2, 3)] == [10, 20, 30]
    figures = tmp_path / "f.csv"
    figures.write_text("WD25CD,population,Haushalte,Dezil\nX05000001,99,5,2\n", encoding="utf-8")
    asked = {"population": "EINW", "households": "Haushalte", "deprivation": "Dezil"}
    row = rows_by_code(read_places(path, "ward", figures=[figures], **asked))["X05000001"]
    assert (row["population"], row["households"], row["deprivation_decile"]) == (10, 5, 2)
    with pytest.raises(BadFile, match=r"No column is called Nope \(--households\) in wards.gpkg or f.csv"):
        read_places(path, "ward", figures=[figures], households="Nope")


def test_a_file_of_figures_is_matched_by_the_column_that_holds_the_boundaries_codes(tmp_path):
    wards = make_wards().rename(columns={"WD25CD": "kod", "WD25NM": "nazwa"})
    figures = tmp_path / "f.csv"
    figures.write_text("kod,population\nX05000002,77\n", encoding="utf-8")
    read = read_places(write_as(wards, tmp_path, "gpkg"), "ward", code="kod", name="nazwa", figures=[figures])
    assert rows_by_code(read)["X05000002"]["population"] == 77


def test_two_columns_of_one_name_are_not_chosen_between(tmp_path):
    figures = tmp_path / "f.csv"
    figures.write_text("code,population,population\nX05000002,77,78\n", encoding="utf-8")
    read = read_places(write_as(make_wards(), tmp_path, "gpkg"), "ward", figures=[figures])
    assert "Two columns of f.csv are called population" in read.faults[0]


def test_the_page_of_a_place_shows_its_households_with_their_date(tmp_path):
    home = Home(tmp_path / "home")
    add_places(home, write_as(make_wards(), tmp_path, "gpkg"), "ward", figures=(write_table(tmp_path, "xlsx"),))
    facts = list_facts(read_place(open_current(home).cursor(), "X05000001"))
    assert "510 households (2031)" in facts and "1,200 residents (2031)" in facts


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("1", "2", "3"), ("1", "Ward 2", "ward 3")),
        (("North quarter", "Île-Ouest", "Ost"), ("north  quarter", "ile ouest", "OST")),
        (("Y Dref", "Y Bryn", "Glan yr Afon"), ("Y Dref", "Y BRYN", "Glan-yr-Afon")),
    ],
)
@pytest.mark.parametrize("heading", ["Ward", "Name of the area", "code"])
def test_places_with_codes_made_of_their_names_get_their_figures_by_name(tmp_path, names, told, heading):
    wards = make_wards()[["geometry"]].iloc[:3].assign(name=list(names))
    rows = [
        ["Year", heading, "population"],
        *(["2031", name, str(number)] for number, name in enumerate(told, start=10)),
    ]
    rows += [["2031", "Nowhere", "5"]]
    path = tmp_path / "people.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    read = read_places(write_as(wards, tmp_path, "gpkg"), "ward", name="name", figures=[path])
    assert not read.faults and read.has_made_codes
    assert read.table["population"].to_pylist() == sorted_by_code(read, names, (10, 11, 12))
    assert any("1 of the 4 codes in people.csv" in warning for warning in read.warnings)


def sorted_by_code(read, names, values) -> list[int]:
    """The values of these names in the order of the places' codes."""
    of_name = {name.casefold(): value for name, value in zip(names, values, strict=True)}
    return [of_name[name.removeprefix("Ward ").casefold()] for name in read.table["name"].to_pylist()]


def test_a_name_of_two_places_gives_neither_a_figure(tmp_path):
    wards = (
        make_wards()[["geometry"]]
        .iloc[:3]
        .assign(name=["Mill", "Mill", "Quay"], district_name=["East", "West", "East"])
    )
    path = tmp_path / "people.csv"
    path.write_text("Ward,population\nMill,7\nQuay,9\n", encoding="utf-8")
    read = read_places(write_as(wards, tmp_path, "gpkg"), "ward", name="name", figures=[path], with_parents=False)
    assert dict(zip(read.table["name"].to_pylist(), read.table["population"].to_pylist(), strict=True))["Quay"] == 9
    assert read.table["population"].null_count == 2
    assert any("without a figure" in warning for warning in read.warnings)


@pytest.mark.parametrize("heading", ["Ward code", "Place-Code", "AREA CODE", "GSS code", " code "])
def test_a_heading_for_codes_is_known_however_it_is_spaced(tmp_path, heading):
    path = tmp_path / "people.csv"
    path.write_text(f"{heading},population\nX05000001,1200\n", encoding="utf-8")
    read = read_places(write_as(make_wards(), tmp_path, "gpkg"), "ward", figures=[path])
    assert not read.faults and rows_by_code(read)["X05000001"]["population"] == 1200
