"""Writing that survives a crash: whole files appear at once, and only after they are safely on the disk.

Everything that changes a home goes through a `step` here, so that a test can kill the process at each of them.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

COPY_STEP = 1 << 27
REFUSED = (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)


@contextmanager
def step(what: str, path: Path) -> Iterator[None]:
    """Nothing; Python's audit hooks are told before and after what is done inside, and without a hook nobody is.

    `what`: a word for it, such as write, sync, rename or commit. `tests/killing.py` listens.
    """
    sys.audit("soundings.disk", "before", what, str(path))
    yield
    sys.audit("soundings.disk", "after", what, str(path))


def sync_file(path: Path) -> None:
    """Returns once the file's bytes are on the disk."""
    with step("sync", path):
        handle = os.open(path, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sync_directory(path: Path) -> None:
    """Returns once the names in a directory are on the disk. Windows has no such call, and needs none."""
    if os.name == "nt":
        return
    with step("sync", path):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def make_directory(path: Path) -> None:
    """The directory exists afterwards, its own name on the disk too."""
    if path.is_dir():
        return
    with step("make folder", path):
        path.mkdir(parents=True, exist_ok=True)
    sync_directory(path.parent)


def write_file(path: Path, content: bytes) -> None:
    """`path` holds `content`, on the disk. A crash may leave a part of it: give the file its name that counts afterwards."""
    with step("write", path):
        path.write_bytes(content)
    sync_file(path)


def append_lines(path: Path, lines: Iterable[bytes]) -> None:
    """The lines, each with its line break, stand at the end of the file and on the disk. One writer at a time.

    A last line that a crash tore is cut off first: it was never acknowledged.
    """
    make_directory(path.parent)
    is_new = not path.exists()
    written = b"" if is_new else path.read_bytes()
    whole = written.rfind(b"\n") + 1
    if whole < len(written):
        with step("cut", path):
            os.truncate(path, whole)
    with step("append", path), open(path, "ab") as file:
        file.write(b"".join(lines))
    sync_file(path)
    if is_new:
        sync_directory(path.parent)


def rename(path: Path, target: Path) -> None:
    """What was at `path` is at `target`, its name on the disk; a file that was there has made way."""
    with step("rename", target):
        os.replace(path, target)
    sync_directory(target.parent)


def replace_file(path: Path, text: str) -> None:
    """`path` holds `text`, wholly or not at all; a reader sees the old text or the new."""
    beside = path.with_name(path.name + ".new")
    write_file(beside, text.encode())
    rename(beside, path)


def remove_file(path: Path) -> None:
    """There is no file at `path` afterwards."""
    if path.exists():
        with step("remove", path):
            path.unlink(missing_ok=True)


def remove_folder(path: Path, *, ignore_errors: bool = False) -> None:
    """There is no folder at `path` afterwards; with `ignore_errors`, as little of it as could be removed."""
    if path.is_dir():
        with step("remove folder", path):
            shutil.rmtree(path, ignore_errors=ignore_errors)


def copy_file(source: Path, target: Path) -> None:
    """`target` is a copy of `source`; on file systems that can, the two share blocks until one changes."""
    with step("copy", target):
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    if not hasattr(os, "copy_file_range"):
        shutil.copyfile(source, target)
        return
    try:
        with open(source, "rb") as read, open(target, "wb") as write:
            left = os.fstat(read.fileno()).st_size
            while left:
                copied = os.copy_file_range(read.fileno(), write.fileno(), min(left, COPY_STEP))
                if not copied:
                    raise OSError(f"{source} became shorter while it was being copied")
                left -= copied
    except OSError as error:
        # Some file systems have the call and refuse it (across devices, network mounts). A full disk is not that.
        if error.errno not in REFUSED:
            raise
        shutil.copyfile(source, target)
