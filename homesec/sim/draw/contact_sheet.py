"""All cameras in all conditions on one sheet, as the first thing to look at."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from math import pi
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim import looks
from homesec.sim.draw.picture import picture
from homesec.sim.looks import AgeGroup
from homesec.sim.property import Property
from homesec.sim.values import Kind, Look, Mishap, Snapshot, State, Thing
from homesec.sim.weather import conditions

_CALM: dict[str, Any] = {"clouds": 0.2, "rain": 0.0, "snow": 0.0, "snow_cover": 0.0, "wind": 0.15}
MOMENTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("day", "2026-06-10T10:30", {}),
    ("overcast", "2026-04-16T14:00", {"clouds": 0.95}),
    ("autumn", "2026-10-18T15:30", {"clouds": 0.35, "wind": 0.5}),
    ("rain", "2026-05-06T16:00", {"clouds": 1.0, "rain": 0.9, "wind": 0.4}),
    ("snow", "2026-01-20T12:00", {"clouds": 1.0, "snow": 0.7, "snow_cover": 0.9}),
    ("dusk", "2026-06-10T21:20", {}),
    ("night", "2026-06-10T23:50", {}),
    ("rainy night", "2026-11-10T21:00", {"clouds": 1.0, "rain": 0.8}),
)
"""Name, local time, and what differs from calm and nearly clear weather."""


def contact_sheet(
    home: Property, cast: Callable[[datetime], Sequence[State]] | None = None, width: int = 320, height: int = 180
) -> NDArray[np.uint8]:
    """RGB sheet: a column for each camera, a row for each of `MOMENTS` and a last one for spoiled views.

    `cast` gives who and what is there at a moment; without it they are `guests`.
    """
    cast = cast or guests
    rows = []
    for name, local, weather in MOMENTS:
        moment = _moment(home, local, weather, cast)
        rows.append([_named(picture(home, camera, moment, width, height), name) for camera in home.cameras])
    moment = _moment(home, MOMENTS[0][1], {}, cast)
    spoils = (("covered", 0.55), ("sprayed", 0.6), ("turned", 0.7), ("covered", 1.0))
    spoiled = []
    for camera, (kind, amount) in zip(home.cameras, spoils, strict=False):
        mishap = Mishap(camera.id, kind, amount, "sheet")  # type: ignore[arg-type]
        seen = picture(home, camera, replace(moment, mishaps=(mishap,)), width, height)
        spoiled.append(_named(seen, f"{kind} {amount:.0%}"))
    return np.vstack([np.hstack(row) for row in [*rows, spoiled]])


def guests(when: datetime) -> list[State]:
    """Some people, animals and vehicles, all about the property at once, with their lights on when it is late."""
    dark = when.hour >= 19 or when.hour < 6

    def thing(name: str, look: Look) -> Thing:
        return Thing(f"guest:{name}", look)

    def person(name: str, number: int, age: AgeGroup = "adult") -> Thing:
        return thing(name, looks.person(np.random.default_rng([number, 0x80]), age))

    def vehicle(style: str, number: int) -> Thing:
        return thing(style, looks.vehicle(np.random.default_rng([number, 0x81]), style))

    def animal(kind: Kind) -> Thing:
        return thing(kind, looks.animal(np.random.default_rng([0x82]), kind))

    parcel = thing("parcel", looks.package(np.random.default_rng([0x83])))
    return [
        State(person("ann", 1), -1.0, -1.0, pi / 2, action="ringing", reach=0.8),
        State(parcel, -2.0, -0.7, 0.3, action="lying"),
        State(person("bob", 2), -0.5, -6.0, pi / 2, speed=1.3, phase=3.3, action="walking"),
        State(person("kid", 3, "child"), -4.5, -6.0, 0.4, speed=2.5, phase=1.2, action="running"),
        State(animal("dog"), 2.5, -6.5, 2.4, speed=1.5, phase=2.2, action="walking"),
        State(person("eve", 4), 1.8, -11.0, 0.0, speed=1.3, phase=0.3, action="walking"),
        State(person("tom", 5, "elder"), -9.5, -11.2, pi, speed=0.9, phase=5.6, action="walking"),
        State(vehicle("sedan", 6), 8.0, -2.6, -pi / 2, action="parked"),
        State(vehicle("suv", 7), 10.0, -13.8, pi, speed=9.0, phase=3.0, action="driving", lights=dark),
        State(vehicle("van", 8), -9.0, -17.2, 0.0, speed=9.0, phase=5.0, action="driving", lights=dark),
        State(person("jim", 9), 2.0, 10.2, -pi / 2, action="trying a door handle", reach=0.7),
        State(person("kim", 10), -3.0, 17.0, -0.7, speed=1.4, phase=4.4, action="walking"),
        State(animal("cat"), 3.0, 14.0, 2.4, speed=0.6, phase=2.2, action="walking"),
        State(person("lea", 11), 7.0, -7.5, 1.2, speed=1.4, phase=4.4, action="walking"),
    ]


def _moment(
    home: Property, local: str, weather: dict[str, Any], cast: Callable[[datetime], Sequence[State]]
) -> Snapshot:
    when = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(home.timezone))
    light = replace(conditions(home.seed, when), **{**_CALM, **weather})
    return Snapshot(when, light, tuple(cast(when)))


def _named(seen: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    height = seen.shape[0]
    for offset, colour in ((1, (20, 20, 20)), (0, (255, 240, 200))):
        corner = (6 + offset, height - 8 + offset)
        cv2.putText(seen, name, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)
    return seen
