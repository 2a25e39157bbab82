"""Detections committed through the writer actor, against raw COPY into the same indexed tables."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from typing import Any

import psycopg
import ray

from actors import WRITER, options
from actors.bench import Place, Wish
from actors.bench.local_ray import local_ray
from actors.writer import Client, WriterActor
from homesec.bench.raw_writes import Seen, add_uploads, copy_rows
from homesec.bench.report import Report, at_least
from homesec.bench.rounds import alternate, calibration
from homesec.bench.stores import stores
from homesec.detect.worker import AHEAD
from homesec.settings import Settings
from homesec.store.writes.detections import SaveDetections

BATCH = 8  # uploads in one unit: a detector's batch
OBJECTS = 5  # detections in one upload
DETECTORS = 8
CALLERS = DETECTORS * AHEAD  # units on their way at the same time: each detector has its batches in flight
BULK_ROUNDS = 3
IN_FLIGHT = BATCH * CALLERS  # uploads; nobody who answers after the commit could commit more of them at once


def measure(place: Place, wish: Wish) -> Report:
    uploads, rounds = (80, 3) if wish.quick else (4000, 7)
    settings = Settings.load(data_dir=place.folder)
    before = calibration()
    with stores(place.folder) as store, local_ray(), psycopg.connect(store.database_url) as connection:
        shell: Any = ray.remote(WriterActor).options(**options(WRITER))
        actor = shell.remote(settings, store.database_url, store.redis_url)
        ray.get(actor.ping.remote(), timeout=60)
        place.say(f"{rounds} rounds of {uploads * OBJECTS} detections, by the writer and by COPY")
        asyncio.run(_written(add_uploads(connection, IN_FLIGHT, OBJECTS, seed=10_000)))  # the first is slow

        def ours(number: int) -> float:
            seen = add_uploads(connection, uploads, OBJECTS, seed=2 * number)
            return uploads * OBJECTS / asyncio.run(_written(seen))

        def theirs(number: int) -> float:
            seen = add_uploads(connection, uploads, OBJECTS, seed=2 * number + 1)
            return uploads * OBJECTS / copy_rows(connection, seen, IN_FLIGHT)

        def in_one_commit(number: int) -> float:
            seen = add_uploads(connection, uploads, OBJECTS, seed=20_000 + number)
            return uploads * OBJECTS / copy_rows(connection, seen, uploads)

        found = alternate(ours, theirs, rounds)
        bulk = statistics.median(in_one_commit(number) for number in range(BULK_ROUNDS))
        health: Any = ray.get(actor.health.remote(), timeout=60)
        [(stored,)] = connection.execute("SELECT count(*) FROM detections").fetchall()
        expected = ((2 * rounds + BULK_ROUNDS) * uploads + IN_FLIGHT) * OBJECTS
        ray.get(actor.stop.remote(), timeout=60)
    return Report(
        "writer",
        (
            at_least("detections a second through the writer / by COPY", found.ratio, 0.5),
            at_least("stored / sent", stored / expected, 1.0),
        ),
        {
            **found.to_json("detections/s"),
            "against_all_in_one_commit": float(f"{bulk:.4g}"),
            "uploads_a_unit": BATCH,
            "units_on_their_way": CALLERS,
            "units_a_commit": round(health["units"] / max(1, health["commits"]), 2),
            "share_of_time_in_commits": round(
                health["commit_s"] / sum(uploads * OBJECTS / rate for rate in found.ours), 3
            ),
            "calibration_before": before,
            "calibration_after": calibration(),
        },
    )


async def _written(seen: Sequence[Seen]) -> float:
    """Send all in units through as many callers as there may be; gives the seconds until all are committed."""
    units = [
        SaveDetections(tuple(one.as_unit() for one in seen[start : start + BATCH]))
        for start in range(0, len(seen), BATCH)
    ]
    waiting = iter(units)

    async def caller(write: Client) -> None:
        for unit in waiting:
            await write(unit)

    started = time.perf_counter()
    await asyncio.gather(*(caller(write) for write in [Client() for _ in range(DETECTORS)] for _ in range(AHEAD)))
    return time.perf_counter() - started
