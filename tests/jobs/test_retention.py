"""What is old goes with its files, what the owner spoke of stays, and a dry run says it before."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from homesec.jobs.registry import KINDS
from homesec.store.writes.retention import OLD_ROWS, DropUploads
from homesec.watch.scan import scan
from tests.jobs.home import CAMERA, Home, home
from tests.store.rows import BOX, good, table

pytestmark = pytest.mark.timeout(60)

DAY = timedelta(days=1)
RETENTION = {"retention": KINDS["retention"]}


async def put(place: Home, name: str, /, **changes: Any) -> None:
    """A good row of a table, with these columns changed."""
    row = good(name, **changes)
    row.pop("id", None) if "id" not in changes else None
    async with place.engine.begin() as connection:
        await connection.execute(table(name).insert().values(row))


async def ids(place: Home, name: str) -> list[int]:
    return [row.id for row in await place.rows(f"SELECT id FROM {name} ORDER BY id")]


async def old_and_young(place: Home) -> tuple[list[Path], list[Path], list[int]]:
    """Old: a picture of an event, one with a note, one of nothing. Young: one of an event. Gives those that go."""
    plain = await place.picture(40 * DAY)
    old = await place.event(40 * DAY)
    noted = await place.picture(40 * DAY)
    kept = await place.event(40 * DAY, notes="the neighbour's cat")
    nothing = await place.picture(35 * DAY, seen=False)
    young = await place.picture(2 * DAY)
    new = await place.event(2 * DAY)
    assert await ids(place, "events") == [old, kept, new]
    return [plain, nothing], [noted, young], [kept, new]


def test_what_is_old_goes_and_what_the_owner_spoke_of_stays(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            going, staying, events = await old_and_young(place)
            size = sum(path.stat().st_size for path in going)
            foreseen = await place.run("retention", dry_run=True)
            assert foreseen["result"] == {"dry_run": True, "events": 1, "uploads": 2, "bytes": size}
            assert all(path.exists() for path in (*going, *staying))
            assert len(await ids(place, "uploads")) == 4

            job = await place.run("retention")
            assert job["status"] == "completed", job["error"]
            result = job["result"]
            assert (result["events"], result["uploads"], result["batches"]) == (1, 2, 1)
            assert result["bytes"] == size + len(b"small")  # one of them had a thumbnail
            assert not any(path.exists() for path in going)
            assert all(path.exists() for path in staying)
            assert await ids(place, "events") == events
            assert len(await ids(place, "uploads")) == len(await ids(place, "detections")) == 2
            assert len(await ids(place, "batches")) == 2
            paths = await place.rows("SELECT path FROM upload_paths ORDER BY path")
            assert [Path(os.fsdecode(bytes(row.path))).name for row in paths] == [path.name for path in staying]
            thumbs = {row.thumbnail_path for row in await place.rows("SELECT thumbnail_path FROM detections")}
            media = place.settings.media_dir
            assert {str(path.relative_to(media)) for path in media.rglob("*.jpg")} == thumbs

            await place.sql("UPDATE events SET notes = NULL")
            assert (await place.run("retention"))["result"]["events"] == 1
            assert (await place.run("retention"))["result"] == {}

    asyncio.run(run())


def test_an_event_with_feedback_stays(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            picture = await place.picture(40 * DAY)
            event = await place.event(40 * DAY)
            await put(place, "event_feedback", event_id=event)
            assert (await place.run("retention"))["result"] == {}
            assert picture.exists()

    asyncio.run(run())


def test_a_picture_that_came_again_lately_and_one_in_work_stay(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            await place.picture(40 * DAY, seen=False)
            await place.sql("UPDATE uploads SET last_repeat_at = now()")
            await place.picture(40 * DAY, seen=False)
            await place.sql("UPDATE uploads SET state = 'pending' WHERE last_repeat_at IS NULL")
            assert (await place.run("retention"))["result"] == {}
            assert len(await ids(place, "uploads")) == 2

    asyncio.run(run())


def test_other_bytes_under_the_path_of_an_old_picture_stay(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            path = await place.picture(40 * DAY, seen=False)
            path.write_bytes(b"\xff\xd8\xff a new picture under the old name")
            elsewhere = tmp_path / "elsewhere.jpg"
            elsewhere.write_bytes(b"mine")
            link = await place.picture(40 * DAY, seen=False)
            link.unlink()
            link.symlink_to(elsewhere)
            assert (await place.run("retention"))["result"]["uploads"] == 2
            assert (path.exists(), elsewhere.read_bytes()) == (True, b"mine")

    asyncio.run(run())


def test_pictures_on_a_disk_that_is_away_wait_for_it(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            path = await place.picture(40 * DAY, seen=False)
            await place.picture(40 * DAY, seen=False)
            await place.sql("UPDATE upload_paths SET volume = 'another' WHERE path LIKE '%0001.jpg'")
            result = (await place.run("retention"))["result"]
            assert (result["uploads"], result["uploads on a disk that is away"]) == (1, 1)
            [row] = await place.rows("SELECT state FROM uploads")
            assert row.state == "expired"
            await place.sql("UPDATE upload_paths SET volume = :volume", volume=place.storage.volume)
            assert (await place.run("retention"))["result"]["uploads"] == 1
            assert not path.exists()

    asyncio.run(run())


def test_a_run_that_died_between_a_file_and_its_row_is_finished_by_the_next(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            going, staying, _ = await old_and_young(place)
            job_id = await place.ask("retention")
            real = place.write

            async def dying(unit: Any) -> Any:
                if isinstance(unit, DropUploads):
                    place.hanging.set()
                    await asyncio.Event().wait()
                return await real(unit)

            place.write = dying  # type: ignore[method-assign]
            await place.killed_at("never said", place.runner(RETENTION))
            place.write = real  # type: ignore[method-assign]
            assert not any(path.exists() for path in going)
            assert [row.state for row in await place.rows("SELECT state FROM uploads ORDER BY id")] == [
                "expired", "done", "expired", "done",
            ]  # fmt: skip
            await place.runner(RETENTION).round()
            job = await place.job(job_id)
            assert (job["status"], job["attempts"]) == ("completed", 2)
            assert (job["result"]["events"], job["result"]["uploads"]) == (1, 2)
            assert all(path.exists() for path in staying)

    asyncio.run(run())


def test_vectors_of_strangers_go_after_a_week_and_those_of_known_persons_stay(
    tmp_path: Path, database_url: str
) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            for _ in range(3):
                await place.picture(10 * DAY)
            await place.event(2 * DAY)
            at = datetime.now(UTC) - 10 * DAY
            seen = await ids(place, "detections")
            await place.sql("UPDATE detections SET detected_at = :at", at=at)
            await put(place, "known_persons", id=1)
            known: list[dict[str, Any]] = [{"name": "Ann"}, {"entity_metadata": {"person_id": 1}}, {}]  # and a stranger
            for number, (detection, columns) in enumerate(zip(seen, known, strict=True), 1):
                entity = f"00000000-0000-4000-8000-00000000010{number}"
                await put(place, "entities", id=entity, first_seen_at=at, last_seen_at=at, **columns)
                await put(place, "tracks", track_id=number, entity_id=entity, first_seen=at, last_seen=at)
                await place.sql(
                    "UPDATE detections SET track_id = (SELECT max(id) FROM tracks) WHERE id = :id", id=detection
                )
                await put(place, "reid_embeddings", detection_id=detection)
                await put(place, "demographics_results", detection_id=detection)
                person = 1 if columns else None
                outcome = "match" if columns else "unknown"
                await put(
                    place, "face_detection_events", detection_id=detection, timestamp=at, bbox=BOX, outcome=outcome,
                    is_unknown=not columns, matched_person_id=person, match_confidence=None, age_estimate=30,
                )  # fmt: skip
            result = (await place.run("retention"))["result"]
            assert result == {"vectors of strangers": 2, "reid_embeddings": 1, "demographics_results": 1}
            for name in ("reid_embeddings", "demographics_results"):
                rows = await place.rows(f"SELECT detection_id FROM {name} ORDER BY detection_id")
                assert [row.detection_id for row in rows] == seen[:2]
            faces = await place.rows("SELECT embedding, age_estimate FROM face_detection_events ORDER BY detection_id")
            assert [(row.embedding is None, row.age_estimate) for row in faces] == [
                (False, 30), (False, 30), (True, None)]  # fmt: skip
            entities = await place.rows("SELECT embedding, detection_count FROM entities ORDER BY id")
            assert [row.embedding is None for row in entities] == [False, False, True]  # that it was there, stays

    asyncio.run(run())


def test_records_of_the_system_go_by_their_own_ages(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url, retention={"gpu_stats_days": 1}) as place:
            now = datetime.now(UTC)
            for days in (3, 10):
                await put(place, "logs", timestamp=now - days * DAY)
                await put(place, "gpu_stats", recorded_at=now - days * DAY)
            await place.sql("UPDATE outbox_head SET seq = 4")
            for seq, days in ((1, 20), (2, 9), (3, 6), (4, 0)):
                await put(place, "outbox", seq=seq, created_at=now - days * DAY)
            await put(place, "jobs", id="old", status="completed", completed_at=now - 40 * DAY)
            await put(place, "cameras", id="yard", folder_path="yard")
            await put(place, "scene_changes", camera_id="yard", detected_at=now - 50 * DAY, ended_at=now - 40 * DAY,
                      volume=place.storage.volume, file_path="scenes/yard/1_after.jpg")  # fmt: skip
            await put(place, "scene_changes", camera_id="yard", detected_at=now - 50 * DAY + DAY)  # it lasts
            await place.storage.write_media(place.storage.volume, "scenes/yard/1_after.jpg", b"after")
            exports = place.settings.exports_dir
            exports.mkdir()
            (exports / "old.zip").touch()
            os.utime(exports / "old.zip", (0, 0))
            (exports / "new.zip").touch()
            result = (await place.run("retention"))["result"]
            assert result == {
                "jobs": 1, "logs": 1, "gpu_stats": 2, "outbox": 2, "exports": 1, "changes of views": 1, "bytes": 5,
            }  # fmt: skip
            assert [row.seq for row in await place.rows("SELECT seq FROM outbox WHERE seq < 5 ORDER BY seq")] == [3, 4]
            assert [path.name for path in exports.iterdir()] == ["new.zip"]
            assert not (place.settings.media_dir / "scenes/yard/1_after.jpg").exists()
            assert len(await ids(place, "scene_changes")) == 1

    asyncio.run(run())


def test_every_kind_of_old_rows_can_be_asked_for(tmp_path: Path, database_url: str) -> None:
    """Rows of every table that goes by age: young ones stay, old ones go."""

    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            await place.picture(DAY)
            await put(place, "incidents", started_at=datetime.now(UTC) - 90 * DAY, last_at=datetime.now(UTC) - 80 * DAY)
            await put(place, "alert_cooldowns", until=datetime.now(UTC) - 80 * DAY)
            at = datetime.now(UTC) - 80 * DAY
            await put(place, "camera_zones", id=1, camera_id=CAMERA)
            await put(place, "zone_anomalies", timestamp=at, detection_id=None, id="a")
            await put(place, "action_events", timestamp=at, track_id=None)
            await put(place, "heatmap_data", time_bucket=at)
            await put(place, "heatmap_data", time_bucket=at, resolution="daily")
            await put(place, "tracks", first_seen=at, last_seen=at, entity_id=None)
            await put(place, "entities", first_seen_at=at, last_seen_at=at)
            await put(place, "entities", first_seen_at=at, last_seen_at=at, id="00000000-0000-4000-8000-000000000009",
                      trust_status="trusted")  # fmt: skip
            old = ("incidents", "alert_cooldowns", "zone_anomalies", "action_events", "heatmap_data", "tracks",
                   "entities")  # fmt: skip
            assert set(old) < set(OLD_ROWS)
            foreseen = (await place.run("retention", dry_run=True))["result"]
            assert {name: foreseen[name] for name in old} == dict.fromkeys(old, 1)
            result = (await place.run("retention"))["result"]
            assert {name: result[name] for name in old} == dict.fromkeys(old, 1)
            assert await place.rows("SELECT resolution FROM heatmap_data") == [("daily",)]
            assert await place.rows("SELECT trust_status FROM entities") == [("trusted",)]

    asyncio.run(run())


def test_files_that_came_longer_ago_than_anything_is_kept_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "yard"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"x")
    came_ns = (folder / "a.jpg").stat().st_ctime_ns
    young, old = scan(tmp_path, (), oldest_ns=came_ns), scan(tmp_path, (), oldest_ns=came_ns + 1)
    assert (len(young.unknown["yard"]), young.expired) == (1, 0)
    assert (old.unknown, old.expired) == ({}, 1)
