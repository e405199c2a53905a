"""Reads second files about places, matched by code: population, deprivation decile, and lookups that give parents."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from etl.readers.reading import require_file
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


def read_figures(path: Path, kind: str) -> Figures:
    """The figures or the parents that a CSV file gives for places of a kind. Raises BadFile where it gives neither.

    Shapes known: Nomis population downloads (the row of all ages is the total), mySociety's LSOA population and composite
    deprivation index, ONS lookups (LSOA21CD, WD24CD, LAD24CD), and plain columns code, population, population_date,
    deprivation_decile, deprivation_source.
    """
    path = Path(path)
    table = _read_text_table(path)
    names = {name.strip().lower(): name for name in table.column_names}
    code_column, vintage_warning = find_code_column(list(table.column_names), kind)
    if code_column is None:
        raise BadFile(
            f"{path.name} has no column of place codes that is known. Its columns are {', '.join(table.column_names)}; expected "
            "one such as code, GEOGRAPHY_CODE or WD25CD."
        )
    parents = _read_parents(table, code_column, kind)
    values, detected, warnings = _read_values(path, table, names, code_column)
    if not values and not parents:
        raise BadFile(
            f"{path.name} has no column of population, of a deprivation decile or of a larger place's code. Its columns are "
            f"{', '.join(table.column_names)}; expected one such as population, deprivation_decile or LAD25CD."
        )
    return Figures(path.name, values, parents, {"code": code_column, **detected}, vintage_warning + warnings)


def _read_text_table(path: Path) -> pa.Table:
    """A CSV file (UTF-8, with or without BOM, or else Windows-1252) as text, blank cells null."""
    require_file(path, "CSV file")
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    header = next(csv.reader(text[: 1 << 16].splitlines()[:1]), [])
    if not header:
        raise BadFile(f"{path.name} is empty. Expected a line of column names and a line for each place.")
    if len(set(header)) != len(header):
        raise BadFile(f"Two columns of {path.name} have the same name. Give each its own name.")
    try:
        return pa_csv.read_csv(
            pa.BufferReader(text.encode()),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in header}, strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid as error:
        raise BadFile(f"{path.name} cannot be read as CSV: {error}") from error


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
    by_name = {name.strip().lower(): name for name in columns}
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
    path: Path, table: pa.Table, names: dict[str, str], code_column: str
) -> tuple[dict[str, dict[str, object]], dict[str, str], list[str]]:
    """Values by field and code, which columns they come from, and what could not be read."""
    values: dict[str, dict[str, object]] = {}
    detected: dict[str, str] = {}
    warnings: list[str] = []
    rows = _keep_totals(path, table, names)
    codes = [(code or "").strip() for code in rows[code_column].to_pylist()]
    for field, wanted, parse in (
        ("population", POPULATION_NAMES, parse_count),
        ("deprivation_decile", DECILE_NAMES, parse_decile),
    ):
        column = _first(names, wanted)
        if column is None:
            continue
        detected[field] = column
        values[field], unread = _collect(path, codes, rows[column].to_pylist(), parse, column)
        warnings += unread
    date_column = _first(names, DATE_NAMES)
    if "population" in values:
        dates = rows[date_column].to_pylist() if date_column else [guess_date(path.name)] * len(codes)
        is_mid_year = "urn" in names and bool(MID_YEAR.match(rows[names["urn"]][0].as_py() or ""))
        values["population_date"] = {
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
    unread = []
    for code, text in zip(codes, texts, strict=True):
        if not code or text is None or not text.strip():
            continue
        value = parse(text)
        if value is None:
            unread.append(f"{code} “{text}”")
        elif found.setdefault(code, value) != value:
            raise BadFile(
                f"{path.name} has two different values for {code} in {column} ({found[code]:g} and {value:g}). Keep one row for "
                "each place, such as one year only."
            )
    if not unread:
        return found, []
    shown = ", ".join(unread[:5]) + (" …" if len(unread) > 5 else "")
    return found, [f"{len(unread):,} values of {column} in {path.name} could not be read and are left empty: {shown}."]


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
