"""A watcher at work on real folders, a real database and a real Redis."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from homesec.bus import DETECTION_BACKLOG, DETECTION_QUEUE, Bus
from homesec.errors import HomesecError
from homesec.media.local_storage import LocalStorage
from homesec.settings import Settings
from homesec.store.sessions import async_engine
from homesec.store.writer import Writer
from homesec.store.writes.unit import Unit
from homesec.watch.watcher import Watcher


class Place:
    """Everything round one watcher, and questions to it."""

    def __init__(self, settings: Settings, database_url: str, redis_url: str) -> None:
        self.settings = settings
        self.cameras = settings.cameras_dir
        self.storage = LocalStorage.open(self.cameras, settings.media_dir)
        self.bus = Bus(redis_url, "test")
        self.engine = async_engine(database_url, "test")
        self.writer = Writer(database_url)
        self.thread = ThreadPoolExecutor(1)
        self.away: Exception | None = None
        """Raised instead of a write, as when the writer is gone."""
        self.watcher: Watcher
        self._task: asyncio.Task[None] | None = None

    async def write(self, unit: Unit) -> Any:
        if self.away is not None:
            raise self.away
        results, _ = await asyncio.get_running_loop().run_in_executor(self.thread, self.writer.apply, [unit])
        if isinstance(results[0], HomesecError):
            raise results[0]
        return results[0]

    def start(self, live_from: datetime | None = None) -> None:
        """With `live_from` the watcher's clock stands still, and files that came before that moment are backlog."""
        clock: dict[str, Any] = {}
        if live_from is not None:
            now = live_from + timedelta(seconds=self.settings.uploads.live_s)
            clock["clock"] = lambda: now
        self.watcher = Watcher(self.settings, self.storage, self.bus, self.write, self.engine, **clock)
        self._task = asyncio.create_task(self.watcher.run())

    async def stop(self) -> None:
        if self._task is not None:
            self.watcher.stop()
            await asyncio.wait_for(self._task, 15)
            self._task = None

    def check(self) -> None:
        """Raise what ended the watcher, if anything did."""
        if self._task is not None and self._task.done():
            self._task.result()
            raise AssertionError("the watcher ended by itself")

    async def close(self) -> None:
        await self.stop()
        await self.bus.close()
        await self.engine.dispose()
        await asyncio.get_running_loop().run_in_executor(self.thread, self.writer.close)
        self.thread.shutdown()

    def put(self, path: str | bytes, data: bytes, age_s: float = 0.0) -> Path:
        """Upload as a careful camera does: under a temporary name, then renamed."""
        target = self.cameras / os.fsdecode(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.parent / f".{os.urandom(4).hex()}.tmp"
        temporary.write_bytes(data)
        if age_s:
            stamp = temporary.stat().st_mtime - age_s
            os.utime(temporary, (stamp, stamp))
        temporary.rename(target)
        return target

    async def rows(self, statement: str = "SELECT * FROM uploads ORDER BY id", **values: Any) -> list[Any]:
        async with self.engine.connect() as connection:
            return list(await connection.execute(text(statement), values))

    async def change(self, statement: str) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text(statement))

    async def uploads(self, count: int, state: str | None = None, within_s: float = 15.0) -> list[Any]:
        """Rows of uploads, as soon as there are so many (of a state)."""
        found: list[Any] = []

        async def enough() -> bool:
            nonlocal found
            self.check()
            found = [row for row in await self.rows() if state is None or row.state == state]
            return len(found) >= count

        await until(enough, within_s, lambda: f"{len(found)} of {count} uploads; {self.watcher.health()}")
        assert len(found) == count, [bytes(row.path) for row in found]
        return found

    async def queued(self) -> tuple[set[int], set[int]]:
        """Uploads in the live queue and in the backlog."""
        return (
            await self.bus.bodies(DETECTION_QUEUE, "upload_id"),
            await self.bus.bodies(DETECTION_BACKLOG, "upload_id"),
        )

    async def enqueued(self, live: set[int], backlog: set[int], within_s: float = 15.0) -> None:
        """Wait until just these are in the queues: a row is there a moment before its entry."""
        found: tuple[set[int], set[int]] = (set(), set())

        async def so() -> bool:
            nonlocal found
            self.check()
            found = await self.queued()
            return found == (live, backlog)

        await until(so, within_s, lambda: f"{found} in the queues; {self.watcher.health()}")

    async def repeats(self, count: int, within_s: float = 10.0) -> None:
        """Wait until so many repeats were counted."""

        async def enough() -> bool:
            return sum(row.repeats for row in await self.rows()) >= count

        await until(enough, within_s, lambda: str(self.watcher.health()))

    async def mode(self, wanted: str, within_s: float = 15.0, waiting_files: int = 0) -> None:
        """Wait until the watcher is in this mode, and so many files wait at least: they are examined one by one."""

        async def there() -> bool:
            self.check()
            health = self.watcher.health()
            return health.mode == wanted and health.waiting_files >= waiting_files

        await until(there, within_s, lambda: str(self.watcher.health()))

    async def quiet(self) -> None:
        """The watch is set up, and everything that lay there was looked at."""
        probe = self.cameras / ".probe"

        async def settled() -> bool:
            self.check()
            probe.touch()  # no file of a camera; but the kernel reports it as soon as it watches
            health = self.watcher.health()
            return health.mode == "watching" and health.settled

        await until(settled, 15, lambda: str(self.watcher.health()))


async def a_moment_later() -> datetime:
    """A moment between files that lie here already and those to come, by the clock of the file system."""
    await asyncio.sleep(0.05)  # that clock moves in steps of some milliseconds
    moment = datetime.now(UTC)
    await asyncio.sleep(0.05)
    return moment


async def until(true: Callable[[], Any], within_s: float, words: Callable[[], str]) -> None:
    deadline = asyncio.get_running_loop().time() + within_s
    while not await true():
        assert asyncio.get_running_loop().time() < deadline, words()
        await asyncio.sleep(0.01)


@asynccontextmanager
async def place(data_dir: Path, database_url: str, redis_url: str, **uploads: Any) -> AsyncIterator[Place]:
    """A place whose watcher is not started yet; everything ends with the block."""
    settings = Settings(data_dir=data_dir, uploads={"settle_s": 0.4, **uploads})
    here = Place(settings, database_url, redis_url)
    try:
        yield here
    finally:
        await here.close()
