"""Hours of the week in a time zone: when a rule holds, and when a channel is to be quiet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from homesec.errors import InvalidInput

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MIDNIGHT = 24 * 60  # minutes
_NAMES = {"days", "start", "end", "timezone"}


@dataclass(frozen=True)
class Hours:
    """From `start` to before `end` of these days. When the end lies before the start, it is that of the next day."""

    days: frozenset[int]
    """Monday is 0; of hours that pass midnight the day on which they begin."""
    start: int
    """Minutes since midnight, as `end`."""
    end: int
    zone: ZoneInfo

    @classmethod
    def parse(cls, stored: Mapping[str, Any]) -> "Hours":
        """From `{"days": ["mon"], "start": "22:00", "end": "06:00", "timezone": "Europe/Berlin"}`.

        No days, or an empty list, means all. Raises InvalidInput, which names the field that is wrong.
        """
        if unknown := sorted(set(stored) - _NAMES):
            raise InvalidInput(f"{unknown[0]}: there is no such field")
        days = stored.get("days") or DAYS
        for day in days:
            if day not in DAYS:
                raise InvalidInput(f"days: {day!r} is none of {', '.join(DAYS)}")
        start, end = _minutes(stored, "start"), _minutes(stored, "end")
        if start == _MIDNIGHT:
            raise InvalidInput("start: must lie before 24:00")
        if start == end:
            raise InvalidInput("end: must differ from the start")
        try:
            zone = ZoneInfo(str(stored.get("timezone")))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidInput(f"timezone: {stored.get('timezone')!r} is no time zone") from error
        return cls(frozenset(map(DAYS.index, days)), start, end, zone)

    def hold(self, at: datetime) -> bool:
        """Whether an aware time lies within."""
        local = at.astimezone(self.zone)
        minute, today = local.hour * 60 + local.minute, local.weekday()
        if self.start < self.end:
            return today in self.days and self.start <= minute < self.end
        yesterday = (today - 1) % 7
        return (today in self.days and minute >= self.start) or (yesterday in self.days and minute < self.end)


def _minutes(stored: Mapping[str, Any], name: str) -> int:
    text = str(stored.get(name))
    hour, colon, minute = text.partition(":")
    fits = colon and len(hour) == len(minute) == 2 and all(part.isascii() and part.isdigit() for part in (hour, minute))
    if not fits or int(minute) > 59 or int(hour) * 60 + int(minute) > _MIDNIGHT:
        raise InvalidInput(f"{name}: {text!r} is no time of day as 22:00")
    return int(hour) * 60 + int(minute)
