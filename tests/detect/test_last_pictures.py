import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from homesec.detect.last_pictures import LastPictures
from homesec.media.local_storage import LocalStorage
from homesec.media.pictures import decode
from tests.detect.conftest import AT


def grey(level: int) -> NDArray[np.uint8]:
    return np.full((720, 1280, 3), level, np.uint8)


def test_the_newest_picture_of_each_camera_is_shown_and_older_ones_never_replace_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        disk = LocalStorage.open(tmp_path / "cameras", tmp_path / "media")

        def shown(camera_id: str) -> int:
            return round(decode((tmp_path / "media" / "last" / f"{camera_id}.jpg").read_bytes(), 10**7).mean())

        with ThreadPoolExecutor(1) as threads:
            pictures = LastPictures(disk, threads)
            pictures.offer("yard", disk.volume, AT + timedelta(seconds=5), grey(50))
            pictures.offer("yard", disk.volume, AT, grey(20))  # captured before: late
            pictures.offer("door", disk.volume, AT, grey(100))
            await pictures.write()
            assert (shown("yard"), shown("door")) == (50, 100)
            (tmp_path / "media" / "last" / "door.jpg").unlink()
            pictures.offer("yard", disk.volume, AT + timedelta(seconds=1), grey(30))
            await pictures.write()
            assert shown("yard") == 50  # also in a later round
            assert not (tmp_path / "media" / "last" / "door.jpg").exists()  # nothing new, nothing written
            pictures.offer("yard", disk.volume, AT + timedelta(seconds=9), grey(90))
            await pictures.write()
            assert shown("yard") == 90

    asyncio.run(scenario())


def test_a_disk_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        disk = LocalStorage.open(tmp_path / "cameras", tmp_path / "media")
        with ThreadPoolExecutor(1) as threads:
            pictures = LastPictures(disk, threads)
            pictures.offer("yard", "another disk", AT, grey(50))
            pictures.offer("door", disk.volume, AT, grey(60))
            await pictures.write()
        assert (tmp_path / "media" / "last" / "door.jpg").exists()

    asyncio.run(scenario())


def test_a_round_that_is_cancelled_leaves_its_pictures_to_the_next(tmp_path: Path) -> None:
    async def scenario() -> None:
        disk = LocalStorage.open(tmp_path / "cameras", tmp_path / "media")
        free = threading.Event()
        with ThreadPoolExecutor(1) as threads:
            threads.submit(free.wait)  # the only thread is busy
            pictures = LastPictures(disk, threads)
            for camera_id in ("door", "yard"):
                pictures.offer(camera_id, disk.volume, AT, grey(60))
            stopped = asyncio.create_task(pictures.write())
            await asyncio.sleep(0)  # it has begun with the first
            stopped.cancel()
            with pytest.raises(asyncio.CancelledError):
                await stopped
            free.set()
            await pictures.write()
        assert {path.name for path in (tmp_path / "media" / "last").iterdir()} == {"door.jpg", "yard.jpg"}

    asyncio.run(scenario())


def test_a_picture_that_cannot_be_drawn_stops_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        disk = LocalStorage.open(tmp_path / "cameras", tmp_path / "media")
        with ThreadPoolExecutor(1) as threads:
            pictures = LastPictures(disk, threads)
            pictures.offer("door", disk.volume, AT, np.empty((0, 0, 3), np.uint8))
            pictures.offer("yard", disk.volume, AT, grey(60))
            await pictures.write()
            assert [path.name for path in (tmp_path / "media" / "last").iterdir()] == ["yard.jpg"]
            assert "cannot be shown" in caplog.text
            await pictures.write()
            assert caplog.text.count("cannot be shown") == 1  # it is not tried again

    asyncio.run(scenario())
