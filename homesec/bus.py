"""Redis: work queues (streams with a consumer group) and news (pub/sub). Fast and disposable.

An entry only says "look at this row". Whoever takes an entry holds it: it renews the hold while it works, and others
may claim it once it has been silent for `STALE_S`. An emptied Redis delays work and loses none, because the sweep
makes the entries again from the rows.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import redis.asyncio as redis_asyncio
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeout

from homesec.errors import Unavailable

PREFIX = "homesec:"
GROUP = "workers"
DETECTION_QUEUE = "detection_queue"
DETECTION_BACKLOG = "detection_backlog"
ANALYSIS_QUEUE = "analysis_queue"
QUEUES = (DETECTION_QUEUE, DETECTION_BACKLOG, ANALYSIS_QUEUE)
NEWS = PREFIX + "news"
STALE_S = 15.0  # an entry whose holder has been silent for so long may be claimed
RENEW_S = 5.0  # how often a holder says that it still works

AWAY = (RedisConnectionError, RedisTimeout, OSError)
_REFUSING = (OutOfMemoryError, ReadOnlyError)  # beside MISCONF, the answer while the disk is full, which has no class


@dataclass(frozen=True)
class Entry:
    """One entry of a queue, held by the one who took it."""

    queue: str
    entry_id: str
    body: dict[str, int]
    deliveries: int = 1
    """How often it was handed out; from the second time on it is worked on alone."""


class Bus:
    """One connection pool. Every method raises Unavailable while Redis is away; the pool reconnects by itself."""

    def __init__(self, url: str, consumer: str) -> None:
        self.consumer = consumer
        # the types of redis-py cover both protocol versions and decodings at once, and so tell nothing here
        self.client: Any = redis_asyncio.Redis.from_url(
            url, decode_responses=True, socket_connect_timeout=3, socket_timeout=15, health_check_interval=10
        )

    async def close(self) -> None:
        await self.client.aclose()

    async def ping(self) -> None:
        with _redis_errors():
            await self.client.ping()

    async def add(self, queue: str, bodies: Iterable[dict[str, int]]) -> None:
        """Append entries in one round trip."""
        with _redis_errors():
            pipe = self.client.pipeline(transaction=False)
            for body in bodies:
                pipe.xadd(PREFIX + queue, body)
            if len(pipe):
                await pipe.execute()

    async def take(self, queues: Sequence[str], count: int, wait_s: float) -> list[Entry]:
        """Up to `count` entries: a stale one of a dead holder first, then new ones in the order of `queues`.

        Stale ones come one by one: each is worked on alone, and a death counts against the one it happened over.
        Waits up to `wait_s` for a first one.
        """
        with _redis_errors():
            for queue in queues:
                if stale := await self._claim(queue, 1):
                    return stale
            for queue in queues:  # the first queue that has any is served alone: live before backlog
                if fresh := await self._read([queue], count, None):
                    return fresh
            if wait_s <= 0:
                return []
            return await self._read(queues, count, wait_s)

    async def _read(self, queues: Sequence[str], count: int, wait_s: float | None) -> list[Entry]:
        block = None if wait_s is None else max(1, round(wait_s * 1000))
        streams: dict[Any, Any] = {PREFIX + queue: ">" for queue in queues}
        try:
            answer = await self.client.xreadgroup(GROUP, self.consumer, streams, count=count, block=block)
        except ResponseError as error:
            await self._heal(queues, error)
            return []
        streams_read = answer.items() if isinstance(answer, dict) else (answer or [])
        return [
            Entry(name.removeprefix(PREFIX), entry_id, _numbers(body))
            for name, entries in streams_read
            for entry_id, body in _pairs(entries)
        ]

    async def _claim(self, queue: str, count: int) -> list[Entry]:
        try:
            pending = await self.client.xpending_range(
                PREFIX + queue, GROUP, "-", "+", count, idle=round(STALE_S * 1000)
            )
            if not pending:
                return []
            times = {item["message_id"]: item["times_delivered"] for item in pending}
            claimed = await self.client.xclaim(
                PREFIX + queue, GROUP, self.consumer, round(STALE_S * 1000), list(times)
            )
        except ResponseError as error:
            await self._heal([queue], error)
            return []
        return [
            Entry(queue, entry_id, _numbers(body), times[entry_id] + 1)
            for entry_id, body in claimed
            if body is not None
        ]

    async def _heal(self, queues: Sequence[str], error: ResponseError) -> None:
        """Make the stream and its group when they are not there (first use, or an emptied Redis)."""
        if not str(error).startswith(("NOGROUP", "UNBLOCKED")):  # UNBLOCKED: emptied while we waited
            raise error
        for queue in queues:
            try:
                await self.client.xgroup_create(PREFIX + queue, GROUP, id="0", mkstream=True)
            except ResponseError as refusal:
                if not str(refusal).startswith("BUSYGROUP"):  # another was faster
                    raise

    async def renew(self, entries: Iterable[Entry]) -> None:
        """Say that these are still worked on."""
        with _redis_errors():
            pipe = self.client.pipeline(transaction=False)
            for entry in entries:
                pipe.xclaim(PREFIX + entry.queue, GROUP, self.consumer, 0, [entry.entry_id], justid=True)
            if len(pipe):
                await pipe.execute(raise_on_error=False)

    async def done(self, entries: Iterable[Entry]) -> None:
        """Acknowledge and delete: only after the commit."""
        with _redis_errors():
            pipe = self.client.pipeline(transaction=True)
            for entry in entries:
                pipe.xack(PREFIX + entry.queue, GROUP, entry.entry_id)
                pipe.xdel(PREFIX + entry.queue, entry.entry_id)
            if len(pipe):
                await pipe.execute(raise_on_error=False)

    async def depth(self, *queues: str) -> int:
        """Entries that nobody has finished. Finished ones are deleted, so the length is lag + pending."""
        with _redis_errors():
            pipe = self.client.pipeline(transaction=False)
            for queue in queues:
                pipe.xlen(PREFIX + queue)
            return sum(await pipe.execute())

    async def bodies(self, queue: str, field: str) -> set[int]:
        """One number of every unfinished entry, for the sweep."""
        found: set[int] = set()
        last = "-"
        with _redis_errors():
            while True:
                page = await self.client.xrange(PREFIX + queue, min=last, count=5000)
                found.update(int(body[field]) for _, body in _pairs(page) if field in body)
                if len(page) < 5000:
                    return found
                last = "(" + page[-1][0]

    async def publish_news(self, seq: int) -> None:
        """Tell readers that the outbox reaches `seq` now. A hint: losing it delays them by a second."""
        with _redis_errors():
            await self.client.publish(NEWS, json.dumps({"seq": seq}))

    async def news(self) -> AsyncIterator[int]:
        """Numbers of committed messages, for ever. Reconnects; what was said meanwhile is not repeated."""
        while True:
            try:
                async with self.client.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe(NEWS)
                    while True:
                        message = await pubsub.get_message(timeout=10.0)
                        if message is not None:
                            yield int(json.loads(message["data"])["seq"])
            except (RedisError, OSError, ValueError, KeyError):
                await asyncio.sleep(1.0)

    async def mirror(self, name: str, fields: dict[str, str | int], ttl_s: int) -> None:
        """A hash for readers; gone after `ttl_s` unless it is written again."""
        with _redis_errors():
            pipe = self.client.pipeline(transaction=True)
            pipe.delete(PREFIX + name)
            pipe.hset(PREFIX + name, mapping=fields)
            pipe.expire(PREFIX + name, ttl_s)
            await pipe.execute()

    async def forget(self, name: str) -> None:
        with _redis_errors():
            await self.client.delete(PREFIX + name)


class hold:
    """`async with hold(bus, entries):` renews the entries until the block ends."""

    def __init__(self, bus: Bus, entries: Sequence[Entry]) -> None:
        self._bus, self._entries = bus, entries
        self._over = False

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._renew())

    async def __aexit__(self, *_: object) -> None:
        self._over = True  # a cancellation in the middle of a renewal may be swallowed below us
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _renew(self) -> None:
        while not self._over:
            await asyncio.sleep(RENEW_S)
            with contextlib.suppress(Unavailable):  # the next renewal may succeed; a lost hold only repeats work
                await self._bus.renew(self._entries)


@contextlib.contextmanager
def _redis_errors() -> Any:
    try:
        yield
    except AWAY as error:
        raise Unavailable("Redis does not answer") from error
    except ResponseError as error:
        if not isinstance(error, _REFUSING) and "MISCONF" not in str(error):  # a pipeline puts words before it
            raise
        reason = "its memory or disk is full, or it is a replica"
        raise Unavailable(f"Redis takes nothing in at the moment: {reason}") from error


def _pairs(entries: Any) -> Any:
    """Flatten what redis-py returns for a stream under either protocol version."""
    for item in entries:
        if isinstance(item, list) and item and isinstance(item[0], (list, tuple)):
            yield from item
        else:
            yield item


def _numbers(body: dict[str, str]) -> dict[str, int]:
    return {name: int(value) for name, value in body.items()}
