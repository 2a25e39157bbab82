"""Numbers for Prometheus: what waits, what there is, what this replica is doing."""

import asyncio
import time
from collections.abc import Iterator

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from starlette.responses import Response

from homesec.api.broadcast import Broadcast
from homesec.api.caller import Overseer
from homesec.api.problems import responses
from homesec.api.routes.system import depths
from homesec.api.services import Services
from homesec.api.world import World
from homesec.store.queries import outbox, reading, system

router = APIRouter(tags=["system"])

KEPT_S = 10.0  # counts are read at most so often, however many scrapers there are


class Counts:
    """Counts of rows and queues, kept for ten seconds."""

    def __init__(self, services: Services, broadcast: Broadcast) -> None:
        self._services = services
        self._broadcast = broadcast
        self._reading = asyncio.Lock()
        self._until = 0.0
        self._families: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        """For prometheus_client."""
        yield from self._families
        yield _family("homesec_sockets", "Open sockets of this replica", {(): self._broadcast.listeners})

    async def refresh(self) -> None:
        async with self._reading:
            if time.monotonic() < self._until:
                return
            async with reading(self._services.database) as connection:
                uploads = await system.uploads_by_state(connection)
                uploads["done"] = await system.all_uploads(connection) - sum(uploads.values())
                due = await system.batches_due(connection)
                cameras = await system.cameras_by_status(connection)
                events = await system.events_by_level(connection)
                seq = await outbox.head(connection)
            queues = {one.name: one.depth for one in await depths(self._services) if one.depth is not None}
            self._families = [
                _family("homesec_queue_depth", "Entries that nobody has finished", _keyed(queues), "queue"),
                _family("homesec_uploads", "Uploads", _keyed(uploads), "state"),
                _family("homesec_batches_due", "Batches whose newest revision is not analysed yet", {(): due}),
                _family("homesec_cameras", "Cameras", _keyed(cameras), "status"),
                _family("homesec_events", "Events", _keyed(events), "level"),
                _family("homesec_outbox_seq", "Number of the newest message", {(): seq}),
            ]
            self._until = time.monotonic() + KEPT_S


def registry(counts: Counts) -> CollectorRegistry:
    made = CollectorRegistry()
    made.register(counts)
    return made


@router.get(
    "/api/metrics",
    response_class=Response,
    responses=responses() | {200: {"description": "Prometheus text", "content": {CONTENT_TYPE_LATEST: {}}}},
)
async def metrics(services: World, caller: Overseer, request: Request) -> Response:
    """For Prometheus; Ray's own metrics of the actors are exported by Ray."""
    await request.app.state.counts.refresh()
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)


def _keyed(counts: dict[str, int]) -> dict[tuple[str, ...], int]:
    return {(name,): count for name, count in counts.items()}


def _family(name: str, documentation: str, values: dict[tuple[str, ...], int], *labels: str) -> Metric:
    family = GaugeMetricFamily(name, documentation, labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family
