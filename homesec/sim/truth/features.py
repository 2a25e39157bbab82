"""What a camera can make out of whom it sees: pose, face and number plate."""

from math import atan2, cos, hypot, pi, radians, sin

import numpy as np

from homesec.sim.values import Camera, Conditions, Face, State
from homesec.sim.view.optics import View
from homesec.sim.view.silhouette import Silhouette

FACE_WITHIN = radians(75)  # between where somebody looks and the camera
FACE_M = 16.0  # nearer than this a face has some 15 pixels at 640
PLATE_WITHIN, PLATE_M = radians(50), 14.0
RUNNING_M_S = 2.2


def pose(state: State) -> str:
    """How a person holds the body, as classifiers of poses call it."""
    if state.action == "cycling":
        return "sitting"
    if state.posture == "standing" and state.speed > 0.05 and state.z < 0.1:
        return "running" if state.speed > RUNNING_M_S else "walking"
    return state.posture


def face(camera: Camera, seen: Silhouette) -> Face:
    """Whether a camera sees the face of a person: not from behind, nor hidden, beyond the frame or far away."""
    state, box, whole = seen.state, seen.visible_box, seen.box
    toward = atan2(camera.y - state.y, camera.x - state.x)
    looks_away = abs(_turned(toward - state.heading)) > FACE_WITHIN
    head_hidden = box is None or whole is None or box[1] > whole[1] + 0.12 * (whole[3] - whole[1])
    cut_off = whole is not None and whole[1] <= 0.0 and seen.foot[1] > 0 and _head_height(camera, seen) < 0.0
    if looks_away or head_hidden or cut_off or seen.distance_m > FACE_M:
        return "none"
    return "covered" if seen.thing.look.covered_face else "visible"


def _head_height(camera: Camera, seen: Silhouette) -> float:
    state = seen.state
    uv, _ = View(camera).project(np.array([[state.x, state.y, state.z + 0.92 * seen.thing.look.height_m]]))
    return float(np.nan_to_num(uv[0, 1], nan=-1.0))


def can_read_plate(camera: Camera, seen: Silhouette, conditions: Conditions) -> bool:
    """Whether a camera can read the number plate at the nearer end of a vehicle."""
    state = seen.state
    if seen.thing.look.plate is None or seen.visible_share < 0.5:
        return False
    along = seen.thing.look.length_m / 2
    toward = atan2(camera.y - state.y, camera.x - state.x)
    turn = _turned(toward - state.heading)
    side = 1.0 if abs(turn) < pi / 2 else -1.0
    plate = state.x + side * along * cos(state.heading), state.y + side * along * sin(state.heading)
    away = hypot(plate[0] - camera.x, plate[1] - camera.y)
    reach = PLATE_M if conditions.light == "day" or camera.infrared else PLATE_M / 2
    return away < reach and min(abs(turn), pi - abs(turn)) < PLATE_WITHIN and state.speed < 9.0


def _turned(angle: float) -> float:
    return (angle + pi) % (2 * pi) - pi
