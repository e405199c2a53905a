"""Fetches an authority's boundaries from the ONS Open Geography service and their population from Nomis.

Both services answer in pages; each page is kept on disk as it comes, so a fetch that was cut off goes on where it stopped.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from etl.places.fetch_boundaries import LAYERS, code_of, fetch_boundaries
from etl.places.fetch_population import fetch_population
from etl.places.fetch_service import Progress, Service
from soundings.model import BadFile

ONS_URL = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
NOMIS_URL = "https://www.nomisweb.co.uk/api/v01"
ENVIRONMENT = {"ons": "SOUNDINGS_ONS_URL", "nomis": "SOUNDINGS_NOMIS_URL"}


def fetch_places(
    authority_code: str,
    kind: str,
    cache_dir: Path,
    *,
    base_urls: Mapping[str, str] | None = None,
    layer: str | None = None,
    client: httpx.Client | None = None,
    on_progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Path, list[Path]]:
    """A GeoJSON file of the authority's places of a kind and the CSV files of their population, for `read_places`.

    `base_urls`: addresses of `ons` and `nomis`, before SOUNDINGS_ONS_URL and SOUNDINGS_NOMIS_URL. `layer` names another
    boundary layer of the service. `on_progress(done, total, what)`; total is None where it is not known. Nomis has no small
    areas of Scotland and Northern Ireland: then the list is empty and progress says so. Raises SoundingsError.
    """
    authority_code = authority_code.strip().upper()
    if not re.fullmatch(r"[ENSW]\d{8}", authority_code):
        raise BadFile(
            f"“{authority_code}” is not the code of an authority. Expected a letter and eight figures such as E08000035."
        )
    if kind not in LAYERS:
        raise BadFile(f"Places of the kind “{kind}” cannot be fetched. Expected one of {', '.join(LAYERS)}.")
    bases = {name: (base_urls or {}).get(name) or os.environ.get(variable) for name, variable in ENVIRONMENT.items()}
    say = on_progress or (lambda done, total, what: None)
    own = client or httpx.Client(timeout=60.0, follow_redirects=True)
    pages = cache_dir / "pages"
    try:
        ons = Service(own, bases["ons"] or ONS_URL, pages, kind, sleep)
        collection = fetch_boundaries(ons, authority_code, kind, layer, say)
        boundaries = _keep(cache_dir / f"{authority_code}-{kind}.geojson", json.dumps(collection, ensure_ascii=False))
        codes = sorted({code_of(feature, kind) for feature in collection["features"]})
        nomis = Service(own, bases["nomis"] or NOMIS_URL, pages, kind, sleep)
        rows = fetch_population(nomis, codes, kind, say)
    finally:
        if client is None:
            own.close()
    if not rows:
        say(len(codes), len(codes), "Nomis has no population for these places")
        return boundaries, []
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return boundaries, [_keep(cache_dir / f"{authority_code}-{kind}-population.csv", text.getvalue())]


def _keep(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
    return path
