"""Tracks: which detection of a picture is which object of the pictures before. One camera, in event time, pure.

Association in two stages, as in ByteTrack (Zhang et al. 2022): first what the detector is sure of, then what it is not
against the tracks that are left. What a pair costs is the squared distance from where the object is expected, in units
of how far it may have gone meanwhile (so gates grow with the time between two pictures, and with the object's size),
the change of its size and the difference of its looks. Parked cars and left things are remembered where they stand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, Self

import numpy as np

from homesec.domain.assignment import assigned
from homesec.domain.boxes import overlap
from homesec.domain.followed import Box, Followed, Frame, Sighting
from homesec.domain.track import STILL_S, Track, alike, size_change

ALONE = 12.0  # cost from which on two sightings are rather of two objects
ALONE_WEAK = 7.0  # the same for a detection that the detector is not sure of
OTHER_CLASS = 3.0  # cost of a car that is called a truck
UNKNOWN_LOOK = 1.5  # cost of a look that cannot be compared
FOREIGN_LOOK = 6.0  # most that the look may cost: light changes, and infrared has no colours
SWAY = 0.06  # frame heights a second that anything may go farther than its size lets expect: a cat, a cyclist
ELSEWHERE = 5.0  # cost of a parked car that is not at its place: of two cars side by side each keeps its own
LOOK_IN_PLACE = 1.0  # most that the look may cost of what stands where it stood: headlights and infrared change it
LOOK = 0.06  # difference (1 - cosine) of two looks that costs 1
PAUSE_S = 10.0  # a longer time between two pictures is no rhythm but a pause
SHORTEST_S, LONGEST_S = 4.0, 30.0  # bounds of the patience with an object that is not seen
PICTURES = 4.0  # patience in pictures
UNSEEN_S = 1800.0  # what was there before a pause may have stood there all the time: for so long
PARKED_S = 48 * 3600.0  # for so long a parked car is remembered unseen: nights, snow, a broken camera
SAME = 0.6  # overlap from which on two detections of one picture are of one object


@dataclass(frozen=True)
class Step:
    """What one frame says."""

    followed: tuple[Followed, ...]
    members: dict[int, int]
    """Detection to track number, as far as tracks are confirmed: also earlier detections of tracks that are now."""
    stationary: frozenset[int]
    """Detections of what is parked or left, and not new."""


@dataclass
class Tracker:
    """The tracks of one camera. The same frames in the same order give the same, whatever restarts lie between."""

    tracks: list[Track] = field(default_factory=list)
    next_number: int = 1
    at: float | None = None
    """Of the newest frame."""
    rhythm_s: float = 1.0
    """Usual time between two pictures."""

    def step(self, frame: Frame) -> Step:
        """Go on by one frame, which must not be older than the one before."""
        now = frame.at.timestamp()
        is_soon = self.at is not None and now - self.at <= PAUSE_S
        self._pass_time(now)
        strong = [sighting for sighting in frame.sightings if sighting.counts]
        weak = [sighting for sighting in frame.sightings if not sighting.counts]
        pairs: list[tuple[Track, Sighting]] = []
        for sightings, alone in ((strong, ALONE), (weak, ALONE_WEAK)):
            met = {track.number for track, _ in pairs}
            free = [track for track in self.tracks if track.number not in met]
            pairs += self._pairs(free, sightings, now, frame.aspect, alone)
        taken = {sighting.detection_id for _, sighting in pairs}
        for track, sighting in pairs:
            track.see(now, sighting, frame.aspect)
        doubles: list[tuple[Track, Sighting]] = []
        for sighting in frame.sightings:
            if sighting.detection_id in taken:
                continue
            if (same := _same_object(sighting, pairs)) is not None:
                doubles.append((same, sighting))
            elif sighting.counts:
                self.tracks.append(Track.begin(self.next_number, now, sighting, frame.aspect))
                self.next_number += 1
                pairs.append((self.tracks[-1], sighting))
        for track in self.tracks:
            if track.last != now and is_soon:
                track.missed += 1
        self._displace(now)
        return _said(frame, pairs, doubles)

    def active(self, at: float) -> list[Track]:
        """Those that may be seen again any moment, as of this time; what is parked is not waited for."""
        return [
            track for track in self.tracks if not track.is_stationary and at - track.last <= self.patience_s
        ]

    def to_json(self) -> dict[str, Any]:
        return {
            "tracks": [track.to_json() for track in self.tracks],
            "next_number": self.next_number,
            "at": self.at,
            "rhythm_s": self.rhythm_s,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        tracks = [Track.from_json(track) for track in stored["tracks"]]
        return cls(tracks, stored["next_number"], stored["at"], stored["rhythm_s"])

    @property
    def patience_s(self) -> float:
        """For how long an object that is not seen may come back: longer on a slow camera."""
        return min(max(SHORTEST_S, PICTURES * self.rhythm_s), LONGEST_S)

    def _pass_time(self, now: float) -> None:
        elapsed = now - self.at if self.at is not None else 0.0
        if 0 < elapsed <= PAUSE_S:
            self.rhythm_s += 0.2 * (elapsed - self.rhythm_s)
        self.at = now
        self.tracks = [track for track in self.tracks if now - track.last <= self._remembered_s(track)]

    def _remembered_s(self, track: Track) -> float:
        if track.is_stationary:
            return PARKED_S
        if track.lives or track.has_moved or track.missed or not track.confirmed:
            return self.patience_s
        return UNSEEN_S

    def _pairs(
        self, tracks: Sequence[Track], sightings: Sequence[Sighting], now: float, aspect: float, alone: float
    ) -> list[tuple[Track, Sighting]]:
        if not tracks or not sightings:
            return []
        patience = self.patience_s
        looks = _likeness(tracks, sightings)
        costs = [
            [
                _cost(track, sighting, now, aspect, patience, like)
                for sighting, like in zip(sightings, line, strict=True)
            ]
            for track, line in zip(tracks, looks, strict=True)
        ]
        return [
            (tracks[row], sightings[column])
            for row, column in enumerate(assigned(costs, alone))
            if column is not None
        ]

    def _displace(self, now: float) -> None:
        """Where something stands that is seen now, nothing else stands that is not."""
        here = [track for track in self.tracks if track.last == now and now - track.rests_since >= STILL_S / 2]
        self.tracks = [
            track
            for track in self.tracks
            if track.last == now
            or track.lives
            or not any(
                alike(track.object_class, other.object_class) and overlap(track.place, other.place) >= SAME
                for other in here
            )
        ]


def _cost(track: Track, sighting: Sighting, now: float, aspect: float, patience: float, likeness: float) -> float:
    own = track.object_class
    if not alike(own, sighting.object_class):
        return inf
    elapsed = now - track.last
    in_place = not track.lives and track.is_at_its_place(sighting.box)
    if elapsed > patience and not in_place:
        return inf
    if in_place and (track.is_stationary or elapsed > patience):
        return 4.0 * (1.0 - overlap(sighting.box, track.place)) + min(likeness, LOOK_IN_PLACE)
    x, y = track.expected(now)
    left, top, right, bottom = track.box
    size = max((right - left) * aspect, bottom - top)  # frame heights
    seen = sighting.box
    reach = size * (0.15 + 0.5 * elapsed) + SWAY * elapsed
    far = (((seen[0] + seen[2]) / 2 - x) * aspect) ** 2 + ((seen[1] + seen[3]) / 2 - y) ** 2
    wider, taller = size_change(track.box, seen)
    change = (taller / (0.2 + 0.15 * elapsed)) ** 2 + (wider / (0.35 + 0.25 * elapsed)) ** 2
    other = 0.0 if own == sighting.object_class else OTHER_CLASS
    elsewhere = ELSEWHERE if track.is_stationary else 0.0
    return far / reach**2 + min(change, ALONE) / 2 + likeness + other + elsewhere


def _likeness(tracks: Sequence[Track], sightings: Sequence[Sighting]) -> list[list[float]]:
    """What the looks of each track (row) and each sighting (column) cost."""
    size = next((len(one.appearance) for one in sightings if one.appearance is not None), 0)
    if not size:
        return [[UNKNOWN_LOOK] * len(sightings) for _ in tracks]
    ours = np.stack([_vector(track.look, size) for track in tracks])
    theirs = np.stack([_vector(sighting.appearance, size) for sighting in sightings])
    cost = np.clip((1.0 - ours @ theirs.T) / LOOK, 0.0, FOREIGN_LOOK)
    unknown = np.logical_or.outer(~np.any(ours, axis=1), ~np.any(theirs, axis=1))
    lines: list[list[float]] = np.where(unknown, UNKNOWN_LOOK, cost).tolist()
    return lines


def _vector(look: Any, size: int) -> Any:
    return np.zeros(size, np.float32) if look is None or len(look) != size else look


def _same_object(sighting: Sighting, pairs: Iterable[tuple[Track, Sighting]]) -> Track | None:
    """The track of another detection of this frame that shows the same object under another name: a car and a truck."""
    for track, other in pairs:
        if (
            sighting.object_class != other.object_class
            and alike(sighting.object_class, other.object_class)
            and overlap(sighting.box, other.box) >= SAME
        ):
            return track
    return None


def _said(
    frame: Frame, pairs: Sequence[tuple[Track, Sighting]], doubles: Sequence[tuple[Track, Sighting]]
) -> Step:
    members: dict[int, int] = {}
    followed = []
    for track, sighting in pairs:
        followed.append(_followed(frame, track, sighting))
        if track.confirmed:
            members |= dict.fromkeys(track.waiting, track.number)
            track.waiting = []
            members[sighting.detection_id] = track.number
    for track, sighting in doubles:
        if track.confirmed:
            members[sighting.detection_id] = track.number
    resting = frozenset(sighting.detection_id for track, sighting in [*pairs, *doubles] if track.is_stationary)
    return Step(tuple(followed), members, resting)


def _followed(frame: Frame, track: Track, sighting: Sighting) -> Followed:
    box: Box = sighting.box
    return Followed(
        track.number, track.object_class, frame.at, box, sighting.detection_id, sighting.confidence,
        track.is_stationary, track.confirmed,
    )  # fmt: skip
