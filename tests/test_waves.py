"""Asking people who took part: codes count once, answers survive, and nothing but what is permitted leaves the seal."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from etl.cli import main
from etl.inbox import read_batches
from etl.loading import rebuild, redo, undo
from etl.participants.sealed import first_second_of, hold_answers, read_sealed
from etl.participants.statements import add_statement, take_statement
from etl.participants.wave_sheet import make_sheet
from etl.participants.waves import (
    OVER,
    READY,
    UNKNOWN,
    USED,
    close_wave,
    list_waves,
    pool_waves,
    read_code,
    read_wave,
    take_answer,
    wave_path,
)
from etl.status import status
from soundings.content import content_hash, content_tables
from soundings.generations import open_current
from soundings.home import PROJECT, Home
from soundings.model import AGREED_STATEMENT, ORGANISERS_REPLY, SoundingsError
from soundings.participants import read_texts
from tests.asking import DAY, GROUPS, HEARD, answer_all, ask_group, close_asking, make_groups_home, mixed, send_answer
from tests.forms import ask
from tests.killing import open_context, strike_everywhere
from tests.waiting import HANGING

ADDRESS = "http://192.0.2.7:8501"
OPENING = ["--reader", HEARD["reader"], "--call", HEARD["call"], "--address", ADDRESS]


@pytest.fixture
def home(tmp_path) -> Home:
    return make_groups_home(tmp_path)


def sealed_of(home: Home, wave_id: str):
    with hold_answers(home):
        return read_sealed(home, wave_id)


SAID = "select kind, words, said_month from statement"


def rows_of(home: Home, table: str) -> list[tuple]:
    return sorted(open_current(home).cursor().execute(f"select * from {table}").fetchall(), key=repr)  # noqa: S608


def read_everything(folder: Path) -> str:
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file())


# ---- Codes -------------------------------------------------------------------------------------------------------


def test_each_code_takes_one_answer_and_says_so_the_second_time(home):
    opened = ask_group(home, people=3)
    assert len(set(opened.codes)) == 3
    assert take_answer(home, opened.codes[0], {"q1": "yes"}, "") == READY
    assert take_answer(home, opened.codes[0], {"q1": "no"}, "again") == USED
    assert read_code(home, opened.codes[0]).state == USED
    assert read_code(home, f" {opened.codes[1].upper()} ").state == READY
    sealed = sealed_of(home, opened.wave.wave_id)
    assert (sealed.answers(), sealed.words) == (({"q1": "yes"},), ())


@pytest.mark.parametrize("said", ["", "x", "../../../etc/passwd", "zzzzzz-0000000000000000", "☃" * 30, "a" * 5000])
def test_a_code_that_nobody_issued_is_unknown(home, said):
    ask_group(home)
    assert read_code(home, said).state == UNKNOWN
    assert take_answer(home, said, {"q1": "yes"}, "") == UNKNOWN


def test_a_guess_at_an_open_asking_is_unknown_and_at_a_closed_one_over(home):
    opened = ask_group(home)
    guess = f"{opened.wave.wave_id}-0000000000000000"
    assert read_code(home, guess).state == UNKNOWN
    close_wave(home, opened.wave.wave_id)
    assert read_code(home, guess).state == read_code(home, opened.codes[0]).state == OVER
    assert take_answer(home, opened.codes[0], {"q1": "yes"}, "") == OVER


def test_a_shared_code_takes_many_answers_and_is_marked(home):
    opened = ask_group(home, people=None, is_shared=True)
    assert len(opened.codes) == 1
    for answer in mixed(6, 5):
        assert take_answer(home, opened.codes[0], {"q1": answer}, "") == READY
    told = close_wave(home, opened.wave.wave_id)
    assert (told.state, told.answered_count, told.invited_count, told.is_one_each) == ("published", 11, None, False)


def test_the_same_code_sent_by_many_at_once_counts_once(home):
    opened = ask_group(home, people=2)
    with ThreadPoolExecutor(8) as pool:
        became = list(pool.map(lambda n: take_answer(home, opened.codes[0], {"q1": "yes"}, f"word {n}"), range(8)))
    assert sorted(became) == [READY] + [USED] * 7
    sealed = sealed_of(home, opened.wave.wave_id)
    assert (len(sealed.ratings), len(sealed.words), len(sealed.used)) == (1, 1, 1)


@pytest.mark.parametrize(
    "wrong", [{"reader": " "}, {"call": ""}, {"people": 0}, {"people": None}, {"people": 90_000}], ids=str
)
def test_an_asking_that_lacks_something_is_not_opened(home, wrong):
    said = {"people": 12, **HEARD, **wrong}
    from etl.participants.waves import open_wave

    with pytest.raises(SoundingsError):
        open_wave(home, GROUPS[0], today=DAY, **said)
    assert list_waves(home) == []


def test_an_activity_that_is_not_there_cannot_be_asked_about(home):
    with pytest.raises(SoundingsError, match="No activity has the id or the title “Nobody”"):
        ask_group(home, "Nobody")


# ---- What is kept ------------------------------------------------------------------------------------------------


def test_codes_are_kept_as_hashes_alone_and_forgotten_on_closing(home):
    opened = ask_group(home, has_statement=True)
    kept = read_everything(home.root)
    assert opened.statement_code and not any(code in kept for code in (*opened.codes, opened.statement_code))
    assert len(read_wave(home, opened.wave.wave_id).code_hashes) == 12
    close_wave(home, opened.wave.wave_id)
    assert read_wave(home, opened.wave.wave_id).code_hashes == ()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no modes")
def test_what_is_sealed_is_its_owners_alone_and_dated_by_the_month(home):
    opened = ask_group(home)
    answer_all(home, opened, mixed(2, 1), "some words")
    paths = list((home.inbox / "sealed").rglob("*"))
    assert len(paths) > 4
    for path in (home.inbox / "sealed", *paths):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
    assert {path.stat().st_mtime for path in paths} == {first_second_of("2026-11"), 0}
    assert {path.name for path in paths if not path.stat().st_mtime} == {".lock"}


def test_nothing_ties_words_to_ratings_to_codes_or_to_the_order_of_coming(home):
    """Whoever comes first, what is sealed is the same: only the names of folders differ, and they are random."""
    opened = ask_group(home, people=6)
    codes = sorted(opened.codes)
    people = [(codes[n], {"q1": answer}, words) for n, (answer, words) in enumerate(
        [("yes", "bravo"), ("no", ""), ("partly", "alpha"), ("yes", "delta"), ("no", "charlie"), ("not sure", "")]
    )]  # fmt: skip
    found = []
    for number in range(3):
        copy = Home(home.root.parent / f"copy{number}")
        shutil.copytree(home.root, copy.root)
        for code, answers, words in random.Random(number).sample(people, 6):
            assert take_answer(copy, code, answers, words) == READY
        folder = copy.inbox / "sealed" / opened.wave.wave_id
        inside = folder / (folder / "current").read_text().strip()
        assert sorted(path.name for path in folder.iterdir()) == sorted([inside.name, "current"])
        found.append({path.name: path.read_text() for path in inside.iterdir()})
    assert found[0] == found[1] == found[2]
    assert json.loads(found[0]["words.json"]) == ["alpha", "bravo", "charlie", "delta"]
    assert not set(json.loads(found[0]["words.json"])) & set(re.findall(r"\w+", found[0]["ratings.json"]))


def test_an_answer_that_was_cut_short_leaves_the_one_before_and_can_be_sent_again(home):
    opened = ask_group(home, people=3)
    assert take_answer(home, opened.codes[0], {"q1": "yes"}, "") == READY
    folder = home.inbox / "sealed" / opened.wave.wave_id
    half = folder / "0123456789abcdef"
    shutil.copytree(next(path for path in folder.iterdir() if path.is_dir()), half)
    (half / "used.json").write_text("[")
    assert take_answer(home, opened.codes[0], {"q1": "no"}, "") == USED
    assert take_answer(home, opened.codes[1], {"q1": "no"}, "") == READY
    assert len(sealed_of(home, opened.wave.wave_id).ratings) == 2
    assert not half.exists()


@pytest.mark.slow
def test_killed_at_any_step_no_thanked_answer_is_lost_and_no_code_counts_twice(home):
    context = open_context("tests.asking", "tests.killing")
    opened = ask_group(home, people=3)
    first, second, third = opened.codes
    assert take_answer(home, first, {"q1": "no"}, "words before") == READY
    outcomes = []
    for struck in strike_everywhere(context, send_answer, home, "answer", second):
        kept = read_code(struck.home, second).state == USED
        assert kept or not struck.is_acknowledged
        sealed = sealed_of(struck.home, opened.wave.wave_id)
        assert len(sealed.ratings) == len(sealed.used) == len(sealed.words) == 1 + kept, struck.moment
        if not kept:  # the person tries again
            assert take_answer(struck.home, second, {"q1": "yes"}, "words of answer") == READY
        assert take_answer(struck.home, second, {"q1": "no"}, "again") == USED
        assert take_answer(struck.home, third, {"q1": "no"}, "words after") == READY
        said = ["words after", "words before", "words of answer"]
        assert sorted(sealed_of(struck.home, opened.wave.wave_id).words) == said
        outcomes.append(kept)
    assert outcomes == sorted(outcomes) and not outcomes[0] and outcomes[-1]


@pytest.mark.slow
def test_killed_at_any_step_of_closing_an_asking_is_closed_by_closing_it_again(home):
    context = open_context("tests.asking", "tests.killing")
    opened = ask_group(home, people=14)
    answer_all(home, opened, mixed(7, 5), "only for the reader")
    outcomes = []
    for struck in strike_everywhere(context, close_asking, home, "close", opened.wave.wave_id):
        held = rows_of(struck.home, "feedback_wave")
        close_asking(struck.home, "close", opened.wave.wave_id)
        after = rows_of(struck.home, "feedback_wave")
        assert held in ([], after) and [row[-2:] for row in after] == [(14, 12)], struck.moment
        assert len(rows_of(struck.home, "feedback")) == 5 + 6
        assert read_code(struck.home, opened.codes[13]).state == OVER
        assert status(struck.home)["inbox"]["agrees_with_store"]
        outcomes.append(held == after)
    assert outcomes == sorted(outcomes) and not outcomes[0] and outcomes[-1]


# ---- Closing -----------------------------------------------------------------------------------------------------


def test_nothing_is_in_the_store_while_an_asking_is_open(home):
    before = content_hash(open_current(home).cursor())
    opened = ask_group(home)
    answer_all(home, opened, mixed(7, 5), "a word")
    assert content_hash(open_current(home).cursor()) == before
    assert rows_of(home, "feedback_wave") == rows_of(home, "feedback") == []


def test_closing_publishes_totals_that_undo_redo_and_rebuild_keep(home):
    opened = ask_group(home, people=14)
    answer_all(home, opened, mixed(7, 5), "only for the reader")
    before = content_hash(open_current(home).cursor())
    told = close_wave(home, opened.wave.wave_id)
    assert told.counts["q1"] == {"yes": 7, "partly": 0, "no": 5, "not sure": 0, "rather not say": 0}
    batch = read_batches(home)[-1]
    assert rows_of(home, "feedback_wave") == [
        (batch.batch_id, opened.wave.wave_id, told.activity_ids[0], "2026-11", "published", True, 14, 12)
    ]
    assert len(rows_of(home, "feedback")) == 5 + 6
    after = content_hash(open_current(home).cursor())
    undo(home, batch.batch_id)
    assert content_hash(open_current(home).cursor()) == before
    redo(home, batch.batch_id)
    assert content_hash(open_current(home).cursor()) == after
    shutil.rmtree(home.inbox / "sealed")  # the store needs nothing that is sealed
    assert rebuild(home).agrees
    assert "only for the reader" not in read_everything(home.store)


def test_only_the_month_is_kept_of_when(home):
    opened = ask_group(home)
    answer_all(home, opened, mixed(7, 5))
    close_wave(home, opened.wave.wave_id)
    batch = read_batches(home)[-1].batch_id
    moments = open_current(home).cursor().execute(
        "select accepted_at::varchar from batch where batch_id = $1 union all select acted_at::varchar from audit where batch_id = $1",
        [batch],
    )  # fmt: skip
    assert {moment for (moment,) in moments.fetchall()} == {"2026-11-01 00:00:00"}


def test_two_private_askings_of_other_sizes_and_answers_differ_in_nothing(home):
    """The same asking in two copies of a home, answered by others: every table of the generation is the same, row by row."""
    opened = ask_group(home, people=30)
    found = []
    for number, answers in enumerate((["yes"] * 9, ["no", "partly"], [])):
        copy = Home(home.root.parent / f"copy{number}")
        shutil.copytree(home.root, copy.root)
        if number == 1:  # and other numbers invited
            path = next((copy.inbox / "sealed" / opened.wave.wave_id).glob("*/about.json"))
            path.write_text('{"invited": 3}')
        answer_all(copy, opened, answers, "words" * (number + 1))
        told = close_wave(copy, opened.wave.wave_id)
        assert told.state == "private"
        kept = sorted(path.read_bytes() for path in read_batches(copy)[-1].path.iterdir())
        tables = {table: rows_of(copy, table) for table in (*content_tables(), "batch", "audit", "batch_content")}
        found.append((told, content_hash(open_current(copy).cursor()), tables, kept))
    assert found[0] == found[1] == found[2]
    assert found[0][2]["feedback"] == []
    assert [row[-2:] for row in found[0][2]["feedback_wave"]] == [(None, None)]


def test_an_asking_is_closed_once(home):
    opened = ask_group(home)
    close_wave(home, opened.wave.wave_id)
    with pytest.raises(SoundingsError, match="is closed already"):
        close_wave(home, opened.wave.wave_id)
    with pytest.raises(SoundingsError, match="There is no asking"):
        close_wave(home, "nobody")


def test_closing_that_was_cut_short_takes_no_answer_and_is_finished_by_closing_again(home):
    from etl.participants.waves import seal_off

    opened = ask_group(home, people=14)
    answer_all(home, opened, mixed(7, 5))
    seal_off(home, opened.wave.wave_id)  # killed here
    assert take_answer(home, opened.codes[13], {"q1": "yes"}, "") == OVER
    assert [line.state for line in list_waves(home)] == ["closed"]
    assert close_wave(home, opened.wave.wave_id).answered_count == 12


def test_an_asking_that_was_undone_still_counts_against_the_next(home):
    first = ask_group(home, people=15)
    answer_all(home, first, mixed(7, 5))
    close_wave(home, first.wave.wave_id)
    undo(home, read_batches(home)[-1].batch_id)
    second = ask_group(home, people=40)
    answer_all(home, second, mixed(8, 5))
    assert close_wave(home, second.wave.wave_id).state == "withheld"


def test_small_groups_are_pooled_once(home):
    waves = []
    for title in GROUPS[:3]:
        opened = ask_group(home, title, people=5)
        answer_all(home, opened, mixed(2, 2))
        with pytest.raises(SoundingsError, match="still open"):
            pool_waves(home, [opened.wave.wave_id])
        assert close_wave(home, opened.wave.wave_id).state == "private"
        waves.append(opened.wave.wave_id)
    with pytest.raises(SoundingsError) as two:
        pool_waves(home, waves[:2])
    assert not re.search(r"\d", str(two.value))
    pooled = pool_waves(home, waves)
    assert (pooled.state, pooled.invited_count, pooled.answered_count, len(pooled.activity_ids)) == (
        "pooled",
        15,
        12,
        3,
    )
    assert len(rows_of(home, "feedback_wave")) == 3 + 3
    with pytest.raises(SoundingsError, match="cannot be published together"):
        pool_waves(home, waves)
    assert rebuild(home).agrees


def test_the_demo_stays_when_its_people_are_asked(own_tidewell):
    opened = ask_group(own_tidewell, "Repairs policy group")
    close_wave(own_tidewell, opened.wave.wave_id)
    assert read_batches(own_tidewell)[-1].read_manifest()["is_demo"]
    assert all(batch.is_active for batch in read_batches(own_tidewell))


# ---- Statements --------------------------------------------------------------------------------------------------


def test_a_group_publishes_one_statement_by_its_code_after_closing_too(home):
    opened = ask_group(home, people=4, has_statement=True)
    close_wave(home, opened.wave.wave_id)
    assert read_code(home, opened.statement_code).is_statement
    assert take_answer(home, opened.statement_code, {"q1": "yes"}, "") == UNKNOWN
    assert take_statement(home, opened.codes[0], "Not mine to say", DAY) == UNKNOWN
    assert take_statement(home, opened.statement_code, "We would do it again.", DAY) == READY
    assert take_statement(home, opened.statement_code, "And more.", DAY) == USED
    assert ask(home, SAID) == [(AGREED_STATEMENT, "We would do it again.", "2026-11")]
    assert rebuild(home).agrees


def test_phones_and_e_mails_are_taken_out_of_a_statement_before_it_is_kept(home):
    told, kept = "Ask Jo on 07700 900123 or jo@made.example.", "Ask Jo on [phone removed] or [e-mail removed]."
    opened = ask_group(home, has_statement=True)
    assert take_statement(home, opened.statement_code, f" {told} ", DAY) == READY
    add_statement(home, opened.wave.activity_id, ORGANISERS_REPLY, told, DAY)
    assert ask(home, "select words from statement") == [(kept,), (kept,)]
    assert not any(b"900123" in path.read_bytes() for path in home.root.rglob("*") if path.is_file())
    assert rebuild(home).agrees


def test_a_statement_that_was_cut_short_can_be_sent_again(home):
    from dataclasses import replace

    from etl.participants.waves import write_wave

    opened = ask_group(home, has_statement=True)
    with hold_answers(home):
        write_wave(home, replace(opened.wave, statement_batch="0123456789ab"))  # killed before the batch was there
    assert take_statement(home, opened.statement_code, "We would do it again.", DAY) == READY


def test_staff_add_a_reply_of_the_organiser_and_can_take_it_back(home):
    activity_id = ask_group(home).wave.activity_id
    batch = add_statement(home, activity_id, ORGANISERS_REPLY, "  We agree.  ", DAY).batch
    assert ask(home, SAID) == [(ORGANISERS_REPLY, "We agree.", "2026-11")]
    undo(home, batch.batch_id)
    assert rows_of(home, "statement") == []
    with pytest.raises(SoundingsError, match=f"soundings redo {batch.batch_id}"):
        add_statement(home, activity_id, ORGANISERS_REPLY, "We agree.", DAY)
    for kind, words in ((ORGANISERS_REPLY, "   "), ("gossip", "x"), (ORGANISERS_REPLY, "x" * 5000)):
        with pytest.raises(SoundingsError):
            add_statement(home, activity_id, kind, words, DAY)


# ---- The sheet and the commands ----------------------------------------------------------------------------------


def test_the_sheet_has_a_code_for_each_and_asks_nothing_of_another_machine(home):
    opened = ask_group(home, people=17, has_statement=True)
    sheet = make_sheet(opened, ADDRESS + "/")
    links = re.findall(r">(http[^<]*say\?t=[^<]*)<", sheet)
    assert links == [f"{ADDRESS}/say?t={code}" for code in (*opened.codes, opened.statement_code)]
    assert sheet.count("<svg") == 18
    assert not re.search(r"(src|href|url\()\s*=?\s*[\"']?http", sheet)
    with pytest.raises(SoundingsError, match="no address that a phone can open"):
        make_sheet(opened, "localhost:8501")


def test_the_code_on_a_slip_can_be_read_back(home):
    segno = pytest.importorskip("segno")
    opened = ask_group(home, people=1)
    link = f"{ADDRESS}/say?t={opened.codes[0]}"
    drawn = segno.make(link, error="m", micro=False).svg_inline(border=2, omitsize=True, dark="#000", light="#fff")
    assert drawn in make_sheet(opened, ADDRESS)


def test_a_title_with_html_in_it_stays_text_on_the_sheet(home):
    from dataclasses import replace

    opened = ask_group(home)
    hostile = replace(opened, wave=replace(opened.wave, title="<script>alert(1)</script>"))
    assert "<script>" not in make_sheet(hostile, ADDRESS)


@pytest.fixture
def run(home, monkeypatch, tmp_path, capsys):
    """Runs a command in this home: (exit code, everything it printed)."""
    monkeypatch.setenv("SOUNDINGS_HOME", str(home.root))
    monkeypatch.chdir(tmp_path)

    def run_(*arguments: str) -> tuple[int, str]:
        code = main(list(arguments))
        said = capsys.readouterr()
        return code, said.out + said.err

    return run_


def test_the_commands_ask_list_close_and_pool(run, home, tmp_path):
    for number, title in enumerate(GROUPS[:3]):
        code, said = run("wave", "open", title, "--people", "5", "--sheet", f"s{number}.html", *OPENING)
        assert code == 0 and "say?t=" not in said and not re.search(r"\b5\b", said)
        codes = re.findall(r">http[^<]*t=([^<]*)<", (tmp_path / f"s{number}.html").read_text())
        assert len(codes) == 5
        for one, answer in zip(codes, mixed(2, 2), strict=False):
            take_answer(home, one, {"q1": answer}, "hush")
    waves = [line.wave_id for line in list_waves(home)]
    for wave in waves:
        code, said = run("wave", "close", wave)
        assert code == 0 and read_texts().page["private"] in said and not re.search(r"\b[45]\b", said)
    code, said = run("wave", "pool", *waves)
    assert code == 0 and "12 of 15 invited answered" in said and "Yes 6" in said
    code, said = run("wave", "list")
    assert said.count("small group: answers kept private") == 3 and "hush" not in said
    assert run("wave", "statement", GROUPS[3], "--kind", AGREED_STATEMENT, "--words", "We agree.")[0] == 0


def test_no_command_says_how_many_answered_a_small_group(run, home):
    """Not even by the bytes that it says are on the disk."""
    opened = ask_group(home, people=9)
    before = status(home)["disk_bytes"]["inbox"]
    answer_all(home, opened, mixed(3, 4), "some words of some length")
    assert status(home)["disk_bytes"]["inbox"] == before
    run("wave", "close", opened.wave.wave_id)
    for arguments in (["status"], ["status", "--json"], ["wave", "list"], ["wave", "list", "--json"], ["sources"]):
        said = run(*arguments)[1]
        assert "some words" not in said and '"invited_count": 9' not in said


def test_a_sheet_is_not_written_over_and_a_failed_opening_leaves_none(run, tmp_path):
    (tmp_path / "there.html").write_text("codes")
    code, said = run("wave", "open", GROUPS[0], "--people", "5", "--sheet", "there.html", *OPENING)
    assert code == 2 and "may hold codes" in said
    assert (tmp_path / "there.html").read_text() == "codes"
    assert run("wave", "open", "Nobody", "--people", "5", "--sheet", "new.html", *OPENING)[0] == 2
    assert not (tmp_path / "new.html").exists()


def test_a_damaged_asking_says_what_to_do(home):
    opened = ask_group(home)
    wave_path(home, opened.wave.wave_id).write_text("{")
    with pytest.raises(SoundingsError, match="Put it back from a backup"):
        list_waves(home)


def test_months_come_from_the_day_of_opening(home):
    assert ask_group(home, today=date(2027, 1, 31)).wave.month == "2027-01"


# ---- Each page guards itself -------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", sorted(path.stem for path in (PROJECT / "pages" / "rooms").glob("*.py")))
def test_a_page_that_runs_without_the_front_door_still_shows_a_code_its_form_alone(own_tidewell, monkeypatch, page):
    opened = ask_group(own_tidewell, "Repairs policy group")
    monkeypatch.setenv("SOUNDINGS_HOME", str(own_tidewell.root))
    monkeypatch.setenv("SOUNDINGS_TODAY", "2026-11-23")
    at = AppTest.from_file(str(PROJECT / "pages" / "rooms" / f"{page}.py"), default_timeout=HANGING)
    at.query_params["t"] = opened.codes[0]
    at.run()
    assert not at.exception
    assert [title.value for title in at.title] == [read_texts().form["title"]]
    assert len(at.radio) == 5 and not at.dataframe and not at.selectbox
    at.query_params.clear()  # the visit goes on, and its address says nothing of the code any more
    at.run()
    assert [title.value for title in at.title] == [read_texts().form["title"]]


# ---- On the activity's page --------------------------------------------------------------------------------------


@pytest.fixture
def read_page(tidewell, monkeypatch):
    """What the page of the first activity whose asking is of this kind says in its section of participants."""
    monkeypatch.setenv("SOUNDINGS_HOME", str(tidewell.root))
    monkeypatch.setenv("SOUNDINGS_TODAY", "2026-11-23")

    def read(where: str) -> str:
        wanted = f"select activity_id from feedback_wave where {where} order by wave_id limit 1"  # noqa: S608 — a test's own
        (activity_id,) = open_current(tidewell).cursor().execute(wanted).fetchone()
        at = AppTest.from_file(str(PROJECT / "dashboard.py"), default_timeout=HANGING)
        at.switch_page("pages/rooms/activity.py")
        at.query_params["activity"] = activity_id
        at.run()
        assert not at.exception
        section = at.main
        kinds = (section.markdown, section.caption, section.subheader, section.get("html"))
        return "\n".join(str(getattr(one, "value", None) or one.proto.body) for kind in kinds for one in kind)

    return read


def test_the_page_says_where_record_and_answers_disagree(read_page):
    said = read_page("wave_id = 'tdwk4n'").replace("\\", "")
    assert (
        "Most who answered in September 2026 said that they joined after the main things were settled (8 of 12)."
        in said
    )
    assert said.count('<table class="answers">') == 5
    assert "not yet confirmed by people who took part" in said


def test_the_page_of_a_small_group_shows_no_answer_and_no_number(read_page):
    said = read_page("state = 'private'").replace("\\", "")
    assert "Asked in August 2026. **Small group: answers kept private.**" in said
    assert '<table class="answers">' not in said and "invited answered" not in said and "6 answers" not in said


def test_the_page_says_that_one_answer_each_is_not_assured(read_page):
    said = read_page("not is_one_each").replace("\\", "")
    assert "One answer per person not assured." in said and "Not a validated measure." in said


def test_a_name_that_people_bear_out_is_no_longer_said_to_be_unconfirmed(read_page):
    assert "not yet confirmed by people who took part" not in read_page("wave_id = 'tdwh7q'")
