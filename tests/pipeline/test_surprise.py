"""What is usual at an hour becomes evidence of an event, once it is learned."""

import asyncio
from typing import Any

from sqlalchemy import text

from tests.pipeline.test_aggregation import NOW, Pipeline, pipeline


async def _habit(house: Pipeline, mean: float, samples: int) -> None:
    async with house.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO class_baselines (camera_id, detection_class, hour, frequency, variance, sample_count) "
                "VALUES ('door', 'person', :hour, :mean, :mean, :samples) "
                "ON CONFLICT (camera_id, detection_class, hour) DO UPDATE SET frequency = :mean, variance = :mean, "
                "sample_count = :samples"
            ),
            {"hour": NOW.hour, "mean": mean, "samples": samples},
        )


async def _evidence(house: Pipeline) -> tuple[int, list[dict[str, Any]]]:
    await house.analysis.analyse(1)
    [(score, evidence)] = await house.rows("SELECT score, evidence FROM event_audits ORDER BY revision DESC LIMIT 1")
    return score, [item for item in evidence if item["kind"] == "baseline"]


def test_what_is_unusual_raises_a_score_once_it_is_known(database_url: str, redis_url: str) -> None:
    async def run() -> None:
        async with pipeline(database_url, redis_url) as house:
            await house.upload("door", 0, "person", "dog")
            await house.aggregation.round()
            await _habit(house, 0.0, 9)
            plain, said = await _evidence(house)
            assert said == []  # not learned yet
            scores = []
            for seconds, mean in ((1, 0.0), (2, 4.0)):
                await _habit(house, mean, 60)
                await house.upload("door", seconds, "person")
                await house.aggregation.round()
                score, [item] = await _evidence(house)
                assert item["source"] == "class_baselines:1"
                scores.append(score)
            assert scores[0] > plain > scores[1]

    asyncio.run(run())
