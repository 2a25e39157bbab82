"""The searcher: one text model, which embeds what events say, and what people ask for."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from actors import SEARCHER
from actors.lane import set_up_logging
from actors.loop import Loop
from actors.writer import Client
from homesec.domain.insights import Embedding
from homesec.errors import ModelUnavailable, Unavailable
from homesec.search.indexing import Indexing
from homesec.search.models import TextModel, TextModelSpec, embedding, text_model
from homesec.settings import Settings
from homesec.store.sessions import async_engine

LOOK_S = 2.0  # between two looks for events that are due; a look without any reads one small index
AGAIN_S = 5.0  # weights may arrive while the system runs


class SearcherActor:
    """Loads its model beside its loop. The model belongs to one thread, where those who ask come between rounds."""

    async def __init__(self, settings: Settings, database_url: str) -> None:  # type: ignore[misc]  # Ray awaits it
        set_up_logging(settings, SEARCHER)
        self._settings = settings
        self._engine = async_engine(database_url, SEARCHER, pool=1)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._spec: TextModelSpec | None = None
        self._model: TextModel | None = None
        self._indexing: Indexing | None = None
        self._because: str | None = "the model is being loaded"
        self._events = 0
        self._loop = Loop(self._step)

    async def _step(self) -> float:
        if self._indexing is None:
            try:
                self._indexing = await self._load()
            except ModelUnavailable as error:
                self._because = str(error)
                return AGAIN_S
        done = await self._indexing.round()
        self._events += done
        return 0.0 if done else LOOK_S

    async def _load(self) -> Indexing:
        self._spec = text_model(self._settings.search, self._settings.models_dir)
        if self._spec is None:
            raise ModelUnavailable("search.model: no model is set")
        self._model = await self._run(self._spec.load)
        self._because = None
        return Indexing(self._model, self._run, self._engine, Client())

    async def _run(self, call: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, *arguments)

    async def embed(self, words: str) -> Embedding | None:
        """The words as a vector; None when they say nothing. Raises Unavailable while there is no model."""
        if self._model is None:
            raise Unavailable(self._because or "the model is being loaded")
        found: Embedding | None = await self._run(embedding, self._model, words)
        return found

    async def ping(self) -> str:
        return "ok"

    async def health(self) -> dict[str, Any]:
        health = self._loop.health()
        if self._because is not None:
            health |= {"state": "waiting", "because": self._because}
        return {
            **health,
            "model": self._settings.search.model,
            "stand_in": None if self._spec is None else self._spec.stand_in,
            "events": self._events,
        }

    async def stop(self) -> None:
        """Finish the round that runs."""
        await self._loop.stop()
        self._thread.shutdown(wait=False)
        await self._engine.dispose()
