import pytest

from homesec.domain.deeds import deed
from homesec.domain.scene_facts import Said

ALARMING = """
trying a door handle; trying door handles; testing the car doors; a person pulling on a gate; rattling the window
checking if the car is locked; looking into a car; a person looking inside parked cars; peering through the window
peeking into the garage; shining a flashlight at the house; attempting to open a door; inspecting the door lock
prying open a window; forcing a door; breaking in; breaking into a car; break-in; breaking a window; kicking the door
smashing a window; picking a lock; lock picking; climbing over a fence; climbing the fence; scaling a wall; climbing
climbing through a window; crawling through a window; jumping over the gate; cutting a padlock
entering through a window
spraying graffiti; spray painting a wall; spraying; vandalizing property; slashing tires; throwing rocks at the house
scratching a car; egging the house; covering the camera; tampering with the camera; turning the camera away
stealing a package; stealing a parcel; taking a package; taking the parcel from the porch; grabbing a box and leaving
walking off with a bicycle; running away with a package; porch pirating; rummaging through the car; siphoning fuel
threatening a person with a knife; pointing a gun; fighting; attacking someone; punching; robbing a man; stabbing
waving a knife; setting a fire; pouring gasoline; kicking in the door; sneaking around; hiding behind a bush; lurking
prowling; casing the house; watching the house; following a woman; running away; fleeing; looking around suspiciously
photographing the house; walking around the house; crouching behind a car; stalking
"""
CALMING = """
delivering a package; placing a parcel; putting down a box; dropping off mail; leaving a package at the door
handing over a pizza; bringing food; carrying a package to the door; carrying groceries; unlocking the door
opening the door with a key; coming home; unloading the car; parking a car; getting out of the car
taking out the trash
checking the mail; collecting the mail; mowing the lawn; pushing a lawnmower; gardening; raking leaves; pruning roses
trimming the hedge; watering plants; spraying water on plants; sweeping; shoveling snow
washing the car; cleaning windows
painting the fence; repairing the roof; fixing a bike; reading the meter; checking the car engine; pulling weeds
walking; walking a dog; jogging; a person walking normally; cycling; strolling; riding a bike; running; passing by
pushing a stroller; waving; greeting; hugging; talking; talking on the phone; chatting; laughing; dancing; singing
playing; playing with a toy gun; playing football; kicking a ball; throwing a ball; shooting hoops; snowball fight
hide and seek; pretending to fight; ringing the doorbell; knocking on the door; pressing the bell
waiting; waiting at the door
sitting
eating; smoking; petting a dog; feeding the ducks
taking a photo of a friend
breaking down cardboard boxes and recycling; tying a shoe; building a snowman
putting up decorations; cutting the grass
walking toward the house; hammering a nail; holding a clipboard and ringing
"""
SILENT = """
standing; zorbing; opening the door; opening a window; climbing out of the car; climbing a ladder; climbing a tree
holding an umbrella; unknown
"""


def phrases(text: str) -> list[str]:
    return [one.strip() for line in text.strip().splitlines() for one in line.split(";") if one.strip()]


@pytest.mark.parametrize("words", phrases(ALARMING))
def test_what_nobody_with_good_reasons_does_alarms(words: str) -> None:
    found = deed(Said(words, 0.8))
    assert found is not None
    assert found.alarms, found


@pytest.mark.parametrize("words", phrases(CALMING))
def test_what_people_do_calms(words: str) -> None:
    found = deed(Said(words, 0.8))
    assert found is not None
    assert found.weight < 0, found


@pytest.mark.parametrize("words", phrases(SILENT))
def test_words_without_a_known_meaning_say_nothing(words: str) -> None:
    assert deed(Said(words, 0.9)) is None


def test_lingering_in_words_is_less_than_a_deed() -> None:
    found = deed(Said("loitering", 0.9))
    assert found is not None
    assert 0 < found.weight
    assert not found.alarms


def test_names_with_underscores_and_capitals_mean_the_same() -> None:
    assert deed(Said("Trying_Door-Handle", 0.8)) is not None


def test_half_sure_is_much_and_hardly_sure_is_little() -> None:
    weights = [deed(Said("breaking in", confidence)) for confidence in (0.1, 0.5, 0.9)]
    hardly, half, surely = (one.weight if one else 0.0 for one in weights)
    assert hardly < 0.15 * surely
    assert half > 0.7 * surely
