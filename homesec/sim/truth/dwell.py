"""Where things are on the ground over time: the zones they are in, how long they stay, and which lines they cross."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from homesec.sim.property import Property
from homesec.sim.story import AHEAD_M, Role, Story
from homesec.sim.values import Zone
from homesec.sim.world import World

SAMPLE_S = 0.1  # stays begin and end at multiples of this


@dataclass(frozen=True)
class Stay:
    """A thing inside a zone without a break, during one story."""

    thing: str
    kind: str
    zone: str
    story: str
    since: datetime
    until: datetime

    @property
    def seconds(self) -> float:
        return (self.until - self.since).total_seconds()


@dataclass(frozen=True)
class Crossing:
    """A thing crosses a line; from left to right of first -> second is `in`."""

    thing: str
    kind: str
    line: str
    story: str
    at: datetime
    direction: Literal["in", "out"]


def zones_at(home: Property, x: float, y: float) -> tuple[str, ...]:
    """The names of the zones that a ground place is in, in the property's order; lines are none."""
    return tuple(zone.name for zone in home.zones if zone.zone_type != "line" and _is_inside(zone.ground, x, y))


def stays(world: World, since: datetime, until: datetime) -> Iterator[Stay]:
    """All stays of what lives or moves, story by story; those that reach beyond the span are cut."""
    for story in _told(world, since, until):
        for role in _walkers(story):
            yield from _stays(world, story, role, since, until)


def crossings(world: World, since: datetime, until: datetime) -> Iterator[Crossing]:
    """All crossings of the property's lines, story by story; what is carried is not told apart from its carrier."""
    lines = [zone for zone in world.property.zones if zone.zone_type == "line"]
    for story in _told(world, since, until):
        for role in _walkers(story):
            for line in lines:
                for second, direction in line_crossings(role, line):
                    at = world.moment(story.began + second)
                    if since <= at <= until:
                        yield Crossing(role.thing.id, role.thing.kind, line.name, story.id, at, direction)


def line_crossings(role: Role, line: Zone) -> list[tuple[float, Literal["in", "out"]]]:
    """Seconds of the story at which a role crosses a line, exactly, and in which direction."""
    (ax, ay), (bx, by) = line.ground[:2]
    found: list[tuple[float, Literal["in", "out"]]] = []
    for key, after in pairwise(role.keys):
        # Positive on the left of the line, seen along it.
        before = (bx - ax) * (key.y - ay) - (by - ay) * (key.x - ax)
        behind = (bx - ax) * (after.y - ay) - (by - ay) * (after.x - ax)
        if (before > 0) == (behind > 0):
            continue
        share = before / (before - behind)
        x, y = key.x + (after.x - key.x) * share, key.y + (after.y - key.y) * share
        along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
        if 0.0 <= along <= 1.0:
            found.append((key.at + (after.at - key.at) * share, "in" if before > 0 else "out"))
    return found


def dwell(found: Iterable[Stay]) -> dict[tuple[str, str], float]:
    """Seconds of all stays together by (thing id, zone)."""
    seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
    for stay in found:
        seconds[stay.thing, stay.zone] += stay.seconds
    return dict(seconds)


def _stays(world: World, story: Story, role: Role, since: datetime, until: datetime) -> Iterator[Stay]:
    knots = np.array(role.times)
    path = np.array([(key.x, key.y) for key in role.keys])
    at = np.append(np.arange(role.since, role.until, SAMPLE_S), role.until)
    places = np.column_stack([np.interp(at, knots, path[:, axis]) for axis in (0, 1)])
    for zone in world.property.zones:
        if zone.zone_type == "line":
            continue
        inside = _are_inside(zone.ground, places)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(np.int8), [0]])))
        for first, beyond in zip(edges[::2], edges[1::2], strict=True):
            begins = world.moment(story.began + float(at[first]))
            ends = world.moment(story.began + float(at[min(beyond, len(at) - 1)]))
            begins, ends = max(begins, since), min(ends, until)
            if ends > begins:
                yield Stay(role.thing.id, role.thing.kind, zone.name, story.id, begins, ends)


def _told(world: World, since: datetime, until: datetime) -> Iterator[Story]:
    return (story for story in world.stories if story.start <= until and story.end >= since)


def _walkers(story: Story) -> Iterator[Role]:
    return (role for role in story.roles if role.thing.kind not in AHEAD_M and len(role.keys) > 1)


def _are_inside(ground: tuple[tuple[float, float], ...], places: NDArray[np.float64]) -> NDArray[np.bool_]:
    # Counting the edges that a ray to the east crosses: odd is inside.
    inside = np.zeros(len(places), dtype=bool)
    x, y = places[:, 0], places[:, 1]
    for (ax, ay), (bx, by) in _edges(ground):
        if ay != by:
            inside ^= ((ay > y) != (by > y)) & (x < ax + (y - ay) / (by - ay) * (bx - ax))
    return inside


def _is_inside(ground: tuple[tuple[float, float], ...], x: float, y: float) -> bool:
    inside = False
    for (ax, ay), (bx, by) in _edges(ground):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            inside = not inside
    return inside


@lru_cache(maxsize=64)
def _edges(ground: tuple[tuple[float, float], ...]) -> tuple[tuple[tuple[float, float], tuple[float, float]], ...]:
    return tuple(zip(ground, (*ground[1:], ground[0]), strict=True))
