"""The enricher: further models look at the best detections of each batch."""

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from actors import ENRICHER
from actors.lane import set_up_logging
from actors.loop import Loop
from actors.storage import NodeStorage
from actors.writer import Client
from homesec.domain.insights import Sight
from homesec.enrich import Due, Enrichment, Model, stand_in
from homesec.enrich_pictures import Pictures
from homesec.errors import Unavailable
from homesec.settings import Settings
from homesec.store.sessions import async_engine
from homesec.vision.devices import DeviceLost
from homesec.vision.offline import go_offline
from homesec.vision.shares import cuda_devices_gb, limit_memory
from homesec.vision.zoo.assembly import Zoo
from homesec.vision.zoo.crop import Crop

LOOK_S = 0.5  # between two looks for batches that are due; a look without any reads one index
REMEMBERED = 1000  # failed batches: bounds memory, and the oldest are tried once more

log = logging.getLogger(__name__)


class EnricherActor:
    """The rows say what is due, so it has no queue; what it did not get to is late and not lost.

    A full set of models on its share `part` of a GPU, or on the processor. Several divide the batches among them.
    """

    async def __init__(  # type: ignore[misc]  # Ray awaits it, on the loop that the task needs
        self, settings: Settings, database_url: str, redis_url: str, number: int = 0, part: float = 0.0
    ) -> None:
        set_up_logging(settings, f"{ENRICHER}:{number}")
        go_offline(settings.models_dir)
        self._settings, self._number, self._part = settings, number, part
        self._engine = async_engine(database_url, ENRICHER, pool=1)
        self._own_loop = asyncio.get_running_loop()
        self._pictures = Pictures(self._engine, NodeStorage(settings), settings.uploads)
        self._stand_in: Model | None = None
        self._zoo: Zoo | None = None
        self._enrichment: Enrichment | None = None
        self._one_by_one = False
        self._detections = 0
        self._failed: dict[int, int] = {}
        self._failures = 0
        self._loop = Loop(self._step)

    async def _step(self) -> float:
        if self._enrichment is None:
            self._enrichment = await asyncio.to_thread(self._load)
        enrichment = self._enrichment
        dues = await enrichment.due(self._failed)
        groups = [[due] for due in dues] if self._one_by_one else [dues]
        self._one_by_one = False
        for group in groups:
            if self._loop.stopping or not group:
                break
            await self._enrich(enrichment, group)
        if self._zoo is not None:
            self._zoo.put_idle_away()
        return 0.0 if self._one_by_one else LOOK_S

    async def _enrich(self, enrichment: Enrichment, dues: Sequence[Due]) -> None:
        """Together, so that crops of all cameras share a model's batch; after a failure each by itself."""
        ids = [due.batch_id for due in dues]
        try:
            taken = await enrichment.enrich(*dues)
        except Unavailable:
            raise
        except DeviceLost:
            log.exception("the GPU is lost")
            os._exit(1)  # nothing of this process can use it any more
        except Exception:
            if len(dues) > 1:
                self._one_by_one = True
                return
            log.exception("enrichment failed", extra={"batch_id": ids[0]})  # it waits until it grows, or for a restart
            self._note_failure(dues[0].batch_id, dues[0].revision)
        else:
            self._detections += len(taken)
            log.info("enriched", extra={"batch_ids": ids, "detections": len(taken)})

    def _load(self) -> Enrichment:
        settings = self._settings
        device = "cuda" if self._part and cuda_devices_gb() else "cpu"
        if device == "cuda":
            limit_memory(self._part)
        self._zoo = Zoo(settings, self._crops, device)
        self._stand_in = stand_in(settings)
        models: list[Model] = [*([] if self._stand_in is None else [self._stand_in]), *self._zoo.models]
        return Enrichment(
            models, self._engine, Client(), lambda: datetime.now(UTC), settings.enrichment.deadline_s,
            self._number, settings.enrichment.replicas, self._pictures.expect,
        )  # fmt: skip

    def _crops(self, sights: Sequence[Sight], moments: bool) -> Mapping[int, Crop]:
        """From a model's thread: the reading happens on the loop, like all use of the database and of other actors."""
        return asyncio.run_coroutine_threadsafe(self._pictures.crops(sights, moments), self._own_loop).result()

    def _note_failure(self, batch_id: int, revision: int) -> None:
        self._failures += 1
        self._failed.pop(batch_id, None)
        self._failed[batch_id] = revision
        while len(self._failed) > REMEMBERED:
            del self._failed[next(iter(self._failed))]

    async def ping(self) -> str:
        return "ok"

    async def health(self) -> dict[str, Any]:
        zoo = self._zoo
        return {
            **self._loop.health(),
            "model": self._settings.enrichment.model,
            "stand_in": None if self._stand_in is None else self._stand_in.stand_in,
            "device": None if zoo is None else zoo.device,
            "share": self._part or None,
            **({} if zoo is None else zoo.health()),
            "detections": self._detections,
            "failed": self._failures,
        }

    async def stop(self) -> None:
        """Finish the batches that are being looked at."""
        await self._loop.stop()
        await self._engine.dispose()
