"""What the tables refuse: one bad row for each check, each unique key and each foreign key."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    CheckConstraint,
    Connection,
    Insert,
    Table,
    UniqueConstraint,
    Update,
    create_engine,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import quoted_name

from homesec.store.base import Base
from homesec.store.sessions import driver_url
from tests.store.rows import AT, ENTITY, ROWS, fill, good, table

pytestmark = pytest.mark.timeout(60)

# Checks of a common form are spoiled by that form; these are the others: table, check, columns that break it.
OTHERS: list[tuple[str, str, dict[str, Any]]] = [
    ("cameras", "id", {"id": "Front Door"}),
    ("cameras", "id", {"id": "_door"}),
    ("cameras", "id", {"id": ""}),
    ("uploads", "hashed", {"sha256": None}),
    ("uploads", "sniffed", {"media_type": None}),
    ("uploads", "reason", {"state": "rejected"}),
    ("uploads", "reason", {"state": "failed"}),
    ("batches", "span", {"last_at": AT.replace(hour=13)}),
    ("batches", "revision", {"analysed_revision": 2}),
    ("batches", "senses", {"judged_senses": 1}),
    ("batches", "enriched", {"enriched_revision": 2}),
    ("batches", "closed", {"status": "closed"}),
    ("batches", "closed", {"close_reason": "idle"}),
    ("outbox_head", "one_row", {"id": 2}),
    ("detections", "box", {"x1": 0.5, "x2": 0.4}),
    ("detections", "box", {"y1": 0.5, "y2": 0.4}),
    ("detections", "box", {"x1": -0.1}),
    ("detections", "box", {"y1": -0.1}),
    ("detections", "box", {"x2": 1.1}),
    ("detections", "box", {"y2": 1.1}),
    ("detections", "frame_size", {"frame_width": 0}),
    ("detections", "frame_size", {"frame_height": -1}),
    ("detections", "batch_or_reason", {"excluded_because": "class"}),
    ("incidents", "span", {"last_at": AT.replace(hour=13)}),
    ("events", "span", {"ended_at": AT.replace(hour=13)}),
    ("camera_zones", "line", {"zone_type": "line"}),
    ("camera_zones", "line", {"shape": "line", "coordinates": [[0, 0], [1, 1]], "direction": "left"}),
    ("camera_zones", "line_direction", {"direction": "left"}),
    ("camera_zones", "line_direction", {"shape": "line", "zone_type": "line", "coordinates": [[0, 0], [1, 1]]}),
    ("camera_zones", "points", {"coordinates": [[0, 0], [1, 1]]}),
    ("camera_zones", "points", {"coordinates": {"x": 1}}),
    ("camera_zones", "points", {"shape": "rectangle"}),
    ("camera_zones", "points", {"shape": "line", "zone_type": "line", "direction": "left"}),
    ("camera_zones", "color", {"color": "blue"}),
    ("zone_activity_baselines", "hourly_pattern_length", {"hourly_pattern": [1.0] * 23}),
    ("zone_activity_baselines", "hourly_pattern_length", {"hourly_pattern": [None] + [1.0] * 23}),
    ("zone_activity_baselines", "hourly_std_length", {"hourly_std": []}),
    ("zone_activity_baselines", "daily_pattern_length", {"daily_pattern": [1.0] * 8}),
    ("zone_activity_baselines", "daily_std_length", {"daily_std": [1.0]}),
    ("zone_activity_baselines", "daily_count_span", {"daily_count_min": 2, "daily_count_max": 1}),
    ("zone_anomalies", "acknowledged", {"acknowledged": True}),
    ("zone_anomalies", "acknowledged", {"acknowledged_at": AT}),
    ("zone_household_configs", "access_schedules", {"access_schedules": {"cron": "* * * * *"}}),
    ("activity_hours", "whole_hour", {"hour": AT.replace(minute=30)}),
    ("scene_changes", "acknowledged", {"acknowledged": True}),
    ("scene_views", "grey_length", {"grey": bytes(2303)}),
    ("heatmap_data", "size", {"width": 0}),
    ("heatmap_data", "size", {"height": -1}),
    ("tracks", "span", {"last_seen": AT.replace(hour=13)}),
    ("tracks", "trajectory", {"trajectory": {"x": 1}}),
    ("tracker_states", "state", {"state": []}),
    ("dwell_time_records", "span", {"exit_time": AT.replace(hour=13)}),
    ("object_interactions", "two_tracks", {"object_track_id": 1}),
    ("entities", "span", {"last_seen_at": AT.replace(hour=13)}),
    ("known_persons", "name", {"name": "  "}),
    ("household_members", "name", {"name": ""}),
    ("registered_vehicles", "license_plate", {"license_plate": "AB 12"}),
    ("registered_vehicles", "license_plate", {"license_plate": "ab12"}),
    ("registered_vehicles", "license_plate", {"license_plate": ""}),
    ("face_detection_events", "bbox", {"bbox": [0.1, 0.2, 0.3]}),
    ("face_detection_events", "bbox", {"bbox": [0.1, 0.2, 0.3, None]}),
    ("face_detection_events", "bbox", {"bbox": [0.1, 0.2, 0.3, 1.1]}),
    ("face_detection_events", "bbox", {"bbox": [-0.1, 0.2, 0.3, 1.0]}),
    ("face_detection_events", "bbox", {"bbox": [0.4, 0.2, 0.3, 0.4]}),
    ("face_detection_events", "bbox", {"bbox": [0.1, 0.5, 0.3, 0.4]}),
    ("face_detection_events", "is_unknown", {"is_unknown": True}),
    ("face_detection_events", "matched", {"outcome": "not_identifiable"}),
    ("threat_detections", "bbox", {"bbox": []}),
    ("pose_results", "keypoints", {"keypoints": [[0.5, 0.5, 0.9]] * 16}),
    ("pose_results", "keypoints", {"keypoints": {"nose": 1}}),
    ("alerts", "acknowledged", {"status": "acknowledged"}),
    ("alerts", "dismissed", {"status": "dismissed"}),
    ("notification_deliveries", "reason", {"state": "failed"}),
    ("notification_deliveries", "delivered", {"state": "delivered"}),
    ("notification_deliveries", "delivered", {"delivered_at": AT}),
    ("jobs", "span", {"started_at": AT, "completed_at": AT.replace(hour=13), "status": "completed"}),
    ("jobs", "reason", {"status": "failed", "completed_at": AT}),
    ("jobs", "completed", {"status": "completed"}),
    ("jobs", "completed", {"completed_at": AT}),
    ("jobs", "lease", {"status": "running"}),
    ("jobs", "lease", {"lease_until": AT}),
]

# What else has to change so that a spoiled row breaks that check alone.
COMPANIONS: dict[str, dict[str, Any]] = {"ck_face_detection_events_outcome": {"matched_person_id": None}}

# A second row beside the good one that only differs in these columns breaks this unique key.
TWINS: list[tuple[str, str, dict[str, Any]]] = [
    ("cameras", "uq_cameras_folder_path", {"id": "other"}),
    ("uploads", "uq_uploads_camera_id_sha256", {"id": 2, "path": b"other"}),
    ("detections", "uq_detections_upload_id_frame_no_ordinal", {"id": 2}),
    ("events", "uq_events_batch_id", {"id": 2}),
    ("event_detections", "pk_event_detections", {}),
    ("event_audits", "uq_event_audits_event_id_cause", {"id": 2, "revision": 2}),
    ("event_feedback", "uq_event_feedback_event_id", {"id": 2}),
    ("prompt_versions", "uq_prompt_versions_model_version", {"id": 2}),
    ("api_keys", "uq_api_keys_key_sha256", {"id": 2}),
    ("camera_zones", "uq_camera_zones_camera_id_name", {"id": 2}),
    ("zone_activity_baselines", "uq_zone_activity_baselines_zone_id", {"id": ENTITY}),
    ("zone_household_configs", "uq_zone_household_configs_zone_id", {"id": 2}),
    # no zone is a value here: the whole picture
    ("activity_hours", "uq_activity_hours_camera_id_zone_id_object_class_hour", {"id": 2}),
    ("activity_baselines", "uq_activity_baselines_camera_id_day_of_week_hour", {"id": 2}),
    ("class_baselines", "uq_class_baselines_camera_id_detection_class_hour", {"id": 2}),
    ("scene_changes", "uq_scene_changes_camera_id_detected_at_change_type", {"id": 2, "ended_at": AT}),
    # a camera's view is a changed one once at a time
    ("scene_changes", "ix_scene_changes_lasting", {"id": 2, "detected_at": AT.replace(hour=15)}),
    ("heatmap_data", "uq_heatmap_data_camera_id_time_bucket_resolution", {"id": 2}),
    ("tracks", "uq_tracks_camera_id_session_track_id", {"id": 3}),
    ("dwell_time_records", "uq_dwell_time_records_stay", {"id": 2, "exit_time": AT}),
    # a track is in a zone once at a time
    ("dwell_time_records", "ix_dwell_time_records_open", {"id": 2, "entry_time": AT.replace(hour=15)}),
    ("object_interactions", "uq_object_interactions_track_id_object_track_id_kind", {"id": 2}),
    ("reid_embeddings", "uq_reid_embeddings_detection_id", {"id": 2}),
    ("household_members", "uq_household_members_known_person_id", {"id": 2}),
    ("registered_vehicles", "uq_registered_vehicles_license_plate", {"id": 2}),
    ("pose_results", "uq_pose_results_detection_id", {"id": 2}),
    ("demographics_results", "uq_demographics_results_detection_id", {"id": 2}),
    ("action_results", "uq_action_results_detection_id", {"id": 2}),
    ("action_events", "uq_action_events_track_id_action_timestamp", {"id": 2}),
    ("alert_rules", "uq_alert_rules_name", {"id": ENTITY}),
    ("alerts", "uq_alerts_event_id_rule_id", {"id": ENTITY}),
    ("notification_channels", "uq_notification_channels_name", {"id": 2}),
    ("erasures", "uq_erasures_person_id_person_created_at", {"id": 2}),
    ("notification_deliveries", "uq_notification_deliveries_once", {"id": 2}),
    ("calibrations", "uq_calibrations_camera_id_version", {"id": 2}),
]


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """A transaction in a database with a row in every table, undone at the end."""
    engine = create_engine(driver_url(database_url))
    with engine.connect() as connection, connection.begin() as transaction:
        fill(connection)
        yield connection
        transaction.rollback()
    engine.dispose()


def refusal(connection: Connection, statement: Insert | Update) -> str | None:
    """The name of the constraint that refuses the statement; None when the table takes it."""
    try:
        with connection.begin_nested() as savepoint:
            connection.execute(statement)
            savepoint.rollback()
    except IntegrityError as error:
        return str(error.orig.diag.constraint_name)  # type: ignore[union-attr]
    return None


def bad_insert(connection: Connection, target: str, /, **changes: Any) -> str | None:
    row = changes if target == "outbox_head" else good(target, **changes)
    return refusal(connection, insert(table(target)).values(row))


def spoiled(check: str) -> list[dict[str, Any]]:
    """Columns that break a check of a common form; empty for any other form."""
    if found := re.fullmatch(r"(\w+) IN \('.*'\)", check):
        return [{found[1]: "nonsense"}]
    if found := re.fullmatch(r"(\w+) BETWEEN (\d+) AND (\d+)", check):
        return [{found[1]: int(found[2]) - 1}, {found[1]: int(found[3]) + 1}]
    if found := re.fullmatch(r"(\w+) (>|>=) ([01])", check):
        return [{found[1]: int(found[3]) - (found[2] == ">=")}]
    if found := re.fullmatch(r"octet_length\((\w+)\) = 32", check):
        return [{found[1]: bytes(31)}, {found[1]: bytes(33)}]
    if found := re.fullmatch(r"\((\w+) IS NULL\) = \((\w+) IS NULL\)", check):
        return [{found[1]: None}, {found[2]: None}]
    return []


def checks() -> Iterator[tuple[Table, str, str]]:
    for target in Base.metadata.tables.values():
        for constraint in target.constraints:
            if isinstance(constraint, CheckConstraint):
                name = constraint.name
                assert isinstance(name, quoted_name | str)
                yield target, str(name), str(constraint.sqltext)


def full(target: str, check: str) -> str:
    return f"ck_{target}_{check}"


def test_every_good_row_is_good(connection: Connection) -> None:
    for name, _ in ROWS:
        assert connection.scalar(select(func.count()).select_from(table(name))), name


def test_every_check_refuses_a_row_that_breaks_it(connection: Connection) -> None:
    written = {full(target, check) for target, check, _ in OTHERS}
    for target, name, condition in checks():
        bad = spoiled(condition)
        assert bad or name in written, f"no bad row for {name}: {condition}"
        for changes in bad:
            refused_by = bad_insert(connection, target.name, **COMPANIONS.get(name, {}), **changes)
            assert refused_by == name, f"{name}: {changes}"
    for target_name, check, changes in OTHERS:
        assert bad_insert(connection, target_name, **changes) == full(target_name, check), (target_name, changes)


def test_every_unique_key_refuses_a_second_row(connection: Connection) -> None:
    tested = {name for _, name, _ in TWINS}
    for target in Base.metadata.tables.values():
        for constraint in target.constraints:
            if isinstance(constraint, UniqueConstraint):
                assert str(constraint.name) in tested, f"no twin for {constraint.name}"
    for target_name, name, changes in TWINS:
        assert bad_insert(connection, target_name, **changes) == name


def test_one_active_prompt_for_a_model_and_one_active_calibration_for_a_camera(connection: Connection) -> None:
    for target, active in [
        ("prompt_versions", {"is_active": True, "model": "llm"}),
        ("calibrations", {"active": True, "camera_id": "front_door"}),
        ("calibrations", {"active": True, "camera_id": None}),  # the one for all cameras
    ]:
        with connection.begin_nested() as savepoint:
            connection.execute(insert(table(target)).values(good(target, id=10, version=10, **active)))
            assert bad_insert(connection, target, id=11, version=11, **active) == f"ix_{target}_active"
            savepoint.rollback()


def test_every_foreign_key_refuses_a_row_that_points_nowhere(connection: Connection) -> None:
    nowhere: dict[type, Any] = {str: "nowhere", int: 10**9, UUID: UUID(int=9)}
    for target in Base.metadata.tables.values():
        for key in target.foreign_keys:
            changes = {key.parent.name: nowhere[key.parent.type.python_type]}
            said = refusal(connection, update(target).values(changes))
            assert said is not None, f"{target.name}.{key.parent.name}"
            assert said.startswith("fk_"), said


def test_every_foreign_key_says_what_a_deletion_does_and_has_an_index() -> None:
    for target in Base.metadata.tables.values():
        leading = [[column.name for column in index.columns] for index in target.indexes]
        leading += [
            [column.name for column in constraint.columns]
            for constraint in target.constraints
            if hasattr(constraint, "columns")
            and not isinstance(constraint, CheckConstraint)
            and (isinstance(constraint, UniqueConstraint) or constraint is target.primary_key)
        ]
        for constraint in target.foreign_key_constraints:
            columns = list(constraint.column_keys)
            assert constraint.ondelete in ("CASCADE", "SET NULL", "NO ACTION", "RESTRICT"), constraint.name
            assert any(names[: len(columns)] == columns for names in leading), f"{target.name}: {columns}"


def left(connection: Connection) -> set[str]:
    return {name for name in Base.metadata.tables if connection.scalar(select(func.count()).select_from(table(name)))}


def test_with_a_camera_goes_all_that_it_saw(connection: Connection) -> None:
    connection.execute(delete(table("cameras")))
    assert left(connection) == {
        "api_keys", "api_sessions", "idempotency_keys", "audit_logs", "outbox", "outbox_head", "outbox_readers",
        "entities", "entity_rulings", "incidents", "prompt_versions", "known_persons", "household_members",
        "registered_vehicles", "face_embeddings", "person_embeddings", "alert_rules", "alert_cooldowns",
        "notification_channels", "gpu_stats", "logs", "jobs", "erasures",
    }  # fmt: skip


def test_a_detection_may_go_while_its_event_stays(connection: Connection) -> None:
    connection.execute(delete(table("detections")))
    gone = set(Base.metadata.tables) - left(connection)
    assert gone == {
        "detections", "event_detections", "reid_embeddings", "face_detection_events", "pose_results",
        "threat_detections", "demographics_results", "action_results",
    }  # fmt: skip
    assert connection.scalar(select(table("events").c.cover_detection_id)) is None
    assert connection.scalar(select(table("entities").c.primary_detection_id)) is None


def test_with_a_person_go_the_vectors(connection: Connection) -> None:
    connection.execute(delete(table("known_persons")))
    gone = set(Base.metadata.tables) - left(connection)
    assert gone == {"known_persons", "household_members", "face_embeddings", "person_embeddings"}
    assert connection.scalar(select(table("face_detection_events").c.matched_person_id)) is None
    assert connection.scalar(select(table("zone_household_configs").c.owner_id)) is None


def test_a_batch_with_an_event_stays(connection: Connection) -> None:
    with pytest.raises(IntegrityError, match="fk_events_batch_id_batches"), connection.begin_nested():
        connection.execute(delete(table("batches")))


def test_an_alert_outlives_its_rule(connection: Connection) -> None:
    connection.execute(delete(table("alert_rules")))
    assert connection.execute(select(table("alerts").c.rule_id)).scalars().all() == [None]
