"""What is usual, what was seen, what was unusual and where things stood, through the API."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import cv2
import httpx
import numpy as np
import pytest

from homesec.domain.anomalies import Anomaly
from homesec.domain.heatmaps import heatmap, packed
from homesec.keep import Keeper
from homesec.store.writes.anomalies import SaveAnomalies
from homesec.store.writes.heatmaps import Bucket, SaveHeatmaps
from tests.api.house import House
from tests.pipeline.habitual import Place, Visit

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
START = NOW - timedelta(days=21)
PORCH, ELSEWHERE = 1, 7


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, database_url: str, redis_url: str) -> Iterator[House]:
    """Three weeks of a cat each hour, and a person in the porch each second hour."""
    house = House(tmp_path_factory.mktemp("data"), database_url, redis_url)
    try:
        house.run(_live(house))
        yield house
    finally:
        house.close()


async def _live(house: House) -> None:
    here, there = Place(house.services.database, "yard", "Asia/Kolkata"), Place(house.services.database, "secret")
    await here.build((PORCH, "entry_point"))
    await there.build((ELSEWHERE, "yard"))
    hours = [START + timedelta(hours=number) for number in range(21 * 24)]
    await here.come([Visit("cat", at) for at in hours])
    await here.come([Visit("person", at, 30.0, PORCH) for at in hours[::2]])
    await there.come([Visit("dog", at, 30.0, ELSEWHERE) for at in hours[::2]])
    await Keeper(house.services.database, house.services.write, "UTC").round(NOW)


def test_expected_stands_beside_seen(house: House, owner: httpx.Client) -> None:
    body = owner.get("/api/cameras/yard/baseline", params={"day": str((NOW - timedelta(days=3)).date())}).json()
    assert body["timezone"] == "Asia/Kolkata"
    assert len(body["slots"]) == 168
    assert sum(slot["samples"] for slot in body["slots"]) == 21 * 24
    assert all(1.0 <= slot["mean"] <= 2.0 for slot in body["slots"])
    assert [one["object_class"] for one in body["by_class"]] == ["cat", "person"]
    assert all(hour["mean"] == pytest.approx(1.0) for hour in body["by_class"][0]["hours"])
    assert len(body["day"]) == 24
    assert all(hour["observed"] for hour in body["day"])
    assert {hour["seen"] for hour in body["day"]} == {1, 2}
    for hour in body["day"]:
        assert hour["tail_probability"] is None or hour["tail_probability"] > 0.05  # None: of few days like this one
        cat, person = hour["by_class"]
        assert (cat["object_class"], person["object_class"]) == ("cat", "person")
        assert (cat["expected"], cat["seen"]) == (pytest.approx(1.0), 1)
        assert person["seen"] == pytest.approx(person["expected"])
        assert cat["tail_probability"] > 0.5
        assert hour["expected"] == pytest.approx(hour["seen"], abs=0.2)
    today = owner.get("/api/cameras/yard/baseline").json()["day"]
    assert today[-1]["start"] <= datetime.now(UTC).isoformat()
    assert not today[-1]["observed"]  # it is not over

    zone = owner.get(f"/api/zones/{PORCH}/baseline").json()
    assert zone["sample_count"] == 21 * 24
    assert zone["class_distribution"] == {"person": 1.0}
    assert zone["dwell_mean"] == pytest.approx(30.0)
    assert zone["daily_count_mean"] == pytest.approx(12.0)
    assert len(zone["hours"]) == 24
    assert {hour["seen"] for hour in zone["day"]} <= {0, 1}

    house.sql("UPDATE cameras SET timezone = NULL WHERE id = 'secret'")
    house.sql("DELETE FROM zone_activity_baselines WHERE zone_id = :id", id=ELSEWHERE)
    young = owner.get(f"/api/zones/{ELSEWHERE}/baseline").json()
    assert (young["sample_count"], young["hours"], young["timezone"]) == (0, [], "UTC")
    assert {hour["tail_probability"] for hour in young["day"]} == {None}

    with house.client(house.key("viewer", ("yard",))) as guest:
        assert guest.get("/api/cameras/yard/baseline").status_code == 200
        for path in ("/api/cameras/secret/baseline", f"/api/zones/{ELSEWHERE}/baseline", "/api/zones/99/baseline"):
            assert guest.get(path).status_code == 404, path
    assert owner.get("/api/cameras/nowhere/baseline").status_code == 404
    assert owner.get("/api/cameras/yard/baseline", params={"day": "soon"}).status_code == 422


def anomaly(number: int, zone: int = PORCH, kind: str = "unusual_dwell", severity: str = "info") -> Anomaly:
    return Anomaly(
        f"{kind}:{zone}:{number}", zone, kind, severity, "Long", "A person stays.", 20.0, 900.0, 4.5,
        NOW - timedelta(hours=number // 2),
    )  # fmt: skip


def test_anomalies_are_listed_page_by_page_and_acknowledged_once(house: House, owner: httpx.Client) -> None:
    house.apply(SaveAnomalies([anomaly(number) for number in range(5)]))
    other = [anomaly(9, kind="unusual_time", severity="critical"), anomaly(1, ELSEWHERE)]
    assert house.apply(SaveAnomalies([*other, anomaly(2)])) == [one.id for one in other]  # the last was known

    seen, cursor = [], None
    while True:
        wanted = {"limit": 3, "camera": "yard"} | ({"cursor": cursor} if cursor else {})
        page = owner.get("/api/zone-anomalies", params=wanted).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"unusual_dwell:1:{number}" for number in (1, 0, 3, 2, 4)] + ["unusual_time:1:9"]
    assert page["items"][-1]["deviation"] == 4.5

    def ids(**wanted: object) -> list[str]:
        return [item["id"] for item in owner.get("/api/zone-anomalies", params=wanted).json()["items"]]

    assert ids(type="unusual_time") == ["unusual_time:1:9"]
    assert ids(severity="critical", zone=PORCH) == ["unusual_time:1:9"]
    assert ids(zone=ELSEWHERE) == ["unusual_dwell:7:1"]
    assert ids(until=(NOW - timedelta(hours=3)).isoformat()) == ["unusual_time:1:9"]
    assert len(ids(since=NOW.isoformat())) == 3
    assert owner.get("/api/zone-anomalies", params={"cursor": "x"}).status_code == 422

    path = "/api/zone-anomalies/unusual_time:1:9"
    with house.client(house.key("viewer")) as guest:
        assert guest.post(f"{path}/acknowledge").status_code == 403
    done = owner.post(f"{path}/acknowledge").json()
    assert done["acknowledged"]
    assert done["acknowledged_by"].startswith("key:")
    assert owner.post(f"{path}/acknowledge").json() == done
    assert ids(acknowledged="true") == ["unusual_time:1:9"]
    assert len(house.rows("SELECT FROM audit_logs WHERE action = 'acknowledge'")) == 1
    with house.client(house.key("operator", ("secret",))) as neighbour:
        assert neighbour.get(path).status_code == neighbour.post(f"{path}/acknowledge").status_code == 404
        assert [one["id"] for one in neighbour.get("/api/zone-anomalies").json()["items"]] == ["unusual_dwell:7:1"]


def test_heatmaps_are_numbers_and_pictures(house: House, owner: httpx.Client) -> None:
    assert owner.get("/api/cameras/yard/heatmap").status_code == 404
    old, new = heatmap(np.array([[0.1, 0.1]])), heatmap(np.array([[0.75, 0.5]] * 4))
    monday = NOW - timedelta(days=7)
    buckets = [Bucket("yard", monday, "weekly", packed(old), 1), Bucket("yard", NOW, "weekly", packed(new), 4)]
    house.apply(SaveHeatmaps(buckets))
    house.apply(SaveHeatmaps(buckets))
    assert len(house.rows("SELECT FROM heatmap_data")) == 2

    body = owner.get("/api/cameras/yard/heatmap").json()
    values = np.array(body["values"])
    assert (body["total_detections"], values.shape) == (4, (48, 64))
    assert values.sum() == pytest.approx(4.0, abs=0.05)
    assert np.unravel_index(values.argmax(), values.shape)[1] in (47, 48)
    before = owner.get("/api/cameras/yard/heatmap", params={"at": (NOW - timedelta(hours=1)).isoformat()}).json()
    assert before["total_detections"] == 1
    assert owner.get("/api/cameras/yard/heatmap", params={"resolution": "daily"}).status_code == 404

    answer = owner.get("/api/cameras/yard/heatmap.png")
    assert answer.headers["content-type"] == "image/png"
    layer = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert layer.shape == (480, 640, 4)
    assert layer[240, 480, 3] > 150  # where things stood
    assert layer[10, 10, 3] == 0  # and where not
    again = owner.get("/api/cameras/yard/heatmap.png", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304

    house.camera("lane")
    house.apply(SaveHeatmaps([Bucket("lane", NOW, "weekly", packed(new), 4)]))
    assert owner.get("/api/cameras/lane/heatmap.png", params={"over": "picture"}).status_code == 404
    house.see("lane", "person")
    over = owner.get("/api/cameras/lane/heatmap.png", params={"over": "picture"})
    blend = cv2.imdecode(np.frombuffer(over.content, np.uint8), cv2.IMREAD_UNCHANGED)
    below = cv2.imdecode(
        np.frombuffer(owner.get("/api/cameras/lane/snapshot").content, np.uint8), cv2.IMREAD_UNCHANGED
    )
    assert blend.shape == below.shape
    assert abs(blend[2, 2].astype(int) - below[2, 2]).max() <= 2
    assert abs(blend[36, 71].astype(int) - below[36, 71]).max() > 50
    with house.client(house.key("viewer", ("lane",))) as guest:
        assert guest.get("/api/cameras/yard/heatmap.png").status_code == 404
