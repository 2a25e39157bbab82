"""Readings of GPUs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Interval, RowMapping, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import rows
from homesec.store.tables import GpuStat

NUMBERS = (
    "utilization", "memory_used", "memory_total", "temperature_c", "power_w", "sm_clock_mhz", "memory_clock_mhz",
    "inference_fps",
)  # fmt: skip
_NEWEST = text(
    """
    SELECT DISTINCT ON (node, gpu_index) * FROM gpu_stats WHERE recorded_at >= :since
    ORDER BY node, gpu_index, recorded_at DESC
    """
)


async def gpu_history(
    connection: AsyncConnection, since: datetime, until: datetime, step: timedelta
) -> Sequence[RowMapping]:
    """Means over spans of `step`, by GPU and time."""
    at = func.date_bin(cast(step, Interval), GpuStat.recorded_at, since).label("at")
    means = (func.avg(getattr(GpuStat, name)).label(name) for name in NUMBERS)
    statement = (
        select(GpuStat.node, GpuStat.gpu_index, at, *means)
        .where(GpuStat.recorded_at >= since, GpuStat.recorded_at < until)
        .group_by(GpuStat.node, GpuStat.gpu_index, at)
        .order_by(GpuStat.node, GpuStat.gpu_index, at)
    )
    return await rows(connection, statement)


async def newest_readings(connection: AsyncConnection, since: datetime) -> Sequence[RowMapping]:
    """The newest of each GPU that was read since then."""
    found = await connection.execute(_NEWEST, {"since": since})
    return found.mappings().all()
