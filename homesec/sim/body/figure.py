"""Bodies as a camera sees them: outlines in the frame, what is nearer than what, and who carries what.

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
from homesec.sim.body.order import far_to_near
from homesec.sim.optics import NEAR_M, View
from homesec.sim.values import Part, Points, State

CIRCLE_POINTS = 14  # of a ball's outline
REACH_M = 0.8  # arms and what they hold go beyond a person's own measures so far
_ANGLES = np.arange(CIRCLE_POINTS) * (2 * pi / CIRCLE_POINTS)
CIRCLE: Points = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1) / cos(pi / CIRCLE_POINTS) ** 0.5


@dataclass(frozen=True, slots=True)
class Shape:
    """One part in the frame: a polygon, or balls that a hull wraps."""

    part: Part
    points: Points
    """(n, 2) frame heights: corners, or centres of balls."""
    radii: NDArray[np.float64] | None
    """(n,) frame heights, of balls."""
    depth: float
    facing: float
    """Of polygons: cosine between the normal and the way to the camera."""
    normal: Points | None
    """Of polygons, (3,) in the world, towards the camera."""

    def outline(self, scale: float = 1.0, shift: Points | None = None, thinner: float = 0.0) -> Points:
        """The closed outline (m, 2) in frame heights; balls can be scaled, shifted by (2,) radii and made thinner."""
        if self.radii is None:
            return self.points
        radii = np.maximum(self.radii - thinner, self.radii * 0.35) * scale
        centres = self.points if shift is None else self.points + self.radii[:, None] * shift
        if len(centres) == 2 and (centres[0] == centres[1]).all():
            return np.asarray(centres[:1] + radii[0] * CIRCLE)
        circles = (centres[:, None] + radii[:, None, None] * CIRCLE).reshape(-1, 2)
        return np.asarray(cv2.convexHull(circles.astype(np.float32))[:, 0], dtype=np.float64)


@dataclass(frozen=True)
class Figure:
    """One thing in the frame, its shapes in the order in which they are painted."""

    state: State
    shapes: tuple[Shape, ...]

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """x0, y0, x1, y1 of what belongs to the thing, in frame heights and also beyond the frame."""
        return _extent([shape for shape in self.shapes if shape.part.solid] or list(self.shapes))

    @cached_property
    def painted_extent(self) -> tuple[float, float, float, float]:
        """The same with what is painted only."""
        return _extent(list(self.shapes))

    def depths(self, view: View, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Depth in metres of the upright plane through the thing, across the view, at heights y (n,) of the frame."""
        return upright_depths(view, self.state.x, self.state.y, y)


def upright_depths(view: View, x: float, y: float, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Depth of the upright plane through a ground point that faces the camera, at frame heights (n,); inf beyond it."""
    forward, down = view.axes[2], view.axes[1]
    level = forward[:2] / hypot(forward[0], forward[1])
    ahead = float((np.array([x, y]) - view.position[:2]) @ level)
    slope = forward[:2] @ level + (rows - 0.5) / view.focal[1] * (down[:2] @ level)
    return np.where(slope > 1e-6, ahead / np.maximum(slope, 1e-6), np.inf)


def figures(view: View, states: Sequence[State]) -> list[Figure]:
    """The things that are at least partly before the camera and in its frame, from far to near."""
    found = [
        Figure(state, shapes)
        for state, extra in arranged(states)
        if _may_be_seen(view, state) and (shapes := _shapes(view, [*parts(state), *extra]))
    ]
    found = [figure for figure in found if _in_frame(figure, view.aspect)]
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
    for offset, focal in ((abs(across), view.focal[0]), (abs(down), view.focal[1])):
        if (offset * focal - 0.5 * depth) / hypot(focal, 0.5) > radius:
            return False
    return True


def _shapes(view: View, made: Sequence[Part]) -> tuple[Shape, ...]:
    near = NEAR_M * 1.5
    local = view.in_camera(np.concatenate([part.points for part in made]))
    if local[:, 2].min() < near:
        made = [cut for part in made if (cut := _before_lens(view, part, near)) is not None]
        if not made:
            return ()
        local = view.in_camera(np.concatenate([part.points for part in made]))
    focal = view.focal[1]
    flat = local[:, :2] / local[:, 2:] * focal + np.array([view.aspect / 2, 0.5])
    shapes, first = [], 0
    for part in made:
        last = first + len(part.points)
        places, depths = flat[first:last], local[first:last, 2]
        first = last
        if part.form == "polygon":
            x, y = places[:, 0], places[:, 1]
            area = float(x @ np.roll(y, -1) - y @ np.roll(x, -1))
            # The frame's y grows downwards: what is counter-clockwise from outside has a negative area here.
            if part.one_sided and area >= 0:
                continue
            normal = np.cross(part.points[1] - part.points[0], part.points[2] - part.points[0])
            normal = normal / (np.sqrt(normal @ normal) or 1.0) * (1.0 if area < 0 else -1.0)
            way = view.position - part.points[0]
            facing = float(normal @ way / (np.sqrt(way @ way) or 1.0))
            shapes.append(Shape(part, places, None, float(depths.mean()), facing, normal))
        else:
            radii = np.array(part.radii) * focal / depths
            shapes.append(Shape(part, places, radii, float(depths.mean()), 1.0, None))
    shapes.sort(key=lambda shape: (shape.part.layer, -shape.depth))
    return tuple(shapes)


def _before_lens(view: View, part: Part, near: float) -> Part | None:
    if part.form == "polygon":
        moved = part.points - (near - NEAR_M) * view.axes[2]
        clipped = view.clip_polygon(moved)
        return replace(part, points=clipped + (near - NEAR_M) * view.axes[2]) if len(clipped) >= 3 else None
    depths = view.in_camera(part.points)[:, 2]
    if depths.min() >= near:
        return part
    if depths.max() < near:
        return None
    if part.form == "hull":
        ahead = depths >= near
        return replace(
            part,
            points=part.points[ahead],
            radii=tuple(radius for radius, kept in zip(part.radii, ahead, strict=True) if kept),
        )
    behind = int(depths.argmin())
    share = (near - depths[behind]) / (depths[1 - behind] - depths[behind])
    points = part.points.copy()
    points[behind] += share * (points[1 - behind] - points[behind])
    return replace(part, points=points)


def _extent(shapes: Sequence[Shape]) -> tuple[float, float, float, float]:
    low, high = [], []
    for shape in shapes:
        if shape.radii is None:
            low.append(shape.points.min(axis=0))
            high.append(shape.points.max(axis=0))
        else:
            low.append((shape.points - shape.radii[:, None]).min(axis=0))
            high.append((shape.points + shape.radii[:, None]).max(axis=0))
    (x0, y0), (x1, y1) = np.min(low, axis=0), np.max(high, axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _in_frame(figure: Figure, aspect: float) -> bool:
    x0, y0, x1, y1 = figure.extent
    return x1 > 0 and x0 < aspect and y1 > 0 and y0 < 1
