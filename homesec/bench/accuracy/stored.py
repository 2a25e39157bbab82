"""What the tables say: the detections of every picture and the events that came of them."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import psycopg

from homesec.bench.accuracy.expected import Expected
from homesec.sim.silhouette import Box

_DETECTIONS = """
    SELECT convert_from(uploads.path, 'UTF8'), detections.object_type, detections.confidence, detections.x1,
        detections.y1, detections.x2, detections.y2, detections.excluded_because IS NULL, events.id
    FROM uploads LEFT JOIN detections ON detections.upload_id = uploads.id
        LEFT JOIN events ON events.batch_id = detections.batch_id
    WHERE uploads.state = 'done' ORDER BY uploads.captured_at, uploads.id, detections.ordinal
"""
_EVENTS = "SELECT id, camera_id, incident_id, risk_score FROM events ORDER BY id"
_DELAYS = """
    SELECT extract(epoch FROM events.created_at - min(uploads.received_at))
    FROM events JOIN event_detections ON event_id = events.id JOIN detections ON detections.id = detection_id
        JOIN uploads ON uploads.id = detections.upload_id
    GROUP BY events.id ORDER BY events.id
"""
_PAGE = 5000  # rows fetched at once


class Said(NamedTuple):
    """A detection as it is stored."""

    kind: str
    confidence: float
    box: Box
    counts: bool
    """Sure enough for the camera's settings; others make no event."""
    event: int | None


class StoredEvent(NamedTuple):
    """An event as far as the bench is concerned."""

    id: int
    camera: str
    incident: int | None
    score: int


def pictures(database: psycopg.Connection, expected: Mapping[str, Expected]) -> Iterator[tuple[Expected, list[Said]]]:
    """Every picture of `expected` (by path) that the system is done with, in the order of time, with what it said."""
    with database.transaction(), database.cursor("detections") as cursor:
        cursor.itersize = _PAGE
        cursor.execute(_DETECTIONS)
        for path, rows in groupby(cursor, key=itemgetter(0)):
            if path in expected:
                yield expected[path], [Said(row[1], row[2], row[3:7], row[7], row[8]) for row in rows if row[1]]


def events(database: psycopg.Connection) -> list[StoredEvent]:
    """All events in the order in which they were made."""
    return [StoredEvent(*row) for row in database.execute(_EVENTS).fetchall()]


def arrival_to_event_s(database: psycopg.Connection) -> list[float]:
    """Of each event the time from the arrival of its first picture, by the clock on the wall."""
    return [float(row[0]) for row in database.execute(_DELAYS).fetchall()]


def states(database: psycopg.Connection) -> dict[str, int]:
    """How many uploads there are in each state."""
    return dict(database.execute("SELECT state, count(*) FROM uploads GROUP BY 1 ORDER BY 1").fetchall())
