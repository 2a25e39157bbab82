"""Somebody who walks about a garden for twenty minutes, now and then behind a shed: one notification."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import cos, sin

import numpy as np
import psycopg
from numpy.typing import NDArray

from homesec.bench.accuracy.alerting import alerts, listen
from homesec.bench.accuracy.expected import Expected
from homesec.bench.accuracy.plan import Shot
from homesec.bench.accuracy.replay import Piece, Replay
from homesec.bench.report import Check, at_most
from homesec.bench.stores import Stores
from homesec.sim.truth.facts import Fact
from homesec.vision.appearance import SIZE

CAMERA = "garden"
START = datetime(2025, 5, 5, 14, tzinfo=UTC)
LASTS, EVERY = timedelta(minutes=20), timedelta(seconds=3)
HIDDEN = ((180, 260), (500, 610), (900, 950))  # seconds behind the shed: longer than a batch waits
STEP_S = 6.0


def walked(store: Stores, seed: int) -> int:
    """How many notifications come of the walk, by one rule that tells of anybody."""
    with psycopg.connect(store.database_url, autocommit=True) as database:
        listen(database)
        database.execute("DELETE FROM alert_rules")
        database.execute(
            "INSERT INTO alert_rules (name, severity, object_types) VALUES ('Anybody', 'critical', '{person}')"
        )
        asyncio.run(_played(Replay(store, STEP_S, START), seed))
        return sum(alert.notifications for alert in alerts(database))


def walk_checks(notifications: int) -> list[Check]:
    """None would be worse than two."""
    return [at_most("notifications of a walk of 20 minutes in the garden, off", abs(notifications - 1), 0)]


def walk(seed: int) -> Iterator[Piece]:
    """Minute by minute what a detector says."""
    rng = np.random.default_rng([seed, 0x6A2])
    look = rng.random(SIZE)
    piece: list[tuple[Expected, tuple[Fact, ...]]] = []
    for number in range(int(LASTS / EVERY)):
        second = number * EVERY.total_seconds()
        hidden = any(since <= second < until for since, until in HIDDEN)
        expected = Expected(Shot(CAMERA, START + number * EVERY), (), ("day",))
        piece.append((expected, () if hidden else (_person(rng, look, second),)))
        if len(piece) == 20:
            yield piece
            piece = []
    if piece:
        yield piece


async def _played(replay: Replay, seed: int) -> None:
    try:
        await replay.add_cameras([CAMERA])
        for piece in walk(seed):
            await replay.play(piece)
        await replay.end()
    finally:
        await replay.close()


def _person(rng: np.random.Generator, look: NDArray[np.float64], second: float) -> Fact:
    x, y = 0.5 + 0.3 * cos(second / 40), 0.6 + 0.15 * sin(second / 25)
    vector = np.sqrt(look * (1.0 + 0.2 * rng.random(SIZE)))
    stored = (vector / np.linalg.norm(vector)).astype(np.float16)
    box = (x - 0.04, y - 0.3, x + 0.04, y)
    return Fact("person", round(float(rng.uniform(0.6, 0.95)), 4), box, stored.tobytes())
