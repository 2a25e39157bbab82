"""Uploads that stand in the database and on the disk as the watcher leaves them, ready for detectors."""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import psycopg

from homesec.bus import DETECTION_QUEUE, Bus
from homesec.media.local_storage import LocalStorage

CAMERAS = tuple(f"bench_{number}" for number in range(8))
_ADD = """
    INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, time_source,
        received_at)
    SELECT camera_id, %(volume)s, convert_to(path, 'UTF8'), size, 0, sha256, 'image',
        timestamptz '2026-01-01 UTC' + number * interval '1 second', 'name', now()
    FROM unnest(%(cameras)s::text[], %(paths)s::text[], %(sizes)s::bigint[], %(hashes)s::bytea[])
        WITH ORDINALITY AS line(camera_id, path, size, sha256, number)
    RETURNING id
"""


@dataclass(frozen=True)
class Source:
    """Where the uploads go."""

    storage: LocalStorage
    database: psycopg.Connection
    redis_url: str

    def fill(self, pictures: Iterator[bytes], count: int, round_name: str) -> None:
        """Write files, their rows, and the entries of the detection queue."""
        cameras = [CAMERAS[number % len(CAMERAS)] for number in range(count)]
        paths = [f"{camera}/{round_name}_{number}.jpg" for number, camera in enumerate(cameras)]
        sizes, hashes = [], []
        for path, data in zip(paths, islice(pictures, count), strict=True):
            file = self.storage.cameras_dir / path
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(data)
            sizes.append(len(data))
            hashes.append(hashlib.sha256(data).digest())
        for camera in CAMERAS:
            self.database.execute(
                "INSERT INTO cameras (id, name, folder_path) VALUES (%(id)s, %(id)s, %(id)s) ON CONFLICT DO NOTHING",
                {"id": camera},
            )
        values = {"volume": self.storage.volume, "cameras": cameras, "paths": paths, "sizes": sizes, "hashes": hashes}
        ids = [row[0] for row in self.database.execute(_ADD, values).fetchall()]
        asyncio.run(self._enqueue(ids))

    async def _enqueue(self, upload_ids: list[int]) -> None:
        bus = Bus(self.redis_url, "bench")
        for start in range(0, len(upload_ids), 500):
            await bus.add(DETECTION_QUEUE, [{"upload_id": number} for number in upload_ids[start : start + 500]])
        await bus.close()

    def forget(self) -> None:
        """What is still to be looked at is not any more."""
        asyncio.run(self._empty())
        self.database.execute("UPDATE uploads SET state = 'expired' WHERE state = 'pending'")

    async def _empty(self) -> None:
        bus = Bus(self.redis_url, "bench")
        await bus.client.flushall()
        await bus.close()

    def looked_at(self) -> int:
        [(count,)] = self.database.execute("SELECT count(*) FROM uploads WHERE state = 'detected'").fetchall()
        return int(count)
