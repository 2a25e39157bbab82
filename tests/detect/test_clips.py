"""The way of a clip through a detector: by chunks, resumable, and never in the way of pictures."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from homesec.bus import DETECTION_QUEUE, Bus
from homesec.settings import UploadSettings
from homesec.vision.detections import Detections
from homesec.vision.fakes import NullDetector
from tests.detect.conftest import AT, House, clip, jpeg

CHUNKS = UploadSettings(video_fps=2, chunk_frames=4)


def run(scenario: Any) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(45):
            await scenario

    asyncio.run(bounded())


def frame_nos(house: House, upload_id: int) -> list[int]:
    return [row["frame_no"] for row in house.detections() if row["upload_id"] == upload_id]


@pytest.mark.parametrize("seconds", [6.0, 5.0, 0.4], ids=["ends on the border", "ends within a chunk", "one frame"])
def test_a_clip_is_looked_at_twice_a_second_and_told_once(house: House, tmp_path: Path, seconds: float) -> None:
    async def scenario() -> None:
        house.camera("yard")
        upload = house.upload("yard", clip(tmp_path / "a.mp4", seconds), "a.mp4", "video")
        await house.enqueue(upload)
        async with house.working("null:person", uploads=CHUNKS, batch=3) as running:
            await house.until_acknowledged()
        rows = house.detections()
        expected = max(1, int(seconds * 2))
        assert [row["frame_no"] for row in rows] == list(range(expected))
        assert [row["detected_at"] for row in rows] == [AT + timedelta(seconds=n / 2) for n in range(expected)]
        assert {(row["frame_width"], row["frame_height"], row["media_type"]) for row in rows} == {(320, 240, "video")}
        assert house.execute("SELECT state, next_frame, error FROM uploads") == [
            {"state": "detected", "next_frame": expected, "error": None}
        ]
        messages = house.execute("SELECT payload FROM outbox")
        assert [line["payload"]["counts"] for line in messages] == [{"person": expected}]
        for row in rows:
            assert (house.folder / "media" / row["thumbnail_path"]).exists()
        assert (house.folder / "media" / "last" / "yard.jpg").exists()
        assert running.hints == ["yard"]

    run(scenario())


def test_large_frames_are_made_smaller_and_their_size_is_kept(house: House, tmp_path: Path) -> None:
    seen: list[tuple[int, ...]] = []

    class Measuring(NullDetector):
        """Remembers the sizes."""

        def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
            seen.extend(frame.shape for frame in frames)
            return super().predict(frames)

    async def scenario() -> None:
        house.camera("yard")
        data = clip(tmp_path / "a.mp4", 1.0, size=(1920, 1080))
        await house.enqueue(house.upload("yard", data, "a.mp4", "video"))
        async with house.working(Measuring(person=True), uploads=CHUNKS):
            await house.until_acknowledged()
        assert set(seen) == {(540, 960, 3)}
        assert {(row["frame_width"], row["frame_height"]) for row in house.detections()} == {(1920, 1080)}

    run(scenario())


def test_a_clip_goes_on_where_it_was_left(house: House, tmp_path: Path) -> None:
    async def scenario() -> None:
        house.camera("yard")
        data = clip(tmp_path / "a.mp4", 6.0)
        whole = house.upload("yard", data, "a.mp4", "video")
        house.camera("door")
        half = house.upload("door", data, "a.mp4", "video")
        house.execute("UPDATE uploads SET next_frame = 5 WHERE id = :id", id=half)
        await house.enqueue(whole, half)
        async with house.working("fake:hash", uploads=CHUNKS):
            await house.until_acknowledged()
        assert min(frame_nos(house, half)) >= 5
        rows = house.detections("upload_id, frame_no, object_type, confidence, x1, y1")
        late = [row for row in rows if row["upload_id"] == whole and row["frame_no"] >= 5]
        assert [row | {"upload_id": half} for row in late] == [row for row in rows if row["upload_id"] == half]
        assert set(house.states().values()) == {"detected"}

    run(scenario())


def test_a_stop_midway_leaves_the_rest_to_the_next_worker(house: House, tmp_path: Path) -> None:
    async def scenario() -> None:
        house.camera("yard")
        upload = house.upload("yard", clip(tmp_path / "a.mp4", 20.0), "a.mp4", "video")
        await house.enqueue(upload)
        async with house.working("fake:sleep:150", uploads=CHUNKS, batch=2) as running:
            await house.until(lambda: len(house.detections()) >= 4)
            await running.worker.stop(10)
        taken = len(house.detections())
        assert 4 <= taken < 40
        assert taken % 4 == 0  # whole chunks
        assert house.states() == {upload: "pending"}
        async with house.working("null:person", uploads=CHUNKS):
            await house.until_acknowledged()
        assert frame_nos(house, upload) == list(range(40))

    run(scenario())


def test_a_clip_over_which_a_worker_died_gets_one_chunk_alone_and_is_then_like_any_other(
    house: House, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("homesec.bus.STALE_S", 0.2)

    async def scenario() -> None:
        house.camera("yard")
        upload = house.upload("yard", clip(tmp_path / "a.mp4", 10.0), "a.mp4", "video")
        await house.enqueue(upload)
        dead = Bus(house.redis_url, "dead")
        for _ in range(5):
            assert await dead.take([DETECTION_QUEUE], 1, 1)
            await asyncio.sleep(0.25)
        await dead.close()
        async with house.working("null:person", uploads=CHUNKS):
            await house.until_acknowledged()
        assert house.states() == {upload: "detected"}
        assert frame_nos(house, upload) == list(range(20))

    run(scenario())


def test_many_long_clips_leave_room_for_pictures(house: House, tmp_path: Path) -> None:
    async def scenario() -> None:
        house.camera("yard")
        long = clip(tmp_path / "a.mp4", 30.0)
        clips = [house.upload("yard", long + bytes([n]) * 4, f"{n}.mp4", "video") for n in range(6)]
        await house.enqueue(*clips)
        async with house.working("fake:sleep:20", uploads=CHUNKS, batch=2) as running:
            await house.until(lambda: len(house.detections()) > 4)
            pictures = [house.upload("yard", jpeg(n)) for n in range(10)]
            await house.enqueue(*pictures)
            await house.until(lambda: all(house.states()[upload] == "detected" for upload in pictures))
            assert "pending" in {house.states()[upload] for upload in clips}
            assert running.worker.health()["clips"] == 2
            await house.until_acknowledged(40)
        assert set(house.states().values()) == {"detected"}
        for upload in clips:
            assert frame_nos(house, upload) == list(range(60))

    run(scenario())


def test_a_clip_that_is_too_long_keeps_what_was_seen_and_says_why(house: House, tmp_path: Path) -> None:
    async def scenario() -> None:
        house.camera("yard")
        upload = house.upload("yard", clip(tmp_path / "a.mp4", 60.0), "a.mp4", "video")
        await house.enqueue(upload)
        async with house.working("null:person", uploads=UploadSettings(video_fps=2, chunk_frames=4, max_video_s=10)):
            await house.until_acknowledged()
        assert frame_nos(house, upload) == list(range(20))
        (row,) = house.execute("SELECT state, error FROM uploads")
        assert row["state"] == "detected"
        assert "longer than is looked at" in row["error"]

    run(scenario())


def test_what_is_no_clip_is_refused(house: House) -> None:
    async def scenario() -> None:
        house.camera("yard")
        text = house.upload("yard", b"#EXTM3U\n/etc/passwd\n", "a.mov", "video")
        await house.enqueue(text)
        async with house.working("null:person"):
            await house.until_acknowledged()
        assert house.states() == {text: "rejected"}
        assert "playlist" in house.execute("SELECT error FROM uploads")[0]["error"]

    run(scenario())


def test_a_clip_overwritten_before_it_was_read_has_failed(house: House, tmp_path: Path) -> None:
    async def scenario() -> None:
        house.camera("yard")
        upload = house.upload("yard", clip(tmp_path / "a.mp4", 1.0), "a.mp4", "video")
        (house.storage.cameras_dir / "yard" / "a.mp4").write_bytes(clip(tmp_path / "b.mp4", 2.0))
        await house.enqueue(upload)
        async with house.working("null:person"):
            await house.until_acknowledged()
        assert house.states() == {upload: "failed"}
        assert house.detections() == []

    run(scenario())


def test_a_clip_on_a_disk_that_is_away_stays_pending(house: House, tmp_path: Path) -> None:
    async def scenario() -> None:
        house.camera("yard")
        upload = house.upload("yard", clip(tmp_path / "a.mp4", 1.0), "a.mp4", "video")
        house.execute("UPDATE uploads SET volume = 'another disk'")
        await house.enqueue(upload)
        async with house.working("null:person"):
            await house.until_acknowledged()
        assert house.states() == {upload: "pending"}

    run(scenario())


def test_a_clip_of_a_camera_that_is_switched_off_is_passed_over(house: House, tmp_path: Path) -> None:
    async def scenario() -> None:
        house.camera("yard", enabled=False)
        upload = house.upload("yard", clip(tmp_path / "a.mp4", 1.0), "a.mp4", "video")
        await house.enqueue(upload)
        async with house.working("null:person"):
            await house.until_acknowledged()
        assert house.states() == {upload: "detected"}
        assert house.detections() == []

    run(scenario())


def test_a_clip_whose_frames_the_model_fails_on_fails_after_three_tries(house: House, tmp_path: Path) -> None:
    class Failing(NullDetector):
        """Fails on every frame."""

        def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
            raise ValueError("no")

    async def scenario() -> None:
        house.camera("yard")
        upload = house.upload("yard", clip(tmp_path / "a.mp4", 3.0), "a.mp4", "video")
        async with house.working(Failing(person=True), uploads=CHUNKS):
            for _ in range(3):
                await house.enqueue(upload)
                await house.until_acknowledged()
        assert house.states() == {upload: "failed"}

    run(scenario())
