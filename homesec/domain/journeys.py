"""Ways of one entity from camera to camera."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

LONGEST_S = 600.0  # from one camera to the next: longer is a stay in between
FEWEST = 3  # ways that were seen, from which on their median says something


@dataclass(frozen=True)
class Sighting:
    """One track of an entity."""

    track_id: int
    camera_id: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True)
class Leg:
    """From one sighting to the next, on another camera."""

    from_track: int
    to_track: int
    from_camera: str
    to_camera: str
    seconds: float
    """Below zero while both saw it."""
    usual_s: float | None
    """Median of all such ways; None while too few are known."""


def legs(
    sightings: Sequence[Sighting], usual: Mapping[tuple[str, str], tuple[float, int]]
) -> list[Leg]:
    """The ways between sightings, which are in order of time. `usual`: median seconds and how often, by two cameras."""
    found = []
    for before, after in pairwise(sightings):
        seconds = (after.first_seen - before.last_seen).total_seconds()
        if before.camera_id == after.camera_id or seconds > LONGEST_S:
            continue
        median, times = usual.get((before.camera_id, after.camera_id), (0.0, 0))
        known = round(median, 1) if times >= FEWEST else None
        found.append(
            Leg(before.track_id, after.track_id, before.camera_id, after.camera_id, round(seconds, 1), known)
        )
    return found
