"""Errors: one form, and nothing of the inside."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from homesec.api.credentials import COOKIE
from tests.api.house import House

pytestmark = pytest.mark.timeout(60)

INSIDE = re.compile(
    r"Traceback|File \"|\.py\b|SELECT |INSERT |UPDATE |psycopg|sqlalchemy|asyncpg|redis|/homesec|/tmp|/root|postgresql://"
)


def _is_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "instance", "errors"}
    assert body["status"] == status
    assert body["instance"] == answer.headers["x-request-id"]
    assert body["detail"]
    assert not INSIDE.search(answer.text), answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    return body


JSON = {"Content-Type": "application/json"}
CASES: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/api/nothing", {}, 404),
    ("GET", "/api/events/7", {}, 404),
    ("GET", "/api/events/0", {}, 422),
    ("GET", "/api/events/99999999999999999999999", {}, 422),  # beyond a bigint
    ("GET", "/api/events/x%00y", {}, 400),  # PostgreSQL takes no NUL
    ("GET", "/api/events/search?q=%00", {}, 400),
    ("GET", "/api/events/search", {}, 422),
    ("GET", "/api/events?limit=0", {}, 422),
    ("GET", "/api/events?limit=201", {}, 422),
    ("GET", "/api/events?level=awful", {}, 422),
    ("GET", "/api/events?since=yesterday", {}, 422),
    ("GET", "/api/cameras/../../etc/passwd", {}, 404),
    ("GET", "/api/cameras/..%2f..%2fetc%2fpasswd", {}, 404),
    ("GET", "/api/cameras/UPPER", {}, 422),
    ("PUT", "/api/events/7", {}, 405),
    ("POST", "/api/events", {}, 405),
    ("PATCH", "/api/events/7", {"content": b"{", "headers": JSON}, 422),
    ("PATCH", "/api/events/7", {"json": {"risk_score": 0}}, 422),  # not the owner's column
    ("PATCH", "/api/events/7", {"json": {"notes": "a\x00b"}}, 422),
    ("PATCH", "/api/events/7", {"json": {"notes": "x" * 10_001}}, 422),
    ("PATCH", "/api/events/7", {"content": b'{"notes": "\\ud800"}', "headers": JSON}, 422),
    ("PATCH", "/api/events/7", {"json": {}, "headers": {"If-Match": "yes"}}, 404),
    ("POST", "/api/cameras", {"json": {"name": "x", "timezone": "Moon/Crater"}}, 422),
    ("POST", "/api/cameras", {"json": {"name": "x", "folder": "../up"}}, 422),
    ("POST", "/api/cameras", {"json": {"name": "x", "settings": {"min_confidence": 2}}}, 422),
    ("POST", "/api/cameras", {"content": b"x" * (2**20 + 1)}, 413),
    ("POST", "/api/keys", {"json": {"name": "x", "role": "god"}}, 422),
    ("POST", "/api/session", {"json": {"key": "a", "token": "b"}}, 422),
    ("POST", "/api/cameras/yard/uploads", {"content": b"x", "headers": {"Content-Type": "text/html"}}, 415),
    ("POST", "/api/cameras/yard/uploads", {"content": b"", "headers": {"Content-Type": "image/jpeg"}}, 422),
]


def test_every_error_is_a_problem_that_shows_nothing_of_the_inside(owner: httpx.Client) -> None:
    for method, path, how, status in CASES:
        answer = owner.request(method, path, **how)
        assert answer.status_code == status, (method, path, how, answer.text)
        _is_problem(answer, status)


def test_what_was_sent_is_not_repeated(owner: httpx.Client) -> None:
    """An error of validation goes to logs and screens; what was sent may be a password."""
    body = _is_problem(owner.post("/api/session", json={"key": "hunter2", "token": "hunter2"}), 422)
    assert body["errors"]
    assert "hunter2" not in json.dumps(body)


def test_a_fault_of_our_own_is_a_problem_too(house: House, owner: httpx.Client) -> None:
    """A table that is gone is nothing a client can cause: 500, with the words only in the log."""
    house.sql("ALTER TABLE events RENAME TO events_gone")
    body = _is_problem(owner.get("/api/events"), 500)
    assert "events" not in body["detail"]


def test_while_postgresql_is_away_clients_are_told_to_wait(house: House, owner: httpx.Client) -> None:
    name = house.rows("SELECT current_database() AS name")[0].name
    assert owner.get("/api/events").status_code == 200
    house.close_database(name)
    try:
        answer = owner.get("/api/events")
        _is_problem(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        _is_problem(owner.get("/api/health/ready"), 503)
        with house.client("unknown") as stranger:
            _is_problem(stranger.get("/api/events"), 503)  # nobody can be known now
        assert owner.get("/api/health/live").status_code == 200
    finally:
        house.open_database(name)
    assert owner.get("/api/events").status_code == 200
    tries = [owner.patch("/api/cameras/yard", json={}).status_code for _ in range(2)]
    assert tries[-1] == 404  # the writer is back too; its first try may have met the connection that was cut


def test_while_redis_is_away_everything_but_limits_goes_on(tmp_path: Path, database_url: str) -> None:
    house = House(tmp_path / "data", database_url, "redis://127.0.0.1:1")  # nothing listens there
    try:
        with house.client(house.key()) as owner:
            assert owner.get("/api/events").status_code == 200
            assert owner.post("/api/session/token").status_code == 201
            health = owner.get("/api/health").json()
            assert health["status"] == "degraded"
            assert {part["name"]: part["state"] for part in health["parts"]}["redis"] == "down"
            queues = owner.get("/api/system/queues").json()["queues"]
            assert {queue["depth"] for queue in queues} == {None}
            assert owner.get("/api/metrics").status_code == 200
    finally:
        house.close()


def test_an_id_that_a_proxy_gave_is_kept(house: House, owner: httpx.Client) -> None:
    """Serve's proxy gives each request an id and sends it back itself."""
    answer = owner.get("/api/events/7", headers={"X-Request-ID": "4711-abcd"})
    assert answer.json()["instance"] == "4711-abcd"
    assert "x-request-id" not in answer.headers
    forged = owner.get("/api/events/7", headers={"X-Request-ID": "a b\tc<script>"})
    assert forged.json()["instance"] == forged.headers["x-request-id"] != "a b\tc<script>"


def test_a_cookie_that_is_no_cookie_is_no_error(house: House) -> None:
    with house.client(None, Cookie=f'{COOKIE}="; ; =;;{COOKIE}') as client:
        _is_problem(client.get("/api/events"), 401)
