"""Stays in zones and crossings of lines: a fold over the pictures of one camera, pure.

Where somebody stands is the foot point. A stay lasts from the first to the last picture inside; to its seconds come
the parts of the way before and after that lie inside, as if it was walked evenly: slow cameras see few pictures of it.
Jitter at an edge makes no stays: who comes in shallowly is in with the second picture, and who leaves is out when
clearly outside or outside for a while.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self

from homesec.domain.followed import Followed
from homesec.domain.geometry import Points, cuts, depth
from homesec.domain.lines import CARRIED, left_beyond, passed
from homesec.domain.walkers import Before, Inside, Walker
from homesec.domain.zones import Zone, governing

EDGE_S = 10.0  # outside for so long, however near the edge: it has left
JITTER = 0.05  # of a box's own height: so far its lower edge jumps while nobody moves
MARGIN = (0.002, 0.02)  # smallest and largest width of an edge, in frame heights
STEADY_S = 60.0  # what is parked tells of its stay once in so long


@dataclass(frozen=True)
class Stay:
    """One stay of one track in one zone, as it is known now; zone, track and entry name it."""

    zone_id: int
    track: int
    object_class: str
    entry_time: datetime
    exit_time: datetime | None
    """When it was last seen inside; None while it stays."""
    total_seconds: float
    loitered: bool


@dataclass(frozen=True)
class Crossing:
    """One track crossed one line; `in` is towards the line's direction."""

    zone_id: int
    track: int
    object_class: str
    at: datetime
    direction: Literal["in", "out"]


@dataclass(frozen=True)
class Said:
    """What one picture says."""

    stays: tuple[Stay, ...] = ()
    """Those that began, went on or ended, each once."""
    crossings: tuple[Crossing, ...] = ()


@dataclass
class Stays:
    """Who is in which zone of one camera. The same pictures in order say the same, whatever restarts lie between."""

    walkers: dict[int, Walker] = field(default_factory=dict)
    """By track number."""
    shapes: dict[int, Points] = field(default_factory=dict)
    """Of the lines at the last picture: a line that was moved is crossed by nobody who stood still."""

    def step(
        self, at: datetime, followed: Sequence[Followed], zones: Sequence[Zone], remembered: Collection[int]
    ) -> Said:
        """Go on by one picture, which must not be older than the one before.

        `zones` are the enabled ones as they are now; `remembered` the numbers of all tracks that may be seen again:
        the stays of others end, as do those in zones that are no more.
        """
        said = _Saying()
        self._follow_owner(zones, said)
        for one in followed:
            walker = self.walkers.get(one.track)
            if walker is None:
                walker = self.walkers[one.track] = Walker(one.object_class, one.at, one.foot)
            self._move(walker, one, zones, said)
        present = {one.track for one in followed}
        for track in [track for track in self.walkers if track not in present and track not in remembered]:
            walker = self.walkers.pop(track)
            for zone_id in list(walker.zones):
                said.leave(track, walker, zone_id)
            for zone in zones:
                if (crossed := left_beyond(walker, zone)) is not None:
                    said.cross(track, walker, zone, *crossed)
        return said.said()

    def open(self) -> tuple[Stay, ...]:
        """All stays that were said and go on."""
        return tuple(
            _stay(track, walker, zone_id, inside, ended=False)
            for track, walker in self.walkers.items()
            for zone_id, inside in walker.zones.items()
            if inside.said
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "walkers": {track: walker.to_json() for track, walker in self.walkers.items()},
            "shapes": dict(self.shapes),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(
            {int(track): Walker.from_json(walker) for track, walker in stored["walkers"].items()},
            {int(line): tuple((x, y) for x, y in shape) for line, shape in stored["shapes"].items()},
        )

    def _follow_owner(self, zones: Sequence[Zone], said: "_Saying") -> None:
        areas = {zone.id for zone in zones if zone.zone_type != "line"}
        shapes = {zone.id: zone.points for zone in zones if zone.zone_type == "line"}
        for track, walker in self.walkers.items():
            for zone_id in walker.zones.keys() - areas:
                said.leave(track, walker, zone_id)
            walker.lines = {
                line: known for line, known in walker.lines.items() if shapes.get(line) == self.shapes.get(line)
            }
        self.shapes = shapes

    def _move(self, walker: Walker, one: Followed, zones: Sequence[Zone], said: "_Saying") -> None:
        walker.object_class = one.object_class
        walker.confirmed = walker.confirmed or one.confirmed
        if walker.confirmed:
            said.catch_up(one.track, walker, zones)
        margin = min(max(JITTER * (one.box[3] - one.box[1]), MARGIN[0]), MARGIN[1])
        named = governing(zones, one.foot, one.object_class)
        hidden = depth(named.points, one.foot) if named is not None and named.zone_type == "excluded" else None
        for zone in zones:
            if zone.zone_type == "line":
                if hidden is None and (crossed := passed(walker, one, zone, margin)) is not None:
                    said.cross(one.track, walker, zone, *crossed)
            elif zone.zone_type != "excluded":
                # What counts nowhere is in no zone, as deep as it is in the excluded one.
                inward = depth(zone.points, one.foot)
                _stand(walker, one, zone, inward if hidden is None else min(inward, -hidden), margin, said)
        walker.before = Before(walker.at, walker.foot) if one.at > walker.at else walker.before
        walker.at, walker.foot = one.at, one.foot


def _stand(walker: Walker, one: Followed, zone: Zone, inward: float, margin: float, said: "_Saying") -> None:
    inside = walker.zones.get(zone.id)
    if not zone.concerns(one.object_class):
        if inside is not None:
            said.leave(one.track, walker, zone.id)
        return
    gap = (one.at - walker.at).total_seconds()
    way = cuts(walker.foot, one.foot, zone.points)
    if inward > 0:
        if inside is None:
            inside = walker.zones[zone.id] = Inside(one.at, one.at, gap * (1.0 - way[-1]) if way else 0.0)
        elif walker.at == inside.last:
            inside.entered = True
        inside.entered = inside.entered or inward >= margin
        inside.last, inside.after_s = one.at, 0.0
        said.go_on(one, walker, zone, gap)
    elif inside is not None:
        if walker.at == inside.last:
            inside.after_s = gap * way[0] if way else 0.0
        if not inside.entered or inward <= -margin or (one.at - inside.last).total_seconds() >= EDGE_S:
            said.leave(one.track, walker, zone.id)


class _Saying:
    """Collects what a picture says; of tracks that are not confirmed nothing is said."""

    def __init__(self) -> None:
        self._stays: dict[tuple[int, int], Stay] = {}
        self._crossings: list[Crossing] = []
        self._past: list[Stay] = []

    def go_on(self, one: Followed, walker: Walker, zone: Zone, gap: float) -> None:
        inside = walker.zones[zone.id]
        if not inside.entered or not walker.confirmed:
            return
        key = (one.track, zone.id)
        loiters = zone.loiter_seconds is not None and inside.seconds >= zone.loiter_seconds and not one.stationary
        is_time = not one.stationary or inside.seconds // STEADY_S > (inside.seconds - gap) // STEADY_S
        if loiters and not inside.loitered:
            inside.loitered = is_time = True
        if is_time or not inside.said:
            inside.said = True
            self._stays[key] = _stay(one.track, walker, zone.id, inside, ended=False)

    def leave(self, track: int, walker: Walker, zone_id: int) -> None:
        inside = walker.zones.pop(zone_id)
        if inside.entered and walker.confirmed:
            self._stays[track, zone_id] = _stay(track, walker, zone_id, inside, ended=True)
        elif inside.entered:
            walker.past.append((zone_id, inside))

    def cross(self, track: int, walker: Walker, line: Zone, at: datetime, to_right: bool) -> None:
        direction: Literal["in", "out"] = "in" if to_right == (line.direction == "right") else "out"
        if walker.object_class in CARRIED or not line.concerns(walker.object_class):
            return
        if walker.confirmed:
            self._crossings.append(Crossing(line.id, track, walker.object_class, at, direction))
        else:
            walker.unsaid.append((line.id, at, direction))

    def catch_up(self, track: int, walker: Walker, zones: Sequence[Zone]) -> None:
        """Say what a track did before it was confirmed."""
        there = {zone.id for zone in zones}
        self._crossings += [
            Crossing(line, track, walker.object_class, at, direction)
            for line, at, direction in walker.unsaid
            if line in there
        ]
        self._past += [
            _stay(track, walker, zone_id, inside, ended=True) for zone_id, inside in walker.past if zone_id in there
        ]
        walker.unsaid, walker.past = [], []

    def said(self) -> Said:
        return Said((*self._past, *self._stays.values()), tuple(self._crossings))


def _stay(track: int, walker: Walker, zone_id: int, inside: Inside, ended: bool) -> Stay:
    seconds = inside.seconds if ended else inside.seconds - inside.after_s
    return Stay(
        zone_id, track, walker.object_class, inside.entry, inside.last if ended else None, round(seconds, 3),
        inside.loitered,
    )  # fmt: skip
