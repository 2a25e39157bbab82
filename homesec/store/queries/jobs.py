"""Jobs: list and one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, String, bindparam, cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime

from homesec.store.queries.paging import Scope, row, rows
from homesec.store.tables import Job

_HIDDEN = ("checkpoint", "lease_until")
_COLUMNS = [column for column in Job.__table__.c if column.name not in _HIDDEN]


async def jobs(
    connection: AsyncConnection, scope: Scope, kind: str | None, limit: int, after: tuple[datetime, str] | None
) -> Sequence[RowMapping]:
    """Newest first, one more than `limit` if there are more. With a scope only exports of these cameras."""
    statement = select(*_COLUMNS).order_by(Job.created_at.desc(), Job.id.desc()).limit(limit + 1)
    if after is not None:
        at, job_id = after
        place = tuple_(cast(bindparam("at", at), DateTime(timezone=True)), cast(bindparam("id", job_id), String))
        statement = statement.where(tuple_(Job.created_at, Job.id) < place)
    if kind is not None:
        statement = statement.where(Job.job_type == kind)
    if scope is not None:
        cameras = Job.params["cameras"]
        statement = statement.where(
            Job.job_type == "export",
            func.jsonb_typeof(cameras) == "array",
            cameras.op("<@")(cast(list(scope), JSONB)),
        )
    return await rows(connection, statement)


async def job(connection: AsyncConnection, job_id: str) -> RowMapping | None:
    return await row(connection, select(*_COLUMNS).where(Job.id == job_id))
