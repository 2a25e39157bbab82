"""What the GPUs are doing, now and in the last hours."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query

from homesec.api.caller import Overseer
from homesec.api.problems import responses
from homesec.api.schemas.system import GpuList, GpuOut, GpuPoint
from homesec.api.world import World
from homesec.gpu_monitor import EVERY_S
from homesec.store.queries import gpus, reading

router = APIRouter(prefix="/api/system", tags=["system"])

POINTS = 180  # of a history at most: what a chart can show
NOW = timedelta(seconds=3 * EVERY_S)  # a reading that is older says nothing of now


@router.get("/gpus", responses=responses())
async def list_gpus(
    services: World,
    caller: Overseer,
    minutes: Annotated[int, Query(ge=1, le=7 * 24 * 60, description="How far the history reaches back")] = 60,
) -> GpuList:
    """Each GPU that was read in that time, with its newest reading and its history. No GPU, no items."""
    until = datetime.now(UTC)
    since = until - timedelta(minutes=minutes)
    step = max(timedelta(minutes=minutes) / POINTS, timedelta(seconds=EVERY_S))
    async with reading(services.database) as connection:
        newest = await gpus.newest_readings(connection, since)
        history = await gpus.gpu_history(connection, since, until, step)
    return GpuList(
        items=[
            GpuOut.from_row(
                row,
                is_now=row["recorded_at"] >= until - NOW,
                history=[GpuPoint.from_row(point) for point in history if _is_of(row, point)],
            )
            for row in newest
        ]
    )


def _is_of(row: Any, point: Any) -> bool:
    return bool(row["node"] == point["node"] and row["gpu_index"] == point["gpu_index"])
