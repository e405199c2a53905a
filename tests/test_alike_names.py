"""Names of places that are only alike are never trusted by themselves: they are asked about, and the answer is kept."""

from __future__ import annotations

import hashlib
import json

import pytest

from etl.loading import ReadOptions, load_file, rebuild
from etl.locating.names import loosen_name
from etl.places.loading import add_places
from etl.questions.asking import parse_answers
from etl.undoing import undo
from etl.uploads.mapping import ColumnMapping
from etl.uploads.uploading import Wanted, confirm_upload, prepare_upload, read_upload
from soundings.generations import open_current
from soundings.home import Home

COLUMNS = (("Title", "title"), ("Date", "start_date"), ("Where", "place_name"), ("Came", "people"))
CHANCE, ALIKE, AGAIN = "place-names-by-chance:", "place-names-alike", "place-names-alike-again:"


def make_home(tmp_path, names: list[str]) -> Home:
    """Square districts of these names in a row."""
    home = Home(tmp_path / "home")
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"D{number}", "name": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 53.0], [x + 0.1, 53.0], [x + 0.1, 53.1], [x, 53.1], [x, 53.0]]],
            },
        }
        for number, name in enumerate(names)
        for x in [round(-2 + number * 0.1, 3)]
    ]
    path = tmp_path / "districts.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    add_places(home, path, "district")
    return home


def prepare(home: Home, names: list[str], *answers: str):
    rows = [f"Story time {number},2024-05-{number + 1:02d},{name},10" for number, name in enumerate(names)]
    content = "\n".join(["Title,Date,Where,Came", *rows]).encode()
    options = ReadOptions(answers=parse_answers(answers))
    sheets = read_upload("branches.csv", content, options)
    wanted = Wanted(options=options, mapping=ColumnMapping(COLUMNS, "Libraries"))
    return prepare_upload(home, "branches.csv", hashlib.sha256(content).hexdigest(), sheets, wanted)


def count_placed(home: Home) -> dict[str, int]:
    """Code of district → people counted there."""
    found = (
        open_current(home)
        .cursor()
        .execute(
            "select lp.place_code, sum(n.value) from activity_count n join location_place lp using (location_id) group by 1"
        )
    )
    return dict(found.fetchall())


BRANCHES = {
    "libraries": (["Island", "Garfield", "Orange"], ["Braden", "Central", "Island", "Palmetto", "Rocky", "South"], "island"),
    "pubs": (["Kings Head", "Mill"], ["The Bell", "Kings Head", "The Crown", "Red Lion", "The Ship"], "kings head"),
    "Hallen": (["Mitte", "Wedding"], ["Stadthalle", "Alte Post", "Mitte", "Kulturhaus", "Am Hafen"], "mitte"),
    "salles": (["Étoile"], ["Mairie", "Étoile", "Salle Polyvalente", "Le Phare", "Maison du Lac"], "étoile"),
}  # fmt: skip


@pytest.mark.parametrize("what", BRANCHES)
def test_one_name_of_many_that_is_a_loaded_places_is_asked_about_before_it_is_trusted(what, tmp_path):
    districts, names, homonym = BRANCHES[what]
    home = make_home(tmp_path, districts)
    prepared = prepare(home, names)
    (question,) = prepared.questions
    assert (question.id, question.assumed, question.moves) == (CHANCE + homonym, "other", 1)
    assert question.sentence.startswith(f"{len(names) - 1} of {len(names)} names of places in the file are none")
    assert confirm_upload(home, prepared).places == {"located": 0, "outside": 0, "unlocated": len(names), "not_tied": 0}
    assert count_placed(home) == {}


def test_a_homonym_that_a_person_says_is_the_place_stands_there(tmp_path):
    districts, names, homonym = BRANCHES["libraries"]
    home = make_home(tmp_path, districts)
    result = confirm_upload(home, prepare(home, names, f"{CHANCE}{homonym}=same"))
    assert count_placed(home) == {"D0": 10}
    assert rebuild(home).content_hash == result.content_hash


@pytest.mark.parametrize(
    "names",
    [
        ["Island", "Orange"],
        ["Island", "Orange", "Garfield", "A hall", "B hall", "C hall"],
        ["Island"] * 9 + ["A hall", "B hall", "C hall", "D hall", "E hall"],
    ],
)
def test_a_file_whose_names_mostly_are_loaded_places_is_asked_nothing(names, tmp_path):
    home = make_home(tmp_path, ["Island", "Garfield", "Orange"])
    assert not prepare(home, names).questions


SPELLINGS = {
    "spaces round a hyphen": ("Horn-Gate", "Horn - Gate"),
    "a space for a hyphen": ("Stoke-upon-Water", "Stoke upon Water"),
    "no accent": ("Saint-Étienne-du-Lac", "Saint Etienne du Lac"),
    "a letter of another alphabet": ("Østerløkken", "OSTERLOKKEN"),
    "written together": ("Neu Strehlow", "Neustrehlow"),
    "a long dash": ("Bergen–Süd", "Bergen Sud"),
    "a number alone": ("Ward 3", "3"),
    "a number of two figures": ("Quartier 07", "7"),
}


@pytest.mark.parametrize("what", SPELLINGS)
def test_a_name_that_differs_in_its_spelling_is_proposed_once_for_all_rows(what, tmp_path):
    loaded, said = SPELLINGS[what]
    home = make_home(tmp_path, [loaded, "Elsewhere"])
    (question,) = prepare(home, [said, "Elsewhere", said]).questions
    assert (question.id, question.assumed, question.moves) == (ALIKE, "other", 2)
    assert question.evidence == (f"“{said}” in the file, “{loaded}” among the loaded places",)
    result = confirm_upload(home, prepare(home, [said, "Elsewhere", said], f"{ALIKE}=same"))
    assert count_placed(home) == {"D0": 20, "D1": 10}
    assert rebuild(home).content_hash == result.content_hash


@pytest.mark.parametrize("what", SPELLINGS)
def test_the_answer_about_a_spelling_is_kept_for_the_next_file(what, tmp_path):
    loaded, said = SPELLINGS[what]
    home = make_home(tmp_path, [loaded, "Elsewhere", "Horn-Bank"])
    first = confirm_upload(home, prepare(home, [said, "Elsewhere"], f"{ALIKE}=same"))
    new, again = prepare(home, [said, said, "Horn Bank", "Elsewhere"]).questions
    assert (again.id.startswith(AGAIN), again.assumed, again.moves, new.id, new.moves) == (True, "same", 2, ALIKE, 1)
    second = confirm_upload(home, prepare(home, [said, said, "Horn Bank", "Elsewhere"]))
    assert count_placed(home) == {"D0": 10 + 20, "D1": 20} and rebuild(home).agrees
    undo(home, first.batch_id)
    assert prepare(home, [said]).questions[0].id.startswith(AGAIN)
    undo(home, second.batch_id)
    assert prepare(home, [said]).questions[0].id == ALIKE


def test_the_answer_about_a_spelling_can_be_another_one_for_the_next_file(tmp_path):
    home = make_home(tmp_path, ["Horn-Gate", "Elsewhere", "Horn-Bank"])
    confirm_upload(home, prepare(home, ["Horn Gate"], f"{ALIKE}=same"))
    (again,) = prepare(home, ["Horn gate", "Elsewhere"]).questions
    confirm_upload(home, prepare(home, ["Horn gate", "Horn Bank"], f"{again.id}=other", f"{ALIKE}=same"))
    assert count_placed(home) == {"D0": 10, "D2": 10} and rebuild(home).agrees


def test_an_alike_name_that_is_left_open_stands_nowhere(tmp_path):
    home = make_home(tmp_path, ["Horn-Gate"])
    confirm_upload(home, prepare(home, ["Horn - Gate"]))
    assert count_placed(home) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ward 1 1", "Ward 11"),
        ("Kings Road", "Kings Rood"),
        ("St Mary", "St Marys"),
        ("कल", "काल"),
        ("North", "North East"),
    ],
)
def test_names_that_differ_in_more_are_never_alike(one, other):
    assert loosen_name(one) != loosen_name(other)


def test_a_number_of_two_kinds_of_places_is_not_proposed(tmp_path):
    home = make_home(tmp_path, ["Ward 1", "Ward 11", "Sector 1"])
    assert not prepare(home, ["1", "Ward 11"]).questions
    (question,) = prepare(home, ["11", "Sector 1"]).questions
    assert question.evidence == ("“11” in the file, “Ward 11” among the loaded places",)


def test_the_template_is_asked_too_and_a_name_that_two_places_share_is_not_proposed(tmp_path):
    home = make_home(tmp_path, ["Horn-Gate", "Lea Side", "Lea-Side"])
    path = tmp_path / "activities.csv"
    path.write_text(
        "activity_id,title,start_date,place_name,place_role\na1,Walk,2025-03-01,Horn Gate,venue\na2,Talk,2025-03-02,Leaside,venue\n"
    )
    (question,) = load_file(home, path, dry_run=True).questions
    assert question.evidence == ("“Horn Gate” in the file, “Horn-Gate” among the loaded places",)
