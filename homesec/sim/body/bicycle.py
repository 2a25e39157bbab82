"""Bicycles: two wheels, a frame of tubes, handlebar, saddle, lamp; leaning on a stand when nobody rides."""

from itertools import pairwise
from math import cos, pi, sin

from homesec.sim.body.assembly import Assembly, Spot, toned
from homesec.sim.body.skeleton import CRANK
from homesec.sim.values import Colour, Part, State

WHEEL_M = 0.33
TUBE_M = 0.019
RUBBER: Colour = (34, 34, 36)
RIM_POINTS = 14  # short capsules along a tyre: round enough at any size on a screen


def bicycle_parts(state: State) -> list[Part]:
    """The parts of a bicycle; `phase` counts the steps of its rider and turns the cranks."""
    look = state.thing.look
    frame = look.colours[0]
    scale = look.height_m / 1.05
    made = Assembly()

    def at(ahead: float, up: float, left: float = 0.0) -> Spot:
        return (ahead * scale, left * scale, up * scale)

    rear, front = -0.52, 0.52
    for hub in (rear, front):
        rim = [
            at(hub + WHEEL_M * cos(2 * pi * i / RIM_POINTS), WHEEL_M + WHEEL_M * 0.94 * sin(2 * pi * i / RIM_POINTS))
            for i in range(RIM_POINTS + 1)
        ]
        for start, end in pairwise(rim):
            made.capsule(start, end, (0.021 * scale, 0.021 * scale), RUBBER)
        for spoke in range(3):
            angle = state.phase * 0.8 + spoke * pi / 3
            dx, dz = WHEEL_M * cos(angle), WHEEL_M * 0.94 * sin(angle)
            made.capsule(
                at(hub - dx, WHEEL_M - dz), at(hub + dx, WHEEL_M + dz), (0.005, 0.005), (150, 152, 156), solid=False
            )
    crank, seat, head = at(CRANK[0], CRANK[1]), at(-0.2, 0.84), at(0.34, 0.82)
    fork, stem = at(0.38, 0.66), at(0.32, 0.98)
    tubes = ((seat, crank), (crank, at(0.36, 0.7)), (at(-0.17, 0.76), head), (at(-0.15, 0.72), at(rear, WHEEL_M)),
             (crank, at(rear, WHEEL_M)), (stem, fork), (fork, at(front, WHEEL_M)))  # fmt: skip
    for start, end in tubes:
        made.capsule(start, end, (TUBE_M * scale, TUBE_M * scale), frame)
    made.capsule(at(0.32, 0.99, 0.27), at(0.32, 0.99, -0.27), (0.016, 0.016), RUBBER)
    for side in (0.27, -0.27):
        made.capsule(at(0.32, 0.99, side), at(0.42, 1.0, side), (0.018, 0.018), RUBBER)
        turn = pi * state.phase + (0.0 if side > 0 else pi)
        pedal = at(CRANK[0] + CRANK[2] * cos(turn), CRANK[1] - CRANK[2] * sin(turn), side * 0.35)
        made.capsule(crank, pedal, (0.012, 0.02), (90, 92, 96))
    made.hull([at(-0.3, 0.93, 0.06), at(-0.3, 0.93, -0.06), at(-0.08, 0.94)], (0.035, 0.035, 0.025), RUBBER)
    made.capsule(seat, at(-0.2, 0.93), (0.014, 0.014), (150, 152, 156))
    made.capsule(at(-0.42, 0.72), at(-0.74, 0.7), (0.03, 0.025), toned(frame, 0.7))  # carrier above the rear wheel
    glow = 1.0 if state.lights else 0.0
    made.ball(at(0.44, 0.86), 0.045, (232, 234, 230), glow=glow)
    made.ball(at(-0.76, 0.7), 0.03, (176, 26, 28), glow=glow * 0.6)
    if state.carrier is None and state.speed < 0.1:
        made.capsule(crank, at(CRANK[0] - 0.1, 0.02, 0.16), (0.012, 0.012), (90, 92, 96))
    return made.placed(state.x, state.y, state.z, state.heading)
