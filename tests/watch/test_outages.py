"""Whatever is away, files wait on the disk; when it is back they are taken, once."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from homesec.bus import DETECTION_BACKLOG, DETECTION_QUEUE
from homesec.errors import Unavailable
from homesec.local.redis import Redis
from homesec.media import headers
from homesec.watch import kernel
from tests.watch.conftest import Open
from tests.watch.media import bus, picture
from tests.watch.place import a_moment_later, place, until


def test_files_wait_for_the_writer_and_are_then_registered_once(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            here.away = Unavailable("the writer is not there at the moment")
            for number in range(20):
                here.put(f"yard/{number}.jpg", picture(seed=number))
            await here.mode("waiting", waiting_files=20)
            assert here.watcher.health().because == "the writer is not there at the moment"
            assert here.watcher.health().waiting_files == 20
            assert await here.rows() == []
            here.away = None
            rows = await here.uploads(20)
            assert sum(row.repeats for row in rows) == 0
            await here.enqueued({row.id for row in rows}, set())
            await here.mode("watching")

    asyncio.run(arrive())


def test_a_write_that_was_committed_without_an_answer_is_enqueued_by_its_repetition(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.put("yard/first.jpg", picture(seed=1))
            here.start()
            await here.quiet()
            await here.uploads(1)
            whole_write, lost = here.write, [0]

            async def write(unit: Any) -> Any:
                answer = await whole_write(unit)
                if not lost[0]:
                    lost[0] = 1
                    raise Unavailable("the connection broke after the commit")
                return answer

            here.watcher._register._write = write  # the wire between watcher and writer
            here.put("yard/second.jpg", picture(seed=2))
            rows = await here.uploads(2)
            await here.enqueued({row.id for row in rows}, set())
            assert [row.repeats for row in await here.rows()] == [0, 0]

    asyncio.run(arrive())


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis that a test may stop."""
    (tmp_path / "own").mkdir()
    server = Redis(tmp_path / "own")
    yield server
    server.stop()


def test_files_wait_for_redis_and_are_then_enqueued_once(own_redis: Redis, tmp_path: Path, database_url: str) -> None:
    async def arrive() -> None:
        url = own_redis.start()
        async with place(tmp_path, database_url, url) as here:
            here.start()
            await here.quiet()
            here.put("yard/first.jpg", picture(seed=1))
            await here.uploads(1)
            own_redis.stop()
            await asyncio.sleep(1.1)  # the known depth of the queue grows old
            for number in range(10, 20):
                here.put(f"yard/{number}.jpg", picture(seed=number))
            await here.mode("waiting")
            own_redis.start()
            rows = await here.uploads(11)
            assert sum(row.repeats for row in rows) == 0

            async def enqueued() -> bool:
                return {row.id for row in rows} <= (await here.queued())[0]

            await until(enqueued, 10, lambda: str(here.watcher.health()))
            await here.mode("watching")

    asyncio.run(arrive())


def test_the_disk_is_the_buffer_when_the_queue_is_deep(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place(queue_limit=10) as here:
            for number in range(30):
                here.put(f"old/{number}.jpg", picture(seed=number))
            here.start(await a_moment_later())
            old = {row.id for row in await here.uploads(10)}
            await here.enqueued(set(), old)
            await asyncio.sleep(0.8)  # it asks for room several times meanwhile, and there is none
            assert len(await here.rows()) == 10
            assert here.watcher.health().waiting_files == 20
            for number in range(30, 35):
                here.put(f"new/{number}.jpg", picture(seed=number))
            rows = await here.uploads(15)  # live files do not wait for backlog
            assert {row.camera_id for row in rows[10:]} == {"new"}
            await here.enqueued({row.id for row in rows[10:]}, old)
            done: list[Any] = []
            while len(done) < 35:
                entries = await here.bus.take((DETECTION_QUEUE, DETECTION_BACKLOG), 7, 1.0)
                await here.bus.done(entries)
                done += [entry.body["upload_id"] for entry in entries]
                assert len(await here.rows()) - len(done) <= 20
            assert sorted(done) == [row.id for row in await here.uploads(35)]

    asyncio.run(arrive())


def test_where_the_kernel_refuses_to_watch_the_folders_are_polled(
    open_place: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise OSError('OS file watch limit reached. about ["/x"] (Error { kind: MaxFilesWatch, paths: ["/x"] })')

    async def arrive() -> None:
        async with open_place() as here:
            monkeypatch.setattr(watchfiles, "watch", refused)
            here.start()
            await here.mode("polling")
            assert "fs.inotify.max_user_watches" in (here.watcher.health().because or "")
            here.put("yard/a.jpg", bus())
            await here.uploads(1)

    asyncio.run(arrive())


@pytest.mark.parametrize(
    ("words", "reason", "lasting"),
    [
        ("OS file watch limit reached.", "max_user_watches", True),
        ("Too many open files (os error 24)", "max_user_instances", True),
        ('Unable to decode path "/x/\\xFF" to string', "not UTF-8", False),
        ("something new", "something new", True),
    ],
)
def test_the_kernel_s_words_become_advice(words: str, reason: str, lasting: bool) -> None:
    found, again = kernel._reason(OSError(words))
    assert reason in found
    assert again is lasting


def test_another_disk_in_the_place_of_the_old_one_is_not_touched(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            here.put("yard/a.jpg", picture(seed=1))
            await here.uploads(1)
            away = here.cameras.with_name("unmounted")
            os.rename(here.cameras, away)
            here.cameras.mkdir()
            (here.cameras / ".volume").write_text("0123456789abcdef")  # a disk of other cameras
            (here.cameras / "yard").mkdir()
            (here.cameras / "yard" / "b.jpg").write_bytes(picture(seed=2))
            await here.mode("waiting")
            assert "another disk" in (here.watcher.health().because or "")
            assert len(await here.rows()) == 1
            os.rename(here.cameras, here.cameras.with_name("other"))
            os.rename(away, here.cameras)
            await here.quiet()
            here.put("yard/c.jpg", picture(seed=3))
            rows = await here.uploads(2)
            assert {row.volume for row in rows} == {here.storage.volume}

    asyncio.run(arrive())


def test_a_file_that_breaks_its_reader_does_not_end_the_watcher(
    open_place: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = headers.read

    def read(data: bytes, form: Any) -> Any:
        if len(data) == len(bus()):
            raise RecursionError("a mistake in a parser")
        return whole(data, form)

    async def arrive() -> None:
        async with open_place() as here:
            monkeypatch.setattr(headers, "read", read)
            here.start()
            await here.quiet()
            here.put("yard/poison.jpg", bus())
            here.put("yard/good.jpg", picture(seed=1))
            rows = {bytes(row.path): row for row in await here.uploads(2)}
            assert rows[b"yard/good.jpg"].state == "pending"
            assert "broke its reader (RecursionError)" in rows[b"yard/poison.jpg"].error

    asyncio.run(arrive())
