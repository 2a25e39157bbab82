"""Boxes against boxes: how much of them they share; and where their middles are."""

from math import hypot

from homesec.domain.followed import Box

Point = tuple[float, float]


def area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def shared(one: Box, other: Box) -> float:
    """Area of what both cover."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return width * height if width > 0 and height > 0 else 0.0


def overlap(one: Box, other: Box) -> float:
    """Shared area over the area of both together, 0..1 (intersection over union)."""
    both = shared(one, other)
    union = area(one) + area(other) - both
    return both / union if union > 0 else 0.0


def covered(one: Box, other: Box) -> float:
    """Shared area over the smaller one's area, 0..1: 1 when one lies inside the other."""
    smaller = min(area(one), area(other))
    return shared(one, other) / smaller if smaller > 0 else 0.0


def hidden(place: Box, other: Box) -> float:
    """Share of the place that lies under the other box, 0..1."""
    return shared(place, other) / max(area(place), 1e-9)


def middle(box: Box) -> Point:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def inside(point: Point, box: Box) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def distance(one: Point, other: Point) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
