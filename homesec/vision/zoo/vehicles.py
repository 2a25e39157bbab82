"""What a vehicle looks like: its kind from the detector, its colour counted from its pixels. Needs no weights."""

from collections.abc import Sequence

import cv2
import numpy as np

from homesec.domain.insights import Insight, VehicleLook
from homesec.vision.zoo.crop import Crop, Image

LEAST_SHARE = 0.35  # of the counted pixels; below, nothing is said
BODY = (0.15, 0.25, 0.85, 0.75)  # of the box: its body; above are windows and sky, below wheels and street
_SIDE_PX = 64
_DARK, _LIGHT, _PALE = 60, 185, 50  # value below which all is black, above which grey is white; saturation of greys
_HUES = (  # up to this hue, in OpenCV's steps of two degrees
    (8, "red"), (20, "orange"), (33, "yellow"), (85, "green"), (130, "blue"), (155, "purple"), (180, "red"),
)  # fmt: skip
_ORANGE_BELOW = 130  # orange darker than this is brown
NAMES = ("black", "white", "grey", "brown", *dict.fromkeys(name for _, name in _HUES))


class Looks:
    """Counts colours."""

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        return [Insight(crop.sight.detection_id, vehicle=_look(crop)) for crop in crops]


def colour(picture: Image) -> tuple[str, float]:
    """The name of the colour that most of an RGB picture has, and its share."""
    small = cv2.resize(picture, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
    hue, saturation, value = (channel.ravel() for channel in cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2HSV)))
    names = np.full(hue.shape, NAMES.index("grey"))
    coloured = (saturation >= _PALE) & (value >= _DARK)
    lowest = 0
    for highest, name in _HUES:
        names[coloured & (hue >= lowest) & (hue < highest)] = NAMES.index(name)
        lowest = highest
    names[coloured & (names == NAMES.index("orange")) & (value < _ORANGE_BELOW)] = NAMES.index("brown")
    names[~coloured & (value >= _LIGHT)] = NAMES.index("white")
    names[value < _DARK] = NAMES.index("black")
    counts = np.bincount(names, minlength=len(NAMES))
    best = int(counts.argmax())
    return NAMES[best], float(counts[best] / len(names))


def _look(crop: Crop) -> VehicleLook | None:
    height, width = crop.tight.shape[:2]
    x1, y1, x2, y2 = (round(part * side) for part, side in zip(BODY, (width, height) * 2, strict=True))
    body = crop.tight[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)]
    name, share = colour(body)
    return VehicleLook(crop.sight.object_type, name, round(share, 3)) if share >= LEAST_SHARE else None
