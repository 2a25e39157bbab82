"""Who carried, left or took what: told from the tracks of persons and of things that can be carried.

A thing that comes to rest where somebody was at hand is left once they are apart. A thing at rest that is gone, after
somebody was at hand, is taken once its place was seen empty several times: one that is only hidden, or overlooked now
and then, is not. What moves as a person moves is carried. All of it is a fold over frames in event time.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Self

from homesec.domain.followed import Box, Followed

Kind = Literal["carried", "left", "taken"]

PORTABLE = frozenset({"package", "backpack", "handbag", "suitcase", "bicycle", "umbrella", "skateboard", "sports ball"})
ARM = 0.4  # of a person's height: so far aside reach the arms
GROUND = 0.35  # of a person's height: so much may what lies at somebody's feet be higher or lower in the picture
STILL = 0.5  # of its size: a thing that moves less rests
RESTS_S = 2.0  # so long, and
RESTS_SEEN = 3  # in so many pictures
ALONE = 2  # pictures that show it at rest with nobody in reach: what two hand over never lay there
MOMENT_S = 4.0  # between somebody's being at hand and what happens to the thing
MOVED = 0.25  # of the person's height: so far must both have gone to tell that one carries the other
TOGETHER = 3  # pictures in which the thing keeps its place at the person
AMONG = 6  # the same among several who walk side by side: it is theirs at whom it sits best
KEEPS = 0.25  # of the person's height: it may move so much against them
EMPTY_SEEN = 3  # pictures that show the place, and
EMPTY_S = 2.0  # for so long, without the thing
HIDDEN = 0.1  # share of the place that somebody or something else may cover for it to count as seen
FORGOTTEN_S = 900.0  # after which a thing that is out of sight, and what was said, is forgotten


@dataclass(frozen=True)
class Interaction:
    """One person and one thing, by the numbers of their tracks."""

    kind: Kind
    person: int
    thing: int
    at: datetime
    confidence: float


@dataclass
class _Walk:
    """A thing beside one person, since it keeps its place there."""

    offset: tuple[float, float]
    """Of the thing from the person's middle."""
    begun: tuple[float, float]
    """The person's middle then."""
    since: str
    pictures: int = 1
    belongs: float = 0.0
    """Sum over these pictures of how well it sits at them."""


@dataclass
class _Thing:
    """What is known of something that can be carried; times are in ISO form, as the state is stored."""

    box: Box
    confidence: float
    first_at: str
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
    walks: dict[str, _Walk] = field(default_factory=dict)
    empty_since: str | None = None
    empty_seen: int = 0
    confirmed: bool = False
    gone: bool = False
    """Its place was seen empty, and nobody had been at hand: it is remembered in case it was only overlooked."""


@dataclass
class Hands:
    """The state of one camera."""

    begun_at: str | None = None
    things: dict[str, _Thing] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    """What was said lately, as `kind:person:thing`, and when it happened."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        things = {}
        for number, row in stored["things"].items():
            walks = {
                person: _Walk(**{**walk, "offset": _pair(walk["offset"]), "begun": _pair(walk["begun"])})
                for person, walk in row["walks"].items()
            }
            boxes = {name: _box(row[name]) for name in ("box", "rest_box")}
            things[number] = _Thing(**{**row, **boxes, "walks": walks})
        return cls(stored["begun_at"], things, dict(stored["told"]))

    def step(self, at: datetime, followed: Sequence[Followed]) -> list[Interaction]:
        """What the next frame shows, with all that is in it. Each pair is told once for each kind."""
        persons = {one.track: one for one in followed if one.object_class == "person" and one.confirmed}
        seen = {one.track: one for one in followed if one.object_class in PORTABLE}
        found: list[Interaction] = []
        for number, one in seen.items():
            thing = self._seen(number, one, seen)
            _near(thing, persons, at)
            found += self._carried(number, thing, persons, at)
            if thing.rested and not any(_inside(_middle(thing.box), _reach(one.box)) for one in persons.values()):
                thing.alone += 1
            found += self._left(number, thing)
        for name in [name for name in self.things if int(name) not in seen]:
            thing = self.things[name]
            _near(thing, persons, at)
            found += self._taken(int(name), thing, followed, at)
            if _since(thing.last_at, at) > FORGOTTEN_S:
                self.things.pop(name, None)
        self.told = {name: when for name, when in self.told.items() if _since(when, at) <= FORGOTTEN_S}
        self.begun_at = self.begun_at or at.isoformat()
        return found

    def _seen(self, number: int, one: Followed, seen: dict[int, Followed]) -> _Thing:
        at = one.at.isoformat()
        thing = self.things.get(str(number))
        if thing is None:
            before = next(
                (
                    name
                    for name, other in self.things.items()
                    if int(name) not in seen and other.rested and _overlap(other.rest_box, one.box) > 0.3
                ),
                None,
            )
            thing = _Thing(one.box, one.confidence, at, at, one.box, at)
            thing.is_new = self.begun_at is not None and before is None
            if before is not None:  # the same thing under another number
                thing.rested, thing.alone = True, self.things[before].alone
                thing.at_hand = self.things[before].at_hand
                del self.things[before]
            self.things[str(number)] = thing
        if _is_still(thing.rest_box, one.box):
            thing.rest_seen += 1
            rests = thing.rest_seen >= RESTS_SEEN and _since(thing.rest_since, one.at) >= RESTS_S
            thing.rested = thing.rested or rests or one.stationary
        elif not thing.rested:
            thing.rest_box, thing.rest_since, thing.rest_seen = one.box, at, 1
        thing.box, thing.last_at, thing.confidence = one.box, at, max(thing.confidence * 0.9, one.confidence)
        thing.confirmed = thing.confirmed or one.confirmed
        thing.empty_since, thing.empty_seen, thing.gone = None, 0, False
        return thing

    def _carried(
        self, number: int, thing: _Thing, persons: dict[int, Followed], at: datetime
    ) -> list[Interaction]:
        found = []
        for track, person in persons.items():
            name, height = str(track), person.box[3] - person.box[1]
            middle, own = _middle(person.box), _middle(thing.box)
            offset = (own[0] - middle[0], own[1] - middle[1])
            walk = thing.walks.get(name)
            beside = _inside(own, _reach(person.box))
            if not beside or walk is None or _distance(offset, walk.offset) > KEEPS * height:
                thing.walks.pop(name, None)
                if beside:
                    thing.walks[name] = _Walk(offset, middle, at.isoformat())
                continue
            walk.pictures += 1
            walk.belongs += _belongs(thing.box, person.box)
            others = [other for other in thing.walks.values() if other is not walk]
            needed = AMONG if others else TOGETHER
            is_bearer = all(walk.belongs / walk.pictures > other.belongs / other.pictures for other in others)
            if is_bearer and walk.pictures >= needed and _distance(middle, walk.begun) >= MOVED * height:
                sure = min(person.confidence, thing.confidence)
                found += self._tell("carried", track, number, _when(walk.since), sure)
                if thing.alone >= ALONE and not _is_still(thing.rest_box, thing.box):
                    found += self._tell("taken", track, number, _when(walk.since), thing.confidence)
                thing.rested, thing.alone, thing.is_new = False, 0, True
                thing.rest_box, thing.rest_since, thing.rest_seen = thing.box, at.isoformat(), 1
        return found

    def _left(self, number: int, thing: _Thing) -> list[Interaction]:
        if not (thing.alone >= ALONE and thing.is_new and thing.confirmed):
            return []
        begun = _when(thing.rest_since)
        near = [name for name, when in thing.at_hand.items() if (begun - _when(when)).total_seconds() <= MOMENT_S]
        if not near:
            thing.is_new = False  # it came without anybody
            return []
        bearer = [name for name in near if f"carried:{name}:{number}" in self.told]
        last = max(bearer or near, key=lambda name: thing.at_hand[name])
        thing.is_new = False
        return self._tell("left", int(last), number, begun, thing.confidence)

    def _taken(self, number: int, thing: _Thing, followed: Sequence[Followed], at: datetime) -> list[Interaction]:
        if thing.gone or not (thing.alone >= ALONE and thing.confirmed):
            return []
        if any(_cover(thing.rest_box, one.box) > HIDDEN for one in followed):
            thing.empty_since, thing.empty_seen = None, 0
            return []
        thing.empty_since = thing.empty_since or at.isoformat()
        thing.empty_seen += 1
        if thing.empty_seen < EMPTY_SEEN or _since(thing.empty_since, at) < EMPTY_S:
            return []
        last = _when(thing.last_at)
        near = [name for name, when in thing.at_hand.items() if (last - _when(when)).total_seconds() <= MOMENT_S]
        if not near:
            thing.gone = True
            return []
        del self.things[str(number)]
        who = max(near, key=lambda name: thing.at_hand[name])
        return self._tell("taken", int(who), number, last, thing.confidence)

    def _tell(self, kind: Kind, person: int, thing: int, at: datetime, confidence: float) -> list[Interaction]:
        if (name := f"{kind}:{person}:{thing}") in self.told:
            return []
        self.told[name] = at.isoformat()
        return [Interaction(kind, person, thing, at, round(min(confidence, 1.0), 4))]


def _near(thing: _Thing, persons: dict[int, Followed], at: datetime) -> None:
    """Remember who is at hand: beside it, with their feet about where it lies, so as near to the camera as it is."""
    for track, person in persons.items():
        height = person.box[3] - person.box[1]
        if (
            _inside(_middle(thing.rest_box), _reach(person.box))
            and abs(person.box[3] - thing.rest_box[3]) <= GROUND * height
        ):
            thing.at_hand[str(track)] = at.isoformat()
    for name in [name for name, when in thing.at_hand.items() if _since(when, at) > FORGOTTEN_S]:
        del thing.at_hand[name]


def _reach(box: Box) -> Box:
    aside = ARM * (box[3] - box[1])
    return box[0] - aside, box[1], box[2] + aside, box[3] + aside / 2


def _belongs(thing: Box, person: Box) -> float:
    """How well a thing sits at somebody: how much of it is before or behind them, and how near to their middle."""
    aside = abs(_middle(thing)[0] - _middle(person)[0]) / (person[3] - person[1])
    return _cover(thing, person) - 2 * aside


def _is_still(before: Box, now: Box) -> bool:
    size = max(before[2] - before[0], before[3] - before[1])
    return _distance(_middle(before), _middle(now)) <= STILL * size


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _inside(point: tuple[float, float], box: Box) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)


def _common(one: Box, other: Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    along = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, across) * max(0.0, along)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _cover(place: Box, other: Box) -> float:
    """Share of the place that lies under the other box."""
    return _common(place, other) / max(_area(place), 1e-9)


def _overlap(one: Box, other: Box) -> float:
    common = _common(one, other)
    return common / max(_area(one) + _area(other) - common, 1e-9)


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _since(text: str, at: datetime) -> float:
    return (at - _when(text)).total_seconds()


def _pair(values: Sequence[float]) -> tuple[float, float]:
    return values[0], values[1]


def _box(values: Sequence[float]) -> Box:
    return values[0], values[1], values[2], values[3]
