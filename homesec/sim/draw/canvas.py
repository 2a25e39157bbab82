"""The frame of a camera before there is light: for each pixel what colour, place and direction the surface in it has.

Drawn at twice the size and reduced, so that edges are soft. Later steps light it (`light`) and paint into it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim.draw.texture import Field
from homesec.sim.values import Points
from homesec.sim.view.optics import View

Texture = Callable[[Field, Field, Field], Field]
"""(across metres, up metres, metres that a pixel spreads over) -> colour (h, w, 3), or (h, w, 4) with cover 0..1."""


@dataclass(frozen=True)
class Surface:
    """A rectangle in the world with a texture; seen from both sides."""

    corner: tuple[float, float, float]
    across: tuple[float, float, float]
    """Vector along its width, metres."""
    up: tuple[float, float, float]
    texture: Texture
    occludes: bool = True
    """Things can be hidden behind it."""
    glow: int = 0
    """Number of the window, if it is one that may be lit by night."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A camera's frame without light; (h, w) each, or (h, w, 3)."""

    view: View
    albedo: NDArray[np.uint8]
    """RGB; sky is black."""
    depth: Field
    """Metres along the optical axis to whatever is there; infinite in the sky."""
    hiding: Field
    """The same, but only of what things can be hidden behind; else infinite."""
    normal: Field
    place: Field
    """Metres x, y, z; of the sky a place far away in its direction."""
    sky: Field
    """0..1: how much of the pixel is sky."""
    leaves: Field
    """0..1: how much of the pixel is leaves that sway."""
    glow: NDArray[np.uint8]
    """Number of the window in the pixel, 0 for none."""


class Easel:
    """Draws surfaces and leaves into a frame, nearest in front."""

    def __init__(self, view: View, width: int, height: int) -> None:
        self.view = view
        self.width, self.height = width * 2, height * 2
        across, along = view.focal
        u = ((np.arange(self.width) + 0.5) / self.width - 0.5) / across
        v = ((np.arange(self.height) + 0.5) / self.height - 0.5) / along
        grid = np.stack([*np.meshgrid(u, v), np.ones((self.height, self.width))], axis=-1)
        self.rays = (grid @ view.axes).astype(np.float32)  # one metre forward each, so that their length counts depth
        self.pixel = 1.0 / (across * self.width)  # how much a pixel spreads over at a depth of one metre
        shape = (self.height, self.width)
        self.colour = np.zeros((*shape, 3), np.float32)
        self.depth = np.full(shape, np.inf, np.float32)
        self.hiding = np.full(shape, np.inf, np.float32)
        self.normal = np.zeros((*shape, 3), np.float32)
        self.leaves = np.zeros(shape, np.float32)
        self.glow = np.zeros(shape, np.uint8)

    def ground(self, texture: Texture) -> None:
        """Fill everything below the horizon with the ground plane."""
        falling = self.rays[..., 2] < -1e-4
        top = int(np.argmax(falling.any(axis=1))) if falling.any() else self.height
        rays = self.rays[top:]
        depth = self.view.camera.z / np.maximum(-rays[..., 2], 1e-4)
        x = self.view.camera.x + rays[..., 0] * depth
        y = self.view.camera.y + rays[..., 1] * depth
        # Seen flatly, a pixel spreads further along the view than across it; the mean of both is a fair middle.
        spread = depth * self.pixel * np.sqrt(depth / self.view.camera.z)
        inside = falling[top:] & (depth < self.depth[top:])
        self.colour[top:][inside] = texture(x, y, spread)[inside]
        self.depth[top:][inside] = depth[inside]
        self.normal[top:][inside] = (0.0, 0.0, 1.0)

    def surface(self, surface: Surface) -> None:
        """Draw a rectangle."""
        corner, across, up = (np.array(v, np.float64) for v in (surface.corner, surface.across, surface.up))
        outline = np.stack([corner, corner + across, corner + across + up, corner + up])
        box = self._box(outline)
        if box is None:
            return
        rows, columns = box
        normal = np.cross(across, up)
        normal /= np.linalg.norm(normal)
        away = float((corner - self.view.position) @ normal)
        normal = -normal if away > 0 else normal  # towards the camera
        rays = self.rays[rows, columns]
        facing = rays @ normal.astype(np.float32)
        depth = np.where(facing < -1e-6, -abs(away) / np.minimum(facing, -1e-6), np.inf).astype(np.float32)
        width, height = float(np.linalg.norm(across)), float(np.linalg.norm(up))
        near = np.where(np.isfinite(depth), depth, 0.0)[..., None] * rays + (self.view.position - corner)
        x = (near @ (across / width)).astype(np.float32)
        y = (near @ (up / height)).astype(np.float32)
        inside = (x >= 0) & (x <= width) & (y >= 0) & (y <= height) & (depth < self.depth[rows, columns])
        if not inside.any():
            return
        spread = depth * self.pixel / np.maximum(np.sqrt(np.maximum(-facing, 0) / np.linalg.norm(rays, axis=-1)), 0.2)
        colour = surface.texture(x, y, np.where(inside, spread, 1.0).astype(np.float32))
        if colour.shape[-1] == 4:
            inside &= colour[..., 3] > 0.5
        self._put(rows, columns, inside, colour[..., :3], depth, normal)
        if surface.occludes:
            self.hiding[rows, columns][inside] = depth[inside]
        self.glow[rows, columns][inside] = surface.glow

    def clump(self, centre: Points, radius: float, sprite: Field, colour: Field, outward: Points, hides: bool) -> None:
        """Draw a leafy clump (sprite: brightness and cover) of a radius in metres that faces the camera."""
        uv, depths = self.view.project(centre[None])
        depth = float(depths[0])
        if depth < 0.3:
            return
        half = radius / (depth * self.pixel)
        u, v = float(uv[0, 0]) * self.width, float(uv[0, 1]) * self.height
        x0, y0 = round(u - half), round(v - half)
        size = max(2, round(2 * half))
        left, top = max(0, x0), max(0, y0)
        right, bottom = min(self.width, x0 + size), min(self.height, y0 + size)
        if right <= left or bottom <= top:
            return
        grown = cv2.resize(sprite, (size, size), interpolation=cv2.INTER_AREA if size < 64 else cv2.INTER_LINEAR)
        piece = grown[top - y0 : bottom - y0, left - x0 : right - x0]
        rows, columns = slice(top, bottom), slice(left, right)
        inside = (piece[..., 1] > 0.5) & (self.depth[rows, columns] > depth)
        shades = piece[..., :1] * colour
        self._put(rows, columns, inside, shades, np.full(inside.shape, depth, np.float32), outward)
        self.leaves[rows, columns][inside] = 1.0
        if hides:
            self.hiding[rows, columns][inside] = depth

    def limb(self, start: Points, end: Points, radii: tuple[float, float], colour: Field, hides: bool = True) -> None:
        """Draw a round post, trunk or branch from start to end, thinning from the first radius to the second."""
        ends = self.view.clip_polygon(np.stack([start, end, end]))
        if len(ends) < 2:
            return
        uv, depths = self.view.project(np.stack([start, end]))
        if not np.isfinite(uv).all():
            return
        seen = uv * np.array([self.width, self.height])
        along = seen[1] - seen[0]
        length = float(np.linalg.norm(along))
        if length < 0.5:
            return
        side = np.array([-along[1], along[0]]) / length
        reach = [max(radius / (float(depth) * self.pixel), 0.5) for radius, depth in zip(radii, depths, strict=True)]
        outline = np.stack(
            [seen[0] + side * reach[0], seen[1] + side * reach[1], seen[1] - side * reach[1], seen[0] - side * reach[0]]
        )
        low, high = np.floor(outline.min(axis=0)).astype(int), np.ceil(outline.max(axis=0)).astype(int) + 1
        left, top = max(0, low[0]), max(0, low[1])
        right, bottom = min(self.width, high[0]), min(self.height, high[1])
        if right <= left or bottom <= top:
            return
        rows, columns = slice(top, bottom), slice(left, right)
        mask = np.zeros((bottom - top, right - left), np.uint8)
        cv2.fillConvexPoly(mask, np.round((outline - [left, top]) * 16).astype(np.int32), 1, shift=4)
        x, y = np.meshgrid(np.arange(left, right) + 0.5 - seen[0, 0], np.arange(top, bottom) + 0.5 - seen[0, 1])
        share = np.clip((x * along[0] + y * along[1]) / length**2, 0, 1)
        offset = (x * side[0] + y * side[1]) / np.maximum(reach[0] + (reach[1] - reach[0]) * share, 0.5)
        # Depth is not linear in the frame, its inverse is.
        depth = (1 / (1 / depths[0] + (1 / depths[1] - 1 / depths[0]) * share)).astype(np.float32)
        inside = (mask > 0) & (depth < self.depth[rows, columns])
        gain = (1.0 - 0.45 * np.clip(np.abs(offset), 0, 1) ** 2).astype(np.float32)
        gain = gain * (1 + 0.08 * np.sin(offset * 9 + share * 23)).astype(np.float32)
        self._put(rows, columns, inside, gain[..., None] * colour, depth, -self.view.axes[2] * (1, 1, 0))
        if hides:
            self.hiding[rows, columns][inside] = depth[inside]

    def shade(self, gain: Callable[[Field, Field, Field], Field]) -> None:
        """Multiply the colours of all that is there by a gain that follows from places x, y, z."""
        place = self._place()
        self.colour *= gain(place[..., 0], place[..., 1], place[..., 2])[..., None]

    def scene(self) -> Scene:
        """What was drawn, reduced to the size of the frame."""
        sky = np.isinf(self.depth).astype(np.float32)
        size = (self.width // 2, self.height // 2)
        albedo = cv2.resize(self.colour, size, interpolation=cv2.INTER_AREA)
        once = (slice(1, None, 2), slice(1, None, 2))
        return Scene(
            view=self.view,
            albedo=np.clip(np.rint(albedo), 0, 255).astype(np.uint8),
            depth=self.depth[once].copy(),
            hiding=self.hiding[once].copy(),
            normal=self.normal[once].copy(),
            place=self._place()[once].copy(),
            sky=np.asarray(cv2.resize(sky, size, interpolation=cv2.INTER_AREA), np.float32),
            leaves=np.asarray(cv2.resize(self.leaves, size, interpolation=cv2.INTER_AREA), np.float32),
            glow=self.glow[once].copy(),
        )

    def _place(self) -> Field:
        far = np.where(np.isfinite(self.depth), self.depth, 1e4).astype(np.float32)
        place: Field = self.rays * far[..., None] + self.view.position.astype(np.float32)
        return place

    def _put(
        self, rows: slice, columns: slice, inside: NDArray[np.bool_], colour: Field, depth: Field, normal: Points
    ) -> None:
        self.colour[rows, columns][inside] = colour[inside]
        self.depth[rows, columns][inside] = depth[inside]
        self.normal[rows, columns][inside] = normal.astype(np.float32)
        self.leaves[rows, columns][inside] = 0.0
        self.glow[rows, columns][inside] = 0

    def _box(self, outline: Points) -> tuple[slice, slice] | None:
        ahead = self.view.clip_polygon(outline)
        if not len(ahead):
            return None
        uv, _ = self.view.project(ahead)
        seen = uv * np.array([self.width, self.height])
        left, top = (max(0, int(v)) for v in np.floor(seen.min(axis=0)).clip(-1e6, 1e6))
        right = min(self.width, int(np.ceil(min(1e6, seen[:, 0].max()))) + 1)
        bottom = min(self.height, int(np.ceil(min(1e6, seen[:, 1].max()))) + 1)
        return (slice(top, bottom), slice(left, right)) if right > left and bottom > top else None
