"""What a newcomer sees: start, a real photograph in a folder, an event, closed doors, and an end without remains.

All of it inside a network namespace, so that whatever is sent to another machine is noticed.
"""

import os
import socket
import time
from collections.abc import Iterator

import httpx
import psutil
import pytest
from ultralytics.utils import ASSETS

from tests.e2e.nowhere import ELSEWHERE, destinations, nowhere
from tests.e2e.running import Listener, Running, running, until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def wire() -> Iterator[socket.socket]:
    with nowhere() as wire:
        yield wire


@pytest.fixture(scope="module")
def system(wire: socket.socket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data_dir = tmp_path_factory.mktemp("first") / "data"
    with running(data_dir, HOMESEC_WINDOWS__IDLE_S="5") as system:  # nobody wants to wait for the 30 of the default
        yield system


def test_a_photograph_becomes_an_event_within_ten_seconds(system: Running) -> None:
    listener = Listener(system)
    until(lambda: listener.connections, 10)
    put = time.monotonic()
    system.put("front_door", "bus.jpg", (ASSETS / "bus.jpg").read_bytes())
    [event] = until(lambda: system.items("/api/events"), 10)
    assert time.monotonic() - put < 10
    assert event["camera_id"] == "front_door"

    detail = system.get(f"/api/events/{event['id']}")
    persons = [detection for detection in detail["detections"] if detection["object_type"] == "person"]
    assert persons
    for person in persons:
        box = person["box"]
        assert 0 <= box["x1"] < box["x2"] <= 1
        assert 0 <= box["y1"] < box["y2"] <= 1
    assert detail["evidence"]
    assert all(item["text"] and "weight" in item for item in detail["evidence"])

    image = httpx.get(f"{system.url}/api/detections/{persons[0]['id']}/image", headers={"X-API-Key": system.key})
    assert image.content == (ASSETS / "bus.jpg").read_bytes()
    until(lambda: listener.of("event.created"), 5)
    until(lambda: listener.of("event.closed"), 60)
    listener.close()
    assert [message["seq"] for message in listener.messages] == list(range(1, len(listener.messages) + 1))
    assert system.get(f"/api/events/{event['id']}")["status"] == "closed"


def test_without_a_key_nothing_answers_but_the_sign_of_life(system: Running) -> None:
    paths = httpx.get(f"{system.url}/api/openapi.json", headers={"X-API-Key": system.key}).json()["paths"]
    assert len(paths) > 20
    for path, methods in paths.items():
        for method in methods:
            answer = httpx.request(method, system.url + path.replace("{", "").replace("}", ""))
            expected = {200} if path == "/api/health/live" else {401}
            if path == "/api/session" and method == "post":
                expected = {401, 422}  # the way in
            assert answer.status_code in expected, f"{method} {path}: {answer.status_code}"


def test_status_says_that_hog_is_a_stand_in(system: Running) -> None:
    parts = {part["name"]: part for part in system.get("/api/health")["parts"]}
    assert "HOG" in parts["detector:0"]["detail"]["stand_in"]
    assert any(line.startswith("detector:0: OpenCV's HOG") for line in system.lines)


def listening(system: Running) -> list[tuple[str, int, str]]:
    """Address, port and process of every TCP port that this system listens on."""
    found = []
    for process in system.family():
        try:
            for connection in process.net_connections(kind="tcp"):
                if connection.status == psutil.CONN_LISTEN:
                    found.append((connection.laddr.ip, connection.laddr.port, process.name()))
        except psutil.Error:
            continue
    return sorted(found)


def test_every_port_is_on_loopback(system: Running) -> None:
    ports = listening(system)
    assert {"postgres", "redis-server", "gcs_server", "raylet"} <= {name for _, _, name in ports}
    assert system.port in {port for _, port, _ in ports}
    assert [port for port in ports if port[0] not in ("127.0.0.1", "::1", "::ffff:127.0.0.1")] == []


def test_a_backlog_of_pictures_never_goes_before_who_asks(system: Running) -> None:
    nice = {
        process.name(): {os.getpriority(os.PRIO_PROCESS, thread.id) for thread in process.threads()}
        for process in system.family()
        if process.name().startswith("ray::")
    }
    answering = {name: found for name, found in nice.items() if "Detector" not in name}
    assert len(answering) > 3
    assert set().union(*answering.values()) == {0}
    [computing] = [found for name, found in nice.items() if "Detector" in name]
    assert max(computing) > 0


def test_the_system_ends_in_order_and_leaves_nothing(system: Running) -> None:
    assert len(system.family()) > 5
    assert system.stop() == 0
    until(lambda: not system.family(), 15)


def test_a_start_an_event_and_an_end_sent_nothing_to_anywhere_but_this_machine(
    system: Running, wire: socket.socket
) -> None:
    assert destinations(wire) == []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:  # it would have been noticed
        sender.sendto(b"hello", (ELSEWHERE, 9))
    assert ELSEWHERE in until(lambda: destinations(wire), 5)
