"""A detector as a process of its own, to be killed: all real but Ray, the times after which entries are stale, and a
model that takes its time."""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from homesec import bus
from homesec.detect import worker
from homesec.settings import DetectorSettings
from homesec.vision.detections import Detections
from homesec.vision.registry import detector_spec
from tests.detect.conftest import House

STALE_S = 3.0  # so long that a process on a loaded machine still says in time that it lives
PAUSE_S = 0.15  # so long that the test strikes in the middle of the work, and not after it


class Slow:
    """A model that takes its time for each batch."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._model = detector_spec(DetectorSettings(name=name), folder).load("cpu")

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        time.sleep(PAUSE_S)
        return self._model.predict(frames)


async def main(database_url: str, redis_url: str, folder: str, detector: str) -> None:
    bus.STALE_S, bus.RENEW_S = STALE_S, STALE_S / 4
    worker.MAX_DELIVERIES = 4
    house = House(database_url, redis_url, Path(folder))
    async with house.working(Slow(detector, house.folder), consumer=f"detector:{os.getpid()}"):
        print("working", flush=True)
        await asyncio.sleep(120)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
