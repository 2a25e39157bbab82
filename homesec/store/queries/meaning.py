"""Vectors of events: which are due, and which events are near to what is asked for."""

from collections.abc import Sequence

from pgvector.sqlalchemy import Vector
from sqlalchemy import Float, RowMapping, cast, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.domain.insights import Embedding
from homesec.store.queries.events import EventFilter
from homesec.store.queries.paging import rows
from homesec.store.tables import Camera, Event
from homesec.store.tables.core import SEARCH_CONFIG

POOL = 100  # the nearest that are looked at: what comes behind them is asked for by other words

# As many candidates as are wanted, and more are looked for while a filter leaves too few. For the session, since each
# statement stands for itself; nothing else of pgvector's is asked on such a connection.
_SEARCHING = text(
    f"SELECT set_config('hnsw.ef_search', '{POOL}', false), set_config('hnsw.iterative_scan', 'relaxed_order', false)"
)


async def due(connection: AsyncConnection, limit: int) -> Sequence[RowMapping]:
    """Events whose vector is not of their revision, the newest first, with the words that are to be embedded."""
    words = func.concat_ws(
        " ", Event.summary, Event.reasoning, func.array_to_string(Event.object_types, " "), Camera.name
    )
    statement = (
        select(Event.id, Event.revision, words.label("words"))
        .join(Camera, Camera.id == Event.camera_id)
        .where(Event.embedded_revision.is_distinct_from(Event.revision))
        .order_by(Event.id.desc())
        .limit(limit)
    )
    return await rows(connection, statement)


async def alike(
    connection: AsyncConnection, asked: Embedding, demands: str, wanted: EventFilter, least: float, limit: int = POOL
) -> list[int]:
    """Ids of the events nearest in meaning (cosine), nearest first; none below the similarity `least`.

    `demands`, phrases and -words, must hold too.
    """
    await connection.execute(_SEARCHING)
    size = asked.values.size
    near = cast(Event.embedding, Vector(size)).op("<=>", return_type=Float(53))
    distance = near(cast(asked.values.tolist(), Vector(size))).label("far")
    statement = wanted.apply(select(Event.id, distance).where(Event.embedding_model == asked.model))
    if demands:
        query = func.websearch_to_tsquery(literal_column(f"'{SEARCH_CONFIG}'::regconfig"), demands)
        statement = statement.where(Event.search_vector.op("@@")(query))
    found = await rows(connection, statement.order_by(distance).limit(limit))
    return [-place for _, place in sorted((row["far"], -row["id"]) for row in found if row["far"] <= 1 - least)]
