"""Kill -9 of everything, one after the other, under load: nothing is lost, nothing is doubled."""

import io
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, LiteralString

import numpy as np
import psutil
import psycopg
import pytest
import redis
from PIL import Image

from tests.e2e.running import SCRIPT, Listener, Running, until

pytestmark = pytest.mark.timeout(600)

CAMERAS = ("front_door", "driveway", "back_yard", "street")
CALM = "calm_"  # the same pictures came from cameras of such names before anything was killed
PICTURES = 500  # of each
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
DETECTOR = "fake:hash"  # what it sees follows from the picture's bytes alone, so two runs can be compared


@dataclass(frozen=True)
class Picture:
    camera: str
    name: str
    data: bytes


def picture(number: int) -> Picture:
    """The picture of this number, the same on every call: noise, two seconds apart on each camera, with pauses."""
    camera = CAMERAS[number % len(CAMERAS)]
    turn = number // len(CAMERAS)
    at = START + timedelta(seconds=2 * turn + 60 * (turn // 12))
    pixels = np.random.default_rng(number).integers(0, 255, (12, 16, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((320, 240)).save(buffer, "JPEG", quality=80)
    return Picture(camera, f"{camera}_{at:%Y%m%d_%H%M%S}.jpg", buffer.getvalue())


def pictures() -> list[Picture]:
    return [picture(number) for number in range(PICTURES)]


def named(system: Running, title: str) -> list[psutil.Process]:
    """Processes of this system whose title holds the word."""
    found = []
    for process in system.family():
        try:
            if title in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def kill(system: Running, title: str) -> None:
    victims = until(lambda: named(system, title), 60)
    for victim in victims:
        with suppress(psutil.NoSuchProcess):  # children of the one before end with it
            victim.kill()
    psutil.wait_procs(victims, timeout=10)


def flush(system: Running) -> None:
    def flushed() -> bool:
        try:
            with redis.Redis.from_url(urls(system)["HOMESEC_REDIS_URL"], socket_timeout=10) as client:
                return bool(client.flushall())
        except (redis.RedisError, subprocess.CalledProcessError):  # it was killed just before, and is not back yet
            urls.cache_clear()
            return False

    until(flushed, 60)


@cache
def urls(system: Running) -> dict[str, str]:
    answer = subprocess.run(
        [str(SCRIPT), "env", "--data-dir", str(system.data_dir)],
        capture_output=True, text=True, check=True, timeout=60, env=system.environment,
    )  # fmt: skip
    return dict(line.split("=", 1) for line in answer.stdout.split())


def whole(system: Running) -> None:
    system.kill_everything()
    system.start()


KILLS: dict[str, Any] = {
    "detector": lambda system: kill(system, "DetectorActor"),
    "coordinator": lambda system: kill(system, "CoordinatorActor"),  # watcher, aggregator and analyst
    "writer": lambda system: kill(system, "WriterActor"),
    "coordinator again": lambda system: kill(system, "CoordinatorActor"),
    "API replica": lambda system: kill(system, "ServeReplica"),
    "redis-server": lambda system: kill(system, "redis-server"),
    "FLUSHALL": flush,
    "postgres": lambda system: kill(system, "postgres"),
    "root": lambda system: kill(system, "RootActor"),
    "everything": whole,
}


def rows(system: Running, query: LiteralString, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(urls(system)["HOMESEC_DATABASE_URL"], connect_timeout=5) as connection:
        return connection.execute(query, values or None).fetchall()


def unfinished(system: Running, expected: int) -> int:
    """Uploads that are not done, and those that are not even known yet."""
    try:
        [(total, done)] = rows(system, "SELECT count(*), count(*) FILTER (WHERE state = 'done') FROM uploads")
    except (psycopg.OperationalError, subprocess.CalledProcessError):  # PostgreSQL is not back yet
        urls.cache_clear()
        return expected
    return expected - int(done) + (int(total) - int(done))


SEEN = f"""
    SELECT replace(uploads.camera_id, '{CALM}', ''), replace(encode(path, 'escape'), '{CALM}', ''), frame_no, ordinal,
        object_type, round(confidence::numeric, 4), round(x1::numeric, 4), round(y1::numeric, 4),
        round(x2::numeric, 4), round(y2::numeric, 4), detected_at
    FROM detections JOIN uploads ON uploads.id = upload_id
    WHERE starts_with(uploads.camera_id, '{CALM}') = %s ORDER BY 1, 2, 3, 4
"""
# In all of these: of the cameras that nothing happened to or of the others, and names and times instead of numbers.
TRACKS = f"""
    SELECT replace(camera_id, '{CALM}', ''), object_class, first_seen, last_seen,
        round(total_distance::numeric, 6), trajectory::text
    FROM tracks WHERE starts_with(camera_id, '{CALM}') = %s ORDER BY 1, 3, 4, 2, 6
"""
# Whose each detection is: by the first one of its track.
MEMBERS = f"""
    SELECT replace(tracks.camera_id, '{CALM}', ''), detected_at, ordinal, tracks.first_seen, tracks.object_class
    FROM detections JOIN tracks ON tracks.id = detections.track_id
    WHERE starts_with(tracks.camera_id, '{CALM}') = %s ORDER BY 1, 2, 3
"""
DWELL = f"""
    SELECT camera_zones.name, replace(dwell.camera_id, '{CALM}', ''), dwell.object_class, entry_time, exit_time,
        round(total_seconds::numeric, 3), dwell.direction, triggered_alert
    FROM dwell_time_records AS dwell JOIN camera_zones ON camera_zones.id = zone_id
    WHERE starts_with(dwell.camera_id, '{CALM}') = %s ORDER BY 2, 4, 1, 3, 5, 6
"""
BATCHES = f"""
    SELECT replace(batches.camera_id, '{CALM}', ''), started_at, last_at, status, count(detections.id)
    FROM batches JOIN detections ON batch_id = batches.id
    WHERE starts_with(batches.camera_id, '{CALM}') = %s GROUP BY batches.id ORDER BY 1, 2
"""
LEFT = {"detections": SEEN, "tracks": TRACKS, "members": MEMBERS, "dwell": DWELL, "batches": BATCHES}
ZONES = """
    INSERT INTO camera_zones (camera_id, name, zone_type, shape, coordinates, direction, loiter_seconds)
    SELECT cameras.id, zone.* FROM cameras, (VALUES
        ('middle', 'yard', 'rectangle', '[[0.2, 0.2], [0.6, 0.2], [0.6, 0.7], [0.2, 0.7]]'::jsonb, NULL, 1.0),
        ('edge', 'line', 'line', '[[0.3, 1.0], [0.4, 0.0]]'::jsonb, 'right', NULL)
    ) AS zone (name, zone_type, shape, coordinates, direction, loiter_seconds)
"""


def prepare(system: Running) -> None:
    """The cameras and their zones, before the first picture."""
    with psycopg.connect(urls(system)["HOMESEC_DATABASE_URL"]) as connection:
        for camera in [*CAMERAS, *(CALM + name for name in CAMERAS)]:
            connection.execute("INSERT INTO cameras (id, name, folder_path) VALUES (%s, %s, %s)", [camera] * 3)
        connection.execute(ZONES)


def over(system: Running) -> bool:
    return rows(
        system,
        "SELECT count(*) FROM batches WHERE status = 'open' OR eventful AND analysed_revision < revision",
    ) == [(0,)]


def test_nothing_is_lost_or_doubled_whatever_is_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # So idle that several batches end while parts are away; the default's 30 s would only take longer. Batches never
    # merge: a picture that comes after those that follow it may lie between two, where in order it would join them.
    patient = {"HOMESEC_WINDOWS__IDLE_S": "8", "HOMESEC_WINDOWS__REORDER_S": "60"}
    system = Running(tmp_path / "data", DETECTOR, HOMESEC_API__REPLICAS="2", **patient)
    try:
        system.start()
        prepare(system)
        listener = Listener(system)
        for upload in pictures():
            system.put(CALM + upload.camera, upload.name, upload.data)
        until(lambda: unfinished(system, PICTURES) == 0, 120, 0.5)
        until(lambda: over(system), 60, 0.5)
        undisturbed = {name: rows(system, query, True) for name, query in LEFT.items()}
        assert len(undisturbed["detections"]) > PICTURES / 2
        assert all(undisturbed.values())

        waiting = pictures()
        share = len(waiting) // len(KILLS)
        for name, strike in KILLS.items():
            for upload in waiting[:share]:
                system.put(upload.camera, upload.name, upload.data)
                time.sleep(0.005)
            waiting = waiting[share:]
            strike(system)
            with capsys.disabled():
                print(f"\n  killed: {name}", end="", flush=True)
            time.sleep(1.0)
        for upload in waiting:
            system.put(upload.camera, upload.name, upload.data)
        until(lambda: unfinished(system, 2 * PICTURES) == 0, 180, 0.5)
        until(lambda: over(system), 120, 0.5)

        assert rows(system, "SELECT state, count(*) FROM uploads GROUP BY state") == [("done", 2 * PICTURES)]
        for name, query in LEFT.items():
            assert rows(system, query, True) == undisturbed[name]
            assert rows(system, query, False) == undisturbed[name], name
        assert rows(system, "SELECT count(*) FROM detections "
                            "WHERE (batch_id IS NULL) = (excluded_because IS NULL)") == [(0,)]  # fmt: skip
        assert rows(system, "SELECT batch_id FROM events GROUP BY batch_id HAVING count(*) > 1") == []
        assert rows(system, "SELECT count(*) FROM batches LEFT JOIN events ON batch_id = batches.id "
                            "WHERE eventful AND events.id IS NULL") == [(0,)]  # fmt: skip
        assert rows(system, "SELECT count(*) FROM events WHERE status = 'open'") == [(0,)]
        assert rows(system, "SELECT detection_id FROM event_detections GROUP BY 1 HAVING count(*) > 1") == []
        [(head, stored, newest)] = rows(
            system, "SELECT (SELECT seq FROM outbox_head), count(*), max(seq) FROM outbox"
        )
        assert head == stored == newest
        until(lambda: listener.messages and listener.messages[-1]["seq"] == head, 30)
        listener.close()
        numbers = [message["seq"] for message in listener.messages]
        assert numbers == list(range(1, head + 1))
        detected = [message["data"]["upload_id"] for message in listener.of("upload.detected")]
        assert len(detected) == len(set(detected)) == 2 * PICTURES
        assert listener.connections > 1
        with capsys.disabled():
            counts = rows(system, "SELECT (SELECT count(*) FROM uploads), (SELECT count(*) FROM detections), "
                                  "(SELECT count(*) FROM batches), (SELECT count(*) FROM events)")  # fmt: skip
            print(f"\n  uploads, detections, batches, events: {counts[0]}; messages {head}, all seen once, in order, "
                  f"over {listener.connections} connections")  # fmt: skip
        assert system.stop() == 0
    finally:
        system.kill_everything()
