"""Numbered, immutable generations of the store, the pointer that names the current one, and reading it."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from soundings.content import content_hash, store_format
from soundings.disk import make_directory, remove_file, replace_file
from soundings.home import Home
from soundings.model import BrokenStore, OtherVersion

KEPT_COUNT = 3
KEPT_SECONDS = 600
TRIES = 5
REBUILD = "Nothing that was accepted is lost: run `soundings rebuild` to make the store again from the inbox."


@dataclass(frozen=True)
class Pointer:
    """What `store/current` says: the generation's number, its size, the hash of what it holds, and its tables' format."""

    number: int
    byte_count: int
    content_hash: str
    format: str


@dataclass(frozen=True)
class Generation:
    """One generation, open for reading.

    The file closes when the last holder of the generation and of its cursors lets go.
    """

    number: int
    connection: duckdb.DuckDBPyConnection

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of one's own; a connection shared between threads without one fails."""
        return self.connection.cursor()


def generation_path(home: Home, number: int) -> Path:
    return home.store / f"g{number:08d}.duckdb"


def pointer_path(home: Home) -> Path:
    return home.store / "current"


def high_water_path(home: Home) -> Path:
    """Outside the store's folder: a number is not used again after the folder was deleted, when a cache may remember it."""
    return home.root / "last_generation"


def list_generations(home: Home) -> list[int]:
    """Numbers of the generation files there are, oldest first."""
    return sorted(int(path.stem[1:]) for path in home.store.glob("g*.duckdb") if path.stem[1:].isdigit())


def read_high_water(home: Home) -> int:
    """The highest number ever given to a generation here; 0 where none was."""
    try:
        return int(high_water_path(home).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return 0


def reserve_number(home: Home) -> int:
    """A number that no generation has had, on the disk as used before anything is named by it."""
    try:
        pointed = read_pointer(home)
    except BrokenStore:
        pointed = None
    used = [read_high_water(home), pointed.number if pointed else 0, *list_generations(home)]
    number = max(used) + 1
    replace_file(high_water_path(home), f"{number}\n")
    return number


def read_pointer(home: Home) -> Pointer | None:
    """The pointer, or None where nothing was ever published. Raises BrokenStore where it is lost or unreadable."""
    path = pointer_path(home)
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Pointer(
            int(said["number"]), int(said["byte_count"]), str(said["content_hash"]), str(said.get("format", ""))
        )
    except FileNotFoundError:
        if not list_generations(home) and not read_high_water(home):
            return None
        raise BrokenStore(f"The store has lost its pointer, {path}. {REBUILD}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenStore(f"The store's pointer, {path}, cannot be read ({error}). {REBUILD}") from error


def write_pointer(home: Home, pointer: Pointer) -> None:
    """From here on readers find this generation."""
    make_directory(home.store)
    replace_file(pointer_path(home), json.dumps(asdict(pointer)) + "\n")


def check_file(home: Home, pointer: Pointer) -> Path:
    """The generation's file. Raises FileNotFoundError where it is gone and BrokenStore where it is not whole."""
    path = generation_path(home, pointer.number)
    byte_count = path.stat().st_size
    if pointer.format != store_format():
        raise OtherVersion(f"The store in {home.store} was built by another version of Soundings. {REBUILD}")
    if byte_count != pointer.byte_count:
        raise BrokenStore(
            f"The store's file {path} has {byte_count:,} bytes where {pointer.byte_count:,} were published. {REBUILD}"
        )
    return path


def open_generation(home: Home, pointer: Pointer) -> Generation:
    """The generation, read-only and without any other file in reach.

    Raises FileNotFoundError where its file is gone, BrokenStore where it is damaged.
    """
    path = check_file(home, pointer)
    try:
        connection = duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"})
        held = content_hash(connection)
    except duckdb.Error as error:
        if not path.exists():
            raise FileNotFoundError(path) from error
        raise BrokenStore(f"The store's file {path} cannot be opened ({first_line(error)}). {REBUILD}") from error
    if held != pointer.content_hash:
        connection.close()
        raise BrokenStore(f"The store's file {path} does not hold what was published. {REBUILD}")
    return Generation(pointer.number, connection)


def first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")


@dataclass(frozen=True)
class Held:
    """What this process last opened of one store."""

    process_id: int
    pointer: Pointer
    generation: Generation


_held: dict[Path, Held] = {}
_holding = threading.Lock()


def open_current(home: Home) -> Generation | None:
    """The current generation, one connection per process: take a `cursor()` of it for each call. None where nothing was
    ever published.

    An older generation stays open for as long as somebody holds it. Raises BrokenStore with what to do.
    """
    for _ in range(TRIES):
        pointer = read_pointer(home)
        if pointer is None:
            return None
        with _holding:
            held = _held.get(home.store)
            try:
                # A forked child must not share its parent's connection.
                if held and held.process_id == os.getpid() and held.pointer == pointer:
                    check_file(home, pointer)
                    return held.generation
                generation = open_generation(home, pointer)
            except FileNotFoundError:
                continue  # pruned between reading the pointer and opening: the pointer names a newer one by now
            _held[home.store] = Held(os.getpid(), pointer, generation)
            return generation
    raise BrokenStore(f"The store's file {generation_path(home, read_pointer(home).number)} is missing. {REBUILD}")


def clear_unpointed(home: Home) -> None:
    """Removes files of generations newer than the current one: their writer died before it pointed at them.

    Where the pointer cannot be read nobody knows which they are, and they stay.
    """
    try:
        pointer = read_pointer(home)
    except BrokenStore:
        return
    for number in list_generations(home):
        if number > (pointer.number if pointer else 0):
            remove_file(generation_path(home, number))


def prune_generations(home: Home, current: int, now: float) -> list[int]:
    """Numbers of the generations deleted: all but the newest three and those younger than ten minutes.

    `now` is in seconds, as the files' times of change are.
    """
    gone = []
    for number in list_generations(home)[:-KEPT_COUNT]:
        path = generation_path(home, number)
        try:
            if number == current or now - path.stat().st_mtime < KEPT_SECONDS:
                continue
            remove_file(path)
        except (FileNotFoundError, PermissionError):
            continue  # gone already, or, on Windows, still being read: the next writer tries again
        gone.append(number)
    return gone
