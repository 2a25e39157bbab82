"""Zones through the API: drawn, judged, changed, and who stayed in them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Connection, text

from homesec.domain.stays import Crossing, Stay
from homesec.domain.zones import Zone
from homesec.store.queries import reading
from homesec.store.queries.zones import enabled_zones
from homesec.store.writes.stays import save_stays
from homesec.store.writes.unit import Outcome
from tests.api.house import House

pytestmark = pytest.mark.timeout(60)
SESSION = UUID("00000000-0000-4000-8000-000000000005")
T0 = datetime(2026, 3, 3, 22, 30, tzinfo=UTC)  # half past eleven in Berlin
PORCH = {"name": "Porch", "zone_type": "entry_point", "coordinates": [[0.1, 0.1], [0.6, 0.1], [0.6, 0.8]]}
GATE = {"name": "Gate", "zone_type": "line", "shape": "line", "coordinates": [[0, 0.5], [1, 0.5]], "direction": "left"}


@pytest.fixture
def yard(house: House) -> str:
    return house.camera("yard")


def test_a_zone_is_made_changed_and_deleted_and_all_of_it_is_logged(
    house: House, owner: httpx.Client, yard: str
) -> None:
    answer = owner.post("/api/cameras/yard/zones", json=PORCH)
    assert answer.status_code == 201
    made = answer.json()
    assert made | PORCH == made
    assert (made["shape"], made["enabled"], made["priority"], made["target_classes"]) == ("polygon", True, 0, None)
    assert owner.get(f"/api/zones/{made['id']}").json() == made
    gate = owner.post("/api/cameras/yard/zones", json=GATE | {"priority": 3}).json()
    assert [zone["name"] for zone in owner.get("/api/cameras/yard/zones").json()["items"]] == ["Gate", "Porch"]
    wanted = PORCH | {"name": "Steps", "loiter_seconds": 30, "target_classes": ["person"], "enabled": False}
    changed = owner.put(f"/api/zones/{made['id']}", json=wanted).json()
    assert changed | wanted == changed
    assert changed["updated_at"] is not None
    assert owner.put(f"/api/zones/{made['id']}", json=wanted).json() == changed  # nothing new: nothing is written
    assert owner.put(f"/api/zones/{made['id']}", json=wanted | {"name": "Gate"}).status_code == 409
    assert owner.post("/api/cameras/yard/zones", json=GATE).status_code == 409

    async def judged_by() -> list[Zone]:
        async with reading(house.services.database) as connection:
            return (await enabled_zones(connection, [yard]))[yard]

    assert house.run(judged_by()) == [
        Zone(gate["id"], "Gate", "line", ((0.0, 0.5), (1.0, 0.5)), "left", 3)  # the other one is switched off
    ]
    assert owner.delete(f"/api/zones/{made['id']}").status_code == 204
    assert owner.delete(f"/api/zones/{made['id']}").status_code == 404
    logged = house.rows("SELECT action, details FROM audit_logs WHERE resource_type = 'zone' ORDER BY id")
    assert [row.action for row in logged] == ["create", "create", "update", "delete"]
    assert logged[2].details == {"fields": ["name", "enabled", "target_classes", "loiter_seconds"]}


def test_a_repeated_post_makes_one_zone(house: House, owner: httpx.Client, yard: str) -> None:
    answers = [
        owner.post("/api/cameras/yard/zones", json=PORCH, headers={"Idempotency-Key": "a"}).json() for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert len(house.rows("SELECT id FROM camera_zones")) == 1


def test_what_cannot_be_a_zone_is_refused_by_the_name_of_the_field(owner: httpx.Client, yard: str) -> None:
    bad: list[tuple[dict[str, Any], str, str]] = [
        ({"coordinates": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "coordinates", "crosses"),
        ({"coordinates": [[0, 0], [1.5, 1], [1, 0]]}, "coordinates", "coordinates[1]: x"),
        ({"coordinates": [[0, 0], [1, 1]]}, "coordinates", "3 to 64 points"),
        ({"shape": "line"}, "shape", "line"),
        ({"zone_type": "line"}, "shape", "line"),
        ({"direction": "left"}, "direction", "a line"),
        ({"zone_type": "moat"}, "zone_type", ""),
        ({"color": "red"}, "color", ""),
        ({"priority": -1}, "priority", ""),
        ({"loiter_seconds": 0}, "loiter_seconds", ""),
        ({"name": " "}, "name", ""),
        ({"target_classes": []}, "target_classes", ""),
        ({"colour": "#000000"}, "colour", ""),
    ]
    for change, field, said in bad:
        answer = owner.post("/api/cameras/yard/zones", json=PORCH | change)
        assert answer.status_code == 422, change
        errors = [error for error in answer.json()["errors"] if error["where"] == f"body.{field}"]
        assert errors, answer.text
        assert said in errors[0]["message"]
    assert owner.post("/api/cameras/yard/zones", json=GATE | {"direction": None}).status_code == 422
    assert owner.post("/api/cameras/nowhere/zones", json=PORCH).status_code == 404
    assert owner.get("/api/cameras/yard/zones").json()["items"] == []


def test_whose_a_zone_is_and_who_may_be_there(house: House, owner: httpx.Client, yard: str) -> None:
    zone = owner.post("/api/cameras/yard/zones", json=PORCH).json()["id"]
    path = f"/api/zones/{zone}/household"
    assert owner.get(path).json()["access_schedules"] == []
    for person in (1, 2):
        house.sql("INSERT INTO known_persons (id, name) VALUES (:id, 'x')", id=person)
        house.sql(
            "INSERT INTO household_members (id, known_person_id, name, role, trusted_level) "
            "VALUES (:id, :id, 'x', 'resident', 'full')",
            id=person,
        )
    cleaning = {"member_ids": [2], "cron": "* 8-11 * * tue", "description": "Cleaning"}
    wanted = {"owner_id": 1, "allowed_member_ids": [1], "allowed_vehicle_ids": [], "access_schedules": [cleaning]}
    saved = owner.put(path, json=wanted).json()
    assert saved | wanted == saved
    assert owner.put(path, json=wanted).json() == saved == owner.get(path).json()
    assert len(house.rows("SELECT id FROM audit_logs WHERE resource_type = 'zone_household'")) == 1
    bad: list[tuple[dict[str, Any], str]] = [
        ({"owner_id": 9}, "owner_id: there is no household member 9"),
        ({"allowed_member_ids": [1, 9]}, "allowed_member_ids.1: there is no household member 9"),
        ({"allowed_vehicle_ids": [9]}, "allowed_vehicle_ids.0: there is no registered vehicle 9"),
        ({"access_schedules": [cleaning | {"member_ids": [2, 9]}]}, "access_schedules.0.member_ids.1"),
    ]
    for change, said in bad:
        answer = owner.put(path, json=wanted | change)
        assert (answer.status_code, said in answer.json()["detail"]) == (422, True), answer.text
    [error] = owner.put(path, json=wanted | {"access_schedules": [cleaning | {"cron": "* 25 * * *"}]}).json()["errors"]
    assert error == {"where": "body.access_schedules.0.cron", "message": "hour: '25' is nothing in 0..23"}
    assert owner.get(path).json() == saved
    [row] = house.rows("SELECT owner_id, allowed_member_ids FROM zone_household_configs")
    assert (row.owner_id, row.allowed_member_ids) == (1, [1])


class Recorded:
    """What a round of the aggregator writes of one track."""

    def __init__(self, stays: list[Stay], crossings: list[Crossing]) -> None:
        self.stays, self.crossings = stays, crossings

    def apply(self, connection: Connection) -> Outcome:
        connection.execute(
            text(
                "INSERT INTO tracks (camera_id, session, track_id, object_class, first_seen, last_seen) "
                "VALUES ('yard', :session, 7, 'person', :at, :at)"
            ),
            {"session": SESSION, "at": T0},
        )
        save_stays(connection, "yard", SESSION, self.stays, self.crossings)
        return Outcome()


def test_stays_and_crossings_are_listed_and_counted_by_the_local_day(
    house: House, owner: httpx.Client, yard: str
) -> None:
    owner.patch("/api/cameras/yard", json={"timezone": "Europe/Berlin"})
    porch = owner.post("/api/cameras/yard/zones", json=PORCH).json()["id"]
    gate = owner.post("/api/cameras/yard/zones", json=GATE).json()["id"]
    later = T0 + timedelta(hours=1)  # another day in Berlin, the same in UTC
    stays = [
        Stay(porch, 7, "person", T0, T0 + timedelta(seconds=9), 10.5, True),
        Stay(porch, 7, "person", later, None, 3.0, False),
    ]
    crossings = [
        Crossing(gate, 7, "person", T0, "in"),
        Crossing(gate, 7, "person", T0 + timedelta(seconds=5), "out"),
        Crossing(gate, 7, "person", later, "in"),
    ]
    house.apply(Recorded(stays, crossings))
    first = owner.get(f"/api/zones/{porch}/dwell?limit=1").json()
    second = owner.get(f"/api/zones/{porch}/dwell", params={"cursor": first["next_cursor"]}).json()
    assert [(stay["exit_time"], stay["total_seconds"], stay["loitered"]) for stay in first["items"]] == [
        (None, 3.0, False)
    ]
    assert [(stay["track"], stay["total_seconds"], stay["loitered"]) for stay in second["items"]] == [
        (f"{SESSION}:7", 10.5, True)
    ]
    assert second["next_cursor"] is None
    span = {"since": "2026-03-01T00:00:00Z", "until": "2026-03-31T00:00:00Z"}
    counted = owner.get(f"/api/zones/{gate}/dwell/counts", params=span).json()
    assert (counted["ins"], counted["outs"], counted["stays"]) == (2, 1, 0)
    assert [(day["day"], day["ins"], day["outs"]) for day in counted["days"]] == [
        ("2026-03-03", 1, 1),
        ("2026-03-04", 1, 0),
    ]
    counted = owner.get(f"/api/zones/{porch}/dwell/counts", params=span).json()
    assert (counted["stays"], counted["seconds"], counted["loitering"]) == (2, 13.5, 1)
    assert owner.get(f"/api/zones/{porch}/dwell", params={"class": "cat"}).json()["items"] == []
    backwards = {"since": span["until"], "until": span["since"]}
    assert owner.get(f"/api/zones/{porch}/dwell/counts", params=backwards).status_code == 422


def test_an_event_says_where_somebody_stayed_and_what_was_crossed(
    house: House, owner: httpx.Client, yard: str
) -> None:
    porch = owner.post("/api/cameras/yard/zones", json=PORCH | {"loiter_seconds": 20}).json()["id"]
    gate = owner.post("/api/cameras/yard/zones", json=GATE).json()["id"]
    for second in range(32):
        foot = 0.3 + 0.06 * max(0, second - 24)  # after a while somebody goes on, over the line and out of the porch
        house.see(yard, "person", at=T0 + timedelta(seconds=second), box=(0.45, foot - 0.2, 0.55, foot))
    house.settle()
    [event] = owner.get("/api/events").json()["items"]
    evidence = owner.get(f"/api/events/{event['id']}").json()["evidence"]
    said = {item["kind"]: (item.get("value"), item.get("source")) for item in evidence}
    [stay] = house.rows("SELECT id, total_seconds FROM dwell_time_records WHERE zone_id = :zone", zone=porch)
    [crossing] = house.rows("SELECT id FROM dwell_time_records WHERE zone_id = :zone", zone=gate)
    assert said["zone"] == ("entry_point", f"dwell_time_records:{stay.id}")
    assert said["loitering"] == (pytest.approx(stay.total_seconds, abs=0.1), f"dwell_time_records:{stay.id}")
    assert said["line"] == ("Gate:out", f"dwell_time_records:{crossing.id}")
