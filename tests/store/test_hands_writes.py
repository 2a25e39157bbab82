"""What persons carried, left and took, in the tables."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from homesec.domain.hands import Interaction
from homesec.domain.things import FORGOTTEN_S
from homesec.store.sessions import sync_engine
from homesec.store.writes.hands import forget_hands, save_hands

AT = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
SESSION, OTHER = UUID(int=1), UUID(int=2)
LEFT = Interaction("left", 1, 3, AT, 0.8)


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """With three tracks in each of two sessions of the porch."""
    engine = sync_engine(database_url, "test")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO cameras (id, name, folder_path) VALUES ('porch', 'Porch', 'porch')"))
        for session in (SESSION, OTHER):
            connection.execute(
                text(
                    "INSERT INTO tracks (camera_id, session, track_id, object_class, first_seen, last_seen) "
                    "SELECT 'porch', :session, n, 'person', :at, :at FROM generate_series(1, 3) AS n"
                ),
                {"session": session, "at": AT},
            )
        yield connection
    engine.dispose()


def rows(connection: Connection) -> list[tuple[object, ...]]:
    found = connection.execute(
        text(
            "SELECT person.session, person.track_id, thing.track_id, kind, at, confidence FROM object_interactions "
            "JOIN tracks AS person ON person.id = object_interactions.track_id "
            "JOIN tracks AS thing ON thing.id = object_track_id ORDER BY 1, at, kind"
        )
    )
    return [tuple(row) for row in found]


def test_interactions_are_kept_once_and_as_they_were_known_last(connection: Connection) -> None:
    later = Interaction("left", 1, 3, AT + timedelta(seconds=1), 0.9)
    unknown = Interaction("taken", 1, 7, AT, 0.9)
    query = text("SELECT id FROM tracks WHERE session = :session AND track_id = 1")
    person = connection.scalar(query, {"session": SESSION})
    assert save_hands(connection, "porch", SESSION, [LEFT, Interaction("carried", 1, 3, AT, 0.7)]) == [person]
    assert save_hands(connection, "porch", SESSION, [LEFT, later, unknown]) == [person]
    assert save_hands(connection, "porch", SESSION, [LEFT, later, unknown]) == [], "nothing is new"
    assert rows(connection) == [
        (SESSION, 1, 3, "carried", AT, 0.7),
        (SESSION, 1, 3, "left", AT + timedelta(seconds=1), 0.9),
    ]


def test_going_back_forgets_what_was_told_after_that_time(connection: Connection) -> None:
    old = Interaction("carried", 2, 3, AT - timedelta(seconds=FORGOTTEN_S + 1), 0.7)
    known = Interaction("carried", 1, 3, AT, 0.7)
    for session in (SESSION, OTHER):
        save_hands(connection, "porch", session, [old, known, LEFT])
    forget_hands(connection, "porch", SESSION, AT + timedelta(seconds=5), ["carried:1:3"])
    assert [row[:4] for row in rows(connection)] == [
        (SESSION, 2, 3, "carried"), (SESSION, 1, 3, "carried"),
        (OTHER, 2, 3, "carried"), (OTHER, 1, 3, "carried"), (OTHER, 1, 3, "left"),
    ]  # fmt: skip
