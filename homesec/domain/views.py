"""What a camera usually sees: where edges run in a small grey view, learned slowly, and how another view compares.

A scene is remembered as the mean direction of the edges in each cell of a small grey view, as a complex number with
the doubled angle, after G. H. Granlund, "In search of a general picture processing operator", Computer Graphics and
Image Processing 8 (1978) 155-173. Where the directions agree over many pictures the mean is long, where they change
with light, weather or wind it is short: so walls, roofs and fences count, shadows and leaves hardly. Doubled angles
also make no difference between bright beside dark and dark beside bright, as it turns at dusk.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

Light = Literal["day", "infrared"]
Box = tuple[float, float, float, float]
Directions = NDArray[np.complex64]
"""Shape (36, 64): doubled angle, length 0..1."""

WIDTH, HEIGHT = 64, 36
_BLOCKS = (3, 4)  # rows and columns of the blocks in which a part of the view may be lost
_STEPS = 2.0  # grey steps that are noise
_SLOPE = 0.03  # of the logarithm from cell to cell: the weakest edge that counts half

READY = 10  # pictures that make a reference
_MEMORY = 200  # pictures over which it forgets
_APART = timedelta(seconds=30)  # times the number of pictures: so far apart are those it learns from,
_MOST_APART = timedelta(minutes=10)  # and never farther
_AGREES = 0.1  # a block below it is lost
_VISIBLE = 0.4  # share of the edges that no object may hide, else a picture says nothing


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


def usual(reference: Reference, view: View) -> Reference:
    """The reference when this view looks as usual."""
    return replace(reference, upload_id=view.upload_id, usual_at=view.at, usual_grey=float(view.grey.mean()))


def first(view: View) -> Reference:
    """A reference made of one view."""
    edges = directions(view.grey) * _free(view)
    grey = float(view.grey.mean())
    return Reference(edges, _contrast(view.grey), 1, view.at, view.at, view.at, view.upload_id, view.at, grey)


def learned(reference: Reference, view: View) -> Reference:
    """Slowly: pictures of one minute look alike, and must not count as much as those of a whole day."""
    known = usual(reference, view)
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
