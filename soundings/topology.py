"""Borders of places as shared arcs: each stretch of border stored once, as small differences between whole numbers."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np
import shapely

from soundings.coverage import vertex_keys


@dataclass(frozen=True)
class Topology:
    """`arcs`: (n, 2) whole numbers each. `rings[place]`: for each ring its arcs in order; ~i is arc i walked backwards."""

    arcs: list[np.ndarray]
    rings: list[list[list[int]]]


def build_topology(polygons: np.ndarray) -> Topology:
    """The borders of these whole-number polygons, cut where three places or a coast meet, each stretch once."""
    parts, place_of_part = shapely.get_parts(polygons, return_index=True)
    ring_lines, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring_of_vertex = shapely.get_coordinates(ring_lines, return_index=True)
    xy = np.rint(xy).astype(np.int64)
    is_junction = _find_junctions(xy, ring_of_vertex)
    arcs: list[np.ndarray] = []
    known: dict[bytes, int] = {}
    rings: list[list[list[int]]] = [[] for _ in polygons]
    bounds = np.searchsorted(ring_of_vertex, np.arange(len(ring_lines) + 1))
    for ring, (start, end) in enumerate(zip(bounds[:-1], bounds[1:], strict=True)):
        line = [_arc_number(piece, arcs, known) for piece in _cut_ring(xy[start:end], is_junction[start:end])]
        rings[place_of_part[part_of_ring[ring]]].append(line)
    return Topology(arcs, rings)


def _find_junctions(xy: np.ndarray, ring: np.ndarray) -> np.ndarray:
    """True for each vertex that borders do not all pass through from the same neighbour to the same neighbour."""
    keys = np.unique(vertex_keys(xy), return_inverse=True)[1].astype(np.int64)
    first = np.searchsorted(ring, ring, side="left")
    last = np.searchsorted(ring, ring, side="right") - 1
    index = np.arange(len(xy))
    before = keys[np.where(index == first, last - 1, index - 1)]
    after = keys[np.where(index == last, first + 1, index + 1)]
    low, high = np.minimum(before, after), np.maximum(before, after)
    visits = np.unique(np.stack([keys, low, high], axis=1), axis=0)[:, 0]
    return np.bincount(visits, minlength=keys.max(initial=0) + 1)[keys] > 1


def _cut_ring(line: np.ndarray, is_junction: np.ndarray) -> list[np.ndarray]:
    """A closed ring as stretches between junctions; a ring without any starts at its smallest vertex."""
    cuts = np.flatnonzero(is_junction[:-1])
    start = int(cuts[0]) if len(cuts) else int(np.lexsort((line[:-1, 1], line[:-1, 0]))[0])
    turned = np.concatenate([line[start:-1], line[: start + 1]])
    inner = cuts[1:] - start
    edges = [0, *(int(i) for i in inner), len(turned) - 1]
    return [turned[a : b + 1] for a, b in zip(edges[:-1], edges[1:], strict=True)]


def _arc_number(piece: np.ndarray, arcs: list[np.ndarray], known: dict[bytes, int]) -> int:
    """The number of the arc equal to this stretch, either way round; a new one is added."""
    forwards = piece.tobytes()
    if forwards in known:
        return known[forwards]
    backwards = np.ascontiguousarray(piece[::-1]).tobytes()
    if backwards in known:
        return ~known[backwards]
    known[forwards] = len(arcs)
    arcs.append(piece)
    return known[forwards]


def encode_topology(topology: Topology) -> dict[str, str | int]:
    """The topology as base64 text: zigzag varints of differences. `decode_topology` and chart_geometry.js read it."""
    arc_numbers: list[np.ndarray] = []
    previous = np.zeros(2, dtype=np.int64)
    for arc in topology.arcs:
        deltas = np.diff(arc, axis=0, prepend=previous[None, :])
        arc_numbers.append(np.array([len(arc)], dtype=np.int64))
        arc_numbers.append(deltas.ravel())
        previous = arc[0]
    ring_numbers: list[int] = []
    last = 0
    for rings in topology.rings:
        ring_numbers.append(len(rings))
        for ring in rings:
            ring_numbers.append(len(ring))
            for arc_index in ring:
                number = arc_index if arc_index >= 0 else ~arc_index
                ring_numbers.append((number - last) * 2 + (arc_index < 0))
                last = number
    numbers = np.concatenate(arc_numbers) if arc_numbers else np.zeros(0, dtype=np.int64)
    return {
        "arc_count": len(topology.arcs),
        "arcs": _pack(numbers),
        "rings": _pack(np.array(ring_numbers, dtype=np.int64)),
    }


def decode_topology(encoded: dict[str, str | int]) -> Topology:
    """The topology that `encode_topology` wrote."""
    numbers = _unpack(str(encoded["arcs"]))
    arcs, at, previous = [], 0, np.zeros(2, dtype=np.int64)
    for _ in range(int(encoded["arc_count"])):
        count = int(numbers[at])
        arc = np.cumsum(numbers[at + 1 : at + 1 + 2 * count].reshape(-1, 2), axis=0) + previous
        arcs.append(arc)
        previous, at = arc[0], at + 1 + 2 * count
    values = iter(_unpack(str(encoded["rings"])).tolist())
    rings, last = [], 0
    for ring_count in values:
        place = []
        for _ in range(ring_count):
            ring = []
            for _ in range(next(values)):
                step = next(values)
                last += step >> 1
                ring.append(~last if step & 1 else last)
            place.append(ring)
        rings.append(place)
    return Topology(arcs, rings)


def ring_vertices(topology: Topology, ring: list[int]) -> np.ndarray:
    """The closed ring's vertices, walking its arcs."""
    pieces = [topology.arcs[i] if i >= 0 else topology.arcs[~i][::-1] for i in ring]
    return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])


def _pack(numbers: np.ndarray) -> str:
    """Whole numbers as zigzag varints (seven bits a byte, low bits first), in base64."""
    zigzag = ((numbers << 1) ^ (numbers >> 63)).astype(np.uint64)
    groups = np.stack([(zigzag >> np.uint64(7 * i)) & np.uint64(0x7F) for i in range(5)], axis=1).astype(np.uint8)
    used = np.maximum(1, 5 - np.argmax(groups[:, ::-1] != 0, axis=1) - 5 * (groups == 0).all(axis=1))
    place = np.arange(5)[None, :]
    groups |= np.where(place < (used - 1)[:, None], 0x80, 0).astype(np.uint8)
    return base64.b64encode(groups[place < used[:, None]].tobytes()).decode("ascii")


def _unpack(text: str) -> np.ndarray:
    raw = np.frombuffer(base64.b64decode(text), dtype=np.uint8)
    if not len(raw):
        return np.zeros(0, dtype=np.int64)
    ends = np.flatnonzero(raw < 0x80)
    starts = np.r_[0, ends[:-1] + 1]
    place = np.arange(len(raw)) - np.repeat(starts, ends - starts + 1)
    parts = (raw & 0x7F).astype(np.int64) << (7 * place)
    zigzag = np.add.reduceat(parts, starts)
    return (zigzag >> 1) ^ -(zigzag & 1)
