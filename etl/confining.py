"""What a process that reads somebody else's file may not do: take all the memory, or reach any network. Where the system can say so."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BYTES_OF_MEMORY = 4 << 30
# https://man7.org/linux/man-pages/man2/unshare.2.html
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
SECONDS_TO_PROBE = 30


@dataclass(frozen=True)
class Confined:
    """Which limits hold in a reading process."""

    memory: bool
    network: bool


def confine() -> Confined:
    """Sets this process's limits for good, those that the system has; the processes it starts inherit them."""
    return Confined(limit_memory(), leave_network())


def limit_memory() -> bool:
    """Whether this process can now take no more than BYTES_OF_MEMORY."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (BYTES_OF_MEMORY, BYTES_OF_MEMORY))
    except (ImportError, ValueError, OSError):
        return False
    return True


def leave_network() -> bool:
    """Whether this process is now in a network of its own, which has no way out, not even to this machine (Linux)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        unshare = ctypes.CDLL(None, use_errno=True).unshare
    except (OSError, AttributeError):
        return False
    # As root a network of one's own is enough; anyone else needs a user namespace with it, where the system allows that.
    return unshare(NEW_NETWORK) == 0 or unshare(NEW_USER | NEW_NETWORK) == 0


@cache
def read_confined() -> Confined:
    """Which limits hold on this machine, found out by a process that sets them."""
    here = Path(__file__).resolve().parent.parent
    try:
        told = subprocess.run(
            [
                sys.executable,
                "-c",
                "from etl.confining import confine; c = confine(); print(int(c.memory), int(c.network))",
            ],
            capture_output=True,
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(here)},
            timeout=SECONDS_TO_PROBE,
            check=True,
        ).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return Confined(False, False)
    return Confined(*(bool(int(one)) for one in told))
