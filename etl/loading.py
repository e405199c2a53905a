"""Loading one file, upload or folder of records: read, recognise, screen, map, accept, publish."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from etl.accepting import accept_batch, is_refused, say_now, say_who
from etl.account import SHEETS_FOUND, list_found
from etl.approval.invited import hold_invited
from etl.decimals import read_decimals
from etl.inbox import ID_LENGTH, RECORDS, encode_tables, hash_file, identify_batch
from etl.questions.asking import (
    ANSWERS,
    LEFT_OUT,
    apply_answers,
    check_answers,
    check_records,
    check_sheets,
    find_replaced,
    require_answers,
    settle,
)
from etl.questions.types import Checked, Context, Question, RecordContext
from etl.replacing import check_current, check_same_file, date_reading, find_readings, find_same_reading
from etl.replay import insert_batch, pack_sheets
from etl.results import LoadResult, describe, describe_load
from etl.sparing import spare_memory
from etl.types import Leave, Mapped, Sheet
from etl.undoing import RebuildResult, StateResult, choose_batch, rebuild, redo, undo
from soundings.generations import open_current
from soundings.home import Home, find_today
from soundings.model import BadFile, SoundingsError
from soundings.store import LOCK_SECONDS

if TYPE_CHECKING:
    from etl.locating.areas import AreaLookup
    from etl.specs import Spec

__all__ = ["LoadResult", "RebuildResult", "StateResult", "load_file", "rebuild", "redo", "undo"]

READING = ("sheet", "header_row", "encoding", "delimiter", "crs")
LARGE = 4 << 20  # bytes from which on two things at once earn their keep


@dataclass(frozen=True)
class ReadOptions:
    """How a person said a file is to be read; None means: find out."""

    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    crs: str | None = None
    drop: tuple[str, ...] = ()
    date_order: str | None = None
    epoch: int | None = None
    answers: tuple[tuple[str, str], ...] = ()  # (question id, choice id)
    decimal: str | None = None

    def said(self) -> dict:
        """Only what was said: these make up the batch's identity."""
        said = {name: value for name, value in asdict(self).items() if value not in (None, ())}
        return said | ({ANSWERS: dict(self.answers)} if self.answers else {})


def say_nothing(step: str) -> None:
    """The progress report of a caller that shows none."""


@spare_memory()
def load_file(
    home: Home,
    path: Path,
    source: str | None = None,
    *,
    dry_run: bool = False,
    options: ReadOptions | None = None,
    is_demo: bool = False,
    licence: str | None = None,
    attribution: str | None = None,
    who: str | None = None,
    file_name: str | None = None,
    replaces: str | None = None,
    read_again: bool = False,
    spec: Spec | None = None,
    timeout: float = LOCK_SECONDS,
    report: Callable[[str], None] = say_nothing,
) -> LoadResult:
    """What became of the file; with `dry_run`, what would, and nothing is written.

    `licence` and `attribution` speak for this file where the source's own do not. `replaces`: the id of a batch (or the
    unique beginning of it) that this file corrects; it stands aside until this one is undone. `read_again`: where this very file is
    loaded, read in another way, this reading takes the place of that one. `spec`: the source's, where it is none of those there are. A file whose every row is rejected leaves
    no batch. `report` is told each step as it begins. Raises BadFile where the file as a whole cannot be taken, Busy, BrokenStore.
    """
    options = options or ReadOptions()
    who = who or say_who()
    path = Path(path)
    if not path.exists():
        raise BadFile(f"There is no file {path}. Check the name, and the folder you are in.")
    report("Reading")
    with ThreadPoolExecutor(2) as beside:
        hashing = beside.submit(hash_input, path)
        areas = beside.submit(open_ready_areas, home) if may_hold_points(path) else None
        sheets = read_input(path, options)
    file_sha256 = hashing.result()
    spec = spec or choose_spec(home, sheets, source, options)
    answers = dict(options.answers)
    context = Context(spec, None, answers, file_name or path.name)
    found = list_found(sheets, context)
    checked = check_sheets(sheets, context)
    sheets = checked.sheets
    report("Checking for personal data")
    sheets, decisions = screen(home, sheets, spec, options, areas and areas.result())
    manifest = {
        "batch_sha256": identify_batch(file_sha256, spec.id, options.said(), spec.raw),
        "kind": RECORDS,
        "source_id": spec.id,
        "file_name": file_name or path.name,
        "file_sha256": file_sha256,
        "is_demo": is_demo,
        "accepted_at": say_now(),
        "recorded_date": find_today().isoformat(),
        "accepted_by": who,
        "options": options.said(),
        "detected": {sheet.name: sheet.detected for sheet in sheets},
        "decisions": [*checked.decisions, *decisions],
        "licence": licence or spec.licence,
        "attribution": attribution or spec.attribution,
        "mapping": spec.raw,
        SHEETS_FOUND: found,
        **say_left_out(checked),
    }
    if replaced := choose_replaced_all(home, manifest, replaces, read_again):
        manifest = date_reading(home, manifest | {"replaces": replaced})
    report("Understanding each row")
    if dry_run:
        if find_same_reading(home, manifest) is None:
            check_current(home, manifest)
        manifest, mapped, questions = ask(
            home, spec, manifest, map_rows(spec, sheets, manifest), checked, answers, sheets
        )
        check_answers(questions, answers)
        if find_same_reading(home, manifest) is None:
            check_same_file(home, manifest)
        report("Finding the places")
        return replace(preview(home, manifest, mapped), questions=list(questions), answers=answers)
    with ThreadPoolExecutor(1) as beside:
        packed = beside.submit(lambda: encode_tables(pack_sheets(sheets)))
        mapped = map_rows(spec, sheets, manifest)
        files = packed.result()
    manifest, mapped, questions = ask(home, spec, manifest, mapped, checked, answers, sheets)
    check_answers(questions, answers)
    require_answers(questions, answers, manifest["file_name"])
    report("Saving")
    accepted = accept_batch(home, manifest, files, mapped, timeout=timeout)
    return replace(
        describe_load(home, manifest, mapped, accepted, sheets=sheets), questions=list(questions), answers=answers
    )


def ask(
    home: Home,
    spec: Spec,
    manifest: dict,
    mapped: Mapped,
    checked: Checked,
    answers: dict[str, str],
    sheets: Sequence[Sheet] = (),
) -> tuple[dict, Mapped, tuple[Question, ...]]:
    """(the manifest with every answer that holds, the records as those answers make them, all that is asked)."""
    asked = check_records(RecordContext(home, spec, manifest, mapped, answers, sheets))
    questions = (*checked.questions, *asked)
    if not questions:
        return manifest, mapped, ()
    manifest = manifest | {ANSWERS: settle(questions, answers)}
    if replaced := find_replaced(questions, answers):
        manifest["replaces"] = list(dict.fromkeys([*(manifest.get("replaces") or ()), *replaced]))
    return manifest, apply_answers(mapped, manifest), questions


def say_left_out(checked: Checked) -> dict:
    """What the manifest keeps of rows that a check left out; nothing where there are none."""
    told = [{name: value for name, value in asdict(one).items() if value is not False} for one in checked.left_out]
    return {LEFT_OUT: told} if told else {}


def hash_input(path: Path) -> str:
    """sha256 of a file, or of a folder's file names and their hashes."""
    if path.is_file():
        return hash_file(path)
    lines = [f"{file.name}\t{hash_file(file)}" for file in list_inputs(path)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def list_inputs(folder: Path) -> list[Path]:
    """The files of a folder of sheets, by name; hidden files and folders are passed over."""
    return sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith((".", "~")))


def read_input(path: Path, options: ReadOptions) -> list[Sheet]:
    """Every sheet of a file or folder, read as the person said; of a file that Soundings wrote to be put right, as their own."""
    from etl.readers import read_sheets
    from etl.rejects import take_notes_off

    said = options.said()
    sheets = read_sheets(path, **{name: said[name] for name in READING if name in said})
    return read_decimals([take_notes_off(sheet) for sheet in sheets], options.decimal)


def choose_spec(home: Home, sheets: list[Sheet], source: str | None, options: ReadOptions) -> Spec:
    """The source named, or recognised by its columns. Raises BadFile with the way on where it is none."""
    from etl.specs import find_spec, read_home_specs, recognise_source, with_options

    specs = read_home_specs(home)
    spec = find_spec(specs, source) if source else recognise_source(sheets, specs)
    return with_options(spec, options.date_order, options.epoch)


def screen(
    home: Home, sheets: list[Sheet], spec: Spec, options: ReadOptions, areas: AreaLookup | None = None
) -> tuple[list[Sheet], list[str]]:
    """The sheets without personal data, and what was decided. `areas`: where they were opened already."""
    from etl.screening import find_none, screen_sheets
    from etl.spec_types import TEMPLATE
    from etl.specs import list_unused

    drop = [*spec.drop, *options.drop]
    kept, roles, left_out = choose_kept(spec, sheets, drop)
    unused = partial(list_unused, spec)
    empty, mask = (unused, find_none) if spec.shape == TEMPLATE else (find_none, unused)
    areas = areas or read_areas(home, roles, kept)
    screened, decisions = screen_sheets(kept, roles, areas, drop=drop, empty=empty, mask=mask)
    return screened, [*left_out, *decisions]


def choose_kept(spec: Spec, sheets: list[Sheet], drop: list[str]) -> tuple[list[Sheet], dict[str, str], list[str]]:
    """(the sheets that may be kept, what screening is told of their columns, what was left out or goes by another name)."""
    from etl.mapping.headings import find_roles, say_headings
    from etl.spec_types import DROP, TEMPLATE
    from etl.specs import find_sheets

    left_out = []
    if (spec.others == DROP or spec.shape == TEMPLATE) and (fitting := find_sheets(spec, sheets)):
        others = {sheet.name for sheet in sheets} - {sheet.name for sheet in fitting}
        left_out = [f"The sheet '{name}' was left out: it is not of this source." for name in sorted(others)]
        sheets = fitting
    return sheets, find_roles(spec, sheets, drop), [*left_out, *say_headings(spec, sheets)]


def read_areas(home: Home, roles: dict[str, str], sheets: list[Sheet]) -> AreaLookup | None:
    """What turns a person's postcode or point into a loaded area; None where the file has none of these columns."""
    of_people = {name.casefold() for name, role in roles.items() if role.startswith("person_")}
    columns = {name.casefold() for sheet in sheets for name in sheet.table.column_names}
    return open_areas(home) if of_people & columns else None


def open_areas(home: Home) -> AreaLookup | None:
    """The loaded areas that a person's postcode or point may become; None where no place is loaded."""
    from etl.locating.areas import read_area_lookup

    generation = open_current(home)
    return read_area_lookup(generation.cursor()) if generation else None


def open_ready_areas(home: Home) -> AreaLookup | None:
    """The same, made ready while a file is read."""
    areas = open_areas(home)
    return areas and areas.make_ready()


def may_hold_points(path: Path) -> bool:
    """Whether a file begins as a large table of points does: then its areas are opened while it is read. A guess, and no more."""
    if not path.is_file() or path.stat().st_size < LARGE:
        return False
    with path.open("rb") as file:
        head = file.readline(4096).lower()
    return b"lat" in head or b"northing" in head or b"postcode" in head


def choose_replaced_all(home: Home, manifest: dict, said: str | None, read_again: bool) -> list[str]:
    """The ids of the batches that a file takes the place of: the one it corrects, and other readings of the very same file."""
    replaced = [choose_replaced(home, said, manifest["source_id"], manifest["file_sha256"])] if said else []
    if read_again and (same := find_same_reading(home, manifest)) is None:
        replaced += [one.batch_id for one in find_readings(home, manifest["file_sha256"])]
    elif read_again:
        replaced += same.read_manifest().get("replaces") or []
    return list(dict.fromkeys(replaced))


def choose_replaced(home: Home, said: str, source: str, file_sha256: str | None = None) -> str:
    """The id of the batch that is corrected. Raises SoundingsError where there is none, or it is of another source and another
    file than this, the one with `file_sha256`.

    Whether it still stands is asked where it is replaced, so that the same file sent again is one batch.
    """
    batch = choose_batch(home, said)
    told = batch.read_manifest()
    its = told["source_id"]
    if its != source and told["file_sha256"] != file_sha256:
        raise SoundingsError(
            f"Batch {batch.batch_id} ({batch.file_name}) is of the source {its}, this file of {source}, so this file cannot take "
            "its place. Nothing was loaded. `soundings status` lists the batches there are."
        )
    return batch.batch_id


def map_rows(spec: Spec, sheets: list[Sheet], manifest: dict, leave: Leave | None = None) -> Mapped:
    from etl.mapping.batch import map_sheets

    batch_id = manifest["batch_sha256"][:ID_LENGTH]
    mapped = map_sheets(spec, sheets, batch_id, manifest["file_name"], leave)
    return hold_invited(apply_answers(mapped, manifest), manifest)


def preview(home: Home, manifest: dict, mapped: Mapped) -> LoadResult:
    """What a load would come to, worked out in memory against the places of the current generation."""
    if is_refused(mapped):
        return describe(None, manifest, mapped, is_dry_run=True, is_refused=True)
    generation = open_current(home)
    batch_id = manifest["batch_sha256"][:ID_LENGTH]
    same = "select 1 from batch where batch_id = $1"
    if generation and generation.cursor().execute(same, [batch_id]).fetchone():
        return describe(generation.cursor(), manifest, mapped, is_dry_run=True, already_loaded=True)
    with open_preview(home, manifest, mapped) as connection:
        return describe(connection, manifest, mapped, is_dry_run=True)


@contextmanager
def open_preview(home: Home, manifest: dict, mapped: Mapped) -> Iterator[duckdb.DuckDBPyConnection]:
    """A store in memory that holds the loaded places and, of records, those of this batch alone, located. It must not be loaded."""
    from etl.locating.apart import open_places
    from etl.locating.locations import resolve_locations

    with open_places(home) as connection:
        insert_batch(connection, 1 << 30, manifest, mapped)
        resolve_locations(connection, [manifest["batch_sha256"][:ID_LENGTH]])
        yield connection
