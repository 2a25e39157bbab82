"""The way of somebody through a story, laid down step by step; and what is carried along it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from math import atan2, cos, hypot, sin
from typing import Any, Self

from homesec.sim.story import AHEAD_M, Key, Role, Whereabouts
from homesec.sim.values import Posture, Thing

Spot = tuple[float, float]
REACHING_S = 0.5  # seconds in which arms are stretched out or drawn back


class Track:
    """The keys of one who walks, in the making. Each call begins where the last one ended."""

    def __init__(self, place: Spot, at: float = 0.0, speed: float = 1.35, holds: str | None = None) -> None:
        self.speed = speed
        self.holds = holds
        self.keys: list[Key] = [Key(at, *place, holds=holds)]

    @property
    def now(self) -> float:
        return self.keys[-1].at

    @property
    def place(self) -> Spot:
        return self.keys[-1].x, self.keys[-1].y

    def go(
        self,
        *places: Spot,
        speed: float | None = None,
        action: str | None = None,
        z: float | None = None,
        **manner: Any,
    ) -> Self:
        """Move straight from place to place, metres a second; `z` is the height at the end."""
        pace = speed or self.speed
        doing = action or ("running" if pace > 2.2 else "walking")
        for place in places:
            last = self.keys[-1]
            height = last.z if z is None else z
            way = hypot(place[0] - last.x, place[1] - last.y) + abs(height - last.z)
            if way < 1e-6:
                continue
            self.keys[-1] = replace(last, holds=self.holds, **{"heading": None, "action": doing, **manner})
            self.keys.append(Key(last.at + way / pace, *place, z=height, holds=self.holds))
        return self

    def stay(
        self,
        seconds: float,
        action: str = "standing",
        posture: Posture = "standing",
        facing: Spot | None = None,
        reach: float = 0.0,
    ) -> Self:
        """Stay for a while, looking at a place if one is given, with the arms stretched out so far."""
        last = self.keys[-1]
        heading = last.heading
        if facing is not None:
            heading = atan2(facing[1] - last.y, facing[0] - last.x)
        last = replace(last, action=action, posture=posture, heading=heading, holds=self.holds)
        self.keys[-1] = last
        if reach > 0 and seconds > 2.5 * REACHING_S:
            self.keys.append(replace(last, at=last.at + REACHING_S, reach=reach))
            self.keys.append(replace(last, at=last.at + seconds - REACHING_S, reach=reach))
        self.keys.append(Key(last.at + seconds, last.x, last.y, last.z, heading, holds=self.holds))
        return self

    def role(self, thing: Thing, comes: Whereabouts = "away", goes: Whereabouts = "away") -> Role:
        """The role that these keys make."""
        return Role(thing, tuple(self.keys), comes, goes)


def part(keys: Sequence[Key], since: float, until: float) -> list[Key]:
    """The keys of this span of time, with ends in between where it begins or ends between two of them."""
    times = [key.at for key in keys]
    inner = [key for key in keys if since < key.at < until]
    return [_between(keys, times, since), *inner, _between(keys, times, until)]


def _between(keys: Sequence[Key], times: Sequence[float], at: float) -> Key:
    index = min(max(bisect_right(times, at) - 1, 0), len(keys) - 1)
    key = keys[index]
    if index == len(keys) - 1 or at <= key.at:
        return replace(key, at=at)
    after = keys[index + 1]
    share = (at - key.at) / (after.at - key.at)
    return replace(
        key,
        at=at,
        x=key.x + (after.x - key.x) * share,
        y=key.y + (after.y - key.y) * share,
        z=key.z + (after.z - key.z) * share,
    )


def carried(
    thing: Thing, bearer: Role, taken: float | None = None, left: float | None = None, spot: Spot | None = None
) -> Role:
    """The role of a thing that somebody carries, or rides.

    It lies at `spot` until second `taken` of the story, or comes with the bearer if that is None; it is put down at
    `spot` at second `left`, or goes with the bearer.
    """
    look = bearer.thing.look
    height = 0.0 if thing.kind == "bicycle" else look.height_m * (0.55 if thing.kind == "package" else 0.5)
    since = bearer.since if taken is None else taken
    until = bearer.until if left is None else left
    ahead = AHEAD_M.get(thing.kind, 0.0)
    keys = [
        Key(
            key.at, key.x, key.y, key.z + height, heading, key.backwards,
            action="cycling" if thing.kind == "bicycle" else "standing", carrier=bearer.thing.id, lights=key.lights,
        )
        for key, heading in _with_headings(bearer, part(bearer.keys, since, until))
    ]  # fmt: skip
    if spot is not None and taken is not None:
        # Within a second from the ground into the arms.
        keys[:0] = [_lying(0.0, spot), _lying(taken - 1.0, spot), _in_arms(keys[0], ahead, taken - 0.01)]
    if spot is not None and left is not None:
        keys[-1:] = [_in_arms(keys[-1], ahead, left), _lying(left + 1.0, spot)]
    comes: Whereabouts = bearer.comes if taken is None else "there"
    goes: Whereabouts = bearer.goes if left is None else "there"
    return Role(thing, tuple(keys), comes, goes)


def _with_headings(bearer: Role, keys: Sequence[Key]) -> list[tuple[Key, float]]:
    return [(key, bearer.headings[max(bisect_right(bearer.times, key.at) - 1, 0)]) for key in keys]


def _lying(at: float, spot: Spot) -> Key:
    return Key(at, *spot, heading=0.0, action="lying")


def _in_arms(key: Key, ahead: float, at: float) -> Key:
    heading = key.heading or 0.0
    return replace(key, at=at, carrier=None, x=key.x + cos(heading) * ahead, y=key.y + sin(heading) * ahead)
