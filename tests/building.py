"""A small real DuckDB made by hand, one insert at a time, for tests of what is read from it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import shapely

SCHEMA = Path(__file__).resolve().parent.parent / "soundings" / "schema.sql"
TODAY = date(2026, 11, 23)


class Builder:
    """Adds batches, places, locations, counts and sessions to one in-memory database."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(SCHEMA.read_text(encoding="utf-8"))
        self.sequence = 0
        self.number = 0

    def insert(self, table: str, **values) -> None:
        names = ", ".join(values)
        marks = ", ".join(f"${name}" for name in values)
        self.connection.execute(f"insert into {table} ({names}) values ({marks})", values)  # noqa: S608

    def batch(self, source_id: str, kind: str = "records", is_demo: bool = False, file_name: str = "file.csv") -> str:
        self.sequence += 1
        batch_id = f"{self.sequence:012x}"
        self.insert(
            "batch",
            batch_id=batch_id,
            batch_sha256=batch_id,
            sequence=self.sequence,
            kind=kind,
            source_id=source_id,
            file_name=file_name,
            file_sha256="0" * 64,
            is_demo=is_demo,
            accepted_at=datetime(2026, 11, 1),
            accepted_by="a test",
            rows_read=0,
            rows_accepted=0,
            rows_rejected=0,
            detected="{}",
        )
        return batch_id

    def place(
        self,
        batch_id: str,
        code: str,
        name: str,
        kind: str = "ward",
        parent: str | None = "D1",
        population: int | None = 1000,
        box=(0, 0, 1, 1),
    ):
        shape = shapely.box(*box)
        self.insert(
            "place",
            batch_id=batch_id,
            place_code=code,
            kind=kind,
            name=name,
            parent_code=parent,
            population=population,
            lon=shape.centroid.x,
            lat=shape.centroid.y,
            geometry=shape.wkb,
        )

    def location(
        self,
        batch_id: str,
        code: str | None = None,
        state: str = "located",
        places: dict[str, str] | None = None,
        kind: str = "code",
    ) -> str:
        """A location already resolved: `places` are kind → code; none for anything but located."""
        self.number += 1
        location_id = f"{batch_id}-{self.number}"
        self.insert(
            "location",
            batch_id=batch_id,
            location_id=location_id,
            kind=kind if code else "none",
            code=code,
            said=code,
            reason=None if code else "blank",
        )
        self.insert("location_state", batch_id=batch_id, location_id=location_id, state=state, method="code")
        for place_kind, place_code in (places or ({"ward": code} if state == "located" else {})).items():
            self.insert(
                "location_place", batch_id=batch_id, location_id=location_id, kind=place_kind, place_code=place_code
            )
        return location_id

    def activity(self, batch_id: str, activity_id: str, source_id: str = "native", **values) -> str:
        self.number += 1
        self.insert(
            "activity",
            **{
                "batch_id": batch_id,
                "row_number": self.number,
                "source_id": source_id,
                "activity_id": activity_id,
                "title": activity_id,
                **values,
            },
        )
        return activity_id

    def count(
        self,
        batch_id: str,
        activity_id: str,
        measure: str,
        value: float,
        location_id: str,
        role: str = "home",
        rows: int = 1,
        day: date | None = None,
        high: float | None = None,
    ):
        self.number += 1
        self.insert(
            "activity_count",
            batch_id=batch_id,
            count_id=f"{batch_id}-{self.number}-{measure}",
            activity_id=activity_id,
            measure=measure,
            value=value,
            value_high=high,
            basis="exact" if high is None else "band",
            period_start=day,
            period_end=day,
            location_id=location_id,
            role=role,
            source_row_count=rows,
            source_rows=list(range(2, 2 + rows)),
        )

    def session(
        self,
        batch_id: str,
        activity_id: str,
        locations: list[str],
        key: str | None = None,
        day: date | None = None,
        attendance: float | None = None,
        returning: float | None = None,
        role: str = "venue",
    ) -> str:
        self.number += 1
        session_id = f"{batch_id}-s{self.number}"
        self.insert(
            "session",
            batch_id=batch_id,
            row_number=self.number,
            session_id=session_id,
            activity_id=activity_id,
            start_date=day,
            attendance_count=attendance,
            returning_count=returning,
            repeat_key=key,
        )
        for location_id in locations:
            self.insert("session_place", batch_id=batch_id, session_id=session_id, location_id=location_id, role=role)
        return session_id

    def tell(self, table: str, batch_id: str, activity_id: str, **values) -> None:
        """A row of a table that says something of an activity: claim, stage, fact, outcome, story and their like."""
        self.number += 1
        self.insert(table, batch_id=batch_id, row_number=self.number, activity_id=activity_id, **values)
