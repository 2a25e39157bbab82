"""Readings of GPUs, for the second lane."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from homesec.gpu_monitor import GpuReading
from homesec.store.writes.unit import Outcome

_INSERT = text(
    """
    INSERT INTO gpu_stats (recorded_at, node, gpu_index, gpu_name, utilization, memory_used, memory_total,
        temperature_c, power_w, sm_clock_mhz, memory_clock_mhz)
    SELECT :recorded_at, :node, :gpu_index, :gpu_name, :utilization, :memory_used, :memory_total,
        :temperature_c, :power_w, :sm_clock_mhz, :memory_clock_mhz
    WHERE NOT EXISTS (SELECT 1 FROM gpu_stats
        WHERE node = :node AND gpu_index = :gpu_index AND recorded_at = :recorded_at)
    """
)


@dataclass(frozen=True)
class SaveGpuStats:
    """All GPUs of one node at one moment."""

    node: str
    recorded_at: datetime
    readings: tuple[GpuReading, ...]

    def apply(self, connection: Connection) -> Outcome:
        common = {"node": self.node, "recorded_at": self.recorded_at}
        connection.execute(_INSERT, [{**common, **asdict(reading)} for reading in self.readings])
        return Outcome()
