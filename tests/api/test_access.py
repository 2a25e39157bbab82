"""Who may what: walked over all routes, so that a new one cannot be forgotten."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import BaseRoute

from homesec.api import limits
from homesec.api.credentials import CACHE_S, COOKIE, digest, new_secret
from homesec.store.writes.keys import CreateToken, RegisterAdminKey
from tests.api.house import BY, T0, House

pytestmark = pytest.mark.timeout(120)

OPEN = {("GET", "/api/health/live"), ("POST", "/api/session")}
NO_ID = "7"


def routes(house: House) -> list[tuple[str, str]]:
    """Method and path of every route below /api, with ids filled in."""
    found = []
    for route in _flat(house.app.routes):
        path = getattr(route, "path", "")
        if isinstance(route, APIWebSocketRoute) or not path.startswith("/api"):
            continue
        filled = re.sub(r"{camera_id}", "yard", path)
        filled = re.sub(r"{kind}", "upload", filled)
        filled = re.sub(r"{\w+}", NO_ID, filled)
        found += [(method, filled) for method in getattr(route, "methods", None) or ()]
    assert len(found) > 40
    return found


def _flat(routes: list[BaseRoute]) -> list[BaseRoute]:
    flat: list[BaseRoute] = []
    for route in routes:
        inner = getattr(route, "routes", None)
        original = getattr(route, "original_router", None)
        if original is not None:
            flat += _flat(original.routes)
        else:
            flat += _flat(inner) if inner else [route]
    return flat


def test_without_a_key_nothing_answers_but_liveness_and_logging_in(house: House) -> None:
    with house.client(None) as stranger:
        for method, path in routes(house):
            answer = stranger.request(method, path)
            if (method, path) == ("GET", "/api/health/live"):
                assert answer.status_code == 200
            elif (method, path) == ("POST", "/api/session"):
                assert answer.status_code == 422  # an empty body: the route itself answered
            else:
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"] == "Bearer"
        for path in ("/api/openapi.json", "/api/docs", "/api/nothing", "/api", "/ws", "/ws/other", "/apix"):
            assert stranger.get(path).status_code == 401, path


def test_a_wrong_key_opens_nothing(house: House) -> None:
    with house.client(None) as stranger:
        for key in ("x", "hs_" + "A" * 43, "'; DROP TABLE api_keys --", "é"):
            for name, before in ((b"X-API-Key", ""), (b"Authorization", "Bearer "), (b"Cookie", f"{COOKIE}=")):
                headers = {name: (before + key).encode()}
                assert stranger.get("/api/events", headers=headers).status_code == 401


def test_a_key_is_taken_from_either_header(house: House) -> None:
    key = house.key("viewer", name="Ann")
    with house.client(None) as client:
        for headers in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}, {"Authorization": f"bearer {key}"}):
            me = client.get("/api/session", headers=headers).json()
            assert (me["name"], me["role"], me["cameras"], me["by"]) == ("Ann", "viewer", None, "key")


# what each role may besides reading; every other route that changes something must be in one of these
OPERATOR = {
    ("PATCH", "/api/events/7"), ("DELETE", "/api/events/7"), ("POST", "/api/events/7/restore"),
    ("PATCH", "/api/cameras/yard"), ("POST", "/api/cameras/yard/uploads"),
    ("POST", "/api/cameras/yard/zones"), ("PUT", "/api/zones/7"), ("DELETE", "/api/zones/7"),
    ("PUT", "/api/zones/7/household"),
    ("POST", "/api/alerts/7/acknowledge"), ("POST", "/api/alerts/7/dismiss"), ("POST", "/api/incidents/7/acknowledge"),
    ("POST", "/api/alert-rules"), ("PUT", "/api/alert-rules/7"), ("DELETE", "/api/alert-rules/7"),
    ("POST", "/api/alert-rules/backtest"),
    ("POST", "/api/zone-anomalies/7/acknowledge"), ("POST", "/api/cameras/yard/scene-changes/7/acknowledge"),
    ("PATCH", "/api/entities/7"), ("POST", "/api/entities/7/merge"), ("POST", "/api/entities/7/split"),
    ("POST", "/api/entities/7/reject"),
    ("GET", "/api/persons"), ("POST", "/api/persons"), ("GET", "/api/persons/7"), ("PATCH", "/api/persons/7"),
    ("GET", "/api/persons/7/faces"), ("POST", "/api/persons/7/faces"), ("DELETE", "/api/persons/7/faces/7"),
    ("GET", "/api/persons/7/faces/7/picture"), ("POST", "/api/persons/7/relabel"),
    ("GET", "/api/household/members"), ("POST", "/api/household/members"), ("GET", "/api/household/members/7"),
    ("PATCH", "/api/household/members/7"), ("DELETE", "/api/household/members/7"),
    ("POST", "/api/household/members/7/enrol"), ("GET", "/api/household/members/7/bodies"),
    ("GET", "/api/household/members/7/bodies/7/picture"), ("DELETE", "/api/household/members/7/bodies/7"),
    ("GET", "/api/household/vehicles"), ("POST", "/api/household/vehicles"), ("GET", "/api/household/vehicles/7"),
    ("PATCH", "/api/household/vehicles/7"), ("DELETE", "/api/household/vehicles/7"),
    ("POST", "/api/household/vehicles/7/enrol"), ("GET", "/api/household/strangers"),
    ("GET", "/api/faces"), ("GET", "/api/faces/unknown"), ("GET", "/api/faces/7"), ("PATCH", "/api/faces/7"),
    ("GET", "/api/faces/7/picture"),
    ("POST", "/api/events/export"), ("POST", "/api/system/jobs/7/cancel"),
    ("POST", "/api/system/dead-letters/upload/7/requeue"), ("DELETE", "/api/system/dead-letters/upload/7"),
}  # fmt: skip
ADMIN = {
    ("POST", "/api/cameras"), ("DELETE", "/api/cameras/yard"), ("POST", "/api/cameras/yard/restore"),
    ("GET", "/api/keys"), ("POST", "/api/keys"), ("DELETE", "/api/keys/7"),
    ("GET", "/api/system/logs"),
    ("POST", "/api/system/jobs"),
    ("GET", "/api/system/settings"), ("GET", "/api/system/audit-logs"), ("GET", "/api/system/audit-logs/verify"),
    ("POST", "/api/persons/7/erase"), ("GET", "/api/persons/erasures"),
}  # fmt: skip
ANYONE = {("POST", "/api/session"), ("DELETE", "/api/session"), ("POST", "/api/session/token")}
ZONE = {"name": "n", "coordinates": [[0, 0], [1, 0], [1, 1]]}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/cameras/yard/zones"): {"json": ZONE},
    ("PUT", "/api/zones/7"): {"json": ZONE},
    ("PUT", "/api/zones/7/household"): {"json": {}},
    ("POST", "/api/alert-rules"): {"json": {"name": "n"}},
    ("PUT", "/api/alert-rules/7"): {"json": {"name": "n"}},
    ("POST", "/api/alert-rules/backtest"): {"json": {"rule": {"name": "n"}}},
    ("PATCH", "/api/events/7"): {"json": {}},
    ("PATCH", "/api/cameras/yard"): {"json": {}},
    ("POST", "/api/cameras/yard/uploads"): {"content": b"x", "headers": {"Content-Type": "image/jpeg"}},
    ("PATCH", "/api/entities/7"): {"json": {}},
    ("POST", "/api/entities/7/merge"): {"json": {"other_ids": ["00000000-0000-4000-8000-000000000007"]}},
    ("POST", "/api/entities/7/split"): {"json": {"track_ids": [7]}},
    ("POST", "/api/entities/7/reject"): {"json": {"track_id": 7}},
    ("POST", "/api/cameras"): {"json": {"name": "yard"}},
    ("POST", "/api/keys"): {"json": {"name": "n"}},
    ("POST", "/api/persons"): {"json": {"name": "n"}},
    ("PATCH", "/api/persons/7"): {"json": {}},
    ("POST", "/api/persons/7/faces"): {"json": {"detection_id": 7}},
    ("POST", "/api/household/members"): {"json": {"name": "n", "role": "family", "trusted_level": "full"}},
    ("PATCH", "/api/household/members/7"): {"json": {}},
    ("POST", "/api/household/members/7/enrol"): {"json": {"detection_id": 7}},
    ("POST", "/api/household/vehicles"): {"json": {"description": "n"}},
    ("PATCH", "/api/household/vehicles/7"): {"json": {}},
    ("POST", "/api/household/vehicles/7/enrol"): {"json": {"detection_id": 7}},
    ("PATCH", "/api/faces/7"): {"json": {"person_id": None}},
    ("POST", "/api/events/export"): {"json": {}},
    ("POST", "/api/system/jobs"): {"json": {"kind": "backup"}},
}
OF_THE_WHOLE_HOUSE = ("keys", "persons", "household")  # a key that is limited to cameras gets 403 for all of it


def test_each_role_may_what_it_should_and_no_more(house: House) -> None:
    viewer, operator = house.key("viewer"), house.key("operator")
    for method, path in routes(house):
        body = BODIES.get((method, path), {})
        needs = "operator" if (method, path) in OPERATOR else "admin" if (method, path) in ADMIN else None
        assert needs or method in ("GET", "HEAD") or (method, path) in ANYONE, f"{method} {path}: for whom is it?"
        with house.client(viewer) as client:
            assert (client.request(method, path, **body).status_code == 403) == (needs is not None), (method, path)
        with house.client(operator) as client:
            assert (client.request(method, path, **body).status_code == 403) == (needs == "admin"), (method, path)


def test_a_key_that_is_limited_to_cameras_finds_nothing_of_others(house: House) -> None:
    """Every answer it can get, walked: no id, name or count of the other camera."""
    for camera in (house.camera("yard"), house.camera("secret garden")):
        house.see(camera, "person")
        house.upload(camera, error="spoilt")
        house.sql(
            "UPDATE uploads SET state = 'failed', error = 'gave up' WHERE camera_id = :camera AND state = 'rejected'",
            camera=camera,
        )
    house.settle()
    house.sql(
        "INSERT INTO camera_zones (id, camera_id, name, coordinates) "
        "VALUES (7, 'secret_garden', 'secret garden', '[[0, 0], [1, 0], [1, 1]]')"
    )
    theirs = {
        "events": house.rows("SELECT id FROM events WHERE camera_id = 'secret_garden'")[0].id,
        "detections": house.rows("SELECT id FROM detections WHERE camera_id = 'secret_garden'")[0].id,
        "uploads": house.rows("SELECT id FROM uploads WHERE camera_id = 'secret_garden'")[0].id,
        "batches": house.rows("SELECT id FROM batches WHERE camera_id = 'secret_garden'")[0].id,
        "tracks": house.rows("SELECT id FROM tracks WHERE camera_id = 'secret_garden'")[0].id,
        "incidents": house.rows("SELECT incident_id FROM events WHERE camera_id = 'secret_garden'")[0].incident_id,
    }
    with house.client(house.key("admin", ("yard",))) as client:
        walked = 0
        for route in _flat(house.app.routes):
            path = getattr(route, "path", "")
            if not isinstance(route, APIRoute) or not path.startswith("/api"):
                continue
            resource = path.split("/")[2]
            filled = path.replace("{camera_id}", "secret_garden").replace("{kind}", "upload")
            filled = filled.replace("{letter_id}", str(theirs["uploads"]))
            filled = re.sub(r"{\w+}", str(theirs.get(resource, 7)), filled)
            for method in route.methods or ():
                if (method, filled) in ANYONE:
                    continue
                kept = BODIES.get((method, filled.replace("secret_garden", "yard")), {})
                body = kept or ({"json": {}} if method == "PATCH" else {})
                answer = client.request(method, filled, params={"q": "person"}, **body)
                where = (method, filled, answer.status_code)
                assert "secret_garden" not in answer.text, where
                assert "secret garden" not in answer.text, where
                if resource in OF_THE_WHOLE_HOUSE:
                    assert answer.status_code == 403, where
                elif "{" in path and (resource, method) != ("faces", "PATCH"):
                    assert answer.status_code == 404, where
                walked += 1
        assert walked > 40
        own = {name: client.get(f"/api/{name}").json()["items"] for name in ("events", "detections", "uploads")}
        own |= {name: client.get(f"/api/{name}").json()["items"] for name in ("batches", "incidents", "cameras")}
        own["tracks"] = client.get("/api/tracks").json()["items"]
        own["letters"] = client.get("/api/system/dead-letters").json()["items"]
        assert all(own.values())  # what it may see is there
        assert client.get("/api/events", params={"camera": "secret_garden"}).json()["items"] == []
        assert client.get("/api/events/stats").json()["total"] == 1
        assert client.post("/api/cameras", json={"name": "another"}).status_code == 403
        assert client.get("/api/system/queues").status_code == 403
        assert client.get("/api/metrics").status_code == 403
        assert client.get("/api/keys").status_code == 403  # else it could make itself a wider key


def test_a_revoked_key_opens_nothing_within_seconds(house: House, owner: httpx.Client) -> None:
    made = owner.post("/api/keys", json={"name": "guest", "role": "viewer"}).json()
    with house.client(made["key"]) as guest:
        assert guest.get("/api/events").status_code == 200
        assert owner.delete(f"/api/keys/{made['id']}").status_code == 204
        time.sleep(CACHE_S + 0.1)
        assert guest.get("/api/events").status_code == 401
    [listed] = [key for key in owner.get("/api/keys").json()["items"] if key["id"] == made["id"]]
    assert listed["revoked_at"] is not None
    assert "key" not in listed


def test_the_last_admin_key_cannot_be_revoked(owner: httpx.Client) -> None:
    me = owner.get("/api/session").json()
    answer = owner.delete(f"/api/keys/{me['key_id']}")
    assert answer.status_code == 409
    assert owner.get("/api/events").status_code == 200


def test_a_key_for_a_camera_that_is_not_there_is_refused(owner: httpx.Client) -> None:
    assert owner.post("/api/keys", json={"name": "x", "cameras": ["nowhere"]}).status_code == 404


def test_only_hashes_of_keys_are_stored(house: House, owner: httpx.Client) -> None:
    secret = owner.post("/api/keys", json={"name": "guest"}).json()["key"]
    dump = str(house.rows("SELECT * FROM api_keys")) + str(house.rows("SELECT * FROM audit_logs"))
    assert secret not in dump
    assert digest(secret) in [row.key_sha256 for row in house.rows("SELECT key_sha256 FROM api_keys")]


def test_a_key_becomes_a_session_that_scripts_and_other_sites_cannot_use(house: House) -> None:
    key = house.key("operator", name="Ann")
    with house.client(None) as browser:
        answer = browser.post("/api/session", json={"key": key})
        assert answer.json()["by"] == "session"
        cookie = answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert "Secure" not in cookie  # plain HTTP on loopback
        assert key not in cookie
        assert browser.get("/api/session").json()["name"] == "Ann"
        same, other = {"Origin": house.url}, {"Origin": "http://127.0.0.1:9"}
        assert browser.delete("/api/events/7", headers=same).status_code == 404
        for headers in (other, {"Origin": "null"}, {}, {"Sec-Fetch-Site": "same-site"}):
            assert browser.delete("/api/events/7", headers=headers).status_code == 403
        assert browser.delete("/api/events/7", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 404
        assert browser.post("/api/session", json={"key": key}, headers=other).status_code == 403
        stolen = browser.cookies[COOKIE]
        assert browser.delete("/api/session", headers=same).status_code == 204
        assert browser.get("/api/session").status_code == 401
        with house.client(None, Cookie=f"{COOKIE}={stolen}") as thief:
            assert thief.get("/api/session").status_code == 401  # ended on the server too


def test_a_session_token_is_no_key(house: House) -> None:
    with house.client(None) as browser:
        browser.post("/api/session", json={"key": house.key()})
        stolen = browser.cookies[COOKIE]
    with house.client(stolen) as thief:
        assert thief.get("/api/events").status_code == 401


def test_a_one_time_token_opens_one_session_once(house: House, owner: httpx.Client) -> None:
    token = owner.post("/api/session/token").json()["token"]
    with house.client(token) as client:
        assert client.get("/api/events").status_code == 401  # it is no key
    with house.client(None) as browser:
        assert browser.post("/api/session", json={"token": token}).status_code == 200
        assert browser.get("/api/session").json()["role"] == "admin"
    with house.client(None) as late:
        assert late.post("/api/session", json={"token": token}).status_code == 401


def test_a_token_that_is_too_old_opens_nothing(house: House, owner: httpx.Client) -> None:
    me, token = owner.get("/api/session").json(), new_secret()
    house.apply(CreateToken(me["key_id"], digest(token), datetime.now(UTC) - timedelta(seconds=1), BY))
    with house.client(None) as late:
        assert late.post("/api/session", json={"token": token}).status_code == 401


def test_failed_logins_are_slowed_down_and_logged_but_known_keys_go_on(
    house: House, owner: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WINDOW_S", 3600)  # so that no new window begins during the test
    assert owner.get("/api/events").status_code == 200
    key = house.key("viewer")
    with house.client(None) as stranger:
        answers = [stranger.post("/api/session", json={"key": f"guess {n}"}) for n in range(25)]
        assert [answer.status_code for answer in answers[:20]] == [401] * 20
        assert answers[-1].status_code == 429
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 3600
        assert stranger.get("/api/events", headers={"X-API-Key": "guess"}).status_code == 429
        assert stranger.post("/api/session", json={"key": key}).status_code == 429  # the brake asks nobody's name
    assert owner.get("/api/events").status_code == 200
    denied = house.rows("SELECT actor, host(ip) AS ip FROM audit_logs WHERE status = 'denied'")
    assert len(denied) == 20
    assert set(denied) == {("stranger", "127.0.0.1")}


def test_the_admin_key_of_the_file_replaces_the_one_before(house: House) -> None:
    first, second = new_secret(), new_secret()
    first_id = house.apply(RegisterAdminKey(digest(first)))
    assert house.apply(RegisterAdminKey(digest(first))) == first_id  # every start says it again
    house.apply(RegisterAdminKey(digest(second)))
    with house.client(first) as old, house.client(second) as new:
        assert old.get("/api/events").status_code == 401
        assert new.get("/api/events").status_code == 200
    assert house.apply(RegisterAdminKey(digest(first))) is None  # revoked: it never opens anything again


def test_when_a_key_was_used_is_noted(house: House, owner: httpx.Client) -> None:
    key_id = owner.get("/api/session").json()["key_id"]
    credentials = house.app.state.credentials
    house.run(credentials.write_use())
    [row] = house.rows("SELECT last_used_at FROM api_keys WHERE id = :id", id=key_id)
    assert abs(datetime.now(UTC) - row.last_used_at) < timedelta(minutes=1)
    assert T0 < row.last_used_at
