"""Reading side by side what a page is about to ask for one after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import current_thread

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from pages.ui.access import Reader
from soundings.filters import Filters
from soundings.queries import read_values


@st.cache_data(max_entries=400, show_spinner=False)
def _read_values(root: str, number: int, measure: str, kind: str, role: str | None, filters: Filters, day, _connection):
    return read_values(_connection, measure=measure, kind=kind, role=role, filters=filters, today=day)


def values_of(
    reader: Reader, measure: str, kind: str, role: str | None, filters: Filters, day
) -> dict[str, float | None]:
    """`read_values` of this generation, remembered."""
    return _read_values(str(reader.home.root), reader.number, measure, kind, role, filters, day, reader.connection)


def read_ahead(reader: Reader, reads: list[Callable[[Reader], object]]) -> None:
    """Makes these reads side by side, each on a connection of its own, so that the page finds them remembered."""
    context = get_script_run_ctx()
    readers = [replace(reader, connection=reader.connection.cursor()) for _ in reads]
    with ThreadPoolExecutor(4, initializer=lambda: add_script_run_ctx(current_thread(), context)) as pool:
        for done in [pool.submit(read, own) for read, own in zip(reads, readers, strict=True)]:
            done.result()
