"""The people and vehicles the owner knows: named, known by what cameras saw, corrected; and who may see that."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.api.house import House
from tests.api.looks import entity, shown

pytestmark = pytest.mark.timeout(60)
ANN = {"name": "Ann", "role": "resident", "trusted_level": "full", "typical_schedule": "weekdays 17:00-08:00"}


@pytest.fixture
def yard(house: House) -> str:
    return house.camera("yard")


def member(owner: httpx.Client, **values: Any) -> Any:
    answer = owner.post("/api/household/members", json=ANN | values)
    assert answer.status_code == 201, answer.text
    return answer.json()


def audits(house: House, kind: str) -> list[str]:
    rows = house.rows("SELECT action FROM audit_logs WHERE resource_type = :kind ORDER BY id", kind=kind)
    return [row.action for row in rows]


def test_a_member_is_a_known_person_with_the_same_name(house: House, owner: httpx.Client) -> None:
    made = member(owner)
    assert made | ANN == made
    person = owner.get(f"/api/persons/{made['known_person_id']}").json()
    assert (person["name"], person["member_id"], person["faces"]) == ("Ann", made["id"], 0)
    assert owner.patch(f"/api/household/members/{made['id']}", json={"name": "Anna"}).json()["name"] == "Anna"
    assert owner.get(f"/api/persons/{person['id']}").json()["name"] == "Anna"
    changed = owner.patch(f"/api/persons/{person['id']}", json={"name": "Annie", "notes": "from next door"}).json()
    assert (changed["name"], changed["notes"]) == ("Annie", "from next door")
    [listed] = owner.get("/api/household/members").json()["items"]
    assert (listed["name"], listed["typical_schedule"]) == ("Annie", ANN["typical_schedule"])
    assert house.rows("SELECT name, typical_schedule FROM household_members") == [
        ("Annie", {"text": ANN["typical_schedule"]})
    ]
    bob = owner.post("/api/persons", json={"name": "Bob"}).json()
    given = ANN | {"name": "Robert", "role": "family", "known_person_id": bob["id"]}
    assert owner.post("/api/household/members", json=given).json()["known_person_id"] == bob["id"]
    assert owner.post("/api/household/members", json=given).status_code == 409
    assert [one["name"] for one in owner.get("/api/persons").json()["items"]] == ["Robert", "Annie"]
    assert owner.delete(f"/api/household/members/{made['id']}").status_code == 204
    assert owner.get(f"/api/persons/{person['id']}").json()["member_id"] is None
    assert audits(house, "household_member") == ["create", "update", "view", "create", "delete"]
    logged = str(house.rows("SELECT details FROM audit_logs"))
    assert not any(name in logged for name in ("Ann", "Anna", "Annie", "Bob", "Robert"))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"typical_schedule": "weekdays 25:00-08:00"}, "typical_schedule"),
        ({"typical_schedule": "sometimes"}, "typical_schedule"),
        ({"role": "burglar"}, "role"),
        ({"name": "  "}, "name"),
        ({"trusted_level": None}, "trusted_level"),
        ({"surname": "x"}, "surname"),
    ],
)
def test_what_is_no_member_is_refused_by_the_name_of_the_field(
    owner: httpx.Client, values: dict[str, Any], field: str
) -> None:
    answer = owner.post("/api/household/members", json=ANN | values)
    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["where"]


def test_a_vehicle_has_one_plate_in_one_spelling(house: House, owner: httpx.Client) -> None:
    ann = member(owner)
    car = {"description": "The blue one", "license_plate": "b-kt 4821", "vehicle_type": "car", "owner_id": ann["id"]}
    house.camera("yard")
    house.sql(
        "INSERT INTO entities (entity_type, first_seen_at, last_seen_at, entity_metadata) "
        "VALUES ('vehicle', now(), now(), '{\"plate\": \"BKT4821\"}')"
    )
    made = owner.post("/api/household/vehicles", json=car).json()
    assert (made["license_plate"], made["trusted"], made["is_known_by_look"]) == ("BKT4821", True, False)
    seen = "SELECT name, trust_status, entity_metadata ->> 'vehicle_id' AS vehicle FROM entities"
    assert house.rows(seen) == [("The blue one", "trusted", str(made["id"]))]
    other = owner.post("/api/household/vehicles", json=car | {"license_plate": "B KT-4821"})
    assert other.status_code == 409
    assert other.json()["detail"] == f"license_plate: vehicle {made['id']} has this plate already"
    assert owner.post("/api/household/vehicles", json=car | {"license_plate": "--"}).status_code == 422
    assert owner.post("/api/household/vehicles", json={"description": "x", "owner_id": 99}).status_code == 422
    path = f"/api/household/vehicles/{made['id']}"
    assert house.rows("SELECT license_plate, owner_id FROM registered_vehicles") == [("BKT4821", ann["id"])]
    assert owner.patch(path, json={"license_plate": None, "color": "blue"}).json()["license_plate"] is None
    assert house.rows(seen) == [(None, "unknown", None)]
    assert owner.get("/api/household/vehicles").json()["items"][0]["color"] == "blue"
    assert owner.delete(path).status_code == 204
    assert owner.get(path).status_code == 404
    assert audits(house, "vehicle") == ["create", "update", "view", "delete"]


def test_somebody_is_known_by_what_a_camera_saw(house: House, owner: httpx.Client, yard: str) -> None:
    who, track = entity(house, yard, "ann")
    seen = [shown(house, yard, "ann", number, track=track) for number in range(5)]
    ann = member(owner)
    path = f"/api/household/members/{ann['id']}"
    added = owner.post(f"{path}/enrol", json={"detection_id": seen[2]["detection"]}).json()
    assert (len(added["faces"]), len(added["bodies"])) == (3, 3)
    again = owner.post(f"{path}/enrol", json={"detection_id": seen[2]["detection"]}).json()
    assert again == {"faces": [], "bodies": [], "job_id": None}
    assert house.rows("SELECT job_type FROM jobs WHERE id = :id", id=added["job_id"]) == [("relabel",)]
    [named] = house.rows("SELECT id, name, trust_status, entity_metadata FROM entities")
    assert (str(named.id), named.name, named.trust_status) == (who, "Ann", "trusted")
    assert named.entity_metadata["member_id"] == ann["id"]
    faces = owner.get(f"/api/persons/{ann['known_person_id']}/faces").json()["items"]
    bodies = owner.get(f"{path}/bodies").json()["items"]
    assert (len(faces), len(bodies)) == (3, 3)
    crop = owner.get(f"{path}/bodies/{bodies[0]['id']}/picture")
    assert crop.headers["content-type"] == "image/jpeg"
    assert len(list((house.settings.media_dir / "people").rglob("*.jpg"))) == 6
    for look in faces:
        url = f"/api/persons/{ann['known_person_id']}/faces/{look['id']}"
        assert owner.get(f"{url}/picture").status_code == 200
        assert owner.delete(url).status_code == 204
        assert owner.get(f"{url}/picture").status_code == 404
    assert len(list((house.settings.media_dir / "people").rglob("*.jpg"))) == 3
    shown_in = owner.get(path).json()
    assert (shown_in["faces"], shown_in["bodies"]) == (0, 3)
    assert shown_in["last_seen_at"] is not None
    assert "view" in audits(house, "person_embedding")
    assert owner.delete(path).status_code == 204
    assert list((house.settings.media_dir / "people").rglob("*.jpg")) == []
    assert house.rows("SELECT id FROM person_embeddings") == []


def test_an_event_or_upload_names_somebody_only_when_it_shows_one_person(
    house: House, owner: httpx.Client, yard: str
) -> None:
    one = shown(house, yard, "ann", 0)
    house.settle()
    [event] = house.rows("SELECT id FROM events")
    ann, bob = member(owner), owner.post("/api/persons", json={"name": "Bob"}).json()
    added = owner.post(f"/api/household/members/{ann['id']}/enrol", json={"event_id": event.id}).json()
    assert (len(added["faces"]), len(added["bodies"])) == (1, 1)
    assert house.rows("SELECT source_event_id FROM person_embeddings") == [(event.id,)]
    [face] = owner.get("/api/faces", params={"person": ann["known_person_id"]}).json()["items"]
    assert (face["id"], face["event_id"], face["outcome"], face["by_owner"]) == (one["face"], event.id, "match", True)
    two = house.see(yard, "person", "person")
    crowd = owner.post(f"/api/persons/{bob['id']}/faces", json={"upload_id": two})
    assert crowd.status_code == 409
    assert "2 persons" in crowd.json()["detail"]
    [nobody, _] = house.rows("SELECT id FROM detections WHERE upload_id = :id ORDER BY id", id=two)
    blank = owner.post(f"/api/persons/{bob['id']}/faces", json={"detection_id": nobody.id})
    assert blank.status_code == 409
    assert "nothing to know this person by" in blank.json()["detail"]
    wrong: list[tuple[dict[str, int], int]] = [
        ({}, 422), ({"face_id": 1, "event_id": 1}, 422), ({"event_id": 99}, 404), ({"face_id": 99}, 404),
    ]  # fmt: skip
    for bad, status in wrong:
        assert owner.post(f"/api/persons/{bob['id']}/faces", json=bad).status_code == status, bad
    path, same = f"/api/persons/{bob['id']}/faces", {"Idempotency-Key": "k"}
    answers = [owner.post(path, json={"upload_id": one["upload"]}, headers=same).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(answers[0]["faces"]) == 1
    assert answers[0]["bodies"] == []  # only of members


def test_a_correction_takes_away_what_was_learned_from_the_wrong_person(
    house: House, owner: httpx.Client, yard: str
) -> None:
    who, track = entity(house, yard, "bob")
    seen = shown(house, yard, "bob", 0, track=track)
    ann, bob = member(owner), member(owner, name="Bob")
    owner.post(f"/api/household/members/{ann['id']}/enrol", json={"face_id": seen["face"]})
    [unknown] = house.rows("SELECT count(*) AS number FROM face_detection_events WHERE is_unknown")
    assert unknown.number == 0
    done = owner.patch(f"/api/faces/{seen['face']}", json={"person_id": None})
    assert done.json()["job_id"]
    [face] = owner.get("/api/faces/unknown", params={"camera": yard}).json()["items"]
    assert (face["id"], face["matched_person_id"], face["by_owner"]) == (seen["face"], None, True)
    assert house.rows("SELECT id FROM face_embeddings UNION SELECT id FROM person_embeddings") == []
    assert house.rows("SELECT name, trust_status, entity_metadata FROM entities") == [(None, "unknown", {})]
    assert list((house.settings.media_dir / "people").rglob("*.jpg")) == []
    owner.patch(f"/api/faces/{seen['face']}", json={"person_id": bob["known_person_id"]})
    assert house.rows("SELECT name FROM entities WHERE id = :id", id=who) == [("Bob",)]
    assert owner.get("/api/faces/unknown").json()["items"] == []
    assert owner.get(f"/api/faces/{seen['face']}/picture").headers["content-type"] == "image/jpeg"
    assert owner.patch("/api/faces/99", json={"person_id": None}).status_code == 404
    assert audits(house, "face") == ["correct", "view", "correct", "view", "view"]


def test_strangers_are_listed_with_their_visits(house: House, owner: httpx.Client, yard: str) -> None:
    starts = [f"2026-03-0{day}T10:00:00+00:00" for day in (1, 2, 3)]
    stranger, _ = entity(house, yard, "somebody", 1, visits=starts, cameras=[yard])
    entity(house, yard, "ann", 2, person_id=1)
    [listed] = owner.get("/api/household/strangers").json()["items"]
    assert (listed["id"], listed["cameras"], len(listed["visits"])) == (stranger, [yard], 3)


def test_zones_forget_who_is_no_longer_of_the_household(house: House, owner: httpx.Client, yard: str) -> None:
    ann, bob = member(owner), member(owner, name="Bob")
    car = owner.post("/api/household/vehicles", json={"description": "car"}).json()
    zone = owner.post(
        "/api/cameras/yard/zones", json={"name": "Porch", "coordinates": [[0, 0], [1, 0], [1, 1]]}
    ).json()
    schedules = [
        {"member_ids": [ann["id"], bob["id"]], "cron": "* 8 * * *", "description": "both"},
        {"member_ids": [ann["id"]], "cron": "* 9 * * *", "description": "one"},
    ]
    wanted = {
        "owner_id": ann["id"], "allowed_member_ids": [ann["id"], bob["id"]], "allowed_vehicle_ids": [car["id"]],
        "access_schedules": schedules,
    }  # fmt: skip
    assert owner.put(f"/api/zones/{zone['id']}/household", json=wanted).status_code == 200
    owner.delete(f"/api/household/members/{ann['id']}")
    owner.delete(f"/api/household/vehicles/{car['id']}")
    left = owner.get(f"/api/zones/{zone['id']}/household").json()
    assert (left["owner_id"], left["allowed_member_ids"], left["allowed_vehicle_ids"]) == (None, [bob["id"]], [])
    assert left["access_schedules"] == [{"member_ids": [bob["id"]], "cron": "* 8 * * *", "description": "both"}]


def test_who_people_are_is_shown_to_operators_of_the_whole_house_only(house: House, owner: httpx.Client) -> None:
    house.camera("yard")
    for role, cameras, status in (("viewer", None, 403), ("operator", ("yard",), 403), ("operator", None, 200)):
        with house.client(house.key(role, cameras)) as client:
            assert client.get("/api/household/members").status_code == status
            assert client.get("/api/persons").status_code == status
            assert client.get("/api/household/strangers").status_code == status


def test_a_vehicle_is_known_by_its_look(house: House, owner: httpx.Client, yard: str) -> None:
    upload = house.see(yard, "car")
    [row] = house.rows("SELECT id FROM detections WHERE upload_id = :id", id=upload)
    car = owner.post("/api/household/vehicles", json={"description": "car"}).json()
    path = f"/api/household/vehicles/{car['id']}/enrol"
    assert owner.post(path, json={"detection_id": row.id}).status_code == 409
    house.sql(
        "INSERT INTO reid_embeddings (detection_id, embedding, model, embedding_hash) "
        "VALUES (:id, '[1, 0]', 'm', sha256(''))", id=row.id,
    )  # fmt: skip
    assert owner.post(path, json={"detection_id": row.id}).json()["is_known_by_look"]


def test_a_crop_shows_the_box_and_a_little_round_it(house: House, owner: httpx.Client, yard: str) -> None:
    seen = shown(house, yard, "ann", 0)
    data = owner.get(f"/api/faces/{seen['face']}/picture").content
    with Image.open(BytesIO(data)) as picture:
        assert picture.size == (18, 13)  # of 64 x 48: a fifth and a fifth, and 15 % of that at each side
