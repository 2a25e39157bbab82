"""Writes of the keeper: counted hours, and the habits that are computed from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.store.writes.unit import Outcome

_HOURS = text(
    """
    INSERT INTO activity_hours (camera_id, zone_id, object_class, hour, tracks, crossings, dwell_sum, dwell_square_sum)
    SELECT line.camera_id, line.zone_id, line.object_class, to_timestamp(line.hour * 3600), line.tracks,
        line.crossings, line.dwell_sum, line.dwell_square_sum
    FROM jsonb_to_recordset(:lines) AS line(camera_id text, zone_id bigint, object_class text, hour bigint,
        tracks int, crossings int, dwell_sum float, dwell_square_sum float)
    LEFT JOIN camera_zones ON camera_zones.id = line.zone_id
    WHERE line.zone_id IS NULL OR camera_zones.id IS NOT NULL
    ON CONFLICT (camera_id, zone_id, object_class, hour) DO UPDATE SET tracks = excluded.tracks,
        crossings = excluded.crossings, dwell_sum = excluded.dwell_sum, dwell_square_sum = excluded.dwell_square_sum
    """
)
_GONE = text(
    """
    DELETE FROM activity_hours USING jsonb_to_recordset(:lines)
        AS line(camera_id text, zone_id bigint, object_class text, hour bigint)
    WHERE activity_hours.camera_id = line.camera_id AND activity_hours.zone_id IS NOT DISTINCT FROM line.zone_id
        AND activity_hours.object_class = line.object_class
        AND activity_hours.hour = to_timestamp(line.hour * 3600)
    """
)
_WEEKLY = text(
    """
    INSERT INTO activity_baselines AS known (camera_id, day_of_week, hour, avg_count, variance, sample_count,
        last_updated)
    SELECT line.*, :at FROM jsonb_to_recordset(:lines) AS line(camera_id text, day_of_week int, hour int,
        mean float, variance float, samples int)
    ON CONFLICT (camera_id, day_of_week, hour) DO UPDATE SET avg_count = excluded.avg_count,
        variance = excluded.variance, sample_count = excluded.sample_count, last_updated = excluded.last_updated
    WHERE (known.avg_count, known.variance, known.sample_count)
        IS DISTINCT FROM (excluded.avg_count, excluded.variance, excluded.sample_count)
    """
)
_BY_CLASS = text(
    """
    INSERT INTO class_baselines AS known (camera_id, detection_class, hour, frequency, variance, sample_count,
        last_updated)
    SELECT line.*, :at FROM jsonb_to_recordset(:lines) AS line(camera_id text, detection_class text, hour int,
        mean float, variance float, samples int)
    ON CONFLICT (camera_id, detection_class, hour) DO UPDATE SET frequency = excluded.frequency,
        variance = excluded.variance, sample_count = excluded.sample_count, last_updated = excluded.last_updated
    WHERE (known.frequency, known.variance, known.sample_count)
        IS DISTINCT FROM (excluded.frequency, excluded.variance, excluded.sample_count)
    """
)
_ZONE_COLUMNS = (
    "hourly_pattern", "hourly_std", "daily_pattern", "daily_std", "class_distribution", "daily_count_mean",
    "daily_count_std", "daily_count_min", "daily_count_max", "crossing_rate_mean", "crossing_rate_std", "dwell_mean",
    "dwell_std", "sample_count",
)  # fmt: skip
_ZONES = text(
    f"""
    INSERT INTO zone_activity_baselines AS known (zone_id, camera_id, {", ".join(_ZONE_COLUMNS)}, last_updated)
    SELECT line.zone_id, zone.camera_id, {", ".join(f"line.{name}" for name in _ZONE_COLUMNS)}, :at
    FROM jsonb_to_recordset(:lines) AS line(zone_id bigint, hourly_pattern float[], hourly_std float[],
        daily_pattern float[], daily_std float[], class_distribution jsonb, daily_count_mean float,
        daily_count_std float, daily_count_min int, daily_count_max int, crossing_rate_mean float,
        crossing_rate_std float, dwell_mean float, dwell_std float, sample_count int)
    JOIN camera_zones AS zone ON zone.id = line.zone_id
    ON CONFLICT (zone_id) DO UPDATE SET last_updated = excluded.last_updated,
        {", ".join(f"{name} = excluded.{name}" for name in _ZONE_COLUMNS)}
    WHERE ({", ".join(f"known.{name}" for name in _ZONE_COLUMNS)})
        IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _ZONE_COLUMNS)})
    """
)


@dataclass(frozen=True)
class SaveHours:
    """Counted hours, in whole hours since 1970: as they are now, and those in which nothing is left.

    Keys of a line: camera_id, zone_id (None: the whole picture), object_class, hour, tracks, crossings, dwell_sum,
    dwell_square_sum. Hours of a zone that is gone are left out.
    """

    counted: Sequence[dict[str, Any]]
    gone: Sequence[dict[str, Any]]

    def apply(self, connection: Connection) -> Outcome:
        if self.gone:
            connection.execute(_GONE, {"lines": Jsonb(list(self.gone))})
        if self.counted:
            connection.execute(_HOURS, {"lines": Jsonb(list(self.counted))})
        return Outcome()


@dataclass(frozen=True)
class SaveBaselines:
    """What is usual, as of an hour's end (`at`, RFC 3339). Rows that say the same as before are not touched."""

    at: str
    weekly: Sequence[dict[str, Any]]
    by_class: Sequence[dict[str, Any]]
    zones: Sequence[dict[str, Any]]

    def apply(self, connection: Connection) -> Outcome:
        for statement, lines in ((_WEEKLY, self.weekly), (_BY_CLASS, self.by_class), (_ZONES, self.zones)):
            if lines:
                connection.execute(statement, {"lines": Jsonb(list(lines)), "at": self.at})
        return Outcome()
