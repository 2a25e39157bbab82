"""Who was seen again, as the owner sees and corrects it."""

from datetime import timedelta
from typing import Any

import httpx
import numpy as np
import pytest

from homesec.domain.identity import unit
from homesec.domain.insights import Embedding, Insight
from homesec.store.writes.enrichment import SaveEnrichment
from tests.api.house import T0, House

LOOKS = np.random.default_rng(3).standard_normal((3, 128))
NOBODY = "00000000-0000-4000-8000-000000000000"


def come(house: House, camera: str, minutes: float, look: int, kind: str = "person") -> str:
    """Somebody is seen three times, 4 s apart; gives the entity."""
    at = T0 + timedelta(minutes=minutes)
    for second in (0, 4, 8):
        house.see(camera, kind, at=at + timedelta(seconds=second))
    house.settle()
    rows = house.rows("SELECT id, batch_id, track_id FROM detections WHERE detected_at >= :at AND camera_id = :c",
                      at=at, c=camera)  # fmt: skip
    rng = np.random.default_rng(int(minutes))
    crops = [unit(LOOKS[look] + 0.6 * rng.standard_normal(128)) for _ in rows]
    insights = tuple(
        Insight(row.id, appearance=Embedding("sim-oracle-reid", crop)) for row, crop in zip(rows, crops, strict=True)
    )
    house.apply(SaveEnrichment(rows[0].batch_id, None, "fake", insights))
    [found] = house.rows("SELECT entity_id FROM tracks WHERE id = :id", id=rows[0].track_id)
    return str(found.entity_id)


@pytest.fixture
def visited(house: House) -> tuple[House, str, str]:
    """A man comes by the gate to the door, and again two hours later; a car stands in the drive meanwhile."""
    for camera in ("gate", "door", "drive"):
        house.camera(camera)
    man = come(house, "gate", 0, 0)
    assert come(house, "door", 1, 0) == man
    car = come(house, "drive", 30, 1, "car")
    for minutes in (120, 180, 240):
        assert come(house, "gate", minutes, 0) == man
        assert come(house, "door", minutes + 1, 0) == man
    return house, man, car


def test_entities_are_listed_told_and_filtered_and_lead_to_tracks_and_events(
    visited: tuple[House, str, str], owner: httpx.Client
) -> None:
    house, man, car = visited

    def found(**query: Any) -> list[str]:
        return [one["id"] for one in owner.get("/api/entities", params=query).json()["items"]]

    assert found() == [man, car]
    assert found(type="vehicle") == found(camera="drive") == [car]
    assert found(trust="trusted") == found(since=(T0 + timedelta(days=1)).isoformat()) == []
    assert found(until=(T0 + timedelta(minutes=10)).isoformat()) == [man]
    first = owner.get("/api/entities", params={"limit": 1}).json()
    rest = owner.get("/api/entities", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [one["id"] for one in (*first["items"], *rest["items"])] == [man, car]
    assert rest["next_cursor"] is None
    one = owner.get(f"/api/entities/{man}").json()
    assert (one["entity_type"], one["trust_status"], one["detection_count"], one["vectors"]) == (
        "person", "unknown", 24, 24
    )  # fmt: skip
    assert (one["cameras"], len(one["visits"])) == (["door", "gate"], 4)
    assert one["again"] == "the same unknown person, fourth time within a month"
    assert len(one["sightings"]) == 8
    tracks = owner.get("/api/tracks", params={"entity": man}).json()["items"]
    assert {track["id"] for track in tracks} == {seen["track_id"] for seen in one["sightings"]}
    events = owner.get("/api/events", params={"entity": car}).json()["items"]
    assert [event["camera_id"] for event in events] == ["drive"]
    for wrong in ("7", NOBODY):
        assert owner.get(f"/api/entities/{wrong}").status_code == 404
    assert owner.get("/api/entities", params={"cursor": first["next_cursor"][:-4]}).status_code == 422
    views = house.rows("SELECT resource_id FROM audit_logs WHERE action = 'view' AND resource_type = 'entity'")
    assert len(views) == 9
    assert man in {row.resource_id for row in views}


def test_a_journey_goes_from_camera_to_camera_in_its_usual_time(
    visited: tuple[House, str, str], owner: httpx.Client
) -> None:
    _, man, _ = visited
    way = owner.get(f"/api/entities/{man}/journey").json()
    assert [seen["camera_id"] for seen in way["sightings"]] == ["gate", "door"] * 4
    assert [(leg["from_camera"], leg["to_camera"], leg["seconds"], leg["usual_s"]) for leg in way["legs"]] == [
        ("gate", "door", 52.0, 52.0)
    ] * 4
    since = (T0 + timedelta(minutes=200)).isoformat()
    assert len(owner.get(f"/api/entities/{man}/journey", params={"since": since}).json()["sightings"]) == 2


def test_the_owner_names_merges_splits_and_rejects_and_all_of_it_is_logged(
    visited: tuple[House, str, str], owner: httpx.Client
) -> None:
    house, man, car = visited
    changed = owner.patch(f"/api/entities/{man}", json={"name": "  Otto ", "trust_status": "trusted"}).json()
    assert (changed["name"], changed["trust_status"]) == ("Otto", "trusted")
    assert owner.patch(f"/api/entities/{man}", json={"name": None}).json()["name"] is None
    for wrong in ({"name": " "}, {"trust_status": "maybe"}, {"colour": "red"}):
        assert owner.patch(f"/api/entities/{man}", json=wrong).status_code == 422
    last = owner.get(f"/api/entities/{man}").json()["sightings"][0]["track_id"]
    other = owner.post(f"/api/entities/{man}/reject", json={"track_id": last}).json()
    assert [seen["track_id"] for seen in other["sightings"]] == [last]
    assert other["trust_status"] == "unknown"
    assert owner.post(f"/api/entities/{man}/reject", json={"track_id": last}).status_code == 404
    key = {"Idempotency-Key": "once"}
    for _ in range(2):
        merged = owner.post(f"/api/entities/{man}/merge", json={"other_ids": [other["id"]]}, headers=key)
        assert (merged.status_code, len(merged.json()["sightings"])) == (200, 8)
    assert owner.post(f"/api/entities/{man}/merge", json={"other_ids": [car]}).status_code == 409
    tracks = [seen["track_id"] for seen in merged.json()["sightings"]]
    assert owner.post(f"/api/entities/{man}/split", json={"track_ids": tracks}).status_code == 409
    parted = owner.post(f"/api/entities/{man}/split", json={"track_ids": tracks[:2]}).json()
    assert len(parted["sightings"]) == 2
    back = owner.post(f"/api/entities/{parted['id']}/reject", json={"track_id": tracks[0], "entity_id": man}).json()
    assert back["id"] == man
    assert {ruling["kind"] for ruling in back["rulings"]} == {"same", "different"}
    logged = house.rows(
        "SELECT action, details FROM audit_logs WHERE resource_type = 'entity' AND action <> 'view' ORDER BY id"
    )
    assert [row.action for row in logged] == ["update", "update", "reject", "merge", "split", "reject"]
    assert "Otto" not in str(logged)


def test_a_key_for_one_camera_sees_only_whom_no_other_camera_has_seen(visited: tuple[House, str, str]) -> None:
    house, man, car = visited
    with house.client(house.key("operator", ("drive",))) as guest:
        assert [one["id"] for one in guest.get("/api/entities").json()["items"]] == [car]
        assert guest.get(f"/api/entities/{car}").status_code == 200
        for path in (f"/api/entities/{man}", f"/api/entities/{man}/journey"):
            assert guest.get(path).status_code == 404
        assert guest.patch(f"/api/entities/{man}", json={"trust_status": "trusted"}).status_code == 404
        assert guest.post(f"/api/entities/{car}/merge", json={"other_ids": [man]}).status_code == 404
