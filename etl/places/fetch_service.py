"""Asking a service over HTTP with patience, page by page, each answer kept on disk."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from soundings.model import SoundingsError

ATTEMPTS = 4
LONGEST_WAIT_S = 30.0
MOST_PAGES = 2000
CODES_A_QUERY = 60
PAGES_KEPT_S = 7 * 24 * 3600  # long enough to go on after a break; populations are revised once a year
BY_HAND = (
    "Without a network: download the boundaries as GeoJSON from the Open Geography portal (geoportal.statistics.gov.uk) and the "
    "population as CSV from Nomis (nomisweb.co.uk) on another machine, then run: "
    "soundings places add BOUNDARIES.geojson --kind {kind} --figures POPULATION.csv"
)

Progress = Callable[[int, int | None, str], None]
Page = TypeVar("Page")


class Refused(SoundingsError):
    """The service answered that it does not know what was asked; another layer may."""


@dataclass(frozen=True)
class Service:
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
                raise Refused(f"{url} answered {response.status_code}.")
            fault = _read_fault(response.content)
            if fault is None:
                return response.content
            code, message = fault
            if code < 500 and code != 429:
                raise Refused(f"{url} answered: {message} ({code}).")
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
