"""All cameras in all conditions on one sheet, as the first thing to look at."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim.draw.picture import picture
from homesec.sim.property import Property
from homesec.sim.values import Mishap, Snapshot, State
from homesec.sim.weather import conditions

_CALM: dict[str, float] = {"clouds": 0.2, "rain": 0.0, "snow": 0.0, "snow_cover": 0.0, "wind": 0.15}
MOMENTS: tuple[tuple[str, str, dict[str, float]], ...] = (
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
    home: Property, cast: Callable[[datetime], Sequence[State]], width: int = 320, height: int = 180
) -> NDArray[np.uint8]:
    """RGB sheet: a column for each camera, a row for each of `MOMENTS` and a last one for spoiled views.

    `cast` gives who and what is there at a moment.
    """
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


def _moment(
    home: Property, local: str, weather: dict[str, float], cast: Callable[[datetime], Sequence[State]]
) -> Snapshot:
    when = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(home.timezone))
    light = replace(conditions(home.seed, when), **{**_CALM, **weather})
    return Snapshot(when, light, tuple(cast(when)))


def _named(seen: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    height = seen.shape[0]
    cv2.putText(seen, name, (6, height - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (20, 20, 20), 3, cv2.LINE_AA)
    cv2.putText(seen, name, (6, height - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 240, 200), 1, cv2.LINE_AA)
    return seen
