"""Whatever a camera or its owner puts into a folder: a clear reason, nothing lost, nothing tried again unchanged."""

import asyncio
import io
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.watch.conftest import Open
from tests.watch.media import bus, clip, picture
from tests.watch.place import Place, until

HLS = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
CONCAT = b"ffconcat version 1.0\nfile '/etc/passwd'\n"


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that announces 3.6 thousand million pixels."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(bytes(100))) + part(b"IEND", b"")


def sixteen_bits() -> bytes:
    data = io.BytesIO()
    Image.fromarray(np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16).save(data, "PNG")
    return data.getvalue()


def animation(form: str) -> bytes:
    data = io.BytesIO()
    frames = [Image.new("RGB", (64, 48), color) for color in ("red", "blue")]
    frames[0].save(data, form, save_all=True, append_images=frames[1:])
    return data.getvalue()


def cmyk() -> bytes:
    data = io.BytesIO()
    Image.new("CMYK", (64, 48), (0, 200, 30, 5)).save(data, "JPEG")
    return data.getvalue()


REFUSED = {  # name: content, reason
    "empty.jpg": (b"", "the file is empty"),
    "truncated.jpg": (bus()[:60_000], "breaks off: a JPEG's end marker is missing"),
    "truncated.png": (picture("PNG")[:500], "breaks off: a PNG's last chunk is missing"),
    "truncated.webp": (picture("WEBP")[:-20], "breaks off: it announces"),
    "text.jpg": (b"This is no picture.\n" * 10, "neither a picture .* but text"),
    "binary.jpg": (bytes(range(256)), "neither a picture .* but something else"),
    "picture.gif": (animation("GIF"), "a picture of another format"),
    "bomb.png": (bomb(), "pixels"),
    "header.jpg": (b"\xff\xd8\xff\xda\x00\x02" + b"\0" * 50 + b"\xff\xd9", "header of the picture is broken"),
    "hls.mov": (HLS, "a playlist that names other files"),
    "concat.mov": (CONCAT, "a list of other files"),
    "broken.mp4": (b"\0\0\0\x18ftypisom" + b"\0" * 12 + b"\xff" * 4000, "the clip"),
    "broken.mkv": (b"\x1a\x45\xdf\xa3" + b"\0" * 4000, "the clip is broken"),
}
ACCEPTED = {
    "bus.jpg": bus(),
    "wrong_extension.mp4": picture(seed=1),
    "no_extension": picture("PNG", seed=2),
    "picture.webp": picture("WEBP", seed=3),
    "cmyk.jpg": cmyk(),
    "sixteen.png": sixteen_bits(),
    "animated.png": animation("PNG"),
    "animated.webp": animation("WEBP"),
    "palette.png": bomb(64, 64),
}


def test_every_refused_file_stays_and_is_listed_with_its_reason(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            for name, (data, _) in REFUSED.items():
                here.put(f"yard/{name}", data)
            silent = clip(here.cameras.parent / "silent.mp4", sound_only=True)
            here.put("yard/silent.mp4", silent.read_bytes())
            unfinished = clip(here.cameras.parent / "unfinished.mp4").read_bytes()
            here.put("yard/unfinished.mp4", unfinished[: len(unfinished) * 2 // 3])
            rows = {bytes(row.path).decode()[5:]: row for row in await here.uploads(len(REFUSED) + 2)}
            reasons = {name: reason for name, (_, reason) in REFUSED.items()}
            reasons |= {"silent.mp4": "has no video", "unfinished.mp4": "breaks off"}
            for name, reason in reasons.items():
                assert rows[name].state == "rejected", name
                assert re.search(reason, rows[name].error), (name, rows[name].error)
                assert (here.cameras / "yard" / name).exists()
            assert await here.queued() == (set(), set())
            await here.stop()
            here.start()  # unchanged files are not tried again, not even by a new watcher
            await here.quiet()
            health = here.watcher.health()
            assert (health.new, health.repeated, health.waiting_files) == (0, 0, 0)
            here.put("yard/truncated.jpg", bus())  # but they are as soon as they change
            rows_after = await here.uploads(len(REFUSED) + 3)
            assert rows_after[-1].state == "pending"

    asyncio.run(arrive())


def test_what_is_unusual_and_right_is_taken(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            for name, data in ACCEPTED.items():
                here.put(f"yard/{name}", data)
            rows = await here.uploads(len(ACCEPTED))
            assert {bytes(row.path): row.error for row in rows if row.state != "pending"} == {}
            assert {row.media_type for row in rows} == {"image"}

    asyncio.run(arrive())


@pytest.mark.parametrize(
    ("form", "codec"),
    [("mp4", "libx264"), ("mov", "libx264"), ("matroska", "libx264"), ("avi", "mpeg4"), ("avi", "mjpeg")],
)
def test_clips_of_all_containers_are_taken(form: str, codec: str, open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            here.put("yard/clip", clip(here.cameras.parent / "clip", form, codec).read_bytes())
            (row,) = await here.uploads(1)
            assert (row.state, row.media_type, row.error) == ("pending", "video", None)

    asyncio.run(arrive())


def test_a_growing_file_is_waited_for_as_long_as_it_grows(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place(settle_s=2.0) as here:  # less than it takes to grow, and much more than between two parts
            here.start()
            await here.quiet()
            (here.cameras / "yard").mkdir()
            data = bus()
            file = os.open(here.cameras / "yard" / "slow.jpg", os.O_CREAT | os.O_WRONLY)
            for start in range(0, len(data), 14_000):
                os.write(file, data[start : start + 14_000])
                await asyncio.sleep(0.3)
                if start + 14_000 < len(data):
                    assert await here.rows() == []
            os.close(file)
            (row,) = await here.uploads(1)
            assert (row.state, row.size) == ("pending", len(data))

    asyncio.run(arrive())


def test_a_clip_whose_end_is_not_told_is_whole_when_it_is_quiet(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place(settle_s=5.0) as here:
            here.start()
            await here.quiet()
            source = clip(here.cameras.parent / "clip.mp4", movflags="frag_keyframe+empty_moov")
            here.put("yard/clip.mp4", source.read_bytes())
            await asyncio.sleep(0.6)
            assert await here.rows() == []
            (row,) = await here.uploads(1)
            assert row.state == "pending"

    asyncio.run(arrive())


def test_huge_files_are_refused_unread_and_huge_clips_are_taken(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place(max_image_bytes=10 * 2**20) as here:
            here.start()
            await here.quiet()
            yard = here.cameras / "yard"
            yard.mkdir()
            for name, head, size in (
                (".a", bus(), 2 * 2**30),
                (".b", b"noise", 3 * 2**30),
                (".c", b"\0\0\0\x20ftypisom", 5 * 2**30),
            ):
                (yard / name).write_bytes(head)
                os.truncate(yard / name, size)  # holes take no room on the disk
            small = clip(here.cameras.parent / "clip.mp4").read_bytes()
            (yard / ".d").write_bytes(small + struct.pack(">I4sQ", 1, b"free", 2**31))
            os.truncate(yard / ".d", len(small) + 2**31)
            for name, shown in ((".a", "a.jpg"), (".b", "b.jpg"), (".c", "c.mp4"), (".d", "d.mp4")):
                os.rename(yard / name, yard / shown)
            here.put("yard/small.jpg", bus())
            rows = {bytes(row.path)[5:]: row for row in await here.uploads(5, within_s=60)}
            for name in (b"a.jpg", b"c.mp4"):
                assert (rows[name].state, rows[name].sha256) == ("rejected", None)
                assert "bytes;" in rows[name].error
            assert (rows[b"b.jpg"].state, rows[b"b.jpg"].sha256) == ("rejected", None)
            assert (rows[b"d.mp4"].state, rows[b"d.mp4"].size) == ("pending", len(small) + 2**31)
            assert rows[b"small.jpg"].id < rows[b"d.mp4"].id  # it did not stand behind the large one

    asyncio.run(arrive())


def test_links_pipes_and_what_lies_outside_are_never_followed(open_place: Open, tmp_path: Path) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            secret = tmp_path / "secret.jpg"
            secret.write_bytes(bus())
            (tmp_path / "secrets").mkdir()
            (tmp_path / "secrets" / "s.jpg").write_bytes(picture(seed=1))
            yard = here.cameras / "yard"
            yard.mkdir()
            here.start()
            await here.quiet()
            (yard / "link.jpg").symlink_to(secret)
            (yard / "folder").symlink_to(tmp_path / "secrets")
            (here.cameras / "camera").symlink_to(tmp_path / "secrets")
            os.mkfifo(yard / "pipe.jpg")
            rows = await here.uploads(3)
            assert {(row.state, row.sha256) for row in rows} == {("rejected", None)}
            assert all("never followed" in row.error for row in rows)
            await here.stop()
            here.start()
            await here.quiet()
            assert here.watcher.health().new == 0
            assert "camera" in here.watcher.health().refused
            assert len(await here.rows()) == 3

    asyncio.run(arrive())


def test_names_of_every_kind_are_taken_as_they_are(open_place: Open) -> None:
    names = ["new\nline.jpg", "quo'te\".jpg", "back\\slash;$(rm).jpg", "a" * 251 + ".jpg", "ünïcode 📷.jpg", " a .jpg"]

    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            for number, name in enumerate(names):
                here.put(f'it\'s "the"\nyard/{name}', picture(seed=number))
            rows = await here.uploads(len(names))
            assert {bytes(row.path).decode().partition("/")[2] for row in rows} == set(names)
            assert {(row.camera_id, row.state) for row in rows} == {("it_s_the_yard", "pending")}

    asyncio.run(arrive())


def test_a_name_that_is_not_utf8_is_changed_and_watching_goes_on(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            here.put(b"yard/caf\xe9.jpg", picture(seed=1))
            here.put(b"garage \xff/a.jpg", picture(seed=2))
            here.put(b"yard/" + b"\xfe" * 255, picture(seed=3))
            rows = {bytes(row.path): row for row in await here.uploads(3)}
            assert {b"yard/caf%E9.jpg", b"garage %FF/a.jpg"} < rows.keys()
            assert rows[b"garage %FF/a.jpg"].camera_id == "garage_ff"
            assert all((here.cameras / os.fsdecode(path)).exists() for path in rows)
            await here.mode("watching")  # again
            here.put("yard/after.jpg", picture(seed=4))
            await here.uploads(4)

    asyncio.run(arrive())


def test_two_folders_that_fold_to_one_id_are_refused_by_name_and_their_files_wait(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            here.put("Front Door/a.jpg", picture(seed=1))
            await here.uploads(1)
            here.put("front-door/b.jpg", picture(seed=2))

            async def refused() -> bool:
                return "front-door" in here.watcher.health().refused

            await until(refused, 10, lambda: str(here.watcher.health()))
            because = here.watcher.health().refused["front-door"]
            assert "'Front Door'" in because
            assert "'front-door'" in because
            assert len(await here.rows()) == 1
            os.rename(here.cameras / "front-door", here.cameras / "back-door")  # as the reason says
            rows = await here.uploads(2)
            assert [row.camera_id for row in rows] == ["front_door", "back_door"]

    asyncio.run(arrive())


def test_files_of_a_soft_deleted_camera_wait_until_it_is_restored(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            here.put("porch/a.jpg", picture(seed=1))
            await here.uploads(1)
            await here.change("UPDATE cameras SET deleted_at = now()")
            for number in range(3):
                here.put(f"porch/{number}.jpg", picture(seed=10 + number))
                await asyncio.sleep(0.3)
            assert len(await here.rows()) == 1
            await here.change("UPDATE cameras SET deleted_at = NULL")
            rows = await here.uploads(4, within_s=10)
            assert {row.state for row in rows} == {"pending"}

    asyncio.run(arrive())


def test_without_auto_create_files_of_unknown_folders_wait(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place(auto_create_cameras=False) as here:
            here.start()
            await here.quiet()
            here.put("stranger/a.jpg", picture(seed=1))

            async def refused() -> bool:
                return "auto_create_cameras" in here.watcher.health().refused.get("stranger", "")

            await until(refused, 10, lambda: str(here.watcher.health()))
            await here.change("INSERT INTO cameras (id, name, folder_path) VALUES ('friend', 'Friend', 'stranger')")
            (row,) = await here.uploads(1, within_s=10)
            assert row.camera_id == "friend"

    asyncio.run(arrive())


def test_folders_deleted_and_made_again_are_watched_again(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            here.put("yard/a.jpg", picture(seed=1))
            await here.uploads(1)
            shutil.rmtree(here.cameras / "yard")
            await asyncio.sleep(0.3)
            here.put("yard/b.jpg", picture(seed=2))
            await here.uploads(2)
            shutil.rmtree(here.cameras)  # the root itself, volume id and all
            await asyncio.sleep(2.0)
            here.put("yard/c.jpg", picture(seed=3))
            rows = await here.uploads(3)
            assert len({row.volume for row in rows}) == 1
            await here.quiet()
            here.put("yard/d.jpg", picture(seed=4))
            await here.uploads(4, within_s=3)

    asyncio.run(arrive())


def test_a_file_outside_all_folders_is_told_and_left(open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.put("lost.jpg", bus())
            here.start()
            await here.quiet()
            assert "lies in no camera's folder" in here.watcher.health().refused["lost.jpg"]
            assert await here.rows() == []

    asyncio.run(arrive())


@pytest.mark.parametrize(
    ("age", "source", "ahead"),
    [
        (timedelta(days=-3 * 365), "arrival", True),  # three years ahead
        (timedelta(minutes=-4), "mtime", False),  # a little ahead is nothing
        (timedelta(days=400), "mtime", False),  # a year old may well be
        (timedelta(days=365 * 40), "arrival", False),  # the clock was never set
    ],
)
def test_clocks_that_are_years_off(age: timedelta, source: str, ahead: bool, open_place: Open) -> None:
    async def arrive() -> None:
        async with open_place() as here:
            here.put("yard/a.jpg", bus(), age_s=age.total_seconds())
            here.start()
            (row,) = await here.uploads(1)
            assert (row.time_source, row.clock_ahead) == (source, ahead)
            now = datetime.now(UTC)
            if source == "arrival":
                assert abs(row.captured_at - now) < timedelta(seconds=20)
            else:
                assert abs(row.captured_at - (now - age)) < timedelta(seconds=20)

    asyncio.run(arrive())


_UNREADABLE = """
import asyncio, os, sys
from datetime import UTC, datetime
from pathlib import Path
from homesec.ingest import FoundFile, Origin, Unfinished, examine
from homesec.media.local_storage import LocalStorage
from homesec.settings import UploadSettings

root = Path(sys.argv[1])
storage = LocalStorage.open(root / "cameras", root / "media")
file = root / "cameras" / "yard" / "a.jpg"
file.chmod(0)
if os.geteuid() == 0:
    os.chmod(root, 0o755)
    os.setuid(65534)
found = FoundFile.from_stat(b"yard/a.jpg", os.lstat(file))
for quiet_s in (0.0, 60.0):
    answer = examine(storage, found, Origin("yard", "v", UTC), UploadSettings(), quiet_s, datetime.now(UTC))
    print("unfinished" if isinstance(answer, Unfinished) else answer.error)
"""


def test_a_file_that_may_not_be_read_is_refused_with_that_reason() -> None:
    with tempfile.TemporaryDirectory() as folder:  # not pytest's: another user must be able to enter it
        os.chmod(folder, 0o755)
        yard = Path(folder, "cameras", "yard")
        yard.mkdir(parents=True)
        (yard / "a.jpg").write_bytes(bus())
        answer = subprocess.run(
            [sys.executable, "-c", _UNREADABLE, folder], capture_output=True, text=True, timeout=60, check=True
        )
        assert answer.stdout.splitlines() == ["unfinished", "the file cannot be read: Permission denied"]


def test_an_unread_file_is_read_as_soon_as_it_can_be(open_place: Open) -> None:
    """A larger limit or a new permission changes neither size nor time of a file."""

    async def arrive() -> None:
        async with open_place(max_image_bytes=1000) as here:
            here.put("yard/a.jpg", bus())
            here.start()
            (row,) = await here.uploads(1)
            assert (row.state, row.sha256) == ("rejected", None)
        async with open_place() as here:
            here.start()
            rows = await here.uploads(2)
            assert [row.state for row in rows] == ["rejected", "pending"]

    asyncio.run(arrive())


def test_a_watcher_under_attack_still_takes_the_next_good_picture(open_place: Open) -> None:
    async def arrive(here: Place) -> None:
        rng = np.random.default_rng(7)
        good = bus()
        for number in range(120):
            broken = bytearray(good[: int(rng.integers(1, len(good)))])
            for place in rng.integers(0, len(broken), 20):
                broken[place] = int(rng.integers(0, 256))
            here.put(f"yard/{number}.bin", bytes(broken))
        here.put("yard/good.jpg", good)

        async def all_told() -> bool:
            return len(await here.rows()) == 121

        await until(all_told, 30, lambda: str(here.watcher.health()))
        (row,) = await here.rows("SELECT * FROM uploads WHERE convert_from(path, 'UTF8') = 'yard/good.jpg'")
        assert row.state == "pending"

    async def run() -> None:
        async with open_place() as here:
            here.start()
            await here.quiet()
            await arrive(here)

    asyncio.run(run())
