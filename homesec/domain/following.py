"""The following of one camera: a fold over its frames in event time, whose state is plain data.

`step` takes one frame and says what follows from it. The state can be written down at any frame and read again, so a
restart goes on where it was, and a frame that comes late is put in its place: back to a state from before it, then all
later frames once more. So the result is that of the frames in order.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from homesec.domain.followed import Frame, foot
from homesec.domain.hands import Hands, Interaction
from homesec.domain.stays import Crossing, Stay, Stays
from homesec.domain.track import Track
from homesec.domain.tracks import Tracker
from homesec.domain.zones import Zone, exclusion

CHECKPOINT_S = 30.0  # of event time between two states that are kept
STATIONARY = "stationary"  # why sightings of parked cars and left things are in no batch
START = datetime.fromtimestamp(0, UTC)  # time of the state before the first frame

Key = tuple[datetime, int, int]
"""Event time, upload and frame number: the order in which frames are taken."""


def key(frame: Frame) -> Key:
    return frame.at, *frame.key


@dataclass
class Following:
    """What is known of a camera's objects after its frames up to `latest`."""

    session: uuid.UUID
    tracker: Tracker = field(default_factory=Tracker)
    stays: Stays = field(default_factory=Stays)
    latest: Key = (START, 0, 0)
    kept_at: datetime = START
    """Time of the last state that was kept as a checkpoint."""
    hands: Hands = field(default_factory=Hands)

    def to_json(self) -> dict[str, Any]:
        at, upload_id, frame_no = self.latest
        return {
            "session": str(self.session),
            "latest": [at.isoformat(), upload_id, frame_no],
            "kept_at": self.kept_at.isoformat(),
            "tracker": self.tracker.to_json(),
            "stays": self.stays.to_json(),
            "hands": self.hands.to_json(),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        at, upload_id, frame_no = stored["latest"]
        return cls(
            uuid.UUID(stored["session"]),
            Tracker.from_json(stored["tracker"]),
            Stays.from_json(stored["stays"]),
            (datetime.fromisoformat(at), upload_id, frame_no),
            datetime.fromisoformat(stored["kept_at"]),
            # states that were stored before hands were followed have none
            Hands.from_json(stored["hands"]) if "hands" in stored else Hands(),
        )


@dataclass
class Followings:
    """What some frames, one after the other, made of a following."""

    members: dict[int, int] = field(default_factory=dict)
    """Detection to track number, earlier detections of tracks that are only now confirmed among them."""
    reasons: dict[int, str] = field(default_factory=dict)
    """Detections that belong in no batch, and why."""
    tracks: dict[int, Track] = field(default_factory=dict)
    """Those that were seen, by number."""
    stays: list[Stay] = field(default_factory=list)
    """As they were known one after the other; of one stay the last counts."""
    crossings: list[Crossing] = field(default_factory=list)
    interactions: list[Interaction] = field(default_factory=list)
    checkpoints: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    """States to be kept from between the frames, with their times."""


def follow(following: Following, frames: Sequence[Frame], zones: Sequence[Zone] = ()) -> Followings:
    """Go on by these frames, in order and none older than `following.latest`; the following changes with them.

    `zones` are the camera's enabled ones as they are now.
    """
    made = Followings()
    for frame in frames:
        before = following.latest[0]
        if frame.at > before and (frame.at - following.kept_at).total_seconds() >= CHECKPOINT_S:
            following.kept_at = before
            made.checkpoints.append((before, following.to_json()))
        step = following.tracker.step(frame)
        following.latest = key(frame)
        made.members |= step.members
        made.reasons |= dict.fromkeys(step.stationary, STATIONARY)
        excluded = {
            sighting.detection_id: reason
            for sighting in (frame.sightings if zones else ())
            if (reason := exclusion(zones, foot(sighting.box), sighting.object_class)) is not None
        }
        made.reasons |= excluded
        remembered = {track.number: track for track in following.tracker.tracks}
        made.tracks |= {one.track: remembered[one.track] for one in step.followed}
        said = following.stays.step(frame.at, step.followed, zones, remembered)
        made.stays += said.stays
        made.crossings += said.crossings
        made.interactions += following.hands.step(frame.at, step.followed, excluded)
    return made
