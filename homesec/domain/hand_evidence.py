"""What somebody carries, leaves and takes away."""

import re

from homesec.domain.case import Case
from homesec.domain.evidence import article, item
from homesec.domain.risk import Evidence
from homesec.domain.scene_facts import Said

_DELIVERED = re.compile(
    r"package|packet|parcel|box|letter|mail|newspaper|paper|envelope|flyer|leaflet|pizza|food|grocer|flower|bouquet|milk|bottle|"
    r"crate|meal|basket|gift|card|catalog|bowl|plant|cake"
)
_WANTED = re.compile(
    r"package|packet|parcel|box|bicycle|bike|scooter|mower|tool|laptop|motorcycle|wheel|catalytic|ladder|statue|tv"
)
_WASTE = re.compile(
    r"trash|rubbish|bin|garbage|recycl|waste|litter|leaves|branch|dog|ball|frisbee|stick|snow|letter|mail|key"
)
_TOOLS = re.compile(r"crowbar|pry|bolt.?cutter|lock.?pick|sledge|balaclava|jerry|petrol|gas can")
_WEAPONS = re.compile(r"knife|gun|machete|axe|rifle|pistol|sword")
_TAKES, _TAKES_ELSE = 2.0, 1.5  # log-odds: who lives here would be known, and much is one's own
_SWAPS = 0.25  # share for who leaves one and takes another, as couriers do
_ASKED = 0.15  # share of what waste and post weigh that is taken away
_TOOL, _WEAPON, _ABANDONED = 1.3, 1.3, 0.3
_BRINGS = -0.4  # a parcel in the hands: on the way to the door, maybe
_DELIVERY = -1.6  # comes, leaves something, goes
_BRIEF_S = 120.0
_VERBS = {"taken": "takes", "left": "leaves", "carried": "carries"}


def hands(case: Case) -> list[Evidence]:
    """One item for each kind and class of thing: the surest. Who takes what they brought or left only carries it."""
    if case.kind != "person":
        return []
    track = case.track
    own = {one.name for one in track.leaves} if not _is_swap(case) else set()
    taken = [one for one in track.takes if one.name not in own]
    items = [_item("taken", one, _taken(case, one)) for one in _surest(taken)]
    items += [_item("left", one, _left(case, one)) for one in _surest(track.leaves)]
    items += [_item("carried", one, _carried(case, one)) for one in _surest(track.carries)]
    return items + _delivery(case)


def is_taking(case: Case) -> bool:
    """Something is taken that is worth it."""
    return any(_taken(case, one) >= 0.6 for one in case.track.takes)


def has_means(case: Case) -> bool:
    """Carries what one breaks in or threatens with, and nothing explains it."""
    means = (one for one in case.track.carries if _WEAPONS.search(one.name) or _TOOLS.search(one.name))
    return not case.has_purpose and any(means)


def _delivery(case: Case) -> list[Evidence]:
    one = delivered(case)
    if one is None:
        return []
    text = f"comes, leaves {article(one.name)} and goes, as couriers do"
    return [item("delivery", "pattern", text, _DELIVERY * case.doubt, one.name, one.source, one.at)]


def delivered(case: Case) -> Said | None:
    """What somebody brought who leaves it and goes soon: a pattern, which nothing alarming may be part of."""
    left = [one for one in case.track.leaves if _DELIVERED.search(one.name)]
    if not left or case.is_alarming or is_taking(case) or case.doubt == 0 or "restricted" in case.zone_types:
        return None
    seconds = max([stay.seconds for _, stay in case.stays] + [case.track.seconds or 0.0])
    if seconds > _BRIEF_S and not case.has_purpose:
        return None
    return left[0]


def _taken(case: Case, one: Said) -> float:
    weight = _TAKES if _WANTED.search(one.name) else _TAKES_ELSE
    if _WASTE.search(one.name) and not _WANTED.search(one.name):
        weight *= _ASKED
    return weight * case.doubt * (_SWAPS if _is_swap(case) else 1.0)


def _is_swap(case: Case) -> bool:
    """Leaves a parcel and takes a parcel: not the same one, when both were brought and found."""
    track = case.track
    brought = {one.name for one in track.carries}
    return any(one.name in brought and _DELIVERED.search(one.name) for one in track.leaves) and bool(track.takes)


def _left(case: Case, one: Said) -> float:
    return 0.0 if _DELIVERED.search(one.name) else _ABANDONED * case.doubt * (1 + case.night)


def _carried(case: Case, one: Said) -> float:
    if _WEAPONS.search(one.name) and not case.has_purpose:
        return _WEAPON * case.doubt
    if _TOOLS.search(one.name):
        return _TOOL * case.doubt
    calms = _DELIVERED.search(one.name) and not (case.is_alarming or case.track.takes or case.track.leaves)
    return _BRINGS * case.doubt if calms and not {"restricted", "yard"} & case.zone_types else 0.0


def _surest(said: tuple[Said, ...] | list[Said]) -> list[Said]:
    best: dict[str, Said] = {}
    for one in sorted(said, key=lambda one: (-one.confidence, one.at or "", one.source or "")):
        best.setdefault(one.name, one)
    return list(best.values())


def _item(deed: str, one: Said, weight: float) -> Evidence:
    text = f"somebody {_VERBS[deed]} {article(one.name)}"
    return item("interaction", "interaction", text, weight * one.confidence, f"{deed}:{one.name}", one.source, one.at)
