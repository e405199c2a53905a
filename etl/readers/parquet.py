"""Parquet and GeoParquet as one sheet of text."""

from __future__ import annotations

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from etl.readers.geofiles import ASK_CRS, points_in_wgs84, sheet_from_columns
from etl.types import Sheet
from soundings.model import BadFile

CRS84 = "OGC:CRS84"  # what GeoParquet means where a column names no CRS (GeoParquet 1.1, "crs")


def read_parquet_bytes(data: bytes, name: str, what: str, *, crs: str | None = None) -> Sheet:
    """One sheet; a GeoParquet file has `lon` and `lat` as in any map file. The first row is row 2."""
    try:
        table = pq.read_table(io.BytesIO(data))
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadFile(
            f"{what} looks like Parquet but cannot be read: it may be damaged or cut short. Export it again and send that."
        ) from error
    about = _geo_metadata(table.schema.metadata or {}, what)
    if about is None:
        return sheet_from_columns(name, table, {"format": "Parquet"}, [], None)
    column = about["primary_column"]
    said = about["columns"][column]
    if said.get("encoding", "WKB") != "WKB":
        raise BadFile(
            f"The geometry of {what} is stored as {said['encoding']}, which is not read here. Export it with WKB geometry and send that."
        )
    if "crs" in said and said["crs"] is None and not crs:
        raise BadFile(ASK_CRS.format(what=what))
    own = json.dumps(said["crs"]) if said.get("crs") else CRS84
    shapes = shapely.from_wkb(np.asarray(table.column(column).to_pylist(), dtype=object), on_invalid="ignore")
    lon, lat, label, notes = points_in_wgs84(shapes, own, crs, what)
    others = [key for key in about["columns"] if key in table.column_names]
    return sheet_from_columns(
        name, table.drop_columns(others), {"format": "GeoParquet", "crs": label}, notes, (lon, lat)
    )


def _geo_metadata(metadata: dict[bytes, bytes], what: str) -> dict | None:
    if b"geo" not in metadata:
        return None
    try:
        about = json.loads(metadata[b"geo"])
        about["columns"][about["primary_column"]]
    except (ValueError, KeyError, TypeError) as error:
        raise BadFile(
            f"{what} says it is GeoParquet, but what it says about its geometry cannot be read. Export it again and send that."
        ) from error
    return about
