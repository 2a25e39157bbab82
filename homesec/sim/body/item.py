"""Parcels and backpacks."""

from homesec.sim.body.assembly import Assembly, Spot, toned
from homesec.sim.values import Part, State


def package_parts(state: State) -> list[Part]:
    """A taped box with a label on its top and its front; faces that look away are one-sided."""
    look = state.thing.look
    board, tape = look.colours
    made = Assembly()
    f, half, up = look.length_m / 2, look.width_m / 2, look.height_m
    _box(made, f, half, up, board)
    lift = 0.004
    wide = half * 0.18
    strips: list[list[Spot]] = [
        [(-f, wide, up + lift), (-f, -wide, up + lift), (f, -wide, up + lift), (f, wide, up + lift)],
        [(f + lift, -wide, up * 0.62), (f + lift, wide, up * 0.62), (f + lift, wide, up), (f + lift, -wide, up)],
        [(-f - lift, wide, up * 0.62), (-f - lift, -wide, up * 0.62), (-f - lift, -wide, up), (-f - lift, wide, up)],
    ]
    for strip in strips:
        made.polygon(strip, tape, one_sided=True, layer=1)
    label: list[Spot] = [(-f * 0.7, half * 0.85, up + lift), (-f * 0.7, half * 0.3, up + lift),
                         (f * 0.05, half * 0.3, up + lift), (f * 0.05, half * 0.85, up + lift)]  # fmt: skip
    made.polygon(label, (240, 240, 236), one_sided=True, layer=1)
    for side in (1.0, -1.0):
        left = side * (half + lift)
        sheet: list[Spot] = [(-f * 0.6, left, up * 0.35), (f * 0.1, left, up * 0.35), (f * 0.1, left, up * 0.75),
                             (-f * 0.6, left, up * 0.75)]  # fmt: skip
        made.polygon(sheet if side < 0 else sheet[::-1], toned(board, 1.45), one_sided=True, layer=1)
    return made.placed(state.x, state.y, state.z, state.heading)


def backpack_parts(state: State) -> list[Part]:
    """A backpack; its straps are ahead of it, its pocket behind, as it is worn on a back."""
    look = state.thing.look
    colour, band = look.colours
    made = Assembly()
    deep, half, up = look.length_m / 2, look.width_m / 2, look.height_m
    edge = min(deep, half) * 0.7
    spots: list[Spot] = [
        (ahead * (deep - edge), side * (half - edge), level)
        for ahead in (1.0, -1.0)
        for side in (1.0, -1.0)
        for level in (edge, up - edge)
    ]
    made.hull(spots, (edge,) * 8, colour)
    made.hull([(-deep * 0.8, half * 0.45, up * 0.22), (-deep * 0.8, -half * 0.45, up * 0.22),
               (-deep * 0.8, half * 0.45, up * 0.42), (-deep * 0.8, -half * 0.45, up * 0.42)],
              (edge * 0.5,) * 4, toned(colour, 0.8))  # fmt: skip
    made.capsule((-deep * 1.02, half * 0.5, up * 0.66), (-deep * 1.02, -half * 0.5, up * 0.66), (0.014, 0.014), band)
    made.capsule((0.0, 0.05, up), (0.0, -0.05, up), (0.018, 0.018), toned(colour, 0.7))
    for side in (1.0, -1.0):
        made.capsule(
            (deep, side * half * 0.45, up * 0.9), (deep * 1.15, side * half * 0.5, up * 0.25), (0.022, 0.02), band
        )
    return made.placed(state.x, state.y, state.z, state.heading)


def _box(made: Assembly, f: float, half: float, up: float, colour: tuple[int, int, int]) -> None:
    corners: dict[str, Spot] = {
        a + b + c: (x, y, z)
        for a, x in (("f", f), ("r", -f))
        for b, y in (("l", half), ("r", -half))
        for c, z in (("b", 0.0), ("t", up))
    }
    for names in (("frb", "flb", "flt", "frt"), ("rlb", "rrb", "rrt", "rlt"), ("flb", "rlb", "rlt", "flt"),
                  ("rrb", "frb", "frt", "rrt"), ("frt", "flt", "rlt", "rrt")):  # fmt: skip
        made.polygon([corners[name] for name in names], colour, one_sided=True)
