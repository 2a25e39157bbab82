"""When a picture was taken: the best of several clocks, none of which is trusted blindly."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # a clock before this was never set: cameras start in 1970, 1980 or 1904
EPOCH_NEAR = timedelta(days=2)  # from the writing of a file for a bare number in its name to be its time
AHEAD = timedelta(minutes=5)  # a camera's clock may be so much ahead before it is taken for wrong

# 20240506_070809, 2024-05-06T07-08-09, 2024.05.06-07.08.09, 20240506070809123, each perhaps with a zone: Z or +0200
_DIGITS = re.compile(
    r"(?<!\d)(?P<year>20\d\d)(?P<a>[-_.]?)(?P<month>\d\d)(?P=a)(?P<day>\d\d)"
    r"(?:[-_.T @]{0,3}|_-_)"
    r"(?P<hour>\d\d)(?P<b>[-_.:hH]?)(?P<minute>\d\d)(?:(?P=b)|[mM])(?P<second>\d\d)"
    r"(?:[.,_-]?(?P<fraction>\d{3}))?(?!\d{1,2}(?!\d))(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
_DAY = re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<a>[-_.]?)(?P<month>\d\d)(?P=a)(?P<day>\d\d)(?!\d)")
_DATED_FOLDER = re.compile(r"(?<!\d)(?P<year>20\d\d)[-_./](?P<month>\d\d)[-_./](?P<day>\d\d)(?!\d)")
# folders for day, then others, then hour and minute, as recorders make them: 2024-05-06/001/jpg/07/08/09[M].jpg
_CLOCK_FOLDERS = re.compile(r"/(?P<hour>\d\d)/(?P<minute>\d\d)/(?P<second>\d\d)(?=\D)")
_CLOCK = re.compile(r"(?<!\d)(?P<hour>\d\d)(?P<b>[-_.:]?)(?P<minute>\d\d)(?P=b)(?P<second>\d\d)(?!\d)")
_EPOCH = re.compile(r"(?<!\d)(?P<seconds>1\d{9})(?P<fraction>\d{3})?(?:\.\d+)?(?!\d)")


@dataclass(frozen=True)
class CaptureTime:
    """A moment, and where it comes from: exif, container, name, mtime or arrival."""

    at: datetime
    source: str
    clock_ahead: bool = False


def capture_time(candidates: Iterable[tuple[str, datetime | None]], received_at: datetime, zone: tzinfo) -> CaptureTime:
    """The first candidate (source, time) that can be true; naive ones are in the camera's time zone.

    Before 2000 the clock was never set: the next candidate is asked. More than five minutes ahead of the arrival the
    clock is wrong, and the arrival counts.
    """
    for source, found in candidates:
        if found is None:
            continue
        try:
            at = _instant(found, zone, received_at)
        except (OverflowError, ValueError):
            continue
        if at < EARLIEST:
            continue
        if at > received_at + AHEAD:
            return CaptureTime(received_at, "arrival", clock_ahead=True)
        return CaptureTime(at, source)
    return CaptureTime(received_at, "arrival")


def _instant(found: datetime, zone: tzinfo, received_at: datetime) -> datetime:
    """A naive time that occurs twice, when summer time ends, is the one nearer to the arrival."""
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    both = (found.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return min(both, key=lambda at: abs(at - received_at))


def time_in_name(path: str, written: datetime) -> datetime | None:
    """The time that a file's name tells, or its dated folders and its name together; naive without a zone in it.

    Also seconds or milliseconds since 1970, as some cameras count; but ten digits may be any number, so they must be
    near the time at which the file was written.
    """
    name = path.rpartition("/")[2]
    for found in _DIGITS.finditer(name):
        if at := _moment(found.groupdict()):
            return at
    for day in (*_DAY.finditer(name), *_DATED_FOLDER.finditer(path), *_DAY.finditer(path)):
        short = day["year"][2:] + day["month"] + day["day"]  # P24050607080910.jpg: the day, the clock, a number
        rest = name.replace(day.group(), " ", 1)
        for clock in (
            *re.finditer(rf"(?<!\d){short}(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?:\d\d)?(?!\d)", name),
            *_CLOCK.finditer(rest),
            *_CLOCK_FOLDERS.finditer(path, day.end() if day.string == path else 0),
        ):
            if at := _moment(day.groupdict() | clock.groupdict()):
                return at
    for found in _EPOCH.finditer(name):
        at = datetime.fromtimestamp(int(found["seconds"]), UTC) + timedelta(milliseconds=int(found["fraction"] or 0))
        if abs(at - written) < EPOCH_NEAR:
            return at
    return None


def _moment(parts: dict[str, str | None]) -> datetime | None:
    try:
        at = datetime(*(int(parts[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")))  # type: ignore[arg-type]
    except ValueError:
        return None
    at += timedelta(milliseconds=int(parts.get("fraction") or 0))
    zone = parts.get("zone")
    if not zone:
        return at
    if zone == "Z":
        return at.replace(tzinfo=UTC)
    try:
        return datetime.fromisoformat(at.isoformat() + zone[:3] + ":" + zone[-2:])
    except ValueError:
        return at
