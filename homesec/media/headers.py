"""What the header of a picture says, read without touching a pixel.

A picture of a few kilobytes may announce gigabytes of pixels, and decoders take the memory when they open it. So sizes
are read here, from the few bytes that hold them, before any decoder sees the file.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from homesec.errors import UploadRejected
from homesec.media.containers import Kind
from homesec.media.exif import orientation_and_time

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG markers that carry the size (ITU T.81, table B.1)
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # JPEG markers without a length


@dataclass(frozen=True)
class PictureFacts:
    """What a picture says about itself."""

    width: int
    height: int
    orientation: int = 1
    """1..8 as in EXIF; 1 = as stored."""
    taken_at: datetime | None = None
    """Naive when the camera gave no offset."""


def read(data: bytes, form: Kind) -> PictureFacts:
    """Raises UploadRejected when the header is broken."""
    try:
        match form:
            case Kind.JPEG:
                width, height, exif = _jpeg(data)
            case Kind.PNG:
                width, height, exif = _png(data)
            case _:
                width, height, exif = _webp(data)
    except (struct.error, IndexError) as error:
        raise UploadRejected("the header of the picture is broken") from error
    if width == 0 or height == 0:
        raise UploadRejected("the header of the picture is broken: it has no size")
    return PictureFacts(width, height, *orientation_and_time(exif))


def _jpeg(data: bytes) -> tuple[int, int, bytes]:
    place, exif = 2, b""
    while True:
        while data[place + 1] == 0xFF:  # fill bytes
            place += 1
        if data[place] != 0xFF:
            raise struct.error
        marker = data[place + 1]
        if marker in _ALONE:
            place += 2
            continue
        if marker in (0xD9, 0xDA):  # the end, or pixels, before any size
            raise struct.error
        (length,) = struct.unpack_from(">H", data, place + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height, exif
        if marker == 0xE1 and data[place + 4 : place + 10] == b"Exif\0\0":
            exif = exif or data[place + 10 : place + 2 + length]
        place += 2 + length


def _png(data: bytes) -> tuple[int, int, bytes]:
    width, height = struct.unpack_from(">II", data, 16)
    place, exif = 8, b""
    while place + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, place)
        if name == b"eXIf":
            exif = data[place + 8 : place + 8 + length]
        place += 12 + length
    return width, height, exif


def _webp(data: bytes) -> tuple[int, int, bytes]:
    size: tuple[int, int] | None = None
    exif = b""
    for name, chunk in _riff_chunks(data):
        if name == b"VP8X":  # 24 bits each, less one
            size = int.from_bytes(chunk[4:7], "little") + 1, int.from_bytes(chunk[7:10], "little") + 1
        elif name == b"VP8 " and size is None:
            width, height = struct.unpack_from("<HH", chunk, 6)
            size = width & 0x3FFF, height & 0x3FFF
        elif name == b"VP8L" and size is None:
            (bits,) = struct.unpack_from("<I", chunk, 1)
            size = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif name == b"EXIF":
            exif = bytes(chunk)
    if size is None:
        raise struct.error
    return *size, exif


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    place = 12
    while place + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, place)
        yield name, memoryview(data)[place + 8 : place + 8 + length]
        place += 8 + length + (length & 1)
