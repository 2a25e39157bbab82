"""What following a camera's objects leaves in the tables: tracks, stays in zones, what was carried, and the state to
go on from.

It is applied by `SaveBatches`, in one transaction with the batches and with the uploads that are done.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.domain.hands import Interaction
from homesec.domain.stays import Crossing, Stay
from homesec.domain.track import Track
from homesec.errors import Conflict
from homesec.store.writes.hands import forget_hands, save_hands
from homesec.store.writes.stays import forget_stays, save_stays

State = tuple[datetime, dict[str, Any]]
"""The state of a following and the event time of its newest frame."""

KEPT = timedelta(minutes=15)  # for pictures that come so late the tracks can still be put right

_TRACKS = text(
    """
    INSERT INTO tracks AS track (camera_id, session, track_id, object_class, first_seen, last_seen, trajectory,
        total_distance, avg_speed)
    SELECT :camera_id, :session, line.*
    FROM unnest(CAST(:numbers AS int[]), CAST(:classes AS text[]), CAST(:first AS timestamptz[]),
        CAST(:last AS timestamptz[]), CAST(:trajectories AS jsonb[]), CAST(:distances AS float8[]),
        CAST(:speeds AS float8[])) AS line
    ON CONFLICT (camera_id, session, track_id) DO UPDATE SET object_class = excluded.object_class,
        first_seen = excluded.first_seen, last_seen = excluded.last_seen, trajectory = excluded.trajectory,
        total_distance = excluded.total_distance, avg_speed = excluded.avg_speed
    """
)
_FORGET = text(
    """
    DELETE FROM tracks WHERE camera_id = :camera_id AND session = :session AND track_id >= :from
        AND track_id <> ALL(:numbers)
    """
)
# A state that is older than the others need is dropped with those that this round replaces.
_CLEAR = text(
    """
    WITH newest AS (SELECT version FROM tracker_states WHERE camera_id = :camera_id ORDER BY at DESC LIMIT 1),
        cleared AS (
            DELETE FROM tracker_states WHERE camera_id = :camera_id AND (at > :base_at OR at < (
                SELECT max(at) FROM tracker_states WHERE camera_id = :camera_id AND at <= :horizon)))
    SELECT coalesce(max(version), 0) FROM newest
    """
)
_KEEP = text(
    """
    INSERT INTO tracker_states (camera_id, at, version, state)
    SELECT :camera_id, line.at, :version, line.state
    FROM unnest(CAST(:times AS timestamptz[]), CAST(:states AS jsonb[])) AS line(at, state)
    """
)


@dataclass(frozen=True)
class Back:
    """Frames after this time were taken again, from the state that stands there."""

    at: datetime
    next_number: int
    """Tracks from this number on that are not seen again never were."""
    stays: tuple[Stay, ...]
    """Those that went on then."""
    told: frozenset[str]
    """Names of the interactions that were told by then."""


@dataclass(frozen=True)
class SaveTracks:
    """A camera's objects were followed on from the state at `base_at`, which stays.

    Raises Conflict when the camera's newest state is no longer of the version that was read.
    """

    camera_id: str
    session: uuid.UUID
    version: int
    """Of the newest state that was read; 0 when there was none."""
    base_at: datetime
    """States after this time are replaced by `states`."""
    states: tuple[State, ...]
    """The newest one last."""
    tracks: tuple[Track, ...]
    stays: tuple[Stay, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    back: Back | None = None

    def apply(self, connection: Connection) -> list[int]:
        """Gives the rows of the persons' tracks of whom something new is told."""
        newest = self.states[-1][0]
        whose = {"camera_id": self.camera_id, "base_at": self.base_at, "horizon": newest - KEPT}
        if connection.scalar(_CLEAR, whose) != self.version:
            raise Conflict(f"the tracks of {self.camera_id} were followed by somebody else")
        values = {
            "camera_id": self.camera_id,
            "version": self.version + 1,
            "times": [at for at, _ in self.states],
            "states": [Jsonb(state) for _, state in self.states],
        }
        connection.execute(_KEEP, values)
        mine = {"camera_id": self.camera_id, "session": self.session}
        numbers = [track.number for track in self.tracks]
        if self.back is not None:
            connection.execute(_FORGET, {**mine, "from": self.back.next_number, "numbers": numbers})
        if numbers:
            connection.execute(_TRACKS, {**mine, "numbers": numbers, **_columns(self.tracks)})
        if self.back is not None:
            forget_stays(connection, self.camera_id, self.session, self.back.at, self.back.stays)
            still = self.back.told.union(one.name for one in self.interactions)
            forget_hands(connection, self.camera_id, self.session, self.back.at, still)
        save_stays(connection, self.camera_id, self.session, self.stays, self.crossings)
        return save_hands(connection, self.camera_id, self.session, self.interactions)


def needed(states: Sequence[State]) -> tuple[State, ...]:
    """Of states in order of time those that late pictures may go back to."""
    horizon = states[-1][0] - KEPT
    first = max((place for place, (at, _) in enumerate(states) if at <= horizon), default=0)
    return tuple(states[first:])


def _columns(tracks: Sequence[Track]) -> dict[str, list[Any]]:
    return {
        "classes": [track.object_class for track in tracks],
        "first": [_moment(track.first) for track in tracks],
        "last": [_moment(track.last) for track in tracks],
        "trajectories": [Jsonb(_trajectory(track)) for track in tracks],
        "distances": [track.path.distance for track in tracks],
        "speeds": [track.average_speed for track in tracks],
    }


def _trajectory(track: Track) -> list[dict[str, Any]]:
    return [
        {"x": point.x, "y": point.y, "at": _moment(point.at).isoformat(timespec="milliseconds")}
        for point in track.path.points
    ]


def _moment(second: float) -> datetime:
    return datetime.fromtimestamp(second, UTC)
