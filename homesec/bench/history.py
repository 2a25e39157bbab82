"""A long life in a few seconds: a million events with what the API reads of them."""

from collections.abc import Callable

import psycopg

CAMERAS = ("front_door", "driveway", "back_yard", "street", "garage", "garden_gate")
DETAILED = 50  # one event of so many has detections, links and an audit: enough to read single ones at random
RARE = "badger"  # in one event of 10,000
_ROWS = """
    SELECT number,
        (%(cameras)s::text[])[1 + number %% %(lanes)s] AS camera_id,
        now() - (%(count)s - number) * interval '31 seconds' AS at,
        abs(hashint4(number::int)) %% 100 AS dice
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
"""
_BATCHES = f"""
    INSERT INTO batches (id, camera_id, status, started_at, last_at, close_reason, analysed_revision, eventful)
    OVERRIDING SYSTEM VALUE
    SELECT number, camera_id, 'closed', at, at + interval '12 seconds', 'idle', 1, true FROM ({_ROWS}) AS line
"""
_EVENTS = f"""
    INSERT INTO events (id, batch_id, batch_revision, camera_id, started_at, ended_at, status, risk_score, risk_level,
        summary, reasoning, object_types, detection_count, reviewed, search_vector)
    OVERRIDING SYSTEM VALUE
    SELECT number, number, 1, camera_id, at, at + interval '12 seconds', 'closed', dice,
        CASE WHEN dice < 30 THEN 'low' WHEN dice < 60 THEN 'medium' WHEN dice < 85 THEN 'high' ELSE 'critical' END,
        summary, reasoning, ARRAY[kind], 3, dice %% 3 = 0,
        to_tsvector('english', summary || ' ' || reasoning || ' ' || kind || ' ' || replace(camera_id, '_', ' '))
    FROM (
        SELECT line.*, 'a ' || kind || ' for ' || dice || ' s' AS summary,
            CASE WHEN dice %% 7 = 0 THEN 'at night; alone; lingered at the entry.'
                 ELSE 'by day; passed the sidewalk with confidence.' END AS reasoning
        FROM (
            SELECT line.*, CASE WHEN number %% 10000 = 0 THEN %(rare)s WHEN dice < 60 THEN 'person'
                WHEN dice < 80 THEN 'car' WHEN dice < 90 THEN 'dog' WHEN dice < 97 THEN 'cat' ELSE 'truck' END AS kind
            FROM ({_ROWS}) AS line
        ) AS line
    ) AS line
"""
_UPLOADS = f"""
    INSERT INTO uploads (id, camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, time_source,
        received_at, state)
    OVERRIDING SYSTEM VALUE
    SELECT number, camera_id, 'bench', convert_to(number::text, 'UTF8'), 1, 0, sha256(convert_to(number::text, 'UTF8')),
        'image', at, 'name', at, 'done'
    FROM ({_ROWS}) AS line WHERE number %% %(detailed)s = 0
"""
_DETECTIONS = f"""
    INSERT INTO detections (upload_id, camera_id, file_path, ordinal, detected_at, object_type, confidence, x1, y1, x2,
        y2, frame_width, frame_height, media_type, model, batch_id)
    SELECT number, camera_id, 'bench', ordinal, at, 'person', 0.9, 0.1, 0.1, 0.4, 0.9, 1920, 1080, 'image',
        'bench', number
    FROM ({_ROWS}) AS line, generate_series(0, 2) AS ordinal WHERE number %% %(detailed)s = 0
"""
_LINKS = """
    INSERT INTO event_detections (event_id, detection_id)
    SELECT batch_id, id FROM detections WHERE batch_id BETWEEN %(first)s AND %(last)s
"""
_AUDITS = f"""
    INSERT INTO event_audits (event_id, revision, cause, evidence, prior, score, scorer, models, latency_s)
    SELECT number, 1, 'batch:1', jsonb_build_array(jsonb_build_object('name', 'class', 'text', 'a person', 'weight', 1,
        'family', 'class', 'value', 0.9)), -2, dice, 'bench', jsonb_build_object(), 0.01
    FROM ({_ROWS}) AS line WHERE number %% %(detailed)s = 0
"""
_CHUNK = 100_000
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename IN ('events', 'batches') AND indexname NOT LIKE 'pk%' AND indexname NOT LIKE 'uq%'
"""


def make(
    connection: psycopg.Connection, count: int, say: Callable[[str], None], more: Callable[[], None] | None = None
) -> None:
    """Fill the tables. `connection` is in autocommit. Indexes are dropped and made again, which takes half the time.

    `more` changes the events while they have no indexes.
    """
    connection.execute("SET maintenance_work_mem = '512MB'")
    for camera in CAMERAS:
        connection.execute(
            "INSERT INTO cameras (id, name, folder_path) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (camera, camera.replace("_", " "), camera),
        )
    indexes = connection.execute(_INDEXES).fetchall()
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"'.encode())
    for first in range(1, count + 1, _CHUNK):
        last = min(first + _CHUNK - 1, count)
        values = {"cameras": list(CAMERAS), "lanes": len(CAMERAS), "count": count, "first": first, "last": last,
                  "rare": RARE, "detailed": DETAILED}  # fmt: skip
        for statement in (_BATCHES, _EVENTS, _UPLOADS, _DETECTIONS, _LINKS, _AUDITS):
            connection.execute(statement.encode(), values)
        say(f"{last} events")
    if more is not None:
        more()
    for name, definition in indexes:
        connection.execute(definition.encode())
        say(f"index {name}")
    for table in ("batches", "events", "uploads", "detections", "event_detections", "event_audits"):
        connection.execute(f"VACUUM ANALYZE {table}".encode())
