"""Detections become tracks and batches in event time, whatever the order and whoever restarts; on a real database."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from homesec.aggregate import Aggregation
from homesec.settings import WindowSettings
from homesec.store.sessions import sync_engine
from tests.pipeline.test_aggregation import NOW, Pipeline, pipeline

T0 = NOW - timedelta(hours=30)
Box = tuple[float, float, float, float]
PARKED = (0.4, 0.5, 0.6, 0.65)

Play = Callable[[Pipeline], Awaitable[None]]


@dataclass(frozen=True)
class Shot:
    """One picture of the camera `door`, and what was seen in it."""

    second: float
    things: tuple[tuple[str, Box], ...] = ()
    confidence: float = 0.9


def person(x: float) -> tuple[str, Box]:
    return "person", (x, 0.4, x + 0.06, 0.6)


def stroll(seconds: Iterable[float]) -> list[Shot]:
    """Somebody walks through, and a car stands there."""
    return [Shot(second, (person(0.05 + 0.03 * second % 0.8), ("car", PARKED))) for second in seconds]


async def see(house: Pipeline, shots: Iterable[Shot]) -> None:
    """Store pictures as the detector does, in this order."""
    async with house.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO cameras (id, name, folder_path) VALUES ('door', 'door', 'door') ON CONFLICT DO NOTHING")
        )
        for shot in shots:
            house.uploads += 1
            at = T0 + timedelta(seconds=shot.second)
            upload = {"path": f"{house.uploads}".encode(), "at": at}
            upload_id = await connection.scalar(
                text(
                    "INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, "
                    "time_source, received_at, state, detected_on) VALUES ('door', 'v', :path, 1, 1, "
                    "sha256(CAST(:path AS bytea)), 'image', :at, 'exif', now(), 'detected', now()) RETURNING id"
                ),
                upload,
            )
            rows = [
                {"u": upload_id, "o": ordinal, "at": at, "t": name, "c": shot.confidence,
                 **dict(zip(("x1", "y1", "x2", "y2"), box, strict=True))}
                for ordinal, (name, box) in enumerate(shot.things)
            ]  # fmt: skip
            if rows:
                await connection.execute(
                    text(
                        "INSERT INTO detections (upload_id, camera_id, file_path, ordinal, detected_at, object_type, "
                        "confidence, x1, y1, x2, y2, frame_width, frame_height, media_type, model) "
                        "VALUES (:u, 'door', 'x', :o, :at, :t, :c, :x1, :y1, :x2, :y2, 64, 36, 'image', 'fake')"
                    ),
                    rows,
                )


async def draw_zones(house: Pipeline) -> None:
    """A part of the way, a line across it, and a corner that counts nowhere."""
    async with house.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO camera_zones (camera_id, name, zone_type, shape, coordinates, direction, loiter_seconds) "
                "VALUES ('door', 'walk', 'yard', 'rectangle', '[[0.2, 0.1], [0.5, 0.1], [0.5, 0.9], [0.2, 0.9]]', "
                "NULL, 5), ('door', 'gate', 'line', 'line', '[[0.35, 0.9], [0.35, 0.1]]', 'right', NULL), "
                "('door', 'corner', 'excluded', 'rectangle', "
                "'[[0.7, 0.1], [1, 0.1], [1, 0.9], [0.7, 0.9]]', NULL, NULL)"
            )
        )


async def rounds(house: Pipeline) -> None:
    house.now = max(house.now, NOW)
    while await house.aggregation.round() == 0.0:
        pass


def restart(house: Pipeline) -> None:
    house.aggregation = Aggregation(
        WindowSettings(reorder_s=0.4), house.engine, house.bus, house.write, clock=lambda: house.now
    )


async def result(house: Pipeline) -> dict[str, Any]:
    """Tracks, whose each detection is and in which batch, without the numbers of rows."""
    return {
        "tracks": await house.rows(
            "SELECT object_class, first_seen, last_seen, trajectory::text, total_distance, avg_speed FROM tracks "
            "ORDER BY first_seen, object_class"
        ),
        "detections": await house.rows(
            "SELECT detected_at, object_type, tracks.first_seen, excluded_because, batches.started_at FROM detections "
            "LEFT JOIN tracks ON tracks.id = detections.track_id LEFT JOIN batches ON batches.id = batch_id "
            "ORDER BY 1, 2, x1"
        ),
        "dwell": await house.rows(
            "SELECT camera_zones.name, dwell.object_class, tracks.first_seen, entry_time, exit_time, total_seconds, "
            "dwell.direction, triggered_alert FROM dwell_time_records AS dwell "
            "JOIN tracks USING (camera_id, session, track_id) JOIN camera_zones ON camera_zones.id = zone_id "
            "ORDER BY entry_time, 1, 2"
        ),
        "batches": await house.rows("SELECT started_at, last_at FROM batches ORDER BY 1"),
    }


def played(database_url: str, redis_url: str, play: Play) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        async with pipeline(database_url, redis_url) as house:
            await see(house, [])
            await draw_zones(house)
            await play(house)
            return await result(house)

    found = asyncio.run(run())
    engine = sync_engine(database_url, "test", pool=1)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE cameras CASCADE"))
    engine.dispose()
    return found


def test_however_pictures_arrive_and_whoever_restarts_the_tracks_are_the_same(
    database_url: str, redis_url: str
) -> None:
    shots = stroll(range(0, 120, 2))
    shots += [Shot(second) for second in range(120, 160, 5)]
    shots += stroll(range(200, 230, 2))

    async def in_order(house: Pipeline) -> None:
        await see(house, shots)
        await rounds(house)

    async def one_by_one(house: Pipeline) -> None:
        for first in range(0, len(shots), 7):
            await see(house, shots[first : first + 7])
            await rounds(house)
            restart(house)

    async def mixed_up(house: Pipeline) -> None:
        others = Random(1).sample(shots, len(shots))
        for first in range(0, len(others), 20):
            await see(house, others[first : first + 20])
            await rounds(house)

    expected = played(database_url, redis_url, in_order)
    assert [track[0] for track in expected["tracks"]].count("car") == 1
    assert len(expected["tracks"]) == 8  # a car and seven walks, since the walker begins anew on the left
    assert all(detection[2] for detection in expected["detections"])
    assert {detection[3] for detection in expected["detections"]} == {None, "stationary", "zone:corner"}
    assert {(dwell[0], dwell[6]) for dwell in expected["dwell"]} == {("walk", None), ("gate", "in")}
    assert len(expected["dwell"]) == 13  # seven walks, one of which begins behind the gate
    assert played(database_url, redis_url, one_by_one) == expected
    again = played(database_url, redis_url, mixed_up)
    assert again["tracks"] == expected["tracks"]
    assert again["dwell"] == expected["dwell"]
    # What was in a batch before it was known that the car was parked stays there.
    assert [one[:3] for one in again["detections"]] == [one[:3] for one in expected["detections"]]


def test_a_car_that_is_parked_for_a_day_is_one_track_and_one_batch(database_url: str, redis_url: str) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            flicker = Random(2)
            await see(
                house,
                [
                    Shot(minute * 60, (("car", PARKED),) if minute == 0 or flicker.random() < 0.7 else ())
                    for minute in range(0, 24 * 60, 10)
                ],
            )
            await rounds(house)
            assert await house.rows("SELECT object_class, last_seen - first_seen > interval '23 h' FROM tracks") == [
                ("car", True)
            ]
            assert await house.rows("SELECT count(*) FROM batches") == [(1,)]
            assert await house.rows(
                "SELECT excluded_because, count(*) > 50, count(track_id) = count(*) FROM detections GROUP BY 1 "
                "ORDER BY 1 NULLS LAST"
            ) == [("stationary", True, True), (None, False, True)]
            kept = await house.rows("SELECT count(*), max(at) - min(at) < interval '40 min' FROM tracker_states")
            assert kept == [(3, True)]  # the newest, and what pictures may go back to that are late by minutes

    asyncio.run(run())


def test_a_picture_that_is_older_than_all_states_is_in_a_batch_and_in_no_track(
    database_url: str, redis_url: str
) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            await see(house, stroll(range(0, 3000, 100)))
            await rounds(house)
            before = await house.rows("SELECT * FROM tracks ORDER BY id")
            await see(house, [Shot(5, (person(0.5),))])
            await rounds(house)
            assert await house.rows("SELECT * FROM tracks ORDER BY id") == before
            assert await house.rows(
                "SELECT count(*) FROM detections WHERE batch_id IS NOT NULL AND track_id IS NULL"
            ) == [(1,)]
            assert await house.rows("SELECT count(*) FROM uploads WHERE state <> 'done'") == [(0,)]

    asyncio.run(run())


def test_an_aggregator_that_remembers_an_older_state_reads_it_again(database_url: str, redis_url: str) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            await see(house, stroll([0, 2]))
            await rounds(house)
            old = house.aggregation
            restart(house)
            await see(house, stroll([4]))
            await rounds(house)
            await see(house, stroll([6]))
            assert await old.round() == 0.0  # refused
            assert await house.rows("SELECT count(*) FROM uploads WHERE state = 'detected'") == [(1,)]
            await old.round()
            assert await house.rows("SELECT count(*) FROM tracks") == [(2,)]
            assert await house.rows("SELECT count(*) FROM detections WHERE track_id IS NULL") == [(0,)]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("later", "clock_s", "reason"),
    [
        ([Shot(second) for second in range(2, 9)], 9, "tracks_ended"),  # pictures without anybody
        ([], 9, "tracks_ended"),  # no pictures, and none is awaited
        ([Shot(4, (person(0.2),))], 6, None),  # somebody is still there
        ([Shot(4, (person(0.2),)), Shot(8, (person(0.3),))], 40, "idle"),
    ],
)
def test_a_batch_closes_when_its_tracks_have_ended(
    database_url: str, redis_url: str, later: list[Shot], clock_s: float, reason: str | None
) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            def clock(second: float) -> datetime:
                return T0 + timedelta(seconds=second)

            house.now = clock(1)
            await see(house, [Shot(0, (person(0.1),)), Shot(1, (person(0.12),))])
            await house.aggregation.round()
            house.now = clock(later[-1].second if later else 1)
            await see(house, later)
            await house.aggregation.round()
            house.now = clock(clock_s)
            await house.aggregation.round()
            assert await house.rows("SELECT close_reason FROM batches") == [(reason,)]
            if reason == "tracks_ended":
                await see(house, [Shot(12, (person(0.4),))])
                await house.aggregation.round()
                assert await house.rows("SELECT status, last_at FROM batches") == [("open", clock(12))]

    asyncio.run(run())


def test_a_track_row_says_how_far_it_went(database_url: str, redis_url: str) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            await see(house, [Shot(second, (person(0.1 + 0.05 * second),)) for second in range(11)])
            await rounds(house)
            [(distance, speed, first, last)] = await house.rows(
                "SELECT total_distance, avg_speed, trajectory -> 0, trajectory -> -1 FROM tracks"
            )
            assert distance == pytest.approx(0.5)
            assert speed == pytest.approx(0.05)
            assert (first["x"], first["y"], last["x"]) == (0.13, 0.6, 0.63)
            assert datetime.fromisoformat(last["at"]) == (T0 + timedelta(seconds=10)).replace(
                microsecond=T0.microsecond // 1000 * 1000
            )

    asyncio.run(run())


