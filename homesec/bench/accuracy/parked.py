"""A parked car, watched for a day by a detector that sees it now and then: one object, and one event."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
from numpy.typing import NDArray

from homesec.bench.accuracy.expected import Expected
from homesec.bench.accuracy.plan import Shot
from homesec.bench.accuracy.replay import Piece, Replay
from homesec.bench.report import Check, at_most
from homesec.bench.stores import Stores
from homesec.sim.truth.facts import Fact
from homesec.vision.appearance import SIZE

CAMERA = "driveway"
START = datetime(2025, 5, 5, 6, tzinfo=UTC)
LASTS, EVERY = timedelta(hours=24), timedelta(seconds=30)
FOUND = 0.7  # of the pictures
TAKEN_FOR_TRUCK = 0.05
JITTER = 0.03  # standard deviation of an edge, in sizes of the box
INFRARED = (timedelta(hours=14), timedelta(hours=22))  # without colours it looks different
BLIND = (timedelta(hours=16), timedelta(hours=19))  # in the dead of night nothing is found
BOX = (0.35, 0.42, 0.62, 0.66)
STEP_S = 3600.0


def flickering(seed: int) -> Iterator[Piece]:
    """Hour by hour what a detector says of the car."""
    rng = np.random.default_rng([seed, 0xCA2])
    by_day, by_night = rng.random(SIZE), rng.random(SIZE)
    piece: list[tuple[Expected, tuple[Fact, ...]]] = []
    for number in range(int(LASTS / EVERY)):
        at = START + number * EVERY
        expected = Expected(Shot(CAMERA, at), (), ("day",))
        blind, dark = (since <= at - START < until for since, until in (BLIND, INFRARED))
        look = by_night if dark else by_day
        piece.append((expected, (_car(rng, look),) if rng.random() < FOUND and not blind else ()))
        if len(piece) * EVERY >= timedelta(seconds=STEP_S):
            yield piece
            piece = []
    if piece:
        yield piece


def parked(store: Stores, seed: int) -> tuple[int, int]:
    """How many tracks and events the tables have of the car."""
    asyncio.run(_played(Replay(store, STEP_S, START), seed))
    with psycopg.connect(store.database_url, autocommit=True) as database:
        [(tracks, events)] = database.execute(
            "SELECT (SELECT count(*) FROM tracks), (SELECT count(*) FROM events)"
        ).fetchall()
    return int(tracks), int(events)


def parked_checks(tracks: int, events: int) -> list[Check]:
    """One is right; none would be worse than two."""
    return [
        at_most("tracks of a parked car in a day, off", abs(tracks - 1), 0),
        at_most("events of a parked car in a day, off", abs(events - 1), 0),
    ]


async def _played(replay: Replay, seed: int) -> None:
    try:
        await replay.add_cameras([CAMERA])
        for piece in flickering(seed):
            await replay.play(piece)
        await replay.end()
    finally:
        await replay.close()


def _car(rng: np.random.Generator, look: NDArray[np.float64]) -> Fact:
    wide, tall = BOX[2] - BOX[0], BOX[3] - BOX[1]
    x0, y0, x1, y1 = (
        float(edge + JITTER * size * off)
        for edge, size, off in zip(BOX, (wide, tall, wide, tall), rng.standard_normal(4), strict=True)
    )
    kind = "truck" if rng.random() < TAKEN_FOR_TRUCK else "car"
    blurred = np.sqrt(look * (1.0 + 0.2 * rng.random(SIZE)))
    vector = (blurred / np.linalg.norm(blurred)).astype(np.float16)
    return Fact(kind, round(float(rng.uniform(0.35, 0.9)), 4), (x0, y0, x1, y1), vector.tobytes())
