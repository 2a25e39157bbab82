"""The bench of accuracy: its own arithmetic, and fact mode through the real stages into real tables."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psycopg
import pytest

from homesec.bench.accuracy import expected as expectations
from homesec.bench.accuracy.comparison import Comparison, compare
from homesec.bench.accuracy.delivery import WAITING, Delivery
from homesec.bench.accuracy.error_picture import error_picture, save
from homesec.bench.accuracy.expected import Expected, TrueThing
from homesec.bench.accuracy.happenings import Happenings
from homesec.bench.accuracy.matching import HIT, matched
from homesec.bench.accuracy.plan import Plan, Shot, shots, world_of
from homesec.bench.accuracy.precision import Sample, average_precision, mean
from homesec.bench.accuracy.replay import Piece, Replay
from homesec.bench.accuracy.stored import Said, StoredEvent
from homesec.bench.accuracy.workers import in_order
from homesec.bench.stores import Stores
from homesec.domain.boxes import overlap
from homesec.domain.capture_time import time_in_name
from homesec.errors import HomesecError
from homesec.sim.truth.facts import Errors
from homesec.sim.view.silhouette import Box

AT = datetime(2025, 5, 5, 10, tzinfo=UTC)
PLAN = Plan(seed=4, days=0.12, fps=0.25)
LEFT: Box = (0.1, 0.2, 0.3, 0.6)
RIGHT: Box = (0.6, 0.2, 0.8, 0.6)


def thing(kind: str, box: Box, asked: bool = True, story: str | None = "walk") -> TrueThing:
    return TrueThing(kind, box, f"{kind}:1", story, asked)


def detection(kind: str, box: Box, confidence: float = 0.9, event: int | None = 1) -> Said:
    return Said(kind, confidence, box, confidence >= 0.4, event)


def shown(*things: TrueThing, seconds: float = 0, camera: str = "door") -> Expected:
    return Expected(Shot(camera, AT + timedelta(seconds=seconds)), things, ("day",))


def moved(box: Box, by: float) -> Box:
    return box[0] + by, box[1], box[2] + by, box[3]


# what is photographed


def test_pictures_come_in_order_once_each_and_their_names_tell_their_times() -> None:
    spans = PLAN.spans(timedelta(hours=1))
    assert spans[0][0] == PLAN.start
    assert spans[-1][1] == PLAN.end
    taken = [shot for span in spans for shot in shots(PLAN, *span)]
    assert taken == sorted(taken, key=lambda shot: (shot.at, shot.camera))
    assert len({shot.path for shot in taken}) == len(taken) > 50
    assert {shot.camera for shot in taken} <= {camera.id for camera in world_of(PLAN).property.cameras}
    assert all(time_in_name(shot.path, shot.at) == shot.at for shot in taken[:50])


def test_two_seeds_are_watched_at_different_times_of_the_year_and_never_in_the_future() -> None:
    starts = [Plan(seed, 56.0, 1.0) for seed in range(44)]
    assert len({plan.start for plan in starts}) == 44
    assert max(plan.end for plan in starts) < datetime(2026, 1, 10, tzinfo=UTC)


def _double(number: int) -> int:
    return 2 * number


def test_work_in_other_processes_comes_back_in_order() -> None:
    assert list(in_order(_double, range(9))) == [2 * number for number in range(9)]


# what a detection means


@pytest.mark.parametrize(
    ("said", "things", "hits", "mistakes", "missed"),
    [
        ([detection("person", LEFT)], [thing("person", LEFT)], 1, [], 0),
        ([detection("person", moved(LEFT, 0.03))], [thing("person", LEFT)], 1, [], 0),  # a little off
        ([detection("person", moved(LEFT, 0.12))], [thing("person", LEFT)], 0, ["wrong place"], 1),
        ([detection("dog", LEFT)], [thing("person", LEFT)], 0, ["wrong kind"], 1),
        ([detection("person", RIGHT)], [thing("person", LEFT)], 0, ["nothing there"], 1),
        ([detection("person", LEFT), detection("person", LEFT, 0.8)], [thing("person", LEFT)], 1, ["twice"], 0),
        ([detection("person", LEFT, 0.3)], [thing("person", LEFT)], 0, [], 1),  # not sure enough to count
        ([detection("person", LEFT)], [thing("person", LEFT, asked=False)], 1, [], 0),
        ([], [thing("person", LEFT, asked=False)], 0, [], 0),  # nobody is asked to find it
        ([detection("dog", LEFT)], [thing("person", LEFT, asked=False)], 0, [], 0),  # nor to name it
        ([detection("car", RIGHT), detection("person", LEFT)], [thing("person", LEFT), thing("car", RIGHT)], 2, [], 0),
        ([], [], 0, [], 0),
    ],
)
def test_detections_are_hits_or_mistakes_of_a_kind(
    said: list[Said], things: list[TrueThing], hits: int, mistakes: list[str], missed: int
) -> None:
    result = matched(said, things)
    assert (len(result.hits), [name for _, name in result.mistakes], len(result.missed)) == (hits, mistakes, missed)


def test_the_surer_detection_takes_the_thing() -> None:
    near, far = detection("person", LEFT, 0.6), detection("person", moved(LEFT, 0.02), 0.9)
    [(taken, _)] = matched([near, far], [thing("person", LEFT)]).hits
    assert taken is far


def test_overlap_is_intersection_over_union() -> None:
    assert overlap(LEFT, LEFT) == pytest.approx(1.0)
    assert overlap(LEFT, RIGHT) == 0.0
    assert overlap((0, 0, 1, 1), (0.5, 0, 1, 1)) == pytest.approx(HIT)


# average precision


def precision_of(*pictures: tuple[Expected, list[Said]]) -> dict[str, float]:
    sample = Sample()
    for expected, said in pictures:
        sample.add(expected, said)
    return average_precision(sample)


def test_average_precision_of_what_is_all_right_all_missed_and_half(capsys: pytest.CaptureFixture[str]) -> None:
    right = (shown(thing("person", LEFT)), [detection("person", LEFT)])
    missed = (shown(thing("person", LEFT)), [])
    assert precision_of(right) == {"person": pytest.approx(1.0)}
    assert precision_of(missed) == {"person": 0.0}
    assert precision_of(right, missed)["person"] == pytest.approx(51 / 101)  # precision 1 at recalls 0.00 to 0.50
    assert precision_of((shown(), [])) == {}
    assert capsys.readouterr().out == ""


def test_what_is_said_less_surely_counts_for_precision_too() -> None:
    assert precision_of((shown(thing("cat", LEFT)), [detection("cat", LEFT, 0.1)])) == {"cat": pytest.approx(1.0)}


def test_what_nobody_is_asked_to_find_is_neither_right_nor_wrong() -> None:
    hidden = thing("person", RIGHT, asked=False)
    found = [detection("person", LEFT), detection("person", RIGHT, 0.95)]
    assert precision_of((shown(thing("person", LEFT), hidden), found)) == {"person": pytest.approx(1.0)}


def test_the_mean_is_over_the_kinds_that_there_are() -> None:
    found = precision_of((shown(thing("person", LEFT), thing("car", RIGHT)), [detection("person", LEFT)]))
    assert mean(found) == pytest.approx(0.5)
    assert np.isnan(mean({}))


# stories and events


def test_a_story_that_two_events_tell_is_not_one_event() -> None:
    happenings = Happenings()
    walk, dog = thing("person", LEFT), thing("dog", RIGHT, story="dog walk")
    for seconds, said in (
        (0, []),
        (4, [detection("person", LEFT, event=1), detection("dog", RIGHT, event=1)]),
        (60, [detection("person", LEFT, event=2)]),
    ):
        expected = shown(walk, dog, seconds=seconds)
        happenings.add(expected, matched(said, expected.things))
    events = [StoredEvent(1, "door", 1, 20), StoredEvent(2, "door", 1, 70), StoredEvent(3, "door", 2, 10)]
    assert happenings.delays_s() == [4.0, 4.0]
    assert happenings.about_nothing(events) == (1, 0)  # the third
    assert happenings.batching(events) == {
        "sightings_in_one_event": 0.5,
        "sightings_in_one_incident": 1.0,
        "events_a_sighting": 1.5,
        "most_events_of_a_sighting": 2,
        "events_of_one_story": 0.5,
        "stories_an_event": 1.5,
    }


def test_an_event_of_what_only_stands_there_is_told_apart() -> None:
    happenings = Happenings()
    expected = shown(thing("car", LEFT, story=None))
    happenings.add(expected, matched([detection("car", LEFT)], expected.things))
    assert happenings.about_nothing([StoredEvent(1, "door", 1, 5)]) == (0, 1)
    assert happenings.sightings == {}


# fact mode, through the real stages


@lru_cache(maxsize=1)
def morning() -> Piece:
    return expectations.said(PLAN, Errors(), (PLAN.start.astimezone(UTC), PLAN.end.astimezone(UTC)))


def played(stores: Stores, piece: Piece, step_s: float) -> Comparison:
    async def run() -> None:
        replay = Replay(stores, step_s, PLAN.start)
        try:
            await replay.add_cameras(camera.id for camera in world_of(PLAN).property.cameras)
            await replay.play(piece)
            await replay.end()
        finally:
            await replay.close()

    asyncio.run(run())
    with psycopg.connect(stores.database_url, autocommit=True) as database:
        return compare(database, world_of(PLAN), PLAN.days, {expected.shot.path: expected for expected, _ in piece})


@pytest.fixture
def stores(database_url: str, redis_url: str) -> Stores:
    return Stores(database_url, redis_url)


def rows(stores: Stores, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(stores.database_url) as database:
        return database.execute(query.encode()).fetchall()


def test_a_morning_of_facts_becomes_events_that_tell_its_stories(stores: Stores, tmp_path: Path) -> None:
    found = played(stores, morning(), step_s=300)
    assert found.lost == 0
    assert found.states == {"done": len(morning())}
    assert rows(stores, "SELECT DISTINCT status FROM batches") == [("closed",)]
    assert rows(stores, "SELECT count(*) FROM batches WHERE eventful AND analysed_revision < revision") == [(0,)]
    told = found.to_json()
    assert told["events"] == rows(stores, "SELECT count(*) FROM events")[0][0] > 10
    assert told["mAP50"] > 0.9
    assert told["kinds"]["person"]["recall"] > 0.9
    assert told["events_of_stories"]["benign"]["recall"] > 0.9
    assert told["batching"]["sightings_in_one_event"] > 0.8
    assert told["false_detections_per_1000"] < 30
    assert json.loads(json.dumps(told)) == told

    sheet = error_picture(found.world, found.tally.worst("made up", 2), found.tally.worst("missed", 2))
    save(tmp_path / "errors.png", sheet)
    read = cv2.imread(str(tmp_path / "errors.png"))
    assert read is not None
    assert read.shape == sheet.shape
    assert sheet.std() > 10


def test_events_do_not_depend_on_how_often_the_system_looks(stores: Stores, database_copy: str) -> None:
    query = (
        "SELECT camera_id, started_at, ended_at, risk_score, object_types, detection_count FROM events ORDER BY 1, 2"
    )
    part = morning()[:400]
    played(stores, part, step_s=20)
    seldom = Stores(database_copy, stores.redis_url)
    played(seldom, part, step_s=3600)
    often = rows(stores, query)
    assert often == rows(seldom, query)
    assert often


@pytest.fixture
def database_copy(postgres_url: str, template: str) -> Iterator[str]:
    """A second migrated database."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE twice TEMPLATE {template} STRATEGY file_copy".encode())
        try:
            yield postgres_url.rpartition("/")[0] + "/twice"
        finally:
            connection.execute(b"DROP DATABASE twice WITH (FORCE)")


# pictures, to a running system


def _look_at(folder: Path, database_url: str, most: list[int], until: threading.Event) -> None:
    """A system that is done with two pictures at a time."""
    known: set[str] = set()
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute("INSERT INTO cameras (id, name, folder_path) VALUES ('door', 'door', 'door')")
        while not until.is_set():
            new = sorted(str(path) for path in (folder / "cameras").rglob("*.jpg") if str(path) not in known)
            most.append(len(new))
            for path in new[:2]:
                database.execute(
                    "INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, "
                    "time_source, received_at, state) VALUES ('door', 'v', %(path)s, 1, 0, sha256(%(path)s), 'image', "
                    "now(), 'name', now(), 'done')",
                    {"path": path.encode()},
                )
                known.add(path)
            time.sleep(0.005)


def test_pictures_are_sent_no_faster_than_they_are_looked_at(tmp_path: Path, database_url: str) -> None:
    most, ended = [0], threading.Event()
    system = threading.Thread(target=_look_at, args=(tmp_path, database_url, most, ended))
    system.start()
    try:
        with psycopg.connect(database_url, autocommit=True) as database:
            delivery = Delivery(tmp_path, database)
            delivery.send((shown(seconds=number), b"picture") for number in range(2 * WAITING))
            delivery.end()
            [(done,)] = database.execute("SELECT count(*) FROM uploads").fetchall()
    finally:
        ended.set()
        system.join()
    assert done == 2 * WAITING
    assert 2 < max(most) <= WAITING


def test_a_system_that_gets_no_further_ends_the_bench(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homesec.bench.accuracy.delivery.PATIENCE_S", 0.2)
    with psycopg.connect(database_url, autocommit=True) as database:
        delivery = Delivery(tmp_path, database)
        delivery.send([(shown(), b"picture")])
        with pytest.raises(HomesecError, match="gets no further"):
            delivery.end()


@pytest.mark.timeout(180)
def test_the_command_prints_its_report_and_draws_the_worst_mistakes(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("homesec")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    clean["PYTHONPATH"] = str(Path(__file__).parents[2])  # this checkout, whichever is installed
    answer = subprocess.run(
        [script, "bench", "accuracy", "--facts", "--quick", "--json", "--seed", "2", "--errors", tmp_path / "e.png"],
        capture_output=True, text=True, timeout=170, env=clean, check=False,
    )  # fmt: skip
    [line] = answer.stdout.splitlines()
    report = json.loads(line)
    assert report["name"] == "accuracy"
    assert report["details"]["seed"] == 2
    assert report["checks"][0] == {"name": "pictures lost", "value": 0.0, "target": "<= 0", "ok": True}
    assert (tmp_path / "e.png").read_bytes().startswith(b"\x89PNG")
