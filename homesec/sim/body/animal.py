"""Dogs, cats and birds."""

from math import pi, sin

from homesec.sim.body.assembly import Assembly, Spot, toned
from homesec.sim.values import Colour, Part, State

NOSE: Colour = (24, 22, 22)
BEAK: Colour = (196, 158, 62)


def animal_parts(state: State) -> list[Part]:
    """The parts of a dog, cat or bird; birds that fly beat their wings with every step of `phase`."""
    body = Assembly()
    if state.thing.kind == "bird":
        (_flying if state.action == "flying" else _perching)(body, state)
    else:
        _four_legs(body, state)
    return body.placed(state.x, state.y, state.z, state.heading)


def _four_legs(body: Assembly, state: State) -> None:
    look = state.thing.look
    coat, mark = look.colours
    long, half, high = look.length_m, look.width_m / 2, look.height_m
    cat = state.thing.kind == "cat"
    belly = half * (0.75 if cat else 0.85)
    back = high * (0.62 if cat else 0.6)  # the middle of the trunk
    wave = sin(pi * state.phase)
    swing = min(0.16 + 0.09 * state.speed, 0.4) * long if state.speed > 0.1 else 0.02
    chest: Spot = (0.27 * long, 0.0, back)
    rump: Spot = (-0.3 * long, 0.0, back * 0.99)
    lying, sitting = state.posture == "lying_down", state.posture == "sitting"
    if sitting:
        chest, rump = (0.14 * long, 0.0, back * 1.02), (-0.16 * long, 0.0, belly * 1.15)
    elif lying:
        chest, rump = (0.27 * long, 0.0, belly * 1.05), (-0.3 * long, 0.0, belly)
    for side in (1.0, -1.0):
        left = side * half * 0.55
        for hip, sign in ((chest, side), (rump, -side)):
            front = hip is chest
            thick = half * (0.34 if front else 0.4)
            stride = swing * wave * sign
            lift = 0.12 * high * max(0.0, sin(pi * state.phase + (pi / 2 if sign > 0 else -pi / 2))) * (swing > 0.03)
            if lying or (sitting and not front):
                paw = (hip[0] + 0.26 * long, left * 1.3, half * 0.22)
                body.capsule((hip[0], left, hip[2] * 0.8), paw, (thick, half * 0.2), coat)
                continue
            foot = (hip[0] + stride + (0.06 * long if sitting else 0.0), left, half * 0.2 + lift)
            bend = -0.05 if front else 0.08
            knee = (hip[0] + stride * 0.35 - bend * long, left, hip[2] * 0.48 + lift * 0.5)
            body.capsule((hip[0], left, hip[2] * 0.92), knee, (thick, half * 0.26), coat)
            body.capsule(knee, foot, (half * 0.24, half * 0.2), coat)
            body.capsule(foot, (foot[0] + half * 0.3, left, foot[2]), (half * 0.2, half * 0.17), mark if cat else coat)
    body.hull(
        [chest, rump, (0.0, 0.0, (chest[2] + rump[2]) / 2 + 0.02 * high)], (belly, belly * 0.9, belly * 0.9), coat
    )
    if look.style == "shepherd":
        saddle = [(chest[0] * 0.4, 0.0, chest[2] + belly * 0.45), (rump[0], 0.0, rump[2] + belly * 0.4)]
        body.hull(saddle, (belly * 0.68, belly * 0.62), mark)
    head: Spot = (chest[0] + 0.2 * long, 0.0, high * (0.86 if not lying else 0.55))
    if cat:
        head = (chest[0] + 0.19 * long, 0.0, high * (0.84 if not lying else 0.5))
    skull = half * (0.78 if cat else 0.7)
    body.capsule((chest[0] + 0.02 * long, 0.0, chest[2] + belly * 0.3), head, (belly * 0.78, skull * 0.8), coat)
    body.ball(
        (chest[0] + 0.1 * long, 0.0, chest[2] - belly * 0.12), belly * 0.78, mark if look.style != "shepherd" else coat
    )
    body.ball(head, skull, coat)
    reach = skull * (0.85 if cat else 1.75)
    body.capsule(
        (head[0] + skull * 0.5, 0.0, head[2] - skull * 0.25), (head[0] + reach, 0.0, head[2] - skull * 0.4),
        (skull * 0.55, skull * 0.36), mark if look.style != "shepherd" else toned(mark, 1.0),
    )  # fmt: skip
    body.ball((head[0] + reach + skull * 0.25, 0.0, head[2] - skull * 0.3), skull * 0.17, NOSE)
    for side in (1.0, -1.0):
        body.ball((head[0] + skull * 0.8, side * skull * 0.45, head[2] + skull * 0.22), skull * 0.15, NOSE, solid=False)
        if cat or look.style in ("shepherd", "terrier"):  # upright ears; others hang
            ear = ((head[0] - skull * 0.1, side * skull * 0.5, head[2] + skull * 0.6),
                   (head[0] - skull * 0.1, side * skull * 0.65, head[2] + skull * 1.4))  # fmt: skip
            body.capsule(*ear, (skull * 0.34, skull * 0.08), toned(coat, 0.85))
        else:
            ear = ((head[0] - skull * 0.15, side * skull * 0.8, head[2] + skull * 0.45),
                   (head[0] - skull * 0.05, side * skull * 1.05, head[2] - skull * 0.6))  # fmt: skip
            body.capsule(*ear, (skull * 0.24, skull * 0.36), toned(coat, 0.75))
    root = (rump[0] - belly * 0.7, 0.0, rump[2] + belly * 0.35)
    wag = 0.1 * long * sin(2.3 * pi * state.phase)
    if cat:
        tip = (root[0] - 0.3 * long, wag, root[2] + (0.28 * high if not lying else 0.0))
        body.capsule(root, tip, (half * 0.24, half * 0.2), coat)
        body.capsule(tip, (tip[0] - 0.03 * long, wag * 1.5, tip[2] + 0.22 * high), (half * 0.2, half * 0.17), mark)
    else:
        raised = 0.25 * high if look.style in ("labrador", "terrier") else -0.16 * high
        tip = (root[0] - 0.2 * long, wag, max(root[2] + raised, 0.04))
        body.capsule(root, tip, (half * 0.3, half * 0.16), coat)


def _perching(body: Assembly, state: State) -> None:
    look = state.thing.look
    coat, mark = look.colours
    long, half, high = look.length_m, look.width_m / 2, look.height_m
    peck = 0.16 * high * max(0.0, sin(pi * state.phase)) if state.speed > 0.05 else 0.0
    breast, tail = (0.1 * long, 0.0, 0.5 * high), (-0.28 * long, 0.0, 0.42 * high)
    for side in (1.0, -1.0):
        step = 0.08 * long * sin(pi * state.phase) * side if state.speed > 0.05 else 0.0
        foot = (0.02 * long + step, side * half * 0.4, 0.012)
        body.capsule((0.0, side * half * 0.4, 0.36 * high), foot, (0.014, 0.012), toned(BEAK, 0.75))
        body.capsule(foot, (foot[0] + 0.1 * long, foot[1], 0.012), (0.011, 0.008), toned(BEAK, 0.75))
    body.capsule(
        (-0.22 * long, 0.0, 0.42 * high), (-0.5 * long, 0.0, 0.36 * high), (half * 0.4, half * 0.28), toned(coat, 0.8)
    )
    body.capsule(breast, tail, (half * 0.95, half * 0.45), coat)
    body.ball((0.14 * long, 0.0, 0.46 * high), half * 0.78, mark)
    for side in (1.0, -1.0):
        body.capsule((0.1 * long, side * half * 0.72, 0.54 * high), (-0.3 * long, side * half * 0.45, 0.42 * high),
                     (half * 0.42, half * 0.16), toned(coat, 0.75))  # fmt: skip
    head = (0.24 * long + peck * 0.4, 0.0, 0.82 * high - peck)
    body.capsule((0.14 * long, 0.0, 0.6 * high), head, (half * 0.6, half * 0.5), coat)
    _bird_head(body, head, half, coat, look.style)


def _flying(body: Assembly, state: State) -> None:
    look = state.thing.look
    coat, mark = look.colours
    long, half = look.length_m, look.width_m / 2
    level = half * 1.2
    beat = sin(pi * state.phase)
    body.capsule((0.18 * long, 0.0, level), (-0.25 * long, 0.0, level), (half * 0.75, half * 0.4), coat)
    body.ball((0.12 * long, 0.0, level - half * 0.2), half * 0.68, mark)
    head = (0.36 * long, 0.0, level + half * 0.2)
    body.ball(head, half * 0.5, coat)
    _bird_head(body, head, half, coat, look.style)
    fan = [(-0.22 * long, 0.0, level), (-0.6 * long, half * 0.75, level), (-0.6 * long, -half * 0.75, level)]
    body.polygon(fan, toned(coat, 0.8))
    span = 1.0 * long
    for side in (1.0, -1.0):
        # The outer half of a wing follows the inner one.
        mid = (0.1 * long, side * span * 0.45, level + 0.28 * span * beat)
        tip = (-0.1 * long, side * span * 0.85, level + 0.55 * span * sin(pi * state.phase - 0.6))
        root, rear = (0.2 * long, side * half * 0.4, level), (-0.18 * long, side * half * 0.4, level)
        mid_rear = (-0.22 * long, side * span * 0.45, level + 0.26 * span * beat)
        body.polygon([root, mid, mid_rear, rear], toned(coat, 0.92))
        body.polygon([mid, tip, (tip[0] - 0.12 * long, tip[1] * 0.97, tip[2]), mid_rear], toned(mark, 0.85))


def _bird_head(body: Assembly, head: Spot, half: float, coat: Colour, style: str) -> None:
    beak = (60, 62, 66) if style in ("crow", "magpie") else BEAK
    body.capsule((head[0] + half * 0.4, 0.0, head[2]), (head[0] + half * 1.15, 0.0, head[2] - half * 0.1),
                 (half * 0.17, half * 0.05), beak)  # fmt: skip
    for side in (1.0, -1.0):
        eye: Colour = (236, 150, 60) if style == "pigeon" else (230, 228, 222)
        body.ball((head[0] + half * 0.2, side * half * 0.42, head[2] + half * 0.12), half * 0.1, eye, solid=False)
