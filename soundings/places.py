"""What is known of places: the loaded kinds, one place in full, and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from soundings.model import PLACE_KINDS, SoundingsError
from soundings.place_sets import PlaceSet, find_set, read_sets


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
    """How many places of each kind are loaded, smallest kind first; of a kind in several sets, those of the newest."""
    found = dict(connection.execute("select kind, place_count from place_set_now where rank = 1").fetchall())
    return dict(
        sorted(found.items(), key=lambda item: (PLACE_KINDS.index(item[0]) if item[0] in PLACE_KINDS else 99, item[0]))
    )


def read_names(
    connection: duckdb.DuckDBPyConnection, kind: str, parent: str | None = None, place_set: str | None = None
) -> dict[str, str]:
    """Names by code for every place of a kind in one set (directly inside a parent, where given), by name; doubled names get
    their parent's. `place_set`: the set's name, None for the newest."""
    found = connection.execute(
        """
        select p.place_code, p.name, coalesce(q.name, p.parent_code), count(*) over (partition by p.name)
        from place_in_set p
        left join place_now q on q.place_code = p.parent_code
        where p.kind = $kind and p.place_set = $place_set and ($parent is null or p.parent_code = $parent)
        order by p.name, p.place_code""",
        {"kind": kind, "parent": parent, "place_set": find_set(connection, kind, place_set).key},
    ).fetchall()
    return {code: f"{name} ({above or code})" if same > 1 else name for code, name, above, same in found}


def read_all_names(connection: duckdb.DuckDBPyConnection, first: str) -> dict[str, str]:
    """Names by code of every place: those of the kind `first` before the others, and of a set that is not the newest with its name."""
    names: dict[str, str] = {}
    kinds = list(read_kinds(connection))
    for kind in sorted(kinds, key=lambda one: one != first):
        for number, one in enumerate(read_sets(connection, kind)):
            for code, name in read_names(connection, kind, place_set=one.name).items():
                names.setdefault(code, f"{name} ({one.name})" if number else name)
    return names


def read_districts_around(connection: duckdb.DuckDBPyConnection, kind: str, place_set: str) -> dict[str, str]:
    """Names by code of the districts that the places of a set stand in by their parents' codes, by name."""
    found = connection.execute(
        """
        with recursive around as (
            select distinct parent_code as place_code from place_in_set where kind = $kind and place_set = $place_set
            union
            select p.parent_code from around a join place_now p using (place_code)
        )
        select p.place_code, p.name
        from place_now p
        where p.kind = 'district' and p.place_code in (from around)
        order by p.name, p.place_code""",
        {"kind": kind, "place_set": find_set(connection, kind, place_set).key},
    ).fetchall()
    return dict(found)


def read_place(connection: duckdb.DuckDBPyConnection, place_code: str, place_set: PlaceSet | None = None) -> Place:
    """One place, as it is in a set, or in the newest that has it. Raises SoundingsError where no loaded place has the code."""
    found = connection.execute(
        """
        select p.place_code, p.kind, p.name, p.name_welsh, p.parent_code, q.name, p.vintage, p.population, p.population_date,
            p.households, p.households_date, p.deprivation_decile, p.deprivation_source, p.area_km2
        from (
            select * from place_now where $key is null
            union all by name
            select * from place_in_set where place_set = $key
        ) p
        left join place_now q on q.place_code = p.parent_code
        where p.place_code = $code""",
        {"code": place_code, "key": place_set.key if place_set else None},
    ).fetchone()
    if found is None:
        raise SoundingsError(
            f"No loaded place has the code “{place_code}”. Codes are matched exactly; pick a place from the list."
        )
    return Place(*found)


def read_neighbours(
    connection: duckdb.DuckDBPyConnection, place_code: str, place_set: PlaceSet | None = None
) -> list[str]:
    """Codes of the places of the same kind and set (its newest, where none is given) that share an edge with this one, by name. A shared corner is not a shared edge."""
    here = connection.execute(
        """
        select p.kind, p.place_set, p.geometry
        from place_in_set p
        join place_set_now s on s.kind = p.kind and s.place_set = p.place_set
        where p.place_code = $code and ($key is null or p.place_set = $key)
        order by p.is_derived, s.rank
        limit 1""",
        {"code": place_code, "key": place_set.key if place_set else None},
    ).fetchone()
    if here is None:
        return []
    import shapely  # the command line reads this module for its SQL alone

    from soundings.mending import mend_outlines, read_shapes

    kind, key, wkb = here
    shape = mend_outlines(read_shapes([wkb])).shapes[0]
    if shape is None:
        return []
    west, south, east, north = shape.bounds
    nearby = connection.execute(
        """
        select place_code, geometry from place_in_set
        where kind = $kind and place_set = $key and place_code <> $code
        and lon between $west and $east and lat between $south and $north
        order by name""",
        {
            "kind": kind,
            "key": key,
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


def read_area_name(connection: duckdb.DuckDBPyConnection, kind: str, place_set: str | None = None) -> str:
    """What to call the whole map of one set: its one district, or “N districts”; the one place around it; or “All places”."""
    asked = {"kind": kind, "place_set": find_set(connection, kind, place_set).key}
    around = connection.execute(
        """
        with recursive around as (
            select place_code, parent_code from place_in_set where kind = $kind and place_set = $place_set
            union
            select p.place_code, p.parent_code
            from around a
            join place_now p on p.place_code = a.parent_code
        )
        select p.name from (select distinct place_code from around) join place_now p using (place_code) where p.kind = 'district'
        """,
        asked,
    ).fetchall()
    if len(around) > 1 and kind != "district":
        return f"{len(around):,} districts"
    parents = connection.execute(
        """
        select distinct coalesce(q.name, p.parent_code)
        from place_in_set p
        left join place_now q on q.place_code = p.parent_code
        where p.kind = $kind and p.place_set = $place_set""",
        asked,
    ).fetchall()
    (name,) = (around if len(around) == 1 else parents if len(parents) == 1 else [(None,)])[0]
    return name or "All places"
