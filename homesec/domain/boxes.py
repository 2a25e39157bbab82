"""Boxes against boxes: how much of them they share."""

from homesec.domain.followed import Box


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
