"""Weapons: what looks like one counts as far as it is sure and nothing harmless explains it."""

from collections.abc import Iterable

from homesec.domain.case import BEYOND_DOUBT, Case
from homesec.domain.evidence import article, item
from homesec.domain.risk import Evidence
from homesec.domain.scene_facts import Said

WEAPON_FLOOR = 85
CONFIDENT = 0.6  # after what explains it
_WEIGHT, _FULL = 5.0, 4.6  # log-odds for each unit of confidence above _NOTHING; of a confident weapon
_NOTHING = 0.2
_VAGUE = 0.7  # share of what is no weapon by its name
_IN_USE = 0.45  # shears of a gardener, a toy of a child
_AT_HOME, _KNOWN = 0.55, 0.8  # shares of members and of known visitors
_BY_NAME = frozenset({"gun", "knife", "grenade", "explosive", "weapon", "rifle", "pistol"})


def threats(case: Case) -> list[Evidence]:
    """The surest weapon of this person, or one of which it is not known who has it."""
    found = [*case.track.threats, *case.scene.threats] if case.kind == "person" else case.scene.threats
    return weapons(found, _context(case), case.track.source)


def weapons(found: Iterable[Said], context: float, source: str | None) -> list[Evidence]:
    surest = max(found, key=lambda one: _sure(one, context), default=None)
    if surest is None:
        return []
    sure = _sure(surest, context)
    is_confident = sure >= CONFIDENT
    weight = _FULL if is_confident else _WEIGHT * max(sure - _NOTHING, 0.0)
    explained = ", which what is known of who has it makes less likely" if context < 1 and not is_confident else ""
    text = f"what looks like {article(surest.name)}, {surest.confidence:.0%} sure{explained}"
    return [
        item("threat", "threat", text, weight, surest.name, surest.source or source, surest.at,
             floor=WEAPON_FLOOR if is_confident else None)
    ]  # fmt: skip


def _sure(said: Said, context: float) -> float:
    if said.confidence >= BEYOND_DOUBT and said.name in _BY_NAME:
        return said.confidence
    return said.confidence * context * (1.0 if said.name in _BY_NAME else _VAGUE)


def _context(case: Case) -> float:
    share = 1.0
    if case.deed is not None and case.deed.explains and case.deed.group in ("work", "play", "social"):
        share *= _IN_USE
    if case.doubt < 0.6:
        share *= _AT_HOME if case.member is not None else _KNOWN
    return share
