from datetime import datetime

import pytest

from homesec.domain.schedules import Schedule, allows
from homesec.errors import InvalidInput

TUESDAY = datetime(2026, 3, 3)


@pytest.mark.parametrize(
    ("expression", "local", "allowed"),
    [
        ("* * * * *", datetime(2026, 3, 3, 4, 5), True),
        ("* 8-17 * * mon-fri", datetime(2026, 3, 3, 17, 59), True),
        ("* 8-17 * * mon-fri", datetime(2026, 3, 3, 18, 0), False),
        ("* 8-17 * * MON-FRI", datetime(2026, 3, 7, 12, 0), False),  # a Saturday
        ("* * * * 5-7", datetime(2026, 3, 8, 12, 0), True),  # 7 is Sunday too
        ("* * * * 0", datetime(2026, 3, 8, 12, 0), True),
        ("*/15 * * * *", datetime(2026, 3, 3, 0, 30), True),
        ("*/15 * * * *", datetime(2026, 3, 3, 0, 31), False),
        ("10-30/10,45 * * * *", datetime(2026, 3, 3, 0, 20), True),
        ("10-30/10,45 * * * *", datetime(2026, 3, 3, 0, 45), True),
        ("10-30/10,45 * * * *", datetime(2026, 3, 3, 0, 40), False),
        ("* 20/2 * * *", datetime(2026, 3, 3, 22, 0), True),  # from 20 on
        ("* 20/2 * * *", datetime(2026, 3, 3, 18, 0), False),
        ("* * * jan,mar *", datetime(2026, 3, 3), True),
        ("* * 13 * fri", datetime(2026, 3, 13), True),
        ("* * 13 * fri", datetime(2026, 3, 6), True),  # any Friday: one of both days is enough
        ("* * 13 * fri", TUESDAY, False),
        ("* * 3 * *", TUESDAY, True),
        ("* * */2 * tue", datetime(2026, 3, 10), False),  # a day that begins with * restricts, as cron has it
    ],
)
def test_a_schedule_allows_the_minutes_it_matches(expression: str, local: datetime, allowed: bool) -> None:
    assert allows(Schedule.parse(expression), local) is allowed


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("* * * *", "5 fields"),
        ("", "5 fields"),
        ("60 * * * *", "minute: '60'"),
        ("* 24 * * *", "hour: '24'"),
        ("* * 0 * *", "day of month: '0'"),
        ("* * * 13 *", "month: '13'"),
        ("* * * * 8", "day of week: '8'"),
        ("* * * fri *", "month: 'fri'"),
        ("* 17-8 * * *", "hour: '17-8' ends before it begins"),
        ("*/0 * * * *", "minute: '*/0' has a step"),
        ("*/ * * * *", "minute: '*/' has a step"),
        ("1, * * * *", "minute: ''"),
        ("-1 * * * *", "minute: ''"),
        ("² * * * *", "minute: '²'"),
        ("@daily", "5 fields"),
    ],
)
def test_what_is_no_schedule_is_refused_by_the_name_of_the_field(expression: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Schedule.parse(expression)
    assert said in str(caught.value)
