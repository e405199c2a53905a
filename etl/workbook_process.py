"""The sheets of one workbook, read in a process of its own: a damaged or hostile file can end that one, never ours.

A changed byte in an XLS makes the reading library ask for hundreds of gigabytes and abort, and a single cell in the last
corner of an XLSX stands for seventeen thousand million. The process has limits of memory and time where the system has any.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from etl.confining import confine
from etl.readers.hidden_rows import find_hidden_rows

SECONDS = 120
HAS_PASSWORD = 3


class NeedsPassword(Exception):
    """The workbook is protected with a password."""


class Unreadable(Exception):
    """The workbook is damaged, or too large for the limits."""


@dataclass(frozen=True)
class RawSheet:
    """One worksheet from its very first row and column: values as the file has them, '' for an empty cell.

    `merged`: ((top, left), (bottom, right)) of each merged range, counted from 0. `hidden_rows`: (first, last) of those that
    cannot be seen, counted from 1.
    """

    name: str
    is_hidden: bool
    rows: list[list[object]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]
    hidden_rows: list[tuple[int, int]]


def read_raw_sheets(data: bytes) -> list[RawSheet]:
    """Every worksheet of an XLSX, XLS or ODS. Raises NeedsPassword, Unreadable."""
    here = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")]))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "etl.workbook_process"],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable from error
    if done.returncode == HAS_PASSWORD:
        raise NeedsPassword
    if done.returncode:
        raise Unreadable
    return [RawSheet(*fields) for fields in pickle.loads(done.stdout)]


def main() -> None:
    """Reads a workbook from standard input and writes its sheets to standard output."""
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    confine()
    data = sys.stdin.buffer.read()
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError:
        sys.exit(HAS_PASSWORD)
    found, hidden = [], find_hidden_rows(data)
    for about in workbook.sheets_metadata:
        if about.typ == SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(about.name)
            rows = sheet.to_python(skip_empty_area=False)
            is_hidden = about.visible != SheetVisibleEnum.Visible
            found.append(
                (about.name, is_hidden, rows, list(sheet.merged_cell_ranges or []), hidden.get(about.name, []))
            )
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    main()
