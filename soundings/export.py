"""A table as CSV or JSON: the page's download and the command line print the very same text."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict

from soundings.queries import COLUMNS, Table


def plain(value):
    """A figure without a needless .0; None stays None."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def table_rows(table: Table) -> list[dict]:
    """The rows as dicts in the order of `COLUMNS`."""
    return [{name: plain(value) for name, value in asdict(row).items()} for row in table.rows]


def table_csv(table: Table) -> str:
    """The rows as CSV with a header; an empty cell where nothing is recorded."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table_rows(table))
    return out.getvalue()


def table_json(table: Table) -> str:
    """The rows as a JSON list of objects; null where nothing is recorded."""
    return json.dumps(table_rows(table), ensure_ascii=False, indent=1)
