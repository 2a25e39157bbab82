"""Health: does the process answer, is everything there that an event needs, how is each part."""

import asyncio

from fastapi import APIRouter

from homesec import __version__
from homesec.api.caller import DOCUMENTED, Viewer
from homesec.api.problems import responses
from homesec.api.schemas.system import HealthOut, Live, PartOut, Ready
from homesec.api.services import Part, Services
from homesec.api.world import World
from homesec.errors import Unavailable
from homesec.store.queries import reading, system

router = APIRouter(prefix="/api/health", tags=["health"])

_PATIENCE_S = 5.0  # a store that does not answer within this time is down
_STORES = ("postgresql", "writer")
_NEEDED = ("postgresql", "redis", "writer")


@router.get("/live", responses={})
async def live() -> Live:
    """The process answers. The one address that needs no key."""
    return Live()


@router.get("/ready", dependencies=DOCUMENTED, responses=responses())
async def ready(services: World, caller: Viewer) -> Ready:
    """503 until PostgreSQL, Redis, the writer and every other actor are there."""
    for part in await _parts(services):
        if part.state != "ok" and (part.name in _NEEDED or part.state == "down"):
            raise Unavailable(f"{part.name} is not ready")
    return Ready()


@router.get("", dependencies=DOCUMENTED, responses=responses())
async def health(services: World, caller: Viewer) -> HealthOut:
    """Every part, which model it runs, and what the owner should know."""
    parts = await _parts(services)
    states = {part.name: part.state for part in parts}
    status = "ok" if all(state == "ok" for state in states.values() if state != "absent") else "degraded"
    if any(states.get(name, "down") == "down" for name in _STORES):
        status = "down"
    whole = caller.cameras is None
    return HealthOut.model_validate(
        {
            "status": status,
            "version": __version__,
            # what parts say of themselves may name cameras that this key may not see
            "parts": [PartOut(name=part.name, state=part.state, detail=part.detail if whole else {}) for part in parts],
            "notices": _notices(parts) if whole else [],
        }
    )


async def _parts(services: Services) -> list[Part]:
    postgresql, redis, actors = await asyncio.gather(_postgresql(services), _redis(services), services.parts())
    return [postgresql, redis, *actors]


async def _postgresql(services: Services) -> Part:
    try:
        async with asyncio.timeout(_PATIENCE_S), reading(services.database) as connection:
            await system.ping(connection)
    except (Unavailable, TimeoutError):
        return Part("postgresql", "down", {"because": "does not answer"})
    return Part("postgresql", "ok")


async def _redis(services: Services) -> Part:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await services.bus.ping()
    except (Unavailable, TimeoutError):
        return Part("redis", "down", {"because": "does not answer"})
    return Part("redis", "ok")


def _notices(parts: list[Part]) -> list[str]:
    """Sentences, each once: why a model is only a stand-in, why a part waits."""
    said: dict[str, None] = {}
    for part in parts:
        if stand_in := part.detail.get("stand_in"):
            said[str(stand_in)] = None
        if part.state != "ok" and (because := part.detail.get("because")):
            said[f"{part.name}: {because}"] = None
    return list(said)
