"""The API as one ASGI application. It opens nothing when it is made; what is away later is answered with 503."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, Response

from homesec import __version__
from homesec.api import docs, site
from homesec.api.broadcast import Broadcast
from homesec.api.caller import DOCUMENTED
from homesec.api.credentials import Credentials
from homesec.api.gate import Gate
from homesec.api.limits import Limits
from homesec.api.problems import add_problems
from homesec.api.proxies import networks
from homesec.api.routes import (
    alert_rules,
    alerts,
    baselines,
    batches,
    cameras,
    detections,
    entities,
    events,
    faces,
    gpus,
    health,
    heatmaps,
    household,
    interactions,
    jobs,
    keys,
    logs,
    metrics,
    persons,
    scenes,
    search,
    session,
    socket,
    system,
    tracks,
    uploads,
    zone_anomalies,
    zones,
)
from homesec.api.services import Services

_KEYED = (
    search, events, detections, cameras, scenes, zones, zone_anomalies, tracks, entities, interactions, baselines,
    heatmaps, persons, household, faces, uploads, batches, alerts, alert_rules, session, keys, jobs, system, gpus, logs,
    metrics,
)  # fmt: skip


def create_api(services: Services) -> FastAPI:
    """All routes, the socket and the page. Raises SettingsError for settings that cannot be used."""
    settings = services.settings.api
    credentials = Credentials(services.database, services.write)
    limits = Limits(services.bus, settings.requests_per_minute)
    broadcast = Broadcast(services.database, services.bus)
    counts = metrics.Counts(services, broadcast)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await services.start()
        broadcast.start()
        noting = asyncio.create_task(credentials.note_use())
        try:
            yield
        finally:
            noting.cancel()
            await broadcast.close()
            await services.close()

    app = FastAPI(
        title="homesec",
        version=__version__,
        description="What happened in front of your cameras, how worrying it is and why.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},  # nothing calls home
    )
    app.state.services, app.state.credentials, app.state.limits = services, credentials, limits
    app.state.broadcast, app.state.counts, app.state.registry = broadcast, counts, metrics.registry(counts)
    app.state.decoding = asyncio.Semaphore(detections.FRAMES_AT_ONCE)  # once waited for, it belongs to one loop
    for module in _KEYED:
        app.include_router(module.router, dependencies=DOCUMENTED)
    app.include_router(health.router)
    app.include_router(socket.router)
    app.add_api_route("/api/docs", _docs, include_in_schema=False, response_class=HTMLResponse)
    app.router.routes.extend(site.routes(site.FOLDER))
    add_problems(app)
    app.add_middleware(
        Gate,
        credentials=credentials,
        limits=limits,
        trusted=networks(settings.trusted_proxies),
        max_upload=settings.max_upload_bytes,
    )
    return app


async def _docs(request: Request) -> Response:
    return HTMLResponse(docs.page(request.app.openapi()))
