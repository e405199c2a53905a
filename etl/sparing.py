"""Loading with less: without pandas where nothing asks for it, and without handing memory back and forth or looking it over."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class _OnlyForModules:
    """Finds pandas for modules that import it at their top; for library code that merely looks for it there is none."""

    @staticmethod
    def find_spec(name: str, path=None, target=None) -> None:
        if name != "pandas":
            return
        frame = sys._getframe(1)
        while frame.f_back and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        if frame.f_code.co_name != "<module>":
            raise ModuleNotFoundError("pandas is not looked for while it is spared", name=name)


@contextmanager
def spare_pandas() -> Iterator[None]:
    """Within it, Arrow and DuckDB do without pandas unless it is imported already.

    Both import it at the first Python value they are given, only to tell pandas' kinds of missing values from others: a second
    for a command that has none. Our own modules import pandas as ever. For commands, each a process of its own.
    """
    sys.meta_path.insert(0, _OnlyForModules)
    try:
        yield
    finally:
        sys.meta_path.remove(_OnlyForModules)


@contextmanager
def spare_memory() -> Iterator[None]:
    """Within it, Arrow takes its memory straight from the system, which costs a large load a tenth less processor time.

    Arrow's own pool gives large pieces back at once and asks for them again, each time page by page.
    """
    import pyarrow as pa

    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)


@contextmanager
def spare_collecting() -> Iterator[None]:
    """Within it, Python does not look for cycles, which among millions of cells costs a fifth of the time and finds none.

    It holds for the whole process; whoever began while collecting was on turns it on again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
