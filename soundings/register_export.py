"""The register as CSV: a row for each activity shown, with how its names may and may not be used in every row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import date

from soundings.explanation import DO_NOT_TARGET, UNCONFIRMED_EACH
from soundings.export import plain
from soundings.measures import MEETING_TOTALS
from soundings.model import STAGES
from soundings.register import Figures, RegisterLine, breadth
from soundings.register_words import say_people, say_status

# What a spreadsheet would run as a formula; plain numbers are none.
STARTS_FORMULA = re.compile(r"^\s*[=+\-@\t\r＝＋－＠]")
PLAIN_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")
NOTE = f"{DO_NOT_TARGET} {UNCONFIRMED_EACH}"


def register_columns() -> list[str]:
    """The header of the CSV. An empty cell is not recorded."""
    return [
        "activity_id", "title", "organisation", "called", "called_date", "recorded", "called_and_recorded", "next_question",
        "method", "theme", *(f"stage_{stage}" for stage in STAGES), *breadth(), "people_as_recorded", *(f"{name}_as_total" for name in MEETING_TOTALS), "meetings",
        "meetings_not_held", "typical_group_size", "came_back", "first_day", "last_day", "planned_live_or_past", "places", "place_state",
        "source", "summary", "rubric_version", "please_note",
    ]  # fmt: skip


def register_csv(lines: Iterable[RegisterLine]) -> str:
    """The lines as CSV with one header row, so that any tool reads it; the note on use stands in each row's last column."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # with "\n" alone, a lone "\r" in a cell would stand unquoted
    writer.writerow(register_columns())
    for line in lines:
        writer.writerow([guard(cell) for cell in make_cells(line)])
    return out.getvalue()


def make_cells(line: RegisterLine) -> list:
    """One line's cells, in the order of the columns."""
    stages = read_stages(line.stages)
    return [
        line.activity_id, line.title, line.organisation, line.called, line.called_date, line.name, line.comparison,
        line.next_question, line.method, line.theme, *(stages.get(stage) for stage in STAGES),
        *(find_single(line.figures, measure) for measure in breadth()), "; ".join(say_people(line.figures)),
        *(find_single(line.figures, measure) for measure in MEETING_TOTALS),
        line.session_count, line.unheld_count or None, plain(line.typical_count), plain(line.returning_count), line.first_day, line.last_day,
        say_status(line), "; ".join(line.place_names), line.place_state.replace("_", " "), line.source_id, line.summary,
        line.rubric_version, NOTE,
    ]  # fmt: skip


def find_single(figures: list[Figures], measure: str) -> float | None:
    """A measure's one exact or estimated number. None where nothing is recorded, or where it is a band or in two layers.

    `people_as_recorded` says those in words; a number made of them would be ours.
    """
    mine = [figure for figure in figures if figure.measure == measure]
    return plain(mine[0].low) if len(mine) == 1 and mine[0].low == mine[0].high else None


def read_stages(strip: str | None) -> dict[str, str]:
    """Stage → how it was shared, from a strip; empty where nothing is recorded."""
    return dict(part.split(" ", 1) for part in strip.split(" · ")) if strip else {}


def guard(cell: object) -> object:
    """The cell, with an apostrophe before text that a spreadsheet would take for a formula."""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str) and STARTS_FORMULA.match(cell) and not PLAIN_NUMBER.match(cell):
        return f"'{cell}"
    return cell
