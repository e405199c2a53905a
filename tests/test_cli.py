"""The command line: exit codes, what goes to stdout and what to stderr, and JSON that is only JSON."""

import csv
import io
import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress

import openpyxl
import pytest

from etl.cli import main
from etl.inbox import read_batches
from soundings.home import PROJECT, Home
from tests.making import ward_code, write_contributions, write_places, write_rows
from tests.waiting import HANGING


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SOUNDINGS_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


@pytest.fixture
def run(home, capsys):
    """Runs a command: (exit code, stdout, stderr)."""

    def run_command(*arguments) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_command


def test_a_whole_file_is_0_and_adds_up_on_the_screen(run, tmp_path):
    code, out, err = run("load", write_contributions(tmp_path / "answers.csv"))
    assert (code, err) == (0, "")
    assert "12 rows read = 12 accepted + 0 rejected" in out
    assert "12 outside the loaded places" in out
    assert "encoding utf-8" in out
    assert "soundings undo" in out


def test_rejected_rows_are_1_and_are_told_by_reason_with_the_file(run, home, tmp_path):
    path = write_rows(
        tmp_path / "answers.csv", [["2025-03-01", ward_code(1), "Parks"], ["never", ward_code(1), "Parks"]]
    )
    code, out, _ = run("load", path)
    assert code == 1
    assert "2 rows read = 1 accepted + 1 rejected" in out
    assert "rejected: 1 × date" in out
    assert str(home.rejected) in out


def test_a_file_whose_every_row_is_rejected_is_1_and_says_that_nothing_was_loaded(run, home, tmp_path):
    path = write_rows(tmp_path / "answers.csv", [["never", ward_code(1), "Parks"]])
    code, out, _ = run("load", path, "--dry-run")
    assert code == 1 and "so nothing would be loaded" in out and str(home.rejected) not in out
    code, out, _ = run("load", path)
    assert code == 1
    assert "1 rows read = 0 accepted + 1 rejected" in out
    assert "No row could be taken in, so nothing was loaded" in out and str(home.rejected) in out
    assert "soundings undo" not in out and read_batches(home) == []


def test_a_file_that_cannot_be_taken_is_2_and_one_line_on_stderr(run, tmp_path):
    for path in (tmp_path / "missing.csv", write_rows(tmp_path / "other.csv", [["1", "2"]], ["colour", "size"])):
        code, out, err = run("load", path)
        assert (code, out) == (2, "")
        assert len(err.strip().splitlines()) == 1 and "Traceback" not in err


def test_several_files_are_several_batches_and_one_that_fails_stops_no_other(run, home, tmp_path):
    good = [write_contributions(tmp_path / f"{topic}.csv", topic) for topic in ("Parks", "Buses")]
    code, out, err = run("load", good[0], tmp_path / "missing.csv", good[1])
    assert code == 2 and "missing.csv" in err
    assert out.count("12 rows read = 12 accepted") == 2
    assert len(json.loads(run("load", *good, "--json")[1])) == 2
    assert len(read_batches(home)) == 2


def test_reasons_that_differ_in_a_code_alone_are_told_as_one(run, tmp_path):
    _, out, _ = run("load", write_contributions(tmp_path / "answers.csv"))
    assert "outside the loaded places: 12 × " in out and out.count("outside the loaded places:") == 1


def test_a_wrong_option_is_2(run):
    code, out, err = run("table", "--nonsense")
    assert (code, out) == (2, "") and "--nonsense" in err


def test_the_same_file_again_is_0_and_says_so(run, tmp_path):
    path = write_contributions(tmp_path / "answers.csv")
    run("load", path)
    code, out, _ = run("load", path)
    assert code == 0 and "loaded before" in out
    told = json.loads(run("load", path, "--json")[1])
    assert told["already_loaded"] is True


def test_json_is_the_only_thing_on_stdout(run, tmp_path):
    path = write_contributions(tmp_path / "answers.csv")
    dry = json.loads(run("load", path, "--dry-run", "--json")[1])
    wet = json.loads(run("load", path, "--json")[1])
    assert dry["is_dry_run"] and not wet["is_dry_run"]
    assert dry["batch_id"] == wet["batch_id"] and wet["places"]["outside"] == 12
    assert json.loads(run("undo", wet["batch_id"][:6], "--json")[1])["state"] == "undone"
    assert json.loads(run("redo", wet["batch_id"], "--json")[1])["state"] == "active"
    assert json.loads(run("rebuild", "--json")[1])["agrees"] is True
    assert json.loads(run("status", "--json")[1])["inbox"]["agrees_with_store"] is True
    assert {"source_id", "title"} <= set(json.loads(run("sources", "--json")[1])[0])


def test_a_dry_run_writes_nothing(run, home, tmp_path):
    code, out, _ = run("load", write_contributions(tmp_path / "answers.csv"), "--dry-run")
    assert code == 0 and "nothing was written" in out
    assert not home.root.exists()


def test_places_undo_redo_and_status_in_words(run, home, tmp_path):
    code, out, _ = run("places", "add", write_places(tmp_path / "wards.geojson"), "--kind", "ward")
    assert code == 0 and "3 rows read = 3 accepted" in out
    batch_id = read_batches(home)[0].batch_id
    assert "is undone" in run("undo", batch_id)[1]
    assert "undone already" in run("undo", batch_id)[1]
    assert "is back" in run("redo", batch_id)[1]
    code, out, _ = run("status")
    assert code == 0 and "3 of kind ward" in out and "says what the inbox says" in out
    assert run("undo", "zzzz")[0] == 2


def test_a_broken_store_is_2_and_says_to_rebuild_and_rebuild_mends_it(run, home, tmp_path):
    run("load", write_contributions(tmp_path / "answers.csv"))
    (home.store / "current").write_text("{")
    for command in (("status",), ("table", "--measure", "responses", "--kind", "ward")):
        code, _, err = run(*command)
        assert code == 2 and "soundings rebuild" in err
    assert run("rebuild")[0] == 0
    assert run("status")[0] == 0


def test_the_table_is_the_rows_of_the_page(run, tmp_path):
    run("places", "add", write_places(tmp_path / "wards.geojson", 4), "--kind", "ward")
    run("load", write_contributions(tmp_path / "answers.csv"))
    code, out, err = run("table", "--measure", "responses", "--kind", "ward")
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert out.splitlines()[0] == "place_code,place_name,value,denominator,rate_per_1000,coverage,state"
    assert [(row["place_code"], row["value"], row["state"]) for row in rows] == [
        (ward_code(1), "4", "value"),
        (ward_code(2), "4", "value"),
        (ward_code(3), "4", "value"),
        (ward_code(4), "", "nothing_recorded"),
    ]
    as_json = json.loads(run("table", "--measure", "responses", "--kind", "ward", "--format", "json")[1])
    assert [row["value"] for row in as_json] == [4, 4, 4, None]


@pytest.mark.parametrize(
    "wrong",
    [("--measure", "joy"), ("--kind", "planet"), ("--source", "nobody"), ("--format", "xml"), ("--role", "friend")],
)
def test_a_table_that_cannot_be_is_2_with_a_sentence(run, tmp_path, wrong):
    run("places", "add", write_places(tmp_path / "wards.geojson"), "--kind", "ward")
    run("load", write_contributions(tmp_path / "answers.csv"))
    asked = {"--measure": "responses", "--kind": "ward"} | {wrong[0]: wrong[1]}
    code, out, err = run("table", *(part for pair in asked.items() for part in pair))
    assert (code, out) == (2, "") and wrong[1] in err


def test_a_table_of_an_empty_home_says_how_to_begin(run):
    code, out, err = run("table", "--measure", "responses", "--kind", "ward")
    assert (code, out) == (2, "") and "soundings places add" in err


def test_the_template_has_its_sheets_and_is_not_written_over(run, tmp_path):
    code, out, _ = run("template", tmp_path / "sheets")
    assert code == 0 and len(out.splitlines()) == 12
    header = (tmp_path / "sheets" / "activities.csv").read_text(encoding="utf-8-sig").strip()
    assert header.startswith("activity_id,title,summary,method")
    assert run("template", tmp_path / "sheets")[0] == 2
    assert run("template", tmp_path / "book", "--format", "xlsx")[0] == 0
    book = openpyxl.load_workbook(tmp_path / "book" / "soundings-template.xlsx")
    assert book.sheetnames == [
        "activities", "counts", "sessions", "stages", "facts", "outcomes", "reciprocity", "perspectives", "stories",
        "statements", "claims", "instruments",
    ]  # fmt: skip
    assert [cell.value for cell in book["stages"][1]][:3] == ["activity_id", "stage", "sharing"]


def test_a_filled_in_template_loads(run, tmp_path):
    run("places", "add", write_places(tmp_path / "wards.geojson"), "--kind", "ward")
    folder = tmp_path / "sheets"
    run("template", folder)
    with open(folder / "activities.csv", "a", encoding="utf-8") as file:
        file.write("a1,Talking about buses\n")
    with open(folder / "counts.csv", "a", encoding="utf-8") as file:
        file.write(f"a1,responses,40,,exact,2025-03-01,2025-03-31,,venue,{ward_code(1)}\n")
    code, out, err = run("load", folder)
    assert code == 0, (out, err)
    assert "2 rows read = 2 accepted" in out
    rows = csv.DictReader(io.StringIO(run("table", "--measure", "responses", "--kind", "ward")[1]))
    assert next(rows)["value"] == "40"


def test_the_demo_comes_goes_and_gives_way_to_a_real_file(run, home, tmp_path):
    assert run("demo", "add")[0] == 0
    told = json.loads(run("status", "--json")[1])
    assert all(batch["is_demo"] for batch in told["batches"]) and told["places"]["ward"] > 10
    assert "out of the store" in run("demo", "remove")[1]
    assert "was not loaded" in run("demo", "remove")[1]
    assert run("demo", "add")[0] == 0
    assert len(read_batches(home)) == len(told["batches"])
    assert json.loads(run("status", "--json")[1])["content_hash"] == told["content_hash"]
    _, out, _ = run("load", write_contributions(tmp_path / "answers.csv"))
    assert "Tidewell was withdrawn" in out
    assert not any(batch.is_active for batch in read_batches(home) if batch.read_manifest()["is_demo"])


def test_help_is_quick_and_a_failure_prints_no_traceback(tmp_path):
    environment = {**os.environ, "SOUNDINGS_HOME": str(tmp_path / "home")}
    imported = "import sys, etl.cli; print(sorted({'pandas', 'pyarrow', 'duckdb', 'streamlit', 'geopandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", imported], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    command = [sys.executable, "-c", "import sys; from etl.cli import main; sys.exit(main())", "load", "nowhere.csv"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert "nowhere.csv" in done.stderr and "Traceback" not in done.stderr


def test_serving_on_a_port_that_is_taken_says_so(run):
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        code, _, err = run("serve", "--port", taken.getsockname()[1])
    assert code == 2 and "--port" in err


@pytest.mark.slow
def test_serve_loads_the_demo_only_into_a_home_that_never_held_anything(home, run, tmp_path):
    with serving(home) as text:
        assert "localhost" in text
    batches = read_batches(home)
    assert batches and all(batch.read_manifest()["is_demo"] for batch in batches)
    run("demo", "remove")
    with serving(home):
        pass
    assert not any(batch.is_active for batch in read_batches(home))


class serving:
    """A dashboard started in another folder that answers, for the length of a `with`; gives the line that it printed."""

    def __init__(self, home: Home) -> None:
        with socket.socket() as free:
            free.bind(("localhost", 0))
            self.port = free.getsockname()[1]
        code = "import sys; from etl.cli import main; sys.exit(main())"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", "--port", str(self.port)],
            cwd=home.root.parent,
            env={**os.environ, "SOUNDINGS_HOME": str(home.root), "PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> str:
        line = self.process.stdout.readline()
        for _ in range(HANGING * 10):
            try:
                health = f"http://localhost:{self.port}/_stcore/health"
                if urllib.request.urlopen(health, timeout=HANGING).status == 200:
                    return line
            except (urllib.error.URLError, OSError):
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(0.1)
                    break
        raise AssertionError("the dashboard did not answer")

    def __exit__(self, *problem) -> None:
        self.process.terminate()
        self.process.wait(HANGING)
        self.process.stdout.close()
        with socket.socket() as there:
            assert there.connect_ex(("localhost", self.port)), "what was told to end still listens"


def test_loading_a_csv_file_imports_no_library_of_maps_or_tables(tmp_path):
    path = write_contributions(tmp_path / "answers.csv")
    script = (
        "import sys; from etl.cli import main; main(['load', sys.argv[1]]); main(['status']); "
        "print(sorted({'pandas', 'geopandas', 'pyogrio', 'shapely', 'pyproj'} & set(sys.modules)))"
    )
    environment = {**os.environ, "SOUNDINGS_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", script, str(path)]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_file_of_postcodes_still_finds_pandas_when_it_needs_it(tmp_path):
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "activities.csv").write_text(
        "activity_id,title,place_role,postcode\na1,Repairs,venue,LS1 1UR\n", encoding="utf-8"
    )
    places = write_places(tmp_path / "wards.geojson")
    script = "import sys; from etl.cli import main; main(['places', 'add', sys.argv[1], '--kind', 'ward']); sys.exit(main(['load', sys.argv[2]]))"
    environment = {**os.environ, "SOUNDINGS_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", script, str(places), str(folder)]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 rows read = 1 accepted" in done.stdout


def test_an_unknown_command_is_said_without_blaming_the_program(run):
    code, out, err = run("nonsense")
    assert (code, out) == (2, "")
    assert "nonsense" in err and "fault" not in err
