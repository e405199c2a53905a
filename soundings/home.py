"""The folder that holds one installation's inbox, store, geometry, drafts and releases."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_HOME = PROJECT / "data" / "home"


@dataclass(frozen=True)
class Home:
    """Paths inside one `SOUNDINGS_HOME`. Nothing is created until something is written."""

    root: Path

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def geometry(self) -> Path:
        return self.root / "geometry"

    @property
    def rejected(self) -> Path:
        return self.root / "rejected"

    @property
    def drafts(self) -> Path:
        return self.root / "drafts"

    @property
    def sources(self) -> Path:
        """Specs of sources of one's own, beside those that come with Soundings."""
        return self.root / "sources"

    @property
    def cache(self) -> Path:
        return self.root / "cache"


def find_today(environ: dict[str, str] | os._Environ = os.environ) -> date:
    """Today; `SOUNDINGS_TODAY` (YYYY-MM-DD) sets another day, for demonstrations and tests."""
    chosen = environ.get("SOUNDINGS_TODAY", "").strip()
    return date.fromisoformat(chosen) if chosen else date.today()


def find_home(environ: dict[str, str] | os._Environ = os.environ) -> Home:
    """The home named by `SOUNDINGS_HOME`, or `data/home/` in the project."""
    named = environ.get("SOUNDINGS_HOME", "").strip()
    return Home(Path(named).expanduser().resolve() if named else DEFAULT_HOME)
