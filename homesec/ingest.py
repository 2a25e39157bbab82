"""A file from a camera, examined: is it whole, what is it, when was it taken, and may it come in?

The name says nothing about the content; the bytes do. What is refused says why, in words for its owner.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from io import BufferedReader

from homesec.domain.capture_time import CaptureTime, capture_time, time_in_name
from homesec.errors import UploadRejected
from homesec.media import clips, pictures
from homesec.media.containers import HEAD_BYTES, Kind, description, ending, kind
from homesec.media.local_storage import LocalStorage
from homesec.settings import UploadSettings
from homesec.store.writes.uploads import NewUpload

BROKEN_FACTOR = 3  # a file that is visibly incomplete is given so many times the settling time before it is refused


@dataclass(frozen=True)
class FoundFile:
    """A file in a folder, as its directory shows it."""

    path: bytes
    """Relative to the folder of all cameras."""
    size: int
    mtime_ns: int
    ctime_ns: int
    regular: bool = True
    """False for links, pipes and devices, which are never opened."""

    @classmethod
    def from_stat(cls, path: bytes, found: os.stat_result) -> "FoundFile":
        return cls(path, found.st_size, found.st_mtime_ns, found.st_ctime_ns, stat.S_ISREG(found.st_mode))


@dataclass(frozen=True)
class Unfinished:
    """Not whole yet: look again when it has changed, or has been quiet for longer."""

    file: FoundFile
    because: str


@dataclass(frozen=True)
class Origin:
    """Whose file it is."""

    camera_id: str
    volume: str
    zone: tzinfo
    """For times that come without one."""


def examine(
    storage: LocalStorage, file: FoundFile, origin: Origin, limits: UploadSettings, quiet_s: float, now: datetime
) -> NewUpload | Unfinished | None:
    """What becomes of a file that has not changed for `quiet_s`; None when it is gone. Reads it, so it takes a thread.

    An accepted or refused file was the same before and after it was read.
    """
    if not file.regular:
        return refused(file, origin, now, None, "a link or a device is never followed; upload the file itself")
    try:
        with storage.open_file(file.path) as opened:
            return _examined(storage, opened, file, origin, limits, quiet_s, now)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        if quiet_s < limits.settle_s:
            return Unfinished(file, "cannot be read yet")
        return refused(file, origin, now, None, f"the file cannot be read: {error.strerror}")


def _examined(
    storage: LocalStorage,
    opened: BufferedReader,
    noticed: FoundFile,
    origin: Origin,
    limits: UploadSettings,
    quiet_s: float,
    now: datetime,
) -> NewUpload | Unfinished:
    file = FoundFile.from_stat(noticed.path, os.fstat(opened.fileno()))
    if (file.size, file.mtime_ns) != (noticed.size, noticed.mtime_ns):
        quiet_s = 0.0
    patience_s = limits.settle_s * BROKEN_FACTOR
    if file.size == 0:
        if quiet_s < patience_s:
            return Unfinished(file, "empty")
        return refused(file, origin, now, hashlib.sha256().digest(), "the file is empty")
    head = opened.read(HEAD_BYTES)
    form = kind(head)
    limit = limits.max_image_bytes if form is None or form.media_type == "image" else limits.max_video_bytes
    if form is None or file.size > limit:
        if quiet_s < limits.settle_s:
            return Unfinished(file, "not known yet")
        digest = _digest(opened) if file.size <= limit else None
        because = f"the file has {file.size} bytes; {limit} are allowed"
        if form is None:
            because = f"neither a picture (JPEG, PNG, WebP) nor a clip (MP4, MOV, MKV, AVI), but {description(head)}"
        return _same(opened, file) or refused(file, origin, now, digest, because)
    end = ending(opened, form)
    wanted_s = {True: 0.0, None: limits.settle_s, False: patience_s}[end.whole]
    if quiet_s < wanted_s:
        return Unfinished(file, end.because or "may still grow")
    return _read(storage, opened, file, form, origin, limits, now, None if end.whole else end.because)


def _read(
    storage: LocalStorage,
    opened: BufferedReader,
    file: FoundFile,
    form: Kind,
    origin: Origin,
    limits: UploadSettings,
    now: datetime,
    incomplete: str | None,
) -> NewUpload | Unfinished:
    """Hash it, and read its header for the time and the size. A clip that breaks off is taken as far as it goes."""
    digest = b""
    try:
        if form.media_type == "image":
            opened.seek(0)
            data = opened.read()
            digest = hashlib.sha256(data).digest()
            if incomplete:
                raise UploadRejected(incomplete)
            embedded, source, length = pictures.facts(data, limits.max_pixels).taken_at, "exif", timedelta(0)
        else:
            digest = _digest(opened)
            clip = clips.probe(storage.path_of(opened, file.path))
            _check_clip(clip, limits)
            length = timedelta(seconds=clip.duration_s or 0)
            embedded, source = clip.created_at, "container"
    except UploadRejected as error:
        return _same(opened, file) or refused(file, origin, now, digest, incomplete or str(error), form.media_type)
    received = _received(file, now)
    written = datetime.fromtimestamp(file.mtime_ns / 1e9, UTC)
    taken = capture_time(
        [
            (source, embedded),
            ("name", time_in_name(os.fsdecode(file.path), written)),
            ("mtime", written - length),  # a clip is written until its end
        ],
        received,
        origin.zone,
    )
    return _same(opened, file) or _upload(file, origin, received, taken, digest, form.media_type)


def _check_clip(clip: clips.ClipFacts, limits: UploadSettings) -> None:
    if clip.width * clip.height > limits.max_pixels:
        raise UploadRejected(f"the clip has {clip.width} x {clip.height} pixels; {limits.max_pixels} are allowed")
    if clip.duration_s is not None and clip.duration_s > limits.max_video_s:
        raise UploadRejected(f"the clip lasts {clip.duration_s:.0f} s; {limits.max_video_s:.0f} s are allowed")


def _digest(opened: BufferedReader) -> bytes:
    opened.seek(0)
    return hashlib.file_digest(opened, "sha256").digest()


def _same(opened: BufferedReader, file: FoundFile) -> Unfinished | None:
    """None when the open file is still what it was before it was read."""
    after = FoundFile.from_stat(file.path, os.fstat(opened.fileno()))
    if (after.size, after.mtime_ns) == (file.size, file.mtime_ns):
        return None
    return Unfinished(after, "it changed while it was read")


def _received(file: FoundFile, now: datetime) -> datetime:
    """When the file came to lie where it is: the one time of a file that its sender can't set."""
    return min(now, datetime.fromtimestamp(file.ctime_ns / 1e9, UTC))


def refused(
    file: FoundFile, origin: Origin, now: datetime, digest: bytes | None, because: str, media_type: str | None = None
) -> NewUpload:
    """A file that stays where it is, with the reason in words; `digest` is None when it was not read."""
    received = _received(file, now)
    return _upload(file, origin, received, CaptureTime(received, "arrival"), digest, media_type, because)


def _upload(
    file: FoundFile,
    origin: Origin,
    received: datetime,
    taken: CaptureTime,
    digest: bytes | None,
    media_type: str | None,
    error: str | None = None,
) -> NewUpload:
    return NewUpload(
        camera_id=origin.camera_id,
        volume=origin.volume,
        path=file.path,
        size=file.size,
        mtime_ns=file.mtime_ns,
        sha256=digest,
        media_type=media_type,
        captured_at=taken.at,
        time_source=taken.source,
        clock_ahead=taken.clock_ahead,
        received_at=received,
        error=error,
    )
