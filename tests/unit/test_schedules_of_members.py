from datetime import datetime

import pytest

from homesec.domain.schedules import parse_spans, within
from homesec.errors import InvalidInput


def at(day: int, clock: str) -> datetime:
    """March 2026: the 2nd is a Monday."""
    return datetime.fromisoformat(f"2026-03-{day:02d}T{clock}")


@pytest.mark.parametrize(
    ("text", "local", "holds"),
    [
        ("weekdays 17:00-08:00", at(2, "17:00"), True),
        ("weekdays 17:00-08:00", at(2, "12:00"), False),
        ("weekdays 17:00-08:00", at(7, "07:59"), True),  # the night from Friday to Saturday
        ("weekdays 17:00-08:00", at(7, "18:00"), False),
        ("weekdays 17:00-08:00", at(2, "06:00"), True),  # the morning of a Monday is one of a weekday
        ("weekends 12:00-18:00", at(8, "12:00"), True),
        ("weekends 12:00-18:00", at(8, "18:00"), False),  # the end is not within
        ("mon,wed 09:00-10:30", at(4, "10:29"), True),
        ("mon,wed 09:00-10:30", at(3, "10:00"), False),
        ("Daily 00:00-24:00", at(5, "23:59"), True),
        ("weekdays 14:30-07:45; weekends", at(7, "13:00"), True),  # days alone are whole days
    ],
)
def test_a_span_holds_on_its_days(text: str, local: datetime, holds: bool) -> None:
    assert within(parse_spans(text), local) is holds


@pytest.mark.parametrize(
    "text", ["", "sometimes", "mon,foo 09:00-10:00", "daily 9-10", "daily 09:00", "daily 25:00-26:00"]
)
def test_what_is_no_schedule_is_refused_in_words(text: str) -> None:
    with pytest.raises(InvalidInput, match="schedule"):
        parse_spans(text)
