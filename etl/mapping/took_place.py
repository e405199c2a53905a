"""Whether what each row tells of took place, from the column that a spec names."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from etl.mapping.cells import Rows
from etl.mapping.filling import choose_words
from etl.parsing import Unreadable
from etl.spec_types import Words
from etl.took_place import read_took_place
from soundings.model import NOT_KNOWN, TOOK_PLACE


def fill_took_place(rows: Rows, rule: Words, at: np.ndarray) -> list[str | None]:
    """One of TOOK_PLACE for each of these rows, None where nothing says: by the spec's own words, else by the reviewed ones.

    A word that is in neither is kept as not known, and noted: what may not have taken place is in no figure.
    """
    if rule.column is None:
        return [rule.text] * len(at)
    codes, values = rows.parse(rule.column, "list" if rows.spec.find_column(rule.column).read == "list" else "text")
    outcomes: list[str | None] = []
    unknown: dict[int, str] = {}
    for code, value in enumerate(values):
        words = choose_words(rule, value)
        outcome, problem = (words, None) if words in TOOK_PLACE else read_or_refuse(words, rule.column)
        outcomes.append(outcome)
        if problem:
            unknown[code] = problem
    note_unknown(rows, rule.column, codes, unknown)
    outcomes.append(rule.otherwise)  # for code -1: the cell is blank
    return [outcomes[code] for code in codes[at].tolist()]


def read_or_refuse(words: str | None, heading: str) -> tuple[str | None, str | None]:
    """(what the words say, None), or (not known, why)."""
    try:
        return read_took_place(words, heading), None
    except Unreadable as error:
        return NOT_KNOWN, str(error)


def note_unknown(rows: Rows, column: str, codes: np.ndarray, unknown: dict[int, str]) -> None:
    """Notes the cells whose word is not known, once for the batch."""
    if not unknown or column in rows.unreadable:
        return
    wrong = np.flatnonzero(np.isin(codes, list(unknown)))
    rows.unreadable[column] = wrong
    reasons = pa.array([unknown[code] for code in codes[wrong].tolist()], pa.string())
    said = rows.table[column].combine_chunks().take(pa.array(wrong)).cast(pa.string())
    rows.problems.append((wrong, column, said, reasons))
