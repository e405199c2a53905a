"""Column matchings kept for next time: one file for each organisation, in the home's drafts."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from etl.uploads.mapping import ColumnMapping, parse_mapping, read_fields
from soundings.disk import make_directory, replace_file
from soundings.home import Home

MOST_KEPT = 20


def mappings_path(home: Home, organisation: str) -> Path:
    """The file of one organisation's matchings; its name holds nothing but letters, digits and hyphens."""
    plain = re.sub(r"[^a-z0-9]+", "-", organisation.casefold()).strip("-")[:60]
    return home.root / "drafts" / "mappings" / f"{plain or hashlib.sha256(organisation.encode()).hexdigest()[:12]}.json"


def save_mapping(home: Home, headers: list[str], mapping: ColumnMapping) -> None:
    """Keeps a matching for the next file with these columns; it takes the place of an earlier one for them."""
    path = mappings_path(home, mapping.organisation)
    kept = [one for one in read_kept(path) if one.get("headers") != sort_headers(headers)]
    kept.insert(0, {"headers": sort_headers(headers), **mapping.said()})
    make_directory(path.parent)
    replace_file(path, json.dumps(kept[:MOST_KEPT], ensure_ascii=False, indent=1) + "\n")


def find_mapping(
    home: Home, headers: list[str], organisation: str | None = None, *, is_part: bool = False
) -> ColumnMapping | None:
    """The matching that was used last for a file with exactly these columns, in any order; None where there is none.

    With an `organisation`, of its own matchings alone. `is_part`: these are the columns that were used of such a file.
    """
    folder = home.root / "drafts" / "mappings"
    paths = (
        sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True) if folder.is_dir() else []
    )
    if organisation is not None:
        paths = [mappings_path(home, organisation)]
    for path in paths:
        for one in read_kept(path):
            if one["headers"] == sort_headers(headers) or (is_part and holds(one, headers)):
                return rename(parse_mapping(one), headers)
    return None


def read_kept(path: Path) -> list[dict]:
    """The matchings of one file; none where it is missing or cannot be read: a proposal is then all that is lost."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    needed = {"headers", "columns", "organisation", "each_row", "place_role"}
    return [one for one in kept if isinstance(one, dict) and needed <= one.keys()] if isinstance(kept, list) else []


def holds(kept: dict, headers: list[str]) -> bool:
    """Whether each of these columns was matched with something, and one of them with the title."""
    own = set(sort_headers(headers))
    fields = {column.casefold().strip(): field for column, field in kept["columns"]}
    return own <= fields.keys() and "title" in (fields[name] for name in own)


def sort_headers(headers: list[str]) -> list[str]:
    return sorted(header.casefold().strip() for header in headers)


def rename(mapping: ColumnMapping, headers: list[str]) -> ColumnMapping:
    """The matching with the headings as this file writes them, without fields that are no longer known."""
    own = {header.casefold().strip(): header for header in headers}
    known = read_fields()
    columns = tuple(
        (own[column.casefold().strip()], field)
        for column, field in mapping.columns
        if column.casefold().strip() in own and field in known
    )
    return ColumnMapping(columns, mapping.organisation, mapping.each_row, mapping.place_role)
