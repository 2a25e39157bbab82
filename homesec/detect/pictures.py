"""One uploaded picture: read, decode, look, and what is to be written about it."""

import asyncio
import time

from homesec.detect.predictor import PredictionFailed
from homesec.detect.tools import Tools
from homesec.detect.views import seen_view
from homesec.detect.work import Work
from homesec.errors import UploadAway, UploadChanged, UploadRejected
from homesec.media.pictures import Picture, decode_near
from homesec.store.writes.detections import DetectedUpload, FailUpload

READ_S = 60.0  # a disk that needs longer for a picture counts as away


async def looked_at(work: Work, tools: Tools) -> DetectedUpload | FailUpload:
    """What the model sees in it, or why it can't be looked at. Raises UploadAway, DeviceLost."""
    if not work.settings.enabled:
        return DetectedUpload(work.upload_id, work.file_path, tools.predictor.name, ())
    try:
        with tools.predictor.coming():
            picture = await _decoded(work, tools)
        tools.last_pictures.offer(work.camera_id, work.file.volume, work.captured_at, picture.image)
        frame = await tools.seen(work, picture.image, (picture.width, picture.height))
        view = await tools.in_thread(seen_view, picture.image)
    except (UploadRejected, UploadChanged, PredictionFailed) as error:
        return failure(work, error)
    return DetectedUpload(work.upload_id, work.file_path, tools.predictor.name, (frame,), view)


async def _decoded(work: Work, tools: Tools) -> Picture:
    started = time.monotonic()
    try:
        async with asyncio.timeout(READ_S):
            data = await tools.storage.read_upload(work.file)
    except TimeoutError as error:
        raise UploadAway(f"the file could not be read within {READ_S:g} s") from error
    tools.counters.read_s += time.monotonic() - started
    picture, spent_s = await tools.in_thread(_timed_decode, data, tools.uploads.max_pixels, tools.needed_px)
    tools.counters.decode_s += spent_s
    return picture


def _timed_decode(data: bytes, max_pixels: int, longest_px: int) -> tuple[Picture, float]:
    started = time.monotonic()
    try:
        return decode_near(data, max_pixels, longest_px), time.monotonic() - started
    except MemoryError as error:
        raise UploadRejected("there is not enough memory to decode the picture") from error


def failure(work: Work, error: UploadRejected | UploadChanged | PredictionFailed) -> FailUpload:
    """What the error means for its upload: refused for good, gone for good, or one try of three."""
    words = str(error).replace("\0", "")
    match error:
        case UploadRejected():
            return FailUpload(work.upload_id, work.attempts, words, final=True, state="rejected")
        case UploadChanged():
            words = "the file was overwritten or removed before it was read"
            gone = (work.file.volume, work.file.path)
            return FailUpload(work.upload_id, work.attempts, words, final=True, gone=gone)
        case PredictionFailed():
            return FailUpload(work.upload_id, work.attempts, words)
