"""What the writer is compared with: the same rows by COPY into the same indexed tables, in one commit."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
from psycopg.types.json import Jsonb

from homesec.bench.copy import DETECTIONS, OUTBOX
from homesec.store.writes.detections import DetectedUpload, SeenFrame, SeenObject

CAMERAS = tuple(f"bench_{number}" for number in range(8))
MODEL = "bench"
WIDTH, HEIGHT = 1920, 1080
_TYPES = ("person", "car", "dog", "cat", "truck")
_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """One upload and what was seen in it."""

    upload_id: int
    camera_id: str
    at: datetime
    objects: tuple[SeenObject, ...]

    @property
    def file_path(self) -> str:
        return f"{self.camera_id}/{self.upload_id}.jpg"

    def as_unit(self) -> DetectedUpload:
        return DetectedUpload(self.upload_id, self.file_path, MODEL, (SeenFrame(WIDTH, HEIGHT, self.objects),))

    def as_rows(self) -> list[tuple[Any, ...]]:
        return [
            (
                self.upload_id, self.camera_id, self.file_path, 0, ordinal, self.at, one.object_type, one.confidence,
                one.x1, one.y1, one.x2, one.y2, WIDTH, HEIGHT, "image", MODEL, one.appearance,
            )
            for ordinal, one in enumerate(self.objects)
        ]  # fmt: skip


def add_uploads(connection: psycopg.Connection, count: int, objects: int, seed: int) -> list[Seen]:
    """Cameras and pending uploads, written directly, since they are no part of what is measured."""
    with connection.cursor() as cursor:
        for camera in CAMERAS:
            cursor.execute(
                "INSERT INTO cameras (id, name, folder_path) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (camera, camera, camera),
            )
        cursor.execute(
            """
            INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, time_source,
                received_at)
            SELECT (%(cameras)s::text[])[number %% %(lanes)s + 1], 'bench', convert_to(number::text, 'UTF8'), 1, 0,
                sha256(convert_to(%(seed)s || '/' || number, 'UTF8')), 'image',
                %(start)s + number * interval '1 second', 'name', now()
            FROM generate_series(1, %(count)s) AS number
            RETURNING id, camera_id, captured_at
            """,
            {"cameras": list(CAMERAS), "lanes": len(CAMERAS), "seed": seed, "count": count,
             "start": _START + timedelta(days=seed)},
        )  # fmt: skip
        rows = cursor.fetchall()
    connection.commit()
    random = np.random.default_rng(seed)
    return [Seen(upload_id, camera, at, tuple(_objects(random, objects))) for upload_id, camera, at in rows]


def _objects(random: np.random.Generator, count: int) -> Iterator[SeenObject]:
    for number in range(count):
        x1, y1, width, height, confidence = (float(value) for value in random.random(5))
        yield SeenObject(
            _TYPES[number % len(_TYPES)], confidence, x1 / 2, y1 / 2, x1 / 2 + width / 2, y1 / 2 + height / 2,
            appearance=random.bytes(72),
        )  # fmt: skip


def copy_rows(connection: psycopg.Connection, seen: Sequence[Seen]) -> float:
    """Detections and one message an upload, each by one COPY, in one commit; gives the seconds."""
    rows = [row for one in seen for row in one.as_rows()]
    [(head,)] = connection.execute("SELECT seq FROM outbox_head").fetchall()
    connection.rollback()
    lines = [
        (head + 1 + number, "upload", "upload.detected", Jsonb(
            {"upload_id": one.upload_id, "camera_id": one.camera_id, "counts": {"person": len(one.objects)}}))
        for number, one in enumerate(seen)
    ]  # fmt: skip
    started = time.perf_counter()
    with connection.cursor() as cursor:
        DETECTIONS.rows(cursor, rows)
        OUTBOX.rows(cursor, lines)
        cursor.execute("UPDATE outbox_head SET seq = seq + %s", (len(lines),))
    connection.commit()
    return time.perf_counter() - started
