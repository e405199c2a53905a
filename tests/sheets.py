"""Files with several sheets in every format, and what an upload of one comes to: for tests of questions about sheets."""

from __future__ import annotations

import hashlib
import io
import zipfile

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from etl.loading import ReadOptions
from etl.questions.types import Question
from etl.types import Sheet
from etl.uploads.mapping import ACTIVITY, ColumnMapping
from etl.uploads.preview import preview_upload
from etl.uploads.uploading import Prepared, Wanted, prepare_upload, read_upload
from soundings.home import Home

Rows = list[list[str]]


def as_xlsx(sheets: dict[str, Rows], change=None) -> bytes:
    """A workbook; `change` is given it before it is saved."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append([cell or None for cell in row])
    if change:
        change(book)
    book.save(out)
    return out.getvalue()


def as_xls(sheets: dict[str, Rows], hidden: tuple[int, ...] = ()) -> bytes:
    """A workbook of Excel 97; `hidden`: the rows (from 1) that are hidden in every sheet."""
    book, out = xlwt.Workbook(), io.BytesIO()
    for name, rows in sheets.items():
        page = book.add_sheet(name)
        for at, row in enumerate(rows):
            for across, cell in enumerate(row):
                page.write(at, across, cell)
        for row in hidden:
            page.row(row - 1).hidden = True
    book.save(out)
    return out.getvalue()


def as_ods(sheets: dict[str, Rows], hidden: dict[str, tuple[int, ...]] | None = None) -> bytes:
    """A document; `hidden`: the rows of each sheet (from 1) that a filter hides."""
    book, out = OpenDocumentSpreadsheet(), io.BytesIO()
    for name, rows in sheets.items():
        table = Table(name=name)
        for number, row in enumerate(rows, start=1):
            is_hidden = number in (hidden or {}).get(name, ())
            line = TableRow(visibility="filter") if is_hidden else TableRow()
            for value in row:
                cell = TableCell(valuetype="string")
                if value:
                    cell.addElement(P(text=value))
                line.addElement(cell)
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.save(out)
    return out.getvalue()


def as_csv(rows: Rows, delimiter: str = ",") -> bytes:
    return "\n".join(delimiter.join(row) for row in rows).encode() + b"\n"


def as_zip(sheets: dict[str, Rows]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, rows in sheets.items():
            archive.writestr(f"{name}.csv", as_csv(rows))
    return out.getvalue()


def look(
    home: Home,
    content: bytes,
    name: str,
    columns: dict[str, str],
    *answers: tuple[str, str],
    each_row: str = ACTIVITY,
) -> Prepared:
    """The upload with its columns matched, and these questions answered."""
    return look_at(home, content, name, columns, *answers, each_row=each_row)[0]


def look_at(
    home: Home,
    content: bytes,
    name: str,
    columns: dict[str, str],
    *answers: tuple[str, str],
    each_row: str = ACTIVITY,
) -> tuple[Prepared, list[Sheet], Wanted]:
    """The same, with the sheets as they were read and what was wanted."""
    sheets = read_upload(name, content, ReadOptions())
    mapping = ColumnMapping(tuple(columns.items()), "Harbour Hub", each_row)
    wanted = Wanted(options=ReadOptions(answers=answers), mapping=mapping)
    return prepare_upload(home, name, hashlib.sha256(content).hexdigest(), sheets, wanted), sheets, wanted


def added(home: Home, prepared: Prepared) -> tuple[str, ...]:
    return preview_upload(home, prepared).added


def asked(prepared: Prepared) -> dict[str, Question]:
    """The questions by their ids."""
    return {question.id: question for question in prepared.questions}


def left(prepared: Prepared) -> dict[str, list[int]]:
    """Sheet → the rows that were left out."""
    found: dict[str, list[int]] = {}
    for one in prepared.manifest.get("left_out", ()):
        found.setdefault(one["sheet"], []).extend(one["rows"])
    return found
