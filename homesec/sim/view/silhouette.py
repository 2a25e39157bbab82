"""What of every thing a camera sees: its box, the box of what is not hidden, and how much that is.

The edges come from the same projected bodies as the pictures; a coarse grid decides what hides what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, hypot

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim.body.figure import SUBPIXEL_BITS, Figure, figures
from homesec.sim.body.order import overlap
from homesec.sim.values import State, Thing
from homesec.sim.view.optics import View

FEWEST_CELLS = 24  # across a thing, so that small ones are judged as finely as large ones
FINER = 2  # times, for what the edges of the frame leave of a thing
FARTHEST = 3.0  # frame heights beyond the frame: what is farther out counts no more
Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 as shares of the frame, 0..1."""


@dataclass(frozen=True)
class Silhouette:
    """One thing as one camera sees it."""

    thing: Thing
    state: State
    """As it was drawn: things that are carried are where their carrier's hands are."""
    box: Box | None
    """Round all of it that is inside the frame, hidden or not; None when it is out of the frame."""
    visible_box: Box | None
    """Round what is not hidden by other things, fixed things and the edges of the frame; None when nothing is left."""
    visible_share: float
    """Visible area as a share of all its area, what is beyond the frame included."""
    foot: tuple[float, float]
    """Where its ground point is in the frame; may be beyond it."""
    distance_m: float
    """From the lens, along the ground."""


def silhouettes(
    view: View,
    states: Sequence[State],
    static_depth: NDArray[np.float32] | None = None,
    raster: tuple[int, int] = (320, 180),
) -> list[Silhouette]:
    """The silhouettes of all things that are in the frame, from near to far.

    `static_depth` (h, w), of any size, hides as it does for the painter. `raster` is the grid (columns, rows) of the
    whole frame on which is judged what hides what.
    """
    seen = figures(view, states)
    originals = {state.thing.id: state for state in states}
    found: list[Silhouette] = []
    for index, figure in enumerate(seen):
        silhouette = _silhouette(view, figure, seen[index + 1 :], originals, static_depth, raster)
        if silhouette is not None:
            found.append(silhouette)
    return found[::-1]


def _silhouette(
    view: View,
    figure: Figure,
    nearer: Sequence[Figure],
    originals: dict[str, State],
    static_depth: NDArray[np.float32] | None,
    raster: tuple[int, int],
) -> Silhouette | None:
    aspect = view.aspect
    x0, y0, x1, y1 = extent = figure.extent
    inside = (max(x0, 0.0), max(y0, 0.0), min(x1, aspect), min(y1, 1.0))
    if inside[2] - inside[0] <= 0 or inside[3] - inside[1] <= 0:
        return None
    if inside != extent:
        reached = _reached(figure, inside, aspect, raster)
        if reached is None:
            return None
        inside = reached
    hiding = [other for other in nearer if overlap(other.extent, inside)]
    props = static_depth if static_depth is not None and _may_hide(view, figure, inside, static_depth) else None
    if inside == extent and not hiding and props is None:
        box, share = inside, 1.0
        visible_box: Box | None = inside
    else:
        cells = _cells(inside, aspect, raster)
        own = _filled(figure, inside, cells)
        visible = own
        for other in hiding:
            visible = visible & ~_filled(other, inside, cells)
        if props is not None:
            visible = visible & ~_behind(view, figure, inside, visible.shape, props)
        total, left = int(np.count_nonzero(own)), int(np.count_nonzero(visible))
        if total == 0:
            return None
        share = left / total * (_share_inside(figure, extent, aspect) if inside != extent else 1.0)
        box = _bounds(own, inside, own)
        visible_box = _bounds(visible, inside, own) if left else None
    state = figure.state
    foot, _ = view.project(np.array([[state.x, state.y, state.z]]))
    u, v = (float(value) for value in np.nan_to_num(foot[0], nan=-1.0))
    return Silhouette(
        thing=originals[state.thing.id].thing,
        state=state,
        box=_shares(box, aspect),
        visible_box=_shares(visible_box, aspect) if visible_box else None,
        visible_share=share,
        foot=(u, v),
        distance_m=hypot(state.x - view.camera.x, state.y - view.camera.y),
    )


def _reached(figure: Figure, inside: Box, aspect: float, raster: tuple[int, int]) -> Box | None:
    """Of a window of the frame what a figure fills: a part that is beyond the frame may be wider than all within."""
    wide, tall = _cells(inside, aspect, raster)
    filled = _filled(figure, inside, (FINER * wide, FINER * tall))
    return _bounds(filled, inside, filled) if filled.any() else None


def _may_hide(view: View, figure: Figure, window: Box, static_depth: NDArray[np.float32]) -> bool:
    height, width = static_depth.shape
    x0, x1 = int(window[0] / view.aspect * width), ceil(window[2] / view.aspect * width)
    part = static_depth[int(window[1] * height) : ceil(window[3] * height), x0:x1]
    return bool(part.size) and float(part.min()) < float(figure.depths(view, np.array(window[1::2])).max())


def _cells(inside: Box, aspect: float, raster: tuple[int, int]) -> tuple[int, int]:
    wide = max(ceil((inside[2] - inside[0]) / aspect * raster[0]), FEWEST_CELLS)
    tall = max(ceil((inside[3] - inside[1]) * raster[1]), FEWEST_CELLS)
    return wide, tall


def _filled(figure: Figure, window: Box, cells: tuple[int, int]) -> NDArray[np.bool_]:
    """Which cells (rows, columns) of a window of the frame a figure fills."""
    grid = np.zeros((cells[1], cells[0]), dtype=np.uint8)
    scale = cells[0] / (window[2] - window[0]), cells[1] / (window[3] - window[1])
    for shape, outline in zip(figure.shapes, figure.outlines(scale, (window[0], window[1])), strict=True):
        if shape.part.solid and shape.part.layer not in (2, 4, 5):  # windows and the like lie on what is there already
            cv2.fillPoly(grid, [outline], (1,), cv2.LINE_8, SUBPIXEL_BITS)
    return grid > 0


def _share_inside(figure: Figure, extent: Box, aspect: float) -> float:
    whole = (
        max(extent[0], -FARTHEST),
        max(extent[1], -FARTHEST),
        min(extent[2], aspect + FARTHEST),
        min(extent[3], 1 + FARTHEST),
    )
    cells = (96, 96)
    filled = _filled(figure, whole, cells)
    x = whole[0] + (np.arange(cells[0]) + 0.5) / cells[0] * (whole[2] - whole[0])
    y = whole[1] + (np.arange(cells[1]) + 0.5) / cells[1] * (whole[3] - whole[1])
    inside = ((x >= 0) & (x <= aspect))[None, :] & ((y >= 0) & (y <= 1))[:, None]
    # What is inside may be thinner than a cell, and is seen all the same.
    return max(float(np.count_nonzero(filled & inside)), 0.5) / max(float(np.count_nonzero(filled)), 1.0)


def _behind(
    view: View, figure: Figure, window: Box, shape: tuple[int, ...], static_depth: NDArray[np.float32]
) -> NDArray[np.bool_]:
    rows = window[1] + (np.arange(shape[0]) + 0.5) / shape[0] * (window[3] - window[1])
    columns = window[0] + (np.arange(shape[1]) + 0.5) / shape[1] * (window[2] - window[0])
    height, width = static_depth.shape
    at_rows = np.clip((rows * height).astype(int), 0, height - 1)
    at_columns = np.clip((columns / view.aspect * width).astype(int), 0, width - 1)
    nearer: NDArray[np.bool_] = static_depth[np.ix_(at_rows, at_columns)] < figure.depths(view, rows)[:, None]
    return nearer


def _bounds(mask: NDArray[np.bool_], window: Box, whole: NDArray[np.bool_]) -> Box:
    # Where the mask reaches as far as the whole thing does, and that is the edge of the window, the edge is the exact
    # one; else it is the edge of a cell.
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    all_columns, all_rows = np.flatnonzero(whole.any(axis=0)), np.flatnonzero(whole.any(axis=1))
    wide, tall = (window[2] - window[0]) / mask.shape[1], (window[3] - window[1]) / mask.shape[0]

    def low(first: int, of_all: int, start: float, size: float) -> float:
        return start if first == of_all <= 1 else start + first * size

    def high(last: int, of_all: int, end: float, size: float, count: int) -> float:
        return end if last == of_all >= count - 2 else end - (count - 1 - last) * size

    return (
        low(int(columns[0]), int(all_columns[0]), window[0], wide),
        low(int(rows[0]), int(all_rows[0]), window[1], tall),
        high(int(columns[-1]), int(all_columns[-1]), window[2], wide, mask.shape[1]),
        high(int(rows[-1]), int(all_rows[-1]), window[3], tall, mask.shape[0]),
    )


def _shares(box: Box, aspect: float) -> Box:
    return (
        min(max(box[0] / aspect, 0.0), 1.0),
        min(max(box[1], 0.0), 1.0),
        min(max(box[2] / aspect, 0.0), 1.0),
        min(max(box[3], 0.0), 1.0),
    )
