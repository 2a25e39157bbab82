"""Pictures: bytes to pixels, and pixels to small JPEGs.

OpenCV decodes: it takes a third of Pillow's time, lets other threads run, and knows CMYK, 16 bits, palettes, alpha and
animations (of which the first frame counts). Sizes are checked first, see `headers`.
"""

import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.errors import UploadRejected
from homesec.media import headers
from homesec.media.containers import HEAD_BYTES, Kind, description, ending, kind
from homesec.media.headers import PictureFacts

_MAX_SCANS = 100  # a progressive JPEG has about ten; each costs a pass over the whole picture
_READ = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
_REDUCED = {8: 64, 4: 32, 2: 16}  # the bits of IMREAD_REDUCED_*; the named ones bring a colour order of their own


@dataclass(frozen=True)
class Picture:
    """A decoded picture, perhaps smaller than the file's."""

    image: NDArray[np.uint8]
    """RGB, shape (height, width, 3), upright."""
    width: int
    height: int
    """Of the file's picture, upright."""


def facts(data: bytes, max_pixels: int) -> PictureFacts:
    """Read the header alone. Raises UploadRejected when it is none, or announces more than `max_pixels`."""
    form = kind(data[:HEAD_BYTES])
    if form not in (Kind.JPEG, Kind.PNG, Kind.WEBP):
        raise UploadRejected(f"not a JPEG, PNG or WebP picture but {description(data[:HEAD_BYTES])}")
    found = headers.read(data, form)
    if found.width * found.height > max_pixels:
        raise UploadRejected(f"the picture has {found.width} x {found.height} pixels; {max_pixels} are allowed")
    return found


def decode(data: bytes, max_pixels: int) -> NDArray[np.uint8]:
    """The picture as RGB, shape (height, width, 3), upright; of an animation the first frame.

    Raises UploadRejected, in words, when it is broken, incomplete or larger than `max_pixels`.
    """
    return _decoded(data, facts(data, max_pixels), max_pixels, _READ)


def decode_near(data: bytes, max_pixels: int, longest_px: int) -> Picture:
    """`decode` for those who need `longest_px` on the longest side and no more: a half, a quarter or an eighth.

    A JPEG is decoded in about half the time then, and a picture of 64 megapixels does not fill the memory.
    """
    found = facts(data, max_pixels)
    width, height = (found.width, found.height) if found.orientation < 5 else (found.height, found.width)
    fits = [flag for part, flag in _REDUCED.items() if max(width, height) >= part * longest_px]
    flags = _READ | fits[0] if fits else _READ
    return Picture(_decoded(data, found, max_pixels, flags), width, height)


def _decoded(data: bytes, found: PictureFacts, max_pixels: int, flags: int) -> NDArray[np.uint8]:
    if data.startswith(b"\xff\xd8"):
        end = ending(io.BytesIO(data), Kind.JPEG)
        if end.whole is False:
            raise UploadRejected(end.because)
        if data.count(b"\xff\xda") > _MAX_SCANS:
            raise UploadRejected(f"the picture has more than {_MAX_SCANS} scans")
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise UploadRejected("the picture cannot be decoded") from error
    if pixels is None:
        raise UploadRejected("the picture is broken: its header is fine, its content is not")
    if pixels.shape[0] * pixels.shape[1] > max_pixels:
        raise UploadRejected("the picture is larger than its header says")
    return _upright(np.asarray(pixels, np.uint8), found.orientation)


def thumbnail(frame: NDArray[np.uint8], longest_px: int, quality: int = 85) -> bytes:
    """A JPEG of the frame, made smaller (never larger) so that its longest side has `longest_px` pixels."""
    height, width = frame.shape[:2]
    scale = longest_px / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        frame = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"a frame of shape {frame.shape} cannot be encoded")
    return data.tobytes()


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Undo what the EXIF orientation says, with the eight cases of the EXIF standard."""
    if orientation == 1:
        return pixels
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
