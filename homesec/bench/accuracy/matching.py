"""Which detection means which thing, and what kind of mistake the others are.

The kinds of mistake are those of D. Bolya et al., "TIDE: A General Toolbox for Identifying Object Detection Errors",
2020: the wrong kind, the wrong place, twice, nothing there; and what was missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from homesec.bench.accuracy.expected import TrueThing
from homesec.bench.accuracy.stored import Said
from homesec.domain.boxes import hidden, overlap

HIT = 0.5  # intersection over union from which on a box means a thing
NEAR = 0.1  # from here on it means the thing, but badly

Mistake = Literal["wrong kind", "wrong place", "twice", "nothing there"]


@dataclass(frozen=True)
class Matched:
    """One picture, compared."""

    hits: tuple[tuple[Said, TrueThing], ...]
    """Also of things that need not be found."""
    mistakes: tuple[tuple[Said, Mistake], ...]
    missed: tuple[TrueThing, ...]
    """Those that should have been found."""


def matched(said: Sequence[Said], things: Sequence[TrueThing]) -> Matched:
    """Compare the detections that count with what there is; the surest detection chooses first."""
    free = list(things)
    hits: list[tuple[Said, TrueThing]] = []
    mistakes: list[tuple[Said, Mistake]] = []
    for one in sorted((one for one in said if one.counts), key=lambda one: (-one.confidence, one.box)):
        best = max(
            (thing for thing in free if thing.kind == one.kind), key=lambda thing: overlap(one.box, thing.box),
            default=None,
        )  # fmt: skip
        if best is not None and overlap(one.box, best.box) >= HIT:
            free.remove(best)
            hits.append((one, best))
        elif (mistake := _mistake(one, things)) is not None:
            mistakes.append((one, mistake))
    return Matched(tuple(hits), tuple(mistakes), tuple(thing for thing in free if thing.asked))


def _mistake(one: Said, things: Sequence[TrueThing]) -> Mistake | None:
    """None: it is about something that is too small or too hidden to be told right."""
    rated = sorted(((overlap(one.box, thing.box), thing) for thing in things), key=lambda pair: -pair[0])
    same = [pair for pair in rated if pair[1].kind == one.kind]
    if any(not thing.asked and (share >= NEAR or hidden(one.box, thing.box) >= HIT) for share, thing in rated):
        return None
    if same and same[0][0] >= HIT:
        return "twice"
    if rated and rated[0][0] >= HIT:
        return "wrong kind"
    if same and same[0][0] >= NEAR:
        return "wrong place"
    return "nothing there"
