"""When a picture was taken, by the best clock there is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.domain.capture_time import CaptureTime, capture_time, time_in_name

NOW = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("IMG_20240506_070809.jpg", datetime(2024, 5, 6, 7, 8, 9)),
        ("2024-05-06T07-08-09Z.jpg", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("2024-05-06 07:08:09.jpg", datetime(2024, 5, 6, 7, 8, 9)),
        ("Cam1_00_20240506070809.jpg", datetime(2024, 5, 6, 7, 8, 9)),
        ("192.168.1.5_01_20240506070809828_MOTION.jpg", datetime(2024, 5, 6, 7, 8, 9, 828000)),
        ("ch01_20240506-070809.mp4", datetime(2024, 5, 6, 7, 8, 9)),
        ("20240506_07h08m09s_ch01.jpg", datetime(2024, 5, 6, 7, 8, 9)),
        ("cam/2024/05/06/070809.jpg", datetime(2024, 5, 6, 7, 8, 9)),
        ("cam/20240506/images/A24050607080910.jpg", datetime(2024, 5, 6, 7, 8, 9)),
        ("cam/2024-05-06/001/jpg/07/08/09[M][0@0][0].jpg", datetime(2024, 5, 6, 7, 8, 9)),
        ("cam/2024-05-06/07.08.09-07.08.30[M].mp4", datetime(2024, 5, 6, 7, 8, 9)),
        ("snap_1715000000.jpg", datetime(2024, 5, 6, 12, 53, 20, tzinfo=UTC)),
        ("1715000000123.jpg", datetime(2024, 5, 6, 12, 53, 20, 123000, tzinfo=UTC)),
        ("snap_1300000000.jpg", None),  # a number, and long before the file was written
        ("latest.jpg", None),
        ("20249999_999999.jpg", None),  # no such day
        ("IMG-20240506-WA0001.jpg", None),  # a day alone is no moment
        ("cam 192.168.100.200/12345678.jpg", None),
        ("", None),
    ],
)  # fmt: skip
def test_names_that_cameras_give(path: str, expected: datetime | None) -> None:
    assert time_in_name(path, datetime(2024, 5, 6, 20, 0, tzinfo=UTC)) == expected


@given(st.text(alphabet="0123456789-_.: TZ/ahms+", max_size=60))
def test_no_name_breaks_the_reader(path: str) -> None:
    found = time_in_name(path, NOW)
    assert found is None or isinstance(found, datetime)


def chosen(*candidates: tuple[str, datetime | None], zone: ZoneInfo = BERLIN, now: datetime = NOW) -> CaptureTime:
    return capture_time(candidates, now, zone)


def test_the_first_clock_that_can_be_right_counts() -> None:
    written = NOW - timedelta(seconds=1)
    assert chosen(("exif", None), ("name", None), ("mtime", written)) == CaptureTime(written, "mtime")
    named = datetime(2026, 3, 3, 14, 59, 30)
    assert chosen(("exif", None), ("name", named), ("mtime", written)) == CaptureTime(
        datetime(2026, 3, 3, 13, 59, 30, tzinfo=UTC), "name"
    )
    assert chosen() == CaptureTime(NOW, "arrival")


def test_naive_times_are_the_camera_s_own_and_aware_ones_are_not_touched() -> None:
    naive = datetime(2026, 2, 1, 12, 0)
    assert chosen(("exif", naive)).at == datetime(2026, 2, 1, 11, 0, tzinfo=UTC)
    assert chosen(("exif", naive), zone=ZoneInfo("America/New_York")).at == datetime(2026, 2, 1, 17, 0, tzinfo=UTC)
    assert chosen(("exif", naive.replace(tzinfo=UTC))).at == datetime(2026, 2, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("year", [1, 1904, 1970, 1980, 1999])
def test_a_clock_that_was_never_set_is_passed_over(year: int) -> None:
    assert chosen(("exif", datetime(year, 1, 1)), ("mtime", NOW)) == CaptureTime(NOW, "mtime")


def test_a_clock_that_is_ahead_is_replaced_by_the_arrival_and_flagged() -> None:
    assert chosen(("exif", NOW + timedelta(minutes=4))).source == "exif"
    for ahead in (timedelta(minutes=6), timedelta(days=4000), datetime.max.replace(tzinfo=UTC) - NOW):
        assert chosen(("exif", NOW + ahead), ("mtime", NOW)) == CaptureTime(NOW, "arrival", clock_ahead=True)


def test_an_hour_that_comes_twice_is_the_one_nearer_to_the_arrival() -> None:
    twice = datetime(2026, 10, 25, 2, 30)
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    for arrival in (first, second):
        assert chosen(("exif", twice), now=arrival + timedelta(seconds=2)).at == arrival
