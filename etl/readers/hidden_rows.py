"""The rows of a workbook that nobody sees: hidden by hand, by a filter or by a group that is closed."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree

import xlrd
import xlrd.compdoc

from etl.readers.archives import UNREADABLE

OLE = b"\xd0\xcf\x11\xe0"
# What xlrd raises of a damaged file; the reader of the cells says what is wrong with it.
XLS_TROUBLES = (
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
    struct.error,
    AssertionError,
    AttributeError,
    LookupError,
    ArithmeticError,
    TypeError,
    ValueError,
)
CHUNK = 4 << 20
LONGEST_TAG = 1 << 16
XLSX_ROW = re.compile(rb"""<(?:\w+:)?row\b([^>]*?\bhidden=["'](?:1|true)["'][^>]*)>""")
XLSX_NUMBER = re.compile(rb"""\br=["'](\d{1,7})["']""")
ODS_TAG = re.compile(rb"""<(/?)table:(table|table-row|table-row-group)((?:\s(?:[^>"']|"[^"]*"|'[^']*')*)?)/?>""")
ODS_HIDDEN = re.compile(rb"""table:visibility=["'](?:collapse|filter)["']""")
ODS_CLOSED = re.compile(rb"""table:display=["']false["']""")
ODS_REPEATED = re.compile(rb"""table:number-rows-repeated=["'](\d{1,7})["']""")
ODS_NAME = re.compile(rb"""table:name=(?:"([^"]*)"|'([^']*)')""")
WORKBOOK, RELATIONS, CONTENT = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "content.xml"
Ranges = list[tuple[int, int]]  # first and last row, from 1


def find_hidden_rows(data: bytes) -> dict[str, Ranges]:
    """Sheet → its hidden rows, of an XLSX, XLS or ODS; nothing of other formats (XLSB), nor where the parts are not as they should be.

    Read in pieces, in the confined process that reads the cells; the size of the whole was held against the limit before.
    """
    if data.startswith(OLE):
        return read_xls(data)
    if not data.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if CONTENT in names:
                return read_ods(archive)
            return read_xlsx(archive) if {WORKBOOK, RELATIONS} <= names else {}
    except (*UNREADABLE, KeyError, ElementTree.ParseError):
        return {}


def read_xlsx(archive: zipfile.ZipFile) -> dict[str, Ranges]:
    """Sheet → its hidden rows, of each worksheet's own XML."""
    targets = {
        one.get("Id"): one.get("Target", "")
        for one in ElementTree.fromstring(archive.read(RELATIONS))  # noqa: S314 — confined
    }
    found: dict[str, Ranges] = {}
    for one in ElementTree.fromstring(archive.read(WORKBOOK)).iter():  # noqa: S314 — confined
        if one.tag.rpartition("}")[2] != "sheet":
            continue
        target = targets.get(next((value for key, value in one.items() if key.endswith("}id")), None), "")
        member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if member in archive.namelist():
            rows = []
            for piece in read_pieces(archive, member):
                numbers = (XLSX_NUMBER.search(tag[1]) for tag in XLSX_ROW.finditer(piece))
                rows += [(int(number[1]), int(number[1])) for number in numbers if number]
            found[one.get("name", "")] = join_ranges(rows)
    return {name: rows for name, rows in found.items() if rows}


def read_xls(data: bytes) -> dict[str, Ranges]:
    """Sheet → its hidden rows, of a workbook of Excel 97 to 2003."""
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except XLS_TROUBLES:
        return {}
    hidden = {
        sheet.name: join_ranges(
            [(row + 1, row + 1) for row in sorted(sheet.rowinfo_map) if sheet.rowinfo_map[row].hidden]
        )
        for sheet in book.sheets()
    }
    return {name: rows for name, rows in hidden.items() if rows}


def read_ods(archive: zipfile.ZipFile) -> dict[str, Ranges]:
    """Table → its hidden rows; a row may stand for many alike, and a closed group hides all of its rows."""
    found: dict[str, Ranges] = {}
    name, row, closed = "", 0, []
    for piece in read_pieces(archive, CONTENT):
        for ends, tag, told in ODS_TAG.findall(piece):
            if tag == b"table-row-group":
                if ends:
                    del closed[-1:]
                else:
                    closed.append(bool(ODS_CLOSED.search(told)))
            elif tag == b"table" and not ends and (said := ODS_NAME.search(told)):
                name, row, closed = unescape((said[1] or said[2] or b"").decode("utf-8", "replace")), 0, []
            elif tag == b"table-row" and not ends:
                repeated = ODS_REPEATED.search(told)
                first, row = row + 1, row + (int(repeated[1]) if repeated else 1)
                if any(closed) or ODS_HIDDEN.search(told):
                    found.setdefault(name, []).append((first, row))
    return {name: join_ranges(rows) for name, rows in found.items()}


def read_pieces(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """A part of the file in pieces that end with a whole tag."""
    with archive.open(member) as stream:
        rest = b""
        while chunk := stream.read(CHUNK):
            whole = rest + chunk
            end = whole.rfind(b">") + 1
            yield whole[:end]
            rest = whole[end:][-LONGEST_TAG:]


def join_ranges(rows: Ranges) -> Ranges:
    """The ranges with those that follow on one another made one."""
    joined: Ranges = []
    for first, last in rows:
        if joined and first == joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def say_ranges(rows: Ranges, last: int) -> str:
    """“3-6, 9”: the rows of a sheet up to its last."""
    kept = [(first, min(end, last)) for first, end in rows if first <= last]
    return ", ".join(str(first) if first == end else f"{first}-{end}" for first, end in kept)


def parse_ranges(said: str) -> Ranges:
    """The ranges that `say_ranges` wrote."""
    return [
        (int(first), int(end or first)) for first, _, end in (one.partition("-") for one in said.split(", ") if one)
    ]
