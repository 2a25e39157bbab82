"""A story of the world: who plays in it, along which keys, and what becomes of everybody afterwards.

A role is a chain of keys in time; between two keys a thing moves straight and evenly, and turns smoothly from one
direction to the next. What a key says about posture and action holds until the next key.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from math import atan2, cos, hypot, pi, sin, tau
from typing import Literal

from homesec.sim.values import Label, Mishap, Posture, State, Thing

TURN_S = 0.35  # seconds before and after a key in which a new direction is taken
STILL_M = 0.02  # a shorter way is no movement and gives no direction
STEP_M = 0.74  # a step of a person at usual speed
RUNNING_M_S = 2.2  # from here on steps are longer
AHEAD_M = {"package": 0.36, "backpack": -0.2}  # where a thing is carried, measured from the bearer along the heading

Whereabouts = Literal["away", "inside", "there"]
"""Before and after a role: out of the world, in the house, or at the place of its first or last key."""


@dataclass(frozen=True)
class Key:
    """A thing at a moment of its role."""

    at: float
    """Seconds since the start of the story."""
    x: float
    y: float
    z: float = 0.0
    heading: float | None = None
    """None: the direction in which it moves, or moved last."""
    backwards: bool = False
    """It moves against its heading (reversing cars)."""
    posture: Posture = "standing"
    action: str = "standing"
    holds: str | None = None
    reach: float = 0.0
    carrier: str | None = None
    lights: bool = False


@dataclass(frozen=True)
class Role:
    """What one thing does in a story. Keys lie in time order; there is at least one."""

    thing: Thing
    keys: tuple[Key, ...]
    comes: Whereabouts = "away"
    goes: Whereabouts = "away"

    @cached_property
    def times(self) -> tuple[float, ...]:
        return tuple(key.at for key in self.keys)

    @cached_property
    def headings(self) -> tuple[float, ...]:
        """The heading from each key on, radians; the last is that of the end."""
        found: list[float | None] = []
        for key, after in pairwise(self.keys):
            way = hypot(after.x - key.x, after.y - key.y)
            if key.heading is not None:
                found.append(key.heading)
            elif way > STILL_M:
                found.append(atan2(after.y - key.y, after.x - key.x) + (pi if key.backwards else 0.0))
            else:
                found.append(None)
        found.append(self.keys[-1].heading)
        last = next((heading for heading in found if heading is not None), 0.0)
        filled: list[float] = []
        for heading in found:
            last = last if heading is None else heading
            filled.append(last)
        return tuple(filled)

    @cached_property
    def steps(self) -> tuple[float, ...]:
        """Steps walked, or metres driven, up to each key."""
        walked = [0.0]
        for key, after in pairwise(self.keys):
            way = hypot(after.x - key.x, after.y - key.y)
            if self.thing.kind in ("car", "truck", "bus", "bicycle"):
                walked.append(walked[-1] + (-way if key.backwards else way))
                continue
            stretch = 1.7 if way > RUNNING_M_S * (after.at - key.at) else 1.0
            walked.append(walked[-1] + way / (STEP_M * stretch * self.thing.look.height_m / 1.75))
        return tuple(walked)

    @property
    def since(self) -> float:
        return self.keys[0].at

    @property
    def until(self) -> float:
        return self.keys[-1].at

    def state(self, at: float) -> State | None:
        """The state at this second of the story; None before it comes and after it has gone.

        What comes from `there` lies there before its first key too, and what goes `there` stays at its last one.
        """
        if at < self.times[0]:
            return self._resting(0) if self.comes == "there" and at >= 0 else None
        if at >= self.times[-1]:
            return self.rest if self.goes == "there" or at == self.times[-1] else None
        index = bisect_right(self.times, at) - 1
        key, after = self.keys[index], self.keys[index + 1]
        lasts = after.at - key.at
        share = (at - key.at) / lasts
        heading = self._heading(index, at)
        way = hypot(after.x - key.x, after.y - key.y)
        before, behind = self.steps[index], self.steps[index + 1]
        x, y = key.x + (after.x - key.x) * share, key.y + (after.y - key.y) * share
        if key.carrier is not None and (ahead := AHEAD_M.get(self.thing.kind)):
            x, y = x + ahead * cos(heading), y + ahead * sin(heading)
        return State(
            thing=self.thing,
            x=x,
            y=y,
            heading=heading,
            z=key.z + (after.z - key.z) * share,
            speed=way / lasts,
            phase=before + (behind - before) * share,
            posture=key.posture,
            action=key.action,
            holds=key.holds,
            carrier=key.carrier,
            lights=key.lights,
            reach=key.reach + (after.reach - key.reach) * share,
        )

    @cached_property
    def rest(self) -> State:
        """The state in which it stays when it goes `there`."""
        return self._resting(-1)

    def _resting(self, index: int) -> State:
        key, heading = self.keys[index], self.headings[index]
        return State(
            self.thing, key.x, key.y, heading, key.z, 0.0, self.steps[index], key.posture, key.action,
            key.holds, key.carrier, key.lights, key.reach,
        )  # fmt: skip

    def _heading(self, index: int, at: float) -> float:
        start, end = self.times[index], self.times[index + 1]
        turn = min(TURN_S, (end - start) / 2)
        here = self.headings[index]
        if index > 0 and at - start < turn:
            return blended(self.headings[index - 1], here, 0.5 + 0.5 * (at - start) / turn)
        if end - at < turn:
            return blended(here, self.headings[index + 1], 0.5 - 0.5 * (end - at) / turn)
        return here


@dataclass(frozen=True)
class Tampering:
    """A camera whose view is gone or moved for a while; seconds since the start of the story."""

    camera: str
    kind: Literal["covered", "turned", "sprayed"]
    since: float
    full: float
    """From here on nothing, or only the wrong thing, is seen."""
    until: float
    """Somebody has set it right."""

    def amount(self, at: float) -> float:
        """0..1 at this second of the story; the repair takes five seconds."""
        if at <= self.since or at >= self.until:
            return 0.0
        grown = (at - self.since) / max(self.full - self.since, 1e-6)
        return max(0.0, min(grown, 1.0, (self.until - at) / 5.0))


@dataclass(frozen=True)
class Story:
    """One storyline as it happens once, with what is to be thought of it."""

    id: str
    name: str
    """Its storyline in the catalogue."""
    label: Label
    expect: tuple[int, int]
    """Lowest and highest risk score that an owner would find right."""
    start: datetime
    roles: tuple[Role, ...]
    tampering: tuple[Tampering, ...] = ()
    storm: tuple[float, float] | None = None
    """Seconds from which and until which it storms."""

    @cached_property
    def began(self) -> float:
        """The start in seconds since 1970."""
        return self.start.timestamp()

    @cached_property
    def lasts(self) -> float:
        """Seconds from the start to the end: nobody moves after it."""
        ends = [role.until for role in self.roles] + [one.until for one in self.tampering]
        return max([*ends, self.storm[1] if self.storm else 0.0])

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=self.lasts)

    def states(self, when: datetime) -> list[State]:
        """Everyone and everything of this story at a moment, also what it leaves behind after its end."""
        at = when.timestamp() - self.began
        return [state for role in self.roles if (state := role.state(at)) is not None]

    def mishaps(self, when: datetime) -> list[Mishap]:
        """What is wrong with cameras at this moment because of this story."""
        at = when.timestamp() - self.began
        found = ((one, one.amount(at)) for one in self.tampering)
        return [Mishap(one.camera, one.kind, amount, self.id) for one, amount in found if amount > 0]

    def gale(self, at: float) -> float:
        """0..1: how much it storms at this second; it comes and goes within two minutes."""
        if self.storm is None:
            return 0.0
        return max(0.0, min(1.0, (at - self.storm[0]) / 120.0, (self.storm[1] - at) / 120.0))


def blended(first: float, second: float, share: float) -> float:
    """The angle at this share of the shorter way from one to the other, radians."""
    return first + ((second - first + pi) % tau - pi) * share
