"""Who carried, left or took what: told from the tracks of persons and of things that can be carried.

A thing that comes to rest where somebody was at hand is left once they are apart. A thing at rest that is gone, after
somebody was at hand, is taken once its place was seen empty several times: one that is only hidden, or overlooked now
and then, is not. What moves as a person moves is carried. All of it is a fold over frames in event time.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Self

from homesec.domain.boxes import distance, hidden, inside, middle, overlap
from homesec.domain.followed import Followed
from homesec.domain.things import FORGOTTEN_S, PORTABLE, Thing, Walk, belongs, is_still, reach, since, when

Kind = Literal["carried", "left", "taken"]

ALONE = 2  # pictures that show it at rest with nobody in reach: what two hand over never lay there
MOMENT_S = 4.0  # between somebody's being at hand and what happens to the thing
MOVED = 0.25  # of the person's height: so far must both have gone to tell that one carries the other
TOGETHER = 3  # pictures in which the thing keeps its place at the person
AMONG = 6  # the same among several who walk side by side: it is theirs at whom it sits best
KEEPS = 0.25  # of the person's height: it may move so much against them
EMPTY_SEEN = 3  # pictures that show the place, and
EMPTY_S = 2.0  # for so long, without the thing
HIDDEN = 0.1  # share of the place that somebody or something else may cover for it to count as seen
SAME_PLACE = 0.3  # overlap from which on what appears where something rested is the same thing


@dataclass(frozen=True)
class Interaction:
    """One person and one thing, by the numbers of their tracks."""

    kind: Kind
    person: int
    thing: int
    at: datetime
    confidence: float

    @property
    def name(self) -> str:
        """What is told once: `kind:person:thing`."""
        return f"{self.kind}:{self.person}:{self.thing}"


@dataclass
class Hands:
    """The state of one camera."""

    begun_at: str | None = None
    things: dict[str, Thing] = field(default_factory=dict)
    """By the number of their tracks."""
    told: dict[str, str] = field(default_factory=dict)
    """Names of the interactions that were told lately, and when they happened."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        things = {number: Thing.from_json(thing) for number, thing in stored["things"].items()}
        return cls(stored["begun_at"], things, dict(stored["told"]))

    def step(
        self, at: datetime, followed: Sequence[Followed], uncounted: Collection[int] = ()
    ) -> list[Interaction]:
        """What the next frame shows, with all that is in it. Each pair is told once for each kind.

        `uncounted` are detections that count nowhere: they hide what is behind them, and nothing else is told of them.
        """
        counted = [one for one in followed if one.detection_id not in uncounted]
        persons = {one.track: one for one in counted if one.object_class == "person" and one.confirmed}
        seen = {one.track: one for one in counted if one.object_class in PORTABLE}
        found: list[Interaction] = []
        for track, one in seen.items():
            thing = self._known(one, seen)
            thing.see(one)
            thing.near(persons, at)
            found += self._carried(track, thing, persons, at)
            if thing.rested and not any(inside(middle(thing.box), reach(one.box)) for one in persons.values()):
                thing.alone += 1
            found += self._left(track, thing)
        for number, thing in list(self.things.items()):
            if int(number) in seen:
                continue
            thing.near(persons, at)
            found += self._taken(int(number), thing, followed, at)
            if since(thing.last_at, at) > FORGOTTEN_S:
                self.things.pop(number, None)
        self.told = {name: then for name, then in self.told.items() if since(then, at) <= FORGOTTEN_S}
        self.begun_at = self.begun_at or at.isoformat()
        return found

    def _known(self, one: Followed, seen: dict[int, Followed]) -> Thing:
        """The thing of this track, which may have had another number before."""
        if (known := self.things.get(str(one.track))) is not None:
            return known
        before = next(
            (
                name
                for name in sorted(self.things, key=int)
                if int(name) not in seen
                and self.things[name].rested
                and overlap(self.things[name].rest_box, one.box) > SAME_PLACE
            ),
            None,
        )
        thing = self.things[str(one.track)] = Thing.begin(one)
        # What is stationary when it is first seen was there before it was forgotten.
        thing.is_new = self.begun_at is not None and before is None and not one.stationary
        if before is not None:
            other = self.things.pop(before)
            thing.rested, thing.alone, thing.at_hand = True, other.alone, other.at_hand
        return thing

    def _carried(self, track: int, thing: Thing, persons: dict[int, Followed], at: datetime) -> list[Interaction]:
        found = []
        for number, person in persons.items():
            name, height = str(number), person.box[3] - person.box[1]
            body, own = middle(person.box), middle(thing.box)
            offset = (own[0] - body[0], own[1] - body[1])
            walk = thing.walks.get(name)
            beside = inside(own, reach(person.box))
            if not beside or walk is None or distance(offset, walk.offset) > KEEPS * height:
                thing.walks.pop(name, None)
                if beside:
                    thing.walks[name] = Walk(offset, body, at.isoformat())
                continue
            walk.pictures += 1
            walk.belongs += belongs(thing.box, person.box)
            others = [other for at_whom, other in thing.walks.items() if at_whom != name and int(at_whom) in persons]
            needed = AMONG if others else TOGETHER
            is_bearer = all(walk.belongs / walk.pictures > other.belongs / other.pictures for other in others)
            if is_bearer and walk.pictures >= needed and distance(body, walk.begun) >= MOVED * height:
                sure = min(person.confidence, thing.confidence)
                found += self._tell("carried", number, track, when(walk.since), sure)
                if thing.alone >= ALONE and not is_still(thing.rest_box, thing.box):
                    found += self._tell("taken", number, track, when(walk.since), thing.confidence)
                thing.rested, thing.alone, thing.is_new = False, 0, True
                thing.rest_box, thing.rest_since, thing.rest_seen = thing.box, at.isoformat(), 1
        return found

    def _left(self, track: int, thing: Thing) -> list[Interaction]:
        if not (thing.alone >= ALONE and thing.is_new and thing.confirmed):
            return []
        thing.is_new = False
        begun = when(thing.rest_since)
        near = thing.was_at_hand(begun, MOMENT_S)
        if not near:  # it came without anybody
            return []
        bearers = [name for name in near if f"carried:{name}:{track}" in self.told]
        return self._tell("left", int((bearers or near)[0]), track, begun, thing.confidence)

    def _taken(self, track: int, thing: Thing, followed: Sequence[Followed], at: datetime) -> list[Interaction]:
        if thing.gone or not (thing.alone >= ALONE and thing.confirmed):
            return []
        if any(hidden(thing.rest_box, one.box) > HIDDEN for one in followed):
            thing.empty_since, thing.empty_seen = None, 0
            return []
        thing.empty_since = thing.empty_since or at.isoformat()
        thing.empty_seen += 1
        if thing.empty_seen < EMPTY_SEEN or since(thing.empty_since, at) < EMPTY_S:
            return []
        last = when(thing.last_at)
        near = thing.was_at_hand(last, MOMENT_S)
        if not near:
            thing.gone = True
            return []
        del self.things[str(track)]
        return self._tell("taken", int(near[0]), track, last, thing.confidence)

    def _tell(self, kind: Kind, person: int, thing: int, at: datetime, confidence: float) -> list[Interaction]:
        one = Interaction(kind, person, thing, at, round(min(confidence, 1.0), 4))
        if one.name in self.told:
            return []
        self.told[one.name] = at.isoformat()
        return [one]
