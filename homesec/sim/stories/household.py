"""Comings and goings of the residents: by car, on foot, by bicycle, to school, to the mailbox, into the garden."""

from dataclasses import replace
from math import pi

from homesec.sim.property import PLACES
from homesec.sim.stories.driving import END_M, drive, joined, parked, pull_in, pull_out
from homesec.sim.stories.scene import (
    BACK_SILL,
    PARCEL,
    SILL,
    STALLS,
    STAND,
    Lying,
    Plot,
    Scene,
    away,
    from_car,
    from_pavement,
    out_of_door,
    to_car,
    to_door,
    to_gate,
)
from homesec.sim.stories.track import Spot, Track, carried
from homesec.sim.story import Key, Role
from homesec.sim.values import Thing

CYCLING_M_S = 4.3
BOARDING_S = 4.0  # belt on, engine started
STALL_OF = {"Ann": 0, "Ben": 1}


def leaves_by_car(scene: Scene, who: str = "Ann", child: bool = False) -> Plot:
    """A resident walks to the car and drives off."""
    member, car, stall = scene.cast.member(who), scene.cast.cars[STALL_OF[who]], STALLS[STALL_OF[who]]
    walk = to_car(out_of_door(scene), stall)
    roles = [walk.role(member, "inside", "away")]
    if child:
        along = to_car(out_of_door(scene, speed=1.45, at=2.0), stall)
        roles.append(along.role(scene.cast.member("Cleo"), "inside", "away"))
    ready = max(role.until for role in roles) + BOARDING_S
    east = scene.coin()
    moving = pull_out(stall, ready, scene.between(7.5, 9.5), east, scene.lane(east), scene.dark)
    keys = [parked(0.0, stall, pi / 2), parked(ready - 1.5, stall, pi / 2), *moving]
    roles.append(Role(car, tuple(keys), "there", "away"))
    return Plot(tuple(roles))


def comes_by_car(scene: Scene, who: str = "Ann", child: bool = False) -> Plot:
    """A resident drives into the driveway, gets out and walks to the door; a parcel on the porch is taken in."""
    member, car, stall = scene.cast.member(who), scene.cast.cars[STALL_OF[who]], STALLS[STALL_OF[who]]
    east = scene.coin()
    moving = pull_in(stall, scene.between(7.5, 9.5), east, scene.lane(east), scene.dark)
    roles = [Role(car, tuple(moving), "away", "there")]
    track = from_car(stall, moving[-1].at + BOARDING_S, scene.pace())
    roles += _home(scene, member, track)
    if child:
        along = from_car(stall, moving[-1].at + BOARDING_S + 2.5, 1.4)
        roles.append(along.role(scene.cast.member("Cleo"), "away", "inside"))
    return Plot(tuple(roles))


def leaves_on_foot(scene: Scene, who: str = "Dora") -> Plot:
    """A resident leaves the house and walks away along the pavement."""
    east = scene.coin()
    speed = 1.22 if who == "Dora" else scene.pace()
    track = away(scene, to_gate(scene, out_of_door(scene, speed)), east)
    return Plot((track.role(scene.cast.member(who), "inside", "away"),))


def comes_on_foot(scene: Scene, who: str = "Dora") -> Plot:
    """A resident comes home along the pavement; a parcel on the porch is taken in."""
    speed = 1.22 if who == "Dora" else scene.pace()
    track = to_door(scene, from_pavement(scene, scene.coin(), speed)).go(SILL)
    return Plot(tuple(_home(scene, scene.cast.member(who), track)))


def off_to_school(scene: Scene) -> Plot:
    """Cleo leaves with her backpack."""
    track = away(scene, to_gate(scene, out_of_door(scene, 1.45)), east=False)
    role = track.role(scene.cast.member("Cleo"), "inside", "away")
    return Plot((role, carried(scene.cast.satchel, role)))


def home_from_school(scene: Scene) -> Plot:
    """Cleo comes home with her backpack, now and then running."""
    speed = 2.6 if scene.coin(0.3) else 1.4
    track = to_door(scene, from_pavement(scene, False, speed)).stay(2.0, "ringing", facing=SILL, reach=0.8).go(SILL)
    role = track.role(scene.cast.member("Cleo"), "away", "inside")
    return Plot((role, carried(scene.cast.satchel, role)))


def leaves_by_bicycle(scene: Scene) -> Plot:
    """Ben fetches his bicycle from the top of the driveway and rides off to the west."""
    track = out_of_door(scene).go((0.2, -2.7), (6.4, -3.2), (6.4, 3.6))
    track.stay(3.0, "standing", facing=STAND)
    aside = scene.west_lane + 0.9
    ride = drive(
        [(6.4, 3.6), (6.4, -12.0), (3.0, aside), (-END_M, aside)], track.now, CYCLING_M_S, first=0.0,
        lights=scene.dark, action="cycling", corner_m=3.0,
    )  # fmt: skip
    rider = Role(scene.cast.member("Ben"), tuple(joined(track.keys, _seated(ride))), "inside", "away")
    start = ride[0].at
    bicycle = [
        parked(0.0, STAND, -pi / 2),
        parked(start - 2.0, STAND, -pi / 2),
        *(replace(key, carrier=rider.thing.id) for key in ride),
    ]
    return Plot((rider, Role(scene.cast.bicycle, tuple(bicycle), "there", "away")))


def comes_by_bicycle(scene: Scene) -> Plot:
    """Ben rides home from the east and leaves his bicycle at the top of the driveway."""
    aside = scene.west_lane + 0.9
    ride = drive(
        [(END_M, aside), (6.5, aside), (6.5, 3.6)], 0.0, CYCLING_M_S, last=0.0,
        lights=scene.dark, action="cycling", corner_m=3.0,
    )  # fmt: skip
    done = ride[-1].at
    walk = Track((6.5, 3.6), done, scene.pace()).stay(2.5, facing=STAND)
    walk.go((6.4, -3.2), (0.2, -2.7), (-0.9, -0.9), SILL)
    track = Track((0.0, 0.0))
    track.keys = joined(_seated(ride), walk.keys)
    home = _home(scene, scene.cast.member("Ben"), track)
    bicycle = [
        *(replace(key, carrier=home[0].thing.id) for key in ride[:-1]),
        replace(ride[-1], action="parked"),
        parked(done + 2.0, STAND, -pi / 2),
    ]
    return Plot((*home, Role(scene.cast.bicycle, tuple(bicycle), "away", "there")))


def fetches_mail(scene: Scene, who: str = "Dora") -> Plot:
    """A resident walks to the mailbox and back."""
    box = PLACES["mailbox"]
    track = out_of_door(scene, 1.22 if who == "Dora" else None).go((-0.55, -2.4), (-0.8, -8.6), (-1.5, -9.2))
    track.stay(scene.between(4, 8), "standing", "standing", facing=box, reach=0.7)
    track.go((-0.8, -8.6), (-0.55, -2.4), (-0.9, -0.9), SILL)
    return Plot((track.role(scene.cast.member(who), "inside", "inside"),))


def takes_in_parcel(scene: Scene, who: str = "Dora") -> Plot:
    """A resident opens the door and takes in what lies on the porch."""
    track = out_of_door(scene)
    lying = scene.parcels[0] if scene.parcels else _new_parcel(scene)
    spot = lying.key.x, lying.key.y
    track.go((spot[0] + 0.5, spot[1] - 0.25))
    begins = track.now
    track.stay(2.4, "picking up a parcel", "bending_over", facing=spot, reach=1.0).go((-0.9, -0.9), SILL)
    role = track.role(scene.cast.member(who), "inside", "inside")
    return Plot((role, carried(lying.thing, role, taken=begins + 1.9, spot=spot)))


def garden_hour(scene: Scene, who: str = "Dora") -> Plot:
    """A resident tends the beds of the back yard."""
    track = Track(BACK_SILL, speed=1.25)
    for spot in _beds(scene):
        track.go(spot)
        track.stay(scene.between(35, 90), "gardening", "crouching" if scene.coin(0.6) else "bending_over", reach=0.6)
    track.go((2.0, 12.0), BACK_SILL)
    return Plot((track.role(scene.cast.member(who), "inside", "inside"),))


def _beds(scene: Scene) -> list[Spot]:
    beds: list[Spot] = [(2.0, 12.5), (-3.5, 15.0), (-7.8, 14.0), (-7.5, 23.5), (5.5, 20.0), (10.8, 16.0)]
    chosen = sorted(int(index) for index in scene.rng.permutation(len(beds) - 1)[:3] + 1)
    return [beds[0], *(scene.near(beds[index], 0.3) for index in chosen)]


def _home(scene: Scene, member: Thing, track: Track) -> list[Role]:
    # Whoever comes home takes in the oldest parcel that lies on the porch.
    if not scene.parcels:
        return [track.role(member, "away", "inside")]
    lying = scene.parcels[0]
    spot = lying.key.x, lying.key.y
    track.keys.pop()
    track.go((spot[0] + 0.5, spot[1] - 0.25))
    begins = track.now
    track.stay(2.4, "picking up a parcel", "bending_over", facing=spot, reach=1.0).go((-1.0, -0.7), SILL)
    role = track.role(member, "away", "inside")
    return [role, carried(lying.thing, role, taken=begins + 1.9, spot=spot)]


def _new_parcel(scene: Scene) -> Lying:
    return Lying(scene.package(), Key(0.0, *scene.near(PARCEL, 0.1), heading=0.0, action="lying"))


def _seated(ride: list[Key]) -> list[Key]:
    return [replace(key, posture="sitting", lights=False) for key in ride]
