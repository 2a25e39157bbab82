"""Jobs are taken once, go on where a dead runner left them, and end in words."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from homesec.errors import Conflict, InvalidInput
from homesec.jobs.context import Context, JobKind
from homesec.jobs.runner import LOOK_S, SYSTEM, Runner
from homesec.store.writes.jobs import MAX_ATTEMPTS, CancelJob, CreateJob, FinishJob, Progress, TakeJob
from tests.jobs.home import BY, Home, home

pytestmark = pytest.mark.timeout(60)


class Counting:
    """A job of five steps."""

    def __init__(self) -> None:
        self.counted: list[int] = []

    async def run(self, context: Context) -> dict[str, Any]:
        for number in range(context.checkpoint.get("next", 0), 5):
            self.counted.append(number)
            await context.progress(number * 20, f"step {number}", {"next": number + 1})
        return {"counted": 5}

    @property
    def kinds(self) -> dict[str, JobKind]:
        return {"count": JobKind("count", self.run)}


async def wrong(context: Context) -> dict[str, Any]:
    raise InvalidInput("camera: there is none of this name")


async def broken(context: Context) -> dict[str, Any]:
    raise KeyError("no such thing")


def test_a_job_is_done_once_and_tells_how_far_it_is(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            work = Counting()
            job_id = await place.ask("count", wide=True)
            runner = place.runner(work.kinds)
            assert await runner.round() == 0.0
            assert await runner.round() == LOOK_S  # nothing to do
            job = await place.job(job_id)
            assert (job["status"], job["progress"], job["result"]) == ("completed", 100, {"counted": 5})
            assert job["started_at"] <= job["completed_at"]
            assert work.counted == [0, 1, 2, 3, 4]
            told = await place.rows("SELECT payload FROM outbox WHERE type = 'job.progress' ORDER BY seq")
            assert [(row.payload["status"], row.payload["progress"]) for row in told] == [
                ("queued", 0), ("running", 0), ("running", 0), ("running", 20), ("running", 40), ("running", 60),
                ("running", 80), ("completed", 100),
            ]  # fmt: skip
            assert {row.payload["job_id"] for row in told} == {job_id}

    asyncio.run(run())


def test_what_a_dead_runner_left_goes_on_from_its_checkpoint_when_its_lease_is_over(
    tmp_path: Path, database_url: str
) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            work = Counting()
            job_id = await place.ask("count")
            await place.ask("count")  # of a kind one runs at a time
            await place.killed_at("step 2", place.runner(work.kinds))
            await place.sql("UPDATE jobs SET lease_until = now() + interval '1 minute' WHERE id = :id", id=job_id)
            assert await place.runner(work.kinds).round() == LOOK_S  # it may live
            await place.sql("UPDATE jobs SET lease_until = now() WHERE id = :id", id=job_id)
            assert await place.runner(work.kinds).round() == 0.0
            job = await place.job(job_id)
            assert (job["status"], job["attempts"]) == ("completed", 2)
            assert work.counted == [0, 1, 2, 3, 4]

    asyncio.run(run())


def test_a_runner_that_was_silent_too_long_changes_nothing_any_more(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            job_id = await place.ask("count")
            first = await place.write(TakeJob(("count",), 60.0))
            await place.sql("UPDATE jobs SET lease_until = now() - interval '1 second'")
            second = await place.write(TakeJob(("count",), 60.0))
            assert (first["id"], first["attempts"]) == (second["id"], second["attempts"] - 1)
            assert await place.write(Progress(job_id, first["attempts"], 60.0, 50, "half")) == "lost"
            assert await place.write(FinishJob(job_id, first["attempts"], "failed", error="late")) is False
            assert await place.write(FinishJob(job_id, second["attempts"], "completed", {})) is True
            assert (await place.job(job_id))["status"] == "completed"

    asyncio.run(run())


def test_a_job_over_which_runners_die_again_and_again_is_given_up(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            work = Counting()
            job_id = await place.ask("count")
            for number in range(MAX_ATTEMPTS):
                await place.sql("UPDATE jobs SET checkpoint = '{}' WHERE id = :id", id=job_id)
                await place.killed_at("step 0", place.runner(work.kinds))
                assert (await place.job(job_id))["attempts"] == number + 1
            assert await place.runner(work.kinds).round() == 0.0
            job = await place.job(job_id)
            assert job["status"] == "failed"
            assert job["error"] == "its runner died 5 times; the last step was: step 0"

    asyncio.run(run())


def test_a_runner_that_stops_in_order_leaves_its_job_to_the_next_at_once(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            work = Counting()
            job_id = await place.ask("count")
            runner = place.runner(work.kinds)
            place.stop_at = "step 3"
            task = asyncio.create_task(runner.round())
            await asyncio.wait_for(place.hanging.wait(), 10)
            runner.stop()
            await task
            place.stop_at = None
            job = await place.job(job_id)
            assert (job["status"], job["attempts"], job["checkpoint"]) == ("queued", 0, {"next": 4})
            await place.runner(work.kinds).round()
            assert (await place.job(job_id))["status"] == "completed"
            assert work.counted == [0, 1, 2, 3, 4]

    asyncio.run(run())


def test_a_cancelled_job_ends_at_its_next_step_and_one_that_waits_at_once(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            work = Counting()

            async def cancelling(context: Context) -> dict[str, Any]:
                await context.progress(0, "begun")
                await place.write(CancelJob(context.job_id, BY))
                return await work.run(context)

            running, waiting = await place.ask("count"), await place.ask("count")
            assert (await place.write(CancelJob(waiting, BY)))["status"] == "cancelled"
            await place.runner({"count": JobKind("count", cancelling)}).round()
            job = await place.job(running)
            assert (job["status"], job["error"]) == ("cancelled", None)
            assert work.counted == [0]
            await place.sql("UPDATE jobs SET status = 'completed', cancel_requested = false")
            with pytest.raises(Conflict, match="completed"):
                await place.write(CancelJob(running, BY))

    asyncio.run(run())


def test_a_job_that_fails_says_why_and_the_next_one_runs(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            work = Counting()
            ids = [await place.ask(kind) for kind in ("wrong", "broken", "count")]
            kinds = {"wrong": JobKind("wrong", wrong), "broken": JobKind("broken", broken), **work.kinds}
            runner = place.runner(kinds)
            while await runner.round() == 0.0:
                continue
            assert [((await place.job(one))["status"], (await place.job(one))["error"]) for one in ids] == [
                ("failed", "camera: there is none of this name"),
                ("failed", "KeyError: 'no such thing'"),
                ("completed", None),
            ]
            assert (runner.completed, runner.failed) == (1, 2)

    asyncio.run(run())


def test_what_is_due_by_itself_is_asked_for_once_in_its_time(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            work = Counting()
            kinds = {"count": JobKind("count", work.run, every_s=3600.0)}

            async def rounds() -> int:
                runner = Runner(kinds, place.engine, place.write, place.storage, place.settings)
                while await runner.round() == 0.0:
                    continue
                return len(await place.rows("SELECT id FROM jobs"))

            assert await rounds() == 1
            assert await rounds() == 1  # another start within the hour
            await place.sql("UPDATE jobs SET created_at = created_at - interval '1 hour'")
            assert await rounds() == 2

    asyncio.run(run())


def test_a_long_silent_step_keeps_its_lease(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:

            async def slow(context: Context) -> dict[str, Any]:
                [before] = await place.rows("SELECT lease_until FROM jobs")
                async with asyncio.timeout(5):
                    while (await place.rows("SELECT lease_until FROM jobs"))[0] == before:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                return {}

            job_id = await place.ask("slow")
            await place.runner({"slow": JobKind("slow", slow)}, lease_s=0.3).round()
            assert (await place.job(job_id))["status"] == "completed"

    asyncio.run(run())


async def same_again(place: Home, unless_s: float) -> Any:
    return await place.write(CreateJob("another", "count", {}, SYSTEM, unless_s))


def test_asking_twice_for_one_id_makes_one_job(tmp_path: Path, database_url: str) -> None:
    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            unit = CreateJob("count-1", "count", {}, BY)
            assert await place.write(unit) == await place.write(unit)
            assert await same_again(place, timedelta(hours=1).total_seconds()) is None
            [(audits,)] = await place.rows("SELECT count(*) FROM audit_logs WHERE resource_type = 'job'")
            assert audits == 1

    asyncio.run(run())
