"""Which columns of a boundary file hold the places' codes, names, parents and figures."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from etl.places.figures import (
    HOUSEHOLD_DATE_NAMES,
    HOUSEHOLD_NAMES,
    KIND_OF_PREFIX,
    AskedColumns,
    find_code_column,
    find_parent_column,
)
from etl.places.files import BoundaryFile
from etl.places.made_codes import are_codes
from etl.places.proposing import Proposal, find_gss_column, propose
from etl.readers.cells import text_of
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
    read: BoundaryFile,
    file: str,
    kind: str,
    code,
    name,
    parent,
    warnings: list[str],
    command: str,
    asked_figures: AskedColumns,
) -> dict[str, str | None]:
    """Which column is the code, the name, the Welsh name, the parent's code and name, and figures in the same file.

    “code” is None where the file has names or numbers alone and codes are to be made of them. `command`: the command that was
    given, without --code and --name; the question that BadFile asks ends in it.
    """
    columns = [str(column) for column in read.columns.columns]
    by_name = {column.strip().lower(): column for column in columns}
    by_end = {key.rsplit("/", 1)[-1]: column for key, column in by_name.items()}
    for option, asked in (("--code", code), ("--name", name), ("--parent", parent)):
        if asked is not None and asked not in columns:
            raise BadFile(_say_absent(asked, option, file, columns))
    is_asked = code is not None
    if code is None:
        code, doubt = find_code_column(columns, kind)
        warnings += doubt
    if code is None and (code := find_gss_column(read.columns)):
        warnings.append(f"{code} was taken for the code: every value of it is a GSS code of its own.")

    def beside(column: str | None, ending: str) -> str | None:
        found = column and re.sub(r"CD$", ending, column.strip(), flags=re.IGNORECASE)
        return by_name.get(found.lower()) if found and found != column.strip() else None

    def first(wanted: Sequence[str]) -> str | None:
        return next((by_name[one] for one in wanted if one in by_name), None)

    def figure(field: str, wanted: Sequence[str]) -> str | None:
        asked = asked_figures.of_field(field)
        return first(wanted) if asked is None else asked if asked in columns else None

    if name is None:
        likely = [re.sub("code$", "name", (code or "").strip().lower()), *GENERIC_NAMES]
        likely = [one for one in likely if one != (code or "").strip().lower()]
        name = (
            beside(code, "NM") or first(likely) or next((by_end[one] for one in GENERIC_NAMES if one in by_end), None)
        )
    code, name = _settle(propose(read.columns, command), code, name, is_asked, file, columns, read)
    parent_name, parent_kind = None, PARENT_KIND.get(kind)
    if parent is None:
        found = find_parent_column(columns, kind)
        parent, parent_name, parent_kind = found if found else (first(GENERIC_PARENTS), None, parent_kind)
    if parent and parent_name is None:
        parent_name = beside(parent, "NM") or first([re.sub("code$", "name", parent.lower()), *GENERIC_PARENT_NAMES])
        prefix = re.match(r"[A-Za-z]+?(?=\d|CD)", parent)
        parent_kind = KIND_OF_PREFIX.get(prefix[0].upper(), parent_kind) if prefix else parent_kind
    if parent is None:
        parent_name = first(GENERIC_PARENT_NAMES)
    return {
        "code": code,
        "name": name,
        "name_welsh": beside(code, "NMW") or first(["name_welsh", "welsh_name"]),
        "parent": parent,
        "parent_name": parent_name if parent_name not in (parent, name) else None,
        "parent_kind": parent_kind if parent else None,
        "population": figure("population", ["population", "pop", "total_population"]),
        "population_date": first(["population_date", "population_year"]),
        "households": figure("households", HOUSEHOLD_NAMES),
        "households_date": first(HOUSEHOLD_DATE_NAMES),
        "deprivation_decile": figure("deprivation_decile", ["deprivation_decile", "imd_decile", "uk_imd_e_pop_decile"]),
        "deprivation_source": first(["deprivation_source"]),
        "area_km2": first(["area_km2"]),
    }


def _settle(
    proposal: Proposal,
    code: str | None,
    name: str | None,
    is_asked: bool,
    file: str,
    columns: list[str],
    read: BoundaryFile,
) -> tuple[str | None, str]:
    """The columns of the codes (None: to be made of the names) and of the names. Raises BadFile, with a command, where neither the
    person nor the headings say which they are."""
    if code is not None and name is not None and name != code:
        return code, name
    other_names = [column for column in proposal.names if column != code]
    other_codes = [column for column in proposal.codes if column not in (code, name)]
    if code is not None and name is None and other_names:
        raise BadFile(_ask(file, "names", columns, proposal, code, other_names[0]))
    if code is not None:  # one column for both, asked for or because there is no other
        texts = [text_of(value) for value in read.columns[code].tolist()]
        return (code if are_codes(texts) else None), code
    if name is not None and not other_codes:
        return None, name
    if name is None and len(columns) == 1:
        return None, columns[0]
    guessed = name or next(iter([*other_names, *other_codes]), None)
    if guessed is None:
        raise BadFile(
            f"{file} has no column that could hold the places' codes or names. Its columns are {', '.join(columns)}. If one does, name "
            "it with --code and --name; the same column may be given for both."
        )
    raise BadFile(_ask(file, "codes", columns, proposal, next(iter(other_codes), guessed), guessed))


def _ask(file: str, what: str, columns: list[str], proposal: Proposal, code: str, name: str) -> str:
    """The question which columns are meant, with the command for the likeliest answer first."""
    asked = f"{file} has no column that is known to hold the places' {what}. "
    if code == name:
        return f"{asked}If {code} names them, run: {proposal.write_command(code, code)} . Its columns are {', '.join(columns)}."
    return (
        f"{asked}If {code} holds the codes and {name} the names, run: {proposal.write_command(code, name)} . If it has no codes, give "
        f"the names twice, --code {shlex.quote(name)} --name {shlex.quote(name)}, and codes are made of them. Its columns are "
        f"{', '.join(columns)}."
    )


def _say_absent(asked: str, option: str, file: str, columns: list[str]) -> str:
    """That a file has no such column; where it is an object, which columns are inside it."""
    inside = [column for column in columns if column.startswith(f"{asked}/")]
    if not inside:
        return f"{file} has no column {asked} ({option}). Its columns are {', '.join(columns)}."
    return (
        f"{asked} of {file} holds columns of its own: {', '.join(inside)}. Which one is meant? Name it, such as {option} "
        f"{shlex.quote(inside[-1] if len(inside) == 1 else next((one for one in inside if one.endswith('/gss')), inside[0]))}."
    )
