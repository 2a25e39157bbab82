"""Cars, trucks and buses: shells of their form with windows, doors, lights and number plates."""

from functools import lru_cache

from homesec.sim.body.assembly import Assembly, Spot, toned
from homesec.sim.body.bodywork import DECAL_M, GLASS, Bodywork
from homesec.sim.body.vehicle_form import FORMS, VehicleForm
from homesec.sim.values import Colour, Look, Part, State

HEADLIGHT: Colour = (236, 240, 240)
TAIL: Colour = (168, 24, 26)
PLATE: Colour = (240, 240, 236)
WHITE: Colour = (228, 229, 226)
BLACK: Colour = (34, 35, 38)
PLATE_M = (0.52, 0.11)
TURNS = 12  # positions of a wheel that are told apart


def vehicle_parts(state: State) -> list[Part]:
    """The parts of a car, truck or bus; those that face away are one-sided, so that about half of them is painted."""
    look = state.thing.look
    spoke_m = FORMS[look.style].wheel_m * 1.0472  # a third of half a turn: spokes then look the same again
    step = int(state.phase % spoke_m / spoke_m * TURNS)
    return _built(look, state.lights, step).placed(state.x, state.y, state.z, state.heading)


def plate_corners(look: Look) -> tuple[list[Spot], list[Spot]]:
    """Front and rear number plate in the vehicle's own coordinates: corners from the top left as a reader sees them."""
    return _plate(look, 1.0), _plate(look, -1.0)


@lru_cache(maxsize=256)
def _built(look: Look, lights: bool, step: int) -> Assembly:
    form = FORMS[look.style]
    colour, trim = look.colours[:2]
    work = Bodywork(Assembly(), look.length_m, look.width_m / 2, look.height_m)
    half = work.half
    base = form.body[0][1] * work.height * 0.75
    rear, front = -0.44 * work.length, 0.44 * work.length
    work.made.polygon(
        [(rear, half, base), (rear, -half, base), (front, -half, base), (front, half, base)], (18, 18, 20)
    )
    work.shell(form.body, colour)
    work.wheels(form.wheels, form.wheel_m, step / TURNS * form.wheel_m * 1.0472)
    if form.cabin:
        work.cabin(form.cabin, half - 0.03, half - form.narrowing * look.width_m, colour)
        _cabin_windows(work, form, form.cabin)
        _doors_of_car(work, form, colour)
    else:
        _box_windows(work, form)
    _sill(work, form, trim)
    if len(form.side_windows) < 4:
        ahead = (form.side_windows[-1][1] - 0.01) * work.length
        work.mirrors(ahead, (form.window_band[0] + 0.02) * work.height, toned(colour, 0.8))
    if form.doors:
        _doors_of_bus(work, form)
    if form.freight:
        _freight_box(work, form.freight, colour)
    if form.bed:
        _bed(work, form.bed, toned(trim, 0.7))
    _ends(work, look, lights)
    return work.made


def _cabin_windows(work: Bodywork, form: VehicleForm, cabin: tuple[tuple[float, float], ...]) -> None:
    # Side windows follow the slanting pillars and lean in with the cabin.
    (rf, ru), (ff, fu), (ft, tu), (rt, ru2) = cabin
    low, high = form.window_band
    foot, top = work.half - 0.03, work.half - 2 * form.narrowing * work.half

    def within(f: float, u: float) -> float:
        rear = rf + (rt - rf) * (u - ru) / (ru2 - ru) + 0.025
        front = ff + (ft - ff) * (u - fu) / (tu - fu) - 0.025
        return min(max(f, rear), front)

    for start, end in form.side_windows:
        edge = [
            (within(start, low), low),
            (within(end, low), low),
            (within(end, high), high),
            (within(start, high), high),
        ]
        for side in (-1.0, 1.0):
            pane = [
                (f * work.length, side * (foot + (top - foot) * (u - ru) / (ru2 - ru) + DECAL_M), u * work.height)
                for f, u in edge
            ]
            work.pane(pane if side < 0 else pane[::-1], 4)


def _box_windows(work: Bodywork, form: VehicleForm) -> None:
    low, high = form.window_band
    slant = 0.035 if len(form.side_windows) == 1 else 0.0  # the only window of a cab follows its windscreen
    for start, end in form.side_windows:
        edge = work.place([(start, low), (end + slant, low), (end - slant, high), (start, high)])
        for side in (-1.0, 1.0):
            pane = [(f, side * (work.half + DECAL_M), u) for f, u in edge]
            work.pane(pane if side < 0 else pane[::-1], 2)
    foot, top = work.place(form.windscreen)
    sheet = work.strip(foot, top, DECAL_M)
    work.pane([(f, left * 0.9, u + (0.03 if index < 2 else -0.03)) for index, (f, left, u) in enumerate(sheet)], 2)
    for right, left in form.rear_panes:
        work.on_end(
            -work.length / 2 - DECAL_M, (right * work.half, left * work.half),
            (0.56 * work.height, 0.84 * work.height), GLASS, 2,
        )  # fmt: skip


def _sill(work: Bodywork, form: VehicleForm, trim: Colour) -> None:
    base = max(u for _, u in form.body[:2]) * work.height
    rear, front = -0.46 * work.length, 0.45 * work.length
    work.on_sides([(rear, base * 0.98), (front, base * 0.98), (front, base + 0.09), (rear, base + 0.09)], trim, 2)


def _doors_of_car(work: Bodywork, form: VehicleForm, colour: Colour) -> None:
    base = max(u for _, u in form.body[:2]) * work.height + 0.1
    belt, windows = 0.62 * work.height, form.side_windows
    for place in (windows[0][0] + 0.03, *(end + 0.01 for _, end in windows)):
        f = place * work.length
        work.on_sides([(f, base), (f + 0.018, base), (f + 0.018, belt), (f, belt)], toned(colour, 0.55), 2)
    low, high = 0.56 * work.height, 0.585 * work.height
    for start, _ in windows[-2:]:
        f = (start + 0.03) * work.length
        work.on_sides([(f, low), (f + 0.16, low), (f + 0.16, high), (f, high)], toned(colour, 0.45), 2)


def _doors_of_bus(work: Bodywork, form: VehicleForm) -> None:
    rear, front = -0.495 * work.length, 0.49 * work.length
    low, high = 0.3 * work.height, 0.36 * work.height
    work.on_sides([(rear, low), (front, low), (front, high), (rear, high)], WHITE, 2)
    low, high = 0.16 * work.height, 0.84 * work.height
    for door in form.doors:
        f = door * work.length
        work.on_sides([(f, low), (f + 1.15, low), (f + 1.15, high), (f, high)], (66, 78, 90), 4, (-1.0,))
        f += 0.55
        work.on_sides([(f, low), (f + 0.05, low), (f + 0.05, high), (f, high)], BLACK, 5, (-1.0,))


def _freight_box(work: Bodywork, freight: tuple[tuple[float, float], ...], colour: Colour) -> None:
    (rear, low), (front, high) = work.place(freight)
    work.on_sides([(rear, low), (front, low), (front, high), (rear, high)], WHITE, 2)
    first, last, mid = rear * 0.92, front * 0.86, (low + high) / 2
    work.on_sides([(first, mid - 0.3), (last, mid), (last, mid + 0.35), (first, mid + 0.05)], colour, 3)
    edge = rear - DECAL_M
    work.on_end(edge, (-work.half * 0.97, work.half * 0.97), (low, high * 0.99), WHITE, 2)
    work.on_end(edge, (-0.02, 0.02), (low, high * 0.99), (120, 122, 124), 3)
    work.on_end(front + DECAL_M, (-work.half, work.half), (0.74 * work.height, high), WHITE, 2)


def _bed(work: Bodywork, bed: tuple[float, float], colour: Colour) -> None:
    rear, front = bed[0] * work.length, bed[1] * work.length
    half, up = work.half * 0.86, 0.628 * work.height
    spots = [(rear, half, up), (rear, -half, up), (front, -half, up), (front, half, up)]
    work.made.polygon(spots, colour, one_sided=True, layer=2)


def _ends(work: Bodywork, look: Look, lights: bool) -> None:
    front, rear = work.length / 2 + DECAL_M, -work.length / 2 - DECAL_M
    up = _lamps_m(look)
    glow = 1.0 if lights else 0.0
    for side in (1.0, -1.0):
        across = (side * work.half * 0.94, side * work.half * 0.58)
        work.on_end(front, across, (up, up + 0.16), HEADLIGHT, 3, glow)
        work.on_end(rear, across, (up, up + 0.2), TAIL, 3, glow * 0.9)
    work.on_end(front, (-work.half * 0.5, work.half * 0.5), (up - 0.06, up + 0.11), BLACK, 3)
    for end in (1.0, -1.0):
        top_left, _, bottom_right, _ = _plate(look, end)
        work.on_end(top_left[0], (top_left[1], bottom_right[1]), (bottom_right[2], top_left[2]), PLATE, 4)


def _lamps_m(look: Look) -> float:
    return min(0.42 * look.height_m, 0.8)


def _plate(look: Look, end: float) -> list[Spot]:
    ahead = end * (look.length_m / 2 + 2 * DECAL_M)
    low = _lamps_m(look) - (0.2 if end > 0 else 0.02)
    wide, tall = PLATE_M[0] / 2, PLATE_M[1]
    return [(ahead, -wide * end, low + tall), (ahead, wide * end, low + tall), (ahead, wide * end, low),
            (ahead, -wide * end, low)]  # fmt: skip
