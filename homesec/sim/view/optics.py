"""From the world into a camera's frame and back: a pinhole camera that is level with the horizon.

Hartley and Zisserman, Multiple View Geometry, chapter 6; frame coordinates are 0..1, u to the right, v down.
"""

from dataclasses import dataclass
from functools import cached_property
from math import cos, radians, sin, tan

import numpy as np
from numpy.typing import NDArray

from homesec.sim.values import Camera, Points

NEAR_M = 0.1  # nothing nearer to the lens is drawn, and nothing behind it can be
FULL_TURN = radians(60)  # yaw of a camera that was turned all the way
FULL_TILT = radians(8)  # it sinks a little while it is turned


@dataclass(frozen=True)
class View:
    """What one camera sees: the map between the world and its frame."""

    camera: Camera
    aspect: float = 16 / 9
    turned: float = 0.0
    """0..1: how far somebody has turned the camera away."""

    @cached_property
    def axes(self) -> Points:
        """Rows: the camera's right, down and forward as unit vectors of the world, (3, 3)."""
        yaw = self.camera.yaw + self.turned * FULL_TURN
        pitch = self.camera.pitch + self.turned * FULL_TILT
        forward = np.array([cos(yaw) * cos(pitch), sin(yaw) * cos(pitch), -sin(pitch)])
        right = np.array([sin(yaw), -cos(yaw), 0.0])
        return np.stack([right, np.cross(forward, right), forward])

    @cached_property
    def position(self) -> Points:
        """Where the lens is, (3,) metres."""
        return np.array([self.camera.x, self.camera.y, self.camera.z])

    @cached_property
    def focal(self) -> tuple[float, float]:
        """Focal lengths in frame widths and frame heights."""
        across = 0.5 / tan(self.camera.hfov / 2)
        return across, across * self.aspect

    def in_camera(self, points: Points) -> Points:
        """World points (n, 3) as right, down and forward metres from the lens, (n, 3)."""
        turned: Points = (np.asarray(points, dtype=np.float64) - self.position) @ self.axes.T
        return turned

    def project(self, points: Points) -> tuple[Points, Points]:
        """Frame places (n, 2) of world points (n, 3) and their depths (n,) in metres along the optical axis.

        Places of points that are not in front of the lens (nearer than half of `NEAR_M`) are nan.
        """
        local = self.in_camera(points)
        depth = local[:, 2]
        # Half of it, for what was clipped at `NEAR_M` lies there but for rounding.
        divisor = np.where(depth >= NEAR_M / 2, depth, np.nan)
        return 0.5 + local[:, :2] / divisor[:, None] * np.array(self.focal), depth

    def clip_polygon(self, points: Points) -> Points:
        """The part of a flat polygon (n, 3) that is in front of the lens, (m, 3); m is 0 if nothing of it is."""
        points = np.asarray(points, dtype=np.float64)
        ahead = (points - self.position) @ self.axes[2] - NEAR_M
        if ahead.min() >= 0:
            return points
        return _half(points, ahead)

    def ground(self, uv: Points) -> Points:
        """The places on the ground (n, 2) metres that frame places (n, 2) show; nan at and above the horizon."""
        uv = np.asarray(uv, dtype=np.float64)
        across, along = self.focal
        rays = np.column_stack([(uv[:, 0] - 0.5) / across, (uv[:, 1] - 0.5) / along, np.ones(len(uv))]) @ self.axes
        falling = np.where(rays[:, 2] < -1e-9, rays[:, 2], np.nan)
        ground: Points = self.position[:2] - rays[:, :2] * (self.camera.z / falling)[:, None]
        return ground

    def ground_polygon(self, ground: Points) -> Points:
        """A polygon on the ground (n, 2) metres as the polygon (m, 2) of the frame that shows it, clipped to 0..1."""
        ground = np.asarray(ground, dtype=np.float64)
        ahead = self.clip_polygon(np.column_stack([ground, np.zeros(len(ground))]))
        if not len(ahead):
            return np.empty((0, 2))
        uv, _ = self.project(ahead)
        for axis in (0, 1):
            uv = _half(uv, uv[:, axis])
            uv = _half(uv, 1.0 - uv[:, axis])
        return np.clip(uv, 0.0, 1.0)


def _half(points: Points, inside: NDArray[np.float64]) -> Points:
    # One step of Sutherland and Hodgman: keeps the points whose `inside` is not negative, cuts edges that change sides.
    kept: list[NDArray[np.float64]] = []
    for index in range(len(points)):
        before, here = points[index - 1], points[index]
        was, now = inside[index - 1], inside[index]
        if (was < 0) != (now < 0):
            kept.append(before + (here - before) * (was / (was - now)))
        if now >= 0:
            kept.append(here)
    return np.array(kept) if len(kept) >= 3 else np.empty((0, points.shape[1]))
