"""The enricher without Ray: further models look at the best few detections of each batch, and what they say is stored.

It keeps nothing between two rounds. Which detections were looked at stands in them, and how far a batch is done in its
row, so a restart repeats nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.domain.closer_look import Choice, chosen
from homesec.domain.insights import Insight, Sight
from homesec.errors import SettingsError
from homesec.settings import Settings
from homesec.sim.marker import FILE, read_marker
from homesec.sim.truth import oracle
from homesec.store.sessions import database_errors
from homesec.store.writes.enrichment import SaveEnrichment
from homesec.store.writes.unit import Unit

ROUND = 50  # batches in one round: bounds memory and how long a new one waits behind old ones
QUIET = timedelta(seconds=1.5)  # a batch that got nothing for so long is looked at to its end

# Those that go on and the newest first: what is shown now matters before what was missed.
_DUE = text(
    """
    SELECT id, revision, status = 'closed' OR state ->> 'touched_at' IS NULL
        OR CAST(state ->> 'touched_at' AS timestamptz) <= :quiet_since AS settled
    FROM batches WHERE eventful AND enriched_revision < revision
        AND (id, revision) NOT IN (SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:revisions AS integer[])))
    ORDER BY last_at DESC, id DESC LIMIT :limit
    """
)
_DETECTIONS = text(
    """
    SELECT id, batch_id, camera_id, upload_id, frame_no, detected_at, object_type, confidence, x1, y1, x2, y2,
        frame_height, enrichment_data ? :model AS asked
    FROM detections WHERE batch_id = ANY(:ids) ORDER BY detected_at, id
    """
)


class Model(Protocol):
    """Something that looks closer at detections."""

    @property
    def name(self) -> str: ...

    @property
    def stand_in(self) -> str | None:
        """A sentence for the owner, when it only stands in for real models."""
        ...

    def look(self, sights: Sequence[Sight]) -> list[Insight]:
        """What it says, one insight a sight and in their order; called in a thread, one call at a time."""
        ...


def further_model(settings: Settings) -> Model | None:
    """The model that the settings ask for; None when they ask for none.

    Raises SettingsError when it cannot run here, InvalidInput when the mark of the simulation cannot be read.
    """
    if settings.enrichment.model == "none":
        return None
    simulation = read_marker(settings.data_dir)
    if simulation is None:
        raise SettingsError(
            f"enrichment.model: sim-oracle knows the simulated household only, and {settings.data_dir} is not its data "
            f"folder (there is no {FILE}); `homesec demo` makes one, for real cameras leave this setting out"
        )
    return oracle.Oracle(simulation, settings.enrichment.demographics)


@dataclass(frozen=True)
class Due:
    """A batch at a revision, and what of it is to be looked at now."""

    batch_id: int
    revision: int
    choice: Choice


class Enrichment:
    """Finds batches that are due and enriches them. `clock` gives the time by which a batch counts as quiet."""

    def __init__(
        self,
        model: Model,
        engine: AsyncEngine,
        write: Callable[[Unit], Awaitable[Any]],
        clock: Callable[[], datetime],
    ) -> None:
        self._model, self._engine, self._write, self._clock = model, engine, write, clock

    async def due(self, but: Mapping[int, int]) -> list[Due]:
        """The batches of a round that have something to look at or are done, without those that still stand at the
        revision given in `but`.

        Raises Unavailable while PostgreSQL is away.
        """
        with database_errors():
            async with self._engine.connect() as connection:
                # one snapshot, so that the revision stands for exactly these detections
                await connection.execution_options(isolation_level="REPEATABLE READ")
                values = {
                    "quiet_since": self._clock() - QUIET,
                    "limit": ROUND,
                    "ids": list(but),
                    "revisions": list(but.values()),
                }
                batches = (await connection.execute(_DUE, values)).mappings().all()
                ids = [batch["id"] for batch in batches]
                rows = (await connection.execute(_DETECTIONS, {"ids": ids, "model": self._model.name})).mappings()
                detections: defaultdict[int, list[RowMapping]] = defaultdict(list)
                for row in rows:
                    detections[row["batch_id"]].append(row)
        found = [_due(batch, detections[batch["id"]]) for batch in batches]
        return [due for due in found if due.choice.sights or not due.choice.more]

    async def enrich(self, due: Due) -> list[int]:
        """Look, and store what was said; gives the ids of the detections for which this was the first time.

        Raises Unavailable while the writer is away, and whatever the model raises.
        """
        sights = due.choice.sights
        insights = await asyncio.to_thread(self._model.look, sights) if sights else []
        revision = None if due.choice.more else due.revision
        taken: list[int] = await self._write(
            SaveEnrichment(due.batch_id, revision, self._model.name, tuple(insights))
        )
        return taken


def _due(batch: RowMapping, rows: Sequence[RowMapping]) -> Due:
    sights = [
        Sight(
            detection_id=row["id"],
            camera_id=row["camera_id"],
            frame=(row["upload_id"], row["frame_no"]),
            at=row["detected_at"],
            object_type=row["object_type"],
            confidence=float(row["confidence"]),
            box=(row["x1"], row["y1"], row["x2"], row["y2"]),
            frame_height=row["frame_height"],
        )
        for row in rows
    ]
    asked = {row["id"] for row in rows if row["asked"]}
    return Due(batch["id"], batch["revision"], chosen(sights, asked, batch["settled"]))
