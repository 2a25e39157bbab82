"""Windows in event time: which detections of one camera belong together. Pure; the clock comes in as an argument."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from homesec.domain.tracks import Tracker

EVENTFUL = 0.5  # probability that at least one detection is real, from which on a batch is worth an event
TRACKS_ENDED = "tracks_ended"  # why a batch closed before it was idle; it opens again when something comes back


@dataclass(frozen=True)
class Rules:
    """When a batch ends."""

    idle: timedelta
    window: timedelta
    max_detections: int


@dataclass(frozen=True)
class Span:
    """A batch as far as windows are concerned."""

    started_at: datetime
    last_at: datetime
    touched_at: datetime
    """Wall time of the last growth: giving up waiting counts from here, however late the pictures came."""
    count: int = 0
    doubt: float = 1.0
    """Probability that every detection of it is wrong: the product of 1 - best confidence over its frames."""
    close_reason: str | None = None
    id: int | None = None
    """None: not stored yet."""
    revision: int = 0

    @property
    def is_open(self) -> bool:
        return self.close_reason is None

    @property
    def is_eventful(self) -> bool:
        return 1.0 - self.doubt >= EVENTFUL


@dataclass(frozen=True)
class Seen:
    """What one frame adds: its included detections, all at one time."""

    at: datetime
    detection_ids: tuple[int, ...]
    best_confidence: float


@dataclass
class Growth:
    """A batch and what one round adds to it."""

    span: Span
    detection_ids: list[int] = field(default_factory=list)
    changed: bool = False


def holder(at: datetime, count: int, spans: Sequence[Span], rules: Rules) -> int | None:
    """Index of the batch that takes `count` detections at this time; None when a new one begins.

    A batch takes what lies within its span ± idle, closed or not, unless it would grow over the window or its size.
    Of several, the one that lies nearest in time takes it, then the older one.
    """
    best: tuple[timedelta, datetime, int] | None = None
    for index, span in enumerate(spans):
        inside = span.started_at <= at <= span.last_at
        distance = timedelta(0) if inside else min(abs(at - span.started_at), abs(at - span.last_at))
        length = max(at, span.last_at) - min(at, span.started_at)
        if distance > rules.idle or (length > rules.window and not inside):
            continue
        if span.count + count > rules.max_detections:
            continue
        candidate = (distance, span.started_at, index)
        if best is None or candidate < best:
            best = candidate
    return None if best is None else best[2]


def grow(spans: Sequence[Span], frames: Sequence[Seen], rules: Rules, now: datetime) -> list[Growth]:
    """Place frames, in event time, into batches; gives the changed batches only.

    `spans` are the camera's batches near these frames. A batch that can no longer grow because a later one began is
    closed with the reason why it did not take the newer frame.
    """
    growths = [Growth(span) for span in spans]
    for frame in sorted(frames, key=lambda seen: seen.at):
        index = holder(frame.at, len(frame.detection_ids), [growth.span for growth in growths], rules)
        if index is None:
            _close_passed(growths, frame, rules)
            growths.append(Growth(Span(frame.at, frame.at, now)))
            index = len(growths) - 1
        growth = growths[index]
        growth.detection_ids += frame.detection_ids
        growth.changed = True
        resumed = growth.span.close_reason == TRACKS_ENDED and frame.at > growth.span.last_at
        growth.span = replace(
            growth.span,
            close_reason=None if resumed else growth.span.close_reason,
            started_at=min(growth.span.started_at, frame.at),
            last_at=max(growth.span.last_at, frame.at),
            touched_at=now,
            count=growth.span.count + len(frame.detection_ids),
            doubt=growth.span.doubt * (1.0 - frame.best_confidence),
        )
    return [growth for growth in growths if growth.changed]


def _close_passed(growths: list[Growth], frame: Seen, rules: Rules) -> None:
    for growth in growths:
        span = growth.span
        if not span.is_open or frame.at < span.started_at:
            continue
        if frame.at - span.last_at > rules.idle:
            reason = "idle"
        elif frame.at - span.started_at > rules.window:
            reason = "window"
        else:
            reason = "size"
        growth.span = replace(span, close_reason=reason)
        growth.changed = True


def has_ended(span: Span, tracker: Tracker, latest: datetime, now: datetime, awaited: bool) -> bool:
    """Tell whether all that was followed in a batch is gone; `latest` is the time of the newest frame.

    By the clock it was quiet for as long as the tracker is patient, and so it was in the frames since: where no more
    pictures are awaited, the clock tells how far they would be.
    """
    patience = timedelta(seconds=tracker.patience_s)
    quiet = now - max(span.last_at, span.touched_at)
    if not span.is_open or quiet < patience or (awaited and latest - span.last_at < patience):
        return False
    at = latest if awaited else max(latest, span.last_at + quiet)
    begin = span.started_at.timestamp()
    return not any(track.last >= begin for track in tracker.active(at.timestamp()))


def is_over(span: Span, rules: Rules, now: datetime, awaited: bool) -> bool:
    """Tell whether waiting for more can be given up: idle by the clock, and no upload that would join is on its way."""
    return span.is_open and not awaited and now - max(span.last_at, span.touched_at) >= rules.idle
