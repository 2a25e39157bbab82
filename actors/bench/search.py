"""Search with a million events: the nearest in meaning, whether they are the nearest, and search by words."""

import asyncio
import random
import time
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncConnection

from actors.bench import Place, Wish
from actors.bench.api import SEARCH_P95_MS, WORDS
from homesec.bench import history, vectors
from homesec.bench.report import Report, at_least, at_most
from homesec.bench.rounds import calibration, percentile, summary
from homesec.bench.stores import stores
from homesec.domain.insights import Embedding
from homesec.store.queries import event_search, meaning, reading
from homesec.store.queries.events import EventFilter
from homesec.store.sessions import async_engine, sync_engine
from homesec.store.writes.meaning import EnsureMeaningIndex

NEAREST_P95_MS, RECALL = 50.0, 0.95
_TOP = 10  # of so many the recall is counted
_PAGE = 50


def measure(place: Place, wish: Wish) -> Report:
    count, questions = (20_000, 50) if wish.quick else (1_000_000, 300)
    before = calibration()
    crowds = vectors.Crowds(wish.seed)
    place.say(f"{count} vectors of {vectors.DIMENSION} numbers")
    stored, asked = crowds.draw(count), crowds.draw(questions)
    with stores(place.folder) as store:
        built_s = _fill(store.database_url, place, stored)
        place.say(f"{questions} questions")
        times, found = asyncio.run(_ask(store.database_url, asked, wish.seed))
    exact = vectors.nearest(stored, asked, _TOP)
    recall = float(np.mean([len(set(ids[:_TOP]) & right) / _TOP for ids, right in zip(found, exact, strict=True)]))
    return Report(
        "search",
        (
            at_most("nearest in meaning, p95", percentile(times["meaning"], 95), NEAREST_P95_MS, "ms"),
            at_least(f"recall of the nearest {_TOP}", recall, RECALL),
            at_most("by words, p95", percentile(times["words"], 95), SEARCH_P95_MS, "ms"),
        ),
        {
            **{f"{name}_ms": summary(values) for name, values in times.items()},
            "events": count,
            "index_built_in_s": round(built_s, 1),
            "calibration_before": before,
            "calibration_after": calibration(),
        },
    )


def _fill(url: str, place: Place, stored: NDArray[np.float32]) -> float:
    """Events with vectors; gives the seconds that their index took, built as the searcher lets it be built."""
    with psycopg.connect(url, autocommit=True) as connection:
        history.make(connection, len(stored), place.say, lambda: vectors.store(connection, stored))
    place.say("index of the vectors")
    started = time.perf_counter()
    engine = sync_engine(url, "bench", pool=1)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '2GB'")
        EnsureMeaningIndex(vectors.MODEL, vectors.DIMENSION).apply(connection)
    engine.dispose()
    return time.perf_counter() - started


async def _ask(
    url: str, asked: NDArray[np.float32], seed: int
) -> tuple[dict[str, list[float]], list[list[int]]]:
    """Milliseconds of each kind of question, one after the other, and what was nearest (places, from 0)."""
    times: dict[str, list[float]] = {"meaning": [], "meaning_of_a_camera": [], "words": []}
    found: list[list[int]] = []
    dice = random.Random(seed)
    engine = async_engine(url, "bench", pool=1, plan_each=True)
    async with reading(engine) as connection:
        await _nearest(connection, asked[0], EventFilter())  # reads the index into memory, in part
        for vector in asked:
            started = time.perf_counter()
            ids = await _nearest(connection, vector, EventFilter())
            times["meaning"].append((time.perf_counter() - started) * 1000)
            found.append([one - 1 for one in ids])
            started = time.perf_counter()
            await _nearest(connection, vector, EventFilter(cameras=(dice.choice(history.CAMERAS),)))
            times["meaning_of_a_camera"].append((time.perf_counter() - started) * 1000)
            words = dice.choice(WORDS)
            started = time.perf_counter()
            rows = await event_search.found(connection, words, EventFilter(), _PAGE, None)
            await event_search.shown(connection, [row["id"] for row in rows[:_PAGE]], words)
            times["words"].append((time.perf_counter() - started) * 1000)
    await engine.dispose()
    return times, found


async def _nearest(connection: AsyncConnection, vector: NDArray[Any], wanted: EventFilter) -> list[int]:
    return await meaning.alike(connection, Embedding(vectors.MODEL, vector), "", wanted, least=0.0)
