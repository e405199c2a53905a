"""Outlines of the loaded places, prepared before anyone asks for a map."""

from __future__ import annotations

from collections.abc import Callable

from soundings.generations import open_current
from soundings.home import Home
from soundings.model import SoundingsError
from soundings.place_sets import read_sets
from soundings.places import read_kinds


def prepare_outlines(home: Home, report: Callable[[str], None] = lambda step: None) -> list[str]:
    """Sentences on what could not be prepared; the outlines of every other loaded kind are then ready for the first visit.

    The page prepares what is missing when it is asked for it, so a failure here takes nothing away.
    """
    import shapely

    from soundings.geometry import ensure_geometry

    generation = open_current(home)
    failures = (SoundingsError, OSError, ArithmeticError, LookupError, TypeError, ValueError, MemoryError)
    problems = []
    cursor = generation.cursor() if generation else None
    sets = [one for kind in read_kinds(cursor) for one in read_sets(cursor, kind)] if cursor else []
    for one in sets:
        kind = one.kind
        report(f"Preparing the outlines of {one.place_count:,} places of kind {kind}")
        try:
            said = ensure_geometry(home, cursor, kind, None, one.name).say_undrawable()
        except (*failures, shapely.GEOSException):
            said = f"The outlines of kind {kind} could not be prepared now; the page does it at the first visit, which takes longer."
        problems += [said] if said else []
    return problems
