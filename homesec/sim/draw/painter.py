"""Paints the things of the world into a picture: shaded, antialiased, hidden by what is nearer, with their shadows."""

from collections.abc import Sequence
from functools import lru_cache
from math import hypot

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim.body.assembly import world
from homesec.sim.body.figure import SUBPIXEL_BITS, Figure, Outline, Shape, figures
from homesec.sim.body.vehicle import plate_corners
from homesec.sim.draw.shadow import cast_shadows
from homesec.sim.values import Colour, Part, Points, State
from homesec.sim.view.optics import View

Canvas = NDArray[np.uint8]
Tint = tuple[float, float, float]
"""Factors on red, green and blue."""

EDGE_PX = 0.5  # cv2's antialiased edge grows a shape by about so much
SMALL_PX = 1.6  # limbs thinner than this (half their width) get no shading: it would be noise
SMALL_TONE = 0.86
FINE = ((90, 4), (240, 2))  # up to so many pixels across, painted so many times finer
PLATE_PX = 16  # a number plate narrower than this cannot be read anyway
SOFT_LIGHT = (0.25, -0.2, 0.95)  # of a cloudy sky: from above, a little from one side, so that faces differ


def paint(
    canvas: Canvas,
    view: View,
    states: Sequence[State],
    static_depth: NDArray[np.float32] | None = None,
    sun: Points | tuple[float, float, float] | None = None,
    tints: Sequence[NDArray[np.float32]] | None = None,
    shadow: float = 1.0,
) -> None:
    """Paint things into a canvas (h, w, 3) RGB in place, from far to near.

    `static_depth` (h, w) metres along the optical axis hides what is behind fixed things; inf where nothing hides.
    `sun` is the unit vector towards the sun, None under clouds and by night: shadows then lie only where things touch
    the ground; `shadow` 0..1 is how dark they are. `tints` are factors (3,) on the colours, one for each state: the
    light at its place; lamps shine whatever the light. Raises ValueError for a canvas of another aspect than the view.
    """
    height, width = canvas.shape[:2]
    if abs(width / height - view.aspect) > 0.02:
        raise ValueError(f"a canvas of {width}x{height} does not fit a view of aspect {view.aspect:.3f}")
    seen = figures(view, states)
    if shadow > 0:
        cast_shadows(canvas, view, seen, static_depth, sun, shadow)
    light = np.asarray(sun if sun is not None else SOFT_LIGHT, dtype=np.float64)
    light = light / np.sqrt(light @ light)
    tinted = {} if tints is None else {state.thing.id: tint for state, tint in zip(states, tints, strict=True)}
    for figure in seen:
        red, green, blue = (float(factor) for factor in tinted.get(figure.state.thing.id, (1.0, 1.0, 1.0)))
        _paint_figure(canvas, view, figure, static_depth, light, sun is not None, (red, green, blue))


def pixel_box(
    extent: tuple[float, float, float, float], height: int, width: int, margin: int
) -> tuple[int, int, int, int]:
    """An extent in frame heights as whole pixels x0, y0, x1, y1 inside the picture; empty (x1 <= x0) outside."""
    x0, y0, x1, y1 = (np.clip(value, -4.0, 8.0) * height for value in extent)
    return (
        max(int(np.floor(x0)) - margin, 0),
        max(int(np.floor(y0)) - margin, 0),
        min(int(np.ceil(x1)) + margin, width),
        min(int(np.ceil(y1)) + margin, height),
    )


def hidden(
    view: View, figure: Figure, static_depth: NDArray[np.float32], rows: slice, columns: slice
) -> NDArray[np.bool_] | None:
    """Where fixed things are before a thing, within rows and columns of the depth map; None if nowhere."""
    height = static_depth.shape[0]
    part = static_depth[rows, columns]
    y = (np.arange(rows.start, rows.stop) + 0.5) / height
    nearer = part < figure.depths(view, y)[:, None]
    return nearer if nearer.any() else None


def _paint_figure(
    canvas: Canvas,
    view: View,
    figure: Figure,
    static_depth: NDArray[np.float32] | None,
    light: Points,
    sunny: bool,
    tint: Tint,
) -> None:
    height, width = canvas.shape[:2]
    x0, y0, x1, y1 = pixel_box(figure.painted_extent, height, width, 2)
    if x1 <= x0 or y1 <= y0:
        return
    rows, columns = slice(y0, y1), slice(x0, x1)
    cover = hidden(view, figure, static_depth, rows, columns) if static_depth is not None else None
    before = canvas[rows, columns].copy() if cover is not None else None
    patch = canvas[rows, columns]
    # Small things are painted on a finer grid: cv2 grows what it paints by most of a pixel, which is much of them.
    fine = next((factor for longest, factor in FINE if max(patch.shape) <= longest), 1)
    grid = np.repeat(np.repeat(patch, fine, axis=0), fine, axis=1) if fine > 1 else patch
    _paint_shapes(grid, figure, (x0 / height, y0 / height), height * fine, fine, _ball_light(view, light, sunny), light,
                  sunny, tint)  # fmt: skip
    if fine > 1:
        cv2.resize(grid, (x1 - x0, y1 - y0), dst=patch, interpolation=cv2.INTER_AREA)
    plate = figure.state.thing.look.plate
    if plate and figure.state.thing.kind != "bicycle":
        _paint_plates(canvas, view, figure.state, plate, tint)
    if cover is not None and before is not None:
        patch[cover] = before[cover]


def _paint_shapes(
    grid: Canvas,
    figure: Figure,
    origin: tuple[float, float],
    scale: float,
    fine: int,
    ball_light: tuple[Points, float],
    light: Points,
    sunny: bool,
    tint: Tint,
) -> None:
    toward, facing = ball_light
    # How far balls are swollen and shifted towards the light, and their tone: from the dark edge to the bright middle.
    levels = (
        (1.0, 0.0, 0.68),
        (0.84, 0.15, 0.75 + 0.09 * facing),
        (0.64, 0.3, 0.80 + 0.14 * facing),
        (0.42, 0.42, 0.84 + 0.22 * facing),
    )
    traced = [
        figure.outlines((scale, scale), origin, swell, shift * toward, EDGE_PX / scale) for swell, shift, _ in levels
    ]
    for index, shape in enumerate(figure.shapes):
        part = shape.part
        if part.form == "polygon":
            colour = _lit(part, _flat_tone(shape, light, sunny), tint)
            _fill(grid, traced[0][index], colour, shape.last - shape.first == 4)
            continue
        largest = float(figure.radii[shape.first : shape.last].max()) * scale / fine
        if largest < SMALL_PX or part.glow > 0.3:
            _fill(grid, traced[0][index], _lit(part, SMALL_TONE, tint))
            continue
        for level, (_, _, tone) in enumerate(levels):
            if level != 2 or largest > 2.5 * SMALL_PX:
                _fill(grid, traced[level][index], _lit(part, tone, tint))


def _fill(canvas: Canvas, outline: Outline, colour: Colour, convex: bool = True) -> None:
    if convex:
        cv2.fillConvexPoly(canvas, outline, colour, cv2.LINE_AA, SUBPIXEL_BITS)
    else:
        cv2.fillPoly(canvas, [outline], colour, cv2.LINE_AA, SUBPIXEL_BITS)


def _ball_light(view: View, light: Points, sunny: bool) -> tuple[Points, float]:
    """Where on a ball's disc the light falls, (2,) radii, and 0..1 how much of the lit side is seen."""
    right, down, forward = view.axes @ light
    size = hypot(float(right), float(down)) or 1.0
    spread = min(size, 1.0) / size
    facing = 0.5 - 0.5 * float(forward)
    return np.array([right, down]) * spread, facing if sunny else 0.6


def _flat_tone(shape: Shape, light: Points, sunny: bool) -> float:
    toward, up = max(float(shape.normal @ light), 0.0), float(shape.normal[2])
    return 0.56 + 0.42 * toward + 0.08 * up if sunny else 0.66 + 0.3 * toward + 0.06 * up


def _lit(part: Part, tone: float, tint: Tint) -> Colour:
    red, green, blue = (
        min(int(channel * max(tone * factor, part.glow)), 255)
        for channel, factor in zip(part.colour, tint, strict=True)
    )
    return red, green, blue


def _paint_plates(canvas: Canvas, view: View, state: State, plate: str, tint: Tint) -> None:
    height, width = canvas.shape[:2]
    for corners in plate_corners(state.thing.look):
        uv, depth = view.project(world(corners, state.x, state.y, state.z, state.heading))
        if depth.min() < 0.5:
            continue
        places = uv * np.array([width, height])
        x, y = places[:, 0], places[:, 1]
        clockwise = float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) > 0  # as a reader sees it, y downwards
        if not clockwise or hypot(*(places[1] - places[0])) < PLATE_PX:
            continue
        x0, y0 = (int(value) for value in np.floor(places.min(axis=0)))
        x1, y1 = (int(value) + 1 for value in np.ceil(places.max(axis=0)))
        if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
            continue
        face = np.clip(_plate_face(plate) * np.array(tint), 0, 255).astype(np.uint8)
        tall, wide = face.shape[:2]
        source = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], dtype=np.float32)
        matrix = cv2.getPerspectiveTransform(source, (places - np.array([x0, y0])).astype(np.float32))
        patch = canvas[y0:y1, x0:x1]
        cv2.warpPerspective(
            face, matrix, (x1 - x0, y1 - y0), dst=patch, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_TRANSPARENT
        )


@lru_cache(maxsize=64)
def _plate_face(plate: str) -> Canvas:
    face = np.full((44, 208, 3), (238, 238, 234), dtype=np.uint8)
    face[:, :18] = (36, 66, 150)
    (wide, _), _ = cv2.getTextSize(plate, cv2.FONT_HERSHEY_DUPLEX, 1.0, 2)
    scale = 180 / wide
    cv2.putText(face, plate, (24, 35), cv2.FONT_HERSHEY_DUPLEX, min(scale, 1.1), (20, 20, 22), 2, cv2.LINE_AA)
    cv2.rectangle(face, (0, 0), (207, 43), (30, 30, 30), 2)
    return face
