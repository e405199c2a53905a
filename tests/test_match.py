"""A file that no source knows, on the command line: the way on that is named, and its columns matched in the terminal."""

import hashlib
import io
import json

import openpyxl
import pytest

from etl.cli import main
from etl.inbox import read_batches
from etl.loading import ReadOptions
from etl.specs import read_specs
from etl.uploads.mapping import ColumnMapping
from etl.uploads.saved import find_mapping, mappings_path
from etl.uploads.uploading import Wanted, prepare_upload, read_upload
from soundings.home import Home
from soundings.store import open_current
from tests.making import write_places

EVENTS = (
    "Event name,Held on,Number of attendees,Ward\nPlant swap,2025-03-01,12,Ward 1\nRepair day,2025-03-08,9,Ward 2\n"
)
MEETINGS = "Termin;Veranstaltung;Stadtteil\n2025-03-03;Lesekreis;Ward 1\n2025-03-10;Lesekreis;Ward 1\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SOUNDINGS_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


@pytest.fixture
def run(home, capsys, monkeypatch):
    """Runs a command with the answers as lines of its input: (exit code, stdout, stderr)."""

    def run_command(*arguments, answers=()) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in answers)))
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_command


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def count(home, table):
    generation = open_current(home)
    return generation.cursor().execute(f"select count(*) from {table}").fetchone()[0] if generation else 0  # noqa: S608


def assert_no_list(sentence):
    assert sum(name in sentence for name in read_specs()) <= 3, sentence


def test_a_file_near_a_source_is_told_what_it_lacks_and_the_way_on(run, tmp_path):
    path = write(tmp_path / "calls.csv", "date_submitted,la_code,ward_code\n2025-03-01,x,y\n")
    code, out, err = run("load", path)
    assert (code, out) == (2, "")
    assert "closest to leeds2023-callouts, for which it lacks callout." in err
    assert "on the page Upload, or with `soundings load FILE --match`." in err
    assert_no_list(err)


@pytest.mark.parametrize(
    "heading", ["colour,weight", "Veranstaltung,Datum,Teilnehmende,Stadtteil,Telefon", "a,b,c,d,e,f,g,h,i"]
)
def test_a_file_near_no_source_is_told_the_way_on_alone(run, tmp_path, heading):
    path = write(tmp_path / "other.csv", f"{heading}\n{','.join('x' for _ in heading.split(','))}\n")
    code, _, err = run("load", path)
    assert code == 2 and "no source is near its columns" in err and "lacks" not in err
    assert err.strip().endswith("or with `soundings load FILE --match`.")
    assert_no_list(err)


@pytest.mark.parametrize(
    ("source", "meant"),
    [("eventbrit", "eventbrite-attendees"), ("Leeds2023-Grant", "leeds2023-grants"), ("nonsense", None)],
)
def test_a_source_that_there_is_none_of_is_answered_with_those_most_alike(run, tmp_path, source, meant):
    code, _, err = run("load", write(tmp_path / "events.csv", EVENTS), "--source", source)
    assert code == 2 and "`soundings sources` lists" in err
    assert (meant in err) if meant else ("Did you mean" not in err)
    assert_no_list(err)


def test_a_csv_is_matched_in_the_terminal_into_the_batch_that_the_page_would_make(run, home, tmp_path):
    run("places", "add", write_places(tmp_path / "wards.geojson"), "--kind", "ward")
    path = write(tmp_path / "events.csv", EVENTS)
    code, out, err = run("load", path, "--match", answers=["", "", "", "", "", "1", "Made-up Society", "y"])
    assert (code, err) == (0, ""), out
    assert "Rows of the file: 2 read = 2 to take in + 0 refused." in out
    assert "It would add 2 activities" in out and "soundings undo" in out
    columns = (
        ("Event name", "title"),
        ("Held on", "start_date"),
        ("Number of attendees", "attendance_count"),
        ("Ward", "place_name"),
    )
    wanted = Wanted(mapping=ColumnMapping(columns, "Made-up Society"))
    content = path.read_bytes()
    sheets = read_upload(path.name, content, ReadOptions())
    prepared = prepare_upload(home, path.name, hashlib.sha256(content).hexdigest(), sheets, wanted)
    assert prepared.batch_id in [batch.batch_id for batch in read_batches(home)]
    assert count(home, "activity") == 2
    code, out, _ = run("rebuild")
    assert code == 0 and "exactly what the store before it held" in out
    run("undo", prepared.batch_id)
    assert count(home, "activity") == 0


def test_a_workbook_is_matched_by_numbers_and_names_of_fields(run, home, tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["What", "When", "Heads", "Remarks"],
        ["Plant swap", "2025-03-01", 12, "-"],
        ["Repair day", "2025-03-08", 9, "-"],
    ):
        book.active.append(row)
    book.save(tmp_path / "events.xlsx")
    answers = ["1", "start_date", "people", "-", "", "Made-up Society", ""]
    code, out, err = run("load", tmp_path / "events.xlsx", "--match", "--json", answers=answers)
    assert code == 0, err
    assert json.loads(out)["source_id"] == "native" and "What is in each column?" in err
    assert count(home, "activity") == 2
    assert find_mapping(home, ["What", "When", "Heads", "Remarks"]).column_of("people") == "Heads"


def test_german_meetings_become_one_group(run, home, tmp_path):
    path = write(tmp_path / "sitzungen.csv", MEETINGS)
    answers = ["start_date", "", "place_name", "2", "venue", "Verein am Beispielsee", ""]
    code, out, err = run("load", path, "--match", answers=answers)
    assert code == 0, out + err
    assert (count(home, "activity"), count(home, "session")) == (1, 2)


def test_the_next_file_with_these_columns_is_proposed_ready(run, home, tmp_path):
    run(
        "load",
        write(tmp_path / "march.csv", EVENTS),
        "--match",
        answers=["", "", "", "", "", "1", "Made-up Society", ""],
    )
    april = write(tmp_path / "april.csv", EVENTS.replace("2025-03", "2025-04").replace("Plant swap", "Seed swap"))
    code, out, err = run("load", april, "--match", answers=["", ""])
    assert code == 0, out + err
    assert "These columns were matched before, for Made-up Society" in out
    assert count(home, "activity") == 4


@pytest.mark.parametrize("given", [0, 2, 5, 7])
def test_nothing_is_loaded_where_the_answers_run_out(run, home, tmp_path, given):
    answers = ["", "", "", "", "", "1", "Made-up Society"][:given]
    code, _, err = run("load", write(tmp_path / "events.csv", EVENTS), "--match", answers=answers)
    assert code == 2 and "The answers ended" in err and "Nothing was loaded" in err
    assert list(read_batches(home)) == []


def test_no_at_the_end_and_a_dry_run_load_nothing(run, home, tmp_path):
    path = write(tmp_path / "events.csv", EVENTS)
    said = ["", "", "", "", "", "1", "Made-up Society"]
    assert run("load", path, "--match", "--dry-run", answers=said)[0] == 0
    assert not mappings_path(home, "Made-up Society").exists()
    code, out, _ = run("load", path, "--match", answers=[*said, "n"])
    assert code == 0 and "Nothing was loaded" in out
    assert list(read_batches(home)) == [] and mappings_path(home, "Made-up Society").exists()


def test_a_column_about_people_is_named_and_left_out_or_nothing_is_kept(run, home, tmp_path):
    lines = EVENTS.splitlines()
    people = [f"{lines[0]},Contact", *(f"{line},steward{at}@example.org" for at, line in enumerate(lines[1:]))]
    path = write(tmp_path / "events.csv", "\n".join(people) + "\n")
    said = ["", "", "", "", "summary", "", "1", "Made-up Society"]
    code, out, err = run("load", path, "--match", answers=[*said, "n"])
    assert code == 2 and "“Contact” looks like" in err and list(read_batches(home)) == []
    code, out, err = run("load", path, "--match", answers=[*said, "", ""])
    assert code == 0 and "“Contact” looks like" in out, out + err
    kept = b"".join(file.read_bytes() for file in home.root.rglob("*") if file.is_file())
    assert b"steward0@example.org" not in kept
    assert run("rebuild")[0] == 0


def test_a_matching_without_a_title_is_asked_for_again(run, home, tmp_path):
    answers = ["-", "", "", "", "", "1", "Made-up Society", "title", "", "", "", "", "1", "Made-up Society", ""]
    code, out, err = run("load", write(tmp_path / "events.csv", EVENTS), "--match", answers=answers)
    assert code == 0 and "There is something to put right. Choose the column that is" in out, out + err
    assert count(home, "activity") == 2


def test_match_takes_one_file_and_no_source(run, tmp_path):
    path = write(tmp_path / "events.csv", EVENTS)
    for more in ([path], ["--source", "native"]):
        code, _, err = run("load", path, *more, "--match")
        assert code == 2 and "--match takes one file" in err


@pytest.mark.parametrize(("said", "day"), [("1", "2026-03-05"), ("month-first", "2026-05-03")])
def test_a_date_that_can_be_read_in_two_ways_is_asked_about_once(run, home, tmp_path, said, day):
    text = EVENTS.replace("2025-03-01", "05/03/2026").replace("2025-03-08", "2026-04-02")
    answers = ["", "", "", "", "", "1", "Made-up Society", said, ""]
    code, out, err = run("load", write(tmp_path / "events.csv", text), "--match", answers=answers)
    assert code == 0, out + err
    assert out.count("1 date can be read in two ways, such as “05/03/2026”.") == 1
    found = open_current(home).cursor().execute("select start_date::varchar from session order by 1").fetchall()
    assert [one for (one,) in found] == sorted([day, "2026-04-02"])


@pytest.mark.parametrize(("said", "meetings"), [("1", 2), ("2", 3)])
def test_a_corrected_log_takes_the_place_of_the_first_or_adds_to_it(run, home, tmp_path, said, meetings):
    first = ["start_date", "", "place_name", "2", "venue", "Verein am Beispielsee", ""]
    assert run("load", write(tmp_path / "sitzungen.csv", MEETINGS), "--match", answers=first)[0] == 0
    mended = write(tmp_path / "sitzungen-neu.csv", MEETINGS.replace("2025-03-10", "2025-03-11"))
    code, out, err = run("load", mended, "--match", answers=["", said, ""])
    assert code == 0, out + err
    assert "1 of its activities is here already, from sitzungen.csv" in out
    held = open_current(home).cursor().execute("select count(*) from session_held").fetchone()
    assert held == (meetings,)
