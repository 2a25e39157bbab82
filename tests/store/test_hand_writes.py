"""Records of interactions: written again, rewound, and of tracks that have no row."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from homesec.domain.hands import Interaction, Kind
from homesec.domain.things import FORGOTTEN_S
from homesec.store.sessions import sync_engine
from homesec.store.writes.hands import forget_hands, save_hands

T0 = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
SESSION = UUID("00000000-0000-4000-8000-000000000005")


def told(kind: Kind, second: float, person: int = 7, confidence: float = 0.8) -> Interaction:
    return Interaction(kind, person, 9, T0 + timedelta(seconds=second), confidence)


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """Two cameras, on one of which two persons and a thing are followed."""
    engine = sync_engine(database_url, "test")
    with engine.connect() as connection:
        connection.execute(
            text("INSERT INTO cameras (id, name, folder_path) VALUES ('yard', 'x', 'yard'), ('door', 'x', 'door')")
        )
        connection.execute(
            text(
                "INSERT INTO tracks (id, camera_id, session, track_id, object_class, first_seen, last_seen) "
                "SELECT n * 10, 'yard', :session, n, 'x', now(), now() FROM unnest(ARRAY[7, 8, 9]) AS n"
            ),
            {"session": SESSION},
        )
        yield connection
    engine.dispose()


def rows(connection: Connection) -> list[tuple[Any, ...]]:
    found = connection.execute(
        text("SELECT kind, track_id, object_track_id, at, confidence FROM object_interactions ORDER BY at, id")
    )
    return [tuple(row) for row in found]


def test_what_is_told_twice_is_one_row_and_who_is_new_in_it_is_said(connection: Connection) -> None:
    both = [told("carried", 1), told("left", 5), told("left", 6)]
    assert save_hands(connection, "yard", SESSION, both) == [70]
    expected = [
        ("carried", 70, 90, both[0].at, 0.8),
        ("left", 70, 90, both[2].at, 0.8),
    ]
    assert rows(connection) == expected
    assert save_hands(connection, "yard", SESSION, both) == []
    assert rows(connection) == expected
    assert save_hands(connection, "yard", SESSION, []) == []


def test_what_has_no_track_is_left_out(connection: Connection) -> None:
    assert save_hands(connection, "yard", SESSION, [told("left", 1, person=1), told("left", 2)]) == [70]
    assert save_hands(connection, "door", SESSION, [told("left", 1)]) == []
    assert len(rows(connection)) == 1


def test_going_back_in_time_forgets_what_was_not_told_by_then(connection: Connection) -> None:
    old, by_then, after = told("carried", -FORGOTTEN_S - 1), told("left", 5), told("taken", 4, person=8)
    save_hands(connection, "yard", SESSION, [old, by_then, after])
    forget_hands(connection, "door", SESSION, T0, set())
    assert len(rows(connection)) == 3
    forget_hands(connection, "yard", SESSION, T0, {by_then.name})
    assert [row[0] for row in rows(connection)] == ["carried", "left"]
