"""The two things we ask of EXIF: which way up, and when taken. By the TIFF 6.0 and EXIF 2.32 layouts, and no more.

A reader of its own, since a general one decodes everything a hostile file may put there, and warns in many voices.
"""

import struct
from datetime import datetime, timedelta, timezone

_ORIENTATION, _DETAILS = 0x0112, 0x8769
_TAKEN, _OFFSET, _OFFSET_TAKEN = 0x9003, 0x9010, 0x9011  # DateTimeOriginal, OffsetTime, OffsetTimeOriginal
_TEXT, _SHORT, _LONG = 2, 3, 4  # TIFF types
_MAX_ENTRIES = 512  # of one directory; cameras write fewer than a hundred
_MAX_TEXT = 64

Value = int | str


def orientation_and_time(data: bytes) -> tuple[int, datetime | None]:
    """Orientation 1..8 and time of capture, naive when the camera gave no offset. What can't be read is not said."""
    data = data.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        return 1, None
    try:
        (place,) = struct.unpack_from(order + "I", data, 4)
        first = _directory(data, order, place)
        details = first.get(_DETAILS)
        second = _directory(data, order, details) if isinstance(details, int) else {}
    except struct.error:
        return 1, None
    orientation = first.get(_ORIENTATION)
    taken = _time(second.get(_TAKEN), second.get(_OFFSET_TAKEN, second.get(_OFFSET)))
    return (orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1), taken


def _directory(data: bytes, order: str, place: int) -> dict[int, Value]:
    (count,) = struct.unpack_from(order + "H", data, place)
    found: dict[int, Value] = {}
    for number in range(min(count, _MAX_ENTRIES)):
        entry = place + 2 + 12 * number
        tag, kind, length = struct.unpack_from(order + "HHI", data, entry)
        if kind == _SHORT and length == 1:
            (found[tag],) = struct.unpack_from(order + "H", data, entry + 8)
        elif kind == _LONG and length == 1:
            (found[tag],) = struct.unpack_from(order + "I", data, entry + 8)
        elif kind == _TEXT and length <= _MAX_TEXT:
            start = entry + 8
            if length > 4:  # longer values lie elsewhere
                (start,) = struct.unpack_from(order + "I", data, entry + 8)
            found[tag] = data[start : start + length].decode("ascii", "replace")
    return found


def _time(words: Value | None, offset: Value | None) -> datetime | None:
    try:
        taken = datetime.strptime(str(words).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # naive: the offset is another tag
    except ValueError:
        return None
    zone = str(offset or "").strip("\0 ")
    digits = zone[1:3] + zone[4:]
    if len(zone) != 6 or zone[0] not in "+-" or zone[3] != ":" or not (digits.isascii() and digits.isdigit()):
        return taken
    if int(digits[:2]) > 23 or int(digits[2:]) > 59:
        return taken
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return taken.replace(tzinfo=timezone(ahead if zone[0] == "+" else -ahead))
