"""Persons: flesh, hair, clothes and what is in the hands, round the joints of a skeleton."""

import numpy as np

from homesec.sim.body.assembly import Assembly, Spot, between, toned, world
from homesec.sim.body.skeleton import Skeleton, skeleton, skull_m
from homesec.sim.values import Colour, Part, Points, State

HEMS = {"coat": 0.55, "dress": 0.88}  # how far down the thighs they reach
DARK: Colour = (26, 26, 30)  # balaclava, phone, gun
STEEL: Colour = (196, 202, 210)
LIT = 0.35  # how much a phone's screen shines


def person_parts(state: State) -> list[Part]:
    """The parts of a person, at most about thirty."""
    look = state.thing.look
    _, garment, hair_form = (*look.style.split("-"), "shirt", "short")[:3]
    skin, hair, top, bottom, shoes = look.colours
    joints = skeleton(state)
    body = Assembly()
    size = look.height_m
    stout = look.width_m / (0.262 * size)
    if state.posture == "sitting" and state.action != "cycling":
        _chair(body, joints)
    _legs(body, joints, size, stout, garment, skin if garment == "dress" else bottom, shoes)
    _trunk(body, joints, size, stout, garment, top, bottom)
    _arms(body, joints, size, stout, garment, top, skin)
    _head(body, joints, size, skin, hair, top, garment, hair_form, look.covered_face)
    if state.holds:
        _held(body, joints, size, state)
    return body.placed(state.x, state.y, state.z, state.heading)


def person_keypoints(state: State) -> Points:
    """Nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles, left before right: (17, 3) metres of the world.

    The order is that of COCO."""
    joints = skeleton(state)
    spots = [joints.nose, *joints.eyes, *joints.ears, *joints.shoulders, *joints.elbows, *joints.wrists]
    spots += [*joints.hips, *joints.knees, *joints.ankles]
    return world(spots, state.x, state.y, state.z, state.heading)


def _legs(
    body: Assembly, joints: Skeleton, size: float, stout: float, garment: str, colour: Colour, shoes: Colour
) -> None:
    bared = HEMS.get(garment, 0.08) - 0.08  # what a skirt hides is left out, so that it never shows through
    for hip, knee, ankle, toe in zip(joints.hips, joints.knees, joints.ankles, joints.toes, strict=True):
        thick = (0.052 * size * stout) * (1 - bared) + 0.036 * size * bared
        body.capsule(between(hip, knee, bared), knee, (thick, 0.036 * size), colour)
        body.capsule(knee, ankle, (0.035 * size, 0.025 * size), colour)
        heel = between(ankle, toe, -0.12)
        body.capsule((heel[0], heel[1], ankle[2] * 0.55 + toe[2] * 0.45), toe, (0.026 * size, 0.019 * size), shoes)


def _trunk(
    body: Assembly, joints: Skeleton, size: float, stout: float, garment: str, top: Colour, bottom: Colour
) -> None:
    left, right = joints.hips
    seat = 0.05 * size * stout
    body.hull([left, right], (seat, seat), toned(top, 0.94) if garment in HEMS else bottom)
    middle = between(left, right, 0.5)
    breast = between(middle, joints.neck, 0.62)
    wide = [between(joints.neck, shoulder, 0.8) for shoulder in joints.shoulders]
    low_left, low_right = between(left, joints.shoulders[0], 0.1), between(right, joints.shoulders[1], 0.1)
    spots = [*wide, joints.neck, breast, low_left, low_right]
    radii = [0.034 * size, 0.034 * size, 0.026 * size, 0.066 * size * stout, seat * 0.98, seat * 0.98]
    if garment in HEMS:  # the skirt goes with the thighs
        share, flare = HEMS[garment], 0.056 * size if garment == "coat" else 0.062 * size
        hems = [between(hip, knee, share) for hip, knee in zip(joints.hips, joints.knees, strict=True)]
        body.hull([*hems, low_left, low_right], (flare, flare, seat, seat), toned(top, 0.94))
    body.hull(spots, tuple(radii), top)
    if garment == "coat":  # its buttoned edge
        front = _front(joints, 0.066 * size * stout + 0.012)
        left_hem, right_hem = (between(hip, knee, 0.5) for hip, knee in zip(joints.hips, joints.knees, strict=True))
        hem = between(left_hem, right_hem, 0.5)
        ahead = (hem[0] + 0.062 * size, hem[1], hem[2])
        body.capsule(front[0], ahead, (0.008, 0.008), toned(top, 0.6))
    elif garment == "hoodie":
        front = _front(joints, 0.066 * size * stout + 0.012)
        body.capsule(between(*front, 0.55), between(*front, 0.85), (0.028 * size, 0.034 * size), toned(top, 0.85))


def _front(joints: Skeleton, out: float) -> tuple[Spot, Spot]:
    # The middle of the chest's and of the belly's surface.
    middle = between(*joints.hips, 0.5)
    way = (joints.neck[0] - middle[0], 0.0, joints.neck[2] - middle[2])
    length = (way[0] ** 2 + way[2] ** 2) ** 0.5 or 1.0
    lying = joints.nose[2] > joints.crown[2]
    normal = (way[2] / length, 0.0, -way[0] / length) if not lying else (0.0, 0.0, 1.0)
    chest, belly = between(middle, joints.neck, 0.85), between(middle, joints.neck, 0.1)
    return (
        (chest[0] + normal[0] * out * 0.8, 0.0, chest[2] + normal[2] * out * 0.8),
        (belly[0] + normal[0] * out, 0.0, belly[2] + normal[2] * out),
    )


def _arms(body: Assembly, joints: Skeleton, size: float, stout: float, garment: str, top: Colour, skin: Colour) -> None:
    bare = garment in ("shirt", "dress")
    thick = 1.18 if garment in ("coat", "hoodie") else 1.0
    for shoulder, elbow, wrist, hand in zip(joints.shoulders, joints.elbows, joints.wrists, joints.hands, strict=True):
        radii = (0.031 * size * thick * stout, 0.025 * size * thick)
        if bare:
            cuff = between(shoulder, elbow, 0.72)
            body.capsule(cuff, elbow, (0.022 * size, 0.021 * size), skin)
            body.capsule(shoulder, cuff, (radii[0], radii[1] * 1.1), top)
        else:
            body.capsule(shoulder, elbow, radii, top)
        body.capsule(elbow, wrist, (0.021 * size * thick, 0.017 * size * thick), skin if bare else toned(top, 0.96))
        body.capsule(wrist, hand, (0.017 * size, 0.019 * size), skin)


def _head(
    body: Assembly, joints: Skeleton, size: float, skin: Colour, hair: Colour, top: Colour, garment: str, form: str,
    covered: bool,
) -> None:  # fmt: skip
    head, radius = joints.head, 0.95 * skull_m(size)
    # Axes of the head from its own landmarks: ahead through the nose, up through the crown.
    up = _way(head, joints.crown)
    ahead = _way(between(head, joints.crown, -0.1), joints.nose)

    def at(forward: float, high: float, left: float = 0.0) -> Spot:
        return (
            head[0] + radius * (forward * ahead[0] + high * up[0]),
            head[1] + radius * left,
            head[2] + radius * (forward * ahead[2] + high * up[2]),
        )

    body.capsule(joints.neck, at(-0.1, -0.6), (0.034 * size, 0.032 * size), DARK if covered else toned(skin, 0.88))
    face = DARK if covered else skin
    body.hull([at(-0.06, 0.1), at(0.2, -0.62)], (radius * 0.96, radius * 0.66), face)
    if covered:  # the slit of a balaclava
        body.capsule(at(0.82, 0.14, 0.3), at(0.82, 0.14, -0.3), (0.16 * radius, 0.16 * radius), skin)
    for side in (1.0, -1.0):
        body.ball(at(0.9, 0.06, 0.34 * side), 0.09 * radius, (44, 34, 30), solid=False)
    if not covered:
        body.capsule(at(0.9, -0.05), at(1.03, -0.2), (0.1 * radius, 0.13 * radius), toned(skin, 0.9))
        for side in (1.0, -1.0):
            body.ball(at(0.0, -0.05, 0.93 * side), 0.17 * radius, toned(skin, 0.85))
    hooded = covered and garment == "hoodie"
    if hooded:
        body.hull([at(-0.3, 0.16), at(-0.35, -0.9)], (radius * 1.12, radius * 0.9), toned(top, 0.9))
    elif garment == "hoodie":
        body.hull([at(-0.75, -1.35, 0.45), at(-0.75, -1.35, -0.45)], (radius * 0.62,) * 2, toned(top, 0.85))
    if covered:
        return
    match form:
        case "long":
            body.hull([at(-0.28, 0.22), at(-0.42, -1.0)], (radius * 1.02, radius * 0.78), hair)
            body.hull([at(0.3, 0.56, 0.34), at(0.3, 0.56, -0.34), at(0.0, 0.6)], (radius * 0.46,) * 3, hair)
        case "bun":
            body.ball(at(-0.24, 0.22), radius * 1.0, hair)
            body.hull([at(0.3, 0.56, 0.34), at(0.3, 0.56, -0.34), at(0.0, 0.6)], (radius * 0.46,) * 3, hair)
            body.ball(at(-0.95, 0.75), radius * 0.42, toned(hair, 0.9))
        case "cap":
            body.ball(at(-0.25, 0.1), radius * 0.96, hair)
            body.hull([at(0.2, 0.5, 0.4), at(0.2, 0.5, -0.4), at(0.0, 0.6)], (radius * 0.6,) * 3, toned(top, 0.75))
            body.capsule(at(0.6, 0.52), at(1.35, 0.4), (radius * 0.36, radius * 0.3), toned(top, 0.65))
        case "bald":
            body.ball(at(-0.32, -0.1), radius * 0.82, toned(hair, 1.0))
        case _:
            body.ball(at(-0.22, 0.2), radius * 1.0, hair)
            body.hull([at(0.3, 0.56, 0.34), at(0.3, 0.56, -0.34), at(0.0, 0.6)], (radius * 0.46,) * 3, hair)


def _way(start: Spot, end: Spot) -> Spot:
    way = (end[0] - start[0], 0.0, end[2] - start[2])
    length = (way[0] ** 2 + way[2] ** 2) ** 0.5 or 1.0
    return (way[0] / length, 0.0, way[2] / length)


def _held(body: Assembly, joints: Skeleton, size: float, state: State) -> None:
    hand = joints.hands[1]
    pointing = _pointing(joints)

    def beyond(length: float, up: float = 0.0) -> Spot:
        return (hand[0] + pointing[0] * length, hand[1] + pointing[1] * length, hand[2] + pointing[2] * length + up)

    match state.holds:
        case "knife":
            body.capsule(beyond(-0.03), beyond(0.07), (0.017, 0.017), DARK)
            body.capsule(beyond(0.07), beyond(0.27), (0.021, 0.006), STEEL)
        case "gun":
            body.capsule(beyond(0.0, -0.05), beyond(0.02, 0.04), (0.024, 0.024), DARK)
            body.capsule(beyond(0.0, 0.05), beyond(0.21, 0.05), (0.022, 0.02), DARK)
        case "crowbar":
            body.capsule(beyond(-0.12), beyond(0.5), (0.018, 0.018), (120, 40, 36))
            body.capsule(beyond(0.5), beyond(0.56, 0.07), (0.018, 0.014), (90, 90, 96))
        case "spray_can":
            body.capsule(beyond(0.02, -0.06), beyond(0.02, 0.09), (0.034, 0.034), (206, 52, 60))
            body.ball(beyond(0.02, 0.13), 0.024, (236, 236, 236))
        case "phone":
            body.capsule(beyond(0.0, -0.05), beyond(0.02, 0.07), (0.03, 0.03), DARK)
            face = (hand[0] - 0.035, hand[1], hand[2])
            body.capsule((face[0], face[1], face[2] - 0.03), (face[0], face[1], face[2] + 0.06), (0.024, 0.024),
                         (188, 212, 236), glow=LIT, solid=False)  # fmt: skip
        case "ball":
            both = between(joints.hands[0], hand, 0.5)
            body.ball((both[0] + 0.06, both[1], both[2]), 0.11, (226, 92, 44))
        case "mower":
            _mower(body, joints)


def _mower(body: Assembly, joints: Skeleton) -> None:
    grip = between(*joints.hands, 0.5)
    deck = grip[0] + 0.62
    for side, hand in zip((0.18, -0.18), joints.hands, strict=True):
        body.capsule(hand, (deck - 0.2, side, 0.28), (0.016, 0.016), (60, 60, 64), solid=False)
    body.hull(
        [(deck - 0.2, 0.22, 0.17), (deck - 0.2, -0.22, 0.17), (deck + 0.3, 0.2, 0.15), (deck + 0.3, -0.2, 0.15)],
        (0.09, 0.09, 0.08, 0.08), (196, 52, 44), solid=False,
    )  # fmt: skip
    body.ball((deck + 0.05, 0.0, 0.3), 0.1, (44, 44, 48), solid=False)
    for ahead in (deck - 0.2, deck + 0.3):
        for side in (0.29, -0.29):
            body.disc((ahead, side, 0.1), (ahead, side * 2, 0.1), 0.1, (30, 30, 32), solid=False)


def _pointing(joints: Skeleton) -> Spot:
    wrist, elbow = joints.wrists[1], joints.elbows[1]
    way = (wrist[0] - elbow[0], wrist[1] - elbow[1], wrist[2] - elbow[2])
    length = (way[0] ** 2 + way[1] ** 2 + way[2] ** 2) ** 0.5 or 1.0
    # What hangs in the hand points ahead rather than straight down.
    tipped = 0.7 if way[2] / length < -0.6 else 0.0
    ahead = (way[0] / length + tipped, way[1] / length, way[2] / length + tipped * 0.4)
    size = (ahead[0] ** 2 + ahead[1] ** 2 + ahead[2] ** 2) ** 0.5
    return (ahead[0] / size, ahead[1] / size, ahead[2] / size)


def _chair(body: Assembly, joints: Skeleton) -> None:
    # Who sits, sits on something; it is no part of the person.
    seat = between(*joints.hips, 0.5)
    level = seat[2] - 0.1
    wood: Colour = (132, 98, 66)
    for ahead in (seat[0] - 0.16, seat[0] + 0.2):
        for side in (0.19, -0.19):
            body.capsule((ahead, side, level), (ahead, side, 0.02), (0.018, 0.018), toned(wood, 0.8), solid=False)
    body.hull(
        [(seat[0] - 0.16, 0.18, level), (seat[0] - 0.16, -0.18, level), (seat[0] + 0.22, 0.18, level),
         (seat[0] + 0.22, -0.18, level)], (0.025,) * 4, wood, solid=False,
    )  # fmt: skip


def hands_of(state: State) -> tuple[Points, float]:
    """The middle between the hands of a person in the world, (3,) metres, and its height above the person's ground."""
    joints = skeleton(state)
    middle = between(*joints.hands, 0.5)
    return world([middle], state.x, state.y, state.z, state.heading)[0], middle[2]


def back_of(state: State) -> Points:
    """Where the middle of a backpack lies on a person's back, (3,) metres of the world."""
    joints = skeleton(state)
    middle = between(*joints.hips, 0.5)
    way = _way(middle, joints.neck)
    centre = between(middle, joints.neck, 0.6)
    out = 0.19
    spot = (centre[0] - way[2] * out, centre[1], centre[2] + way[0] * out)
    return np.asarray(world([spot], state.x, state.y, state.z, state.heading)[0])
