"""Lines of the log, by what they are about and by words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import Slice, newest_first, rows
from homesec.store.tables import LogEntry
from homesec.store.tables.system import LOG_LEVELS, LOG_SEARCH

_SHOWN = [column for column in LogEntry.__table__.c if column.name != "search_vector"]


@dataclass(frozen=True)
class LogFilter:
    """What must hold of a line; None says nothing."""

    level: str | None = None
    """This one or a worse one."""
    component: str | None = None
    camera_id: str | None = None
    event_id: int | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str | None = None
    """As in a web search; names and numbers as they stand."""


async def log_lines(connection: AsyncConnection, wanted: LogFilter, part: Slice) -> Sequence[RowMapping]:
    statement = select(*_SHOWN)
    if wanted.level is not None:
        statement = statement.where(LogEntry.level.in_(LOG_LEVELS[LOG_LEVELS.index(wanted.level) :]))
    for name in ("component", "camera_id", "event_id", "request_id"):
        if (value := getattr(wanted, name)) is not None:
            statement = statement.where(getattr(LogEntry, name) == value)
    if wanted.since is not None:
        statement = statement.where(LogEntry.timestamp >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(LogEntry.timestamp < wanted.until)
    if wanted.words is not None:
        query = func.websearch_to_tsquery(literal_column(f"'{LOG_SEARCH}'::regconfig"), wanted.words)
        statement = statement.where(LogEntry.search_vector.op("@@")(query))
    return await rows(connection, newest_first(statement, LogEntry.timestamp, LogEntry.id, part))
