"""What is known of places: the loaded kinds, one place in full, and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from soundings.model import PLACE_KINDS, SoundingsError


@dataclass(frozen=True)
class Place:
    """One loaded place. `deprivation_decile` 1 is the most deprived tenth; None is not known, never average."""

    place_code: str
    kind: str
    name: str
    name_welsh: str | None
    parent_code: str | None
    parent_name: str | None
    vintage: str | None
    population: int | None
    population_date: str | None
    households: int | None
    households_date: str | None
    deprivation_decile: float | None
    deprivation_source: str | None
    area_km2: float | None


def read_kinds(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many places of each kind are loaded, smallest kind first."""
    found = dict(connection.execute("select kind, count(distinct place_code) from place group by kind").fetchall())
    return dict(
        sorted(found.items(), key=lambda item: (PLACE_KINDS.index(item[0]) if item[0] in PLACE_KINDS else 99, item[0]))
    )


def read_names(connection: duckdb.DuckDBPyConnection, kind: str, parent: str | None = None) -> dict[str, str]:
    """Names by code for every place of a kind (directly inside a parent, where given), by name; doubled names get their parent's."""
    found = connection.execute(
        """
        select p.place_code, p.name, coalesce(q.name, p.parent_code), count(*) over (partition by p.name)
        from place_now p
        left join place_now q on q.place_code = p.parent_code
        where p.kind = $kind and ($parent is null or p.parent_code = $parent)
        order by p.name, p.place_code""",
        {"kind": kind, "parent": parent},
    ).fetchall()
    return {code: f"{name} ({above or code})" if same > 1 else name for code, name, above, same in found}


def read_place(connection: duckdb.DuckDBPyConnection, place_code: str) -> Place:
    """One place. Raises SoundingsError where no loaded place has the code."""
    found = connection.execute(
        """
        select p.place_code, p.kind, p.name, p.name_welsh, p.parent_code, q.name, p.vintage, p.population, p.population_date,
            p.households, p.households_date, p.deprivation_decile, p.deprivation_source, p.area_km2
        from place_now p
        left join place_now q on q.place_code = p.parent_code
        where p.place_code = $code""",
        {"code": place_code},
    ).fetchone()
    if found is None:
        raise SoundingsError(
            f"No loaded place has the code “{place_code}”. Codes are matched exactly; pick a place from the list."
        )
    return Place(*found)


def read_neighbours(connection: duckdb.DuckDBPyConnection, place_code: str) -> list[str]:
    """Codes of the places of the same kind that share an edge with this one, by name. A shared corner is not a shared edge."""
    here = connection.execute(
        "select kind, geometry from place_now where place_code = $1",
        [place_code],
    ).fetchone()
    if here is None:
        return []
    import shapely  # the command line reads this module for its SQL alone

    from soundings.mending import mend_outlines, read_shapes

    kind, wkb = here
    shape = mend_outlines(read_shapes([wkb])).shapes[0]
    if shape is None:
        return []
    west, south, east, north = shape.bounds
    nearby = connection.execute(
        """
        select place_code, geometry from place_now
        where kind = $kind and place_code <> $code
        and lon between $west and $east and lat between $south and $north
        order by name""",
        {
            "kind": kind,
            "code": place_code,
            # A neighbour's inner point lies within its own size of ours; twice our size on every side finds ordinary ones,
            # and a fixed margin finds a large rural neighbour of a small town ward.
            "west": west - max(2 * (east - west), 0.3),
            "east": east + max(2 * (east - west), 0.3),
            "south": south - max(2 * (north - south), 0.2),
            "north": north + max(2 * (north - south), 0.2),
        },
    ).fetchall()
    if not nearby:
        return []
    shapes = mend_outlines(read_shapes([geometry for _, geometry in nearby])).shapes
    # Boundaries from different files rarely share vertices to the last digit: within about a metre counts as touching.
    around = shapely.buffer(shape, 1e-5)
    touching = shapely.intersects(around, shapes)
    shared = shapely.length(shapely.intersection(around, shapely.boundary(shapes)))
    return [
        code for (code, _), touches, length in zip(nearby, touching, shared, strict=True) if touches and length > 1e-4
    ]


def read_area_name(connection: duckdb.DuckDBPyConnection, kind: str) -> str:
    """What to call the whole map: its one district, or “N districts”; the one place around it; or “All places”."""
    around = connection.execute(
        """
        with recursive around as (
            select place_code from place_now where kind = $kind
            union
            select p.parent_code
            from place_now p
            join around a using (place_code)
            where p.parent_code is not null
        )
        select p.name from around join place_now p using (place_code) where p.kind = 'district'
        """,
        {"kind": kind},
    ).fetchall()
    if len(around) > 1 and kind != "district":
        return f"{len(around):,} districts"
    parents = connection.execute(
        """
        select distinct coalesce(q.name, p.parent_code)
        from place_now p
        left join place_now q on q.place_code = p.parent_code
        where p.kind = $kind""",
        {"kind": kind},
    ).fetchall()
    (name,) = (around if len(around) == 1 else parents if len(parents) == 1 else [(None,)])[0]
    return name or "All places"
