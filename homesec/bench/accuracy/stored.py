"""What the tables say: the detections of every picture and the events that came of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import psycopg

from homesec.bench.accuracy.expected import Expected
from homesec.sim.view.silhouette import Box

_DETECTIONS = """
    SELECT convert_from(uploads.path, 'UTF8'), detections.object_type, detections.confidence, detections.x1,
        detections.y1, detections.x2, detections.y2,
        detections.excluded_because IS NULL OR detections.excluded_because ~ '^(stationary|zone:)', events.id,
        detections.track_id
    FROM uploads LEFT JOIN detections ON detections.upload_id = uploads.id
        LEFT JOIN events ON events.batch_id = detections.batch_id
    WHERE uploads.state = 'done' ORDER BY uploads.captured_at, uploads.id, detections.ordinal
"""
_EVENTS = "SELECT id, camera_id, incident_id, risk_score FROM events ORDER BY id"
_STAYS = """
    SELECT camera_zones.name, dwell.camera_id, tracks.id, dwell.object_class, dwell.direction, dwell.entry_time,
        coalesce(dwell.exit_time, tracks.last_seen), dwell.total_seconds
    FROM dwell_time_records AS dwell JOIN camera_zones ON camera_zones.id = dwell.zone_id
        JOIN tracks ON (tracks.camera_id, tracks.session, tracks.track_id)
            = (dwell.camera_id, dwell.session, dwell.track_id)
    ORDER BY dwell.entry_time, dwell.id
"""
_INTERACTIONS = """
    SELECT kind, tracks.camera_id, object_interactions.track_id, object_track_id, at
    FROM object_interactions JOIN tracks ON tracks.id = object_interactions.track_id ORDER BY at, object_interactions.id
"""
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
    """Sure enough for the camera's settings; others are not said to be there."""
    event: int | None
    """None too of what stands where it stood, or in a zone that the owner excluded."""
    track: int | None = None


class StoredEvent(NamedTuple):
    """An event as far as the bench is concerned."""

    id: int
    camera: str
    incident: int | None
    score: int


class StoredStay(NamedTuple):
    """A stay in a zone; of a line, with a direction, one crossing."""

    zone: str
    camera: str
    track: int
    kind: str
    direction: str | None
    since: datetime
    until: datetime
    seconds: float


class StoredInteraction(NamedTuple):
    """What somebody did with an object."""

    kind: str
    camera: str
    track: int
    object_track: int
    at: datetime


def pictures(database: psycopg.Connection, expected: Mapping[str, Expected]) -> Iterator[tuple[Expected, list[Said]]]:
    """Every picture of `expected` (by path) that the system is done with, in the order of time, with what it said."""
    with database.transaction(), database.cursor("detections") as cursor:
        cursor.itersize = _PAGE
        cursor.execute(_DETECTIONS)
        for path, rows in groupby(cursor, key=itemgetter(0)):
            if path in expected:
                yield expected[path], [Said(row[1], row[2], row[3:7], *row[7:]) for row in rows if row[1]]


def events(database: psycopg.Connection) -> list[StoredEvent]:
    """All events in the order in which they were made."""
    return [StoredEvent(*row) for row in database.execute(_EVENTS).fetchall()]


def stays(database: psycopg.Connection) -> list[StoredStay]:
    """All stays and crossings in the order of time."""
    return [StoredStay(*row) for row in database.execute(_STAYS).fetchall()]


def interactions(database: psycopg.Connection) -> list[StoredInteraction]:
    """All interactions in the order of time."""
    return [StoredInteraction(*row) for row in database.execute(_INTERACTIONS).fetchall()]


def arrival_to_event_s(database: psycopg.Connection) -> list[float]:
    """Of each event the time from the arrival of its first picture, by the clock on the wall."""
    return [float(row[0]) for row in database.execute(_DELAYS).fetchall()]


def states(database: psycopg.Connection) -> dict[str, int]:
    """How many uploads there are in each state."""
    return dict(database.execute("SELECT state, count(*) FROM uploads GROUP BY 1 ORDER BY 1").fetchall())
