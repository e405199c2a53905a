"""Text files with delimiters (CSV, TSV and their kin) as sheets: a fast path for regular files, a careful one for the rest."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from etl.readers import headers
from etl.readers.cells import blanks_to_null
from etl.readers.delimiters import delimiter_named, find_delimiter, word_for
from etl.readers.encodings import Decoded, decode
from etl.types import Sheet
from soundings.model import BadFile

HEAD_BYTES = 1 << 18
LONGEST_CELL = 16_000_000


def read_csv_bytes(
    data: bytes,
    name: str,
    what: str,
    *,
    header_row: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Sheet:
    """One sheet from the bytes of a text file. Row numbers count records as a spreadsheet shows them, blank ones too.

    `what` names the file in messages. BadFile: not text, empty, a quotation mark never closed.
    """
    decoded = decode(data, encoding, what)
    if not decoded.utf8.strip():
        raise BadFile(f"{what} is empty: it holds no text at all. Check that the export finished, and send it again.")
    csv.field_size_limit(LONGEST_CELL)
    sample = _head(decoded.utf8)
    sign, first_row = _delimiter_line(sample)
    if delimiter:
        sign = delimiter_named(delimiter)
    sign = sign or find_delimiter(sample)
    detected = {"format": "TSV" if sign == "\t" else "CSV", "encoding": decoded.encoding, "delimiter": word_for(sign)}
    rows = _head_records(sample, sign, is_whole=len(sample.encode()) >= len(decoded.utf8))
    searched = [[] if at < first_row else row for at, row in enumerate(rows)]
    header = headers.choose_header(searched, header_row, what)
    if header is not None:
        sheet = _read_fast(decoded, name, sign, rows, header, detected)
        if sheet is not None:
            return sheet
    return _read_carefully(decoded, name, what, sign, first_row, header_row, detected)


def _head(utf8: bytes) -> str:
    """The first lines of the text, whole lines only."""
    if len(utf8) <= HEAD_BYTES:
        return utf8.decode()
    cut = max(utf8.rfind(b"\n", 0, HEAD_BYTES), utf8.rfind(b"\r", 0, HEAD_BYTES)) + 1
    return utf8[: cut or HEAD_BYTES].decode(errors="ignore")


def _delimiter_line(sample: str) -> tuple[str | None, int]:
    """The delimiter that a first line such as `sep=;` names for spreadsheets, and how many records that line takes."""
    found = re.match(r'"?sep=(.)"?[\r\n]', sample, re.IGNORECASE)
    if not found:
        return None, 0
    return (None if found.group(1) in '"\r' else found.group(1)), 1


def _head_records(sample: str, sign: str, is_whole: bool) -> list[list[str]]:
    try:
        rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=sign))
    except csv.Error:
        return []
    return rows if is_whole or len(rows) < 2 else rows[:-1]


def _read_fast(
    decoded: Decoded, name: str, sign: str, rows: list[list[str]], header: int, detected: dict[str, str]
) -> Sheet | None:
    """The sheet read by Arrow on all cores, or None when any row is not as wide as the header or quotes do not pair."""
    has_quotes = b'"' in decoded.utf8
    if not sign.isascii():  # Arrow parts cells by a single byte
        return None
    if has_quotes and decoded.utf8.count(b'"') % 2:
        return None
    is_irregular = []

    def note_irregular(row: arrow_csv.InvalidRow) -> str:
        is_irregular.append(row.expected_columns)
        return "skip"

    width = len(rows[header])
    if width == 1 and not _is_sure_of_one_column(decoded.utf8):
        return None
    positions = [str(at) for at in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(decoded.utf8.rstrip(b"\r\n")),
            read_options=arrow_csv.ReadOptions(
                column_names=positions, skip_rows_after_names=header + 1, block_size=4 << 20
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=sign,
                newlines_in_values=has_quotes,
                ignore_empty_lines=False,
                invalid_row_handler=note_irregular,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(positions, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if is_irregular:
        return None
    return _sheet_from_arrow(table, name, rows, header, detected, decoded.notes)


def _is_sure_of_one_column(utf8: bytes) -> bool:
    """Whether Arrow and a spreadsheet count the rows of a one-column file alike: only where no line is blank."""
    return b"\n\n" not in utf8 and b"\n\r\n" not in utf8 and b"\r\r" not in utf8


def _sheet_from_arrow(
    table: pa.Table, name: str, rows: list[list[str]], header: int, detected: dict[str, str], notes: tuple[str, ...]
) -> Sheet:
    columns = [blanks_to_null(column) for column in table.columns]
    numbers = np.arange(header + 2, header + 2 + table.num_rows, dtype=np.int32)
    said = [*notes, *headers.title_notes(rows, header)]
    left_out = 0
    if table.num_rows and all(column.null_count for column in columns):
        is_row = np.zeros(table.num_rows, dtype=bool)
        for column in columns:
            is_row |= pc.is_valid(column).to_numpy()
        left_out = table.num_rows - int(is_row.sum())
        if left_out:
            columns = [column.filter(pa.array(is_row)) for column in columns]
            numbers = numbers[is_row]
    used = [
        at
        for at, column in enumerate(columns)
        if headers.clean_name(rows[header][at]) or column.null_count < len(column)
    ]
    names, name_notes = headers.name_columns(rows[header], used)
    said += name_notes
    if len(numbers) and (gaps := int(numbers[-1]) - header - 1 - len(numbers)):
        said.append(headers.blank_rows_note(gaps))
    sheet_table = pa.table([columns[at] for at in used], names=names)
    return Sheet(name, sheet_table, pa.array(numbers), headers.finish_detected(detected, header + 1, said))


def _read_carefully(
    decoded: Decoded, name: str, what: str, sign: str, first_row: int, header_row: int | None, detected: dict[str, str]
) -> Sheet:
    """The sheet read record by record, keeping cells past the header and noting rows that fall short."""
    rows = _all_records(decoded.utf8, sign, what)
    searched = [[] if at < first_row else row for at, row in enumerate(rows)]
    header = headers.choose_header(searched, header_row, what)
    if header is None:
        raise BadFile(f"{what} is empty: every row is blank. Check that the export finished, and send it again.")
    notes = [*decoded.notes, *headers.title_notes(rows, header)]
    return headers.sheet_from_rows(name, rows, header, detected, notes)


def _all_records(utf8: bytes, sign: str, what: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(utf8.decode(), newline=""), delimiter=sign)
    rows: list[list[str]] = []
    lines_before_last = 0
    try:
        for row in reader:
            rows.append(row)
            last_ends, lines_before_last = lines_before_last, reader.line_num
    except csv.Error as error:
        raise BadFile(
            f"Row {len(rows) + 1} of {what} holds a cell of more than {LONGEST_CELL:,} characters: a quotation mark may never be closed. Open the file, close it, and send it again."
        ) from error
    if rows and b'"' in utf8 and _is_left_open(utf8, sign, last_ends):
        raise BadFile(
            f"In row {len(rows)} of {what} a quotation mark opens and is never closed, so the rest of the file would be one cell. Close it or take it out, and send the file again."
        )
    return rows


def _is_left_open(utf8: bytes, sign: str, line: int) -> bool:
    """Whether the last record ends inside quotation marks: read strictly, its text then ends too early."""
    text = "".join(io.StringIO(utf8.decode(), newline="").readlines()[line:])
    try:
        list(csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False
