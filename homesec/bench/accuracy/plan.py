"""What is photographed: a household over some days, and every moment at which one of its cameras takes a picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from homesec.bench.accuracy.unusual import planted
from homesec.sim.world import World

TIMEZONE = "Europe/Berlin"
_FIRST = datetime(2025, 1, 6, 6, tzinfo=ZoneInfo(TIMEZONE))  # long past: no clock takes the pictures for future ones
_CHANGES = tuple(datetime(2025, *day, 6, tzinfo=ZoneInfo(TIMEZONE)) for day in ((3, 31), (10, 27)))
"""The Mondays after the nights in which the clocks change."""
_WEEKS = 44  # a seed has a season of its own; eight weeks later it is still the past

Span = tuple[datetime, datetime]
"""Since and until, UTC."""


class Shot(NamedTuple):
    """One picture that a camera takes."""

    camera: str
    at: datetime
    """UTC, whole milliseconds."""

    @property
    def path(self) -> str:
        """Where it is uploaded to; its name tells the time."""
        return f"{self.camera}/{self.at:%Y%m%d_%H%M%S}_{self.at.microsecond // 1000:03d}Z.jpg"


@dataclass(frozen=True)
class Plan:
    """Days of a seed's household, and the pictures a second that its cameras take while something moves."""

    seed: int
    days: float
    fps: float
    unusual: bool = False
    """With unusual things planted into it, and so that the clocks change after four weeks."""

    @property
    def start(self) -> datetime:
        """A Monday at six in the morning."""
        if self.unusual:
            return _CHANGES[self.seed % len(_CHANGES)] - timedelta(weeks=4)
        return _FIRST + timedelta(weeks=self.seed * 13 % _WEEKS)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(days=self.days)

    def spans(self, length: timedelta) -> list[Span]:
        """The time in pieces of this length, the last one shorter."""
        pieces = []
        since = self.start.astimezone(UTC)
        until = self.end.astimezone(UTC)
        while since < until:
            pieces.append((since, min(since + length, until)))
            since += length
        return pieces


@lru_cache(maxsize=2)
def world_of(plan: Plan) -> World:
    """The plan's world; kept, since every piece of work of a process needs it."""
    usual = World(plan.seed, plan.start, plan.end, TIMEZONE)
    if not plan.unusual:
        return usual
    unusual = planted(usual.start, usual.end, usual.zone)
    return World(plan.seed, plan.start, plan.end, TIMEZONE, [*usual.plants, *unusual])


def shots(plan: Plan, since: datetime, until: datetime) -> Iterator[Shot]:
    """The pictures from `since` to before `until`, in the order of time."""
    world = world_of(plan)
    found = {
        Shot(camera.id, _whole(when))
        for camera in world.property.cameras
        for when in world.moments(camera.id, 1.0 / plan.fps, since, until)
        if when < until
    }
    return iter(sorted(found, key=lambda shot: (shot.at, shot.camera)))


def _whole(when: datetime) -> datetime:
    utc = when.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)
