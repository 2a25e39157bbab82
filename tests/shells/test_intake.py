"""Watcher, FTP door and media server as Ray actors: files come in by FTP, and a killed watcher loses nothing."""

import asyncio
import ftplib
import hashlib
import io
import os
import shutil
import signal
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import ray

from actors import MEDIA_SERVER, WATCHER, WRITER, options
from actors.media_server import MediaServerActor
from actors.storage import PIECE, NodeStorage
from actors.watcher import WatcherActor
from actors.writer import WriterActor
from homesec.errors import NotFound, UploadAway, UploadChanged
from homesec.media.clips import probe
from homesec.media.local_storage import LocalStorage
from homesec.media.storage import UploadFile
from homesec.settings import Settings
from tests.e2e.running import free_port
from tests.watch.media import bus, clip, picture

pytestmark = pytest.mark.timeout(180)


class Shells:
    """Writer, watcher and media server of one data folder."""

    def __init__(self, settings: Settings, database_url: str, redis_url: str) -> None:
        self.settings, self.database_url = settings, database_url
        where = (settings, database_url, redis_url)
        self.volume = LocalStorage.open(settings.cameras_dir, settings.media_dir).volume
        self.writer: Any = ray.remote(WriterActor).options(**options(WRITER)).remote(*where)
        self.watcher: Any = ray.remote(WatcherActor).options(**options(WATCHER)).remote(*where)
        name = f"{MEDIA_SERVER}:{self.volume}"
        self.server: Any = ray.remote(MediaServerActor).options(**options(name)).remote(settings)
        ray.get([shell.ping.remote() for shell in self.all], timeout=60)

    @property
    def all(self) -> list[Any]:
        return [self.watcher, self.server, self.writer]

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = ray.get(self.watcher.health.remote(), timeout=30)
        return found

    def uploads(self, count: int) -> list[tuple[Any, ...]]:
        """camera, path, state and repeats of so many uploads."""
        found: list[tuple[Any, ...]] = []

        def enough() -> bool:
            nonlocal found
            with psycopg.connect(self.database_url) as connection:
                found = connection.execute("SELECT camera_id, path, state, repeats FROM uploads ORDER BY id").fetchall()
            return len(found) >= count

        until(enough, 60)
        assert len(found) == count
        return found

    def close(self) -> None:
        for shell in self.all:
            ray.get(shell.stop.remote(), timeout=30)
            ray.kill(shell)


def until(true: Callable[[], bool], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def shells(cluster: None, tmp_path: Path, database_url: str, redis_url: str) -> Iterator[Shells]:
    first = free_port()
    ftp = {"port": free_port(), "users": {"yard": "green grass"}, "passive_ports": f"{first}-{first}"}
    shells = Shells(Settings(data_dir=tmp_path, ftp=ftp), database_url, redis_url)
    yield shells
    shells.close()


def test_a_picture_comes_in_by_ftp_and_is_registered(shells: Shells) -> None:
    until(lambda: shells.health()["ftp"]["state"] == "ok", 30)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with ftplib.FTP_TLS(context=context, timeout=10) as ftp:
        ftp.connect("127.0.0.1", shells.settings.ftp.port or 0)
        ftp.login("yard", "green grass")
        ftp.prot_p()
        ftp.storbinary("STOR a.jpg", io.BytesIO(bus()))
    assert shells.uploads(1) == [("yard", b"yard/a.jpg", "pending", 0)]
    until(lambda: shells.health()["new"], 10)  # the row is there before the watcher hears of it
    health = shells.health()
    assert (health["state"], health["mode"], health["new"], health["ftp"]["received"]) == ("ok", "watching", 1, 1)


def test_a_watcher_killed_in_the_middle_loses_and_doubles_nothing(shells: Shells) -> None:
    yard = shells.settings.cameras_dir / "yard"
    yard.mkdir()
    pids = set()
    for number in range(300):
        (yard / ".next").write_bytes(picture(seed=number, size=(64, 48)))
        os.rename(yard / ".next", yard / f"{number:03}.jpg")
        if number in (60, 180):
            pid = _pid_of(shells.watcher)
            pids.add(pid)
            os.kill(pid, signal.SIGKILL)
    rows = shells.uploads(300)
    assert {row[1] for row in rows} == {b"yard/%03d.jpg" % number for number in range(300)}
    assert sum(row[3] for row in rows) == 0
    assert len(pids) == 2
    assert _pid_of(shells.watcher) not in pids


def _pid_of(actor: Any) -> int:
    """Of the process that answers now; Ray takes a moment to see a death."""
    pid = 0

    def answers() -> bool:
        nonlocal pid
        try:
            ray.get(actor.ping.remote(), timeout=10)
            pid = ray.get(actor.__ray_call__.remote(lambda self: os.getpid()), timeout=10)
        except ray.exceptions.RayError:
            return False
        return Path(f"/proc/{pid}").exists()

    until(answers, 30)
    return pid


def test_a_node_without_the_disk_reads_and_writes_through_the_media_server(shells: Shells, tmp_path: Path) -> None:
    cameras = shells.settings.cameras_dir
    (cameras / "yard").mkdir()
    source = clip(tmp_path / "clip.mp4")
    big = source.read_bytes() + (20_000_000).to_bytes(4, "big") + b"free" + bytes(20_000_000 - 8)
    (cameras / "yard" / "big.mp4").write_bytes(big)
    assert len(big) > 2 * PIECE
    upload = UploadFile(shells.volume, b"yard/big.mp4", len(big), hashlib.sha256(big).digest())
    elsewhere = NodeStorage(Settings(data_dir=tmp_path / "another node"))

    async def use() -> None:
        assert await elsewhere.read_upload(upload) == big
        async with elsewhere.open_upload(upload) as path:
            assert probe(path).width == 160
            copy = path
        assert not copy.exists()
        await elsewhere.write_media(shells.volume, "thumbs/0/1_0.jpg", b"picture")
        assert await elsewhere.read_media(shells.volume, "thumbs/0/1_0.jpg") == b"picture"
        with pytest.raises(NotFound):
            await elsewhere.read_media(shells.volume, "thumbs/0/2_0.jpg")
        shutil.copy(source, cameras / "yard" / "big.mp4")
        with pytest.raises(UploadChanged):
            await elsewhere.read_upload(upload)
        with pytest.raises(UploadAway):
            await elsewhere.read_upload(UploadFile("f" * 16, b"yard/big.mp4", 1, b""))

    asyncio.run(use())
    assert (shells.settings.media_dir / "thumbs" / "0" / "1_0.jpg").read_bytes() == b"picture"
