"""The latest population of places from Nomis, as the rows of its CSV."""

from __future__ import annotations

import csv
import io

from etl.places.fetch_service import CODES_A_QUERY, MOST_PAGES, Progress, Refused, Service
from soundings.model import SoundingsError

# Small area population estimates, 2021-based (England and Wales); mid-year population estimates of authorities.
NOMIS_DATASET = {"ward": "NM_2014_1", "lsoa": "NM_2014_1", "msoa": "NM_2014_1", "district": "NM_2002_1"}
NOMIS_AGE = {"NM_2014_1": "200", "NM_2002_1": "200"}
NOMIS_PAGE = 25_000  # the most that Nomis gives without a key


def fetch_population(nomis: Service, codes: list[str], kind: str, say: Progress) -> list[dict[str, str]]:
    """Rows of the latest population of these places, all ages and both sexes, as Nomis gives them."""
    dataset = NOMIS_DATASET[kind]
    rows: list[dict[str, str]] = []
    for start in range(0, len(codes), CODES_A_QUERY):
        asked = codes[start : start + CODES_A_QUERY]
        try:
            rows += _read_rows(nomis, dataset, asked)
        except Refused:
            # Nomis refuses codes of a year that it does not have; those places then have no population, which is shown.
            continue
        say(min(start + CODES_A_QUERY, len(codes)), len(codes), "population")
    return rows


def _read_rows(nomis: Service, dataset: str, codes: list[str]) -> list[dict[str, str]]:
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
    """The rows of a page of Nomis's CSV, none for an empty one. Raises Refused for anything else."""
    try:
        table = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if table.fieldnames and "OBS_VALUE" not in table.fieldnames:
            raise Refused(f"Nomis answered with no column OBS_VALUE but {', '.join(table.fieldnames)[:200]}.")
        return list(table)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"Nomis answered with something other than CSV ({error}).") from error
