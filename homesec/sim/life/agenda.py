"""What is due on a day: which storylines ordinary life begins, and when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np

from homesec.sim.life.habits import APPOINTMENTS, CHANCES, LATEST_H, Appointment


@dataclass(frozen=True)
class Due:
    """A storyline whose time comes."""

    at: float
    """Seconds since 1970."""
    storyline: str
    id: str
    options: Mapping[str, Any]
    planted: bool = False


def due_on(seed: int, day: date, zone: ZoneInfo) -> Iterator[Due]:
    """What ordinary life has in store for a local day, not in the order of time."""
    for chance in CHANCES:
        rng = np.random.default_rng([seed, day.toordinal(), crc32(chance.storyline.encode())])
        number = 0
        for hour in hours_of(day, zone):
            for _ in range(int(rng.poisson(chance.rate(day.weekday(), hour.astimezone(zone).hour)))):
                at = hour.timestamp() + round(float(rng.uniform(0, 3600)), 2)
                yield Due(at, chance.storyline, f"{day}/{chance.storyline}/{number}", {})
                number += 1
    for index, appointment in enumerate(APPOINTMENTS):
        rng = np.random.default_rng([seed, day.toordinal(), 0xA9, index])
        yield from _kept(appointment, day, zone, rng, str(index))


def _kept(appointment: Appointment, day: date, zone: ZoneInfo, rng: np.random.Generator, name: str) -> Iterator[Due]:
    happens, deviation = rng.random() < appointment.probability, float(rng.standard_normal())
    while abs(deviation) > LATEST_H:
        deviation = float(rng.standard_normal())
    if not happens or day.weekday() not in appointment.weekdays or day.month not in appointment.months:
        return
    at = local_time(day, appointment.hour + deviation * appointment.spread, zone).timestamp()
    story_id = f"{day}/{appointment.storyline}/a{name}"
    yield Due(round(at, 2), appointment.storyline, story_id, appointment.options)
    for index, after in enumerate(appointment.then):
        yield from _kept(after, day, zone, rng, f"{name}.{index}")


def local_time(day: date, hour: float, zone: ZoneInfo) -> datetime:
    """A moment by the clock on the wall; what that skips in spring comes an hour later, hours may be beyond 24."""
    wall = datetime(day.year, day.month, day.day) + timedelta(hours=hour)
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def hours_of(day: date, zone: ZoneInfo) -> list[datetime]:
    """The starts of the hours of a local day, of which there are 23, 24 or 25."""
    start, end = (local_time(day, hour, zone).astimezone(UTC) for hour in (0.0, 24.0))
    return [start + timedelta(hours=number) for number in range(round((end - start) / timedelta(hours=1)))]
