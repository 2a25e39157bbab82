"""What the whole system is compared with: one process that reads, hashes, decodes, predicts in batches and COPYs.

It knows neither queues nor restarts; what it does not do is what the system costs.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

from homesec.bench.copy import DETECTIONS, OUTBOX, UPLOADS
from homesec.detect.frames import LAST_PICTURE_PX, seen_objects
from homesec.domain.camera_settings import CameraSettings
from homesec.media.pictures import Picture, decode_near
from homesec.settings import Settings
from homesec.store.writes.detections import SeenObject
from homesec.vision.registry import detector_spec
from homesec.vision.spec import Detector

CAMERA = "plain"


@dataclass(frozen=True)
class _Read:
    """A file after its thread: its bytes' hash, its picture."""

    path: Path
    size: int
    sha256: bytes
    picture: Picture


class PlainPipeline:
    """The same detector, batch, decoder and number of decode threads as the system's settings say."""

    def __init__(self, settings: Settings, database_url: str) -> None:
        self._settings = settings
        self._detector: Detector = detector_spec(settings.detector, settings.models_dir).load("cpu")
        self._needed_px = max(settings.detector.image_size, LAST_PICTURE_PX)  # what the system decodes to
        self._threads = ThreadPoolExecutor(settings.detector.decode_threads)
        self._connection = psycopg.connect(database_url)
        self._connection.execute(
            "INSERT INTO cameras (id, name, folder_path) VALUES (%(id)s, %(id)s, %(id)s) ON CONFLICT DO NOTHING",
            {"id": CAMERA},
        )
        self._connection.commit()

    def close(self) -> None:
        self._threads.shutdown()
        self._connection.close()

    def run(self, files: Sequence[Path]) -> float:
        """From the files to committed rows; gives the seconds. The next batch is decoded while one is looked at."""
        started = time.perf_counter()
        for batch in self._batches(files):
            found = self._detector.predict([one.picture.image for one in batch])
            objects = [seen_objects(one, CameraSettings()) for one in found]
            self._save(batch, objects)
        return time.perf_counter() - started

    def _batches(self, files: Sequence[Path]) -> Iterator[list[_Read]]:
        size = self._settings.detector.batch
        parts = [files[start : start + size] for start in range(0, len(files), size)]
        ahead: list[Future[_Read]] = []
        for number in range(len(parts) + 1):
            current, ahead = ahead, [self._threads.submit(self._read, path) for path in
                                     (parts[number] if number < len(parts) else [])]  # fmt: skip
            if current:
                yield [future.result() for future in current]

    def _read(self, path: Path) -> _Read:
        data = path.read_bytes()
        picture = decode_near(data, self._settings.uploads.max_pixels, self._needed_px)
        return _Read(path, len(data), hashlib.sha256(data).digest(), picture)

    def _save(self, batch: Sequence[_Read], objects: Sequence[tuple[SeenObject, ...]]) -> None:
        now = datetime.now(UTC)
        [(first,)] = self._connection.execute(
            "SELECT nextval(pg_get_serial_sequence('uploads', 'id')) FROM generate_series(1, %s) ORDER BY 1 LIMIT 1",
            (len(batch),),
        ).fetchall()
        ids = range(first, first + len(batch))
        uploads = [
            (upload_id, CAMERA, "plain", bytes(one.path), one.size, 0, one.sha256, "image", now, "mtime", now, "done")
            for upload_id, one in zip(ids, batch, strict=True)
        ]
        detections = [
            (
                upload_id, CAMERA, str(one.path), 0, ordinal, now, item.object_type, item.confidence, item.x1, item.y1,
                item.x2, item.y2, one.picture.width, one.picture.height, "image", self._detector.name, item.appearance,
            )
            for upload_id, one, items in zip(ids, batch, objects, strict=True)
            for ordinal, item in enumerate(items)
        ]  # fmt: skip
        with self._connection.cursor() as cursor:
            UPLOADS.rows(cursor, uploads)
            DETECTIONS.rows(cursor, detections)
            cursor.execute("UPDATE outbox_head SET seq = seq + %s RETURNING seq", (len(batch),))
            [(head,)] = cursor.fetchall()
            lines = [
                (head - len(batch) + 1 + number, "upload", "upload.detected", Jsonb({"upload_id": upload_id}))
                for number, upload_id in enumerate(ids)
            ]
            OUTBOX.rows(cursor, lines)
        self._connection.commit()
