"""What somebody carried, left or took says about risk, of somebody of whom nothing else is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homesec.domain.risk import Evidence

_TAKES = {"package": 2.8}  # log-odds at full confidence: who lives here would be known
_TAKES_ELSE = 1.5  # a bag or a bicycle is more often one's own
_LEAVES = {"package": -0.6}  # as couriers do
_VERBS = {"taken": "takes", "left": "leaves", "carried": "carries"}


@dataclass(frozen=True)
class Handling:
    """One interaction of a person whose track is in the batch."""

    record_id: int
    """In `object_interactions`."""
    kind: str
    """carried, left or taken."""
    person: int
    """Row of their track, as is `thing`."""
    thing: int
    object_class: str
    at: datetime
    confidence: float


def hand_evidence(handlings: Sequence[Handling]) -> list[Evidence]:
    """One item for each kind and class of thing: the surest. Who takes what they left themselves only carries it."""
    left = {(one.person, one.thing): one.at for one in handlings if one.kind == "left"}
    back = {one.record_id for one in handlings if one.kind == "taken" and _is_their_own(one, left)}
    is_taking = any(one.kind == "taken" and one.record_id not in back for one in handlings)
    items: dict[tuple[str, str], Evidence] = {}
    for one in sorted(handlings, key=lambda one: (-one.confidence, one.at, one.record_id)):
        if one.record_id not in back:
            items.setdefault((one.kind, one.object_class), _item(one, is_taking))
    return sorted(items.values(), key=lambda item: item.at or "")


def _is_their_own(one: Handling, left: dict[tuple[int, int], datetime]) -> bool:
    return (one.person, one.thing) in left and left[one.person, one.thing] <= one.at


def _item(one: Handling, is_taking: bool) -> Evidence:
    weight = 0.0
    if one.kind == "taken":
        weight = _TAKES.get(one.object_class, _TAKES_ELSE)
    elif one.kind == "left" and not is_taking:  # a courier does not make up for a thief
        weight = _LEAVES.get(one.object_class, 0.0)
    article = "an" if one.object_class[0] in "aeiou" else "a"
    return Evidence(
        kind="interaction",
        family="interaction",
        text=f"a person {_VERBS[one.kind]} {article} {one.object_class}",
        weight=round(weight * one.confidence, 4),
        value=f"{one.kind}:{one.object_class}",
        source=f"object_interactions:{one.record_id}",
        at=one.at.isoformat(),
    )
