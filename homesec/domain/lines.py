"""Lines that somebody crosses between the pictures of one camera.

A line is crossed when the foot is clearly beyond it. Who turns a corner between two slow pictures has crossed it too,
when the way before or the way after leads through it.
"""

from datetime import datetime, timedelta

from homesec.domain.followed import Followed
from homesec.domain.geometry import Point, cut, side
from homesec.domain.walkers import Before, Line, Walker
from homesec.domain.zones import Zone

CORNER_S = 1.5  # in less time nobody turns a corner unseen
BODY = 0.075  # of a box's height, half a person's width: so far past its end who turned a corner may have cut a line
CARRIED = frozenset({"package", "backpack", "handbag", "suitcase", "umbrella"})  # whoever bears it crosses the line


def passed(walker: Walker, one: Followed, line: Zone, margin: float) -> tuple[datetime, bool] | None:
    """When the walker's next picture shows that they crossed the line, and whether to its right.

    `margin` is the distance from the line from which on it is sure on which side somebody is.
    """
    away = side(line.points, one.foot)
    known = walker.lines.setdefault(line.id, Line(side(line.points, walker.foot) > 0))
    gap = one.at - walker.at
    body = BODY * (one.box[3] - one.box[1]) if gap.total_seconds() >= CORNER_S else 0.0
    if known.unseen_s > 0:
        led = _led(one, walker, known.unseen_s)
        if (share := cut(led, walker.foot, line.points, body)) is not None:
            known.times.append(walker.at - timedelta(seconds=known.unseen_s * (1.0 - share)))
        known.unseen_s = 0.0
    share = cut(walker.foot, one.foot, line.points, body)
    was_right = side(line.points, walker.foot) > 0
    has_turned = was_right == known.right != (away > 0) and gap.total_seconds() >= CORNER_S
    if share is None and has_turned and walker.before is not None:
        share = cut(walker.foot, _led(walker.before, walker, gap.total_seconds()), line.points, body)
    if share is not None:
        known.times.append(walker.at + share * gap)
    elif has_turned:
        known.unseen_s = gap.total_seconds()
        return None
    if abs(away) < margin:
        return None
    walker.lines[line.id] = Line(away > 0)
    return (known.times[-1], away > 0) if (away > 0) != known.right and len(known.times) % 2 else None


def left_beyond(walker: Walker, line: Zone) -> tuple[datetime, bool] | None:
    """The same of who was last seen beyond the line, however near to it."""
    known = walker.lines.get(line.id)
    if known is None or (side(line.points, walker.foot) > 0) == known.right or not len(known.times) % 2:
        return None
    return known.times[-1], not known.right


def _led(other: Followed | Before, walker: Walker, seconds: float) -> Point:
    """Where the way from another place to the last one leads on to in so many seconds."""
    elapsed = abs((walker.at - other.at).total_seconds())
    part = seconds / elapsed if elapsed > 0 else 0.0
    (x, y), (from_x, from_y) = walker.foot, other.foot
    return x + (x - from_x) * part, y + (y - from_y) * part
