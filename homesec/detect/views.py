"""Pictures made small for the scene check."""

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.domain.views import HEIGHT, WIDTH
from homesec.store.writes.scenes import SeenView

_SPARSE_PX = 256  # of every larger picture so many columns are looked at: reducing all of it would take milliseconds
_COLOURLESS = 2.0  # grey steps between the channels: none in infrared, while the dark of a colour camera has noise


def seen_view(image: NDArray[np.uint8], frame_no: int = 0, offset_s: float = 0.0) -> SeenView:
    """The view of an RGB picture of any size, and whether it was taken in infrared: then it is without colour."""
    step = max(1, image.shape[1] // _SPARSE_PX)
    sparse = np.ascontiguousarray(image[::step, ::step])
    small = cv2.resize(sparse, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    red, green, blue = (channel[::2, ::2] for channel in np.moveaxis(sparse, -1, 0))
    colour = float(np.mean(cv2.max(cv2.max(red, green), blue) - cv2.min(cv2.min(red, green), blue)))
    return SeenView("infrared" if colour < _COLOURLESS else "day", grey.tobytes(), frame_no, offset_s)
