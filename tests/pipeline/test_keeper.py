"""The keeper on a real database: ledgers, habits, anomalies and heatmaps, counted again without a change."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.domain.heatmaps import unpacked
from homesec.errors import HomesecError
from homesec.keep import Keeper
from homesec.store.sessions import async_engine
from homesec.store.writer import Writer
from homesec.store.writes.unit import Unit
from tests.pipeline.habitual import Place, Visit

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday; the clocks of Berlin change on the 29th
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
YARD, LINE = 1, 2


@dataclass
class House:
    """A camera, a writer, and a keeper that may be started again."""

    engine: AsyncEngine
    write: Callable[[Unit], Any]
    place: Place
    writes: list[Unit]

    def keeper(self) -> Keeper:
        return Keeper(self.engine, self.write, "UTC")

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]

    async def everything(self) -> list[list[tuple[Any, ...]]]:
        """What the keeper has written, but for when."""
        return [
            await self.rows("SELECT zone_id, object_class, hour, tracks, crossings, dwell_sum FROM activity_hours "
                            "ORDER BY zone_id, object_class, hour"),
            await self.rows("SELECT day_of_week, hour, avg_count, variance, sample_count FROM activity_baselines "
                            "ORDER BY 1, 2"),
            await self.rows("SELECT detection_class, hour, frequency, variance FROM class_baselines ORDER BY 1, 2"),
            await self.rows("SELECT zone_id, hourly_pattern, dwell_mean, crossing_rate_mean FROM "
                            "zone_activity_baselines ORDER BY 1"),
            await self.rows("SELECT id FROM zone_anomalies ORDER BY 1"),
            await self.rows("SELECT time_bucket, resolution, data FROM heatmap_data ORDER BY 2, 1"),
        ]  # fmt: skip


@asynccontextmanager
async def house(database_url: str, timezone: str = "Europe/Berlin") -> AsyncIterator[House]:
    writer, engine = Writer(database_url), async_engine(database_url, "test")
    thread = ThreadPoolExecutor(1)  # a writer belongs to one thread
    writes: list[Unit] = []

    async def write(unit: Unit) -> Any:
        writes.append(unit)
        [result], _ = await asyncio.get_running_loop().run_in_executor(thread, writer.apply, [unit])
        if isinstance(result, HomesecError):
            raise result
        return result

    try:
        place = Place(engine, "yard", timezone)
        await place.build((YARD, "yard"), (LINE, "line"))
        yield House(engine, write, place, writes)
    finally:
        await asyncio.get_running_loop().run_in_executor(thread, writer.close)
        thread.shutdown()
        await engine.dispose()


def ordinary(days: int, seed: int = 3) -> list[Visit]:
    """Persons by day, local time of Berlin: some through the yard, some over the line."""
    rng = np.random.default_rng(seed)
    visits = []
    for hour in range(days * 24):
        at = START + hour * HOUR
        local = (at + timedelta(hours=2 if at >= datetime(2026, 3, 29, 1, tzinfo=UTC) else 1)).hour
        for number in range(int(rng.poisson(3.0 if 8 <= local < 20 else 0.0))):
            seconds, minute = float(np.exp(rng.normal(2.5, 0.4))), float(rng.uniform(0, 3000))
            line = number % 2 == 1
            visits.append(
                Visit("person", at + timedelta(seconds=minute), 0.0 if line else seconds, LINE if line else YARD,
                      "in" if line else None)
            )  # fmt: skip
        if hour % 4 == 0:
            visits.append(Visit("cat", at, 5.0))  # sign of life, in no zone
    return visits


def test_eight_weeks_are_learned_at_once_and_learning_again_changes_nothing(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url) as home:
            visits = ordinary(56)
            await home.place.come(visits)
            end = START + 56 * DAY
            await home.keeper().round(end)
            [(slots, samples)] = await home.rows("SELECT count(*), sum(sample_count) FROM activity_baselines")
            assert slots == 168
            assert samples == 56 * 24  # empty hours too, and each UTC hour once
            [(tracks,)] = await home.rows("SELECT sum(tracks) FROM activity_hours WHERE object_class = '*'")
            assert tracks == len(visits)
            [(by_day, by_night)] = await home.rows(
                "SELECT avg(frequency) FILTER (WHERE hour BETWEEN 8 AND 19), max(frequency) FILTER (WHERE hour < 8) "
                "FROM class_baselines WHERE detection_class = 'person'"
            )
            assert by_day == pytest.approx(3.0, rel=0.1)
            assert by_night == 0.0  # local hours: the clocks changed in the fourth week
            yard, line = await home.rows(
                "SELECT dwell_mean, dwell_std, crossing_rate_mean, hourly_pattern[3], daily_count_mean "
                "FROM zone_activity_baselines ORDER BY zone_id"
            )
            assert yard[0] == pytest.approx(np.exp(2.5 + 0.08), rel=0.1)
            assert yard[2:4] == (None, 0.0)
            assert line[0] is None
            assert line[2] * 24 == pytest.approx(line[4], rel=0.02)
            before = await home.everything()
            home.writes.clear()
            await home.keeper().round(end)
            assert await home.everything() == before
            assert [type(unit).__name__ for unit in home.writes] == ["SaveBaselines"]  # sent, and nothing changed

    asyncio.run(run())


def test_the_hour_that_runs_is_counted_too_and_is_a_habit_only_while_nothing_else_is_known(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url) as home:
            keeper, minute = home.keeper(), HOUR / 60
            await home.place.come([Visit("person", START, 20.0, YARD), Visit("person", START, 0.0, LINE, "in")])
            await home.place.detect(START, [(0.25, 0.5)])
            await keeper.round(START + minute)
            written = [len(part) for part in await home.everything()]
            assert written == [4, 168, 24, 2, 0, 3]  # all but anomalies
            home.writes.clear()
            await keeper.round(START + 2 * minute)
            assert home.writes == []
            await home.place.come([Visit("person", START + 2 * minute, 20.0, YARD)])
            await keeper.round(START + 2 * minute + timedelta(seconds=10))  # too soon
            assert home.writes == []
            await keeper.round(START + 3 * minute)
            counted = "SELECT max(tracks) FROM activity_hours WHERE object_class = '*'"
            assert await home.rows(counted) == [(3,)]
            await keeper.round(START + HOUR)
            before = await home.rows("SELECT day_of_week, hour, avg_count FROM activity_baselines ORDER BY 1, 2")
            await home.place.come([Visit("cat", START + HOUR)])
            await keeper.round(START + HOUR + minute)
            assert await home.rows("SELECT tracks FROM activity_hours WHERE object_class = 'cat'") == [(1,)]
            after = await home.rows("SELECT day_of_week, hour, avg_count FROM activity_baselines ORDER BY 1, 2")
            assert after == before
            await home.place.come([Visit("dog", START + 30 * minute)])  # late, of the hour before
            await keeper.round(START + HOUR + 2 * minute)
            assert await home.rows("SELECT tracks FROM activity_hours WHERE object_class = 'dog'") == [(1,)]

    asyncio.run(run())


@pytest.mark.parametrize("acknowledged", [False, True])
def test_what_was_too_long_is_a_habit_when_it_is_not_seldom_or_the_owner_says_so(
    database_url: str, acknowledged: bool
) -> None:
    async def run() -> None:
        async with house(database_url) as home:
            await home.place.come(ordinary(21))  # more than 400 stays in the yard
            keeper, now = home.keeper(), START + 21 * DAY + 11 * HOUR
            query = "SELECT count(*) FROM zone_anomalies WHERE anomaly_type = 'unusual_dwell'"
            await keeper.round(now)
            told = []
            for day in range(24):
                await home.place.come([Visit("person", now + day * DAY, 600.0, YARD)])
                await keeper.round(now + day * DAY + HOUR)
                told += await home.rows(query)
                if day == 7 and acknowledged:
                    async with home.engine.begin() as connection:
                        await connection.execute(
                            text("UPDATE zone_anomalies SET acknowledged = true, acknowledged_at = now()")
                        )
            counts = [count for (count,) in told]
            assert counts[:8] == list(range(1, 9))  # each of them, though they are more than one of a hundred
            assert counts[9:] == [9] * 15 if acknowledged else 12 < counts[-6] == counts[-1] < 18  # learned once a day

    asyncio.run(run())


def test_hour_by_hour_and_after_days_of_rest_the_ledger_is_the_same(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url) as home:
            visits = ordinary(6)
            keeper = home.keeper()
            for number in range(30):  # as it happens
                at = START + number * HOUR
                await home.place.come([visit for visit in visits if at <= visit.at < at + HOUR])
                await keeper.round(at + HOUR)
            await home.place.come([visit for visit in visits if visit.at >= START + 30 * HOUR])
            await home.keeper().round(START + 6 * DAY)  # another one, days later
            hourly = await home.everything()
            async with home.engine.begin() as connection:
                await connection.execute(text("TRUNCATE activity_hours, activity_baselines, class_baselines"))
            await home.keeper().round(START + 6 * DAY)
            assert (await home.everything())[:3] == hourly[:3]

    asyncio.run(run())


def test_late_and_withdrawn_tracks_change_the_hours_they_belong_to(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url) as home:
            await home.place.come([Visit("cat", START + number * HOUR) for number in range(30)])
            keeper = home.keeper()
            await keeper.round(START + 30 * HOUR)
            await home.place.come([Visit("dog", START + 5 * HOUR, zone=YARD)])
            async with home.engine.begin() as connection:
                await connection.execute(text("DELETE FROM tracks WHERE track_id = 8"))
            await keeper.round(START + 31 * HOUR)
            query = "SELECT zone_id, object_class, tracks FROM activity_hours WHERE hour = "
            assert sorted(await home.rows(f"{query}'2026-03-02 05:00+00'"), key=str) == [
                (1, "dog", 1), (None, "*", 2), (None, "cat", 1), (None, "dog", 1)]  # fmt: skip
            assert await home.rows(f"{query}'2026-03-02 07:00+00'") == [(None, "*", 0)]  # it was there, and saw nothing

    asyncio.run(run())


def test_hours_of_an_outage_are_not_counted_as_empty(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url, "UTC") as home:
            hours = [*range(200), *range(260, 300)]
            await home.place.come([Visit("cat", START + hour * HOUR) for hour in hours])
            keeper = home.keeper()
            await keeper.round(START + 201 * HOUR)
            await keeper.round(START + 202 * HOUR)  # silent for two hours, which may be nothing
            assert (await home.rows("SELECT count(*) FROM activity_hours WHERE object_class = '*'")) == [(202,)]
            await keeper.round(START + 300 * HOUR)
            assert (await home.rows("SELECT count(*) FROM activity_hours WHERE object_class = '*'")) == [(240,)]

    asyncio.run(run())


def test_what_is_unusual_in_a_zone_is_found_once_and_told(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url) as home:
            await home.place.come(ordinary(21))
            keeper, now = home.keeper(), START + 21 * DAY
            await keeper.round(now)
            assert await home.rows("SELECT * FROM zone_anomalies") == []
            night, noon = now + 1.5 * HOUR, now + 11 * HOUR
            await home.place.come([Visit("person", night, 20.0, YARD)])
            await keeper.round(night + timedelta(seconds=30))  # at once, not at the hour's end
            await home.place.come([Visit("person", noon, 1800.0, YARD)])
            await home.place.come([Visit("person", noon + timedelta(seconds=n), 10.0, YARD) for n in range(25)])
            await keeper.round(noon + HOUR)
            found = await home.rows(
                "SELECT anomaly_type, zone_id, expected, actual, deviation, id FROM zone_anomalies "
                "ORDER BY timestamp, anomaly_type"
            )
            assert [row[:2] for row in found] == [
                ("unusual_time", YARD), ("unusual_dwell", YARD), ("unusual_frequency", YARD)]  # fmt: skip
            assert found[0][2] == 0.0
            assert found[1][3] == 1800.0
            assert found[2][3] == 26.0
            assert 1.0 < found[2][2] < 3.0
            assert all(row[4] > 1.5 for row in found)
            told = await home.rows("SELECT payload ->> 'anomaly_id' FROM outbox WHERE type = 'zone.anomaly'")
            assert sorted(told) == sorted(row[5:] for row in found)
            await home.keeper().round(noon + HOUR)
            await keeper.round(noon + 2 * HOUR)
            assert len(await home.rows("SELECT seq FROM outbox")) == 3

    asyncio.run(run())


def test_nothing_is_unusual_before_anything_is_usual(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url) as home:
            keeper = home.keeper()
            for day in range(7):
                at = START + day * DAY
                await home.place.come([Visit("cat", at + hour * HOUR) for hour in range(24)])
                await home.place.come([Visit("person", at + 2 * HOUR, 3000.0, YARD) for _ in range(5 * (day % 2))])
                await keeper.round(at + DAY)
            assert await home.rows("SELECT * FROM zone_anomalies") == []

    asyncio.run(run())


def test_heatmaps_are_summed_by_local_day_and_made_again_only_when_something_changed(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url) as home:
            await home.place.come([Visit("person", START)])
            late = START + 23.5 * HOUR  # already Tuesday in Berlin
            await home.place.detect(START + HOUR, [(0.25, 0.5), (0.25, 0.5), (0.75, 1.0)])
            await home.place.detect(late, [(0.5, 0.5)])
            await home.place.detect(START + 2 * HOUR, [(0.1, 0.1)], reason="zone:street")
            keeper = home.keeper()
            await keeper.round(START + DAY)
            maps = await home.rows(
                "SELECT resolution, time_bucket, total_detections, data FROM heatmap_data ORDER BY 1, 2"
            )
            assert [row[:3] for row in maps] == [
                ("daily", START - HOUR, 3), ("daily", START + 23 * HOUR, 1),
                ("hourly", START + HOUR, 3), ("hourly", START + 23 * HOUR, 1),
                ("weekly", START - HOUR, 4),
            ]  # fmt: skip
            for _, _, total, data in maps:
                assert unpacked(bytes(data)).sum() == pytest.approx(total, rel=1e-4)
            row, column = np.unravel_index(unpacked(bytes(maps[0][3])).argmax(), (48, 64))
            assert (row in (23, 24), column in (15, 16)) == (True, True)
            home.writes.clear()
            await keeper.round(START + DAY + HOUR)
            assert "SaveHeatmaps" not in {type(unit).__name__ for unit in home.writes}
            await home.place.detect(START + 1.1 * HOUR, [(0.9, 0.9)])
            await keeper.round(START + DAY + 2 * HOUR)
            totals = await home.rows("SELECT total_detections FROM heatmap_data ORDER BY resolution, time_bucket")
            assert totals == [(4,), (1,), (4,), (1,), (5,)]

    asyncio.run(run())
