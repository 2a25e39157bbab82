"""A backup holds every row and every file, comes back into an empty system, and nothing else is written anywhere."""

import asyncio
import json
import os
import resource
import shutil
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from homesec.errors import HomesecError, MigrationFailed
from homesec.jobs import context
from homesec.jobs.archive import LIST, MANIFEST, BackupBroken, manifest, sha256_of
from homesec.jobs.restore import GAP, NotEmpty, restore
from homesec.media.local_storage import VOLUME_FILE, LocalStorage
from homesec.people import erased
from homesec.people.erased import Erased, note
from homesec.store.base import Base
from homesec.store.migrate import migrate
from homesec.store.writes.jobs import CancelJob
from tests.jobs.home import BY, home
from tests.jobs.rooms import BACKUP, ODD, backed_up, files, filled, furnish
from tests.store.test_dump import contents

pytestmark = pytest.mark.timeout(60)

CHANGED = {"jobs", "audit_logs", "outbox", "outbox_head"}  # by the backup itself, and by the restore


@pytest.fixture
def made(backup: Path, tmp_path: Path) -> Path:
    """A backup of one's own."""
    return Path(shutil.copytree(backup, tmp_path / "backup", symlinks=True))


def silent(percent: float, step: str) -> None:
    """Nobody listens."""


def test_every_row_and_every_file_comes_back(tmp_path: Path, database_url: str, empty_url: str) -> None:
    async def run() -> tuple[Path, dict[str, list[Any]]]:
        async with home(tmp_path / "old", database_url) as place:
            before = filled(database_url)
            furnish(place.settings.data_dir)
            (place.settings.cameras_dir / "Front Door/.half.part").write_bytes(b"not whole")
            folder = await backed_up(place)
            [job] = await place.rows("SELECT result FROM jobs WHERE job_type = 'backup'")
            assert job.result["tables"] == len(Base.metadata.tables)
            assert job.result["rows"] == sum(map(len, before.values())) + 5  # job, audit and three messages
            assert job.result["files"] == 5
            return folder, before

    folder, before = asyncio.run(run())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    heard: list[float] = []
    result = restore(empty_url, tmp_path / "new", folder, lambda percent, _: heard.append(percent))
    migrate(empty_url)
    after = contents(empty_url)
    assert {name: after[name] for name in before if name not in CHANGED} == {
        name: rows for name, rows in before.items() if name not in CHANGED
    }
    for name in ("audit_logs", "outbox"):
        assert set(before[name]) < set(after[name])
    came, was = files(tmp_path / "new"), files(tmp_path / "old")
    assert came == {name: file for name, file in was.items() if not name.endswith(".part")}
    assert ODD in came
    assert LocalStorage.open(tmp_path / "new/cameras", tmp_path / "new/media").volume == came[f"cameras/{VOLUME_FILE}"][
        0
    ].decode()
    assert (result["files"], heard) == (5, sorted(heard))
    with psycopg.connect(empty_url) as connection:
        [head] = connection.execute("SELECT seq FROM outbox_head").fetchone() or [0]
        assert head > GAP  # whoever read before, here or there, is told to begin anew
        jobs = connection.execute("SELECT job_type, status, error FROM jobs ORDER BY job_type").fetchall()
    under_way = ("failed", "it was under way when the backup was made")
    assert jobs == [("backup", *under_way), ("restore", "completed", None), ("retention", *under_way)]


def test_who_was_erased_after_the_backup_is_erased_again(made: Path, tmp_path: Path, empty_url: str) -> None:
    gone = Erased(7, datetime(2026, 3, 1, tzinfo=UTC), (b"\x07" * 32,))
    note(made.parent, gone)
    with (made.parent / erased.FILE).open("a") as file:
        file.write('{"person_id": 8, "crea')  # the power failed
    restore(empty_url, tmp_path / "new", made, silent)
    with psycopg.connect(empty_url) as connection:
        rows = connection.execute("SELECT person_id, person_created_at, hashes, done_at FROM erasures").fetchall()
        assert (gone.person_id, gone.created_at, list(gone.hashes), None) in rows
        assert 8 not in [row[0] for row in rows]
        waiting = connection.execute("SELECT job_type, params FROM jobs WHERE status = 'queued'").fetchall()
    assert waiting == [("erase", {})]


def test_a_backup_that_died_goes_on_and_is_there_once(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "SAID_EVERY_S", 0)  # every step is one to die at

    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            furnish(tmp_path, 200)
            job_id = await place.ask("backup")
            await place.killed_at("table uploads", place.runner(BACKUP))
            await place.killed_at("files", place.runner(BACKUP))
            [part] = (tmp_path / "backups").iterdir()
            snapshot = sha256_of(part / "tables" / MANIFEST)
            await place.killed_at("checking files", place.runner(BACKUP))
            with (part / LIST).open("ab") as file:
                file.write(b'["cameras/torn')  # the machine died in the middle of a line
            shutil.rmtree(tmp_path / "media/thumbs/0")  # copied already, and gone meanwhile
            await place.runner(BACKUP).round()
            job = await place.job(job_id)
            assert (job["status"], job["attempts"], job["error"]) == ("completed", 4, None)
            [folder] = (tmp_path / "backups").iterdir()
            assert job["result"]["folder"] == f"backups/{folder.name}"
            assert job["result"]["files"] == 202
            assert sha256_of(folder / "tables" / MANIFEST) == snapshot
            await place.sql("UPDATE jobs SET status = 'running', completed_at = NULL, lease_until = now()")
            await place.runner(BACKUP).round()  # all was done but to say so
            assert (await place.job(job_id))["result"] == job["result"]

    asyncio.run(run())


def test_a_cancelled_backup_leaves_nothing(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            job_id = await place.ask("backup")
            await place.killed_at("files", place.runner(BACKUP))
            assert list((tmp_path / "backups").iterdir())
            await place.write(CancelJob(job_id, BY))
            await place.runner(BACKUP).round()
            assert (await place.job(job_id))["status"] == "cancelled"
            assert list((tmp_path / "backups").iterdir()) == []

    asyncio.run(run())


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Writing beyond this size fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_leaves_no_part_of_a_backup(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            large = tmp_path / "cameras/yard/a.jpg"
            large.parent.mkdir(parents=True)
            large.write_bytes(os.urandom(200_000))
            job_id = await place.ask("backup")
            with full_disk(100_000):
                await place.runner(BACKUP).round()
            job = await place.job(job_id)
            assert job["status"] == "failed"
            assert job["error"] == "the backup cannot be written: File too large"
            assert list((tmp_path / "backups").iterdir()) == []

    asyncio.run(run())


def spoilt(folder: Path, name: str, how: str) -> None:
    path = folder / name
    if how == "changed":
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    elif how == "gone":
        path.unlink()
    elif how == "a link":
        elsewhere = folder.parent / "elsewhere"
        path.rename(elsewhere)
        path.symlink_to(elsewhere)


@pytest.mark.parametrize(
    ("name", "how", "said"),
    [
        ("tables/detections.copy.gz", "changed", "detections.copy.gz is broken"),
        ("tables/cameras.copy.gz", "gone", "cameras.copy.gz cannot be read"),
        ("tables/manifest.json", "cut", "tables/manifest.json is broken"),
        ("files.jsonl", "changed", "files.jsonl is broken"),
        ("manifest.json", "gone", "manifest.json is missing or broken"),
        ("manifest.json", "cut", "manifest.json is missing or broken"),
        ("files/media/thumbs/1/1_0.jpg", "changed", "1_0.jpg is broken"),
        ("files/media/thumbs/1/1_0.jpg", "gone", "1_0.jpg cannot be read"),
        ("files/media/thumbs/1/1_0.jpg", "a link", "1_0.jpg cannot be read"),
    ],
)
def test_a_broken_backup_is_refused_by_the_name_of_what_is_broken_before_anything_is_written(
    made: Path, tmp_path: Path, untouched_url: str, name: str, how: str, said: str
) -> None:
    spoilt(made, name, how)
    with pytest.raises(BackupBroken, match=said):
        restore(untouched_url, tmp_path / "new", made, silent)
    untouched(tmp_path / "new", untouched_url)


def untouched(data_dir: Path, url: str) -> None:
    assert not data_dir.exists()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_class WHERE relname = 'cameras'").fetchone() == (0,)


@pytest.mark.parametrize(
    "path",
    [
        "cameras/../../evil.jpg",
        "../evil.jpg",
        "/etc/evil",
        "cameras//evil.jpg",
        "cameras/./evil.jpg",
        "cameras/a\0.jpg",
        "postgres/evil",  # inside the data folder, and not the cameras'
        "cameras",
        "",
    ],
)
def test_no_name_in_a_backup_leads_anywhere_else(made: Path, tmp_path: Path, untouched_url: str, path: str) -> None:
    """The list is forged with all its hashes, as somebody could who gives the owner a backup."""
    data = b"evil"
    (made / LIST).write_text(json.dumps([path, len(data), 1, "0" * 64]) + "\n")
    facts = json.loads((made / MANIFEST).read_text())
    (made / MANIFEST).write_text(json.dumps({**facts, "files_sha256": sha256_of(made / LIST)}))
    with pytest.raises(BackupBroken, match="would lie outside"):
        restore(untouched_url, tmp_path / "new", made, silent)
    untouched(tmp_path / "new", untouched_url)
    assert not list(tmp_path.rglob("evil*"))


def test_a_folder_that_is_a_link_leads_nowhere_else(made: Path, tmp_path: Path, untouched_url: str) -> None:
    target, outside = tmp_path / "new/cameras", tmp_path / "outside"
    outside.mkdir()
    target.mkdir(parents=True)
    (target / "Front Door").symlink_to(outside)
    with pytest.raises(BackupBroken, match="a folder on its way is a link"):
        restore(untouched_url, tmp_path / "new", made, silent)
    assert list(outside.iterdir()) == []


def test_a_system_that_was_started_once_and_is_empty_takes_a_backup(
    made: Path, tmp_path: Path, empty_url: str
) -> None:
    migrate(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute("INSERT INTO api_keys (name, role, key_sha256) VALUES ('a', 'admin', %s)", [bytes(32)])
    storage = LocalStorage.open(tmp_path / "new/cameras", tmp_path / "new/media")
    restore(empty_url, tmp_path / "new", made, silent)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT name FROM api_keys").fetchall() == [("owner",)]
    assert (tmp_path / "new/cameras" / VOLUME_FILE).read_text() != storage.volume


def test_a_restore_that_broke_off_goes_on_and_one_into_a_full_system_is_refused(
    made: Path, tmp_path: Path, empty_url: str
) -> None:
    class Died(Exception):
        pass

    def die(percent: float, step: str) -> None:
        if step == "tables":
            raise Died

    with pytest.raises(Died):
        restore(empty_url, tmp_path / "new", made, die)
    before = files(tmp_path / "new")
    assert len(before) == manifest(made)["files"]
    restore(empty_url, tmp_path / "new", made, silent)
    assert files(tmp_path / "new") == before
    with pytest.raises(MigrationFailed, match="rows are in the way: cameras"):
        restore(empty_url, tmp_path / "new", made, silent)


def test_a_file_that_is_in_the_way_stays(made: Path, tmp_path: Path, untouched_url: str) -> None:
    mine = tmp_path / "new" / ODD
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    with pytest.raises(NotEmpty, match="is in the way"):
        restore(untouched_url, tmp_path / "new", made, silent)
    assert files(tmp_path / "new") == {ODD: (b"mine", mine.stat().st_mtime_ns)}


def test_a_backup_of_another_version_says_so(made: Path, tmp_path: Path, untouched_url: str) -> None:
    facts = json.loads((made / MANIFEST).read_text())
    (made / MANIFEST).write_text(json.dumps({**facts, "format": 99}))
    with pytest.raises(HomesecError, match=r"another version of homesec \(format 99\)"):
        restore(untouched_url, tmp_path / "new", made, silent)


def test_a_second_backup_takes_what_came_since(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            await place.picture(timedelta(0))
            await backed_up(place)
            await place.picture(timedelta(0))
            second = await backed_up(place)
            assert manifest(second)["files"] == 5  # two pictures, two thumbnails, the id of the disk
            assert len(list((tmp_path / "backups").iterdir())) == 2

    asyncio.run(run())
