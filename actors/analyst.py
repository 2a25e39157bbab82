"""An analyst: takes batches from the queue and judges them."""

import asyncio
import logging
from typing import Any

from sqlalchemy import text

from actors.lane import set_up_logging
from actors.loop import Loop
from actors.writer import Client
from homesec.analyse import Analysis
from homesec.bus import ANALYSIS_QUEUE, Bus, hold
from homesec.errors import Unavailable
from homesec.settings import Settings
from homesec.store.sessions import async_engine, database_errors
from homesec.store.writes.batches import MAX_ATTEMPTS, FailAnalysis

AGAIN_S = 0.3  # between two tries while something is away
LOOK_S = 0.5  # at most so often the rows are asked for batches of which more is known; it reads one index
AT_ONCE = 8  # batches judged at the same time: most of it is waiting for PostgreSQL

log = logging.getLogger(__name__)


class AnalystActor:
    """One of as many as the machine carries; they share the queue."""

    async def __init__(  # type: ignore[misc]  # Ray awaits it, on the loop that the task needs
        self, settings: Settings, database_url: str, redis_url: str, name: str
    ) -> None:
        set_up_logging(settings, name)
        self._engine = async_engine(database_url, name, pool=AT_ONCE // 2)
        self._bus = Bus(redis_url, name)
        self._write = Client()
        self._analysis = Analysis(self._engine, self._write, settings.timezone)
        self._events = self._failed = 0
        self._clock = asyncio.get_running_loop().time
        self._look_at = 0.0
        self._loop = Loop(self._step)

    async def _step(self) -> float:
        entries = await self._bus.take([ANALYSIS_QUEUE], AT_ONCE, wait_s=1.0)
        if not entries:
            await self._look_again()
            return 0.0
        async with hold(self._bus, entries):
            alone = [entry for entry in entries if entry.deliveries > 1]
            fresh = [entry for entry in entries if entry.deliveries == 1]
            outcomes = list(await asyncio.gather(*(self._judged(entry.body["batch_id"]) for entry in fresh)))
            outcomes += [await self._judged(entry.body["batch_id"]) for entry in alone]
            done = [entry for entry, judged in zip([*fresh, *alone], outcomes, strict=True) if judged]
            await self._bus.done(done)
        await self._look_again()
        return 0.0

    async def _look_again(self) -> None:
        """Judge batches of which more is known by now: enrichment and zones ask nobody to."""
        if not self._loop.stopping and self._clock() >= self._look_at:
            self._look_at = self._clock() + LOOK_S
            await asyncio.gather(*(self._judged(one) for one in await self._analysis.better_known(AT_ONCE)))

    async def _judged(self, batch_id: int) -> bool:
        """Judge, however long PostgreSQL or the writer is away. False: this actor stops first."""
        while not self._loop.stopping:
            try:
                event_id = await self._analysis.analyse(batch_id)
                self._events += event_id is not None
                log.info("judged", extra={"batch_id": batch_id, "event_id": event_id})
                return True
            except Unavailable as error:
                self._loop.because = str(error)
                await asyncio.sleep(AGAIN_S)
            except Exception as error:  # the entry's own failure: counted in its row, tried again or given up there
                log.exception("analysis failed", extra={"batch_id": batch_id})
                return await self._failed_analysis(batch_id, f"{type(error).__name__}: {error}")
        return False

    async def _failed_analysis(self, batch_id: int, error: str) -> bool:
        self._failed += 1
        try:
            with database_errors():
                async with self._engine.connect() as connection:
                    revision = await connection.scalar(
                        text("SELECT revision FROM batches WHERE id = :id"), {"id": batch_id}
                    )
            attempts = await self._write(FailAnalysis(batch_id, int(revision or 0), error[:500]))
            if 0 < attempts < MAX_ATTEMPTS:
                await self._bus.add(ANALYSIS_QUEUE, [{"batch_id": batch_id}])
        except Unavailable:
            return False
        return True

    async def ping(self) -> str:
        return "ok"

    async def health(self) -> dict[str, Any]:
        return {**self._loop.health(), "events": self._events, "failed": self._failed, "scorer": "evidence only"}

    async def stop(self) -> None:
        """Finish the batches that are being judged."""
        await self._loop.stop()
        await self._bus.close()
        await self._engine.dispose()
