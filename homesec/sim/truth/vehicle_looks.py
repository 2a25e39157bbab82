"""What a model would say a vehicle looks like: its kind and the name of its colour, now and then the wrong one."""

import numpy as np

from homesec.domain.insights import VehicleLook
from homesec.sim.values import Colour

KINDS = {
    "sedan": "car", "hatchback": "car", "suv": "suv", "pickup": "truck", "van": "van", "box_truck": "truck",
    "city_bus": "other", "bicycle": "other",
}  # fmt: skip
COLOURS: dict[str, Colour] = {
    "black": (28, 30, 34), "grey": (120, 124, 130), "silver": (196, 198, 202), "white": (236, 236, 232),
    "red": (170, 34, 36), "orange": (204, 96, 40), "yellow": (236, 196, 54), "brown": (112, 78, 50),
    "beige": (178, 146, 90), "green": (66, 100, 76), "blue": (40, 84, 150),
}  # fmt: skip
CONFUSED = {"grey": "silver", "silver": "grey", "white": "silver", "beige": "brown", "orange": "red", "blue": "grey"}
_KIND_ERRS, _COLOUR_ERRS = 0.08, 0.15  # of what is half seen


def colour_name(colour: Colour) -> str:
    """The nearest of the named colours."""
    return min(COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(COLOURS[name], colour, strict=True)))


def vehicle_look(
    style: str, colour: Colour, clear: float, infrared: bool, rng: np.random.Generator
) -> VehicleLook | None:
    """None of what is hardly seen; in infrared all are grey to it, and it says no colour."""
    draw, kind_error, colour_error, sure = rng.random(4)
    if draw > 0.35 + 0.63 * clear:
        return None
    kind, name = KINDS[style], colour_name(colour)
    wrong = 2.0 * (1.05 - clear)
    if kind_error < _KIND_ERRS * wrong:
        kind = {"car": "suv", "suv": "car", "van": "truck", "truck": "van"}.get(kind, kind)
    if colour_error < _COLOUR_ERRS * wrong:
        name = CONFUSED.get(name, name)
    confidence = float(round(min(0.45 + 0.42 * clear + 0.1 * sure, 0.99), 3))
    return VehicleLook(kind, "unknown" if infrared else name, confidence)
