"""What it costs to take a detection for an object that is followed, and which pairs cost least.

The cost is the squared distance from where the object is expected, in units of how far it may have gone meanwhile (so
gates grow with the time between two pictures, and with the object's size), the change of its size and the difference of
its looks.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import Any

import numpy as np

from homesec.domain.assignment import assigned
from homesec.domain.boxes import overlap
from homesec.domain.followed import Sighting
from homesec.domain.track import Track, alike, size_change

OTHER_CLASS = 3.0  # cost of a car that is called a truck
UNKNOWN_LOOK = 1.5  # cost of a look that cannot be compared
FOREIGN_LOOK = 6.0  # most that the look may cost: light changes, and infrared has no colours
SWAY = 0.06  # frame heights a second that anything may go farther than its size lets expect: a cat, a cyclist
ELSEWHERE = 5.0  # cost of a parked car that is not at its place: of two cars side by side each keeps its own
LOOK_IN_PLACE = 1.0  # most that the look may cost of what stands where it stood: headlights and infrared change it
LOOK = 0.06  # difference (1 - cosine) of two looks that costs 1
MOST_CHANGE = 12.0  # a change of size costs no more than half of this
SAME = 0.6  # overlap from which on two boxes are of one object in one place

Cost = Callable[[Track, Sighting, float], float]
"""What it costs to take a sighting for a track, given what their looks cost."""


def pairs(
    tracks: Sequence[Track], sightings: Sequence[Sighting], alone: float, cost: Cost
) -> list[tuple[Track, Sighting]]:
    """Who belongs to whom at the least cost in all; whose best costs more than `alone` stays alone."""
    if not tracks or not sightings:
        return []
    costs = [
        [cost(track, sighting, like) for sighting, like in zip(sightings, line, strict=True)]
        for track, line in zip(tracks, _likeness(tracks, sightings), strict=True)
    ]
    return [
        (tracks[row], sightings[column]) for row, column in enumerate(assigned(costs, alone)) if column is not None
    ]


def cost_in_place(track: Track, sighting: Sighting, likeness: float) -> float:
    """Of what is parked, where all of it is seen again."""
    if not alike(track.object_class, sighting.object_class) or overlap(sighting.box, track.place) < SAME:
        return inf
    return 4.0 * (1.0 - overlap(sighting.box, track.place)) + min(likeness, LOOK_IN_PLACE)


def cost(track: Track, sighting: Sighting, now: float, aspect: float, patience: float, likeness: float) -> float:
    """Of what goes its way, or stands where it rested and may be hidden in part; infinite where it is another one."""
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
    return far / reach**2 + min(change, MOST_CHANGE) / 2 + likeness + other + elsewhere


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
