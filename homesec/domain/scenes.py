"""Whether a camera still looks at what it used to look at, told by where edges run and not by how bright things are.

Day and infrared pictures have a reference each and are never compared with one another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from homesec.domain.views import Doubt, Light, Likeness, Reference, View, first, learned, likeness, usual

_FEW = 3  # pictures from which on it is known enough to tell that nothing of it is left
_FULL_DAY = timedelta(hours=18)  # a reference that saw so long a time knows its nights too

Kind = Literal["view_blocked", "angle_changed", "view_tampered", "unknown"]

SAME = 0.25  # lower agreement is another view; in two weeks of all weathers it fell to 0.43, when tampered to 0.07
_SAME_AT_FIRST = 0.12  # as long as a camera in colour has not seen its first night: lamps then light it from elsewhere
_PART_LOST = 0.35  # share of the edges in lost blocks; in two weeks of all weathers at most 0.1
_BLOCKED, _STRUCTURED = 0.45, 0.6  # of the usual contrast: less is covered, more is another place

_DARK = 12.0  # mean grey value of a picture in which nothing is seen: by night without a lamp, or with a lid on
_SUDDEN = timedelta(minutes=10)  # only a lid makes it so dark within this time

PICTURES, LASTING = 3, timedelta(seconds=3)  # after which another view is believed
PART_PICTURES, PART_LASTING = 5, timedelta(minutes=1)  # after which a part is
_SAME_DOUBT = timedelta(minutes=1)
RETURNED = 2  # pictures as before, after which a change is over
DAY_TO_REPAIR = timedelta(days=1)  # after it a change that its owner knows is how things are now
FORGOTTEN = timedelta(days=7)  # after it so is every change


@dataclass(frozen=True)
class Change:
    """The view became another one and stayed so."""

    kind: Kind
    since: datetime
    """Of the first picture that shows it."""
    similarity: float
    """0..1, of the new view to the reference."""
    before: int
    """Upload id of the last picture that looked as usual."""
    after: int
    """Upload id of the newest picture."""


@dataclass(frozen=True)
class Taken:
    """What is to be done about one more picture."""

    light: Light
    """Whose reference it was compared with."""
    reference: Reference | None
    """As it is now."""
    change: Change | None = None
    """It proves this one."""
    is_over: bool = False
    """An earlier change is."""


def taken(known: Mapping[Light, Reference], view: View, is_changed: bool) -> Taken:
    """Compare the next picture of a camera with its references.

    `is_changed`: the view is a changed one, whichever light showed it; nothing is learned then.
    """
    light = _light(known, view)
    reference, change, is_over = _judged(known.get(light), view, is_changed)
    return Taken(light, reference, change, is_over)


def _light(known: Mapping[Light, Reference], view: View) -> Light:
    """The picture's own, but for what hides a lens and looks like infrared: dark paint has no colour either.

    Pictures in a light that is not known yet go on with a doubt that was raised in the other one just before.
    """
    own = known.get(view.light)
    for light, other in known.items():
        if light != view.light and other.doubt is not None and not (own is not None and own.is_ready):
            if view.at - other.doubt.since <= _SAME_DOUBT:
                return light
    return view.light


def _judged(
    reference: Reference | None, view: View, is_changed: bool
) -> tuple[Reference | None, Change | None, bool]:
    if reference is None:
        return (None if is_changed else first(view)), None, False
    if view.at <= reference.taken_at:
        return reference, None, False
    known = replace(reference, taken_at=view.at)
    found = likeness(known, view)
    if found is None or known.pictures < _FEW:
        return (known if is_changed or known.is_ready else learned(known, view)), None, False
    is_full = known.is_ready and known.learned_at - known.since >= _FULL_DAY
    is_other = found.agreement < (SAME if is_full else _SAME_AT_FIRST)
    is_other = is_other and (known.is_ready or found.contrast < _BLOCKED)
    is_part = is_full and found.lost >= _PART_LOST
    if not is_other and not is_part:
        known = replace(usual(known, view), doubt=None, as_usual=known.as_usual + 1)
        over = is_changed and known.as_usual >= RETURNED
        return (known if is_changed else learned(known, view)), None, over
    if known.doubt is None and _is_night(known, view):
        return known, None, False
    doubt = _doubted(known.doubt, view, found)
    known = replace(known, doubt=doubt, as_usual=0)
    lasts = view.at - doubt.since
    proven = (is_other and doubt.pictures >= PICTURES and lasts >= LASTING) or (
        doubt.pictures >= PART_PICTURES and lasts >= PART_LASTING
    )
    if is_changed or not proven:
        return known, None, False
    similarity = min(1.0, max(0.0, doubt.agreement))
    return known, Change(_kind(found, is_other), doubt.since, similarity, known.upload_id, view.upload_id), False


def is_accepted(since: datetime, acknowledged: bool, now: datetime) -> bool:
    """Whether a changed view is how things are now: its owner knew and left it so, or it lasted very long."""
    return now - since >= (DAY_TO_REPAIR if acknowledged else FORGOTTEN)


def _is_night(reference: Reference, view: View) -> bool:
    """Too dark to see anything, and not so all of a sudden."""
    was_bright = reference.usual_grey >= 3 * _DARK and view.at - reference.usual_at <= _SUDDEN
    return float(view.grey.mean()) < _DARK and not was_bright


def _kind(found: Likeness, is_other: bool) -> Kind:
    if not is_other:
        return "view_tampered"
    if found.contrast < _BLOCKED:
        return "view_blocked"
    return "angle_changed" if found.contrast >= _STRUCTURED else "unknown"


def _doubted(doubt: Doubt | None, view: View, found: Likeness) -> Doubt:
    if doubt is None:
        return Doubt(view.at, 1, found.agreement)
    mean = doubt.agreement + (found.agreement - doubt.agreement) / (doubt.pictures + 1)
    return Doubt(doubt.since, doubt.pictures + 1, mean)
