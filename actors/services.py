"""What the API needs of the world, under Ray: reads by its own connections, writes and health by actors' names."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from actors import COORDINATOR, JOBS, ROOT, SEARCHER
from actors.lane import set_up_logging
from actors.names import Peer
from actors.storage import NodeStorage
from actors.writer import Client
from homesec.api.services import Part
from homesec.bus import Bus
from homesec.domain.insights import Embedding
from homesec.errors import Unavailable
from homesec.media.storage import Storage
from homesec.settings import Settings
from homesec.store.sessions import async_engine
from homesec.store.writes.unit import Unit

MEANING_S = 3.0  # a searcher that takes longer is done without
HEALTH_S = 3.0  # a root that does not answer within this time is down


class RayServices:
    """Nothing is looked up before it is needed, so a replica starts while everything else is away."""

    def __init__(self, settings: Settings, database_url: str, redis_url: str) -> None:
        set_up_logging(settings, "api")
        self.settings = settings
        self.database: AsyncEngine = async_engine(database_url, "api", pool=8, plan_each=True)
        self.bus = Bus(redis_url, "api")
        self.storage: Storage = NodeStorage(settings)
        self._write = Client()
        self._root = Peer(ROOT)
        self._searcher = Peer(SEARCHER)
        self._jobs = Peer(JOBS, COORDINATOR if settings.ray_address is None else None)

    async def write(self, unit: Unit) -> Any:
        return await self._write(unit)

    async def meaning(self, words: str) -> Embedding | None:
        if self.settings.search.model == "none":
            return None
        found: Embedding | None = await self._searcher.call("embed", words, timeout_s=MEANING_S)
        return found

    async def parts(self) -> list[Part]:
        try:
            lines: list[dict[str, Any]] = await self._root.call("status", timeout_s=HEALTH_S)
        except Unavailable as error:
            return [Part(ROOT, "down", {"because": str(error)})]
        return [_part(dict(line)) for line in lines]

    def hint_jobs(self) -> None:
        self._jobs.tell("wake")

    async def start(self) -> None:
        """Nothing to prepare: every connection is made when it is needed."""

    async def close(self) -> None:
        await self.bus.close()
        await self.database.dispose()


def _part(line: dict[str, Any]) -> Part:
    return Part(line.pop("name"), line.pop("state"), line)
