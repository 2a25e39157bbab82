"""Events are judged again in their order, and a runner's death repeats no page that was finished."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from homesec.jobs import reanalyze
from homesec.jobs.context import Context, JobKind
from tests.jobs.home import home

pytestmark = pytest.mark.timeout(60)


class Listening:
    """Has news of every event but the first one."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str]] = []

    async def reanalyse(self, event_id: int, cause: str) -> int | None:
        self.asked.append((event_id, cause))
        return event_id if event_id > 1 else None


def test_events_of_a_span_are_judged_once_though_runners_die(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reanalyze, "PAGE", 2)

    async def run() -> None:
        async with home(tmp_path, database_url) as place:
            ids = []
            for days in (9, 8, 7, 6, 1):
                await place.picture(timedelta(days=days))
                ids.append(await place.event(timedelta(days=days)))
            judge = Listening()

            async def kind(context: Context) -> dict[str, Any]:
                return await reanalyze.reanalyze(context, judge)

            [row] = await place.rows("SELECT max(started_at) - interval '1 day' AS until FROM events")
            job_id = await place.ask("reanalyze", until=row.until.isoformat())
            kinds = {"reanalyze": JobKind("reanalyze", kind)}
            await place.killed_at("event 2 of 4", place.runner(kinds))
            await place.runner(kinds).round()
            assert (await place.job(job_id))["result"] == {"events": 4, "changed": 3}
            assert judge.asked == [(event_id, f"reanalyze:{job_id}") for event_id in ids[:4]]

    asyncio.run(run())
