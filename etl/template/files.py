"""The template as files to fill in: a CSV for each sheet, or one workbook with lists to choose from."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import BinaryIO

from etl.template.tables import TABLES, WORDS
from soundings.measures import list_countable
from soundings.model import SoundingsError

WORKBOOK = "soundings-template.xlsx"
LISTED_ROWS = 2000
WIDEST = 24


MEASURE = "measure"
TOTALS_PROMPT = (
    "group_sessions and contact_hours are totals of meetings, such as 47 sessions in 2025. Meetings that have a row of their own on the "
    "sheet sessions are among them and count once."
)


def list_words(column: str) -> tuple[str, ...]:
    """The words that a column takes; none where it takes any."""
    return tuple(list_countable()) if column == MEASURE else WORDS.get(column, ())


def write_template(directory: Path, format: str) -> list[Path]:
    """The files written, each with its header and no rows. Raises SoundingsError rather than write over a file."""
    if format not in ("csv", "xlsx"):
        raise SoundingsError(f"There is no format “{format}”. Choose csv or xlsx.")
    names = [f"{table.name}.csv" for table in TABLES] if format == "csv" else [WORKBOOK]
    paths = [directory / name for name in names]
    there = [str(path) for path in paths if path.exists()]
    if there:
        raise SoundingsError(
            f"{', '.join(there)} is there already and may hold somebody's work; nothing was written. Name another folder: "
            "soundings template NEW-FOLDER"
        )
    directory.mkdir(parents=True, exist_ok=True)
    if format == "csv":
        for table, path in zip(TABLES, paths, strict=True):
            write_csv(path, table.columns)
    else:
        write_workbook(paths[0])
    return paths


def write_csv(path: Path, columns: tuple[str, ...]) -> None:
    """UTF-8 with a mark, which spreadsheet programs need to read accents right."""
    with open(path, "w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerow(columns)


def write_workbook(path: Path | BinaryIO) -> None:
    """One sheet for each table; a column with fixed words offers them."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    book.remove(book.active)
    for table in TABLES:
        sheet = book.create_sheet(table.name)
        sheet.append(table.columns)
        sheet.freeze_panes = "A2"
        for number, column in enumerate(table.columns, start=1):
            letter = get_column_letter(number)
            sheet.cell(1, number).font = Font(bold=True)
            sheet.column_dimensions[letter].width = min(WIDEST, len(column) + 3)
            if words := list_words(column):
                choices = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
                choices.error = "Choose one of the words in the list, or leave the cell blank."
                if column == MEASURE:
                    choices.promptTitle, choices.prompt = "What was counted", TOTALS_PROMPT
                sheet.add_data_validation(choices)
                choices.add(f"{letter}2:{letter}{LISTED_ROWS}")
    book.save(path)
