"""One object that is followed: where it is and goes, whether it rests, what it is by vote, how it looks.

Times are seconds since 1970, places are in 0..1 of the frame.
"""

import base64
from dataclasses import dataclass, field
from math import log
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from homesec.domain.boxes import area, covered, middle, overlap
from homesec.domain.followed import Box, Sighting
from homesec.domain.path import Path, Point

LIVING = frozenset(
    {"person", "bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"}
)  # whoever lives stands still for a while and goes again; all else parks, or was left
ALIKE = (
    frozenset({"car", "truck", "bus", "train"}),
    frozenset({"bicycle", "motorcycle"}),
    frozenset({"dog", "cat", "sheep", "horse", "cow", "bear"}),
    frozenset({"package", "backpack", "handbag", "suitcase"}),
)  # classes that detectors take for one another
STILL_S = 10.0  # in one place for so long: it is stationary
SURE = 0.15  # so likely it is that all its sightings are wrong, and it counts as an object
OFTEN = 3  # sightings after which it counts as an object, however weak they are
SETTLE_S = 0.5  # within this time a new pace replaces the old one
STEP = 0.25  # of its own size: shorter ways of the foot point are jitter
SMALL = 0.2  # a box that covers less than this of the place is another object, or the object at another place
IN_PLACE = 0.75  # share of the smaller one of box and place that both must cover


@dataclass
class Track:
    """What is known of one object so far; it changes with every sighting and with nothing else."""

    number: int
    first: float
    last: float
    box: Box
    place: Box
    """Where it rests, or where it began to go."""
    rests_since: float
    votes: dict[str, float] = field(default_factory=dict)
    velocity: tuple[float, float] = (0.0, 0.0)
    """Of the centre, frames a second."""
    look: NDArray[np.float32] | None = None
    doubt: float = 1.0
    hits: int = 0
    missed: int = 0
    """Pictures since then that do not show it, each soon after the one before."""
    waiting: list[int] = field(default_factory=list)
    """Its detections until it is confirmed."""
    path: Path = field(default_factory=Path)

    @classmethod
    def begin(cls, number: int, at: float, sighting: Sighting, aspect: float) -> Self:
        track = cls(number, at, at, sighting.box, sighting.box, at)
        track._take(at, sighting, aspect)
        return track

    @property
    def object_class(self) -> str:
        return max(self.votes, key=lambda name: (self.votes[name], name))

    @property
    def confirmed(self) -> bool:
        return self.doubt <= SURE or self.hits >= OFTEN

    @property
    def lives(self) -> bool:
        return self.object_class in LIVING

    @property
    def is_stationary(self) -> bool:
        """Parked or left: seen in one place over a while."""
        return not self.lives and self.last - self.rests_since >= STILL_S

    @property
    def has_moved(self) -> bool:
        return self.rests_since > self.first

    @property
    def average_speed(self) -> float:
        """Frame widths a second."""
        return self.path.distance / (self.last - self.first) if self.last > self.first else 0.0

    def is_at_its_place(self, box: Box) -> bool:
        """Whether something in this box stands where the object rests; what is in front may hide a part of it."""
        return covered(box, self.place) >= IN_PLACE and area(box) >= SMALL * area(self.place)

    def expected(self, at: float) -> tuple[float, float]:
        """Centre at this time: it goes on as it went, but nobody goes straight on for long."""
        x, y = middle(self.place if self.is_stationary else self.box)
        ahead = SETTLE_S * 3 * (1.0 - 1.0 / (1.0 + max(0.0, at - self.last) / (SETTLE_S * 3)))
        return x + self.velocity[0] * ahead, y + self.velocity[1] * ahead

    def see(self, at: float, sighting: Sighting, aspect: float) -> None:
        """It is here now."""
        elapsed = at - self.last
        if elapsed > 0:
            before, now = middle(self.box), middle(sighting.box)
            share = elapsed / (elapsed + SETTLE_S)
            self.velocity = (
                self.velocity[0] + share * ((now[0] - before[0]) / elapsed - self.velocity[0]),
                self.velocity[1] + share * ((now[1] - before[1]) / elapsed - self.velocity[1]),
            )
        if not self.is_at_its_place(sighting.box):
            self.place, self.rests_since = sighting.box, at
        elif overlap(sighting.box, self.place) > IN_PLACE:
            self.place = _between(self.place, sighting.box, 0.1)
        self.box, self.last, self.missed = sighting.box, at, 0
        if self.is_stationary:
            self.velocity = (0.0, 0.0)
        self._take(at, sighting, aspect)

    def _take(self, at: float, sighting: Sighting, aspect: float) -> None:
        self.votes[sighting.object_class] = self.votes.get(sighting.object_class, 0.0) + sighting.confidence
        if not self.confirmed:
            self.waiting.append(sighting.detection_id)
        self.doubt = max(1e-9, self.doubt * (1.0 - sighting.confidence))
        self.hits += 1
        self.look = _blend(self.look, sighting.appearance, 0.1 if self.is_stationary else 0.3)
        left, top, right, bottom = self.box
        size = max(right - left, (bottom - top) / aspect)  # frame widths
        if not self.is_stationary or not self.path.points:
            self.path.add(Point(at, (left + right) / 2, bottom), STEP * size, aspect)

    def to_json(self) -> list[Any]:
        """Plain values that stay as they are when the track goes on."""
        look = None if self.look is None else base64.b64encode(self.look.astype(np.float16).tobytes()).decode()
        return [
            self.number, self.first, self.last, self.box, self.place, self.rests_since, dict(self.votes),
            self.velocity, look, self.doubt, self.hits, list(self.waiting), self.path.to_json(), self.missed,
        ]  # fmt: skip

    @classmethod
    def from_json(cls, stored: list[Any]) -> Self:
        number, first, last, box, place, since, votes, velocity, look, doubt, hits, waiting, path, missed = stored
        return cls(
            number, first, last, tuple(box), tuple(place), since, votes, tuple(velocity),
            None if look is None else np.frombuffer(base64.b64decode(look), np.float16).astype(np.float32),
            doubt, hits, missed, waiting, Path.from_json(path),
        )  # fmt: skip


def alike(one: str, other: str) -> bool:
    """Whether a detector may take the one class for the other."""
    return one == other or any(one in group and other in group for group in ALIKE)


def size_change(one: Box, other: Box) -> tuple[float, float]:
    """By how much width and height differ, as logarithms: a doubling and a halving count the same."""
    return (
        abs(log(max(one[2] - one[0], 1e-4) / max(other[2] - other[0], 1e-4))),
        abs(log(max(one[3] - one[1], 1e-4) / max(other[3] - other[1], 1e-4))),
    )


def _between(one: Box, other: Box, share: float) -> Box:
    x1, y1, x2, y2 = (a + share * (b - a) for a, b in zip(one, other, strict=True))
    return x1, y1, x2, y2


def _blend(
    old: NDArray[np.float32] | None, new: NDArray[np.float32] | None, share: float
) -> NDArray[np.float32] | None:
    """Kept as float16 would keep it, so that a restart changes nothing."""
    if new is None or old is None:
        mixed = old if new is None else new
    else:
        mixed = old + np.float32(share) * (new - old)
        mixed = mixed / max(float(np.linalg.norm(mixed)), 1e-6)
    return None if mixed is None else mixed.astype(np.float16).astype(np.float32)
