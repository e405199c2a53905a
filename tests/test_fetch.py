"""Boundaries and population are fetched page by page from services that answer in the shapes of the ONS and Nomis."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from etl.cli import main
from etl.places.boundaries import read_places
from etl.places.fetch import fetch_places
from etl.places.fetch_boundaries import LAYERS
from soundings.model import BadFile, SoundingsError

AUTHORITY = "E07999001"
WARDS = [f"E0599900{number}" for number in range(1, 6)]
LSOAS = [f"E0199900{number}" for number in range(1, 5)]


@dataclass
class Stub:
    """A made-up authority with five wards and four LSOAs, over real HTTP; `failures` says what to answer first."""

    url: str = ""
    page: int = 2
    nomis_page: int = 2
    codes_nomis_knows: tuple[str, ...] = (*WARDS, *LSOAS)
    failures: list[tuple[int, bytes]] = field(default_factory=list)
    layers: tuple[str, ...] = ("WD_MAY_2025_UK_BGC_V2", *LAYERS["lsoa"].names, "LSOA21_WD25_LAD25_EW_LU_v2")
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    dead_after: int | None = None

    def answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        self.asked.append((path, params))
        if self.dead_after is not None and len(self.asked) > self.dead_after:
            return 503, b"down"
        if self.failures:
            return self.failures.pop(0)
        if path.startswith("/nomis/dataset/"):
            return 200, self.answer_nomis(params)
        layer = path.split("/")[2]
        if layer not in self.layers:
            return 200, json.dumps({"error": {"code": 400, "message": "Invalid URL", "details": []}}).encode()
        return 200, self.answer_ons(layer, params)

    def answer_ons(self, layer: str, params: dict[str, str]) -> bytes:
        where, start = params["where"], int(params["resultOffset"])
        kind = "WD25" if layer.startswith("WD") else "LSOA21"
        codes = WARDS if kind == "WD25" else LSOAS
        if "=" in where and f"='{AUTHORITY}'" not in where:
            codes = []
        if " IN " in where:
            asked = re.findall(r"'(\w+)'", where)
            codes = [code for code in codes if code in asked]
        chosen = codes[start : start + min(self.page, int(params["resultRecordCount"]))]
        parents = {"LAD25CD": AUTHORITY, "LAD25NM": "Lowmouth", "WD25CD": WARDS[0], "WD25NM": "Ward 1"}
        is_lookup, is_ward = "_LU_" in layer, kind == "WD25"
        features = []
        for code in chosen:
            told = {"FID": int(code[-1]), f"{kind}CD": code, f"{kind}NM": f"Place {code[-1]}"}
            if is_lookup:
                features.append({"attributes": {**told, **parents}})
                continue
            west = int(code[-1]) / 10
            ring = [[west, 53.0], [west + 0.1, 53.0], [west + 0.1, 53.1], [west, 53.1], [west, 53.0]]
            geometry = {"type": "Polygon", "coordinates": [ring]}
            properties = {**parents, **told} if is_ward else told
            features.append({"type": "Feature", "id": told["FID"], "properties": properties, "geometry": geometry})
        page: dict = {"features": features} if is_lookup else {"type": "FeatureCollection", "features": features}
        if start + len(chosen) < len(codes):
            # Both places where the service is known to say so.
            page |= {"exceededTransferLimit": True} if is_lookup else {"properties": {"exceededTransferLimit": True}}
        return json.dumps(page).encode()

    def answer_nomis(self, params: dict[str, str]) -> bytes:
        codes = [code for code in params["geography"].split(",") if code in self.codes_nomis_knows]
        start = int(params["RecordOffset"])
        text = io.StringIO()
        names = [
            "DATE_NAME",
            "GEOGRAPHY_CODE",
            "GENDER_NAME",
            "C_AGE_NAME",
            "OBS_VALUE",
            "URN",
            "RECORD_OFFSET",
            "RECORD_COUNT",
        ]
        writer = csv.writer(text)
        writer.writerow(names)
        for number, code in list(enumerate(codes))[start : start + self.nomis_page]:
            writer.writerow(
                ["2030", code, "Total", "All Ages", 1000 + int(code[-1]), "Nm-2014d1d1", number, len(codes)]
            )
        return b"\xef\xbb\xbf" + text.getvalue().encode()


@pytest.fixture
def stub() -> Iterator[Stub]:
    served = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, body = served.answer(
                parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}
            )
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    yield served
    server.shutdown()
    server.server_close()


def fetch_from(stub: Stub, folder: Path, kind: str = "ward", **options) -> tuple[Path, list[Path]]:
    bases = {"ons": f"{stub.url}/ons", "nomis": f"{stub.url}/nomis"}
    return fetch_places(
        options.pop("code", AUTHORITY), kind, folder, base_urls=bases, sleep=lambda seconds: None, **options
    )


def test_wards_and_their_population_come_page_by_page_and_become_places(stub, tmp_path):
    told = []
    boundaries, figures = fetch_from(stub, tmp_path, on_progress=lambda *said: told.append(said))
    read = read_places(boundaries, "ward", figures=figures)
    rows = {row["place_code"]: row for row in read.table.to_pylist()}
    assert {code for code, row in rows.items() if row["kind"] == "ward"} == set(WARDS)
    assert [rows[code]["population"] for code in WARDS] == [1001, 1002, 1003, 1004, 1005]
    assert rows[WARDS[0]]["population_date"] == "mid-2030"
    assert (rows[AUTHORITY]["name"], rows[AUTHORITY]["population"]) == ("Lowmouth", 5015)
    assert not read.warnings
    assert told and told[-1][2] == "population"
    offsets = [params["resultOffset"] for path, params in stub.asked if "WD_MAY" in path]
    assert offsets == ["0", "2", "4"]
    assert [params["RecordOffset"] for path, params in stub.asked if "nomis" in path] == ["0", "2", "4"]


def test_a_layer_the_service_no_longer_has_gives_way_to_the_next(stub, tmp_path):
    fetch_from(stub, tmp_path)
    assert stub.asked[0][0].startswith("/ons/WD_DEC_2025_UK_BGC/")
    with pytest.raises(SoundingsError, match="none of the layers.*--layer"):
        fetch_from(stub, tmp_path / "other", layer="WD_MAY_1925_UK_BGC")


def test_lsoas_are_found_by_the_lookup_and_carry_their_parents(stub, tmp_path):
    boundaries, figures = fetch_from(stub, tmp_path, "lsoa")
    read = read_places(boundaries, "lsoa", figures=figures)
    rows = read.table.to_pylist()
    assert [row["place_code"] for row in rows] == LSOAS
    assert {row["parent_code"] for row in rows} == {WARDS[0]}
    assert all(row["population"] for row in rows)


def test_passing_faults_are_tried_again(stub, tmp_path):
    busy = json.dumps({"error": {"code": 504, "message": "timed out"}}).encode()
    stub.failures = [(503, b""), (429, b""), (200, busy)]
    boundaries, _ = fetch_from(stub, tmp_path)
    assert len(json.loads(boundaries.read_text())["features"]) == 5


def test_a_fetch_that_was_cut_off_goes_on_where_it_stopped(stub, tmp_path):
    stub.dead_after = 3
    with pytest.raises(SoundingsError, match="goes on from there"):
        fetch_from(stub, tmp_path)
    stub.dead_after, stub.asked = None, []
    fetch_from(stub, tmp_path)
    offsets = [params["resultOffset"] for path, params in stub.asked if "WD_MAY" in path]
    assert offsets == ["4"], "the first two pages were on the disk"


def test_a_second_fetch_asks_for_nothing_that_is_kept(stub, tmp_path):
    first = fetch_from(stub, tmp_path)
    stub.asked = []
    assert fetch_from(stub, tmp_path) == first
    assert [path for path, _ in stub.asked] == ["/ons/WD_DEC_2025_UK_BGC/FeatureServer/0/query"]


def test_codes_that_nomis_does_not_have_are_shown_not_hidden(stub, tmp_path):
    stub.codes_nomis_knows = tuple(WARDS[:3])
    boundaries, figures = fetch_from(stub, tmp_path)
    read = read_places(boundaries, "ward", figures=figures)
    assert any("3 of the 5 places" in warning for warning in read.warnings)
    stub.codes_nomis_knows = ()
    told = []
    assert fetch_from(stub, tmp_path / "none", on_progress=lambda *said: told.append(said[2]))[1] == []
    assert told[-1] == "Nomis has no population for these places"


def test_no_network_is_said_with_the_way_round_it(tmp_path, monkeypatch):
    monkeypatch.setenv("SOUNDINGS_ONS_URL", "http://127.0.0.1:1/ons")
    monkeypatch.setenv("SOUNDINGS_NOMIS_URL", "http://127.0.0.1:1/nomis")
    with pytest.raises(SoundingsError, match="soundings places add BOUNDARIES.geojson --kind ward"):
        fetch_places(AUTHORITY, "ward", tmp_path, sleep=lambda seconds: None)


def test_addresses_come_from_the_environment(stub, tmp_path, monkeypatch):
    monkeypatch.setenv("SOUNDINGS_ONS_URL", f"{stub.url}/ons/")
    monkeypatch.setenv("SOUNDINGS_NOMIS_URL", f"{stub.url}/nomis")
    boundaries, figures = fetch_places(AUTHORITY, "ward", tmp_path)
    assert boundaries.is_file() and len(figures) == 1


def test_the_command_line_fetches_and_loads_what_came(stub, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SOUNDINGS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOUNDINGS_ONS_URL", f"{stub.url}/ons/")
    monkeypatch.setenv("SOUNDINGS_NOMIS_URL", f"{stub.url}/nomis")
    assert main(["places", "fetch", AUTHORITY, "--kind", "ward"]) == 0
    assert "0 rejected" in capsys.readouterr().out
    assert main(["table", "--measure", "responses", "--kind", "ward", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows and {row["state"] for row in rows} == {"nothing_recorded"}
    assert any(row["denominator"] for row in rows)


def test_what_cannot_be_fetched_is_said_before_anything_is_asked(stub, tmp_path):
    with pytest.raises(BadFile, match="not the code of an authority"):
        fetch_from(stub, tmp_path, code="Leeds' or 1=1")
    with pytest.raises(BadFile, match="cannot be fetched"):
        fetch_from(stub, tmp_path, "country")
    assert not stub.asked
    with pytest.raises(SoundingsError, match="knows no places of the kind ward in E07999009"):
        fetch_from(stub, tmp_path, code="E07999009")


def test_an_answer_that_is_no_boundaries_is_said(stub, tmp_path):
    stub.failures = [(200, b"<html>maintenance</html>")]
    with pytest.raises(SoundingsError, match="is not what it should be"):
        fetch_from(stub, tmp_path)
    assert len(json.loads(fetch_from(stub, tmp_path)[0].read_text())["features"]) == 5, "a bad page is not kept"
    stub.failures = [(200, b"<html>maintenance</html>")]
    with pytest.raises(SoundingsError, match="is not what it should be"):
        fetch_from(stub, tmp_path / "other")
