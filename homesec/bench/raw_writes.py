"""What the writer is compared with: the same rows by COPY into the same indexed tables, with the same state change.

What it does not do is what the writer costs: gathering units of several processes, results for each, conditions,
single errors.
"""

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
_TAKE = "UPDATE uploads SET state = 'detected', detected_on = now(), error = NULL WHERE id = ANY(%s)"
_NUMBER = "UPDATE outbox_head SET seq = seq + %s RETURNING seq"


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


def copy_rows(connection: psycopg.Connection, seen: Sequence[Seen], uploads_a_commit: int) -> float:
    """Store what the writer would store; gives the seconds.

    Each commit holds the state change of its uploads, their detections and one message an upload, and is on the disk
    before the next begins.
    """
    chunks = [seen[start : start + uploads_a_commit] for start in range(0, len(seen), uploads_a_commit)]
    work = [([one.upload_id for one in chunk], [row for one in chunk for row in one.as_rows()]) for chunk in chunks]
    payloads = [
        [
            Jsonb({"upload_id": one.upload_id, "camera_id": one.camera_id, "counts": {"person": len(one.objects)}})
            for one in chunk
        ]
        for chunk in chunks
    ]
    started = time.perf_counter()
    for (ids, rows), lines in zip(work, payloads, strict=True):
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, (ids,))
            DETECTIONS.rows(cursor, rows)
            [(head,)] = cursor.execute(_NUMBER, (len(ids),)).fetchall()
            first = head - len(ids) + 1
            OUTBOX.rows(cursor, ((first + n, "upload", "upload.detected", line) for n, line in enumerate(lines)))
        connection.commit()
    return time.perf_counter() - started
