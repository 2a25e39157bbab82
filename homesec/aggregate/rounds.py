"""Rounds of the aggregator: what is ready is followed and placed into batches, what is over is closed.

What is true stands in `uploads`, `batches` and `tracker_states`, so a restart continues where the last commit ended.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from homesec.aggregate.followings import Tracks, Went
from homesec.aggregate.pictures import of_uploads
from homesec.bus import ANALYSIS_QUEUE, Bus
from homesec.domain.batches import TRACKS_ENDED, Growth, Rules, Seen, Span, grow, has_ended, is_over
from homesec.errors import Conflict, Unavailable
from homesec.settings import WindowSettings
from homesec.store.queries.zones import enabled_zones
from homesec.store.sessions import database_errors
from homesec.store.writes.batches import SaveBatches
from homesec.store.writes.unit import Unit

ROUND = 500  # uploads in one round: bounds memory and the length of a commit
MIRROR_TTL_S = 600
POLL_S = 5.0  # without a hint: how often to look
LONGEST_WAIT = timedelta(minutes=15)  # for an upload that is on its way; one that comes later joins the closed batch

_DETECTED = text(
    """
    WITH waiting AS (
        SELECT camera_id, min(captured_at) AS first FROM uploads WHERE state = 'pending' GROUP BY camera_id)
    SELECT upload.id, upload.camera_id,
        waiting.first IS NULL OR upload.captured_at <= waiting.first
            OR upload.detected_on <= now() - CAST(:reorder AS interval) AS ready,
        extract(epoch FROM upload.detected_on + CAST(:reorder AS interval) - now()) AS wait_s
    FROM uploads AS upload LEFT JOIN waiting ON waiting.camera_id = upload.camera_id
    WHERE upload.state = 'detected' ORDER BY upload.captured_at, upload.id LIMIT :limit
    """
)
_COLUMNS = "id, camera_id, status, started_at, last_at, close_reason, revision, state"
_NEAR = text(
    f"SELECT {_COLUMNS} FROM batches WHERE camera_id = :camera_id AND last_at >= :from "
    "AND (started_at <= :to OR status = 'open') ORDER BY started_at, id"
)
_OLDER = text(
    f"SELECT {_COLUMNS} FROM batches WHERE camera_id = :camera_id AND status = 'open' AND last_at < :from ORDER BY id"
)
_OPEN = text(
    f"""
    SELECT {_COLUMNS}, EXISTS (
        SELECT FROM uploads JOIN cameras ON cameras.id = uploads.camera_id
        WHERE uploads.camera_id = batches.camera_id AND uploads.state IN ('pending', 'detected')
            AND uploads.captured_at BETWEEN batches.started_at - CAST(:idle AS interval)
                AND batches.last_at + CAST(:idle AS interval)
            AND uploads.received_at > :not_before
            AND cameras.deleted_at IS NULL) AS awaited
    FROM batches WHERE status = 'open' ORDER BY id
    """
)

log = logging.getLogger(__name__)


class Aggregation:
    """Takes rounds. `clock` gives the time by which waiting is given up: the wall's, or a simulation's."""

    def __init__(
        self,
        settings: WindowSettings,
        engine: AsyncEngine,
        bus: Bus,
        write: Callable[[Unit], Awaitable[Any]],
        clock: Callable[[], datetime],
    ) -> None:
        self._rules = Rules(
            timedelta(seconds=settings.idle_s), timedelta(seconds=settings.window_s), settings.max_detections
        )
        self._reorder = timedelta(seconds=settings.reorder_s)
        self._engine, self._bus, self._write, self._clock = engine, bus, write, clock
        self._tracks = Tracks()
        self.uploads = self.rounds = 0

    async def round(self) -> float:
        """Place what is ready, close what is over. Gives the seconds to wait before the next round.

        Raises Unavailable while PostgreSQL or the writer is away.
        """
        self.rounds += 1
        with database_errors():
            async with self._engine.connect() as connection:
                rows = (
                    await connection.execute(_DETECTED, {"reorder": self._reorder, "limit": ROUND})
                ).mappings()
                uploads = rows.all()
                ready: defaultdict[str, list[int]] = defaultdict(list)
                for row in uploads:
                    if row["ready"]:
                        ready[row["camera_id"]].append(row["id"])
                saves = await self._placed(connection, ready)
        if not all(await asyncio.gather(*(self._followed(save, went) for save, went in saves))):
            return 0.0  # they were written at once, and so in one commit
        self.uploads += sum(len(save.upload_ids) for save, _ in saves)
        if len(uploads) == ROUND and saves:
            return 0.0
        due_s = await self._close_what_is_over()
        waits = [float(row["wait_s"]) for row in uploads if not row["ready"]]
        return max(0.02, min([POLL_S, due_s, *waits]))

    async def _placed(
        self, connection: AsyncConnection, ready: Mapping[str, Sequence[int]]
    ) -> list[tuple[SaveBatches, Went]]:
        if not ready:
            return []
        pictures = await of_uploads(connection, [number for ids in ready.values() for number in ids])
        zones = await enabled_zones(connection, list(ready))
        await self._tracks.read(connection, ready)
        saves = []
        for camera, upload_ids in ready.items():
            went = await self._tracks.go_on(connection, camera, pictures[camera], zones[camera])
            growths = await self._growths(connection, camera, went)
            saves.append((SaveBatches(camera, tuple(upload_ids), tuple(growths), went.placed(), went.save), went))
        return saves

    async def _growths(self, connection: AsyncConnection, camera_id: str, went: Went) -> list[Growth]:
        pictures = [*went.pictures, *went.missed]
        frames = [seen for picture in pictures if (seen := picture.seen(went.made.reasons)) is not None]
        if not frames:
            return []
        return grow(await self._near(connection, camera_id, frames), frames, self._rules, self._clock())

    async def _near(self, connection: AsyncConnection, camera_id: str, frames: Sequence[Seen]) -> list[Span]:
        times = [frame.at for frame in frames]
        found = await connection.execute(
            _NEAR,
            {"camera_id": camera_id, "from": min(times) - self._rules.idle, "to": max(times) + self._rules.idle},
        )
        older = await connection.execute(
            _OLDER,
            {"camera_id": camera_id, "from": min(times) - self._rules.idle},
        )
        return [_span(row) for row in [*older.mappings(), *found.mappings()]]

    async def _close_what_is_over(self) -> float:
        """Close idle batches; gives the seconds until the next one may be over."""
        now = self._clock()
        with database_errors():
            async with self._engine.connect() as connection:
                values = {"idle": self._rules.idle, "not_before": now - LONGEST_WAIT}
                rows = (await connection.execute(_OPEN, values)).mappings().all()
                await self._tracks.read(connection, {row["camera_id"] for row in rows})
        due_s = POLL_S
        for row in rows:
            span, following = _span(row), self._tracks.of(row["camera_id"])
            reason = None
            if is_over(span, self._rules, now, row["awaited"]):
                reason = "idle"
            elif following is not None and has_ended(
                span, following.tracker, following.latest[0], now, row["awaited"]
            ):
                reason = TRACKS_ENDED
            if reason is not None:
                closed = Growth(replace(span, close_reason=reason), changed=True)
                await self._saved(SaveBatches(row["camera_id"], (), (closed,)))
                continue
            quiet_s = (now - max(span.last_at, span.touched_at)).total_seconds()
            waits = [self._rules.idle.total_seconds()] + ([following.tracker.patience_s] if following else [])
            due_s = min([due_s, *(wait - quiet_s for wait in waits if wait > quiet_s)])
        return max(0.1, due_s)

    async def _followed(self, save: SaveBatches, went: Went) -> bool:
        if not await self._saved(save):
            return False
        self._tracks.keep(save.camera_id, went)
        return True

    async def _saved(self, save: SaveBatches) -> bool:
        """Write, then ask for analysis. False: somebody else changed a row meanwhile, so look again."""
        try:
            saved: list[tuple[int, bool]] = await self._write(save)
        except Conflict:
            return False
        if saved:
            ids = {"batch_ids": [batch_id for batch_id, _ in saved], "upload_ids": list(save.upload_ids)}
            log.info("batches changed", extra={"camera_id": save.camera_id, **ids})
        with contextlib.suppress(Unavailable):  # the sweep makes the entries again from the rows
            await self._bus.add(ANALYSIS_QUEUE, [{"batch_id": batch_id} for batch_id, eventful in saved if eventful])
            for growth, (batch_id, _) in zip(save.growths, saved, strict=False):  # others were only judged anew
                await self._mirror(save.camera_id, batch_id, growth.span)
        return True

    async def _mirror(self, camera_id: str, batch_id: int, span: Span) -> None:
        name = f"batch:{camera_id}"
        if not span.is_open:
            await self._bus.forget(name)
            return
        fields: dict[str, str | int] = {
            "id": batch_id,
            "started_at": span.started_at.isoformat(),
            "last_at": span.last_at.isoformat(),
            "revision": span.revision + 1,
            "detections": span.count,
        }
        await self._bus.mirror(name, fields, MIRROR_TTL_S)


def _span(row: RowMapping) -> Span:
    state = row["state"]
    return Span(
        started_at=row["started_at"],
        last_at=row["last_at"],
        touched_at=datetime.fromisoformat(state["touched_at"]),
        count=state["count"],
        doubt=state["doubt"],
        close_reason=row["close_reason"],
        id=row["id"],
        revision=row["revision"],
    )
