"""Writes of the keeper: where things stood in a camera's picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from homesec.domain.heatmaps import HEIGHT, WIDTH
from homesec.store.writes.unit import Outcome

_SAVE = text(
    """
    INSERT INTO heatmap_data AS known (camera_id, time_bucket, resolution, width, height, data, total_detections)
    VALUES (:camera_id, :time_bucket, :resolution, :width, :height, :data, :total_detections)
    ON CONFLICT (camera_id, time_bucket, resolution) DO UPDATE SET width = excluded.width, height = excluded.height,
        data = excluded.data, total_detections = excluded.total_detections, updated_at = now()
    WHERE (known.data, known.total_detections) IS DISTINCT FROM (excluded.data, excluded.total_detections)
    """
)


@dataclass(frozen=True)
class Bucket:
    """One heatmap; `start` is the start of its hour (UTC), local day or local week."""

    camera_id: str
    start: datetime
    resolution: str
    data: bytes
    detections: int


@dataclass(frozen=True)
class SaveHeatmaps:
    """Heatmaps as they are now; those that did not change are not touched."""

    buckets: Sequence[Bucket]

    def apply(self, connection: Connection) -> Outcome:
        lines = [
            {
                "camera_id": bucket.camera_id,
                "time_bucket": bucket.start,
                "resolution": bucket.resolution,
                "width": WIDTH,
                "height": HEIGHT,
                "data": bucket.data,
                "total_detections": bucket.detections,
            }
            for bucket in self.buckets
        ]
        if lines:
            connection.execute(_SAVE, lines)
        return Outcome()
