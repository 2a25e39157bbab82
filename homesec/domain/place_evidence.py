"""What stays in zones and crossings of lines say about risk, of somebody of whom nothing else is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homesec.domain.evidence import kind
from homesec.domain.risk import Evidence

_PERSON = {"restricted": 0.8, "yard": 0.3, "entry_point": 0.2, "driveway": 0.1, "sidewalk": -0.1}  # log-odds
_VEHICLE = {"restricted": 0.5, "yard": 0.3, "sidewalk": -0.1}
_WEIGHTS = {"person": _PERSON, "vehicle": _VEHICLE}
_LOITERING = 0.5  # log-odds, beside what the time itself weighs
_COMES_IN = 0.2


@dataclass(frozen=True)
class Visit:
    """One stay or one crossing of a track of the batch."""

    record_id: int
    """In `dwell_time_records`."""
    zone: str
    zone_type: str
    object_class: str
    at: datetime
    """Of the entry or the crossing."""
    seconds: float
    direction: str | None
    """Of a crossing: in or out."""
    loitered: bool


def place_evidence(visits: Sequence[Visit]) -> list[Evidence]:
    """The most telling zone, each stay that was long for its zone, each line that was crossed."""
    telling = [visit for visit in visits if kind(visit.object_class) in _WEIGHTS]
    stays = [visit for visit in telling if visit.direction is None]
    items = []
    if stays:
        place = max(stays, key=lambda stay: (_weight(stay), stay.seconds, -stay.record_id))
        where, what = place.zone, place.zone_type.replace("_", " ")
        said = f"a {place.object_class} is in the zone {where}" + ("" if where.lower() == what else f" ({what})")
        items.append(_item("zone", "place", said, _weight(place), place, place.zone_type))
    for stay in stays:
        if stay.loitered and kind(stay.object_class) == "person":
            said = f"a {stay.object_class} lingers in the zone {stay.zone} for {stay.seconds:.0f} s"
            items.append(_item("loitering", "duration", said, _LOITERING, stay, round(stay.seconds, 1)))
    items += _lines([visit for visit in telling if visit.direction is not None])
    return items


def _lines(crossings: Sequence[Visit]) -> list[Evidence]:
    """One item for each line and direction: who goes to and fro does not become more worrying with each time."""
    first: dict[tuple[str, str | None], Visit] = {}
    for crossing in sorted(crossings, key=lambda one: (one.at, one.record_id)):
        first.setdefault((crossing.zone, crossing.direction), crossing)
    return [
        _item(
            "line", "place", f"a {one.object_class} crosses the line {line}, going {direction}",
            _COMES_IN if direction == "in" and kind(one.object_class) == "person" else 0.0, one, f"{line}:{direction}",
        )
        for (line, direction), one in first.items()
    ]  # fmt: skip


def _weight(stay: Visit) -> float:
    return _WEIGHTS[kind(stay.object_class)].get(stay.zone_type, 0.0)


def _item(name: str, family: str, text: str, weight: float, visit: Visit, value: float | str) -> Evidence:
    return Evidence(
        kind=name,
        family=family,
        text=text,
        weight=weight,
        value=value,
        source=f"dwell_time_records:{visit.record_id}",
        at=visit.at.isoformat(),
    )
