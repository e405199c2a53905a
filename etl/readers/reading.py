"""Any file, folder or zip as sheets of text: finds the format and hands over to the reader for it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path, PurePosixPath

from etl.readers import kinds
from etl.readers.archives import check_workbook, unpack
from etl.readers.csv_text import read_csv_bytes
from etl.readers.json_rows import read_json_bytes
from etl.readers.pabulib import read_pabulib_bytes
from etl.readers.workbooks import name_asked, read_workbook_bytes
from etl.types import Sheet
from soundings.model import BadFile

GEO_SUFFIX = {kinds.GEOJSON: ".geojson", kinds.GEOPACKAGE: ".gpkg"}
SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def read_sheets(
    path: Path,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    crs: str | None = None,
) -> list[Sheet]:
    """Every sheet of text in a file, a folder of CSV files or a zip of them, named by sheet, layer or file stem.

    What was found out stands in `Sheet.detected` (format, encoding, delimiter, sheet or layer, header_row, crs, notes).
    The keywords answer what cannot be found out, or overrule it: `sheet` picks one sheet, layer or file; `header_row`
    counts from 1; `delimiter` is a character or comma, semicolon, tab, pipe; `crs` as in EPSG:27700.
    A sheet may have a header and no rows, as long as another has rows. BadFile: everything that cannot be read, in words.
    """
    path = Path(path)
    text = {"header_row": header_row, "encoding": encoding, "delimiter": delimiter}
    if path.is_dir():
        sheets = _read_folder(path, sheet, text)
    else:
        sheets = _read_whole(path.name, _bytes_of(path), path, sheet, crs, text)
    return _with_rows(sheets, path.name)


def read_bytes(
    data: bytes,
    file_name: str,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    crs: str | None = None,
) -> list[Sheet]:
    """Every sheet of a file that is in memory, as `read_sheets` reads it from the disk. A map file alone is written out, to
    the system's folder for passing files, and is gone afterwards."""
    text = {"header_row": header_row, "encoding": encoding, "delimiter": delimiter}
    return _with_rows(_read_whole(file_name, data, None, sheet, crs, text), file_name)


def _with_rows(sheets: list[Sheet], what: str) -> list[Sheet]:
    """The sheets, where at least one has a row. Raises BadFile otherwise."""
    if not any(one.table.num_rows for one in sheets):
        columns = ", ".join(sheets[0].table.column_names[:12])
        raise BadFile(
            f"{what} has a header but no rows under it (columns: {columns}). Check that the export finished, and send it again."
        )
    return sheets


def _read_whole(
    what: str, data: bytes, path: Path | None, sheet: str | None, crs: str | None, text: dict
) -> list[Sheet]:
    file_format, notes = kinds.find_format(data, what, what)
    return [_noted(one, notes) for one in _read_file(what, data, path, file_format, sheet, crs, text)]


def _read_file(
    what: str, data: bytes, path: Path | None, file_format: str, sheet: str | None, crs: str | None, text: dict
) -> list[Sheet]:
    name = PurePosixPath(what).stem
    if file_format in (kinds.XLSX, kinds.XLS, kinds.ODS):
        if not data.startswith(kinds.OLE2):
            check_workbook(data, what)
        return read_workbook_bytes(data, what, file_format, sheet=sheet, header_row=text["header_row"])
    if file_format in (kinds.GEOJSON, kinds.GEOPACKAGE):
        from etl.readers.geofiles import read_geofile  # takes half a second, which a CSV file need not wait for

        if path is not None:
            return read_geofile(path, name, what, file_format, sheet=sheet, crs=crs)
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / f"map{GEO_SUFFIX[file_format]}"
            copy.write_bytes(data)
            return read_geofile(copy, name, what, file_format, sheet=sheet, crs=crs)
    if file_format == kinds.SHAPEFILE:
        return _read_shapefiles(unpack(data, what), what, sheet, crs)
    if file_format == kinds.ZIP_OF_CSV:
        return _read_members(unpack(data, what), what, sheet, text)
    if sheet is not None:
        name_asked(sheet, [name], what, "sheet")
    if file_format in (kinds.JSON, kinds.PABULIB):
        read = read_json_bytes if file_format == kinds.JSON else read_pabulib_bytes
        return [read(data, name, what, encoding=text["encoding"])]
    if file_format == kinds.PARQUET:
        from etl.readers.parquet import read_parquet_bytes

        return [read_parquet_bytes(data, name, what, crs=crs)]
    return [read_csv_bytes(data, name, what, **text)]


def require_file(path: Path, what: str = "file") -> None:
    """Nothing, where there is a file at this path. Raises BadFile that tells a folder from a name that leads nowhere."""
    if path.is_dir():
        raise BadFile(f"{path} is a folder. Give the {what} inside it by its own name.")
    if not path.is_file():
        raise BadFile(f"There is no file {path}. Check the name, and the folder you are in.")


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BadFile(f"There is no file {path}. Check the name and the folder.") from error
    except OSError as error:
        raise BadFile(
            f"{path} cannot be opened ({error.strerror}). Check that it is a file you may read and that no other program holds it."
        ) from error


def _read_folder(path: Path, sheet: str | None, text: dict) -> list[Sheet]:
    files = {one.name: one for one in sorted(path.iterdir()) if one.is_file() and not one.name.startswith(".")}
    tables = {name: _bytes_of(one) for name, one in files.items() if one.suffix.lower() in kinds.TEXT_SUFFIXES[:3]}
    if not tables:
        raise BadFile(
            f"The folder {path.name} holds no CSV files. Give the folder that the filled-in template is in, or a single file."
        )
    return _read_members(tables | dict.fromkeys(files.keys() - tables.keys(), b""), path.name, sheet, text)


def _read_members(members: dict[str, bytes], what: str, sheet: str | None, text: dict) -> list[Sheet]:
    """One sheet per CSV file of a folder or zip, by stem; blank files and files of other kinds are left out and noted."""
    tables = {name: data for name, data in members.items() if name.lower().endswith(kinds.TEXT_SUFFIXES[:3])}
    stems = _sheet_names(sorted(tables))
    left_out = sorted(members.keys() - tables.keys()) + [name for name, data in tables.items() if not data.strip()]
    if sheet is not None:
        stems = {name_asked(sheet, list(stems), what, "file"): stems[name_asked(sheet, list(stems), what, "file")]}
    sheets = []
    for stem, member in stems.items():
        if not tables[member].strip():
            continue
        shown = f"{PurePosixPath(member).name} in {what}"
        found, notes = kinds.find_format(tables[member], member, shown)
        if found != kinds.CSV:
            raise BadFile(
                f"{shown} is named as a CSV file, but its content is {found}. Send it by itself, or save it as CSV."
            )
        sheets.append(_noted(read_csv_bytes(tables[member], stem, shown, **text), notes))
    if not sheets:
        raise BadFile(f"Every CSV file in {what} is empty. Check that the export finished, and send it again.")
    if left_out:
        sheets[0] = _noted(sheets[0], [f"files left out: {', '.join(left_out)}"])
    return sheets


def _sheet_names(members: list[str]) -> dict[str, str]:
    """Sheet name → member: the stem, or the whole path without its ending where two stems are the same."""
    stems = [PurePosixPath(name).stem for name in members]
    return {
        stem if stems.count(stem) == 1 else str(PurePosixPath(name).with_suffix("")): name
        for stem, name in zip(stems, members, strict=True)
    }


def _read_shapefiles(members: dict[str, bytes], what: str, sheet: str | None, crs: str | None) -> list[Sheet]:
    """Sheets of every .shp in a zip, unpacked under names of our own into a folder that is gone afterwards."""
    from etl.readers.geofiles import read_geofile

    by_name = {name.lower(): data for name, data in members.items()}
    shapes = _sheet_names([name for name in sorted(members) if name.lower().endswith(".shp")])
    if sheet is not None:
        asked = name_asked(sheet, list(shapes), what, "layer")
        shapes = {asked: shapes[asked]}
    sheets = []
    for stem, member in shapes.items():
        base = member[:-4].lower()
        missing = [part for part in SHAPE_PARTS[1:3] if base + part not in by_name]
        if missing:
            raise BadFile(
                f"The Shapefile '{stem}' in {what} lacks its {' and '.join(missing)} part. Zip the .shp, .shx, .dbf and .prj files together."
            )
        with tempfile.TemporaryDirectory() as folder:
            for part in SHAPE_PARTS:
                if base + part in by_name:
                    (Path(folder) / f"layer{part}").write_bytes(by_name[base + part])
            read = read_geofile(Path(folder) / "layer.shp", stem, what, kinds.SHAPEFILE, crs=crs)
        sheets += [replace(one, name=stem, detected={**one.detected, "layer": stem}) for one in read]
    return sheets


def _noted(sheet: Sheet, notes: list[str]) -> Sheet:
    """The sheet with more notes after its own."""
    if not notes:
        return sheet
    said = "; ".join([*filter(None, [sheet.detected.get("notes")]), *notes])
    return replace(sheet, detected={**sheet.detected, "notes": said})
