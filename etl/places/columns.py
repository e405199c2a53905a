"""Which columns of a boundary file hold the places' codes, names, parents and figures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from etl.places.figures import KIND_OF_PREFIX, find_code_column, find_parent_column
from etl.places.files import BoundaryFile
from soundings.model import BadFile

GENERIC_NAMES = ("place_name", "ward_name", "area_name", "lsoa_name", "msoa_name", "name")
GENERIC_PARENTS = ("parent_code", "parent", "within_code", "district_code", "lad_code", "authority_code")
GENERIC_PARENT_NAMES = ("parent_name", "within_name", "district_name", "lad_name", "authority_name")
PARENT_KIND = {
    "lsoa": "district",
    "neighbourhood": "ward",
    "msoa": "district",
    "ward": "district",
    "district": "region",
}


def find_columns(
    read: BoundaryFile, file: str, kind: str, code, name, parent, warnings: list[str]
) -> dict[str, str | None]:
    """Which column is the code, the name, the Welsh name, the parent's code and name, and figures in the same file."""
    columns = [str(column) for column in read.columns.columns]
    by_name = {column.strip().lower(): column for column in columns}
    for option, asked in (("--code", code), ("--name", name), ("--parent", parent)):
        if asked is not None and asked not in columns:
            raise BadFile(f"{file} has no column {asked} ({option}). Its columns are {', '.join(columns)}.")
    if code is None:
        code, doubt = find_code_column(columns, kind)
        warnings += doubt
    if code is None:
        raise BadFile(
            f"{file} has no column that is known to hold the places' codes. Its columns are {', '.join(columns)}. Which one is it? "
            "Name it with --code."
        )

    def beside(column: str | None, ending: str) -> str | None:
        found = column and re.sub(r"CD$", ending, column.strip(), flags=re.IGNORECASE)
        return by_name.get(found.lower()) if found and found != column.strip() else None

    def first(wanted: Sequence[str]) -> str | None:
        return next((by_name[one] for one in wanted if one in by_name), None)

    name = name or beside(code, "NM") or first([re.sub("code$", "name", code.strip().lower()), *GENERIC_NAMES])
    if name is None or name == code:
        raise BadFile(
            f"{file} has no column that is known to hold the places' names. Its columns are {', '.join(columns)}. Which one is it? "
            "Name it with --name."
        )
    parent_name, parent_kind = None, PARENT_KIND.get(kind)
    if parent is None:
        found = find_parent_column(columns, kind)
        parent, parent_name, parent_kind = found if found else (first(GENERIC_PARENTS), None, parent_kind)
    if parent and parent_name is None:
        parent_name = beside(parent, "NM") or first([re.sub("code$", "name", parent.lower()), *GENERIC_PARENT_NAMES])
        prefix = re.match(r"[A-Za-z]+?(?=\d|CD)", parent)
        parent_kind = KIND_OF_PREFIX.get(prefix[0].upper(), parent_kind) if prefix else parent_kind
    return {
        "code": code,
        "name": name,
        "name_welsh": beside(code, "NMW") or first(["name_welsh", "welsh_name"]),
        "parent": parent,
        "parent_name": parent_name if parent_name != parent else None,
        "parent_kind": parent_kind if parent else None,
        "population": first(["population", "pop", "total_population"]),
        "population_date": first(["population_date", "population_year"]),
        "deprivation_decile": first(["deprivation_decile", "imd_decile", "uk_imd_e_pop_decile"]),
        "deprivation_source": first(["deprivation_source"]),
        "area_km2": first(["area_km2"]),
    }
