"""The illustrative demo place, Tidewell: loaded into an empty home, withdrawn by the first real file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from etl.inbox import UNDONE, read_batches
from etl.loading import load_file, say_nothing
from etl.places.loading import add_places
from etl.results import LoadResult
from etl.undoing import StateResult, change_states
from soundings.home import Home

WHO = "Soundings demo"
LICENCE = "made up by this project, for nobody and nowhere real: free for any use"
ATTRIBUTION = "the Soundings project (illustrative data)"
VINTAGE = "2026"  # of the made-up boundaries


def add_demo(home: Home, *, report: Callable[[str], None] = say_nothing) -> list[LoadResult]:
    """The demo's batches, in the store. Those that had been withdrawn are put back, not doubled."""
    from etl.demo.files import demo_files

    files = demo_files()
    shared = {"is_demo": True, "licence": LICENCE, "attribution": ATTRIBUTION, "who": WHO, "report": report}
    drawn = {"vintage": VINTAGE, **shared}
    results = [
        add_places(home, files.wards, "ward", **drawn),
        add_places(home, files.neighbourhoods, "neighbourhood", **drawn),
        load_file(home, files.activity_folder, "native", file_name="Tidewell, a made-up place", **shared),
    ]
    undone = [result.batch_id for result in results if result.is_undone] + add_askings(home, files.waves)
    if undone:
        change_states(home, undone, "redone", who=WHO)
    return results


def add_askings(home: Home, path: Path) -> list[str]:
    """Publishes what may be known of the demo's askings; the ids of those that were withdrawn."""
    from etl.demo.waves import read_askings
    from etl.participants.feedback import publish_wave
    from etl.participants.waves import list_questions
    from soundings.publication import decide

    questions, said = list_questions(), {"is_demo": True, "licence": LICENCE, "attribution": ATTRIBUTION}
    accepted = [publish_wave(home, decide(asking, [], questions), WHO, **said).batch for asking in read_askings(path)]
    return [batch.batch_id for batch in accepted if not batch.is_active]


def remove_demo(home: Home) -> list[StateResult]:
    """The demo's batches, out of the store; empty where none was in it."""
    there = [batch for batch in read_batches(home) if batch.state != UNDONE]  # one that is replaced would come back
    demo = [batch.batch_id for batch in there if batch.read_manifest()["is_demo"]]
    return change_states(home, demo, "undone") if demo else []


def has_ever_held(home: Home) -> bool:
    """Whether any batch, undone ones too, was ever accepted here."""
    return bool(read_batches(home))
