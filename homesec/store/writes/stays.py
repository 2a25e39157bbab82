"""Rows of stays in zones and of crossings, written in the transaction of the round that followed the tracks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from homesec.domain.stays import Crossing, Stay

# Zones that the owner deleted meanwhile are left out, as are tracks without a row.
_SAVE = text(
    """
    INSERT INTO dwell_time_records (zone_id, camera_id, session, track_id, object_class, entry_time, exit_time,
        total_seconds, direction, triggered_alert)
    SELECT line.zone_id, :camera_id, :session, line.track_id, line.object_class, line.entry_time, line.exit_time,
        line.total_seconds, line.direction, line.loitered
    FROM unnest(CAST(:zones AS bigint[]), CAST(:tracks AS integer[]), CAST(:classes AS text[]),
        CAST(:entries AS timestamptz[]), CAST(:exits AS timestamptz[]), CAST(:seconds AS float8[]),
        CAST(:directions AS text[]), CAST(:loitered AS boolean[])) WITH ORDINALITY
        AS line(zone_id, track_id, object_class, entry_time, exit_time, total_seconds, direction, loitered, place)
    JOIN camera_zones ON camera_zones.id = line.zone_id AND camera_zones.camera_id = :camera_id
    JOIN tracks ON tracks.camera_id = :camera_id AND tracks.session = :session AND tracks.track_id = line.track_id
    ORDER BY line.place
    ON CONFLICT ON CONSTRAINT uq_dwell_time_records_stay DO UPDATE SET object_class = excluded.object_class,
        exit_time = excluded.exit_time, total_seconds = excluded.total_seconds, direction = excluded.direction,
        triggered_alert = excluded.triggered_alert
    WHERE (dwell_time_records.object_class, dwell_time_records.exit_time, dwell_time_records.total_seconds,
            dwell_time_records.direction, dwell_time_records.triggered_alert)
        IS DISTINCT FROM (excluded.object_class, excluded.exit_time, excluded.total_seconds, excluded.direction,
            excluded.triggered_alert)
    """
)
_FORGET = text(
    """
    DELETE FROM dwell_time_records
    WHERE camera_id = :camera_id AND session = :session AND (exit_time IS NULL OR exit_time >= :since)
        AND (zone_id, track_id, entry_time) NOT IN (
            SELECT * FROM unnest(CAST(:zones AS bigint[]), CAST(:tracks AS integer[]),
                CAST(:entries AS timestamptz[])))
    """
)


def save_stays(
    connection: Connection, camera_id: str, session: UUID, stays: Sequence[Stay], crossings: Sequence[Crossing] = ()
) -> None:
    """Make these records be as they are now; of one that comes twice the later counts. Repeated, it changes nothing.

    The rows of their tracks must have been written.
    """
    latest = {(stay.zone_id, stay.track, stay.entry_time): stay for stay in stays}
    # What ends comes first: a zone holds one open stay of a track.
    told = sorted(latest.values(), key=lambda stay: stay.exit_time is None)
    passed = list({(one.zone_id, one.track, one.at): one for one in crossings}.values())
    if not told and not passed:
        return
    connection.execute(
        _SAVE,
        {
            "camera_id": camera_id,
            "session": session,
            "zones": [*(stay.zone_id for stay in told), *(one.zone_id for one in passed)],
            "tracks": [*(stay.track for stay in told), *(one.track for one in passed)],
            "classes": [*(stay.object_class for stay in told), *(one.object_class for one in passed)],
            "entries": [*(stay.entry_time for stay in told), *(one.at for one in passed)],
            "exits": [*(stay.exit_time for stay in told), *(one.at for one in passed)],
            "seconds": [*(stay.total_seconds for stay in told), *(0.0 for _ in passed)],
            "directions": [*(None for _ in told), *(one.direction for one in passed)],
            "loitered": [*(stay.loitered for stay in told), *(False for _ in passed)],
        },
    )


def forget_stays(connection: Connection, camera_id: str, session: UUID, since: datetime, still: Sequence[Stay]) -> None:
    """Go back to a time: what was not over by then is deleted, but `still`, which were open then, are open again."""
    connection.execute(
        _FORGET,
        {
            "camera_id": camera_id,
            "session": session,
            "since": since,
            "zones": [stay.zone_id for stay in still],
            "tracks": [stay.track for stay in still],
            "entries": [stay.entry_time for stay in still],
        },
    )
    save_stays(connection, camera_id, session, still)
