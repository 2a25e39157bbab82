"""Jobs through the API: asked for, listed, cancelled, and an export downloaded by those who may."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import httpx
import pytest

from homesec.jobs.context import JobKind
from homesec.jobs.registry import KINDS
from homesec.jobs.runner import Runner
from tests.api.house import T0, House

pytestmark = pytest.mark.timeout(60)


def run_jobs(house: House) -> None:
    """Let a runner do what there is to do."""
    quiet = {name: JobKind(name, kind.run) for name, kind in KINDS.items()}
    services = house.services

    async def rounds() -> None:
        runner = Runner(quiet, services.database, services.write, services.storage, services.settings)
        while await runner.round() == 0.0:
            continue

    house.run(rounds())


def ended(client: httpx.Client, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = client.get(f"/api/system/jobs/{answer.json()['id']}").json()
    assert job["status"] == "completed", job
    return job


def seen(house: House) -> None:
    """An event of each of two cameras, an hour apart."""
    for number, folder in enumerate(("yard", "street")):
        house.see(house.camera(folder), "person", at=T0 + timedelta(hours=number))
        house.settle()


def test_a_job_is_asked_for_runs_and_is_told(house: House, owner: httpx.Client) -> None:
    made = owner.post("/api/system/jobs", json={"kind": "backup"}, headers={"Idempotency-Key": "a"})
    again = owner.post("/api/system/jobs", json={"kind": "backup"}, headers={"Idempotency-Key": "a"})
    assert (made.status_code, made.json()["status"]) == (202, "queued")
    assert again.json()["id"] == made.json()["id"]
    dry = owner.post("/api/system/jobs", json={"kind": "retention", "dry_run": True})
    assert dry.json()["params"] == {"dry_run": True}
    run_jobs(house)
    assert ended(owner, made)["result"]["rows"] > 0
    assert ended(owner, dry)["result"] == {"dry_run": True}
    first = owner.get("/api/system/jobs", params={"limit": 1}).json()
    second = owner.get("/api/system/jobs", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [one["kind"] for one in first["items"] + second["items"]] == ["retention", "backup"]
    assert second["next_cursor"] is None
    assert [one["kind"] for one in owner.get("/api/system/jobs?kind=backup").json()["items"]] == ["backup"]
    assert owner.get(f"/api/system/jobs/{made.json()['id']}/result").status_code == 404  # a backup stays where it is


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "restore"},  # only while nothing runs
        {"kind": "backup", "folder": "/etc"},  # no such parameter
        {"kind": "retention", "dry_run": "perhaps"},
        {"kind": "rename"},
        {"kind": "rename", "camera": "../yard"},
    ],
)
def test_what_is_no_job_is_refused(owner: httpx.Client, body: dict[str, Any]) -> None:
    answer = owner.post("/api/system/jobs", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_job_is_cancelled_once(house: House, owner: httpx.Client) -> None:
    job_id = owner.post("/api/system/jobs", json={"kind": "backup"}).json()["id"]
    assert owner.post(f"/api/system/jobs/{job_id}/cancel").json()["status"] == "cancelled"
    assert owner.post(f"/api/system/jobs/{job_id}/cancel").status_code == 200
    run_jobs(house)
    assert owner.get(f"/api/system/jobs/{job_id}").json()["status"] == "cancelled"
    done = owner.post("/api/system/jobs", json={"kind": "retention"}).json()["id"]
    run_jobs(house)
    assert owner.post(f"/api/system/jobs/{done}/cancel").status_code == 409
    assert owner.post("/api/system/jobs/nothing/cancel").status_code == 404


def test_events_are_exported_with_their_pictures(house: House, owner: httpx.Client) -> None:
    seen(house)
    [yard, street] = [row.id for row in house.rows("SELECT id FROM events ORDER BY started_at")]
    owner.patch(f"/api/events/{yard}", json={"notes": "=HYPERLINK(1)"})
    answer = owner.post("/api/events/export", json={})
    run_jobs(house)
    job = ended(owner, answer)
    assert (job["result"]["events"], job["result"]["pictures"], job["result"]["missing pictures"]) == (2, 4, 0)
    file = owner.get(f"/api/system/jobs/{job['id']}/result")
    assert file.headers["content-type"] == "application/zip"
    assert f'filename="homesec-{job["id"]}.zip"' in file.headers["content-disposition"]
    assert len(file.content) == job["result"]["bytes"]
    archive = zipfile.ZipFile(io.BytesIO(file.content))
    assert archive.testzip() is None
    pictures = {f"pictures/{one}/{name}" for one in (yard, street) for name in ("cover.jpeg", "001.jpg")}
    assert set(archive.namelist()) == {"events.csv", "events.json", *pictures}
    told = json.loads(archive.read("events.json"))
    assert [event["id"] for event in told] == [street, yard]
    assert told[0]["evidence"]
    table = list(csv.DictReader(io.StringIO(archive.read("events.csv").decode())))
    assert (table[1]["id"], table[1]["notes"]) == (str(yard), "'=HYPERLINK(1)")  # no formula in a spreadsheet
    [cover] = house.rows("SELECT cover_detection_id AS id FROM events WHERE id = :id", id=yard)
    assert archive.read(f"pictures/{yard}/cover.jpeg") == owner.get(f"/api/detections/{cover.id}/image").content


def test_an_export_holds_only_what_was_asked_for(house: House, owner: httpx.Client) -> None:
    seen(house)
    [yard, _] = [row.id for row in house.rows("SELECT id FROM events ORDER BY started_at")]
    later = (T0 + timedelta(minutes=30)).isoformat()
    wishes = [{"since": later}, {"until": later}, {"cameras": ["street"]}, {"ids": [yard]}]
    jobs = [owner.post("/api/events/export", json=wish) for wish in wishes]
    run_jobs(house)
    found = []
    for job in jobs:
        file = owner.get(f"/api/system/jobs/{ended(owner, job)['id']}/result")
        told = json.loads(zipfile.ZipFile(io.BytesIO(file.content)).read("events.json"))
        found.append([event["camera_id"] for event in told])
    assert found == [["street"], ["yard"], ["street"], ["yard"]]
    assert owner.post("/api/events/export", json={"since": later, "until": later}).status_code == 422


def test_a_key_of_some_cameras_exports_these_and_sees_no_other_job(house: House, owner: httpx.Client) -> None:
    seen(house)
    everything = owner.post("/api/events/export", json={}).json()["id"]
    street = owner.post("/api/events/export", json={"cameras": ["street"]}).json()["id"]
    with house.client(house.key("operator", ("yard",))) as client:
        mine = client.post("/api/events/export", json={})
        assert client.post("/api/events/export", json={"cameras": ["street"]}).status_code == 404
        run_jobs(house)
        job = ended(client, mine)
        assert job["result"]["events"] == 1
        assert client.get(f"/api/system/jobs/{job['id']}/result").status_code == 200
        assert [one["id"] for one in client.get("/api/system/jobs").json()["items"]] == [job["id"]]
        for other in (everything, street):
            for method, path in (("GET", ""), ("GET", "/result"), ("POST", "/cancel")):
                assert client.request(method, f"/api/system/jobs/{other}{path}").status_code == 404


def test_the_events_of_a_renamed_camera_are_found_by_its_new_name(house: House, owner: httpx.Client) -> None:
    seen(house)

    def found(words: str) -> list[str]:
        items = owner.get("/api/events/search", params={"q": words}).json()["items"]
        return [event["camera_id"] for event in items]

    before = house.rows("SELECT search_vector::text AS words FROM events WHERE camera_id = 'street'")
    owner.patch("/api/cameras/yard", json={"name": "Rose garden"})
    owner.patch("/api/cameras/yard", json={"name": "Rose garden", "timezone": "Europe/Berlin"})
    assert len(house.rows("SELECT id FROM jobs WHERE job_type = 'rename'")) == 1
    assert found("rose") == []
    run_jobs(house)
    assert (found("rose"), found("yard"), found("person")) == (["yard"], [], ["street", "yard"])
    assert house.rows("SELECT search_vector::text AS words FROM events WHERE camera_id = 'street'") == before
    owner.post("/api/system/jobs", json={"kind": "rename", "camera": "street"})
    run_jobs(house)  # the same words as the analyst made it of
    assert house.rows("SELECT search_vector::text AS words FROM events WHERE camera_id = 'street'") == before
