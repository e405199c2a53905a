"""The rows of a boundary file, one for each place: checked texts, parsed figures, and shapes that are valid."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from etl.blanks import is_no_figure
from etl.places.figures import Figures, parse_count, parse_decile, say_no_figures
from etl.places.files import BoundaryFile
from etl.places.left_out import FIRST_ROW, LeftOut
from etl.places.made_codes import make_codes, name_numbers
from etl.places.mended import mend_shapes
from etl.places.sentences import list_some
from soundings.model import BadFile

GOES_WITH = {
    "population_date": "population",
    "households_date": "households",
    "deprivation_source": "deprivation_decile",
}
PARSERS = (
    ("population", parse_count),
    ("households", parse_count),
    ("deprivation_decile", parse_decile),
)


def read_rows(
    read: BoundaryFile,
    columns: dict[str, str | None],
    kind: str,
    file: str,
    warnings: list[str],
    left_out: list[LeftOut],
) -> pd.DataFrame:
    """One row per place: text columns as in `place`, figures of the same file, and `shape`, valid and polygonal.

    A place without a code, or of whose outline nothing can be used, is added to `left_out` and named in `warnings`. Its row
    stays, with a null place_code or shape, because the larger place around it is whole only with it.
    """

    def texts(what: str) -> pd.Series:
        column = columns[what]
        if column is None:
            return pd.Series([None] * len(read.shapes), dtype=object)
        return pd.Series([_to_text(value) for value in read.columns[column].tolist()], dtype=object)

    frame = pd.DataFrame({"place_code": texts("code"), "kind": kind, "name": texts("name")})
    for what in ("name_welsh", "population_date", "households_date", "deprivation_source"):
        frame[what] = texts(what)
    frame["parent_code"], frame["parent_name"] = texts("parent"), texts("parent_name")
    frame["parent_kind"] = columns["parent_kind"]
    name_numbers(frame, kind, columns["name"], warnings)
    if columns["code"] is None:
        make_codes(frame, kind, columns["name"], file, warnings)
    code = columns["code"] or columns["name"]
    left_out += _find_without_code(frame, code, file, warnings)
    _check_codes(frame, code, file)
    is_unnamed = frame["name"].isna() & frame["place_code"].notna()
    if is_unnamed.any():
        warnings.append(
            f"{int(is_unnamed.sum()):,} places in {file} have no name in {columns['name']} and go by their code: "
            f"{list_some(frame.loc[is_unnamed, 'place_code'])}."
        )
        frame.loc[is_unnamed, "name"] = frame.loc[is_unnamed, "place_code"]
    for what, parse in (*PARSERS, ("area_km2", _parse_number)):
        said = texts(what)
        is_silent = said.map(lambda text: text is not None and is_no_figure(" ".join(text.split())))
        if is_silent.any():
            warnings.append(say_no_figures(Counter(said[is_silent]), columns[what], file))
            said[is_silent] = None
        frame[what] = pd.Series([parse(text) if text else None for text in said], dtype=object)
        unread = said.notna() & frame[what].isna()
        if unread.any():
            warnings.append(
                f"{int(unread.sum()):,} values of {columns[what]} in {file} could not be read and are left empty: "
                f"{list_some(said[unread])}."
            )
    frame["shape"] = mend_shapes(read.shapes, _name_each(frame), file, warnings, left_out, read.closed)
    return frame


def _to_text(value: object) -> str | None:
    """A cell as text; whole numbers without “.0”; blank is None."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _parse_number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if np.isfinite(value) and value > 0 else None


def _find_without_code(frame: pd.DataFrame, column: str, file: str, warnings: list[str]) -> list[LeftOut]:
    """The places that have no code, named in a warning. Raises BadFile where most have none: then the column is another."""
    blank = np.flatnonzero(frame["place_code"].isna())
    if 2 * len(blank) > len(frame):
        raise BadFile(
            f"{len(blank):,} of {len(frame):,} places in {file} have no code in {column} (place {list_some(blank + 1)} in the file). "
            "Every place needs a code of its own; is another column the code? Name it with --code."
        )
    if not len(blank):
        return []
    names = [frame["name"].iloc[at] for at in blank]
    called = [name or f"place {at + 1} in the file" for at, name in zip(blank, names, strict=True)]
    is_one = len(blank) == 1
    warnings.append(
        f"{len(blank):,} of {len(frame):,} places in {file} {'has' if is_one else 'have'} no code in {column} and "
        f"{'was' if is_one else 'were'} left out: {list_some(called)}. Give {'it a code' if is_one else 'each a code'} in the file and "
        "add the file again."
    )
    return [
        LeftOut(
            int(at) + FIRST_ROW, column, None, f"{name or 'This place'} has no code in {column}, so it was left out."
        )
        for at, name in zip(blank, names, strict=True)
    ]


def _check_codes(frame: pd.DataFrame, column: str, file: str) -> None:
    """Raises BadFile where a place shares its code with another."""
    codes = frame["place_code"].dropna()
    twice = codes[codes.duplicated()].unique()
    if len(twice):
        raise BadFile(
            f"{len(twice):,} codes in {column} of {file} stand there more than once: {list_some(twice)}. Every place needs a code of "
            "its own. Is another column the code (--code)? If one place is in several pieces, join them into one first."
        )


def _name_each(frame: pd.DataFrame) -> pd.Series:
    """What each place is called in a sentence, “E07000901 (Skerry)”; None for one without a code."""
    codes, names = frame["place_code"], frame["name"].fillna(frame["place_code"])
    called = codes.where(codes == names, codes + " (" + names + ")").astype(object)
    return called.where(codes.notna(), None)


def add_figures(frame: pd.DataFrame, figures: Figures, file: str, warnings: list[str]) -> None:
    """Puts figures and parents into the rows by code, and says how many codes did not match, in each direction."""
    warnings += figures.warnings
    here, there = set(frame["place_code"].dropna()), figures.codes
    for column, values in figures.values.items():
        new = frame["place_code"].map(values)
        # A date or source goes with its figure: a new figure without one does not keep the old one's.
        is_told = frame["place_code"].isin(figures.values.get(GOES_WITH.get(column, column), {}))
        frame[column] = new.where(is_told, frame[column]).astype(object)
    if figures.parents:
        for position, column in enumerate(("parent_code", "parent_name", "parent_kind")):
            new = frame["place_code"].map({code: parent[position] for code, parent in figures.parents.items()})
            is_matched = frame["place_code"].isin(set(figures.parents))
            frame[column] = new.where(is_matched, frame[column]).astype(object)
    without = sorted(here - there)
    if without:
        none = "None" if len(without) == len(here) else f"{len(here) - len(without):,}"
        warnings.append(
            f"{none} of the {len(here):,} places in {file} {'is' if none == 'None' else 'are'} in {figures.file}; without a figure "
            f"from it: {list_some(without)}. Codes change from year to year: are both of the same year?"
        )
    if there - here:
        warnings.append(
            f"{len(there - here):,} of the {len(there):,} codes in {figures.file} are not in {file} and were left out."
        )
