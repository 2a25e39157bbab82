"""Records of stays: written again and again, rewound, and of zones that are gone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from homesec.domain.stays import Crossing, Stay
from homesec.store.sessions import sync_engine
from homesec.store.writes.stays import forget_stays, save_stays

T0 = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
SESSION = UUID("00000000-0000-4000-8000-000000000005")


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def stay(entry: float, end: float | None, seconds: float = 1.0, zone: int = 1, loitered: bool = False) -> Stay:
    return Stay(zone, 7, "person", at(entry), None if end is None else at(end), seconds, loitered)


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """A camera with a zone, a line and a track."""
    engine = sync_engine(database_url, "test")
    with engine.connect() as connection:
        for statement in (
            "INSERT INTO cameras (id, name, folder_path) VALUES ('yard', 'x', 'yard'), ('door', 'x', 'door')",
            "INSERT INTO camera_zones (id, camera_id, name, coordinates) "
            "VALUES (1, 'yard', 'porch', '[[0,0],[1,0],[1,1]]')",
            "INSERT INTO camera_zones (id, camera_id, name, zone_type, shape, direction, coordinates) "
            "VALUES (2, 'yard', 'gate', 'line', 'line', 'left', '[[0,0],[1,1]]')",
            "INSERT INTO tracks (camera_id, session, track_id, object_class, first_seen, last_seen) "
            f"VALUES ('yard', '{SESSION}', 7, 'person', now(), now())",
        ):
            connection.execute(text(statement))
        yield connection
    engine.dispose()


def rows(connection: Connection) -> list[tuple[Any, ...]]:
    found = connection.execute(
        text(
            "SELECT zone_id, entry_time, exit_time, total_seconds, direction, triggered_alert "
            "FROM dwell_time_records ORDER BY entry_time, zone_id"
        )
    )
    return [tuple(row) for row in found]


def test_a_stay_grows_ends_and_is_one_row_however_often_it_is_written(connection: Connection) -> None:
    save_stays(connection, "yard", SESSION, [stay(0, None), stay(0, None, 4.0)])
    assert rows(connection) == [(1, at(0), None, 4.0, None, False)]
    ended = [stay(0, 5, 6.0, loitered=True), stay(9, None)]  # and the next one begins in the same round
    for _ in range(2):
        save_stays(connection, "yard", SESSION, list(reversed(ended)), [Crossing(2, 7, "person", at(3), "in")])
    assert rows(connection) == [
        (1, at(0), at(5), 6.0, None, True),
        (2, at(3), at(3), 0.0, "in", False),
        (1, at(9), None, 1.0, None, False),
    ]


def test_what_a_deleted_zone_or_another_camera_has_is_left_out(connection: Connection) -> None:
    save_stays(connection, "yard", SESSION, [stay(0, None, zone=99), stay(0, None)])
    save_stays(connection, "door", SESSION, [stay(1, None)])
    assert [row[:2] for row in rows(connection)] == [(1, at(0))]
    connection.execute(text("DELETE FROM camera_zones WHERE id = 1"))
    assert rows(connection) == []


def test_going_back_in_time_forgets_what_was_not_over_and_opens_what_was_open(connection: Connection) -> None:
    save_stays(
        connection, "yard", SESSION,
        [stay(0, 4), stay(5, 30, 25.0), stay(40, None)],
        [Crossing(2, 7, "person", at(3), "in"), Crossing(2, 7, "person", at(20), "out")],
    )  # fmt: skip
    [before] = connection.execute(text("SELECT id FROM dwell_time_records WHERE entry_time = :at"), {"at": at(5)})
    forget_stays(connection, "yard", SESSION, at(10), [stay(5, None, 5.0)])
    assert rows(connection) == [
        (1, at(0), at(4), 1.0, None, False),
        (2, at(3), at(3), 0.0, "in", False),
        (1, at(5), None, 5.0, None, False),
    ]
    [after] = connection.execute(text("SELECT id FROM dwell_time_records WHERE exit_time IS NULL"))
    assert before == after  # evidence that points to it still does
    forget_stays(connection, "yard", SESSION, at(2), [])
    assert rows(connection) == []
