"""A home with a real database and disk, in which jobs run."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from homesec.errors import HomesecError
from homesec.jobs.context import JobKind
from homesec.jobs.registry import KINDS
from homesec.jobs.runner import Runner
from homesec.media.local_storage import LocalStorage
from homesec.settings import Settings
from homesec.store.sessions import async_engine
from homesec.store.writer import Writer
from homesec.store.writes.access import By
from homesec.store.writes.detections import DetectedUpload, SaveDetections, SeenFrame, SeenObject
from homesec.store.writes.jobs import CreateJob, Progress, new_job_id
from homesec.store.writes.unit import Unit
from homesec.store.writes.uploads import EnsureCamera, NewUpload, RegisterUploads

BY = By("cli")
CAMERA = "front_door"


class Home:
    """Everything round a runner, which may die and be replaced."""

    def __init__(self, data_dir: Path, database_url: str, **settings: Any) -> None:
        self.settings = Settings.load(data_dir=data_dir, **settings)
        self.database_url = database_url
        self.storage = LocalStorage.open(self.settings.cameras_dir, self.settings.media_dir)
        self.engine = async_engine(database_url, "test")
        self.steps: list[str] = []
        """What jobs said they do."""
        self.stop_at: str | None = None
        """A runner hangs for ever where a job says this, as if its machine had died."""
        self.hanging = asyncio.Event()
        self._writer, self._thread = Writer(database_url), ThreadPoolExecutor(1)
        self._pictures = 0

    async def write(self, unit: Unit) -> Any:
        results, _ = await asyncio.get_running_loop().run_in_executor(self._thread, self._writer.apply, [unit])
        if isinstance(results[0], HomesecError):
            raise results[0]
        if isinstance(unit, Progress) and unit.step:
            self.steps.append(unit.step)
            if self.stop_at and unit.step.startswith(self.stop_at):
                self.hanging.set()
                await asyncio.Event().wait()
        return results[0]

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._writer.close)
        self._thread.shutdown()
        await self.engine.dispose()

    def runner(self, kinds: Mapping[str, JobKind] = KINDS, lease_s: float = 60.0) -> Runner:
        """One that asks for nothing by itself."""
        quiet = {name: JobKind(name, kind.run) for name, kind in kinds.items()}
        return Runner(quiet, self.engine, self.write, self.storage, self.settings, lease_s)

    async def ask(self, kind: str, **params: Any) -> str:
        row = await self.write(CreateJob(new_job_id(kind), kind, params, BY))
        return str(row["id"])

    async def run(self, kind: str, **params: Any) -> dict[str, Any]:
        """The job's row, after a runner did what there was to do."""
        job_id = await self.ask(kind, **params)
        while await self.runner().round() == 0.0:
            continue
        return await self.job(job_id)

    async def killed_at(self, step: str, runner: Runner) -> None:
        """Let the runner die where its job says this; its lease has run out."""
        self.stop_at = step
        self.hanging.clear()
        task = asyncio.create_task(runner.round())
        async with asyncio.timeout(10):
            await self.hanging.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self.stop_at = None
        await self.sql("UPDATE jobs SET lease_until = now() - interval '1 second' WHERE status = 'running'")

    async def job(self, job_id: str) -> dict[str, Any]:
        [row] = await self.rows("SELECT * FROM jobs WHERE id = :id", id=job_id)
        return dict(row._mapping)

    async def rows(self, query: str, **values: Any) -> list[Any]:
        async with self.engine.connect() as connection:
            return list(await connection.execute(text(query), values))

    async def sql(self, statement: str, **values: Any) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text(statement), values)

    async def picture(self, age: timedelta, seen: bool = True) -> Path:
        """A file that came so long ago, with a detection in it and its thumbnail; its upload is done."""
        self._pictures += 1
        at, number = datetime.now(UTC) - age, self._pictures
        path = self.settings.cameras_dir / "Front Door" / f"{number:04}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\xff\xd8\xff" + os.urandom(100))
        await self.write(EnsureCamera(CAMERA, "Front Door", "Front Door"))
        found = path.stat()
        file = NewUpload(
            CAMERA, self.storage.volume, os.fsencode(f"Front Door/{path.name}"), found.st_size, found.st_mtime_ns,
            hashlib.sha256(path.read_bytes()).digest(), "image", at, "exif", False, at,
        )  # fmt: skip
        [registered] = await self.write(RegisterUploads((file,)))
        objects = (SeenObject("person", 0.9, 0.1, 0.2, 0.3, 0.4, None),) if seen else ()
        thumb = f"thumbs/0/{registered.upload_id}_0.jpg" if seen else None
        if thumb is not None:
            await self.storage.write_media(self.storage.volume, thumb, b"small")
        frame = SeenFrame(64, 48, objects, thumbnail_path=thumb)
        await self.write(SaveDetections((DetectedUpload(registered.upload_id, "a picture", "fake", (frame,)),)))
        await self.sql("UPDATE uploads SET state = 'done' WHERE id = :id", id=registered.upload_id)
        return path

    async def event(self, age: timedelta, **columns: Any) -> int:
        """An event that rests on all detections that belong to none yet."""
        at = datetime.now(UTC) - age
        [(batch_id,)] = await self.rows_of(
            "INSERT INTO batches (camera_id, started_at, last_at, status, close_reason) "
            "VALUES (:camera, :at, :at, 'closed', 'idle') RETURNING id", camera=CAMERA, at=at)  # fmt: skip
        await self.sql("UPDATE detections SET batch_id = :id WHERE batch_id IS NULL", id=batch_id)
        [(event_id,)] = await self.rows_of(
            "INSERT INTO events (batch_id, batch_revision, camera_id, started_at, ended_at, created_at, risk_score, "
            "risk_level, summary, reasoning, object_types, cover_detection_id, notes, search_vector) "
            "VALUES (:batch, 1, :camera, :at, :at, :at, 10, 'low', :summary, 'none', '{person}', "
            "(SELECT max(id) FROM detections WHERE batch_id = :batch), :notes, to_tsvector('english', '')) "
            "RETURNING id",
            batch=batch_id, camera=CAMERA, at=at, summary=columns.get("summary", "1 person"),
            notes=columns.get("notes"),
        )  # fmt: skip
        await self.sql(
            "INSERT INTO event_detections SELECT :event, id FROM detections WHERE batch_id = :batch",
            event=event_id, batch=batch_id,
        )  # fmt: skip
        return int(event_id)

    async def rows_of(self, statement: str, **values: Any) -> list[Any]:
        async with self.engine.begin() as connection:
            return list(await connection.execute(text(statement), values))


@asynccontextmanager
async def home(data_dir: Path, database_url: str, **settings: Any) -> AsyncIterator[Home]:
    place = Home(data_dir, database_url, **settings)
    try:
        yield place
    finally:
        await place.close()
