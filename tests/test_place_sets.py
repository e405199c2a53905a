"""Two sets of places over one ground: asked about, kept apart, and never a gap that is none."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from etl.cli import main
from etl.inbox import read_batches
from etl.loading import load_file, rebuild, redo, undo
from etl.places.ground import find_clashes
from etl.places.loading import add_history, add_places
from etl.places.sets import Answer
from etl.status import status
from pages.ui.chart.chart import note_rings
from soundings.bivariate import class_of, split_steps
from soundings.comparing import scatter_places
from soundings.content import content_hash
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import IN_ANOTHER_SET, NOTHING_RECORDED, BadFile, SoundingsError
from soundings.overlap import measure_overlap
from soundings.place_sets import read_same_ground, read_sets
from soundings.queries import read_table
from soundings.tracing import read_traces
from soundings.views import ELSEWHERE_CLASS, NO_CLASS, classify_rows, say_coverage, say_summary
from tests.making import write_rows
from tests.pages import words_of

DAY = date(2026, 11, 23)
BESIDE = Answer(is_beside=True)
# Four squares in a row, each a tenth of a degree wide: the ground of every test here.
OLD = {"OLD1": (0, 2), "OLD2": (2, 4)}
NEW = {"NEW1": (0, 1), "NEW2": (1, 4)}


def write_areas(
    path: Path, spans: dict[str, tuple[float, float]], south: float = 53, **parents: str | tuple[str, str]
) -> Path:
    """Places that reach from one tenth of a degree to another; `parents`: place → the district around it."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": code,
                "name": code.title(),
                **({"LAD25CD": parents[code], "LAD25NM": f"District {parents[code]}"} if code in parents else {}),
            },
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [round(x / 10, 4), y]
                        for x, y in (
                            (first, south),
                            (last, south),
                            (last, south + 0.1),
                            (first, south + 0.1),
                            (first, south),
                        )
                    ]
                ],
            },
        }
        for code, (first, last) in spans.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def write_counts(folder: Path, counts: list[tuple[float, str, str]]) -> Path:
    """A folder of the template with one activity and its people: each a figure, a longitude in tenths or nothing, a code or nothing."""
    folder.mkdir()
    write_rows(folder / "activities.csv", [["a", "Walks"]], ["activity_id", "title"])
    rows = [
        ["a", "people", str(value), "venue", code, str(float(at) / 10) if at else "", "53.05" if at else ""]
        for value, at, code in counts
    ]
    header = ["activity_id", "measure", "value", "place_role", "place_code", "lon", "lat"]
    write_rows(folder / "counts.csv", rows, header)
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    monkeypatch.setenv("SOUNDINGS_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


@pytest.fixture
def two_sets(home, tmp_path) -> Home:
    """The wards of 2018, those of 2024 beside them, and people counted by point and by a code of either."""
    add_places(home, write_areas(tmp_path / "old.geojson", OLD), "ward", vintage="2018")
    add_places(home, write_areas(tmp_path / "new.geojson", NEW), "ward", vintage="2024", answer=BESIDE)
    counts = [(5, "0.5", ""), (7, "3.5", ""), (11, "", "OLD1"), (13, "", "NEW2")]
    load_file(home, write_counts(tmp_path / "walks", counts), "native")
    return home


def read_people(home: Home, place_set: str | None = None, kind: str = "ward"):
    return read_table(open_current(home).cursor(), measure="people", kind=kind, today=DAY, place_set=place_set)


def values_of(table) -> dict[str, float | None]:
    return {row.place_code: row.value for row in table.rows}


def test_places_over_others_are_not_taken_in_without_an_answer(home, tmp_path):
    add_places(home, write_areas(tmp_path / "old.geojson", OLD), "ward")
    before = content_hash(open_current(home).cursor())
    with pytest.raises(BadFile, match="100% of the ground") as refused:
        add_places(home, write_areas(tmp_path / "new file.geojson", NEW), "ward", vintage="2024")
    said, (batch,) = str(refused.value), read_batches(home)
    file = f"'{tmp_path / 'new file.geojson'}'"
    assert f"soundings places add {file} --kind ward --vintage 2024 --replaces {batch.batch_id}" in said
    assert f"soundings places add {file} --kind ward --vintage 2024 --beside" in said
    assert "2 of the 2 wards of old.geojson" in said
    assert content_hash(open_current(home).cursor()) == before
    assert len(read_batches(home)) == 1


@pytest.mark.parametrize(
    ("spans", "share"),
    [
        ({"NEW1": (0, 1), "NEW2": (1, 4)}, "100%"),
        ({"N": (3, 5)}, "50%"),  # reaches over the edge of what is loaded
        ({"OLD1": (0, 2), "N": (2, 4)}, "50%"),  # one code is the same place again, the other is not
        ({"UNITARY": (0, 4)}, "100%"),  # all merged into one
        ({"TINY": (0.5, 0.6), "FAR": (5, 60)}, "less than 1%"),  # small beside the whole, and yet over another place
    ],
)
@pytest.mark.parametrize("kind", ["ward", "neighbourhood", "district"])
def test_how_much_is_covered_is_said(home, tmp_path, spans, share, kind):
    add_places(home, write_areas(tmp_path / "old.geojson", OLD), kind)
    with pytest.raises(BadFile, match=re.escape(share)):
        add_places(home, write_areas(tmp_path / "new.geojson", spans), kind)


@pytest.mark.parametrize(
    "spans",
    [
        {"BESIDE": (4, 6)},  # shares an edge
        {"SLIVER": (3.99, 6)},  # its edge is drawn a little differently
        {"OLD1": (0, 2.01), "OLD2": (2.01, 4)},  # the same places, drawn again
        {"FAR": (20, 21)},
    ],
)
def test_places_beside_the_others_are_one_set_with_them_and_nothing_is_asked(home, tmp_path, spans):
    add_places(home, write_areas(tmp_path / "old.geojson", OLD), "ward", vintage="2018")
    result = add_places(home, write_areas(tmp_path / "new.geojson", spans), "ward", vintage="2024")
    assert result.rows_accepted == len(spans)
    (only,) = read_sets(open_current(home).cursor(), "ward")
    assert only.is_alone
    table = read_people(home)
    assert {row.place_code for row in table.rows} == OLD.keys() | spans.keys()
    assert find_clashes(home) == []
    assert status(home)["place_sets"] == {}


def test_more_ground_of_the_newer_year_joins_the_newer_set_without_a_question(two_sets, tmp_path):
    add_places(two_sets, write_areas(tmp_path / "more.geojson", {"NEW3": (4, 5)}), "ward", vintage="2024")
    add_places(two_sets, write_areas(tmp_path / "before.geojson", {"OLD3": (4, 5)}), "ward", vintage="2018")
    assert set(values_of(read_people(two_sets, "2024"))) == {*NEW, "NEW3"}
    assert set(values_of(read_people(two_sets, "2018"))) == {*OLD, "OLD3"}
    assert find_clashes(two_sets) == []


def test_a_figure_is_of_one_set_and_no_record_counts_twice(two_sets):
    newest, older = read_people(two_sets), read_people(two_sets, "2018")
    assert newest.place_set.name == "2024"
    assert values_of(newest) == {"NEW1": 5, "NEW2": 7 + 13}
    assert values_of(older) == {"OLD1": 5 + 11, "OLD2": 7}
    for table in (newest, older):
        assert table.total == 5 + 7 + 11 + 13
        assert (table.located.here, table.located.other_sets, table.located.total) == (3, 1, 4)
    assert "1 is placed in the wards of 2018 alone" in say_coverage(newest)
    assert "1 is placed in the wards of 2024 alone" in say_coverage(older)
    assert "wards of 2024" in say_summary(newest)


def test_what_only_the_other_set_knows_is_never_a_gap(home, tmp_path):
    spans = {**NEW, "NEW3": (5, 6)}
    add_places(home, write_areas(tmp_path / "old.geojson", OLD), "ward", vintage="2018")
    add_places(home, write_areas(tmp_path / "new.geojson", spans), "ward", vintage="2024", answer=BESIDE)
    load_file(home, write_counts(tmp_path / "walks", [(11, "", "OLD1")]), "native")
    table = read_people(home)
    # OLD1 reaches from 0 to 2: over NEW1 and NEW2, and NEW3 is far from it.
    states = {row.place_code: row.state for row in table.rows}
    assert states == {"NEW1": IN_ANOTHER_SET, "NEW2": IN_ANOTHER_SET, "NEW3": NOTHING_RECORDED}
    assert say_summary(table).startswith(
        "No people are placed in any of these 3 wards of 2024. That is no gap: 1 is placed in"
    )
    assert [row.state for row in read_people(home, "2018").rows] == ["value", NOTHING_RECORDED]
    # On the map it has a sign of its own, and no ring is no gap either.
    assert classify_rows(table.rows)[1] == [ELSEWHERE_CLASS, ELSEWHERE_CLASS, NO_CLASS]
    steps = split_steps([1.0])
    blank = [class_of(row, row, steps, steps) for row in table.rows]
    assert blank == [ELSEWHERE_CLASS, ELSEWHERE_CLASS, NO_CLASS]
    assert "or only in another set of places" in note_rings(table.rows)
    assert "set" not in note_rings(read_people(home, "2018").rows)


def test_a_place_leads_to_the_places_of_the_other_set_on_its_ground(home, tmp_path, open_page):
    add_places(home, write_areas(tmp_path / "old.geojson", OLD), "ward", vintage="2018")
    add_places(home, write_areas(tmp_path / "new.geojson", NEW), "ward", vintage="2024", answer=BESIDE)
    connection = open_current(home).cursor()
    newest, older = read_sets(connection, "ward")
    # NEW1 is the first of four parts of the ground, NEW2 the others; OLD1 and OLD2 are half of it each.
    expected = {
        ("NEW1", newest): [("OLD1", 1.0)],
        ("NEW2", newest): [("OLD2", 2 / 3), ("OLD1", 1 / 3)],
        ("OLD1", older): [("NEW1", 0.5), ("NEW2", 0.5)],
        ("OLD2", older): [("NEW2", 1.0)],
    }
    for (code, place_set), others in expected.items():
        found = read_same_ground(connection, code, place_set)
        assert [(one.place_code, one.set_name) for one in found] == [
            (other, place_set.others[0]) for other, _ in others
        ]
        assert [one.share for one in found] == pytest.approx([share for _, share in others], abs=1e-6)
    page = open_page(home, "place", place="NEW2")
    links = [(one.label, one.proto.query_string) for one in page.get("page_link") if "of this place" in one.label]
    assert links == [
        ("Old2 (67% of this place)", "place=OLD2&set=2018"),
        ("Old1 (33% of this place)", "place=OLD1&set=2018"),
    ]


def test_a_code_stands_in_the_newer_set_where_the_history_names_one_successor(two_sets, tmp_path):
    lines = [["OLD1", "MIDDLE"], ["MIDDLE", "NEW1"], ["OLD2", "NEW2"], ["OLD2", "ELSEWHERE"]]
    add_history(two_sets, write_rows(tmp_path / "history.csv", lines, ["old_code", "new_code"]))
    load_file(two_sets, write_counts(tmp_path / "more", [(17, "", "OLD2")]), "native")
    # OLD1 has one successor in the end; OLD2 was split, so its records stay where they are known.
    assert values_of(read_people(two_sets)) == {"NEW1": 5 + 11, "NEW2": 7 + 13}
    assert values_of(read_people(two_sets, "2018")) == {"OLD1": 5 + 11, "OLD2": 7 + 17}
    assert read_people(two_sets).located.other_sets == 1


def test_a_vintage_that_keeps_half_of_the_codes_has_them_in_both_sets(home, tmp_path):
    add_places(home, write_areas(tmp_path / "old.geojson", {"KEPT": (0, 2), "GONE": (2, 4)}), "ward", vintage="2018")
    spans = {"KEPT": (0, 2), "EAST": (2, 3), "FAR": (3, 4)}
    add_places(home, write_areas(tmp_path / "new.geojson", spans), "ward", vintage="2024", answer=BESIDE)
    load_file(home, write_counts(tmp_path / "walks", [(3, "", "KEPT"), (4, "2.5", ""), (5, "", "GONE")]), "native")
    assert values_of(read_people(home)) == {"KEPT": 3, "EAST": 4, "FAR": None}
    assert values_of(read_people(home, "2018")) == {"KEPT": 3, "GONE": 9}
    assert {row.place_code: row.state for row in read_people(home).rows}["FAR"] == IN_ANOTHER_SET
    assert rebuild(home).agrees


def test_a_name_that_each_set_has_once_stands_in_each(home, tmp_path):
    old, new = write_areas(tmp_path / "old.geojson", OLD), write_areas(tmp_path / "new.geojson", NEW)
    for path, code in ((old, "Old1"), (new, "New2")):
        path.write_text(path.read_text().replace(f'"{code}"', '"Harbour"'))
    add_places(home, old, "ward", vintage="2018")
    add_places(home, new, "ward", vintage="2024", answer=BESIDE)
    folder = write_counts(tmp_path / "walks", [])
    header = ["activity_id", "measure", "value", "place_role", "place_name"]
    write_rows(folder / "counts.csv", [["a", "people", "8", "venue", "Harbour"]], header)
    load_file(home, folder, "native")
    assert values_of(read_people(home)) == {"NEW1": None, "NEW2": 8}
    assert values_of(read_people(home, "2018")) == {"OLD1": 8, "OLD2": None}


def test_districts_made_of_the_wards_of_two_years_are_of_two_sets_where_they_were_merged(home, tmp_path):
    old = write_areas(tmp_path / "old.geojson", OLD, OLD1="E07999991", OLD2="E07999992")
    new = write_areas(tmp_path / "new.geojson", NEW, NEW1="E06999999", NEW2="E06999999")
    add_places(home, old, "ward", vintage="2018")
    add_places(home, new, "ward", vintage="2024", answer=BESIDE)
    load_file(home, write_counts(tmp_path / "walks", [(5, "0.5", ""), (7, "3.5", ""), (11, "", "OLD1")]), "native")
    assert [one.name for one in read_sets(open_current(home).cursor(), "district")] == ["2024", "2018"]
    # A ward of 2018 lies in the merged district too, by the point inside it.
    assert values_of(read_people(home, kind="district")) == {"E06999999": 5 + 7 + 11}
    assert values_of(read_people(home, "2018", "district")) == {"E07999991": 5 + 11, "E07999992": 7}
    assert rebuild(home).agrees


def test_districts_that_stay_are_one_set_however_their_wards_change(home, tmp_path):
    add_places(
        home, write_areas(tmp_path / "o.geojson", OLD, OLD1="E06999999", OLD2="E06999999"), "ward", vintage="2018"
    )
    new = write_areas(tmp_path / "n.geojson", NEW, NEW1="E06999999", NEW2="E06999999")
    add_places(home, new, "ward", vintage="2024", answer=BESIDE)
    (only,) = read_sets(open_current(home).cursor(), "district")
    assert only.is_alone


def test_taking_the_place_can_be_undone_and_put_back(home, tmp_path):
    old = add_places(home, write_areas(tmp_path / "old.geojson", OLD), "ward", vintage="2018")
    load_file(home, write_counts(tmp_path / "walks", [(5, "0.5", ""), (11, "", "OLD1")]), "native")
    first = content_hash(open_current(home).cursor())
    new_file, answer = write_areas(tmp_path / "new.geojson", NEW), Answer(replaces=(old.batch_id,))
    new = add_places(home, new_file, "ward", vintage="2024", answer=answer)
    assert values_of(read_people(home)) == {"NEW1": 5, "NEW2": None}
    assert read_people(home).located.outside + read_people(home).located.unlocated == 1
    second = content_hash(open_current(home).cursor())
    assert add_places(home, new_file, "ward", vintage="2024", answer=answer).already_loaded
    undo(home, new.batch_id)
    assert content_hash(open_current(home).cursor()) == first
    redo(home, new.batch_id)
    assert content_hash(open_current(home).cursor()) == second
    assert rebuild(home).agrees


def test_sets_beside_each_other_can_be_undone_in_any_order(two_sets):
    whole = content_hash(open_current(two_sets).cursor())
    old, new = (batch.batch_id for batch in read_batches(two_sets)[:2])
    for batch_id, left in ((old, NEW), (new, OLD)):
        undo(two_sets, batch_id)
        table = read_people(two_sets)
        assert table.place_set.is_alone
        assert values_of(table).keys() == left.keys()
        redo(two_sets, batch_id)
        assert content_hash(open_current(two_sets).cursor()) == whole
    assert rebuild(two_sets).agrees


def test_the_same_file_again_is_the_same_batch_whatever_was_answered(two_sets, tmp_path):
    old, new = (batch.batch_id for batch in read_batches(two_sets)[:2])
    for answer in (Answer(), BESIDE):
        again = add_places(two_sets, tmp_path / "new.geojson", "ward", vintage="2024", answer=answer)
        assert (again.batch_id, again.already_loaded) == (new, True)
    undo(two_sets, old)
    assert add_places(two_sets, tmp_path / "new.geojson", "ward", vintage="2024").batch_id == new


def test_what_was_undone_cannot_come_back_under_what_was_added_meanwhile(home, tmp_path):
    old = add_places(home, write_areas(tmp_path / "old.geojson", OLD), "ward")
    undo(home, old.batch_id)
    new = add_places(home, write_areas(tmp_path / "new.geojson", NEW), "ward")
    with pytest.raises(SoundingsError, match=f"soundings undo {new.batch_id}"):
        redo(home, old.batch_id)
    assert set(values_of(read_people(home))) == NEW.keys()


def test_a_batch_of_another_kind_cannot_be_replaced(home, tmp_path):
    old = add_places(home, write_areas(tmp_path / "old.geojson", OLD), "ward")
    with pytest.raises(SoundingsError, match="no boundaries of kind district"):
        add_places(
            home, write_areas(tmp_path / "new.geojson", NEW), "district", answer=Answer(replaces=(old.batch_id,))
        )


def test_a_set_can_be_named_and_neighbours_with_other_edges_joined(home, tmp_path):
    add_places(home, write_areas(tmp_path / "old.geojson", OLD), "ward", vintage="2018")
    near = write_areas(tmp_path / "near.geojson", {"NEAR": (3.95, 6)})
    with pytest.raises(BadFile, match="--set 2018"):
        add_places(home, near, "ward", vintage="2018")
    add_places(home, near, "ward", vintage="2018", answer=Answer(set_name="2018"))
    assert len(read_sets(open_current(home).cursor(), "ward")) == 1
    assert find_clashes(home) == []
    plan = write_areas(tmp_path / "plan.geojson", NEW)
    with pytest.raises(BadFile, match="Say which it is"):
        add_places(home, plan, "ward", answer=Answer(set_name="2018"))
    add_places(home, plan, "ward", answer=Answer(set_name="as proposed"))
    assert {one.name for one in read_sets(open_current(home).cursor(), "ward")} == {"2018", "as proposed"}


@pytest.fixture
def already_so(home, tmp_path, monkeypatch) -> Home:
    """A home made when nothing was asked: two batches over one ground, in one set."""
    from etl.places import loading
    from etl.places.sets import Settled

    with monkeypatch.context() as before:
        before.setattr(loading, "settle_sets", lambda *told: Settled({}, {}))
        add_places(home, write_areas(tmp_path / "old.geojson", OLD), "ward", vintage="2018")
        add_places(home, write_areas(tmp_path / "new.geojson", NEW), "ward", vintage="2024")
    load_file(home, write_counts(tmp_path / "walks", [(5, "0.5", ""), (7, "3.5", "")]), "native")
    return home


def test_a_home_that_is_already_so_says_it_with_the_way_out(already_so, open_page, capsys):
    old, new = (batch.batch_id for batch in read_batches(already_so)[:2])
    (said,) = status(already_so)["place_clashes"]
    beside = "soundings places add new.geojson --kind ward --vintage 2024 --beside"
    for part in (f"soundings undo {old}", f"soundings undo {new}", beside, "100%", "old.geojson", "new.geojson"):
        assert part in said
    assert main(["status"]) == 0
    assert said in capsys.readouterr().out
    assert "Two sets of wards lie over the same ground" in words_of(open_page(already_so, "sources"))


def test_the_way_out_that_is_said_is_one(already_so, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (clash,) = find_clashes(already_so)
    assert main(clash.add_again.split()[1:]) == 0
    assert find_clashes(already_so) == []
    assert values_of(read_people(already_so)) == {"NEW1": 5, "NEW2": 7}
    assert values_of(read_people(already_so, "2018")) == {"OLD1": 5, "OLD2": 7}
    assert rebuild(already_so).agrees


def test_the_command_asks_and_takes_each_answer(home, tmp_path, capsys):
    old, new = write_areas(tmp_path / "old.geojson", OLD), write_areas(tmp_path / "new.geojson", NEW)
    add = ["places", "add", str(new), "--kind", "ward", "--vintage", "2024"]
    assert main(["places", "add", str(old), "--kind", "ward", "--vintage", "2018"]) == 0
    assert main(add) == 2
    said = capsys.readouterr().err
    commands = [
        line.split("soundings ", 1)[1].split() for line in said.splitlines() if ": soundings places add" in line
    ]
    assert len(commands) == 2
    assert main(commands[0]) == 0  # takes their place
    assert set(values_of(read_people(home))) == NEW.keys()
    undo(home, read_batches(home)[-1].batch_id)
    assert main(commands[1]) == 0  # stands beside
    assert [one.name for one in read_sets(open_current(home).cursor(), "ward")] == ["2024", "2018"]


def test_the_table_of_the_command_line_is_of_the_set_asked_for(two_sets, capsys):
    capsys.readouterr()
    assert main(["table", "--measure", "people", "--kind", "ward"]) == 0
    newest = capsys.readouterr()
    assert main(["table", "--measure", "people", "--kind", "ward", "--set", "2018"]) == 0
    older = capsys.readouterr()
    assert "NEW1" in newest.out and "OLD" not in newest.out
    assert "OLD1" in older.out and "NEW" not in older.out
    assert "1 is placed in the wards of 2024 alone" in older.err
    assert main(["table", "--measure", "people", "--kind", "ward", "--set", "1999"]) == 2
    assert "“2024”, “2018”" in capsys.readouterr().err


def test_a_comparison_never_mixes_sets(two_sets):
    cursor = open_current(two_sets).cursor()
    asked = {"kind": "ward", "today": DAY}
    wide = read_table(cursor, measure="people", **asked)
    deep = read_table(cursor, measure="continuing_groups", place_set="2018", **asked)
    with pytest.raises(SoundingsError, match="of one set"):
        scatter_places(wide, deep)


def test_a_figure_leads_back_to_the_rows_of_its_own_set(two_sets):
    cursor = open_current(two_sets).cursor()
    asked = {"measure": "people", "role": "venue", "kind": "ward", "today": DAY}
    assert {one.value for one in read_traces(cursor, place_code="OLD1", place_set="2018", **asked)} == {5, 11}
    assert {one.value for one in read_traces(cursor, **asked)} == {11}
    assert {one.value for one in read_traces(cursor, place_set="2018", **asked)} == {13}


@pytest.mark.parametrize("page", ["explore", "compare"])
def test_a_page_offers_the_sets_and_shows_one(open_page, two_sets, page):
    at = open_page(two_sets, page)
    assert at.selectbox(key="set").options == ["wards of 2024", "wards of 2018"]
    assert "wards of 2024" in words_of(at)
    older = open_page(two_sets, page, set="2018")
    assert older.selectbox(key="set").value == "2018"
    assert "wards of 2018" in words_of(older)
    codes = {code for table in older.dataframe if "Code" in table.value for code in table.value["Code"]}
    assert codes in (set(), set(OLD))
    strange = open_page(two_sets, page, set="1066")
    assert "1066" in words_of(strange)
    assert strange.selectbox(key="set").value == "2024"


def test_a_place_says_which_set_its_figures_are_in(open_page, two_sets):
    said = words_of(open_page(two_sets, "place", place="OLD1"))
    assert "One of the wards of 2018" in said
    assert "**16** people" in said
    assert "One of the wards of 2024" in words_of(open_page(two_sets, "place", place="NEW1"))


@pytest.mark.parametrize("page", ["explore", "compare", "place", "sources"])
def test_with_one_set_no_page_speaks_of_sets(open_page, home, tmp_path, page):
    add_places(home, write_areas(tmp_path / "old.geojson", OLD), "ward", vintage="2018")
    load_file(home, write_counts(tmp_path / "walks", [(5, "0.5", "")]), "native")
    at = open_page(home, page)
    assert "set" not in {box.key for box in at.selectbox}
    assert "wards of 2018" not in words_of(at) and "Sets of" not in words_of(at)


def test_shares_of_ground_are_those_of_the_shapes():
    from shapely import box

    new, old = [box(0, 53, 1, 54), box(1, 53, 2, 54)], [box(0, 53, 0.5, 54), box(2, 53, 3, 54)]
    found = measure_overlap([one.wkb for one in new], ["a", "b"], [one.wkb for one in old], ["c", "d"])
    assert (found.new.tolist(), found.old.tolist()) == ([0], [0])
    assert found.share() == pytest.approx(0.25)
    same = measure_overlap([one.wkb for one in new], ["a", "b"], [one.wkb for one in new], ["a", "b"])
    assert same.share() == 0
