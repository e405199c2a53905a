"""Adding places: boundaries, the history of their codes, other names they go by."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from etl.accepting import accept_batch, say_now, say_who
from etl.inbox import ALIASES, HISTORY, ID_LENGTH, PLACES, encode_tables, hash_file, identify_batch
from etl.loading import ReadOptions, read_input, say_nothing
from etl.places.code_lists import check_list, map_list
from etl.places.left_out import LEFT_OUT, table_of_left_out
from etl.places.made_codes import avoid_taken
from etl.places.near import read_loaded_bounds
from etl.places.outlines import prepare_outlines
from etl.places.proposing import start_command
from etl.places.sets import Answer, settle_sets
from etl.readers.reading import require_file
from etl.replay import PLACE_SETS, map_places, pack_sheets
from etl.results import LoadResult, describe_load
from etl.undoing import choose_batch
from soundings.generations import open_current
from soundings.home import Home
from soundings.store import LOCK_SECONDS

ATTRIBUTION = (
    "Source: Office for National Statistics licensed under the Open Government Licence v.3.0. "
    "Contains OS data © Crown copyright and database right."
)
SOURCE_OF_LIST = {HISTORY: "place-code-history", ALIASES: "place-aliases"}


def add_places(
    home: Home,
    path: Path,
    kind: str,
    *,
    code: str | None = None,
    name: str | None = None,
    parent: str | None = None,
    crs: str | None = None,
    vintage: str | None = None,
    layer: str | None = None,
    swap: bool = False,
    population: str | None = None,
    households: str | None = None,
    deprivation: str | None = None,
    figures: tuple[Path, ...] = (),
    licence: str | None = None,
    attribution: str | None = None,
    answer: Answer | None = None,
    command: list[str] | None = None,
    is_demo: bool = False,
    who: str | None = None,
    timeout: float = LOCK_SECONDS,
    report: Callable[[str], None] = say_nothing,
) -> LoadResult:
    """What became of a file of boundaries. `figures` are files with population, households or deprivation by place code; one that is
    wrong does not stop the boundaries. `population`, `households`, `deprivation` name their columns.

    `answer`: what the places are to others that they lie over; `command`: the words to repeat with one. Raises BadFile where the file
    cannot be taken or lies over other places and no answer was given, Busy, BrokenStore.
    """
    from etl.places.boundaries import read_places

    path, figures = Path(path), tuple(Path(figure) for figure in figures)
    require_file(path)
    report("Reading boundaries")
    said = {
        "code": code,
        "name": name,
        "parent": parent,
        "crs": crs,
        "vintage": vintage,
        "layer": layer,
        "swap": swap or None,
    }
    said |= {"population": population, "households": households, "deprivation": deprivation}
    read = read_places(path, kind, figures=list(figures), near=read_loaded_bounds(home), **said | {"swap": swap})
    table, generation = read.table, open_current(home)
    if read.has_made_codes and generation:
        table = avoid_taken(table, generation.cursor(), read.warnings)
    options = {"kind": kind, **{key: value for key, value in said.items() if value is not None}}
    if taken := [figure for position, figure in enumerate(figures) if position not in read.faults]:
        options["figures"] = [hash_file(figure) for figure in taken]
    manifest = make_manifest(
        PLACES, f"places-{kind}", path, options, {path.name: read.detected}, is_demo=is_demo, who=who
    ) | {"licence": licence, "attribution": attribution, "decisions": list(read.warnings)}
    kept = {"place": table} | ({LEFT_OUT: table_of_left_out(read.left_out)} if read.left_out else {})
    report("Comparing with the places that are loaded")
    whole = start_command(path, kind, said | {"licence": licence, "attribution": attribution}, figures)
    settled = settle_sets(home, manifest, table, answer or Answer(), command or shlex.split(whole))
    if settled.same_id:
        manifest = choose_batch(home, settled.same_id).read_manifest()
    else:
        options |= settled.options
        manifest |= {
            "batch_sha256": identify_batch(manifest["file_sha256"], manifest["source_id"], options),
            "decisions": [*manifest["decisions"], *settled.said],
            **({PLACE_SETS: settled.sets} if settled.sets else {}),
            **({"replaces": list(settled.replaces)} if settled.replaces else {}),
        }
    mapped = map_places(kept, manifest)
    report("Saving, and finding the places of every record again")
    accepted = accept_batch(home, manifest, encode_tables(kept), mapped, timeout=timeout)
    warnings = [*read.warnings, *prepare_outlines(home, report)]
    result = describe_load(home, manifest, mapped, accepted, sheets=[], warnings=warnings)
    command = shlex.join(command) if command else start_command(path, kind, said, figures)
    return replace(result, faults=[_say_fault(fault, command, result.batch_id) for fault in read.faults.values()])


def _say_fault(fault: str, command: str, batch_id: str) -> str:
    """Why a file of figures was not taken, and how to add it once it is put right."""
    return (
        f"The boundaries were added without these figures. {fault} To add them once that is put right: soundings undo {batch_id} and "
        f"then {command}"
    )


def fetch_and_add(
    home: Home,
    code: str,
    kind: str,
    *,
    layer: str | None = None,
    answer: Answer | None = None,
    report: Callable[[str], None] = say_nothing,
) -> LoadResult:
    """What became of an authority's boundaries and population, fetched from the ONS and Nomis into the home's cache.

    Raises SoundingsError where they cannot be reached; what had come is kept, and the next try goes on from there.
    """
    from etl.places.fetch import fetch_places

    def tell(done: int, total: int | None, what: str) -> None:
        report(f"{what} ({done:,} of {total:,})" if total else what)

    boundaries, figures = fetch_places(code, kind, home.cache / "fetched", layer=layer, on_progress=tell)
    return add_places(
        home,
        boundaries,
        kind,
        figures=tuple(figures),
        licence="Open Government Licence v3.0",
        attribution=ATTRIBUTION,
        answer=answer,
        command=["soundings", "places", "fetch", code, "--kind", kind, *(["--layer", layer] if layer else [])],
        report=report,
    )


def add_history(home: Home, path: Path, *, who: str | None = None, timeout: float = LOCK_SECONDS) -> LoadResult:
    """What became of a list of superseded codes: old_code, new_code and, where known, kind and changed."""
    return add_list(home, Path(path), HISTORY, who=who, timeout=timeout)


def add_aliases(home: Home, path: Path, *, who: str | None = None, timeout: float = LOCK_SECONDS) -> LoadResult:
    """What became of a reviewed list of other names: alias, place_code and, where needed, within_code."""
    return add_list(home, Path(path), ALIASES, who=who, timeout=timeout)


def add_list(home: Home, path: Path, kind: str, *, who: str | None, timeout: float) -> LoadResult:
    require_file(path)
    sheets = read_input(path, ReadOptions())[:1]
    check_list(kind, sheets, path.name)
    detected = {sheet.name: sheet.detected for sheet in sheets}
    manifest = make_manifest(kind, SOURCE_OF_LIST[kind], path, {}, detected, is_demo=False, who=who)
    mapped = map_list(kind, sheets, manifest["batch_sha256"][:ID_LENGTH], path.name)
    accepted = accept_batch(home, manifest, encode_tables(pack_sheets(sheets)), mapped, timeout=timeout)
    return describe_load(home, manifest, mapped, accepted, sheets=sheets)


def make_manifest(
    kind: str, source_id: str, path: Path, options: dict, detected: dict, *, is_demo: bool, who: str | None
) -> dict:
    """What is written down about a batch of places as it is accepted."""
    file_sha256 = hash_file(path)
    return {
        "batch_sha256": identify_batch(file_sha256, source_id, options),
        "kind": kind,
        "source_id": source_id,
        "file_name": path.name,
        "file_sha256": file_sha256,
        "is_demo": is_demo,
        "accepted_at": say_now(),
        "accepted_by": who or say_who(),
        "options": options,
        "detected": detected,
        "decisions": [],
    }
