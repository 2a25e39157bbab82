"""How many files may be taken before the detection queue is deep: the disk is the buffer, not the queue."""

import time

from homesec.bus import DETECTION_BACKLOG, DETECTION_QUEUE, Bus

FRESH_S = 1.0  # how old a known depth may be while there is room
FULL_S = 0.25  # and while there is none


class Room:
    """Asks Redis now and then, and counts what was taken since."""

    def __init__(self, bus: Bus, limit: int) -> None:
        self._bus, self._limit = bus, limit
        self._live = self._all = 0
        self._until = 0.0

    async def left(self, in_flight: int) -> tuple[int, int]:
        """Room for live files, which look at live entries only, and for backlog. Raises Unavailable.

        `in_flight`: files that are taken and not enqueued yet.
        """
        if time.monotonic() >= self._until:
            total = await self._bus.depth(DETECTION_QUEUE, DETECTION_BACKLOG)
            live = await self._bus.depth(DETECTION_QUEUE) if total + in_flight >= self._limit else total
            self._live, self._all = live + in_flight, total + in_flight
            self._until = time.monotonic() + (FRESH_S if total < self._limit else FULL_S)
        return max(0, self._limit - self._live), max(0, self._limit - self._all)

    def took(self, count: int) -> None:
        self._live += count
        self._all += count
        if self._live >= self._limit or self._all >= self._limit:
            self._until = min(self._until, time.monotonic() + FULL_S)
