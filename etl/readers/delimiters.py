"""Delimiters: which character parts the cells of a text file."""

from __future__ import annotations

import csv
import io
from collections import Counter

from etl.readers.headers import LOOKS_LIKE_DATA, find_header_row
from soundings.model import BadFile

WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
NONE = "\x1f"  # a character no text holds: the whole line is one cell
RECORDS_LOOKED_AT = 200


def delimiter_named(asked: str) -> str:
    """The delimiter for a word ('tab') or a character ('\\t', ';'). BadFile for anything else."""
    by_word = {word: sign for sign, word in WORDS.items()} | {"\\t": "\t", "none": NONE}
    sign = by_word.get(asked.strip().lower() or asked, asked)
    if len(sign) != 1 or sign in '"\r\n':
        raise BadFile(f"'{asked}' cannot be a delimiter. Give one character, or comma, semicolon, tab or pipe.")
    return sign


def word_for(delimiter: str) -> str:
    """The delimiter in words, as shown to people."""
    return "none (one column)" if delimiter == NONE else WORDS.get(delimiter, delimiter)


def find_delimiter(sample: str) -> str:
    """The delimiter that parts the most rows of a sample into the same number of cells; NONE for a single column."""
    scores = {sign: _score(sample, sign) for sign in WORDS}
    best = max(scores, key=lambda sign: scores[sign])
    if scores[best][0] >= 0.5:
        return best
    first_line = next((line for line in sample.splitlines() if line.strip()), "")
    in_header = max(WORDS, key=first_line.count)
    return in_header if first_line.count(in_header) else NONE


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    """How alike the rows are in width under this delimiter, less where the header would be odd; then the width."""
    rows = [
        row
        for _, row in zip(
            range(RECORDS_LOOKED_AT), csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), strict=False
        )
    ]
    rows = [row for row in rows if row]
    widths = Counter(len(row) for row in rows)
    if not widths:
        return 0.0, 0
    width = max(widths, key=lambda wide: (widths[wide], wide))
    if width < 2:
        return 0.0, 0
    score = widths[width] / len(rows)
    header = rows[find_header_row(rows) or 0]
    if any(LOOKS_LIKE_DATA.fullmatch((cell or "").strip()) for cell in header):
        score *= 0.5
    if len(rows[0]) < 2:
        score *= 0.8
    return score, width
