"""Zones of one camera as its pictures are judged by them: which one a place belongs to, and what counts nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass

from homesec.domain.geometry import Point, Points, contains


@dataclass(frozen=True)
class Zone:
    """An enabled zone or line."""

    id: int
    name: str
    zone_type: str
    """A line is of the type `line`."""
    points: Points
    direction: str | None = None
    """Of a line: going to this side (left or right) is `in`."""
    priority: int = 0
    target_classes: frozenset[str] | None = None
    """Whom it concerns; None: everybody."""
    loiter_seconds: float | None = None

    def concerns(self, object_class: str) -> bool:
        return self.target_classes is None or object_class in self.target_classes


def governing(zones: Iterable[Zone], foot: Point, object_class: str) -> Zone | None:
    """The zone by which a place is named: of the highest priority, then an excluded one, then the oldest."""
    here = [
        zone
        for zone in zones
        if zone.zone_type != "line" and zone.concerns(object_class) and contains(zone.points, foot)
    ]
    return min(here, key=lambda zone: (-zone.priority, zone.zone_type != "excluded", zone.id), default=None)


def exclusion(zones: Iterable[Zone], foot: Point, object_class: str) -> str | None:
    """Why a detection with this foot point counts nowhere, in words that are stored with it; None: it counts."""
    zone = governing(zones, foot, object_class)
    return f"zone:{zone.name}" if zone is not None and zone.zone_type == "excluded" else None
