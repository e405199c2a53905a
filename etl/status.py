"""What an installation holds, and whether its store says what its inbox says."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from etl.inbox import read_batches
from soundings import sources
from soundings.content import content_hash
from soundings.generations import KEPT_COUNT, KEPT_SECONDS, Generation, open_current, read_high_water
from soundings.home import Home
from soundings.model import PLACE_STATES, BrokenStore
from soundings.place_sets import read_sets
from soundings.store import LOCK_SECONDS


def status(home: Home) -> dict:
    """Everything `soundings status --json` prints. `store_state` is ok, empty, behind (the inbox has more) or broken."""
    batches = read_batches(home)
    try:
        generation, problem = open_current(home), None
    except BrokenStore as error:
        generation, problem = None, str(error)
    lines = {line.batch_id: line for line in sources.read_batches(generation.cursor())} if generation else {}
    active = {batch.batch_id for batch in batches if batch.is_active}
    missing, extra = sorted(active - set(lines)), sorted(set(lines) - active)
    state = "broken" if problem else "behind" if missing or extra else "ok" if generation else "empty"
    return {
        "home": str(home.root),
        "store_state": state,
        "problem": problem,
        "generation": generation.number if generation else None,
        "last_generation": read_high_water(home),
        "content_hash": content_hash(generation.cursor()) if generation else None,
        "inbox": {
            "accepted": len(batches),
            "active": len(active),
            "undone": len(batches) - len(active),
            "agrees_with_store": not problem and not missing and not extra,
            "not_in_store": missing,
            "only_in_store": extra,
        },
        "places": count_places(generation),
        "place_sets": list_sets(generation),
        "place_clashes": list_clashes(home) if generation else [],
        "records": {name: sum(getattr(line, name) for line in lines.values()) for name in PLACE_STATES},
        "rows": {
            name: sum(getattr(line, f"rows_{name}") for line in lines.values() if line.kind == "records")
            for name in ("read", "accepted", "rejected")
        },
        "batches": [describe_batch(batch, lines.get(batch.batch_id)) for batch in batches],
        "disk_bytes": {
            folder.name: measure_folder(folder)
            for folder in (home.inbox, home.store, home.geometry, home.rejected, home.cache)
        },
        "limits": read_limits(),
    }


def count_places(generation: Generation | None) -> dict[str, int]:
    """Kind → distinct places in the current generation."""
    if generation is None:
        return {}
    found = generation.cursor().execute(
        "select kind, count(distinct place_code) from place group by kind order by 2, 1"
    )
    return dict(found.fetchall())


def list_sets(generation: Generation | None) -> dict[str, list[str]]:
    """Kind → names of its sets, newest first, of the kinds that have several."""
    if generation is None:
        return {}
    cursor = generation.cursor()
    kinds = cursor.execute("select distinct kind from place_set_now where rank = 2 order by 1").fetchall()
    return {kind: [one.name for one in read_sets(cursor, kind)] for (kind,) in kinds}


def list_clashes(home: Home) -> list[str]:
    """A sentence for each two batches of places that lie over one another as if they were one set, with the way out."""
    from etl.places.ground import find_clashes

    return [clash.say() for clash in find_clashes(home)]


def describe_batch(batch, line) -> dict:
    """One accepted batch: from the store where it is active, from its manifest where it is undone."""
    state = {
        "sequence": batch.sequence,
        "batch_id": batch.batch_id,
        "state": batch.state,
        "is_in_store": line is not None,
    }
    if line is not None:
        told = asdict(line)
        told["accepted_at"] = line.accepted_at.isoformat(timespec="seconds")
        told["detected"] = json.loads(line.detected)
        return {**state, **told}
    manifest = batch.read_manifest()
    names = ("kind", "source_id", "file_name", "file_sha256", "is_demo", "accepted_at", "accepted_by", "detected")
    return {**state, **{name: manifest[name] for name in names}}


def measure_folder(folder: Path) -> int:
    """Bytes of all files below a folder; 0 where there is none. A file that goes away meanwhile counts nothing.

    Sealed answers and their codes count nothing either: from the bytes before and after one could tell how many answered.
    """
    total = 0
    for path in folder.rglob("*"):
        if path.relative_to(folder).parts[0] in ("sealed", "waves"):
            continue
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def read_limits() -> dict:
    """The limits in force on this machine: of writing, and of reading files."""
    from etl import confining, parsing, workbook_process
    from etl.readers import archives, csv_text

    confined = confining.read_confined()
    return {
        "seconds_for_a_workbook": workbook_process.SECONDS,
        "bytes_of_memory_for_a_workbook": confining.BYTES_OF_MEMORY if confined.memory else None,
        "network_is_closed_to_reading_uploads": confined.network,
        "bytes_of_an_unpacked_workbook": archives.MAX_WORKBOOK,
        "bytes_of_an_unpacked_zip": archives.MAX_UNPACKED,
        "members_of_a_zip": archives.MAX_MEMBERS,
        "times_a_zip_may_grow": archives.MAX_RATIO,
        "corners_of_the_shapes_of_a_file": archives.MAX_VERTICES,
        "bytes_of_a_csv_cell": csv_text.LONGEST_CELL,
        "characters_of_a_list": parsing.LONGEST_LIST,
        "writers_at_once": 1,
        "seconds_to_wait_for_the_writer": LOCK_SECONDS,
        "generations_kept": KEPT_COUNT,
        "seconds_a_generation_is_kept": KEPT_SECONDS,
    }
