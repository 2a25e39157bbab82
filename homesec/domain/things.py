"""Things that can be carried, as hands know them: where they rest, who was at hand, and beside whom they go.

Plain data: times are in ISO form and numbers of tracks are text, as the state is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from homesec.domain.boxes import Point, distance, hidden, inside, middle
from homesec.domain.followed import Box, Followed

PORTABLE = frozenset({"package", "backpack", "handbag", "suitcase", "bicycle", "umbrella", "skateboard", "sports ball"})
ARM = 0.4  # of a person's height: so far aside reach the arms
GROUND = 0.35  # of a person's height: so much may what lies at somebody's feet be higher or lower in the picture
STILL = 0.5  # of its size: a thing that moves less rests
RESTS_S = 2.0  # so long, and
RESTS_SEEN = 3  # in so many pictures
FORGOTTEN_S = 900.0  # after which a thing that is out of sight, and what was said, is forgotten


@dataclass
class Walk:
    """A thing beside one person, since it keeps its place there."""

    offset: Point
    """Of the thing from the person's middle."""
    begun: Point
    """The person's middle then."""
    since: str
    pictures: int = 1
    belongs: float = 0.0
    """Sum over these pictures of how well it sits at them."""

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(**{**stored, "offset": _point(stored["offset"]), "begun": _point(stored["begun"])})


@dataclass
class Thing:
    """What is known of something that can be carried."""

    box: Box
    confidence: float
    last_at: str
    rest_box: Box
    rest_since: str
    rest_seen: int = 1
    is_new: bool = True
    """It appeared while its place was watched, and nobody was told to have left it."""
    rested: bool = False
    alone: int = 0
    """Pictures that showed it at rest, out of everybody's reach."""
    at_hand: dict[str, str] = field(default_factory=dict)
    """Person to when they were last at hand."""
    walks: dict[str, Walk] = field(default_factory=dict)
    empty_since: str | None = None
    empty_seen: int = 0
    confirmed: bool = False
    gone: bool = False
    """Its place was seen empty, and nobody had been at hand: it is remembered in case it was only overlooked."""

    @classmethod
    def begin(cls, one: Followed) -> Self:
        at = one.at.isoformat()
        return cls(one.box, one.confidence, at, one.box, at)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        walks = {person: Walk.from_json(walk) for person, walk in stored["walks"].items()}
        boxes = {name: _box(stored[name]) for name in ("box", "rest_box")}
        return cls(**{**stored, **boxes, "walks": walks})

    def see(self, one: Followed) -> None:
        """It is here now."""
        at = one.at.isoformat()
        if is_still(self.rest_box, one.box):
            self.rest_seen += 1
            rests = self.rest_seen >= RESTS_SEEN and since(self.rest_since, one.at) >= RESTS_S
            self.rested = self.rested or rests or one.stationary
        elif not self.rested:
            self.rest_box, self.rest_since, self.rest_seen = one.box, at, 1
        self.box, self.last_at, self.confidence = one.box, at, max(self.confidence * 0.9, one.confidence)
        self.confirmed = self.confirmed or one.confirmed
        self.empty_since, self.empty_seen, self.gone = None, 0, False

    def near(self, persons: Mapping[int, Followed], at: datetime) -> None:
        """Remember who is at hand: beside it, with their feet about as near to the camera as it is."""
        for track, person in persons.items():
            height = person.box[3] - person.box[1]
            is_as_near = abs(person.box[3] - self.rest_box[3]) <= GROUND * height
            if is_as_near and inside(middle(self.rest_box), reach(person.box)):
                self.at_hand[str(track)] = at.isoformat()
        for name in [name for name, then in self.at_hand.items() if since(then, at) > FORGOTTEN_S]:
            del self.at_hand[name]
        for name in [name for name, walk in self.walks.items() if since(walk.since, at) > FORGOTTEN_S]:
            if int(name) not in persons:
                del self.walks[name]

    def was_at_hand(self, at: datetime, moment_s: float) -> list[str]:
        """Who was at hand so shortly before this time, or since: the last one first."""
        found = [name for name, then in self.at_hand.items() if since(then, at) <= moment_s]
        return sorted(found, key=lambda name: (when(self.at_hand[name]), int(name)), reverse=True)


def reach(person: Box) -> Box:
    aside = ARM * (person[3] - person[1])
    return person[0] - aside, person[1], person[2] + aside, person[3] + aside / 2


def belongs(thing: Box, person: Box) -> float:
    """How well a thing sits at somebody: how much of it is before or behind them, and how near to their middle."""
    aside = abs(middle(thing)[0] - middle(person)[0]) / (person[3] - person[1])
    return hidden(thing, person) - 2 * aside


def is_still(before: Box, now: Box) -> bool:
    size = max(before[2] - before[0], before[3] - before[1])
    return distance(middle(before), middle(now)) <= STILL * size


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def since(text: str, at: datetime) -> float:
    return (at - when(text)).total_seconds()


def _point(values: Sequence[float]) -> Point:
    return values[0], values[1]


def _box(values: Sequence[float]) -> Box:
    return values[0], values[1], values[2], values[3]
