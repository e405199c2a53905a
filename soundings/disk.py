"""Writing that survives a crash: whole files appear at once, and only after they are safely on the disk."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

COPY_STEP = 1 << 27
REFUSED = (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)


def sync_file(path: Path) -> None:
    """Returns once the file's bytes are on the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_directory(path: Path) -> None:
    """Returns once the names in a directory are on the disk. Windows has no such call, and needs none."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_directory(path: Path) -> None:
    """The directory exists afterwards, its own name on the disk too."""
    if path.is_dir():
        return
    path.mkdir(parents=True, exist_ok=True)
    sync_directory(path.parent)


def replace_file(path: Path, text: str) -> None:
    """`path` holds `text`, wholly or not at all; a reader sees the old text or the new."""
    beside = path.with_name(path.name + ".new")
    with open(beside, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    sync_directory(path.parent)


def copy_file(source: Path, target: Path) -> None:
    """`target` is a copy of `source`; on file systems that can, the two share blocks until one changes."""
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
