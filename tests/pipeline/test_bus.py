"""The queues while Redis answers, but takes nothing."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import redis

from homesec.bus import DETECTION_QUEUE, QUEUES, Bus
from homesec.errors import Unavailable

State = Callable[["redis.Redis[str]"], AbstractContextManager[None]]
STOP_WRITES = "stop-writes-on-bgsave-error"


@contextmanager
def out_of_memory(server: "redis.Redis[str]") -> Iterator[None]:
    before = server.config_get("maxmemory")["maxmemory"]
    server.config_set("maxmemory", 1)
    try:
        yield
    finally:
        server.config_set("maxmemory", before)


@contextmanager
def a_replica(server: "redis.Redis[str]") -> Iterator[None]:
    server.replicaof("127.0.0.1", 1)
    try:
        yield
    finally:
        server.replicaof("NO", "ONE")


@contextmanager
def a_full_disk(server: "redis.Redis[str]") -> Iterator[None]:
    """A snapshot cannot take its name, as a folder has it."""
    before = {name: server.config_get(name)[name] for name in ("save", "dbfilename", "dir", STOP_WRITES)}
    blocked = Path(before["dir"]) / "blocked" / "file"
    blocked.parent.mkdir(exist_ok=True)
    blocked.touch()
    server.config_set("dbfilename", "blocked")
    server.config_set("save", "3600 1")
    server.config_set(STOP_WRITES, "yes")
    server.bgsave()
    try:
        deadline = time.monotonic() + 20
        while server.info("persistence")["rdb_last_bgsave_status"] == "ok":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield
    finally:
        for name in ("save", "dbfilename", STOP_WRITES):
            server.config_set(name, before[name])
        server.save()  # one that goes well lifts the refusal


@pytest.mark.parametrize("state", [out_of_memory, a_replica, a_full_disk])
def test_a_redis_that_takes_nothing_is_away_until_it_does_again(state: State, redis_url: str) -> None:
    async def use() -> None:
        bus = Bus(redis_url, "test")
        with redis.Redis.from_url(redis_url, decode_responses=True) as server:
            try:
                with state(server):
                    with pytest.raises(Unavailable, match="takes nothing in"):
                        await bus.add(DETECTION_QUEUE, [{"upload_id": 1}])
                    with pytest.raises(Unavailable, match="takes nothing in"):
                        await bus.mirror("batch:door", {"a": 1}, 10)
                    with pytest.raises(Unavailable, match="takes nothing in"):
                        await bus.take(QUEUES, 1, 0)  # the group is missing and cannot be made
                await bus.add(DETECTION_QUEUE, [{"upload_id": 1}])
                assert [entry.body for entry in await bus.take(QUEUES, 1, 0)] == [{"upload_id": 1}]
            finally:
                await bus.close()

    asyncio.run(use())
