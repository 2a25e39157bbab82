"""Two ways to do one thing, measured in turns: what the machine does besides hits both alike."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Way = Callable[[int], float]
"""Does the work of one round and gives its figure: a rate, or a time."""


@dataclass(frozen=True)
class Rounds:
    """The figures of both ways, round by round."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Median over the rounds of ours / theirs."""
        return statistics.median(mine / other for mine, other in zip(self.ours, self.theirs, strict=True))

    def to_json(self, unit: str) -> dict[str, Any]:
        return {
            "unit": unit,
            "ours": [_digits(figure) for figure in self.ours],
            "against": [_digits(figure) for figure in self.theirs],
            "ours_median": _digits(statistics.median(self.ours)),
            "against_median": _digits(statistics.median(self.theirs)),
        }


def alternate(ours: Way, theirs: Way, rounds: int) -> Rounds:
    """Both ways in turns; who begins changes from round to round, so that no way always runs on a warmer machine."""
    mine: list[float] = []
    others: list[float] = []
    for number in range(rounds):
        turns: list[tuple[Way, list[float]]] = [(ours, mine), (theirs, others)]
        for way, figures in turns if number % 2 == 0 else reversed(turns):
            figures.append(way(number))
    return Rounds(tuple(mine), tuple(others))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many percent of the values do not exceed (nearest rank)."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(1, math.ceil(percent / 100 * len(ordered))) - 1]


def summary(values: Sequence[float]) -> dict[str, float]:
    """What a list of times or delays comes down to."""
    return {
        "count": len(values),
        "p50": _digits(percentile(values, 50)),
        "p95": _digits(percentile(values, 95)),
        "p99": _digits(percentile(values, 99)),
        "max": _digits(max(values, default=math.nan)),
    }


def calibration() -> dict[str, float]:
    """How fast this machine is just now: milliseconds of a fixed loop of plain Python, three times.

    Absolute figures of two runs are comparable only when these are alike; a wide spread means a busy machine.
    """
    times = []
    for _ in range(3):
        started = time.perf_counter()
        total = 0
        for number in range(1_000_000):
            total += number * number % 7
        times.append((time.perf_counter() - started) * 1000)
    return {"loop_ms_best": _digits(min(times)), "loop_ms_worst": _digits(max(times))}


def _digits(value: float) -> float:
    return float(f"{value:.4g}")
