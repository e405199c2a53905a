"""A table as CSV or JSON: the page's download and the command line print the very same text."""

from __future__ import annotations

import csv
import io
import json

from soundings.queries import COLUMNS, Table


def plain(value):
    """A figure without a needless .0; None stays None."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def table_rows(table: Table) -> list[dict]:
    """The rows as dicts in the order of `COLUMNS`."""
    return [dict(zip(COLUMNS, map(plain, row[: len(COLUMNS)]), strict=True)) for row in table.rows]


def table_csv(table: Table) -> str:
    """The rows as CSV with a header; an empty cell where nothing is recorded."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(plain, row[: len(COLUMNS)]) for row in table.rows)
    return out.getvalue()


def table_json(table: Table) -> str:
    """The rows as a JSON list of objects; null where nothing is recorded."""
    return json.dumps(table_rows(table), ensure_ascii=False, indent=1)
