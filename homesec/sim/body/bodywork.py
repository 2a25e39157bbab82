"""What vehicles are built of: shells, cabins, panes, sheets on their sides and wheels."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from homesec.sim.body.assembly import Assembly, Spot, between, toned
from homesec.sim.values import Colour

TYRE: Colour = (30, 30, 33)
RIM: Colour = (168, 172, 178)
GLASS: Colour = (50, 62, 74)
GLARE: Colour = (104, 122, 138)
DECAL_M = 0.012  # what lies on a panel stands out so far


@dataclass(frozen=True)
class Bodywork:
    """A vehicle while it is built, with its measures in metres. Layers: underside 0, shell 1, cabin 3, mirrors 6."""

    made: Assembly
    length: float
    half: float
    """Half the width."""
    height: float

    def place(self, spots: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Shares of length and height in metres."""
        return [(f * self.length, u * self.height) for f, u in spots]

    def shell(self, profile: Sequence[tuple[float, float]], colour: Colour) -> None:
        """A profile (shares) pulled across the width: both sides, and a strip for every edge."""
        spots = self.place(profile)
        self.made.polygon([(f, -self.half, u) for f, u in spots], colour, one_sided=True, layer=1)
        self.made.polygon([(f, self.half, u) for f, u in reversed(spots)], colour, one_sided=True, layer=1)
        for first, second in zip(spots, [*spots[1:], spots[0]], strict=True):
            self.made.polygon(self.strip(first, second), colour, one_sided=True, layer=1)

    def strip(self, first: tuple[float, float], second: tuple[float, float], out: float = 0.0) -> list[Spot]:
        """The sheet across the whole width between two spots (metres) of a profile, a little out to the front."""
        (f0, u0), (f1, u1) = first, second
        half = self.half
        return [(f0 + out, -half, u0), (f0 + out, half, u0), (f1 + out, half, u1), (f1 + out, -half, u1)]

    def cabin(self, profile: Sequence[tuple[float, float]], foot: float, top: float, colour: Colour) -> None:
        """A cabin, `foot` metres from the middle at its foot and `top` at its roof, with glass in front and behind."""
        (rf, ru), (ff, fu), (ft, tu), (rt, ru2) = self.place(profile)
        at: dict[str, Spot] = {
            "rl": (rf, foot, ru), "rr": (rf, -foot, ru), "fl": (ff, foot, fu), "fr": (ff, -foot, fu),
            "tfl": (ft, top, tu), "tfr": (ft, -top, tu), "trl": (rt, top, ru2), "trr": (rt, -top, ru2),
        }  # fmt: skip
        front, rear = ("fr", "fl", "tfl", "tfr"), ("rl", "rr", "trr", "trl")
        for names in (
            ("fl", "rl", "trl", "tfl"),
            ("rr", "fr", "tfr", "trr"),
            ("tfr", "tfl", "trl", "trr"),
            front,
            rear,
        ):
            self.made.polygon([at[name] for name in names], colour, one_sided=True, layer=3)
        for names, out in ((front, DECAL_M), (rear, -DECAL_M)):
            self.pane(inset([at[name] for name in names], 0.09, out), 4)

    def pane(self, corners: list[Spot], layer: int) -> None:
        """A window with a slanting reflection; four corners, counter-clockwise from outside, the lowest two first."""
        self.made.polygon(corners, GLASS, one_sided=True, layer=layer)
        a, b, c, d = corners
        glare = [between(a, b, 0.22), between(a, b, 0.42), between(d, c, 0.72), between(d, c, 0.52)]
        self.made.polygon(glare, GLARE, one_sided=True, layer=layer + 1)

    def on_sides(
        self, corners: Sequence[tuple[float, float]], colour: Colour, layer: int, sides: Sequence[float] = (-1.0, 1.0)
    ) -> None:
        """A sheet on the right (-1) and left (1) side; corners in metres, counter-clockwise seen from the right."""
        for side in sides:
            sheet = [(f, side * (self.half + DECAL_M), u) for f, u in corners]
            self.made.polygon(sheet if side < 0 else sheet[::-1], colour, one_sided=True, layer=layer)

    def on_end(
        self, ahead: float, left: tuple[float, float], up: tuple[float, float], colour: Colour, layer: int,
        glow: float = 0.0,
    ) -> None:  # fmt: skip
        """A sheet on the front (ahead > 0) or back, from left[0] to left[1] and up[0] to up[1] metres."""
        right, leftmost = min(left), max(left)
        first, second = (right, leftmost) if ahead > 0 else (leftmost, right)
        sheet = [(ahead, first, up[0]), (ahead, second, up[0]), (ahead, second, up[1]), (ahead, first, up[1])]
        self.made.polygon(sheet, colour, one_sided=True, layer=layer, glow=glow)

    def wheels(self, places: Sequence[float], radius: float, driven_m: float) -> None:
        """Wheels on both sides that have turned since so many metres, and tyres as they are seen from the ends."""
        for place in places:
            ahead = place * self.length
            for side in (1.0, -1.0):
                inner, outer = side * (self.half - 0.24), side * self.half
                for f in (ahead + radius * 0.75, ahead - radius * 0.75):
                    tyre = [(f, inner, 0.0), (f, outer, 0.0), (f, outer, radius), (f, inner, radius)]
                    self.made.polygon(tyre, TYRE)
                self._wheel(ahead, side, radius, driven_m)

    def _wheel(self, ahead: float, side: float, radius: float, driven_m: float) -> None:
        out = side * (self.half + DECAL_M)
        discs: tuple[tuple[float, Colour], ...] = ((radius, TYRE), (radius * 0.66, RIM), (radius * 0.2, (84, 88, 94)))
        arch, size = (ahead, out, radius * 1.13), radius * 1.12  # round the upper half of the tyre, above the ground
        self.made.disc(arch, (ahead, out + side, arch[2]), size, (22, 22, 24), one_sided=True, layer=2)
        for (size, colour), layer in zip(discs, (3, 4, 6), strict=True):
            self.made.disc((ahead, out, radius), (ahead, out + side, radius), size, colour, one_sided=True, layer=layer)
        for spoke in range(3):
            angle = spoke * pi / 3 - driven_m / radius
            f, u = cos(angle) * radius * 0.58, sin(angle) * radius * 0.58
            df, du = -sin(angle) * 0.022, cos(angle) * 0.022
            bar = [(-f - df, -u - du), (f - df, u - du), (f + df, u + du), (-f + df, -u + du)]
            spots = [(ahead + a, out, radius + b) for a, b in bar]
            self.made.polygon(spots if side < 0 else spots[::-1], (110, 114, 120), one_sided=True, layer=5)

    def mirrors(self, ahead: float, up: float, colour: Colour) -> None:
        for side in (1.0, -1.0):
            inner, outer = side * self.half, side * (self.half + 0.17)
            self.made.disc(
                (ahead, outer, up + 0.04), (ahead, outer + side, up + 0.04), 0.08, colour, one_sided=True, layer=6
            )
            for face, layer in (
                (ahead + 0.05, 6),
                (ahead - 0.05, 0),
            ):  # its back is seen past the cabin, not through it
                glass = [
                    (face, inner, up),
                    (face, outer, up - 0.03),
                    (face, outer, up + 0.12),
                    (face, inner, up + 0.08),
                ]
                outward = (side > 0) == (layer == 6)
                self.made.polygon(glass if outward else glass[::-1], toned(colour, 0.9), one_sided=True, layer=layer)


def inset(corners: Sequence[Spot], share: float, ahead: float) -> list[Spot]:
    """Corners drawn in towards their middle, and moved ahead a little."""
    middle = [sum(spot[axis] for spot in corners) / len(corners) for axis in range(3)]
    return [
        (
            spot[0] + (middle[0] - spot[0]) * share * 1.3 + ahead,
            spot[1] + (middle[1] - spot[1]) * share,
            spot[2] + (middle[2] - spot[2]) * share * 1.3 + abs(ahead) * 0.3,
        )
        for spot in corners
    ]
