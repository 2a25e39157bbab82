"""Cars, trucks and buses: profiles pulled across the width of the vehicle, with windows, wheels, lights and plates."""

from dataclasses import dataclass
from math import cos, pi, sin

from homesec.sim.body.assembly import Assembly, Spot, toned
from homesec.sim.values import Colour, Part, State

Profile = tuple[tuple[float, float], ...]
"""Shares of length (-0.5 rear .. 0.5 front) and height, counter-clockwise seen from the right side: front to the right."""

TYRE: Colour = (30, 30, 33)
GLASS: Colour = (50, 62, 74)
GLARE: Colour = (104, 122, 138)
HEADLIGHT: Colour = (236, 240, 240)
TAIL: Colour = (168, 24, 26)
PLATE: Colour = (240, 240, 236)
DECAL_M = 0.012  # what lies on a panel stands out so far, so that it is never under it


@dataclass(frozen=True)
class _Form:
    """What makes a style of vehicle recognisable."""

    body: Profile
    cabin: Profile | None
    """Drawn in towards the roof; None where the body itself is the cabin."""
    wheels: tuple[float, ...]
    wheel_m: float
    side_windows: tuple[tuple[float, float], ...]
    """Where they begin and end along the length, at their foot."""
    window_band: tuple[float, float]
    """Foot and top of side windows as shares of the height."""
    narrowing: float = 0.0
    """How much narrower the roof is than the belt on each side, as a share of the width."""


_CAR_FRONT = ((0.47, 0.16), (0.5, 0.28), (0.49, 0.46))
_FORMS: dict[str, _Form] = {
    "sedan": _Form(
        body=((-0.48, 0.17), *_CAR_FRONT, (0.42, 0.54), (0.17, 0.64), (-0.3, 0.65), (-0.49, 0.63), (-0.5, 0.34)),
        cabin=((-0.34, 0.63), (0.2, 0.62), (0.02, 0.985), (-0.17, 1.0)),
        wheels=(0.31, -0.3), wheel_m=0.32, side_windows=((-0.27, -0.07), (-0.05, 0.14)), window_band=(0.66, 0.94),
        narrowing=0.12,
    ),
    "hatchback": _Form(
        body=((-0.48, 0.17), *_CAR_FRONT, (0.43, 0.54), (0.22, 0.64), (-0.44, 0.66), (-0.49, 0.6), (-0.5, 0.34)),
        cabin=((-0.47, 0.64), (0.25, 0.62), (0.05, 0.98), (-0.34, 1.0)),
        wheels=(0.32, -0.31), wheel_m=0.32, side_windows=((-0.38, -0.1), (-0.08, 0.18)), window_band=(0.66, 0.94),
        narrowing=0.12,
    ),
    "suv": _Form(
        body=((-0.48, 0.2), (0.47, 0.2), (0.5, 0.3), (0.495, 0.5), (0.43, 0.58), (0.22, 0.64), (-0.46, 0.66),
              (-0.5, 0.58), (-0.5, 0.32)),
        cabin=((-0.49, 0.64), (0.25, 0.63), (0.1, 0.97), (-0.42, 1.0)),
        wheels=(0.31, -0.3), wheel_m=0.37, side_windows=((-0.43, -0.24), (-0.22, -0.02), (0.0, 0.19)),
        window_band=(0.66, 0.93), narrowing=0.09,
    ),
    "pickup": _Form(
        body=((-0.49, 0.26), (0.47, 0.22), (0.5, 0.32), (0.495, 0.5), (0.45, 0.57), (0.21, 0.62), (-0.49, 0.6),
              (-0.5, 0.36)),
        cabin=((-0.1, 0.6), (0.23, 0.61), (0.11, 0.98), (-0.07, 1.0)),
        wheels=(0.32, -0.3), wheel_m=0.38, side_windows=((-0.06, 0.04), (0.055, 0.17)), window_band=(0.65, 0.93),
        narrowing=0.09,
    ),
    "van": _Form(
        body=((-0.49, 0.14), (0.48, 0.14), (0.5, 0.24), (0.495, 0.38), (0.4, 0.46), (0.27, 0.92), (0.22, 0.985),
              (-0.49, 1.0), (-0.5, 0.3)),
        cabin=None, wheels=(0.31, -0.29), wheel_m=0.35, side_windows=((0.12, 0.3),), window_band=(0.5, 0.8),
    ),
    "box_truck": _Form(
        body=((-0.5, 0.28), (-0.47, 0.2), (0.47, 0.15), (0.5, 0.22), (0.5, 0.42), (0.44, 0.7), (0.28, 0.74),
              (0.28, 1.0), (-0.5, 1.0)),
        cabin=None, wheels=(0.36, -0.28), wheel_m=0.45, side_windows=((0.32, 0.43),), window_band=(0.45, 0.66),
    ),
    "city_bus": _Form(
        body=((-0.5, 0.14), (0.49, 0.12), (0.5, 0.3), (0.492, 0.96), (0.47, 1.0), (-0.49, 1.0), (-0.5, 0.9)),
        cabin=None, wheels=(0.27, -0.24), wheel_m=0.48,
        side_windows=((-0.46, -0.34), (-0.32, -0.2), (-0.18, -0.06), (-0.04, 0.08), (0.1, 0.22), (0.24, 0.36), (0.39, 0.47)),
        window_band=(0.45, 0.82),
    ),
}  # fmt: skip


def vehicle_parts(state: State) -> list[Part]:
    """The parts of a car, truck or bus; parts that face away are one-sided, so that about half of them is painted."""
    look = state.thing.look
    form = _FORMS[look.style]
    body, trim = look.colours[:2]
    made = Assembly()
    length, height, half = look.length_m, look.height_m, look.width_m / 2
    lower = [(f * length, u * height) for f, u in form.body]
    _underside(made, form, length, half, height)
    _pulled(made, lower, half, half, half, body, 1)
    _wheels(made, form, length, half, state.phase)
    if form.cabin:
        upper = [(f * length, u * height) for f, u in form.cabin]
        inset = form.narrowing * look.width_m
        _cabin(made, upper, half - 0.03, half - inset, body)
    _windows(made, form, look.length_m, height, half, look.width_m)
    _panel_lines(made, form, length, height, half, body, trim)
    _lights(made, lower, half, height, state.lights)
    _plates(made, lower, half, height)
    if look.style == "pickup":
        bed = height * 0.606
        made.polygon(
            [(-0.47 * length, half * 0.86, bed), (-0.47 * length, -half * 0.86, bed), (-0.12 * length, -half * 0.86, bed),
             (-0.12 * length, half * 0.86, bed)], toned(trim, 0.7), layer=2, one_sided=True,
        )  # fmt: skip
    return made.placed(state.x, state.y, state.z, state.heading)


def plate_corners(state: State) -> tuple[list[Spot], list[Spot]]:
    """Front and rear number plate in the vehicle's own coordinates: corners from the top left as a reader sees them."""
    look = state.thing.look
    lower = [(f * look.length_m, u * look.height_m) for f, u in _FORMS[look.style].body]
    return _plate(lower, look.height_m, 1.0), _plate(lower, look.height_m, -1.0)


def _pulled(
    made: Assembly,
    profile: list[tuple[float, float]],
    left: float,
    right: float,
    across: float,
    colour: Colour,
    layer: int,
) -> None:
    # A profile pulled across: both sides and a strip for every edge. Seen from the right side it is counter-clockwise.
    made.polygon([(f, -right, u) for f, u in profile], colour, one_sided=True, layer=layer)
    made.polygon([(f, left, u) for f, u in reversed(profile)], colour, one_sided=True, layer=layer)
    for (f0, u0), (f1, u1) in zip(profile, [*profile[1:], profile[0]], strict=True):
        strip = [(f0, -across, u0), (f0, across, u0), (f1, across, u1), (f1, -across, u1)]
        made.polygon(strip, colour, one_sided=True, layer=layer)


def _cabin(made: Assembly, profile: list[tuple[float, float]], foot: float, top: float, colour: Colour) -> None:
    # Rear foot, front foot, front top, rear top; glass in front and behind.
    (rf, ru), (ff, fu), (ft, tu), (rt, ru2) = profile
    corners = {
        "rl": (rf, foot, ru), "rr": (rf, -foot, ru), "fl": (ff, foot, fu), "fr": (ff, -foot, fu),
        "tfl": (ft, top, tu), "tfr": (ft, -top, tu), "trl": (rt, top, ru2), "trr": (rt, -top, ru2),
    }  # fmt: skip
    for names in (("fl", "rl", "trl", "tfl"), ("rr", "fr", "tfr", "trr"), ("tfr", "tfl", "trl", "trr"),
                  ("fr", "fl", "tfl", "tfr"), ("rl", "rr", "trr", "trl")):  # fmt: skip
        made.polygon([corners[name] for name in names], colour, one_sided=True, layer=3)
    for names, out in ((("fr", "fl", "tfl", "tfr"), DECAL_M), (("rl", "rr", "trr", "trl"), -DECAL_M)):
        pane = _inset([corners[name] for name in names], 0.09, out)
        made.polygon(pane, GLASS, one_sided=True, layer=4)
        made.polygon(_glare(pane), GLARE, one_sided=True, layer=5)


def _windows(made: Assembly, form: _Form, length: float, height: float, half: float, width: float) -> None:
    low, high = form.window_band
    if form.cabin:
        (rf, ru), (ff, fu), (ft, tu), (rt, ru2) = form.cabin
        foot_half, top_half = half - 0.03, half - form.narrowing * width
    for start, end in form.side_windows:
        if form.cabin:
            # Windows follow the slanting pillars of the cabin.
            def along(f: float, u: float) -> float:
                rear = rf + (rt - rf) * (u - ru) / (ru2 - ru) + 0.025
                front = ff + (ft - ff) * (u - fu) / (tu - fu) - 0.025
                return min(max(f, rear), front)

            def out(u: float) -> float:
                return foot_half + (top_half - foot_half) * (u - ru) / (ru2 - ru) + DECAL_M

            edge = [
                (along(start, low), low),
                (along(end, low), low),
                (along(end, high), high),
                (along(start, high), high),
            ]
            sides = [[(f * length, side * out(u), u * height) for f, u in edge] for side in (-1.0, 1.0)]
            layer = 4
        else:
            slope = 0.06 if (start, end) == form.side_windows[-1] and len(form.side_windows) == 1 else 0.0
            edge = [(start, low), (end + slope * 0.6, low), (end - slope * 0.7, high), (start, high)]
            sides = [[(f * length, side * (half + DECAL_M), u * height) for f, u in edge] for side in (-1.0, 1.0)]
            layer = 2
        for index, corners in enumerate(sides):
            pane = corners if index == 0 else corners[::-1]
            made.polygon(pane, GLASS, one_sided=True, layer=layer)
            made.polygon(_glare(pane), GLARE, one_sided=True, layer=layer + 1)
    if form.cabin:
        return
    lower = [(f * length, u * height) for f, u in form.body]
    # The windscreen lies on the slanting (or upright) front, the rear window high on the back.
    slants = [
        (a, b)
        for a, b in zip(lower, [*lower[1:], lower[0]], strict=True)
        if b[1] - a[1] > 0.22 * height and a[0] > 0.25 * length and b[0] > 0.2 * length and a[1] > 0.25 * height
    ]
    for (f0, u0), (f1, u1) in slants[-1:]:
        pane = _inset([(f0, -half, u0), (f0, half, u0), (f1, half, u1), (f1, -half, u1)], 0.07, DECAL_M)
        if len(form.side_windows) > 3:
            pane = [(f, left, u if u > 0.5 * height else 0.42 * height) for f, left, u in pane]
        made.polygon(pane, GLASS, one_sided=True, layer=2)
        made.polygon(_glare(pane), GLARE, one_sided=True, layer=3)
    rear = -0.5 * length - DECAL_M
    if len(form.side_windows) > 3:
        panes = [(-0.78, 0.78)]
    else:
        panes = [(-0.82, -0.08), (0.08, 0.82)] if form.window_band[0] > 0.48 else []
    for right, left in panes:
        pane = [(rear, left * half, 0.56 * height), (rear, right * half, 0.56 * height),
                (rear, right * half, 0.84 * height), (rear, left * half, 0.84 * height)]  # fmt: skip
        made.polygon(pane, GLASS, one_sided=True, layer=2)


def _wheels(made: Assembly, form: _Form, length: float, half: float, driven_m: float) -> None:
    radius = form.wheel_m
    turn = driven_m / radius
    for place in form.wheels:
        centre = place * length
        for side in (1.0, -1.0):
            out = side * (half + DECAL_M)

            def disc(far: float, size: float, colour: Colour, layer: int, side: float = side, centre: float = centre,
                     out: float = out) -> None:  # fmt: skip
                middle = (centre, out + side * far, radius)
                tip = (centre, out + side * (far + 1.0), radius)
                made.disc(middle, tip, size, colour, one_sided=True, layer=layer)

            made.disc((centre, out, radius * 1.04), (centre, out + side, radius * 1.04), radius * 1.16, (22, 22, 24),
                      one_sided=True, layer=2, solid=False)  # fmt: skip
            disc(0.005, radius, TYRE, 3)
            disc(0.01, radius * 0.66, (168, 172, 178), 4)
            disc(0.015, radius * 0.2, (84, 88, 94), 6)
            for spoke in range(3):
                angle = -turn + spoke * pi / 3
                dx, dz = cos(angle) * radius * 0.58, sin(angle) * radius * 0.58
                ox, oz = -sin(angle) * 0.022, cos(angle) * 0.022
                bar = [(centre - dx - ox, radius - dz - oz), (centre + dx - ox, radius + dz - oz),
                       (centre + dx + ox, radius + dz + oz), (centre - dx + ox, radius - dz + oz)]  # fmt: skip
                spots = [(f, out + side * 0.012, u) for f, u in bar]
                made.polygon(spots if side < 0 else spots[::-1], (110, 114, 120), one_sided=True, layer=5)


def _underside(made: Assembly, form: _Form, length: float, half: float, height: float) -> None:
    # Tyres as they are seen from before and behind, and the dark below the sill.
    for place in form.wheels:
        for side in (1.0, -1.0):
            inner, outer = side * (half - 0.24), side * half
            low, high = 0.0, form.wheel_m * 1.2
            for ahead in (form.wheel_m * 0.75, -form.wheel_m * 0.75):
                centre = place * length + ahead
                made.polygon(
                    [(centre, inner, low), (centre, outer, low), (centre, outer, high), (centre, inner, high)], TYRE,
                    layer=0,
                )  # fmt: skip
    base = form.body[0][1] * height * 0.75
    made.polygon(
        [(-0.44 * length, half * 0.9, base), (-0.44 * length, -half * 0.9, base), (0.44 * length, -half * 0.9, base),
         (0.44 * length, half * 0.9, base)], (18, 18, 20), layer=0,
    )  # fmt: skip


def _panel_lines(
    made: Assembly, form: _Form, length: float, height: float, half: float, body: Colour, trim: Colour
) -> None:
    base = max(u for _, u in form.body[:2]) * height
    lines = [end for _, end in form.side_windows[:-1]] + [form.side_windows[0][0] + 0.02, form.side_windows[-1][1]]
    for side in (-1.0, 1.0):
        out = side * (half + DECAL_M)
        sill = [(-0.46 * length, out, base * 0.98), (0.45 * length, out, base * 0.98), (0.45 * length, out, base + 0.09),
                (-0.46 * length, out, base + 0.09)]  # fmt: skip
        made.polygon(sill if side < 0 else sill[::-1], trim, one_sided=True, layer=2)
        if form.cabin:
            for place in lines:
                f = (place + 0.01) * length
                bar = [
                    (f, out, base + 0.1),
                    (f + 0.018, out, base + 0.1),
                    (f + 0.018, out, 0.62 * height),
                    (f, out, 0.62 * height),
                ]
                made.polygon(bar if side < 0 else bar[::-1], toned(body, 0.55), one_sided=True, layer=2)
            for _, end in form.side_windows[:-1] or form.side_windows:
                f = (end - 0.045) * length
                handle = [(f, out, 0.56 * height), (f + 0.16, out, 0.56 * height), (f + 0.16, out, 0.585 * height),
                          (f, out, 0.585 * height)]  # fmt: skip
                made.polygon(handle if side < 0 else handle[::-1], toned(body, 0.45), one_sided=True, layer=2)
        if form.cabin or len(form.side_windows) == 1:
            front = form.side_windows[-1][1] * length
            up = (form.window_band[0] + 0.03) * height
            _mirror(made, front, up, side, half, toned(body, 0.8))
        elif len(form.side_windows) > 3:
            band = [(-0.495 * length, out, 0.3 * height), (0.49 * length, out, 0.3 * height), (0.49 * length, out, 0.36 * height),
                    (-0.495 * length, out, 0.36 * height)]  # fmt: skip
            made.polygon(band if side < 0 else band[::-1], (238, 238, 234), one_sided=True, layer=2)
            for door in (0.37, -0.05):
                panel = [(door * length, out, 0.16 * height), (door * length + 1.15, out, 0.16 * height),
                         (door * length + 1.15, out, 0.84 * height), (door * length, out, 0.84 * height)]  # fmt: skip
                if side < 0:
                    made.polygon(panel, (66, 78, 90), one_sided=True, layer=3)
                    middle = door * length + 0.55
                    made.polygon([(middle, out, 0.16 * height), (middle + 0.05, out, 0.16 * height), (middle + 0.05, out, 0.84 * height),
                                  (middle, out, 0.84 * height)], (30, 32, 36), one_sided=True, layer=4)  # fmt: skip
    if not form.cabin and len(form.side_windows) == 1 and form.wheel_m > 0.4:
        # A box truck's freight box is white, whatever its cab is.
        white: Colour = (228, 229, 226)
        for side in (-1.0, 1.0):
            out = side * (half + DECAL_M)
            box = [(-0.5 * length, out, 0.29 * height), (0.275 * length, out, 0.29 * height), (0.275 * length, out, 0.995 * height),
                   (-0.5 * length, out, 0.995 * height)]  # fmt: skip
            made.polygon(box if side < 0 else box[::-1], white, one_sided=True, layer=2)
            stripe = [(-0.46 * length, out, 0.52 * height), (0.235 * length, out, 0.6 * height), (0.235 * length, out, 0.72 * height),
                      (-0.46 * length, out, 0.64 * height)]  # fmt: skip
            made.polygon(stripe if side < 0 else stripe[::-1], body, one_sided=True, layer=3)
        rear = -0.5 * length - DECAL_M
        made.polygon([(rear, half * 0.96, 0.3 * height), (rear, -half * 0.96, 0.3 * height), (rear, -half * 0.96, 0.98 * height),
                      (rear, half * 0.96, 0.98 * height)], white, one_sided=True, layer=2)  # fmt: skip
        made.polygon([(rear, 0.02, 0.3 * height), (rear, -0.02, 0.3 * height), (rear, -0.02, 0.98 * height), (rear, 0.02, 0.98 * height)],
                     (120, 122, 124), one_sided=True, layer=3)  # fmt: skip


def _mirror(made: Assembly, ahead: float, up: float, side: float, half: float, colour: Colour) -> None:
    inner, outer = side * half, side * (half + 0.17)
    made.disc((ahead, outer, up + 0.04), (ahead, outer + side, up + 0.04), 0.08, colour, one_sided=True, layer=6)
    for face, layer in ((ahead + 0.05, 6), (ahead - 0.05, 0)):  # its back is seen past the cabin, never through it
        glass = [(face, inner, up), (face, outer, up - 0.03), (face, outer, up + 0.12), (face, inner, up + 0.08)]
        outward = (side > 0) == (layer == 6)
        made.polygon(glass if outward else glass[::-1], colour, one_sided=True, layer=layer)


def _lights(made: Assembly, profile: list[tuple[float, float]], half: float, height: float, on: bool) -> None:
    front, rear = max(f for f, _ in profile), min(f for f, _ in profile)
    up = min(0.42 * height, 0.8)
    glow = 1.0 if on else 0.0
    for side in (1.0, -1.0):
        outer, inner = side * half * 0.94, side * half * 0.58
        for ahead, colour, tall in ((front + DECAL_M, HEADLIGHT, 0.16), (rear - DECAL_M, TAIL, 0.2)):
            lamp = [(ahead, inner, up), (ahead, outer, up), (ahead, outer, up + tall), (ahead, inner, up + tall)]
            outward = (side > 0) == (ahead > 0)
            made.polygon(lamp if outward else lamp[::-1], colour, one_sided=True, layer=3,
                         glow=glow if ahead > 0 else glow * 0.6)  # fmt: skip
    grille = [(front + DECAL_M, -half * 0.5, up - 0.08), (front + DECAL_M, half * 0.5, up - 0.08),
              (front + DECAL_M, half * 0.5, up + 0.1), (front + DECAL_M, -half * 0.5, up + 0.1)]  # fmt: skip
    made.polygon(grille, (34, 35, 38), one_sided=True, layer=3)


def _plates(made: Assembly, profile: list[tuple[float, float]], half: float, height: float) -> None:
    for end in (1.0, -1.0):
        made.polygon(_plate(profile, height, end)[::-1], PLATE, one_sided=True, layer=4)


def _plate(profile: list[tuple[float, float]], height: float, end: float) -> list[Spot]:
    ahead = max(f * end for f, _ in profile) * end + end * DECAL_M * 2
    low = 0.36 if end > 0 else min(0.5 * height - 0.16, 0.62)
    return [(ahead, -0.26 * end, low + 0.11), (ahead, 0.26 * end, low + 0.11), (ahead, 0.26 * end, low),
            (ahead, -0.26 * end, low)]  # fmt: skip


def _inset(corners: list[Spot], share: float, ahead: float) -> list[Spot]:
    centre = tuple(sum(spot[axis] for spot in corners) / len(corners) for axis in range(3))
    return [
        (
            spot[0] + (centre[0] - spot[0]) * share * 1.3 + ahead,
            spot[1] + (centre[1] - spot[1]) * share,
            spot[2] + (centre[2] - spot[2]) * share * 1.3 + abs(ahead) * 0.3,
        )
        for spot in corners
    ]


def _glare(pane: list[Spot]) -> list[Spot]:
    # A slanting reflection across a pane: low right, low left, high left, high right of its corners.
    a, b, c, d = pane

    def mix(first: Spot, second: Spot, share: float) -> Spot:
        return (
            first[0] + (second[0] - first[0]) * share,
            first[1] + (second[1] - first[1]) * share,
            first[2] + (second[2] - first[2]) * share,
        )

    return [mix(a, b, 0.22), mix(a, b, 0.42), mix(d, c, 0.72), mix(d, c, 0.52)]
