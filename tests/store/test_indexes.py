"""The lists of the API are answered from an index, at 100,000 rows, whichever filter is given."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.batches import batches
from homesec.store.queries.detections import DetectionFilter, detections, of_event
from homesec.store.queries.event_search import found
from homesec.store.queries.events import EventFilter, events
from homesec.store.queries.paging import Slice
from homesec.store.queries.uploads import came_of, uploads
from homesec.store.sessions import async_engine

pytestmark = pytest.mark.timeout(120)

ROWS = 100_000
BIG = {"uploads", "batches", "detections", "events", "event_detections"}
NOON = datetime(2026, 1, 12, tzinfo=UTC)  # in the middle of the rows, one every 20 s from 2026-01-01
FIRST = Slice(50)
LATER = Slice(50, (NOON, ROWS // 2))
ONE = EventFilter(since=NOON, until=NOON + timedelta(hours=1))

# Seven cameras are busy and one is quiet; 'bear', 'critical' and what failed are rare.
_FILL = f"""
SET session_replication_role = replica;  -- quicker: what is pointed to is there
CREATE TEMP TABLE n AS SELECT n, timestamptz '2026-01-01Z' + n * interval '20 s' AS at,
    CASE WHEN n % 2000 = 0 THEN 'quiet' ELSE 'busy_' || n % 7 END AS camera FROM generate_series(1, {ROWS}) AS n;
INSERT INTO cameras (id, name, folder_path) SELECT DISTINCT camera, camera, camera FROM n;
INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, time_source, received_at,
    state, error)
SELECT camera, 'v', int4send(n), 1, 1, sha256(int4send(n)), 'image', at, 'exif', at,
    CASE WHEN n % 1000 = 1 THEN 'failed' WHEN n > {ROWS} - 200 THEN 'pending' ELSE 'done' END, 'why' FROM n;
INSERT INTO batches (camera_id, started_at, last_at, status, close_reason, analysed_revision)
SELECT camera, at, at, 'closed', 'idle', 1 FROM n;
INSERT INTO detections (upload_id, camera_id, file_path, ordinal, detected_at, object_type, confidence, x1, y1, x2, y2,
    frame_width, frame_height, media_type, model, batch_id, excluded_because)
SELECT n, camera, 'x', 0, at, CASE WHEN n % 2000 = 1 THEN 'bear' WHEN n % 2 = 0 THEN 'person' ELSE 'car' END, 0.5,
    0.1, 0.1, 0.2, 0.2, 640, 480, 'image', 'm', CASE WHEN n % 2000 <> 3 THEN n END,
    CASE WHEN n % 2000 = 3 THEN 'class' END FROM n;
INSERT INTO events (batch_id, batch_revision, camera_id, started_at, ended_at, status, risk_score, risk_level, summary,
    reasoning, object_types, search_vector, reviewed)
SELECT n, 1, camera, at, at, CASE WHEN n > {ROWS} - 5 THEN 'open' ELSE 'closed' END, n % 85,
    CASE WHEN n % 2000 = 5 THEN 'critical' ELSE 'low' END, '', '',
    ARRAY[CASE WHEN n % 2000 = 1 THEN 'bear' ELSE 'person' END], to_tsvector('english', 'word' || n % 5000),
    n % 1000 <> 0 FROM n;
INSERT INTO event_detections SELECT n, n FROM n;
ANALYZE
"""

CASES: list[tuple[str, Callable[[AsyncConnection], Awaitable[Any]], set[str]]] = [
    ("newest events", lambda c: events(c, EventFilter(), FIRST), {"ix_events_started"}),
    ("a later page of events", lambda c: events(c, EventFilter(), LATER), {"ix_events_started"}),
    ("events of an hour", lambda c: events(c, ONE, FIRST), {"ix_events_started"}),
    (
        "events of a quiet camera",
        lambda c: events(c, EventFilter(cameras=["quiet"]), LATER),
        {"ix_events_camera_started"},
    ),
    (
        "events of a rare level",
        lambda c: events(c, EventFilter(levels=["critical"]), LATER),
        {"ix_events_level_started"},
    ),
    (
        "events of a rare class",
        lambda c: events(c, EventFilter(object_types=["bear"]), LATER),
        {"ix_events_object_types"},
    ),
    ("events nobody reviewed", lambda c: events(c, EventFilter(reviewed=False), LATER), {"ix_events_unreviewed"}),
    ("events that go on", lambda c: events(c, EventFilter(status="open"), FIRST), {"ix_events_open"}),
    ("events with a word", lambda c: found(c, "word77", EventFilter(), 50, None), {"ix_events_search"}),
    ("newest detections", lambda c: detections(c, DetectionFilter(), FIRST), {"ix_detections_time"}),
    ("a later page of detections", lambda c: detections(c, DetectionFilter(), LATER), {"ix_detections_time"}),
    (
        "detections of a quiet camera",
        lambda c: detections(c, DetectionFilter(cameras=["quiet"]), LATER),
        {"ix_detections_camera_time"},
    ),
    (
        "detections of a rare class",
        lambda c: detections(c, DetectionFilter(object_types=["bear"]), LATER),
        {"ix_detections_class_time"},
    ),
    (
        "detections that count nowhere",
        lambda c: detections(c, DetectionFilter(excluded=True), LATER),
        {"ix_detections_excluded"},
    ),
    (
        "detections of an upload",
        lambda c: detections(c, DetectionFilter(upload_id=777), FIRST),
        {"uq_detections_upload_id_frame_no_ordinal"},
    ),
    ("detections of an event", lambda c: of_event(c, 777, 50), {"pk_event_detections", "pk_detections"}),
    ("newest uploads", lambda c: uploads(c, None, [], FIRST), {"ix_uploads_received"}),
    ("uploads of a quiet camera", lambda c: uploads(c, ["quiet"], [], LATER), {"ix_uploads_camera_received"}),
    ("uploads that failed", lambda c: uploads(c, None, ["failed"], LATER), {"ix_uploads_state_received"}),
    ("uploads that wait", lambda c: uploads(c, None, ["pending"], FIRST), {"ix_uploads_unfinished"}),
    ("uploads that are done", lambda c: uploads(c, None, ["done"], LATER), {"ix_uploads_received"}),
    (
        "what came of an upload",
        lambda c: came_of(c, 777),
        {"uq_detections_upload_id_frame_no_ordinal", "ix_event_detections_detection_id"},
    ),
    (
        "newest batches",
        lambda c: batches(c, None, None, FIRST),
        {"ix_batches_last", "ix_detections_batch_id", "uq_events_batch_id"},
    ),
]


@pytest.fixture(scope="module")
def full_url(postgres_url: str, template: str) -> Iterator[str]:
    """A database with many rows, which no test changes."""
    name = f"full_{uuid4().hex[:12]}"
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            with psycopg.connect(url) as filling:
                for statement in _FILL.split(";\n"):
                    filling.execute(statement)
            yield url
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize(("query", "indexes"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_list_is_answered_from_its_index(
    full_url: str, query: Callable[[AsyncConnection], Awaitable[Any]], indexes: set[str]
) -> None:
    statement, parameters = asyncio.run(asked(full_url, query))
    with psycopg.connect(full_url, options="-c timezone=UTC") as connection:
        row = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters).fetchone()  # type: ignore[arg-type]
    assert row is not None
    plan = json.dumps(row[0])
    scanned = set(re.findall(r'"Node Type": "Seq Scan"[^}]*"Relation Name": "(\w+)"', plan))
    used = {name for name in re.findall(r'"Index Name": "(\w+)"', plan) if "cameras" not in name}
    assert scanned & BIG == set()
    assert used == indexes


async def asked(url: str, query: Callable[[AsyncConnection], Awaitable[Any]]) -> tuple[str, Any]:
    """The one statement that the query sends, with its parameters."""
    engine = async_engine(url, "test", pool=1)
    sent: list[tuple[str, Any]] = []

    def note(connection: object, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        sent.append((statement, parameters))

    try:
        async with engine.connect() as connection:
            event.listen(engine.sync_engine, "before_cursor_execute", note)
            await query(connection)
    finally:
        await engine.dispose()
    [only] = sent
    return only
