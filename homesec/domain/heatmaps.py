"""Where in a camera's picture things stand: detections' foot points, spread smoothly over a coarse grid."""

import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 64, 48
SPREAD_CELLS = 1.0  # standard deviation: about what a box's edge is off
_REACH = 3  # cells to both sides that the bell is cut at

Grid = NDArray[np.float32]
"""Shape (HEIGHT, WIDTH): how many detections stand in each cell; the sum is their number."""


def heatmap(feet: NDArray[np.float64]) -> Grid:
    """The grid of foot points, shape (n, 2) as x and y in 0..1. Nothing is lost at the edges: they reflect."""
    grid = np.zeros((HEIGHT, WIDTH))
    if not len(feet):
        return grid.astype(np.float32)
    place = np.clip(feet, 0.0, 1.0) * (WIDTH, HEIGHT) - 0.5
    low = np.floor(place)
    right, down = (place - low).T
    for dx, across in ((0, 1.0 - right), (1, right)):
        for dy, along in ((0, 1.0 - down), (1, down)):
            column = np.clip(low[:, 0] + dx, 0, WIDTH - 1).astype(np.intp)
            row = np.clip(low[:, 1] + dy, 0, HEIGHT - 1).astype(np.intp)
            np.add.at(grid, (row, column), across * along)
    return _smooth(_smooth(grid, 0), 1).astype(np.float32)


def total(grids: Iterable[Grid]) -> Grid:
    """The grid of a longer span from those of its parts."""
    return np.asarray(sum((grid.astype(np.float64) for grid in grids), np.zeros((HEIGHT, WIDTH))), np.float32)


def packed(grid: Grid) -> bytes:
    """As it is stored: zlib of float32, little-endian, row by row."""
    return zlib.compress(grid.astype("<f4").tobytes(), 6)


def unpacked(data: bytes, width: int = WIDTH, height: int = HEIGHT) -> Grid:
    return np.frombuffer(zlib.decompress(data), "<f4").reshape(height, width)


def _smooth(grid: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    offsets = np.arange(-_REACH, _REACH + 1)
    bell = np.exp(-0.5 * np.square(offsets / SPREAD_CELLS))
    around = np.pad(grid, [(_REACH, _REACH) if side == axis else (0, 0) for side in (0, 1)], mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(around, len(bell), axis)
    return np.asarray(windows @ (bell / bell.sum()))
