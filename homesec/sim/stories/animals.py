"""Animals that come by themselves: cats, birds, a fox or a stray dog, on four paws or by air."""

from dataclasses import replace

from homesec.sim.stories.scene import Plot, Scene
from homesec.sim.stories.track import Spot, Track
from homesec.sim.story import Key, Role
from homesec.sim.values import Thing

FLIGHT_M_S = 5.5
FENCE_M = 1.8


def cat_on_lawn(scene: Scene) -> Plot:
    """A cat comes along the pavement, sits on the front lawn for a while and trots off."""
    cat = scene.cast.cat if scene.coin(0.4) else scene.animal("cat")
    east = scene.coin()
    side: list[Spot] = (
        [(26.0, -10.8), (14.0, -9.0), (4.0, -7.0)] if east else [(-28.0, -10.8), (-10.5, -10.4), (-5.0, -8.0)]
    )
    track = Track(side[0], speed=scene.between(1.0, 1.8)).go(*side[1:])
    track.go(scene.near((3.2, -5.0) if east else (-4.5, -5.0), 1.2))
    track.stay(scene.between(10, 50), posture="sitting", facing=(0.0, -12.0))
    track.go(*reversed(side))
    return Plot((track.role(cat),))


def cat_in_yard(scene: Scene) -> Plot:
    """A cat jumps over the fence, prowls through the back yard and jumps out again."""
    cat = scene.cast.cat if scene.coin(0.6) else scene.animal("cat")
    track = Track((-9.7, 16.0), speed=1.4)
    track.go((-9.0, 16.2), z=FENCE_M, action="climbing").go((-8.3, 16.4), z=0.0, action="climbing")
    for _ in range(3):
        track.go((scene.between(-6, 8), scene.between(12, 21)), speed=scene.between(0.9, 1.7))
        track.stay(scene.between(4, 25), posture="sitting", facing=(scene.between(-6, 6), 20.0))
    track.go((-2.0, 25.2), speed=1.6).go((-2.0, 26.0), z=FENCE_M, action="climbing")
    track.go((-2.0, 26.8), z=0.0, action="climbing")
    return Plot((track.role(cat),))


def birds(scene: Scene) -> Plot:
    """Some birds land on a lawn, peck, hop and fly up."""
    middle: Spot = ((-4.5, -5.5), (3.0, -6.0), (0.5, 15.5))[int(scene.rng.integers(3))]
    first = scene.animal("bird")
    flock = [first, *(Thing(scene.new_id("animal"), first.look) for _ in range(int(scene.rng.integers(0, 4))))]
    lasts = scene.between(15, 60)
    return Plot(tuple(_bird(scene, bird, middle, lasts + scene.between(0, 3)) for bird in flock))


def _bird(scene: Scene, bird: Thing, middle: Spot, lasts: float) -> Role:
    north = 1.0 if middle[1] > 0 else -1.0
    start = (middle[0] + scene.between(-12, 12), middle[1] + north * scene.between(10, 16))
    end = (middle[0] + scene.between(-12, 12), middle[1] + north * scene.between(10, 16))
    track = Track(start, at=scene.between(0, 2.5))
    track.keys[0] = _risen(track, scene.between(5.0, 8.0))
    track.go(scene.near(middle, 1.8), z=0.0, speed=FLIGHT_M_S, action="flying")
    while track.now < lasts:
        track.stay(scene.between(1, 5), posture="standing")
        track.go(scene.near(track.place, 0.5), speed=0.6)
    track.go(end, z=scene.between(5.0, 8.0), speed=FLIGHT_M_S, action="flying")
    return track.role(bird)


def _risen(track: Track, height: float) -> Key:
    return replace(track.keys[0], z=height)


def stray(scene: Scene) -> Plot:
    """A fox or a stray dog comes by night along the pavement and has a look at the property."""
    east = scene.coin()
    side = 1.0 if east else -1.0
    y = -11.0 + scene.between(-0.5, 0.5)
    track = Track((58.0 * side, y), speed=scene.between(1.3, 2.2)).go((3.0 * side + 2.0, y), (2.6, -9.0))
    track.go(scene.near((3.6, -5.5), 0.8)).stay(scene.between(3, 9), facing=(0.0, 0.0))
    track.go((6.0, -8.0), (7.0, -9.8)).stay(scene.between(2, 6), facing=(9.0, -3.0))
    track.go((8.0, y), (-58.0 * side, y))
    return Plot((track.role(scene.animal("dog")),))
