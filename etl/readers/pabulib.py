"""Pabulib's .pb files (participatory budgeting): the votes as one sheet, each with what the file says of the whole vote.

The format: META, PROJECTS and VOTES, each followed by a header and rows parted by semicolons (pabulib.org/format).
"""

from __future__ import annotations

import csv
import io
import re

from etl.readers import headers
from etl.readers.encodings import decode
from etl.types import Sheet
from soundings.model import BadFile

SECTIONS = ("META", "PROJECTS", "VOTES")
BEGINS = re.compile(rb"\s*META[ \t]*[\r\n]\s*\"?key\"?\s*;", re.IGNORECASE)
YEAR = re.compile(r"[0-9]{4}")
WHOLE_YEAR = {"date_begin": "{}-01-01", "date_end": "{}-12-31"}


def read_pabulib_bytes(data: bytes, name: str, what: str, *, encoding: str | None = None) -> Sheet:
    """One sheet: a row for each vote, its own columns and then META's as “meta/unit”. Rows are numbered as lines of the file.

    A year alone as date_begin or date_end is that year's first or last day, which is noted. BadFile: a section is missing.
    """
    decoded = decode(data, encoding, what)
    lines = decoded.utf8.decode().splitlines()
    starts = find_sections(lines, what)
    meta, notes = read_meta(lines[starts["META"] + 1 : starts["PROJECTS"]])
    first = starts["VOTES"] + 1
    rows: list[list[str | None]] = [parse_line(line) for line in lines[first:]]
    header = headers.find_header_row(rows)
    if header is None:
        raise BadFile(
            f"{what} has no votes: nothing stands under VOTES. Check that the download finished, and send it again."
        )
    width = len(rows[header])
    said = list(meta.values())
    padded = [
        [*row, *[None] * (width - len(row)), *said] if any(cell and cell.strip() for cell in row) else row
        for row in rows[header + 1 :]
    ]
    head = [*rows[header], *(f"meta/{key}" for key in meta)]
    blank: list[list[str | None]] = [[]] * (first + header)
    detected = {"format": "Pabulib", "encoding": decoded.encoding, "delimiter": "semicolon"}
    sheet = headers.sheet_from_rows(name, [*blank, head, *padded], first + header, detected, [*decoded.notes, *notes])
    return note_votes(sheet, meta.get("num_votes"))


def find_sections(lines: list[str], what: str) -> dict[str, int]:
    """The line on which each section stands, from 0. BadFile where one is missing or they are out of order."""
    words = [line.strip().strip(";").upper() for line in lines]
    starts = {section: words.index(section) for section in SECTIONS if section in words}
    missing = [section for section in SECTIONS if section not in starts]
    if missing or list(starts.values()) != sorted(starts.values()):
        lacking = f"no section {' and no section '.join(missing)}" if missing else "its sections in another order"
        raise BadFile(
            f"{what} looks like a Pabulib file, but has {lacking}. Expected META, PROJECTS and VOTES. Download it again, and send that."
        )
    return starts


def read_meta(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """(what META says, by key; notes)."""
    meta: dict[str, str] = {}
    notes = []
    for key, *values in (parse_line(line) for line in lines if ";" in line):
        plain = headers.clean_name(key)
        value = ";".join(values).strip()
        if not plain or plain.casefold() == "key":
            continue
        if plain in WHOLE_YEAR and YEAR.fullmatch(value):
            notes.append(f"{plain} is the year {value}, read as {WHOLE_YEAR[plain].format(value)}")
            value = WHOLE_YEAR[plain].format(value)
        meta[plain] = value
    return meta, notes


def parse_line(line: str) -> list[str | None]:
    return next(csv.reader(io.StringIO(line), delimiter=";"), [])


def note_votes(sheet: Sheet, said: str | None) -> Sheet:
    """The sheet with a note where META counts other votes than the file holds."""
    held = sheet.table.num_rows
    if said and said != str(held):
        notes = "; ".join(
            filter(None, [sheet.detected.get("notes"), f"META says {said} votes, the file holds {held:,}"])
        )
        sheet.detected["notes"] = notes
    return sheet
