"""Services without Ray: one process, units applied on its own connection. For tests and for trying the API alone."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.api.services import Part
from homesec.bus import Bus
from homesec.domain.insights import Embedding
from homesec.errors import HomesecError, Unavailable
from homesec.media.storage import Storage
from homesec.search.models import TextModel, embedding, text_model
from homesec.settings import Settings
from homesec.store.sessions import async_engine
from homesec.store.writer import Writer
from homesec.store.writes.unit import Unit


class LocalServices:
    """Everything in this process; the writer commits one unit at a time and tells the news itself."""

    def __init__(self, settings: Settings, database_url: str, redis_url: str, storage: Storage) -> None:
        self._settings = settings
        self._database = async_engine(database_url, "api", plan_each=True)
        self._bus = Bus(redis_url, "api")
        self._storage = storage
        self._writer = Writer(database_url)
        self._text: TextModel | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def database(self) -> AsyncEngine:
        return self._database

    @property
    def bus(self) -> Bus:
        return self._bus

    @property
    def storage(self) -> Storage:
        return self._storage

    async def write(self, unit: Unit) -> Any:
        loop = asyncio.get_running_loop()
        [result], seq = await loop.run_in_executor(self._thread, self._writer.apply, [unit])
        if seq is not None:
            try:
                await self._bus.publish_news(seq)
            except Unavailable:
                pass  # a hint: readers look by themselves within a second
        if isinstance(result, HomesecError):
            raise result
        return result

    async def meaning(self, words: str) -> Embedding | None:
        if self._text is None and (spec := text_model(self._settings.search, self._settings.models_dir)) is not None:
            self._text = await asyncio.to_thread(spec.load)
        return None if self._text is None else await asyncio.to_thread(embedding, self._text, words)

    async def parts(self) -> list[Part]:
        return [Part("writer", "ok", {"because": None})]

    def hint_jobs(self) -> None:
        """Nobody runs jobs here."""

    async def start(self) -> None:
        """Nothing to prepare: every connection is made when it is needed."""

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._writer.close)
        self._thread.shutdown()
        await self._bus.close()
        await self._database.dispose()
