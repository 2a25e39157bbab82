"""What only Redis does: its settings, and data that cannot be read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from homesec.local.redis import Redis


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path)
    yield server
    server.stop()


def test_it_appends_to_its_file_and_evicts_nothing(server: Redis) -> None:
    with redis.Redis.from_url(server.start(), decode_responses=True) as client:
        facts = {name: client.config_get(name)[name] for name in
                 ("appendonly", "appendfsync", "maxmemory-policy", "maxmemory", "save")}  # fmt: skip
        assert int(facts.pop("maxmemory")) > 2**28
        assert facts == {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "save": ""}


def test_the_password_is_needed_and_modules_cannot_be_loaded(server: Redis) -> None:
    url = server.start()
    with (
        redis.Redis.from_url(url.replace((server.folder / "password").read_text(), "")) as nobody,
        pytest.raises(redis.AuthenticationError),
    ):
        nobody.ping()
    with redis.Redis.from_url(url) as client, pytest.raises(redis.ResponseError, match="unknown command"):
        client.execute_command("MODULE", "LIST")


def test_entries_survive_an_end_and_a_torn_tail(server: Redis) -> None:
    url = server.start()
    with redis.Redis.from_url(url) as client:
        for number in range(1000):
            client.xadd("queue", {"upload_id": number})
        server.stop()
        log = server.folder / "appendonly.aof"
        log.write_bytes(log.read_bytes()[:-5])  # as a power failure leaves it
        server.start()
        assert client.xlen("queue") == 999


def test_data_that_cannot_be_read_is_put_aside(server: Redis) -> None:
    url = server.start()
    with redis.Redis.from_url(url) as client:
        for number in range(100):
            client.set(f"key{number}", "x" * 100)
        server.stop()
        log = server.folder / "appendonly.aof"
        data = bytearray(log.read_bytes())
        data[len(data) // 2 : len(data) // 2 + 200] = b"\xff" * 200
        log.write_bytes(data)
        assert server.start() == url
        assert client.dbsize() == 0
        assert next(server.folder.glob("damaged-*.aof")).read_bytes() == data
