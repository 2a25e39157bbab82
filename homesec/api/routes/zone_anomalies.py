"""What was unusual in zones."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.api.caller import Author, Caller, Operator, Viewer
from homesec.api.pages import Cursor, Limit, decode, encode
from homesec.api.problems import responses
from homesec.api.schemas.access import CameraId
from homesec.api.schemas.activity import AnomalyOut
from homesec.api.schemas.common import MAX_ID, Page
from homesec.api.world import Posted, World
from homesec.errors import InvalidInput, NotFound
from homesec.store.queries import activity, outbox, reading
from homesec.store.queries.activity import AnomalyFilter
from homesec.store.writes.anomalies import AcknowledgeAnomaly

router = APIRouter(prefix="/api/zone-anomalies", tags=["zone anomalies"])

AnomalyId = Annotated[str, Path(pattern=r"^[\w:.-]{1,200}$")]
Kind = Literal["unusual_time", "unusual_frequency", "unusual_dwell", "unusual_entity"]


@router.get("", responses=responses())
async def list_anomalies(
    services: World,
    caller: Viewer,
    limit: Limit = 50,
    cursor: Cursor = None,
    camera: Annotated[list[CameraId] | None, Query(max_length=200)] = None,
    zone: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    kind: Annotated[list[Kind] | None, Query(alias="type")] = None,
    severity: Annotated[list[Literal["info", "warning", "critical"]] | None, Query()] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    acknowledged: bool | None = None,
) -> Page[AnomalyOut]:
    """Newest first, by event time."""
    wanted = AnomalyFilter(caller.scope(camera), zone, kind or (), severity or (), since, until, acknowledged)
    after = None if cursor is None else _after(cursor)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await activity.anomalies(connection, wanted, limit, after)
    items = [AnomalyOut.from_row(row) for row in rows[:limit]]
    more = encode(items[-1].timestamp.isoformat(), items[-1].id) if len(rows) > limit else None
    return Page(items=items, next_cursor=more, seq=seq)


@router.get("/{anomaly_id}", responses=responses(404))
async def get_anomaly(services: World, caller: Viewer, anomaly_id: AnomalyId) -> AnomalyOut:
    async with reading(services.database) as connection:
        return AnomalyOut.from_row(await _anomaly(connection, caller, anomaly_id))


@router.post("/{anomaly_id}/acknowledge", responses=responses(404))
async def acknowledge_anomaly(
    services: World, caller: Operator, by: Author, posted: Posted, anomaly_id: AnomalyId
) -> AnomalyOut:
    """The owner has seen it. Done twice, the first stands."""
    async with reading(services.database) as connection:
        await _anomaly(connection, caller, anomaly_id)
    await posted.write(AcknowledgeAnomaly(anomaly_id, by), body={"anomaly_id": anomaly_id})
    async with reading(services.database) as connection:
        return AnomalyOut.from_row(await _anomaly(connection, caller, anomaly_id))


async def _anomaly(connection: AsyncConnection, caller: Caller, anomaly_id: str) -> RowMapping:
    row = await activity.anomaly(connection, anomaly_id)
    if row is None or not caller.sees(row["camera_id"]):
        raise NotFound("there is no such anomaly")
    return row


def _after(cursor: str) -> tuple[datetime, str]:
    at, last_id = decode(cursor, str, str)
    try:
        when = datetime.fromisoformat(at)
    except ValueError as error:
        raise InvalidInput("cursor: not one of this list") from error
    if when.tzinfo is None or not str(last_id).isprintable():
        raise InvalidInput("cursor: not one of this list")
    return when, str(last_id)
