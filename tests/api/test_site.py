"""The page's files, the documentation, the limits and the proxies in front."""

import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from homesec.api import limits, site
from homesec.api.limits import FAILED_LOGINS
from homesec.api.proxies import networks, origin
from homesec.errors import SettingsError
from tests.api.house import House

pytestmark = pytest.mark.timeout(60)


def test_the_page_is_served_to_everyone_with_strict_headers(house: House) -> None:
    with house.client(None) as stranger:
        index = stranger.get("/")
        assert index.status_code == 200
        assert index.headers["content-type"] == "text/html; charset=utf-8"
        policy = index.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert index.headers["x-content-type-options"] == "nosniff"
        assert index.headers["referrer-policy"] == "no-referrer"
        assert stranger.get("/", headers={"If-None-Match": index.headers["etag"]}).status_code == 304
        assert stranger.head("/").status_code == 200
        for path in sorted(site.FOLDER.rglob("*.js")):
            answer = stranger.get("/" + path.relative_to(site.FOLDER).as_posix())
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
            assert answer.content == path.read_bytes()


def test_nothing_but_the_page_is_served(house: House) -> None:
    with house.client(None) as stranger:
        for path in ("/../settings.py", "/%2e%2e/settings.py", "/__init__.py", "/.env", "/nothing", "//etc/passwd"):
            assert stranger.get(path).status_code in (401, 404), path
        assert stranger.post("/").status_code == 401  # what is not a file needs a key


def test_only_known_kinds_of_files_become_part_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("index.html", "a.js", "sub/b.css", "secret.py", ".hidden", "notes.md"):
        (tmp_path / name).write_text("x")
    assert set(site.files(tmp_path)) == {"/", "/index.html", "/a.js", "/sub/b.css"}


def test_every_route_is_documented_with_its_answers(owner: httpx.Client) -> None:
    document = owner.get("/api/openapi.json").json()
    operations = [(method, path, methods[method]) for path, methods in document["paths"].items() for method in methods]
    assert len(operations) > 35
    for method, path, operation in operations:
        where = f"{method} {path}"
        answers = operation["responses"]
        assert operation.get("tags"), where
        assert operation.get("description") or operation.get("summary"), where
        good = [status for status in answers if status.startswith("2")]
        assert len(good) == 1, where
        body = answers[good[0]].get("content", {}).get("application/json", {}).get("schema")
        assert body != {}, where  # an answer without a schema says nothing
        if path == "/api/health/live":
            continue
        for status in ("401", "403", "422", "429", "500", "503"):
            assert "application/problem+json" in answers[status]["content"], f"{where} {status}"
        assert ("404" in answers) >= ("{" in path), where
        if path != "/api/session" or method != "post":
            assert operation["security"], where


def test_the_documentation_is_one_page_that_asks_no_other_host(owner: httpx.Client) -> None:
    answer = owner.get("/api/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not re.search(r"<script|<style|style=|https?://| on\w+=", answer.text)
    for path in ("/api/events/{event_id}", "/api/cameras/{camera_id}/uploads"):
        assert path in answer.text
    open_tags: list[str] = []

    class Balance(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag != "meta":
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Balance().feed(answer.text)
    assert open_tags == []


def test_who_asks_too_often_waits(
    tmp_path: Path, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WINDOW_S", 3600)  # so that no new window begins during the test
    house = House(tmp_path / "data", database_url, redis_url, api={"requests_per_minute": 5})
    try:
        with house.client(house.key()) as busy, house.client(house.key()) as calm:
            answers = [busy.get("/api/session") for _ in range(6)]
            assert [answer.status_code for answer in answers] == [200] * 5 + [429]
            late = answers[-1]
            assert 1 <= int(late.headers["retry-after"]) <= 3600
            assert late.headers["content-type"] == "application/problem+json"
            assert calm.get("/api/session").status_code == 200  # each key for itself
            assert busy.get("/api/health/live").status_code == 200
    finally:
        house.close()


def test_failed_logins_are_counted_by_the_address_behind_a_trusted_proxy(
    tmp_path: Path, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WINDOW_S", 3600)
    house = House(tmp_path / "data", database_url, redis_url, api={"trusted_proxies": ["127.0.0.0/8"]})
    try:
        with house.client(None) as proxy:
            def log_in(address: str) -> int:
                forwarded = {"X-Forwarded-For": f"6.6.6.6, {address}", "X-Forwarded-Proto": "https"}
                return proxy.post("/api/session", json={"key": "guess"}, headers=forwarded).status_code

            assert {log_in("10.0.0.1") for _ in range(FAILED_LOGINS)} == {401}
            assert log_in("10.0.0.1") == 429
            assert log_in("10.0.0.2") == 401
            host = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "home.example", "Origin": "https://home.example"}
            answer = proxy.post("/api/session", json={"key": house.key()}, headers=host)
            assert answer.status_code == 200
            assert "Secure" in answer.headers["set-cookie"]
    finally:
        house.close()


@pytest.mark.parametrize(
    ("client", "forwarded", "address"),
    [
        ("9.9.9.9", "1.2.3.4", "9.9.9.9"),  # nobody trusted said so
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # what the client itself claimed does not count
        ("10.0.0.1", "1.2.3.4, 10.0.0.2", "1.2.3.4"),  # a chain of trusted ones
        ("10.0.0.1", "nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),  # IPv4 in IPv6 clothes
    ],
)
def test_a_forwarded_address_counts_as_far_as_it_is_trusted(client: str, forwarded: str, address: str) -> None:
    headers = [(b"host", b"h"), *([(b"x-forwarded-for", forwarded.encode())] if forwarded else [])]
    scope = {"type": "http", "client": (client, 1), "scheme": "http", "headers": headers}
    assert origin(scope, networks(["10.0.0.0/8"])).address == address


@pytest.mark.parametrize(
    ("host", "scheme", "asked_from", "same"),
    [
        ("home.lan:8600", "http", "http://home.lan:8600", True),
        ("home.lan", "http", "http://home.lan:80", True),
        ("home.lan", "https", "https://home.lan", True),
        ("[::1]:8600", "http", "http://[::1]:8600", True),
        ("Home.LAN", "http", "http://home.lan", True),
        ("home.lan:8600", "ws", "http://home.lan:8600", True),  # of a socket
        ("home.lan:8600", "http", "http://home.lan:8601", False),  # another program on the same machine
        ("home.lan", "https", "http://home.lan", False),
        ("home.lan", "http", "http://home.lan.evil.example", False),
        ("home.lan", "http", "null", False),
        ("", "http", "http://", False),
    ],
)
def test_an_origin_is_ours_only_with_scheme_host_and_port(host: str, scheme: str, asked_from: str, same: bool) -> None:
    scope = {"type": "http", "client": ("1.1.1.1", 1), "scheme": scheme, "headers": [(b"host", host.encode())]}
    assert origin(scope, ()).is_same(asked_from) is same


def test_trusted_proxies_that_are_no_addresses_are_named() -> None:
    with pytest.raises(SettingsError, match="trusted_proxies"):
        networks(["my-proxy"])
