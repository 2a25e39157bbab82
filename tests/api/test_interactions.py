"""Interactions as their readers see them."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.api.house import T0, House


def at(second: float) -> str:
    return (T0 + timedelta(seconds=second)).isoformat()


@pytest.fixture
def handled(house: House) -> House:
    """At the door somebody leaves a package and somebody takes it; in the yard a bicycle is taken."""
    tracks = ((1, "door", "person"), (2, "door", "person"), (3, "door", "package"), (4, "yard", "person"),
              (5, "yard", "bicycle"))  # fmt: skip
    for camera in ("door", "yard"):
        house.camera(camera)
    for number, camera, object_class in tracks:
        house.sql(
            "INSERT INTO tracks (id, camera_id, session, track_id, object_class, first_seen, last_seen) "
            "VALUES (:id, :camera, '00000000-0000-4000-8000-000000000005', :id, :class, :at, :at)",
            id=number, camera=camera, at=T0, **{"class": object_class},
        )  # fmt: skip
    for person, thing, kind, second in ((1, 3, "left", 10), (2, 3, "taken", 60), (4, 5, "taken", 30)):
        house.sql(
            "INSERT INTO object_interactions (track_id, object_track_id, kind, at, confidence) "
            "VALUES (:person, :thing, :kind, :at, 0.8)",
            person=person, thing=thing, kind=kind, at=T0 + timedelta(seconds=second),
        )  # fmt: skip
    return house


def test_interactions_come_newest_first_and_by_what_they_were_and_when(handled: House, owner: httpx.Client) -> None:
    def found(**query: Any) -> list[tuple[str, str]]:
        items = owner.get("/api/interactions", params=query).json()["items"]
        return [(one["kind"], one["object_class"]) for one in items]

    assert found() == [("taken", "package"), ("taken", "bicycle"), ("left", "package")]
    assert found(camera="yard") == found(track=5) == [("taken", "bicycle")]
    assert found(kind="left") == found(track=1) == found(until=at(30)) == [("left", "package")]
    assert found(track=3, since=at(60)) == [("taken", "package")]
    first = owner.get("/api/interactions", params={"limit": 2}).json()
    rest = owner.get("/api/interactions", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert ([one["kind"] for one in rest["items"]], rest["next_cursor"]) == (["left"], None)
    one = first["items"][0]
    assert (one["camera_id"], one["track_id"], one["object_track_id"], one["confidence"]) == ("door", 2, 3, 0.8)
    assert one["at"] == f"{T0 + timedelta(minutes=1):%FT%T}Z"
    wrong = owner.get("/api/interactions", params={"kind": "dropped"})
    assert (wrong.status_code, "kind" in wrong.text) == (422, True)


def test_a_key_that_is_limited_to_cameras_sees_theirs(handled: House) -> None:
    with handled.client(handled.key("viewer", ("yard",))) as client:
        seen = client.get("/api/interactions").json()["items"]
        assert [one["camera_id"] for one in seen] == ["yard"]
        assert client.get("/api/interactions", params={"camera": "door"}).json()["items"] == []
        assert client.get("/api/interactions", params={"track": 3}).json()["items"] == []
