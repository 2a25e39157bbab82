"""What persons carried, left and took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from homesec.store.queries.paging import Scope, Slice, newest_first, rows, within
from homesec.store.tables import ObjectInteraction, Track


@dataclass(frozen=True)
class InteractionFilter:
    """What must hold of an interaction; None and empty say nothing."""

    cameras: Scope = None
    kinds: Sequence[str] = ()
    track: int | None = None
    """Of the person or of the thing."""
    since: datetime | None = None
    until: datetime | None = None


async def interactions(
    connection: AsyncConnection, wanted: InteractionFilter, part: Slice
) -> Sequence[RowMapping]:
    """Newest first, by when they happened."""
    table, thing = ObjectInteraction, aliased(Track)
    statement = (
        select(*table.__table__.c, Track.camera_id, thing.object_class)
        .join(Track, Track.id == table.track_id)
        .join(thing, thing.id == table.object_track_id)
        .where(*within(Track.camera_id, wanted.cameras))
    )
    if wanted.kinds:
        statement = statement.where(*within(table.kind, wanted.kinds))
    if wanted.track is not None:
        statement = statement.where(or_(table.track_id == wanted.track, table.object_track_id == wanted.track))
    if wanted.since is not None:
        statement = statement.where(table.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(table.at < wanted.until)
    return await rows(connection, newest_first(statement, table.at, table.id, part))
