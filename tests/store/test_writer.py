"""The writer: what is committed together, what fails alone, and how messages are numbered."""

import threading
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DataError

from homesec.errors import Conflict, HomesecError, Unavailable
from homesec.store.sessions import sync_engine
from homesec.store.writer import Writer
from homesec.store.writes.unit import Message, Outcome, Unit


@dataclass(frozen=True)
class AddCamera:
    """Adds a camera and says so; an id that the table refuses is an error of the database."""

    camera_id: str

    def apply(self, connection: Connection) -> Outcome:
        connection.execute(
            text("INSERT INTO cameras (id, name, folder_path) VALUES (:id, :id, :id)"), {"id": self.camera_id}
        )
        return Outcome(self.camera_id, [Message("camera.status", {"camera_id": self.camera_id})])


@dataclass(frozen=True)
class Refuse:
    """Writes, then finds that it must not."""

    def apply(self, connection: Connection) -> Outcome:
        AddCamera("refused").apply(connection)
        raise Conflict("not now")


@dataclass(frozen=True)
class TooLong:
    """A row that is too large for an index of its table, which PostgreSQL says as if it were its own trouble."""

    def apply(self, connection: Connection) -> Outcome:
        name = "".join(chr(0x4E00 + number * 7 % 20000) for number in range(6000))  # does not compress
        connection.execute(
            text("INSERT INTO cameras (id, name, folder_path) VALUES ('long', 'long', :name)"), {"name": name}
        )
        return Outcome()


@dataclass(frozen=True)
class AddCameras:
    """Several parts that stand alone when the whole is refused."""

    camera_ids: tuple[str, ...]

    def apply(self, connection: Connection) -> Outcome:
        outcomes = [AddCamera(camera_id).apply(connection) for camera_id in self.camera_ids]
        return Outcome([o.result for o in outcomes], [line for o in outcomes for line in o.messages])

    def split(self) -> list[Unit]:
        return [AddCameras((camera_id,)) for camera_id in self.camera_ids]


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    engine = sync_engine(url, "test")
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def test_messages_are_numbered_densely_in_the_order_of_the_commits(database_url: str) -> None:
    writer = Writer(database_url)
    assert writer.apply([AddCamera("a"), AddCamera("b")]) == (["a", "b"], 2)
    assert writer.apply([AddCamera("c")]) == (["c"], 3)
    writer.close()
    assert rows(database_url, "SELECT seq, type, payload ->> 'camera_id' FROM outbox ORDER BY seq") == [
        (1, "camera.status", "a"), (2, "camera.status", "b"), (3, "camera.status", "c"),
    ]  # fmt: skip
    assert rows(database_url, "SELECT seq FROM outbox_head") == [(3,)]


def test_a_refused_unit_fails_alone_and_uses_no_number(database_url: str) -> None:
    writer = Writer(database_url)
    results, seq = writer.apply([AddCamera("a"), Refuse(), AddCamera("NOT AN ID"), AddCamera("b")])
    writer.close()
    assert results[0] == "a"
    assert isinstance(results[1], Conflict)
    assert isinstance(results[2], HomesecError)
    assert results[3] == "b"
    assert seq == 2
    assert rows(database_url, "SELECT id FROM cameras ORDER BY id") == [("a",), ("b",)]


def test_a_row_that_is_too_large_fails_alone(database_url: str) -> None:
    writer = Writer(database_url)
    results, _ = writer.apply([AddCamera("a"), TooLong(), AddCamera("b")])
    writer.close()
    assert (results[0], results[2]) == ("a", "b")
    assert isinstance(results[1], HomesecError)
    assert "index" in str(results[1])


@dataclass(frozen=True)
class Mistaken:
    """A unit with a mistake in its program."""

    def apply(self, connection: Connection) -> Outcome:
        AddCamera("mistaken").apply(connection)
        raise TypeError("this is a mistake")


@dataclass(frozen=True)
class OutOfDisk:
    """A unit that finds the server's disk full."""

    def apply(self, connection: Connection) -> Outcome:
        connection.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'full'; END $$"))
        return Outcome()


def test_a_mistake_in_one_unit_does_not_stop_the_others(database_url: str) -> None:
    writer = Writer(database_url)
    results, _ = writer.apply([AddCamera("a"), Mistaken(), AddCamera("b")])
    writer.close()
    assert (results[0], results[2]) == ("a", "b")
    assert isinstance(results[1], HomesecError)
    assert rows(database_url, "SELECT id FROM cameras ORDER BY id") == [("a",), ("b",)]


def test_a_full_disk_is_the_servers_trouble_and_no_fault_of_a_row(database_url: str) -> None:
    writer = Writer(database_url)
    with pytest.raises(Unavailable):
        writer.apply([AddCamera("a"), OutOfDisk()])
    assert writer.apply([AddCamera("a")]) == (["a"], 1)
    writer.close()


@dataclass(frozen=True)
class Unspeakable:
    """A unit whose message the outbox cannot hold."""

    def apply(self, connection: Connection) -> Outcome:
        AddCamera("unspeakable").apply(connection)
        return Outcome(None, [Message("camera.status", {"camera_id": "\0"})])


def test_when_the_messages_are_refused_nothing_is_committed(database_url: str) -> None:
    writer = Writer(database_url)
    with pytest.raises(DataError):
        writer.apply([AddCamera("a"), Unspeakable()])
    assert rows(database_url, "SELECT id FROM cameras") == []
    assert writer.apply([AddCamera("b")]) == (["b"], 1)
    writer.close()


def test_of_a_unit_with_parts_only_the_bad_part_fails(database_url: str) -> None:
    writer = Writer(database_url)
    [result], seq = writer.apply([AddCameras(("a", "NOT AN ID", "b"))])
    writer.close()
    assert result[0] == ["a"]
    assert isinstance(result[1], HomesecError)
    assert result[2] == ["b"]
    assert seq == 2


def test_a_second_writer_cannot_exist(database_url: str) -> None:
    first, second = Writer(database_url), Writer(database_url)
    first.apply([AddCamera("a")])
    with pytest.raises(Unavailable, match="another writer"):
        second.apply([AddCamera("b")])
    first.close()
    assert second.apply([AddCamera("b")]) == (["b"], 2)
    second.close()


def test_after_a_lost_connection_the_same_units_can_be_sent_again(database_url: str) -> None:
    writer = Writer(database_url)
    writer.apply([AddCamera("a")])
    rows(
        database_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'homesec-writer' AND datname = current_database()",
    )
    with pytest.raises(Unavailable):
        writer.apply([AddCamera("b")])
    assert writer.apply([AddCamera("b")]) == (["b"], 2)
    writer.close()


def test_readers_never_see_a_gap_while_commits_run(database_url: str) -> None:
    writer = Writer(database_url)
    seen: list[list[int]] = []
    ending = threading.Event()

    def read() -> None:
        engine = sync_engine(database_url, "reader")
        with engine.connect() as connection:
            while not ending.is_set():
                seen.append([row.seq for row in connection.execute(text("SELECT seq FROM outbox ORDER BY seq"))])
                connection.rollback()
        engine.dispose()

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(60):
        writer.apply([AddCamera(f"c{number}_{part}") for part in range(3)])
    ending.set()
    reader.join(10)
    writer.close()
    assert len(seen) > 3
    for numbers in seen:
        assert numbers == list(range(1, len(numbers) + 1))
