"""The aggregator: one loop of rounds over what the detectors saw."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from actors import AGGREGATOR
from actors.lane import set_up_logging
from actors.loop import Loop
from actors.storage import NodeStorage
from actors.writer import Client
from homesec.aggregate import Aggregation
from homesec.bus import Bus
from homesec.scenes import SceneCheck
from homesec.settings import Settings
from homesec.store.sessions import async_engine

PACE_S = 0.1  # between the beginnings of two rounds: under load they take many uploads at once, else nobody waits


class AggregatorActor:
    """Woken by the detectors' hints; looks by itself every few seconds."""

    async def __init__(  # type: ignore[misc]  # Ray awaits it, on the loop that the task needs
        self, settings: Settings, database_url: str, redis_url: str
    ) -> None:
        set_up_logging(settings, AGGREGATOR)
        self._engine = async_engine(database_url, AGGREGATOR, pool=2)
        self._bus = Bus(redis_url, AGGREGATOR)
        self._aggregation = Aggregation(
            settings.windows, self._engine, self._bus, Client(), clock=lambda: datetime.now(UTC)
        )
        self._next_at = 0.0
        self._loop = Loop(self._round)
        self._scenes = SceneCheck(self._engine, Client(), NodeStorage(settings), settings.uploads)
        self._scene_loop = Loop(self._scenes.round)

    async def _round(self) -> float:
        await asyncio.sleep(max(0.0, self._next_at - time.monotonic()))
        self._next_at = time.monotonic() + PACE_S
        return await self._aggregation.round()

    async def hint(self, camera_ids: list[str]) -> None:
        """Uploads of these cameras were just detected."""
        self._loop.wake()

    async def ping(self) -> str:
        return "ok"

    async def health(self) -> dict[str, Any]:
        scenes = {**self._scene_loop.health(), "views": self._scenes.views, "changes": self._scenes.changes}
        counts = {"uploads": self._aggregation.uploads, "rounds": self._aggregation.rounds}
        return {**self._loop.health(), **counts, "scenes": scenes}

    async def stop(self) -> None:
        """Finish the round that runs."""
        await asyncio.gather(self._loop.stop(), self._scene_loop.stop())
        await self._bus.close()
        await self._engine.dispose()
