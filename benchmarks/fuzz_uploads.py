"""Twenty thousand damaged files through the page Upload's reading and preparing, beside pandas on the same bytes. Prints JSON.

    python -m benchmarks.fuzz_uploads [--inputs 20000] [--seed 7]

Bars: no traceback, no row lost, no refusal that is not a full sentence. The files are the tests' small made ones and a few
filled-in tables, with bytes flipped, cut, repeated and swapped, cells and lines swapped, members of zips changed inside.
Two worker processes with a limit of memory and a clock for each input; a worker that a file ends is counted and replaced:
on the page the same costs a message. One file in twenty, where it can be taken in, goes as far as its preview.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import pickle
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from etl.confining import limit_memory
from etl.types import Sheet
from etl.uploads.guessing import propose_columns
from etl.uploads.mapping import ColumnMapping
from etl.uploads.preview import preview_upload
from etl.uploads.sheets import apply_mapping
from etl.uploads.uploading import Prepared, Wanted, list_fitting, list_refused, prepare_upload
from soundings.home import PROJECT, Home
from soundings.model import BadFile

INPUTS, SEED, WORKERS = 20_000, 7, 2
SECONDS_EACH, MOST_BYTES, PREVIEW_EVERY, SHOWN = 30, 64 * 1024, 40, 5
OURS, THEIRS = "soundings", "pandas"
LOADED, REFUSED, ENDED, TRACEBACK, LOST, UNCLEAR = "loaded", "refused", "ended", "traceback", "lost", "unclear"
EXCEL = {".xlsx": "openpyxl", ".ods": "odf"}
TEXT = (".csv", ".tsv", ".txt")
SPICE = [b"\0", b"\xff\xfe", b'"', b"\r", b"\n\n", b";", b",,,,", b"\xc3", b"\xe2\x80\xae", b"1e999", b"-", b"[", b"{", b"=1+1", b"9" * 40]  # fmt: skip
OWN = {
    "events.csv": "Event name,Held on,Ward,Attendance,People\n"
    + "".join(f"Tea {n},{n % 28 + 1}/03/2025,Ward {n % 4},{n},about {n}\n" for n in range(30)),
    "points.csv": "title,date,lon,lat\n" + "".join(f"Walk {n},2025-03-{n % 28 + 1:02d},-1.{n:02d},53.05\n" for n in range(30)),
    "answers.csv": "date,ward_code,activity\n" + "".join(f"2025-03-{n % 28 + 1:02d},E0599990{n % 4},Parks\n" for n in range(30)),
    "metres.csv": "title;start date;easting;northing\n" + "".join(f"Walk {n};1 May 2025;4299{n:02d};433850\n" for n in range(20)),
    "native.csv": "activity_id,title,start_date,end_date,place_name,place_role,mode\n"
    + "".join(f"a{n},Tea,2025-03-01,2025-04-01,Ward {n % 4},venue,in person\n" for n in range(20)),
}  # fmt: skip


def make_corpus(folder: Path) -> list[tuple[str, bytes]]:
    """(name, bytes) of every small made file, the tests' corpus first."""
    from tests.messy import books, maps, texts

    made = []
    cases = [*texts.KEPT, *books.KEPT, *maps.KEPT, *texts.REFUSED, *books.REFUSED, *maps.REFUSED]
    for number, case in enumerate(cases):
        (folder / str(number)).mkdir()
        path = case.make(folder / str(number))
        if path.is_file() and 0 < path.stat().st_size <= MOST_BYTES:
            made.append((path.name, path.read_bytes()))
    return [*made, *((name, text.encode()) for name, text in OWN.items() for _ in range(6))]


def damage(corpus: list[tuple[str, bytes]], seed: int, number: int) -> tuple[str, bytes]:
    """(name, bytes) of one damaged file, the same for the same seed and number."""
    chance = random.Random(f"{seed}-{number}")
    name, data = chance.choice(corpus)
    if data.startswith(b"PK") and chance.random() < 0.6:
        data = change_inside(chance, data)
    else:
        for _ in range(chance.choice([1, 1, 2, 4])):
            data = chance.choice([flip, cut, repeat, spice, swap_cells, swap_lines, swap_cells])(chance, data)
    if chance.random() < 0.1:
        data += chance.choice(corpus)[1][: chance.randrange(1, 2000)]
    if chance.random() < 0.05:
        name = f"a{Path(chance.choice(corpus)[0]).suffix}"
    return name, data


def flip(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 3, 20]) if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] if chance.random() < 0.5 else data[:start] + data[start + chance.randrange(1, 200) :]


def repeat(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start : start + chance.randrange(1, 120)] * chance.randrange(2, 12) + data[start:]


def spice(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(SPICE) * chance.choice([1, 1, 3]) + data[at:]


def swap_cells(chance: random.Random, data: bytes) -> bytes:
    mark = max((b",", b";", b"\t", b"|"), key=data.count)
    return swap(chance, data, mark)


def swap_lines(chance: random.Random, data: bytes) -> bytes:
    return swap(chance, data, b"\n")


def swap(chance: random.Random, data: bytes, mark: bytes) -> bytes:
    parts = data.split(mark)
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]
    return mark.join(parts)


def change_inside(chance: random.Random, data: bytes) -> bytes:
    """A zip (a workbook is one) that opens, with one of its members damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, zipfile.zlib.error):
        return flip(chance, data)
    if not members:
        return flip(chance, data)
    at = chance.randrange(len(members))
    how = chance.choice([flip, cut, repeat, spice])
    members[at] = (members[at][0], how(chance, members[at][1]))
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for member, content in members:
            archive.writestr(member, content)
    return packed.getvalue()


def try_ours(home: Home, name: str, data: bytes, *, is_previewed: bool) -> tuple[str, str]:
    """(what became of the file, a word about it)."""
    from etl.readers import read_bytes

    try:
        sheets = read_bytes(data, name)
        wanted = Wanted(mapping=None if list_fitting(home, sheets) else confirm(sheets))
        prepared = prepare_upload(home, name, hashlib.sha256(data).hexdigest(), sheets, wanted, "a benchmark")
        if prepared.personal:
            return LOADED, "asked about columns of people"
        wrong = find_lost(sheets, wanted, prepared)
        if wrong:
            return LOST, wrong
        if is_previewed:
            preview_upload(home, prepared)
    except BadFile as error:
        said = str(error)
        return (REFUSED, "") if said.endswith((".", "?")) and len(said.split()) >= 6 else (UNCLEAR, said)
    except Exception as error:  # noqa: BLE001 — every other exception is what this looks for
        at = traceback.extract_tb(error.__traceback__)[-1]
        return TRACEBACK, f"{type(error).__name__}: {str(error)[:200]} ({Path(at.filename).name}:{at.lineno})"
    return LOADED, ""


def confirm(sheets: list[Sheet]) -> ColumnMapping:
    """The columns as they are proposed, with a title."""
    sheet = max(sheets, key=lambda one: one.table.num_rows)
    headers = sheet.table.column_names
    proposed = {one.column: one.field for one in propose_columns(headers, sheet.table.slice(0, 50).to_pylist())}
    if "title" not in proposed.values():
        proposed[headers[0]] = "title"
    return ColumnMapping(tuple((name, field) for name, field in proposed.items() if field), "Made-up Hub")


def find_lost(sheets: list[Sheet], wanted: Wanted, prepared: Prepared) -> str:
    """What does not add up: rows read, taken in and rejected with a reason. Empty where all does.

    Of matched columns a row is an activity and what else it says; that comes in with its activity or not at all, and is told of once.
    """
    mapped = prepared.mapped
    rejected = {
        (line["file"], line["row_number"])
        for line in mapped.rejections.to_pylist()
        if line["is_row_rejected"] and line["reason"]
    }
    if mapped.rows_read != mapped.rows_accepted + mapped.rows_rejected or len(rejected) != mapped.rows_rejected:
        return f"{mapped.rows_read} read, {mapped.rows_accepted} taken in, {len(rejected)} rejected with a reason"
    if wanted.mapping:
        made = apply_mapping(sheets, wanted.mapping)
        chosen = max(sheet.table.num_rows for sheet in sheets)
        refused = {row for sheet, row in list_refused(mapped, prepared.sheets) if sheet == made[0].name}
        expected = chosen + sum(row not in refused for sheet in made[1:] for row in sheet.row_numbers.to_pylist())
        if made[0].table.num_rows != chosen or expected != mapped.rows_read:
            return f"{chosen} rows in the file, {expected} records of them to read, {mapped.rows_read} read"
    return ""


def try_theirs(name: str, data: bytes) -> tuple[str, str] | None:
    """The same of pandas, for the formats that it reads; the word is the exception's name."""
    import pandas

    suffix = Path(name).suffix.lower()
    if suffix not in (*TEXT, *EXCEL):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if suffix in EXCEL:
                pandas.read_excel(io.BytesIO(data), engine=EXCEL[suffix])
            else:
                pandas.read_csv(io.BytesIO(data))
    except Exception as error:  # noqa: BLE001 — which ones there are is what is counted
        return TRACEBACK, type(error).__name__
    return LOADED, ""


def work(folder: Path, seed: int, start: int, step: int, end: int) -> None:
    """One worker: tells each step on a line before it, and what became of it after it."""
    limit_memory()
    told = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what libraries print is not ours
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    corpus = pickle.loads((folder / "corpus.pickle").read_bytes())
    home = Home(folder / "wards" / "home")
    for number in range(start, end, step):
        name, data = damage(corpus, seed, number)
        for who in (OURS, THEIRS):
            tell(told, {"number": number, "who": who})
            signal.alarm(SECONDS_EACH)
            if who == OURS:
                found = try_ours(home, name, data, is_previewed=number % PREVIEW_EVERY < WORKERS)
            else:
                found = try_theirs(name, data)
            signal.alarm(0)
            tell(told, {"number": number, "who": who, "found": found, "name": name})


def tell(told: IO[str], line: dict) -> None:
    told.write(json.dumps(line) + "\n")
    told.flush()


def follow(folder: Path, seed: int, first: int, end: int) -> list[dict]:
    """What every input of one worker came to; a worker that ends is followed by one that goes on after it."""
    lines, start = [], first
    while start < end:
        command = [sys.executable, "-m", "benchmarks.fuzz_uploads", "--worker", str(folder), str(start), str(end), "--seed", str(seed)]  # fmt: skip
        last = None
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=PROJECT
        ) as worker:
            for text in worker.stdout:
                line = json.loads(text)
                last = line
                if "found" in line:
                    lines.append(line)
        if last is None:
            raise RuntimeError("A worker could not start.")
        if "found" not in last:
            lines.append({**last, "found": [ENDED, f"exit {worker.returncode}"], "name": "?"})
        start = last["number"] + WORKERS
    return lines


def run(inputs: int, seed: int) -> dict:
    """All counts and whether each bar is met."""
    from tests.homes import make_wards_home

    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "made").mkdir()
        (folder / "wards").mkdir()
        make_wards_home(folder / "wards")
        corpus = make_corpus(folder / "made")
        (folder / "corpus.pickle").write_bytes(pickle.dumps(corpus))
        with ThreadPoolExecutor(WORKERS) as beside:
            parts = list(beside.map(lambda first: follow(folder, seed, first, inputs), range(WORKERS)))
    lines = [line for part in parts for line in part if line["found"]]
    ours = [line for line in lines if line["who"] == OURS]
    theirs = [line for line in lines if line["who"] == THEIRS]
    counts = Counter(line["found"][0] for line in ours)
    bars = {"tracebacks": counts[TRACEBACK], "rows_lost": counts[LOST], "refusals_not_a_sentence": counts[UNCLEAR]}
    return {
        "inputs": len(ours),
        "loaded": counts[LOADED],
        "refused_with_a_message": counts[REFUSED],
        "process_ended": counts[ENDED],
        **bars,
        "met": {name: count == 0 for name, count in bars.items()} | {"inputs": len(ours) == inputs},
        "examples": [
            {"number": line["number"], "name": line["name"], "what": line["found"]}
            for line in ours
            if line["found"][0] not in (LOADED, REFUSED)
        ][:SHOWN],
        "kinds": Counter(line["found"][1] for line in ours if line["found"][0] not in (LOADED, REFUSED)).most_common(
            20
        ),
        "pandas": {
            "inputs": len(theirs),
            "loaded": sum(line["found"][0] == LOADED for line in theirs),
            "process_ended": sum(line["found"][0] == ENDED for line in theirs),
            "raised": dict(Counter(line["found"][1] for line in theirs if line["found"][0] == TRACEBACK).most_common()),
        },
        "seconds": round(time.monotonic() - started, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=INPUTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        folder, start, end = options.worker
        work(Path(folder), options.seed, int(start), WORKERS, int(end))
        return 0
    result = run(options.inputs, options.seed)
    print(json.dumps(result, indent=2))
    return 0 if all(result["met"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
