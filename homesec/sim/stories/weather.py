"""Weather that is a story of its own."""

from homesec.sim.stories.scene import Plot, Scene


def storm(scene: Scene) -> Plot:
    """A storm: trees bend and rain whips, but nobody is about."""
    return Plot(storm=(0.0, scene.between(900, 2400)))
