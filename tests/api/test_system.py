"""Health, queues, dead letters, the log of changes, settings, metrics, keys' lists."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from homesec.api.services import Part
from homesec.bus import DETECTION_BACKLOG
from homesec.store.sessions import driver_url
from homesec.store.writes.access import By, verify
from homesec.store.writes.batches import MAX_ATTEMPTS, FailAnalysis
from homesec.store.writes.cameras import CreateCamera
from tests.api.house import House

pytestmark = pytest.mark.timeout(60)


def test_health_names_every_part_and_says_what_is_only_a_stand_in(
    house: House, owner: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [
        Part("writer", "ok"),
        Part("detector:0", "ok", {"model": "hog", "stand_in": "HOG finds few persons; put weights into models/"}),
        Part("watcher", "waiting", {"because": "the folder is gone"}),
        Part("ftp", "absent"),
    ]

    async def told() -> list[Part]:
        return parts

    monkeypatch.setattr(house.services, "parts", told)
    health = owner.get("/api/health").json()
    assert health["status"] == "degraded"
    states = {part["name"]: part["state"] for part in health["parts"]}
    assert states == {
        "postgresql": "ok", "redis": "ok", "writer": "ok", "detector:0": "ok", "watcher": "waiting", "ftp": "absent",
    }  # fmt: skip
    assert health["notices"] == ["HOG finds few persons; put weights into models/", "watcher: the folder is gone"]
    assert owner.get("/api/health/ready").status_code == 200  # a folder may come later
    with house.client(house.key("viewer", ())) as limited:
        assert all(part["detail"] == {} for part in limited.get("/api/health").json()["parts"])
    parts[0] = Part("writer", "waiting", {"because": "another writer holds the database"})
    assert owner.get("/api/health/ready").status_code == 503
    parts[:] = [Part("root", "down"), Part("writer", "down")]
    assert owner.get("/api/health").json()["status"] == "down"
    assert owner.get("/api/health/ready").status_code == 503


def _failed(house: House) -> tuple[int, int]:
    """A failed upload and a batch whose analysis failed too often."""
    camera = house.camera("yard")
    house.see(camera, "person")
    house.settle()
    house.sql("UPDATE batches SET analysed_revision = 0")
    [batch] = house.rows("SELECT id, revision FROM batches")
    for _ in range(MAX_ATTEMPTS):
        house.apply(FailAnalysis(batch.id, batch.revision, "the model fell over"))
    upload = house.upload(camera, error="x")
    house.sql("UPDATE uploads SET state = 'failed', error = 'broken clip', attempts = 3 WHERE id = :id", id=upload)
    return upload, batch.id


def test_dead_letters_are_shown_and_tried_again(house: House, owner: httpx.Client) -> None:
    upload, batch = _failed(house)
    letters = owner.get("/api/system/dead-letters").json()["items"]
    assert {(one["kind"], one["id"], one["error"], one["attempts"]) for one in letters} == {
        ("upload", upload, "broken clip", 3), ("batch", batch, "the model fell over", 3),
    }  # fmt: skip
    first = owner.get("/api/system/dead-letters?limit=1").json()
    second = owner.get("/api/system/dead-letters", params={"cursor": first["next_cursor"]}).json()
    assert first["items"] + second["items"] == letters
    assert owner.post(f"/api/system/dead-letters/upload/{upload}/requeue").json()["action"] == "requeue"
    assert owner.post(f"/api/system/dead-letters/batch/{batch}/requeue").status_code == 200
    assert owner.get("/api/system/dead-letters").json()["items"] == []
    [row] = house.rows("SELECT state, attempts, error FROM uploads WHERE id = :id", id=upload)
    assert row == ("pending", 0, None)
    assert house.run(house.services.bus.bodies(DETECTION_BACKLOG, "upload_id")) == {upload}
    queues = owner.get("/api/system/queues").json()
    assert {one["name"]: one["depth"] for one in queues["queues"]} == {
        "detection_queue": 0, "detection_backlog": 1, "analysis_queue": 2,  # one is the aggregator's own hint
    }  # fmt: skip
    assert (queues["uploads"]["pending"], queues["batches_due"]) == (1, 1)
    assert owner.post(f"/api/system/dead-letters/upload/{upload}/requeue").status_code == 200  # twice is no error


def test_dropped_letters_are_gone_for_good_and_their_detections_have_a_reason(
    house: House, owner: httpx.Client
) -> None:
    upload, batch = _failed(house)
    house.sql(
        "INSERT INTO detections (upload_id, camera_id, file_path, ordinal, detected_at, object_type, confidence,"
        " x1, y1, x2, y2, frame_width, frame_height, media_type, model)"
        " VALUES (:id, 'yard', 'a', 0, now(), 'person', 0.9, 0, 0, 1, 1, 9, 9, 'video', 'fake')",
        id=upload,
    )
    assert owner.delete(f"/api/system/dead-letters/upload/{upload}").status_code == 204
    assert owner.delete(f"/api/system/dead-letters/batch/{batch}").status_code == 204
    assert owner.get("/api/system/dead-letters").json()["items"] == []
    [dropped] = owner.get("/api/uploads?state=rejected").json()["items"]
    assert dropped["error"] == "dropped by the owner after: broken clip"
    [reason] = house.rows("SELECT excluded_because FROM detections WHERE upload_id = :id", id=upload)
    assert reason.excluded_because == "its upload was dropped by the owner"
    assert owner.post(f"/api/system/dead-letters/upload/{upload}/requeue").status_code == 409
    logged = house.rows("SELECT action, resource_type FROM audit_logs ORDER BY id DESC LIMIT 2")
    assert set(logged) == {("drop", "upload"), ("drop", "batch")}


def test_the_log_of_changes_says_who_and_from_where(house: House, owner: httpx.Client) -> None:
    owner.post("/api/cameras", json={"name": "yard"}, headers={"User-Agent": "a browser"})
    [line] = owner.get("/api/system/audit-logs?resource_type=camera").json()["items"]
    me = owner.get("/api/session").json()
    assert (line["actor"], line["ip"], line["user_agent"]) == (f"key:{me['key_id']}", "127.0.0.1", "a browser")
    assert (line["action"], line["resource_id"], line["status"]) == ("create", "yard", "ok")
    first = owner.get("/api/system/audit-logs?limit=1").json()
    assert first["items"] == [line]
    second = owner.get("/api/system/audit-logs", params={"cursor": first["next_cursor"]}).json()
    assert [one["resource_type"] for one in second["items"]] == ["api_key"]


CRIMES = (
    "UPDATE audit_logs SET actor = 'nobody' WHERE id = :id",
    "UPDATE audit_logs SET details = '{\"fields\": []}' WHERE id = :id",
    "UPDATE audit_logs SET timestamp = timestamp + interval '1 microsecond' WHERE id = :id",
    "UPDATE audit_logs SET ip = '10.0.0.1' WHERE id = :id",
    "DELETE FROM audit_logs WHERE id = :id",
)


def test_a_changed_or_removed_line_breaks_the_chain(house: House, owner: httpx.Client, database_url: str) -> None:
    owner.post("/api/cameras", json={"name": "yard"}, headers={b"User-Agent": "Grüße".encode()})
    for name in ("a", "b", "c"):
        owner.patch("/api/cameras/yard", json={"name": name})
    whole = owner.get("/api/system/audit-logs/verify").json()
    assert whole == {"ok": True, "rows": 5, "broken_at": None, "trimmed": False}
    [victim] = house.rows("SELECT id FROM audit_logs ORDER BY id LIMIT 1 OFFSET 2")
    engine = create_engine(driver_url(database_url))
    for crime in CRIMES:
        with engine.connect() as connection:
            connection.execute(text(crime), {"id": victim.id})
            assert verify(connection).broken_at == (victim.id if "UPDATE" in crime else victim.id + 1), crime
            connection.rollback()
    engine.dispose()
    house.sql(CRIMES[0], id=victim.id)
    broken = owner.get("/api/system/audit-logs/verify").json()
    assert broken == {"ok": False, "rows": 2, "broken_at": victim.id, "trimmed": False}


def test_the_chain_holds_for_every_spelling_of_an_address(house: House, owner: httpx.Client) -> None:
    for number, ip in enumerate(("::1", "fe80::1%eth0", "::ffff:10.0.0.1", "2001:DB8::0:1", "no address", None)):
        house.apply(CreateCamera(f"yard{number}", "yard", f"yard{number}", None, {}, By("key:1", ip, "x")))
    assert owner.get("/api/system/audit-logs/verify").json()["ok"] is True
    found = owner.get("/api/system/audit-logs?resource_type=camera").json()["items"]
    assert {line["ip"] for line in found} == {"::1", "fe80::1", "10.0.0.1", "2001:db8::1", None}


def test_settings_show_no_secret(tmp_path: Path, database_url: str, redis_url: str) -> None:
    house = House(
        tmp_path / "data", database_url, redis_url, database_url="postgresql://me:hunter2@db/x",
        redis_url="redis://:hunter3@r/0", ftp={"users": {"yard": "hunter4"}},
    )  # fmt: skip
    try:
        with house.client(house.key()) as owner:
            answer = owner.get("/api/system/settings")
            assert "hunter" not in answer.text
            settings: dict[str, Any] = answer.json()["settings"]
            assert settings["database_url"] == settings["ftp"]["users"]["yard"] == "set, not shown"
            assert settings["detector"]["name"] == "hog"
    finally:
        house.close()


def test_prometheus_reads_what_waits_and_what_there_is(house: House, owner: httpx.Client) -> None:
    _failed(house)
    answer = owner.get("/api/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert lines['homesec_uploads{state="failed"}'] == "1.0"
    assert lines['homesec_uploads{state="done"}'] == "1.0"
    assert lines['homesec_queue_depth{queue="detection_queue"}'] == "0.0"
    assert lines["homesec_batches_due"] == "1.0"
    assert lines["homesec_sockets"] == "0.0"
    assert float(lines["homesec_outbox_seq"]) == house.rows("SELECT seq FROM outbox_head")[0].seq


def test_keys_come_in_pages(owner: httpx.Client) -> None:
    for number in range(3):
        owner.post("/api/keys", json={"name": f"key {number}"})
    names, cursor = [], ""
    while cursor is not None:
        page = owner.get("/api/keys", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        names += [key["name"] for key in page["items"]]
        cursor = page["next_cursor"]
    assert names == ["key 2", "key 1", "key 0", "test"]
