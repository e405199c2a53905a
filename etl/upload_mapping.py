"""Columns of any file matched to Soundings' template: what is proposed, what a person confirmed, and the sheets that makes."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import Indel

from etl.parsing import BLANK_WORDS, Unreadable, parse_date, parse_text
from etl.sparing import spare_collecting
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
Cells = dict[str, list[str | None]]  # by field or column, one for each row


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


def choose_sheets(sheets: list[Sheet], mapping: ColumnMapping) -> list[Sheet]:
    """Every sheet that has all the columns that are used: one for each month, say. Raises BadFile where none has."""
    wanted = {column for column, _ in mapping.columns}
    if chosen := [sheet for sheet in sheets if wanted <= set(sheet.table.column_names)]:
        return chosen
    missing = sorted(wanted - {name for sheet in sheets for name in sheet.table.column_names})
    raise BadFile(
        f"The file has no column {' or '.join(missing) or 'set with all of these together'}. Match its columns again."
    )


@spare_collecting()
def apply_mapping(sheets: list[Sheet], mapping: ColumnMapping) -> list[Sheet]:
    """The template's sheets made of a file's rows: activities, meetings, and one sheet for each measure. Rows keep their numbers.

    A row without a title stands among the activities alone, where it is refused with the reason. Several sheets of the file are
    read as one, so that a group that meets in two of them is one group; what is made of them stands apart again, each part under
    the name `name_part` gives it.
    """
    chosen = choose_sheets(sheets, mapping)
    if len(chosen) == 1:
        return map_sheet(chosen[0], mapping)
    columns = [column for column, _ in mapping.columns]
    joined = pa.concat_tables([sheet.table.select(columns) for sheet in chosen])
    together = Sheet("", joined, pa.array(range(joined.num_rows), pa.int32()))
    return [part for made in map_sheet(together, mapping) for part in part_sheet(made, chosen)]


def part_sheet(made: Sheet, chosen: list[Sheet]) -> Iterator[Sheet]:
    """What was made of several sheets read as one, apart again; the rows have the numbers of their own sheets."""
    start = 0
    for sheet in chosen:
        end = start + sheet.table.num_rows
        here = pc.and_(pc.greater_equal(made.row_numbers, start), pc.less(made.row_numbers, end))
        table, at = made.table.filter(here), pc.subtract(made.row_numbers.filter(here), start).cast(pa.int32())
        if table.num_rows:
            yield Sheet(name_part(made.name, sheet.name), table, sheet.row_numbers.take(at), sheet.detected)
        start = end


def name_part(made: str, sheet: str) -> str:
    """The name of a sheet of the template that was made of one of several sheets of a file."""
    return f"{made} of {sheet}"


def split_part(name: str) -> tuple[str, str | None]:
    """(the template's own name of a sheet, the sheet of the file it was made of, where the file has several)."""
    made, _, sheet = name.partition(" of ")
    return made, sheet or None


def map_sheet(sheet: Sheet, mapping: ColumnMapping) -> list[Sheet]:
    """The template's sheets made of one sheet."""
    field_of = dict(mapping.columns)
    cells = {field_of[name]: sheet.table[name].to_pylist() for name in sheet.table.column_names if name in field_of}
    blank = [None] * sheet.table.num_rows
    titles = [parse_text(text) for text in cells.get("title", blank)]
    keys = make_keys(cells, titles, mapping)
    has_title = [at for at, title in enumerate(titles) if title]
    made = [make_activities(sheet, cells, titles, keys, mapping)]
    if mapping.each_row == MEETING or cells.keys() & set(SESSIONS):
        made.append(make_meetings(sheet, cells, keys, mapping, has_title))
    made += [make_counts(sheet, cells, keys, mapping, has_title, measure) for measure in MEASURES if measure in cells]
    return [one for one in made if one.table.num_rows]


def make_keys(cells: Cells, titles: list[str | None], mapping: ColumnMapping) -> list[str]:
    """The activity of each row, as a key that the same file gives again: its reference, else one made of organisation and
    title (and, for activities of their own, the day, numbered where that stands twice)."""
    seen: Counter[str] = Counter()
    keys = []
    blank = [None] * len(titles)
    is_own = mapping.each_row == ACTIVITY
    for title, said, start in zip(titles, cells.get("activity_id", blank), cells.get("start_date", blank), strict=True):
        if reference := parse_text(said):
            keys.append(reference)
            continue
        parts = (mapping.organisation, title, parse_text(start) if is_own else None)
        key = " · ".join(filter(None, parts)) or "no title"
        seen[key] += 1
        keys.append(hide(f"{key} ({seen[key]})" if is_own and seen[key] > 1 else key))
    return keys


def hide(key: str) -> str:
    """A key as letters and digits that say nothing: a title may hold what screening takes out of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def make_activities(
    sheet: Sheet, cells: Cells, titles: list[str | None], keys: list[str], mapping: ColumnMapping
) -> Sheet:
    """The sheet of activities; of meetings, the first row of each title speaks for its activity."""
    own = [name for name in read_fields() if name not in (*SESSIONS, *MEASURES, *PLACES, "activity_id")]
    at = list(range(len(keys)))
    if mapping.each_row == MEETING:
        first: dict[str, int] = {}
        at = [row for row in at if first.setdefault(keys[row], row) == row or not titles[row]]
    columns = {"activity_id": pick(keys, at)} | {name: pick(cells.get(name), at) for name in own}
    columns["organisation"] = [name or mapping.organisation or None for name in columns["organisation"]]
    if mapping.each_row == MEETING:
        columns |= {"start_date": [None] * len(at), "end_date": [None] * len(at), "time_pattern": ["series"] * len(at)}
    else:
        columns |= place_of(cells, at, mapping)
    return make_sheet("activities", sheet, at, columns, ("activity_id", "title"))


def make_meetings(sheet: Sheet, cells: Cells, keys: list[str], mapping: ColumnMapping, at: list[int]) -> Sheet:
    """The sheet of meetings, one for each row."""
    seen: Counter[str] = Counter()
    days = pick(cells.get("start_date"), at)
    ids = []
    for row, said in zip(at, days, strict=True):
        day = parse_text(said)
        key = f"{keys[row]}-{day}" if day else keys[row]
        seen[key] += 1
        ids.append(hide(f"{key}-{seen[key]}"))
    columns = {"session_id": ids, "activity_id": pick(keys, at), "date": days}
    columns |= {name: pick(cells.get(name), at) for name in SESSIONS} | place_of(cells, at, mapping)
    return make_sheet("sessions", sheet, at, columns, ("session_id", "activity_id", "date"))


def make_counts(
    sheet: Sheet, cells: Cells, keys: list[str], mapping: ColumnMapping, which: list[int], measure: str
) -> Sheet:
    """The sheet of one measure: a row for each that gives a figure. A blank is no figure, and no row."""
    said = ((row, parse_text(cells[measure][row])) for row in which)
    told = {row: figure for row, figure in said if figure is not None and figure.casefold() not in BLANK_WORDS}
    at = list(told)
    starts = pick(cells.get("start_date"), at)
    ends = [end or start for end, start in zip(pick(cells.get("end_date"), at), starts, strict=True)]
    columns = {"activity_id": pick(keys, at), "measure": [measure] * len(at), "value": list(told.values())}
    columns |= {"period_start": starts, "period_end": ends} | place_of(cells, at, mapping)
    return make_sheet(measure, sheet, at, columns, ("activity_id", "measure", "value"))


def place_of(cells: Cells, at: list[int], mapping: ColumnMapping) -> Cells:
    """The cells of where these rows stand, with what the place is where they say one."""
    places = {name: pick(cells[name], at) for name in PLACES if name in cells}
    has_place = [any(said) for said in zip(*places.values(), strict=True)] if places else [False] * len(at)
    return places | {"place_role": [mapping.place_role if one else None for one in has_place]}


def pick(column: list[str | None] | None, at: list[int]) -> list[str | None]:
    """The cells of a column in these rows; blank ones where the file has no such column."""
    return [None] * len(at) if column is None else [column[row] for row in at]


def make_sheet(name: str, origin: Sheet, at: list[int], columns: Cells, needed: tuple[str, ...]) -> Sheet:
    """A sheet of the template from the rows `at` of a file; columns that say nothing at all are left out, but for those needed."""
    filled = {column: cells for column, cells in columns.items() if column in needed or any(cells)}
    table = pa.table({column: pa.array(cells, pa.string()) for column, cells in filled.items()})
    return Sheet(name, table, origin.row_numbers.take(pa.array(at, pa.int32())), origin.detected)


def find_column(sheet_name: str, field: str, mapping: ColumnMapping) -> str:
    """The file's column behind a column of the template's sheets."""
    wanted = {"date": "start_date", "period_start": "start_date", "period_end": "end_date", "value": sheet_name}.get(
        field, field
    )
    return mapping.column_of(wanted) or (mapping.column_of("start_date") if wanted == "end_date" else None) or field
