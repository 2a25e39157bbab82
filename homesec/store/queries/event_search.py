"""Events by words."""

from collections.abc import Sequence

from sqlalchemy import Float, RowMapping, cast, func, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.events import COLUMNS, EventFilter
from homesec.store.queries.paging import rows
from homesec.store.tables import Camera, Event
from homesec.store.tables.core import SEARCH_CONFIG

RANKED = 10_000  # the newest matches that are ranked: a word that is in a million events must not cost seconds


async def found(
    connection: AsyncConnection, words: str, wanted: EventFilter, limit: int, after: tuple[float, int] | None
) -> Sequence[RowMapping]:
    """Best first, then newest; one more than `limit` if there are more.

    `words` as in a web search: several must all occur, "a phrase", or, -not. Never a syntax error.
    """
    query = func.websearch_to_tsquery(literal_column(f"'{SEARCH_CONFIG}'::regconfig"), words)
    newest = (
        wanted.apply(select(Event.id, Event.search_vector).where(Event.search_vector.op("@@")(query)))
        .order_by(Event.started_at.desc(), Event.id.desc())
        .limit(RANKED)
        .subquery()
    )
    rank = cast(func.ts_rank(newest.c.search_vector, query), Float(53)).label("rank")
    ranked = select(newest.c.id, rank).subquery()
    best = select(ranked)  # cut down before the rest of the columns is fetched
    if after is not None:
        best = best.where(tuple_(ranked.c.rank, ranked.c.id) < tuple_(*after))
    top = best.order_by(ranked.c.rank.desc(), ranked.c.id.desc()).limit(limit + 1).subquery()
    statement = (
        select(*COLUMNS, Camera.name.label("camera_name"), top.c.rank)
        .join(top, top.c.id == Event.id)
        .join(Camera, Camera.id == Event.camera_id)
        .order_by(top.c.rank.desc(), Event.id.desc())
    )
    return await rows(connection, statement)
