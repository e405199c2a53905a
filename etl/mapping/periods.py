"""The days a row or a file covers: ends that come before their start are left out."""

from __future__ import annotations

import re
from datetime import date

import numpy as np

from etl.mapping.cells import EPOCH, NO_DAY, Rows
from etl.spec_types import Spec


def set_aside_early_ends(rows: Rows) -> None:
    """Notes the ends that come before their start; `find_end` then leaves them out."""
    start, end = rows.spec.activity.start_date, rows.spec.activity.end_date
    if not start or not end or start == end:
        return
    first, last = rows.parse_days(start), rows.parse_days(end, is_end=True)
    wrong = np.flatnonzero((first != NO_DAY) & (last != NO_DAY) & (last < first))
    rows.note(wrong, end, "The end is before the start; the row was taken in without its end.")


def find_end(rows: Rows, start: str | None, end: str | None) -> np.ndarray:
    """The last day of each row: its end, unless that is before its start. A start that is a year alone lasts that year, unless an end is given."""
    first, last = rows.parse_days(start), rows.parse_days(end, is_end=True)
    if start and rows.spec.find_column(start).read == "date":
        of_start = rows.parse_days(start, is_end=True)
        is_open = (last == NO_DAY) & (of_start > first)
        if end:
            is_open[rows.unreadable.get(end, [])] = False
        last = np.where(is_open, of_start, last)
    return np.where((first != NO_DAY) & (last < first), NO_DAY, last)


def find_fixed_period(spec: Spec, file_name: str) -> tuple[int, int] | None:
    """First and last day of the year that the file's name gives, where the spec says how it does."""
    found = re.search(spec.period_from_file_name, file_name) if spec.period_from_file_name else None
    if not found:
        return None
    year = int(found[1])
    return date(year, 1, 1).toordinal() - EPOCH, date(year, 12, 31).toordinal() - EPOCH
