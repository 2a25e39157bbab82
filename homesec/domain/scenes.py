"""Whether a camera still looks at what it used to look at, told by where edges run and not by how bright things are.

A scene is remembered as the mean direction of the edges in each cell of a small grey view, as a complex number with
the doubled angle, after G. H. Granlund, "In search of a general picture processing operator", Computer Graphics and
Image Processing 8 (1978) 155-173. Where the directions agree over many pictures the mean is long, where they change
with light, weather or wind it is short: so walls, roofs and fences count, shadows and leaves hardly. Doubled angles
also make no difference between bright beside dark and dark beside bright, as it turns at dusk. Day and infrared
pictures have a reference each and are never compared with one another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

Light = Literal["day", "infrared"]
Kind = Literal["view_blocked", "angle_changed", "view_tampered", "unknown"]
Box = tuple[float, float, float, float]
Directions = NDArray[np.complex64]
"""Shape (36, 64): doubled angle, length 0..1."""

WIDTH, HEIGHT = 64, 36
_BLOCKS = (3, 4)  # rows and columns of the blocks in which a part of the view may be lost
_STEPS = 2.0  # grey steps that are noise
_SLOPE = 0.03  # of the logarithm from cell to cell: the weakest edge that counts half

READY = 10  # pictures that make a reference
_FULL_DAY = timedelta(hours=18)  # a reference that saw so long a time knows its nights too
_MEMORY = 200  # pictures over which it forgets
_APART = timedelta(seconds=30)  # times the number of pictures: so far apart are those it learns from,
_MOST_APART = timedelta(minutes=10)  # and never farther

SAME = 0.25  # lower agreement is another view; in two weeks of all weathers it fell to 0.43, when tampered to 0.07
_SAME_AT_FIRST = 0.12  # as long as a camera in colour has not seen its first night: lamps then light it from elsewhere
_AGREES = 0.1  # a block below it is lost
_PART_LOST = 0.35  # share of the edges in lost blocks; in two weeks of all weathers at most 0.1
_VISIBLE = 0.4  # share of the edges that no object may hide, else a picture says nothing
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
class View:
    """A picture, made small."""

    at: datetime
    light: Light
    grey: NDArray[np.uint8]
    """Shape (36, 64)."""
    boxes: tuple[Box, ...] = ()
    """Of what was detected in it: it hides the scene."""
    upload_id: int = 0


@dataclass(frozen=True)
class Doubt:
    """Pictures in a row that look different."""

    since: datetime
    pictures: int
    agreement: float
    """Mean of theirs."""

    def to_json(self) -> dict[str, Any]:
        return {"since": self.since.isoformat(), "pictures": self.pictures, "agreement": self.agreement}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Self:
        return cls(datetime.fromisoformat(row["since"]), row["pictures"], row["agreement"])


_TIMES = ("since", "learned_at", "taken_at", "usual_at")


@dataclass(frozen=True)
class Reference:
    """What a camera usually sees in one light, and what is thought about its last pictures."""

    directions: Directions
    contrast: float
    """Mean slope of the grey values, in steps from cell to cell."""
    pictures: int
    """From which it was learned."""
    since: datetime
    """Of the first of them."""
    learned_at: datetime
    taken_at: datetime
    """Of the newest picture that was judged; older ones come too late."""
    upload_id: int
    """Of the newest picture that looked as usual."""
    usual_at: datetime
    """Its time."""
    usual_grey: float
    """Its mean grey value."""
    doubt: Doubt | None = None
    as_usual: int = 0
    """Pictures in a row that do."""

    @property
    def is_ready(self) -> bool:
        return self.pictures >= READY

    def data(self) -> bytes:
        """The directions as float16: real parts, then imaginary parts, row by row."""
        return np.stack([self.directions.real, self.directions.imag]).astype("<f2").tobytes()

    def to_json(self) -> dict[str, Any]:
        """All but the directions."""
        return {
            "contrast": self.contrast,
            "pictures": self.pictures,
            "since": self.since.isoformat(),
            "learned_at": self.learned_at.isoformat(),
            "taken_at": self.taken_at.isoformat(),
            "upload_id": self.upload_id,
            "usual_at": self.usual_at.isoformat(),
            "usual_grey": self.usual_grey,
            "doubt": None if self.doubt is None else self.doubt.to_json(),
            "as_usual": self.as_usual,
        }

    @classmethod
    def from_json(cls, data: bytes, row: dict[str, Any]) -> Self:
        real, imaginary = np.frombuffer(data, "<f2").reshape(2, HEIGHT, WIDTH).astype(np.float32)
        times = {name: datetime.fromisoformat(row[name]) for name in _TIMES}
        doubt = None if row["doubt"] is None else Doubt.from_json(row["doubt"])
        return cls(
            directions=(real + 1j * imaginary).astype(np.complex64),
            contrast=row["contrast"],
            pictures=row["pictures"],
            upload_id=row["upload_id"],
            usual_grey=row["usual_grey"],
            doubt=doubt,
            as_usual=row["as_usual"],
            **times,
        )


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
class Likeness:
    """How a view compares with a reference."""

    agreement: float
    """-1..1: of the directions of edges, weighted by how reliable they are."""
    lost: float
    """0..1: share of the reliable edges that lie in blocks where nothing agrees."""
    contrast: float
    """Of the usual one."""


def directions(grey: NDArray[np.uint8]) -> Directions:
    """Where edges run; their length is how sure it is that there is one."""
    light = np.log1p(grey.astype(np.float32))  # so that a light twice as bright changes nothing
    across, along = np.zeros_like(light), np.zeros_like(light)
    across[:, 1:-1] = (light[:, 2:] - light[:, :-2]) / 2
    along[1:-1] = (light[2:] - light[:-2]) / 2
    slope = np.maximum(np.hypot(across, along), 1e-6)
    sure = np.clip(slope / (_SLOPE + _STEPS / (grey.astype(np.float32) + 1)) - 0.5, 0, 1)
    return np.asarray(((across + 1j * along) / slope) ** 2 * sure, np.complex64)


def likeness(reference: Reference, view: View) -> Likeness | None:
    """None when objects hide too much of the scene, or the reference has no edges to compare with."""
    reliable = np.abs(reference.directions)
    weight = reliable**2
    whole = float(weight.sum())
    weight = weight * _free(view)
    seen = float(weight.sum())
    if seen < _VISIBLE * whole or whole < 1.0:
        return None
    known = np.conj(reference.directions) / np.maximum(reliable, 1e-6)
    agreement = weight * np.real(directions(view.grey) * known)
    rows, columns = _BLOCKS
    shape = (rows, HEIGHT // rows, columns, WIDTH // columns)
    of_blocks = weight.reshape(shape).sum(axis=(1, 3))
    lost = agreement.reshape(shape).sum(axis=(1, 3)) < _AGREES * of_blocks
    return Likeness(
        float(agreement.sum()) / seen,
        float(of_blocks[lost].sum()) / seen,
        _contrast(view.grey) / max(reference.contrast, 1e-6),
    )


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
        return (None if is_changed else _first(view)), None, False
    if view.at <= reference.taken_at:
        return reference, None, False
    known = replace(reference, taken_at=view.at)
    if not known.is_ready:
        return (known if is_changed else _learned(known, view)), None, False
    found = likeness(known, view)
    if found is None:
        return known, None, False
    is_full = known.learned_at - known.since >= _FULL_DAY
    is_other = found.agreement < (SAME if is_full else _SAME_AT_FIRST)
    is_part = is_full and found.lost >= _PART_LOST
    if not is_other and not is_part:
        known = replace(_usual(known, view), doubt=None, as_usual=known.as_usual + 1)
        over = is_changed and known.as_usual >= RETURNED
        return (known if is_changed else _learned(known, view)), None, over
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


def _usual(reference: Reference, view: View) -> Reference:
    return replace(reference, upload_id=view.upload_id, usual_at=view.at, usual_grey=float(view.grey.mean()))


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


def _first(view: View) -> Reference:
    edges = directions(view.grey) * _free(view)
    grey = float(view.grey.mean())
    return Reference(edges, _contrast(view.grey), 1, view.at, view.at, view.at, view.upload_id, view.at, grey)


def _learned(reference: Reference, view: View) -> Reference:
    """Slowly: pictures of one minute look alike, and must not count as much as those of a whole day."""
    known = _usual(reference, view)
    if view.at - known.learned_at < min(known.pictures * _APART, _MOST_APART):
        return known
    share = 1.0 / min(known.pictures + 1, _MEMORY)
    edges = known.directions + (directions(view.grey) - known.directions) * _free(view) * np.float32(share)
    return replace(
        known,
        directions=edges.astype(np.complex64),
        contrast=known.contrast + (_contrast(view.grey) - known.contrast) * share,
        pictures=known.pictures + 1,
        learned_at=view.at,
    )


def _free(view: View) -> NDArray[np.float32]:
    """1 in cells that no detected object touches, else 0."""
    free = np.ones((HEIGHT, WIDTH), np.float32)
    for x1, y1, x2, y2 in view.boxes:
        rows = slice(int(y1 * HEIGHT), int(np.ceil(y2 * HEIGHT)))
        free[rows, int(x1 * WIDTH) : int(np.ceil(x2 * WIDTH))] = 0
    return free


def _contrast(grey: NDArray[np.uint8]) -> float:
    across, along = np.diff(grey.astype(np.float32), axis=1)[:-1], np.diff(grey.astype(np.float32), axis=0)[:, :-1]
    return float(np.hypot(across, along).mean())
