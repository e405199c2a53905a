"""The inbox: every accepted batch as it was screened, and what was undone. The store is built from it.

    inbox/00000012-3f9a0c1d2e4b/manifest.json     who, when, which source and mapping, what was detected and decided
                               /sheet-0.parquet   the screened rows, as text
    inbox/log.jsonl                               one line for each undo, redo and new version

A batch is acknowledged when its folder has its final name: its files are on the disk before, the name itself after. What comes
with it (the demo withdrawn, a batch replaced) stands in its manifest, and in the log for its place in the order: a line that was
written for a batch which then never came, or came without it, does not count.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from soundings.disk import append_lines, make_directory, remove_folder, rename, step, sync_directory, write_file
from soundings.home import Home
from soundings.model import BrokenStore

RECORDS, PLACES, HISTORY, ALIASES = "records", "places", "history", "aliases"
FEEDBACK = "feedback"  # what people who took part said: permitted totals of an asking, or a statement
ACTIVE, UNDONE, REPLACED = "active", "undone", "replaced"
STATE_AFTER = {"undone": UNDONE, "redone": ACTIVE}
REPLACES = "replaces"  # a line of the log: this batch is a new version of another
ID_LENGTH = 12
READ_STEP = 1 << 20
ROW_NUMBER = "__row__"  # the column of a kept sheet that says which row of the file each is


@dataclass(frozen=True)
class InboxBatch:
    """One accepted batch: where it stands in the order of acceptance, its folder, and whether it is active, undone or replaced."""

    sequence: int
    batch_id: str
    path: Path
    state: str

    @property
    def is_active(self) -> bool:
        return self.state == ACTIVE

    @property
    def file_name(self) -> str:
        return self.read_manifest()["file_name"]

    def read_manifest(self) -> dict:
        """What was written down when the batch was accepted. Raises BrokenStore where it cannot be read."""
        path = self.path / "manifest.json"
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BrokenStore(
                f"The inbox's {path} cannot be read ({error}). Put the folder back from a backup, or move it out of the inbox "
                "and run `soundings rebuild`; the batch is then gone."
            ) from error

    def read_tables(self) -> dict[str, pa.Table]:
        """The kept tables by name. Raises BrokenStore where a file is not what was accepted."""
        tables = {}
        for kept in self.read_manifest()["files"]:
            path = self.path / kept["file"]
            try:
                if hash_file(path) != kept["sha256"]:
                    raise OSError("its contents have changed since")
                tables[kept["name"]] = pq.read_table(path)
            except (OSError, pa.ArrowException) as error:
                raise BrokenStore(
                    f"The inbox's {path} is not what was accepted ({error}). Put it back from a backup, or undo the batch: "
                    f"soundings undo {self.batch_id}"
                ) from error
        return tables


@dataclass(frozen=True)
class LogLine:
    """One undo or redo, or the new version of a batch: `what` is undone, redone or replaces; `at` is ISO 8601 in UTC.

    `replaced_id`: the batch that this one is a new version of; it stands aside for as long as this one is not undone.
    `with_id`: the batch that was accepted in the same moment, where the line is a part of that.
    """

    at: str
    who: str
    what: str
    batch_id: str
    replaced_id: str | None = None
    with_id: str | None = None

    @property
    def accepted_id(self) -> str | None:
        """The batch whose acceptance this line is a part of; None where it stands for itself."""
        return self.batch_id if self.what == REPLACES else self.with_id


@dataclass(frozen=True)
class Encoded:
    """One table as the bytes of a Parquet file."""

    content: pa.Buffer
    row_count: int


@dataclass(frozen=True)
class Staged:
    """A batch that is written but not yet accepted: nobody sees it, and `clear_staged` removes it."""

    path: Path
    batch_id: str


def hash_file(path: Path) -> str:
    """sha256 of a file's bytes, 64 hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def identify_batch(file_sha256: str, source_id: str, options: dict, mapping: dict | None = None) -> str:
    """batch_sha256: the same file, read in the same way, is the same batch.

    The way it is read: its source, what a person said about it (`options`), and of records the source's spec (`mapping`), which may
    be put right without another name.
    """
    said = {"file_sha256": file_sha256, "source_id": source_id, "options": options}
    said |= {"mapping": mapping} if mapping else {}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def encode_tables(tables: dict[str, pa.Table]) -> dict[str, Encoded]:
    """The tables as the Parquet files that the inbox keeps; this much of accepting needs no lock."""
    encoded = {}
    for name, table in tables.items():
        buffer = pa.BufferOutputStream()
        pq.write_table(table, buffer, compression="zstd", compression_level=1)
        encoded[name] = Encoded(buffer.getvalue(), table.num_rows)
    return encoded


def stage(home: Home, batch_id: str, encoded: dict[str, Encoded]) -> tuple[Staged, list[dict]]:
    """The batch's tables on the disk in a folder of no meaning yet, and the list of files for its manifest.

    The caller holds the writer's lock.
    """
    make_directory(home.inbox)
    clear_staged(home)
    path = home.inbox / f".staged-{batch_id}"
    with step("make folder", path):
        path.mkdir()
    files = []
    for number, (name, one) in enumerate(encoded.items()):
        file = path / f"sheet-{number}.parquet"
        write_file(file, one.content)
        sha256 = hashlib.sha256(one.content).hexdigest()
        files.append({"name": name, "file": file.name, "sha256": sha256, "row_count": one.row_count})
    return Staged(path, batch_id), files


def commit(home: Home, staged: Staged, manifest: dict, final: Path | None = None) -> Path:
    """The accepted batch's folder; from its renaming on, the batch is acknowledged. The caller holds the writer's lock.

    `final`: where it goes instead of into the order of acceptance, in a folder that is there.
    """
    path = staged.path / "manifest.json"
    write_file(path, (json.dumps(manifest, ensure_ascii=False, indent=1, default=str) + "\n").encode())
    sync_directory(staged.path)
    final = final or home.inbox / f"{next_sequence(home):08d}-{staged.batch_id}"
    rename(staged.path, final)
    return final


def accept(home: Home, manifest: dict, tables: dict[str, pa.Table]) -> Path:
    """The accepted batch's folder. The manifest names the batch (`batch_sha256`); the caller holds the writer's lock."""
    staged, files = stage(home, manifest["batch_sha256"][:ID_LENGTH], encode_tables(tables))
    return commit(home, staged, {**manifest, "files": files})


def clear_staged(home: Home) -> None:
    """Removes what a writer that died had staged. The caller holds the writer's lock."""
    for path in home.inbox.glob(".staged-*"):
        remove_folder(path, ignore_errors=True)


def next_sequence(home: Home) -> int:
    return max((sequence for sequence, _, _ in list_folders(home)), default=0) + 1


def list_folders(home: Home) -> list[tuple[int, str, Path]]:
    """(sequence, batch id, folder) of every accepted batch, in order of acceptance, from the folders' names alone."""
    if not home.inbox.is_dir():
        return []
    found = []
    for entry in os.scandir(home.inbox):
        sequence, dash, batch_id = entry.name.partition("-")
        if dash and sequence.isdigit() and len(batch_id) == ID_LENGTH:
            found.append((int(sequence), batch_id, Path(entry.path)))
    return sorted(found)


def read_batches(home: Home) -> list[InboxBatch]:
    """Every batch ever accepted, in order of acceptance, each active, undone, or replaced by a version that is not undone.

    This depends on which batches are undone and on nothing else, not on the order in which that was done: a batch stands aside
    for each later version that is not undone, also where a version between them is.
    """
    log, folders = read_history(home), list_folders(home)
    states = {batch_id: ACTIVE for _, batch_id, _ in folders}
    states |= {
        line.batch_id: STATE_AFTER[line.what] for line in log if line.what != REPLACES and line.batch_id in states
    }
    replaced = {
        one for batch_id, older in trace_replaced(log).items() if states.get(batch_id) == ACTIVE for one in older
    }
    return [
        InboxBatch(
            sequence,
            batch_id,
            path,
            REPLACED if batch_id in replaced and states[batch_id] == ACTIVE else states[batch_id],
        )
        for sequence, batch_id, path in folders
    ]


def trace_replaced(log: list[LogLine]) -> dict[str, set[str]]:
    """Batch → every batch that it is a new version of, at once or by way of versions between."""
    traced: dict[str, set[str]] = {}
    for line in log:  # what is replaced was accepted before, so that its own lines were met already
        if line.what == REPLACES:
            traced.setdefault(line.batch_id, set()).update({line.replaced_id}, traced.get(line.replaced_id, ()))
    return traced


def read_history(home: Home) -> list[LogLine]:
    """The lines of the log that count, oldest first: without those of a batch that never came, or came without what they say."""
    paths = {batch_id: path for _, batch_id, path in list_folders(home)}
    history: dict[object, LogLine] = {}
    for number, line in enumerate(read_log(home)):
        if line.accepted_id is None:
            history[number] = line
        elif line.accepted_id in paths and is_told(line, paths[line.accepted_id]):
            told = (line.what, line.batch_id, line.replaced_id, line.with_id)
            history.pop(told, None)  # of several tries the last one succeeded
            history[told] = line
    return list(history.values())


def is_told(line: LogLine, path: Path) -> bool:
    """Whether the manifest of the batch that a line came with says the same."""
    replaces, withdraws = read_told(path, path.stat().st_mtime_ns)
    return line.replaced_id in replaces if line.what == REPLACES else line.batch_id in withdraws


@lru_cache(maxsize=10_000)
def read_told(path: Path, changed_ns: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(the batches that an accepted batch replaces, those of the demo that it withdraws). Kept in mind: its folder never changes."""
    manifest = InboxBatch(0, "", path, ACTIVE).read_manifest()
    return tuple(manifest.get("replaces") or ()), tuple(manifest.get("withdraws") or ())


def log_path(home: Home) -> Path:
    return home.inbox / "log.jsonl"


def read_log(home: Home) -> list[LogLine]:
    """Every line of the log, oldest first. A last line torn by a crash was never acknowledged and does not count.

    Raises BrokenStore where an earlier line cannot be read.
    """
    try:
        written = log_path(home).read_bytes()
    except FileNotFoundError:
        return []
    lines = []
    for number, text in enumerate(written[: written.rfind(b"\n") + 1].splitlines(), start=1):
        try:
            line = LogLine(**json.loads(text))
            if line.what != REPLACES:
                STATE_AFTER[line.what]
        except (ValueError, TypeError, KeyError) as error:
            raise BrokenStore(
                f"Line {number} of {log_path(home)} cannot be read ({error}). It says which batches are undone: put the file "
                "back from a backup, or remove that line and run `soundings rebuild`."
            ) from error
        lines.append(line)
    return lines


def append_log(home: Home, lines: list[LogLine]) -> None:
    """The lines are on the disk, all or (if this fails) none acknowledged. The caller holds the writer's lock."""
    told = [{name: value for name, value in line.__dict__.items() if value is not None} for line in lines]
    append_lines(log_path(home), [json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in told])
