"""The writer of a bench: what is asked for at once is committed together, as in the system, but always in one order."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from homesec.errors import HomesecError
from homesec.store.writer import Writer
from homesec.store.writes.unit import Unit

Write = Callable[[Unit], Awaitable[Any]]
Work = Callable[[Write], Awaitable[Any]]
"""Reads, and writes one unit at most."""


class Commits:
    """One connection to the database, and all that waits for it."""

    def __init__(self, database_url: str) -> None:
        self._writer = Writer(database_url)
        self._waiting: list[tuple[Unit, asyncio.Future[Any]]] = []
        self._task: asyncio.Task[None] | None = None

    def close(self) -> None:
        self._writer.close()

    async def write(self, unit: Unit) -> Any:
        """The unit's result once it is committed. Raises its error."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((unit, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await future

    async def together(self, works: Sequence[Work]) -> None:
        """Works at the same time; what they write is committed together, in their order, when all have come so far.

        Otherwise whoever reads faster would be first, and no two runs would be the same.
        """
        asked: dict[int, tuple[Unit, asyncio.Future[Any]]] = {}
        ended: set[int] = set()

        async def commit_if_all_have_come() -> None:
            if len(asked.keys() | ended) == len(works):
                waiting = [asked.pop(place) for place in sorted(asked)]
                ended.update(range(len(works)))
                await self._commit(waiting)

        async def run(place: int, work: Work) -> None:
            async def write(unit: Unit) -> Any:
                future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
                asked[place] = (unit, future)
                await commit_if_all_have_come()
                return await future

            try:
                await work(write)
            finally:
                if place not in ended:
                    ended.add(place)
                    await commit_if_all_have_come()

        await asyncio.gather(*(run(place, work) for place, work in enumerate(works)))

    async def _run(self) -> None:
        await asyncio.sleep(0)  # those that are asked for in the same breath go together
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            await self._commit(waiting)

    async def _commit(self, waiting: Sequence[tuple[Unit, asyncio.Future[Any]]]) -> None:
        if not waiting:
            return
        try:
            results, _ = await asyncio.to_thread(self._writer.apply, [unit for unit, _ in waiting])
        except HomesecError as error:
            results = [error] * len(waiting)
        for (_, future), result in zip(waiting, results, strict=True):
            if isinstance(result, HomesecError):
                future.set_exception(result)
            else:
                future.set_result(result)
