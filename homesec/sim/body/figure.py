"""Bodies as a camera sees them: outlines in the frame, from far to near.

Pictures and silhouettes are made from the same figures, so that boxes fit what is painted. Lengths in the frame are in
frame heights on both axes: x = u * aspect, y = v.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import cos, hypot, pi

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim.body import parts
from homesec.sim.body.burden import arranged
from homesec.sim.body.order import Extent, far_to_near
from homesec.sim.values import Part, Points, State
from homesec.sim.view.optics import NEAR_M, View

CIRCLE_POINTS = 14  # of a ball's outline
REACH_M = 0.8  # arms and what they hold go beyond a person's own measures so far
NEAREST_M = NEAR_M * 1.5  # parts nearer to the lens are cut off
SUBPIXEL_BITS = 4
_ANGLES = np.arange(CIRCLE_POINTS) * (2 * pi / CIRCLE_POINTS)
# Between the circles that touch its corners and its sides, so that its area is right.
CIRCLE: Points = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1) / cos(pi / CIRCLE_POINTS) ** 0.5
Outline = NDArray[np.int32]
"""(n, 2), in fractions of a pixel: 2 ** -SUBPIXEL_BITS."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One part in the frame: its points are those of the figure from `first` to `last`."""

    part: Part
    first: int
    last: int
    normal: Points
    """Of polygons, (3,) in the world and towards the camera."""


@dataclass(frozen=True)
class Figure:
    """One thing in the frame, its shapes in the order in which they are painted."""

    state: State
    shapes: tuple[Shape, ...]
    world: Points
    """(n, 3) metres: corners of polygons and centres of balls."""
    radii_m: NDArray[np.float64]
    """(n,) of balls; 0 of corners."""
    places: Points
    """(n, 2) frame heights."""
    radii: NDArray[np.float64]
    """(n,) frame heights."""
    solid: NDArray[np.bool_]
    """(n,) whether it belongs to the silhouette."""

    @cached_property
    def extent(self) -> Extent:
        """What belongs to the thing, in frame heights and also beyond the frame."""
        return _extent(self.places[self.solid], self.radii[self.solid])

    @cached_property
    def painted_extent(self) -> Extent:
        """The same with what is painted only."""
        return _extent(self.places, self.radii)

    def depths(self, view: View, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Depth in metres of the upright plane through the thing, across the view, at heights y (n,) of the frame."""
        forward, down = view.axes[2], view.axes[1]
        level = forward[:2] / hypot(forward[0], forward[1])
        ahead = float((np.array([self.state.x, self.state.y]) - view.position[:2]) @ level)
        slope = forward[:2] @ level + (y - 0.5) / view.focal[1] * (down[:2] @ level)
        return np.where(slope > 1e-6, ahead / np.maximum(slope, 1e-6), np.inf)

    def outlines(
        self,
        scale: tuple[float, float],
        origin: tuple[float, float] = (0.0, 0.0),
        swell: float = 1.0,
        shift: Points | None = None,
        thinner: float = 0.0,
    ) -> list[Outline]:
        """The outline of every shape in a grid with so many cells a frame height, which starts at an origin.

        Balls can be swollen, shifted by (2,) of their radii, and made thinner by frame heights.
        """
        unit = np.array(scale) * (1 << SUBPIXEL_BITS)
        # Cell centres are half a cell into the grid.
        start = np.array(origin) * unit + (1 << (SUBPIXEL_BITS - 1))
        limit = 1 << 20
        corners = np.rint(np.clip(self.places * unit - start, -limit, limit)).astype(np.int32)
        radii = np.maximum(self.radii - thinner, self.radii * 0.35) * swell
        centres = self.places if shift is None else self.places + self.radii[:, None] * shift
        circles = (centres[:, None] + radii[:, None, None] * CIRCLE) * unit - start
        circles = np.rint(np.clip(circles, -limit, limit)).astype(np.int32)
        traced: list[Outline] = []
        for shape in self.shapes:
            if shape.part.form == "polygon":
                traced.append(corners[shape.first : shape.last])
            else:
                balls = circles[shape.first : shape.last].reshape(-1, 1, 2)
                hull: Outline = cv2.convexHull(balls)[:, 0]
                traced.append(hull)
        return traced


def figures(view: View, states: Sequence[State]) -> list[Figure]:
    """The things that are at least partly before the camera and in its frame, from far to near."""
    found: list[Figure] = []
    for state, extra in arranged(states):
        if _may_be_seen(view, state):
            figure = _figure(view, state, [*parts(state), *extra])
            if figure is not None and _is_in_frame(figure.extent, view.aspect):
                found.append(figure)
    order = far_to_near(view, [figure.state for figure in found], [figure.painted_extent for figure in found])
    return [found[index] for index in order]


def _may_be_seen(view: View, state: State) -> bool:
    # A ball round the thing against the four sides of the view; rough, and never wrong about what is in view.
    look = state.thing.look
    beyond = REACH_M if state.thing.kind in ("person", "bird") else 0.2
    radius = 0.5 * hypot(look.length_m, look.width_m, look.height_m) + beyond
    across, down, depth = view.in_camera(np.array([[state.x, state.y, state.z + look.height_m / 2]]))[0]
    if depth < NEAR_M - radius:
        return False
    return all(
        (offset * focal - 0.5 * depth) / hypot(focal, 0.5) <= radius
        for offset, focal in ((abs(across), view.focal[0]), (abs(down), view.focal[1]))
    )


def _figure(view: View, state: State, made: Sequence[Part]) -> Figure | None:
    local = view.in_camera(np.concatenate([part.points for part in made]))
    if local[:, 2].min() < NEAREST_M:
        made = [cut for part in made if (cut := _before_lens(view, part)) is not None]
        if not made:
            return None
        local = view.in_camera(np.concatenate([part.points for part in made]))
    counts = np.array([len(part.points) for part in made])
    firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    world = np.concatenate([part.points for part in made])
    radii_m = np.concatenate([part.radii if part.form != "polygon" else (0.0,) * len(part.points) for part in made])
    depths = np.add.reduceat(local[:, 2], firsts) / counts

    # Which side of a flat part is seen; of balls the first points say nothing, and nothing is asked of them.
    first, second, third = (world[firsts + np.minimum(step, counts - 1)] for step in (0, 1, 2))
    normals = _cross(second - first, third - first)
    normals /= np.maximum(np.sqrt((normals * normals).sum(axis=1)), 1e-12)[:, None]
    away = ((view.position - first) * normals).sum(axis=1) <= 0
    normals[away] *= -1
    kept = [index for index, part in enumerate(made) if not (away[index] and part.one_sided and part.form == "polygon")]
    if not kept:
        return None
    kept.sort(key=lambda index: (made[index].layer, -depths[index]))

    shapes = tuple(
        Shape(made[index], int(firsts[index]), int(firsts[index] + counts[index]), normals[index]) for index in kept
    )
    seen = np.zeros(len(made), dtype=bool)
    seen[kept] = True
    is_solid = np.array([part.solid for part in made]) & seen
    focal = view.focal[1]
    places = local[:, :2] / local[:, 2:] * focal + np.array([view.aspect / 2, 0.5])
    # What faces away stays in the arrays, so that indices hold, but shrinks into a point that is seen.
    if not seen.all():
        hidden = np.repeat(~seen, counts)
        places[hidden] = places[int(firsts[kept[0]])]
    solid = np.repeat(is_solid, counts)
    if not solid.any():
        return None
    return Figure(state, shapes, world, radii_m, places, radii_m * focal / local[:, 2], solid)


def _cross(a: Points, b: Points) -> Points:
    # np.cross moves its axes about, which costs more than the products.
    return np.stack(
        [
            a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1],
            a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2],
            a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0],
        ],
        axis=1,
    )


def _before_lens(view: View, part: Part) -> Part | None:
    if part.form == "polygon":
        ahead = (NEAREST_M - NEAR_M) * view.axes[2]
        clipped = view.clip_polygon(part.points - ahead) + ahead
        return replace(part, points=clipped) if len(clipped) >= 3 else None
    depths = view.in_camera(part.points)[:, 2]
    if depths.min() >= NEAREST_M:
        return part
    if depths.max() < NEAREST_M:
        return None
    if part.form == "hull":
        kept = depths >= NEAREST_M
        radii = tuple(radius for radius, is_kept in zip(part.radii, kept, strict=True) if is_kept)
        return replace(part, points=part.points[kept], radii=radii)
    behind = int(depths.argmin())
    share = (NEAREST_M - depths[behind]) / (depths[1 - behind] - depths[behind])
    points = part.points.copy()
    points[behind] += (share + 1e-9) * (points[1 - behind] - points[behind])
    return replace(part, points=points)


def _extent(places: Points, radii: NDArray[np.float64]) -> Extent:
    (x0, y0), (x1, y1) = (places - radii[:, None]).min(axis=0), (places + radii[:, None]).max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _is_in_frame(extent: Extent, aspect: float) -> bool:
    return extent[2] > 0 and extent[0] < aspect and extent[3] > 0 and extent[1] < 1
