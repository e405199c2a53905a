"""Where each row of a batch says it stands: every way in which it says so, in the order of its source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.locating.coordinates import diagnose_points
from etl.mapping.cells import Rows
from etl.mapping.sayings import Sayings, make_saying
from etl.parsing import parse_text
from etl.spec_types import Place, Try
from soundings.model import BadFile

FEW_POINTS = 5  # from so many on, an oddity of most is one of the file


@dataclass(frozen=True)
class Stands:
    """Where each row stands: `one` is a saying's number, or -1 - i for several, listed in `several[i]`."""

    one: np.ndarray
    several: list[tuple[int, ...]]

    def pick_one(self, rows: np.ndarray, otherwise: int | None) -> np.ndarray:
        """One number for each of these rows: of rows that name several places, `otherwise`."""
        found = self.one[rows]
        return np.where(found < 0, -1 if otherwise is None else otherwise, found)

    def spread(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(positions in `rows`, numbers): one entry for each place that each of these rows names."""
        found = self.one[rows]
        if not (found < 0).any():
            return np.arange(len(rows)), found
        lists = [self.several[-1 - number] if number < 0 else (number,) for number in found.tolist()]
        return np.repeat(np.arange(len(rows)), [len(item) for item in lists]), np.array(
            [n for item in lists for n in item], dtype=np.int64
        )


def place_rows(rows: Rows, place: Place, sayings: Sayings) -> Stands:
    """Where each row stands: all that its ways say, in their order, with the reason where none says anything."""
    ways = [way for way in place.tries if way.column]
    columns = [
        rows.parse(way.column, "list" if rows.spec.find_column(way.column).read == "list" else "text") for way in ways
    ]
    combined, shapes = combine([codes for codes, _ in columns], len(rows))
    several: list[tuple[int, ...]] = []
    answers = np.empty(len(shapes), dtype=np.int64)
    is_nothing = np.zeros(len(shapes), dtype=bool)
    for position, shape in enumerate(shapes):
        cells = [values[code] if code >= 0 else None for code, (_, values) in zip(shape, columns, strict=True)]
        numbers, is_nothing[position] = answer(ways, cells, place, rows, sayings)
        if len(numbers) > 1:
            several.append(numbers)
        answers[position] = numbers[0] if len(numbers) == 1 else -len(several)
    one = answers[combined]
    point = next((way for way in place.tries if way.lon), None)
    if point:
        one = place_points(rows, point, sayings, one, is_nothing[combined])
    return Stands(one, several)


def combine(codes: list[np.ndarray], length: int) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """(for each row the position of its combination, the distinct combinations of codes)."""
    if not codes:
        return np.zeros(length, dtype=np.int64), [()]
    key = np.zeros(length, dtype=np.int64)
    sizes = [int(column.max(initial=-1)) + 2 for column in codes]
    for column, size in zip(codes, sizes, strict=True):
        key = key * size + column + 1
    distinct, at = factorise(key, int(np.prod(sizes)))
    shapes = []
    for number in distinct.tolist():
        parts = []
        for size in reversed(sizes):
            number, code = divmod(number, size)
            parts.append(code - 1)
        shapes.append(tuple(reversed(parts)))
    return at, shapes


def factorise(key: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """(distinct values in order, position of each row's value); `key` runs from 0 to `size` - 1."""
    if size > 20_000_000:
        return np.unique(key, return_inverse=True)
    is_there = np.zeros(size, dtype=bool)
    is_there[key] = True
    distinct = np.flatnonzero(is_there)
    position = np.zeros(size, dtype=np.int64)
    position[distinct] = np.arange(len(distinct))
    return distinct, position[key]


def answer(ways: list[Try], cells: list, place: Place, rows: Rows, sayings: Sayings) -> tuple[tuple[int, ...], bool]:
    """(numbers of what these cells say, whether they say nothing). One number is of all ways in order, where each names one
    place; several are the places that the first way lists.
    """
    unsaid, said = None, []
    for way, cell in zip(ways, cells, strict=True):
        items = cell if isinstance(cell, tuple) else (cell,) if cell else ()
        if items and all(item in place.sentinels for item in items):
            unsaid = unsaid or items[0]
            continue
        items = tuple(dict.fromkeys(item for item in items if item not in place.sentinels))
        if way.codes:
            unsaid = unsaid or next((item for item in items if item not in way.codes), None)
            items = tuple(item for item in items if item in way.codes)
        numbers = tuple(dict.fromkeys(sayings.add(say_item(way, item, rows)) for item in items))
        if len(numbers) > 1 and not said:
            return numbers, False
        said += numbers if len(numbers) == 1 else ()
    if said:
        return (sayings.add_chain(tuple(dict.fromkeys(said))),), False
    if unsaid is None:
        return (sayings.add(make_saying("none", reason=place.nothing_said)),), True
    reason = (
        f"The file says “{unsaid}”."
        if unsaid in place.sentinels
        else f"“{unsaid}” is not a place on the source's reviewed list."
    )
    return (sayings.add(make_saying("none", said=unsaid, reason=reason)),), True


def say_item(way: Try, item: str, rows: Rows) -> tuple:
    """The saying of one cell, or of one item of a list."""
    common = {"place_kind": way.place_kind, "vintage": way.vintage}
    if way.name:
        return make_saying("name", said=item, name=item, within_code=way.within or rows.spec.authority, **common)
    if way.postcode:
        return make_saying("postcode", said=parse_text(item.upper()), **common)
    return make_saying("code", said=item, code=way.codes.get(item, item.upper()), **common)


def place_points(rows: Rows, way: Try, sayings: Sayings, one: np.ndarray, is_nothing: np.ndarray) -> np.ndarray:
    """`one` with the points of the rows: as their only way where they say nothing else (`is_nothing`), else as their last.

    A point that cannot be right is refused with its reason. A row that names several places keeps to these.
    """
    lon, lat = rows.parse_numbers(way.lon, "degrees"), rows.parse_numbers(way.lat, "degrees")
    left = np.flatnonzero(~(np.isnan(lon) & np.isnan(lat)) & (one >= 0))
    if not len(left):
        return one
    lon, lat = lon[left], lat[left]
    good_lon, _, reasons = diagnose_points(lon, lat)
    is_good = np.isfinite(good_lon)
    is_alone = is_nothing[left]
    if is_alone.any():
        ask_about_points(rows, reasons[is_alone], lon[is_alone], lat[is_alone])
    of_point = np.empty(len(left), dtype=np.int64)
    for position in np.flatnonzero(~is_good).tolist():
        of_point[position] = sayings.add(make_saying("refused", reason=reasons[position]))
    at, first = group_pairs(lon[is_good], lat[is_good])
    numbers = sayings.add_points(say_points(rows, way, left[is_good][first]), lon[is_good][first], lat[is_good][first])
    of_point[is_good] = numbers[at] if len(at) else at
    one = one.copy()
    one[left[is_alone]] = of_point[is_alone]
    after = left[~is_alone]
    one[after] = sayings.add_after(one[after], of_point[~is_alone])
    return one


def ask_about_points(rows: Rows, reasons: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> None:
    """Raises BadFile with the question where one thing is odd about more than half of a file's points."""
    length = len(reasons)
    refused = [reason for reason in reasons.tolist() if reason is not None]
    reason, often = Counter(refused).most_common(1)[0] if refused else (None, 0)
    if often * 2 > length and length >= FEW_POINTS:
        raise BadFile(
            f"{rows.labels[0]}: of {length:,} points, {often:,} cannot be right. {reason}{_say_systems(lon, lat)}"
        )


def _say_systems(lon: np.ndarray, lat: np.ndarray) -> str:
    """Which systems' metres the numbers would fit, for a person to choose from; nothing where they are no metres."""
    from etl.places.fitting import find_fitting, say_candidates  # pyproj takes its time, and few files need it

    is_metres = (np.abs(lon) > 361) & (np.abs(lat) > 361) & np.isfinite(lon) & np.isfinite(lat)
    if 2 * is_metres.sum() <= len(lon):
        return ""
    x, y = lon[is_metres], lat[is_metres]
    return say_candidates(find_fitting((x.min(), y.min(), x.max(), y.max()), None, []))


def group_pairs(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(group of each pair, position of each group's first pair)."""
    if not len(lon):
        return np.array([], dtype=np.int64), np.array([], dtype=np.int64)
    order = np.lexsort((lat, lon))
    is_new = np.ones(len(lon), dtype=bool)
    is_new[1:] = (np.diff(lon[order]) != 0) | (np.diff(lat[order]) != 0)
    group = np.empty(len(lon), dtype=np.int64)
    group[order] = np.cumsum(is_new) - 1
    return group, order[is_new]


def say_points(rows: Rows, way: Try, at: np.ndarray) -> pa.Array:
    """The text of these rows' points, as the file writes them."""
    if not len(at):  # of a file that has one of the two columns no point is right
        return pa.array([], pa.string())
    parts = [rows.table[name].combine_chunks().take(pa.array(at)).cast(pa.string()) for name in (way.lon, way.lat)]
    return pc.binary_join_element_wise(*parts, ", ")
