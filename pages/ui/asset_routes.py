"""Our own web addresses: the chart's scripts, prepared geometry and health, from this process and nowhere else."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from xstatic.pkg import leaflet

from soundings.geometry import geometry_path
from soundings.home import Home
from soundings.model import SoundingsError

OUR_FILES = Path(__file__).parent / "assets"
LEAFLET_FILES = ("leaflet-src.esm.js", "leaflet.css")
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Assets:
    """Every file that may be served, by its name, and a version that changes when any of them does."""

    version: str
    files: dict[str, bytes]


@cache
def read_assets() -> Assets:
    """Our scripts and styles and Leaflet's, read once. Nothing outside this list is ever served."""
    files = {path.name: path.read_bytes() for path in sorted(OUR_FILES.iterdir()) if path.suffix in TYPES}
    files |= {f"leaflet/{name}": (Path(leaflet.BASE_DIR) / name).read_bytes() for name in LEAFLET_FILES}
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(name.encode() + b"\0" + content)
    return Assets(digest.hexdigest()[:12], files)


def find_base_path() -> str:
    """The path the dashboard stands under, beginning and ending with a slash: “/”, or “/soundings/”."""
    named = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{named}/" if named else "/"


def asset_routes(home: Home) -> list[BaseRoute]:
    """Routes for `st.App`: /assets/<version>/<file>, /geometry/<hash>.json and /health, under the base path as well."""

    def send_geometry(request: Request) -> Response:
        return _send_geometry(request, home)

    prefixes = dict.fromkeys(["", find_base_path().rstrip("/")])
    return [
        route
        for prefix in prefixes
        for route in (
            Route(f"{prefix}/assets/{{version}}/{{name:path}}", _send_asset, methods=["GET"]),
            Route(f"{prefix}/geometry/{{hash}}.json", send_geometry, methods=["GET"]),
            Route(f"{prefix}/health", _say_health, methods=["GET"]),
        )
    ]


def _send_asset(request: Request) -> Response:
    assets = read_assets()
    name = request.path_params["name"]
    content = assets.files.get(name)
    if content is None:
        return _not_found("There is no such file.")
    is_current = request.path_params["version"] == assets.version
    return _send_packed(
        request, gzip.compress(content, 6, mtime=0), TYPES[Path(name).suffix], FOR_EVER if is_current else "no-cache"
    )


def _send_geometry(request: Request, home: Home) -> Response:
    try:
        packed = geometry_path(home, request.path_params["hash"]).read_bytes()
    except (SoundingsError, FileNotFoundError):
        return _not_found("There is no geometry of that name.")
    return _send_packed(request, packed, "application/json", FOR_EVER)


def _send_packed(request: Request, packed: bytes, content_type: str, cache_control: str) -> Response:
    """Gzipped bytes as they are, or unpacked for a reader that cannot take them."""
    headers = {"Cache-Control": cache_control, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=content_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type=content_type, headers=headers)


def _say_health(request: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


def _not_found(sentence: str) -> Response:
    return Response(sentence, status_code=404, media_type="text/plain", headers={"Cache-Control": "no-store"})
