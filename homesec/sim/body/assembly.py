"""A body put together in its own coordinates: forward, left and up in metres, from the ground point below it."""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import Literal

import numpy as np

from homesec.sim.values import Colour, Part, Points

Spot = tuple[float, float, float]
"""Forward, left, up in metres."""


DISC_POINTS = 18  # round enough for a wheel that fills a quarter of the picture


class Assembly:
    """The pieces of one body while it is put together; `placed` turns all of them into the world at once."""

    def __init__(self) -> None:
        self._spots: list[Spot] = []
        self._pieces: list[tuple[int, dict[str, object]]] = []
        self._array: Points | None = None  # of the spots, kept for bodies that are placed again and again

    def capsule(self, start: Spot, end: Spot, radii: tuple[float, float], colour: Colour, **extra: object) -> None:
        """A limb from one spot to another."""
        self._add("capsule", (start, end), colour, radii=radii, **extra)

    def ball(self, spot: Spot, radius: float, colour: Colour, **extra: object) -> None:
        self._add("capsule", (spot, spot), colour, radii=(radius, radius), **extra)

    def hull(self, spots: Sequence[Spot], radii: tuple[float, ...], colour: Colour, **extra: object) -> None:
        """What a tight cloth round several balls looks like."""
        self._add("hull", spots, colour, radii=radii, **extra)

    def polygon(self, spots: Sequence[Spot], colour: Colour, **extra: object) -> None:
        """A flat sheet; counter-clockwise from outside."""
        self._add("polygon", spots, colour, **extra)

    def disc(self, centre: Spot, tip: Spot, radius: float, colour: Colour, **extra: object) -> None:
        """A flat disc that faces from its centre to the tip, which is ahead, aside or above."""
        normal = [tip[axis] - centre[axis] for axis in range(3)]
        axis = max(range(3), key=lambda index: abs(normal[index]))
        first, second = ((1, 2), (2, 0), (0, 1))[axis]
        turn = 1.0 if normal[axis] > 0 else -1.0
        spots: list[Spot] = []
        for index in range(DISC_POINTS):
            angle = turn * 2 * pi * index / DISC_POINTS
            spot = list(centre)
            spot[first] += radius * cos(angle)
            spot[second] += radius * sin(angle)
            spots.append((spot[0], spot[1], spot[2]))
        self.polygon(spots, colour, **extra)

    def placed(self, x: float, y: float, z: float, heading: float) -> list[Part]:
        """All pieces as parts of the world."""
        if self._array is None or len(self._array) != len(self._spots):
            self._array = np.array(self._spots, dtype=np.float64).reshape(-1, 3)
        spots = world(self._array, x, y, z, heading)
        parts, first = [], 0
        for count, piece in self._pieces:
            parts.append(Part(points=spots[first : first + count], **piece))  # type: ignore[arg-type]
            first += count
        return parts

    def _add(
        self,
        form: Literal["capsule", "hull", "polygon"],
        spots: Sequence[Spot],
        colour: Colour,
        **extra: object,
    ) -> None:
        self._spots.extend(spots)
        self._pieces.append((len(spots), {"form": form, "colour": colour, **extra}))


def world(spots: Sequence[Spot] | Points, x: float, y: float, z: float, heading: float) -> Points:
    """Spots of a body as points (n, 3) of the world."""
    ahead, aside = cos(heading), sin(heading)
    turn = np.array([[ahead, aside, 0.0], [-aside, ahead, 0.0], [0.0, 0.0, 1.0]])
    points: Points = np.array(spots, dtype=np.float64).reshape(-1, 3) @ turn + np.array([x, y, z])
    return points


def toned(colour: Colour, factor: float) -> Colour:
    """A colour made darker (below 1) or lighter (above 1: mixed with white)."""
    if factor <= 1.0:
        return (int(colour[0] * factor), int(colour[1] * factor), int(colour[2] * factor))
    mix = min(factor - 1.0, 1.0)
    return (
        int(colour[0] + (255 - colour[0]) * mix),
        int(colour[1] + (255 - colour[1]) * mix),
        int(colour[2] + (255 - colour[2]) * mix),
    )


def between(first: Spot, second: Spot, share: float) -> Spot:
    """The spot that lies so far on the way from the first to the second."""
    return (
        first[0] + (second[0] - first[0]) * share,
        first[1] + (second[1] - first[1]) * share,
        first[2] + (second[2] - first[2]) * share,
    )
