"""Whole files become rows and queue entries: fast, once, and in the right queue."""

import asyncio
import hashlib
import os
import shutil
import time

from tests.watch.conftest import Open
from tests.watch.media import bus, picture
from tests.watch.place import a_moment_later


def test_a_renamed_picture_is_registered_at_once(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place(settle_s=10.0) as here:
            here.start()
            await here.quiet()
            here.put("front_door/warm.jpg", bus())
            await here.uploads(1)
            spans = []
            for number in range(10):
                here.put(f"front_door/{number}.jpg", picture(seed=number))
                started = time.perf_counter()
                await here.uploads(2 + number)
                spans.append(time.perf_counter() - started)
            print(f"rename -> row: median {sorted(spans)[5] * 1e3:.0f} ms, worst {max(spans) * 1e3:.0f} ms")
            assert sorted(spans)[5] < 5  # a tenth when idle; it does not wait for the file to settle
            row = (await here.uploads(11))[0]
            assert (row.camera_id, row.state, row.media_type) == ("front_door", "pending", "image")
            assert bytes(row.path) == b"front_door/warm.jpg"
            assert (row.size, bytes(row.sha256)) == (len(bus()), hashlib.sha256(bus()).digest())
            await here.enqueued({row.id for row in await here.rows()}, set())

    asyncio.run(arrive())


def test_what_lay_there_before_the_start_is_found_and_old_files_are_backlog(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.put("a/old.jpg", picture(seed=1))
            live_from = await a_moment_later()
            here.put("b/new.jpg", picture(seed=2))
            here.start(live_from)
            by_path = {bytes(row.path): row.id for row in await here.uploads(2)}
            await here.enqueued({by_path[b"b/new.jpg"]}, {by_path[b"a/old.jpg"]})

    asyncio.run(arrive())


def test_a_restart_neither_misses_nor_repeats(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            here.put("yard/1.jpg", picture(seed=1))
            await here.uploads(1)
            await here.stop()
            here.put("yard/2.jpg", picture(seed=2))
            here.start()
            rows = await here.uploads(2)
            await here.quiet()
            assert [row.repeats for row in rows] == [0, 0]
            assert here.watcher.health().new == 1  # the first was not even read again
            assert here.watcher.health().repeated == 0

    asyncio.run(arrive())


def test_a_thousand_files_at_once_are_all_registered_once(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            source = here.cameras.parent / "source"
            source.mkdir()
            for number in range(1000):
                (source / f"{number:04}.jpg").write_bytes(bus() + b"\0" * number)  # padding that no decoder sees
            for camera in range(4):
                (here.cameras / f"cam{camera}").mkdir()
            started = time.perf_counter()
            for number in range(1000):
                os.rename(source / f"{number:04}.jpg", here.cameras / f"cam{number % 4}" / f"{number:04}.jpg")
            rows = await here.uploads(1000, within_s=60)
            spent = time.perf_counter() - started
            print(f"1000 files of {len(bus())} bytes: {spent:.2f} s, {1000 / spent:.0f} files/s")
            await here.enqueued({row.id for row in rows}, set())
            assert sum(row.repeats for row in rows) == 0
            assert len(await here.rows("SELECT FROM upload_paths")) == 1000

    asyncio.run(arrive())


def test_backlog_goes_round_by_camera_oldest_first(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            for number in range(120):
                here.put(f"busy/{number}.jpg", picture(seed=number), age_s=1000 - number)
            for number in range(3):
                here.put(f"calm/{number}.jpg", picture(seed=200 + number), age_s=500)
            here.start(await a_moment_later())
            rows = await here.uploads(123)
            first = [row.camera_id for row in rows[:64]]  # four chunks: one thread may overtake the other
            assert first.count("calm") == 3
            busy = [int(os.path.basename(bytes(row.path)).split(b".")[0]) for row in rows if row.camera_id == "busy"]
            assert max(busy[:8]) < 64

    asyncio.run(arrive())


def test_latest_jpg_overwritten_becomes_one_upload_for_each_content_that_was_seen(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            for number in range(5):
                here.put("porch/latest.jpg", picture(seed=number))
                await here.uploads(number + 1)
            here.put("porch/latest.jpg", picture(seed=4))  # the same picture once more
            await here.repeats(1)
            assert [row.repeats for row in await here.uploads(5)] == [0, 0, 0, 0, 1]
            (place,) = await here.rows("SELECT * FROM upload_paths")
            assert place.upload_id == (await here.rows())[4].id

    asyncio.run(arrive())


def test_latest_jpg_overwritten_in_place_is_seen_too(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            path = here.put("porch/latest.jpg", bus())
            await here.uploads(1)
            path.write_bytes(picture(seed=1))
            await here.uploads(2)

    asyncio.run(arrive())


def test_the_same_bytes_under_two_names_are_one_upload_and_a_repeat(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            here.put("yard/a.jpg", bus())
            await here.uploads(1)
            here.put("yard/b.jpg", bus())
            await here.repeats(1)
            (row,) = await here.uploads(1)
            assert row.repeats == 1
            assert row.last_repeat_at >= row.received_at
            assert (await here.queued())[0] == {row.id}  # it is not asked for twice

    asyncio.run(arrive())


def test_nested_folders_belong_to_their_camera_however_they_appear(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            here.put("gate/2026/03/03/a.jpg", picture(seed=1))
            await here.uploads(1)
            (here.cameras / "gate" / "2026" / "03" / "04").mkdir()
            here.put("gate/2026/03/04/b.jpg", picture(seed=2))
            await here.uploads(2)
            moved = here.cameras.parent / "elsewhere"
            (moved / "deep").mkdir(parents=True)
            (moved / "deep" / "c.jpg").write_bytes(picture(seed=3))
            shutil.move(moved, here.cameras / "gate" / "moved")
            rows = await here.uploads(3)
            assert {row.camera_id for row in rows} == {"gate"}
            assert {bytes(row.path) for row in rows} >= {b"gate/moved/deep/c.jpg"}

    asyncio.run(arrive())


def test_hidden_and_temporary_names_wait_for_their_rename(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            for name in ("x.jpg.part", ".x.jpg", "y.tmp", "z.filepart"):
                (here.cameras / "yard").mkdir(exist_ok=True)
                (here.cameras / "yard" / name).write_bytes(bus())
            (here.cameras / ".trash").mkdir()
            (here.cameras / ".trash" / "t.jpg").write_bytes(bus())
            await asyncio.sleep(1.0)
            assert await here.rows() == []
            os.rename(here.cameras / "yard" / "x.jpg.part", here.cameras / "yard" / "x.jpg")
            (row,) = await here.uploads(1)
            assert bytes(row.path) == b"yard/x.jpg"

    asyncio.run(arrive())


def test_polling_finds_files_where_the_kernel_says_nothing(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place(force_polling=True) as here:
            here.start()
            await here.mode("polling")
            here.put("barn/a.jpg", bus())
            await here.uploads(1)
            path = here.cameras / "barn" / "a.jpg"
            path.write_bytes(picture(seed=1))
            await here.uploads(2)
            assert "force_polling" in (here.watcher.health().because or "")

    asyncio.run(arrive())
