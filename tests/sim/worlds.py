"""A world that tests share: two weeks in May, with incidents."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from homesec.sim.world import World

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 5, 4, tzinfo=BERLIN)
TWO_WEEKS = timedelta(days=14)


@lru_cache(maxsize=4)
def world(seed: int = 5) -> World:
    """The two weeks of a seed."""
    return World(seed, START, START + TWO_WEEKS)
