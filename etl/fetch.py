"""Fetches an authority's boundaries from the ONS Open Geography service and their population from Nomis.

Both services answer in pages; each page is kept on disk as it comes, so a fetch that was cut off goes on where it stopped.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from soundings.model import BadFile, SoundingsError

ONS_URL = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
NOMIS_URL = "https://www.nomisweb.co.uk/api/v01"
ENVIRONMENT = {"ons": "SOUNDINGS_ONS_URL", "nomis": "SOUNDINGS_NOMIS_URL"}
# Small area population estimates, 2021-based (England and Wales); mid-year population estimates of authorities.
NOMIS_DATASET = {"ward": "NM_2014_1", "lsoa": "NM_2014_1", "msoa": "NM_2014_1", "district": "NM_2002_1"}
NOMIS_AGE = {"NM_2014_1": "200", "NM_2002_1": "200"}
ONS_PAGE = 200
NOMIS_PAGE = 25_000  # the most that Nomis gives without a key
CODES_A_QUERY = 60
ATTEMPTS = 4
LONGEST_WAIT_S = 30.0
MOST_PAGES = 2000
PAGES_KEPT_S = 7 * 24 * 3600  # long enough to go on after a break; populations are revised once a year
BY_HAND = (
    "Without a network: download the boundaries as GeoJSON from the Open Geography portal (geoportal.statistics.gov.uk) and the "
    "population as CSV from Nomis (nomisweb.co.uk) on another machine, then run: "
    "soundings places add BOUNDARIES.geojson --kind {kind} --figures POPULATION.csv"
)

Progress = Callable[[int, int | None, str], None]
Page = TypeVar("Page")


@dataclass(frozen=True)
class Layers:
    """Where the ONS keeps one kind: boundary layers, newest first, their code column, and the lookup to authorities.

    The lookup is None where the boundaries name their authority themselves.
    """

    names: tuple[str, ...]
    code: str
    authority: str
    lookup: str | None


LAYERS = {
    "ward": Layers(("WD_DEC_2025_UK_BGC", "WD_MAY_2025_UK_BGC_V2"), "WD25CD", "LAD25CD", None),
    "district": Layers(("LAD_MAY_2025_UK_BGC_V2",), "LAD25CD", "LAD25CD", None),
    "lsoa": Layers(
        ("Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5",),
        "LSOA21CD",
        "LAD25CD",
        "LSOA21_WD25_LAD25_EW_LU_v2",
    ),
    "msoa": Layers(
        ("Middle_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V3",),
        "MSOA21CD",
        "LAD25CD",
        "MSOA21_WD25_LAD25_EW_LU_v3",
    ),
}


class _Refused(SoundingsError):
    """The service answered that it does not know what was asked; another layer may."""


@dataclass(frozen=True)
class _Service:
    """One service: asked over HTTP with patience, each answer kept on disk."""

    client: httpx.Client
    base: str
    cache: Path
    kind: str
    sleep: Callable[[float], None]

    def read(self, path: str, params: dict[str, str], parse: Callable[[bytes], Page]) -> Page:
        """The parsed answer to one request, from disk where it was had before; what cannot be parsed is not kept.

        Raises SoundingsError where there is no answer, and what `parse` raises.
        """
        url = f"{self.base.rstrip('/')}/{path}"
        key = hashlib.sha256(json.dumps([url, params], sort_keys=True).encode()).hexdigest()[:32]
        kept = self.cache / f"{key}.page"
        if kept.is_file() and time.time() - kept.stat().st_mtime < PAGES_KEPT_S:
            return parse(kept.read_bytes())
        answer = self._ask(url, params)
        page = parse(answer)
        self.cache.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{os.getpid()}.part")
        partial.write_bytes(answer)
        partial.replace(kept)
        return page

    def _ask(self, url: str, params: dict[str, str]) -> bytes:
        trouble = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self.sleep(min(0.5 * 4 ** (attempt - 1), LONGEST_WAIT_S))
            try:
                response = self.client.get(url, params=params)
            except httpx.HTTPError as error:
                trouble = f"it could not be reached ({error.__class__.__name__}: {error})"
                continue
            if response.status_code in (408, 429) or response.status_code >= 500:
                trouble = f"it answered {response.status_code}"
                wait = response.headers.get("Retry-After", "")
                if wait.isdigit():
                    self.sleep(min(float(wait), LONGEST_WAIT_S))
                continue
            if response.status_code >= 400:
                raise _Refused(f"{url} answered {response.status_code}.")
            fault = _read_fault(response.content)
            if fault is None:
                return response.content
            code, message = fault
            if code < 500 and code != 429:
                raise _Refused(f"{url} answered: {message} ({code}).")
            trouble = f"it answered: {message} ({code})"
        raise SoundingsError(
            f"{url} was asked {ATTEMPTS} times, but {trouble}. What had come before is kept, so trying again later goes on from "
            f"there. {BY_HAND.format(kind=self.kind)}"
        )


def _read_fault(content: bytes) -> tuple[int, str] | None:
    """(code, message) where an ArcGIS service says with status 200 that something went wrong."""
    if not content.lstrip().startswith(b"{") or b'"error"' not in content[:2000]:
        return None
    try:
        fault = json.loads(content).get("error")
    except ValueError:
        return None
    if not isinstance(fault, dict):
        return None
    return int(fault.get("code") or 400), str(fault.get("message") or "an error")


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
        ons = _Service(own, bases["ons"] or ONS_URL, pages, kind, sleep)
        collection = _fetch_boundaries(ons, authority_code, kind, layer, say)
        boundaries = _keep(cache_dir / f"{authority_code}-{kind}.geojson", json.dumps(collection, ensure_ascii=False))
        codes = sorted({_code_of(feature, kind) for feature in collection["features"]})
        nomis = _Service(own, bases["nomis"] or NOMIS_URL, pages, kind, sleep)
        rows = _fetch_population(nomis, codes, kind, say)
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


def _code_of(feature: dict, kind: str) -> str:
    """The place's code in a feature: the column of this kind, whatever its year."""
    prefix = re.match(r"[A-Z]+", LAYERS[kind].code)[0]
    for name, value in feature["properties"].items():
        if re.fullmatch(rf"{prefix}\d\dCD", name, re.IGNORECASE):
            return str(value)
    raise SoundingsError(
        f"The boundary service's answer has no column such as {LAYERS[kind].code}; its layers may have changed. "
        f"{BY_HAND.format(kind=kind)}"
    )


def _fetch_boundaries(ons: _Service, authority: str, kind: str, layer: str | None, say: Progress) -> dict:
    """Every feature of the authority, from the first layer that the service knows, parents among the properties."""
    refusals = []
    for name in (layer,) if layer else LAYERS[kind].names:
        try:
            features = _fetch_layer(ons, authority, kind, name, say)
        except _Refused as refusal:
            refusals.append(str(refusal))
            continue
        if features:
            return {"type": "FeatureCollection", "features": features}
        raise SoundingsError(
            f"The boundary service knows no places of the kind {kind} in {authority} (layer {name}). Is that the code of a district, "
            f"borough or unitary authority of today? {BY_HAND.format(kind=kind)}"
        )
    raise SoundingsError(
        f"The boundary service has none of the layers asked for: {' '.join(refusals)} Layers are renamed now and then; give the "
        f"present name with --layer. {BY_HAND.format(kind=kind)}"
    )


def _fetch_layer(ons: _Service, authority: str, kind: str, name: str, say: Progress) -> list[dict]:
    """The authority's features of one layer, in order of code, each once."""
    layers = LAYERS[kind]
    found: dict[str, dict] = {}
    if layers.lookup is None:
        year = re.search(r"20(\d\d)", name)
        code, column = (re.sub(r"\d\d", year[1], text) if year else text for text in (layers.code, layers.authority))
        for feature in _read_features(ons, name, f"{column}='{authority}'", code, "geojson"):
            found[_code_of(feature, kind)] = feature
            say(len(found), None, f"{kind} boundaries")
        return [found[code] for code in sorted(found)]
    parents = {}
    for feature in _read_features(ons, layers.lookup, f"{layers.authority}='{authority}'", layers.code, "json"):
        properties = feature["attributes"]
        parents[properties[layers.code]] = {
            column: value for column, value in properties.items() if re.fullmatch(r"(WD|LAD)\d\d(CD|NM)", column)
        }
    codes = sorted(parents)
    for start in range(0, len(codes), CODES_A_QUERY):
        some = ",".join(f"'{code}'" for code in codes[start : start + CODES_A_QUERY])
        for feature in _read_features(ons, name, f"{layers.code} IN ({some})", layers.code, "geojson"):
            code = feature["properties"][layers.code]
            found[code] = {**feature, "properties": {**feature["properties"], **parents[code]}}
            say(len(found), len(codes), f"{kind} boundaries")
    if set(found) != set(codes):
        missing = ", ".join(sorted(set(codes) - set(found))[:5])
        raise SoundingsError(
            f"The boundary service left out {len(set(codes) - set(found))} of {len(codes)} places ({missing} …). Try again later. "
            f"{BY_HAND.format(kind=kind)}"
        )
    return [found[code] for code in codes]


def _read_features(ons: _Service, layer: str, where: str, order: str, form: str) -> Iterator[dict]:
    """Features of a layer, page after page, until the service no longer says that there are more."""

    def parse(content: bytes) -> tuple[list[dict], bool]:
        try:
            page = json.loads(content)
            told = page.get("exceededTransferLimit") or (page.get("properties") or {}).get("exceededTransferLimit")
            return list(page["features"]), bool(told)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SoundingsError(
                f"The boundary service's answer for {layer} is not what it should be ({error.__class__.__name__}). "
                f"{BY_HAND.format(kind=ons.kind)}"
            ) from error

    offset = 0
    for _ in range(MOST_PAGES):
        params = {
            "where": where,
            "outFields": "*",
            "returnGeometry": "true" if form == "geojson" else "false",
            "outSR": "4326",
            "orderByFields": order,
            "resultOffset": str(offset),
            "resultRecordCount": str(ONS_PAGE),
            "f": form,
        }
        features, has_more = ons.read(f"{layer}/FeatureServer/0/query", params, parse)
        yield from features
        if not has_more:
            return
        # A page may be empty and still not the last (documentation of the query operation).
        offset += len(features) or ONS_PAGE
    raise SoundingsError(f"The boundary service gave more than {MOST_PAGES} pages for {layer}; that cannot be right.")


def _fetch_population(nomis: _Service, codes: list[str], kind: str, say: Progress) -> list[dict[str, str]]:
    """Rows of the latest population of these places, all ages and both sexes, as Nomis gives them."""
    dataset = NOMIS_DATASET[kind]
    rows: list[dict[str, str]] = []
    for start in range(0, len(codes), CODES_A_QUERY):
        asked = codes[start : start + CODES_A_QUERY]
        try:
            rows += _read_rows(nomis, dataset, asked)
        except _Refused:
            # Nomis refuses codes of a year that it does not have; those places then have no population, which is shown.
            continue
        say(min(start + CODES_A_QUERY, len(codes)), len(codes), "population")
    return rows


def _read_rows(nomis: _Service, dataset: str, codes: list[str]) -> list[dict[str, str]]:
    """Every row of one query, page after page."""
    rows: list[dict[str, str]] = []
    for _ in range(MOST_PAGES):
        params = {
            "geography": ",".join(codes),
            "date": "latest",
            "gender": "0",
            "c_age": NOMIS_AGE[dataset],
            "measures": "20100",
            "RecordLimit": str(NOMIS_PAGE),
            "RecordOffset": str(len(rows)),
        }
        page = nomis.read(f"dataset/{dataset}.data.csv", params, _parse_population)
        rows += page
        total = int(page[0].get("RECORD_COUNT") or 0) if page else 0
        if not page or len(rows) >= total:
            return rows
    raise SoundingsError(f"Nomis gave more than {MOST_PAGES} pages; that cannot be right.")


def _parse_population(content: bytes) -> list[dict[str, str]]:
    """The rows of a page of Nomis's CSV, none for an empty one. Raises _Refused for anything else."""
    try:
        table = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if table.fieldnames and "OBS_VALUE" not in table.fieldnames:
            raise _Refused(f"Nomis answered with no column OBS_VALUE but {', '.join(table.fieldnames)[:200]}.")
        return list(table)
    except (UnicodeDecodeError, csv.Error) as error:
        raise _Refused(f"Nomis answered with something other than CSV ({error}).") from error
