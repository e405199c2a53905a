"""An authority's boundaries of one kind from the ONS Open Geography service, as features of GeoJSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from etl.places.fetch_service import BY_HAND, CODES_A_QUERY, MOST_PAGES, Progress, Refused, Service
from soundings.model import SoundingsError

ONS_PAGE = 200


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


def code_of(feature: dict, kind: str) -> str:
    """The place's code in a feature: the column of this kind, whatever its year."""
    prefix = re.match(r"[A-Z]+", LAYERS[kind].code)[0]
    for name, value in feature["properties"].items():
        if re.fullmatch(rf"{prefix}\d\dCD", name, re.IGNORECASE):
            return str(value)
    raise SoundingsError(
        f"The boundary service's answer has no column such as {LAYERS[kind].code}; its layers may have changed. "
        f"{BY_HAND.format(kind=kind)}"
    )


def fetch_boundaries(ons: Service, authority: str, kind: str, layer: str | None, say: Progress) -> dict:
    """Every feature of the authority, from the first layer that the service knows, parents among the properties."""
    refusals = []
    for name in (layer,) if layer else LAYERS[kind].names:
        try:
            features = _fetch_layer(ons, authority, kind, name, say)
        except Refused as refusal:
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


def _fetch_layer(ons: Service, authority: str, kind: str, name: str, say: Progress) -> list[dict]:
    """The authority's features of one layer, in order of code, each once."""
    layers = LAYERS[kind]
    found: dict[str, dict] = {}
    if layers.lookup is None:
        year = re.search(r"20(\d\d)", name)
        code, column = (re.sub(r"\d\d", year[1], text) if year else text for text in (layers.code, layers.authority))
        for feature in _read_features(ons, name, f"{column}='{authority}'", code, "geojson"):
            found[code_of(feature, kind)] = feature
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


def _read_features(ons: Service, layer: str, where: str, order: str, form: str) -> Iterator[dict]:
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
