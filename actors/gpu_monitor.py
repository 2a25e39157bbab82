"""The GPU monitor: on every node with a GPU, a reading of each GPU every ten seconds."""

import asyncio
import socket
from datetime import UTC, datetime
from typing import Any

from actors.lane import note, set_up_logging
from actors.loop import Loop
from homesec.gpu_monitor import EVERY_S, GpuReading, read_gpus
from homesec.settings import Settings
from homesec.store.writes.gpus import SaveGpuStats


class GpuMonitorActor:
    """Reads beside the loop: a driver that hangs must not stop the others of this process."""

    async def __init__(self, settings: Settings, name: str) -> None:  # type: ignore[misc]  # Ray awaits it
        set_up_logging(settings, name)
        self._node = socket.gethostname()
        self._newest: list[GpuReading] = []
        self._lost = 0
        self._loop = Loop(self._step)

    async def _step(self) -> float:
        import pynvml  # here, since a machine without a GPU never needs it

        self._newest = await asyncio.to_thread(read_gpus, pynvml)
        if self._newest:
            try:
                await asyncio.to_thread(note, SaveGpuStats(self._node, datetime.now(UTC), tuple(self._newest)))
            except Exception:  # the lane may be away, in whichever way: this reading is lost, and the next is not
                self._lost += 1
        return EVERY_S

    async def ping(self) -> str:
        return "ok"

    async def health(self) -> dict[str, Any]:
        gpus = [reading.gpu_name for reading in self._newest]
        return {**self._loop.health(), "node": self._node, "gpus": gpus, "lost": self._lost}

    async def stop(self) -> None:
        await self._loop.stop()
