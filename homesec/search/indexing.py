"""The pass that gives events their vectors: those whose vector is of another revision, or of another model."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.search.models import TextModel
from homesec.store.queries import meaning, reading
from homesec.store.writes.meaning import EnsureMeaningIndex, ForgetMeanings, Meaning, SaveMeanings
from homesec.store.writes.unit import Unit

AT_ONCE = 64  # events in one round


class Indexing:
    """The rows say what is due, so there is no queue, and what was not reached is late and not lost."""

    def __init__(
        self,
        model: TextModel,
        run: Callable[..., Awaitable[Any]],
        engine: AsyncEngine,
        write: Callable[[Unit], Awaitable[Any]],
    ) -> None:
        """`run` calls a function in the thread that the model belongs to."""
        self._model, self._run, self._engine, self._write = model, run, engine, write
        self._prepared = False

    async def round(self) -> int:
        """Embed some events that are due; gives how many: 0 when none is left. Raises Unavailable."""
        if not self._prepared:
            await self._prepare()
        async with reading(self._engine) as connection:
            due = await meaning.due(connection, AT_ONCE)
        if due:
            vectors = await self._run(self._model.embed, [row["words"] for row in due])
            lines = zip(due, vectors.tolist(), strict=True)
            meanings = tuple(Meaning(row["id"], row["revision"], tuple(vector)) for row, vector in lines)
            await self._write(SaveMeanings(self._model.name, meanings))
        return len(due)

    async def _prepare(self) -> None:
        """Its own index, and what another model said is due again."""
        await self._write(EnsureMeaningIndex(self._model.name, self._model.dimension))
        while await self._write(ForgetMeanings(self._model.name)):
            pass
        self._prepared = True
