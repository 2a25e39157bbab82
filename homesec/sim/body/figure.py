"""Bodies as a camera sees them: outlines in the frame, what is nearer than what, and who carries what.

Pictures and silhouettes are made from the same figures, so that boxes fit what is painted. Lengths in the frame are in
frame heights on both axes: x = u * aspect, y = v.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import cos, hypot, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim.body import parts
from homesec.sim.body.person import back_of, hands_of
from homesec.sim.optics import NEAR_M, View
from homesec.sim.values import Part, Points, State

CIRCLE_POINTS = 14  # of a ball's outline
REACH_M = 0.8  # arms and what they hold go beyond a person's own measures so far
LEASH_M = 4.0  # a dog nearer than this to somebody with a leash is on it
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
        for state, extra in _arranged(states)
        if _may_be_seen(view, state) and (shapes := _shapes(view, [*parts(state), *extra]))
    ]
    found = [figure for figure in found if _in_frame(figure, view.aspect)]
    return _far_to_near(view, found)


def _arranged(states: Sequence[State]) -> list[tuple[State, list[Part]]]:
    """Carried things where their carriers' hands and backs are, and leashes between hands and dogs."""
    people = {state.thing.id: state for state in states if state.thing.kind == "person"}
    burdens = {state.carrier: state for state in states if state.carrier in people}
    for carrier, burden in burdens.items():
        if carrier is None:
            continue
        person = people[carrier]
        if burden.thing.kind == "package" and person.holds is None:
            people[carrier] = replace(person, holds="parcel")
        elif burden.thing.kind == "bicycle" and burden.speed > 0.3:
            people[carrier] = replace(person, action="cycling", posture="standing")
    arranged: list[tuple[State, list[Part]]] = []
    for state in states:
        state = people.get(state.thing.id, state)
        extra: list[Part] = []
        carrier_state = people.get(state.carrier) if state.carrier is not None else None
        if carrier_state is not None:
            state = _carried(state, carrier_state)
        elif state.holds == "leash":
            extra = _leash(state, states)
        arranged.append((state, extra))
    return arranged


def _carried(state: State, carrier: State) -> State:
    look = state.thing.look
    match state.thing.kind:
        case "package":
            (x, y, z), _ = hands_of(carrier)
            out = look.length_m * 0.3
            return replace(
                state,
                x=float(x) + out * cos(carrier.heading),
                y=float(y) + out * sin(carrier.heading),
                z=max(float(z) - 0.4 * look.height_m, 0.0),
                heading=carrier.heading,
            )
        case "backpack":
            x, y, z = back_of(carrier)
            return replace(
                state, x=float(x), y=float(y), z=max(float(z) - look.height_m / 2, 0.0), heading=carrier.heading
            )
        case "bicycle" if carrier.action == "cycling":
            return replace(state, x=carrier.x, y=carrier.y, heading=carrier.heading, phase=carrier.phase)
    return state


def _leash(person: State, states: Sequence[State]) -> list[Part]:
    dogs = [
        state
        for state in states
        if state.thing.kind == "dog" and hypot(state.x - person.x, state.y - person.y) < LEASH_M
    ]
    if not dogs:
        return []
    dog = min(dogs, key=lambda state: hypot(state.x - person.x, state.y - person.y))
    look = dog.thing.look
    neck = np.array(
        [
            dog.x + 0.35 * look.length_m * cos(dog.heading),
            dog.y + 0.35 * look.length_m * sin(dog.heading),
            dog.z + 0.66 * look.height_m,
        ]
    )
    hand, _ = hands_of(person)
    middle = (hand + neck) / 2 - np.array([0.0, 0.0, 0.12])  # it sags
    return [
        Part("capsule", np.stack(pair), (150, 38, 40), (0.008, 0.008), solid=False)
        for pair in ((hand, middle), (middle, neck))
    ]


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


def _far_to_near(view: View, found: list[Figure]) -> list[Figure]:
    # Painter's order of solids on one ground: a line between two footprints says which hides the other.
    waiting = sorted(found, key=lambda figure: -_distance(view, figure.state))
    behind: dict[int, set[int]] = {index: set() for index in range(len(waiting))}
    for first in range(len(waiting)):
        for second in range(first + 1, len(waiting)):
            if not _overlap(waiting[first].painted_extent, waiting[second].painted_extent):
                continue
            if _hides(view, waiting[first].state, waiting[second].state):
                behind[first].add(second)
            else:
                behind[second].add(first)
    order: list[int] = []
    left = list(range(len(waiting)))
    while left:
        # The farthest that has nothing left behind it; in a ring of three, simply the farthest.
        free = next((index for index in left if not behind[index].intersection(left)), left[0])
        left.remove(free)
        order.append(free)
    return [waiting[index] for index in order]


def _distance(view: View, state: State) -> float:
    return hypot(state.x - view.camera.x, state.y - view.camera.y)


def _overlap(first: tuple[float, float, float, float], second: tuple[float, float, float, float]) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


def _hides(view: View, first: State, second: State) -> bool:
    """Whether the first is before the second as the camera sees them."""
    if first.carrier == second.thing.id or second.carrier == first.thing.id:
        if "bicycle" in (first.thing.kind, second.thing.kind):
            return first.thing.kind == "person"  # a rider's legs are beside the frame
        return _distance(view, first) < _distance(view, second)
    camera = (view.camera.x, view.camera.y)
    for one, other, nearer_if_outside in ((first, second, False), (second, first, True)):
        side = _split(one, other, camera)
        if side is not None:
            return side is nearer_if_outside
    if abs(first.z - second.z) > 0.4:
        return first.z > second.z  # one stands on the other, and cameras look down
    return _distance(view, first) < _distance(view, second)


def _split(one: State, other: State, camera: tuple[float, float]) -> bool | None:
    # Looks for a side of one footprint with the other footprint beyond it: True if the camera is beyond it too.
    look = one.thing.look
    ahead, aside = (cos(one.heading), sin(one.heading)), (-sin(one.heading), cos(one.heading))
    corners = _corners(other)
    best: tuple[float, bool] | None = None
    for axis, half in ((ahead, look.length_m / 2), (aside, look.width_m / 2)):
        places = [(x - one.x) * axis[0] + (y - one.y) * axis[1] for x, y in corners]
        lens = (camera[0] - one.x) * axis[0] + (camera[1] - one.y) * axis[1]
        for sign in (1.0, -1.0):
            gap = min(sign * place for place in places) - half
            if gap >= -0.02 and (best is None or gap > best[0]):
                best = (gap, sign * lens > half)
    return best[1] if best else None


def _corners(state: State) -> list[tuple[float, float]]:
    look = state.thing.look
    c, s = cos(state.heading), sin(state.heading)
    half, wide = look.length_m / 2, look.width_m / 2
    return [
        (state.x + a * half * c - b * wide * s, state.y + a * half * s + b * wide * c) for a in (1, -1) for b in (1, -1)
    ]
