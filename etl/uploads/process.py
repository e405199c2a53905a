"""The sheets of one uploaded file, read from memory in a process of its own: a hostile file can end that one, never the dashboard."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa

from etl.confining import confine
from etl.inbox import ROW_NUMBER
from etl.types import Sheet
from soundings.model import BadFile

SECONDS = 150
REFUSED = 3
LENGTH = 8
MEMORY_FOLDER = "/dev/shm"  # noqa: S108 — Linux's file system in memory
TOO_MUCH = (
    "{name} could not be read within the limits of time and memory: it may be damaged, or far larger inside than it looks. "
    "Open it yourself, save the sheet with the records as CSV, and send that."
)


def read_sheets_apart(name: str, content: bytes, said: dict) -> list[Sheet]:
    """Every sheet of the file, read as `said` (the words of `read_sheets`). Nothing is left on the disk. Raises BadFile."""
    here = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")]))
    asked = json.dumps({"name": name, "said": said}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "etl.uploads.process"],
            input=len(asked).to_bytes(LENGTH) + asked + content,
            capture_output=True,
            timeout=SECONDS,
            env={**os.environ, "PYTHONPATH": path, **find_memory_folder()},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadFile(TOO_MUCH.format(name=name)) from error
    if done.returncode == REFUSED:
        raise BadFile(done.stdout.decode())
    if done.returncode:
        raise BadFile(TOO_MUCH.format(name=name))
    return unpack_answer(done.stdout)


def find_memory_folder() -> dict[str, str]:
    """Where the system has a folder in memory, the setting that puts a map file's unpacked parts there and not on the disk."""
    return {"TMPDIR": MEMORY_FOLDER} if os.access(MEMORY_FOLDER, os.W_OK) else {}


def unpack_answer(answer: bytes) -> list[Sheet]:
    """The sheets of what the process wrote: their names and what was detected, then a table of text for each."""
    stream = io.BytesIO(answer)
    told = json.loads(stream.read(int.from_bytes(stream.read(LENGTH))))
    sheets = []
    for one in told:
        table = pa.ipc.open_stream(stream.read(one["bytes"])).read_all()
        numbers = table[ROW_NUMBER].combine_chunks()
        sheets.append(Sheet(one["name"], table.drop_columns([ROW_NUMBER]), numbers, one["detected"]))
    return sheets


def pack_answer(sheets: list[Sheet]) -> bytes:
    """What `unpack_answer` reads."""
    bodies = []
    for sheet in sheets:
        table = sheet.table.append_column(ROW_NUMBER, sheet.row_numbers)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        bodies.append(sink.getvalue().to_pybytes())
    told = [
        {"name": sheet.name, "detected": sheet.detected, "bytes": len(body)}
        for sheet, body in zip(sheets, bodies, strict=True)
    ]
    head = json.dumps(told).encode()
    return b"".join([len(head).to_bytes(LENGTH), head, *bodies])


def main() -> None:
    """Reads a file from standard input and writes its sheets, or why it was refused, to standard output."""
    confine()
    asked = json.loads(sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(LENGTH))))
    content = sys.stdin.buffer.read()
    from etl.readers import read_bytes

    try:
        sheets = read_bytes(content, asked["name"], **asked["said"])
    except BadFile as error:
        sys.stdout.buffer.write(str(error).encode())
        sys.exit(REFUSED)
    sys.stdout.buffer.write(pack_answer(sheets))


if __name__ == "__main__":
    main()
