"""The way of a picture through a detector, with everything real but Ray."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from homesec.bus import DETECTION_BACKLOG, DETECTION_QUEUE, Bus
from homesec.errors import Unavailable, UploadAway
from homesec.media.pictures import decode
from homesec.settings import UploadSettings
from homesec.vision.detections import Detections
from homesec.vision.devices import DeviceFull, DeviceLost
from homesec.vision.fakes import NullDetector, hash_detections
from tests.detect.conftest import AT, House, jpeg


def run(scenario: Any) -> None:
    """Each test is one scenario on an event loop of its own, bounded in time."""

    async def bounded() -> None:
        async with asyncio.timeout(45):
            await scenario

    asyncio.run(bounded())


class Watched:
    """A detector that remembers its batches; it may be told to fail or to wait."""

    name = "watched"

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.fails: Any = None
        self.pause_s = 0.0

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        self.batches.append(len(frames))
        time.sleep(self.pause_s)
        if self.fails is not None:
            self.fails(frames)
        return NullDetector(person=True).predict(frames)


def test_pictures_become_detections_as_the_model_sees_them(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        house.camera("door", classes=["person", "dog"], min_confidence=0.5)
        pictures = {house.upload(("yard", "door")[n % 2], jpeg(n)): (n, jpeg(n)) for n in range(12)}
        await house.enqueue(*pictures)
        async with house.working() as running:
            await house.until_acknowledged()
        assert set(house.states().values()) == {"detected"}
        rows = house.detections()
        assert len(rows) > 6
        for upload_id, (number, data) in pictures.items():
            expected = hash_detections(decode(data, 10**8))
            mine = [row for row in rows if row["upload_id"] == upload_id]
            assert [row["object_type"] for row in mine] == list(expected.classes)
            for row, box, confidence, vector in zip(
                mine, expected.xyxy, expected.confidence, _vectors(expected), strict=True
            ):
                np.testing.assert_allclose([row["x1"], row["y1"], row["x2"], row["y2"]], box, atol=1e-5)
                assert row["confidence"] == pytest.approx(float(confidence), abs=1e-4)
                assert row["appearance"] == vector
                assert row["detected_at"] == AT + timedelta(seconds=number)
                assert (row["frame_width"], row["frame_height"]) == (320, 240)
                assert row["model"] == "fake:hash"
                assert row["file_path"] == f"{row['camera_id']}/{number}.jpg"
        refused = {row["excluded_because"] for row in rows if row["camera_id"] == "door"}
        assert refused & {
            "car is not among the classes of this camera",
            "truck is not among the classes of this camera",
        }
        assert sorted(set(running.hints)) == ["door", "yard"]
        assert running.counters.uploads == 12
        assert running.counters.detections == len(rows)
        assert running.counters.frames == 12

    run(scenario())


def _vectors(found: Detections) -> list[bytes]:
    return [] if found.appearance is None else [row.tobytes() for row in found.appearance]


def test_frames_with_something_that_counts_get_thumbnails_and_cameras_their_last_picture(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        house.camera("door", classes=["car"])
        seen = house.upload("yard", jpeg(1, 1920, 1080))
        excluded = house.upload("door", jpeg(2, 640, 480))
        newer = house.upload("yard", jpeg((10, 200, 10), 640, 480))
        await house.enqueue(newer, seen, excluded)
        async with house.working("null:person"):
            await house.until_acknowledged()
        paths = {row["upload_id"]: row["thumbnail_path"] for row in house.detections()}
        assert paths[excluded] is None
        assert paths[seen] == f"thumbs/0/{seen}_0.jpg"
        thumbnail = decode((house.folder / "media" / paths[seen]).read_bytes(), 10**8)
        assert thumbnail.shape == (270, 480, 3)
        assert not (house.folder / "media" / f"thumbs/0/{excluded}_0.jpg").exists()
        last = decode((house.folder / "media" / "last" / "yard.jpg").read_bytes(), 10**8)
        assert last.shape == (480, 640, 3)  # the newest by capture time, not the last to be looked at
        assert last[..., 1].mean() > 150
        assert (house.folder / "media" / "last" / "door.jpg").exists()
        sizes = {(row["frame_width"], row["frame_height"]) for row in house.detections()}
        assert sizes == {(1920, 1080), (640, 480)}  # of the originals, although 1080p is decoded at half its size

    run(scenario())


def test_bad_files_are_refused_in_words_and_spare_their_neighbours(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        good = house.upload("yard", jpeg(1))
        broken = house.upload("yard", jpeg(2)[:-400])
        text = house.upload("yard", b"no picture at all", "a\nb.jpg")
        overwritten = house.upload("yard", jpeg(3), "latest.jpg")
        (house.storage.cameras_dir / "yard" / "latest.jpg").write_bytes(jpeg(4))
        removed = house.upload("yard", jpeg(5), "gone.jpg")
        (house.storage.cameras_dir / "yard" / "gone.jpg").unlink()
        huge = house.upload("yard", jpeg(6, 4000, 3000))
        await house.enqueue(good, broken, text, overwritten, removed, huge)
        async with house.working(uploads=UploadSettings(max_pixels=1_000_000), batch=8) as running:
            await house.until_acknowledged()
        assert house.states() == {
            good: "detected", broken: "rejected", text: "rejected", overwritten: "failed", removed: "failed",
            huge: "rejected",
        }  # fmt: skip
        errors = {row["id"]: row["error"] for row in house.execute("SELECT id, error FROM uploads")}
        assert errors[good] is None
        assert "breaks off" in errors[broken]
        assert "but text" in errors[text]
        assert "overwritten or removed" in errors[overwritten]
        assert "overwritten or removed" in errors[removed]
        assert "4000 x 3000" in errors[huge]
        assert running.counters.failures == 5
        assert running.counters.uploads == 6

    run(scenario())


def test_what_needs_no_looking_is_acknowledged_untouched(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        house.camera("gone")
        done = house.upload("yard", jpeg(1))
        waiting = house.upload("gone", jpeg(2))
        house.execute("UPDATE uploads SET state = 'done' WHERE id = :id", id=done)
        house.execute("UPDATE cameras SET deleted_at = now() WHERE id = 'gone'")
        await house.enqueue(done, waiting, 999_999)
        watched = Watched()
        async with house.working(watched):
            await house.until_acknowledged()
        assert house.states() == {done: "done", waiting: "pending"}
        assert watched.batches == []

    run(scenario())


def test_a_camera_that_is_switched_off_is_not_looked_at(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard", enabled=False)
        upload = house.upload("yard", jpeg(1))
        await house.enqueue(upload)
        watched = Watched()
        async with house.working(watched):
            await house.until_acknowledged()
        assert house.states() == {upload: "detected"}
        assert house.detections() == []
        assert watched.batches == []

    run(scenario())


def test_one_upload_named_by_two_entries_is_looked_at_once(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        upload = house.upload("yard", jpeg(1))
        await house.enqueue(upload, upload)
        async with house.working("null:person"):
            await house.until_acknowledged()
        assert len(house.detections()) == 1

    run(scenario())


def test_live_pictures_go_before_old_ones(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        old = [house.upload("yard", jpeg(n)) for n in range(30)]
        live = [house.upload("yard", jpeg(n)) for n in range(30, 34)]
        await house.enqueue(*old, queue=DETECTION_BACKLOG)
        await house.enqueue(*live)
        async with house.working("null:person", batch=2):
            await house.until_acknowledged()
        order = [row["upload_id"] for row in house.execute("SELECT upload_id FROM detections ORDER BY id")]
        assert set(live) <= set(order[:10])  # three groups of two are in flight at once, and may overtake each other

    run(scenario())


def test_batches_are_full_under_load_and_a_lone_picture_waits_for_nobody(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        uploads = [house.upload("yard", jpeg(n)) for n in range(48)]
        await house.enqueue(*uploads)
        watched = Watched()
        watched.pause_s = 0.05
        async with house.working(watched, batch=8, deadline_s=10.0) as running:
            await house.until_acknowledged()
            assert sum(watched.batches) == 48
            assert running.counters.to_json()["fill"] > 0.7
            started = time.monotonic()
            await house.enqueue(house.upload("yard", jpeg(99)))
            await house.until(lambda: watched.batches[-1] == 1)
            assert time.monotonic() - started < 8  # the deadline is not sat out

    run(scenario())


def test_results_are_kept_while_the_writer_is_away_and_the_model_asked_once(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        uploads = [house.upload("yard", jpeg(n)) for n in range(4)]
        watched, asked = Watched(), 0

        async def write(unit: Any) -> Any:
            nonlocal asked
            asked += 1
            if asked < 4:
                raise Unavailable("the writer is not there at the moment")
            result = await house.write(unit)
            return result

        await house.enqueue(*uploads)
        async with house.working(watched, write=write) as running:
            await house.until(lambda: asked >= 2)
            assert running.worker.health()["because"] == "the writer is not there at the moment"
            assert set(house.states().values()) == {"pending"}
            await house.until_acknowledged()
            assert running.worker.health()["because"] is None
        assert set(house.states().values()) == {"detected"}
        assert sum(watched.batches) == 4

    run(scenario())


def test_a_repeated_write_after_a_lost_answer_doubles_nothing(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        upload = house.upload("yard", jpeg(1))
        answers = 0

        async def write(unit: Any) -> Any:
            nonlocal answers
            result = await house.write(unit)
            answers += 1
            if answers == 1:
                raise Unavailable("the commit happened, its answer was lost")
            return result

        await house.enqueue(upload)
        async with house.working("null:person", write=write):
            await house.until_acknowledged()
        assert answers == 2
        assert len(house.detections()) == 1

    run(scenario())


def test_files_on_a_disk_that_is_away_stay_pending_for_the_sweep(house: House) -> None:
    class Away:
        """A disk that cannot be reached."""

        async def read_upload(self, upload: Any) -> bytes:
            raise UploadAway

        async def write_media(self, volume: str, name: str, data: bytes) -> None:
            raise AssertionError("there is nothing to write")

    async def scenario() -> None:
        house.camera("yard")
        upload = house.upload("yard", jpeg(1))
        await house.enqueue(upload)
        async with house.working(storage=Away()) as running:
            await house.until_acknowledged()
        assert house.states() == {upload: "pending"}
        assert house.execute("SELECT attempts FROM uploads") == [{"attempts": 0}]
        assert running.counters.uploads == 0

    run(scenario())


def test_a_picture_the_model_fails_on_fails_alone_and_after_three_tries_for_good(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        green = house.upload("yard", jpeg((0, 255, 0)))
        others = [house.upload("yard", jpeg(n)) for n in range(5)]
        await house.enqueue(green, *others)
        async with house.working("fake:crash", batch=8):
            await house.until_acknowledged()
            assert house.states() == {green: "pending"} | dict.fromkeys(others, "detected")
            for _ in range(2):  # as the sweep does
                await house.enqueue(green)
                await house.until_acknowledged()
        assert house.states()[green] == "failed"
        (row,) = house.execute("SELECT attempts, error FROM uploads WHERE id = :id", id=green)
        assert row["attempts"] == 3
        assert "a green picture" in row["error"]

    run(scenario())


def test_a_full_device_gets_smaller_batches(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        uploads = [house.upload("yard", jpeg(n)) for n in range(8)]
        watched = Watched()

        def full(frames: Sequence[Any]) -> None:
            if len(frames) > 2:
                raise DeviceFull

        watched.fails = full
        await house.enqueue(*uploads)
        async with house.working(watched, batch=8, deadline_s=1.0):
            await house.until_acknowledged()
        assert set(house.states().values()) == {"detected"}
        assert max(watched.batches) > 2
        assert len(house.detections()) == 8

    run(scenario())


def test_a_lost_device_ends_the_worker_and_leaves_its_entries(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        uploads = [house.upload("yard", jpeg(n)) for n in range(4)]
        watched = Watched()

        def lost(_: Any) -> None:
            raise DeviceLost

        watched.fails = lost
        await house.enqueue(*uploads)
        async with house.working(watched) as running:
            with pytest.raises(DeviceLost):
                await asyncio.wait_for(running.task, 10)
        assert set(house.states().values()) == {"pending"}
        bus = Bus(house.redis_url, "test")
        assert await bus.depth(DETECTION_QUEUE) == 4
        await bus.close()

    run(scenario())


def test_an_entry_of_a_dead_worker_runs_alone_and_ten_deaths_end_it(house: House, monkeypatch: Any) -> None:
    monkeypatch.setattr("homesec.bus.STALE_S", 0.2)
    monkeypatch.setattr("homesec.bus.RENEW_S", 0.05)

    async def scenario() -> None:
        house.camera("yard")
        poison, *innocent = [house.upload("yard", jpeg(n)) for n in range(4)]
        await house.enqueue(poison, *innocent)
        dead = Bus(house.redis_url, "dead")
        entries = await dead.take([DETECTION_QUEUE], 4, 1)
        assert len(entries) == 4
        for _ in range(9):  # nine more that took the first one and died of it
            await asyncio.sleep(0.25)
            await dead.client.xclaim("homesec:detection_queue", "workers", "dead", 0, [entries[0].entry_id])
        await dead.close()
        watched = Watched()
        async with house.working(watched, batch=4, deadline_s=1.0):
            await house.until_acknowledged()
        assert watched.batches == [1, 1, 1]  # the innocent ones, one by one
        assert house.states() == {poison: "failed"} | dict.fromkeys(innocent, "detected")
        (row,) = house.execute("SELECT error FROM uploads WHERE id = :id", id=poison)
        assert "ended the detector's process 11 times" in row["error"]

    run(scenario())


def test_a_slow_picture_is_not_taken_by_others(house: House, monkeypatch: Any) -> None:
    monkeypatch.setattr("homesec.bus.STALE_S", 3.0)  # so long that a loaded machine still renews in time
    monkeypatch.setattr("homesec.bus.RENEW_S", 0.3)

    async def scenario() -> None:
        house.camera("yard")
        upload = house.upload("yard", jpeg(1))
        await house.enqueue(upload)
        slow, other = Watched(), Watched()
        slow.pause_s = 5.0
        async with house.working(slow, consumer="detector:0"):
            await house.until(lambda: slow.batches == [1])
            async with house.working(other, consumer="detector:1", write=_never):
                await house.until_acknowledged()
        assert other.batches == []
        assert house.states() == {upload: "detected"}

    run(scenario())


async def _never(unit: Any) -> Any:
    raise AssertionError("there is nothing to write")


def test_two_workers_share_the_queue_and_double_nothing(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        uploads = [house.upload("yard", jpeg(n)) for n in range(30)]
        await house.enqueue(*uploads)
        one, two = Watched(), Watched()
        one.pause_s = two.pause_s = 0.05
        async with (
            house.working(one, consumer="detector:0"),
            house.working(two, consumer="detector:1"),
        ):
            await house.until_acknowledged()
        assert min(sum(one.batches), sum(two.batches)) > 4
        assert [row["upload_id"] for row in house.detections()] == uploads

    run(scenario())


def test_stopping_finishes_what_is_in_flight(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        uploads = [house.upload("yard", jpeg(n)) for n in range(200)]  # five seconds of work
        await house.enqueue(*uploads)
        watched = Watched()
        watched.pause_s = 0.1
        async with house.working(watched) as running:
            await house.until(lambda: len(watched.batches) > 1)
            await running.worker.stop(10)
            await asyncio.wait_for(running.task, 5)
            states = list(house.states().values())
            assert 8 <= states.count("detected") < 200
            assert sum(watched.batches) == states.count("detected")
            bus = Bus(house.redis_url, "test")
            assert await bus.depth(DETECTION_QUEUE) == states.count("pending")
            await bus.close()

    run(scenario())


def test_a_box_the_database_refuses_fails_its_own_upload_only(house: House) -> None:
    class Impossible:
        """Names a class that no text column takes, for dark pictures."""

        name = "impossible"

        def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
            seen = NullDetector(person=True).predict(frames)
            return [
                Detections(one.xyxy, one.confidence, ("per\0son",)) if frame.mean() < 20 else one
                for one, frame in zip(seen, frames, strict=True)
            ]

    async def scenario() -> None:
        house.camera("yard")
        dark = house.upload("yard", jpeg((0, 0, 0)))
        others = [house.upload("yard", jpeg(n)) for n in range(3)]
        await house.enqueue(dark, *others)
        async with house.working(Impossible()):
            await house.until_acknowledged()
        assert house.states() == {dark: "pending"} | dict.fromkeys(others, "detected")
        (row,) = house.execute("SELECT attempts FROM uploads WHERE id = :id", id=dark)
        assert row["attempts"] == 1

    run(scenario())


def test_redis_that_is_emptied_midway_loses_nothing_that_is_enqueued_again(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        uploads = [house.upload("yard", jpeg(n)) for n in range(20)]
        await house.enqueue(*uploads)
        watched = Watched()
        watched.pause_s = 0.05
        async with house.working(watched):
            await house.until(lambda: len(watched.batches) > 1)
            bus = Bus(house.redis_url, "test")
            await bus.client.flushall()
            await bus.close()
            await house.until(lambda: list(house.states().values()).count("pending") < 20)
            await house.enqueue(*uploads)  # as the sweep does
            await house.until(lambda: set(house.states().values()) == {"detected"})
        assert [row["upload_id"] for row in house.detections()] == uploads

    run(scenario())


@pytest.mark.parametrize("name", ["ä ü.jpg", "quote'\"$(x).jpg", "a\\b.jpg"])
def test_odd_names_are_readable_in_the_rows(house: House, name: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        house.camera("yard")
        await house.enqueue(house.upload("yard", jpeg(1), name))
        async with house.working("null:person"):
            await house.until_acknowledged()
        assert [row["file_path"] for row in house.detections()] == [f"yard/{name}"]

    run(scenario())
