"""From the rename of a whole picture to its event at a socket."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from actors.bench import Place, Wish
from actors.bench.system import System
from homesec.bench.pictures import distinct, photographs
from homesec.bench.report import Report, at_most
from homesec.bench.rounds import calibration, percentile, summary

DETECTOR = "null:person"
CAMERAS = ("front_door", "driveway", "back_yard", "street")
EVERY_S = 0.5  # two pictures a second
APART = timedelta(minutes=5)  # between two pictures of a camera, by their names: each begins a batch, and so an event
WAIT_S = 20.0  # for the last event
P50_MS, P95_MS = 250.0, 500.0
_STEPS = """
    SELECT uploads.id, uploads.path, extract(epoch FROM uploads.received_at), extract(epoch FROM uploads.detected_on),
        extract(epoch FROM events.created_at)
    FROM uploads JOIN detections ON detections.upload_id = uploads.id
        JOIN event_detections ON detection_id = detections.id JOIN events ON events.id = event_id
    ORDER BY uploads.id
"""


def measure(place: Place, wish: Wish) -> Report:
    count = 12 if wish.quick else 120
    before = calibration()
    place.say("starting homesec")
    with System(place.folder / "data", DETECTOR) as system:
        for camera in CAMERAS:
            system.folder(camera)
        place.say(f"{count} pictures, one every {EVERY_S:g} s")
        staged = place.folder / "staged"
        staged.mkdir()
        sent, came = asyncio.run(heard(system, staged, count + len(CAMERAS)))
        steps = _steps(system, sent)
    # the first picture of each camera makes the camera
    named = list(sent)[len(CAMERAS):]
    delays = [(came[name] - sent[name][0]) * 1000 for name in named if name in came]
    lost = sum(name not in came for name in named)
    return Report(
        "latency",
        (
            at_most("rename to event.created at the socket, p50", percentile(delays, 50), P50_MS, "ms"),
            at_most("rename to event.created at the socket, p95", percentile(delays, 95), P95_MS, "ms"),
            at_most("pictures without an event", lost, 0),
        ),
        {
            "delay_ms": summary(delays),
            "steps_ms": steps,
            "pictures_a_second": 1 / EVERY_S,
            "detector": DETECTOR,
            "calibration_before": before,
            "calibration_after": calibration(),
        },
    )


async def heard(
    system: System, staged: Path, count: int, type_: str = "event.created"
) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
    """When each picture was renamed (by the monotonic and the wall clock), and when this was said of its event."""
    sent: dict[str, tuple[float, float]] = {}
    created: dict[int, float] = {}
    async with system.messages() as messages:
        listening = asyncio.create_task(_listen(messages, created, count, type_))
        pictures = distinct(photographs(), "latency")
        start = datetime.now(UTC) - timedelta(days=10)
        begun = time.monotonic()
        for number in range(count):
            camera = CAMERAS[number % len(CAMERAS)]
            name = f"{camera}/{start + number // len(CAMERAS) * APART:%Y%m%d_%H%M%S}.jpg"
            source = staged / f"{number}.jpg"
            source.write_bytes(next(pictures))
            await asyncio.sleep(max(0.0, begun + number * EVERY_S - time.monotonic()))
            sent[name] = (time.monotonic(), time.time())
            source.rename(system.data_dir / "cameras" / name)
        with suppress(TimeoutError):
            await asyncio.wait_for(listening, WAIT_S)
    rows = system.database.execute(
        "SELECT events.id, convert_from(path, 'UTF8') FROM events JOIN event_detections ON event_id = events.id "
        "JOIN detections ON detections.id = detection_id JOIN uploads ON uploads.id = upload_id"
    ).fetchall()
    return sent, {name: created[event_id] for event_id, name in rows if event_id in created}


async def _listen(
    messages: AsyncIterator[tuple[float, dict[str, Any]]], created: dict[int, float], count: int, type_: str
) -> None:
    async for at, message in messages:
        if message["type"] == type_:
            created[message["data"]["event_id"]] = at
            if len(created) == count:
                return


def _steps(system: System, sent: dict[str, tuple[float, float]]) -> dict[str, dict[str, float]]:
    """Where the time goes, by the times in the rows; each is the start of its transaction."""
    parts: dict[str, list[float]] = {"rename to received": [], "received to detected": [], "detected to event": []}
    for _, path, received, detected, event in system.database.execute(_STEPS).fetchall()[len(CAMERAS):]:
        renamed = sent[bytes(path).decode()][1]
        moments = [renamed, float(received), float(detected), float(event)]
        for name, earlier, later in zip(parts, moments, moments[1:], strict=False):
            parts[name].append((later - earlier) * 1000)
    return {name: summary(values) for name, values in parts.items()}
