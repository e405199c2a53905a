"""What a matching of columns needs before it can be used, on the page and in the terminal alike."""

from __future__ import annotations

from etl.types import Sheet
from etl.uploads.mapping import ACTIVITY, MEETING, PLACES, SESSIONS, ColumnMapping, Proposal, read_fields
from etl.uploads.sheets import is_hidden

EACH_ROW = {
    ACTIVITY: "An activity of its own: an event, a survey, a project",
    MEETING: "One meeting of a group: rows with the same title belong together",
}
ROLES = {"venue": "Where it happened", "home": "Where people live", "area": "The area it was about"}
NO_PLACES = "venue"  # of a file in which no column is a place


def choose_sheet(sheets: list[Sheet]) -> Sheet:
    """The sheet whose columns are matched: the longest that is not hidden."""
    return max(sheets, key=lambda one: (not is_hidden(one), one.table.num_rows))


def propose_saved(headers: list[str], saved: ColumnMapping) -> list[Proposal]:
    """The columns as they were matched before."""
    field_of = dict(saved.columns)
    return [
        Proposal(header, field_of.get(header), "As last time." if header in field_of else "Left out last time.")
        for header in headers
    ]


def find_problems(
    headers: list[str], chosen: list[str | None], organisation: str, each_row: str, role: str | None
) -> list[str]:
    """What stands in the way of using the matching, each with what to do."""
    fields = read_fields()
    problems = []
    if "title" not in chosen:
        problems.append(f"Choose the column that is “{fields['title'].label}”.")
    for name in dict.fromkeys(one for one in chosen if one and chosen.count(one) > 1):
        columns = " and ".join(header for header, one in zip(headers, chosen, strict=True) if one == name)
        problems.append(f"{columns} are both “{fields[name].label}”: keep one, leave the other out.")
    if (each_row == MEETING or set(chosen) & set(SESSIONS)) and "start_date" not in chosen:
        problems.append("A meeting needs its day: choose the column with the date.")
    if role is None and set(chosen) & set(PLACES):
        problems.append("Say what its places are: where it happened, where people live, or the area it was about.")
    if not organisation.strip():
        problems.append("Write which organisation it is from.")
    return problems
