"""One good row of every table, so that a test can spoil one column at a time or fill the database."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, insert

from homesec.store.base import Base

AT = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
ENTITY = UUID("00000000-0000-4000-8000-000000000001")
RULE = UUID("00000000-0000-4000-8000-000000000002")
ALERT = UUID("00000000-0000-4000-8000-000000000003")
BASELINE = UUID("00000000-0000-4000-8000-000000000004")
SESSION = UUID("00000000-0000-4000-8000-000000000005")
HASH = bytes(range(32))
BOX = [0.1, 0.2, 0.3, 0.4]
VECTOR = [0.25, 0.5, 0.75]

# In an order in which every row finds what it points to. Ids are 1 (tracks: 1 a person, 2 a package).
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("cameras", {"id": "front_door", "name": "Front door", "folder_path": "Front Door"}),
    ("api_keys", {"id": 1, "name": "owner", "role": "admin", "key_sha256": HASH}),
    ("api_sessions", {"token_sha256": HASH, "key_id": 1, "kind": "session", "expires_at": AT}),
    (
        "idempotency_keys",
        {"key": "a", "key_id": 1, "request_sha256": HASH, "status": 201, "body": {"id": 1}},
    ),
    (
        "audit_logs",
        {"id": 1, "actor": "cli", "action": "create", "resource_type": "camera", "prev_hash": HASH, "hash": HASH},
    ),
    (
        "uploads",
        {
            "id": 1, "camera_id": "front_door", "volume": "a1", "path": b"Front Door/\xff.jpg", "size": 10,
            "mtime_ns": 5, "sha256": HASH, "media_type": "image", "captured_at": AT, "time_source": "exif",
            "received_at": AT, "state": "done",
        },
    ),
    ("upload_paths", {"volume": "a1", "path": b"Front Door/\xff.jpg", "size": 10, "mtime_ns": 5, "upload_id": 1}),
    ("batches", {"id": 1, "camera_id": "front_door", "started_at": AT, "last_at": AT}),
    ("outbox", {"seq": 1, "topic": "event", "type": "event.created", "payload": {"event_id": 1}}),
    ("outbox_readers", {"name": "mqtt", "seq": 1}),
    (
        "entities",
        {
            "id": ENTITY, "entity_type": "person", "embedding": VECTOR, "embedding_model": "m", "first_seen_at": AT,
            "last_seen_at": AT,
        },
    ),
    (
        "tracks",
        {
            "id": 1, "camera_id": "front_door", "session": SESSION, "track_id": 7, "object_class": "person",
            "first_seen": AT, "last_seen": AT, "entity_id": ENTITY,
        },
    ),
    (
        "tracks",
        {
            "id": 2, "camera_id": "front_door", "session": SESSION, "track_id": 8, "object_class": "package",
            "first_seen": AT, "last_seen": AT,
        },
    ),
    ("tracker_states", {"camera_id": "front_door", "at": AT, "version": 1, "state": {"session": str(SESSION)}}),
    (
        "detections",
        {
            "id": 1, "upload_id": 1, "camera_id": "front_door", "file_path": "a.jpg", "ordinal": 0, "detected_at": AT,
            "object_type": "person", "confidence": 0.9, "x1": 0.1, "y1": 0.2, "x2": 0.3, "y2": 0.4,
            "frame_width": 640, "frame_height": 480, "media_type": "image", "model": "null", "batch_id": 1,
            "track_id": 1, "labels": ["a\tb", "c,d\n"],
        },
    ),
    (
        "entity_rulings",
        {"id": 1, "entity_id": ENTITY, "kind": "different", "track_id": 1, "embedding": VECTOR,
         "embedding_model": "m", "created_by": "cli"},
    ),
    ("incidents", {"id": 1, "started_at": AT, "last_at": AT, "max_score": 40}),
    (
        "events",
        {
            "id": 1, "batch_id": 1, "batch_revision": 1, "incident_id": 1, "camera_id": "front_door",
            "started_at": AT, "ended_at": AT, "risk_score": 40, "risk_level": "medium", "summary": "A person",
            "reasoning": "Because", "object_types": ["person"], "cover_detection_id": 1, "embedding": VECTOR,
            "embedding_model": "m",
        },
    ),
    ("event_detections", {"event_id": 1, "detection_id": 1}),
    ("prompt_versions", {"id": 1, "model": "llm", "version": 1, "config": {"text": "x"}, "created_by": "cli"}),
    ("calibrations", {"id": 1, "camera_id": "front_door", "version": 1, "params": {"a": 1}, "created_by": "cli"}),
    (
        "event_audits",
        {
            "id": 1, "event_id": 1, "revision": 1, "cause": "batch:1", "evidence": [{"kind": "class"}], "prior": -2.0,
            "score": 40, "scorer": "1", "calibration_id": 1, "prompt_version_id": 1,
        },
    ),
    ("event_feedback", {"id": 1, "event_id": 1, "feedback_type": "accurate"}),
    ("camera_zones", {"id": 1, "camera_id": "front_door", "name": "Porch", "coordinates": [[0, 0], [1, 0], [1, 1]]}),
    ("known_persons", {"id": 1, "name": "Ann"}),
    ("erasures", {"person_id": 2, "person_created_at": AT, "hashes": [HASH], "crops": [["a1", "x.jpg"]]}),
    (
        "household_members",
        {"id": 1, "known_person_id": 1, "name": "Ann", "role": "resident", "trusted_level": "full"},
    ),
    (
        "registered_vehicles",
        {
            "id": 1, "description": "The blue one", "license_plate": "BÄR123", "owner_id": 1,
            "reid_embedding": VECTOR, "embedding_model": "m",
        },
    ),
    ("zone_household_configs", {"id": 1, "zone_id": 1, "owner_id": 1, "allowed_member_ids": [1]}),
    (
        "zone_activity_baselines",
        {
            "id": BASELINE, "zone_id": 1, "camera_id": "front_door", "hourly_pattern": [0.5] * 24,
            "hourly_std": [0.5] * 24, "daily_pattern": [1.0] * 7, "daily_std": [1.0] * 7,
        },
    ),
    (
        "zone_anomalies",
        {
            "id": "1:unusual_time:1", "zone_id": 1, "camera_id": "front_door", "anomaly_type": "unusual_time",
            "severity": "info", "title": "Late", "description": "Later than usual", "detection_id": 1, "timestamp": AT,
        },
    ),
    ("activity_hours", {"id": 1, "camera_id": "front_door", "object_class": "person", "hour": AT, "tracks": 2}),
    (
        "activity_baselines",
        {
            "id": 1, "camera_id": "front_door", "hour": 14, "day_of_week": 1, "avg_count": 2.5, "variance": 1.5,
            "sample_count": 12,
        },
    ),
    (
        "class_baselines",
        {
            "id": 1, "camera_id": "front_door", "detection_class": "person", "hour": 14, "frequency": 2.5,
            "variance": 1.5, "sample_count": 12,
        },
    ),
    ("scene_changes", {"id": 1, "camera_id": "front_door", "detected_at": AT, "similarity_score": 0.2}),
    ("scene_references", {"camera_id": "front_door", "light": "day", "data": b"\x00\x01"}),
    ("scene_views", {"upload_id": 1, "frame_no": 0, "taken_at": AT, "light": "day", "grey": bytes(2304)}),
    (
        "heatmap_data",
        {"id": 1, "camera_id": "front_door", "time_bucket": AT, "resolution": "hourly", "data": b"\x78"},
    ),
    (
        "dwell_time_records",
        {
            "id": 1, "zone_id": 1, "camera_id": "front_door", "session": SESSION, "track_id": 7,
            "object_class": "person", "entry_time": AT,
        },
    ),
    (
        "object_interactions",
        {"id": 1, "track_id": 1, "object_track_id": 2, "kind": "left", "at": AT, "confidence": 0.8},
    ),
    ("reid_embeddings", {"id": 1, "detection_id": 1, "embedding": VECTOR, "model": "m", "embedding_hash": HASH}),
    ("face_embeddings", {"id": 1, "person_id": 1, "embedding": VECTOR, "model": "m", "quality": 0.9}),
    (
        "face_detection_events",
        {
            "id": 1, "camera_id": "front_door", "detection_id": 1, "timestamp": AT, "bbox": BOX, "model": "f",
            "embedding": VECTOR, "embedding_model": "m", "outcome": "match", "is_unknown": False,
            "matched_person_id": 1, "match_confidence": 0.8, "quality": 0.9,
        },
    ),
    ("person_embeddings", {"id": 1, "member_id": 1, "embedding": VECTOR, "model": "m", "confidence": 0.9}),
    (
        "pose_results",
        {
            "id": 1, "detection_id": 1, "keypoints": [[0.5, 0.5, 0.9]] * 17, "pose_class": "standing",
            "confidence": 0.9, "model": "p",
        },
    ),
    (
        "threat_detections",
        {
            "id": 1, "detection_id": 1, "threat_type": "knife", "confidence": 0.7, "severity": "high", "bbox": BOX,
            "model": "t",
        },
    ),
    (
        "demographics_results",
        {
            "id": 1, "detection_id": 1, "age_range": "31-40", "age_confidence": 0.6, "gender": "unknown",
            "gender_confidence": 0.5, "model": "d",
        },
    ),
    ("action_results", {"id": 1, "detection_id": 1, "action": "walking", "confidence": 0.7, "model": "x"}),
    (
        "action_events",
        {
            "id": 1, "camera_id": "front_door", "track_id": 1, "action": "walking", "confidence": 0.7,
            "timestamp": AT, "frame_count": 8, "model": "x",
        },
    ),
    ("alert_rules", {"id": RULE, "name": "Stranger at night"}),
    ("alerts", {"id": ALERT, "event_id": 1, "rule_id": RULE, "severity": "high", "dedup_key": "a"}),
    ("alert_cooldowns", {"dedup_key": "a", "until": AT, "severity": "high"}),
    ("notification_channels", {"id": 1, "name": "Phone", "kind": "apprise", "secrets": b"\x00"}),
    ("notification_deliveries", {"id": 1, "alert_id": ALERT, "alert_version": 1, "channel_id": 1}),
    ("gpu_stats", {"id": 1, "node": "a", "gpu_index": 0, "gpu_name": "H100", "memory_used": 2**36}),
    ("logs", {"id": 1, "level": "INFO", "component": "watcher", "message": "tab\there, line\nthere \\N"}),
    ("jobs", {"id": "retention-1", "job_type": "retention"}),
]  # fmt: skip


def table(name: str) -> Table:
    return Base.metadata.tables[name]


def good(name: str, /, **changes: Any) -> dict[str, Any]:
    """The first good row of a table, with these columns changed."""
    return {**next(row for other, row in ROWS if other == name), **changes}


def fill(connection: Connection) -> None:
    """Put one good row into every table, and the circle of keys round detections, tracks and entities closed."""
    for name, row in ROWS:
        connection.execute(insert(table(name)).values(row))
    connection.execute(table("entities").update().values(primary_detection_id=1))
    connection.execute(table("outbox_head").update().values(seq=1))
