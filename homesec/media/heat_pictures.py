"""Heatmaps as pictures: to lay over a camera's picture, or laid over it already."""

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.errors import UploadRejected

PIXELS = 10  # of a cell, of a picture without the camera's own below it
_MOST_OPAQUE = 0.75  # below the hottest place one still sees what is there


def overlay(grid: NDArray[np.float32]) -> bytes:
    """A PNG with transparency, `PIXELS` for each cell: nothing where nothing was."""
    height, width = (side * PIXELS for side in grid.shape)
    colours, opacity = _painted(grid, width, height)
    return _png(np.dstack([colours, (opacity * 255).astype(np.uint8)]))


def blended(grid: NDArray[np.float32], picture: bytes) -> bytes:
    """A PNG of the picture with the heatmap over it. Raises UploadRejected when the picture cannot be decoded."""
    below = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    if below is None:
        raise UploadRejected("the camera's last picture cannot be decoded")
    colours, opacity = _painted(grid, below.shape[1], below.shape[0])
    share = opacity[:, :, None]
    return _png((below * (1.0 - share) + colours * share).astype(np.uint8))


def _painted(grid: NDArray[np.float32], width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Colours (BGR, the perceptually even map Inferno) and opacity in 0..1.

    The square root shows rare paths beside places where things stand all day.
    """
    level = np.sqrt(np.clip(grid, 0.0, None) / max(float(grid.max(initial=0.0)), 1e-9)).astype(np.float32)
    large = np.clip(cv2.resize(level, (width, height), interpolation=cv2.INTER_CUBIC), 0.0, 1.0)
    colours = cv2.applyColorMap((large * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)
    return np.asarray(colours, np.uint8), np.asarray(large * _MOST_OPAQUE, np.float32)


def _png(image: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()
