"""Fact mode: detections straight from the truth through the real writes, aggregation and analysis.

It goes by a clock of its own: nothing is drawn and nobody waits, so weeks pass in minutes. What is left in the tables
is what the system would have made of a detector that said so.
"""

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from homesec.aggregate import ROUND, Aggregation
from homesec.analyse import Analysis
from homesec.bench.accuracy.commits import Commits, Work
from homesec.bench.accuracy.expected import HEIGHT, WIDTH, Expected
from homesec.bench.accuracy.plan import TIMEZONE, Shot
from homesec.bench.stores import Stores
from homesec.bus import ANALYSIS_QUEUE, Bus
from homesec.domain.camera_settings import CameraSettings
from homesec.enrich import Enrichment, Model
from homesec.keep import Keeper
from homesec.settings import WindowSettings
from homesec.sim.drawn_zones import DrawnZone
from homesec.sim.truth.facts import Fact
from homesec.store.sessions import async_engine
from homesec.store.writes.access import By
from homesec.store.writes.detections import DetectedUpload, SaveDetections, SeenFrame, SeenObject
from homesec.store.writes.uploads import EnsureCamera, NewUpload, RegisterUploads
from homesec.store.writes.zones import CreateZone

MODEL = "facts"
ARRIVES = timedelta(seconds=1)  # after its capture a picture is in the tables
ANALYSTS = 16  # analyses at once, each with a connection that is kept

Piece = Sequence[tuple[Expected, tuple[Fact, ...]]]


class Replay:
    """The stages from the registration of a picture to its event, in one process."""

    def __init__(self, stores: Stores, step_s: float, start: datetime) -> None:
        """Pictures of up to `step_s` seconds are taken together, as if the system looked no more often."""
        self._step = timedelta(seconds=step_s)
        self._windows = WindowSettings()
        self._now = start.astimezone(UTC)
        self._commits = Commits(stores.database_url)
        self._engine = async_engine(stores.database_url, "bench", pool=ANALYSTS)
        self._bus = Bus(stores.redis_url, "bench")
        self._aggregation = Aggregation(
            self._windows, self._engine, self._bus, self._commits.write, clock=lambda: self._now
        )
        self._keeper = Keeper(self._engine, self._commits.write, TIMEZONE)
        self._settings = CameraSettings()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        """Where the time went, by stage."""
        self.pictures = self.analyses = 0

    async def close(self) -> None:
        self._commits.close()
        await self._bus.close()
        await self._engine.dispose()

    async def add_cameras(self, names: Iterable[str]) -> None:
        for name in names:
            await self._commits.write(EnsureCamera(name, name.replace("_", " "), name))

    async def draw(self, zones: Iterable[DrawnZone]) -> None:
        """As the owner draws zones, before the first picture."""
        for zone in zones:
            values = {
                "color": "#3b82f6",
                "enabled": True,
                "priority": 0,
                "target_classes": None,
                "loiter_seconds": None,
            }
            await self._commits.write(CreateZone(zone.camera, zone.drawing() | values, By("cli")))

    async def play(self, piece: Piece) -> None:
        """Pictures in the order of time."""
        for part in _steps(piece, self._step):
            self._now = max(self._now, part[-1][0].shot.at + ARRIVES)
            with self._timed("detections"):
                await self._store(part)
            await self._judge()
            self.pictures += len(part)

    async def keep(self) -> None:
        """Count the hours that are over, and learn from them."""
        with self._timed("habits"):
            await self._keeper.round(self._now)

    async def enrich(self, model: Model) -> None:
        """What a further model says of all batches so far, in the order of time."""
        with self._timed("enrichment"):
            enrichment = Enrichment([model], self._engine, self._commits.write, clock=lambda: self._now)
            while dues := await enrichment.due({}):
                for due in sorted(dues, key=lambda due: due.batch_id):
                    await enrichment.enrich(due)

    async def end(self) -> None:
        """Wait until everything is over."""
        self._now += timedelta(seconds=self._windows.idle_s + self._windows.reorder_s)
        await self._judge()

    async def _store(self, part: Piece) -> None:
        files = tuple(_file(expected.shot, self._now) for expected, _ in part)
        registered = await self._commits.write(RegisterUploads(files))
        items = tuple(
            DetectedUpload(row.upload_id, expected.shot.path, MODEL, (SeenFrame(WIDTH, HEIGHT, self._objects(found)),))
            for row, (expected, found) in zip(registered, part, strict=True)
        )
        await self._commits.write(SaveDetections(items))

    def _objects(self, found: Sequence[Fact]) -> tuple[SeenObject, ...]:
        objects = []
        for fact in found:
            x1, y1, x2, y2 = (round(edge, 5) for edge in fact.box)
            because = self._settings.exclusion(fact.kind, fact.confidence)
            objects.append(SeenObject(fact.kind, fact.confidence, x1, y1, x2, y2, because, fact.appearance))
        return tuple(objects)

    async def _judge(self) -> None:
        """Into batches, and batches into events, until nothing is left to do at this moment."""
        with self._timed("aggregation"):
            while await self._aggregation.round() == 0.0:
                pass
        with self._timed("analysis"):
            while entries := await self._bus.take([ANALYSIS_QUEUE], ROUND, 0):
                batches = dict.fromkeys(entry.body["batch_id"] for entry in entries)
                await self._analyse(sorted(batches))
                await self._bus.done(entries)
                self.analyses += len(batches)

    async def _analyse(self, batch_ids: Sequence[int]) -> None:
        def work(batch_id: int) -> Work:
            return lambda write: Analysis(self._engine, write, TIMEZONE).analyse(batch_id)

        for first in range(0, len(batch_ids), ANALYSTS):
            await self._commits.together([work(batch_id) for batch_id in batch_ids[first : first + ANALYSTS]])

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[stage] += time.perf_counter() - started


def _steps(piece: Piece, step: timedelta) -> Iterator[Piece]:
    first = 0
    for index, (expected, _) in enumerate(piece):
        if index > first and (expected.shot.at - piece[first][0].shot.at > step or index - first >= ROUND):
            yield piece[first:index]
            first = index
    if first < len(piece):
        yield piece[first:]


def _file(shot: Shot, now: datetime) -> NewUpload:
    path = shot.path.encode()
    return NewUpload(
        camera_id=shot.camera, volume=MODEL, path=path, size=1, mtime_ns=0, sha256=hashlib.sha256(path).digest(),
        media_type="image", captured_at=shot.at, time_source="name", clock_ahead=False, received_at=now,
    )  # fmt: skip
