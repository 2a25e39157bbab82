"""Erasing a person leaves no name, no vector and no crop anywhere, also after an older backup is restored."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from homesec.people.erase import erase
from homesec.people.relabel import relabel
from homesec.store.base import Base
from homesec.store.writes.erasure import vector_hash
from homesec.store.writes.wording import FREE_TEXT, Name
from tests.api.house import House
from tests.api.looks import entity, shown
from tests.api.test_relabel import Work

pytestmark = pytest.mark.timeout(60)
NAME = "Zdenka O'Quill"


def found(house: House, *wanted: str | bytes) -> list[str]:
    """Tables and files in which any of these is: every column of every table, whatever the case, bytes in hex."""
    looked_for = [one.hex() if isinstance(one, bytes) else one.lower() for one in wanted]
    places = []
    for table in Base.metadata.sorted_tables:
        for row in house.rows(f"SELECT CAST(one AS text) AS text FROM {table.name} AS one"):
            if any(one in row.text.lower() for one in looked_for):
                places.append(table.name)
    for path in files(house):
        data = path.read_bytes().lower()
        if any((one if isinstance(one, bytes) else one.encode()).lower() in data for one in wanted):
            places.append(str(path))
    return places


def files(house: House) -> Iterator[Any]:
    return (path for path in house.settings.media_dir.rglob("*") if path.is_file())


def vectors(house: House) -> list[str]:
    """The text form of every vector in the database."""
    known = []
    for table, column in (("face_embeddings", "embedding"), ("person_embeddings", "embedding"),
                          ("face_detection_events", "embedding"), ("reid_embeddings", "embedding"),
                          ("entities", "embedding")):  # fmt: skip
        query = f"SELECT CAST({column} AS text) FROM {table} WHERE {column} IS NOT NULL"
        known += [row[0] for row in house.rows(query)]
    return known


def write_the_name_everywhere(house: House, name: str) -> None:
    """As scorer, LLM, rules, logs and the owner's own words may have it."""
    for table, columns in FREE_TEXT.items():
        for column in columns:
            kind = Base.metadata.tables[table].c[column].type
            words = f"Then {name} came, and {name.split()[0].upper()} left."
            if "JSON" in type(kind).__name__.upper():
                said = "CAST(:words AS text)"
                value = f"jsonb_build_object('who', {said}, 'more', jsonb_build_array(1, {said}))"
                if column in ("evidence", "access_schedules"):
                    value = f"jsonb_build_array({value})"
                if (table, column) == ("entities", "entity_metadata"):
                    value = f"entity_metadata || {value}"
                house.sql(f'UPDATE {table} SET "{column}" = {value}', words=words)
            else:
                house.sql(f'UPDATE {table} SET "{column}" = :words', words=words)
    house.sql("UPDATE events SET search_vector = to_tsvector('english', summary)")
    house.sql("UPDATE logs SET search_vector = to_tsvector('english', message)")


@pytest.fixture
def known(house: House, owner: httpx.Client) -> dict[str, Any]:
    """A member who was seen, enrolled, recognised and talked about everywhere, beside somebody else."""
    yard = house.camera("yard")
    _, track = entity(house, yard, "zdenka", visits=["2026-03-01T10:00:00+00:00"])
    _, others_track = entity(house, yard, "bob", 2)
    seen = [shown(house, yard, "zdenka", number, track=track) for number in range(4)]
    bobs = [shown(house, yard, "bob", number, track=others_track) for number in range(10, 12)]
    values = {"name": NAME, "role": "resident", "trusted_level": "full", "notes": "likes tea"}
    member = owner.post("/api/household/members", json=values, headers={"Idempotency-Key": "m"}).json()
    bob = owner.post("/api/household/members", json=values | {"name": "Bob"}).json()
    for one, detection in ((member, seen[0]), (bob, bobs[0])):
        path = f"/api/household/members/{one['id']}/enrol"
        assert owner.post(path, json={"detection_id": detection["detection"]}).status_code == 201
    house.run(relabel(Work(house)))
    house.settle()
    owner.post("/api/household/vehicles", json={"description": f"{NAME}'s car", "owner_id": member["id"]})
    zone = owner.post("/api/cameras/yard/zones", json={"name": "P", "coordinates": [[0, 0], [1, 0], [1, 1]]}).json()
    owner.put(f"/api/zones/{zone['id']}/household", json={"owner_id": member["id"]})
    [event] = house.rows("SELECT id FROM events ORDER BY id LIMIT 1")
    for statement in (
        "INSERT INTO event_feedback (event_id, feedback_type) VALUES (:event, 'accurate')",
        "INSERT INTO alerts (event_id, severity, dedup_key) VALUES (:event, 'high', 'a')",
        "INSERT INTO notification_channels (id, name, kind, secrets) VALUES (1, 'Phone', 'apprise', '')",
        "INSERT INTO notification_deliveries (alert_id, alert_version, channel_id) SELECT id, 1, 1 FROM alerts",
        "INSERT INTO zone_anomalies (id, zone_id, camera_id, anomaly_type, severity, title, description, timestamp) "
        "SELECT 'a', id, camera_id, 'unusual_time', 'info', '', '', now() FROM camera_zones",
        "INSERT INTO logs (level, component, message) VALUES ('INFO', 'watcher', '')",
        "INSERT INTO jobs (id, job_type) VALUES ('x', 'export')",
    ):
        names = {"event": event.id} if ":event" in statement else {}
        house.sql(statement, **names)
    return {"member": member, "bob": bob, "detections": [one["detection"] for one in seen]}


def test_nothing_of_an_erased_person_is_left(house: House, owner: httpx.Client, known: dict[str, Any]) -> None:
    person = known["member"]["known_person_id"]
    write_the_name_everywhere(house, NAME)
    mine = [*house.rows(
        "SELECT CAST(embedding AS text) AS vector, CAST(embedding AS real[]) AS parts FROM face_embeddings "
        "WHERE person_id = :id UNION ALL SELECT CAST(embedding AS text), CAST(embedding AS real[]) "
        "FROM person_embeddings WHERE member_id = :member UNION ALL "
        "SELECT CAST(embedding AS text), CAST(embedding AS real[]) FROM face_detection_events "
        "WHERE matched_person_id = :id",
        id=person, member=known["member"]["id"],
    )]  # fmt: skip
    assert len(list((house.settings.media_dir / "people" / str(person)).iterdir())) == 6
    assert len(mine) == 3 + 3 + 4
    mine += house.rows(
        "SELECT CAST(embedding AS text) AS vector, CAST(embedding AS real[]) AS parts FROM reid_embeddings "
        "WHERE detection_id = ANY(:ids)", ids=known["detections"],
    )  # fmt: skip
    assert set(found(house, "zdenka")) >= set(FREE_TEXT)
    theirs = sorted(set(vectors(house)) - {row.vector for row in mine})

    job = owner.post(f"/api/persons/{person}/erase")
    assert job.status_code == 202
    assert owner.get(f"/api/persons/{person}").status_code == 404  # from now on
    assert house.rows("SELECT name FROM entities WHERE entity_metadata @> jsonb_build_object('person_id', CAST(:id AS "
                      "bigint))", id=person) == [(None,)]  # fmt: skip
    [asked] = house.rows("SELECT params FROM jobs WHERE id = :id", id=job.json()["job_id"])
    result = house.run(erase(Work(house, **asked.params)))
    assert result["persons"] == [person]

    assert house.rows("SELECT summary FROM events LIMIT 1") == [("Then someone came, and someone left.",)]
    assert found(house, "zdenka", "quill") == []
    assert found(house, *[row.vector for row in mine]) == []
    assert found(house, *(np.asarray(row.parts, kind).tobytes() for row in mine for kind in ("<f4", ">f4"))) == []
    assert list((house.settings.media_dir / "people" / str(person)).iterdir()) == []
    [noted] = owner.get("/api/persons/erasures").json()["items"]
    assert (noted["person_id"], noted["done_at"] is not None) == (person, True)
    [kept] = house.rows("SELECT hashes, crops FROM erasures")
    assert {vector_hash(row.parts) for row in mine} <= {bytes(one) for one in kept.hashes}
    assert kept.crops == []

    # nobody else loses anything
    assert {one for one in vectors(house)} <= set(theirs) | {row.vector for row in mine}
    assert owner.get(f"/api/household/members/{known['bob']['id']}").json()["faces"] == 2
    [bobs] = house.rows("SELECT entity_metadata ->> 'member_id' AS member FROM entities")
    assert bobs.member == str(known["bob"]["id"])
    assert owner.get("/api/system/audit-logs/verify").json()["ok"]


def test_an_erasure_that_was_interrupted_goes_on(house: House, owner: httpx.Client, known: dict[str, Any]) -> None:
    person = known["member"]["known_person_id"]
    owner.post(f"/api/persons/{person}/erase")
    [erasure] = house.rows("SELECT id FROM erasures")
    for steps in (1, 2):
        with pytest.raises(Exception, match="dies"):
            house.run(erase(Work(house, steps, erasure_id=erasure.id)))
    house.run(erase(Work(house, erasure_id=erasure.id)))
    house.run(erase(Work(house, erasure_id=erasure.id)))  # a second time changes nothing
    assert found(house, "zdenka", "quill") == []


def test_who_comes_back_with_an_older_backup_is_erased_again(
    house: House, owner: httpx.Client, known: dict[str, Any]
) -> None:
    person = known["member"]["known_person_id"]
    tables = ("known_persons", "face_detection_events", "reid_embeddings", "household_members", "face_embeddings")
    backup = {name: house.rows(f"SELECT to_jsonb({name}) AS row FROM {name}") for name in tables}
    owner.post(f"/api/persons/{person}/erase")
    [erasure] = house.rows("SELECT id FROM erasures")
    house.run(erase(Work(house, erasure_id=erasure.id)))
    assert found(house, "zdenka") == []
    house.sql("DELETE FROM face_detection_events")
    house.sql("DELETE FROM reid_embeddings")
    for name in tables:  # the entity that tied the sightings to the person is not in it: vectors are known by hashes
        for line in backup[name]:
            house.sql(
                f"INSERT INTO {name} SELECT * FROM jsonb_populate_record(NULL::{name}, CAST(:row AS jsonb)) "
                "ON CONFLICT DO NOTHING", row=json.dumps(line.row),
            )  # fmt: skip
    house.sql("UPDATE face_detection_events SET matched_person_id = NULL, outcome = 'unknown', is_unknown = true, "
              "match_confidence = NULL WHERE matched_person_id = :id", id=person)  # fmt: skip
    assert found(house, "zdenka") != []
    assert house.run(erase(Work(house)))["persons"] == [person]
    assert found(house, "zdenka", "quill") == []
    assert len(house.rows("SELECT FROM reid_embeddings")) == 2  # Bob's
    assert len(house.rows("SELECT FROM face_detection_events WHERE embedding IS NOT NULL")) == 2
    later = owner.post("/api/persons", json={"name": "Later"}).json()
    house.sql("UPDATE known_persons SET id = :id WHERE id = :later", id=person, later=later["id"])
    assert house.run(erase(Work(house)))["persons"] == []  # the same id, and somebody else


@pytest.mark.parametrize(
    ("name", "others", "text", "left"),
    [
        ("Ann", [], "Ann and Anna", "someone and Anna"),
        ("Ann Lee", ["Ann Ray"], "Ann Lee, Ann, LEE", "someone, Ann, someone"),  # the other one is Ann too
        ("Jürgen", [], "JÜRGEN kam", "someone kam"),
        ("A.J. (Jr)", [], "A.J. (Jr) came", "someone came"),  # no expression
        ("Ann", [], {"who": ["Ann", 1, None], "Ann": True}, {"who": ["someone", 1, None], "someone": True}),
    ],
)
def test_a_name_is_taken_out_of_words(name: str, others: list[str], text: Any, left: Any) -> None:
    assert Name.of(name, others).taken_from(text) == left
