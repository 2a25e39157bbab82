"""What a file is, told by its bytes and never by its name, and whether its end has arrived.

Cameras write slowly, and no system says when they have finished; most formats do: a JPEG ends with a marker, a PNG with
a chunk, the others announce their sizes.
"""

import os
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

HEAD_BYTES = 64  # what `kind` needs
_NEAR_BYTES = 64 * 1024  # at a JPEG's end, where its end marker is looked for first
_FAR_BYTES = 64 * 2**20  # and then: phones append whole clips to their pictures
_MAX_BOXES = 4096  # of an MP4's top level; a fragmented clip has two for each second or so
_MKV_SEGMENT = b"\x18\x53\x80\x67"


class Kind(Enum):
    """A format that is accepted."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    MP4 = "mp4"  # and MOV, which has the same boxes
    MKV = "mkv"
    AVI = "avi"

    @property
    def media_type(self) -> str:
        return "image" if self in (Kind.JPEG, Kind.PNG, Kind.WEBP) else "video"


@dataclass(frozen=True)
class Ending:
    """Whether all bytes have arrived: True, False, or None when the format does not tell."""

    whole: bool | None
    because: str = ""


_WHOLE = Ending(True)
_UNKNOWN = Ending(None)


def kind(head: bytes) -> Kind | None:
    """The format that a file starting with these bytes has, or None when it is none of ours."""
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return Kind.AVI
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return Kind.MKV
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"skip", b"free", b"pnot", b"styp"):
        return Kind.MP4
    return None


def description(head: bytes) -> str:
    """What a refused file seems to be, for its owner."""
    if head.startswith(b"#EXTM3U"):
        return "a playlist that names other files"
    if head.startswith(b"ffconcat"):
        return "a list of other files"
    if head[:4] in (b"GIF8", b"BM\x00\x00") or head[:2] == b"BM" or head[:4] in (b"II*\x00", b"MM\x00*"):
        return "a picture of another format"
    if head.lstrip()[:1] in (b"<", b"{") or (head and all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in head)):
        return "text"
    return "something else"


def ending(file: BinaryIO, form: Kind) -> Ending:
    """Whether the file, open for reading, has its end. Reads a few kilobytes, whatever its size."""
    size = file.seek(0, os.SEEK_END)
    match form:
        case Kind.JPEG:
            return _jpeg(file, size)
        case Kind.PNG:
            return _png(file, size)
        case Kind.WEBP:
            return _riff(file, size)
        case Kind.AVI:
            return _avi(file, size)
        case Kind.MP4:
            return _mp4(file, size)
        case Kind.MKV:
            return _mkv(file, size)


def _tail(file: BinaryIO, size: int, count: int) -> bytes:
    file.seek(max(0, size - count))
    return file.read(count)


def _jpeg(file: BinaryIO, size: int) -> Ending:
    """The end marker stands at the end, or before what some makers append: notes, a second picture, a whole clip."""
    if size > 4 and _tail(file, size, 2) == b"\xff\xd9" and _scan_started(file, size):
        return _WHOLE
    for reach in (_NEAR_BYTES, _FAR_BYTES):
        tail = _tail(file, size, reach)
        place = tail.rfind(b"\xff\xd9")
        if place > 0 and _scan_started(file, size - len(tail) + place):  # entropy-coded data never hold the marker
            appended = tail[place + 2 :]
            short = reach == _NEAR_BYTES and not appended.startswith(b"\xff\xd8")
            return _WHOLE if short or not appended.strip(b"\0") else _UNKNOWN
        if len(tail) == size:
            break
    return Ending(False, "the picture breaks off: a JPEG's end marker is missing")


def _scan_started(file: BinaryIO, end: int) -> bool:
    """Whether the main picture's scan starts before `end`: an embedded thumbnail has an end marker too."""
    file.seek(2)
    while file.tell() < end:
        marker = file.read(4)
        if len(marker) < 4 or marker[0] != 0xFF:
            return False
        if marker[1] == 0xDA:
            return True
        file.seek(max(0, int.from_bytes(marker[2:], "big") - 2), os.SEEK_CUR)
    return False


def _png(file: BinaryIO, size: int) -> Ending:
    if b"IEND\xae\x42\x60\x82" in _tail(file, size, 4096):
        return _WHOLE
    return Ending(False, "the picture breaks off: a PNG's last chunk is missing")


def _riff(file: BinaryIO, size: int) -> Ending:
    file.seek(4)
    announced = int.from_bytes(file.read(4), "little") + 8
    if size >= announced:
        return _WHOLE
    return Ending(False, f"the file breaks off: it announces {announced} bytes and has {size}")


def _avi(file: BinaryIO, size: int) -> Ending:
    """A recorder fills the size in at the end; until then it is zero or far too large."""
    file.seek(4)
    announced = int.from_bytes(file.read(4), "little")
    if announced in (0, 0xFFFFFFFF):
        return _UNKNOWN
    return _riff(file, size)


def _mp4(file: BinaryIO, size: int) -> Ending:
    """All boxes are complete and both the index and the data are there (or fragments, which carry their own index)."""
    seen: set[bytes] = set()
    place = 0
    for _ in range(_MAX_BOXES):
        if place == size:
            break
        file.seek(place)
        header = file.read(16)
        if len(header) < 8:
            return Ending(False, "the clip breaks off inside a box header")
        length, name = int.from_bytes(header[:4], "big"), header[4:8]
        if length == 1 and len(header) == 16:
            length = int.from_bytes(header[8:], "big")
        elif length == 0:  # "to the end of the file": only time can tell
            return _UNKNOWN
        if length < 8:
            return Ending(False, "the clip has a box of impossible size")
        seen.add(name)
        if place + length > size:
            return Ending(False, f"the clip breaks off: its box {name!r} is incomplete")
        place += length
    if b"moof" in seen:  # a fragmented clip ends anywhere between two fragments
        return _UNKNOWN
    if b"moov" in seen and b"mdat" in seen:
        return _WHOLE
    return Ending(False, "the clip has no index or no data yet")


def _mkv(file: BinaryIO, size: int) -> Ending:
    """A finished Matroska file knows the size of its segment; a streamed one has it unknown."""
    file.seek(0)
    head = file.read(4096)
    place = head.find(_MKV_SEGMENT)
    if place < 0 or place + 12 > len(head):
        return _UNKNOWN
    first = head[place + 4]
    width = 9 - first.bit_length()  # leading zero bits of an EBML size tell its length in bytes
    if not 1 <= width <= 8:
        return _UNKNOWN
    value = int.from_bytes(head[place + 4 : place + 4 + width], "big") & ((1 << (7 * width)) - 1)
    if value == (1 << (7 * width)) - 1:
        return _UNKNOWN
    announced = place + 4 + width + value
    if size >= announced:
        return _WHOLE
    return Ending(False, f"the clip breaks off: it announces {announced} bytes and has {size}")
