"""A homesec without Ray, for browsers: the real API, units, tables and files; the test says what cameras see."""

import asyncio
import hashlib
import os
import threading
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from sqlalchemy import text

from homesec.aggregate import Aggregation
from homesec.analyse import Analysis
from homesec.api.app import create_api
from homesec.api.credentials import digest, new_secret
from homesec.api.local_services import LocalServices
from homesec.api.services import Part
from homesec.domain.camera_id import camera_id
from homesec.keep import Keeper
from homesec.local.ports import LOOPBACK, free_port
from homesec.media.local_storage import LocalStorage
from homesec.media.pictures import decode, thumbnail
from homesec.settings import Settings, WindowSettings
from homesec.store.writes.access import By
from homesec.store.writes.detections import DetectedUpload, SaveDetections, SeenFrame, SeenObject
from homesec.store.writes.keys import CreateKey, CreateToken, RevokeKey
from homesec.store.writes.unit import Unit
from homesec.store.writes.uploads import EnsureCamera, NewUpload, RegisterUploads
from homesec.vision import hog

ANSWER_S = 20.0  # nothing here takes longer; a test that hangs must end
BY = By("cli")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Sight:
    """An object that a picture shows: class, confidence, corners in 0..1."""

    object_type: str
    confidence: float
    box: tuple[float, float, float, float]


class Indoors(LocalServices):
    """What the API needs, staying when the API goes: a test may shut the server and open it again."""

    said: tuple[Part, ...] = (
        Part("writer", "ok", {"because": None, "commits": 31, "commit_s": 0.8912}),
        Part("watcher", "ok", {"mode": "watching", "folders": 3, "refused": {}, "settled": True}),
        Part("detector:0", "ok", {"model": "hog", "device": "cpu", "stand_in": hog.STAND_IN, "frames": 12}),
        Part("analyst:0", "ok", {"events": 7, "scorer": "evidence only"}),
    )

    async def parts(self) -> list[Part]:
        return list(self.said)

    async def close(self) -> None:
        """Only `end` ends it."""

    async def end(self) -> None:
        await super().close()


class House:
    """Everything on one loop in a thread of its own."""

    def __init__(self, data_dir: Path, database_url: str, redis_url: str) -> None:
        self.settings = Settings.load(data_dir=data_dir, database_url=database_url, redis_url=redis_url)
        self.storage = LocalStorage.open(self.settings.cameras_dir, self.settings.media_dir)
        self.indoors = Indoors(self.settings, database_url, redis_url, self.storage)
        self.port = free_port((LOOPBACK,))  # free between `shut` and `open` too: nobody is given it by chance
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: uvicorn.Server | None = None
        self._pictures = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="house", daemon=True)
        self._thread.start()

    # the front door

    def open(self) -> None:
        """Serve on the same port as before."""
        config = uvicorn.Config(
            create_api(self.indoors), host="127.0.0.1", port=self.port, log_level="warning", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.run_coroutine_threadsafe(self._server.serve(), self._loop)
        deadline = time.monotonic() + ANSWER_S
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        assert self._server.started

    def shut(self) -> None:
        """The server goes away; what is stored stays."""
        if self._server is not None:
            self._server.should_exit = True
            self._serving.result(ANSWER_S)
            self._server = None

    def end(self) -> None:
        self.shut()
        self._run(self.indoors.end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(ANSWER_S)
        self._loop.close()

    # what tests do

    def key(self, role: str = "admin", name: str = "Ann", cameras: tuple[str, ...] | None = None) -> str:
        secret = new_secret()
        self.apply(CreateKey(name, role, cameras, digest(secret), BY))
        return secret

    def link(self) -> str:
        """The link that homesec prints when it starts."""
        made = self.apply(CreateKey("admin.key", "admin", None, digest(new_secret()), BY))
        token = new_secret()
        self.apply(CreateToken(made["id"], digest(token), datetime.now(UTC) + timedelta(minutes=10), BY))
        return f"{self.url}/#token={token}"

    def revoke(self, name: str) -> None:
        for key in self.rows("SELECT id FROM api_keys WHERE name = :name", name=name):
            self.apply(RevokeKey(key.id, BY))

    def apply(self, unit: Unit) -> Any:
        return self._run(self.indoors.write(unit))

    def camera(self, folder: str, name: str | None = None) -> str:
        self.apply(EnsureCamera(camera_id(folder), name or folder, folder))
        return camera_id(folder)

    def upload(self, camera: str, picture: bytes, at: datetime, name: str = "", error: str | None = None) -> int:
        """A file in the camera's folder, registered; with an error it is rejected."""
        self._pictures += 1
        name = name or f"{self._pictures:04}.jpg"
        data = _unique(picture, self._pictures)
        path = self.settings.cameras_dir / camera / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        found = path.stat()
        file = NewUpload(
            camera, self.storage.volume, os.fsencode(f"{camera}/{name}"), found.st_size, found.st_mtime_ns,
            hashlib.sha256(data).digest(), "image", at, "exif", False, datetime.now(UTC), error,
        )  # fmt: skip
        [registered] = self.apply(RegisterUploads((file,)))
        return int(registered.upload_id)

    def see(self, camera: str, picture: bytes, sights: Sequence[Sight], at: datetime | None = None) -> None:
        """The camera sends a picture, and this is seen in it."""
        self.note(camera, picture, sights, at)
        self.settle()

    def note(self, camera: str, picture: bytes, sights: Sequence[Sight], at: datetime | None = None) -> None:
        """The same, before the aggregator and the analyst have come to it."""
        upload_id = self.upload(camera, picture, at or datetime.now(UTC))
        width, height, small, middle = _copies(picture)
        thumb = f"thumbs/{upload_id // 1000}/{upload_id}_0.jpg"
        self._run(self.storage.write_media(self.storage.volume, thumb, small))
        self._run(self.storage.write_media(self.storage.volume, f"last/{camera}.jpg", middle))
        objects = tuple(SeenObject(sight.object_type, sight.confidence, *sight.box) for sight in sights)
        seen = SeenFrame(width, height, objects, thumbnail_path=thumb)
        self.apply(SaveDetections((DetectedUpload(upload_id, "a picture", "fake", (seen,)),)))

    def settle(self, later: timedelta = timedelta(0)) -> None:
        """Let aggregator and analyst do what is due, as if it were later than now."""
        self._run(self._settle(later))

    async def _settle(self, later: timedelta) -> None:
        database, write = self.indoors.database, self.indoors.write
        windows = WindowSettings(reorder_s=0)
        await Aggregation(windows, database, self.indoors.bus, write, clock=lambda: datetime.now(UTC) + later).round()
        due = text("SELECT id FROM batches WHERE eventful AND analysed_revision < revision ORDER BY started_at, id")
        async with database.connect() as connection:
            batches = (await connection.execute(due)).scalars().all()
        for batch in batches:
            await Analysis(database, write, "UTC").analyse(batch)

    def keep(self) -> None:
        """Let the keeper count hours and make heatmaps, as if this hour were over."""
        later = datetime.now(UTC) + timedelta(hours=1)
        self._run(Keeper(self.indoors.database, self.indoors.write, "UTC").round(later))

    def store(self, name: str, data: bytes) -> None:
        """A file in the media folder."""
        self._run(self.storage.write_media(self.storage.volume, name, data))

    def rows(self, query: str, **values: Any) -> list[Any]:
        async def read() -> list[Any]:
            async with self.indoors.database.connect() as connection:
                return list((await connection.execute(text(query), values)).all())

        return self._run(read())

    def sql(self, statement: str, **values: Any) -> None:
        """What no unit of the pipeline does, for a test."""

        async def execute() -> None:
            async with self.indoors.database.begin() as connection:
                await connection.execute(text(statement), values)

        self._run(execute())

    def _run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWER_S)


@lru_cache(maxsize=4)
def _copies(picture: bytes) -> tuple[int, int, bytes, bytes]:
    """Width, height, thumbnail, last picture."""
    frame = decode(picture, 10**8)
    height, width = frame.shape[:2]
    return width, height, thumbnail(frame, 480), thumbnail(frame, 960)


def _unique(picture: bytes, number: int) -> bytes:
    """The same picture with other bytes: a JPEG comment after the start of the image."""
    comment = str(number).encode()
    return picture[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + picture[2:]
