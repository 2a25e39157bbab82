"""The keeper: one loop of rounds over what was followed."""

from datetime import UTC, datetime
from typing import Any

from actors import KEEPER
from actors.lane import set_up_logging
from actors.loop import Loop
from actors.writer import Client
from homesec.keep import Keeper
from homesec.settings import Settings
from homesec.store.sessions import async_engine


class KeeperActor:
    """Looks by itself every few seconds; nobody waits for it."""

    async def __init__(  # type: ignore[misc]  # Ray awaits it, on the loop that the task needs
        self, settings: Settings, database_url: str
    ) -> None:
        set_up_logging(settings, KEEPER)
        self._engine = async_engine(database_url, KEEPER, pool=1)
        self._keeper = Keeper(self._engine, Client(), settings.timezone)
        self._loop = Loop(self._round)

    async def _round(self) -> float:
        return await self._keeper.round(datetime.now(UTC))

    async def ping(self) -> str:
        return "ok"

    async def health(self) -> dict[str, Any]:
        return {**self._loop.health(), "hours": self._keeper.hours, "anomalies": self._keeper.anomalies}

    async def stop(self) -> None:
        """Finish the round that runs."""
        await self._loop.stop()
        await self._engine.dispose()
