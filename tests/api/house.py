"""The API on a loopback port, with a real database, Redis and disk; the test says what cameras see."""

import asyncio
import hashlib
import io
import os
import socket
import threading
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg
import uvicorn
from PIL import Image
from sqlalchemy import text
from sqlalchemy.engine import make_url

from homesec.aggregate import Aggregation
from homesec.analyse import Analysis
from homesec.api import create_api
from homesec.api.credentials import digest, new_secret
from homesec.api.local_services import LocalServices
from homesec.domain.camera_id import camera_id
from homesec.domain.camera_settings import CameraSettings
from homesec.domain.followed import Box
from homesec.media.local_storage import LocalStorage
from homesec.settings import Settings, WindowSettings
from homesec.store.writes.access import By
from homesec.store.writes.detections import DetectedUpload, SaveDetections, SeenFrame, SeenObject
from homesec.store.writes.keys import CreateKey
from homesec.store.writes.unit import Message, Outcome, Unit
from homesec.store.writes.uploads import EnsureCamera, NewUpload, RegisterUploads

ANSWER_S = 20.0  # nothing here takes longer; a test that hangs must end
BY = By("cli")
SOMEWHERE = (0.1, 0.2, 0.3, 0.4)
T0 = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
Answer = TypeVar("Answer")


class Say:
    """A unit that only sends messages."""

    def __init__(self, *messages: Message) -> None:
        self.messages = messages

    def apply(self, connection: Any) -> Outcome:
        return Outcome(None, self.messages)


class House:
    """Services and server on one loop in a thread of its own."""

    def __init__(self, data_dir: Path, database_url: str, redis_url: str, /, **settings: Any) -> None:
        self.settings = Settings.load(data_dir=data_dir, **settings)
        self.storage = LocalStorage.open(self.settings.cameras_dir, self.settings.media_dir)
        self._database_url = database_url
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="house", daemon=True)
        self._thread.start()
        self.services = self.run(_made(self.settings, database_url, redis_url, self.storage))
        self.app = create_api(self.services)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as actors/quick_proxy.py does for Serve
        # a fixed and small one, so that what a client does not take cannot hide in the kernel by the megabyte
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        self.port = int(self._socket.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            self.app, log_level="warning", timeout_graceful_shutdown=1, lifespan="on", proxy_headers=False
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.run_coroutine_threadsafe(self._server.serve([self._socket]), self._loop)
        self.run(self._started())
        self._pictures = 0

    async def _started(self) -> None:
        while not self._server.started:  # noqa: ASYNC110  (uvicorn has no event for it)
            await asyncio.sleep(0.01)

    def close(self) -> None:
        self._server.should_exit = True
        self._serving.result(ANSWER_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(ANSWER_S)
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWER_S)

    def apply(self, unit: Unit) -> Any:
        return self.run(self.services.write(unit))

    def say(self, *messages: Message) -> None:
        self.apply(Say(*messages))

    def key(self, role: str = "admin", cameras: tuple[str, ...] | None = None, name: str = "test") -> str:
        secret = new_secret()
        self.apply(CreateKey(name, role, cameras, digest(secret), BY))
        return secret

    def client(self, key: str | None, **headers: str) -> httpx.Client:
        given = {"X-API-Key": key, **headers} if key else headers
        return httpx.Client(base_url=self.url, headers=given, timeout=ANSWER_S)

    def camera(self, folder: str) -> str:
        self.apply(EnsureCamera(camera_id(folder), folder, folder))
        return camera_id(folder)

    def upload(self, camera: str, at: datetime = T0, error: str | None = None) -> int:
        """A registered picture in the camera's folder; with an error it is rejected."""
        self._pictures += 1
        name, data = f"{self._pictures:04}.jpg", picture(self._pictures)
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

    def see(
        self, camera: str, *object_types: str, at: datetime = T0, confidence: float = 0.9, box: Box = SOMEWHERE
    ) -> int:
        """The camera sends a picture, and this is seen in it. Gives the upload's id."""
        upload_id = self.upload(camera, at)
        thumb = f"thumbs/{upload_id // 1000}/{upload_id}_0.jpg"
        self.run(self.storage.write_media(self.storage.volume, thumb, picture(upload_id, 48)))
        self.run(self.storage.write_media(self.storage.volume, f"last/{camera}.jpg", picture(upload_id, 96)))
        reason = CameraSettings().exclusion("person", confidence)
        objects = tuple(SeenObject(name, confidence, *box, reason) for name in object_types)
        seen = SeenFrame(64, 48, objects, thumbnail_path=thumb)
        self.apply(SaveDetections((DetectedUpload(upload_id, "a picture", "fake", (seen,)),)))
        return upload_id

    def settle(self, later: timedelta = timedelta(0)) -> None:
        """Let aggregator and analyst do what is due, as if it were later than now."""
        self.run(self._settle(later))

    async def _settle(self, later: timedelta) -> None:
        services = self.services
        clock = lambda: datetime.now(UTC) + later  # noqa: E731
        await Aggregation(
            WindowSettings(reorder_s=0), services.database, services.bus, services.write, clock=clock
        ).round()
        due = text("SELECT id FROM batches WHERE eventful AND analysed_revision < revision ORDER BY started_at, id")
        async with services.database.connect() as connection:
            batches = (await connection.execute(due)).scalars().all()
        for batch in batches:
            await Analysis(services.database, services.write, "UTC").analyse(batch)

    def rows(self, query: str, **values: Any) -> Sequence[Any]:
        async def read() -> Sequence[Any]:
            async with self.services.database.begin() as connection:
                return (await connection.execute(text(query), values)).all()

        return self.run(read())

    def sql(self, statement: str, **values: Any) -> None:
        """What no unit does, for a test."""

        async def execute() -> None:
            async with self.services.database.begin() as connection:
                await connection.execute(text(statement), values)

        self.run(execute())


    def replace_with_clip(self, path: str, data: bytes, frame_no: int) -> None:
        """Let a registered picture have been a clip, and its detections one of its frames."""
        (self.settings.cameras_dir / path).write_bytes(data)
        self.sql(
            "UPDATE uploads SET size = :size, sha256 = :sha256, media_type = 'video' WHERE path = :path",
            size=len(data), sha256=hashlib.sha256(data).digest(), path=path.encode(),
        )  # fmt: skip
        self.sql("UPDATE detections SET media_type = 'video', frame_no = :frame_no", frame_no=frame_no)

    def close_database(self, name: str) -> None:
        """PostgreSQL is there, and lets nobody in: as away as it can be for one database."""
        with self._elsewhere() as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    def open_database(self, name: str) -> None:
        with self._elsewhere() as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def _elsewhere(self) -> psycopg.Connection[Any]:
        url = make_url(self._database_url).set(database="postgres").render_as_string(hide_password=False)
        return psycopg.connect(url, autocommit=True)


async def _made(settings: Settings, database_url: str, redis_url: str, storage: LocalStorage) -> LocalServices:
    return LocalServices(settings, database_url, redis_url, storage)


def picture(number: int, width: int = 64) -> bytes:
    """A small JPEG, another one for each number."""
    data = io.BytesIO()
    Image.new("RGB", (width, width * 3 // 4), (number * 37 % 256, number * 91 % 256, number % 256)).save(data, "JPEG")
    comment = str(number).encode()
    made = data.getvalue()
    return made[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + made[2:]
