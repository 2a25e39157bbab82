"""When somebody came, and how often: what is said about a stranger who comes again."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]

AWAY = timedelta(minutes=30)  # who was not seen for so long has left, and comes again
MOST = 50  # visits that are remembered of one entity
MONTH = timedelta(days=30)
_ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def visits(spans: Iterable[Span]) -> list[datetime]:
    """When each visit began, the newest last, from the times in which it was seen anywhere, in any order."""
    starts: list[datetime] = []
    last: datetime | None = None
    for since, until in sorted(spans):
        if last is None or since - last > AWAY:
            starts.append(since)
        last = until if last is None else max(last, until)
    return starts


def remembered(earlier: Sequence[datetime], spans: Sequence[Span]) -> list[datetime]:
    """The newest visits: those of the spans, and what was remembered from before them."""
    now = visits(spans)
    before = [start for start in earlier if not now or start < now[0] - AWAY]
    return (sorted(before) + now)[-MOST:]


def again(who: str, starts: Sequence[datetime], at: datetime) -> str | None:
    """`the same unknown man, fourth time within a month`; None for who comes for the first time.

    `who`: such as "unknown man". Visits that begin after `at` do not count.
    """
    times = sum(at - MONTH < start <= at for start in starts)
    if times < 2:
        return None
    return f"the same {who}, {_ordinal(times)} time within a month"


def _ordinal(number: int) -> str:
    if number - 2 < len(_ORDINALS):
        return _ORDINALS[number - 2]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
