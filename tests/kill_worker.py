"""What `test_kill.py` runs in a process of its own, to be killed: one change to a home."""

from __future__ import annotations

from pathlib import Path

import etl.loading

# Imported before the process is forked, so that each process begins with the change itself.
import etl.locating.areas
import etl.locating.locations
import etl.mapping.batch
import etl.places.boundaries
import etl.places.loading
import etl.readers
import etl.screening
import etl.specs
import soundings.store  # noqa: F401
from soundings.home import Home


def make_change(home: Home, what: str, argument: str) -> str:
    """The id of the batch that was loaded, undone or put back."""
    if what == "load":
        return etl.loading.load_file(home, Path(argument), "contributions").batch_id
    if what == "replace":
        path, replaced = argument.rsplit("?", 1)
        return etl.loading.load_file(home, Path(path), "contributions", replaces=replaced).batch_id
    if what == "places":
        return etl.places.loading.add_places(home, Path(argument), "ward").batch_id
    return {"undo": etl.loading.undo, "redo": etl.loading.redo}[what](home, argument).batch_id
