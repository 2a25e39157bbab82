"""No dead tables: each has a writer in the pipeline or the API, a reader in the API, and a test that looks into it.

How that is found stands in `tests/table_use.py`. Tables that are not alive yet stand in PENDING, which only shrinks.
"""

from homesec.store.base import Base
from tests.table_use import looked_into, read_through_api, written

PENDING = {
    "calibrations", "event_feedback", "notification_channels", "outbox_readers", "prompt_versions",
}  # fmt: skip

# What PENDING was when the tables were made. Nothing is ever added here: a new table comes with its life.
PENDING_AT_FIRST = frozenset(
    {
        "action_events", "action_results", "activity_baselines", "activity_hours", "alert_cooldowns", "alert_rules",
        "alerts", "calibrations", "camera_zones", "class_baselines", "demographics_results", "dwell_time_records",
        "entities", "event_feedback", "face_detection_events", "face_embeddings", "gpu_stats", "heatmap_data",
        "household_members", "jobs", "known_persons", "logs", "notification_channels", "notification_deliveries",
        "object_interactions", "outbox_readers", "person_embeddings", "pose_results", "prompt_versions",
        "registered_vehicles", "reid_embeddings", "scene_changes", "scene_references", "threat_detections", "tracks",
        "zone_activity_baselines", "zone_anomalies", "zone_household_configs",
    }
)  # fmt: skip

# Bookkeeping that no owner asks for: the part of homesec that reads it instead of the API.
READ_ELSEWHERE = {"upload_paths": "homesec/watch", "scene_views": "homesec/store/queries"}

ALL_TABLES_AT_ONCE = (
    "rows.py",
    "test_constraints.py",
    "test_dump.py",
    "test_tables.py",
)  # look into none in particular
ALIVE = set(Base.metadata.tables) - PENDING


def test_every_living_table_is_written() -> None:
    assert ALIVE - set(written()) == set()


def test_every_living_table_is_read_by_the_api() -> None:
    assert ALIVE - set(READ_ELSEWHERE) - set(read_through_api()) == set()
    for table, folder in READ_ELSEWHERE.items():
        assert table in looked_into(folder)


def test_a_test_looks_into_every_living_table() -> None:
    assert ALIVE - set(looked_into("tests", without=ALL_TABLES_AT_ONCE)) == set()


def test_what_is_pending_only_shrinks() -> None:
    assert set(PENDING) - PENDING_AT_FIRST == set()
    assert set(PENDING) - set(Base.metadata.tables) == set(), "a table that is gone is not pending"


def test_a_pending_table_that_is_written_is_alive() -> None:
    assert {name: writers for name, writers in written().items() if name in PENDING} == {}


def test_a_dead_table_would_be_found() -> None:
    """The search sees what is there, and does not take everything for a use."""
    writers, readers = written(), read_through_api()
    assert "_UPSERT" in writers["events"]
    assert "head" in readers["outbox_head"]
    assert not {"prompt_versions"} & (set(writers) | set(readers))
