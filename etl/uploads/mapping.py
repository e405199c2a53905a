"""Columns of any file matched to Soundings' template: what is proposed, and what a person confirmed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz.distance import Indel

from etl.parsing import Unreadable, parse_date
from etl.types import Sheet
from soundings.home import PROJECT

NATIVE = "native"
ACTIVITY, MEETING = "activity", "meeting"
SYNONYMS = PROJECT / "data" / "synonyms.toml"
PLACES = ("place_name", "place_code", "postcode", "lon", "lat", "easting", "northing")
OF_PEOPLE = ("postcode", "lon", "lat", "easting", "northing")  # screened by their role, whatever they hold
SESSIONS = ("attendance_count", "returning_count", "minutes")
MEASURES = ("people", "responses", "attendances", "tickets")
ALIKE = 0.84  # of rapidfuzz's normalised Indel similarity: “attendence” is like “attendance” (0.9), “date” is not like “rate” (0.75)
MOSTLY = 0.6
PLACE_CODE = re.compile(r"[EWSNK]\d{8}")
LIKE_A_DAY = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}")
POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}", re.IGNORECASE)


@dataclass(frozen=True)
class Field:
    """One thing that a column can be, in people's words."""

    id: str
    label: str
    hint: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """What a column seems to be, and why. `field` None: nothing like it is known, and it would be left out."""

    column: str
    field: str | None
    why: str


@dataclass(frozen=True)
class ColumnMapping:
    """What a person confirmed. `columns`: (the file's column, the field it is). `each_row` is an activity of its own, or a
    meeting of the activity whose title it has. `place_role`: what the places of the file are."""

    columns: tuple[tuple[str, str], ...]
    organisation: str
    each_row: str = ACTIVITY
    place_role: str = "venue"

    def said(self) -> dict:
        """The mapping as plain values: for the batch's identity and for keeping."""
        return {
            "columns": [list(pair) for pair in self.columns],
            "organisation": self.organisation,
            "each_row": self.each_row,
            "place_role": self.place_role,
        }

    def column_of(self, name: str) -> str | None:
        """The file's column for a field, or None."""
        return next((column for column, field in self.columns if field == name), None)

    def sentence(self) -> str:
        """“Event name is title, Held on is start_date”."""
        return ", ".join(f"{column} is {field}" for column, field in self.columns)

    def exempt(self, sheets: list[Sheet]) -> list[str]:
        """The columns that need no look for personal data: those not used, and those of places, which screening turns into areas."""
        used = {column for column, field in self.columns if field not in OF_PEOPLE}
        return [name for sheet in sheets for name in sheet.table.column_names if name not in used]


def parse_mapping(said: dict) -> ColumnMapping:
    """The mapping that `ColumnMapping.said` gave."""
    columns = tuple((str(column), str(field)) for column, field in said["columns"])
    return ColumnMapping(columns, str(said["organisation"]), str(said["each_row"]), str(said["place_role"]))


@cache
def read_fields(path: Path = SYNONYMS) -> dict[str, Field]:
    """Every field that a column can be, by id, in the order of the file."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: Field(name, one["label"], one["hint"], tuple(one["words"])) for name, one in told.items()}


def propose_columns(headers: list[str], sample_rows: list[dict[str, str | None]]) -> list[Proposal]:
    """What each column seems to be: by its heading first, then by what is in it. No field is proposed twice."""
    scored = sorted(
        (
            (score, -at, header, field, why)
            for at, header in enumerate(headers)
            for score, field, why in score_fields(header, [row.get(header) for row in sample_rows])
        ),
        reverse=True,
    )
    found: dict[str, Proposal] = {}
    taken: set[str] = set()
    for _, _, header, field, why in scored:
        if header not in found and field not in taken:
            found[header] = Proposal(header, field, why)
            taken.add(field)
    return [found.get(header, Proposal(header, None, "Nothing like it is in the template.")) for header in headers]


def score_fields(header: str, cells: list[str | None]) -> list[tuple[float, str, str]]:
    """(how sure, field, why) for every field that a column could be."""
    plain = plain_words(header)
    found = []
    for field in read_fields().values():
        likeness, word = max(
            (Indel.normalized_similarity(plain, word), word) for word in (*field.words, plain_words(field.id))
        )
        if likeness == 1:
            found.append((2.0, field.id, "By its heading."))
        elif likeness >= ALIKE:
            found.append((likeness, field.id, f"Its heading is like “{word}”."))
    return found + score_contents([cell.strip() for cell in cells if cell and cell.strip()])


def score_contents(values: list[str]) -> list[tuple[float, str, str]]:
    """The same by what stands in the column."""
    if not values:
        return []

    def share(is_such) -> float:
        return sum(1 for value in values if is_such(value)) / len(values)

    found = []
    if share(lambda value: PLACE_CODE.fullmatch(value.upper()) is not None) >= MOSTLY:
        found.append((0.9, "place_code", "It holds codes of places."))
    if share(lambda value: POSTCODE.fullmatch(value) is not None) >= MOSTLY:
        found.append((0.9, "postcode", "It holds postcodes."))
    if share(is_date) >= MOSTLY:
        found.append((0.7, "start_date", "It holds dates."))
    return found


def is_date(value: str) -> bool:
    """Whether a cell is a day written out, in the calendar or not; a bare number is not taken for one."""
    if value.isdigit():
        return False
    if LIKE_A_DAY.fullmatch(value):
        return True
    try:
        return parse_date(value, "day-first") is not None
    except Unreadable:
        return False


def plain_words(text: str) -> str:
    """A heading in lower case, its words apart and its punctuation gone."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return " ".join(re.sub(r"[\W_]+", " ", parted.casefold()).split())
