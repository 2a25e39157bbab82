"""Tracks as their readers see them."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.api.house import T0, House


def at(second: float) -> str:
    return (T0 + timedelta(seconds=second)).isoformat()


@pytest.fixture
def walked(house: House) -> House:
    """Somebody stands by the door for 8 seconds; then a dog sits in the yard."""
    house.camera("door")
    house.camera("yard")
    for second in range(0, 9, 2):
        house.see("door", "person", at=T0 + timedelta(seconds=second))
    house.see("yard", "dog", at=T0 + timedelta(seconds=60))
    house.settle()
    return house


def test_tracks_come_newest_first_and_by_what_they_were_and_when(walked: House, owner: httpx.Client) -> None:
    def found(**query: Any) -> list[str]:
        return [track["object_class"] for track in owner.get("/api/tracks", params=query).json()["items"]]

    assert found() == ["dog", "person"]
    assert found(camera="door") == found(**{"class": "person"}) == ["person"]
    assert found(since=at(5), until=at(60)) == ["person"]  # it was there already
    assert found(since=at(9), until=at(60)) == []
    first = owner.get("/api/tracks", params={"limit": 1}).json()
    rest = owner.get("/api/tracks", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [track["object_class"] for track in (*first["items"], *rest["items"])] == ["dog", "person"]


def test_a_track_tells_its_way_and_leads_to_its_detections(walked: House, owner: httpx.Client) -> None:
    [listed] = owner.get("/api/tracks", params={"camera": "door"}).json()["items"]
    track = owner.get(f"/api/tracks/{listed['id']}").json()
    assert track == listed
    assert (track["first_seen"], track["last_seen"]) == (f"{T0:%FT%T}Z", f"{T0 + timedelta(seconds=8):%FT%T}Z")
    assert (track["total_distance"], track["direction"]) == (0.0, None)
    [point] = track["trajectory"]
    assert (point["x"], point["y"]) == (0.2, 0.4)
    seen = owner.get("/api/detections", params={"track": track["id"]}).json()["items"]
    assert len(seen) == 5
    assert {detection["track_id"] for detection in seen} == {track["id"]}
    assert owner.get("/api/tracks/999").status_code == 404


def test_what_is_there_now_is_told_by_camera(walked: House, owner: httpx.Client) -> None:
    for second in range(0, 40, 4):
        walked.see("drive", "car", at=T0 + timedelta(seconds=second)) if second else walked.camera("drive")
    walked.settle()
    by_camera = {one["camera_id"]: one for one in owner.get("/api/tracks/present").json()}
    assert set(by_camera) == {"door", "drive", "yard"}
    [car] = by_camera["drive"]["tracks"]
    assert (car["object_class"], car["stationary"]) == ("car", True)
    assert car["box"] == {"x1": 0.1, "y1": 0.2, "x2": 0.3, "y2": 0.4}
    [stored] = walked.rows("SELECT max(at) AS at FROM tracker_states WHERE camera_id = 'drive'")
    assert stored.at == T0 + timedelta(seconds=36)
