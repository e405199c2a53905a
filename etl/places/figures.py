"""Reads second files about places, matched by code: population, deprivation decile, and lookups that give parents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from etl.blanks import is_no_figure
from etl.places.made_codes import make_code
from etl.readers.reading import read_sheets, require_file
from etl.types import Sheet
from soundings.model import BadFile

AREA_PREFIXES = ("OA", "LSOA", "MSOA", "WD", "LAD", "RGN", "CTRY")
CODE_COLUMN = re.compile(rf"({'|'.join(AREA_PREFIXES)})(\d\d)CD", re.IGNORECASE)
KIND_OF_PREFIX = {
    "LSOA": "lsoa",
    "MSOA": "msoa",
    "WD": "ward",
    "LAD": "district",
    "RGN": "region",
    "CTRY": "country",
}
# Columns by the name they go by, in lower case, first choice first.
CODE_NAMES = (
    "geography_code",
    "place_code",
    "area_code",
    "ward_code",
    "lsoa_code",
    "msoa_code",
    "code",
    "lsoa",
    "msoa",
    "ward",
    "gss_code",
    "gss",
)
POPULATION_NAMES = ("population", "pop", "obs_value", "all ages", "total_population", "usual_residents")
HOUSEHOLD_NAMES = (
    "households",
    "household_count",
    "number_of_households",
    "number of households",
    "total_households",
    "total households",
    "all households",
    "no. of households",
)
HOUSEHOLD_DATE_NAMES = ("households_date", "household_date", "households_year")
DATE_NAMES = ("population_date", "date_name", "population_year")
DECILE_NAMES = (
    "deprivation_decile",
    "uk_imd_e_pop_decile",
    "imd_decile",
    "decile",
    "index of multiple deprivation (imd) decile",
)
AGE_NAMES = ("age_name", "c_age_name")
SEX_NAMES = ("gender_name", "sex_name", "c_sex_name")
# Nomis data sets of mid-year population estimates: 2014 and 2010 small areas, 2002 and 31 authorities.
MID_YEAR = re.compile(r"Nm-(2014|2010|2002|31)d", re.IGNORECASE)
TOTAL_AGES = ("all ages", "total", "all usual residents", "total: all usual residents")
TOTAL_SEXES = ("total", "all persons", "persons", "all")


@dataclass(frozen=True)
class Figures:
    """What one second file says, by code of place: values by field of `place` (text dates, int population, float decile).

    `parents`: code → (parent code, parent name, parent kind); empty where the file is no lookup.
    """

    file: str
    values: dict[str, dict[str, object]]
    parents: dict[str, tuple[str, str | None, str]]
    detected: dict[str, str]
    warnings: list[str]

    @property
    def codes(self) -> set[str]:
        """Every code the file has a row for."""
        return set(self.parents).union(*self.values.values())


@dataclass(frozen=True)
class AskedColumns:
    """The columns of figures that a person named, for the boundary file or a file of figures; None is found by its heading.

    `code`: the boundary file's column of codes, which a file of figures may have too. `made_codes`: the codes that were made of the
    names of its places, where it has none; a file of figures then tells its places by name.
    """

    population: str | None = None
    households: str | None = None
    deprivation: str | None = None
    code: str | None = None
    made_codes: frozenset[str] = frozenset()

    def of_field(self, field: str) -> str | None:
        """The column named for a field of `place`."""
        return self.deprivation if field == "deprivation_decile" else getattr(self, field, None)


def read_figures(path: Path, kind: str, asked: AskedColumns = AskedColumns()) -> Figures:  # noqa: B008 — frozen
    """The figures or the parents that a table gives for places of a kind: CSV, a spreadsheet or Parquet, as `load` reads them.

    Of a workbook the first sheet that gives any is read. Raises BadFile where none does.

    Shapes known: Nomis population downloads (the row of all ages is the total), mySociety's LSOA population and composite
    deprivation index, ONS lookups (LSOA21CD, WD24CD, LAD24CD), and plain columns code, population, population_date, households,
    deprivation_decile, deprivation_source.
    """
    path = Path(path)
    require_file(path, "file of figures")
    sheets = [put_made_codes(sheet, kind, asked.made_codes) for sheet in read_sheets(path)]
    with_codes = [sheet for sheet in sheets if _find_code(sheet, kind, asked)[0]]
    if not with_codes:
        raise BadFile(
            f"{path.name} has no column of place codes that is known. Its columns are {_list_columns(sheets)}; expected one such as "
            "code, GEOGRAPHY_CODE or WD25CD."
        )
    for sheet in with_codes:
        figures = _read_sheet(path, sheet, kind, asked)
        if figures.values or figures.parents:
            break
    else:
        raise BadFile(
            f"{path.name} has no column of population, of households, of a deprivation decile or of a larger place's code that is "
            f"known. Its columns are {_list_columns(with_codes)}; expected one such as population, households, deprivation_decile or "
            "LAD25CD. Name another with --population, --households or --deprivation."
        )
    if len(sheets) > 1:
        others = ", ".join(one.name for one in sheets if one is not sheet)
        figures.warnings.append(f"Of {path.name} the sheet {sheet.name} was read, and not {others}.")
    return figures


def put_made_codes(sheet: Sheet, kind: str, codes: Set[str]) -> Sheet:
    """The sheet with a column of codes made of its names, where one of its columns has the names of places; else the sheet.

    That column is the one with the most such names, if they are half of its cells or more. A name of several places has no code.
    """
    if not codes or CODE_NAMES[0] in sheet.table.column_names:
        return sheet
    best: tuple[int, list[str | None]] = (0, [])
    for column in sheet.table.columns:
        told = [make_code(kind, text) for text in column.to_pylist()]
        found = [code if code in codes else None for code in told]
        count = len(found) - found.count(None)
        if count > best[0] and 2 * count >= len(told) - told.count(None):
            best = (
                count,
                [code if code in codes else text for code, text in zip(told, column.to_pylist(), strict=True)],
            )
    if not best[0]:
        return sheet
    return replace(sheet, table=sheet.table.append_column(CODE_NAMES[0], pa.array(best[1], pa.string())))


def _find_code(sheet: Sheet, kind: str, asked: AskedColumns) -> tuple[str | None, list[str]]:
    """The column of codes: the one of the boundary file's name, else one that is known."""
    if asked.code in sheet.table.column_names:
        return asked.code, []
    return find_code_column(sheet.table.column_names, kind)


def _list_columns(sheets: list[Sheet]) -> str:
    return ", ".join(dict.fromkeys(name for sheet in sheets for name in sheet.table.column_names[:30]))


def _read_sheet(path: Path, sheet: Sheet, kind: str, asked: AskedColumns) -> Figures:
    """What one sheet gives; nothing where it has codes alone."""
    table = sheet.table
    names = {name.strip().lower(): name for name in table.column_names}
    code_column, vintage_warning = _find_code(sheet, kind, asked)
    parents = _read_parents(table, code_column, kind)
    values, detected, warnings = _read_values(path, table, names, code_column, asked)
    doubled = next((one for one in [code_column, *detected.values()] if f"{one} (2)" in table.column_names), None)
    if doubled:
        raise BadFile(f"Two columns of {path.name} are called {doubled}. Give each its own name.")
    return Figures(path.name, values, parents, {"code": code_column, **detected}, vintage_warning + warnings)


def find_code_column(columns: list[str], kind: str) -> tuple[str | None, list[str]]:
    """The column that holds the codes of places of this kind, or None; with a warning where two vintages offer themselves."""
    offered = sorted(
        (
            (found[2], name)
            for name in columns
            if (found := CODE_COLUMN.fullmatch(name.strip())) and KIND_OF_PREFIX.get(found[1].upper()) == kind
        ),
        reverse=True,
    )
    if offered:
        others = ", ".join(name for _, name in offered[1:])
        warning = [f"{offered[0][1]} was taken for the code; {others} stand there too."] if others else []
        return offered[0][1], warning
    by_name = {re.sub(r"[\s-]+", "_", name.strip().lower()): name for name in columns}
    nested = {key.rsplit("/", 1)[-1]: name for key, name in by_name.items() if "/" in key}
    found = next((by_name[name] for name in CODE_NAMES if name in by_name), None)
    return found or next((nested[name] for name in CODE_NAMES if name in nested), None), []


def _first(names: dict[str, str], wanted: tuple[str, ...]) -> str | None:
    return next((names[name] for name in wanted if name in names), None)


def _read_parents(table: pa.Table, code_column: str, kind: str) -> dict[str, tuple[str, str | None, str]]:
    """Parents by code, from a lookup whose own code column names a vintage (such as LSOA21CD → WD24CD)."""
    if not CODE_COLUMN.fullmatch(code_column.strip()):
        return {}
    parent = find_parent_column(list(table.column_names), kind)
    if parent is None:
        return {}
    column, name_column, parent_kind = parent
    codes, parents = table[code_column].to_pylist(), table[column].to_pylist()
    names = table[name_column].to_pylist() if name_column else [None] * len(codes)
    return {
        code.strip(): (above.strip(), name, parent_kind)
        for code, above, name in zip(codes, parents, names, strict=True)
        if code and above
    }


def find_parent_column(columns: list[str], kind: str) -> tuple[str, str | None, str] | None:
    """(code column, name column, kind) of the nearest larger places among columns in the ONS's form, or None."""
    order = {
        "oa": ("LSOA",),
        "lsoa": ("WD", "MSOA", "LAD"),
        "neighbourhood": ("WD", "LAD"),
        "msoa": ("LAD",),
        "ward": ("LAD",),
        "district": ("RGN", "CTRY"),
        "region": ("CTRY",),
    }
    for prefix in order.get(kind, ()):
        offered = sorted(
            (name for name in columns if re.fullmatch(rf"{prefix}(\d\d)?CD", name.strip(), re.IGNORECASE)), reverse=True
        )
        if offered:
            column = offered[0]
            name_column = re.sub(r"CD$", "NM", column.strip(), flags=re.IGNORECASE)
            named = next((name for name in columns if name.strip().upper() == name_column.upper()), None)
            return column, named, KIND_OF_PREFIX[prefix]
    return None


def _read_values(
    path: Path, table: pa.Table, names: dict[str, str], code_column: str, asked: AskedColumns
) -> tuple[dict[str, dict[str, object]], dict[str, str], list[str]]:
    """Values by field and code, which columns they come from, and what could not be read."""
    values: dict[str, dict[str, object]] = {}
    detected: dict[str, str] = {}
    warnings: list[str] = []
    rows = _keep_totals(path, table, names)
    codes = [(code or "").strip() for code in rows[code_column].to_pylist()]
    for field, wanted, parse in (
        ("population", POPULATION_NAMES, parse_count),
        ("households", HOUSEHOLD_NAMES, parse_count),
        ("deprivation_decile", DECILE_NAMES, parse_decile),
    ):
        column = asked.of_field(field) or _first(names, wanted)
        if column not in table.column_names:
            continue
        detected[field] = column
        values[field], unread = _collect(path, codes, rows[column].to_pylist(), parse, column)
        warnings += unread
    is_mid_year = "urn" in names and rows.num_rows and bool(MID_YEAR.match(rows[names["urn"]][0].as_py() or ""))
    for field, wanted in (("population", DATE_NAMES), ("households", (*HOUSEHOLD_DATE_NAMES, *DATE_NAMES))):
        if field in values:
            date_column = _first(names, wanted)
            dates = rows[date_column].to_pylist() if date_column else [guess_date(path.name)] * len(codes)
            values[f"{field}_date"] = {
                code: f"mid-{date.strip()}" if is_mid_year else date.strip()
                for code, date in zip(codes, dates, strict=True)
                if code and date
            }
    if "deprivation_decile" in values:
        source = _first(names, ("deprivation_source",))
        said = rows[source].to_pylist() if source else [f"{path.name}, {detected['deprivation_decile']}"] * len(codes)
        values["deprivation_source"] = {code: text for code, text in zip(codes, said, strict=True) if code and text}
    return values, detected, warnings


def _keep_totals(path: Path, table: pa.Table, names: dict[str, str]) -> pa.Table:
    """Of a table with a row for each age or sex only the rows of all ages and both sexes."""
    for columns, totals, what in ((AGE_NAMES, TOTAL_AGES, "all ages"), (SEX_NAMES, TOTAL_SEXES, "both sexes")):
        column = _first(names, columns)
        if column is None:
            continue
        is_total = [(text or "").strip().lower() in totals for text in table[column].to_pylist()]
        if not any(is_total):
            raise BadFile(
                f"{path.name} has a row for each group in {column}, but no row for {what}, so no total can be read from it. "
                "Download it again with the total included."
            )
        table = table.filter(pa.array(is_total))
    return table


def _collect(path: Path, codes: list[str], texts: list, parse, column: str) -> tuple[dict[str, object], list[str]]:
    """Values by code. Raises BadFile where one code has two different values: which is meant cannot be told."""
    found: dict[str, object] = {}
    unread, silent = [], Counter()
    for code, text in zip(codes, texts, strict=True):
        if not code or text is None or not text.strip():
            continue
        if is_no_figure(" ".join(text.split())):
            silent[text.strip()] += 1
            continue
        value = parse(text)
        if value is None:
            unread.append(f"{code} “{text}”")
        elif found.setdefault(code, value) != value:
            raise BadFile(
                f"{path.name} has two different values for {code} in {column} ({found[code]:g} and {value:g}). Keep one row for "
                "each place, such as one year only."
            )
    warnings = []
    if silent:
        warnings.append(say_no_figures(silent, column, path.name))
    if unread:
        shown = ", ".join(unread[:5]) + (" …" if len(unread) > 5 else "")
        warnings.append(
            f"{len(unread):,} values of {column} in {path.name} could not be read and are left empty: {shown}."
        )
    return found, warnings


def say_no_figures(silent: Counter[str], column: str, file: str) -> str:
    """That cells say in words or by a mark that there is no figure, with the words."""
    count = silent.total()
    return (
        f"{count:,} {'cell' if count == 1 else 'cells'} of {column} in {file} {'says' if count == 1 else 'say'} that there is no "
        f"figure, and {'is' if count == 1 else 'are'} left empty: {', '.join(f'“{word}”' for word in silent)}."
    )


def parse_count(text: str) -> int | None:
    """A whole number of people, with or without thousands separators (“1,954”); None where it is not one."""
    told = text.strip().replace("\u00a0", "").replace(" ", "")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.0+)?|\d+(\.0+)?", told):
        return int(told.replace(",", "").split(".")[0])
    return None


def parse_decile(text: str) -> float | None:
    """A decile from 1 (most deprived tenth) to 10, None where it is not one."""
    told = text.strip()
    if not re.fullmatch(r"\d{1,2}(\.\d+)?", told):
        return None
    return float(told) if 1 <= float(told) <= 10 else None


def guess_date(text: str) -> str | None:
    """The one year that a file's name names, None where there is none or more."""
    years = set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text))
    return years.pop() if len(years) == 1 else None
