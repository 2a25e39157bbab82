"""What is wrong with cameras for a while: their clocks, and whether they can be reached at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32

import numpy as np

from homesec.sim.world import World

DAY_S = 86400.0
SPELL_S = (300.0, 2400.0)  # so long a clock is wrong, until the camera asks a time server again
AWAY_S = (3600.0, 4 * 3600.0)
FIRST_S = 3600.0  # a world's cameras are all there for its first hour: it begins with something to be seen
NEVER_SET = datetime(2000, 1, 1, tzinfo=UTC) - timedelta(days=1)  # where the clock of a camera without battery begins


@dataclass(frozen=True)
class ClockError:
    """A clock that runs right but shows the wrong time."""

    offset: timedelta | None
    """None: it was never set, and began anew at `since`."""
    since: datetime

    def shown(self, moment: datetime) -> datetime:
        """What it shows at this moment."""
        if self.offset is not None:
            return moment + self.offset
        return (NEVER_SET + (moment - self.since)).astimezone(moment.tzinfo)


@dataclass(frozen=True)
class Outage:
    """A camera can't be reached; seconds since 1970."""

    since: float
    until: float
    keeps: bool
    """It keeps its pictures and sends them when it is back."""


def clock_error(world: World, camera_id: str, second: float, a_day: float) -> ClockError | None:
    """What is wrong with a camera's clock at this second since 1970; None when it is right."""
    day = int(second // DAY_S)
    rng = np.random.default_rng([world.seed, 0xC1, crc32(camera_id.encode()), day])
    happens, since, lasts = rng.random() < a_day, day * DAY_S + rng.uniform(0, DAY_S), rng.uniform(*SPELL_S)
    # An hour behind as after a change of summer time, some minutes behind, hours ahead, never set.
    which, minutes = int(rng.integers(4)), float(rng.uniform(2, 40))
    if not happens or not since <= second < since + lasts:
        return None
    offsets = (timedelta(hours=-1), timedelta(minutes=-round(minutes, 2)), timedelta(hours=7), None)
    return ClockError(offsets[which], world.moment(float(since)))


def outages(world: World, camera_id: str, a_day: float) -> Iterator[Outage]:
    """When a camera is away, in order and apart from each other."""
    first = world.start.timestamp() + FIRST_S
    for day in range(int(world.start.timestamp() // DAY_S), int(world.end.timestamp() // DAY_S) + 1):
        rng = np.random.default_rng([world.seed, 0x0FF, crc32(camera_id.encode()), day])
        happens, since, lasts = rng.random() < a_day, day * DAY_S + rng.uniform(0, DAY_S), rng.uniform(*AWAY_S)
        keeps = bool(rng.random() < 0.5)
        if happens and since >= first:
            first = float(since + lasts)
            yield Outage(float(since), float(since + lasts), keeps)
