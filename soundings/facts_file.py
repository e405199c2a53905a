"""The facts of one activity as a JSON object: read with a sentence for everything that is wrong, written as an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from soundings.classify import NO, NOT_KNOWN, YES, Claim, Classification, Recorded, check_stages
from soundings.explanation import Explanation
from soundings.model import BadFile
from soundings.rubric import Rubric

ANSWER_WORDS = {
    "yes": YES,
    "no": NO,
    "not_known": NOT_KNOWN,
    "not known": NOT_KNOWN,
    True: YES,
    False: NO,
    None: NOT_KNOWN,
}
COUNTS = ("session_count", "months", "returning_count")
DAYS = ("first_helped_date", "settled_date")
OTHERS = (*DAYS, *COUNTS, "claim", "stages", "statutory", "live", "evidence", "facts")


def read_recorded(told: Any, where: str, rubric: Rubric) -> Recorded:
    """What a JSON object of fact ids says is recorded. Raises BadFile with every problem, one sentence each."""
    if not isinstance(told, Mapping):
        raise BadFile(
            f"{where} holds {type(told).__name__}, not an object. Write one object: a fact's id, then yes, no or not_known."
        )
    inner = told.get("facts", {})
    if not isinstance(inner, Mapping):
        raise BadFile(
            f"{where}: “facts” holds {type(inner).__name__}, not an object. Write fact ids in it, each with yes, no or not_known."
        )
    problems: list[str] = []
    facts = read_facts({**{key: value for key, value in told.items() if key not in OTHERS}, **inner}, rubric, problems)
    days = {name: read_day(name, told.get(name), problems) for name in DAYS}
    counts = {name: read_count(name, told.get(name), problems) for name in COUNTS}
    flags = {name: read_flag(name, told.get(name), problems) for name in ("statutory", "live")}
    claim = read_claim(told.get("claim"), problems)
    stages, evidence = (read_texts(name, told.get(name), problems) for name in ("stages", "evidence"))
    stages = {stage: word.replace("_", " ") for stage, word in stages.items()}
    problems += check_stages(stages)
    if problems:
        raise BadFile(f"{where} cannot be used. {' '.join(problems)}")
    return Recorded(
        facts=facts, claim=claim, stages=stages, evidence=evidence,
        is_statutory=flags["statutory"], is_live=flags["live"], **days, **counts,
    )  # fmt: skip


def read_facts(told: Mapping[str, Any], rubric: Rubric, problems: list[str]) -> dict[str, str]:
    """Answers by fact id; an unknown id or answer is a problem, never passed over."""
    facts = {}
    for key, value in told.items():
        word = value.strip().casefold() if isinstance(value, str) else value
        if key not in rubric.facts:
            problems.append(f"“{key}” is not a fact of the rubric; the facts are {', '.join(rubric.facts)}.")
        elif not isinstance(word, str | bool | None) or word not in ANSWER_WORDS:
            problems.append(f"{key} is “{value}”; answer yes, no or not_known.")
        else:
            facts[key] = ANSWER_WORDS[word]
    return facts


def read_day(name: str, value: Any, problems: list[str]) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        problems.append(f"{name} is “{value}”; write a date as year-month-day, for example 2024-03-01.")
        return None


def read_count(name: str, value: Any, problems: list[str]) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        problems.append(f"{name} is “{value}”; write a number, 0 or more, or leave it out.")
        return None
    return value


def read_flag(name: str, value: Any, problems: list[str]) -> bool:
    word = value.strip().casefold() if isinstance(value, str) else value
    if word in (True, "yes", "true"):
        return True
    if word not in (None, False, "no", "false", "not_known", "not known", ""):
        problems.append(f"{name} is “{value}”; write true or false.")
    return False


def read_claim(value: Any, problems: list[str]) -> Claim | None:
    """What it is called: text, or an object of `called` and `date`."""
    if isinstance(value, Mapping):
        day = read_day("claim date", value.get("date", value.get("called_date")), problems)
        value = value.get("called")
    else:
        day = None
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        problems.append(f"claim is “{value}”; write what the organiser calls it, as text.")
        return None
    return Claim(value.strip(), day) if value.strip() else None


def read_texts(name: str, value: Any, problems: list[str]) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        problems.append(f"{name} holds something else than an object of texts; write for example {{“design”: “with”}}.")
        return {}
    return dict(value)


def write_answer(made: Classification, explanation: Explanation) -> dict:
    """A classification as plain JSON values."""
    return {
        "name": made.name,
        "rule": made.rule,
        "rule_id": made.rule_id,
        "conflicts": list(made.conflicts),
        "not_recorded_here": list(made.not_recorded_here),
        "not_due_yet": list(made.not_due_yet),
        "met": list(made.met),
        "missing": list(made.missing),
        "next_question": made.next_question,
        "stages": made.stages,
        "comparison": made.comparison,
        "explanation": explanation.text,
        "rubric_version": made.rubric_version,
    }
