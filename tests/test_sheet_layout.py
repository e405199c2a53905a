"""What stands among the rows of a sheet and is no record: sums, notes, titles of sections, a second table, hidden rows."""

from __future__ import annotations

import io
import zipfile

import pytest

from etl.commands.printing import say_load
from etl.inbox import read_batches
from etl.loading import rebuild
from etl.questions.rows import say_left_out
from etl.readers.hidden_rows import find_hidden_rows, parse_ranges, say_ranges
from etl.template.totals import is_total
from etl.uploads.preview import preview_upload
from etl.uploads.uploading import confirm_upload
from soundings.home import Home
from tests.homes import make_wards_home
from tests.sheets import added, as_csv, as_ods, as_xls, as_xlsx, asked, left, look

HEAD = ["What", "Day", "Ward", "Came"]
WORDS = {"What": "title", "Day": "start_date", "Ward": "place_name", "Came": "attendance_count"}
TEA, WALK, CHOIR, QUIZ = (
    ["Tea", "2025-05-14", "Ward 1", "12"],
    ["Walk", "2025-05-21", "Ward 2", "9"],
    ["Choir", "2025-06-18", "Ward 3", "20"],
    ["Quiz", "2025-06-25", "Ward 1", "5"],
)
BLANK = ["", "", "", ""]
SUMS = ("4 activities", "4 meetings", "46 attendances at these meetings")


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


@pytest.mark.parametrize(
    "word", ["Gesamt:", "Totaux", "Insgesamt", "TOTALE", "Cyfanswm", "Zwischensumme", "Sous-total", "Total général"]
)
def test_a_sum_in_the_middle_is_never_an_activity_in_any_language(home, word):
    assert is_total((word,), ("", None))
    rows = [HEAD, TEA, WALK, [word, "", "", "21"], CHOIR, QUIZ, [word, "", "", "46"]]
    prepared = look(home, as_xlsx({"s": rows}), "s.xlsx", WORDS)
    assert not prepared.questions and added(home, prepared) == SUMS
    assert set(prepared.mapped.rejections["row_number"].to_pylist()) == {4, 7}


@pytest.mark.parametrize(
    "row",
    [
        ["Total for May", "", "", "21"],
        ["Summe Mai 2025", "", "", "21"],
        ["Ward 1 subtotal", "", "", "21"],
        ["Totaal", "", "Ward 1", "21"],
        ["Tea", "Total", "", "21"],
    ],
)
def test_what_may_be_a_sum_is_asked_about_and_left_out_meanwhile(home, row):
    for name, content in {"s.csv": as_csv([HEAD, TEA, WALK, row, CHOIR, QUIZ])}.items():
        prepared = look(home, content, name, WORDS)
        assert asked(prepared)["sums:s"].evidence[0].startswith("row 4: ") and left(prepared) == {"s": [4]}
        assert added(home, prepared) == SUMS
        assert "67 attend" in " ".join(added(home, look(home, content, name, WORDS, ("sums:s", "take-in"))))


@pytest.mark.parametrize("title", ["Total Place forum", "Sum of us", "Tottenham tea", "Somme remembered"])
def test_a_title_with_such_a_word_that_has_a_day_is_asked_nothing(home, title):
    prepared = look(home, as_csv([HEAD, TEA, [title, *WALK[1:]], CHOIR, QUIZ]), "s.csv", WORDS)
    assert not prepared.questions and added(home, prepared) == SUMS


NOTES = [
    "Source: the clubs",
    "* estimated",
    "Printed on 3 May 2025",
    "Quelle: Vereine",
    "Imprimé le 3 mai",
    "Fuente: clubes",
]


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("write", [as_xlsx, as_ods, as_xls])
def test_a_note_below_the_rows_is_left_out_by_name(home, note, write):
    rows = [HEAD, TEA, WALK, CHOIR, QUIZ, BLANK, [note, "", "", ""]]
    prepared = look(home, write({"s": rows}), f"s.{write.__name__[3:]}", WORDS)
    assert not prepared.questions and left(prepared) == {"s": [7]} and added(home, prepared) == SUMS
    assert "1 row of s (7) left out: it is a note, and no record." in prepared.manifest["decisions"]


@pytest.mark.parametrize(
    "titles", [("May 2025", "June 2025"), ("Ostviertel", "Westviertel"), ("Réunions publiques", "Ateliers")]
)
def test_titles_of_sections_are_asked_about_and_no_activities(home, titles):
    rows = [HEAD, [titles[0], "", "", ""], TEA, WALK, BLANK, [titles[1], "", "", ""], CHOIR, QUIZ]
    for name, content in {"s.xlsx": as_xlsx({"s": rows}), "s.ods": as_ods({"s": rows}), "s.csv": as_csv(rows)}.items():
        prepared = look(home, content, name, WORDS)
        assert all(title in asked(prepared)["section-titles:s"].sentence for title in titles)
        assert left(prepared) == {"s": [2, 6]} and added(home, prepared) == SUMS
        taken = look(home, content, name, WORDS, ("section-titles:s", "take-in"))
        assert added(home, taken)[0] == "6 activities"
    confirm_upload(home, prepared)
    assert rebuild(home).agrees


def test_a_list_of_titles_is_asked_nothing(home):
    prepared = look(home, as_csv([HEAD, TEA, ["Walk", "", "", ""], ["Choir", "", "", ""]]), "s.csv", WORDS)
    assert not prepared.questions and added(home, prepared)[0] == "3 activities"


SECONDS = [
    (["Ward", "Meetings", "", ""], [["Ward 1", "2", "", ""], ["Ward 2", "1", "", ""]]),
    (["Ansprechpartner", "Telefon", "Aufgabe", ""], [["Team Nord", "555 01", "Kasse", ""], ["Team Süd", "555 02", "Raum", ""]]),
    (["Mois", "Nombre", "Heures", "Présents"], [["mai", "2", "4", "21"], ["juin", "2", "4", "25"]]),
]  # fmt: skip


@pytest.mark.parametrize(("headings", "rows"), SECONDS)
@pytest.mark.parametrize("caption", [[], [["Overview", "", "", ""]]])
def test_a_second_table_is_named_and_left_out(home, headings, rows, caption):
    table = [HEAD, TEA, WALK, CHOIR, QUIZ, BLANK, *caption, headings, *rows]
    for name, content in {
        "s.xlsx": as_xlsx({"s": table}),
        "s.ods": as_ods({"s": table}),
        "s.csv": as_csv(table),
    }.items():
        prepared = look(home, content, name, WORDS)
        question = asked(prepared)["second-table:s"]
        assert all(f"“{one}”" in question.sentence for one in headings if one)
        assert f"row {7 + len(caption)} of s" in question.sentence and question.moves == 2
        assert sorted(left(prepared)["s"]) == list(range(7, 10 + len(caption))) and added(home, prepared) == SUMS
        taken = look(home, content, name, WORDS, ("second-table:s", "take-in"))
        assert len(left(taken)["s"]) == 1 + len(caption)


@pytest.mark.parametrize(
    "row", [["Fair", "tbc", "Ward 2", ""], ["Fair", "2025-07-01", "Ward 2", "8"], ["Fair", "", "Ward 2", ""]]
)
def test_a_row_below_a_blank_one_is_no_second_table(home, row):
    prepared = look(home, as_csv([HEAD, TEA, WALK, BLANK, row, CHOIR]), "s.csv", WORDS)
    assert not prepared.questions and not left(prepared)


def test_headings_that_stand_again_are_left_out(home):
    prepared = look(home, as_xlsx({"s": [HEAD, TEA, WALK, HEAD, CHOIR, QUIZ]}), "s.xlsx", WORDS)
    assert not prepared.questions and left(prepared) == {"s": [4]} and added(home, prepared) == SUMS


def hide_rows(*rows: int):
    """Hides these rows of every sheet of a workbook."""

    def change(book):
        for page in book:
            page.auto_filter.ref = page.dimensions
            for row in rows:
                page.row_dimensions[row].hidden = True

    return change


LISTED = [HEAD, TEA, WALK, CHOIR, QUIZ]


@pytest.mark.parametrize(
    ("name", "sheet", "content"),
    [
        ("h.xlsx", "2025", as_xlsx({"2025": LISTED, "Lists": [["Kinds"], ["Tea"]]}, hide_rows(3, 4))),
        ("h.xlsx", "Tür & Tor <1>", as_xlsx({"Tür & Tor <1>": LISTED}, hide_rows(3, 4))),
        ("h.xls", "2025", as_xls({"2025": LISTED}, (3, 4))),
        ("h.ods", "Séances", as_ods({"Lists": [["Kinds"], ["Tea"]], "Séances": LISTED}, {"Séances": (3, 4)})),
    ],
)
def test_hidden_rows_are_asked_about_and_do_not_count_unseen(home, name, sheet, content):
    prepared = look(home, content, name, WORDS)
    question = asked(prepared)[f"hidden-rows:{sheet}"]
    assert f"2 rows of the sheet “{sheet}” are hidden" in question.sentence and question.evidence == ("rows 3–4",)
    assert left(prepared) == {sheet: [3, 4]}
    assert added(home, prepared) == ("2 activities", "2 meetings", "17 attendances at these meetings")
    taken = look(home, content, name, WORDS, (question.id, "take-in"))
    assert added(home, taken) == SUMS and not left(taken)
    confirm_upload(home, prepared)
    assert rebuild(home).agrees


def test_where_every_row_is_hidden_they_count(home):
    prepared = look(home, as_xlsx({"s": LISTED}, hide_rows(2, 3, 4, 5)), "h.xlsx", WORDS)
    assert asked(prepared)["hidden-rows:s"].assumed == "take-in" and added(home, prepared) == SUMS


def test_a_filter_that_hides_nothing_is_asked_nothing(home):
    assert not look(home, as_xlsx({"s": LISTED}, hide_rows()), "h.xlsx", WORDS).questions


def test_a_row_that_stands_for_many_and_a_closed_group_are_counted_whole():
    xml = (
        b'<x><table:table table:name="A"><table:table-row/><table:table-row table:number-rows-repeated="3" '
        b'table:visibility="collapse"><c/></table:table-row><table:table-row/><table:table-row-group table:display="false">'
        b"<table:table-row/><table:table-row/></table:table-row-group><table:table-row/></table:table></x>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", xml)
    found = find_hidden_rows(out.getvalue())
    assert found == {"A": [(2, 4), (6, 7)]}
    assert parse_ranges(say_ranges(found["A"], 6)) == [(2, 4), (6, 6)]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut", b"\xd0\xcf\x11\xe0", as_xlsx({"s": LISTED})[:-400]])
def test_a_damaged_workbook_has_no_hidden_rows(data):
    assert find_hidden_rows(data) == {}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["Source: the clubs", "", "", ""], "It is a note, and no record."),
        (["Summe Mai", "", "", "21"], "A sum of other rows."),
        (["Juin", "", "", ""], "A title of a section or a note, with one cell filled."),
    ],
)
def test_what_is_left_out_is_told_by_sheet_and_reason_in_preview_receipt_and_sources(home, row, reason):
    months = {"May": [HEAD, TEA, WALK, QUIZ, row], "June": [HEAD, CHOIR, ["Quiz", "2025-06-26", "Ward 1", "5"]]}
    prepared = look(home, as_xlsx(months), "m.xlsx", WORDS)
    line = f"1 row of May (5): {reason}"
    assert preview_upload(home, prepared).result.left_out == (line,)
    result = confirm_upload(home, prepared)
    assert result.left_out == (line,) and f"  left out before that: {line}" in list(say_load(result))
    (batch,) = [one for one in read_batches(home) if one.batch_id == result.batch_id]
    assert say_left_out(batch.read_manifest()) == (line,)
