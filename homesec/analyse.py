"""The analyst without Ray: a batch becomes an event, with a score that its evidence explains."""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from homesec.domain.evidence import Sighting, evidence, kind
from homesec.domain.hand_evidence import Handling, hand_evidence
from homesec.domain.place_evidence import Visit, place_evidence
from homesec.domain.risk import Evidence, Risk, assess
from homesec.domain.surprise import surprise
from homesec.store.queries import activity
from homesec.store.sessions import database_errors
from homesec.store.writes.events import SaveEvent
from homesec.store.writes.unit import Unit

_BATCH = text(
    """
    SELECT batches.id, batches.camera_id, batches.status, batches.started_at, batches.last_at, batches.revision,
        batches.analysed_revision, batches.eventful, cameras.timezone, cameras.name
    FROM batches JOIN cameras ON cameras.id = batches.camera_id WHERE batches.id = :id
    """
)
_DETECTIONS = text(
    """
    SELECT id, upload_id, frame_no, detected_at, object_type, confidence, model FROM detections
    WHERE batch_id = :id ORDER BY detected_at, id
    """
)
# Stays and crossings of the batch's tracks, as far as they reach into its time.
_VISITS = text(
    """
    SELECT record.id, zone.name, zone.zone_type, record.object_class, record.entry_time, record.total_seconds,
        record.direction, record.triggered_alert
    FROM tracks
    JOIN dwell_time_records AS record ON record.camera_id = tracks.camera_id AND record.session = tracks.session
        AND record.track_id = tracks.track_id
    JOIN camera_zones AS zone ON zone.id = record.zone_id
    WHERE tracks.id IN (SELECT track_id FROM detections WHERE batch_id = :id)
        AND record.entry_time <= :last_at AND (record.exit_time IS NULL OR record.exit_time >= :started_at)
    ORDER BY record.entry_time, record.id
    """
)
# What the batch's persons did with things by then; a thing may be seen a moment longer than who takes it.
_HANDLINGS = text(
    """
    SELECT one.id, one.kind, one.track_id, one.object_track_id, thing.object_class, one.at, one.confidence
    FROM object_interactions AS one JOIN tracks AS thing ON thing.id = one.object_track_id
    WHERE one.track_id IN (SELECT track_id FROM detections WHERE batch_id = :id)
        AND one.at <= CAST(:last_at AS timestamptz) + interval '10 seconds'
    ORDER BY one.at, one.id
    """
)


class Analysis:
    """Judges batches. An LLM speaks later, from a queue of its own, and never here: a score waits for nobody."""

    def __init__(self, engine: AsyncEngine, write: Callable[[Unit], Awaitable[Any]], timezone: str) -> None:
        self._engine, self._write, self._timezone = engine, write, timezone

    async def analyse(self, batch_id: int) -> int | None:
        """Judge the batch as it is now; gives the event's id, or None when there is nothing new to say.

        Raises Unavailable while PostgreSQL or the writer is away.
        """
        started = time.monotonic()
        with database_errors():
            async with self._engine.connect() as connection:
                # one snapshot, so that the revision stands for exactly these detections
                await connection.execution_options(isolation_level="REPEATABLE READ")
                batch = (await connection.execute(_BATCH, {"id": batch_id})).mappings().one_or_none()
                if batch is None or not batch["eventful"] or batch["analysed_revision"] >= batch["revision"]:
                    return None
                rows = (await connection.execute(_DETECTIONS, {"id": batch_id})).mappings().all()
                if not rows:
                    return None
                visits = (await connection.execute(_VISITS, dict(batch))).mappings().all()
                handlings = (await connection.execute(_HANDLINGS, dict(batch))).all()
                unusual = await _surprise(connection, batch, rows, self._timezone)
        hands = hand_evidence([Handling(*row) for row in handlings])
        around = [*place_evidence([_visit(row) for row in visits]), *hands, *unusual]
        event_id: int | None = await self._write(_event(batch, rows, around, self._timezone, started))
        return event_id


async def _surprise(
    connection: AsyncConnection, batch: RowMapping, rows: Sequence[RowMapping], timezone: str
) -> list[Evidence]:
    """How surprising the leading class is at this hour; nothing until the camera's habits are learned."""
    name = max(rows, key=lambda row: (kind(row["object_type"]) == "person", row["confidence"]))["object_type"]
    hour = batch["started_at"].astimezone(ZoneInfo(batch["timezone"] or timezone)).hour
    usual = await activity.surprise(connection, batch["camera_id"], name, batch["started_at"], hour)
    if usual is None:
        return []
    item = surprise(
        name, usual["seen"], usual["frequency"], usual["variance"], usual["sample_count"],
        f"class_baselines:{usual['id']}", batch["started_at"].isoformat(),
    )  # fmt: skip
    return [] if item is None else [item]


def _event(
    batch: RowMapping, rows: Sequence[RowMapping], around: Sequence[Evidence], timezone: str, started: float
) -> SaveEvent:
    sightings = [
        Sighting(row["id"], (row["upload_id"], row["frame_no"]), row["detected_at"], row["object_type"],
                 float(row["confidence"]))
        for row in rows
    ]  # fmt: skip
    risk = assess([*evidence(sightings, batch["timezone"] or timezone), *around])
    seconds = (batch["last_at"] - batch["started_at"]).total_seconds()
    return SaveEvent(
        batch_id=batch["id"],
        batch_revision=batch["revision"],
        camera_id=batch["camera_id"],
        started_at=batch["started_at"],
        ended_at=batch["last_at"],
        closed=batch["status"] == "closed",
        risk=risk,
        summary=_summary(sightings, seconds),
        reasoning=_reasoning(risk),
        object_types=tuple(name for name, _ in Counter(s.object_type for s in sightings).most_common()),
        detection_ids=tuple(sighting.id for sighting in sightings),
        cover_detection_id=max(sightings, key=_cover_rank).id,
        models={"detector": sorted({row["model"] for row in rows})},
        latency_s=round(time.monotonic() - started, 4),
    )


def _visit(row: RowMapping) -> Visit:
    return Visit(
        row["id"], row["name"], row["zone_type"], row["object_class"], row["entry_time"], row["total_seconds"],
        row["direction"], row["triggered_alert"],
    )  # fmt: skip


def _cover_rank(sighting: Sighting) -> tuple[bool, float]:
    return kind(sighting.object_type) == "person", sighting.confidence


def _summary(sightings: Sequence[Sighting], seconds: float) -> str:
    """What was seen at most at once, and for how long: `2 persons and 1 bus, for 12 s`."""
    at_once: Counter[str] = Counter()
    frames: dict[tuple[int, int], Counter[str]] = {}
    for sighting in sightings:
        frames.setdefault(sighting.frame, Counter())[sighting.object_type] += 1
    for counts in frames.values():
        at_once |= counts
    ranked = sorted(at_once.items(), key=lambda item: (kind(item[0]) != "person", -item[1], item[0]))
    words = [f"{count} {name}{'s' if count > 1 else ''}" for name, count in ranked[:4]]
    seen = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
    return seen + (f", for {seconds:.0f} s" if seconds >= 1 else "")


def _reasoning(risk: Risk) -> str:
    parts = sorted(risk.evidence, key=lambda item: -abs(item.weight))
    return "; ".join(item.text for item in parts) + "."
