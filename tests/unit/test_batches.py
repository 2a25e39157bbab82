from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.domain.batches import Rules, Seen, Span, grow, holder, is_over

T0 = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
RULES = Rules(idle=timedelta(seconds=30), window=timedelta(seconds=90), max_detections=50)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def seen(seconds: float, *ids: int, confidence: float = 0.9) -> Seen:
    return Seen(at(seconds), ids or (round(seconds * 1000) + 1,), confidence)


def span(start: float, end: float, **how: object) -> Span:
    return replace(Span(at(start), at(end), at(end), count=1, id=1, revision=1), **how)  # type: ignore[arg-type]


def test_pictures_close_in_time_make_one_batch() -> None:
    [growth] = grow([], [seen(0, 1), seen(10, 2, 3), seen(39, 4)], RULES, T0)
    assert growth.detection_ids == [1, 2, 3, 4]
    assert (growth.span.started_at, growth.span.last_at, growth.span.count) == (at(0), at(39), 4)
    assert growth.span.is_open


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        ((0, 31), "idle"),  # one second too long without a picture
        ((0, 25, 50, 75, 91), "window"),  # never idle, but longer than the window
    ],
)
def test_a_batch_that_cannot_grow_is_closed_with_the_reason(times: tuple[float, ...], reason: str) -> None:
    first, second = grow([], [seen(time) for time in times], RULES, T0)
    assert first.span.close_reason == reason
    assert second.span.started_at == at(times[-1])
    assert second.span.is_open


def test_a_full_batch_is_closed_for_its_size() -> None:
    full = span(0, 5, count=RULES.max_detections)
    old, new = grow([full], [seen(6)], RULES, T0)
    assert old.span.close_reason == "size"
    assert new.span.id is None


def test_a_late_picture_joins_the_closed_batch_whose_span_holds_it() -> None:
    closed = span(0, 20, close_reason="idle", id=7)
    later = span(100, 110, id=8)
    [growth] = grow([closed, later], [seen(12, 99)], RULES, T0)
    assert growth.span.id == 7
    assert growth.detection_ids == [99]
    assert growth.span.close_reason == "idle"


def test_a_late_picture_before_the_open_batch_opens_one_of_its_own_and_leaves_the_open_one_open() -> None:
    later = span(100, 110, id=8)
    [growth] = grow([later], [seen(10)], RULES, T0)
    assert growth.span.id is None
    assert growth.span.is_open


def test_between_two_batches_the_nearer_one_takes_the_picture() -> None:
    spans = [span(0, 10, id=1, close_reason="idle"), span(45, 60, id=2)]
    assert holder(at(30), 1, spans, RULES) == 1
    assert holder(at(24), 1, spans, RULES) == 0


def test_a_batch_is_worth_an_event_when_its_frames_together_are_sure_enough() -> None:
    [weak] = grow([], [seen(0, confidence=0.3)], RULES, T0)
    assert not weak.span.is_eventful
    [stronger] = grow([weak.span], [seen(1, confidence=0.3)], RULES, T0)
    assert stronger.span.is_eventful  # 1 - 0.7 * 0.7 = 0.51


@pytest.mark.parametrize(
    ("now", "awaited", "over"),
    [
        (29, False, False),  # idle time is not over
        (30, False, True),
        (300, True, False),  # an upload that may still join is on its way
    ],
)
def test_waiting_is_given_up_by_the_clock_unless_an_upload_may_still_join(
    now: float, awaited: bool, over: bool
) -> None:
    assert is_over(span(-10, 0), RULES, at(now), awaited) is over


def test_pictures_that_arrive_hours_late_do_not_close_their_batch_at_once() -> None:
    late = span(0, 10, touched_at=at(7200))
    assert not is_over(late, RULES, at(7201), awaited=False)
    assert is_over(late, RULES, at(7230), awaited=False)


@given(
    st.lists(
        st.tuples(st.integers(0, 600), st.integers(1, 5)), min_size=1, max_size=60
    ),
    st.integers(1, 12),
)  # fmt: skip
def test_every_detection_lands_in_exactly_one_batch_and_no_batch_outgrows_its_rules(
    pictures: list[tuple[int, int]], rounds: int
) -> None:
    frames, next_id = [], 1
    for seconds, count in pictures:
        frames.append(Seen(at(seconds), tuple(range(next_id, next_id + count)), 0.5))
        next_id += count
    stored: list[Span] = []
    placed: list[int] = []
    for start in range(0, len(frames), rounds):  # in the order of arrival, some at a time
        for growth in grow(stored, frames[start : start + rounds], RULES, T0):
            placed += growth.detection_ids
            saved = replace(growth.span, id=growth.span.id or len(stored) + 1, revision=growth.span.revision + 1)
            stored = [other for other in stored if other.id != saved.id] + [saved]
    assert sorted(placed) == list(range(1, next_id))
    assert sum(batch.count for batch in stored) == next_id - 1
    for batch in stored:
        assert batch.last_at - batch.started_at <= RULES.window
        assert batch.count <= RULES.max_detections


def test_growing_nothing_changes_nothing() -> None:
    assert grow([span(0, 1)], [], RULES, T0) == []
