"""Columns of any file matched to Soundings' template: what is proposed, what a person confirmed, and the sheets that makes."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
from rapidfuzz.distance import Indel

from etl.parsing import BLANK_WORDS, Unreadable, parse_date, parse_text
from etl.types import Sheet
from soundings.home import PROJECT
from soundings.model import BadFile

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


def choose_sheet(sheets: list[Sheet], mapping: ColumnMapping) -> Sheet:
    """The first sheet that has every column that is used. Raises BadFile where none has."""
    wanted = {column for column, _ in mapping.columns}
    for sheet in sheets:
        if wanted <= set(sheet.table.column_names):
            return sheet
    missing = sorted(wanted - {name for sheet in sheets for name in sheet.table.column_names})
    raise BadFile(
        f"The file has no column {' or '.join(missing) or 'set with all of these together'}. Match its columns again."
    )


def apply_mapping(sheets: list[Sheet], mapping: ColumnMapping) -> list[Sheet]:
    """The template's sheets made of a file's rows: activities, meetings, and one sheet for each measure. Rows keep their numbers.

    A row without a title stands among the activities alone, where it is refused with the reason.
    """
    sheet = choose_sheet(sheets, mapping)
    field_of = dict(mapping.columns)
    rows = [{field_of[name]: cell for name, cell in row.items() if name in field_of} for row in sheet.table.to_pylist()]
    numbers = sheet.row_numbers.to_pylist()
    keys = make_keys(rows, mapping)
    fields = set(field_of.values())
    made = [make_activities(sheet, rows, numbers, keys, mapping)]
    has_title = [at for at, row in enumerate(rows) if parse_text(row.get("title"))]
    if mapping.each_row == MEETING or fields & set(SESSIONS):
        made.append(make_meetings(sheet, rows, numbers, keys, mapping, has_title))
    made += [
        make_counts(sheet, rows, numbers, keys, mapping, has_title, measure)
        for measure in MEASURES
        if measure in fields
    ]
    return [one for one in made if one.table.num_rows]


def make_keys(rows: list[dict], mapping: ColumnMapping) -> list[str]:
    """The activity of each row, as a key that the same file gives again: its reference, else one made of organisation and
    title (and, for activities of their own, the day, numbered where that stands twice)."""
    seen: Counter[str] = Counter()
    keys = []
    for row in rows:
        parts = [mapping.organisation, parse_text(row.get("title")) or ""]
        if reference := parse_text(row.get("activity_id")):
            keys.append(reference)
            continue
        if mapping.each_row == ACTIVITY:
            parts.append(parse_text(row.get("start_date")) or "")
        key = " · ".join(filter(None, parts)) or "no title"
        seen[key] += 1
        keys.append(hide(f"{key} ({seen[key]})" if mapping.each_row == ACTIVITY and seen[key] > 1 else key))
    return keys


def hide(key: str) -> str:
    """A key as letters and digits that say nothing: a title may hold what screening takes out of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def make_activities(
    sheet: Sheet, rows: list[dict], numbers: list[int], keys: list[str], mapping: ColumnMapping
) -> Sheet:
    """The sheet of activities; of meetings, the first row of each title speaks for its activity."""
    own = [name for name in read_fields() if name not in (*SESSIONS, *MEASURES, *PLACES, "activity_id")]
    is_meeting = mapping.each_row == MEETING
    kept, seen = [], set()
    for at, row in enumerate(rows):
        if is_meeting and keys[at] in seen and parse_text(row.get("title")):
            continue
        seen.add(keys[at])
        line = {"activity_id": keys[at], **{name: row.get(name) for name in own}}
        line["organisation"] = row.get("organisation") or mapping.organisation or None
        if is_meeting:
            line |= {"start_date": None, "end_date": None, "time_pattern": "series"}
        else:
            line |= place_of(row, mapping)
        kept.append((numbers[at], line))
    return make_sheet("activities", sheet, kept, ("activity_id", "title"))


def make_meetings(
    sheet: Sheet, rows: list[dict], numbers: list[int], keys: list[str], mapping: ColumnMapping, which: list[int]
) -> Sheet:
    """The sheet of meetings, one for each row."""
    seen: Counter[str] = Counter()
    kept = []
    for at in which:
        row, day = rows[at], parse_text(rows[at].get("start_date"))
        key = f"{keys[at]}-{day}" if day else keys[at]
        seen[key] += 1
        line = {
            "session_id": hide(f"{key}-{seen[key]}"),
            "activity_id": keys[at],
            "date": row.get("start_date"),
        }
        line |= {name: row.get(name) for name in SESSIONS} | place_of(row, mapping)
        kept.append((numbers[at], line))
    return make_sheet("sessions", sheet, kept, ("session_id", "activity_id", "date"))


def make_counts(
    sheet: Sheet,
    rows: list[dict],
    numbers: list[int],
    keys: list[str],
    mapping: ColumnMapping,
    which: list[int],
    measure: str,
) -> Sheet:
    """The sheet of one measure: a row for each that gives a figure. A blank is no figure, and no row."""
    kept = []
    for at in which:
        row = rows[at]
        figure = parse_text(row.get(measure))
        if figure is None or figure.casefold() in BLANK_WORDS:
            continue
        line = {"activity_id": keys[at], "measure": measure, "value": figure}
        line |= {"period_start": row.get("start_date"), "period_end": row.get("end_date") or row.get("start_date")}
        kept.append((numbers[at], line | place_of(row, mapping)))
    return make_sheet(measure, sheet, kept, ("activity_id", "measure", "value"))


def place_of(row: dict, mapping: ColumnMapping) -> dict:
    """The cells of where a row stands, with what the place is where it says one."""
    places = {name: row[name] for name in PLACES if name in row}
    return places | {"place_role": mapping.place_role if any(places.values()) else None}


def make_sheet(name: str, origin: Sheet, kept: list[tuple[int, dict]], needed: tuple[str, ...]) -> Sheet:
    """A sheet of the template from (row number, cells); columns that say nothing at all are left out, but for those needed."""
    columns = list(dict.fromkeys(column for _, line in kept for column in line))
    filled = [column for column in columns if column in needed or any(line.get(column) for _, line in kept)]
    table = pa.table({column: pa.array([line.get(column) for _, line in kept], pa.string()) for column in filled})
    return Sheet(name, table, pa.array([number for number, _ in kept], pa.int32()), origin.detected)


def find_column(sheet_name: str, field: str, mapping: ColumnMapping) -> str:
    """The file's column behind a column of the template's sheets."""
    wanted = {"date": "start_date", "period_start": "start_date", "period_end": "end_date", "value": sheet_name}.get(
        field, field
    )
    return mapping.column_of(wanted) or (mapping.column_of("start_date") if wanted == "end_date" else None) or field
