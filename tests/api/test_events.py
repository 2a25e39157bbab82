"""Events through the API."""

from datetime import timedelta

import httpx
import pytest

from homesec.domain.insights import Action, Demographics, Face, Insight, Plate, Pose, Threat
from homesec.store.writes.enrichment import SaveEnrichment
from tests.api.house import T0, House

pytestmark = pytest.mark.timeout(60)


def test_an_event_shows_all_it_rests_on(house: House, owner: httpx.Client) -> None:
    camera = house.camera("Front Door")
    house.see(camera, "person", "dog")
    house.settle()
    [event] = owner.get("/api/events").json()["items"]
    assert (event["camera_id"], event["camera_name"], event["status"]) == ("front_door", "Front Door", "open")
    assert event["started_at"] == "2026-03-03T14:00:00Z"
    answer = owner.get(f"/api/events/{event['id']}")
    detail = answer.json()
    assert answer.headers["etag"] == f'"{detail["revision"]}"'
    assert {one["object_type"] for one in detail["detections"]} == {"person", "dog"}
    assert any(item["kind"] == "class" for item in detail["evidence"])
    assert [one["cause"] for one in detail["revisions"]] == ["batch:1"]
    audit = owner.get(f"/api/events/{event['id']}/audit").json()["items"]
    assert audit[0]["score"] == detail["risk_score"]
    assert audit[0]["evidence"] == detail["evidence"]


def _many(house: House, camera: str, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        house.see(camera, "person", at=T0 + timedelta(minutes=10 * number))
        house.settle(timedelta(minutes=10))


def test_pages_hold_every_event_once_while_newer_ones_arrive(house: House, owner: httpx.Client) -> None:
    camera = house.camera("yard")
    _many(house, camera, 5)
    first = owner.get("/api/events", params={"limit": 2}).json()
    _many(house, camera, 2, first=5)
    seen, cursor = [item["id"] for item in first["items"]], first["next_cursor"]
    while cursor:
        page = owner.get("/api/events", params={"limit": 2, "cursor": cursor}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == 5


def test_a_list_tells_the_number_after_which_messages_are_new(house: House, owner: httpx.Client) -> None:
    before = owner.get("/api/events").json()["seq"]
    house.see(house.camera("yard"), "person")
    house.settle()
    page = owner.get("/api/events").json()
    assert page["seq"] > before
    assert page["seq"] == house.rows("SELECT seq FROM outbox_head")[0].seq


def test_a_cursor_of_another_making_is_refused(owner: httpx.Client) -> None:
    for cursor in ("x", "W10", "WzEsMl0", "WyJhIiwxXQ", "WyIyMDI2LTAxLTAxIiwxXQ", "é", "[" * 400):
        answer = owner.get("/api/events", params={"cursor": cursor})
        assert answer.status_code == 422, cursor
        assert "cursor" in answer.json()["detail"]


def test_filters_leave_what_was_asked_for(house: House, owner: httpx.Client) -> None:
    house.see(house.camera("yard"), "person")
    house.see(house.camera("street"), "car", at=T0 + timedelta(hours=1))
    house.settle()

    def ids(**query: object) -> set[str]:
        page = owner.get("/api/events", params=query).json()  # type: ignore[arg-type]
        return {item["camera_id"] for item in page["items"]}

    assert ids() == {"yard", "street"}
    assert ids(camera="yard") == {"yard"}
    assert ids(camera=["yard", "street"]) == {"yard", "street"}
    assert ids(**{"class": "car"}) == {"street"}
    assert ids(since="2026-03-03T14:30:00Z") == {"street"}
    assert ids(until="2026-03-03T15:30:00+01:00") == {"yard"}
    scores = {one["camera_id"]: one["risk_score"] for one in owner.get("/api/events").json()["items"]}
    assert ids(min_score=scores["yard"]) == {"yard"}
    assert ids(max_score=scores["street"]) == {"street"}
    assert ids(level=["critical"]) == set()
    assert ids(reviewed=True) == set()
    assert ids(status="closed") == set()


def test_a_time_without_a_zone_is_refused(owner: httpx.Client) -> None:
    answer = owner.get("/api/events", params={"since": "2026-03-03T14:30:00"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "query.since"


def test_words_find_events_best_first_page_by_page(house: House, owner: httpx.Client) -> None:
    camera = house.camera("Garden gate")
    _many(house, camera, 3)
    house.see(house.camera("street"), "car", at=T0 + timedelta(hours=9))
    house.settle()

    def found(words: str) -> set[str]:
        answer = owner.get("/api/events/search", params={"q": words})
        assert answer.status_code == 200, answer.text
        return {item["camera_id"] for item in answer.json()["items"]}

    assert found("persons") == {"garden_gate"}  # the stem counts, not the form
    assert found('"garden gate"') == {"garden_gate"}
    assert found("car or person") == {"garden_gate", "street"}
    assert found("person -garden") == set()
    assert found("\"'(&|!:*") == set()  # nonsense is no error
    first = owner.get("/api/events/search", params={"q": "person", "limit": 2}).json()
    second = owner.get("/api/events/search", params={"q": "person", "cursor": first["next_cursor"]}).json()
    ids = [item["id"] for item in first["items"] + second["items"]]
    assert len(ids) == len(set(ids)) == 3
    assert second["next_cursor"] is None


def test_the_owner_reviews_notes_and_snoozes_and_it_is_told_and_logged(house: House, owner: httpx.Client) -> None:
    house.see(house.camera("yard"), "person")
    house.settle()
    [event] = owner.get("/api/events").json()["items"]
    change = {"reviewed": True, "notes": "the postman", "snooze_until": "2026-03-04T00:00:00Z"}
    answer = owner.patch(f"/api/events/{event['id']}", json=change)
    after = answer.json()
    assert {name: after[name] for name in change} == change
    assert after["revision"] == event["revision"] + 1
    [message] = house.rows("SELECT payload FROM outbox ORDER BY seq DESC LIMIT 1")
    assert message.payload["event_id"] == event["id"]
    assert message.payload["revision"] == after["revision"]
    assert "postman" not in str(message.payload)  # ids only: messages travel further than the page
    [line] = house.rows("SELECT * FROM audit_logs WHERE resource_type = 'event'")
    assert (line.action, line.resource_id, line.details) == (
        "update", str(event["id"]), {"fields": ["reviewed", "notes", "snooze_until"]},
    )  # fmt: skip
    again = owner.patch(f"/api/events/{event['id']}", json=change).json()
    assert again["revision"] == after["revision"]  # nothing changed, nothing is told
    assert len(house.rows("SELECT 1 FROM audit_logs WHERE resource_type = 'event'")) == 1


def test_a_change_of_what_has_changed_meanwhile_is_refused(house: House, owner: httpx.Client) -> None:
    house.see(house.camera("yard"), "person")
    house.settle()
    [event] = owner.get("/api/events").json()["items"]
    path = f"/api/events/{event['id']}"
    etag = owner.get(path).headers["etag"]
    assert owner.patch(path, json={"notes": "first"}, headers={"If-Match": etag}).status_code == 200
    late = owner.patch(path, json={"notes": "second"}, headers={"If-Match": etag})
    assert late.status_code == 412
    assert owner.get(path).json()["notes"] == "first"
    # the same change again is not lost work: its first answer may never have arrived
    assert owner.patch(path, json={"notes": "first"}, headers={"If-Match": etag}).status_code == 200


def test_a_deleted_event_leaves_lists_and_comes_back(house: House, owner: httpx.Client) -> None:
    house.see(house.camera("yard"), "person")
    house.settle()
    [event] = owner.get("/api/events").json()["items"]
    path = f"/api/events/{event['id']}"
    assert owner.delete(path).status_code == 204
    assert owner.get("/api/events").json()["items"] == []
    assert owner.get("/api/events/search", params={"q": "person"}).json()["items"] == []
    assert owner.get("/api/incidents").json()["items"] == []
    assert owner.patch(path, json={"reviewed": True}).status_code == 404
    assert [one["id"] for one in owner.get("/api/events?include_deleted=true").json()["items"]] == [event["id"]]
    restored = owner.post(f"{path}/restore")
    assert restored.json()["deleted_at"] is None
    assert len(owner.get("/api/events").json()["items"]) == 1


def test_stats_count_what_the_filter_leaves(house: House, owner: httpx.Client) -> None:
    house.see(house.camera("yard"), "person", "dog")
    house.see(house.camera("street"), "car", at=T0 + timedelta(days=1))
    house.settle()
    stats = owner.get("/api/events/stats").json()
    assert stats["total"] == stats["unreviewed"] == stats["open"] == 2
    assert stats["by_camera"] == {"street": 1, "yard": 1}
    assert stats["by_day"] == {"2026-03-03": 1, "2026-03-04": 1}
    assert stats["by_object_type"] == {"person": 1, "dog": 1, "car": 1}
    assert sum(stats["by_level"].values()) == 2
    assert owner.get("/api/events/stats?camera=yard").json()["total"] == 1


def test_incidents_and_batches_lead_to_their_events(house: House, owner: httpx.Client) -> None:
    camera = house.camera("yard")
    house.see(camera, "person")
    house.settle()
    house.see(camera, "person", at=T0 + timedelta(seconds=100))  # another batch, the same incident
    house.settle()
    events = owner.get("/api/events").json()["items"]
    [incident] = owner.get("/api/incidents").json()["items"]
    assert set(incident["event_ids"]) == {event["id"] for event in events}
    assert len(incident["event_ids"]) == 2
    assert incident["max_score"] == max(event["risk_score"] for event in events)
    detail = owner.get(f"/api/incidents/{incident['id']}").json()
    assert [event["started_at"] for event in detail["events"]] == ["2026-03-03T14:00:00Z", "2026-03-03T14:01:40Z"]
    batches = owner.get("/api/batches").json()["items"]
    assert {batch["event_id"] for batch in batches} == set(incident["event_ids"])
    assert all(batch["detection_count"] == 1 for batch in batches)
    assert owner.get(f"/api/batches/{batches[0]['id']}").json() == batches[0]


def test_an_event_shows_what_further_models_said_of_its_detections(house: House, owner: httpx.Client) -> None:
    house.see(house.camera("yard"), "person", "car")
    house.see("yard", "person", at=T0 + timedelta(seconds=2))
    house.settle()
    [event] = owner.get("/api/events").json()["items"]
    path = f"/api/events/{event['id']}/enrichment"
    assert owner.get(path).json() == {"event_id": event["id"], "detections": [], "actions": []}
    person, car, later = (row.id for row in house.rows("SELECT id FROM detections ORDER BY id"))
    insights = (
        Insight(
            person,
            Pose(((0.5, 0.25, 0.9),) * 17, "crouching", 0.8),
            Action("climbing", 0.7, {"climbing": 0.7}),
            (Threat("knife", 0.9, (0.1, 0.2, 0.3, 0.4)),),
            Demographics(34, 0.6, "female", 0.8),
            Face((0.1, 0.2, 0.2, 0.3), False, 0.7),
        ),
        Insight(car, plate=Plate("BKT4821", 0.8)),
        Insight(later, action=Action("climbing", 0.9, {"climbing": 0.9})),
    )
    house.apply(SaveEnrichment(event["batch_id"], 1, "a-model", insights))
    said = owner.get(path).json()
    first, second, third = said["detections"]
    assert (first["detection_id"], second["detection_id"], third["detection_id"]) == (person, car, later)
    assert (first["pose"]["pose_class"], first["pose"]["is_suspicious"]) == ("crouching", True)
    assert (first["threats"][0]["threat_type"], first["threats"][0]["severity"]) == ("knife", "high")
    assert (first["demographics"]["age_range"], first["demographics"]["gender"]) == ("31-40", "female")
    assert (first["faces"][0]["covered"], first["faces"][0]["age_estimate"]) == (False, 34)
    assert second["enrichment_data"]["plate"] == {"text": "BKT4821", "confidence": 0.8, "model": "a-model"}
    assert (third["pose"], third["threats"], third["action"]["action"]) == (None, [], "climbing")
    [deed] = said["actions"]
    assert (deed["action"], deed["frame_count"], deed["confidence"]) == ("climbing", 2, 0.9)
    assert "a-model" in {deed["model"], *(first[name]["model"] for name in ("pose", "action", "demographics"))}
    alone = owner.get(f"/api/detections/{person}/enrichment").json()
    assert alone == first


def test_what_further_models_said_is_for_those_who_see_the_camera(house: House, owner: httpx.Client) -> None:
    house.see(house.camera("yard"), "person")
    house.settle()
    [event] = owner.get("/api/events").json()["items"]
    house.camera("street")
    with house.client(house.key("viewer", ("street",), "neighbour")) as neighbour:
        assert neighbour.get(f"/api/events/{event['id']}/enrichment").status_code == 404
    assert owner.get("/api/events/999/enrichment").status_code == 404
