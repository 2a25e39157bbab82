"""The ledger of one camera: what was counted in which hour, in the whole picture and in each zone."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from homesec.domain.baselines import Ints

EVERY = "*"  # stands for all classes together; a line of it says that the camera was there in that hour
Key = tuple[int | None, str]
"""Zone id (None: the whole picture) and object class."""
_LINE = np.dtype(
    [("series", "i4"), ("hour", "i8"), ("tracks", "i4"), ("crossings", "i4"), ("dwell", "f8"), ("squares", "f8")]
)


class Count(NamedTuple):
    """What was counted of one class in one hour."""

    tracks: int = 0
    crossings: int = 0
    dwell_sum: float = 0.0
    dwell_square_sum: float = 0.0


class Ledger:
    """Lines by hour. Kept as arrays, since all of them are looked at every hour."""

    def __init__(self) -> None:
        self._series: dict[Key, int] = {}
        self._lines: NDArray[np.void] = np.empty(0, _LINE)

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(self._series)

    @property
    def hours(self) -> Ints:
        """The hours in which the camera was there, in order."""
        return np.asarray(self.of((None, EVERY))["hour"])

    def of(self, key: Key) -> NDArray[np.void]:
        """The lines of one key by hour: fields hour, tracks, crossings, dwell, squares."""
        return np.asarray(self._lines[self._lines["series"] == self._series.get(key, -1)])

    def replace(
        self, since: int, counted: Mapping[tuple[Key, int], Count]
    ) -> tuple[dict[tuple[Key, int], Count], list[tuple[Key, int]]]:
        """From `since` on the ledger is what was counted now. Gives the lines that changed, and those that are gone."""
        keys, late = self.keys, self._lines[self._lines["hour"] >= since]
        before = {(keys[line["series"]], int(line["hour"])): _count(line) for line in late}
        changed = {place: count for place, count in counted.items() if before.get(place) != count}
        gone = [place for place in before if place not in counted]
        if changed or gone:
            self._keep(self._lines[self._lines["hour"] < since], counted.items())
        return changed, gone

    def load(self, lines: Iterable[tuple[tuple[Key, int], Count]]) -> None:
        """Take lines as they are stored, besides those that are there."""
        self._keep(self._lines, lines)

    def forget(self, before: int) -> None:
        """Hours too long ago to count."""
        self._lines = self._lines[self._lines["hour"] >= before]

    def _keep(self, old: NDArray[np.void], new: Iterable[tuple[tuple[Key, int], Count]]) -> None:
        lines = [(self._series.setdefault(key, len(self._series)), hour, *count) for (key, hour), count in new]
        whole = np.concatenate([old, np.array(lines, _LINE)])
        self._lines = whole[np.argsort(whole["hour"], kind="stable")]


def _count(line: np.void) -> Count:
    return Count(int(line["tracks"]), int(line["crossings"]), float(line["dwell"]), float(line["squares"]))
