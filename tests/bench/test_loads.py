"""What benches load the system with, and the plain programs that they compare it with."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import psycopg
import pytest

from homesec.bench import history
from homesec.bench.pictures import distinct, names, photographs, small_picture
from homesec.bench.plain_pipeline import PlainPipeline
from homesec.bench.queued import Source
from homesec.bench.raw_writes import add_uploads, copy_rows
from homesec.bus import DETECTION_QUEUE, Bus
from homesec.domain.capture_time import time_in_name
from homesec.media.local_storage import LocalStorage
from homesec.media.pictures import decode
from homesec.settings import Settings
from homesec.store.writer import Writer
from homesec.store.writes.detections import SaveDetections

_DETECTIONS = """
    SELECT detections.camera_id, ordinal, object_type, confidence, x1, y1, x2, y2, frame_width, media_type, model,
        appearance, detected_at
    FROM detections ORDER BY upload_id, ordinal
"""
_STATES = "SELECT state, detected_on IS NOT NULL, error, count(*) FROM uploads GROUP BY 1, 2, 3"
_MESSAGES = "SELECT seq, topic, type, payload ->> 'upload_id' FROM outbox ORDER BY seq"


def test_pictures_are_large_photographs_and_no_two_are_the_same_file() -> None:
    made = list(islice(distinct(photographs((640, 360)), "test"), 30))
    assert len({hashlib.sha256(picture).digest() for picture in made}) == 30
    assert all(decode(picture, 10**6).shape == (360, 640, 3) for picture in made)
    assert len({decode(picture, 10**6).tobytes() for picture in made}) == 12


def test_names_tell_the_capture_time() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    told = [time_in_name(name, start) for name in islice(names(start, timedelta(seconds=2)), 3)]
    assert told == [datetime(2026, 1, 1, 0, 0, second) for second in (0, 2, 4)]


def test_copy_stores_what_the_writer_stores(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        seen = add_uploads(connection, 20, 3, seed=1)
        assert copy_rows(connection, seen, uploads_a_commit=8) > 0
        copied = connection.execute(_DETECTIONS).fetchall()
        said = connection.execute(_MESSAGES).fetchall()
        states = connection.execute(_STATES).fetchall()
        connection.execute("UPDATE uploads SET state = 'pending', detected_on = NULL")
        connection.execute("TRUNCATE detections, outbox CASCADE")
        connection.execute("UPDATE outbox_head SET seq = 0")
        connection.commit()

        writer = Writer(database_url)
        try:
            writer.apply([SaveDetections(tuple(one.as_unit() for one in seen))])
        finally:
            writer.close()
        assert copied == connection.execute(_DETECTIONS).fetchall()
        assert sorted(said) == sorted(connection.execute(_MESSAGES).fetchall())
        assert states == connection.execute(_STATES).fetchall() == [("detected", True, None, 20)]
        assert len(copied) == 60


def test_the_plain_process_commits_a_row_for_every_file_and_object(tmp_path: Path, database_url: str) -> None:
    files = []
    for number, picture in enumerate(islice(distinct(photographs((640, 360)), "plain"), 5)):
        files.append(tmp_path / f"{number}.jpg")
        files[-1].write_bytes(picture)
    settings = Settings.load(data_dir=tmp_path, detector={"name": "null:person", "batch": 2})
    plain = PlainPipeline(settings, database_url)
    try:
        assert plain.run(files) > 0
    finally:
        plain.close()
    with psycopg.connect(database_url) as connection:
        hashes = {row[0] for row in connection.execute("SELECT sha256 FROM uploads WHERE state = 'done'")}
        assert hashes == {hashlib.sha256(file.read_bytes()).digest() for file in files}
        assert connection.execute("SELECT count(*), min(frame_width) FROM detections").fetchall() == [(5, 640)]
        assert [row[0] for row in connection.execute("SELECT seq FROM outbox ORDER BY seq")] == [1, 2, 3, 4, 5]


def test_queued_uploads_are_what_a_detector_finds(tmp_path: Path, database_url: str, redis_url: str) -> None:
    storage = LocalStorage.open(tmp_path / "cameras", tmp_path / "media")

    async def entries() -> int:
        bus = Bus(redis_url, "test")
        try:
            return len(await bus.bodies(DETECTION_QUEUE, "upload_id"))
        finally:
            await bus.close()

    with psycopg.connect(database_url, autocommit=True) as connection:
        source = Source(storage, connection, redis_url)
        source.fill(distinct([small_picture()], "test"), 20, "round")
        rows = connection.execute("SELECT path, size, sha256, volume FROM uploads WHERE state = 'pending'").fetchall()
        assert len(rows) == asyncio.run(entries()) == 20
        for path, size, sha256, volume in rows:
            data = (storage.cameras_dir / bytes(path).decode()).read_bytes()
            assert (len(data), hashlib.sha256(data).digest(), storage.volume) == (size, sha256, volume)
        source.forget()
        assert asyncio.run(entries()) == 0
        assert source.looked_at() == 0


@pytest.mark.timeout(60)
def test_a_history_has_events_of_every_kind_and_its_indexes_again(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        before = connection.execute("SELECT indexdef FROM pg_indexes ORDER BY 1").fetchall()
        history.make(connection, 20_000, lambda line: None)
        assert connection.execute("SELECT indexdef FROM pg_indexes ORDER BY 1").fetchall() == before
        levels = connection.execute("SELECT risk_level FROM events GROUP BY 1 ORDER BY 1").fetchall()
        assert levels == [("critical",), ("high",), ("low",), ("medium",)]
        [(rare,)] = connection.execute(
            "SELECT count(*) FROM events WHERE search_vector @@ websearch_to_tsquery('english', %s)", (history.RARE,)
        ).fetchall()
        assert rare == 2
        [(detections, links, audits)] = connection.execute(
            "SELECT (SELECT count(*) FROM detections), (SELECT count(*) FROM event_detections), "
            "(SELECT count(*) FROM event_audits)"
        ).fetchall()
        assert (detections, links, audits) == (1200, 1200, 400)
