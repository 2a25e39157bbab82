"""Clips: what a clip is, and frames of it at a set rate, from any place on.

FFmpeg's libraries read many formats that are lists of other files and addresses (HLS, DASH, concat). A clip is hostile
until parsed, so the demuxer is chosen here, by the file's bytes, among three that read one file; the file is handed
over as an open file, and every protocol is forbidden.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from os import PathLike
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from homesec.errors import UploadRejected
from homesec.media.containers import HEAD_BYTES, Kind, description, kind

_DEMUXERS = {Kind.MP4: "mov", Kind.MKV: "matroska", Kind.AVI: "avi"}
_OPTIONS = {"protocol_whitelist": "none", "enable_drefs": "0"}
_MAX_BROKEN_PACKETS = 200  # of one clip; a damaged stretch is skipped, a file of noise is given up
_MICROSECONDS = 1_000_000  # FFmpeg's unit for the length of a container


@dataclass(frozen=True)
class ClipFacts:
    """What the header of a clip says."""

    duration_s: float | None
    """None when the container does not know."""
    width: int
    height: int
    created_at: datetime | None
    """With a time zone: containers keep UTC."""


@dataclass(frozen=True)
class ClipFrame:
    """A sampled frame: RGB, shape (height, width, 3), upright."""

    frame_no: int
    """Its place on the sampling grid: the frame shown at `frame_no / fps` or the next one before another place."""
    offset_s: float
    """Seconds from the start of the clip."""
    image: NDArray[np.uint8]


def probe(path: str | bytes | PathLike[Any]) -> ClipFacts:
    """Read the header. Raises UploadRejected when the file is no clip, is broken or holds no video."""
    with _opened(path) as (container, stream):
        duration: float | None = None
        if container.duration:
            duration = container.duration / _MICROSECONDS
        elif stream.duration and stream.time_base:
            duration = float(stream.duration * stream.time_base)
        return ClipFacts(duration, stream.width, stream.height, _created_at(container, stream))


def frames(
    path: str | bytes | PathLike[Any], fps: float, first: int, count: int, max_pixels: int
) -> Iterator[ClipFrame]:
    """Up to `count` frames, `fps` a second of the clip's time, from place `first` of the sampling grid on.

    The same frames come out whether a clip is taken at once or by chunks (`first` = the last frame_no + 1). A clip
    slower than `fps` leaves places out and repeats nothing; fewer than `count` frames mean that the clip has ended.
    Raises UploadRejected when no frame at all can be decoded.
    """
    rate = Fraction(fps).limit_denominator(1000)
    with _opened(path) as (container, stream):
        if stream.width * stream.height > max_pixels:
            raise UploadRejected(f"the clip has {stream.width} x {stream.height} pixels; {max_pixels} are allowed")
        stream.codec_context.options = {"max_pixels": str(max_pixels)}
        clock = _Clock(stream)
        source = _from_place(container, stream, clock, Fraction(first) / rate)
        last, left, any_frame = first - 1, count, False
        for frame, offset in source:
            any_frame = True
            place = max(0, int(offset * rate))
            if place <= last:
                continue
            last, left = place, left - 1
            yield ClipFrame(place, float(offset), _pixels(frame, max_pixels))
            if left == 0:
                return
        if not any_frame and first == 0:
            raise UploadRejected("the clip is broken: no picture of it can be decoded")


class _Clock:
    """Tells a frame's time from the start of the clip, also where the container gives none."""

    def __init__(self, stream: VideoStream) -> None:
        self.base = stream.time_base or Fraction(1, 1000)
        self.start = stream.start_time or 0
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        self._step = 1 / (Fraction(rate) * self.base)
        self._next = Fraction(0)

    def offset(self, frame: VideoFrame) -> Fraction:
        stamp = frame.pts if frame.pts is not None else frame.dts
        since = Fraction(stamp - self.start) if stamp is not None else self._next
        self._next = since + self._step
        return since * self.base


def _from_place(
    container: InputContainer, stream: VideoStream, clock: _Clock, offset: Fraction
) -> Iterator[tuple[VideoFrame, Fraction]]:
    """Frames with their offsets from `offset` on, by a jump to the key frame before it where the clip allows."""
    if offset > 0:
        try:
            container.seek(clock.start + int(offset / clock.base), stream=stream, backward=True)
            decoded = _decoded(container, stream)
            frame = next(decoded, None)
        except av.FFmpegError:
            frame = None
        if frame is not None and frame.pts is not None and clock.offset(frame) <= offset:
            yield frame, clock.offset(frame)
            for frame in decoded:
                yield frame, clock.offset(frame)
            return
        try:
            container.seek(0)  # no index, or one that lies: from the beginning, since a frame must not be missed
        except av.FFmpegError:
            return
        stream.codec_context.flush_buffers()
    for frame in _decoded(container, stream):
        yield frame, clock.offset(frame)


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """All frames that can be decoded; broken packets are skipped."""
    broken = 0
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            yield from packet.decode()
        except (av.FFmpegError, ValueError) as error:
            broken += 1
            if broken > _MAX_BROKEN_PACKETS or isinstance(error, av.EOFError):
                return


def _pixels(frame: VideoFrame, max_pixels: int) -> NDArray[np.uint8]:
    if frame.width * frame.height > max_pixels:
        raise UploadRejected(f"the clip grows to {frame.width} x {frame.height} pixels; {max_pixels} are allowed")
    image = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    turns = round(frame.rotation / 90) % 4  # phones store which way up they were held
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image


@contextmanager
def _opened(path: str | bytes | PathLike[Any]) -> Iterator[tuple[InputContainer, VideoStream]]:
    with open(path, "rb") as file:
        head = file.read(HEAD_BYTES)
        form = kind(head)
        if form not in _DEMUXERS:
            raise UploadRejected(f"not an MP4, MOV, MKV or AVI clip but {description(head)}")
        file.seek(0)
        try:
            container = av.open(file, "r", _DEMUXERS[form], options=_OPTIONS, metadata_errors="replace")
        except (av.FFmpegError, ValueError) as error:
            raise UploadRejected("the clip is broken: its header cannot be read") from error
        with container:
            streams = [item for item in container.streams.video if not _is_cover(item)]
            if not streams:
                raise UploadRejected("the clip has no video")
            stream = streams[0]
            if stream.codec_context is None or not stream.width or not stream.height:
                raise UploadRejected("the clip's video has a format that cannot be decoded")
            yield container, stream


def _is_cover(stream: VideoStream) -> bool:
    """Music files carry their cover as a video of one picture."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _created_at(container: InputContainer, stream: VideoStream) -> datetime | None:
    """When the recording started, as the container says it; only a time with a zone counts."""
    for metadata in (container.metadata, stream.metadata):
        for name in ("com.apple.quicktime.creationdate", "creation_time", "DATE_RECORDED"):
            try:
                created = datetime.fromisoformat(metadata.get(name, "").strip())
            except ValueError:
                continue
            if created.tzinfo is not None:
                return created
    return None
