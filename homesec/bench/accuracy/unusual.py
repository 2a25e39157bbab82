"""What is planted into weeks of ordinary life: things at hours at which they never happen, or far too often."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from homesec.sim.life.agenda import local_time
from homesec.sim.life.days import Plant

FIRST_DAY = 25  # before, there are too few weeks to tell what is usual
_PLANTED: tuple[tuple[int, float, str, int, float], ...] = (
    (25, 2.5, "gardener", 1, 0),
    (30, 3.2, "garden hour", 1, 0),
    (33, 14.05, "passer", 24, 140),
    (37, 2.1, "couple", 6, 400),
    (40, 23.5, "ball game", 1, 0),
    (44, 1.1, "passer", 16, 180),
    (47, 4.5, "courier on foot", 1, 0),
    (51, 10.05, "cyclist", 16, 180),
)
"""Day of the span, local hour, storyline, how often it happens, seconds between two. Of passers only every other one
comes by on this side of the street, where a zone is: so there are enough of them to be far more than ever."""


def planted(start: datetime, end: datetime, zone: ZoneInfo) -> list[Plant]:
    """What is to happen at unusual times, or unusually often."""
    found = []
    for day, hour, storyline, times, every_s in _PLANTED:
        at = local_time((start + timedelta(days=day)).astimezone(zone).date(), hour, zone)
        found += [Plant(storyline, at + timedelta(seconds=every_s * number)) for number in range(times)]
    return [plant for plant in found if plant.when < end]
