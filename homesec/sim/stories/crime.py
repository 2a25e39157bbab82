"""Those with bad intent: thieves, prowlers, burglars, sprayers and one who threatens."""

from homesec.sim.property import PLACES
from homesec.sim.stories.scene import (
    PARCEL,
    RING,
    SILL,
    STALLS,
    Lying,
    Plot,
    Scene,
    away,
    back_through_passage,
    drive_mouth,
    from_pavement,
    into_drive,
    off_from_drive,
    through_passage,
    to_door,
    to_gate,
)
from homesec.sim.stories.track import Spot, Track, carried
from homesec.sim.story import Key, Role
from homesec.sim.values import Thing

FLEEING_M_S = (3.8, 5.2)
FENCE_M = 1.8
WINDOW: Spot = PLACES["back_window"]


def offender(scene: Scene, masked: float = 0.6) -> Thing:
    """A stranger in dark clothes, with a covered face as often as `masked` says."""
    return scene.stranger(
        garment="hoodie", top=((44, 46, 54), (52, 56, 66))[int(scene.rng.integers(2))], covered_face=scene.coin(masked)
    )


def package_theft(scene: Scene) -> Plot:
    """A stranger looks around, takes a parcel off the porch and hurries away."""
    east = scene.coin()
    lying = (
        scene.parcels[0]
        if scene.parcels
        else Lying(scene.package(), Key(0.0, *scene.near(PARCEL, 0.1), heading=0.0, action="lying"))
    )
    spot = lying.key.x, lying.key.y
    track = from_pavement(scene, east).stay(scene.between(2, 6), "lingering", facing=(8.0, -6.0))
    track.go((-0.5, -6.0), (-0.5, -2.4), (spot[0] + 0.5, spot[1] - 0.3), speed=1.6)
    begins = track.now
    track.stay(2.2, "picking up a parcel", "bending_over", facing=spot, reach=1.0)
    hurry = scene.between(*FLEEING_M_S) if scene.coin(0.6) else 1.6
    track.go((-0.5, -2.4), (-0.5, -10.2), speed=hurry)
    role = away(scene, track, scene.coin(), hurry).role(offender(scene, 0.3))
    return Plot((role, carried(lying.thing, role, taken=begins + 1.8, spot=spot)))


def loiterer(scene: Scene) -> Plot:
    """A stranger lingers at the front door for minutes without ringing, looks into the window and leaves."""
    east = scene.coin()
    track = to_door(scene, from_pavement(scene, east))
    lasts = scene.between(90, 240)
    ends = track.now + lasts
    while track.now < ends:
        track.stay(scene.between(8, 25), "lingering", facing=SILL if scene.coin(0.4) else (0.0, -12.0))
        track.go((scene.between(-2.1, 0.9), scene.between(-1.8, -0.8)), speed=1.2)
    if scene.coin(0.6):
        track.go((1.4, -1.6), (3.2, -1.3)).stay(scene.between(5, 12), "lingering", facing=(3.5, 0.0))
        track.go((0.6, -2.8))
    return Plot((away(scene, to_gate(scene, track), not east).role(scene.stranger()),))


def door_handles(scene: Scene) -> Plot:
    """By night a stranger tries the front door, then the doors of the cars."""
    east = scene.coin()
    track = to_door(scene, from_pavement(scene, east))
    track.stay(scene.between(4, 8), "trying a door handle", facing=SILL, reach=0.9)
    track.go((0.2, -2.7), (6.4, -3.2))
    for stall in _stalls_taken(scene):
        _beside(track, stall)
        track.stay(scene.between(4, 7), "trying a door handle", facing=stall, reach=0.9)
    _leave_cars(track)
    return Plot((off_from_drive(scene, track, not east, 1.6).role(offender(scene)),))


def car_prowl(scene: Scene) -> Plot:
    """By night a stranger goes from car to car on the driveway and looks in with a light."""
    east = scene.coin()
    track = drive_mouth(scene, east).stay(scene.between(2, 5), "lingering", facing=(0.0, -4.0))
    track.go((6.9, -7.0))
    track.holds = "phone"
    for stall in _stalls_taken(scene):
        _beside(track, stall)
        track.stay(scene.between(8, 18), "looking into a car", "bending_over", facing=stall, reach=0.6)
        track.stay(scene.between(3, 5), "trying a door handle", facing=stall, reach=0.9)
    track.holds = None
    _leave_cars(track)
    return Plot((off_from_drive(scene, track, scene.coin(), 1.6).role(offender(scene)),))


def _stalls_taken(scene: Scene) -> list[Spot]:
    taken = [STALLS[index] for index, car in enumerate(scene.cast.cars) if car.id in scene.lying]
    return taken or [STALLS[0]]


def _beside(track: Track, stall: Spot) -> None:
    # To the near side of a car: the left of the first, the right of the second, behind both.
    if stall == STALLS[1]:
        track.go((6.8, -5.2), (11.5, -5.2), (11.5, -2.6))
    else:
        track.go((6.8, -3.0))


def _leave_cars(track: Track) -> None:
    if track.place[0] > 9:
        track.go((11.5, -5.2))
    track.go((7.6, -6.4), (6.7, -9.9))


def break_in(scene: Scene) -> Plot:
    """A burglar comes through the side gate, breaks the back window open, and flees with what is inside."""
    east = scene.coin()
    thief = offender(scene, 0.7)
    track = through_passage(into_drive(drive_mouth(scene, east)))
    track.stay(scene.between(2, 5), "lingering", facing=(0.0, 20.0))
    track.go((3.0, 11.6), (-1.0, 10.8), WINDOW, speed=1.25)
    track.holds = "crowbar"
    track.stay(scene.between(22, 45), "breaking in", facing=(WINDOW[0], 9.0), reach=1.0)
    track.go((WINDOW[0], 9.25), z=0.9, speed=0.6, action="climbing")
    inside = Track((WINDOW[0], 9.25), track.now + scene.between(60, 150), speed=1.4)
    inside.keys[0] = Key(inside.now, WINDOW[0], 9.25, 0.9)
    inside.go(WINDOW, z=0.0, speed=0.7, action="climbing")
    inside.speed = scene.between(*FLEEING_M_S)
    back_through_passage(inside.go((-1.0, 11.0), (3.0, 11.8)))
    flight = off_from_drive(scene, inside, not east).role(thief, "inside", "away")
    return Plot((track.role(thief, "away", "inside"), flight, carried(scene.backpack(), flight)))


def fence_climb(scene: Scene) -> Plot:
    """Somebody climbs over the fence into the back yard, sneaks to the shed and the house, and climbs out again."""
    x = scene.between(-4.5, 2.0)
    track = Track((x, 27.6), speed=1.2).go((x, 26.4))
    _over_fence(track, (x, 25.2))
    track.go((x + 1.0, 23.0), PLACES["shed"], speed=1.3)
    track.stay(scene.between(5, 12), "trying a door handle", facing=(9.0, 23.5), reach=0.9)
    track.go((4.0, 15.0), (2.6, 10.9), speed=1.4)
    track.stay(scene.between(5, 10), "trying a door handle", facing=(2.0, 9.0), reach=0.9)
    track.go((3.0, 14.0), (x, 24.9), speed=scene.between(2.6, 4.4))
    _over_fence(track, (x, 26.4))
    return Plot((track.go((x, 27.6)).role(offender(scene)),))


def _over_fence(track: Track, beyond: Spot) -> None:
    track.go((track.place[0], 26.0 + (0.25 if track.place[1] > 26 else -0.25)), action="walking")
    track.go((track.place[0], 26.0), z=FENCE_M, speed=0.7, action="climbing")
    track.go((track.place[0], 26.0 + (0.3 if beyond[1] > 26 else -0.3)), z=0.0, speed=1.0, action="climbing")
    track.go(beyond)


def graffiti(scene: Scene) -> Plot:
    """Somebody sprays the front wall of the house and runs."""
    east = scene.coin()
    track = from_pavement(scene, east).go((-0.6, -5.0), (-3.6, -2.6))
    track.stay(scene.between(2, 4), "lingering", facing=(0.0, -12.0))
    track.holds = "spray_can"
    track.go((-5.2, -0.75), speed=1.2)
    for x in (-5.2, -4.6, -4.0, -3.4):
        track.go((x, -0.75), speed=1.2)
        track.stay(scene.between(4, 8), "spraying", facing=(x, 0.0), reach=1.0)
    track.holds = None
    track.go((-2.9, -2.6), (-0.6, -5.0), (-0.5, -10.2), speed=scene.between(*FLEEING_M_S))
    return Plot((away(scene, track, not east, scene.between(*FLEEING_M_S)).role(offender(scene)),))


def weapon(scene: Scene) -> Plot:
    """Somebody rings with a weapon in the hand, threatens whoever opens, and flees."""
    east = scene.coin()
    arm = "knife" if scene.coin(0.6) else "gun"
    track = from_pavement(scene, east)
    track.holds = arm
    to_door(scene, track).stay(2.2, "ringing", facing=SILL, reach=0.8)
    track.stay(scene.between(6, 12), "waiting", facing=SILL)
    track.stay(scene.between(7, 14), "threatening", facing=SILL, reach=1.0)
    hurry = scene.between(*FLEEING_M_S)
    track.go((-0.55, -2.4), (-0.5, -10.2), speed=hurry)
    attacker = away(scene, track, not east, hurry).role(offender(scene, 0.5))
    return Plot((attacker, *_victim(scene, attacker)))


def _victim(scene: Scene, attacker: Role) -> list[Role]:
    # Dora opens if she is at home: her arms go up, and she gets the door shut again.
    begun = next((key.at for key in attacker.keys if key.action == "threatening"), None)
    dora = scene.cast.member("Dora")
    if begun is None or dora.id not in scene.inside:
        return []
    track = Track(SILL, begun - 2.0).stay(2.2, "standing", facing=RING)
    track.stay(3.0, "standing", "arms_raised", facing=RING)
    return [track.role(dora, "inside", "inside")]
