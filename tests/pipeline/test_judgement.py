"""What the tables know becomes a scene, and what is learned later becomes a new judgement: once, and never lost."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from homesec.bus import ANALYSIS_QUEUE
from homesec.domain.anomalies import Anomaly
from homesec.domain.insights import Action, Face, Insight, Pose, Threat
from homesec.explain import explained, recomputed
from homesec.store.writes.anomalies import SaveAnomalies
from homesec.store.writes.enrichment import SaveEnrichment
from homesec.sweep import sweep
from tests.pipeline.test_aggregation import NOW, Pipeline, pipeline

Play = Callable[[Pipeline], Awaitable[None]]
BOX = (0.1, 0.1, 0.3, 0.6)
PRYING = Insight(0, action=Action("prying open a door", 0.8, {"prying open a door": 0.8}))
AUDITS = "SELECT revision, cause, score FROM event_audits ORDER BY id"


def played(database_url: str, redis_url: str, play: Play) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            await play(house)

    asyncio.run(run())


async def see(house: Pipeline, *classes: str, seconds: int = 1) -> list[int]:
    """A picture a second, judged; gives the ids of all detections."""
    first = house.uploads
    for second in range(first, first + seconds):
        await house.upload("door", second, *classes)
    await house.aggregation.round()
    await house.analysis.analyse(1)
    return [row[0] for row in await house.rows("SELECT id FROM detections ORDER BY id")]


async def say(house: Pipeline, insight: Insight, *ids: int) -> None:
    """A model says this of each of the detections."""
    insights = tuple(replace(insight, detection_id=one) for one in ids)
    await house.write(SaveEnrichment(1, None, "model", insights))


async def change(house: Pipeline, *statements: str, **values: Any) -> None:
    async with house.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement), values)


async def newest(house: Pipeline) -> dict[str, dict[str, Any]]:
    """The evidence of the newest revision, by kind."""
    [(evidence,)] = await house.rows("SELECT evidence FROM event_audits ORDER BY id DESC LIMIT 1")
    return {item["kind"]: item for item in evidence}


def test_what_a_closer_look_says_is_judged_once(database_url: str, redis_url: str) -> None:
    async def play(house: Pipeline) -> None:
        ids = await see(house, "person", seconds=2)
        [(_, first, before)] = await house.rows(AUDITS)
        assert first.startswith("batch:")
        assert await house.analysis.better_known(9) == []
        await say(house, PRYING, *ids)
        assert await house.analysis.better_known(9) == [1]
        assert await house.analysis.analyse(1) is not None
        [_, (revision, cause, after)] = await house.rows(AUDITS)
        assert (revision, cause) == (2, "enrich:1:action")
        assert after >= 85 > before
        assert (await newest(house))["action"]["source"].startswith("action_results:")
        seq = await house.rows("SELECT seq FROM outbox_head")
        await say(house, PRYING, *ids)  # the same answer again
        assert await house.analysis.analyse(1) is None
        assert await house.rows("SELECT seq FROM outbox_head") == seq
        assert len(await house.rows(AUDITS)) == 2

    played(database_url, redis_url, play)


def test_what_changes_nothing_is_settled_without_a_revision(database_url: str, redis_url: str) -> None:
    async def play(house: Pipeline) -> None:
        ids = await see(house, "person")
        await say(house, Insight(0, pose=Pose(((0.5, 0.5, 0.9),) * 17, "standing", 0.8)), *ids)
        events = "SELECT count(*) FROM outbox WHERE type = 'event.updated'"
        before = await house.rows(events)
        assert await house.analysis.better_known(9) == [1]
        assert await house.analysis.analyse(1) is None
        assert await house.analysis.better_known(9) == []
        assert await house.rows(events) == before
        assert len(await house.rows(AUDITS)) == 1

    played(database_url, redis_url, play)


def test_a_crash_after_a_closer_look_loses_no_judgement(database_url: str, redis_url: str) -> None:
    async def play(house: Pipeline) -> None:
        await say(house, PRYING, *await see(house, "person", seconds=2))
        await house.bus.client.flushall()
        assert (await sweep(house.engine, house.bus, house.write, 100, 60.0)).batches == 1
        [entry] = await house.bus.take([ANALYSIS_QUEUE], 10, 1)
        assert entry.body == {"batch_id": 1}
        assert await house.analysis.analyse(1) is not None
        assert (await sweep(house.engine, house.bus, house.write, 100, 60.0)).batches == 0

    played(database_url, redis_url, play)


def test_a_batch_that_grows_while_more_is_learned_is_one_judgement(database_url: str, redis_url: str) -> None:
    async def play(house: Pipeline) -> None:
        await say(house, PRYING, *await see(house, "person", seconds=2))
        await see(house, "person")
        causes = [cause for _, cause, _ in await house.rows(AUDITS)]
        assert [cause.partition(":")[0] for cause in causes] == ["batch", "batch"]
        assert await house.analysis.better_known(9) == []

    played(database_url, redis_url, play)


def test_faces_poses_and_weapons_reach_the_score_with_their_rows(database_url: str, redis_url: str) -> None:
    everything = Insight(
        0, Pose(((0.5, 0.5, 0.9),) * 17, "crouching", 0.8), threats=(Threat("knife", 0.8, BOX),),
        face=Face(BOX, True, 0.3),
    )  # fmt: skip

    async def play(house: Pipeline) -> None:
        await say(house, everything, *await see(house, "person", seconds=2))
        await house.analysis.analyse(1)
        items = await newest(house)
        tables = {kind: item["source"].partition(":")[0] for kind, item in items.items() if item.get("source")}
        expected = {"class": "detections", "pose": "pose_results", "threat": "threat_detections"}
        expected |= dict.fromkeys(("face", "identity"), "face_detection_events")
        assert expected.items() <= tables.items()
        assert items["threat"]["floor"] == 85
        assert items["identity"]["value"] == "not_identifiable"
        [(score,)] = await house.rows("SELECT risk_score FROM events")
        assert score >= 90

    played(database_url, redis_url, play)


def test_who_somebody_is_comes_from_the_entity_of_the_track(database_url: str, redis_url: str) -> None:
    async def told(house: Pipeline, metadata: str, trust: str = "unknown") -> dict[str, Any]:
        await change(
            house,
            "UPDATE entities SET entity_metadata = CAST(:metadata AS jsonb), trust_status = :trust",
            "UPDATE batches SET senses_revision = senses_revision + 1",
            metadata=metadata, trust=trust,
        )  # fmt: skip
        await house.analysis.analyse(1)
        return await newest(house)

    async def play(house: Pipeline) -> None:
        await see(house, "person")
        await change(
            house,
            "INSERT INTO entities (id, entity_type, first_seen_at, last_seen_at) "
            "VALUES ('00000000-0000-4000-8000-000000000001', 'person', now(), now())",
            "UPDATE tracks SET entity_id = '00000000-0000-4000-8000-000000000001'",
            "INSERT INTO known_persons (name) VALUES ('Ann'), ('Bo')",
            "INSERT INTO household_members (known_person_id, name, role, trusted_level, typical_schedule) "
            "VALUES (1, 'Ann', 'resident', 'full', '{\"text\": \"daily\"}')",
        )
        member = (await told(house, '{"member_id": 1}'))["identity"]
        assert (member["ceiling"], member["value"]) == (20, "resident")
        assert "Ann" not in str(member), "evidence holds no names: erasing a person must not rewrite scores"
        assert (await told(house, '{"person_id": 1}'))["identity"]["value"] == "resident"
        assert (await told(house, '{"person_id": 2}'))["identity"]["value"] == "visitor"
        assert (await told(house, "{}", "trusted"))["identity"]["value"] == "visitor"
        assert (await told(house, "{}", "untrusted"))["identity"]["weight"] > 0
        visits = [(NOW - timedelta(days=days)).isoformat() for days in (30, 6, 3, 1, 0)]  # the last goes on
        items = await told(house, json.dumps({"visits": visits}))
        assert items["seen_before"]["value"] == 3

    played(database_url, redis_url, play)


def test_anomalies_of_zones_and_changes_of_the_view_are_judged_when_they_are_told(
    database_url: str, redis_url: str
) -> None:
    async def play(house: Pipeline) -> None:
        await see(house, "person")
        await change(
            house,
            "INSERT INTO camera_zones (camera_id, name, zone_type, coordinates) "
            "VALUES ('door', 'Porch', 'entry_point', '[[0,0],[1,0],[1,1]]')",
            "INSERT INTO scene_changes (camera_id, detected_at, change_type, similarity_score) "
            "VALUES ('door', :at, 'view_blocked', 0.1)",
            at=NOW,
        )
        found = Anomaly("unusual_time:1", 1, "unusual_time", "critical", "Person at an unusual hour", "", 0, 1, 6, NOW)
        await house.write(SaveAnomalies([found]))
        assert await house.analysis.better_known(9) == [1]
        await house.analysis.analyse(1)
        items = await newest(house)
        assert items["anomaly"]["source"] == "zone_anomalies:unusual_time:1"
        assert items["scene_change"]["source"] == "scene_changes:1"
        await house.write(SaveAnomalies([found]))  # found once
        assert await house.analysis.better_known(9) == []

    played(database_url, redis_url, play)


def test_every_score_of_a_run_can_be_computed_again_and_explained(database_url: str, redis_url: str) -> None:
    async def play(house: Pipeline) -> None:
        await change(
            house, "INSERT INTO calibrations (version, params, active, created_by) "
            "VALUES (1, '{\"corners\": [[0, 0], [0.5, 0.3], [1, 0.9]]}', true, 'test')",
        )  # fmt: skip
        await say(house, PRYING, *await see(house, "person", seconds=2))
        await house.analysis.analyse(1)
        await house.upload("yard", 300, "cat", "dog")
        await house.upload("drive", 300, "car", "person", "person")
        await house.aggregation.round()
        for batch in (2, 3):
            await house.analysis.analyse(batch)
        async with house.engine.connect() as connection:
            audits = (
                await connection.execute(
                    text(
                        "SELECT event_audits.*, calibrations.params AS calibration FROM event_audits "
                        "LEFT JOIN calibrations ON calibrations.id = calibration_id ORDER BY event_audits.id DESC"
                    )
                )
            ).mappings().all()  # fmt: skip
        assert len(audits) == 4
        assert all(audit["calibration_id"] == 1 for audit in audits)
        assert [recomputed(audit) for audit in audits] == [audit["score"] for audit in audits]
        event = {"id": 1, "camera_name": "Door", "started_at": NOW, "summary": "1 person", "risk_score": 90,
                 "risk_level": "critical", "risk_source": "evidence"}  # fmt: skip
        mine = [dict(audit) for audit in audits if audit["event_id"] == audits[-1]["event_id"]]
        lines = list(explained(event, mine))
        assert sum("computed again: the same" in line for line in lines) == 2
        assert any("prying open a door" in line and "never below 85" in line for line in lines)
        mine[0]["score"] = 12
        assert any("COMPUTED AGAIN" in line for line in explained(event, mine))

    played(database_url, redis_url, play)


@pytest.mark.parametrize("hour", [2, 14])
def test_the_local_hour_is_the_cameras(database_url: str, redis_url: str, hour: int) -> None:
    async def play(house: Pipeline) -> None:
        offset = (hour - datetime.now(NOW.tzinfo).hour) % 24
        await see(house, "person")
        zone = f"Etc/GMT{-offset if offset <= 14 else 24 - offset:+d}"
        await change(
            house, "UPDATE cameras SET timezone = :zone", "UPDATE batches SET revision = revision + 1", zone=zone
        )
        await house.analysis.analyse(1)
        assert ("local_time" in await newest(house)) is (hour == 2)

    played(database_url, redis_url, play)
