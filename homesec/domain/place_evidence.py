"""Where somebody or something is, for how long against what is usual there, and over which line it came."""

from dataclasses import dataclass

from homesec.domain.case import DEEP, Case
from homesec.domain.evidence import article, item
from homesec.domain.hand_evidence import delivered
from homesec.domain.risk import Evidence
from homesec.domain.scene_facts import Stay, Zone

_PERSON = {"restricted": 0.9, "yard": 0.25, "sidewalk": -0.25}  # log-odds of a stranger
_VEHICLE = {"restricted": 0.5, "yard": 0.3, "sidewalk": -0.1}
_WEIGHTS = {"person": _PERSON, "vehicle": _VEHICLE}
_OWNED = 0.35  # beside that: the owner said who may be there
_COMES_IN = 0.15


@dataclass(frozen=True)
class _Patience:
    """How long a stay is nothing special, and what one of four times that weighs."""

    seconds: float
    weight: float


_PATIENCE = {
    "entry_point": _Patience(30.0, 1.2), "restricted": _Patience(12.0, 0.9), "driveway": _Patience(60.0, 0.9),
    "yard": _Patience(75.0, 0.9), "sidewalk": _Patience(120.0, 0.6),
}  # fmt: skip
_ELSEWHERE = _Patience(90.0, 0.5)
_NOWHERE = _Patience(60.0, 0.8)  # no zone is drawn
_VEHICLES = _Patience(600.0, 0.5)
_AT_ONCE = 0.7  # share of the weight when patience ends; all of it at four times that
_WAITING = 0.4  # share that is left for who rings and waits, and beside a deed that says it all


def place(case: Case) -> list[Evidence]:
    """The most telling zone."""
    weights = _WEIGHTS.get(case.kind)
    if weights is None or not case.stays:
        return []
    zone, stay = max(case.stays, key=lambda one: (weights.get(one[0].zone_type, 0.0), one[1].seconds))
    weight = weights.get(zone.zone_type, 0.0) * case.doubt
    words = zone.zone_type.replace("_", " ")
    where = zone.name + ("" if words == zone.name.lower().replace("_", " ") else f" ({words})")
    said = f"{article(case.track.object_class)} is in the zone {where}"
    items = [item("zone", "place", said, weight, zone.zone_type, stay.source, stay.at)]
    owned = next((zone for zone, _ in case.stays if zone.allowed is not None), None)
    if case.kind == "person" and owned is not None and case.member is None and case.doubt >= 1.0:
        said = f"{owned.name} is for those whom the owner named"
        items.append(item("owned_zone", "place", said, _OWNED, owned.name, stay.source, stay.at))
    return items


def staying(case: Case) -> list[Evidence]:
    """The stay that was longest beyond what its zone is patient with; what explains a stay makes it ordinary."""
    if case.kind not in _WEIGHTS or case.has_purpose or case.doubt == 0 or delivered(case) is not None:
        return []
    longest = max(_stays(case), default=None, key=lambda one: one[0])
    if longest is None or longest[0] <= 0:
        return []
    weight, where, stay = longest
    says_it_all = case.deed is not None and (case.deed.group == "visit" or case.deed.alarms)
    weight *= case.doubt * (_WAITING if says_it_all else 1.0)
    said = f"{article(case.track.object_class)} stays {where} for {_span(stay.seconds)}"
    return [item("loitering", "duration", said, weight, round(stay.seconds, 1), stay.source, stay.at)]


def _stays(case: Case) -> list[tuple[float, str, Stay]]:
    track = case.track
    if case.kind == "vehicle":
        found = [(zone, stay) for zone, stay in case.stays if zone.zone_type not in ("sidewalk", "other", "excluded")]
        much = 0.5 + 0.5 * (case.night >= DEEP)
        return [(_beyond(stay.seconds, _VEHICLES) * much, f"in the zone {zone.name}", stay) for zone, stay in found]
    if not case.stays and track.seconds is not None:
        stay = Stay("", track.seconds, track.source, track.at)
        return [(_beyond(track.seconds, _NOWHERE), "in view", stay)]
    return [(_beyond(stay.seconds, _patience(zone)), f"in the zone {zone.name}", stay) for zone, stay in case.stays]


def _patience(zone: Zone) -> _Patience:
    """As the owner said, or as is usual there, within reason; else as zones of this type have."""
    usual = _PATIENCE.get(zone.zone_type, _ELSEWHERE)
    if zone.loiter_s is not None:
        return _Patience(zone.loiter_s, usual.weight)
    if zone.usual_s is not None:
        return _Patience(min(max(zone.usual_s, usual.seconds / 2), usual.seconds * 4), usual.weight)
    return usual


def _beyond(seconds: float, patience: _Patience) -> float:
    if seconds < patience.seconds:
        return 0.0
    return patience.weight * min(_AT_ONCE + (1 - _AT_ONCE) * (seconds / patience.seconds - 1) / 3, 1.0)


def lines(case: Case) -> list[Evidence]:
    """One item for each line and direction: who goes to and fro does not become more worrying with each time."""
    if case.kind not in _WEIGHTS:
        return []
    first = {(one.line, one.direction): one for one in reversed(case.track.crossings)}
    return [
        item(
            "line", "place", f"{article(case.track.object_class)} crosses the line {line}, going {direction}",
            _COMES_IN * case.doubt if direction == "in" and case.kind == "person" else 0.0, f"{line}:{direction}",
            one.source, one.at,
        )
        for (line, direction), one in first.items()
    ]  # fmt: skip


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
