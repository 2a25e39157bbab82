"""Alerts in the event's transaction: once for an incident, again when it gets worse, and silent when they should be."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from homesec.store.sessions import sync_engine
from homesec.store.writes.deliveries import Escalate
from homesec.store.writes.raise_alerts import raise_alerts
from homesec.store.writes.unit import Message

pytestmark = pytest.mark.timeout(60)
NOW = datetime.now(UTC)
SESSION = "00000000-0000-4000-8000-000000000009"


class House:
    """A camera, a phone, and no rules but those that a test makes."""

    def __init__(self, url: str) -> None:
        self.engine = sync_engine(url, "test", pool=12)
        self.batches = 0
        self.run("DELETE FROM alert_rules")
        self.run("INSERT INTO cameras (id, name, folder_path) VALUES ('door', 'Door', 'door')")
        self.phone = self.channel("Phone")

    def run(self, statement: str, **values: Any) -> Any:
        with self.engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return result.scalar() if result.returns_rows else None

    def all(self, query: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def channel(self, name: str, **columns: Any) -> int:
        given = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in columns.items()}
        return int(self.run(
            "INSERT INTO notification_channels (name, kind, enabled, quiet_hours, escalation) "
            "VALUES (:name, 'webhook', :enabled, CAST(:quiet_hours AS jsonb), CAST(:escalation AS jsonb)) RETURNING id",
            **{"enabled": True, "quiet_hours": None, "escalation": None, **given}, name=name,
        ))  # fmt: skip

    def rule(self, name: str = "Look", **columns: Any) -> str:
        values = {"severity": "medium", "risk_threshold": 30, "object_types": None, "channels": [], **columns}
        conditions = json.dumps(values.pop("conditions", {}))
        names = ", ".join(values)
        return str(self.run(
            f"INSERT INTO alert_rules (name, conditions, {names}) VALUES (:name, CAST(:conditions AS jsonb), "
            f"{', '.join(f':{column}' for column in values)}) RETURNING id",
            name=name, conditions=conditions, **values,
        ))  # fmt: skip

    def incident(self) -> int:
        return int(self.run(
            "INSERT INTO incidents (started_at, last_at, max_score) VALUES (:at, :at, 0) RETURNING id", at=NOW
        ))  # fmt: skip

    def event(self, score: int, incident: int | None = None, at: datetime = NOW) -> int:
        batch = self.run(
            "INSERT INTO batches (camera_id, started_at, last_at) VALUES ('door', :at, :at) RETURNING id",
            at=at,
        )
        return int(self.run(
            "INSERT INTO events (batch_id, batch_revision, incident_id, camera_id, started_at, ended_at, risk_score, "
            "risk_level, summary, reasoning, object_types) VALUES (:batch, 1, :incident, 'door', :at, :at, :score, "
            "'low', 's', 'r', '{}') RETURNING id",
            batch=batch, incident=incident or self.incident(), at=at, score=score,
        ))  # fmt: skip

    def person(self, event: int, confidence: float = 0.9, **entity: Any) -> int:
        """Somebody in the event, followed; with an entity when that says something. Gives the detection's id."""
        number = self.run("SELECT count(*) + 1 FROM tracks")
        entity_id = None
        if entity:
            entity_id = self.run(
                "INSERT INTO entities (entity_type, trust_status, first_seen_at, last_seen_at, entity_metadata) "
                "VALUES ('person', :trust, :at, :at, CAST(:metadata AS jsonb)) RETURNING id",
                trust=entity.get("trust", "unknown"), at=NOW, metadata=json.dumps(entity.get("metadata", {})),
            )  # fmt: skip
        track = self.run(
            "INSERT INTO tracks (camera_id, session, track_id, object_class, first_seen, last_seen, entity_id) "
            "VALUES ('door', :session, :number, 'person', :at, :at, :entity) RETURNING id",
            session=SESSION, number=number, at=NOW, entity=entity_id,
        )  # fmt: skip
        upload = self.run(
            "INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, "
            "time_source, received_at) VALUES ('door', 'v', :path, 1, 1, sha256(CAST(:path AS bytea)), 'image', :at, "
            "'exif', :at) RETURNING id",
            path=str(number).encode(), at=NOW,
        )  # fmt: skip
        detection = self.run(
            "INSERT INTO detections (upload_id, camera_id, file_path, ordinal, detected_at, object_type, confidence, "
            "x1, y1, x2, y2, frame_width, frame_height, media_type, model, track_id) VALUES (:upload, 'door', 'x', 0, "
            ":at, 'person', :confidence, 0, 0, 1, 1, 640, 480, 'image', 'fake', :track) RETURNING id",
            upload=upload, at=NOW, confidence=confidence, track=track,
        )  # fmt: skip
        self.run("INSERT INTO event_detections VALUES (:event, :detection)", event=event, detection=detection)
        return int(detection)

    def judge(self, event: int) -> Sequence[Message]:
        with self.engine.begin() as connection:
            return raise_alerts(connection, event)

    def rescore(self, event: int, score: int, at: datetime | None = None) -> list[str]:
        """The types of what is told of the event with another score."""
        self.run(
            "UPDATE events SET risk_score = :score, ended_at = coalesce(:at, ended_at) WHERE id = :id",
            score=score, id=event, at=at,
        )  # fmt: skip
        return [message.type for message in self.judge(event)]

    def deliveries(self) -> list[tuple[Any, ...]]:
        return self.all("SELECT alert_version, step, channel_id, state, error FROM notification_deliveries ORDER BY id")


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    house = House(database_url)
    yield house
    house.engine.dispose()


def test_a_new_system_has_two_rules_that_tell_of_danger(database_url: str) -> None:
    engine = sync_engine(database_url, "test")
    with engine.connect() as connection:
        rules = connection.execute(text("SELECT name, severity, risk_threshold, enabled FROM alert_rules ORDER BY 3"))
        assert [tuple(row) for row in rules] == [("Worth a look", "high", 60, True), ("Danger", "critical", 85, True)]
    engine.dispose()


def test_an_event_becomes_an_alert_and_a_notification(house: House) -> None:
    rule, event = house.rule(), house.event(45)
    [message] = house.judge(event)
    [(alert, severity, status, key, details, late, version)] = house.all(
        "SELECT id, severity, status, dedup_key, metadata, late, version FROM alerts"
    )
    assert (severity, status, late, version) == ("medium", "pending", False, 1)
    assert key == f"{rule}:{message.payload['incident_id']}"
    assert (details["score"], details["why"], details["at"]) == (45, "score 45", NOW.isoformat())
    assert (message.type, message.payload["alert_id"], message.payload["camera_id"]) == (
        "alert.created", str(alert), "door",
    )  # fmt: skip
    assert house.deliveries() == [(1, 0, house.phone, "pending", None)]
    assert house.all("SELECT channels FROM alerts") == [([house.phone],)]
    assert house.judge(event) == []  # judged again, nothing is new
    assert house.judge(house.event(20)) == []
    house.run("UPDATE alert_rules SET enabled = false")
    assert house.judge(house.event(45)) == []


def test_an_incident_is_told_once_unless_it_gets_worse(house: House) -> None:
    house.rule("Look")
    house.rule("Danger", severity="critical", risk_threshold=85)
    incident = house.incident()
    first = house.event(45, incident)
    assert len(house.judge(first)) == 1
    for second in range(0, 1200, 100):  # twenty minutes of the same, though a cooldown is five
        assert house.judge(house.event(50, incident, NOW + timedelta(seconds=second))) == []
    assert house.rescore(first, 70) == ["alert.updated"]
    assert house.rescore(first, 72) == []
    worse = house.event(90, incident, NOW + timedelta(seconds=1300))
    assert sorted(message.type for message in house.judge(worse)) == ["alert.created", "alert.created"]
    assert house.deliveries() == [
        (1, 0, house.phone, "pending", None),
        (2, 0, house.phone, "pending", None),
        (1, 0, house.phone, "pending", None),  # two rules tell of the danger, the owner hears it once
        (1, 0, house.phone, "suppressed", "told already"),
    ]


def test_a_fall_is_told_as_an_update_and_withdraws_nothing(house: House) -> None:
    house.rule()
    event = house.event(65)
    house.judge(event)
    assert house.rescore(event, 40) == ["alert.updated"]
    assert house.rescore(event, 10) == ["alert.updated"]
    assert house.rescore(event, 12) == []
    [(severity, version, details)] = house.all("SELECT severity, version, metadata FROM alerts")
    assert (severity, version, details["severity"], details["holds"]) == ("high", 1, "medium", False)
    assert len(house.deliveries()) == 1


def test_what_the_owner_acknowledged_comes_back_when_it_gets_worse(house: House) -> None:
    house.rule()
    event = house.event(45)
    house.judge(event)
    house.run("UPDATE alerts SET status = 'acknowledged', acknowledged_at = now()")
    assert house.rescore(event, 50) == []
    assert house.rescore(event, 61) == ["alert.updated"]
    assert house.all("SELECT status, version, severity FROM alerts") == [("pending", 2, "high")]


def test_ten_at_once_make_one_alert_and_one_notification(house: House) -> None:
    house.rule()
    incident, start = house.incident(), Barrier(10)
    events = [house.event(45, incident) for _ in range(10)]

    def judge(event: int) -> Sequence[Message]:
        start.wait(20)
        return house.judge(event)

    with ThreadPoolExecutor(10) as pool:
        told = [message for messages in pool.map(judge, events) for message in messages]
    assert [message.type for message in told] == ["alert.created"]
    assert house.all("SELECT count(*) FROM alerts") == [(1,)]
    assert house.deliveries() == [(1, 0, house.phone, "pending", None)]


def test_a_cooldown_goes_by_event_time_and_slides(house: House) -> None:
    house.rule(dedup_key_template="{rule}:{camera}")
    told = [
        len(house.judge(house.event(45, None, NOW - timedelta(seconds=1000 - second))))
        for second in (0, 200, 450, 760, 1000)
    ]
    assert told == [1, 0, 0, 1, 0]
    [(key, severity)] = house.all("SELECT dedup_key, severity FROM alert_cooldowns")
    assert (key.endswith(":door"), severity) == (True, "medium")


def test_a_trusted_person_hides_no_stranger_beside_them(house: House) -> None:
    house.run("INSERT INTO known_persons (id, name) VALUES (1, 'Ann')")
    house.run("INSERT INTO household_members (id, known_person_id, name, role, trusted_level) "
              "VALUES (3, 1, 'Ann', 'resident', 'full')")  # fmt: skip
    house.rule(risk_threshold=None, object_types=["person"], conditions={"identity": ["not_trusted"]})
    event = house.event(10)
    house.person(event, 0.99, metadata={"member_id": 3})
    house.person(event, 0.97, trust="trusted", metadata={"member_id": "not a number"})
    assert house.judge(event) == []
    house.person(event, 0.6)
    assert [message.type for message in house.judge(event)] == ["alert.created"]
    [(details,)] = house.all("SELECT metadata FROM alerts")
    assert details["why"] == "score 10, person (unknown)"


def test_zones_stays_poses_threats_and_actions_are_what_the_tables_say(house: House) -> None:
    house.run("INSERT INTO camera_zones (id, camera_id, name, coordinates) VALUES (4, 'door', 'Porch', "
              "'[[0, 0], [1, 0], [1, 1]]')")  # fmt: skip
    conditions = {"dwell_seconds": 30, "poses": ["crouching"], "threats": ["knife"], "actions": ["trying a door"]}
    house.rule(risk_threshold=None, zone_ids=[4], conditions=conditions)
    event = house.event(10)
    detection = house.person(event)
    house.run(
        "INSERT INTO pose_results (detection_id, keypoints, pose_class, confidence, model) VALUES (:id, "
        "(SELECT jsonb_agg('[0, 0, 0]'::jsonb) FROM generate_series(1, 17)), 'crouching', 0.9, 'x')", id=detection,
    )  # fmt: skip
    house.run(
        "INSERT INTO threat_detections (detection_id, threat_type, confidence, severity, bbox, model) VALUES "
        "(:id, 'knife', 0.8, 'high', '{0,0,1,1}', 'x')", id=detection,
    )  # fmt: skip
    house.run(
        "INSERT INTO action_events (camera_id, track_id, action, confidence, timestamp, frame_count, model) "
        "SELECT 'door', track_id, 'trying a door', 0.9, :at, 8, 'x' FROM detections", at=NOW,
    )  # fmt: skip
    assert house.judge(event) == []
    house.run(
        "INSERT INTO dwell_time_records (zone_id, camera_id, session, track_id, object_class, entry_time, "
        "total_seconds) VALUES (4, 'door', :session, 1, 'person', :at, 31)", session=SESSION, at=NOW,
    )  # fmt: skip
    assert len(house.judge(event)) == 1
    [(details,)] = house.all("SELECT metadata FROM alerts")
    assert details["why"] == "score 10, person in zone 4 for 31 s crouching trying a door knife"


def test_what_is_known_late_is_told_only_when_critical(house: House) -> None:
    house.rule()
    long_ago = NOW - timedelta(minutes=20)
    event = house.event(45, at=long_ago)
    assert house.judge(event)[0].payload["late"]
    house.judge(house.event(90, at=long_ago))
    assert [row[3:] for row in house.deliveries()] == [("suppressed", "late"), ("pending", None)]
    assert house.rescore(event, 65, NOW) == ["alert.updated"]  # it goes on, and now it is news
    assert house.all("SELECT late FROM alerts WHERE event_id = " + str(event)) == [(False,)]
    assert house.deliveries()[-1][3:] == ("pending", None)


def test_quiet_hours_and_switched_off_channels_are_quiet_but_for_what_is_critical(house: House) -> None:
    hours = {"days": [], "start": "00:00", "end": "24:00", "timezone": "UTC"}
    sleeping = house.channel("Bedroom", quiet_hours=hours)
    house.channel("Old phone", enabled=False)
    house.rule(channels=[sleeping])
    incident = house.incident()
    event = house.event(45, incident)
    house.judge(event)
    house.rescore(event, 90)
    assert house.deliveries() == [
        (1, 0, sleeping, "suppressed", "quiet hours"),
        (2, 0, sleeping, "pending", None),
    ]


def test_snoozed_events_incidents_and_cameras_stay_silent(house: House) -> None:
    house.rule()
    incident = house.incident()
    event, other = house.event(45, incident), house.event(45, incident)
    house.run("UPDATE events SET snooze_until = now() + interval '1 hour' WHERE id = :id", id=event)
    assert house.judge(event) == house.judge(other) == []
    house.run("UPDATE events SET snooze_until = now() - interval '1 hour'")
    assert len(house.judge(other)) == 1
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    house.run("UPDATE cameras SET settings = jsonb_build_object('snooze_until', CAST(:at AS text))", at=later)
    assert house.judge(house.event(95)) == []
    house.run("UPDATE cameras SET settings = '{}'")
    house.run("UPDATE events SET deleted_at = now() WHERE id = :id", id=event)
    assert house.judge(event) == []


def test_a_rule_that_cannot_be_read_stops_nothing(house: House) -> None:
    house.rule("From tomorrow", conditions={"mood": ["bad"]})
    house.rule()
    assert len(house.judge(house.event(45))) == 1


def test_when_nobody_acknowledges_the_next_are_told_each_once(house: House) -> None:
    neighbour = house.channel("Neighbour")
    second = house.channel("Second phone", escalation={"after_s": 60, "channels": [neighbour, house.phone]})
    house.run("UPDATE notification_channels SET escalation = CAST(:steps AS jsonb) WHERE id = :id",
              id=house.phone, steps=json.dumps({"after_s": 300, "channels": [second]}))  # fmt: skip
    house.rule(channels=[house.phone])
    house.judge(house.event(45))

    def escalate(seconds: float) -> int:
        with house.engine.begin() as connection:
            return int(Escalate(datetime.now(UTC) + timedelta(seconds=seconds)).apply(connection).result)

    assert escalate(200) == 0
    assert [escalate(301), escalate(301)] == [1, 1]  # the second phone, and from there the neighbour
    assert escalate(10_000) == 0
    assert [row[1:3] for row in house.deliveries()] == [(0, house.phone), (1, second), (2, neighbour)]
    house.run("DELETE FROM notification_deliveries WHERE step > 0")
    house.run("UPDATE alerts SET status = 'acknowledged', acknowledged_at = now()")
    assert escalate(10_000) == 0
