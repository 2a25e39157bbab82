"""Batches are enriched once: on a real database, with the oracle of a simulated household."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.domain.insights import Action, Demographics, Face, Insight, Plate, Pose, Sight, Threat
from homesec.enrich import Due, Enrichment, Model, stand_in
from homesec.errors import HomesecError, SettingsError
from homesec.settings import Settings
from homesec.sim.marker import Simulation, write_marker
from homesec.sim.truth.frames import FrameTruth, frame_truth
from homesec.sim.truth.oracle import Oracle
from homesec.store.sessions import async_engine
from homesec.store.writer import Writer
from homesec.store.writes.enrichment import SaveEnrichment
from homesec.store.writes.unit import Unit
from tests.sim.worlds import START, TWO_WEEKS, world

SIMULATION = Simulation(5, START, START + TWO_WEEKS)
FINDINGS = (
    "pose_results", "action_results", "threat_detections", "demographics_results", "face_detection_events",
    "action_events",
)  # fmt: skip
BOX = (0.1, 0.1, 0.3, 0.6)
NOW = START + timedelta(days=1)
CLIMBING = Insight(0, action=Action("climbing", 0.9, {"climbing": 0.9, "walking": 0.05}))


def burglary() -> list[FrameTruth]:
    """A picture a second of the back yard while somebody breaks in."""
    story = next(story for story in world().stories if story.name == "break-in")
    since, until = next(span for span in world().active("back_yard", story.start, story.end))
    seconds = int((until - since).total_seconds())
    frames = [frame_truth(world(), "back_yard", since + timedelta(seconds=second)) for second in range(seconds)]
    return [frame for frame in frames if any(one.threat for one in frame.objects)][:20]


@dataclass
class House:
    """A database, and what asks further models."""

    engine: AsyncEngine
    write: Callable[[Unit], Any]
    model: Model
    now: datetime = NOW
    uploads: int = field(default=0)

    def __post_init__(self) -> None:
        self.enrichment = Enrichment([self.model], self.engine, self.write, clock=lambda: self.now)

    async def enrich(self) -> list[int]:
        """One round; gives the detections for which it was the first time."""
        taken: list[int] = []
        for due in await self.enrichment.due({}):
            taken += await self.enrichment.enrich(due)
        return taken

    async def batch(self, camera: str, at: datetime, status: str = "closed", eventful: bool = True) -> int:
        async with self.engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO cameras (id, name, folder_path) VALUES (:c, :c, :c) ON CONFLICT DO NOTHING"),
                {"c": camera},
            )
            made = await connection.scalar(
                text(
                    "INSERT INTO batches (camera_id, status, started_at, last_at, close_reason, eventful, state) "
                    "VALUES (:c, :s, :at, :at, :r, :e, jsonb_build_object('touched_at', CAST(:now AS text))) "
                    "RETURNING id"
                ),
                {"c": camera, "s": status, "at": at, "r": "idle" if status == "closed" else None, "e": eventful,
                 "now": self.now.isoformat()},
            )  # fmt: skip
        return int(made or 0)

    async def see(self, batch_id: int, at: datetime, *things: tuple[str, Sequence[float]]) -> list[int]:
        """A picture joins the batch; gives the ids of its detections."""
        self.uploads += 1
        ids = []
        async with self.engine.begin() as connection:
            camera = await connection.scalar(
                text(
                    "UPDATE batches SET revision = revision + 1, last_at = greatest(last_at, :at), "
                    "state = jsonb_build_object('touched_at', CAST(:now AS text)) WHERE id = :id RETURNING camera_id"
                ),
                {"at": at, "now": self.now.isoformat(), "id": batch_id},
            )
            upload = await connection.scalar(
                text(
                    "INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, "
                    "time_source, received_at, state) VALUES (:c, 'v', :p, 1, 1, sha256(CAST(:p AS bytea)), 'image', "
                    ":at, 'exif', now(), 'done') RETURNING id"
                ),
                {"c": camera, "p": str(self.uploads).encode(), "at": at},
            )
            for ordinal, (name, box) in enumerate(things):
                ids.append(
                    await connection.scalar(
                        text(
                            "INSERT INTO detections (upload_id, camera_id, file_path, ordinal, detected_at, "
                            "object_type, confidence, x1, y1, x2, y2, frame_width, frame_height, media_type, model, "
                            "batch_id) VALUES (:u, :c, 'x', :o, :at, :t, 0.9, :x1, :y1, :x2, :y2, 640, 360, 'image', "
                            "'fake', :b) RETURNING id"
                        ),
                        {"u": upload, "c": camera, "o": ordinal, "at": at, "t": name, "b": batch_id,
                         **dict(zip(("x1", "y1", "x2", "y2"), box, strict=True))},
                    )
                )  # fmt: skip
        return [int(one or 0) for one in ids]

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]

    async def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all findings."""
        return {table: await self.rows(f"SELECT * FROM {table} ORDER BY id") for table in FINDINGS}


class Recorded:
    """A model that says the same of everything, and remembers what it was asked."""

    name, stand_in = "recorded", None

    def __init__(self, insight: Insight = CLIMBING) -> None:
        self.insight = insight
        self.asked: list[int] = []

    def wants(self, sight: Sight) -> bool:
        return True

    def look(self, sights: Sequence[Sight]) -> list[Insight]:
        self.asked += [sight.detection_id for sight in sights]
        return [replace(self.insight, detection_id=sight.detection_id) for sight in sights]


@asynccontextmanager
async def house(database_url: str, model: Model) -> AsyncIterator[House]:
    writer, engine = Writer(database_url), async_engine(database_url, "test")

    async def write(unit: Unit) -> Any:
        [result], _ = await asyncio.to_thread(writer.apply, [unit])
        if isinstance(result, HomesecError):
            raise result
        return result

    try:
        yield House(engine, write, model)
    finally:
        writer.close()
        await engine.dispose()


async def show(house: House, frames: Sequence[FrameTruth]) -> int:
    batch = await house.batch("back_yard", frames[0].at)
    for frame in frames:
        at = frame.at.replace(microsecond=0)  # as cameras write it
        await house.see(batch, at, *((one.kind, one.box) for one in frame.objects))
    return batch


def test_a_burglary_leaves_poses_deeds_and_weapons_and_each_names_its_model(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url, Oracle(SIMULATION, ages=True)) as home:
            await show(home, burglary())
            assert 4 <= len(await home.enrich()) <= 12  # the best few, not all 20
            for table in ("pose_results", "action_results", "threat_detections", "action_events"):
                models = await home.rows(f"SELECT DISTINCT model FROM {table}")
                assert models == [("sim-oracle",)], table
            deeds = await home.rows("SELECT action, is_suspicious, frame_count FROM action_events ORDER BY 3 DESC")
            assert deeds[0][:2] == ("breaking in", True)
            assert await home.rows("SELECT DISTINCT threat_type, severity FROM threat_detections") == [
                ("weapon", "high")
            ]
            [(bad,)] = await home.rows("SELECT count(*) FROM action_events WHERE frame_count > 20")
            assert bad == 0

    asyncio.run(run())


def test_a_restart_repeats_nothing(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url, Oracle(SIMULATION, ages=True)) as home:
            await show(home, burglary())
            first = await home.enrich()
            stored = await home.contents()
            assert first
            assert stored["action_events"]
            assert await home.enrichment.due({}) == []
        async with house(database_url, Oracle(SIMULATION, ages=True)) as home:
            assert await home.enrich() == []
            assert await home.contents() == stored

    asyncio.run(run())


def test_an_answer_that_is_stored_twice_is_stored_once(database_url: str) -> None:
    """The answer to the first write was lost, so it is sent again."""

    async def run() -> None:
        everything = Insight(
            0, Pose(((0.5, 0.5, 0.9),) * 17, "crouching", 0.8), Action("climbing", 0.9, {"climbing": 0.9}),
            (Threat("knife", 0.9, BOX),), face=Face(BOX, True, 0.3), plate=Plate("BKT4821", 0.8),
        )  # fmt: skip
        model = Recorded(everything)
        async with house(database_url, model) as home:
            batch = await home.batch("door", NOW)
            ids = await home.see(batch, NOW, ("person", BOX))
            [due] = await home.enrichment.due({})
            assert await home.enrichment.enrich(due) == ids
            stored = await home.contents()
            assert await home.enrichment.enrich(due) == []
            assert await home.contents() == stored
            counts = {table: len(rows) for table, rows in stored.items()}
            assert counts == {**dict.fromkeys(FINDINGS, 1), "demographics_results": 0}
            assert await home.rows("SELECT enrichment_data -> 'plate' ->> 'text' FROM detections") == [("BKT4821",)]
            [(pose, suspicious)] = await home.rows("SELECT pose_class, is_suspicious FROM pose_results")
            assert (pose, suspicious) == ("crouching", True)
            [face] = await home.rows("SELECT outcome, is_unknown, covered FROM face_detection_events")
            assert face == ("not_identifiable", False, True)

    asyncio.run(run())


def test_an_age_is_stored_as_a_band_and_as_an_estimate_of_the_face(database_url: str) -> None:
    async def run() -> None:
        told = replace(CLIMBING, demographics=Demographics(34, 0.6, "female", 0.8), face=Face(BOX, False, 0.7))
        async with house(database_url, Recorded(told)) as home:
            await home.see(await home.batch("door", NOW), NOW, ("person", BOX))
            await home.enrich()
            ages = "SELECT age_range, age_confidence, gender, gender_confidence, model FROM demographics_results"
            assert await home.rows(ages) == [("31-40", 0.6, "female", 0.8, "recorded")]
            face = "SELECT age_estimate, gender_estimate, covered, quality FROM face_detection_events"
            assert await home.rows(face) == [(34, "female", False, 0.7)]
            assert await home.rows("SELECT all_scores FROM action_results") == [({"climbing": 0.9, "walking": 0.05},)]

    asyncio.run(run())


def test_a_false_detection_leaves_no_row_and_is_not_asked_about_again(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url, Oracle(SIMULATION, ages=True)) as home:
            batch = await home.batch("back_yard", NOW)
            ids = await home.see(batch, NOW, ("person", (0.0, 0.0, 0.02, 0.03)))
            assert await home.enrich() == ids
            assert not any((await home.contents()).values())
            assert await home.rows("SELECT enrichment_data FROM detections") == [({"sim-oracle": []},)]
            assert await home.enrich() == []

    asyncio.run(run())


def test_a_batch_that_grows_is_looked_at_where_it_grew(database_url: str) -> None:
    async def run() -> None:
        model = Recorded()
        async with house(database_url, model) as home:
            batch = await home.batch("door", NOW, status="open")
            first = await home.see(batch, NOW, ("person", BOX))
            assert await home.enrich() == []  # a better picture may be on its way
            home.now += timedelta(seconds=2)
            assert await home.enrich() == first
            second = await home.see(batch, NOW + timedelta(seconds=10), ("person", BOX))
            home.now += timedelta(seconds=2)
            assert await home.enrich() == second
            assert model.asked == [*first, *second]
            late = await home.see(batch, NOW - timedelta(seconds=10), ("person", BOX))  # an upload that was late
            home.now += timedelta(seconds=2)
            assert await home.enrich() == late
            deeds = await home.rows("SELECT action, frame_count, timestamp FROM action_events")
            assert deeds == [("climbing", 3, NOW + timedelta(seconds=10))]

    asyncio.run(run())


def test_the_same_deed_in_another_batch_is_another_event(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url, Recorded()) as home:
            for minutes in (0, 10):
                at = NOW + timedelta(minutes=minutes)
                await home.see(await home.batch("door", at), at, ("person", BOX))
            await home.enrich()
            assert await home.rows("SELECT frame_count FROM action_events") == [(1,), (1,)]

    asyncio.run(run())


def test_a_batch_that_is_not_worth_an_event_is_left_alone(database_url: str) -> None:
    async def run() -> None:
        model = Recorded()
        async with house(database_url, model) as home:
            await home.see(await home.batch("door", NOW, eventful=False), NOW, ("person", BOX))
            assert await home.enrich() == []
            assert model.asked == []

    asyncio.run(run())


def test_a_batch_that_failed_is_left_alone_until_it_grows(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url, Recorded()) as home:
            batch = await home.batch("door", NOW)
            await home.see(batch, NOW, ("person", BOX))
            [due] = await home.enrichment.due({})
            assert await home.enrichment.due({batch: due.revision}) == []
            await home.see(batch, NOW + timedelta(seconds=5), ("person", BOX))
            [again] = await home.enrichment.due({batch: due.revision})
            assert isinstance(again, Due)
            assert again.revision == due.revision + 1

    asyncio.run(run())


def test_the_page_is_told_when_an_event_has_more_to_say(database_url: str) -> None:
    async def run() -> None:
        async with house(database_url, Recorded()) as home:
            batch = await home.batch("door", NOW)
            await home.see(batch, NOW, ("person", BOX))
            async with home.engine.begin() as connection:
                await connection.execute(
                    text(
                        "INSERT INTO events (batch_id, batch_revision, camera_id, started_at, ended_at, risk_score, "
                        "risk_level, summary, reasoning, object_types) VALUES (:b, 2, 'door', :at, :at, 40, 'medium', "
                        "'x', 'x', '{person}')"
                    ),
                    {"b": batch, "at": NOW},
                )
            await home.enrich()
            told = "SELECT type, payload ->> 'event_id', payload ->> 'revision' FROM outbox"
            assert await home.rows(told) == [("event.updated", "1", "1")]
            await home.write(SaveEnrichment(batch, 2, "recorded", (Insight(1),)))
            assert len(await home.rows(told)) == 1

    asyncio.run(run())


def test_the_oracle_runs_on_simulated_data_folders_only(tmp_path: Path) -> None:
    asked = Settings.load(data_dir=tmp_path, enrichment={"model": "sim-oracle"})
    with pytest.raises(SettingsError, match="knows the simulated household only"):
        stand_in(asked)
    write_marker(tmp_path, SIMULATION)
    model = stand_in(asked)
    assert model is not None
    assert model.name == "sim-oracle"
    assert "simulated household" in str(model.stand_in)
    assert stand_in(Settings.load(data_dir=tmp_path)) is None
