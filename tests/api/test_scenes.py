"""Changes of a camera's view, to their owner."""

from datetime import timedelta

import httpx
import pytest

from homesec.domain.scenes import Change, Kind
from homesec.store.writes.scenes import Began, Ended, SaveScene, Shown
from tests.api.house import T0, House, picture
from tests.scenery import learned

pytestmark = pytest.mark.timeout(60)
PATH = "/api/cameras/porch/scene-changes"


def changed(house: House, kind: Kind, minutes: float, *, shown: bool = False) -> None:
    """The porch's view changes for a minute."""
    at, where = T0 + timedelta(minutes=minutes), Shown()
    if shown:
        where = Shown(house.storage.volume, "scenes/porch/1_after.jpg", "scenes/porch/1_before.jpg")
        for number, name in enumerate((where.after, where.before)):
            house.run(house.storage.write_media(house.storage.volume, str(name), picture(number)))
    began = Began(Change(kind, at, 0.1, 1, 2), where)
    references = tuple(learned().items())
    house.apply(SaveScene("porch", (), references, (began, Ended(at + timedelta(minutes=1)))))


def test_changes_are_listed_shown_and_acknowledged(house: House, owner: httpx.Client) -> None:
    house.camera("porch")
    changed(house, "view_blocked", 0, shown=True)
    changed(house, "angle_changed", 10)
    page = owner.get(f"{PATH}?limit=1").json()
    assert [item["change_type"] for item in page["items"]] == ["angle_changed"]
    [first] = owner.get(PATH, params={"limit": 1, "cursor": page["next_cursor"]}).json()["items"]
    assert (first["change_type"], first["acknowledged"], first["similarity_score"]) == ("view_blocked", False, 0.1)
    assert first["ended_at"] == "2026-03-03T14:01:00Z"

    one = f"{PATH}/{first['id']}"
    assert owner.get(f"{one}/before").content == picture(1)
    after = owner.get(f"{one}/after")
    assert (after.content, after.headers["content-type"]) == (picture(0), "image/jpeg")
    assert owner.get(f"{one}/after", headers={"If-None-Match": after.headers["etag"]}).status_code == 304
    assert owner.get(f"{PATH}/{page['items'][0]['id']}/after").status_code == 404, "of that one none was kept"

    for _ in range(2):
        answer = owner.post(f"{one}/acknowledge").json()
        assert answer["acknowledged"]
        assert answer["acknowledged_at"] is not None
    assert owner.get(one).json() == answer
    told = house.rows("SELECT payload FROM outbox WHERE type = 'scene.changed' ORDER BY seq")
    assert [(row.payload["ended"], row.payload["acknowledged"]) for row in told] == [
        (False, False), (True, False), (False, False), (True, False), (True, True),
    ]  # fmt: skip
    assert len(house.rows("SELECT * FROM audit_logs WHERE resource_type = 'scene_change'")) == 1
    for value, kinds in (("true", ["view_blocked"]), ("false", ["angle_changed"])):
        items = owner.get(PATH, params={"acknowledged": value}).json()["items"]
        assert [item["change_type"] for item in items] == kinds


def test_the_reference_says_whether_views_are_compared(house: House, owner: httpx.Client) -> None:
    house.camera("porch")
    assert owner.get("/api/cameras/porch/scene-references").json() == {"items": []}
    house.apply(SaveScene("porch", (), tuple(learned().items())))
    [item] = owner.get("/api/cameras/porch/scene-references").json()["items"]
    assert (item["light"], item["pictures"], item["ready"]) == ("day", 48, True)


def test_only_operators_acknowledge_and_only_what_is_there(house: House, owner: httpx.Client) -> None:
    house.camera("porch")
    house.camera("yard")
    changed(house, "unknown", 0)
    [item] = owner.get(PATH).json()["items"]
    with house.client(house.key("viewer")) as viewer:
        assert viewer.get(PATH).status_code == 200
        assert viewer.post(f"{PATH}/{item['id']}/acknowledge").status_code == 403
    for path in (f"{PATH}/999", f"/api/cameras/yard/scene-changes/{item['id']}", "/api/cameras/none/scene-changes"):
        assert owner.get(path).status_code == 404, path
    assert owner.post(f"/api/cameras/yard/scene-changes/{item['id']}/acknowledge").status_code == 404
