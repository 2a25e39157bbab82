"""Detected uploads become batches and batches become events, on a real database and a real Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.aggregate import Aggregation
from homesec.analyse import Analysis
from homesec.bus import ANALYSIS_QUEUE, DETECTION_BACKLOG, DETECTION_QUEUE, Bus
from homesec.errors import HomesecError
from homesec.settings import WindowSettings
from homesec.store.sessions import async_engine
from homesec.store.writer import Writer
from homesec.store.writes.batches import MAX_ATTEMPTS, FailAnalysis
from homesec.store.writes.unit import Unit
from homesec.sweep import FIRST, Swept, sweep

NOW = datetime.now(UTC)


@dataclass
class Pipeline:
    """The stages after the detector, with a clock that the test sets."""

    engine: AsyncEngine
    bus: Bus
    write: Callable[[Unit], Any]
    now: datetime = NOW
    uploads: int = field(default=0)

    def __post_init__(self) -> None:
        self.aggregation = Aggregation(
            WindowSettings(reorder_s=0.4), self.engine, self.bus, self.write, clock=lambda: self.now
        )
        self.analysis = Analysis(self.engine, self.write, "UTC")

    async def upload(self, camera: str, seconds: float, *classes: str, state: str = "detected") -> int:
        """An upload captured at NOW + seconds, with one detection for each class."""
        self.uploads += 1
        at = NOW + timedelta(seconds=seconds)
        async with self.engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO cameras (id, name, folder_path) VALUES (:c, :c, :c) ON CONFLICT DO NOTHING"),
                {"c": camera},
            )
            upload_id = await connection.scalar(
                text(
                    "INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, "
                    "time_source, received_at, state, detected_on) VALUES (:c, 'v', :p, 1, 1, "
                    "sha256(CAST(:p AS bytea)), 'image', :at, 'exif', now() - interval '1 minute', :state, "
                    "now()) RETURNING id"
                ),
                {"c": camera, "p": f"{camera}/{self.uploads}".encode(), "at": at, "state": state},
            )
            for ordinal, name in enumerate(classes):
                await connection.execute(
                    text(
                        "INSERT INTO detections (upload_id, camera_id, file_path, ordinal, detected_at, object_type, "
                        "confidence, x1, y1, x2, y2, frame_width, frame_height, media_type, model, excluded_because) "
                        "VALUES (:u, :c, 'x', :o, :at, :t, 0.9, 0, 0, 1, 1, 64, 48, 'image', 'fake', :because)"
                    ),
                    {"u": upload_id, "c": camera, "o": ordinal, "at": at, "t": name,
                     "because": "class not wanted" if name == "kite" else None},
                )  # fmt: skip
        return int(upload_id or 0)

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]


@asynccontextmanager
async def pipeline(database_url: str, redis_url: str) -> AsyncIterator[Pipeline]:
    writer, engine, bus = Writer(database_url), async_engine(database_url, "test"), Bus(redis_url, "test")
    thread = ThreadPoolExecutor(1)  # a writer belongs to one thread

    async def write(unit: Unit) -> Any:
        [result], _ = await asyncio.get_running_loop().run_in_executor(thread, writer.apply, [unit])
        if isinstance(result, HomesecError):
            raise result
        return result

    try:
        yield Pipeline(engine, bus, write)
    finally:
        await asyncio.get_running_loop().run_in_executor(thread, writer.close)
        thread.shutdown()
        await bus.close()
        await engine.dispose()


def test_uploads_of_two_cameras_become_a_batch_each_and_ask_for_analysis(database_url: str, redis_url: str) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            await house.upload("door", 0, "person", "kite")
            await house.upload("yard", 1, "dog")
            await house.upload("door", 5, "person")
            await house.upload("door", 6)
            await house.aggregation.round()
            assert await house.rows("SELECT camera_id, status, eventful FROM batches ORDER BY 1") == [
                ("door", "open", True), ("yard", "open", True),
            ]  # fmt: skip
            assert await house.rows("SELECT DISTINCT state FROM uploads") == [("done",)]
            assert await house.rows(
                "SELECT count(*) FROM detections WHERE (batch_id IS NULL) = (excluded_because IS NULL)"
            ) == [(0,)]
            asked = await house.bus.take([ANALYSIS_QUEUE], 10, 1)
            assert {entry.body["batch_id"] for entry in asked} == {1, 2}
            mirrored = await house.bus.client.hgetall("homesec:batch:door")
            assert mirrored["detections"] == "2"

    asyncio.run(run())


def test_an_upload_waits_a_little_for_an_earlier_one_that_is_still_pending(database_url: str, redis_url: str) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            await house.upload("door", 0, state="pending")
            await house.upload("door", 5, "person")
            wait_s = await house.aggregation.round()
            assert 0 < wait_s <= 0.4
            assert await house.rows("SELECT count(*) FROM batches") == [(0,)]
            await asyncio.sleep(wait_s)
            await house.aggregation.round()
            assert await house.rows("SELECT count(*) FROM batches") == [(1,)]

    asyncio.run(run())


def test_a_batch_becomes_one_event_that_grows_and_closes(database_url: str, redis_url: str) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            await house.upload("door", 0, "person")
            await house.aggregation.round()
            event_id = await house.analysis.analyse(1)
            assert await house.analysis.analyse(1) is None  # nothing new to say
            await house.upload("door", 8, "person", "person")
            await house.aggregation.round()
            assert await house.analysis.analyse(1) == event_id
            [(summary, status, count)] = await house.rows("SELECT summary, status, detection_count FROM events")
            assert (summary, status, count) == ("2 persons, for 8 s", "open", 3)
            house.now += timedelta(seconds=60)
            await house.aggregation.round()
            assert await house.rows("SELECT status, close_reason, revision FROM batches") == [("closed", "idle", 3)]
            assert await house.analysis.analyse(1) == event_id
            assert await house.rows("SELECT status FROM events") == [("closed",)]
            assert await house.rows("SELECT count(*) FROM event_detections") == [(3,)]

    asyncio.run(run())


def test_a_batch_is_not_closed_while_an_upload_that_may_join_is_on_its_way(database_url: str, redis_url: str) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            await house.upload("door", 0, "person")
            await house.aggregation.round()
            late = await house.upload("door", 10, state="pending")
            house.now += timedelta(seconds=300)
            await house.aggregation.round()
            assert await house.rows("SELECT status FROM batches") == [("open",)]
            async with house.engine.begin() as connection:
                await connection.execute(text("UPDATE uploads SET state = 'done' WHERE id = :id"), {"id": late})
            await house.aggregation.round()
            assert await house.rows("SELECT status FROM batches") == [("closed",)]

    asyncio.run(run())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE uploads SET captured_at = captured_at - interval '1 day' WHERE id = :id",  # would not join
        "UPDATE uploads SET received_at = received_at - interval '1 day' WHERE id = :id",  # has been waited for
        "UPDATE cameras SET deleted_at = now() WHERE :id > 0",  # waits until its camera is restored
    ],
)
def test_an_upload_that_does_not_come_keeps_no_batch_open(database_url: str, redis_url: str, change: str) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            await house.upload("door", 0, "person")
            await house.aggregation.round()
            late = await house.upload("door", 10, state="pending")
            async with house.engine.begin() as connection:
                await connection.execute(text(change), {"id": late})
            house.now += timedelta(seconds=300)
            await house.aggregation.round()
            assert await house.rows("SELECT status FROM batches") == [("closed",)]

    asyncio.run(run())


def test_the_sweep_makes_lost_entries_again_and_only_those(database_url: str, redis_url: str) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            live = await house.upload("door", 5, state="pending")
            await house.upload("door", 1, "person")
            await house.aggregation.round()
            await house.bus.client.flushall()
            swept = await sweep(house.engine, house.bus, house.write, queue_limit=100, live_s=600)
            assert (swept.uploads, swept.batches) == (1, 1)
            assert await house.bus.bodies(DETECTION_QUEUE, "upload_id") == {live}
            again = await sweep(house.engine, house.bus, house.write, queue_limit=100, live_s=600)
            assert (again.uploads, again.batches) == (0, 0)
            await house.bus.client.flushall()
            await sweep(house.engine, house.bus, house.write, queue_limit=100, live_s=1)
            assert await house.bus.bodies(DETECTION_BACKLOG, "upload_id") == {live}

    asyncio.run(run())


def test_files_that_stay_pending_do_not_keep_newer_ones_from_their_turn(database_url: str, redis_url: str) -> None:
    """Five files, all entries of which are acknowledged at once, as for a disk that is away; two fit into a queue."""

    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            files = [await house.upload("door", second, state="pending") for second in range(5)]
            asked: list[int] = []
            swept = Swept(0, 0)
            for _ in range(4):
                swept = await sweep(house.engine, house.bus, house.write, 2, 600, swept.after)
                asked += sorted(await house.bus.bodies(DETECTION_QUEUE, "upload_id"))
                await house.bus.client.flushall()
            assert asked == [*files[:4], files[0], files[4], *files[1:3]]
            swept = await sweep(house.engine, house.bus, house.write, 9, 600, swept.after)
            assert (swept.uploads, swept.after) == (5, FIRST)
            swept = await sweep(house.engine, house.bus, house.write, 9, 600, swept.after)
            assert (swept.uploads, swept.after) == (0, FIRST)  # all are held

    asyncio.run(run())


@pytest.mark.parametrize(("failures", "entries"), [(1, 1), (MAX_ATTEMPTS, 0)])
def test_a_batch_whose_analysis_failed_too_often_waits_for_the_owner(
    database_url: str, redis_url: str, failures: int, entries: int
) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            await house.upload("door", 0, "person")
            await house.aggregation.round()
            await house.bus.client.flushall()
            for _ in range(failures):
                await house.write(FailAnalysis(1, 1, "boom"))
            swept = await sweep(house.engine, house.bus, house.write, queue_limit=100, live_s=600)
            assert swept.batches == entries

    asyncio.run(run())
