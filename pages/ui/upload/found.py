"""What was found out about a file, in a line of plain words, and the boxes that put it right."""

from __future__ import annotations

import streamlit as st

from etl.loading import ReadOptions
from etl.parsing import DATE_ORDERS
from etl.specs import read_sound_specs
from etl.types import Sheet
from etl.uploads.sheets import is_hidden
from pages.ui.explaining import escape
from pages.ui.upload.state import Said, Upload, read_sheets
from soundings.home import Home
from soundings.model import BadFile
from soundings.views import say_count

ENCODINGS = {
    "utf-8": "UTF-8",
    "windows-1252": "Windows-1252 (Western Europe)",
    "utf-16": "UTF-16",
    "mac-roman": "Mac Roman",
}
DELIMITERS = {"comma": "Comma", "semicolon": "Semicolon", "tab": "Tab", "pipe": "Pipe |"}
SYSTEMS = {
    "EPSG:4326": "Longitude and latitude (EPSG:4326)",
    "EPSG:27700": "British National Grid (EPSG:27700)",
    "EPSG:29902": "Irish Grid (EPSG:29902)",
    "EPSG:3857": "Web Mercator (EPSG:3857)",
}
ORDERS = dict(zip(DATE_ORDERS, ("Day first: 3/4/2025 is 3 April", "Month first: 3/4/2025 is March 4"), strict=True))
DECIMALS = {"comma": "comma, as in 53,801", "point": "point, as in 53.801"}
EPOCHS = {1900: "1900 (Excel for Windows, and nearly all files)", 1904: "1904 (some old Excel for Mac files)"}
NONE_OF_THESE = "none"
SHOWN_SHEETS = 6


def show_found(sheets: list[Sheet]) -> None:
    """A line for each sheet: how it was read, how many rows and columns it has; then what was noticed on the way."""
    for sheet in sheets[:SHOWN_SHEETS]:
        st.markdown(f":material/table: {say_found(sheet)}")
        if notes := sheet.detected.get("notes"):
            st.caption(escape(f"Noticed: {notes}."))
    if len(sheets) > SHOWN_SHEETS:
        st.caption(f"… and {len(sheets) - SHOWN_SHEETS:,} more sheets.")


def note_hidden(sheets: list[Sheet]) -> None:
    """Of a file of a known kind: that what stands in hidden sheets counts, and how to leave it out."""
    hidden = ", ".join(f"“{escape(sheet.name)}”" for sheet in sheets if is_hidden(sheet))
    if hidden:
        st.info(
            f"Hidden in the workbook, and its rows count like any others: {hidden}. To leave it out, show the sheet in your "
            "spreadsheet program, delete it there, and drop the file again."
        )


def say_found(sheet: Sheet) -> str:
    """“**12 rows**, 3 columns · CSV · utf-8 · comma between cells · column names in row 1”."""
    found = sheet.detected
    parts = [f"**{say_count(sheet.table.num_rows, 'rows')}**, {say_count(sheet.table.num_columns, 'columns')}"]
    parts += [escape(found["format"])] if found.get("format") else []
    parts += [f"sheet “{escape(found['sheet'])}”"] if found.get("sheet") else []
    parts += [f"layer “{escape(found['layer'])}”"] if found.get("layer") else []
    parts += [escape(ENCODINGS.get(found["encoding"], found["encoding"]))] if found.get("encoding") else []
    parts += [f"{escape(found['delimiter'])} between cells"] if found.get("delimiter") else []
    parts += [f"column names in row {escape(found['header_row'])}"] if found.get("header_row") else []
    parts += [f"coordinates in {escape(found['crs'])}"] if found.get("crs") else []
    return " · ".join(parts)


def choose_reading(upload: Upload, said: Said) -> ReadOptions:
    """How the file is to be read: as found out, unless a person says otherwise in the boxes."""
    with st.expander("Read it differently"):
        st.caption("Each stays as it was found unless you choose.")
        columns = st.columns(3)
        with columns[0]:
            sheet = choose(
                "Sheet or layer", upload.key("sheet"), {name: name for name in list_sheets(upload)}, "All of them"
            )
            header = st.number_input(
                "Row with the column names", 1, 10_000, None, 1, key=upload.key("header"), placeholder="As found"
            )
        with columns[1]:
            encoding = choose("Letters (encoding)", upload.key("encoding"), ENCODINGS)
            delimiter = choose("Between cells", upload.key("delimiter"), DELIMITERS)
        with columns[2]:
            crs = choose("Coordinates", upload.key("crs"), SYSTEMS)
            epoch = choose("Excel’s day numbers count from", upload.key("epoch"), EPOCHS)
            decimal = choose("Decimal sign", upload.key("decimal"), DECIMALS)
    return ReadOptions(
        sheet,
        int(header) if header else None,
        encoding,
        delimiter,
        crs,
        said.drop,
        said.date_order,
        epoch,
        said.answers,
        decimal,
    )


def choose(label: str, key: str, options: dict, otherwise: str = "As found"):
    """One of the options, or None for what was found."""
    return st.selectbox(label, [None, *options], format_func=lambda value: options.get(value, otherwise), key=key)


def list_sheets(upload: Upload) -> list[str]:
    """The names of the sheets, where there are several."""
    try:
        sheets = read_sheets(upload, ReadOptions())
    except BadFile:
        return []
    return [sheet.name for sheet in sheets] if len(sheets) > 1 else []


def choose_source(home: Home, upload: Upload, fitting: list[str]) -> str | None:
    """The source that the file is of: as recognised by its columns, or as chosen; None where its columns are to be matched."""
    specs, problems = read_sound_specs(home)
    for problem in problems:
        st.warning(f"A source of your own is passed over, because its spec is wrong. {escape(problem)}")
    titles = {name: spec.title for name, spec in specs.items()}
    options = [*fitting, *sorted((name for name in specs if name not in fitting), key=titles.get)]
    labels = titles | {NONE_OF_THESE: "None of these: match the columns myself"}
    start = 0 if len(fitting) == 1 else None
    ordered = [*options, NONE_OF_THESE] if fitting else [NONE_OF_THESE, *options]
    if not fitting:
        start = 0
    chosen = st.selectbox(
        "What kind of file it is",
        ordered,
        index=start,
        format_func=labels.get,
        key=upload.key("source"),
        placeholder="Choose one",
        help="Recognised by its columns. Change it where that is wrong.",
    )
    if len(fitting) == 1 and chosen == fitting[0]:
        st.caption(":material/check: Recognised by its columns.")
    elif not fitting and chosen == NONE_OF_THESE:
        st.caption("No known kind of file has these columns. Say below what each column is; it takes a minute, once.")
    elif len(fitting) > 1 and chosen is None:
        st.warning(f"It could be any of {len(fitting)} kinds. Choose one to go on.")
        st.stop()
    return None if chosen == NONE_OF_THESE else chosen
