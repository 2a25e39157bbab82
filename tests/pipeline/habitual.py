"""A camera with habits, written straight into the tables that following fills: uploads, tracks, stays, detections."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

SESSION = UUID("00000000-0000-4000-8000-000000000005")
_CAMERA = text(
    "INSERT INTO cameras (id, name, folder_path, timezone) VALUES (:id, :id, :id, :timezone) ON CONFLICT DO NOTHING"
)
_ZONE = text(
    "INSERT INTO camera_zones (id, camera_id, name, zone_type, shape, coordinates, direction) "
    "VALUES (:id, :camera, :name, :type, :shape, :points, :direction)"
)
_VISITS = text(
    """
    WITH line AS (
        SELECT * FROM jsonb_to_recordset(:visits)
            AS line(number int, kind text, at timestamptz, seconds float, zone bigint, direction text)),
    taken AS (
        INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, time_source,
            received_at, state)
        SELECT :camera, 'v', CAST('' || number AS bytea), 1, 1, sha256(CAST('' || number AS bytea)), 'image', at,
            'exif', at, 'done' FROM line RETURNING id, captured_at),
    followed AS (
        INSERT INTO tracks (camera_id, session, track_id, object_class, first_seen, last_seen)
        SELECT :camera, :session, number, kind, at, at + seconds * interval '1 second' FROM line)
    INSERT INTO dwell_time_records (zone_id, camera_id, session, track_id, object_class, entry_time, exit_time,
        total_seconds, direction)
    SELECT zone, :camera, :session, number, kind, at, at + seconds * interval '1 second', seconds, direction
    FROM line WHERE zone IS NOT NULL
    """
)


@dataclass(frozen=True)
class Visit:
    """Something comes into view, perhaps into a zone, and stays there for so long."""

    kind: str
    at: datetime
    seconds: float = 10.0
    zone: int | None = None
    direction: str | None = None


class Place:
    """One camera's rows. Track numbers go on from one call to the next."""

    def __init__(self, engine: AsyncEngine, camera: str, timezone: str = "UTC") -> None:
        self.engine, self.camera, self.timezone = engine, camera, timezone
        self.visits = 0

    async def build(self, *zones: tuple[int, str]) -> None:
        """The camera, with zones of these ids and types."""
        async with self.engine.begin() as connection:
            await connection.execute(_CAMERA, {"id": self.camera, "timezone": self.timezone})
            for zone_id, zone_type in zones:
                line = zone_type == "line"
                points = [[0.1, 0.5], [0.9, 0.5]] if line else [[0, 0], [1, 0], [1, 1], [0, 1]]
                await connection.execute(
                    _ZONE,
                    {"id": zone_id, "camera": self.camera, "name": f"{zone_type} {zone_id}", "type": zone_type,
                     "shape": "line" if line else "polygon", "points": Jsonb(points),
                     "direction": "left" if line else None},
                )  # fmt: skip

    async def come(self, visits: Iterable[Visit]) -> None:
        lines = []
        for visit in visits:
            self.visits += 1
            lines.append(
                {"number": self.visits, "kind": visit.kind, "at": visit.at.isoformat(), "seconds": visit.seconds,
                 "zone": visit.zone, "direction": visit.direction}
            )  # fmt: skip
        async with self.engine.begin() as connection:
            await connection.execute(_VISITS, {"visits": Jsonb(lines), "camera": self.camera, "session": SESSION})

    async def detect(self, at: datetime, feet: Sequence[tuple[float, float]], reason: str | None = None) -> None:
        """Detections that stand there, a second apart, in the camera's first upload."""
        async with self.engine.begin() as connection:
            first = text("SELECT min(id) FROM uploads WHERE camera_id = :camera")
            upload = await connection.scalar(first, {"camera": self.camera})
            for number, (x, y) in enumerate(feet):
                await connection.execute(
                    text(
                        "INSERT INTO detections (upload_id, camera_id, file_path, frame_no, ordinal, detected_at, "
                        "object_type, confidence, x1, y1, x2, y2, frame_width, frame_height, media_type, model, "
                        "excluded_because) VALUES (:upload, :camera, 'x', extract(epoch FROM CAST(:at AS timestamptz)),"
                        " 0, :at, 'person', 0.9, :x, 0, :x, :y, 640, 480, 'image', 'fake', :reason)"
                    ),
                    {"upload": upload, "camera": self.camera, "at": at + timedelta(seconds=number), "x": x, "y": y,
                     "reason": reason},
                )  # fmt: skip
