"""How others reach the writer actor."""

import asyncio
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import ray
from sqlalchemy import Connection

from actors import WRITER, options
from actors.lane import note
from actors.writer import Client, WriterActor
from homesec.errors import Unavailable
from homesec.settings import Settings
from homesec.store.writes.logs import SaveLogs
from homesec.store.writes.unit import Outcome
from homesec.telemetry import LogLine

pytestmark = pytest.mark.timeout(180)


class Nothing:
    """A unit that changes nothing."""

    def apply(self, connection: Connection) -> Outcome:
        return Outcome("done")


class Stuck(Nothing):
    """One that cannot travel."""

    def __init__(self) -> None:
        self._lock = threading.Lock()


def test_whatever_goes_wrong_on_the_way_every_caller_of_the_turn_hears_of_it(
    cluster: None, tmp_path: Path, database_url: str, redis_url: str
) -> None:
    where = (Settings.load(data_dir=tmp_path), database_url, redis_url)
    writer: Any = ray.remote(WriterActor).options(**options(WRITER)).remote(*where)

    async def use() -> None:
        client = Client()
        async with asyncio.timeout(60):
            assert await client(Nothing()) == "done"
            answers = await asyncio.gather(client(Nothing()), client(Stuck()), return_exceptions=True)
            assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
            assert await client(Nothing()) == "done"

    try:
        asyncio.run(use())
    finally:
        ray.kill(writer)


def test_what_is_noted_is_written_beside_the_commits(
    cluster: None, tmp_path: Path, database_url: str, redis_url: str
) -> None:
    where = (Settings.load(data_dir=tmp_path), database_url, redis_url)
    writer: Any = ray.remote(WriterActor).options(**options(WRITER)).remote(*where)
    said = tuple(LogLine(datetime.now(UTC), level, "a part", "said") for level in ("INFO", "LOUD"))
    try:
        for line in said:
            note(SaveLogs((line,)))
        deadline = time.monotonic() + 30
        while (health := ray.get(writer.health.remote()))["noted"] + health["notes_lost"] < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert (health["noted"], health["notes_lost"], health["commits"]) == (1, 1, 0)
        ray.get(writer.stop.remote())
    finally:
        ray.kill(writer)
