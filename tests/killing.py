"""A process that makes one change to a home, and is left alone or killed at a moment of its work."""

from __future__ import annotations

import time
from collections.abc import Callable

from soundings.home import Home


def start(context, change: Callable, home: Home, what: str, argument: str):
    """(the process just before its work begins, our end of its pipe). `change` says “ready”, and more once it is acknowledged."""
    ours, theirs = context.Pipe()
    process = context.Process(target=change, args=(home.root, what, argument, theirs))
    process.start()
    theirs.close()
    assert ours.recv() == "ready"
    return process, ours


def time_change(context, change: Callable, home: Home, what: str, argument: str) -> float:
    """Seconds that the change takes, left alone."""
    process, ours = start(context, change, home, what, argument)
    started = time.perf_counter()
    assert ours.recv()
    taken = time.perf_counter() - started
    process.join()
    return taken


def run_and_kill(context, change: Callable, home: Home, what: str, argument: str, seconds: float) -> bool:
    """Whether the change was acknowledged before SIGKILL came, `seconds` after its beginning."""
    process, ours = start(context, change, home, what, argument)
    process.join(seconds)
    process.kill()
    process.join()
    try:
        return bool(ours.poll() and ours.recv())
    except EOFError:
        return False
