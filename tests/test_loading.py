"""Loading files into a home: what is counted, what happens twice, and what undo, redo and rebuild leave."""

import csv
import itertools
import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from etl.accepting import find_batch
from etl.demo.illustrating import LICENCE, add_demo
from etl.inbox import identify_batch, read_batches
from etl.loading import ReadOptions, load_file, rebuild, redo, undo
from etl.places.loading import add_aliases, add_history, add_places
from etl.replay import sync
from etl.status import status
from soundings.content import content_hash
from soundings.generations import generation_path, list_generations
from soundings.geometry import ensure_geometry
from soundings.home import Home
from soundings.model import BadFile, BrokenStore, Busy, SoundingsError
from soundings.store import open_current, open_writer
from tests.making import ward_code, write_contributions, write_places, write_rows

FIGURES = "select measure, sum(value) from activity_count group by measure order by measure"


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def held(home: Home) -> str:
    return content_hash(open_current(home).cursor())


def ask(home: Home, question: str) -> list[tuple]:
    return open_current(home).cursor().execute(question).fetchall()


def load_answers(home: Home, folder: Path, topic: str, **options):
    return load_file(home, write_contributions(folder / f"{topic}.csv", topic), **options)


def test_every_row_read_is_accepted_or_rejected_and_every_record_has_a_place_state(home, files):
    add_places(home, write_places(files / "wards.geojson", 2), "ward")
    path = write_rows(
        files / "answers.csv",
        [
            ["2025-03-01", ward_code(1), "Parks"],
            ["2025-03-01", ward_code(1), "Parks"],
            ["2025-03-02", ward_code(2), "Parks"],
            ["2025-03-02", "E05000001", "Parks"],
            ["2025-03-03", "nonsense", "Parks"],
            ["2025-03-03", "", "Parks"],
            ["not a day", ward_code(1), "Parks"],
        ],
    )
    result = load_file(home, path)
    assert result.source_id == "contributions"
    assert (result.rows_read, result.rows_accepted, result.rows_rejected) == (7, 6, 1)
    assert result.places == {"located": 3, "outside": 1, "unlocated": 2, "not_tied": 0}
    assert [(reason.column, reason.count, reason.is_row_rejected) for reason in result.reasons] == [("date", 1, True)]
    assert next(iter(result.detected.values()))["encoding"] == "utf-8"


DEMO_BATCHES = 7  # two of places, one of the template, four of what people answered


def test_a_file_whose_every_row_is_rejected_leaves_no_batch_and_the_demo_stays(home, files):
    add_demo(home)
    before = held(home)
    path = write_rows(files / "answers.csv", [["never", ward_code(1), "Parks"], ["nor then", ward_code(2), "Parks"]])
    tried = load_file(home, path, dry_run=True)
    result = load_file(home, path)
    assert tried.is_refused and tried.rejected_file is None
    assert result.is_refused and not result.already_loaded and not result.demo_withdrawn
    assert (result.rows_read, result.rows_accepted, result.rows_rejected) == (2, 0, 2)
    with open(result.rejected_file, encoding="utf-8-sig", newline="") as file:
        assert [row["Soundings: value"] for row in csv.DictReader(file)] == ["never", "nor then"]
    assert held(home) == before and all(batch.is_active for batch in read_batches(home))
    assert len(read_batches(home)) == DEMO_BATCHES
    with pytest.raises(SoundingsError, match="No batch has an id"):
        undo(home, result.batch_id)
    assert load_file(home, path).is_refused


def test_into_an_empty_home_too_a_file_whose_every_row_is_rejected_leaves_nothing(home, files):
    result = load_file(home, write_rows(files / "answers.csv", [["never", ward_code(1), "Parks"]]))
    assert result.is_refused and result.rejected_file
    assert read_batches(home) == [] and open_current(home) is None


@pytest.mark.parametrize("step", ["redo", "rebuild"])
def test_redo_and_rebuild_prepare_the_outlines_as_a_load_does(home, files, step):
    batch_id = add_places(home, write_places(files / "wards.geojson", 4), "ward").batch_id
    prepared = sorted(file.name for file in home.geometry.iterdir())
    if step == "redo":
        undo(home, batch_id)
    shutil.rmtree(home.geometry)
    redo(home, batch_id) if step == "redo" else rebuild(home)
    assert prepared and sorted(file.name for file in home.geometry.iterdir()) == prepared


def test_what_the_demo_may_be_used_for_is_said_on_every_batch_of_it(home):
    add_demo(home)
    assert ask(home, "select distinct licence like '%made up%free for any use%', attribution from batch") == [
        (True, "the Soundings project (illustrative data)")
    ]
    assert [batch.read_manifest()["licence"] for batch in read_batches(home)] == [LICENCE] * DEMO_BATCHES


def test_rejected_rows_are_written_with_their_row_and_reason(home, files):
    path = write_rows(files / "answers.csv", [["2025-03-01", "E05000001", "Parks"], ["never", "E05000001", "Parks"]])
    result = load_file(home, path)
    with open(result.rejected_file, encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert [row[f"Soundings: {name}"] for name in ("row", "column", "value")] == ["3", "date", "never"]
    assert row["Soundings: reason"]


def test_rejected_rows_put_right_come_in_once_and_rows_that_came_in_do_not_come_in_again(home, files):
    path = files / "counts.csv"
    head = "activity_id,title,start_date,place_role,mode,place_code"
    path.write_text(
        f"{head}\na1,Tea,2025-03-01,venue,carrier pigeon,E05000001\na2,,2025-03-02,somewhere,by post,E05000001\n"
    )
    first = load_file(home, path)
    assert (first.rows_accepted, first.rows_rejected) == (1, 1)
    with open(first.rejected_file, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Soundings: row taken in"] for row in rows] == ["yes", "no"]
    rows[1] |= {"title": "-Soup", "place_role": "venue", "mode": "online"}
    corrected = files / "corrected.csv"
    with corrected.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    second = load_file(home, corrected)
    assert (second.rows_read, second.rows_accepted, second.values_set_aside) == (1, 1, 0)
    assert ask(home, "select title from activity order by title") == [("-Soup",), ("Tea",)]
    assert "1 row was taken in before" in second.detected["corrected"]["notes"]


def test_the_same_file_twice_is_said_and_nothing_is_doubled(home, files):
    first = load_answers(home, files, "Parks")
    before = held(home)
    again = load_answers(home, files, "Parks")
    assert again.already_loaded and not first.already_loaded
    assert again.batch_id == first.batch_id
    assert (held(home), len(read_batches(home))) == (before, 1)


def test_the_same_file_under_another_name_is_the_same_file(home, files):
    load_answers(home, files, "Parks")
    (files / "copy.csv").write_bytes((files / "Parks.csv").read_bytes())
    assert load_file(home, files / "copy.csv").already_loaded


def test_another_reading_of_a_file_is_offered_and_takes_the_place_of_the_first(home, files):
    first = load_answers(home, files, "Parks")
    before, other = ask(home, FIGURES), ReadOptions(encoding="cp1252")
    with pytest.raises(BadFile, match=rf"batch {first.batch_id}, read in another way \(the encoding\).*--read-again"):
        load_answers(home, files, "Parks", options=other)
    assert len(read_batches(home)) == 1
    second = load_answers(home, files, "Parks", options=other, read_again=True)
    assert ask(home, FIGURES) == before and {one.batch_id: one.state for one in read_batches(home)} == {
        first.batch_id: "replaced",
        second.batch_id: "active",
    }
    back = load_answers(home, files, "Parks")
    assert back.already_loaded and back.stands_aside_for == second.batch_id
    assert load_answers(home, files, "Parks", options=other, read_again=True).already_loaded
    undo(home, second.batch_id)
    assert {one.batch_id: one.state for one in read_batches(home)}[first.batch_id] == "active"
    redo(home, second.batch_id)
    assert ask(home, FIGURES) == before and rebuild(home).agrees


def test_a_reading_that_was_undone_is_not_put_back_beside_another(home, files):
    first = load_answers(home, files, "Parks")
    undo(home, first.batch_id)
    load_answers(home, files, "Parks", options=ReadOptions(encoding="cp1252"))
    with pytest.raises(BadFile, match="Nothing was doubled"):
        redo(home, first.batch_id)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (ReadOptions(delimiter="comma"), "what stands between cells"),
        (ReadOptions(drop=("note",)), "the columns left out"),
        (ReadOptions(date_order="day-first"), "the order of day and month"),
    ],
)
def test_the_refusal_says_in_what_the_readings_differ(home, files, options, said):
    load_answers(home, files, "Parks")
    with pytest.raises(BadFile, match=said):
        load_answers(home, files, "Parks", options=options)


def test_a_batch_of_an_earlier_version_is_known_by_its_reading(home, files, monkeypatch):
    monkeypatch.setattr(
        "etl.loading.identify_batch", lambda sha, source, options, mapping: identify_batch(sha, source, options)
    )
    first = load_answers(home, files, "Parks")
    monkeypatch.undo()
    again = load_answers(home, files, "Parks")
    assert again.already_loaded and again.batch_id == first.batch_id


def test_loading_an_undone_file_says_to_redo(home, files):
    first = load_answers(home, files, "Parks")
    undo(home, first.batch_id)
    again = load_answers(home, files, "Parks")
    assert again.already_loaded and again.is_undone
    assert ask(home, "select count(*) from batch") == [(0,)]


def test_a_dry_run_says_what_a_load_would_and_writes_nothing(home, files):
    add_places(home, write_places(files / "wards.geojson", 2), "ward")
    before = (held(home), list_generations(home), len(read_batches(home)))
    dry = load_answers(home, files, "Parks", dry_run=True)
    assert dry.is_dry_run and dry.places == {"located": 8, "outside": 4, "unlocated": 0, "not_tied": 0}
    assert (held(home), list_generations(home), len(read_batches(home))) == before
    wet = load_answers(home, files, "Parks")
    assert (dry.places, dry.rows_accepted, dry.batch_id) == (wet.places, wet.rows_accepted, wet.batch_id)
    assert load_answers(home, files, "Parks", dry_run=True).already_loaded


def test_a_dry_run_works_in_a_home_that_holds_nothing(home, files):
    dry = load_answers(home, files, "Parks", dry_run=True)
    assert dry.rows_accepted == 12
    assert not home.root.exists()


def test_undo_in_any_order_and_redo_leave_the_store_as_if_never_and_always(home, files):
    add_places(home, write_places(files / "wards.geojson"), "ward")
    topics = ("Parks", "Buses", "Safety")
    hashes = {(): held(home)}
    ids = {}
    for topic in topics:
        ids[topic] = load_answers(home, files, topic).batch_id
    everything = held(home)
    for order in list(itertools.permutations(topics))[::2]:
        for topic in order:
            undo(home, ids[topic])
            left = tuple(
                sorted(t for t in topics if any(b.is_active and b.batch_id == ids[t] for b in read_batches(home)))
            )
            assert hashes.setdefault(left, held(home)) == held(home)
        assert held(home) == hashes[()]
        for topic in order:
            redo(home, ids[topic])
        assert held(home) == everything
    assert len(set(hashes.values())) == len(hashes) >= 6


def test_a_store_that_never_had_a_batch_equals_one_that_undid_it(home, files, tmp_path):
    never = Home(tmp_path / "never")
    for one in (home, never):
        add_places(one, write_places(files / "wards.geojson"), "ward")
        load_answers(one, files, "Parks")
    undo(home, load_answers(home, files, "Buses").batch_id)
    assert held(home) == held(never)


def test_undone_and_redone_batches_keep_their_place_in_the_order(home, files):
    first = load_answers(home, files, "Parks")
    load_answers(home, files, "Buses")
    undo(home, first.batch_id)
    redo(home, first.batch_id)
    assert [sequence for (sequence,) in ask(home, "select sequence from batch order by 1")] == [1, 2]
    assert ask(home, "select batch_id from batch where sequence = 1") == [(first.batch_id,)]


def test_undoing_twice_changes_nothing_and_says_so(home, files):
    batch_id = load_answers(home, files, "Parks").batch_id
    assert undo(home, batch_id).is_change
    number = open_current(home).number
    assert not undo(home, batch_id).is_change
    assert open_current(home).number == number


def test_a_batch_is_named_by_the_beginning_of_its_id(home, files):
    batch_id = load_answers(home, files, "Parks").batch_id
    assert undo(home, batch_id[:4].upper()).batch_id == batch_id
    with pytest.raises(SoundingsError, match="first four"):
        redo(home, batch_id[:3])
    with pytest.raises(SoundingsError, match="No batch"):
        redo(home, "zzzz")


def test_the_rows_of_an_undone_batch_are_nowhere_in_the_file(home, files):
    result = load_answers(home, files, "Whispering-Willows")
    assert b"Whispering-Willows" in generation_path(home, result.generation).read_bytes()
    done = undo(home, result.batch_id)
    assert b"Whispering-Willows" not in generation_path(home, done.generation).read_bytes()


def test_records_outside_the_loaded_places_resolve_when_these_are_added(home, files):
    load_answers(home, files, "Parks")
    assert ask(home, "select distinct state from location_state") == [("outside",)]
    before = held(home)
    places = add_places(home, write_places(files / "wards.geojson"), "ward")
    assert ask(home, "select distinct state, method from location_state") == [("located", "code")]
    assert ask(home, "select kind, count(*) from location_place group by 1 order by 1") == [
        ("district", 3),
        ("ward", 3),
    ]
    undo(home, places.batch_id)
    assert held(home) == before


def test_the_order_of_places_and_records_does_not_matter(home, files, tmp_path):
    other = Home(tmp_path / "other")
    wards = write_places(files / "wards.geojson")
    add_places(home, wards, "ward")
    load_answers(home, files, "Parks")
    load_answers(other, files, "Parks")
    add_places(other, wards, "ward")
    assert held(home) == held(other)


def test_superseded_codes_are_found_through_the_list_that_was_added(home, files):
    add_places(home, write_places(files / "wards.geojson"), "ward")
    load_file(home, write_rows(files / "old.csv", [["2025-03-01", "E05000001", "Parks"]]))
    assert ask(home, "select state from location_state") == [("outside",)]
    told = write_rows(files / "codes.csv", [["E05000001", ward_code(1)], ["", "x"]], ["old_code", "new_code"])
    result = add_history(home, told)
    assert (result.rows_accepted, result.rows_rejected) == (1, 1)
    assert ask(home, "select state, method from location_state") == [("located", "superseded code")]
    undo(home, result.batch_id)
    assert ask(home, "select state from location_state") == [("outside",)]


def test_a_list_of_other_names_needs_its_columns(home, files):
    with pytest.raises(BadFile, match="alias"):
        add_aliases(home, write_rows(files / "names.csv", [["a", "b"]], ["name", "code"]))
    result = add_aliases(home, write_rows(files / "ok.csv", [["The Ward & Co", ward_code(1)]], ["alias", "place_code"]))
    assert result.rows_accepted == 1
    assert ask(home, "select alias, place_code from place_alias") == [("the ward and co", ward_code(1))]


def test_rebuild_from_the_inbox_holds_the_same(home, files):
    add_places(home, write_places(files / "wards.geojson"), "ward")
    kept = load_answers(home, files, "Parks")
    undo(home, load_answers(home, files, "Buses").batch_id)
    before = held(home)
    result = rebuild(home)
    assert result.agrees and result.content_hash == before == held(home)
    assert result.batch_count == 2 and kept.batch_id in {row[0] for row in ask(home, "select batch_id from batch")}


@pytest.mark.parametrize("damage", ["folder", "file", "pointer"])
def test_rebuild_brings_back_a_lost_store(home, files, damage):
    load_answers(home, files, "Parks")
    before = held(home)
    if damage == "folder":
        for path in home.store.iterdir():
            path.unlink()
    elif damage == "file":
        generation_path(home, 1).write_bytes(b"nothing")
    else:
        (home.store / "current").write_text("{")
    assert status(home)["store_state"] == "broken"
    with pytest.raises(BrokenStore, match="soundings rebuild"):
        load_answers(home, files, "Buses")
    result = rebuild(home)
    assert result.content_hash == before and result.generation == 2
    assert status(home)["store_state"] == "ok"


def test_what_was_accepted_but_not_published_is_replayed_by_the_next_writer(home, files):
    load_answers(home, files, "Parks")
    old = (home.store / "current").read_bytes()
    lost = load_answers(home, files, "Buses")
    wanted = held(home)
    # As after a crash between acceptance and publication.
    (home.store / "current").write_bytes(old)
    told = status(home)
    assert told["store_state"] == "behind" and told["inbox"]["not_in_store"] == [lost.batch_id]
    with open_writer(home) as writer:
        sync(writer)
    assert held(home) == wanted
    assert status(home)["store_state"] == "ok"


def test_a_store_with_a_batch_that_the_inbox_lost_is_not_changed(home, files):
    result = load_answers(home, files, "Parks")
    find_batch(home, result.batch_id).path.rename(files / "elsewhere")
    with pytest.raises(BrokenStore, match=result.batch_id):
        load_answers(home, files, "Buses")
    assert ask(home, "select count(*) from batch") == [(1,)]


def test_the_first_real_file_withdraws_the_demo(home, files):
    demo = load_answers(home, files, "Tidewell", is_demo=True)
    assert ask(home, "select bool_or(is_demo) from batch") == [(True,)]
    result = load_answers(home, files, "Parks")
    assert result.demo_withdrawn
    assert not find_batch(home, demo.batch_id).is_active
    assert ask(home, "select bool_or(is_demo) from batch") == [(False,)]
    assert not load_answers(home, files, "Buses").demo_withdrawn


def test_a_file_that_cannot_be_read_leaves_the_demo_and_the_inbox_alone(home, files):
    load_answers(home, files, "Tidewell", is_demo=True)
    before = (held(home), len(read_batches(home)))
    (files / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    for path in (files / "picture.csv", files / "missing.csv"):
        with pytest.raises(BadFile):
            load_file(home, path)
    assert (held(home), len(read_batches(home))) == before


def test_a_file_with_names_of_people_is_refused_and_kept_nowhere(home, files):
    rows = [["2025-03-01", ward_code(1), "Parks", "sam@example.org"]]
    path = write_rows(files / "people.csv", rows, ["date", "ward_code", "activity", "email"])
    with pytest.raises(BadFile, match="email"):
        load_file(home, path)
    assert read_batches(home) == []
    result = load_file(home, path, options=ReadOptions(drop=("email",)))
    assert result.rows_accepted == 1
    kept = b"".join(file.read_bytes() for file in home.root.rglob("*") if file.is_file())
    assert b"sam@example.org" not in kept


def test_an_unknown_source_is_answered_with_those_like_it(home, files):
    with pytest.raises(BadFile, match="Did you mean contributions"):
        load_answers(home, files, "Parks", source="contribution")


def test_a_writer_elsewhere_is_waited_for_and_then_named(home, files):
    with open_writer(home), pytest.raises(Busy, match="Nothing was changed"):
        load_answers(home, files, "Parks", timeout=0.1)
    assert read_batches(home) == []


def test_the_audit_tells_what_was_accepted_undone_and_put_back(home, files):
    batch_id = load_answers(home, files, "Parks", who="kit").batch_id
    undo(home, batch_id, who="robin")
    redo(home, batch_id, who="kit")
    told = ask(home, "select what, who from audit order by acted_at, what")
    assert sorted(told) == [("accepted", "kit"), ("redone", "kit"), ("undone", "robin")]
    rebuild(home)
    assert sorted(ask(home, "select what, who from audit")) == sorted(told)


def test_status_tells_the_home_the_batches_and_the_sizes(home, files):
    assert status(home)["store_state"] == "empty"
    add_places(home, write_places(files / "wards.geojson"), "ward")
    undo(home, load_answers(home, files, "Parks").batch_id)
    load_answers(home, files, "Buses")
    told = status(home)
    assert told["store_state"] == "ok" and told["content_hash"] == held(home)
    assert told["places"] == {"district": 1, "ward": 3}
    assert told["records"]["located"] == 12
    assert [batch["state"] for batch in told["batches"]] == ["active", "undone", "active"]
    assert told["disk_bytes"]["store"] > 0 and told["limits"]["writers_at_once"] == 1


def test_a_place_given_by_its_own_file_goes_before_one_joined_from_smaller_ones_in_any_order(home, files, tmp_path):
    wards = write_places(files / "wards.geojson", 2)
    district = files / "district.geojson"
    shape = {"type": "Polygon", "coordinates": [[[-2, 53], [-1.5, 53], [-1.5, 53.2], [-2, 53.2], [-2, 53]]]}
    told = {"LAD25CD": "E09999999", "LAD25NM": "Madeup", "population": 777}
    feature = {"type": "Feature", "properties": told, "geometry": shape}
    district.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    for number, order in enumerate(itertools.permutations([(wards, "ward"), (district, "district")])):
        here = Home(tmp_path / f"home-{number}")
        for path, kind in order:
            add_places(here, path, kind)
        question = "select population, is_derived from place_now where kind = 'district'"
        assert ask(here, question) == [(777, False)]
        batch = next(batch for batch in read_batches(here) if batch.file_name == "district.geojson")
        undo(here, batch.batch_id)
        assert ask(here, "select population, is_derived from place where kind = 'district'") == [(None, True)]


def test_the_demo_has_wards_with_deprivation_and_neighbourhoods_of_2026_and_no_row_is_rejected(home):
    results = add_demo(home)
    assert [(result.rows_rejected, result.values_set_aside) for result in results] == [(0, 0)] * 3
    question = "select kind, count(*), count(deprivation_decile), min(vintage), max(vintage) from place_now group by 1 order by 2"
    assert ask(home, question) == [
        ("district", 1, 0, "2026", "2026"), ("ward", 24, 24, "2026", "2026"), ("neighbourhood", 140, 140, "2026", "2026"),
    ]  # fmt: skip


def test_outlines_are_ready_for_the_first_visit_and_a_failure_there_fails_no_load(home, files):
    steps = []
    add_places(home, write_places(files / "wards.geojson"), "ward", report=steps.append)
    assert [step for step in steps if "outlines" in step] == [
        "Preparing the outlines of 3 places of kind ward", "Preparing the outlines of 1 places of kind district",
    ]  # fmt: skip
    ready = {path.name for path in home.geometry.glob("*.json.gz")}
    for kind in ("ward", "district"):
        assert f"{ensure_geometry(home, open_current(home).cursor(), kind).hash}.json.gz" in ready
    shutil.rmtree(home.geometry)
    home.geometry.write_text("a file stands where the folder should be")
    result = add_places(home, write_places(files / "more.geojson", 4), "ward")
    assert result.rows_accepted == 4 and any("not be prepared now" in warning for warning in result.warnings)


def test_status_tells_the_limits_that_hold_for_reading_files(home):
    limits = status(home)["limits"]
    assert limits["seconds_for_a_workbook"] == 120 and limits["writers_at_once"] == 1
    assert limits["bytes_of_memory_for_a_workbook"] == (4 << 30 if find_spec("resource") else None)
    assert limits["bytes_of_an_unpacked_zip"] > 0
    assert limits["corners_of_the_shapes_of_a_file"] == 500_000
    assert limits["network_is_closed_to_reading_uploads"] in (True, False)
