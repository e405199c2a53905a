"""The facts of one activity as a JSON object: read with a sentence for everything that is wrong, written as an answer."""

from __future__ import annotations

import json
import re
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
CLAIM_KEYS = ("called", "date", "called_date")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
JSON_KINDS = (
    (bool, "true or false"),
    (str, "a text"),
    (int | float, "a number"),
    (list, "a list"),
    (Mapping, "an object"),
)
LONGEST_SAID, MOST_LISTED = 60, 3


def parse_facts(text: str, where: str) -> object:
    """What a JSON text holds. Raises BadFile where it is not JSON, says one thing twice, or holds what cannot be printed."""
    try:
        told = json.loads(text, object_pairs_hook=hold_once)
        json.dumps(told, ensure_ascii=False).encode()
    except SaidTwice as error:
        raise BadFile(f"{where} answers {quote(error.key)} twice. Leave one of the two.") from None
    except json.JSONDecodeError as error:
        raise BadFile(
            f"{where} is not JSON ({error}). Give one object: a fact's id, then “yes”, “no” or “not_known”."
        ) from error
    except UnicodeEncodeError as error:
        raise BadFile(f"{where} holds half of a character, which cannot be printed. Write the text again.") from error
    except (ValueError, RecursionError) as error:
        raise BadFile(
            f"{where} holds a number too long, or objects too deep in one another, to be read. Give one object of facts."
        ) from error
    return told


class SaidTwice(Exception):
    """One key stands twice in an object."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def hold_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs. Raises SaidTwice: of two answers neither may win unseen."""
    told: dict[str, Any] = {}
    for key, value in pairs:
        if key in told:
            raise SaidTwice(key)
        told[key] = value
    return told


def quote(value: Any) -> str:
    """A value as a sentence can hold it: in quotation marks, on one line, without control characters, not too long."""
    said = str(value).encode("utf-8", "replace").decode()
    line = "".join(letter for letter in " ".join(said.split()) if letter.isprintable())
    return f"“{line[:LONGEST_SAID]}…”" if len(line) > LONGEST_SAID else f"“{line}”"


def say_kind(value: Any) -> str:
    """What kind of JSON value this is, in plain words."""
    return next((words for kind, words in JSON_KINDS if isinstance(value, kind)), "nothing (null)")


def read_recorded(told: Any, where: str, rubric: Rubric) -> Recorded:
    """What a JSON object of fact ids says is recorded. Raises BadFile with every problem, one sentence each."""
    if not isinstance(told, Mapping):
        raise BadFile(
            f"{where} holds {say_kind(told)}, not an object. Write one object: a fact's id, then yes, no or not_known."
        )
    inner = told.get("facts", {})
    if not isinstance(inner, Mapping):
        raise BadFile(
            f"{where}: “facts” holds {say_kind(inner)}, not an object. Write fact ids in it, each with yes, no or not_known."
        )
    outer = {key: value for key, value in told.items() if key not in OTHERS}
    problems = [f"{key} is answered twice, once inside “facts”; leave one of the two." for key in outer if key in inner]
    facts = read_facts({**outer, **inner}, rubric, problems)
    days = {name: read_day(name, told.get(name), problems) for name in DAYS}
    counts = {name: read_count(name, told.get(name), problems) for name in COUNTS}
    flags = {name: read_flag(name, told.get(name), problems) for name in ("statutory", "live")}
    claim = read_claim(told.get("claim"), problems)
    stages, evidence = (read_texts(name, told.get(name), problems) for name in ("stages", "evidence"))
    stages = {stage: word.strip().casefold().replace("_", " ") or "not known" for stage, word in stages.items()}
    problems += check_stages(stages)
    say_unknown(evidence, rubric, problems)
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
            continue
        if not isinstance(word, str | bool | None) or word not in ANSWER_WORDS:
            problems.append(f"{key} is {quote(value)}; answer yes, no or not_known.")
        else:
            facts[key] = ANSWER_WORDS[word]
    say_unknown(told, rubric, problems)
    return facts


def say_unknown(told: Mapping[str, Any], rubric: Rubric, problems: list[str]) -> None:
    """One sentence for all the ids here that are not facts."""
    unknown = [quote(key) for key in told if key not in rubric.facts]
    if not unknown:
        return
    more = f" and {len(unknown) - MOST_LISTED:,} more" if len(unknown) > MOST_LISTED else ""
    verb = "is not a fact" if len(unknown) == 1 else "are not facts"
    problems.append(
        f"{', '.join(unknown[:MOST_LISTED])}{more} {verb} of the rubric; the facts are {', '.join(rubric.facts)}."
    )


def read_day(name: str, value: Any, problems: list[str]) -> date | None:
    if value is None or value == "":
        return None
    try:
        if DAY.fullmatch(value):
            return date.fromisoformat(value)
    except (TypeError, ValueError):
        pass
    problems.append(f"{name} is {quote(value)}; write a date as year-month-day, for example 2024-03-01.")
    return None


def read_count(name: str, value: Any, problems: list[str]) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        problems.append(f"{name} is {quote(value)}; write a number, 0 or more, or leave it out.")
        return None
    return value


def read_flag(name: str, value: Any, problems: list[str]) -> bool:
    word = value.strip().casefold() if isinstance(value, str) else value
    if word in (True, "yes", "true"):
        return True
    if word not in (None, False, "no", "false", "not_known", "not known", ""):
        problems.append(f"{name} is {quote(value)}; write true or false.")
    return False


def read_claim(value: Any, problems: list[str]) -> Claim | None:
    """What it is called: text, or an object of `called` and `date`."""
    if isinstance(value, Mapping):
        problems += [
            f"claim holds {quote(key)}, which means nothing here; write “called” and “date”."
            for key in list(value)[:MOST_LISTED]
            if key not in CLAIM_KEYS
        ]
        day = read_day("claim date", value.get("date", value.get("called_date")), problems)
        value = value.get("called")
    else:
        day = None
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        problems.append(f"claim is {quote(value)}; write what the organiser calls it, as text.")
        return None
    called = "".join(letter for letter in " ".join(value.split()) if letter.isprintable())
    return Claim(called, day) if called else None


def read_texts(name: str, value: Any, problems: list[str]) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(text, str | None) for text in value.values()):
        example = '{"design": "with"}' if name == "stages" else '{"made_options": "workshop notes, 4 May 2024"}'
        problems.append(f"{name} holds something else than an object of texts; write for example {example}.")
        return {}
    return {key: " ".join(text.split()) for key, text in value.items() if text is not None}


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
