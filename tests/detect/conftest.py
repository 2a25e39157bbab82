"""A worker with everything real around it but Ray: PostgreSQL, Redis, files, the writer in a thread."""

import asyncio
import hashlib
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import text

from homesec.bus import DETECTION_BACKLOG, DETECTION_QUEUE, Bus
from homesec.detect.counters import Counters
from homesec.detect.last_pictures import LastPictures
from homesec.detect.predictor import Predictor
from homesec.detect.tools import Tools
from homesec.detect.worker import Worker
from homesec.errors import HomesecError
from homesec.media.local_storage import LocalStorage
from homesec.settings import DetectorSettings, UploadSettings
from homesec.store.sessions import async_engine, sync_engine
from homesec.store.writer import Writer
from homesec.store.writes.unit import Unit
from homesec.vision.registry import detector_spec
from homesec.vision.spec import Detector

AT = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


@asynccontextmanager
async def queues(redis_url: str) -> AsyncIterator[Bus]:
    bus = Bus(redis_url, "test")
    try:
        yield bus
    finally:
        await bus.close()


class House:
    """A database with cameras and uploads, their files, and the queues."""

    def __init__(self, database_url: str, redis_url: str, folder: Path) -> None:
        self.database_url, self.redis_url, self.folder = database_url, redis_url, folder
        self.storage = LocalStorage.open(folder / "cameras", folder / "media")
        self._engine = sync_engine(database_url, "house")
        self._writer, self._one_at_a_time = Writer(database_url), asyncio.Lock()
        self._numbers = itertools.count()

    def close(self) -> None:
        self.close_writer()
        self._engine.dispose()

    def close_writer(self) -> None:
        """Let go of the database's only writer, for a process that has its own."""
        self._writer.close()

    async def write(self, unit: Unit) -> Any:
        """What the writer actor does, one commit for each unit."""
        async with self._one_at_a_time:
            (result,), _ = await asyncio.to_thread(self._writer.apply, [unit])
        if isinstance(result, HomesecError):
            raise result
        return result

    def camera(self, camera_id: str, **settings: Any) -> None:
        self.execute(
            "INSERT INTO cameras (id, name, folder_path, settings) VALUES (:id, :id, :id, CAST(:settings AS jsonb))",
            id=camera_id, settings=json.dumps(settings),
        )  # fmt: skip
        (self.storage.cameras_dir / camera_id).mkdir()

    def upload(self, camera_id: str, data: bytes, name: str | None = None, media_type: str = "image") -> int:
        """A file in the camera's folder and its pending row."""
        number = next(self._numbers)
        path = f"{camera_id}/{name or f'{number}.jpg'}".encode()
        (self.storage.cameras_dir / path.decode()).write_bytes(data)
        return int(
            self.execute(
                "INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, "
                "time_source, received_at) VALUES (:camera_id, :volume, :path, :size, 1, :sha256, :media_type, "
                ":at, 'exif', :at) RETURNING id",
                camera_id=camera_id, volume=self.storage.volume, path=path, size=len(data),
                sha256=hashlib.sha256(data).digest(), media_type=media_type, at=AT + timedelta(seconds=number),
            )[0]["id"]
        )  # fmt: skip

    def execute(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        with self._engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    def states(self) -> dict[int, str]:
        return {row["id"]: row["state"] for row in self.execute("SELECT id, state FROM uploads")}

    def detections(self, columns: str = "*") -> list[dict[str, Any]]:
        return self.execute(f"SELECT {columns} FROM detections ORDER BY upload_id, frame_no, ordinal")

    async def enqueue(self, *upload_ids: int, queue: str = DETECTION_QUEUE) -> None:
        async with queues(self.redis_url) as bus:
            await bus.add(queue, [{"upload_id": upload_id} for upload_id in upload_ids])

    @asynccontextmanager
    async def working(
        self,
        detector: str | Detector = "fake:hash",
        *,
        batch: int = 4,
        deadline_s: float = 0.03,
        uploads: UploadSettings | None = None,
        write: Callable[[Unit], Awaitable[Any]] | None = None,
        consumer: str = "detector:0",
        storage: Any = None,
    ) -> AsyncIterator["Running"]:
        """A worker that runs until the block ends."""
        model = detector
        if isinstance(model, str):
            model = detector_spec(DetectorSettings(name=model), self.folder).load("cpu")
        counters = Counters()
        bus, engine = Bus(self.redis_url, consumer), async_engine(self.database_url, "detector", pool=2)
        with ThreadPoolExecutor(1) as thread, ThreadPoolExecutor(2) as threads:
            predictor = Predictor(model, thread, batch, deadline_s, counters)
            disk = storage or self.storage
            tools = Tools(
                predictor, disk, threads, LastPictures(disk, threads), uploads or UploadSettings(), 640, batch, counters
            )
            hints: list[str] = []
            worker = Worker(bus, engine, tools, write or self.write, hints.extend)
            task = asyncio.create_task(worker.run())
            try:
                yield Running(worker, task, tools, hints)
            finally:
                await worker.stop(5)
                await asyncio.wait({task}, timeout=5)
                await predictor.close()
                await bus.close()
                await engine.dispose()

    async def until(self, reached: Callable[[], bool], within_s: float = 20.0) -> None:
        """Wait until something is so; what it was at last is in the error."""
        async with asyncio.timeout(within_s):
            while not await asyncio.to_thread(reached):  # noqa: ASYNC110  (it happens in another process)
                await asyncio.sleep(0.02)

    async def until_acknowledged(self, within_s: float = 20.0) -> None:
        async with queues(self.redis_url) as bus, asyncio.timeout(within_s):
            while await bus.depth(DETECTION_QUEUE, DETECTION_BACKLOG):  # noqa: ASYNC110  (Redis tells nobody)
                await asyncio.sleep(0.02)


class Running:
    """A worker at work."""

    def __init__(self, worker: Worker, task: "asyncio.Task[None]", tools: Tools, hints: list[str]) -> None:
        self.worker, self.task, self.tools, self.hints = worker, task, tools, hints
        self.counters = tools.counters


@pytest.fixture
def house(database_url: str, redis_url: str, tmp_path: Path) -> Any:
    house = House(database_url, redis_url, tmp_path)
    yield house
    house.close()


def jpeg(seed: int | tuple[int, int, int], width: int = 320, height: int = 240) -> bytes:
    """A picture of noise, or of one colour."""
    if isinstance(seed, tuple):
        image: NDArray[np.uint8] = np.full((height, width, 3), seed[::-1], np.uint8)
    else:
        coarse = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), np.uint8)
        image = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])
    assert done
    return data.tobytes()


def clip(path: Path, seconds: float, fps: int = 10, size: tuple[int, int] = (320, 240)) -> bytes:
    """An MP4 of moving noise."""
    import av

    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(round(seconds * fps)):
            coarse = np.random.default_rng(number).integers(0, 255, (8, 8, 3), np.uint8)
            image = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path.read_bytes()
