"""Place outlines prepared once for the browser: simplified, on one grid, compact, named by their content."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from soundings.coverage import GridCoverage, build_coverage
from soundings.disk import make_directory, rename, step, write_file
from soundings.home import Home
from soundings.mending import read_shapes
from soundings.model import SoundingsError
from soundings.place_sets import find_set
from soundings.topology import build_topology, encode_topology

FORMAT = 4
NAMES_SAID = 10
HASH_PATTERN = re.compile(r"[0-9a-f]{20}")

_READ_PLACES = """
with recursive within_parent as (
    select place_code from place_in_set where parent_code = $parent
    union
    select l.place_code from place_in_set l join within_parent w on l.parent_code = w.place_code
)
select
    l.place_code,
    l.name,
    l.parent_code,
    p.name as parent_name,
    l.lon,
    l.lat,
    sha256(l.geometry) as geometry_sha256,
    case when $is_whole then l.geometry end as geometry
from place_in_set l left join place_now p on p.place_code = l.parent_code
where l.kind = $kind and l.place_set = $place_set
    and ($parent is null or l.place_code in (select place_code from within_parent))
order by l.place_code
"""


@dataclass(frozen=True)
class PreparedGeometry:
    """One place set ready to draw. Every array sent to the map follows `place_codes`; parents follow `parent_codes`.

    `payload`: gzipped JSON, the same bytes for the same places. `bounds`: west, south, east, north.
    `collapsed_codes`: places too small for the grid, drawn as a point. `undrawable_codes`, `undrawable_names`: places of whose
    outline nothing can be drawn; they have a number and a point like any other.
    """

    hash: str
    payload: bytes
    place_codes: tuple[str, ...]
    parent_codes: tuple[str, ...]
    bounds: tuple[float, float, float, float]
    collapsed_codes: tuple[str, ...]
    invalid_edges_before: int
    invalid_edges_after: int
    undrawable_codes: tuple[str, ...] = ()
    undrawable_names: tuple[str, ...] = ()

    def say_undrawable(self) -> str | None:
        """A sentence on the places that are not on the map, by name; None where every place is."""
        count, names = len(self.undrawable_names), list(self.undrawable_names[:NAMES_SAID])
        if not count:
            return None
        more = f" and {count - len(names):,} more" if count > len(names) else ""
        one = "its outline in the boundary file has" if count == 1 else "their outlines in the boundary file have"
        return (
            f"Not on the map: {', '.join(names)}{more}, because {one} nothing that can be drawn. "
            "The figures are in the tables. Add a boundary file with a mended outline to see them on the map."
        )


def prepare_geometry(rows: pa.Table | pd.DataFrame, digest: str | None = None) -> PreparedGeometry:
    """The geometry payload for these places: place_code, name, parent_code, lon, lat, geometry (WKB, lon/lat WGS 84).

    `parent_name` is used where it stands. `digest` names the content; without it the rows are hashed here.
    No outline stops it: of one that cannot be drawn, the place is named in `undrawable_codes`. Raises SoundingsError where there
    is no place or a code stands twice.
    """
    frame = (rows.to_pandas() if isinstance(rows, pa.Table) else rows).sort_values("place_code", kind="stable")
    if frame.empty:
        raise SoundingsError("There are no places to draw: load boundaries first (soundings places add FILE).")
    if frame["place_code"].duplicated().any():
        twice = frame.loc[frame["place_code"].duplicated(), "place_code"].iloc[0]
        raise SoundingsError(f"The place {twice} stands twice among the places to draw: each code may stand once.")
    coverage = build_coverage(read_shapes(frame["geometry"]))
    frame = frame.assign(**_find_points(frame, coverage))
    codes = tuple(str(code) for code in frame["place_code"])
    parents = _find_parents(frame)
    content_hash = hashlib.sha256(f"{FORMAT}:{digest or _digest_rows(frame)}".encode()).hexdigest()[:20]
    west, south = coverage.origin
    document = {
        "format": FORMAT,
        "hash": content_hash,
        "step": coverage.step,
        "origin": [west, south],
        "codes": codes,
        "names": [str(name) for name in frame["name"]],
        "x": _grid(frame["lon"], west, coverage.step),
        "y": _grid(frame["lat"], south, coverage.step),
        "parent_of": parents["of"],
        "parents": {key: parents[key] for key in ("codes", "names")}
        | {"x": _grid(parents["lon"], west, coverage.step), "y": _grid(parents["lat"], south, coverage.step)},
        **encode_topology(build_topology(coverage.polygons)),
    }
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return PreparedGeometry(
        hash=content_hash,
        payload=gzip.compress(body, compresslevel=9, mtime=0),
        place_codes=codes,
        parent_codes=tuple(parents["codes"]),
        bounds=coverage.bounds,
        collapsed_codes=tuple(codes[i] for i in coverage.collapsed),
        invalid_edges_before=coverage.invalid_edges_before,
        invalid_edges_after=coverage.invalid_edges_after,
        undrawable_codes=tuple(codes[i] for i in coverage.undrawable),
        undrawable_names=tuple(str(frame["name"].iloc[i]) for i in coverage.undrawable),
    )


def _find_points(frame: pd.DataFrame, coverage: GridCoverage) -> dict[str, np.ndarray]:
    """Longitude and latitude of each place; of one that cannot be drawn within the bounds, so that nothing is far away from the rest."""
    west, south, east, north = coverage.bounds
    points, lost = {}, list(coverage.undrawable)
    for axis, low, high in (("lon", west, east), ("lat", south, north)):
        numbers = frame[axis].to_numpy(dtype=float, na_value=np.nan, copy=True)
        numbers[lost] = np.clip(numbers[lost], low, high)
        points[axis] = np.where(np.isfinite(numbers), numbers, (low + high) / 2)
    return points


def ensure_geometry(
    home: Home,
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    parent: str | None = None,
    place_set: str | None = None,
) -> PreparedGeometry:
    """The prepared geometry of one set of places of this kind (inside `parent`, at any depth), from `home.geometry`.

    `place_set`: the set's name; None for the newest.

    Prepared and kept on first use; the file's name is its content, so an older file is never wrong, only unused.
    """
    bound = {"kind": kind, "parent": parent, "place_set": find_set(connection, kind, place_set).key}
    rows = connection.execute(_READ_PLACES, bound | {"is_whole": False}).fetchall()
    if not rows:
        inside = f" inside {parent}" if parent else ""
        raise SoundingsError(f"No places of the kind “{kind}” are loaded{inside}: add boundaries first.")
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()
    content_hash = hashlib.sha256(f"{FORMAT}:{digest}".encode()).hexdigest()[:20]
    kept = _read_kept(home, content_hash)
    if kept is not None:
        return kept
    prepared = prepare_geometry(connection.execute(_READ_PLACES, bound | {"is_whole": True}).to_arrow_table(), digest)
    facts = {key: value for key, value in vars(prepared).items() if key != "payload"}
    _write_whole(geometry_path(home, content_hash), prepared.payload)
    _write_whole(home.geometry / f"{content_hash}.facts.json", json.dumps(facts).encode())
    return prepared


def geometry_path(home: Home, content_hash: str) -> Path:
    """The file that holds the payload of this hash. Raises SoundingsError for anything that is not a hash."""
    if not HASH_PATTERN.fullmatch(content_hash):
        raise SoundingsError("A geometry is named by twenty hexadecimal digits.")
    return home.geometry / f"{content_hash}.json.gz"


def _read_kept(home: Home, content_hash: str) -> PreparedGeometry | None:
    """What an earlier call kept under this hash; None where a file is missing (the facts are written last)."""
    try:
        facts = json.loads((home.geometry / f"{content_hash}.facts.json").read_bytes())
        payload = geometry_path(home, content_hash).read_bytes()
    except FileNotFoundError:
        return None
    lists = {key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()}
    return PreparedGeometry(payload=payload, **lists)


def _write_whole(path: Path, content: bytes) -> None:
    """Nothing; afterwards the file holds all of the content, or, after a crash, does not exist."""
    make_directory(path.parent)
    with step("make file", path.parent):
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        os.close(handle)
    write_file(Path(temporary), content)
    rename(Path(temporary), path)


def _find_parents(frame: pd.DataFrame) -> dict[str, list]:
    """Parents in order of code with a point each (the place nearest their middle), and each place's parent number or -1."""
    parent_codes = frame["parent_code"].astype(object).where(frame["parent_code"].notna(), None)
    codes = sorted({str(code) for code in parent_codes if code})
    number = {code: i for i, code in enumerate(codes)}
    named = frame.get("parent_name", parent_codes)
    names = {str(code): str(name) for code, name in zip(parent_codes, named, strict=True) if code and name}
    lon, lat = [], []
    for _, group in frame.groupby(parent_codes, sort=True):
        away = (group["lon"] - group["lon"].mean()).abs() + (group["lat"] - group["lat"].mean()).abs()
        nearest = group.loc[away.idxmin()]
        lon.append(float(nearest["lon"]))
        lat.append(float(nearest["lat"]))
    return {
        "codes": codes,
        "names": [names.get(code, code) for code in codes],
        "lon": lon,
        "lat": lat,
        "of": [number[str(code)] if code else -1 for code in parent_codes],
    }


def _grid(degrees: pd.Series | list[float], origin: float, step: float) -> list[int]:
    return np.rint((np.asarray(degrees, dtype=float) - origin) / step).astype(int).tolist()


def _digest_rows(frame: pd.DataFrame) -> str:
    digest = hashlib.sha256()
    for column in ("place_code", "name", "parent_code", "lon", "lat", "geometry"):
        for value in frame[column]:
            digest.update(value if isinstance(value, bytes) else str(value).encode())
            digest.update(b"\x1f")
    return digest.hexdigest()
