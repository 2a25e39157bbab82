"""Cameras that somebody covers, turns away or sprays, until a resident sets them right."""

from homesec.sim.stories.crime import offender
from homesec.sim.stories.scene import Plot, Scene, away, drive_mouth, from_pavement, off_from_drive, to_gate
from homesec.sim.stories.track import Track
from homesec.sim.story import Tampering

REPAIRED_S = (900.0, 3600.0)  # after a quarter of an hour to an hour somebody notices


def camera_covered(scene: Scene) -> Plot:
    """Somebody comes to the porch and hangs a cloth over the camera at the front door."""
    track = _to_front_camera(scene)
    begins = track.now
    track.stay(6.0, "covering a camera", "arms_raised", facing=(2.4, -0.4), reach=1.0)
    return _done(scene, track, Tampering("front_door", "covered", begins + 2.0, begins + 4.5, _repaired(scene, begins)))


def camera_sprayed(scene: Scene) -> Plot:
    """Somebody sprays paint on the lens of the camera at the front door."""
    track = _to_front_camera(scene, "spray_can")
    begins = track.now
    track.stay(7.0, "spraying", "arms_raised", facing=(2.4, -0.4), reach=1.0)
    track.holds = None
    return _done(scene, track, Tampering("front_door", "sprayed", begins + 1.5, begins + 6.0, _repaired(scene, begins)))


def camera_turned(scene: Scene) -> Plot:
    """Somebody reaches up and turns the camera of the driveway away."""
    east = scene.coin()
    track = drive_mouth(scene, east).go((6.6, -1.4))
    begins = track.now
    track.stay(7.0, "covering a camera", "arms_raised", facing=(6.1, -0.1), reach=1.0)
    track.go((6.7, -9.9))
    role = off_from_drive(scene, track, not east, 1.6).role(offender(scene))
    return Plot((role,), (Tampering("driveway", "turned", begins + 1.5, begins + 6.0, _repaired(scene, begins)),))


def _to_front_camera(scene: Scene, holds: str | None = None) -> Track:
    track = from_pavement(scene, scene.coin()).go((-0.5, -6.0), (0.4, -2.6))
    track.holds = holds
    return track.go((2.2, -1.15), speed=1.25)


def _done(scene: Scene, track: Track, tampering: Tampering) -> Plot:
    track.go((0.4, -2.6))
    return Plot((away(scene, to_gate(scene, track), scene.coin(), 1.6).role(offender(scene)),), (tampering,))


def _repaired(scene: Scene, begins: float) -> float:
    return begins + scene.between(*REPAIRED_S)
