"""Zip files, opened within limits: 200 MB unpacked, 100 to 1, 64 members."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from soundings.model import BadFile

MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
MAX_MEMBERS = 64
MAX_VERTICES = 500_000  # of the lines and areas of a map file
MAX_WORKBOOK = 500 * 1024 * 1024  # a workbook is a zip too; its XML is long and squeezes well
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)  # as zipfile says so
BOOKS = (".xlsx", ".xlsm", ".xlsb", ".ods")  # zips inside, which nobody zipped by hand
DAMAGED_BOOK = (
    "{what} is named as a spreadsheet but cannot be opened: it may be damaged or cut short. "
    "Open it yourself, save it as XLSX, and send that."
)
DAMAGED = "{what} is a zip file that cannot be opened: it may be damaged or cut short. Zip it again and send that."
RATIO_FROM = 1024 * 1024  # below this unpacked size no ratio is dangerous


def names_in(data: bytes, what: str) -> list[str]:
    """The paths of the files in a zip, without unpacking any. BadFile: not a whole zip, or one with a password."""
    with _opened(data, what) as archive:
        return [info.filename for info in _files_in(archive, what)]


def unpack(data: bytes, what: str) -> dict[str, bytes]:
    """The files in a zip by their path, unpacked in memory. BadFile for a zip past the limits, told before unpacking."""
    with _opened(data, what) as archive:
        infos = _files_in(archive, what)
        unpacked, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
        if len(infos) > MAX_MEMBERS:
            raise BadFile(
                f"{what} holds {len(infos)} files; the limit is {MAX_MEMBERS}. Send only the files with records."
            )
        _check_size(unpacked, MAX_UNPACKED, what)
        if unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(packed, 1):
            raise BadFile(
                f"{what} would unpack to more than {MAX_RATIO} times its size, which no honest table does. Send the files unzipped."
            )
        try:
            return {info.filename: archive.read(info) for info in infos}
        except UNREADABLE as error:
            raise BadFile(damaged(what)) from error


def check_workbook(data: bytes, what: str) -> None:
    """Nothing, for a workbook (a zip as well) of a size that can be opened; BadFile for one that cannot."""
    with _opened(data, what) as archive:
        _check_size(sum(info.file_size for info in _files_in(archive, what)), MAX_WORKBOOK, what)


def damaged(what: str) -> str:
    """What to say of a zip that cannot be opened, be it a zip file or a spreadsheet."""
    return (DAMAGED_BOOK if what.lower().endswith(BOOKS) else DAMAGED).format(what=what)


def _opened(data: bytes, what: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except UNREADABLE as error:
        raise BadFile(damaged(what)) from error


def _files_in(archive: zipfile.ZipFile, what: str) -> list[zipfile.ZipInfo]:
    infos = [info for info in archive.infolist() if not _is_clutter(info.filename) and not info.is_dir()]
    if any(info.flag_bits & 1 for info in infos):
        raise BadFile(
            f"{what} is a zip file protected with a password, so it cannot be read. Zip it again without one."
        )
    return infos


def _check_size(unpacked: int, limit: int, what: str) -> None:
    if unpacked > limit:
        raise BadFile(
            f"{what} would unpack to {unpacked / 1e6:,.0f} MB; the limit is {limit / 1e6:,.0f} MB. Send its parts as several files."
        )


def _is_clutter(name: str) -> bool:
    """Files that operating systems add: __MACOSX/, .DS_Store, ._names, Thumbs.db."""
    parts = PurePosixPath(name).parts
    return not parts or "__MACOSX" in parts or parts[-1].startswith(".") or parts[-1] == "Thumbs.db"
