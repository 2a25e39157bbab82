"""Those who come to the house and are welcome: guests, couriers, the postman, the gardener, children with a ball."""

from dataclasses import replace
from math import pi

from homesec.sim.property import PLACES
from homesec.sim.stories.driving import from_kerb, joined, parked, to_kerb
from homesec.sim.stories.scene import (
    BACK_SILL,
    GATE,
    PARCEL,
    RING,
    SILL,
    Plot,
    Scene,
    away,
    back_through_passage,
    drive_mouth,
    from_pavement,
    into_drive,
    off_from_drive,
    out_of_door,
    through_passage,
    to_door,
    to_gate,
)
from homesec.sim.stories.track import Spot, Track, carried
from homesec.sim.story import Role
from homesec.sim.values import Thing

COURIER_KERB, GARDENER_KERB = 3.0, -9.0  # x in metres: where their vans stand


def courier(scene: Scene, answers: str | None = None) -> Plot:
    """A courier stops at the kerb, carries a parcel to the door and rings; a resident takes it, or it is left."""
    which = int(scene.rng.integers(len(scene.cast.couriers)))
    van, walker = scene.cast.courier_vans[which], scene.cast.couriers[which]
    there = to_kerb(COURIER_KERB, scene.between(7.5, 9.5), scene.dark, scene.west_lane)
    track = Track((COURIER_KERB - 1.6, -14.35), there[-1].at + scene.between(4, 8), scene.between(1.35, 1.6))
    track.go((-0.75, -14.2), (-0.8, -12.6), GATE)
    roles, walk = _delivery(scene, to_door(scene, track), walker, answers)
    walk.go((-0.8, -12.6), (-0.75, -14.2), (COURIER_KERB - 1.6, -14.35))
    roles[0] = walk.role(walker)
    leaves = from_kerb(COURIER_KERB, walk.now + scene.between(5, 9), 8.5, scene.dark, scene.west_lane)
    waiting = parked(leaves[0].at - 1.0, (COURIER_KERB, leaves[0].y), pi)
    return Plot((*_with_parcel(scene, roles), Role(van, tuple(joined(there, [waiting], leaves)))))


def courier_on_foot(scene: Scene, answers: str | None = None) -> Plot:
    """A courier comes along the pavement with a parcel; a resident takes it, or it is left."""
    walker = scene.cast.couriers[int(scene.rng.integers(len(scene.cast.couriers)))]
    east = scene.coin()
    roles, walk = _delivery(scene, to_door(scene, from_pavement(scene, east)), walker, answers)
    roles[0] = away(scene, walk, scene.coin()).role(walker)
    return Plot(tuple(_with_parcel(scene, roles)))


def _delivery(scene: Scene, track: Track, walker: Thing, answers: str | None) -> tuple[list[Role], Track]:
    # The track goes on behind the gate; the first role is only settled when it has ended.
    track.stay(2.2, "ringing", facing=SILL, reach=0.8)
    if answers is not None:
        track.stay(scene.between(5, 11), "waiting", facing=SILL)
        opened = track.now
        track.stay(scene.between(5, 9), "talking", facing=SILL, reach=0.5)
        at_door = Track(SILL, opened - 1.0).stay(track.now - opened + 2.5, "talking", facing=RING, reach=0.4)
        host = at_door.role(scene.cast.member(answers), "inside", "inside")
        to_gate(scene, track)
        return [track.role(walker), host], track
    track.stay(scene.between(8, 16), "waiting", facing=SILL)
    track.go((PARCEL[0] + 0.55, PARCEL[1] - 0.3))
    track.stay(3.2, "placing a parcel", "bending_over", facing=PARCEL, reach=1.0)
    to_gate(scene, track)
    return [track.role(walker)], track


def _with_parcel(scene: Scene, roles: list[Role]) -> list[Role]:
    parcel, bearer = scene.package(), roles[0]
    placing = [key.at for key in bearer.keys if key.action == "placing a parcel"]
    if placing:
        # Beside what already lies there.
        spot = PARCEL[0] - 0.05 + 0.5 * (len(scene.parcels) % 2), PARCEL[1] + scene.between(-0.08, 0.12)
        return [*roles, carried(parcel, bearer, left=placing[0] + 1.2, spot=spot)]
    host = roles[1]
    handed = (host.since + host.until) / 2
    given, taken = carried(parcel, bearer, left=handed - 0.4), carried(parcel, host, taken=handed)
    return [*roles, Role(parcel, (*given.keys, *taken.keys), "away", "inside")]


def guest(scene: Scene, who: int = 0, host: str = "Dora") -> Plot:
    """A friend comes on foot, rings and is let in."""
    track = to_door(scene, from_pavement(scene, scene.coin()))
    track.stay(2.0, "ringing", facing=SILL, reach=0.8).stay(scene.between(4, 10), "waiting", facing=SILL)
    opened = track.now
    track.stay(scene.between(3, 6), "talking", facing=SILL)
    at_door = Track(SILL, opened - 0.8).stay(track.now - opened, "talking", facing=RING)
    track.go(SILL)
    return Plot(
        (
            track.role(scene.cast.friends[who], "away", "inside"),
            at_door.role(scene.cast.member(host), "inside", "inside"),
        )
    )


def guest_leaves(scene: Scene, who: int = 0) -> Plot:
    """A friend leaves the house and walks away."""
    track = away(scene, to_gate(scene, out_of_door(scene)), scene.coin())
    return Plot((track.role(scene.cast.friends[who], "inside", "away"),))


def guests_arrive(scene: Scene, number: int = 4) -> Plot:
    """A group of friends comes to the party and goes in, one after the other."""
    east = scene.coin()
    roles = []
    for index in range(number):
        track = Track((60.0 if east else -60.0, -11.45 + 0.3 * (index % 3)), at=1.1 * index + scene.between(0, 0.3))
        track.go((GATE[0] + (0.9 if east else -0.9), track.place[1]), GATE, (-0.5, -6.0), (-0.5, -2.4), RING)
        if index == 0:
            track.stay(2.0, "ringing", facing=SILL, reach=0.8)
        roles.append(track.go(SILL).role(scene.cast.friends[index], "away", "inside"))
    return Plot(tuple(roles))


def party(scene: Scene, number: int = 4, hosts: tuple[str, ...] = ("Ann", "Ben")) -> Plot:
    """Friends and residents stand and sit in the back yard for a good while."""
    people = [*scene.cast.friends[:number], *(scene.cast.member(name) for name in hosts)]
    lasts = scene.between(1200, 2400)
    roles = []
    for index, person in enumerate(people):
        track = Track(BACK_SILL, at=2.5 * index, speed=1.25)
        while track.now < lasts:
            spot = (scene.between(-4.5, 7.0), scene.between(11.5, 17.5))
            track.go(*_round_people(track.place, spot))
            sits = scene.coin(0.3)
            stays = scene.between(60, 240)
            track.stay(stays, "talking", "sitting" if sits else "standing", facing=(1.5, 14.0), reach=0.2)
        roles.append(track.go((2.0, 11.5), BACK_SILL).role(person, "inside", "inside"))
    return Plot(tuple(roles))


def _round_people(start: Spot, end: Spot) -> list[Spot]:
    # From the door over the patio first, so that nobody walks along the wall.
    return [(2.0, 11.0), end] if start == BACK_SILL else [end]


def guests_leave(scene: Scene, number: int = 4) -> Plot:
    """The friends leave, one after the other."""
    roles = []
    for index in range(number):
        track = out_of_door(scene, at=2.0 * index)
        roles.append(away(scene, to_gate(scene, track), scene.coin()).role(scene.cast.friends[index], "inside"))
    return Plot(tuple(roles))


def postman(scene: Scene) -> Plot:
    """The postman walks by and puts letters into the mailbox."""
    east = scene.coin()
    start = (60.0 if east else -60.0), -11.0
    track = Track(start, speed=1.4).go((-1.6, -11.0), (-1.7, -10.25))
    track.stay(scene.between(4, 7), "standing", facing=PLACES["mailbox"], reach=0.8)
    track.go((-1.6, -11.0), (-start[0], -11.0))
    return Plot((track.role(scene.cast.postman),))


def canvasser(scene: Scene) -> Plot:
    """A stranger rings, waits for a while, and leaves when nobody opens."""
    east = scene.coin()
    track = to_door(scene, from_pavement(scene, east))
    track.stay(2.0, "ringing", facing=SILL, reach=0.8).stay(scene.between(12, 22), "waiting", facing=SILL)
    return Plot((away(scene, to_gate(scene, track), not east).role(scene.stranger()),))


def gardener(scene: Scene) -> Plot:
    """The gardener parks at the kerb, mows both lawns, sees to the hedge and drives off."""
    there = to_kerb(GARDENER_KERB, 8.0, scene.dark, scene.west_lane)
    beside: Spot = (GARDENER_KERB - 1.0, -14.35)
    track = Track(beside, there[-1].at + 6.0, speed=1.35)
    track.go((GARDENER_KERB - 3.6, -14.2), (GARDENER_KERB - 3.6, -11.4), (-0.9, -11.2), (-0.6, -9.4))
    track.holds = "mower"
    for west, east in ((-6.2, -1.9), (0.9, 5.6)):
        track.go((west, -8.6), speed=1.2)
        for row in range(7):
            y = -8.6 + 0.85 * row
            ends = ((west, y), (east, y)) if row % 2 == 0 else ((east, y), (west, y))
            track.go(*ends, speed=0.95, action="mowing")
    track.holds = None
    track.go((1.0, -5.0), (-2.5, -6.0), (-5.6, -3.0), (-8.1, -3.2), speed=1.3)
    for y in (-3.2, -4.4, -8.2):
        track.go((-8.1, y), speed=1.2)
        track.stay(scene.between(25, 50), "gardening", facing=(-9.0, y), reach=0.9)
    track.go((-5.0, -8.8), (-0.6, -9.4), (-0.9, -11.2), (GARDENER_KERB - 3.6, -11.4), speed=1.35)
    track.go((GARDENER_KERB - 3.6, -14.2), beside)
    leaves = from_kerb(GARDENER_KERB, track.now + 8.0, 8.0, scene.dark, scene.west_lane)
    waiting = parked(leaves[0].at - 1.0, (GARDENER_KERB, leaves[0].y), pi)
    pickup = Role(scene.cast.gardener_van, tuple(joined(there, [waiting], leaves)))
    return Plot((track.role(scene.cast.gardener), pickup))


def ball_game(scene: Scene, lasts: float | None = None) -> Plot:
    """Cleo and two friends play ball in the back yard; the friends come and go by the side gate."""
    east = scene.coin()
    lasts = lasts or scene.between(420, 900)
    guests = []
    for index in range(2):
        track = through_passage(into_drive(drive_mouth(scene, east, speed=1.4)))
        track.keys = [replace(key, at=key.at + 1.6 * index) for key in track.keys]
        guests.append(track)
    arrived = max(track.now for track in guests)
    hostess = Track(BACK_SILL, at=max(arrived - 12.0, 0.0), speed=1.5).go((2.0, 12.0))
    players = [*guests, hostess]
    for index, track in enumerate(players):
        while track.now < arrived + lasts:
            # The ball is with one of them at a time, by the clock.
            track.holds = "ball" if int(track.now / 9.0) % len(players) == index else None
            spot = (scene.between(-5.0, 6.5), scene.between(12.5, 19.0))
            track.go(spot, speed=scene.between(1.8, 3.6), action="playing")
            track.stay(scene.between(1.0, 4.0), "playing", facing=(0.5, 15.5), reach=0.6 if track.holds else 0.0)
        track.holds = None
    roles = [hostess.go((2.0, 11.0), BACK_SILL, speed=1.5).role(scene.cast.member("Cleo"), "inside", "inside")]
    for track, child in zip(guests, scene.cast.children, strict=False):
        leaving = back_through_passage(track.go((5.0, 12.5), speed=1.4))
        roles.append(off_from_drive(scene, leaving, east, 1.4).role(child))
    return Plot(tuple(roles))
