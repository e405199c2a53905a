"""Which loaded places each location of a batch stands in, by which method, or why it cannot be said. Never a guess.

    code      → a loaded place's code, or one that superseded it; else outside (a well-formed code) or unlocated
    name      → exactly one loaded place of that name, or one reviewed alias
    postcode  → the offline directory's point, in the boundaries of each kind
    point     → in the boundaries of each kind

A located code stands in every larger kind too: by parent codes, and where these miss a loaded kind by a point inside it.
It is never copied into smaller kinds. The answers depend on nothing but the locations and the places that are loaded.
"""

from __future__ import annotations

import unicodedata

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.areas import AreaLookup, is_present, read_area_lookup, read_boundaries
from soundings.model import LOCATED, NOT_TIED, OUTSIDE, PLACE_KINDS, UNLOCATED

__all__ = ["AreaLookup", "normalise_name", "read_area_lookup", "resolve_locations"]

# Nine-character GSS codes; and Northern Ireland's Super Output Areas of 2001 (95AA01S1), Data Zones (N20000001) and wards
# of 1984 (95AA01). https://geoportal.statistics.gov.uk, Register of Geographic Codes.
WELL_FORMED = r"^([ENSWKJLM]\d{8}|95[A-Z]{2}\d{2}([A-Z]\d)?)$"
PLACEHOLDER = r"^[ENSWKJLM]9{8}$"
LONGEST_CHAIN = 12
NO_PLACE = "No places are loaded yet."


def normalise_name(text: str | None) -> str:
    """The name in the one form in which names are compared: “&” is “and”, white space and case don't count, Unicode NFC."""
    told = unicodedata.normalize("NFC", text or "").replace("&", " and ").replace("\u2019", "'")
    return " ".join(told.split()).casefold()


def resolve_locations(connection: duckdb.DuckDBPyConnection, batch_ids: list[str] | None) -> None:
    """Fills location_state and location_place anew for the batches (None: all), in the caller's transaction."""
    work = _Work(connection, batch_ids)
    try:
        work.gather()
        work.locate_codes()
        work.locate_names()
        work.locate_points()
        work.settle_the_rest()
        work.write()
    finally:
        work.clear()


class _Work:
    """Temporary tables for one resolving: opened by `gather`, dropped by `clear`."""

    tables = ("todo", "known_place", "answer", "stands", "stands_point")

    def __init__(self, connection: duckdb.DuckDBPyConnection, batch_ids: list[str] | None) -> None:
        self.connection = connection
        self.batch_ids = batch_ids

    def gather(self) -> None:
        """The locations to resolve, and the places that are loaded, without their boundaries."""
        self.clear()
        chosen = "" if self.batch_ids is None else "where batch_id in (select unnest($ids))"
        bound = {} if self.batch_ids is None else {"ids": self.batch_ids}
        self.connection.execute(f"create temp table todo as select * from location {chosen}", bound)  # noqa: S608
        self.connection.execute(
            """create temp table known_place as
            select place_code, upper(trim(place_code)) code_key, kind, name, name_welsh, parent_code, lon, lat, area_km2
            from place_now"""
        )
        self.connection.execute(
            """create temp table answer (
                batch_id varchar, location_id varchar, state varchar, method varchar, reason varchar, place_code varchar
            )"""
        )
        # Where a location stands: of a code or name by its place, of a point by itself.
        self.connection.execute("create temp table stands (place_code varchar, kind varchar, stands_in varchar)")
        self.connection.execute(
            "create temp table stands_point (batch_id varchar, location_id varchar, kind varchar, stands_in varchar)"
        )

    def clear(self) -> None:
        """Drops the temporary tables."""
        for table in self.tables:
            self.connection.execute(f"drop table if exists temp.{table}")

    def locate_codes(self) -> None:
        """Answers for locations that name a code."""
        self.connection.execute(
            f"""
            insert into answer
            with recursive asked as (
                select distinct upper(trim(coalesce(code, said))) code_key from todo where kind = 'code'
            ),
            loaded as (
                select code_key, min(place_code) place_code from known_place group by code_key
            ),
            successor as (
                select distinct upper(trim(old_code)) old_key, upper(trim(new_code)) new_key from place_code_history
                where upper(trim(old_code)) <> upper(trim(new_code))
            ),
            chain (code_key, now_key, steps) as (
                select a.code_key, s.new_key, 1
                from asked a
                join successor s on s.old_key = a.code_key
                where a.code_key not in (select code_key from loaded)
                union
                select c.code_key, s.new_key, c.steps + 1
                from chain c
                join successor s on s.old_key = c.now_key
                where c.steps < {LONGEST_CHAIN} and c.now_key not in (select code_key from loaded)
            ),
            ended as (
                select c.code_key,
                    list(distinct l.place_code order by l.place_code) filter (l.place_code is not null) as loaded_codes,
                    list(distinct c.now_key order by c.now_key) filter (
                        l.place_code is null and c.now_key not in (select old_key from successor)
                    ) as other_codes
                from chain c
                left join loaded l on l.code_key = c.now_key
                group by c.code_key
            ),
            judged as (
                select a.code_key, l.place_code loaded_code, coalesce(e.loaded_codes, []) new_codes,
                    coalesce(e.loaded_codes, []) || coalesce(e.other_codes, []) all_codes
                from asked a
                left join loaded l using (code_key)
                left join ended e using (code_key)
            )
            select t.batch_id, t.location_id,
                case
                    when j.loaded_code is not null or (len(j.new_codes) = 1 and len(j.all_codes) = 1) then '{LOCATED}'
                    when len(j.all_codes) > 1 and len(j.new_codes) > 0 then '{UNLOCATED}'
                    when regexp_matches(j.code_key, '{PLACEHOLDER}') then '{UNLOCATED}'
                    when len(j.all_codes) > 0 or regexp_matches(j.code_key, '{WELL_FORMED}') then '{OUTSIDE}'
                    else '{UNLOCATED}'
                end,
                case when j.loaded_code is null and len(j.all_codes) > 0 then 'superseded code' else 'code' end,
                case
                    when j.loaded_code is not null or (len(j.new_codes) = 1 and len(j.all_codes) = 1) then null
                    when len(j.all_codes) > 1 and len(j.new_codes) > 0 then
                        'The code ' || j.code_key || ' was replaced by ' || array_to_string(j.all_codes, ', ')
                        || '; which of them is meant cannot be told.'
                    when coalesce(j.code_key, '') = '' then 'The code is blank.'
                    when regexp_matches(j.code_key, '{PLACEHOLDER}') then
                        j.code_key || ' stands for no place in particular.'
                    when len(j.all_codes) > 0 then
                        'The code ' || j.code_key || ' was replaced by ' || array_to_string(j.all_codes, ', ')
                        || ', which is not among the loaded places.'
                    when regexp_matches(j.code_key, '{WELL_FORMED}') then
                        'The code ' || j.code_key || ' is not among the loaded places.'
                    else 'No loaded place has the code “' || trim(coalesce(t.code, t.said)) || '”.'
                end,
                coalesce(j.loaded_code, case when len(j.new_codes) = 1 and len(j.all_codes) = 1 then j.new_codes[1] end)
            from todo t
            join judged j on j.code_key is not distinct from upper(trim(coalesce(t.code, t.said)))
            where t.kind = 'code'
            """  # noqa: S608
        )

    def locate_names(self) -> None:
        """Answers for locations that name a place in words: the exact name, else a reviewed alias; several are none."""
        asked = self.connection.execute(
            "select distinct coalesce(name, said), within_code, place_kind from todo where kind = 'name'"
        ).fetchall()
        if not asked:
            return
        named = self._read_named()
        aliases: dict[str, list[tuple[str | None, str]]] = {}
        for alias, within, code in self.connection.execute(
            """select a.alias, upper(trim(a.within_code)), p.place_code from place_alias a
            join known_place p on p.code_key = upper(trim(a.place_code))"""
        ).fetchall():
            aliases.setdefault(normalise_name(alias), []).append((within, code))
        wanted = {key: (normalise_name(key[0]), (key[1] or "").strip().upper(), key[2]) for key in asked}
        offered = {code for name, _, _ in wanted.values() for code, _ in named.get(name, ())}
        offered |= {code for name, _, _ in wanted.values() for _, code in aliases.get(name, ())}
        above = self._read_above(sorted(offered))
        rows = [(*key, *self._choose(*wanted[key], key[0], named, aliases, above)) for key in asked]
        self.connection.register("named_answer", _to_table(NAMED, rows))
        try:
            self.connection.execute(
                """insert into answer
                select t.batch_id, t.location_id, n.state, n.method, n.reason, n.place_code
                from todo t
                join named_answer n on n.said is not distinct from coalesce(t.name, t.said)
                    and n.within_code is not distinct from t.within_code
                    and n.place_kind is not distinct from t.place_kind
                where t.kind = 'name'"""
            )
        finally:
            self.connection.unregister("named_answer")

    def _read_named(self) -> dict[str, list[tuple[str, str]]]:
        """(code, kind) of the loaded places by normalised name, in English and in Welsh."""
        named: dict[str, list[tuple[str, str]]] = {}
        for code, kind, name, welsh in self.connection.execute(
            "select place_code, kind, name, name_welsh from known_place order by place_code"
        ).fetchall():
            for key in {normalise_name(name), normalise_name(welsh)} - {""}:
                named.setdefault(key, []).append((code, kind))
        return named

    def _read_above(self, codes: list[str]) -> dict[str, set[str]]:
        """Codes (upper case) of the places that each of these places stands in, and its own."""
        if not codes:
            return {}
        self.climb(codes)
        above = {code: {code.strip().upper()} for code in codes}
        for code, higher in self.connection.execute("select place_code, upper(trim(stands_in)) from stands").fetchall():
            above.setdefault(code, set()).add(higher)
        return above

    @staticmethod
    def _choose(name, within, kind, said, named, aliases, above) -> tuple[str, str, str | None, str | None]:
        """(state, method, reason, place_code) of one name, perhaps inside a place, perhaps of a kind."""
        where = f" within {within}" if within else ""
        if not name:
            return UNLOCATED, "name", "The name is blank.", None
        exact = {code for code, its_kind in named.get(name, ()) if not kind or its_kind == kind}
        exact = {code for code in exact if not within or within in above[code]}
        if not exact:
            alias = {
                code
                for inside, code in aliases.get(name, ())
                if (inside is None or inside == within) and (not within or within in above[code])
            }
            if len(alias) == 1:
                return LOCATED, "alias", None, alias.pop()
            exact = alias
        if len(exact) == 1:
            return LOCATED, "name", None, exact.pop()
        if exact:
            listed = ", ".join(sorted(exact)[:5]) + (" …" if len(exact) > 5 else "")
            return UNLOCATED, "name", f"“{said}” is the name of {len(exact)} loaded places{where} ({listed}).", None
        return (
            UNLOCATED,
            "name",
            f"No loaded {kind or 'place'}{where} is called “{said}”. Names are matched exactly.",
            None,
        )

    def locate_points(self) -> None:
        """Answers for postcodes and points: tested in each kind's boundaries, which are read only now."""
        asked = self.connection.execute(
            """select batch_id, location_id, kind, case when kind = 'postcode' then coalesce(said, code, name) end postcode,
                cast(lon as double) lon, cast(lat as double) lat
            from todo where kind in ('postcode', 'point') order by batch_id, location_id"""
        ).to_arrow_table()
        if not asked.num_rows:
            return
        is_postcode = pc.equal(asked["kind"], "postcode").to_numpy(zero_copy_only=False)
        lon, lat = (asked[name].to_numpy(zero_copy_only=False).astype(np.float64) for name in ("lon", "lat"))
        reason = np.full(len(lon), "The point has no longitude or latitude.", dtype=object)
        if is_postcode.any():
            from etl.postcodes import postcode_to_point  # imports pandas

            points = postcode_to_point(asked["postcode"].filter(pa.array(is_postcode)).to_pylist())
            lon[is_postcode], lat[is_postcode], reason[is_postcode] = points.lon, points.lat, points.reasons
        has_point = np.isfinite(lon) & np.isfinite(lat)
        reason[has_point] = "The point stands in none of the loaded places."
        reason[has_point & is_postcode] = "The postcode stands in none of the loaded places."
        is_inside = np.zeros(len(lon), dtype=bool)
        for kind, found in self._find_in_each_kind(lon, lat).items():
            inside = np.flatnonzero(is_present(found))
            is_inside[inside] = True
            self._append(
                "stands_point", _to_rows(asked.take(inside), kind=[kind] * len(inside), stands_in=found[inside])
            )
        reason[is_inside] = None
        state = np.where(is_inside, LOCATED, np.where(has_point, OUTSIDE, UNLOCATED))
        self._append("answer", _to_rows(asked, state=state, method=asked["kind"], reason=reason))

    def _find_in_each_kind(self, lon: np.ndarray, lat: np.ndarray) -> dict[str, np.ndarray]:
        """By loaded kind, the code of the place each point stands in, None for none.

        From wards upwards a place's parents are whole unions of it, so they need no second test.
        """
        kinds = self._read_kinds()
        found = {kind: np.full(len(lon), None, dtype=object) for kind in kinds}
        for kind in kinds:
            left = np.flatnonzero(~is_present(found[kind]))
            here = read_boundaries(self.connection, kind).find(lon[left], lat[left])
            found[kind][left] = here
            inside = left[is_present(here)]
            if kind not in PLACE_KINDS[PLACE_KINDS.index("ward") :] or not len(inside):
                continue
            codes, position = np.unique(here[is_present(here)].astype(str), return_inverse=True)
            self._climb_by_parent(codes.tolist())
            above = self.connection.execute("select place_code, kind, stands_in from stands").fetchall()
            for higher in kinds:
                if higher in PLACE_KINDS and PLACE_KINDS.index(higher) > PLACE_KINDS.index(kind):
                    parent = {code: stands_in for code, its_kind, stands_in in above if its_kind == higher}
                    parents = np.array([parent.get(code) for code in codes.tolist()], dtype=object)
                    known = is_present(parents[position]) & ~is_present(found[higher][inside])
                    found[higher][inside[known]] = parents[position][known]
        return found

    def _read_kinds(self) -> list[str]:
        """The loaded kinds, smallest first."""
        kinds = {kind for (kind,) in self.connection.execute("select distinct kind from known_place").fetchall()}
        return sorted(kinds, key=lambda kind: (PLACE_KINDS.index(kind) if kind in PLACE_KINDS else 99, kind))

    def _append(self, table: str, rows: pa.Table) -> None:
        self.connection.register("incoming_answer", rows)
        try:
            self.connection.execute(f"insert into {table} by name select * from incoming_answer")  # noqa: S608
        finally:
            self.connection.unregister("incoming_answer")

    def settle_the_rest(self) -> None:
        """Answers for locations that say there is none: a choice, a gap, or a value that was refused."""
        self.connection.execute(
            f"""insert into answer
            select batch_id, location_id,
                case when kind = 'not_tied' then '{NOT_TIED}' else '{UNLOCATED}' end, kind,
                case when kind = 'not_tied' then reason else coalesce(reason, 'No place is recorded.') end, null
            from todo where kind not in ('code', 'name', 'postcode', 'point')"""  # noqa: S608
        )

    def climb(self, codes: list[str]) -> None:
        """Fills `stands`: for each of these loaded places the place of its own kind and of every larger kind it stands in."""
        self._climb_by_parent(codes)
        loaded = [kind for kind in self._read_kinds() if kind in PLACE_KINDS]
        for number, kind in enumerate(loaded):
            self._climb_by_point(loaded[:number], kind)

    def _climb_by_parent(self, codes: list[str]) -> None:
        """Fills `stands` with what parent codes say."""
        self.connection.register("start_code", pa.table({"place_code": pa.array(codes, pa.string())}))
        try:
            self.connection.execute("delete from stands")
            self.connection.execute(
                f"""
                insert into stands
                with recursive chain (place_code, at_code, kind, parent_code, steps) as (
                    select p.place_code, p.place_code, p.kind, p.parent_code, 0
                    from known_place p
                    semi join start_code using (place_code)
                    union
                    select c.place_code, p.place_code, p.kind, p.parent_code, c.steps + 1
                    from chain c
                    join known_place p on p.place_code = c.parent_code
                    where c.steps < {LONGEST_CHAIN}
                )
                select place_code, kind, arg_min(at_code, steps) from chain group by place_code, kind
                """  # noqa: S608
            )
        finally:
            self.connection.unregister("start_code")

    def _climb_by_point(self, smaller: list[str], kind: str) -> None:
        """Adds to `stands` the place of this kind for places of smaller kinds that have none yet, by the point inside them.

        A place of the larger kind that is smaller on the ground cannot hold it, and is left out.
        """
        missing = self.connection.execute(
            """select p.place_code, p.lon, p.lat from known_place p
            where p.kind in (select unnest($smaller))
            and p.place_code in (select place_code from stands)
            and p.place_code not in (select place_code from stands where kind = $kind)
            order by p.place_code""",
            {"smaller": smaller, "kind": kind},
        ).to_arrow_table()
        if not missing.num_rows:
            return
        lon, lat = (missing[name].to_numpy(zero_copy_only=False) for name in ("lon", "lat"))
        found = read_boundaries(self.connection, kind).find(lon, lat)
        rows = pa.table({"place_code": missing["place_code"], "stands_in": pa.array(found, pa.string())})
        self.connection.register("found_by_point", rows)
        try:
            self.connection.execute(
                """insert into stands by name
                select f.place_code, $kind as kind, f.stands_in
                from found_by_point f
                join known_place p using (place_code)
                join known_place larger on larger.place_code = f.stands_in
                where coalesce(larger.area_km2 >= p.area_km2, true)""",
                {"kind": kind},
            )
        finally:
            self.connection.unregister("found_by_point")

    def write(self) -> None:
        """Replaces the rows of location_state and location_place for the locations resolved."""
        codes = self.connection.execute(
            "select distinct place_code from answer where place_code is not null order by 1"
        ).fetchall()
        self.climb([code for (code,) in codes])
        chosen = "" if self.batch_ids is None else "where batch_id in (select unnest($ids))"
        bound = {} if self.batch_ids is None else {"ids": self.batch_ids}
        for table in ("location_state", "location_place"):
            self.connection.execute(f"delete from {table} {chosen}", bound)  # noqa: S608
        self.connection.execute(
            """insert into location_state (batch_id, location_id, state, method, reason)
            select batch_id, location_id, state, method, reason from answer order by batch_id, location_id"""
        )
        self.connection.execute(
            """insert into location_place (batch_id, location_id, kind, place_code)
            select batch_id, location_id, kind, stands_in from (
                select a.batch_id, a.location_id, s.kind, s.stands_in from answer a join stands s using (place_code)
                union all
                select batch_id, location_id, kind, stands_in from stands_point
            )
            order by batch_id, location_id, kind"""
        )


NAMED = ("said", "within_code", "place_kind", "state", "method", "reason", "place_code")


def _to_table(names: tuple[str, ...], rows: list[tuple]) -> pa.Table:
    """Rows of text as a table with these columns."""
    return pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(names)})


def _to_rows(asked: pa.Table, **columns) -> pa.Table:
    """The ids of these locations with further columns of text."""
    rows = asked.select(["batch_id", "location_id"])
    for name, values in columns.items():
        is_column = isinstance(values, pa.ChunkedArray)
        rows = rows.append_column(name, values if is_column else pa.array(values, pa.string()))
    return rows
