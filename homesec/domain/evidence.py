"""What a batch of detections says about risk: class, confidence, local time, number and duration."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from homesec.domain.risk import Evidence

ANIMALS = frozenset({"cat", "dog", "bird", "horse", "sheep", "cow", "bear"})
VEHICLES = frozenset({"bicycle", "car", "motorcycle", "bus", "train", "truck", "boat", "airplane"})
_PRESENCE = {"person": 2.3, "vehicle": 0.9, "animal": -0.6, "thing": 0.3}  # log-odds at full confidence
_NIGHT, _EVENING = 1.0, 0.4  # log-odds
_LONG_S = 30.0  # from here on staying weighs
_LONG_MAX = 0.9  # log-odds


@dataclass(frozen=True)
class Sighting:
    """A detection as far as evidence is concerned."""

    id: int
    frame: tuple[int, int]
    """Upload id and frame number: what was seen at once."""
    at: datetime
    object_type: str
    confidence: float


def kind(object_type: str) -> str:
    """person, vehicle, animal or thing."""
    if object_type == "person":
        return "person"
    if object_type in VEHICLES:
        return "vehicle"
    return "animal" if object_type in ANIMALS else "thing"


def evidence(sightings: Sequence[Sighting], timezone: str) -> list[Evidence]:
    """Name and weigh what these sightings say. `timezone` is the camera's; at least one sighting is needed."""
    best = _best_of_each_kind(sightings)
    if len(best) > 1:
        best.pop("animal", None)  # a dog beside somebody says nothing about somebody
    items = [_presence(sighting) for sighting in best.values()]
    leading = best.get("person") or best.get("vehicle")
    if leading is not None:
        items += _local_time(leading, timezone)
    if "person" in best:
        items += _number(sightings)
        items += _duration([sighting for sighting in sightings if sighting.object_type == "person"])
    if set(best) == {"animal"}:
        items.append(Evidence("only_animals", "presence", "nothing but animals is seen", 0.0, ceiling=5))
    return items


def _best_of_each_kind(sightings: Sequence[Sighting]) -> dict[str, Sighting]:
    best: dict[str, Sighting] = {}
    for sighting in sightings:
        name = kind(sighting.object_type)
        if name not in best or sighting.confidence > best[name].confidence:
            best[name] = sighting
    return best


def _presence(sighting: Sighting) -> Evidence:
    name = kind(sighting.object_type)
    return Evidence(
        kind="class",
        family="presence",
        text=f"a {sighting.object_type} is seen, {sighting.confidence:.0%} sure",
        weight=round(_PRESENCE[name] * sighting.confidence, 4),
        value=sighting.object_type,
        source=f"detections:{sighting.id}",
        at=sighting.at.isoformat(),
    )


def _local_time(sighting: Sighting, timezone: str) -> list[Evidence]:
    local = sighting.at.astimezone(ZoneInfo(timezone))
    hour = local.hour + local.minute / 60
    if hour >= 22 or hour < 6:
        weight, text = _NIGHT, "at night"
    elif hour >= 20 or hour < 7:
        weight, text = _EVENING, "early or late in the day"
    else:
        return []
    return [
        Evidence(
            kind="local_time",
            family="time",
            text=f"{text} ({local:%H:%M} local time)",
            weight=weight,
            value=f"{local:%H:%M}",
            source=f"detections:{sighting.id}",
            at=sighting.at.isoformat(),
        )
    ]


def _number(sightings: Sequence[Sighting]) -> list[Evidence]:
    """Persons seen at once, not detections: the same person in ten pictures is one."""
    at_once = Counter(sighting.frame for sighting in sightings if sighting.object_type == "person")
    frame, persons = max(at_once.items(), key=lambda item: (item[1], item[0]))
    if persons < 2:
        return []
    return [
        Evidence(
            kind="group_size",
            family="number",
            text=f"{persons} persons at once",
            weight=round(min(0.25 * (persons - 1), 0.75), 4),
            value=persons,
            source=f"uploads:{frame[0]}",
        )
    ]


def _duration(persons: Sequence[Sighting]) -> list[Evidence]:
    first, last = min(persons, key=lambda seen: seen.at), max(persons, key=lambda seen: seen.at)
    seconds = (last.at - first.at).total_seconds()
    if seconds < _LONG_S:
        return []
    return [
        Evidence(
            kind="duration",
            family="duration",
            text=f"somebody stays for {seconds:.0f} s",
            weight=round(min(seconds / 90.0, 1.0) * _LONG_MAX, 4),
            value=round(seconds, 1),
            source=f"detections:{last.id}",
            at=last.at.isoformat(),
        )
    ]
