"""Asks which year is meant by days that say none (“June 4”), where the other days of their column are all of one year."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from etl.parsing import Unreadable, parse_date, read_yearless
from etl.questions.types import Checked, Choice, Context, Question
from etl.types import Sheet

YEARLESS, LEAVE = "day-without-year:", "set-aside"
LIKE_A_DAY = r"(?i)^\s*(\p{L}+,?\s+)?([0-9]{1,2}(st|nd|rd|th|er|\.)?[\s-]+(of\s+)?\p{L}{3,9}\.?|\p{L}{3,9}\.?[\s-]+[0-9]{1,2}(st|nd|rd|th)?)\s*$"
MOST_DISTINCT = 5_000
SHOWN = 3


def ask_years(sheets: list[Sheet], context: Context) -> Checked:
    """The sheets with the year put to such days where a person said which; else they stay, and are set aside with the reason."""
    questions, decisions, read = [], [], []
    for sheet in sheets:
        for name in sheet.table.column_names:
            days, year = find_yearless(sheet.table[name])
            if not days:
                continue
            question = ask(name, days, year)
            questions.append(question)
            if question.find_choice(context.answers).id == f"year-{year}":
                sheet = put_year(sheet, name, days, year)
                decisions.append(f"The days without a year in {name} were read as of {year}.")
        read.append(sheet)
    return Checked(read, tuple({one.id: one for one in questions}.values()), tuple(decisions))


def ask(column: str, days: Counter[str], year: int) -> Question:
    """The question about one column."""
    count = days.total()
    said = "1 day says no year" if count == 1 else f"{count:,} days say no year"
    return Question(
        f"{YEARLESS}{column}",
        f"In {column} {said}; the other days of the column are of {year}. Which year is meant?",
        (Choice(LEAVE, "I don't know: set these days aside"), Choice(f"year-{year}", f"{year}")),
        LEAVE,
        count,
        tuple(f"“{day}”" for day in list(days)[:SHOWN]),
    )


def find_yearless(column: pa.ChunkedArray) -> tuple[Counter[str], int]:
    """(cells that are a day without a year, the one year of the column's other days); nothing where these are of several."""
    nothing: tuple[Counter[str], int] = (Counter(), 0)
    cells = column.cast(pa.string())
    likely = cells.filter(pc.fill_null(pc.match_substring_regex(cells, LIKE_A_DAY), False))
    if not len(likely):
        return nothing
    days = Counter(text for text in likely.to_pylist() if read_yearless(text))
    others = [text for text in cells.unique().to_pylist() if text and text not in days]
    if not days or not others or len(others) > MOST_DISTINCT:
        return nothing
    years = set()
    for text in others:
        try:
            day = parse_date(text, "day-first")
        except Unreadable:
            continue
        if day and not re.fullmatch(r"\d+", text.strip()):
            years.add(day.year)
    return (days, years.pop()) if len(years) == 1 else nothing


def put_year(sheet: Sheet, column: str, days: Counter[str], year: int) -> Sheet:
    """The sheet with the year put to these cells of a column."""
    cells = [
        f"{day} {month} {year}"
        if cell in days and (found := read_yearless(cell)) and (day := found[0]) and (month := found[1])
        else cell
        for cell in sheet.table[column].to_pylist()
    ]
    at = sheet.table.column_names.index(column)
    return replace(sheet, table=sheet.table.set_column(at, column, pa.array(cells, pa.string())))
