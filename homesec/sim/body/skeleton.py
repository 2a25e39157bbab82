"""Where the joints of a person are in every posture, action and step.

Forward kinematics for the trunk and the legs, two-bone inverse kinematics for arms that reach somewhere; proportions of
the body as shares of its height after Drillis and Contini, Body Segment Parameters (1966).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import acos, cos, pi, sin, sqrt

from homesec.sim.body.assembly import Spot, between
from homesec.sim.values import State

THIGH, SHIN, ANKLE = 0.245, 0.235, 0.042  # shares of the height
SPINE, NECK, HEAD = 0.285, 0.055, 0.075
UPPER_ARM, FOREARM, HAND = 0.172, 0.152, 0.05
SADDLE_M = 0.93  # hip of an adult on a bicycle
CRANK = (0.02, 0.29, 0.17)  # of a bicycle: forward, up, radius in metres


@dataclass(frozen=True)
class Skeleton:
    """The joints of a person in its own coordinates (forward, left, up in metres); pairs are left, right."""

    head: Spot
    nose: Spot
    crown: Spot
    neck: Spot
    shoulders: tuple[Spot, Spot]
    elbows: tuple[Spot, Spot]
    wrists: tuple[Spot, Spot]
    hands: tuple[Spot, Spot]
    hips: tuple[Spot, Spot]
    knees: tuple[Spot, Spot]
    ankles: tuple[Spot, Spot]
    toes: tuple[Spot, Spot]
    eyes: tuple[Spot, Spot]
    ears: tuple[Spot, Spot]


@dataclass(frozen=True)
class _Pose:
    """Angles in radians: of the trunk forward, of thighs forward and knees bent (left, right), of the head down."""

    trunk: float
    thighs: tuple[float, float]
    knees: tuple[float, float]
    head: float = 0.0


def skeleton(state: State) -> Skeleton:
    """The joints of a person at one moment; a person who lies has its head ahead and its face up."""
    height = state.thing.look.height_m
    pose = _pose(state)
    hip_half, shoulder_half = 0.19 * state.thing.look.width_m, 0.37 * state.thing.look.width_m
    sides = (1.0, -1.0)

    legs = [
        _leg(thigh, knee, side * hip_half, height)
        for thigh, knee, side in zip(pose.thighs, pose.knees, sides, strict=True)
    ]
    rise = -min(min(ankle[2] - ANKLE * height, toe[2]) for _, _, ankle, toe in legs)
    back = -sum(ankle[0] for _, _, ankle, _ in legs) / 2
    if state.posture == "sitting":
        back /= 2  # the middle between seat and feet
    elif state.posture == "lying_down":
        back = 0.0
    if _is_riding(state):
        scale = min(max(height / 1.75, 0.75), 1.04)
        rise, back = SADDLE_M * scale, -0.2 * scale
        legs = [_pedalling(state, side, hip_half, height, rise, back) for side in sides]
    legs = [_moved_all(leg, back, rise) for leg in legs]

    def along(spot: Spot, angle: float, length: float, left: float = 0.0) -> Spot:
        return (spot[0] + length * sin(angle), spot[1] + left, spot[2] + length * cos(angle))

    pelvis = (back, 0.0, rise)
    chest = along(pelvis, pose.trunk, SPINE * height)
    neck = along(chest, pose.trunk * 0.8, NECK * 0.6 * height)
    gaze = pose.trunk * 0.55 + pose.head
    head = along(neck, gaze, (HEAD + NECK * 0.4) * height)
    drop = -0.028 * height  # shoulders slope down from the neck
    shoulders = (along(chest, pose.trunk, drop, shoulder_half), along(chest, pose.trunk, drop, -shoulder_half))
    face = (cos(gaze), -sin(gaze))  # forward of the face: ahead, up
    radius = skull_m(height)

    def on_head(ahead: float, left: float, up: float) -> Spot:
        return (
            head[0] + radius * (ahead * face[0] + up * sin(gaze)),
            radius * left,
            head[2] + radius * (ahead * face[1] + up * cos(gaze)),
        )

    arms = [_arm(state, index, shoulders[index], pose.trunk, head, height, legs) for index in (0, 1)]
    joints = Skeleton(
        head=head,
        nose=on_head(1.05, 0.0, -0.1),
        crown=on_head(0.0, 0.0, 1.05),
        neck=neck,
        shoulders=shoulders,
        elbows=(arms[0][0], arms[1][0]),
        wrists=(arms[0][1], arms[1][1]),
        hands=(arms[0][2], arms[1][2]),
        hips=(legs[0][0], legs[1][0]),
        knees=(legs[0][1], legs[1][1]),
        ankles=(legs[0][2], legs[1][2]),
        toes=(legs[0][3], legs[1][3]),
        eyes=(on_head(0.93, 0.34, 0.12), on_head(0.93, -0.34, 0.12)),
        ears=(on_head(0.0, 0.95, 0.0), on_head(0.0, -0.95, 0.0)),
    )
    return _laid(joints, height) if state.posture == "lying_down" else joints


def skull_m(height: float) -> float:
    """Half the breadth of a head: children have larger heads for their size."""
    return 0.072 * (0.55 * height + 0.45 * 1.75)


def _is_riding(state: State) -> bool:
    return state.action == "cycling" and state.posture in ("standing", "sitting")


def _pose(state: State) -> _Pose:
    wave = sin(pi * state.phase)
    if _is_riding(state):
        return _Pose(0.45, (0.0, 0.0), (0.0, 0.0), -0.2)
    match state.posture:
        case "crouching":
            return _Pose(0.5, (1.85, 1.55), (2.45, 2.2))
        case "bending_over":
            return _Pose(1.25, (0.28, 0.22), (0.2, 0.16))
        case "sitting":
            return _Pose(0.02, (1.5, 1.42), (1.5, 1.4))
        case "lying_down":
            return _Pose(0.0, (0.05, 0.35), (0.08, 0.7))
    match state.action:
        case "climbing":
            return _Pose(0.25, (0.75 + 0.65 * wave, 0.75 - 0.65 * wave), (1.1 + 0.7 * wave, 1.1 - 0.7 * wave), -0.3)
        case "placing a parcel" | "picking up a parcel":
            bow = state.reach
            return _Pose(0.95 * bow, (0.75 * bow, 0.65 * bow), (1.0 * bow, 0.9 * bow))
        case "looking into a car":
            return _Pose(0.2 + 0.35 * state.reach, (0.15, 0.1), (0.1, 0.1))
        case "gardening":
            return _Pose(0.75 + 0.12 * wave, (0.5, 0.3), (0.55, 0.4))
        case "breaking in":
            return _Pose(0.3 + 0.1 * wave, (0.4, -0.12), (0.35, 0.1))
    if state.speed > 0.15:
        swing = min(0.2 + 0.2 * state.speed, 0.85)
        flex = min(0.35 + 0.3 * state.speed, 1.5)
        lift = cos(pi * state.phase)
        lean = 0.03 + 0.035 * state.speed
        return _Pose(
            min(lean, 0.25),
            (swing * wave + 0.08, -swing * wave + 0.08),
            (0.1 + flex * max(lift, 0.0), 0.1 + flex * max(-lift, 0.0)),
        )
    nod = 0.3 if state.holds == "phone" else 0.0
    return _Pose(0.02, (0.03, 0.0), (0.05, 0.0), nod)


def _leg(thigh: float, bend: float, left: float, height: float) -> tuple[Spot, Spot, Spot, Spot]:
    hip = (0.0, left, 0.0)
    knee = (THIGH * height * sin(thigh), left * 1.02, -THIGH * height * cos(thigh))
    down = thigh - bend
    ankle = (knee[0] + SHIN * height * sin(down), left * 0.95, knee[2] - SHIN * height * cos(down))
    return hip, knee, ankle, _toe(ankle, down, height)


def _toe(ankle: Spot, shin: float, height: float) -> Spot:
    # The foot stays flat while the shin is upright, and tips over with what is left of its slant.
    tip = max(-0.9, min(0.5, shin * 0.75 + 0.1 if shin < -0.3 else max(shin, 0.0) * 0.5))
    length = 0.105 * height
    return (ankle[0] + length * cos(tip), ankle[1] * 1.15, ankle[2] - ANKLE * height * 0.95 + length * sin(tip))


def _pedalling(
    state: State, side: float, hip_half: float, height: float, rise: float, back: float
) -> tuple[Spot, Spot, Spot, Spot]:
    turn = pi * state.phase + (0.0 if side > 0 else pi)
    hip = (0.0, side * hip_half, 0.0)
    pedal = (
        CRANK[0] + CRANK[2] * cos(turn) - back - 0.06,
        side * 0.12,
        CRANK[1] - CRANK[2] * sin(turn) - rise + ANKLE * height,
    )
    knee, ankle = _two_bones(hip, pedal, THIGH * height, SHIN * height, (1.0, 0.0, 0.3))
    return hip, knee, ankle, (ankle[0] + 0.1 * height, ankle[1], ankle[2] - 0.8 * ANKLE * height)


def _arm(
    state: State, index: int, shoulder: Spot, trunk: float, head: Spot, height: float, legs: Sequence[tuple[Spot, ...]]
) -> tuple[Spot, Spot, Spot]:
    side = 1.0 if index == 0 else -1.0
    target = _target(state, index, shoulder, head, height, legs)
    if target is None:
        swing, bend = _swing(state, index)
        spread = side * (0.05 + 0.04 * abs(trunk))
        elbow = (
            shoulder[0] + UPPER_ARM * height * sin(swing),
            shoulder[1] + spread * 0.45 * height * 0.5,
            shoulder[2] - UPPER_ARM * height * cos(swing),
        )
        low = swing + bend
        wrist = (
            elbow[0] + FOREARM * height * sin(low),
            elbow[1] - side * 0.01 * height,
            elbow[2] - FOREARM * height * cos(low),
        )
    else:
        elbow, wrist = _two_bones(shoulder, target, UPPER_ARM * height, FOREARM * height, (-0.35, side * 0.6, -0.6))
    reached = sqrt(sum((b - a) ** 2 for a, b in zip(elbow, wrist, strict=True))) or 1.0
    return elbow, wrist, between(elbow, wrist, 1.0 + HAND * height / reached)


def _swing(state: State, index: int) -> tuple[float, float]:
    wave = sin(pi * state.phase) * (1.0 if index == 1 else -1.0)  # each arm goes with the leg of the other side
    if state.posture in ("bending_over", "crouching"):
        return 0.15, 0.35
    if state.posture == "lying_down":
        return 0.05, 0.15
    if state.posture == "sitting":
        return 0.45, 0.75
    if state.speed > 2.2:
        return 0.75 * wave - 0.1, 1.5
    if state.speed > 0.15:
        return (0.18 + 0.22 * state.speed) * wave, 0.2 + 0.12 * max(wave, 0.0)
    return 0.04, 0.12


def _target(
    state: State, index: int, shoulder: Spot, head: Spot, height: float, legs: Sequence[tuple[Spot, ...]]
) -> Spot | None:
    """Where a hand is, if it is about something; None for arms that hang or swing."""
    side, right = (1.0, False) if index == 0 else (-1.0, True)
    rest = (shoulder[0] + 0.04, shoulder[1] + side * 0.02, shoulder[2] - (UPPER_ARM + FOREARM) * 0.97 * height)
    wave = sin(pi * state.phase)

    def ahead(forward: float, up: float, left: float = 0.0) -> Spot:
        # So far before the shoulder and above the sole, as shares of the height; nothing at reach 0.
        return between(rest, (shoulder[0] + forward * height, left * height, up * height), state.reach)

    if state.posture == "lying_down":
        return None
    if state.posture == "arms_raised":
        return (shoulder[0] + 0.03, shoulder[1] + side * 0.1 * height, shoulder[2] + 0.3 * height)
    if state.holds == "parcel":
        return (shoulder[0] + 0.21 * height, side * 0.085 * height, shoulder[2] - 0.19 * height)
    match state.action:
        case "cycling" if _is_riding(state):
            return (0.42, side * 0.25, 1.0 * min(height / 1.7, 1.0))
        case "climbing":
            high = 0.28 + 0.1 * (wave if right else -wave)
            return (shoulder[0] + 0.16 * height, side * 0.13 * height, shoulder[2] + high * height)
        case "placing a parcel" | "picking up a parcel" | "unloading":
            low = 0.42 - 0.24 * state.reach if state.action != "unloading" else 0.55
            return between(rest, (shoulder[0] + 0.17 * height, side * 0.1 * height, low * height), state.reach)
        case "looking into a car":
            return between(rest, (head[0] + 0.1, side * 0.085, head[2] + 0.02), state.reach)
        case "breaking in":
            return (shoulder[0] + (0.22 + 0.03 * wave) * height, side * 0.04 * height, (0.6 + 0.015 * side) * height)
        case "gardening" if state.posture == "standing":
            return (shoulder[0] + (0.1 + 0.06 * wave) * height, side * 0.08 * height, shoulder[2] - 0.28 * height)
        case "mowing":
            return (shoulder[0] + 0.24 * height, side * 0.13 * height, 0.54 * height)
        case "threatening" if right:
            return ahead(0.33, 0.79, -0.06)
        case "threatening" if state.holds == "gun":
            return ahead(0.28, 0.78, -0.03)
        case "ringing" if right:
            return ahead(0.25, 0.76, -0.08)
        case "trying a door handle" if right:
            return ahead(0.23, 0.58, -0.06)
        case "spraying" if right:
            sweep = sin(pi * state.phase / 2)
            return ahead(0.26, 0.85 + 0.1 * wave, -0.08 + 0.14 * sweep)
        case "covering a camera" if right:
            return ahead(0.14, 1.12, -0.07)
        case "talking" if right:
            return (shoulder[0] + 0.16 * height, shoulder[1] + 0.02, shoulder[2] - (0.12 - 0.05 * wave) * height)
        case "playing":
            lift = wave if right else -wave
            return (shoulder[0] + 0.14 * height, side * 0.2 * height, shoulder[2] + (0.02 + 0.14 * lift) * height)
    if state.holds == "phone" and right:
        return (head[0] + 0.15 * height, -0.03 * height, shoulder[2] - 0.03 * height)
    if state.holds == "leash" and right:
        return (shoulder[0] + 0.15 * height, shoulder[1], shoulder[2] - 0.24 * height)
    if state.holds in ("knife", "gun", "crowbar", "spray_can") and right:
        return (shoulder[0] + 0.12 * height, shoulder[1] - 0.03, shoulder[2] - 0.27 * height)
    if state.holds == "ball":
        return (shoulder[0] + 0.2 * height, side * 0.06 * height, shoulder[2] - 0.15 * height)
    if state.posture == "sitting":
        knee = legs[index][1]
        return (knee[0] - 0.05, knee[1], knee[2] + 0.09)
    if state.posture == "crouching":
        knee = legs[index][1]
        return (knee[0] + 0.05, knee[1] * 0.7, knee[2] + 0.02)
    return None


def _two_bones(root: Spot, target: Spot, first: float, second: float, pole: Spot) -> tuple[Spot, Spot]:
    # The joint between two bones lies on the side of the pole; a target out of reach is only pointed at.
    way = (target[0] - root[0], target[1] - root[1], target[2] - root[2])
    distance = sqrt(way[0] ** 2 + way[1] ** 2 + way[2] ** 2) or 1e-6
    unit = (way[0] / distance, way[1] / distance, way[2] / distance)
    distance = min(max(distance, abs(first - second) + 1e-3), (first + second) * 0.999)
    cosine = (first**2 + distance**2 - second**2) / (2 * first * distance)
    angle = acos(max(-1.0, min(1.0, cosine)))
    on_way = sum(a * b for a, b in zip(pole, unit, strict=True))
    out = (pole[0] - on_way * unit[0], pole[1] - on_way * unit[1], pole[2] - on_way * unit[2])
    size = sqrt(out[0] ** 2 + out[1] ** 2 + out[2] ** 2) or 1.0
    joint = (
        root[0] + first * (cos(angle) * unit[0] + sin(angle) * out[0] / size),
        root[1] + first * (cos(angle) * unit[1] + sin(angle) * out[1] / size),
        root[2] + first * (cos(angle) * unit[2] + sin(angle) * out[2] / size),
    )
    return joint, (root[0] + distance * unit[0], root[1] + distance * unit[1], root[2] + distance * unit[2])


def _moved_all(leg: tuple[Spot, Spot, Spot, Spot], ahead: float, up: float) -> tuple[Spot, Spot, Spot, Spot]:
    moved = [(spot[0] + ahead, spot[1], spot[2] + up) for spot in leg]
    return moved[0], moved[1], moved[2], moved[3]


def _laid(joints: Skeleton, height: float) -> Skeleton:
    # From standing to lying on the back: what was up is ahead, what was ahead is up.
    thickness = 0.065 * height

    def laid(spot: Spot) -> Spot:
        return (spot[2] - 0.52 * height, -spot[1], max(thickness + spot[0], 0.02))

    def pair(spots: tuple[Spot, Spot]) -> tuple[Spot, Spot]:
        return laid(spots[0]), laid(spots[1])

    return Skeleton(
        head=laid(joints.head), nose=laid(joints.nose), crown=laid(joints.crown), neck=laid(joints.neck),
        shoulders=pair(joints.shoulders), elbows=pair(joints.elbows), wrists=pair(joints.wrists),
        hands=pair(joints.hands), hips=pair(joints.hips), knees=pair(joints.knees), ankles=pair(joints.ankles),
        toes=pair(joints.toes), eyes=pair(joints.eyes), ears=pair(joints.ears),
    )  # fmt: skip
