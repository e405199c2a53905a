"""What the rows of a batch say of where, as rows of `location` and `location_way`, each distinct saying once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.tables import make_table

FIELDS = ("kind", "said", "code", "name", "within_code", "place_kind", "vintage", "lon", "lat", "reason")
NEVER = np.iinfo(np.int64).max
NO_WAY = -1


def make_saying(kind: str, **values) -> tuple:
    """What was said, as the fields of a location in their order."""
    return tuple({"kind": kind, **values}.get(name) for name in FIELDS)


@dataclass
class Sayings:
    """Every distinct thing said about where in a batch, by number; numbers become location ids in order of first use.

    A number is of one way of saying where, or of a chain of them: the ways of one row, in the order in which they are tried.
    """

    known: dict[tuple, int] = field(default_factory=dict)
    points: list[tuple[int, pa.Array, np.ndarray, np.ndarray]] = field(default_factory=list)
    chained: dict[tuple[int, ...], int] = field(default_factory=dict)
    chains: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    length: int = 0
    used: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)

    def add(self, saying: tuple) -> int:
        """The number of this saying."""
        if saying not in self.known:
            self.known[saying] = self.length
            self.length += 1
        return self.known[saying]

    def add_points(self, said: pa.Array, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """The numbers of points that are distinct among themselves."""
        start = self.length
        self.points.append((start, said, lon, lat))
        self.length += len(lon)
        return np.arange(start, self.length)

    def add_chain(self, ways: tuple[int, ...]) -> int:
        """The number of these ways, tried one after the other; of a single way its own."""
        if len(ways) == 1:
            return ways[0]
        if ways not in self.chained:
            self.chained[ways] = self.length
            self.length += 1
        return self.chained[ways]

    def add_after(self, numbers: np.ndarray, last: np.ndarray) -> np.ndarray:
        """For each row the number of what it said so far with one more way after it. `numbers` are of `add` or `add_chain`."""
        if not len(numbers):
            return numbers
        heads, head = np.unique(numbers, return_inverse=True)
        pairs, at = np.unique(head.astype(np.int64) * self.length + last, return_inverse=True)
        head, last = np.divmod(pairs, self.length)
        ways_of = {number: ways for ways, number in self.chained.items()}
        before, count = pad([ways_of.get(number, (number,)) for number in heads.tolist()])
        matrix = np.full((len(pairs), before.shape[1] + 1), NO_WAY, dtype=np.int64)
        matrix[:, :-1] = before[head]
        matrix[np.arange(len(pairs)), count[head]] = last
        start = self.length
        self.chains.append((np.arange(start, start + len(pairs)), matrix))
        self.length += len(pairs)
        return start + at

    def use(self, numbers: np.ndarray, rows: np.ndarray) -> None:
        """Records that these sayings (by number) are what these rows stand at."""
        self.used.append((np.asarray(numbers, dtype=np.int64), np.asarray(rows, dtype=np.int64)))

    def finish(self, batch_id: str) -> tuple[dict[str, pa.Table], pa.Array]:
        """(the rows of `location` and of `location_way`, location id by number); sayings that no row uses are left out."""
        first = np.full(self.length, NEVER, dtype=np.int64)
        for numbers, rows in self.used:
            np.minimum.at(first, numbers, rows)
        order = np.lexsort((np.arange(self.length), first))
        order = order[first[order] != NEVER]
        position = np.full(self.length, -1, dtype=np.int64)
        position[order] = np.arange(len(order))
        ids = pc.binary_join_element_wise(
            pa.repeat(pa.scalar(batch_id), len(order)), pa.array(np.arange(1, len(order) + 1)).cast(pa.string()), "-"
        )
        columns, row_of = self._gather()
        head, parts = np.arange(self.length), []
        for numbers, matrix in self._list_chains():
            head[numbers] = matrix[:, 0]
            for place in range(1, matrix.shape[1]):
                is_used = (matrix[:, place] != NO_WAY) & (position[numbers] >= 0)
                of = position[numbers][is_used]
                parts.append((of, np.full(len(of), place + 1), matrix[is_used, place]))
        tables = {"location": make_locations("location", batch_id, ids, columns.take(pa.array(row_of[head[order]])))}
        if parts:
            of, place, way = (np.concatenate(part) for part in zip(*parts, strict=True))
            sequence = np.lexsort((place, of))
            further = columns.take(pa.array(row_of[way[sequence]]))
            tables["location_way"] = make_locations(
                "location_way", batch_id, ids.take(pa.array(of[sequence])), further, position=pa.array(place[sequence])
            )
        return tables, ids.take(pa.array(position, mask=position < 0))

    def _list_chains(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """(numbers of chains, the ways of each in order)."""
        if not self.chained:
            return self.chains
        return [(np.array(list(self.chained.values())), pad(list(self.chained))[0]), *self.chains]

    def _gather(self) -> tuple[pa.Table, np.ndarray]:
        """(every single way, the row of each number in it)."""
        types = {"lon": pa.float64(), "lat": pa.float64()}
        sayings = list(self.known)
        numbers = [np.array(list(self.known.values()), dtype=np.int64)]
        parts = [
            pa.table(
                {
                    name: pa.array([saying[i] for saying in sayings], types.get(name, pa.string()))
                    for i, name in enumerate(FIELDS)
                }
            )
        ]
        for start, said, lon, lat in self.points:
            numbers.append(np.arange(start, start + len(lon)))
            given = {
                "said": said,
                "lon": pa.array(lon),
                "lat": pa.array(lat),
                "kind": pa.repeat(pa.scalar("point"), len(lon)),
            }
            parts.append(
                pa.table({name: given.get(name, pa.nulls(len(lon), types.get(name, pa.string()))) for name in FIELDS})
            )
        row_of = np.full(self.length, -1, dtype=np.int64)
        single = np.concatenate(numbers)
        row_of[single] = np.arange(len(single))
        return pa.concat_tables(parts), row_of


def pad(chains: list[tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """(a row for each chain, filled up with NO_WAY; how many ways each has)."""
    count = np.array([len(ways) for ways in chains])
    padded = np.full((len(chains), count.max()), NO_WAY, dtype=np.int64)
    padded[np.arange(count.max()) < count[:, None]] = np.array([way for ways in chains for way in ways])
    return padded, count


def make_locations(table: str, batch_id: str, ids: pa.Array, said: pa.Table, **columns) -> pa.Table:
    """The rows of `location` or `location_way` for these ids, from the fields of what was said."""
    fields = {name: said[name].combine_chunks() for name in FIELDS}
    return make_table(table, {"batch_id": batch_id, "location_id": ids, **columns, **fields}, len(ids))
