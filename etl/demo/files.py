"""The committed files of Tidewell, the illustrative demo place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from soundings.home import PROJECT

FOLDER = PROJECT / "data" / "tidewell"


@dataclass(frozen=True)
class DemoFiles:
    """Boundaries as GeoJSON (lon, lat), a folder of the native template's sheets as CSV, and what people answered."""

    wards: Path
    neighbourhoods: Path
    activity_folder: Path
    waves: Path


def demo_files() -> DemoFiles:
    """Where Tidewell's committed files stand. `python -m etl.demo.make` makes the made ones again, byte for byte."""
    return files_in(FOLDER)


def files_in(folder: Path) -> DemoFiles:
    """Where Tidewell's files stand in a folder."""
    return DemoFiles(
        folder / "wards.geojson", folder / "neighbourhoods.geojson", folder / "activity", folder / "waves.toml"
    )
