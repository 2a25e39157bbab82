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


@dataclass(frozen=True)
class Span:
    """A span of the day on some days of the week; one that ends before it begins goes on to the next morning."""

    days: frozenset[int]
    """Monday is 0."""
    begins: int
    """Minutes since midnight, as `ends`, which is not within."""
    ends: int


_WEEK = "mon tue wed thu fri sat sun".split()
_NAMED_DAYS = {"daily": range(7), "weekdays": range(5), "weekends": range(5, 7)}


def parse_spans(text: str) -> tuple[Span, ...]:
    """Read `weekdays 17:00-08:00`: daily, weekdays, weekends or days as `mon,wed`, and a span; several joined by `;`.

    Days alone are whole days. Raises InvalidInput, which names what is wrong.
    """
    return tuple(_span(part.strip()) for part in text.lower().split(";"))


def within(spans: tuple[Span, ...], local: datetime) -> bool:
    """Whether one of the spans holds at this local time; the morning of a named day belongs to a span over night."""
    minute, day = local.hour * 60 + local.minute, local.weekday()
    for span in spans:
        if span.begins < span.ends:
            if day in span.days and span.begins <= minute < span.ends:
                return True
        elif day in span.days and (minute >= span.begins or minute < span.ends):
            return True
        elif (day - 1) % 7 in span.days and minute < span.ends:
            return True
    return False


def _span(text: str) -> Span:
    days, _, hours = text.partition(" ")
    chosen = _NAMED_DAYS.get(days)
    if chosen is None:
        unknown = [day for day in days.split(",") if day not in _WEEK]
        if unknown:
            raise InvalidInput(f"schedule: {text!r} begins with neither daily, weekdays, weekends nor days as mon,wed")
        chosen_days = frozenset(_WEEK.index(day) for day in days.split(","))
    else:
        chosen_days = frozenset(chosen)
    if not hours.strip():
        return Span(chosen_days, 0, 24 * 60)
    begins, dash, ends = hours.partition("-")
    if not dash:
        raise InvalidInput(f"schedule: {text!r} has no span such as 17:00-08:00")
    return Span(chosen_days, _minutes(begins, text), _minutes(ends, text))


def _minutes(clock: str, text: str) -> int:
    hour, colon, minute = clock.strip().partition(":")
    if colon and _is_number(hour) and _is_number(minute) and int(minute) < 60 and int(hour) * 60 + int(minute) <= 1440:
        return int(hour) * 60 + int(minute)
    raise InvalidInput(f"schedule: {text!r} has a time that is not between 00:00 and 24:00")
