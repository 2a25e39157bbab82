"""What the detector writes: taken once, with everything that follows, or not at all."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from homesec.errors import Unavailable
from homesec.store.sessions import sync_engine
from homesec.store.writer import Writer, WriteRefused
from homesec.store.writes.detections import (
    DetectedUpload,
    FailUpload,
    SaveChunk,
    SaveDetections,
    SeenFrame,
    SeenObject,
)

AT = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
PERSON = SeenObject("person", 0.9, 0.1, 0.2, 0.3, 0.4, appearance=b"\x01\x02")
CAR = SeenObject("car", 0.3, 0.5, 0.5, 1.0, 1.0, excluded_because="confidence below 0.4")


@pytest.fixture
def writer(database_url: str) -> Iterator[Writer]:
    writer = Writer(database_url)
    yield writer
    writer.close()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = sync_engine(database_url, "test")
    yield engine
    engine.dispose()


def add_uploads(engine: Engine, count: int, media_type: str = "image") -> list[int]:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO cameras (id, name, folder_path) VALUES ('yard', 'Yard', 'yard')"))
        return list(
            connection.execute(
                text(
                    "INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, "
                    "time_source, received_at) SELECT 'yard', 'v', convert_to('yard/' || n, 'UTF8'), 1, 1, "
                    "sha256(convert_to(n::text, 'UTF8')), :media_type, :at, 'exif', :at "
                    "FROM generate_series(1, :count) AS n RETURNING id"
                ),
                {"media_type": media_type, "at": AT, "count": count},
            ).scalars()
        )


def rows(engine: Engine, query: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


def seen(upload_id: int, *objects: SeenObject) -> DetectedUpload:
    return DetectedUpload(
        upload_id,
        "yard/a.jpg",
        "hog",
        (SeenFrame(1920, 1080, objects, thumbnail_path=f"thumbs/0/{upload_id}_0.jpg"),),
    )


def chunk(upload_id: int, numbers: Sequence[int]) -> DetectedUpload:
    frames = tuple(SeenFrame(640, 480, (PERSON,), number, number / 2) for number in numbers)
    return DetectedUpload(upload_id, "yard/a.mp4", "hog", frames)


def test_detections_and_the_state_of_their_upload_are_stored_together(writer: Writer, engine: Engine) -> None:
    first, second = add_uploads(engine, 2)
    results, seq = writer.apply([SaveDetections((seen(first, PERSON, CAR), seen(second)))])
    assert results == [[first, second]]
    found = rows(engine, "SELECT * FROM detections ORDER BY upload_id, ordinal")
    assert [
        (
            row["object_type"],
            row["ordinal"],
            row["confidence"],
            row["excluded_because"],
            row["batch_id"],
        )
        for row in found
    ] == [("person", 0, 0.9, None, None), ("car", 1, 0.3, "confidence below 0.4", None)]
    assert found[0] | {
        "upload_id": first, "camera_id": "yard", "file_path": "yard/a.jpg", "frame_no": 0, "detected_at": AT,
        "x1": 0.1, "y1": 0.2, "x2": 0.3, "y2": 0.4, "frame_width": 1920, "frame_height": 1080, "media_type": "image",
        "model": "hog", "appearance": b"\x01\x02", "thumbnail_path": f"thumbs/0/{first}_0.jpg", "labels": [],
        "enrichment_data": {}, "track_id": None,
    } == found[0]  # fmt: skip
    states = rows(engine, "SELECT state, detected_on IS NOT NULL AS stamped FROM uploads")
    assert states == [{"state": "detected", "stamped": True}] * 2
    messages = rows(engine, "SELECT seq, topic, type, payload FROM outbox ORDER BY seq")
    assert [(line["seq"], line["type"], line["payload"]) for line in messages] == [
        (
            1,
            "upload.detected",
            {"upload_id": first, "camera_id": "yard", "counts": {"person": 1}},
        ),
        (
            2,
            "upload.detected",
            {"upload_id": second, "camera_id": "yard", "counts": {}},
        ),
    ]
    assert seq == 2


def test_a_repeated_or_late_result_changes_nothing_and_says_nothing(writer: Writer, engine: Engine) -> None:
    (upload_id,) = add_uploads(engine, 1)
    unit = SaveDetections((seen(upload_id, PERSON),))
    writer.apply([unit])
    results, seq = writer.apply([unit, SaveDetections((seen(upload_id, CAR, CAR),))])
    assert results == [[], []]
    assert seq is None
    assert [row["object_type"] for row in rows(engine, "SELECT object_type FROM detections")] == ["person"]


def test_of_several_uploads_only_the_pending_ones_are_taken(writer: Writer, engine: Engine) -> None:
    first, second, third = add_uploads(engine, 3)
    writer.apply([SaveDetections((seen(second, PERSON),))])
    results, _ = writer.apply([SaveDetections((seen(first, PERSON), seen(second, CAR), seen(third, PERSON)))])
    assert results == [[first, third]]
    found = rows(engine, "SELECT upload_id, object_type FROM detections ORDER BY upload_id")
    assert [(row["upload_id"], row["object_type"]) for row in found] == [
        (first, "person"), (second, "person"), (third, "person"),
    ]  # fmt: skip


def test_one_impossible_box_fails_alone(writer: Writer, engine: Engine) -> None:
    first, second, third = add_uploads(engine, 3)
    broken = PERSON._replace(x1=0.9, x2=0.1)
    results, seq = writer.apply([SaveDetections((seen(first, PERSON), seen(second, broken), seen(third, PERSON)))])
    one, refused, other = results[0]
    assert (one, other) == ([first], [third])
    assert isinstance(refused, WriteRefused)
    assert "ck_detections_box" in str(refused)
    states = rows(engine, "SELECT state FROM uploads ORDER BY id")
    assert [row["state"] for row in states] == ["detected", "pending", "detected"]
    assert seq == 2


def test_many_rows_in_one_unit_keep_their_order(writer: Writer, engine: Engine) -> None:
    uploads = add_uploads(engine, 20)
    writer.apply([SaveDetections(tuple(seen(upload_id, *[PERSON] * 100) for upload_id in uploads))])
    found = rows(engine, "SELECT upload_id, ordinal FROM detections ORDER BY id")
    assert [(row["upload_id"], row["ordinal"]) for row in found] == [(u, n) for u in uploads for n in range(100)]


def test_a_database_that_goes_away_during_the_copy_is_unavailable_and_nothing_is_stored(
    writer: Writer, engine: Engine
) -> None:
    (upload_id,) = add_uploads(engine, 1)

    class Cutting(tuple[SeenFrame, ...]):
        """Frames whose reading ends the writer's session, as a crash of the server would."""

        def __iter__(self) -> Iterator[SeenFrame]:
            with engine.begin() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                        "WHERE application_name = 'homesec-writer' AND datname = current_database()"
                    )
                )
            return super().__iter__()

    cut = DetectedUpload(upload_id, "yard/a.jpg", "hog", Cutting(seen(upload_id, PERSON).frames))
    with pytest.raises(Unavailable):
        writer.apply([SaveDetections((cut,))])
    assert rows(engine, "SELECT state FROM uploads") == [{"state": "pending"}]
    results, _ = writer.apply([SaveDetections((seen(upload_id, PERSON),))])
    assert results == [[upload_id]]


def test_a_clip_is_taken_by_chunks_in_order_and_told_once(writer: Writer, engine: Engine) -> None:
    (clip,) = add_uploads(engine, 1, "video")
    early, first = (
        SaveChunk(chunk(clip, [2, 3]), 2, 4, False),
        SaveChunk(chunk(clip, [0, 1]), 0, 2, False),
    )
    last = SaveChunk(chunk(clip, [4]), 4, 5, True)
    assert writer.apply([early]) == ([False], None)
    assert writer.apply([first, first]) == ([True, False], None)
    assert writer.apply([early]) == ([True], None)
    assert writer.apply([last, last]) == ([True, False], 1)
    found = rows(
        engine,
        "SELECT frame_no, detected_at, media_type FROM detections ORDER BY frame_no",
    )
    assert [(row["frame_no"], row["detected_at"]) for row in found] == [
        (number, AT + timedelta(seconds=number / 2)) for number in range(5)
    ]
    assert {row["media_type"] for row in found} == {"video"}
    assert rows(engine, "SELECT state, next_frame FROM uploads") == [{"state": "detected", "next_frame": 5}]
    (message,) = rows(engine, "SELECT payload FROM outbox")
    assert message["payload"] == {
        "upload_id": clip,
        "camera_id": "yard",
        "counts": {"person": 5},
    }


def test_a_clip_that_ends_on_the_border_of_a_chunk_is_ended_by_an_empty_one(writer: Writer, engine: Engine) -> None:
    (clip,) = add_uploads(engine, 1, "video")
    writer.apply(
        [
            SaveChunk(chunk(clip, [0, 1]), 0, 2, False),
            SaveChunk(chunk(clip, []), 2, 2, True, "it breaks off"),
        ]
    )
    assert rows(engine, "SELECT state, error FROM uploads") == [{"state": "detected", "error": "it breaks off"}]
    assert len(rows(engine, "SELECT 1 FROM detections")) == 2


def test_the_third_failure_ends_an_upload_and_a_repeated_write_counts_once(writer: Writer, engine: Engine) -> None:
    (upload_id,) = add_uploads(engine, 1)
    assert writer.apply([FailUpload(upload_id, 0, "one"), FailUpload(upload_id, 0, "one")])[0] == ["pending", None]
    assert writer.apply([FailUpload(upload_id, 1, "two")])[0] == ["pending"]
    assert writer.apply([FailUpload(upload_id, 2, "three")])[0] == ["failed"]
    assert writer.apply([FailUpload(upload_id, 3, "four")])[0] == [None]
    assert rows(engine, "SELECT state, attempts, error FROM uploads") == [
        {"state": "failed", "attempts": 3, "error": "three"}
    ]
    assert writer.apply([SaveDetections((seen(upload_id, PERSON),))])[0] == [[]]


def test_an_upload_that_is_gone_from_one_path_is_looked_for_at_its_others(writer: Writer, engine: Engine) -> None:
    (upload_id,) = add_uploads(engine, 1)
    with engine.begin() as connection:
        for path in ("yard/1", "yard/2026.jpg"):
            connection.execute(
                text(
                    "INSERT INTO upload_paths (volume, path, size, mtime_ns, upload_id) "
                    "VALUES ('v', convert_to(:path, 'UTF8'), 1, 1, :id)"
                ),
                {"path": path, "id": upload_id},
            )
    gone = FailUpload(upload_id, 0, "overwritten", final=True, gone=("v", b"yard/1"))
    assert writer.apply([gone])[0] == ["pending"]
    assert rows(engine, "SELECT state, convert_from(path, 'UTF8') AS path FROM uploads") == [
        {"state": "pending", "path": "yard/2026.jpg"}
    ]
    assert rows(engine, "SELECT convert_from(path, 'UTF8') AS path FROM upload_paths") == [{"path": "yard/2026.jpg"}]
    gone = FailUpload(upload_id, 0, "overwritten", final=True, gone=("v", b"yard/2026.jpg"))
    assert writer.apply([gone])[0] == ["failed"]


@pytest.mark.parametrize("state", ["failed", "rejected"])
def test_a_final_failure_ends_it_at_once_as_what_it_is(writer: Writer, engine: Engine, state: Any) -> None:
    (upload_id,) = add_uploads(engine, 1)
    assert writer.apply([FailUpload(upload_id, 0, "no picture", final=True, state=state)])[0] == [state]
    assert rows(engine, "SELECT state, error FROM uploads") == [{"state": state, "error": "no picture"}]


def test_what_was_seen_in_a_clip_before_it_failed_stands(writer: Writer, engine: Engine) -> None:
    (clip,) = add_uploads(engine, 1, "video")
    writer.apply([SaveChunk(chunk(clip, [0, 1]), 0, 2, False)])
    assert writer.apply([FailUpload(clip, 0, "overwritten", final=True)])[0] == ["detected"]
    (found,) = rows(engine, "SELECT state, error, detected_on IS NOT NULL AS stamped FROM uploads")
    assert found == {"state": "detected", "error": "overwritten", "stamped": True}
    assert len(rows(engine, "SELECT 1 FROM detections")) == 2


def test_success_clears_the_error_of_an_earlier_try(writer: Writer, engine: Engine) -> None:
    (upload_id,) = add_uploads(engine, 1)
    writer.apply([FailUpload(upload_id, 0, "the model stumbled")])
    writer.apply([SaveDetections((seen(upload_id, PERSON),))])
    assert rows(engine, "SELECT state, error, attempts FROM uploads") == [
        {"state": "detected", "error": None, "attempts": 1}
    ]


def test_units_of_one_commit_are_applied_together_and_each_hears_of_its_own(writer: Writer, engine: Engine) -> None:
    first, second, third, fourth = add_uploads(engine, 4)
    units = [
        SaveDetections((seen(first, PERSON), seen(second, PERSON))),
        FailUpload(fourth, 0, "no"),
        SaveDetections((seen(second, CAR), seen(third, CAR))),  # the second was looked at twice: the first one counts
        SaveDetections((seen(first, CAR),)),
    ]
    results, seq = writer.apply(units)
    assert results == [[first, second], "pending", [third], []]
    assert seq == 3
    found = rows(engine, "SELECT upload_id, object_type FROM detections ORDER BY upload_id")
    assert [(row["upload_id"], row["object_type"]) for row in found] == [
        (first, "person"), (second, "person"), (third, "car"),
    ]  # fmt: skip


def test_of_units_applied_together_a_refused_row_fails_alone(writer: Writer, engine: Engine) -> None:
    uploads = add_uploads(engine, 4)
    broken = PERSON._replace(confidence=1.5)
    results, seq = writer.apply(
        [
            SaveDetections((seen(uploads[0], PERSON),)),
            SaveDetections((seen(uploads[1], PERSON), seen(uploads[2], broken))),
            SaveDetections((seen(uploads[3], broken),)),
        ]
    )
    assert results[0] == [uploads[0]]
    assert results[1][0] == [uploads[1]]
    assert isinstance(results[1][1], WriteRefused)
    assert isinstance(results[2], WriteRefused)
    assert seq == 2
    states = [row["state"] for row in rows(engine, "SELECT state FROM uploads ORDER BY id")]
    assert states == ["detected", "detected", "pending", "pending"]
