"""Shapes on a camera's picture: points in 0..1, x to the right and y down; what is inside, on which side, what is cut.

Left and right of a line are as somebody sees them who looks at the picture from its first point to its second.
"""

import math
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Any

from homesec.errors import InvalidInput

Point = tuple[float, float]
Points = tuple[Point, ...]

MAX_POINTS = 64  # of a polygon: more than anybody draws by hand
SHORTEST = 0.005  # distance of two points of a shape from which on they are two: three pixels of a small picture


def points(shape: str, coordinates: Sequence[Sequence[Any]]) -> Points:
    """The corners of a rectangle or a simple polygon, or both ends of a line.

    Raises InvalidInput, which names the coordinate that is wrong.
    """
    found = tuple(_point(f"coordinates[{index}]", pair) for index, pair in enumerate(coordinates))
    least, most = {"line": (2, 2), "rectangle": (4, 4), "polygon": (3, MAX_POINTS)}[shape]
    if not least <= len(found) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise InvalidInput(f"coordinates: a {shape} has {wanted} points, not {len(found)}")
    for (i, one), (j, other) in combinations(enumerate(found), 2):
        if math.dist(one, other) < SHORTEST:
            raise InvalidInput(f"coordinates[{j}] lies on coordinates[{i}]")
    if shape == "rectangle":
        _refuse_crooked(found)
    if shape == "polygon":
        _refuse_crossed(found)
    return found


def contains(polygon: Points, point: Point) -> bool:
    """Whether a ray from the point to the right cuts the edges an odd number of times."""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in edges(polygon):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            inside = not inside
    return inside


def depth(polygon: Points, point: Point) -> float:
    """Distance to the nearest edge: positive inside, negative outside."""
    nearest = min(_distance(point, a, b) for a, b in edges(polygon))
    return nearest if contains(polygon, point) else -nearest


def side(line: Points, point: Point) -> float:
    """Distance from the line, both ways without end: positive on its right."""
    (ax, ay), (bx, by) = line
    return ((bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)) / math.dist(*line)


def cut(start: Point, end: Point, line: Points, beyond: float = 0.0) -> float | None:
    """The share of the way from start to end at which it cuts the line between its two points; None: it does not.

    The line reaches so far `beyond` both of its points. What touches it is on its left, so that ways that follow each
    other cut it once in all.
    """
    before, after = side(line, start), side(line, end)
    if (before > 0) == (after > 0):
        return None
    share = before / (before - after)
    x, y = start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
    (ax, ay), (bx, by) = line
    length = math.dist(*line)
    along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length
    return share if -beyond <= along <= length + beyond else None


def cuts(start: Point, end: Point, polygon: Points) -> list[float]:
    """The shares of the way at which it cuts an edge, in order."""
    return sorted(share for edge in edges(polygon) if (share := cut(start, end, edge)) is not None)


def edges(polygon: Points) -> Sequence[tuple[Point, Point]]:
    """From corner to corner, and back to the first."""
    return list(zip(polygon, (*polygon[1:], polygon[0]), strict=True))


def _point(name: str, pair: Sequence[Any]) -> Point:
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        raise InvalidInput(f"{name} is no pair of x and y")
    for axis, value in zip("xy", pair, strict=True):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
            raise InvalidInput(f"{name}: {axis} is no number in 0..1")
    return float(pair[0]), float(pair[1])


def _refuse_crooked(corners: Points) -> None:
    for index, ((ax, ay), (bx, by)) in enumerate(edges(corners)):
        # Each edge runs along an axis, and never two in a row along the same one.
        level, upright = abs(ay - by) < 1e-6, abs(ax - bx) < 1e-6
        if level == upright or level != (abs(corners[0][1] - corners[1][1]) < 1e-6) ^ bool(index % 2):
            raise InvalidInput(f"coordinates[{(index + 1) % 4}] is no corner of an upright rectangle")


def _refuse_crossed(corners: Points) -> None:
    around = edges(corners)
    for index, (before, after) in enumerate(pairwise((*around, around[0])), start=1):
        if _distance(after[1], *before) < 1e-9 or _distance(before[0], *after) < 1e-9:
            raise InvalidInput(f"coordinates[{index % len(corners)}]: the edge after it runs back on the one before")
    for (i, one), (j, other) in combinations(enumerate(around), 2):
        if 1 < j - i < len(corners) - 1 and _touch(one, other):
            raise InvalidInput(
                f"coordinates[{j}]: the edge that begins here crosses the one that begins at coordinates[{i}]"
            )
    if abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in around)) / 2 < SHORTEST**2:
        raise InvalidInput("coordinates: the polygon has no area")


def _touch(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = one, other
    if side(one, c) * side(one, d) < 0 and side(other, a) * side(other, b) < 0:
        return True
    return min(_distance(c, a, b), _distance(d, a, b), _distance(a, c, d), _distance(b, c, d)) < 1e-9


def _distance(point: Point, a: Point, b: Point) -> float:
    """From a point to the nearest point between a and b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / (dx * dx + dy * dy)
    along = min(max(along, 0.0), 1.0)
    return math.dist(point, (a[0] + along * dx, a[1] + along * dy))
