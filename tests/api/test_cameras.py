"""Cameras and uploads through the API."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.api.house import T0, House, picture

pytestmark = pytest.mark.timeout(60)
JPEG = {"Content-Type": "image/jpeg"}


def test_a_camera_is_made_changed_deleted_and_restored_and_all_of_it_is_told(
    house: House, owner: httpx.Client
) -> None:
    made = owner.post("/api/cameras", json={"name": "Front Door", "folder": "Front Door"})
    assert made.status_code == 201
    assert (made.json()["id"], made.json()["folder_path"], made.json()["status"]) == (
        "front_door", "Front Door", "unknown",
    )  # fmt: skip
    change = {"name": "Porch", "timezone": "Europe/Berlin", "settings": {"classes": ["person"]}}
    changed = owner.patch("/api/cameras/front_door", json=change).json()
    assert (changed["name"], changed["timezone"]) == ("Porch", "Europe/Berlin")
    in_force = {
        "classes": ["person"], "min_confidence": 0.4, "class_confidence": {}, "enabled": True, "snooze_until": None,
    }  # fmt: skip
    assert changed["settings"] == in_force
    merged = owner.patch("/api/cameras/front_door", json={"settings": {"min_confidence": 0.7}, "timezone": None}).json()
    assert (merged["settings"]["classes"], merged["settings"]["min_confidence"]) == (["person"], 0.7)
    assert (merged["name"], merged["timezone"]) == ("Porch", None)
    assert owner.delete("/api/cameras/front_door").status_code == 204
    assert owner.get("/api/cameras").json()["items"] == []
    assert owner.get("/api/cameras?include_deleted=true").json()["items"][0]["deleted_at"] is not None
    assert owner.patch("/api/cameras/front_door", json={"name": "x"}).status_code == 404
    again = owner.post("/api/cameras", json={"name": "Front Door"})
    assert again.status_code == 409
    assert "restored" in again.json()["detail"]
    assert owner.post("/api/cameras/front_door/restore").json()["deleted_at"] is None
    told = house.rows("SELECT type, payload FROM outbox ORDER BY seq")
    assert [row.payload["kind"] for row in told if row.type == "job.progress"] == ["rename"]
    assert [row.payload["deleted"] for row in told if row.type == "camera.status"] == [False, False, False, True, False]
    assert len(told) == 6
    assert "Porch" not in str(told)
    logged = house.rows("SELECT action FROM audit_logs WHERE resource_type = 'camera' ORDER BY id")
    assert [row.action for row in logged] == ["create", "update", "update", "delete", "restore"]


def test_two_names_that_fold_to_one_id_are_refused(owner: httpx.Client) -> None:
    assert owner.post("/api/cameras", json={"name": "Front door"}).status_code == 201
    assert owner.post("/api/cameras", json={"name": "front-door"}).status_code == 409


def test_cameras_come_in_pages(house: House, owner: httpx.Client) -> None:
    for name in ("c", "a", "b"):
        house.camera(name)
    first = owner.get("/api/cameras?limit=2").json()
    second = owner.get("/api/cameras", params={"cursor": first["next_cursor"]}).json()
    assert [camera["id"] for camera in first["items"] + second["items"]] == ["a", "b", "c"]
    assert second["next_cursor"] is None


def test_the_last_picture_is_served_and_asked_for_again_at_no_cost(house: House, owner: httpx.Client) -> None:
    camera = house.camera("yard")
    assert owner.get("/api/cameras/yard/snapshot").status_code == 404
    first = house.see(camera, "person")
    answer = owner.get("/api/cameras/yard/snapshot")
    assert (answer.content, answer.headers["content-type"]) == (picture(first, 96), "image/jpeg")
    known = {"If-None-Match": answer.headers["etag"]}
    assert owner.get("/api/cameras/yard/snapshot", headers=known).status_code == 304
    second = house.see(camera, "person", at=T0 + timedelta(seconds=1))
    assert owner.get("/api/cameras/yard/snapshot", headers=known).content == picture(second, 96)


def test_an_uploaded_file_lies_whole_in_its_cameras_folder(house: House, owner: httpx.Client) -> None:
    owner.post("/api/cameras", json={"name": "Front Door", "folder": "Front Door"})
    data = os.urandom(3_000_000)
    path = "/api/cameras/front_door/uploads"
    answer = owner.post(path, content=data, headers=JPEG, params={"filename": "2026-03-03 14.00.00.jpg"})
    assert answer.status_code == 202
    received = answer.json()
    assert (received["size"], received["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    folder = house.settings.cameras_dir / "Front Door"
    assert [file.name for file in folder.iterdir()] == [received["name"]] == ["2026-03-03_14.00.00.jpg"]
    assert (folder / received["name"]).read_bytes() == data
    second = owner.post(path, content=b"other", headers=JPEG, params={"filename": "2026-03-03 14.00.00.jpg"}).json()
    assert second["name"] != received["name"]  # never over another
    assert (folder / received["name"]).read_bytes() == data
    assert len(list(folder.iterdir())) == 2


HARMLESS = (
    ("../../evil.jpg", "image/jpeg", "evil.jpg"),  # no way out of the folder
    ("..\\..\\evil.jpg", "image/jpeg", "evil.jpg"),
    (".hidden.jpg", "image/jpeg", "hidden.jpg"),  # hidden files would never be seen
    ("a b\nc.JPG", "image/jpeg", "a_b_c.JPG"),
    ("clip.mp4", "application/octet-stream", "clip.mp4"),  # a client that does not know its type
    ("clip.mkv", "", "clip.mkv"),
)


def test_file_names_are_made_harmless(house: House, owner: httpx.Client) -> None:
    for number, (filename, content_type, stored) in enumerate(HARMLESS):
        camera = house.camera(f"yard {number}")
        answer = owner.post(
            f"/api/cameras/{camera}/uploads", params={"filename": filename}, content=b"x",
            headers={"Content-Type": content_type},
        )  # fmt: skip
        assert answer.json()["name"] == stored
        assert [file.name for file in (house.settings.cameras_dir / f"yard {number}").iterdir()] == [stored]


REFUSED: tuple[tuple[str | None, str, int], ...] = (
    ("a.html", "image/jpeg", 422),  # the suffix belies the type
    ("a.jpg", "text/html", 415),
    (".jpg", "image/jpeg", 422),
    ("x" * 151 + ".jpg", "image/jpeg", 422),
    (None, "application/octet-stream", 415),
)


def test_files_that_are_no_pictures_are_refused(house: House, owner: httpx.Client) -> None:
    house.camera("yard")
    for filename, content_type, status in REFUSED:
        query = {} if filename is None else {"filename": filename}
        answer = owner.post(
            "/api/cameras/yard/uploads", params=query, content=b"x", headers={"Content-Type": content_type}
        )
        assert answer.status_code == status, filename
    assert not (house.settings.cameras_dir / "yard").exists()


def test_an_upload_that_is_too_large_or_breaks_off_leaves_nothing(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    house = House(tmp_path / "data", database_url, redis_url, api={"max_upload_bytes": 100_000})
    try:
        house.camera("yard")
        with house.client(house.key()) as owner:
            path = "/api/cameras/yard/uploads"
            assert owner.post(path, content=b"x" * 100_000, headers=JPEG).status_code == 202
            assert owner.post(path, content=b"x" * 100_001, headers=JPEG).status_code == 413
            chunks = (b"x" * 50_000 for _ in range(3))  # no Content-Length
            assert owner.post(path, content=chunks, headers=JPEG).status_code == 413

            def broken() -> object:
                yield b"x" * 10_000
                raise ConnectionError("the camera's battery is empty")

            with pytest.raises(ConnectionError):
                owner.post(path, content=broken(), headers=JPEG)  # type: ignore[arg-type]
        folder = house.settings.cameras_dir / "yard"
        assert [file.stat().st_size for file in folder.iterdir() if not file.name.startswith(".")] == [100_000]
    finally:
        house.close()
    assert len(list(folder.iterdir())) == 1  # no temporary file either


def test_uploads_for_a_new_camera_wait_in_a_new_folder(house: House, owner: httpx.Client) -> None:
    answer = owner.post("/api/cameras/garage/uploads", content=b"x", headers=JPEG)
    assert answer.status_code == 202
    assert (house.settings.cameras_dir / "garage" / answer.json()["name"]).exists()


def test_a_deleted_camera_takes_no_uploads_through_the_api(house: House, owner: httpx.Client) -> None:
    house.camera("yard")
    owner.delete("/api/cameras/yard")
    assert owner.post("/api/cameras/yard/uploads", content=b"x", headers=JPEG).status_code == 409


def test_uploads_are_listed_with_their_fate(house: House, owner: httpx.Client) -> None:
    camera = house.camera("yard")
    good = house.see(camera, "person")
    bad = house.upload(camera, error="the picture is broken")
    house.settle()
    page = owner.get("/api/uploads").json()["items"]
    assert {item["id"]: item["state"] for item in page} == {good: "done", bad: "rejected"}
    [rejected] = owner.get("/api/uploads?state=rejected").json()["items"]
    assert (rejected["error"], rejected["name"]) == ("the picture is broken", "0002.jpg")
    assert owner.get("/api/uploads?camera=street").json()["items"] == []
    detail = owner.get(f"/api/uploads/{good}").json()
    [event] = owner.get("/api/events").json()["items"]
    assert (detail["detection_count"], detail["event_ids"]) == (1, [event["id"]])
    first = owner.get("/api/uploads?limit=1").json()
    second = owner.get("/api/uploads", params={"cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in first["items"] + second["items"]] == [bad, good]
