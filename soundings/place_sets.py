"""The sets of a kind of place: each is one coverage of the ground, such as the wards of one year. A figure is of one set."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from soundings.model import SoundingsError


@dataclass(frozen=True)
class PlaceSet:
    """One set of the places of a kind. `key`: as the tables keep it; `name`: what people call it, one of a kind's sets alone.

    `others`: the names of the other sets of the kind, newest first; empty where this is the only one, which needs no name.
    """

    kind: str
    key: str
    name: str
    place_count: int
    others: tuple[str, ...] = ()

    @property
    def is_alone(self) -> bool:
        return not self.others


def read_sets(connection: duckdb.DuckDBPyConnection, kind: str) -> tuple[PlaceSet, ...]:
    """The sets of a kind, newest first: by the year of their boundaries where each has one, else the one accepted last."""
    found = connection.execute(
        """
        select
            s.place_set,
            s.place_count,
            list(distinct p.vintage order by p.vintage) filter (p.vintage is not null),
            bool_or(p.vintage is null),
            list(distinct b.file_name order by b.file_name)
        from place_set_now s
        join place p on p.kind = s.kind and p.place_set = s.place_set
        join batch b using (batch_id)
        where s.kind = $kind
        group by s.place_set, s.place_count, s.rank
        order by s.rank
        """,
        {"kind": kind},
    ).fetchall()
    keys = {key for key, *_ in found}
    named = [
        (key, key or name_first(keys, vintages or [], has_blank, files), count)
        for key, count, vintages, has_blank, files in found
    ]
    names = [name for _, name, _ in named]
    return tuple(
        PlaceSet(kind, key, name, count, tuple(other for other in names if other != name)) for key, name, count in named
    )


def name_first(keys: set[str], vintages: list[str], has_blank: bool, files: list[str]) -> str:
    """What the set without a name of its own is called: by the years of its boundaries, else by its files."""
    if vintages and not has_blank:
        name = vintages[0] if len(vintages) == 1 else f"{vintages[0]} to {vintages[-1]}"
    else:
        name = files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"
    return f"{name} (first)" if name in keys else name


def find_set(connection: duckdb.DuckDBPyConnection, kind: str, name: str | None = None) -> PlaceSet:
    """The set of this name; without one the newest. Raises SoundingsError with the names there are."""
    sets = read_sets(connection, kind)
    if not sets:
        return PlaceSet(kind, "", "", 0)
    if name is None:
        return sets[0]
    for one in sets:
        if one.name == name:
            return one
    listed = ", ".join(f"“{one.name}”" for one in sets)
    raise SoundingsError(f"There is no set “{name}” of places of kind “{kind}”. Sets, newest first: {listed}.")


def find_set_of(connection: duckdb.DuckDBPyConnection, place_code: str, name: str | None = None) -> PlaceSet:
    """The set of this name that has the place; else the newest that has it. Raises SoundingsError where none has it."""
    found = connection.execute(
        """
        select p.kind, p.place_set
        from place_in_set p
        join place_set_now s on s.kind = p.kind and s.place_set = p.place_set
        where p.place_code = $1
        order by p.is_derived, s.rank
        """,
        [place_code],
    ).fetchall()
    if not found:
        raise SoundingsError(f"No loaded place has the code “{place_code}”. Codes are matched exactly.")
    kind = found[0][0]
    keys = [key for its, key in found if its == kind]
    sets = [one for one in read_sets(connection, kind) if one.key in keys]
    return next((one for one in sets if one.name == name), sets[0])


@dataclass(frozen=True)
class SameGround:
    """A place of another set that lies over a place: `share` of that place's ground, from 0 to 1."""

    place_code: str
    name: str
    set_name: str
    share: float


def read_same_ground(connection: duckdb.DuckDBPyConnection, place_code: str, place_set: PlaceSet) -> list[SameGround]:
    """The places of the other sets of its kind that lie over a place, set by set from the newest, the largest share first.

    Empty where the kind has one set, or the place has no outline that can be measured. A place that has the same code in the
    other set is there with its own share.
    """
    if place_set.is_alone:
        return []
    from soundings.overlap import measure_overlap  # reads shapes, which few pages need

    find = "select geometry, place_code, name from place_in_set where kind = $1 and place_set = $2"
    here = connection.execute(f"{find} and place_code = $3", [place_set.kind, place_set.key, place_code]).fetchall()  # noqa: S608
    if not here:
        return []
    found = []
    for other in read_sets(connection, place_set.kind):
        if other.key == place_set.key:
            continue
        there = connection.execute(find, [other.kind, other.key]).fetchall()
        shapes, codes, names = zip(*there, strict=True)
        # Codes that mean nothing, as a place with the same code is asked for like any other.
        overlap = measure_overlap([here[0][0]], ["here"], shapes, [f"there {code}" for code in codes])
        shares = [
            SameGround(codes[at], names[at], other.name, min(float(shared) / overlap.ground, 1.0))
            for at, shared in zip(overlap.old.tolist(), overlap.shared, strict=True)
        ]
        found += sorted(shares, key=lambda one: (-one.share, one.name))
    return found
