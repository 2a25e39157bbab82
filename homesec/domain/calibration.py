"""A monotone curve from the chance that the evidence gives to the one that the owner's feedback supports."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from homesec.errors import InvalidInput


@dataclass(frozen=True)
class Calibration:
    """Corners of a curve that never falls, from (0, y) to (1, y); between two corners it is straight."""

    corners: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))
    id: int | None = None
    """Of the stored curve; None: evidence is taken as it is."""

    def __post_init__(self) -> None:
        xs, ys = [x for x, _ in self.corners], [y for _, y in self.corners]
        if len(xs) < 2 or xs[0] != 0.0 or xs[-1] != 1.0 or any(a >= b for a, b in pairwise(xs)):
            raise InvalidInput("calibration: its corners do not go from 0 to 1")
        if any(a > b for a, b in pairwise(ys)) or not (0.0 <= ys[0] and ys[-1] <= 1.0):
            raise InvalidInput("calibration: a curve may not fall, nor leave 0..1")

    @classmethod
    def from_params(cls, params: Mapping[str, Any], calibration_id: int | None = None) -> "Calibration":
        """From `{"corners": [[0, 0], ..., [1, 1]]}`, as `calibrations.params` holds it. Raises InvalidInput."""
        try:
            return cls(tuple((float(x), float(y)) for x, y in params["corners"]), calibration_id)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput("calibration: corners must be pairs of numbers") from error

    def params(self) -> dict[str, Any]:
        return {"corners": [list(corner) for corner in self.corners]}

    def __call__(self, chance: float) -> float:
        for (x0, y0), (x1, y1) in pairwise(self.corners):
            if chance <= x1:
                return y0 + (y1 - y0) * (chance - x0) / (x1 - x0)
        return self.corners[-1][1]


IDENTITY = Calibration()
