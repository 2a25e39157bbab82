"""A detector as a process of its own, to be killed: all real but Ray and the time after which entries are stale."""

import asyncio
import os
import sys
from pathlib import Path

from homesec import bus
from homesec.detect import worker
from tests.detect.conftest import House

STALE_S = 0.5


async def main(database_url: str, redis_url: str, folder: str, detector: str) -> None:
    bus.STALE_S, bus.RENEW_S = STALE_S, STALE_S / 4
    worker.MAX_DELIVERIES = 4
    house = House(database_url, redis_url, Path(folder))
    async with house.working(detector, consumer=f"detector:{os.getpid()}"):
        print("working", flush=True)
        await asyncio.sleep(120)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
