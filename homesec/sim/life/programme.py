"""What is planted into the world that is shown to somebody: something to be seen at once, and all the time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from homesec.sim.life.days import Plant

OPENING: tuple[tuple[str, float], ...] = (("passer", -26.0), ("courier on foot", -24.0), ("strange dog walk", 2.0))
"""Storyline and seconds from the start; those that began before it are in view when it comes."""
PARADE = (
    "package theft", "dog walk", "camera covered", "courier", "loiterer", "cat on lawn", "car prowl", "couple",
    "fence climb", "birds", "weapon", "jogger", "break-in", "cyclist", "graffiti", "canvasser", "camera turned",
    "door handles", "stray", "camera sprayed",
)  # fmt: skip
"""What is shown in turn, in an order that follows from the seed."""
EVERY_S = 45.0  # wall time from one to the next while the world catches up, and the least time of the world
LATER_EVERY_S = 900.0  # when it runs evenly with the wall clock


def programme(seed: int, start: datetime, meets: datetime, end: datetime, speed: float) -> list[Plant]:
    """Plants of a world that runs from `start`, meets the wall clock at `meets` and ends at `end`, in order of time.

    What can't happen when its turn comes, such as a theft without a parcel, does not.
    """
    opening = [Plant(name, start + timedelta(seconds=after)) for name, after in OPENING]
    order = np.random.default_rng([seed, 0xDE]).permutation(len(PARADE))
    moments = _moments(start, meets, end, speed)
    return opening + [Plant(PARADE[order[n % len(PARADE)]], when) for n, when in enumerate(moments)]


def _moments(start: datetime, meets: datetime, end: datetime, speed: float) -> Iterator[datetime]:
    when = start + timedelta(seconds=EVERY_S)
    while when < end:
        yield when
        when += timedelta(seconds=EVERY_S * max(speed, 1.0) if when < meets else LATER_EVERY_S)
