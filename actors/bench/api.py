"""List, read and search with a million events, a hundred requests a second."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import httpx

from actors.bench import Place, Wish
from actors.bench.system import System
from homesec.bench import history
from homesec.bench.processes import by_title, family, usages
from homesec.bench.report import Report, at_most
from homesec.bench.rounds import calibration, percentile, summary

RATE = 100.0  # requests a second, sent when they are due, however long the ones before take
WARM_S = 5.0
P99_MS, SEARCH_P95_MS = 50.0, 150.0
_LISTS: tuple[dict[str, Any], ...] = (
    {},
    {"camera": "driveway"},
    {"level": "critical"},
    {"class": "dog"},
    {"min_score": 60},
    {"reviewed": "false", "limit": 100},
    {"until": "2026-01-01T00:00:00Z"},
)
WORDS = ("person", "dog", history.RARE, '"front door"', "truck -day", "lingered entry", "cat or truck")


def measure(place: Place, wish: Wish) -> Report:
    events, seconds = (20_000, 5.0) if wish.quick else (1_000_000, 40.0)
    before = calibration()
    place.say("starting homesec")
    with System(place.folder / "data", "null", API__REQUESTS_PER_MINUTE="1000000") as system:
        started = time.perf_counter()
        history.make(system.database, events, place.say)
        made_s = time.perf_counter() - started
        asyncio.run(_ask(system, events, WARM_S))
        place.say(f"{RATE:g} requests a second for {seconds:g} s")
        spent = {name: row["cpu_s"] for name, row in _titles(system).items()}
        times, failed = asyncio.run(_ask(system, events, seconds))
        cores = {
            name: round((row["cpu_s"] - spent.get(name, 0.0)) / seconds, 3) for name, row in _titles(system).items()
        }
    plain = times["list"] + times["read"]
    return Report(
        "api",
        (
            at_most("list and read, p99", percentile(plain, 99), P99_MS, "ms"),
            at_most("search, p95", percentile(times["search"], 95), SEARCH_P95_MS, "ms"),
            at_most("requests that failed", failed, 0),
        ),
        {
            "list_ms": summary(times["list"]),
            "read_ms": summary(times["read"]),
            "search_ms": summary(times["search"]),
            "by_request_ms": {
                name: summary(values) for name, values in times.items() if name not in ("list", "read", "search")
            },
            "events": events,
            "made_in_s": round(made_s, 1),
            "cores": {name: share for name, share in cores.items() if share >= 0.01},
            "calibration_before": before,
            "calibration_after": calibration(),
        },
    )


def _titles(system: System) -> dict[str, dict[str, float]]:
    return by_title(usages(family(system.pid), memory=False))


def _requests(events: int, dice: random.Random) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Kind, name, path and query: six lists, three single events, one search."""
    while True:
        for kind in dice.sample(("list",) * 6 + ("read",) * 3 + ("search",), 10):
            if kind == "list":
                query = dice.choice(_LISTS)
                yield kind, f"list {query}", "/api/events", query
            elif kind == "read":
                number = dice.randrange(1, events // history.DETAILED + 1) * history.DETAILED
                yield kind, "read", f"/api/events/{number}", {}
            else:
                words = dice.choice(WORDS)
                yield kind, f"search {words}", "/api/events/search", {"q": words}


async def _ask(system: System, events: int, seconds: float) -> tuple[dict[str, list[float]], int]:
    """Milliseconds of each kind of request, from when it was due, and how many failed."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    failed = 0
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(base_url=system.url, headers=system.headers, timeout=30, limits=limits) as client:

        async def one(due: float, kind: str, name: str, path: str, query: dict[str, Any]) -> None:
            nonlocal failed
            try:
                answer = await client.get(path, params=query)
            except httpx.HTTPError:
                failed += 1
                return
            failed += answer.status_code != 200
            taken = (time.perf_counter() - due) * 1000
            times[kind].append(taken)
            if name != kind:
                times[name].append(taken)

        wanted = _requests(events, random.Random(1))
        tasks = []
        begun = time.perf_counter()
        for number in range(round(seconds * RATE)):
            due = begun + number / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(one(due, *next(wanted))))
        await asyncio.gather(*tasks)
    return dict(times), failed
