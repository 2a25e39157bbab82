"""GPUs and the log: from what was said and read, through the second lane, to the API."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from homesec.errors import Unavailable
from homesec.gpu_monitor import GpuReading
from homesec.settings import Settings
from homesec.store.lane import Lane
from homesec.store.writes.gpus import SaveGpuStats
from homesec.store.writes.logs import SaveLogs
from homesec.telemetry import BURST, WAITING, LogLine, set_up_logging
from tests.api.house import House

pytestmark = pytest.mark.timeout(60)

log = logging.getLogger("homesec.tests")
GPU = GpuReading(0, "H100", 0.5, 10**9, 8 * 10**10, 40.0, 200.0, 1980, 2619)


@pytest.fixture
def lane(database_url: str) -> Iterator[Lane]:
    lane = Lane(database_url)
    yield lane
    lane.close()


@pytest.fixture
def speak(tmp_path: Path, house: House, lane: Lane, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Logging as an actor sets it up; the list has how many lines came in each parcel."""
    monkeypatch.setattr("homesec.telemetry.GATHER_S", 0.1)
    parcels: list[int] = []

    def send(lines: Sequence[LogLine]) -> None:
        log.warning("said by the sender itself")
        lane.apply([SaveLogs(tuple(lines))])
        parcels.append(len(lines))

    set_up_logging(house.settings, "tester", send)
    yield parcels
    for name in ("homesec", "actors"):
        logger = logging.getLogger(name)
        for handler in logger.handlers[:]:
            logger.removeHandler(handler)
            handler.close()
        logger.propagate = True
    for thread in threading.enumerate():
        if thread.name == "logs":
            thread.join(10)


def _until(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def _found(owner: httpx.Client, **query: Any) -> list[str]:
    return [line["message"] for line in owner.get("/api/system/logs", params=query).json()["items"]]


def test_what_is_said_is_found_by_words_and_by_what_it_is_about(
    speak: list[int], house: House, owner: httpx.Client
) -> None:
    log.debug("nobody needs this")
    log.info("batches changed", extra={"camera_id": "yard", "batch_ids": [7, 8]})
    log.warning("a write was refused", extra={"unit": "SaveEvent", "event_id": 12})
    try:
        raise ValueError("a\0 broken value")
    except ValueError:
        log.exception("a request failed", extra={"request_id": "abc-1", "path": "x\ud800.jpg"})
    _until(lambda: sum(speak) == 3)
    everything = ["a request failed", "a write was refused", "batches changed"]
    assert _found(owner) == everything
    assert _found(owner, level="WARNING") == everything[:2]
    assert _found(owner, camera="yard") == _found(owner, q="yard") == ["batches changed"]
    assert _found(owner, event_id=12) == _found(owner, q="saveevent -batches") == ["a write was refused"]
    assert _found(owner, request_id="abc-1", component="tester") == _found(owner, q='"broken"') == [everything[0]]
    first = owner.get("/api/system/logs?limit=2").json()
    assert _found(owner, cursor=first["next_cursor"]) == ["batches changed"]
    [line] = owner.get("/api/system/logs?level=ERROR").json()["items"]
    assert "ValueError" in line["extra"]["error"]
    assert line["extra"]["path"] == "x?.jpg"
    assert "x\\ud800.jpg" in (house.settings.logs_dir / "tester.jsonl").read_text()
    assert line["extra"]["logger"] == "homesec.tests"
    assert _found(owner, until=line["timestamp"]) == everything[1:]
    assert owner.get("/api/system/logs?level=LOUD").status_code == 422
    house.sql("DELETE FROM logs")
    time.sleep(0.3)  # three times what is gathered: an idle system says nothing, and sending makes nothing to send
    assert house.rows("SELECT message FROM logs") == []


def test_no_secret_is_written_anywhere(speak: list[int], house: House, owner: httpx.Client) -> None:
    key = "hs_" + "x" * 43
    log.info("asked with %s", key, extra={"api_key": "one", "password": "two", "url": "redis://me:three@host/0"})
    log.info("at postgresql://me:three@db/x")
    _until(lambda: sum(speak) == 2)
    stored = owner.get("/api/system/logs").text
    written = (house.settings.logs_dir / "tester.jsonl").read_text()
    for text in (stored, written):
        assert not [secret for secret in (key, '"one"', '"two"', "three") if secret in text]
        assert "asked with hidden" in text
    assert json.loads(written.splitlines()[0])["password"] == "hidden"


def test_a_flood_is_bounded_and_what_is_left_out_is_counted(speak: list[int], house: House) -> None:
    for number in range(3000):
        log.info("flood %d", number)

    def counted() -> tuple[int, int]:
        [row] = house.rows(
            "SELECT count(*) FILTER (WHERE message LIKE 'flood%') AS written,"
            " coalesce(sum((extra ->> 'lines')::int), 0) AS left_out FROM logs"
        )
        return int(row.written), int(row.left_out)

    _until(lambda: sum(counted()) == 3000)
    assert BURST <= counted()[0] < 1000 < WAITING


def test_lines_that_cannot_be_sent_are_lost_and_nothing_else_is(
    speak: list[int], house: House, owner: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> int:
        raise Unavailable("the writer is not there")

    with monkeypatch.context() as patch:
        patch.setattr(Lane, "apply", away)
        log.info("lost")
        lines = house.settings.logs_dir / "tester.jsonl"
        _until(lambda: "said by the sender itself" in lines.read_text())
    log.info("found")
    _until(lambda: "found" in _found(owner))
    assert set(_found(owner)) <= {"found", "lines were left out"}


def test_a_note_that_is_refused_leaves_the_others(lane: Lane, owner: httpx.Client) -> None:
    good = LogLine(datetime.now(UTC), "INFO", "x", "good")
    assert lane.apply([SaveLogs((LogLine(datetime.now(UTC), "LOUD", "x", "bad"),)), SaveLogs((good,))]) == 1
    assert _found(owner) == ["good"]


def test_gpus_are_shown_as_they_are_now_and_were(lane: Lane, house: House, owner: httpx.Client) -> None:
    assert owner.get("/api/system/gpus").json() == {"items": []}  # no GPU, no rows
    now = datetime.now(UTC)
    reading = SaveGpuStats("attic", now, (GPU, GpuReading(1, "H100", None, None, None, None, None, None, None)))
    older = SaveGpuStats("cellar", now - timedelta(minutes=50), (GPU,))
    assert lane.apply([reading, reading, older]) == 0
    assert [tuple(row) for row in house.rows("SELECT node, count(*) FROM gpu_stats GROUP BY 1 ORDER BY 1")] == [
        ("attic", 2), ("cellar", 1),  # twice is once
    ]  # fmt: skip
    first, second, old = owner.get("/api/system/gpus?minutes=60").json()["items"]
    assert (first["node"], first["gpu_index"], first["is_now"], first["utilization"]) == ("attic", 0, True, 0.5)
    assert (first["memory_used"], first["power_w"], first["inference_fps"]) == (10**9, 200.0, None)
    assert [point["temperature_c"] for point in first["history"]] == [40.0]
    assert (second["gpu_index"], second["utilization"], old["node"], old["is_now"]) == (1, None, "cellar", False)
    assert len(owner.get("/api/system/gpus?minutes=10").json()["items"]) == 2


def test_gpus_and_logs_are_not_for_everyone(house: House) -> None:
    house.camera("yard")
    with house.client(house.key("admin", ("yard",))) as limited:
        assert limited.get("/api/system/gpus").status_code == 403
        assert limited.get("/api/system/logs").status_code == 403


def test_logs_of_an_actor_go_to_a_file_without_a_lane_too(tmp_path: Path) -> None:
    settings = Settings.load(data_dir=tmp_path)
    set_up_logging(settings, "part:0")
    log.info("said")
    assert json.loads((settings.logs_dir / "part-0.jsonl").read_text())["message"] == "said"
