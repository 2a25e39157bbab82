"""The enricher: further models look at the best detections of each batch."""

import logging
from datetime import UTC, datetime
from typing import Any

from actors import ENRICHER
from actors.lane import set_up_logging
from actors.loop import Loop
from actors.writer import Client
from homesec.enrich import Enrichment, Model, further_model
from homesec.errors import SettingsError, Unavailable
from homesec.settings import Settings
from homesec.store.sessions import async_engine

LOOK_S = 0.5  # between two looks for batches that are due; a look without any reads one index
REMEMBERED = 1000  # failed batches: bounds memory, and the oldest are tried once more

log = logging.getLogger(__name__)


class EnricherActor:
    """The rows say what is due, so it has no queue; what it did not get to is late and not lost."""

    async def __init__(  # type: ignore[misc]  # Ray awaits it, on the loop that the task needs
        self, settings: Settings, database_url: str, redis_url: str
    ) -> None:
        set_up_logging(settings, ENRICHER)
        self._settings = settings
        self._engine = async_engine(database_url, ENRICHER, pool=1)
        self._model: Model | None = None
        self._enrichment: Enrichment | None = None
        self._detections = 0
        self._failed: dict[int, int] = {}
        self._failures = 0
        self._loop = Loop(self._step)

    async def _step(self) -> float:
        enrichment = self._enrichment or self._load()
        for due in await enrichment.due(self._failed):
            if self._loop.stopping:
                break
            try:
                taken = await enrichment.enrich(due)
            except Unavailable:
                raise
            except Exception:  # this batch's own failure: it waits until it grows, or for a restart
                log.exception("enrichment failed", extra={"batch_id": due.batch_id})
                self._note_failure(due.batch_id, due.revision)
            else:
                self._detections += len(taken)
                log.info("enriched", extra={"batch_id": due.batch_id, "detections": len(taken)})
        return LOOK_S

    def _load(self) -> Enrichment:
        self._model = further_model(self._settings)
        if self._model is None:
            raise SettingsError("enrichment.model: no model is set")
        self._enrichment = Enrichment(self._model, self._engine, Client(), clock=lambda: datetime.now(UTC))
        return self._enrichment

    def _note_failure(self, batch_id: int, revision: int) -> None:
        self._failures += 1
        self._failed.pop(batch_id, None)
        self._failed[batch_id] = revision
        while len(self._failed) > REMEMBERED:
            del self._failed[next(iter(self._failed))]

    async def ping(self) -> str:
        return "ok"

    async def health(self) -> dict[str, Any]:
        return {
            **self._loop.health(),
            "model": self._settings.enrichment.model,
            "stand_in": None if self._model is None else self._model.stand_in,
            "detections": self._detections,
            "failed": self._failures,
        }

    async def stop(self) -> None:
        """Finish the batch that is being looked at."""
        await self._loop.stop()
        await self._engine.dispose()
