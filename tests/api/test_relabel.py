"""History is matched again after somebody was enrolled or corrected."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.errors import HomesecError
from homesec.media.storage import Storage
from homesec.people import relabel as matching
from homesec.people.relabel import relabel
from homesec.settings import Settings
from homesec.store.writes.unit import Unit
from tests.api.house import House
from tests.api.looks import entity, shown

pytestmark = pytest.mark.timeout(60)


class Interrupted(HomesecError):
    """The runner dies."""


class Work:
    """A job's context of the house's own engine and writer; it dies after so many steps."""

    def __init__(self, house: House, steps: int | None = None, **params: Any) -> None:
        self.params, self.checkpoint = params, dict[str, Any]()
        self.house, self.steps = house, steps

    @property
    def engine(self) -> AsyncEngine:
        return self.house.services.database

    @property
    def settings(self) -> Settings:
        return self.house.settings

    @property
    def storage(self) -> Storage:
        return self.house.storage

    async def write(self, unit: Unit) -> Any:
        return await self.house.services.write(unit)

    async def progress(self, percent: float, step: str, checkpoint: dict[str, Any] | None = None) -> None:
        await asyncio.sleep(0)
        self.checkpoint = self.checkpoint if checkpoint is None else checkpoint
        if self.steps is not None:
            self.steps -= 1
            if self.steps < 0:
                raise Interrupted


def known(house: House) -> list[Any]:
    return list(
        house.rows(
            "SELECT person.name, count(*) FROM face_detection_events AS face "
            "LEFT JOIN known_persons AS person ON person.id = matched_person_id GROUP BY 1 ORDER BY 1"
        )
    )


def test_faces_and_entities_of_the_past_are_of_those_who_are_known_now(
    house: House, owner: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "BATCH", 3)
    yard = house.camera("yard")
    seen: dict[str, list[Any]] = {"ann": [], "bob": [], "somebody": []}
    tracks = {who: entity(house, yard, who, number)[1] for number, who in enumerate(seen)}
    for number in range(12):
        who = list(seen)[number % 3]
        seen[who].append(shown(house, yard, who, number, track=tracks[who]))
    house.sql("UPDATE face_detection_events SET outcome = 'not_identifiable', is_unknown = false WHERE id = :id",
              id=seen["ann"][0]["face"])  # fmt: skip
    members = {}
    for who in ("ann", "bob"):
        values = {"name": who.capitalize(), "role": "resident", "trusted_level": "full"}
        members[who] = owner.post("/api/household/members", json=values).json()
    # by one face and one body each; the other sightings and the entities are to be found
    house.sql("UPDATE detections SET track_id = NULL")
    for who, one in members.items():
        path = f"/api/household/members/{one['id']}/enrol"
        assert owner.post(path, json={"face_id": seen[who][3]["face"]}).status_code == 201
    assert known(house) == [("Ann", 1), ("Bob", 1), (None, 10)]

    work = Work(house, steps=0)
    with pytest.raises(Interrupted):
        house.run(relabel(work))
    half = known(house)
    assert half != [("Ann", 3), ("Bob", 4), (None, 5)]
    resumed = Work(house)
    resumed.checkpoint = work.checkpoint
    house.run(relabel(resumed))
    assert known(house) == [("Ann", 3), ("Bob", 4), (None, 5)]  # one of Ann's could not be identified
    named = house.rows("SELECT name, trust_status, entity_metadata ->> 'tied_by' FROM entities ORDER BY last_seen_at")
    assert named == [("Ann", "trusted", "match"), ("Bob", "trusted", "match"), (None, "unknown", None)]
    again = house.run(relabel(Work(house)))
    assert (again["faces_changed"], again["entities_changed"]) == (0, 0)

    # what the owner says of one face stands, and what was learned from nothing else is undone
    owner.patch(f"/api/faces/{seen['bob'][0]['face']}", json={"person_id": None})
    bob = members["bob"]["known_person_id"]
    [face] = owner.get(f"/api/persons/{bob}/faces").json()["items"]
    owner.delete(f"/api/persons/{bob}/faces/{face['id']}")
    house.run(relabel(Work(house)))
    assert known(house) == [("Ann", 3), ("Bob", 1), (None, 8)]  # the one that the owner named
    [body] = owner.get(f"/api/household/members/{members['bob']['id']}/bodies").json()["items"]
    owner.delete(f"/api/household/members/{members['bob']['id']}/bodies/{body['id']}")
    house.run(relabel(Work(house)))
    assert [row.name for row in house.rows("SELECT name FROM entities ORDER BY last_seen_at")] == ["Ann", None, None]


def test_faces_seen_on_an_entitys_tracks_name_it(house: House, owner: httpx.Client) -> None:
    yard = house.camera("yard")
    _, track = entity(house, yard, "in a costume")
    there = shown(house, yard, "ann", 0, track=track)
    house.sql("DELETE FROM reid_embeddings WHERE detection_id = :id", id=there["detection"])
    elsewhere = shown(house, yard, "ann", 1)
    ann = owner.post("/api/persons", json={"name": "Ann"}).json()
    owner.post(f"/api/persons/{ann['id']}/faces", json={"face_id": elsewhere["face"]})
    assert house.rows("SELECT name FROM entities") == [(None,)]
    house.run(relabel(Work(house)))
    assert house.rows("SELECT name, trust_status FROM entities") == [("Ann", "unknown")]  # known, no member: no trust


def test_matching_again_can_be_asked_for(house: House, owner: httpx.Client) -> None:
    ann = owner.post("/api/persons", json={"name": "Ann"}).json()
    job = owner.post(f"/api/persons/{ann['id']}/relabel")
    assert job.status_code == 202
    assert house.rows("SELECT id, params FROM jobs") == [(job.json()["job_id"], {})]
    assert owner.post("/api/persons/99/relabel").status_code == 404
