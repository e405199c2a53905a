"""What must be put right before a form can be sent, each told at its question."""

from __future__ import annotations

import duckdb

from etl.form.answers import (
    BETWEEN,
    BY_DRAWING,
    BY_NAME,
    BY_POSTCODE,
    MEETING,
    MOST_CHANGES,
    MOST_COUNTS,
    MOST_MEETINGS,
    NOT_COUNTED,
    REPLY,
    Answers,
    Problem,
    count_entries,
    list_refused,
    read_day,
    read_figure,
    read_whole,
    tidy,
)
from etl.form.drafts import Draft
from etl.form.places import say_where
from soundings.measures import HOURS
from soundings.model import CANCELLED, POSTPONED


def find_problems(connection: duckdb.DuckDBPyConnection, draft: Draft) -> list[Problem]:
    """Everything that must be put right before sending, in the order of the questions."""
    answers = draft.answers
    if draft.about.get("what") == MEETING:
        return find_meeting_problems(answers, 1, is_required=True)
    problems = []
    if not tidy(answers, "title"):
        problems.append(Problem("title", "Give it a title, such as “Parks survey” or “Tenants’ repairs group”."))
    if not tidy(answers, "method"):
        problems.append(Problem("method", "Choose how it was done, or type your own word for it."))
    _, wrong = say_where(connection, answers)
    if wrong:
        problems.append(
            Problem(
                {BY_NAME: "place_code", BY_POSTCODE: "postcode", BY_DRAWING: "outline"}.get(
                    answers.get("where_how"), "where_how"
                ),
                wrong,
            )
        )
    problems += find_day_problems(answers)
    for number in range(1, count_entries(answers, "counts", MOST_COUNTS) + 1):
        problems += find_count_problems(answers, number, is_required=number == 1)
    for number in range(1, count_entries(answers, "meetings", MOST_MEETINGS) + 1):
        problems += find_meeting_problems(answers, number)
    for name, what in (
        ("helped", "the day people first helped"),
        ("settled", "the day it was settled"),
        ("since", "the date since when it is called that"),
    ):
        problems += problem_of(name, read_day(answers, name, what)[1])
    for number in range(1, count_entries(answers, "changes", MOST_CHANGES) + 1):
        for part, what in (
            ("on", "the day it changed"),
            ("due", "the day an answer is due"),
            ("told", "the day people were told"),
        ):
            problems += problem_of(f"o{number}_{part}", read_day(answers, f"o{number}_{part}", what)[1])
        if not tidy(answers, f"o{number}_what") and any(
            answers.get(name, "").strip() for name in answers if name.startswith(f"o{number}_")
        ):
            problems.append(Problem(f"o{number}_what", "Say what changed, or clear the other boxes of this change."))
    if answers.get("finish") == REPLY and not tidy(answers, "reply"):
        problems.append(Problem("reply", "Write your reply, or choose to publish without one."))
    return problems + list_refused(answers)


def problem_of(name: str, sentence: str | None) -> list[Problem]:
    return [Problem(name, sentence)] if sentence else []


def find_day_problems(answers: Answers) -> list[Problem]:
    start, wrong = read_day(answers, "start", "the date")
    if start is None:
        return [Problem("start", wrong or "Type the day, month and year it started, such as 27 3 2026.")]
    end, wrong = read_day(answers, "end", "the end date")
    if end and end < start:
        wrong = "The end is before the start. Check both dates."
    return problem_of("end", wrong)


def find_count_problems(answers: Answers, number: int, *, is_required: bool) -> list[Problem]:
    basis, name = answers.get(f"c{number}_basis"), f"c{number}"
    if not basis or basis == NOT_COUNTED:
        return (
            [Problem(f"{name}_basis", "Choose how exactly you know the number, or “We did not count”.")]
            if is_required and not basis
            else []
        )
    is_whole = answers.get(f"{name}_measure") not in HOURS
    low, wrong = read_figure(answers, f"{name}_value", "the number", is_whole=is_whole)
    if low is None:
        return [Problem(f"{name}_value", wrong or "Type the number. If nobody came, type 0.")]
    if basis == BETWEEN:
        high, wrong = read_figure(answers, f"{name}_high", "the larger number", is_whole=is_whole)
        if high is None or high < low:
            return [Problem(f"{name}_high", wrong or "Type the larger of the two numbers here.")]
    return []


def find_meeting_problems(answers: Answers, number: int, *, is_required: bool = False) -> list[Problem]:
    day, wrong = read_day(answers, f"m{number}", "the date of the meeting")
    problems = problem_of(f"m{number}", wrong)
    values = {}
    for part, what in (
        ("minutes", "how many minutes"),
        ("came", "how many came"),
        ("back", "how many had come before"),
    ):
        values[part], wrong = read_whole(answers, f"m{number}_{part}", what)
        problems += problem_of(f"m{number}_{part}", wrong)
    if None not in (values["came"], values["back"]) and values["back"] > values["came"]:
        problems.append(Problem(f"m{number}_back", "More had come before than came. Check both numbers."))
    outcome = answers.get(f"m{number}_outcome")
    if outcome in (CANCELLED, POSTPONED) and values["came"]:
        problems.append(
            Problem(
                f"m{number}_came",
                f"A meeting that was {outcome} has nobody who came. Clear the number, or choose “It took place”.",
            )
        )
    if not problems and day is None and (is_required or any(value is not None for value in values.values())):
        problems.append(Problem(f"m{number}", "Type the day, month and year of the meeting, such as 27 3 2026."))
    return problems
