"""Polygons with shared borders from a grid of labels: each stretch of border is smoothed once, for both its neighbours."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from random import Random

import numpy as np

Node = tuple[int, int]
Point = tuple[float, float]


@dataclass(frozen=True)
class Border:
    """One stretch of border between two labels; negative labels are outside. `left` stands on the left as it is walked."""

    left: int
    right: int
    points: list[Point]


def trace_borders(labels: np.ndarray) -> list[Border]:
    """Every stretch of border of a label grid, in grid corners, cut where three labels meet; closed ones start anywhere."""
    steps = _border_steps(labels)
    at: dict[Node, list[Node]] = defaultdict(list)
    for start, end in steps:
        at[start].append(end)
        at[end].append(start)
    sides = {**steps, **{(b, a): (right, left) for (a, b), (left, right) in steps.items()}}
    walked: set[tuple[Node, Node]] = set()
    borders = []
    meeting = [node for node in sorted(at) if len(at[node]) != 2]
    for node in [*meeting, *sorted(at)]:
        for towards in sorted(at[node]):
            if (node, towards) in walked:
                continue
            path = _walk(node, towards, at, walked)
            left, right = sides[(path[0], path[1])]
            borders.append(Border(left, right, [(float(x), float(y)) for x, y in path]))
    return borders


def _border_steps(labels: np.ndarray) -> dict[tuple[Node, Node], tuple[int, int]]:
    """Unit steps along cell edges where the label changes → (label on the left, label on the right)."""
    padded = np.pad(labels, 1, constant_values=-1)
    steps: dict[tuple[Node, Node], tuple[int, int]] = {}
    rows, columns = np.nonzero(padded[1:, :] != padded[:-1, :])  # a step east: left is the north
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        steps[((column - 1, row), (column, row))] = (int(padded[row + 1, column]), int(padded[row, column]))
    rows, columns = np.nonzero(padded[:, 1:] != padded[:, :-1])  # a step north: left is the west
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        steps[((column, row - 1), (column, row))] = (int(padded[row, column]), int(padded[row, column + 1]))
    return steps


def _walk(node: Node, towards: Node, at: dict[Node, list[Node]], walked: set[tuple[Node, Node]]) -> list[Node]:
    """Corners from `node` by way of `towards` to the next meeting point, or round to the start."""
    path = [node, towards]
    while len(at[path[-1]]) == 2 and path[-1] != node:
        a, b = at[path[-1]]
        path.append(b if a == path[-2] else a)
    for first, second in zip(path[:-1], path[1:], strict=True):
        walked.add((first, second))
        walked.add((second, first))
    return path


def smooth(points: list[Point], times: int = 4, tolerance: float = 0.3) -> list[Point]:
    """The stretch with its steps rounded off and needless points left out; its two ends stay where they are."""
    line = np.array(points)
    is_closed = points[0] == points[-1]
    for _ in range(times):
        if is_closed:
            ring = line[:-1]
            ring = (np.roll(ring, 1, axis=0) + 2 * ring + np.roll(ring, -1, axis=0)) / 4
            line = np.vstack([ring, ring[:1]])
        else:
            line[1:-1] = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4
    middle = len(line) // 2
    kept = (
        _thin(line[: middle + 1], tolerance)[:-1] + _thin(line[middle:], tolerance)
        if is_closed
        else _thin(line, tolerance)
    )
    return [(float(x), float(y)) for x, y in kept]


def wiggle(points: list[Point], random: Random, amount: float, shortest: float) -> list[Point]:
    """The stretch with its longer straights bent: each is halved and its middle pushed sideways, until all are short."""
    bent = [points[0]]
    for start, end in zip(points[:-1], points[1:], strict=True):
        bent += _bend(start, end, random, amount, shortest) + [end]
    return bent


def _bend(start: Point, end: Point, random: Random, amount: float, shortest: float) -> list[Point]:
    """The points between two ends of a straight, none where it is short enough."""
    (x1, y1), (x2, y2) = start, end
    if (x2 - x1) ** 2 + (y2 - y1) ** 2 < shortest * shortest:
        return []
    push = amount * (2 * random.random() - 1)
    middle = ((x1 + x2) / 2 - push * (y2 - y1), (y1 + y2) / 2 + push * (x2 - x1))
    return [*_bend(start, middle, random, amount, shortest), middle, *_bend(middle, end, random, amount, shortest)]


def _thin(line: np.ndarray, tolerance: float) -> list[np.ndarray]:
    """Douglas and Peucker: the fewest points that stay within `tolerance` of the line."""
    if len(line) < 3:
        return list(line)
    (x1, y1), (x2, y2) = line[0], line[-1]
    dx, dy = x2 - x1, y2 - y1
    length = (dx * dx + dy * dy) ** 0.5
    inner = line[1:-1]
    if length == 0:
        away = ((inner[:, 0] - x1) ** 2 + (inner[:, 1] - y1) ** 2) ** 0.5
    else:
        away = np.abs(dx * (inner[:, 1] - y1) - dy * (inner[:, 0] - x1)) / length
    furthest = int(np.argmax(away))
    if away[furthest] <= tolerance:
        return [line[0], line[-1]]
    return _thin(line[: furthest + 2], tolerance)[:-1] + _thin(line[furthest + 1 :], tolerance)


def build_rings(borders: list[Border], group: dict[int, int]) -> dict[int, list[list[Point]]]:
    """Closed rings for each group of labels (`group`: label → group), land on the left; borders inside a group fall away."""
    pieces: dict[int, list[list[Point]]] = defaultdict(list)
    for border in borders:
        left, right = group.get(border.left, -1), group.get(border.right, -1)
        if left == right:
            continue
        if left >= 0:
            pieces[left].append(border.points)
        if right >= 0:
            pieces[right].append(border.points[::-1])
    return {number: _join(lines) for number, lines in sorted(pieces.items())}


def _join(lines: list[list[Point]]) -> list[list[Point]]:
    """The lines joined end to start into closed rings, the longest ring first."""
    waiting = {line[0]: line for line in lines}
    if len(waiting) != len(lines):
        raise ValueError("Two borders of one place start at the same corner; the label grid needs tidying there.")
    rings = []
    while waiting:
        start = min(waiting)
        ring = waiting.pop(start)
        while ring[-1] != ring[0]:
            ring = ring + waiting.pop(ring[-1])[1:]
        rings.append(ring)
    return sorted(rings, key=lambda ring: (-abs(ring_area(ring)), ring[0]))


def ring_area(ring: list[Point]) -> float:
    """The signed area of a ring; above 0 where it runs anticlockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring[:-1], ring[1:], strict=True)) / 2
