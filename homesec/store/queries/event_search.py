"""Events by words, and what is shown of those that were found in whichever way."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Float, RowMapping, cast, func, literal, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.events import EVENTS, EventFilter
from homesec.store.queries.paging import rows
from homesec.store.tables import Event
from homesec.store.tables.core import SEARCH_CONFIG

RANKED = 10_000  # the newest matches that are ranked: a word that is in a million events must not cost seconds
HIT, END = "\ue000", "\ue001"  # round a word in a snippet that was asked for; of private use, so in no text
_SNIPPET = f'StartSel="{HIT}", StopSel="{END}", MaxWords=40, MinWords=20'


async def found(
    connection: AsyncConnection, words: str, wanted: EventFilter, limit: int, after: tuple[float, int] | None
) -> Sequence[RowMapping]:
    """Ids and ranks, best first, then newest; one more than `limit` if there are more.

    `words` as in a web search: several must all occur, "a phrase", or, -not. Never a syntax error.
    """
    query = _query(words)
    newest = (
        wanted.apply(select(Event.id, Event.search_vector).where(Event.search_vector.op("@@")(query)))
        .order_by(Event.started_at.desc(), Event.id.desc())
        .limit(RANKED)
        .subquery()
    )
    rank = cast(func.ts_rank(newest.c.search_vector, query), Float(53)).label("rank")
    ranked = select(newest.c.id, rank).subquery()
    best = select(ranked)
    if after is not None:
        best = best.where(tuple_(ranked.c.rank, ranked.c.id) < tuple_(*after))
    return await rows(connection, best.order_by(ranked.c.rank.desc(), ranked.c.id.desc()).limit(limit + 1))


async def shown(connection: AsyncConnection, ids: Sequence[int], words: str) -> Sequence[RowMapping]:
    """These events, in no order, each with a snippet in which the words that were asked for are marked."""
    said = Event.summary + literal(". ") + Event.reasoning
    snippet = func.ts_headline(_config(), said, _query(words), _SNIPPET)
    return await rows(connection, EVENTS.add_columns(snippet.label("snippet")).where(Event.id.in_(list(ids))))


def _query(words: str) -> ColumnElement[object]:
    return func.websearch_to_tsquery(_config(), words)


def _config() -> ColumnElement[object]:
    return literal_column(f"'{SEARCH_CONFIG}'::regconfig")
