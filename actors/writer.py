"""The writer: all writes of the system, gathered into commits; news after each."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from actors import WRITER
from actors.lane import set_up_logging
from actors.names import Peer
from homesec.bus import Bus
from homesec.errors import HomesecError, Unavailable
from homesec.settings import Settings
from homesec.store.lane import Lane
from homesec.store.writer import Writer
from homesec.store.writes.unit import Unit

MAX_UNITS = 256  # units in one commit: bounds its length, not the waiting
MAX_NOTES = 200  # units that wait for the second lane: more are lost

log = logging.getLogger(__name__)


class WriterActor:
    """Gathers units while the previous commit runs, and never waits for more."""

    async def __init__(  # type: ignore[misc]  # Ray awaits it, on the loop that the tasks need
        self, settings: Settings, database_url: str, redis_url: str
    ) -> None:
        set_up_logging(settings, WRITER)
        self._writer = Writer(database_url)
        self._bus = Bus(redis_url, WRITER)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._waiting: list[tuple[Unit, asyncio.Future[Any]]] = []
        self._wake = asyncio.Event()
        self._stopping = False
        self._commits = self._units = self._refused = 0
        self._commit_s = 0.0
        self._away: str | None = None
        self._lane = Lane(database_url)
        self._notes: list[Unit] = []
        self._noted = self._notes_lost = 0
        self._notes_due = asyncio.Event()
        self._news = 0
        self._news_due = asyncio.Event()
        self._task = asyncio.create_task(self._run())
        self._announcer = asyncio.create_task(self._announce())
        self._noter = asyncio.create_task(self._write_notes())

    async def write(self, units: Sequence[Unit]) -> list[Any]:
        """Commit units, together with whatever else is waiting: the result of each, or its error as a value."""
        if self._stopping:
            return [Unavailable("the writer is stopping")] * len(units)
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in units]
        self._waiting += zip(units, futures, strict=True)
        self._wake.set()
        return await asyncio.gather(*futures)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while not (self._stopping and not self._waiting):
            await self._wake.wait()
            batch, self._waiting = self._waiting[:MAX_UNITS], self._waiting[MAX_UNITS:]
            if not self._waiting and not self._stopping:
                self._wake.clear()
            if not batch:
                continue
            started = time.monotonic()
            try:
                results, seq = await loop.run_in_executor(self._thread, self._writer.apply, [unit for unit, _ in batch])
            except Exception as error:  # the one loop of this actor: whatever it is, the callers must hear of it
                if not isinstance(error, Unavailable):
                    log.exception("a commit failed")
                self._away = str(error)
                failed = error if isinstance(error, HomesecError) else Unavailable("the commit failed")
                results, seq = [failed] * len(batch), None
                await asyncio.sleep(0.2)
            else:
                self._away = None
                self._commits += 1
                self._units += len(batch)
                self._refused += sum(isinstance(result, HomesecError) for result in results)
            self._commit_s += time.monotonic() - started
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)
            if seq is not None:
                self._news = seq
                self._news_due.set()

    async def note(self, unit: Unit) -> None:
        """Write it some time soon on the second lane, or lose it: nobody waits for logs and readings."""
        if len(self._notes) < MAX_NOTES and not self._stopping:
            self._notes.append(unit)
            self._notes_due.set()
        else:
            self._notes_lost += 1

    async def _write_notes(self) -> None:
        """Beside the commits, in another thread; says nothing of its own troubles, which would be notes again."""
        while True:
            await self._notes_due.wait()
            self._notes_due.clear()
            notes, self._notes = self._notes, []
            try:
                lost = await asyncio.to_thread(self._lane.apply, notes)
            except Exception:  # whatever it is, health tells how many are lost
                lost = len(notes)
            self._noted += len(notes) - lost
            self._notes_lost += lost

    async def _announce(self) -> None:
        """Publish the newest number; beside the commits, so that a slow Redis never delays one."""
        while True:
            await self._news_due.wait()
            self._news_due.clear()
            with contextlib.suppress(Unavailable):
                await self._bus.publish_news(self._news)

    async def ping(self) -> str:
        return "ok"

    async def health(self) -> dict[str, Any]:
        return {
            "state": "waiting" if self._away else "ok",
            "because": self._away,
            "commits": self._commits,
            "units": self._units,
            "refused": self._refused,
            "commit_s": round(self._commit_s, 3),
            "waiting": len(self._waiting),
            "noted": self._noted,
            "notes_lost": self._notes_lost,
        }

    async def stop(self) -> None:
        """Commit what is waiting, then let go of the database."""
        self._stopping = True
        self._wake.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._task), 10)
        self._announcer.cancel()
        self._noter.cancel()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._writer.close)
        self._thread.shutdown()
        await asyncio.to_thread(self._lane.close)
        await self._bus.close()


class Client:
    """`await client(unit)`: the unit's result after its commit, or its error raised. Unavailable: send it again.

    Units of one turn of the event loop travel in one call, since a call costs both processes a millisecond. That also
    keeps together what was committed together: its callers are answered, and ask again, at once.
    """

    def __init__(self) -> None:
        self._writer = Peer(WRITER)
        self._waiting: list[tuple[Unit, asyncio.Future[Any]]] = []
        self._calls: set[asyncio.Task[None]] = set()

    async def __call__(self, unit: Unit) -> Any:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._send)
        self._waiting.append((unit, future))
        answer = await future
        if isinstance(answer, HomesecError):
            raise answer
        return answer

    def _send(self) -> None:
        batch, self._waiting = self._waiting, []
        call = asyncio.ensure_future(self._call(batch))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _call(self, batch: list[tuple[Unit, asyncio.Future[Any]]]) -> None:
        try:
            answers = await self._writer.call("write", [unit for unit, _ in batch])
        except Exception as error:  # whatever it is, the callers of this turn must hear of it
            if not isinstance(error, Unavailable):
                log.exception("the writer could not be asked")
                error = Unavailable("the writer could not be asked")
            answers = [error] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():  # its caller may have been cancelled
                future.set_result(answer)
