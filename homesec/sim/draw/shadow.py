"""Shadows of things on the ground: cast by the sun, and soft ones where they touch it."""

from collections.abc import Sequence
from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim.body.figure import Figure
from homesec.sim.values import Points, State
from homesec.sim.view.optics import NEAR_M, View

LOWEST_SUN = 0.12  # sine of its altitude: below it shadows would reach out of the property
CAST = 0.42  # darkness under a clear sky
TOUCH = 0.4
THIN_M = 0.012  # what is thinner casts no shadow that one sees
_ANGLES = np.arange(8) * (pi / 4)
_RING: Points = np.stack([np.cos(_ANGLES), np.sin(_ANGLES), np.zeros(8)], axis=1)


def cast_shadows(
    canvas: NDArray[np.uint8],
    view: View,
    seen: Sequence[Figure],
    static_depth: NDArray[np.float32] | None,
    sun: Points | tuple[float, float, float] | None,
    strength: float,
) -> None:
    """Darken the ground of a canvas (h, w, 3) in place; fixed things that stand before it stay as they are."""
    height, width = canvas.shape[:2]
    mask = np.zeros((height, width), dtype=np.uint8)
    for figure in seen:
        if figure.state.z < 0.5:
            _fill_ground(mask, view, _footprint(figure.state), int(255 * TOUCH * strength))
    touched = cv2.boundingRect(mask)
    if sun is not None and float(sun[2]) > LOWEST_SUN:
        toward = np.asarray(sun, dtype=np.float64)
        level = int(255 * CAST * strength)
        for figure in seen:
            _fill_fallen(mask, view, figure, toward, level)
        touched = cv2.boundingRect(mask)
    x, y, wide, tall = touched
    if wide == 0:
        return
    blur = 2 * (height // 240) + 3
    x0, y0, x1, y1 = max(x - blur, 0), max(y - blur, 0), min(x + wide + blur, width), min(y + tall + blur, height)
    part = cv2.GaussianBlur(mask[y0:y1, x0:x1], (blur, blur), 0)
    if static_depth is not None:
        rows = (np.arange(y0, y1) + 0.5) / height
        part[static_depth[y0:y1, x0:x1] < _ground_depths(view, rows)[:, None] - 0.05] = 0
    patch = canvas[y0:y1, x0:x1]
    cv2.multiply(patch, cv2.merge([255 - part] * 3), dst=patch, scale=1 / 255)


def _ground_depths(view: View, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    falling = -(view.axes[2][2] + (rows - 0.5) / view.focal[1] * view.axes[1][2])
    return np.where(falling > 1e-6, view.camera.z / np.maximum(falling, 1e-6), np.inf)


def _footprint(state: State) -> Points:
    look = state.thing.look
    half, wide = look.length_m / 2, look.width_m / 2
    if state.thing.kind in ("car", "truck", "bus", "package"):
        edge = 0.05 * min(half, 1.0)
        local = np.array([[a * (half + edge), b * (wide + edge)] for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))])
    else:
        if state.posture == "lying_down":
            half = look.height_m / 2
        thin = 0.35 if state.thing.kind == "bicycle" else 0.8
        local = _RING[:, :2] * np.array([max(half, 0.14), wide * thin])
    c, s = cos(state.heading), sin(state.heading)
    ground = local @ np.array([[c, s], [-s, c]]) + np.array([state.x, state.y])
    return np.column_stack([ground, np.full(len(ground), min(state.z, 0.3))])


def _fill_fallen(mask: NDArray[np.uint8], view: View, figure: Figure, toward: Points, level: int) -> None:
    height, width = mask.shape
    ground = figure.world - figure.world[:, 2:] / toward[2] * toward
    rings = (ground[:, None] + figure.radii_m[:, None, None] * _RING).reshape(-1, 3)
    local = view.in_camera(rings)
    ahead = (local[:, 2] > NEAR_M).reshape(-1, len(_RING))
    depth = np.maximum(local[:, 2:], NEAR_M)
    places = local[:, :2] / depth * (view.focal[1] * height) + np.array([width / 2, height / 2]) - 0.5
    corners = np.rint(np.clip(places, -20000, 20000) * 16).astype(np.int32).reshape(-1, len(_RING), 2)
    for shape in figure.shapes:
        part, points = shape.part, slice(shape.first, shape.last)
        if (
            not part.solid or part.layer in (2, 4, 5, 6) or not ahead[points].all()
        ):  # windows and the like lie on others
            continue
        if part.form == "polygon":
            cv2.fillPoly(mask, [np.ascontiguousarray(corners[points, 0])], (level,), cv2.LINE_8, 4)
        elif part.radii[0] > THIN_M:
            cv2.fillConvexPoly(mask, cv2.convexHull(corners[points].reshape(-1, 1, 2)), (level,), cv2.LINE_8, 4)


def _fill_ground(mask: NDArray[np.uint8], view: View, ground: Points, level: int) -> None:
    height, width = mask.shape
    local = view.in_camera(ground)
    if local[:, 2].min() < NEAR_M:
        ahead = view.clip_polygon(ground)
        if len(ahead) < 3:
            return
        local = view.in_camera(ahead)
        local[:, 2] = np.maximum(local[:, 2], NEAR_M)
    places = local[:, :2] / local[:, 2:] * view.focal[1] * height + np.array([width / 2, height / 2]) - 0.5
    corners = np.rint(np.clip(places, -20000, 20000) * 16).astype(np.int32)
    cv2.fillPoly(mask, [corners], (level,), cv2.LINE_AA, 4)
