"""Detections and their pictures through the API."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import av
import httpx
import pytest
from PIL import Image

from tests.api.house import T0, House, picture

pytestmark = pytest.mark.timeout(60)


def test_a_detection_shows_box_frame_and_event(house: House, owner: httpx.Client) -> None:
    upload = house.see(house.camera("yard"), "person", confidence=0.8)
    house.settle()
    [listed] = owner.get("/api/detections").json()["items"]
    assert listed["box"] == {"x1": 0.1, "y1": 0.2, "x2": 0.3, "y2": 0.4}
    assert (listed["upload_id"], listed["frame_width"], listed["frame_height"]) == (upload, 64, 48)
    assert (listed["confidence"], listed["model"], listed["has_thumbnail"]) == (0.8, "fake", True)
    [event] = owner.get("/api/events").json()["items"]
    detail = owner.get(f"/api/detections/{listed['id']}").json()
    assert detail == {**listed, "event_id": event["id"]}


def test_detections_are_filtered_and_paged(house: House, owner: httpx.Client) -> None:
    yard, street = house.camera("yard"), house.camera("street")
    house.see(yard, "person", "dog")
    second = house.see(street, "car", at=T0 + timedelta(hours=1), confidence=0.5)
    house.see(street, "person", at=T0 + timedelta(hours=2), confidence=0.3)  # below the camera's threshold
    house.settle()

    def seen(**query: object) -> list[str]:
        answer = owner.get("/api/detections", params=query)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return [item["object_type"] for item in answer.json()["items"]]

    assert sorted(seen()) == ["car", "dog", "person", "person"]
    assert sorted(seen(camera="yard")) == ["dog", "person"]
    assert seen(**{"class": ["car", "cat"]}) == ["car"]
    assert seen(upload=second) == ["car"]
    assert seen(min_confidence=0.6, **{"class": "person"}) == ["person"]
    assert seen(excluded=True) == ["person"]
    assert "person" not in seen(excluded=False, camera="street")
    [event] = owner.get("/api/events?camera=yard").json()["items"]
    assert sorted(seen(event=event["id"])) == ["dog", "person"]
    assert seen(since="2026-03-03T15:30:00Z") == ["person"]
    assert seen(track=10**6) == []
    [dog] = owner.get("/api/tracks", params={"class": "dog"}).json()["items"]
    assert seen(track=dog["id"]) == ["dog"]
    ids, cursor = [], ""
    while cursor is not None:
        page = owner.get("/api/detections", params={"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        ids += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(ids) == len(set(ids)) == 4


def test_the_original_is_the_very_picture_and_is_gone_when_it_was_overwritten(
    house: House, owner: httpx.Client
) -> None:
    house.see(house.camera("yard"), "person")
    [detection] = owner.get("/api/detections").json()["items"]
    path = f"/api/detections/{detection['id']}/image"
    answer = owner.get(path)
    assert (answer.content, answer.headers["content-type"]) == (picture(1), "image/jpeg")
    assert answer.headers["cache-control"].startswith("private")
    assert owner.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    file = house.settings.cameras_dir / "yard" / "0001.jpg"
    file.write_bytes(picture(99))
    assert owner.get(path).status_code == 410
    file.unlink()
    gone = owner.get(path)
    assert gone.status_code == 410
    assert "0001" not in gone.text  # no path


def test_a_picture_on_a_disk_that_is_away_is_asked_for_again_later(house: House, owner: httpx.Client) -> None:
    house.see(house.camera("yard"), "person")
    [detection] = owner.get("/api/detections").json()["items"]
    house.sql("UPDATE uploads SET volume = 'another'")
    for picture_of in ("image", "thumbnail"):
        answer = owner.get(f"/api/detections/{detection['id']}/{picture_of}")
        assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


def test_the_thumbnail_is_small_and_kept_by_the_browser(house: House, owner: httpx.Client) -> None:
    upload = house.see(house.camera("yard"), "person")
    [detection] = owner.get("/api/detections").json()["items"]
    path = f"/api/detections/{detection['id']}/thumbnail"
    answer = owner.get(path)
    assert answer.content == picture(upload, 48)
    assert owner.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    house.sql("UPDATE detections SET thumbnail_path = NULL")
    assert owner.get(path).status_code == 404


def test_the_image_of_a_detection_in_a_clip_is_its_frame(house: House, owner: httpx.Client) -> None:
    """A clip of three colours, one a second; the second frame of one a second is the green one."""
    camera = house.camera("yard")
    house.see(camera, "person")
    house.replace_with_clip("yard/0001.jpg", clip(), frame_no=2)
    [detection] = owner.get("/api/detections").json()["items"]
    answer = owner.get(f"/api/detections/{detection['id']}/image")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    red, green, blue = Image.open(io.BytesIO(answer.content)).getpixel((32, 24))  # type: ignore[misc]
    assert green > 200
    assert max(red, blue) < 80


def clip() -> bytes:
    """Three seconds: red, green, blue."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=2)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for colour in ("red", "red", "lime", "lime", "blue", "blue"):
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48), colour))
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return file.getvalue()


def test_frames_of_clips_are_decoded_a_few_at_once_by_every_app_of_a_process(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    """Each has a loop of its own; more are asked for than are decoded at once."""
    for number in range(2):
        house = House(tmp_path / "data", database_url, redis_url)
        try:
            if number == 0:
                house.see(house.camera("yard"), "person")
                house.replace_with_clip("yard/0001.jpg", clip(), frame_no=2)
            with house.client(house.key()) as owner, ThreadPoolExecutor(8) as pool:
                [detection] = owner.get("/api/detections").json()["items"]
                path = f"/api/detections/{detection['id']}/image"
                assert {answer.status_code for answer in pool.map(owner.get, [path] * 8)} == {200}
        finally:
            house.close()


def test_enrichment_shows_what_further_models_said(house: House, owner: httpx.Client) -> None:
    house.see(house.camera("yard"), "person")
    [detection] = owner.get("/api/detections").json()["items"]
    path = f"/api/detections/{detection['id']}/enrichment"
    nothing = owner.get(path).json()
    assert nothing == {
        "detection_id": detection["id"], "enrichment_data": {}, "labels": [], "pose": None, "threats": [],
        "faces": [], "demographics": None, "action": None,
    }  # fmt: skip
    house.sql(
        "INSERT INTO threat_detections (detection_id, threat_type, confidence, severity, bbox, model) "
        "VALUES (:id, 'knife', 0.8, 'high', '{0.1,0.2,0.3,0.4}', 'm')",
        id=detection["id"],
    )
    house.sql(
        "INSERT INTO action_results (detection_id, action, confidence, all_scores, model) "
        "VALUES (:id, 'walking', 0.7, '{\"walking\": 0.7}', 'm')",
        id=detection["id"],
    )
    house.sql("UPDATE detections SET enrichment_data = '{\"colour\": \"red\"}'")
    found = owner.get(path).json()
    assert found["threats"][0]["threat_type"] == "knife"
    assert found["action"]["all_scores"] == {"walking": 0.7}
    assert found["enrichment_data"] == {"colour": "red"}
