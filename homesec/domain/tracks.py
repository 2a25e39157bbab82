"""Tracks: which detection of a picture is which object of the pictures before. One camera, in event time, pure.

Association in stages, as in ByteTrack (Zhang et al. 2022): first what the detector is sure of, then what it is not
against the tracks that are left. Parked cars and left things are remembered where they stand: they are looked for there
before all others, and after all others once the place was seen without them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from homesec.domain.boxes import overlap
from homesec.domain.followed import Box, Followed, Frame, Sighting
from homesec.domain.pairing import SAME, Cost, cost, cost_in_place, pairs
from homesec.domain.track import STILL_S, Track, alike

ALONE = 12.0  # cost from which on two sightings are rather of two objects
ALONE_WEAK = 7.0  # the same for a detection that the detector is not sure of
PAUSE_S = 10.0  # a longer time between two pictures is no rhythm but a pause
SHORTEST_S, LONGEST_S = 4.0, 30.0  # bounds of the patience with an object that is not seen
PICTURES = 4.0  # patience in pictures
UNSEEN_S = 1800.0  # what was there before a pause may have stood there all the time: for so long
PARKED_S = 48 * 3600.0  # for so long a parked car is remembered unseen: nights, snow, a broken camera
LOST = 5  # pictures that do not show what is parked, each soon after the one before: it may have gone unseen


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
        found = self._pairs(frame, now)
        taken = {sighting.detection_id for _, sighting in found}
        for track, sighting in found:
            track.see(now, sighting, frame.aspect)
        doubles: list[tuple[Track, Sighting]] = []
        for sighting in frame.sightings:
            if sighting.detection_id in taken:
                continue
            if (same := _same_object(sighting, found)) is not None:
                doubles.append((same, sighting))
            elif sighting.counts:
                self.tracks.append(Track.begin(self.next_number, now, sighting, frame.aspect))
                self.tracks[-1].missed = int(is_soon)  # the picture just before did not show it, so it goes
                self.next_number += 1
                found.append((self.tracks[-1], sighting))
        for track in self.tracks:
            if track.last != now and is_soon:
                track.missed += 1
        self._displace(now)
        return _said(frame, found, doubles)

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
        if track.lives or track.has_moved or track.missed:
            return self.patience_s
        return UNSEEN_S

    def _pairs(self, frame: Frame, now: float) -> list[tuple[Track, Sighting]]:
        patience, found = self.patience_s, list[tuple[Track, Sighting]]()
        parked = {track.number for track in self.tracks if track.is_stationary}
        lost = {track.number for track in self.tracks if track.number in parked and track.missed >= LOST}
        present = {track.number for track in self.tracks} - lost
        every = {sighting.detection_id for sighting in frame.sightings}
        sure = {sighting.detection_id for sighting in frame.sightings if sighting.counts}

        def follows(track: Track, sighting: Sighting, likeness: float) -> float:
            return cost(track, sighting, now, frame.aspect, patience, likeness)

        stages: tuple[tuple[set[int], set[int], float, Cost], ...] = (
            (parked - lost, every, ALONE, cost_in_place),
            (present, sure, ALONE, follows),
            (present, every, ALONE_WEAK, follows),
            (lost, every, ALONE, cost_in_place),
        )
        for numbers, ids, alone, by in stages:
            met = {track.number for track, _ in found}
            taken = {sighting.detection_id for _, sighting in found}
            tracks = [track for track in self.tracks if track.number in numbers - met]
            sightings = [sighting for sighting in frame.sightings if sighting.detection_id in ids - taken]
            found += pairs(tracks, sightings, alone, by)
        return found

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
