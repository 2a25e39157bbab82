"""Hours of access, written as cron expressions of five fields: minute, hour, day of month, month, day of week.

A schedule holds in every minute that its expression matches, so `* 8-17 * * mon-fri` is from 8:00 to 17:59 on working
days. Fields are as in cron(5): lists, ranges, steps and English names; 0 and 7 are Sunday. As there, when both days are
restricted, one of them is enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from homesec.errors import InvalidInput

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAYS = "sun mon tue wed thu fri sat".split()
_FIELDS: tuple[tuple[str, int, int, Mapping[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, start=1)}),
    ("day of week", 0, 7, {name: number for number, name in enumerate(_DAYS)}),
)


@dataclass(frozen=True)
class Schedule:
    """The minutes that an expression matches."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """Sunday is 0."""
    any_day: bool
    any_weekday: bool

    @classmethod
    def parse(cls, expression: str) -> "Schedule":
        """Raises InvalidInput, which names the field that is wrong."""
        fields = expression.lower().split()
        if len(fields) != len(_FIELDS):
            raise InvalidInput(f"a schedule has 5 fields (minute hour day month weekday), not {len(fields)}")
        minutes, hours, days, months, weekdays = (
            _field(text, *field) for text, field in zip(fields, _FIELDS, strict=True)
        )
        return cls(
            minutes, hours, days, months, frozenset(day % 7 for day in weekdays),
            any_day=fields[2].startswith("*"), any_weekday=fields[4].startswith("*"),
        )  # fmt: skip


def allows(schedule: Schedule, local: datetime) -> bool:
    """Whether the schedule holds at this local time of the camera."""
    if local.minute not in schedule.minutes or local.hour not in schedule.hours or local.month not in schedule.months:
        return False
    day, weekday = local.day in schedule.days, local.isoweekday() % 7 in schedule.weekdays
    if schedule.any_day or schedule.any_weekday:
        return day and weekday
    return day or weekday


def _field(text: str, name: str, least: int, most: int, names: Mapping[str, int]) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        if slash and not (_is_number(step) and 1 <= int(step) <= most):
            raise InvalidInput(f"{name}: {part!r} has a step that is no number in 1..{most}")
        first, dash, last = span.partition("-")
        if span == "*":
            begin, end = least, most
        else:
            begin = _number(first, name, least, most, names)
            end = _number(last, name, least, most, names) if dash else most if slash else begin
        if end < begin:
            raise InvalidInput(f"{name}: {part!r} ends before it begins")
        found.update(range(begin, end + 1, int(step) if slash else 1))
    return frozenset(found)


def _number(text: str, name: str, least: int, most: int, names: Mapping[str, int]) -> int:
    value = names.get(text, int(text) if _is_number(text) else -1)
    if not least <= value <= most:
        raise InvalidInput(f"{name}: {text!r} is nothing in {least}..{most}")
    return value


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
