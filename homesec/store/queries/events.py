"""Events: lists, one with what it rests on, counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, RowMapping, cast, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import Rows, Scope, Slice, newest_first, row, rows, text_array, within
from homesec.store.tables import Calibration, Camera, Detection, Event, EventAudit, EventDetection, Track

_HIDDEN = ("search_vector", "embedding", "embedding_model", "embedded_revision", "batch_revision")
COLUMNS = [column for column in Event.__table__.c if column.name not in _HIDDEN]
EVENTS = select(*COLUMNS, Camera.name.label("camera_name")).join(Camera, Camera.id == Event.camera_id)


@dataclass(frozen=True)
class EventFilter:
    """What must hold of an event; None and empty say nothing."""

    cameras: Scope = None
    levels: Sequence[str] = ()
    min_score: int | None = None
    max_score: int | None = None
    object_types: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    reviewed: bool | None = None
    status: str | None = None
    include_deleted: bool = False
    entity: UUID | None = None
    """Somebody or something that is seen in it."""
    ids: Sequence[int] = ()

    def apply(self, statement: Rows) -> Rows:
        statement = statement.where(*within(Event.camera_id, self.cameras))
        statement = statement.where(*within(Event.risk_level, self.levels or None))
        if not self.include_deleted:
            statement = statement.where(Event.deleted_at.is_(None))
        if self.ids:
            statement = statement.where(Event.id.in_(list(self.ids)))
        if self.min_score is not None:
            statement = statement.where(Event.risk_score >= self.min_score)
        if self.max_score is not None:
            statement = statement.where(Event.risk_score <= self.max_score)
        if self.object_types:
            statement = statement.where(Event.object_types.op("&&")(text_array(self.object_types)))
        if self.since is not None:
            statement = statement.where(Event.started_at >= self.since)
        if self.until is not None:
            statement = statement.where(Event.started_at < self.until)
        if self.reviewed is not None:
            statement = statement.where(Event.reviewed.is_(self.reviewed))
        if self.status is not None:
            statement = statement.where(Event.status == self.status)
        if self.entity is not None:
            seen = (
                select(EventDetection.event_id)
                .join(Detection, Detection.id == EventDetection.detection_id)
                .join(Track, Track.id == Detection.track_id)
                .where(Track.entity_id == self.entity)
            )
            statement = statement.where(Event.id.in_(seen))
        return statement


async def events(connection: AsyncConnection, wanted: EventFilter, part: Slice) -> Sequence[RowMapping]:
    statement = newest_first(wanted.apply(EVENTS), Event.started_at, Event.id, part)
    return await rows(connection, statement)


async def ids(connection: AsyncConnection, wanted: EventFilter, after: int, limit: int) -> Sequence[int]:
    """The next ids after one, the oldest first."""
    statement = wanted.apply(select(Event.id)).where(Event.id > after).order_by(Event.id).limit(limit)
    return (await connection.execute(statement)).scalars().all()


async def count(connection: AsyncConnection, wanted: EventFilter) -> int:
    return await connection.scalar(wanted.apply(select(func.count()).select_from(Event))) or 0


async def event(connection: AsyncConnection, event_id: int) -> RowMapping | None:
    return await row(connection, EVENTS.where(Event.id == event_id))


async def audits(connection: AsyncConnection, event_id: int, limit: int) -> Sequence[RowMapping]:
    """The revisions of an event's score, newest first, each with the curve it was calibrated by."""
    statement = (
        select(*EventAudit.__table__.c, Calibration.params.label("calibration"))
        .outerjoin(Calibration, Calibration.id == EventAudit.calibration_id)
        .where(EventAudit.event_id == event_id)
        .order_by(EventAudit.revision.desc(), EventAudit.id.desc())
        .limit(limit)
    )
    return await rows(connection, statement)


async def stats(connection: AsyncConnection, wanted: EventFilter) -> dict[str, Any]:
    """Counts in all, by level, camera, day (UTC) and class."""
    chosen = wanted.apply(
        select(
            Event.camera_id.label("camera"), Event.risk_level.label("level"), cast(Event.started_at, Date).label("day"),
            Event.object_types, Event.reviewed, Event.status,
        )
    ).subquery()  # fmt: skip
    level, camera, day = chosen.c.level, chosen.c.camera, chosen.c.day
    counts = select(  # one pass for all groups; `missing` has a bit for each column that a row is not grouped by
        level, camera, day, func.grouping(level, camera, day).label("missing"), func.count().label("total"),
        func.count().filter(~chosen.c.reviewed).label("unreviewed"),
        func.count().filter(chosen.c.status == "open").label("open"),
    ).group_by(func.grouping_sets(tuple_(), tuple_(level), tuple_(camera), tuple_(day)))  # fmt: skip
    answer: dict[str, Any] = {"by_level": {}, "by_camera": {}, "by_day": {}}
    names = {0b011: "level", 0b101: "camera", 0b110: "day"}
    for line in await rows(connection, counts.order_by(level, camera, day)):
        if name := names.get(line["missing"]):
            answer[f"by_{name}"][str(line[name])] = line["total"]
        else:
            answer |= {key: line[key] for key in ("total", "unreviewed", "open")}
    kinds = select(func.unnest(chosen.c.object_types).label("kind")).subquery()
    by_type = select(kinds.c.kind, func.count()).group_by(kinds.c.kind).order_by(func.count().desc()).limit(100)
    return {**answer, "by_object_type": {key: count for key, count in await connection.execute(by_type)}}
