"""A household as facts through the real stages into real tables: what each part of the bench begins with."""

import asyncio
import os
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from homesec.bench.accuracy.expected import Expected, said
from homesec.bench.accuracy.plan import Plan, world_of
from homesec.bench.accuracy.replay import Piece, Replay
from homesec.bench.accuracy.workers import in_order
from homesec.bench.processes import by_title, family, usages
from homesec.bench.stores import Stores
from homesec.enrich import Model
from homesec.sim.drawn_zones import DrawnZone
from homesec.sim.truth.facts import Errors

PIECE = timedelta(hours=6)  # of the world, made by one process at once; shorter where many pictures are taken
STEP_S = 3600.0  # of the world: what is taken together, as the system takes a backlog


def played(
    store: Stores,
    plan: Plan,
    zones: Sequence[DrawnZone],
    say: Callable[[str], None],
    keep: bool = False,
    step_s: float = STEP_S,
    model: Model | None = None,
) -> tuple[dict[str, Expected], dict[str, Any]]:
    """What there was to be seen, by the paths of the pictures, and where the time went.

    With `keep` habits are learned too, and `zones` are drawn before the first picture. A shorter `step_s` looks more
    often, as a system does that keeps up. A `model` looks closer.
    """
    pieces = in_order(partial(said, plan, Errors()), plan.spans(PIECE * min(1.0, 0.5 / plan.fps)))
    replay = Replay(store, step_s, plan.start)
    expected, seconds = asyncio.run(_played(plan, pieces, zones, replay, say, keep, model))
    return expected, {"stages_s": {name: round(value, 1) for name, value in seconds.items()}, "cpu_s": _cpu_s()}


async def _played(
    plan: Plan,
    pieces: Iterable[Piece],
    zones: Sequence[DrawnZone],
    replay: Replay,
    say: Callable[[str], None],
    keep: bool,
    model: Model | None,
) -> tuple[dict[str, Expected], dict[str, float]]:
    expected: dict[str, Expected] = {}
    week = timedelta(days=7)
    told = 0
    try:
        await replay.add_cameras(camera.id for camera in world_of(plan).property.cameras)
        await replay.draw(zones)
        waited, at = 0.0, time.perf_counter()
        for piece in pieces:
            waited += time.perf_counter() - at
            await replay.play(piece)
            if keep:
                await replay.keep()
            if model is not None:
                await replay.enrich(model)
            expected.update((picture.shot.path, picture) for picture, _ in piece)
            if piece and (weeks := (piece[-1][0].shot.at - plan.start) // week) > told:
                told = weeks
                say(f"week {weeks}: {len(expected)} pictures")
            at = time.perf_counter()
        await replay.end()
        if model is not None:
            await replay.enrich(model)
    finally:
        await replay.close()
    return expected, {"waiting for the truth": waited, **replay.seconds}


def _cpu_s() -> dict[str, float]:
    """Of this process, of those that made the truth and have ended, and of the servers that still run."""
    rows = usages(family(os.getpid())[1:], memory=False)
    servers = {name: row["cpu_s"] for name, row in by_title(rows).items() if not name.startswith("python")}
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "pipeline": round(own.ru_utime + own.ru_stime, 1),
        "truth": round(ended.ru_utime + ended.ru_stime, 1),
        **servers,
    }
