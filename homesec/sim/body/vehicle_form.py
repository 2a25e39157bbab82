"""The forms of vehicles: side profiles, wheels and windows of every style, as shares of length and height."""

from collections.abc import Mapping
from dataclasses import dataclass

Profile = tuple[tuple[float, float], ...]
"""Shares of length (-0.5 rear .. 0.5 front) and of height, counter-clockwise as seen from the right side."""


@dataclass(frozen=True)
class VehicleForm:
    """What makes a style of vehicle recognisable."""

    body: Profile
    wheels: tuple[float, ...]
    wheel_m: float
    """Radius."""
    side_windows: tuple[tuple[float, float], ...]
    """Where they begin and end along the length, at their foot."""
    window_band: tuple[float, float]
    """Foot and top of side windows."""
    cabin: Profile | None = None
    """Rear foot, front foot, front top, rear top; drawn in towards the roof. None: the body itself is the cabin."""
    narrowing: float = 0.0
    """How much narrower the roof is than the belt on each side, as a share of the width."""
    windscreen: Profile = ()
    """Foot and top, of vehicles without a cabin."""
    rear_panes: tuple[tuple[float, float], ...] = ()
    """Right and left edges of windows in the back, as shares of half the width."""
    doors: tuple[float, ...] = ()
    """Where passenger doors of glass are on the right side."""
    freight: Profile | None = None
    """A white box for freight: rear bottom and front top."""
    bed: tuple[float, float] | None = None
    """Rear and front end of an open bed."""


_BONNET = ((0.46, 0.16), (0.49, 0.2), (0.5, 0.3), (0.492, 0.45))
FORMS: Mapping[str, VehicleForm] = {
    "sedan": VehicleForm(
        body=((-0.47, 0.17), *_BONNET, (0.43, 0.54), (0.2, 0.64), (-0.32, 0.66), (-0.47, 0.64), (-0.495, 0.55),
              (-0.5, 0.3)),
        cabin=((-0.37, 0.64), (0.23, 0.63), (0.05, 0.98), (-0.21, 1.0)), narrowing=0.1,
        wheels=(0.31, -0.3), wheel_m=0.32, side_windows=((-0.32, -0.09), (-0.07, 0.17)), window_band=(0.67, 0.94),
    ),
    "hatchback": VehicleForm(
        body=((-0.47, 0.17), *_BONNET, (0.44, 0.54), (0.24, 0.64), (-0.44, 0.67), (-0.49, 0.6), (-0.5, 0.32)),
        cabin=((-0.47, 0.65), (0.27, 0.63), (0.07, 0.98), (-0.36, 1.0)), narrowing=0.1,
        wheels=(0.32, -0.31), wheel_m=0.32, side_windows=((-0.4, -0.12), (-0.1, 0.2)), window_band=(0.67, 0.94),
    ),
    "suv": VehicleForm(
        body=((-0.47, 0.2), (0.46, 0.19), (0.495, 0.25), (0.5, 0.38), (0.49, 0.52), (0.44, 0.58), (0.24, 0.64),
              (-0.46, 0.66), (-0.495, 0.58), (-0.5, 0.3)),
        cabin=((-0.485, 0.64), (0.26, 0.63), (0.12, 0.97), (-0.43, 1.0)), narrowing=0.08,
        wheels=(0.31, -0.3), wheel_m=0.37, side_windows=((-0.44, -0.26), (-0.24, -0.03), (-0.01, 0.21)),
        window_band=(0.67, 0.93),
    ),
    "pickup": VehicleForm(
        body=((-0.49, 0.26), (0.46, 0.21), (0.495, 0.28), (0.5, 0.4), (0.49, 0.52), (0.45, 0.58), (0.23, 0.63),
              (-0.49, 0.62), (-0.5, 0.36)),
        cabin=((-0.13, 0.61), (0.25, 0.62), (0.13, 0.98), (-0.09, 1.0)), narrowing=0.08, bed=(-0.47, -0.14),
        wheels=(0.32, -0.3), wheel_m=0.38, side_windows=((-0.1, 0.02), (0.04, 0.2)), window_band=(0.66, 0.93),
    ),
    "van": VehicleForm(
        body=((-0.49, 0.14), (0.48, 0.13), (0.5, 0.22), (0.495, 0.36), (0.4, 0.46), (0.28, 0.9), (0.22, 0.985),
              (-0.49, 1.0), (-0.5, 0.3)),
        windscreen=((0.4, 0.46), (0.28, 0.9)), rear_panes=((-0.82, -0.08), (0.08, 0.82)),
        wheels=(0.31, -0.29), wheel_m=0.35, side_windows=((0.12, 0.31),), window_band=(0.5, 0.8),
    ),
    "box_truck": VehicleForm(
        body=((-0.5, 0.28), (-0.47, 0.2), (0.47, 0.15), (0.5, 0.22), (0.5, 0.42), (0.44, 0.71), (0.28, 0.74),
              (0.28, 1.0), (-0.5, 1.0)),
        windscreen=((0.5, 0.42), (0.44, 0.71)), freight=((-0.5, 0.29), (0.28, 1.0)),
        wheels=(0.36, -0.28), wheel_m=0.45, side_windows=((0.32, 0.44),), window_band=(0.44, 0.66),
    ),
    "city_bus": VehicleForm(
        body=((-0.5, 0.14), (0.49, 0.12), (0.5, 0.28), (0.499, 0.4), (0.492, 0.9), (0.47, 1.0), (-0.49, 1.0),
              (-0.5, 0.9)),
        windscreen=((0.499, 0.4), (0.492, 0.9)), rear_panes=((-0.78, 0.78),), doors=(0.38, -0.05),
        wheels=(0.27, -0.24), wheel_m=0.48, window_band=(0.45, 0.82),
        side_windows=((-0.47, -0.35), (-0.33, -0.21), (-0.19, -0.07), (-0.05, 0.07), (0.09, 0.21), (0.23, 0.35),
                      (0.37, 0.47)),
    ),
}  # fmt: skip
"""By style."""
