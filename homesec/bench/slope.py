"""How fast a figure grows: a line through noisy samples that single outliers cannot bend."""

import statistics
from collections.abc import Sequence
from itertools import combinations


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes between all pairs of (x, y) (Theil 1950, Sen 1968); 0 with fewer than two samples."""
    rises = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(samples, 2) if x2 != x1]
    return statistics.median(rises) if rises else 0.0
