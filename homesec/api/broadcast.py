"""The outbox as one replica sees it: read once, kept as a short tail in memory, shared by all its sockets."""

import asyncio
import contextlib
import itertools
import json
import logging
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.bus import Bus
from homesec.errors import Unavailable
from homesec.store.queries import outbox, reading
from homesec.store.queries.outbox import Line

POLL_S = 1.0  # news may be lost: look at least so often while anyone listens
TAIL = 2048  # messages kept; who falls further behind reads too slowly
_PAGE = 500  # messages read at once

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Told:
    """One message, encoded once for all sockets."""

    seq: int
    type: str
    camera_id: str | None
    text: str


def told(line: Line) -> Told:
    body = {"seq": line.seq, "type": line.type, "at": line.at.isoformat().replace("+00:00", "Z"), "data": line.payload}
    return Told(line.seq, line.type, line.payload.get("camera_id"), json.dumps(body, separators=(",", ":")))


class Behind(Exception):
    """The messages asked for are no longer in memory."""


class Broadcast:
    """Follows the outbox while anyone listens. Numbers are dense, so the tail is addressed by number."""

    def __init__(self, database: AsyncEngine, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._tail: deque[Told] = deque(maxlen=TAIL)
        self._last = 0
        self.resets = 0
        """Raised when the numbers do not go on where they were: the database was restored."""
        self.listeners = 0
        self._changed = asyncio.Event()
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._caught_up_at = 0.0

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._follow())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @contextlib.asynccontextmanager
    async def listening(self) -> Any:
        """While inside, the tail is kept up to date. Raises Unavailable while PostgreSQL is away."""
        if not self.listeners and time.monotonic() - self._caught_up_at > POLL_S:
            self._tail.clear()  # nobody has listened for a while: begin at the head, not where the last one left
            async with reading(self._database) as connection:
                head = await outbox.head(connection)
            if not self.listeners:
                self._tail.clear()
                self._last = head
        self.listeners += 1
        self._news.set()
        try:
            yield self
        finally:
            self.listeners -= 1

    @property
    def last(self) -> int:
        """The number of the newest message that is known here."""
        return self._last

    def reaches(self, after: int) -> bool:
        """Whether all messages after this number are in memory, up to the last."""
        return self._last - len(self._tail) <= after

    def since(self, after: int) -> list[Told]:
        """The messages after this number. Raises Behind when some of them are no longer in memory."""
        if after >= self._last:
            return []
        if not self.reaches(after):
            raise Behind
        skipped = len(self._tail) - (self._last - after)
        return list(itertools.islice(self._tail, skipped, None))

    async def change(self, within_s: float) -> None:
        """Wait for something new, at most so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), within_s)

    async def _hear(self) -> None:
        async for _ in self._bus.news():
            self._news.set()

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S if self.listeners else None):
                    await self._news.wait()
            self._news.clear()
            if not self.listeners:
                continue
            try:
                await self._catch_up()
            except (Unavailable, SQLAlchemyError) as error:
                log.warning("the outbox cannot be read", extra={"reason": type(error).__name__})
                await asyncio.sleep(POLL_S)

    async def _catch_up(self) -> None:
        """Read on from the last number. What does not go on there is a reset: begin anew at the head."""
        while True:
            after = self._last
            async with reading(self._database) as connection:
                lines = await outbox.lines(connection, after, _PAGE)
                head = after if lines else await outbox.head(connection)
                if head > after:  # committed between the two reads
                    lines = await outbox.lines(connection, after, _PAGE)
            if self._last != after:  # everybody left and somebody new came meanwhile, and began at the head
                continue
            self._caught_up_at = time.monotonic()
            if lines and lines[0].seq == after + 1:
                self._tail.extend(told(line) for line in lines)
                self._last = lines[-1].seq
            elif lines or head != after:
                log.warning("the numbers of the outbox do not go on", extra={"expected": after + 1})
                self._tail.clear()
                self._last = lines[-1].seq if lines else head
                self.resets += 1
            else:
                return
            self._changed.set()
            self._changed = asyncio.Event()
            if len(lines) < _PAGE:
                return
