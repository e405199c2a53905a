"""Which format a file is in: by its first bytes, then by its name; a disagreement is noted, not trusted."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from etl.readers.archives import names_in
from etl.readers.encodings import decode_head
from etl.readers.pabulib import BEGINS as PABULIB_BEGINS
from soundings.model import BadFile

CSV, XLSX, XLS, ODS, GEOJSON = "CSV", "XLSX", "XLS", "ODS", "GeoJSON"
GEOPACKAGE, SHAPEFILE, PARQUET, ZIP_OF_CSV = "GeoPackage", "Shapefile", "Parquet", "zip of CSV files"
JSON, PABULIB = "JSON", "Pabulib"
TEXT_SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
SUFFIXES = {
    **dict.fromkeys(TEXT_SUFFIXES, {CSV}),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb"), {XLSX}),
    **{".xls": {XLS}, ".ods": {ODS}, ".geojson": {GEOJSON}, ".json": {GEOJSON, JSON}, ".gpkg": {GEOPACKAGE}},
    **dict.fromkeys((".parquet", ".geoparquet", ".pq"), {PARQUET}),
    **{".zip": {SHAPEFILE, ZIP_OF_CSV}, ".pb": {PABULIB}},
}
NAMED_AS = {  # formats that are never text: a CSV under such a name has to show that it is one
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "a spreadsheet"),
    **dict.fromkeys((".parquet", ".geoparquet", ".pq"), "a Parquet file"),
    **{".zip": "a zip file", ".gpkg": "a GeoPackage"},
}
SEND = "Send a CSV, a spreadsheet (XLSX, XLS, ODS), GeoJSON, a GeoPackage, a zipped Shapefile or Parquet."
REFUSED = (
    (b"%PDF", "a PDF, and tables cannot be taken out of one reliably. Ask for the spreadsheet it was made from"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "squeezed with gzip. Unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive. Unpack it first"),
    (b"Rar!", "a RAR archive. Unpack it first"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x00\x00\x27\x0a", "one part of a Shapefile. Put the .shp, .shx, .dbf and .prj files together in a zip"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GEOJSON_TYPES = re.compile(
    rb'"type"\s*:\s*"(FeatureCollection|Feature|Point|MultiPoint|LineString|MultiLineString|Polygon|MultiPolygon|GeometryCollection)"'
)
OTHER_JSON = re.compile(rb'"type"\s*:\s*"(Topology|gdal_streamed_alg)"')
MARKUP = re.compile(
    rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|table|meta|div|style)\b", re.IGNORECASE | re.DOTALL
)
DELIMITED_LINE = re.compile(r"[^\r\n]*[,;\t|][^\r\n]*")


def find_format(data: bytes, file_name: str, what: str) -> tuple[str, list[str]]:
    """The format of a file (a word from this module) and notes. BadFile, saying what it is instead, for any other."""
    if not data:
        raise BadFile(f"{what} is empty (0 bytes). Check that the export or download finished, and send it again.")
    found = _by_content(data, file_name, what)
    suffix = PurePosixPath(file_name.lower()).suffix
    if found == CSV and suffix in NAMED_AS and not _is_table_of_text(data):
        raise BadFile(
            f"{what} is named as {NAMED_AS[suffix]}, but its content is not one, nor is it a table of text: it may be damaged, or not the file that was meant. Open it in the program it came from, save it again, and send that."
        )
    if suffix in SUFFIXES and found not in SUFFIXES[suffix]:
        return found, [f"the name ends in {suffix}, but the content is {found}; it was read as {found}"]
    return found, []


def _by_content(data: bytes, file_name: str, what: str) -> str:
    for magic, said in REFUSED:
        if data.startswith(magic):
            raise BadFile(f"{what} is {said}. {SEND}")
    if data.startswith(b"PAR1"):
        return PARQUET
    if data.startswith(b"SQLite format 3\x00"):
        return GEOPACKAGE
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _of_zip(data, what)
    if data.startswith(OLE2):
        return _of_ole(data, what)
    return _of_text(data, file_name, what)


def _of_zip(data: bytes, what: str) -> str:
    names = [name.lower() for name in names_in(data, what)]
    if any(name in ("xl/workbook.xml", "xl/workbook.bin") for name in names):
        return XLSX
    if "content.xml" in names and b"opendocument.spreadsheet" in data[:200]:
        return ODS
    if any(name.startswith("word/") for name in names) or b"opendocument.text" in data[:200]:
        raise BadFile(f"{what} is a text document. Copy its table into a spreadsheet. {SEND}")
    if any(name.endswith(".shp") for name in names):
        return SHAPEFILE
    if any(name.endswith(TEXT_SUFFIXES[:3]) for name in names):
        return ZIP_OF_CSV
    held = f"It holds: {', '.join(names[:5])}" if names else "It holds no files"
    raise BadFile(
        f"{what} is a zip file with neither CSV files nor a Shapefile in it. {held}. Unpack it and send the file with the records."
    )


def _of_ole(data: bytes, what: str) -> str:
    """XLS: the old container, in which password-protected workbooks of any age and Word files come too."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return XLSX
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return XLS
    raise BadFile(f"{what} is an old Office file, but not a spreadsheet. {SEND}")


def _of_text(data: bytes, file_name: str, what: str) -> str:
    start = data[:65536].removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.replace(b"\x00", b"")[2:]
    if MARKUP.match(start):
        raise BadFile(
            f"{what} is a web page, whatever its name says: some systems export one as a spreadsheet, and a page that says “sign in” or “not found” is sometimes saved in a file's place. Look at it in a spreadsheet program; if the table is there, save it as XLSX, and send that."
        )
    if start.lstrip().startswith(b"<?xml"):
        raise BadFile(f"{what} is an XML file. Open it in the program it came from and save it as CSV or XLSX. {SEND}")
    if start.lstrip().startswith(b"{"):
        if GEOJSON_TYPES.search(start) and not OTHER_JSON.search(start):
            return GEOJSON
        if not file_name.lower().endswith(TEXT_SUFFIXES):
            if OTHER_JSON.search(start):
                raise BadFile(
                    f"{what} is JSON, but not GeoJSON: it holds no features. Export it as GeoJSON or CSV, and send that."
                )
            return JSON
    if start.lstrip().startswith(b"[") and file_name.lower().endswith((".json", ".geojson")):
        return JSON
    if PABULIB_BEGINS.match(start):
        return PABULIB
    return CSV


def _is_table_of_text(data: bytes) -> bool:
    """Whether bytes are surely text of two lines or more that are divided into cells, with no stray control characters."""
    text = decode_head(data)
    if text is None:
        return False
    lines = [line for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and sum(DELIMITED_LINE.fullmatch(line) is not None for line in lines[:20]) > 1
