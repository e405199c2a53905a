"""Processes killed at every step of a change: one left alone names the steps, then one dies at each of them.

The steps are those of `soundings/disk.py`: every write, sync, rename, removal and commit. A process is killed before each of
them, after a half of each write, and once more when the whole change was acknowledged. What lies after a step lies before the
next one: `record_steps` makes sure that nothing of the home changes outside a step.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from soundings import generations
from soundings.home import Home
from tests.waiting import HANGING

BEFORE, HALF, ACKNOWLEDGED = "before", "half-way through", "after it was acknowledged"
WRITES = ("write", "append", "copy")
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate")
NOT_HELD = (".lock",)  # the operating system's locks hold nothing
OLD = 3600  # seconds: older than a generation is kept for its readers

Change = Callable[[Home, str, str], object]


@dataclass(frozen=True)
class Moment:
    """When a process dies: at the step of this number (from 0), and what the step was when the process was left alone."""

    number: int
    when: str
    what: str
    name: str


@dataclass(frozen=True)
class Struck:
    """A home as a killed process left it."""

    home: Home
    moment: Moment

    @property
    def is_acknowledged(self) -> bool:
        return self.moment.when == ACKNOWLEDGED


class Listener:
    """Hears of every step of this process, keeps it, and kills the process at one of them."""

    def __init__(self, root: Path, moment: Moment | None, tell: Callable):
        self.root, self.moment, self.tell = str(root), moment, tell
        self.steps: list[tuple[str, str]] = []
        self.strays: list[str] = []
        self.inside = self.size_before = 0

    def hear(self, event: str, arguments: tuple) -> None:
        if event == "soundings.disk":
            when, what, path = arguments
            self.begin(what, path) if when == "before" else self.end(what, path)
        elif event in CHANGES or (event == "open" and is_for_writing(arguments)):
            self.hear_change(event, str(arguments[0]))

    def begin(self, what: str, path: str) -> None:
        self.steps.append((what, os.path.basename(path)))
        self.inside += 1
        self.size_before = os.path.getsize(path) if what == "append" and os.path.exists(path) else 0
        self.strike_at(BEFORE)

    def end(self, what: str, path: str) -> None:
        self.inside -= 1
        if self.is_now(HALF) and what in WRITES:
            os.truncate(path, (self.size_before + os.path.getsize(path)) // 2)
            self.strike_at(HALF)

    def hear_change(self, event: str, path: str) -> None:
        """What Python itself does to files: it belongs to a step, and a folder's files are removed one by one."""
        if self.inside and event == "os.remove" and self.steps[-1][0] in ("remove folder", "remove from folder"):
            self.steps.append(("remove from folder", os.path.basename(path)))
            self.strike_at(BEFORE)
        elif event == "os.mkdir" and os.path.isdir(path):
            pass  # asked for though it is there
        elif not self.inside and path.startswith(self.root) and not path.endswith(NOT_HELD):
            self.strays.append(f"{event} {path}")

    def is_now(self, when: str) -> bool:
        return bool(self.moment and self.moment.when == when and self.moment.number == len(self.steps) - 1)

    def strike_at(self, when: str) -> None:
        if self.is_now(when):
            self.tell(self.steps[-1])
            os.kill(os.getpid(), signal.SIGKILL)


def is_for_writing(arguments: tuple) -> bool:
    path, _, flags = arguments
    return isinstance(path, str | bytes | os.PathLike) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def work(change: Change, root: Path, what: str, argument: str, moment: Moment | None, pipe) -> None:
    """In a process of its own: makes the change, and dies at the moment; left alone it sends its steps and what was no step."""
    listener = Listener(root, moment, pipe.send)
    sys.addaudithook(listener.hear)
    change(Home(root), what, argument)
    listener.inside += 1  # what follows is not the change
    if moment:
        pipe.send((ACKNOWLEDGED, ""))
        os.kill(os.getpid(), signal.SIGKILL)
    pipe.send((listener.steps, listener.strays))


def open_context(*modules: str):
    """What starts processes quickly: with these modules imported already, so that each begins with the change itself."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*modules])
    return context


def run(context, change: Change, home: Home, what: str, argument: str, moment: Moment | None):
    """(the first thing that the process sent, or None where it sent nothing; its exit code)."""
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(change, home.root, what, argument, moment, theirs))
    process.start()
    theirs.close()
    assert ours.poll(HANGING), f"{what} has neither ended nor died after {HANGING} s"
    try:
        said = ours.recv()
    except EOFError:
        said = None
    process.join()
    return said, process.exitcode


def record_steps(context, change: Change, home: Home, what: str, argument: str) -> list[tuple[str, str]]:
    """(word, name of the file or folder) of every step of the change, made in this home by a process that is left alone."""
    said, code = run(context, change, home, what, argument, None)
    assert said and code == 0, f"{what} ended with {code}"
    steps, strays = said
    assert not strays, f"{what} changes the home outside a step of soundings/disk.py: {strays}"
    return steps


def list_moments(steps: list[tuple[str, str]]) -> list[Moment]:
    """Before every step, half-way through every write, and after the acknowledgement."""
    moments = []
    for number, (what, name) in enumerate(steps):
        moments.append(Moment(number, BEFORE, what, name))
        if what in WRITES:
            moments.append(Moment(number, HALF, what, name))
    return [*moments, Moment(len(steps), ACKNOWLEDGED, "", "")]


def strike_everywhere(context, change: Change, prepared: Home, what: str, argument: str) -> Iterator[Struck]:
    """A copy of the prepared home for each moment of the change, as the process that was killed then left it.

    Each is gone when the next is asked for. Raises AssertionError where a process did not die at the step that was meant.
    """
    home = Home(prepared.root.with_name("struck"))
    put_copy(prepared, home)
    steps = record_steps(context, change, home, what, argument)
    assert {"write", "sync", "rename"} <= {word for word, _ in steps}, steps
    for moment in list_moments(steps):
        put_copy(prepared, home)
        said, code = run(context, change, home, what, argument, moment)
        wanted = ACKNOWLEDGED if moment.when == ACKNOWLEDGED else moment.what
        assert code == -signal.SIGKILL and said and said[0] == wanted, (moment, said, code)
        yield Struck(home, moment)
    remove(home)


def make_old(home: Home) -> None:
    """The newest three generations stay, old enough for the oldest of them to make way for a fourth."""
    numbers = generations.list_generations(home)
    for number in numbers:
        path = generations.generation_path(home, number)
        if number not in numbers[-3:]:
            path.unlink()
        else:
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - OLD))


def leave_behind(home: Home) -> None:
    """What writers who died leave: a batch not yet accepted, a store half built and one not pointed at, names, torn lines."""
    staged = home.inbox / ".staged-0123456789ab"
    staged.mkdir()
    (staged / "sheet-0.parquet").write_bytes(b"PAR1")
    newest = generations.list_generations(home)[-1]
    shutil.copyfile(generations.generation_path(home, newest), generations.generation_path(home, newest + 1))
    for path in (home.store / "building.duckdb", home.store / "building.duckdb.wal", home.store / "current.new"):
        path.write_bytes(b"half of")
    (home.inbox / "names").mkdir(exist_ok=True)
    (home.inbox / "names" / "00000099.new").write_bytes(b"PAR1")
    with open(home.inbox / "log.jsonl", "ab") as log:
        log.write(b'{"at": "2025-0')


def put_copy(prepared: Home, home: Home) -> None:
    """The prepared home's files, as old as they are, in the place of what is there."""
    remove(home)
    shutil.copytree(prepared.root, home.root)


def remove(home: Home) -> None:
    """The home is gone, and so is what this process held open of it."""
    generations._held.pop(home.store, None)
    shutil.rmtree(home.root, ignore_errors=True)
