"""Hours of access, as cron expressions, and hours at which somebody is usually there, in plain words.

A cron expression has five fields: minute, hour, day of month, month, day of week.

A schedule holds in every minute that its expression matches, so `* 8-17 * * mon-fri` is from 8:00 to 17:59 on working
days. Fields are as in cron(5): lists, ranges, steps and English names; 0 and 7 are Sunday. As there, when both days are
restricted, one of them is enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from homesec.errors import InvalidInput

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAYS = "sun mon tue wed thu fri sat".split()
_WEEK = "mon tue wed thu fri sat sun".split()  # as Python counts them
_DAY_WORDS = {"daily": frozenset(range(7)), "weekdays": frozenset(range(5)), "weekends": frozenset((5, 6))}
_DAY_MINUTES = 24 * 60
_MOST_SPANS = 20
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
    """Hours of certain weekdays, local time. One that ends before it begins goes on into the next day."""

    weekdays: frozenset[int]
    """Monday is 0."""
    begin: int
    """Minutes after midnight."""
    end: int
    """Minutes after midnight, up to 1440; equal to `begin`: the whole day."""


def parse_spans(text: str) -> tuple[Span, ...]:
    """Hours as the owner writes them: `weekdays 17:00-08:00; sat,sun 09:00-12:00`.

    Days are daily, weekdays, weekends or names like mon,wed; without hours the whole day. Raises InvalidInput.
    """
    spans = tuple(_span(part.split()) for part in text.lower().split(";"))
    if len(spans) > _MOST_SPANS:
        raise InvalidInput(f"at most {_MOST_SPANS} spans are taken")
    return spans


def within(spans: Sequence[Span], local: datetime) -> bool:
    """Whether one of the spans holds at this local time; its end itself does not belong to it."""
    minute, today = local.hour * 60 + local.minute, local.weekday()
    return any(_holds(span, today, minute) for span in spans)


def _holds(span: Span, today: int, minute: int) -> bool:
    if span.begin < span.end:
        return today in span.weekdays and span.begin <= minute < span.end
    if span.begin == span.end:
        return today in span.weekdays
    yesterday = (today - 1) % 7
    return (today in span.weekdays and minute >= span.begin) or (yesterday in span.weekdays and minute < span.end)


def _span(words: list[str]) -> Span:
    if not 1 <= len(words) <= 2:
        raise InvalidInput("hours are written as days and a span, like `weekdays 17:00-08:00`, with ; between several")
    if words[0] in _DAY_WORDS:
        days = _DAY_WORDS[words[0]]
    else:
        names = words[0].split(",")
        for name in names:
            if name not in _WEEK:
                raise InvalidInput(f"{name!r} is no day: daily, weekdays, weekends, or mon to sun with commas")
        days = frozenset(_WEEK.index(name) for name in names)
    if len(words) == 1:
        return Span(days, 0, _DAY_MINUTES)
    begin, dash, end = words[1].partition("-")
    if not dash:
        raise InvalidInput(f"{words[1]!r} is no span like 17:00-08:00")
    return Span(days, _clock(begin), _clock(end))


def _clock(text: str) -> int:
    hour, colon, minute = text.partition(":")
    if not colon or not (_is_number(hour) and _is_number(minute) and len(minute) == 2) or int(minute) > 59:
        raise InvalidInput(f"{text!r} is no time of day like 17:00")
    found = int(hour) * 60 + int(minute)
    if found > _DAY_MINUTES:
        raise InvalidInput(f"{text!r} is after the end of the day")
    return found
