"""The disk behind a volume id: what was registered is read, or nothing; media are whole or as before."""

import asyncio
import hashlib
import os
import resource
import shutil
from pathlib import Path

import pytest

from homesec.errors import InvalidInput, NotFound, UploadAway, UploadChanged
from homesec.media.clips import probe
from homesec.media.local_storage import LocalStorage
from homesec.media.storage import UploadFile
from tests.watch.media import bus, clip


@pytest.fixture
def disk(tmp_path: Path) -> LocalStorage:
    return LocalStorage.open(tmp_path / "cameras", tmp_path / "media")


def put(disk: LocalStorage, path: bytes, data: bytes) -> UploadFile:
    target = disk.cameras_dir / os.fsdecode(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return UploadFile(disk.volume, path, len(data), hashlib.sha256(data).digest())


def test_a_volume_keeps_its_id(disk: LocalStorage) -> None:
    assert len(disk.volume) == 16
    assert LocalStorage.open(disk.cameras_dir, disk.media_dir).volume == disk.volume
    (disk.cameras_dir / ".volume").write_text("not an id")
    with pytest.raises(UploadAway, match="no volume id"):
        LocalStorage.open(disk.cameras_dir, disk.media_dir)


@pytest.mark.parametrize("path", [b"yard/a.jpg", b"yard/2026/03/a.jpg", b"yard/new\nline.jpg", b"yard/\xff\xfe.jpg"])
def test_what_was_registered_is_read(path: bytes, disk: LocalStorage) -> None:
    assert asyncio.run(disk.read_upload(put(disk, path, bus()))) == bus()


def test_other_bytes_than_the_registered_ones_are_never_given(disk: LocalStorage) -> None:
    upload = put(disk, b"yard/latest.jpg", bus())
    same_size = bytes([*bus()[:-10], *range(10)])
    for other in (same_size, bus()[:-1], b""):
        put(disk, b"yard/latest.jpg", other)
        with pytest.raises(UploadChanged):
            asyncio.run(disk.read_upload(upload))
    (disk.cameras_dir / "yard" / "latest.jpg").unlink()
    with pytest.raises(UploadChanged):
        asyncio.run(disk.read_upload(upload))


def test_a_disk_that_is_not_there_is_not_a_changed_file(disk: LocalStorage) -> None:
    upload = put(disk, b"yard/a.jpg", bus())
    shutil.rmtree(disk.cameras_dir)
    disk.cameras_dir.mkdir()  # as a mount point without its disk
    with pytest.raises(UploadAway):
        asyncio.run(disk.read_upload(upload))
    with pytest.raises(UploadAway, match="not attached here"):
        asyncio.run(disk.read_upload(UploadFile("0" * 16, b"yard/a.jpg", 1, b"")))


def test_a_file_that_opens_and_cannot_be_read_is_away(tmp_path: Path) -> None:
    """The memory of this process stands for a file on a failing disk: reading it at 0 is an EIO."""
    failing = LocalStorage(Path("/proc"), tmp_path, "0" * 16)
    upload = UploadFile(failing.volume, b"%d/mem" % os.getpid(), 0, hashlib.sha256(b"").digest())
    with pytest.raises(UploadAway, match="cannot be read"):
        failing.read_now(upload)


@pytest.mark.parametrize("path", [b"../secret", b"yard/../../secret", b"/etc/passwd", b"yard//a", b"", b"yard/\0"])
def test_paths_that_lead_outside_are_refused(path: bytes, disk: LocalStorage) -> None:
    (disk.cameras_dir.parent / "secret").write_bytes(bus())
    (disk.cameras_dir / "yard").mkdir()
    with pytest.raises(InvalidInput):
        disk.open_file(path)


def test_links_and_pipes_are_not_opened(disk: LocalStorage) -> None:
    upload = put(disk, b"yard/a.jpg", bus())
    outside = disk.cameras_dir.parent / "outside"
    outside.mkdir()
    (outside / "a.jpg").write_bytes(bus())
    (disk.cameras_dir / "yard" / "link.jpg").symlink_to(outside / "a.jpg")
    (disk.cameras_dir / "linked").symlink_to(outside)
    os.mkfifo(disk.cameras_dir / "yard" / "pipe.jpg")
    for path in (b"yard/link.jpg", b"linked/a.jpg", b"yard/pipe.jpg", b"yard"):
        with pytest.raises((UploadChanged, UploadAway)):
            asyncio.run(disk.read_upload(UploadFile(disk.volume, path, upload.size, upload.sha256)))


def test_an_open_clip_stays_the_one_that_was_checked(disk: LocalStorage, tmp_path: Path) -> None:
    good = clip(tmp_path / "good.mp4").read_bytes()
    upload = put(disk, b"yard/latest.mp4", good)

    async def read() -> None:
        async with disk.open_upload(upload) as path:
            (tmp_path / "new").write_bytes(b"other")
            os.replace(tmp_path / "new", disk.cameras_dir / "yard" / "latest.mp4")
            assert path.read_bytes() == good
            assert probe(path).width == 160
        with pytest.raises(UploadChanged):
            async with disk.open_upload(upload):
                pass

    asyncio.run(read())


def test_the_hash_of_a_clip_is_computed_again_when_it_was_written_to(disk: LocalStorage) -> None:
    upload = put(disk, b"yard/a.mp4", bus())

    async def opens() -> bool:
        try:
            async with disk.open_upload(upload):
                return True
        except UploadChanged:
            return False

    assert asyncio.run(opens())
    assert asyncio.run(opens())
    path = disk.cameras_dir / "yard" / "a.mp4"
    with path.open("r+b") as file:  # in place, of the same size
        file.write(b"changed")
    assert not asyncio.run(opens())


def test_media_are_written_over_older_ones_and_read_by_name(disk: LocalStorage) -> None:
    async def use() -> None:
        for data in (b"one", b"two"):
            await disk.write_media(disk.volume, "thumbs/12/12345_0.jpg", data)
            assert await disk.read_media(disk.volume, "thumbs/12/12345_0.jpg") == data
        with pytest.raises(NotFound):
            await disk.read_media(disk.volume, "thumbs/12/12345_1.jpg")
        with pytest.raises(NotFound):
            await disk.read_media(disk.volume, "thumbs/12")

    asyncio.run(use())
    assert [path.name for path in disk.media_dir.rglob("*") if path.is_file()] == ["12345_0.jpg"]


@pytest.mark.parametrize("name", ["../a", "a/../b", "/etc/passwd", "A.jpg", ".hidden", "a/.b", "", "a//b", "a" * 300])
def test_names_of_media_that_lead_elsewhere_are_refused(name: str, disk: LocalStorage) -> None:
    with pytest.raises(InvalidInput):
        asyncio.run(disk.write_media(disk.volume, name, b"x"))
    with pytest.raises(InvalidInput):
        asyncio.run(disk.read_media(disk.volume, name))


def test_a_full_disk_leaves_the_old_picture_and_no_partial_one(disk: LocalStorage) -> None:
    asyncio.run(disk.write_media(disk.volume, "last/yard.jpg", b"old"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))  # writing beyond fails as on a full disk
    try:
        with pytest.raises(UploadAway, match="cannot be written"):
            asyncio.run(disk.write_media(disk.volume, "last/yard.jpg", bus()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert asyncio.run(disk.read_media(disk.volume, "last/yard.jpg")) == b"old"
    assert [path.name for path in (disk.media_dir / "last").iterdir()] == ["yard.jpg"]
