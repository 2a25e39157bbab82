"""Events by words, by meaning, or by both."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.api.pages import Cursor, Limit, decode, encode
from homesec.api.problems import responses
from homesec.api.routes.events import Wanted
from homesec.api.schemas.common import Words
from homesec.api.schemas.events import EventFound, FoundPage
from homesec.api.services import Services
from homesec.api.world import World
from homesec.domain.insights import Embedding
from homesec.errors import Unavailable
from homesec.search.asked import Asked, after, fused
from homesec.store.queries import event_search, meaning, outbox, reading
from homesec.store.queries.events import EventFilter

router = APIRouter(prefix="/api/events", tags=["events"])

Mode = Literal["words", "meaning", "both"]
NOT_SET = "Search by meaning is not set up: no model is chosen (search.model in homesec.toml)."


@router.get("/search", responses=responses())
async def search_events(
    services: World,
    wanted: Wanted,
    typed: Annotated[Words, Query(alias="q", min_length=1, max_length=500, description='cat "front door" or -dog')],
    mode: Mode = "both",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> FoundPage:
    """By words in summary, reasoning, object types and camera name, by what these mean, or by both.

    By words the newest 10,000 matches are ranked; by meaning the nearest 100 are taken, and by both the best 100 of
    each. Phrases in quotes and -words hold in every mode. `mode` in the answer says what was done, `note` why not more.
    """
    asked = Asked.read(typed)
    last = None if cursor is None else _place(cursor)
    vector, note = (None, None) if mode == "words" else await _meaning(services, asked, mode)
    done: Mode = mode if vector is not None or mode == "meaning" else "words"
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        if done == "words":
            rows = await event_search.found(connection, asked.words, wanted, limit, last)
            ranked = [(row["id"], row["rank"]) for row in rows]
            ways = {one: ["words"] for one, _ in ranked}
        else:
            least = services.settings.search.least_similarity
            by = await _rankings(connection, asked, vector, wanted, least, done)
            ranked = after(fused(*by.values()), last)
            ways = {one: [way for way, ids in by.items() if one in ids] for one, _ in ranked[:limit]}
        rows = await event_search.shown(connection, [one for one, _ in ranked[:limit]], typed)
    there = {row["id"]: row for row in rows}
    items = [EventFound.of(there[one], score, ways[one]) for one, score in ranked[:limit] if one in there]
    more = encode(float(ranked[limit - 1][1]), ranked[limit - 1][0]) if len(ranked) > limit else None
    return FoundPage(items=items, next_cursor=more, seq=seq, mode=done, note=note)


async def _meaning(services: Services, asked: Asked, mode: Mode) -> tuple[Embedding | None, str | None]:
    """What is asked for as a vector, or why there is none. Raises Unavailable when nothing can be done without it."""
    try:
        vector = await services.meaning(asked.meaning)
    except Unavailable as error:
        if mode == "meaning":
            raise
        return None, f"Searched by words only: {error}."
    if services.settings.search.model == "none":
        return None, NOT_SET
    return vector, None if vector is not None else "There is nothing in it that could mean something."


async def _rankings(
    connection: AsyncConnection, asked: Asked, vector: Embedding | None, wanted: EventFilter, least: float, mode: Mode
) -> dict[str, list[int]]:
    """Ids, best first, by the way in which they were found."""
    by: dict[str, list[int]] = {}
    if vector is not None:
        by["meaning"] = await meaning.alike(connection, vector, asked.demands, wanted, least)
    if mode == "both":
        rows = await event_search.found(connection, asked.words, wanted, meaning.POOL, None)
        by["words"] = [row["id"] for row in rows[: meaning.POOL]]
    return by


def _place(cursor: str) -> tuple[float, int]:
    score, last_id = decode(cursor, float, int)
    return score, last_id
