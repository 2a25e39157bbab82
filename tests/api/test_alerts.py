"""Alerts and their rules through the API: told, acknowledged, changed, and tried on the past."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.house import T0, House

pytestmark = pytest.mark.timeout(60)
ANYBODY = {"name": "Anybody", "object_types": ["person"]}


@pytest.fixture
def house(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[House]:
    house = House(tmp_path / "data", database_url, redis_url, timezone="Europe/Berlin")
    house.camera("yard")
    house.camera("street")
    try:
        yield house
    finally:
        house.close()


def see(house: House, camera: str = "yard", minutes: float = 0, what: str = "person") -> int:
    """An event of its own. Gives its id."""
    house.see(camera, what, at=T0 + timedelta(minutes=minutes))
    house.settle()
    return int(house.rows("SELECT max(id) AS id FROM events")[0].id)


def test_an_alert_is_told_listed_acknowledged_and_dismissed(house: House, owner: httpx.Client) -> None:
    rule = owner.post("/api/alert-rules", json=ANYBODY).json()
    house.sql("INSERT INTO notification_channels (id, name, kind) VALUES (1, 'Phone', 'webhook')")
    first, second, other = see(house), see(house, minutes=30), see(house, "street", 60)
    newest, *rest = owner.get("/api/alerts").json()["items"]
    assert (newest["event_id"], newest["camera_name"], newest["rule_name"]) == (other, "street", "Anybody")
    assert (newest["severity"], newest["status"], newest["version"], newest["late"]) == ("medium", "pending", 1, True)
    assert newest["why"].endswith("person")
    assert newest["silent_until"] == (T0 + timedelta(minutes=65)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [alert["event_id"] for alert in rest] == [second, first]
    page = owner.get("/api/alerts", params={"limit": 2}).json()
    last = owner.get("/api/alerts", params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert ([alert["event_id"] for alert in last["items"]], last["next_cursor"]) == ([first], None)

    asked: list[tuple[dict[str, Any], list[int]]] = [
        ({"camera": "yard"}, [second, first]),
        ({"event": first}, [first]),
        ({"incident": newest["incident_id"]}, [other]),
        ({"rule": rule["id"]}, [other, second, first]),
        ({"status": ["acknowledged", "dismissed"]}, []),
        ({"severity": "critical"}, []),
        ({"until": "2020-01-01T00:00:00Z"}, []),
    ]
    for query, found in asked:
        assert [alert["event_id"] for alert in owner.get("/api/alerts", params=query).json()["items"]] == found, query
    assert [alert["id"] for alert in owner.get(f"/api/events/{other}").json()["alerts"]] == [newest["id"]]

    detail = owner.get(f"/api/alerts/{newest['id']}").json()
    assert [(one["channel_name"], one["state"], one["error"]) for one in detail["deliveries"]] == [
        ("Phone", "suppressed", "late")
    ]
    house.sql("UPDATE notification_deliveries SET state = 'pending', error = NULL")
    seen = owner.post(f"/api/alerts/{newest['id']}/acknowledge").json()
    assert (seen["status"], seen["deliveries"][0]["error"]) == ("acknowledged", "acknowledged")
    assert owner.post(f"/api/alerts/{newest['id']}/acknowledge").json() == seen  # the first stands
    assert owner.post(f"/api/alerts/{newest['id']}/dismiss").json()["status"] == "dismissed"
    assert owner.post(f"/api/alerts/{newest['id']}/acknowledge").json()["status"] == "dismissed"
    told = [row.payload for row in house.rows("SELECT payload FROM outbox WHERE type = 'alert.updated' ORDER BY seq")]
    assert [(one["alert_id"], one["status"]) for one in told] == [
        (newest["id"], "acknowledged"), (newest["id"], "dismissed"),
    ]  # fmt: skip

    incident = owner.get(f"/api/events/{first}").json()["incident_id"]
    assert owner.post(f"/api/incidents/{incident}/acknowledge").json() == {"changed": 1}
    assert owner.post(f"/api/incidents/{incident}/acknowledge").json() == {"changed": 0}
    logged = house.rows("SELECT action FROM audit_logs WHERE resource_type = 'alert' ORDER BY id")
    assert [row.action for row in logged] == ["acknowledge", "dismiss", "acknowledge"]
    with house.client(house.key("operator", ("street",))) as guest:
        assert [alert["event_id"] for alert in guest.get("/api/alerts").json()["items"]] == [other]
        assert guest.get(f"/api/alerts/{rest[0]['id']}").status_code == 404
        assert guest.post(f"/api/incidents/{incident}/acknowledge").status_code == 404
        assert guest.get("/api/alert-rules").status_code == 403
        assert guest.get(f"/api/alert-rules/{rule['id']}").status_code == 404


def test_a_rule_is_made_changed_and_deleted_and_all_of_it_is_logged(house: House, owner: httpx.Client) -> None:
    zone = owner.post("/api/cameras/yard/zones", json={"name": "Lawn", "coordinates": [[0, 0], [1, 0], [1, 1]]}).json()
    wanted = ANYBODY | {
        "camera_ids": ["yard"], "zone_ids": [zone["id"]], "severity": "high", "cooldown_seconds": 60,
        "schedule": {"days": ["fri"], "start": "22:00", "end": "06:00"},
        "conditions": {"identity": ["not_trusted"], "dwell_seconds": 20},
    }  # fmt: skip
    answer = owner.post("/api/alert-rules", json=wanted, headers={"Idempotency-Key": "a"})
    made = answer.json()
    assert (answer.status_code, made["schedule"]["timezone"], made["channels"]) == (201, "Europe/Berlin", [])
    assert made["conditions"] == wanted["conditions"]
    assert owner.post("/api/alert-rules", json=wanted, headers={"Idempotency-Key": "a"}).json() == made
    path = f"/api/alert-rules/{made['id']}"
    seen = owner.get(path)
    assert (seen.json(), seen.headers["ETag"]) == (made, answer.headers["ETag"])
    changed = owner.put(path, json=wanted | {"enabled": False}, headers={"If-Match": seen.headers["ETag"]})
    assert changed.json()["enabled"] is False
    assert owner.put(path, json=wanted, headers={"If-Match": seen.headers["ETag"]}).status_code == 412
    assert owner.delete(path, headers={"If-Match": seen.headers["ETag"]}).status_code == 412
    assert owner.put(path, json=wanted | {"name": "Danger"}).status_code == 409
    assert owner.post("/api/alert-rules", json=wanted).status_code == 409
    names = [rule["name"] for rule in owner.get("/api/alert-rules").json()["items"]]
    assert names == ["Anybody", "Danger", "Worth a look"]
    assert owner.delete(path).status_code == 204
    assert owner.delete(path).status_code == owner.get("/api/alert-rules/7").status_code == 404
    logged = house.rows("SELECT action, details FROM audit_logs WHERE resource_type = 'alert_rule' ORDER BY id")
    assert [row.action for row in logged] == ["create", "update", "delete"]
    assert logged[1].details == {"fields": ["enabled"]}


def test_what_cannot_be_a_rule_is_refused_by_the_name_of_the_field(owner: httpx.Client) -> None:
    hours = {"start": "22:00", "end": "06:00"}
    bad: list[tuple[dict[str, Any], str]] = [
        ({"name": " "}, "name"),
        ({"severity": "severe"}, "severity"),
        ({"risk_threshold": 101}, "risk_threshold"),
        ({"object_types": []}, "object_types"),
        ({"conditions": {"mood": "bad"}}, "conditions.mood"),
        ({"conditions": {"identity": ["friend"]}}, "conditions"),
        ({"conditions": {"dwell_seconds": -1}}, "conditions.dwell_seconds"),
        ({"conditions": {"threats": ["pie"]}}, "conditions.threats.0"),
        ({"schedule": hours | {"end": "25:00"}}, "schedule"),
        ({"schedule": hours | {"timezone": "Mars/Base"}}, "schedule.timezone"),
        ({"dedup_key_template": "{weekday}"}, "dedup_key_template"),
        ({"colour": "red"}, "colour"),
    ]
    for change, field in bad:
        answer = owner.post("/api/alert-rules", json=ANYBODY | change)
        assert answer.status_code == 422, change
        assert [error["where"] for error in answer.json()["errors"]] == [f"body.{field}"], answer.text
    for change, said in (
        ({"camera_ids": ["moon"]}, "camera_ids.0: there is no moon"),
        ({"zone_ids": [99]}, "zone_ids.0: there is no 99"),
        ({"channels": [99]}, "channels.0: there is no 99"),
    ):
        answer = owner.post("/api/alert-rules", json=ANYBODY | change)
        assert (answer.status_code, answer.json()["detail"]) == (422, said)
    assert len(owner.get("/api/alert-rules").json()["items"]) == 2


def test_a_rule_is_tried_on_the_past_before_it_is_saved(house: House, owner: httpx.Client) -> None:
    house.sql("DELETE FROM alert_rules")
    now = house.rows("SELECT now() AS at")[0].at
    ago = (now - T0) / timedelta(minutes=1)
    first, second = see(house, minutes=ago - 2 * 24 * 60), see(house, "street", ago - 60)
    cat = see(house, minutes=ago - 30, what="cat")
    house.sql("UPDATE events SET risk_score = 70 WHERE id = :id", id=cat)
    house.sql("INSERT INTO event_feedback (event_id, feedback_type) VALUES (:id, 'false_positive')", id=second)
    house.sql("INSERT INTO event_feedback (event_id, feedback_type) VALUES (:id, 'missed_threat')", id=first)
    tried = owner.post("/api/alert-rules/backtest", json={"rule": ANYBODY, "days": 7}).json()
    assert (tried["events"], tried["complete"], tried["held"], tried["alerts"]) == (3, True, 2, 2)
    assert tried["days"] == pytest.approx(2, abs=0.01)
    assert tried["per_day"] == pytest.approx(1, abs=0.01)
    assert (tried["by_camera"], tried["false_positives"]) == ({"yard": 1, "street": 1}, 1)
    assert [(one["event_id"], one["why"].endswith("person")) for one in tried["items"]] == [
        (second, True), (first, True),
    ]  # fmt: skip
    assert [(one["event_id"], one["told_by_others"]) for one in tried["missed"]] == [(cat, False)]
    strict = ANYBODY | {"risk_threshold": 99, "camera_ids": ["yard"]}
    tried = owner.post("/api/alert-rules/backtest", json={"rule": strict, "days": 7}).json()
    assert (tried["alerts"], tried["missed_count"]) == (0, 2)
    assert [(one["event_id"], one["feedback"]) for one in tried["missed"]] == [(cat, None), (first, "missed_threat")]
    tried = owner.post("/api/alert-rules/backtest", json={"rule": ANYBODY, "days": 1}).json()
    assert (tried["events"], tried["alerts"]) == (2, 1)
    saved = owner.post("/api/alert-rules", json=ANYBODY).json()
    assert owner.get(f"/api/alert-rules/{saved['id']}/backtest", params={"days": 7}).json()["alerts"] == 2
    assert house.rows("SELECT id FROM alerts") == []  # trying raises nothing
    assert house.rows("SELECT dedup_key FROM alert_cooldowns") == []


def test_a_camera_can_be_snoozed(house: House, owner: httpx.Client) -> None:
    owner.post("/api/alert-rules", json=ANYBODY)
    later = "2999-01-01T00:00:00+00:00"
    answer = owner.patch("/api/cameras/yard", json={"settings": {"snooze_until": later}})
    assert answer.json()["settings"]["snooze_until"] == "2999-01-01T00:00:00Z"
    see(house)
    assert owner.get("/api/alerts").json()["items"] == []
    owner.patch("/api/cameras/yard", json={"settings": {"snooze_until": None}})
    event = see(house, minutes=30)
    assert event in [alert["event_id"] for alert in owner.get("/api/alerts").json()["items"]]
