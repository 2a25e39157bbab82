"""The way of an object through the picture: few points, a length that only grows, a speed and a direction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import atan2, degrees, hypot
from typing import Any, NamedTuple

MOST_POINTS = 64  # of one path, however long it lasts


class Point(NamedTuple):
    """Where a foot point was, in 0..1 of the frame, and when, in seconds since 1970."""

    at: float
    x: float
    y: float


@dataclass
class Path:
    """Points that are far enough from one another to be no jitter, and the way along them."""

    points: list[Point] = field(default_factory=list)
    distance: float = 0.0
    """Frame widths."""

    def add(self, point: Point, least: float, aspect: float) -> None:
        """Go to this point, unless it is nearer than `least` frame widths to the last one.

        `aspect` is the frame's width over its height.
        """
        point = Point(point.at, round(point.x, 4), round(point.y, 4))
        if self.points:
            last = self.points[-1]
            step = hypot(point.x - last.x, (point.y - last.y) / aspect)
            if step < least:
                return
            self.distance += step
        self.points.append(point)
        if len(self.points) > MOST_POINTS:
            self.points = thinned(self.points, MOST_POINTS * 3 // 4)

    def to_json(self) -> list[Any]:
        return [self.distance, *(list(point) for point in self.points)]

    @classmethod
    def from_json(cls, stored: Sequence[Any]) -> "Path":
        return cls([Point(*point) for point in stored[1:]], stored[0])


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """At most this many of the points, both ends among them: those that the form of the line needs most.

    As Visvalingam and Whyatt (1993) have it: the point goes that makes the smallest triangle with its neighbours.
    """
    kept = list(points)
    while len(kept) > max(2, most):
        least = min(range(1, len(kept) - 1), key=lambda place: _triangle(*kept[place - 1 : place + 2]))
        del kept[least]
    return kept


def _triangle(one: Point, middle: Point, other: Point) -> float:
    return abs((middle.x - one.x) * (other.y - one.y) - (other.x - one.x) * (middle.y - one.y))


def direction(points: Sequence[Point], aspect: float = 16 / 9) -> float | None:
    """Where it went from its first to its last point, in degrees: 0 = to the right, 90 = up, in 0..360.

    None when it went nowhere.
    """
    if len(points) < 2:
        return None
    across, up = points[-1].x - points[0].x, (points[0].y - points[-1].y) / aspect
    return None if across == up == 0 else degrees(atan2(up, across)) % 360
