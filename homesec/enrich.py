"""The enricher without Ray: further models look at the best few detections of each batch, and what they say is stored.

It keeps nothing between two rounds. Which model looked at a detection stands in the detection, and how far a batch is
done in its row, so a restart repeats nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.domain.closer_look import chosen, with_neighbours
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
    FROM batches WHERE eventful AND enriched_revision < revision AND id % :shares = :share
        AND (id, revision) NOT IN (SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:revisions AS integer[])))
    ORDER BY last_at DESC, id DESC LIMIT :limit
    """
)
_DETECTIONS = text(
    """
    SELECT id, batch_id, camera_id, upload_id, frame_no, detected_at, object_type, confidence, x1, y1, x2, y2,
        frame_height, track_id,
        ARRAY(SELECT model FROM unnest(CAST(:models AS text[])) AS model WHERE enrichment_data ? model) AS asked
    FROM detections WHERE batch_id = ANY(:ids) ORDER BY detected_at, id
    """
)


class Model(Protocol):
    """Something that looks closer at detections."""

    @property
    def name(self) -> str:
        """Stands in every row that it makes."""
        ...

    @property
    def stand_in(self) -> str | None:
        """A sentence for the owner, when it only stands in for real models."""
        ...

    def wants(self, sight: Sight) -> bool:
        """Whether it is to be asked about it now."""
        ...

    def look(self, sights: Sequence[Sight]) -> list[Insight]:
        """What it says, one insight a sight and in their order, or none at all while it cannot be had.

        Called in a thread, one call at a time.
        """
        ...


def stand_in(settings: Settings) -> Model | None:
    """The model that the settings ask for in place of real ones; None when they ask for none.

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
    """A batch at a revision, and what of it is to be looked at now, by model."""

    batch_id: int
    revision: int
    sights: Mapping[str, tuple[Sight, ...]]
    more: bool
    """Whether the batch has more that is not ripe yet."""


class Enrichment:
    """Finds batches that are due and enriches them. `clock` gives the time by which a batch counts as quiet.

    `deadline_s`: what the models said by then is stored together; what comes later when it comes. `share` of `shares`:
    which batches are this one's, when several work beside each other. `expect` hears what a round is about.
    """

    def __init__(
        self,
        models: Sequence[Model],
        engine: AsyncEngine,
        write: Callable[[Unit], Awaitable[Any]],
        clock: Callable[[], datetime],
        deadline_s: float = 2.0,
        share: int = 0,
        shares: int = 1,
        expect: Callable[[Sequence[Sight]], None] | None = None,
    ) -> None:
        self._models, self._engine, self._write, self._clock = models, engine, write, clock
        self._deadline_s, self._share, self._shares, self._expect = deadline_s, share, shares, expect

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
                    "share": self._share,
                    "shares": self._shares,
                }
                batches = (await connection.execute(_DUE, values)).mappings().all()
                ids = [batch["id"] for batch in batches]
                names = [model.name for model in self._models]
                rows = (await connection.execute(_DETECTIONS, {"ids": ids, "models": names})).mappings()
                detections: defaultdict[int, list[RowMapping]] = defaultdict(list)
                for row in rows:
                    detections[row["batch_id"]].append(row)
        found = [_due(batch, detections[batch["id"]], self._models) for batch in batches]
        return [due for due in found if due.sights or not due.more]

    async def enrich(self, *dues: Due) -> list[int]:
        """Let each model look once at what it is asked of all these batches, and store what was said.

        Gives the ids of the detections that a model was asked about for the first time. A model that fails keeps no
        other from being stored; its batches stay due. Raises Unavailable while the writer is away, and then whatever
        the first failed model raised.
        """
        if self._expect is not None:
            every = {sight.detection_id: sight for due in dues for ones in due.sights.values() for sight in ones}
            self._expect(list(every.values()))
        answers = _Answers(dues, self._write)
        failed: BaseException | None = None
        ends = asyncio.get_running_loop().time() + self._deadline_s
        for model in self._models:
            sights = [sight for due in dues for sight in due.sights.get(model.name, ())]
            if not sights:
                continue
            looking = asyncio.ensure_future(asyncio.to_thread(model.look, sights))
            await asyncio.wait({looking}, timeout=max(ends - asyncio.get_running_loop().time(), 0.0))
            if not looking.done():  # it is late: the others have waited long enough
                await answers.store()
                await asyncio.wait({looking})
            failed = failed or looking.exception()
            if looking.exception() is None:
                answers.add(model.name, looking.result())
        if failed is not None:
            await answers.store()
            raise failed
        await answers.finish(self._models[-1].name)
        return answers.taken


class _Answers:
    """What the models said about some batches and is not stored yet."""

    def __init__(self, dues: Sequence[Due], write: Callable[[Unit], Awaitable[Any]]) -> None:
        self._dues, self._write = dues, write
        self._batch_of = {
            sight.detection_id: due.batch_id for due in dues for sights in due.sights.values() for sight in sights
        }
        self._waiting: defaultdict[int, list[tuple[str, list[Insight]]]] = defaultdict(list)
        self._taken: dict[int, None] = {}  # in their order

    @property
    def taken(self) -> list[int]:
        return list(self._taken)

    def add(self, model: str, insights: Sequence[Insight]) -> None:
        batches: defaultdict[int, list[Insight]] = defaultdict(list)
        for insight in insights:
            batches[self._batch_of[insight.detection_id]].append(insight)
        for batch_id, ones in batches.items():
            self._waiting[batch_id].append((model, ones))

    async def store(self) -> None:
        for due in self._dues:
            for model, insights in self._waiting.pop(due.batch_id, []):
                await self._save(due, model, insights, None)

    async def finish(self, model: str) -> None:
        """Store the rest; the last unit of a batch that is looked at to its end says so."""
        for due in self._dues:
            left = self._waiting.pop(due.batch_id, [])
            revision = None if due.more else due.revision
            for number, (name, insights) in enumerate(left, 1):
                await self._save(due, name, insights, revision if number == len(left) else None)
            if not left and revision is not None:
                await self._save(due, model, [], revision)

    async def _save(self, due: Due, model: str, insights: Sequence[Insight], revision: int | None) -> None:
        taken = await self._write(SaveEnrichment(due.batch_id, revision, model, tuple(insights)))
        self._taken.update(dict.fromkeys(taken))


def _due(batch: RowMapping, rows: Sequence[RowMapping], models: Sequence[Model]) -> Due:
    sights = [_sight(row) for row in rows]
    asked = {row["id"]: frozenset(row["asked"]) for row in rows if row["asked"]}
    choice = chosen(sights, asked, batch["settled"])
    tracks: defaultdict[int | None, list[Sight]] = defaultdict(list)
    for sight in sights:
        tracks[sight.track_id].append(sight)
    # What one model looked at, the others look at too: also one that was late, or was not there, when the others did.
    wanted = [
        sight if sight.track_id is None else with_neighbours(sight, tracks[sight.track_id])
        for sight in (*choice.sights, *(sight for sight in sights if sight.detection_id in asked))
    ]
    by_model = {
        model.name: tuple(
            sight
            for sight in wanted
            if model.name not in asked.get(sight.detection_id, ()) and model.wants(sight)
        )
        for model in models
    }
    return Due(
        batch["id"], batch["revision"], {name: ones for name, ones in by_model.items() if ones}, choice.more
    )


def _sight(row: RowMapping) -> Sight:
    return Sight(
        detection_id=row["id"],
        camera_id=row["camera_id"],
        frame=(row["upload_id"], row["frame_no"]),
        at=row["detected_at"],
        object_type=row["object_type"],
        confidence=float(row["confidence"]),
        box=(row["x1"], row["y1"], row["x2"], row["y2"]),
        frame_height=row["frame_height"],
        track_id=row["track_id"],
    )
