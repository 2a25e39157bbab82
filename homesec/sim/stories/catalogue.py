"""All storylines by name, with what an owner would think of each: label and expected range of the risk score."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from homesec.sim.stories import animals, crime, household, street, tampering, visitors, weather
from homesec.sim.stories.scene import Plot, Scene
from homesec.sim.story import Story
from homesec.sim.values import Label


@dataclass(frozen=True)
class Storyline:
    """A kind of story, to be played in any scene."""

    name: str
    family: str
    label: Label
    expect: tuple[int, int]
    """Lowest and highest score by day; `by_night` where darkness makes a difference."""
    play: Callable[..., Plot]
    by_night: tuple[int, int] | None = None
    nightly: bool = False
    """Planted by night."""

    def story(self, scene: Scene, **options: Any) -> Story:
        """The story that follows from the scene's chance; options are those of the storyline's function."""
        plot = self.play(scene, **options)
        expect = self.by_night if scene.dark and self.by_night else self.expect
        return Story(
            id=scene.id, name=self.name, label=self.label, expect=expect, start=scene.start,
            roles=plot.roles, tampering=plot.tampering, storm=plot.storm,
        )  # fmt: skip


HOME, PASSING, NIGHT_PASSING, ANIMAL, NOTHING = (0, 20), (20, 35), (20, 45), (0, 5), (0, 10)
_ALL = (
    Storyline("leaves by car", "household", "benign", HOME, household.leaves_by_car),
    Storyline("comes by car", "household", "benign", HOME, household.comes_by_car),
    Storyline("leaves on foot", "household", "benign", HOME, household.leaves_on_foot),
    Storyline("comes on foot", "household", "benign", HOME, household.comes_on_foot),
    Storyline("off to school", "household", "benign", HOME, household.off_to_school),
    Storyline("home from school", "household", "benign", HOME, household.home_from_school),
    Storyline("leaves by bicycle", "household", "benign", HOME, household.leaves_by_bicycle),
    Storyline("comes by bicycle", "household", "benign", HOME, household.comes_by_bicycle),
    Storyline("fetches mail", "household", "benign", HOME, household.fetches_mail),
    Storyline("takes in parcel", "household", "benign", HOME, household.takes_in_parcel),
    Storyline("garden hour", "household", "benign", HOME, household.garden_hour),
    Storyline("courier", "visitors", "benign", HOME, visitors.courier),
    Storyline("courier on foot", "visitors", "benign", HOME, visitors.courier_on_foot),
    Storyline("guest", "visitors", "benign", (0, 29), visitors.guest),
    Storyline("guest leaves", "visitors", "benign", HOME, visitors.guest_leaves),
    Storyline("guests arrive", "visitors", "benign", (0, 29), visitors.guests_arrive),
    Storyline("party", "visitors", "benign", (0, 29), visitors.party),
    Storyline("guests leave", "visitors", "benign", (0, 29), visitors.guests_leave),
    Storyline("postman", "visitors", "benign", HOME, visitors.postman),
    Storyline("canvasser", "visitors", "benign", (5, 35), visitors.canvasser),
    Storyline("gardener", "visitors", "benign", HOME, visitors.gardener),
    Storyline("ball game", "visitors", "benign", HOME, visitors.ball_game),
    Storyline("passer", "street", "benign", PASSING, street.passer, NIGHT_PASSING),
    Storyline("couple", "street", "benign", PASSING, street.couple, NIGHT_PASSING),
    Storyline("jogger", "street", "benign", PASSING, street.jogger, NIGHT_PASSING),
    Storyline("neighbour passes", "street", "benign", (0, 30), street.neighbour_passes),
    Storyline("dog walk", "street", "benign", (0, 30), street.dog_walk),
    Storyline("strange dog walk", "street", "benign", (5, 35), street.strange_dog_walk),
    Storyline("cyclist", "street", "benign", (0, 30), street.cyclist),
    Storyline("car passes", "street", "benign", HOME, street.car_passes),
    Storyline("truck passes", "street", "benign", HOME, street.truck_passes),
    Storyline("bus passes", "street", "benign", HOME, street.bus_passes),
    Storyline("refuse truck", "street", "benign", (0, 29), street.refuse_truck),
    Storyline("parks in street", "street", "benign", (0, 29), street.parks_in_street),
    Storyline("leaves street", "street", "benign", (0, 29), street.leaves_street),
    Storyline("cat on lawn", "animals", "benign", ANIMAL, animals.cat_on_lawn),
    Storyline("cat in yard", "animals", "benign", ANIMAL, animals.cat_in_yard),
    Storyline("birds", "animals", "benign", ANIMAL, animals.birds),
    Storyline("stray", "animals", "benign", ANIMAL, animals.stray),
    Storyline("storm", "weather", "benign", NOTHING, weather.storm),
    Storyline("package theft", "crime", "incident", (70, 90), crime.package_theft),
    Storyline("loiterer", "crime", "suspicious", (45, 60), crime.loiterer),
    Storyline("door handles", "crime", "incident", (70, 85), crime.door_handles, nightly=True),
    Storyline("car prowl", "crime", "incident", (70, 85), crime.car_prowl, nightly=True),
    Storyline("break-in", "crime", "incident", (85, 100), crime.break_in, nightly=True),
    Storyline("fence climb", "crime", "incident", (85, 100), crime.fence_climb, nightly=True),
    Storyline("graffiti", "crime", "incident", (70, 90), crime.graffiti, nightly=True),
    Storyline("weapon", "crime", "incident", (95, 100), crime.weapon),
    Storyline("camera covered", "tampering", "incident", (70, 95), tampering.camera_covered, nightly=True),
    Storyline("camera turned", "tampering", "incident", (70, 95), tampering.camera_turned),
    Storyline("camera sprayed", "tampering", "incident", (70, 95), tampering.camera_sprayed, nightly=True),
)
STORYLINES: Mapping[str, Storyline] = MappingProxyType({line.name: line for line in _ALL})
PLANTED = tuple(line.name for line in _ALL if line.label != "benign")
