"""Words for the fields of activities, and which rows a rule picks, from what a spec says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath

import numpy as np

from etl.mapping.cells import Rows, parse_distinct
from etl.parsing import find_parser
from etl.spec_types import When, Words


def fill_words(rows: Rows, told: Words | str, at: np.ndarray) -> list[str | None]:
    """The words for each of these rows; `told` is a rule, or a column's name."""
    rule = Words(column=told) if isinstance(told, str) else told
    if rule.file_name:
        words = fill_words(rows, replace(rule, file_name=False), at)
        return [word or name_file(rows.labels[0]) for word in words]
    if rule.column is not None:
        return fill_from_column(rows, rule, at)
    if rule.join:
        parts = [fill_words(rows, part, at) for part in rule.join]
        return [join_words(words, rule.between) or rule.otherwise for words in zip(*parts, strict=True)]
    return [rule.text] * len(at)


def join_words(words: tuple[str | None, ...], between: str) -> str:
    """The words one after the other, without those that stand in what comes before: “Budget vote in Quay” and “Quay” as the first."""
    joined = ""
    for word in filter(None, words):
        if word.casefold() not in joined.casefold():
            joined = f"{joined}{between}{word}" if joined else word
    return joined


def name_file(label: str) -> str | None:
    """What a file is called, in words: “parks_survey (Responses).xlsx” as “Parks survey”. None where the name says nothing."""
    stem = PurePath(re.sub(r"(\.[A-Za-z0-9]{2,5}): .*", r"\1", label)).stem
    plain = say_plainly(re.sub(r"(?:\s*\((?:responses|[\d\s-]+)\))+(?: - .*)?$", "", stem, flags=re.IGNORECASE))
    return plain if re.search(r"\w", plain) else None


def fill_from_column(rows: Rows, rule: Words, at: np.ndarray) -> list[str | None]:
    """The words of a column: as they stand, looked up, or chosen by what its items hold."""
    read = rows.spec.find_column(rule.column).read
    if read in ("date", "year"):
        codes, distinct = rows.read_coded(rule.column)
        days, _ = parse_distinct(distinct.to_pylist(), find_parser(read, rows.spec.date_order, rows.spec.epoch))
        values = [day and (str(day.year) if read == "year" else day.isoformat()) for day in days]
    else:
        codes, values = rows.parse(rule.column, "list" if read == "list" else "text")
    words = [choose_words(rule, value) for value in values]
    words.append(rule.otherwise)  # for code -1: the cell is blank
    return [words[code] for code in codes[at].tolist()]


def choose_words(rule: Words, value: str | tuple[str, ...] | None) -> str | None:
    """The words for one distinct value of a column."""
    if value is None:
        return rule.otherwise
    items = value if isinstance(value, tuple) else (value,)
    for *needles, words in rule.holding:
        if all(any(needle in item for item in items) for needle in needles):
            return words
    if rule.holding:
        return rule.otherwise
    if rule.words:
        return next((rule.words[item] for item in items if item in rule.words), rule.otherwise or "; ".join(items))
    text = "; ".join(items)
    return say_plainly(text) if rule.tidy else text


def say_plainly(text: str) -> str:
    """“become_a_barn_raiser” as “Become a barn raiser”."""
    plain = " ".join(text.replace("_", " ").split())
    return plain[:1].upper() + plain[1:]


def pick_rows(rows: Rows, when: When | None) -> np.ndarray:
    """The accepted rows that a rule picks."""
    accepted = rows.accepted
    if when is None:
        return accepted
    read = "list" if rows.spec.find_column(when.column).read == "list" else "text"
    codes, values = rows.parse(when.column, read)
    is_picked = np.array([is_match(when, value) for value in [*values, None]], dtype=bool)
    return accepted[is_picked[codes[accepted]]]


def is_match(when: When, value: str | tuple[str, ...] | None) -> bool:
    """Whether a distinct value is one that a rule picks."""
    items = value if isinstance(value, tuple) else (value,) if value else ()
    if when.not_among:
        return not any(item in when.not_among for item in items)
    return any(item in when.among or (when.starts is not None and item.startswith(when.starts)) for item in items)
