"""One uploaded clip: frames at a set rate, looked at and stored chunk by chunk, so that a restart continues midway."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from homesec.detect.frames import reduced
from homesec.detect.pictures import failure
from homesec.detect.predictor import PredictionFailed
from homesec.detect.tools import Tools
from homesec.detect.views import seen_view
from homesec.detect.work import Work
from homesec.errors import UploadAway, UploadChanged, UploadRejected
from homesec.media import clips
from homesec.store.writes.detections import DetectedUpload, FailUpload, SaveChunk, SeenFrame
from homesec.store.writes.scenes import SeenView


class Sample(NamedTuple):
    """A frame of the clip, small enough to wait in memory."""

    frame_no: int
    offset_s: float
    image: NDArray[np.uint8]
    size: tuple[int, int]
    """Width and height in the clip."""


@dataclass(frozen=True)
class Piece:
    """Frames that are decoded in one go. `error`: why the clip ends here, when it breaks off."""

    samples: tuple[Sample, ...]
    ended: bool
    error: str | None = None
    spent_s: float = 0.0


@dataclass(frozen=True)
class Source:
    """A clip that is being decoded; by one thread at a time."""

    frames: Generator[clips.ClipFrame, None, None]
    room: int
    """Frames in one piece."""
    end: int
    """The first place of the sampling grid that is not looked at any more."""
    longest_px: int
    begun: bool
    """Frames before this one were stored already."""

    def piece(self) -> Piece:
        """The next frames. Raises UploadRejected when not even a first one can be decoded, UploadAway."""
        started = time.monotonic()
        samples: list[Sample] = []
        error = None
        try:
            for frame in islice(self.frames, self.room):
                if frame.frame_no >= self.end:
                    error = "the clip is longer than is looked at (uploads.max_video_s); the rest was left out"
                    break
                height, width = frame.image.shape[:2]
                image = reduced(frame.image, self.longest_px)
                samples.append(Sample(frame.frame_no, frame.offset_s, image, (width, height)))
        except UploadRejected as broken:
            if not samples and not self.begun:
                raise
            error = str(broken)
        except OSError as away:
            raise UploadAway(f"the clip cannot be read: {away.strerror}") from away
        ended = error is not None or len(samples) < self.room
        return Piece(tuple(samples), ended, error, time.monotonic() - started)


async def chunks(work: Work, tools: Tools) -> AsyncGenerator[SaveChunk | FailUpload, None]:
    """What is to be written, in order; each chunk follows the one before. Raises UploadAway, DeviceLost.

    The caller stops reading as soon as a chunk is not taken: then someone else is at this clip.
    """
    if not work.settings.enabled:
        yield SaveChunk(_upload(work, tools, ()), work.next_frame, work.next_frame, last=True)
        return
    fps, first = tools.uploads.video_fps, work.next_frame
    end = max(int(tools.uploads.max_video_s * fps), first)
    try:
        async with tools.storage.open_upload(work.file) as path:
            frames = clips.frames(path, fps, first, end - first + 1, tools.uploads.max_pixels)
            room = min(tools.batch, tools.uploads.chunk_frames)
            decoder = cast("Generator[clips.ClipFrame, None, None]", frames)
            source = Source(decoder, room, end, tools.needed_px, first > 0)
            try:
                while True:
                    chunk = await _chunk(work, tools, source, first)
                    yield chunk
                    if chunk.last:
                        return
                    source, first = replace(source, begun=True), chunk.next_frame
            finally:
                await tools.in_thread(decoder.close)
    except (UploadRejected, UploadChanged, PredictionFailed) as error:
        yield failure(work, error)


async def _chunk(work: Work, tools: Tools, source: Source, first: int) -> SaveChunk:
    """Look at pieces until the chunk is full; the next piece is decoded while the model looks at this one."""
    seen: list[SeenFrame] = []
    view = None
    following = first
    piece = await tools.in_thread(source.piece)
    while True:
        tools.counters.decode_s += piece.spent_s
        source = replace(source, begun=source.begun or bool(piece.samples))
        full = piece.ended or len(seen) + len(piece.samples) >= tools.uploads.chunk_frames
        ahead = None if full else asyncio.ensure_future(tools.in_thread(source.piece))
        try:
            seen += await asyncio.gather(
                *(tools.seen(work, each.image, each.size, each.frame_no, each.offset_s) for each in piece.samples)
            )
        except BaseException:
            if ahead is not None:
                await asyncio.wait({ahead})  # the decoder must be still before the clip is closed
            raise
        if piece.samples:
            if view is None:
                sample = piece.samples[0]
                view = await tools.in_thread(seen_view, sample.image, sample.frame_no, sample.offset_s)
            last = piece.samples[-1]
            following = last.frame_no + 1
            at = work.captured_at + timedelta(seconds=last.offset_s)
            tools.last_pictures.offer(work.camera_id, work.file.volume, at, last.image)
        if ahead is None:
            return SaveChunk(_upload(work, tools, tuple(seen), view), first, following, piece.ended, piece.error)
        piece = await ahead


def _upload(
    work: Work, tools: Tools, frames: tuple[SeenFrame, ...], view: SeenView | None = None
) -> DetectedUpload:
    return DetectedUpload(work.upload_id, work.file_path, tools.predictor.name, frames, view)
