"""The root: the one detached actor. It builds the tree, watches it, sweeps, and stops it in order."""

import asyncio
import contextlib
import logging
import time
from typing import Any

import ray
from ray.exceptions import ActorDiedError, ActorUnavailableError, RayActorError, RayError

from actors import ROOT
from actors.gauges import Gauges
from actors.lane import set_up_logging
from actors.loop import Loop
from actors.names import Handle
from actors.sets import Sets
from actors.silence import Silence
from actors.tree import Child, Home, children
from actors.writer import Client
from homesec.bus import Bus
from homesec.errors import Unavailable
from homesec.store.sessions import async_engine
from homesec.sweep import EVERY_S, FIRST, sweep

CHECK_S = 1.0  # between two looks at every child while one is not well
CALM_S = 5.0  # while all are: on an idle machine these looks are most of what happens
ANSWER_S = 5.0  # a child that is well answers within this time
PLACED_S = 30.0  # GPUs that cannot be had within this time are spoken of
STOP_S = 15.0  # for each child's own stop
STAGES_S = 28.0  # for all stages before the writer together: it must have its time, or what they found is lost
LEAST_S = 1.0  # a stage after slow ones has this at least, which is enough for one that is well
LOOPS_S = ANSWER_S + 1  # for a look at the children, and a sweep, that are under way
WHOLE_STOP_S = 60.0  # for all of it: whoever stops the root waits so long

log = logging.getLogger(__name__)


class RootActor:
    """Its children are owned by it: they end when it ends, and when Ray starts it again it builds them again."""

    async def __init__(self, home: Home) -> None:  # type: ignore[misc]  # Ray awaits it
        set_up_logging(home.settings, ROOT)
        self._home = home
        self._sets = Sets(home.sets) if home.sets else None
        self._tree = children(home, self._sets)
        self._handles: dict[str, Handle] = {}
        self._silence = Silence()
        self._health: dict[str, dict[str, Any]] = {}
        self._rebuilt = 0
        self._gauges = Gauges()
        self._engine = async_engine(home.database_url, ROOT, pool=1)
        self._bus = Bus(home.redis_url, ROOT)
        self._write = Client()
        self._swept = {"uploads": 0, "batches": 0}
        self._swept_to = FIRST
        self._without_gpus: str | None = None
        self._placing = asyncio.create_task(self._place())
        self._watch = Loop(self._look)
        self._sweeper = Loop(self._sweep)

    async def _place(self) -> None:
        """Say why models wait for their GPUs, if they do."""
        if self._sets is None:
            return
        while True:
            try:
                await self._sets.ready(PLACED_S)
            except Unavailable as error:
                self._without_gpus = str(error)
            else:
                self._without_gpus = None
                return

    async def _look(self) -> float:
        await asyncio.gather(*(self._look_at(child) for child in self._tree))
        for name, health in self._health.items():
            self._gauges.show(name, health)
        well = all(health.get("state") == "ok" for health in self._health.values())
        return CALM_S if well else CHECK_S

    async def _look_at(self, child: Child) -> None:
        handle = self._handles.get(child.name)
        if handle is None:
            self._build(child)
            return
        try:
            self._health[child.name] = await asyncio.wait_for(handle.ask("health"), ANSWER_S)
            self._silence.ends(child.name, time.monotonic())
        except ActorUnavailableError:
            self._silence.starts(child.name, time.monotonic())
            self._health[child.name] = {"state": "down", "because": "being started again"}
        except (ActorDiedError, RayActorError) as error:
            log.warning("rebuilding", extra={"actor": child.name, "reason": str(error).partition("\n")[0]})
            self._handles.pop(child.name, None)
            self._health[child.name] = {"state": "down", "because": "being built again"}
            self._build(child)
        except TimeoutError:
            now = time.monotonic()
            silent_s = self._silence.lasts_s(child.name, now)
            self._health[child.name] = {"state": "down", "because": f"silent for {silent_s:.0f} s"}
            if self._silence.is_too_long(child.name, now):
                log.error("ending a silent actor", extra={"actor": child.name})
                ray.kill(handle.actor, no_restart=False)  # Ray starts it again
                self._silence.starts(child.name, now)
        except RayError as error:
            self._health[child.name] = {"state": "down", "because": type(error).__name__}

    def _build(self, child: Child) -> None:
        try:
            self._handles[child.name] = child.make()
            self._silence.starts(child.name, time.monotonic())
            self._rebuilt += 1
            self._health[child.name] = {"state": "down", "because": "starting"}
        except ValueError as error:  # the name still belongs to one that is just dying: the next look tries again
            self._health[child.name] = {"state": "down", "because": str(error).partition("\n")[0]}

    async def _sweep(self) -> float:
        settings = self._home.settings.uploads
        try:
            swept = await sweep(
                self._engine, self._bus, self._write, settings.queue_limit, settings.live_s, self._swept_to
            )
        except Unavailable:
            return 2.0  # what is away now may have lost its queues: sweep as soon as it is back
        self._swept_to = swept.after
        self._swept["uploads"] += swept.uploads
        self._swept["batches"] += swept.batches
        if swept.uploads or swept.batches:
            log.info("swept", extra={"uploads": swept.uploads, "batches": swept.batches})
        return EVERY_S

    async def ping(self) -> str:
        return "ok"

    async def status(self) -> list[dict[str, Any]]:
        """One line a part: name, state ok|waiting|down, because, and what the part says of itself."""
        state = {"state": "ok"} if self._without_gpus is None else {"state": "waiting", "because": self._without_gpus}
        own = {"name": ROOT, **state, "built": self._rebuilt, "swept": dict(self._swept)}
        return [own] + [
            {"name": child.name, **self._health.get(child.name, {"state": "down", "because": "starting"})}
            for child in self._tree
        ]

    async def stop(self) -> None:
        """Stop in order: watchers take no more in, then each stage finishes what it holds, the writer last."""
        await asyncio.gather(self._watch.stop(LOOPS_S), self._sweeper.stop(LOOPS_S))
        places = sorted({child.stops for child in self._tree})
        ends = time.monotonic() + STAGES_S
        for place in places:
            within_s = STOP_S if place == places[-1] else stage_s(ends - time.monotonic())
            names = [child.name for child in self._tree if child.stops == place]
            await asyncio.gather(*(self._stop_one(name, within_s) for name in names))
        self._placing.cancel()
        if self._sets is not None:
            self._sets.remove()
        await self._bus.close()
        await self._engine.dispose()

    async def _stop_one(self, name: str, within_s: float) -> None:
        handle = self._handles.get(name)
        if handle is None:
            return
        with contextlib.suppress(RayError, TimeoutError):
            await asyncio.wait_for(handle.ask("stop"), within_s)
        del self._handles[name]
        if handle.host is not None and any(other.host == handle.host for other in self._handles.values()):
            return  # the last one to stop ends their process
        with contextlib.suppress(RayError):
            ray.kill(handle.actor)


def stage_s(left_s: float) -> float:
    """How long a stage before the writer may take to stop when so much is left for all of them."""
    return max(LEAST_S, min(STOP_S, left_s))
