"""What looking at an upload takes, whichever kind it is."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from homesec.detect.counters import Counters
from homesec.detect.frames import LAST_PICTURE_PX, counts, seen_objects, thumbnail_name, thumbnail_of
from homesec.detect.last_pictures import LastPictures
from homesec.detect.predictor import Predictor
from homesec.detect.work import Work
from homesec.media.storage import Storage
from homesec.settings import UploadSettings
from homesec.store.writes.detections import SeenFrame

T = TypeVar("T")


@dataclass(frozen=True)
class Tools:
    """The model, the disk, threads for decoding, and where the newest pictures are shown."""

    predictor: Predictor
    storage: Storage
    threads: Executor
    last_pictures: LastPictures
    uploads: UploadSettings
    image_size: int
    """Longest side of what the model looks at."""
    batch: int
    counters: Counters

    @property
    def needed_px(self) -> int:
        """The longest side that anyone needs of a frame: the model, its thumbnail or the last picture."""
        return max(self.image_size, LAST_PICTURE_PX)

    async def in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, function, *arguments)

    async def seen(
        self, work: Work, image: NDArray[np.uint8], size: tuple[int, int], frame_no: int = 0, offset_s: float = 0.0
    ) -> SeenFrame:
        """What the model sees in a frame, its thumbnail written; `size` is the original's, width and height.

        Raises PredictionFailed, DeviceLost, UploadAway.
        """
        found = await self.predictor.detections(image, urgent=not work.is_clip)
        frame = SeenFrame(*size, seen_objects(found, work.settings), frame_no, offset_s)
        if not counts(frame):
            return frame
        name = thumbnail_name(work.upload_id, frame_no)
        await self.storage.write_media(work.file.volume, name, await self.in_thread(thumbnail_of, image))
        return replace(frame, thumbnail_path=name)
