"""What the watcher writes: cameras from folders, and one row for each content, however often it comes."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from homesec.errors import Conflict
from homesec.store.sessions import sync_engine
from homesec.store.writer import Writer
from homesec.store.writes.uploads import CameraFolder, EnsureCamera, NewUpload, Registered, RegisterUploads

AT = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


@pytest.fixture
def writer(database_url: str) -> Iterator[Writer]:
    writer = Writer(database_url)
    writer.apply([EnsureCamera("yard", "Yard", "Yard")])
    yield writer
    writer.close()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = sync_engine(database_url, "test")
    yield engine
    engine.dispose()


def a_file(content: str, path: str = "Yard/a.jpg", mtime_ns: int = 1, at: datetime = AT, **given: Any) -> NewUpload:
    digest = hashlib.sha256(content.encode()).digest()
    values: dict[str, Any] = {"camera_id": "yard", "sha256": digest, "media_type": "image", "size": len(content)}
    values |= {"volume": "v", "path": path.encode(), "mtime_ns": mtime_ns, "captured_at": at, "time_source": "mtime"}
    return NewUpload(**(values | {"clock_ahead": False, "received_at": at} | given))


def register(writer: Writer, *files: NewUpload) -> list[Registered]:
    (result,), _ = writer.apply([RegisterUploads(files)])
    if isinstance(result, Exception):
        raise result
    assert isinstance(result, list)
    return result


def rows(engine: Engine, table: str = "uploads") -> list[Any]:
    order = "id" if table == "uploads" else "path"
    with engine.connect() as connection:
        return list(connection.execute(text(f"SELECT * FROM {table} ORDER BY {order}")))


def messages(engine: Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT payload FROM outbox ORDER BY seq")).scalars())


def camera(engine: Engine) -> Any:
    with engine.connect() as connection:
        return connection.execute(text("SELECT * FROM cameras WHERE id = 'yard'")).one()


def change(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_a_folder_gets_its_camera_once(writer: Writer, engine: Engine) -> None:
    unit = EnsureCamera("front_door", "Front Door", "Front Door")
    (first, second), _ = writer.apply([unit, unit])
    assert first == CameraFolder("front_door", created=True, deleted=False)
    assert second == CameraFolder("front_door", created=False, deleted=False)
    assert [line["camera_id"] for line in messages(engine)] == ["yard", "front_door"]


def test_two_folders_that_fold_to_one_id_are_refused_by_name(writer: Writer) -> None:
    (error,), _ = writer.apply([EnsureCamera("yard", "yard", "yard")])
    assert isinstance(error, Conflict)
    assert "'yard'" in str(error)
    assert "'Yard'" in str(error)


def test_the_folder_of_a_soft_deleted_camera_says_so(writer: Writer, engine: Engine) -> None:
    change(engine, "UPDATE cameras SET deleted_at = now()")
    (result,), _ = writer.apply([EnsureCamera("yard", "Yard", "Yard")])
    assert result == CameraFolder("yard", created=False, deleted=True)


def test_a_new_file_becomes_a_pending_row_and_its_camera_comes_online(writer: Writer, engine: Engine) -> None:
    (result,) = register(writer, a_file("one"))
    (row,) = rows(engine)
    assert result == Registered(row.id, "pending", is_new=True)
    assert (row.camera_id, bytes(row.path), row.size, row.state, row.repeats) == (
        "yard",
        b"Yard/a.jpg",
        3,
        "pending",
        0,
    )
    (place,) = rows(engine, "upload_paths")
    assert (bytes(place.path), place.upload_id) == (b"Yard/a.jpg", row.id)
    assert (camera(engine).status, camera(engine).last_seen_at) == ("online", AT)
    assert messages(engine)[1:] == [{"camera_id": "yard", "status": "online"}]


def test_the_same_unit_twice_changes_nothing(writer: Writer, engine: Engine) -> None:
    files = (a_file("one"), a_file("two", "Yard/b.jpg"), a_file("one", "Yard/c.jpg"))
    first = register(writer, *files)
    before = rows(engine), rows(engine, "upload_paths"), messages(engine), camera(engine)
    second = register(writer, *files)
    assert [row.upload_id for row in first] == [row.upload_id for row in second]
    assert [row.is_new for row in first] == [True, True, False]
    assert [row.is_new for row in second] == [False, False, False]
    assert (rows(engine), rows(engine, "upload_paths"), messages(engine), camera(engine)) == before


@pytest.mark.parametrize(
    "again",
    [
        a_file("one", "Yard/copy.jpg"),  # under another name
        a_file("one", mtime_ns=2),  # written again over itself
    ],
)
def test_the_same_bytes_again_count_once_as_a_repeat(again: NewUpload, writer: Writer, engine: Engine) -> None:
    (first,) = register(writer, a_file("one"))
    later = AT + timedelta(seconds=5)
    for _ in range(2):  # the second time is a retry of the same write
        (result,) = register(writer, replace(again, received_at=later))
        assert result == Registered(first.upload_id, "pending", is_new=False)
    (row,) = rows(engine)
    assert (row.repeats, row.last_repeat_at) == (1, later)
    assert camera(engine).last_seen_at == later


def test_copies_in_one_batch_are_one_upload(writer: Writer, engine: Engine) -> None:
    result = register(writer, *(a_file("one", f"Yard/{n}.jpg") for n in range(4)))
    (row,) = rows(engine)
    assert [answer.is_new for answer in result] == [True, False, False, False]
    assert (row.repeats, len(rows(engine, "upload_paths"))) == (3, 4)


def test_the_same_bytes_of_another_camera_are_another_upload(writer: Writer, engine: Engine) -> None:
    writer.apply([EnsureCamera("door", "door", "door")])
    register(writer, a_file("one"), a_file("one", "door/a.jpg", camera_id="door"))
    assert [row.camera_id for row in rows(engine)] == ["yard", "door"]


def test_other_bytes_under_a_known_path_are_a_new_upload(writer: Writer, engine: Engine) -> None:
    register(writer, a_file("one", "Yard/latest.jpg"))
    register(writer, a_file("two", "Yard/latest.jpg", mtime_ns=2))
    assert [row.repeats for row in rows(engine)] == [0, 0]
    (place,) = rows(engine, "upload_paths")
    assert place.upload_id == rows(engine)[1].id


def test_of_two_contents_of_one_path_in_one_batch_the_newer_is_there(writer: Writer, engine: Engine) -> None:
    register(writer, a_file("one", "Yard/latest.jpg"), a_file("two", "Yard/latest.jpg", mtime_ns=2))
    (place,) = rows(engine, "upload_paths")
    assert (place.upload_id, place.mtime_ns) == (rows(engine)[1].id, 2)


def test_a_pending_upload_is_read_where_its_bytes_were_seen_last(writer: Writer, engine: Engine) -> None:
    register(writer, a_file("one", "Yard/latest.jpg"))
    register(writer, a_file("one", "Yard/kept.jpg", mtime_ns=7))
    (row,) = rows(engine)
    assert (bytes(row.path), row.mtime_ns) == (b"Yard/kept.jpg", 7)
    change(engine, "UPDATE uploads SET state = 'detected'")
    register(writer, a_file("one", "Yard/third.jpg", mtime_ns=8))
    assert bytes(rows(engine)[0].path) == b"Yard/kept.jpg"


def test_an_upload_that_failed_is_tried_again_when_its_bytes_come_again(writer: Writer, engine: Engine) -> None:
    register(writer, a_file("one", "Yard/latest.jpg"))
    change(engine, "UPDATE uploads SET state = 'failed', error = 'it was overwritten', attempts = 1")
    (result,) = register(writer, a_file("one", "Yard/kept.jpg"))
    (row,) = rows(engine)
    assert result.revived
    assert (result.state, row.state, row.error, bytes(row.path)) == ("pending", "pending", None, b"Yard/kept.jpg")
    change(engine, "UPDATE uploads SET state = 'failed', error = 'the model broke', attempts = 3")
    (result,) = register(writer, a_file("one", "Yard/fourth.jpg"))
    assert (result.state, result.revived, rows(engine)[0].state) == ("failed", False, "failed")


def test_a_refused_file_keeps_its_reason_and_is_one_row(writer: Writer, engine: Engine) -> None:
    unread = a_file("", "Yard/big.mp4", sha256=None, media_type=None, size=9, error="too large")
    text_file = a_file("hello", "Yard/text.jpg", media_type=None, error="text")
    for is_new in (True, False):
        result = register(writer, unread, text_file)
        assert [(row.state, row.is_new) for row in result] == [("rejected", is_new)] * 2
    assert [(row.state, row.error, row.repeats) for row in rows(engine)] == [
        ("rejected", "too large", 0),
        ("rejected", "text", 0),
    ]
    register(writer, replace(unread, mtime_ns=2))  # it changed: it is looked at, and refused, anew
    assert len(rows(engine)) == 3


def test_files_of_soft_deleted_and_unknown_cameras_are_not_written(writer: Writer, engine: Engine) -> None:
    writer.apply([EnsureCamera("door", "door", "door")])
    change(engine, "UPDATE cameras SET deleted_at = now() WHERE id = 'yard'")
    result = register(
        writer, a_file("one"), a_file("two", "door/a.jpg", camera_id="door"), a_file("three", "x/a.jpg", camera_id="x")
    )
    assert [row.state for row in result] == [None, "pending", None]
    assert [row.camera_id for row in rows(engine)] == ["door"]
    assert camera(engine).last_seen_at is None


def test_an_older_file_never_overrides_when_a_camera_was_seen_last(writer: Writer, engine: Engine) -> None:
    register(writer, a_file("new"))
    change(engine, "UPDATE cameras SET status = 'offline'")
    told = len(messages(engine))
    register(writer, a_file("old", "Yard/old.jpg", at=AT - timedelta(hours=1)))
    assert (camera(engine).last_seen_at, camera(engine).status) == (AT, "offline")
    register(writer, a_file("newer", "Yard/newer.jpg", at=AT + timedelta(hours=1)))
    assert camera(engine).status == "online"
    assert messages(engine)[told:] == [{"camera_id": "yard", "status": "online"}]


def test_one_bad_file_fails_alone(writer: Writer, engine: Engine) -> None:
    (result,), _ = writer.apply([RegisterUploads((a_file("one"), a_file("two", "Yard/b.jpg", time_source="guess")))])
    assert result[0][0].is_new
    assert isinstance(result[1], Exception)
    assert len(rows(engine)) == 1


def test_two_hundred_files_take_five_statements(writer: Writer, database_url: str) -> None:
    engine = sync_engine(database_url, "test")
    files = tuple(a_file(str(n), f"Yard/{n}.jpg") for n in range(200))
    with engine.begin() as connection:
        seen: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *given: seen.append(given[2]))
        outcome = RegisterUploads(files).apply(connection)
    engine.dispose()
    assert len(outcome.result) == 200
    assert len(seen) == 5
