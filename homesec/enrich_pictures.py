"""Crops of detections for further models: each upload is read and decoded once a round, whatever looks at it."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.domain.insights import Box, Sight
from homesec.errors import UploadChanged, UploadRejected
from homesec.media import clips
from homesec.media.pictures import decode_near
from homesec.media.storage import Storage, UploadFile
from homesec.settings import UploadSettings
from homesec.store.sessions import database_errors
from homesec.vision.zoo.crop import Crop, around, cut, pixels, widened

LONGEST_PX = 3840  # of a decoded picture: faces and plates need pixels, 64 megapixels nobody
REMEMBERED_BYTES = 256 * 2**20  # of crops: several models look at the same ones
Frame = tuple[int, int]

_UPLOADS = text("SELECT id, volume, path, size, sha256, media_type FROM uploads WHERE id = ANY(:ids)")


class Pictures:
    """Cuts crops from where uploads lie, and remembers the newest ones."""

    def __init__(self, engine: AsyncEngine, storage: Storage, uploads: UploadSettings) -> None:
        self._engine, self._storage, self._uploads = engine, storage, uploads
        self._crops: OrderedDict[tuple[int, bool], Crop] = OrderedDict()
        self._bytes = 0
        self._expected: defaultdict[Frame, list[Sight]] = defaultdict(list)
        self.decoded = 0

    def expect(self, sights: Sequence[Sight]) -> None:
        """What this round is about, whichever model asks first: all crops of a frame are cut when it is decoded."""
        self._expected.clear()
        for sight in sights:
            self._expected[sight.frame].append(sight)

    async def crops(self, sights: Sequence[Sight], moments: bool) -> Mapping[int, Crop]:
        """By detection; with `moments` also the same place in the other pictures of its track.

        A sight whose upload is gone or broken is left out. Raises UploadAway, Unavailable.
        """
        found = {sight.detection_id: crop for sight in sights if (crop := self._known(sight, moments)) is not None}
        wanted = [sight for sight in sights if sight.detection_id not in found]
        needed: defaultdict[Frame, list[Sight]] = defaultdict(list)  # whose pictures a frame is needed for
        for sight in wanted:
            for one in (sight, *(sight.along if moments else ())):
                needed[one.frame].append(sight)
        files = await self._files({upload_id for upload_id, _ in needed})
        cuts: dict[int, Crop] = {}
        seen: defaultdict[int, dict[Frame, NDArray[np.uint8]]] = defaultdict(dict)
        for frame, ones in needed.items():
            image = await self._frame(files, frame)
            if image is None:
                continue
            for sight in self._expected[frame]:
                if self._known(sight, False) is None:
                    self._remember(cut(sight, image), False)
            for sight in ones:
                if sight.frame == frame:
                    cuts[sight.detection_id] = cut(sight, image)
                if moments:
                    seen[sight.detection_id][frame] = pixels(image, _place(sight, image))
        for sight in wanted:
            if (crop := cuts.get(sight.detection_id)) is not None:
                if moments:
                    crop = _with_moments(crop, seen[sight.detection_id])
                found[sight.detection_id] = crop
                self._remember(crop, moments)
        return found

    async def _files(self, upload_ids: set[int]) -> dict[int, tuple[UploadFile, bool]]:
        if not upload_ids:
            return {}
        with database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(_UPLOADS, {"ids": list(upload_ids)})).all()
        return {
            row.id: (UploadFile(row.volume, row.path, row.size, row.sha256), row.media_type == "video") for row in rows
        }

    async def _frame(self, files: dict[int, tuple[UploadFile, bool]], frame: Frame) -> NDArray[np.uint8] | None:
        upload_id, number = frame
        if upload_id not in files:
            return None
        file, is_clip = files[upload_id]
        try:
            if is_clip:
                async with self._storage.open_upload(file) as path:
                    image = await asyncio.to_thread(_frame_of_clip, str(path), number, self._uploads)
            else:
                data = await self._storage.read_upload(file)
                picture = await asyncio.to_thread(decode_near, data, self._uploads.max_pixels, LONGEST_PX)
                image = picture.image
        except (UploadChanged, UploadRejected):
            return None
        self.decoded += 1
        return image

    def _known(self, sight: Sight, moments: bool) -> Crop | None:
        key = (sight.detection_id, moments)
        crop = self._crops.get(key)
        if crop is None or crop.sight != sight:
            return None
        self._crops.move_to_end(key)
        return crop

    def _remember(self, crop: Crop, moments: bool) -> None:
        key = (crop.sight.detection_id, moments)
        if (old := self._crops.pop(key, None)) is not None:
            self._bytes -= _size(old)
        self._crops[key] = crop
        self._bytes += _size(crop)
        while self._bytes > REMEMBERED_BYTES:
            _, oldest = self._crops.popitem(last=False)
            self._bytes -= _size(oldest)


def _frame_of_clip(path: str, number: int, uploads: UploadSettings) -> NDArray[np.uint8] | None:
    frames = clips.frames(path, uploads.video_fps, number, 1, uploads.max_pixels)
    frame = next(frames, None)
    return frame.image if frame is not None and frame.frame_no == number else None


def _place(sight: Sight, image: NDArray[np.uint8]) -> Box:
    """Where the track is over all its moments, so that what moves is seen to move."""
    return widened(around([sight.box, *(one.box for one in sight.along)]), image.shape[1] / image.shape[0])


def _with_moments(crop: Crop, seen: Mapping[Frame, NDArray[np.uint8]]) -> Crop:
    sights = sorted([crop.sight, *crop.sight.along], key=lambda one: (one.at, one.detection_id))
    moments = tuple(seen[one.frame] for one in sights if one.frame in seen)
    return Crop(crop.sight, crop.image, crop.area, crop.aspect, moments)


def _size(crop: Crop) -> int:
    return int(crop.image.nbytes + sum(moment.nbytes for moment in crop.moments))
