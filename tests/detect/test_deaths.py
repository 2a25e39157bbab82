"""Detectors that die in the middle of their work."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from typing import Any

import pytest

from homesec.media.pictures import decode
from homesec.vision.fakes import hash_detections
from tests.detect.conftest import House, jpeg

pytestmark = pytest.mark.timeout(180)


def run(scenario: Any) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(150):
            await scenario

    asyncio.run(bounded())


async def started(house: House, detector: str) -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.detect.process", house.database_url, house.redis_url, str(house.folder), detector,
        stdout=PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    await process.stdout.readline()
    return process


async def ended(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


def test_kill_9_in_the_middle_changes_no_detection(house: House) -> None:
    async def scenario() -> None:
        house.close_writer()  # there is one writer of a database: the process's own
        house.camera("yard")
        house.camera("door")
        pictures = {house.upload(("yard", "door")[n % 2], jpeg(n, 800, 600)): jpeg(n, 800, 600) for n in range(200)}
        await house.enqueue(*pictures)

        def detected() -> int:
            return list(house.states().values()).count("detected")

        for count in (1, 40, 90):
            process = await started(house, "fake:hash")
            await house.until(lambda count=count: detected() >= count)
            assert detected() < 200
            await ended(process)
        process = await started(house, "fake:hash")
        await house.until_acknowledged(40)
        await ended(process)
        assert set(house.states().values()) == {"detected"}
        found = house.detections("upload_id, ordinal, object_type, confidence")
        expected = [
            (upload_id, ordinal, name, round(float(confidence), 4))
            for upload_id, data in pictures.items()
            for ordinal, (name, confidence) in enumerate(_seen(data))
        ]
        assert [(row["upload_id"], row["ordinal"], row["object_type"], row["confidence"]) for row in found] == expected
        assert len(house.execute("SELECT 1 FROM outbox")) == 200

    run(scenario())


def test_a_picture_that_kills_is_given_up_and_costs_no_other_one(house: House) -> None:
    async def scenario() -> None:
        house.close_writer()
        house.camera("yard")
        before = [house.upload("yard", jpeg(n)) for n in range(3)]
        red = house.upload("yard", jpeg((255, 0, 0)))
        after = [house.upload("yard", jpeg(n)) for n in range(3, 6)]
        await house.enqueue(*before, red, *after)
        deaths = 0
        while house.states()[red] == "pending":
            process = await started(house, "fake:crash")
            died, done = asyncio.create_task(process.wait()), asyncio.create_task(house.until_acknowledged(40))
            await asyncio.wait({died, done}, return_when=asyncio.FIRST_COMPLETED)
            deaths += died.done()
            await ended(process)
            for task in (died, done):
                task.cancel()
            await asyncio.wait({died, done})
        assert deaths == 3  # with the fourth delivery it is given up
        assert house.states() == {red: "failed"} | dict.fromkeys([*before, *after], "detected")
        (row,) = house.execute("SELECT error FROM uploads WHERE id = :id", id=red)
        assert row["error"] == "looking at it ended the detector's process 4 times"
        assert len(house.detections()) == 6

    run(scenario())


def _seen(data: bytes) -> list[tuple[str, float]]:
    found = hash_detections(decode(data, 10**8))
    return list(zip(found.classes, found.confidence.tolist(), strict=True))
