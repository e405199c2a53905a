"""Messy spreadsheets."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from tests.messy import Kept, Refused, written


def workbook(*sheets: tuple[str, list[list]], name: str = "a.xlsx", change=None):
    """A maker of an XLSX with these sheets; `change` is given the workbook before it is saved."""

    def make(folder: Path) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets:
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        if change:
            change(book)
        book.save(folder / name)
        return folder / name

    return make


def old_workbook(rows: list[list], name: str = "a.xls"):
    """A maker of an XLS with one sheet, 'Sheet1'."""

    def make(folder: Path) -> Path:
        book = xlwt.Workbook()
        sheet = book.add_sheet("Sheet1")
        day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
        for at, row in enumerate(rows):
            for across, value in enumerate(row):
                sheet.write(at, across, value, day) if isinstance(value, dt.date) else sheet.write(at, across, value)
        book.save(str(folder / name))
        return folder / name

    return make


def open_document(rows: list[list[str]], name: str = "a.ods"):
    """A maker of an ODS with one sheet, 'Sheet1', of text."""

    def make(folder: Path) -> Path:
        book = OpenDocumentSpreadsheet()
        table = Table(name="Sheet1")
        for row in rows:
            line = TableRow()
            for value in row:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=value))
                line.addElement(cell)
            table.addElement(line)
        book.spreadsheet.addElement(table)
        book.save(str(folder / name))
        return folder / name

    return make


def _hide(book) -> None:
    book["hidden"].sheet_state = "hidden"


def _merge_group(book) -> None:
    sheet = book["counts"]
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:C1")


def _merge_across(book) -> None:
    book["counts"].merge_cells("A1:B1")


def _merge_rows(book) -> None:
    book["counts"].merge_cells("A2:A3")


def _cut_short(folder: Path) -> Path:
    path = workbook(("counts", [["ward", "people"], ["Harbour", 1]]))(folder)
    path.write_bytes(path.read_bytes()[:-200])
    return path


def _no_inside(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "this is not a workbook")
    return folder / "a.xlsx"


def _text_document(folder: Path) -> Path:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    (folder / "a.docx").write_bytes(data.getvalue())
    return folder / "a.docx"


def _far_corner(folder: Path) -> Path:
    """A workbook with a cell in its very last row and column: small as a file, enormous as a table."""

    def mark(book) -> None:
        book["counts"]["XFD1048576"] = "here"

    return workbook(("counts", [["ward", "people"], ["Harbour", 1]]), change=mark)(folder)


def _changed_xls(folder: Path) -> Path:
    """An XLS whose record of dimensions says two thousand million rows, for which a reader may ask all the memory there is."""
    path = old_workbook([["ward", "people"], ["Harbour", 12.0]])(folder)
    data = bytearray(path.read_bytes())
    last_row = data.index(b"\x00\x02\x0e\x00") + 8
    data[last_row : last_row + 4] = b"\xff\xff\xff\x7f"
    path.write_bytes(bytes(data))
    return path


OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
MOMENTS = ["day", "moment", "time", "whole", "part", "yes", "text"]
VALUES = [dt.date(2025, 5, 3), dt.datetime(2025, 5, 3, 18, 30), dt.time(18, 30), 12.0, 0.1, True, "007"]

KEPT = [
    Kept("XLSX cells as a person reads them", workbook(("counts", [MOMENTS, VALUES])), MOMENTS, {2: ["2025-05-03", "2025-05-03 18:30:00", "18:30:00", "12", "0.1", "TRUE", "007"]}, {"format": "XLSX", "sheet": "counts"}),
    Kept("XLS", old_workbook([["ward", "people", "day"], ["Harbour", 12.0, dt.date(2025, 5, 3)]]), ["ward", "people", "day"], {2: ["Harbour", "12", "2025-05-03"]}, {"format": "XLS"}),
    Kept("ODS", open_document([["ward", "people"], ["Harbour", "12"]]), ["ward", "people"], {2: ["Harbour", "12"]}, {"format": "ODS"}),
    Kept("an XLSX named .xls", workbook(("counts", [["ward", "people"], ["Harbour", 1]]), name="a.xls"), ["ward", "people"], {2: ["Harbour", "1"]}, {"format": "XLSX"}, note="the name ends in .xls, but the content is XLSX"),
    Kept("an XLSX named .csv", workbook(("counts", [["ward", "people"], ["Harbour", 1]]), name="a.csv"), ["ward", "people"], {2: ["Harbour", "1"]}, {"format": "XLSX"}),
    Kept("a CSV named .xlsx, as portals export it", written("a.xlsx", "ward,people\nHarbour,1\n"), ["ward", "people"], {2: ["Harbour", "1"]}, {"format": "CSV"}, note="the name ends in .xlsx, but the content is CSV"),
    Kept("tabs in UTF-16 named .xls", written("a.xls", "\ufeffward\tpeople\nHarbour\t1\n", "utf-16-le"), ["ward", "people"], {2: ["Harbour", "1"]}, {"format": "TSV"}, note="the name ends in .xls"),
    Kept("a table that starts at C4, under a title", workbook(("counts", [["Tidewell"], [], [], [None, None, "ward", "people"], [None, None, "Harbour", 3]])), ["ward", "people"], {5: ["Harbour", "3"]}, {"header_row": "4"}, note="'Tidewell'"),
    Kept("blank rows in a sheet", workbook(("counts", [["ward", "people"], ["Harbour", 1], [None, None], ["Lairs", 2]])), ["ward", "people"], {2: ["Harbour", "1"], 4: ["Lairs", "2"]}, note="1 blank row left out"),
    Kept("a hidden sheet", workbook(("seen", [["a"], [1]]), ("hidden", [["ward"], ["Harbour"]]), change=_hide), ["ward"], {2: ["Harbour"]}, note="the sheet is hidden", sheet="hidden"),
    Kept("an empty sheet beside", workbook(("counts", [["ward", "people"], ["Harbour", 1]]), ("Sheet2", [])), ["ward", "people"], {2: ["Harbour", "1"]}, note="empty sheets left out: Sheet2"),
    Kept("a header of two merged rows", workbook(("counts", [["ward", "people", None], [None, "2024", "2025"], ["Harbour", 1, 2], ["Lairs", 3, 4]]), change=_merge_group), ["ward", "2024", "2025"], {3: ["Harbour", "1", "2"], 4: ["Lairs", "3", "4"]}, note="merged cells in the header", options={"header_row": 2}),
    Kept("a header of two merged rows, found", workbook(("counts", [["ward", "people", None], [None, "2024", "2025"], ["Harbour", 1, 2], ["Lairs", 3, 4]]), change=_merge_group), ["ward", "2024", "2025"], {3: ["Harbour", "1", "2"], 4: ["Lairs", "3", "4"]}, note="merged cells in the header"),
    Kept("names under cells that are merged across", workbook(("counts", [["where", None, "turnout", None], ["ward", "venue", "day", "people"], ["Harbour", "Pier", "2025-05-03", 12], ["Lairs", "Hall", "2025-05-04", 3]]), change=_merge_across), ["ward", "venue", "day", "people"], {3: ["Harbour", "Pier", "2025-05-03", "12"], 4: ["Lairs", "Hall", "2025-05-04", "3"]}, note="'where turnout'"),
    Kept("a first row of words under merged cells stays a row", workbook(("counts", [["where", None, "who"], ["Harbour", "Pier", "walkers"], ["Lairs", "Hall", "cooks"]]), change=_merge_across), ["where", "column 2", "who"], {2: ["Harbour", "Pier", "walkers"], 3: ["Lairs", "Hall", "cooks"]}, note="merged cells in the header"),
    Kept("merged cells among the rows", workbook(("counts", [["ward", "people"], ["Harbour", 1], [None, 2]]), change=_merge_rows), ["ward", "people"], {2: ["Harbour", "1"], 3: [None, "2"]}, note="merged cells in the rows: 1 range"),
    Kept("errors and formulas without a result", workbook(("counts", [["ward", "people", "sum"], ["Harbour", "#N/A", "=1+1"], ["Lairs", 2, 3]])), ["ward", "people", "sum"], {2: ["Harbour", None, None], 3: ["Lairs", "2", "3"]}, note="1 cell with an error such as #N/A read as empty; 1 formula without a saved result"),
    Kept("one sheet asked for, whatever its case", workbook(("One", [["a"], [1]]), ("Two", [["ward"], ["Lairs"]])), ["ward"], {2: ["Lairs"]}, options={"sheet": "two"}, sheet="Two"),
]  # fmt: skip

REFUSED = [
    Refused("a workbook with a password", written("a.xlsx", OLE2 + "EncryptedPackage".encode("utf-16-le") + bytes(400)), ["protected with a password"]),
    Refused("an old workbook with a password", written("a.xls", OLE2 + "EncryptedPackage".encode("utf-16-le") + bytes(400)), ["protected with a password"]),
    *(Refused(f"a few stray bytes named {name}", written(name, b"\0\1\2PK"), [name, "is named as a spreadsheet", "save it again"]) for name in ("a.xlsx", "a.xls", "a.ods", "a.xlsm")),
    *(Refused(f"a line of words named {name}", written(name, "This file could not be found, sorry.\n"), [name, "nor is it a table of text"]) for name in ("a.xlsx", "a.xls", "a.ods")),
    Refused("random bytes named .xlsx", written("a.xlsx", bytes(range(256)) * 40), ["is named as a spreadsheet"]),
    Refused("nothing named .xlsx", written("a.xlsx", b""), ["a.xlsx is empty (0 bytes)"]),
    Refused("a web page named .xlsx", written("a.xlsx", "<!DOCTYPE html><html><body>Sign in</body></html>"), ["web page", "sign in"]),
    Refused("an XLSX of which only the beginning came", written("a.xlsx", b"PK\x03\x04" + bytes(60)), ["named as a spreadsheet", "cut short", "save it as XLSX"]),
    Refused("an old Word file", written("a.doc", OLE2 + "WordDocument".encode("utf-16-le") + bytes(400)), ["not a spreadsheet"]),
    Refused("an old workbook cut short", written("a.xls", OLE2 + "Workbook".encode("utf-16-le")), ["may be damaged"]),
    Refused("an XLSX cut short", _cut_short, ["cannot be opened", "cut short"]),
    Refused("an XLSX with a cell in its last corner", _far_corner, ["far too large"]),
    Refused("an XLS that asks for all memory", _changed_xls, ["may be damaged"]),
    Refused("an XLSX without its inside", _no_inside, ["may be damaged"]),
    Refused("a workbook of empty sheets", workbook(("Sheet1", []), ("Sheet2", [])), ["no sheet holds a cell"]),
    Refused("a workbook of only headers", workbook(("Sheet1", [["ward", "people"]])), ["header but no rows"]),
    Refused("a sheet that is not there", workbook(("counts", [["ward"], ["Harbour"]])), ["no sheet called 'Sums'", "It has: counts"], {"sheet": "Sums"}),
    Refused("a Word document", _text_document, ["text document"]),
]  # fmt: skip
