"""Which thing hides which."""

from collections.abc import Sequence
from math import cos, hypot, sin

from homesec.sim.values import State
from homesec.sim.view.optics import View

Extent = tuple[float, float, float, float]
"""x0, y0, x1, y1 in the frame."""


def far_to_near(view: View, states: Sequence[State], extents: Sequence[Extent]) -> list[int]:
    """The order in which things are to be painted, as indices of the states; extents are theirs in the frame.

    A line on the ground between two footprints says which of two things hides the other; only those that overlap in the
    frame are compared.
    """
    waiting = sorted(range(len(states)), key=lambda index: -_distance(view, states[index]))
    behind: dict[int, set[int]] = {index: set() for index in range(len(waiting))}
    for first in range(len(waiting)):
        for second in range(first + 1, len(waiting)):
            if not overlap(extents[waiting[first]], extents[waiting[second]]):
                continue
            if _hides(view, states[waiting[first]], states[waiting[second]]):
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


def overlap(first: Extent, second: Extent) -> bool:
    """Whether two rectangles have more than an edge in common."""
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
