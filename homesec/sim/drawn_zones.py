"""The zones of the household as its owner would draw them: into the pictures of every camera that shows them."""

from datetime import datetime
from math import hypot
from typing import Any, NamedTuple

import numpy as np

from homesec.sim.property import Property
from homesec.sim.values import Camera, Points, Zone
from homesec.sim.view.optics import View
from homesec.sim.world import World

LEAST_THICK = 0.045  # area over the longest way across, in pictures: nobody draws a sliver
LEAST_LINE = 0.04  # picture widths
EDGE_M = 0.4  # so near to an edge a body is on both sides of it
FARTHEST_M = 22.0  # no line is drawn further than one can tell where somebody stands


class DrawnZone(NamedTuple):
    """A zone in the picture of one camera."""

    camera: str
    name: str
    zone_type: str
    shape: str
    coordinates: tuple[tuple[float, float], ...]
    """0..1 of the picture; of a line two points."""
    direction: str | None
    """Of a line: crossing it towards this side, seen from its first point to its second, is `in`."""

    def drawing(self) -> dict[str, Any]:
        """As the API takes it; all else of a zone stays as it comes."""
        values = self._asdict() | {"coordinates": [list(point) for point in self.coordinates]}
        del values["camera"]
        return values


def drawn_zones(home: Property) -> list[DrawnZone]:
    """Camera by camera, in the property's order."""
    found = []
    for camera in home.cameras:
        for zone in home.zones:
            one = _line(camera, zone) if zone.zone_type == "line" else _area(camera, zone)
            if one is not None:
                found.append(one)
    return found


def is_on_edge(world: World, thing: str, zone: str, at: datetime) -> bool:
    """Whether a thing is so near to a line, or to the edge of a zone, that nobody can tell on which side it is."""
    state = next((state for state in world.at(at).states if state.thing.id == thing), None)
    if state is None:
        return False
    corners = world.property.zone(zone).ground
    return any(
        _distance((state.x, state.y), a, b) <= EDGE_M for a, b in zip(corners, (*corners[1:], corners[0]), strict=True)
    )


def leads_over(world: World, thing: str, line: str, since: datetime, until: datetime) -> bool | None:
    """Whether the straight way between where a thing was at two moments cuts a line.

    None: so near to an end of the line that nobody can tell, or the thing was not there.
    """
    places = [
        next(((state.x, state.y) for state in world.at(at).states if state.thing.id == thing), None)
        for at in (since, until)
    ]
    start, end = places
    if start is None or end is None:
        return None
    (ax, ay), (bx, by) = world.property.zone(line).ground[:2]
    length = hypot(bx - ax, by - ay)
    before, after = (((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length for x, y in (start, end))
    if (before > 0) == (after > 0):
        return False
    share = before / (before - after)
    x, y = start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
    along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length
    if min(abs(along), abs(along - length)) <= EDGE_M:
        return None
    return 0.0 < along < length


def _distance(place: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = ((place[0] - a[0]) * dx + (place[1] - a[1]) * dy) / (dx * dx + dy * dy)
    along = min(max(along, 0.0), 1.0)
    return hypot(place[0] - a[0] - along * dx, place[1] - a[1] - along * dy)


def _area(camera: Camera, zone: Zone) -> DrawnZone | None:
    corners = View(camera).ground_polygon(np.array(zone.ground))
    if len(corners) < 3 or _shoelace(corners) < LEAST_THICK * _longest(corners):
        return None
    return DrawnZone(camera.id, zone.name, zone.zone_type, "polygon", _points(corners), None)


def _line(camera: Camera, zone: Zone) -> DrawnZone | None:
    """Drawn only where all of it is in the picture: one that is cut misses those who pass its end."""
    ends = np.array(zone.ground, np.float64)
    uv, depth = View(camera).project(np.column_stack([ends, np.zeros(2)]))
    if depth.min() <= 0 or depth.max() > FARTHEST_M or uv.min() < 0 or uv.max() > 1:
        return None
    if float(np.hypot(*(uv[1] - uv[0]))) < LEAST_LINE:
        return None
    return DrawnZone(camera.id, zone.name, "line", "line", _points(uv), "right")


def _longest(corners: Points) -> float:
    return float(np.hypot(*(corners[:, None] - corners[None, :]).reshape(-1, 2).T).max())


def _shoelace(corners: Points) -> float:
    x, y = corners[:, 0], corners[:, 1]
    return 0.5 * abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))))


def _points(corners: Points) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 5), round(float(y), 5)) for x, y in corners)
