"""Views of uploads become references and scene changes, on a real database and a real disk."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.errors import HomesecError
from homesec.media.local_storage import LocalStorage
from homesec.media.pictures import thumbnail
from homesec.scenes import SceneCheck
from homesec.settings import UploadSettings
from homesec.store.sessions import async_engine
from homesec.store.writer import Writer
from homesec.store.writes.access import By
from homesec.store.writes.detections import DetectedUpload, SaveDetections, SeenFrame, SeenObject
from homesec.store.writes.scenes import AcknowledgeSceneChange, SeenView
from homesec.store.writes.unit import Unit
from homesec.store.writes.uploads import EnsureCamera, NewUpload, RegisterUploads
from tests.scenery import T0, covered, house

HALF_HOURS = [(house(0.35 + 0.6 * abs(np.cos(n / 15)), n), (n - 48) * 1800.0) for n in range(48)]
CLOTH = [(covered(n), n * 2.0) for n in range(5)]


@dataclass
class Place:
    """One camera, from the detector's write to the scene check."""

    engine: AsyncEngine
    folder: Path
    storage: LocalStorage
    write: Any
    check: SceneCheck = field(init=False)
    number: int = 0

    def __post_init__(self) -> None:
        self.check = self.restarted()

    def restarted(self) -> SceneCheck:
        return SceneCheck(self.engine, self.write, self.storage, UploadSettings())

    async def see(
        self, pictures: Sequence[tuple[NDArray[np.uint8], float]], objects: tuple[SeenObject, ...] = ()
    ) -> None:
        """Pictures at so many seconds from T0 are uploaded and looked at."""
        files = []
        for grey, at_s in pictures:
            self.number += 1
            large = cv2.resize(np.repeat(grey[..., None], 3, axis=2), (256, 144), interpolation=cv2.INTER_NEAREST)
            data = thumbnail(np.asarray(large, np.uint8), 256)
            name = f"{self.number}.jpg"
            (self.folder / name).write_bytes(data)
            at, path = T0 + timedelta(seconds=at_s), f"front_door/{name}".encode()
            sha256 = hashlib.sha256(data).digest()
            files.append(
                NewUpload(
                    "front_door", self.storage.volume, path, len(data), self.number, sha256, "image", at, "exif",
                    False, at,
                )
            )  # fmt: skip
        ids = await self.write(RegisterUploads(tuple(files)))
        items = [
            DetectedUpload(one.upload_id, "x", "fake", (SeenFrame(256, 144, objects),), SeenView("day", grey.tobytes()))
            for one, (grey, _) in zip(ids, pictures, strict=True)
        ]
        await self.write(SaveDetections(tuple(items)))

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]


@asynccontextmanager
async def place(database_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    writer, engine = Writer(database_url), async_engine(database_url, "test")
    thread = ThreadPoolExecutor(1)  # a writer belongs to one thread

    async def write(unit: Unit) -> Any:
        [result], _ = await asyncio.get_running_loop().run_in_executor(thread, writer.apply, [unit])
        if isinstance(result, HomesecError):
            raise result
        return result

    storage = LocalStorage.open(tmp_path / "cameras", tmp_path / "media")
    (tmp_path / "cameras/front_door").mkdir()
    try:
        await write(EnsureCamera("front_door", "Front door", "front_door"))
        yield Place(engine, tmp_path / "cameras/front_door", storage, write)
    finally:
        await engine.dispose()
        writer.close()
        thread.shutdown()


def test_a_covered_camera_is_told_once_with_pictures_and_ends_with_its_repair(
    database_url: str, tmp_path: Path
) -> None:
    """Also when the check is begun anew after every picture: all it knows stands in rows."""

    async def run() -> None:
        async with place(database_url, tmp_path) as here:
            await here.see([*HALF_HOURS, (house(seed=99), -1.0)])
            await here.check.round()
            assert await here.rows("SELECT light, state->>'pictures' FROM scene_references") == [("day", "49")]
            assert await here.rows("SELECT * FROM scene_changes") == []
            for picture in CLOTH:
                await here.see([picture])
                await here.restarted().round()
            [(kind, at, score, before, after, volume)] = await here.rows(
                "SELECT change_type, detected_at, similarity_score, before_path, file_path, volume FROM scene_changes"
            )
            assert (kind, at) == ("view_blocked", T0)
            assert score < 0.25
            for path in here.folder.iterdir():
                path.unlink()  # the pictures of before and after outlive their uploads
            bright, dark = [
                cv2.imdecode(np.frombuffer(await here.storage.read_media(volume, name), np.uint8), cv2.IMREAD_COLOR)
                for name in (before, after)
            ]
            assert bright.mean() > 80 > 40 > dark.mean()
            await here.see([(house(seed=n), 900.0 + n) for n in range(3)])
            await here.check.round()
            assert await here.rows("SELECT ended_at FROM scene_changes") == [(T0 + timedelta(seconds=901),)]
            messages = await here.rows(
                "SELECT payload->>'change_type', payload->>'ended' FROM outbox "
                "WHERE type = 'scene.changed' ORDER BY seq"
            )
            assert messages == [("view_blocked", "false"), ("view_blocked", "true")]
            assert await here.rows("SELECT * FROM scene_views") == [], "what was taken is gone"

    asyncio.run(run())


def test_a_view_that_its_owner_left_so_becomes_the_usual_one(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with place(database_url, tmp_path) as here:
            await here.see([*HALF_HOURS, *CLOTH])
            await here.check.round()
            [(change_id,)] = await here.rows("SELECT id FROM scene_changes")
            await here.write(AcknowledgeSceneChange("front_door", change_id, By("cli")))
            await here.see([(covered(70), 3600.0)])
            await here.check.round()
            assert await here.rows("SELECT ended_at FROM scene_changes") == [(None,)]
            await here.see([(covered(80 + n), 90_000.0 + n * 600) for n in range(3)])
            await here.check.round()
            assert await here.rows("SELECT ended_at FROM scene_changes") == [(T0 + timedelta(seconds=90_000),)]
            assert await here.rows("SELECT state->>'pictures' FROM scene_references") == [("3",)]

    asyncio.run(run())


def test_what_is_detected_hides_the_scene(database_url: str, tmp_path: Path) -> None:
    """Somebody right before the lens is no cloth, and neither is what counts for nothing else."""

    async def run() -> None:
        async with place(database_url, tmp_path) as here:
            await here.see(HALF_HOURS)
            await here.see(CLOTH, (SeenObject("truck", 0.9, 0.0, 0.0, 1.0, 1.0, "class not wanted"),))
            await here.check.round()
            assert await here.rows("SELECT * FROM scene_changes") == []

    asyncio.run(run())
