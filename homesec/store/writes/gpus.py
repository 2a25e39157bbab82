"""Readings of GPUs, for the second lane."""

from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.gpu_monitor import GpuReading
from homesec.store.writes.unit import Outcome

_INSERT = text(
    """
    INSERT INTO gpu_stats (recorded_at, node, gpu_index, gpu_name, utilization, memory_used, memory_total,
        temperature_c, power_w, sm_clock_mhz, memory_clock_mhz)
    SELECT CAST(:recorded_at AS timestamptz), CAST(:node AS text), gpu_index, gpu_name, utilization, memory_used,
        memory_total, temperature_c, power_w, sm_clock_mhz, memory_clock_mhz
    FROM jsonb_to_recordset(:readings) AS reading(gpu_index smallint, gpu_name text, utilization float8,
        memory_used bigint, memory_total bigint, temperature_c float8, power_w float8, sm_clock_mhz integer,
        memory_clock_mhz integer)
    WHERE NOT EXISTS (SELECT 1 FROM gpu_stats AS earlier
        WHERE earlier.node = :node AND earlier.gpu_index = reading.gpu_index AND earlier.recorded_at = :recorded_at)
    """
)


@dataclass(frozen=True)
class SaveGpuStats:
    """All GPUs of one node at one moment."""

    node: str
    recorded_at: datetime
    readings: tuple[GpuReading, ...]

    def apply(self, connection: Connection) -> Outcome:
        readings = Jsonb([asdict(reading) for reading in self.readings])
        connection.execute(_INSERT, {"node": self.node, "recorded_at": self.recorded_at, "readings": readings})
        return Outcome()
