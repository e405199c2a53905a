"""The column that identifies what each row is about, by its heading and its cells."""

from __future__ import annotations

import pytest

from etl.uploads.key_column import find_key_column, list_key_columns
from tests.test_mapping import make_sheet


@pytest.mark.parametrize(
    "heading",
    ["id", "ID", "proposal_id", "ProposalID", "Event ref", "Reference number", "Ref. no.", "uuid", "Meeting number", "Project code",
     "Unique identifier", "unique_id", "Identifiant", "Référence du projet", "Veranstaltung-ID", "Vorschlag Nr.", "Código de propuesta",
     "Número de propuesta", "Cyfeirnod"],
)  # fmt: skip
def test_a_filled_column_that_says_id_identifies_the_rows(heading: str) -> None:
    rows = [{"title": "Tea", heading: "A1"}, {"title": "Tea", heading: "A1"}, {"title": "Walk", heading: "A2"}]
    assert find_key_column(make_sheet(rows)) == heading


@pytest.mark.parametrize(
    "heading",
    ["user_id", "Author ID", "Voter number", "Ward code", "place_id", "Organisation ref", "category id", "Number of people", "No.",
     "Phone number", "Number", "Identity", "Idea", "Paid", "ID of the person", "Nombre"],
)  # fmt: skip
def test_ids_of_people_places_and_kinds_and_plain_numbers_identify_no_row(heading: str) -> None:
    rows = [{"title": "Tea", heading: "1"}, {"title": "Walk", heading: "2"}]
    assert find_key_column(make_sheet(rows)) is None


def test_an_activitys_id_comes_before_a_bare_one_and_a_rows_own_last() -> None:
    rows = [{"vote_id": f"v{n}", "id": f"i{n}", "proposal_id": f"p{n // 2}", "title": "x"} for n in range(4)]
    assert list_key_columns(make_sheet(rows)) == ["proposal_id", "id", "vote_id"]


def test_a_column_that_is_mostly_empty_or_always_the_same_identifies_nothing() -> None:
    assert find_key_column(make_sheet([{"id": "1", "t": "a"}, {"id": None, "t": "b"}])) is None
    assert find_key_column(make_sheet([{"id": "1", "t": "a"}, {"id": "1", "t": "b"}])) is None
    assert find_key_column(make_sheet([{"id": "1", "t": "a"}])) == "id"
