"""Batches and incidents."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.events import EVENTS
from homesec.store.queries.paging import Rows, Scope, Slice, newest_first, row, rows, within
from homesec.store.tables import Batch, Detection, Event, Incident


def _batches() -> Rows:
    event_id = select(Event.id).where(Event.batch_id == Batch.id).scalar_subquery()
    count = select(func.count()).where(Detection.batch_id == Batch.id).scalar_subquery()
    columns = [column for column in Batch.__table__.c if column.name != "state"]
    return select(*columns, event_id.label("event_id"), count.label("detection_count"))


async def batches(
    connection: AsyncConnection, scope: Scope, status: str | None, part: Slice
) -> Sequence[RowMapping]:
    statement = _batches().where(*within(Batch.camera_id, scope))
    if status is not None:
        statement = statement.where(Batch.status == status)
    statement = newest_first(statement, Batch.last_at, Batch.id, part)
    return await rows(connection, statement)


async def batch(connection: AsyncConnection, batch_id: int) -> RowMapping | None:
    return await row(connection, _batches().where(Batch.id == batch_id))


def _incidents(scope: Scope) -> Rows:
    """Computed from the events that may be seen, so that nothing of other cameras shows."""
    seen = (
        select(
            Event.incident_id.label("id"),
            func.min(Event.started_at).label("started_at"),
            func.max(Event.ended_at).label("last_at"),
            func.max(Event.risk_score).label("max_score"),
            func.array_agg(Event.id).label("event_ids"),
            func.array_agg(Event.camera_id.distinct()).label("camera_ids"),
        )
        .where(Event.incident_id == Incident.id, Event.deleted_at.is_(None), *within(Event.camera_id, scope))
        .group_by(Event.incident_id)
        .lateral("seen")
    )
    columns = (seen.c.started_at, seen.c.last_at, seen.c.max_score, seen.c.event_ids, seen.c.camera_ids)
    return (
        select(Incident.id, Incident.status, *columns, Incident.last_at.label("place"))
        .select_from(Incident)
        .join(seen, seen.c.id == Incident.id)
    )


async def incidents(connection: AsyncConnection, scope: Scope, part: Slice) -> Sequence[RowMapping]:
    """In the order of their last event; `place` is what the next page goes on from."""
    statement = newest_first(_incidents(scope), Incident.last_at, Incident.id, part)
    return await rows(connection, statement)


async def incident(connection: AsyncConnection, scope: Scope, incident_id: int) -> RowMapping | None:
    statement = _incidents(scope).where(Incident.id == incident_id)
    return await row(connection, statement)


async def incident_events(
    connection: AsyncConnection, scope: Scope, incident_id: int, limit: int
) -> Sequence[RowMapping]:
    statement = (
        EVENTS.where(Event.incident_id == incident_id, Event.deleted_at.is_(None), *within(Event.camera_id, scope))
        .order_by(Event.started_at, Event.id)
        .limit(limit)
    )
    return await rows(connection, statement)
