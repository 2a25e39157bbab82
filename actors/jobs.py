"""The runner of jobs: backups, exports, retention and their like."""

from typing import Any

from actors import JOBS
from actors.loop import Loop
from actors.storage import NodeStorage
from actors.writer import Client
from homesec.jobs.registry import KINDS
from homesec.jobs.runner import Runner
from homesec.settings import Settings
from homesec.store.sessions import async_engine
from homesec.telemetry import set_up_logging


class JobsActor:
    """Waits for long, and is woken when somebody asks for a job. It runs where the data folder is."""

    async def __init__(  # type: ignore[misc]  # Ray awaits it, on the loop that the task needs
        self, settings: Settings, database_url: str
    ) -> None:
        set_up_logging(settings, JOBS)
        self._engine = async_engine(database_url, JOBS, pool=2)
        self._runner = Runner(KINDS, self._engine, Client(), NodeStorage(settings), settings)
        self._loop = Loop(self._runner.round)

    async def wake(self) -> None:
        """A hint: somebody asked for a job."""
        self._loop.wake()

    async def ping(self) -> str:
        return "ok"

    async def health(self) -> dict[str, Any]:
        facts = self._loop.health()
        if facts["because"] is None and self._runner.because is not None:
            facts |= {"state": "waiting", "because": self._runner.because}
        runner = self._runner
        return {**facts, "job": runner.job_id, "completed": runner.completed, "failed": runner.failed}

    async def stop(self) -> None:
        """Interrupt the job that runs: it goes on at the next start."""
        self._runner.stop()
        await self._loop.stop()
        await self._engine.dispose()
