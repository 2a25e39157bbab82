"""What is inside a box of a frame that was uploaded, as a small picture."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homesec.errors import UploadChanged
from homesec.media.clips import frames
from homesec.media.pictures import decode, thumbnail
from homesec.media.storage import Storage, UploadFile
from homesec.settings import UploadSettings

LONGEST_PX = 320
MARGIN = 0.15  # of the box's sides that is shown round it


async def crop(storage: Storage, settings: UploadSettings, row: Mapping[Any, Any], box: Sequence[float]) -> bytes:
    """A JPEG of the box, x1 y1 x2 y2 in 0..1, with a margin. `row` has the columns of an upload, and `frame_no`.

    Raises UploadChanged when the file is gone, UploadAway, UploadRejected.
    """
    file = UploadFile(row["volume"], bytes(row["path"]), row["size"], bytes(row["sha256"]))
    if row["media_type"] == "video":
        async with storage.open_upload(file) as path:

            def frame() -> bytes:
                for one in frames(path, settings.video_fps, row["frame_no"], 1, settings.max_pixels):
                    return cut_out(one.image, box)
                raise UploadChanged("the clip has no such frame")

            return await asyncio.to_thread(frame)
    data = await storage.read_upload(file)
    return await asyncio.to_thread(lambda: cut_out(decode(data, settings.max_pixels), box))


def cut_out(image: NDArray[np.uint8], box: Sequence[float]) -> bytes:
    """A JPEG of a box of an RGB picture, shape (height, width, 3), with a margin, at most `LONGEST_PX` long."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box
    wide, high = MARGIN * (x2 - x1), MARGIN * (y2 - y1)
    left, right = _pixels(x1 - wide, x2 + wide, width)
    top, bottom = _pixels(y1 - high, y2 + high, height)
    return thumbnail(np.ascontiguousarray(image[top:bottom, left:right]), LONGEST_PX)


def _pixels(begin: float, end: float, size: int) -> tuple[int, int]:
    """From and to, at least one pixel, within the picture."""
    first = min(max(int(begin * size), 0), size - 1)
    return first, min(max(int(np.ceil(end * size)), first + 1), size)
