"""Two hundred sockets, twenty messages a second: how late they are, and whether any is lost."""

import asyncio
import contextlib
import json
import time
from typing import Any

import psycopg
from websockets.asyncio.client import connect

from actors.bench import Place, Wish
from actors.bench.system import System
from homesec.bench.processes import by_title, family, usages
from homesec.bench.report import Report, at_most
from homesec.bench.rounds import calibration, percentile, summary
from homesec.bus import Bus

SOCKETS, RATE = 200, 20.0
WARM_S = 3.0
LATE_S = 10.0  # how long the last message is waited for
P95_MS = 100.0
_TELL = """
    WITH head AS (UPDATE outbox_head SET seq = seq + 1 RETURNING seq)
    INSERT INTO outbox (seq, topic, type, payload)
    SELECT seq, 'upload', 'upload.detected', '{"upload_id": 1, "camera_id": "front_door", "counts": {"person": 1}}'
    FROM head RETURNING seq
"""


def measure(place: Place, wish: Wish) -> Report:
    sockets, seconds = (20, 5.0) if wish.quick else (SOCKETS, 30.0)
    before = calibration()
    place.say("starting homesec")
    with System(place.folder / "data", "null") as system:
        place.say(f"{sockets} sockets, {RATE:g} messages a second for {seconds:g} s")
        delays, expected, cores = asyncio.run(_run(system, sockets, seconds))
    return Report(
        "sockets",
        (
            at_most("commit to arrival at a socket, p95", percentile(delays, 95), P95_MS, "ms"),
            at_most("messages lost", expected - len(delays), 0),
        ),
        {
            "delay_ms": summary(delays),
            "sockets": sockets,
            "messages": expected // sockets,
            "cores": {name: share for name, share in cores.items() if share >= 0.01},
            "calibration_before": before,
            "calibration_after": calibration(),
        },
    )


async def _run(system: System, sockets: int, seconds: float) -> tuple[list[float], int, dict[str, float]]:
    """Milliseconds from commit to arrival, of every message at every socket; how many there should be; cores taken."""
    arrivals: list[tuple[int, float]] = []
    listening = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(_listen(system, arrivals, listening)) for _ in range(sockets)]
    for _ in range(sockets):
        await asyncio.wait_for(listening.acquire(), 60)
    committed: dict[int, float] = {}
    database_url, redis_url = await asyncio.to_thread(lambda: (system.database_url, system.redis_url))
    bus = Bus(redis_url, "bench")
    database = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    await asyncio.sleep(WARM_S)
    spent = {name: row["cpu_s"] for name, row in _titles(system).items()}
    begun = time.monotonic()
    for number in range(round(seconds * RATE)):
        await asyncio.sleep(max(0.0, begun + number / RATE - time.monotonic()))
        [(seq,)] = await (await database.execute(_TELL)).fetchall()
        committed[int(seq)] = time.monotonic()
        await bus.publish_news(int(seq))
    taken_s = time.monotonic() - begun
    cores = {name: round((row["cpu_s"] - spent.get(name, 0.0)) / taken_s, 3) for name, row in _titles(system).items()}
    expected = sockets * len(committed)
    late = time.monotonic() + LATE_S
    while len(arrivals) < expected and time.monotonic() < late:  # noqa: ASYNC110  (arrivals come at many sockets)
        await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await database.close()
    await bus.close()
    return [(at - committed[seq]) * 1000 for seq, at in arrivals if seq in committed], expected, cores


async def _listen(system: System, arrivals: list[tuple[int, float]], listening: asyncio.Semaphore) -> None:
    """One socket, as a browser opens it; the number and the time of every message."""
    protocols: Any = ["homesec", f"key.{system.key}"]
    url = f"ws://127.0.0.1:{system.port}/ws/events"
    async with connect(url, subprotocols=protocols, open_timeout=60, max_queue=None) as line:
        listening.release()
        with contextlib.suppress(asyncio.CancelledError):
            async for text in line:
                at = time.monotonic()
                message = json.loads(text)
                if message["seq"] is not None and message["type"] != "system.reset":
                    arrivals.append((message["seq"], at))


def _titles(system: System) -> dict[str, dict[str, float]]:
    return by_title(usages(family(system.pid), memory=False))
