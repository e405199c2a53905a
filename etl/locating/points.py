"""Locations that say a postcode or a point: tested in the boundaries of each loaded kind."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.locating.areas import is_present, read_boundaries
from etl.locating.climbing import climb_by_parent, read_layers
from etl.locating.coordinates import read_otherwise
from soundings.model import LOCATED, OUTSIDE, PLACE_KINDS, UNLOCATED


def locate_points(connection: duckdb.DuckDBPyConnection) -> None:
    """Adds to `answer` and `stands_point` the locations that say a postcode or a point; boundaries are read only now."""
    asked = connection.execute(
        """select batch_id, location_id, kind, case when kind = 'postcode' then coalesce(said, code, name) end postcode,
            cast(lon as double) lon, cast(lat as double) lat, said
        from todo where kind in ('postcode', 'point') order by batch_id, location_id"""
    ).to_arrow_table()
    if not asked.num_rows:
        return
    is_postcode = pc.equal(asked["kind"], "postcode").to_numpy(zero_copy_only=False)
    lon, lat = (asked[name].to_numpy(zero_copy_only=False).astype(np.float64) for name in ("lon", "lat"))
    reason = np.full(len(lon), "The point has no longitude or latitude.", dtype=object)
    if is_postcode.any():
        from etl.locating.postcodes import postcode_to_point  # imports pandas

        points = postcode_to_point(asked["postcode"].filter(pa.array(is_postcode)).to_pylist())
        lon[is_postcode], lat[is_postcode], reason[is_postcode] = points.lon, points.lat, points.reasons
    has_point = np.isfinite(lon) & np.isfinite(lat)
    reason[has_point] = "The point stands in none of the loaded places."
    reason[has_point & is_postcode] = "The postcode stands in none of the loaded places."
    is_inside = np.zeros(len(lon), dtype=bool)
    for (kind, place_set), found in _find_in_each_layer(connection, lon, lat).items():
        inside = np.flatnonzero(is_present(found))
        is_inside[inside] = True
        told = {"kind": [kind] * len(inside), "place_set": [place_set] * len(inside), "stands_in": found[inside]}
        _append(connection, "stands_point", _to_rows(asked.take(inside), **told))
    reason[is_inside] = None
    outside = np.flatnonzero(has_point & ~is_inside & ~is_postcode)
    if len(outside):
        reason[outside] += find_mistakes(connection, lon[outside], lat[outside], asked["said"].take(outside))
    state = np.where(is_inside, LOCATED, np.where(has_point, OUTSIDE, UNLOCATED))
    _append(connection, "answer", _to_rows(asked, state=state, method=asked["kind"], reason=reason))


def find_mistakes(
    connection: duckdb.DuckDBPyConnection, lon: np.ndarray, lat: np.ndarray, said: pa.ChunkedArray
) -> np.ndarray:
    """What to add to the reason of each point that stands nowhere: which slip would explain it, or nothing."""
    is_metres = pc.fill_null(pc.match_substring_regex(said, r"^[+-]?\d{1,3}(,?\d{3})+(\.\d+)?, "), False)
    added = np.full(len(lon), "", dtype=object)
    for mistake, x, y in read_otherwise(lon, lat, is_metres.to_numpy(zero_copy_only=False)):
        left = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & (added == ""))
        for layer in read_layers(connection) if len(left) else ():
            here = is_present(read_boundaries(connection, *layer).find(x[left], y[left]))
            added[left[here]] = f" {mistake}"
    return added


def _find_in_each_layer(
    connection: duckdb.DuckDBPyConnection, lon: np.ndarray, lat: np.ndarray
) -> dict[tuple[str, str], np.ndarray]:
    """By loaded kind and set, the code of the place each point stands in, None for none: it stands in one place of each set.

    From wards upwards a place's parents are whole unions of it, so they need no second test.
    """
    layers = read_layers(connection)
    found = {layer: np.full(len(lon), None, dtype=object) for layer in layers}
    for layer in layers:
        kind, _ = layer
        left = np.flatnonzero(~is_present(found[layer]))
        here = read_boundaries(connection, *layer).find(lon[left], lat[left])
        found[layer][left] = here
        inside = left[is_present(here)]
        if kind not in PLACE_KINDS[PLACE_KINDS.index("ward") :] or not len(inside):
            continue
        codes, position = np.unique(here[is_present(here)].astype(str), return_inverse=True)
        climb_by_parent(connection, codes.tolist())
        above = connection.execute("select place_code, kind, place_set, stands_in from stands").fetchall()
        for higher in layers:
            if higher[0] in PLACE_KINDS and PLACE_KINDS.index(higher[0]) > PLACE_KINDS.index(kind):
                parent = {code: stands_in for code, *its, stands_in in above if tuple(its) == higher}
                parents = np.array([parent.get(code) for code in codes.tolist()], dtype=object)
                known = is_present(parents[position]) & ~is_present(found[higher][inside])
                found[higher][inside[known]] = parents[position][known]
    return found


def _append(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    connection.register("incoming_answer", rows)
    try:
        connection.execute(f"insert into {table} by name select * from incoming_answer")  # noqa: S608
    finally:
        connection.unregister("incoming_answer")


def _to_rows(asked: pa.Table, **columns) -> pa.Table:
    """The ids of these locations with further columns of text."""
    rows = asked.select(["batch_id", "location_id"])
    for name, values in columns.items():
        is_column = isinstance(values, pa.ChunkedArray)
        rows = rows.append_column(name, values if is_column else pa.array(values, pa.string()))
    return rows
