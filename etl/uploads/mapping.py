"""Columns of any file matched to Soundings' template: what is proposed, and what a person confirmed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from etl.types import Sheet
from soundings.home import PROJECT

NATIVE = "native"
ACTIVITY, MEETING = "activity", "meeting"
SYNONYMS = PROJECT / "data" / "synonyms.toml"
PLACES = ("place_name", "place_code", "postcode", "lon", "lat", "easting", "northing")
OF_PEOPLE = ("postcode", "lon", "lat", "easting", "northing")  # screened by their role, whatever they hold
SESSIONS = ("attendance_count", "returning_count", "minutes")
MEASURES = ("people", "responses", "attendances", "tickets", "group_sessions", "contact_hours")
GROUP_SESSIONS, ATTENDANCES, CAME = "group_sessions", "attendances", "attendance_count"
# The column that a question makes of the one that counts meetings (etl/questions/meeting_totals.py): filled where a row is a total.
COUNTED_MEETINGS = "Soundings: meetings counted"


@dataclass(frozen=True)
class Field:
    """One thing that a column can be, in people's words; `words` in every language."""

    id: str
    label: str
    hint: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """What a column seems to be, and why. `field` None: it is left open, and would be left out."""

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
    return {
        name: Field(
            name,
            one["label"],
            one["hint"],
            tuple(word for said in one.values() if isinstance(said, list) for word in said),
        )
        for name, one in told.items()
    }
