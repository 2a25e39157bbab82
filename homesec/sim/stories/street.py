"""What goes by: people on the pavements, dogs and owners, runners, cyclists, cars, trucks, buses, those who park."""

from dataclasses import replace
from math import cos, pi, sin

from homesec.sim.stories.driving import END_M, KERB, drive, from_kerb, joined, parked, pass_by, to_kerb
from homesec.sim.stories.scene import Plot, Scene, pavement_end
from homesec.sim.stories.track import Track, carried
from homesec.sim.story import Key, Role
from homesec.sim.values import Thing

PARKING_X = 20.0  # where strangers find a place at the kerb
SCHOOL_BAG_SHARE = 0.25  # of passers with a backpack


def passer(scene: Scene) -> Plot:
    """Somebody walks by on one of the pavements."""
    return _walkers(scene, [_somebody(scene)], scene.pace(), far=scene.coin(0.4))


def couple(scene: Scene) -> Plot:
    """Two or three people walk by together."""
    people = [scene.stranger() for _ in range(2 + scene.coin(0.25))]
    return _walkers(scene, people, scene.between(1.2, 1.35), far=scene.coin(0.4))


def jogger(scene: Scene) -> Plot:
    """Somebody runs by."""
    return _walkers(scene, [scene.stranger(garment="shirt")], scene.between(2.6, 3.6), far=scene.coin(0.4))


def neighbour_passes(scene: Scene) -> Plot:
    """A neighbour walks by, and stops for a moment on the near pavement."""
    neighbour = scene.cast.neighbours[int(scene.rng.integers(len(scene.cast.neighbours)))]
    east = scene.coin()
    start, end = pavement_end(scene, east), pavement_end(scene, not east)
    track = Track(start, speed=1.25 if neighbour.look.style.startswith("elder") else scene.pace())
    if scene.coin(0.5):
        track.go((scene.between(-8, 8), start[1])).stay(scene.between(5, 15), "standing", facing=(0.0, -2.0))
    return Plot((track.go((end[0], start[1])).role(neighbour),))


def dog_walk(scene: Scene) -> Plot:
    """A neighbour walks the dog, which stops to sniff."""
    which = int(scene.rng.integers(len(scene.cast.neighbour_dogs)))
    return _on_leash(scene, scene.cast.neighbours[which], scene.cast.neighbour_dogs[which])


def strange_dog_walk(scene: Scene) -> Plot:
    """A stranger walks a dog by."""
    return _on_leash(scene, scene.stranger(), scene.animal("dog"))


def _on_leash(scene: Scene, owner: Thing, dog: Thing) -> Plot:
    east = scene.coin()
    far = scene.coin(0.3)
    start = pavement_end(scene, east, far)
    track = Track(start, speed=scene.between(1.2, 1.35), holds="leash")
    for _ in range(int(scene.rng.integers(1, 4))):
        ahead = track.place[0] + (-1 if east else 1) * scene.between(18, 34)
        track.go((ahead, start[1])).stay(scene.between(3, 9), facing=(ahead, start[1] + 5))
    role = track.go((-start[0], start[1])).role(owner)
    return Plot((role, _beside(role, dog)))


def _beside(owner: Role, dog: Thing) -> Role:
    # The dog goes where its owner goes, a step ahead and to the side, and sits where the owner stands.
    keys = []
    along = owner.headings[0]
    for key in owner.keys:
        x = key.x + 0.75 * cos(along) - 0.55 * sin(along)
        y = key.y + 0.75 * sin(along) + 0.55 * cos(along)
        still = key.action == "standing"
        keys.append(Key(key.at, x, y, heading=along, posture="sitting" if still else "standing", action=key.action))
    return Role(dog, tuple(keys))


def cyclist(scene: Scene) -> Plot:
    """Somebody cycles by."""
    east = scene.coin()
    lane = scene.lane(east) + (-0.9 if east else 0.9)
    start = -END_M if east else END_M
    speed = scene.between(4.0, 6.5)
    keys = drive([(start, lane), (-start, lane)], 0.0, speed, lights=scene.dark, action="cycling")
    rider = Role(scene.stranger(), tuple(replace(key, posture="sitting", lights=False) for key in keys))
    bicycle = Role(scene.vehicle("bicycle"), tuple(replace(key, carrier=rider.thing.id) for key in keys))
    return Plot((rider, bicycle))


def car_passes(scene: Scene) -> Plot:
    """A car drives through the street."""
    return _drives_by(scene, scene.vehicle(), scene.between(8.0, 11.8))


def truck_passes(scene: Scene) -> Plot:
    """A van or a truck drives through the street."""
    return _drives_by(scene, scene.vehicle("van" if scene.coin(0.6) else "box_truck"), scene.between(7.5, 10.5))


def bus_passes(scene: Scene) -> Plot:
    """The bus drives through the street."""
    return _drives_by(scene, scene.vehicle("city_bus"), scene.between(7.5, 9.5))


def refuse_truck(scene: Scene) -> Plot:
    """The refuse truck stops before the house; a worker sees to the bins at the kerb and climbs on again."""
    truck, worker = scene.vehicle("box_truck"), scene.stranger(garment="coat", top=(214, 176, 60), gender="male")
    lane = scene.west_lane
    there = drive([(END_M, lane), (0.0, lane)], 0.0, 6.0, last=0.0, lights=True)
    track = Track((3.9, lane), there[-1].at + 2.0, speed=1.5).go((3.9, -11.6), (0.6, -11.3))
    track.stay(scene.between(12, 20), "unloading", "bending_over", facing=(0.6, -10.0), reach=0.8)
    track.go((3.9, -11.6), (3.9, lane))
    leaves = drive([(0.0, lane), (-END_M, lane)], track.now + 2.0, 7.0, first=0.0, lights=True)
    return Plot((Role(truck, tuple(joined(there, leaves))), track.role(worker)))


def parks_in_street(scene: Scene, car: Thing | None = None, driver: Thing | None = None) -> Plot:
    """A stranger parks at the kerb a little further on and walks away."""
    keys = to_kerb(PARKING_X, scene.between(7.0, 9.0), scene.dark, scene.west_lane)
    track = Track((PARKING_X - 0.4, KERB - 1.15), keys[-1].at + scene.between(4, 12), scene.pace())
    end = pavement_end(scene, True)
    track.go((PARKING_X - 3.0, KERB - 1.1), (PARKING_X - 3.2, end[1]), end)
    return Plot((Role(car or scene.vehicle(), tuple(keys), "away", "there"), track.role(driver or scene.stranger())))


def leaves_street(scene: Scene, car: Thing | None = None, driver: Thing | None = None) -> Plot:
    """The stranger comes back to the car at the kerb and drives off."""
    start = pavement_end(scene, True)
    track = Track(start, speed=scene.pace())
    track.go((PARKING_X - 3.2, start[1]), (PARKING_X - 3.0, KERB - 1.1), (PARKING_X - 0.4, KERB - 1.15))
    ready = track.now + scene.between(5, 9)
    stands = [parked(0.0, (PARKING_X, KERB), pi), parked(ready - 1.0, (PARKING_X, KERB), pi)]
    keys = [*stands, *from_kerb(PARKING_X, ready, 8.5, scene.dark, scene.west_lane)]
    return Plot((Role(car or scene.vehicle(), tuple(keys), "there", "away"), track.role(driver or scene.stranger())))


def _somebody(scene: Scene) -> Thing:
    age = scene.rng.random()
    return scene.stranger("child" if age < 0.12 else "elder" if age > 0.85 else "adult")


def _walkers(scene: Scene, people: list[Thing], speed: float, far: bool) -> Plot:
    east = scene.coin()
    start = pavement_end(scene, east, far)
    middle = -20.0 if far else -11.0
    roles: list[Role] = []
    for index, person in enumerate(people):
        aside = middle + (start[1] - middle) * 0.5 + 0.42 * (index - (len(people) - 1) / 2) * 2
        if len(people) == 1:
            aside = start[1]
        track = Track((start[0], aside), at=0.15 * index, speed=speed).go((-start[0], aside))
        roles.append(track.role(person))
        if scene.coin(SCHOOL_BAG_SHARE):
            roles.append(carried(scene.backpack(), roles[-1]))
    return Plot(tuple(roles))


def _drives_by(scene: Scene, vehicle: Thing, speed: float) -> Plot:
    east = scene.coin()
    return Plot((Role(vehicle, tuple(pass_by(speed, east, scene.lane(east), scene.dark))),))
