import json
from datetime import datetime, timedelta
from itertools import islice, pairwise
from math import hypot

from hypothesis import given, settings
from hypothesis import strategies as st

from homesec.sim.story import Story
from homesec.sim.truth.chronicle import interactions, story_truth
from homesec.sim.truth.dwell import crossings, dwell, stays, zones_at
from homesec.sim.truth.frames import frame_truth, truth_lines
from homesec.sim.world import World
from tests.sim.worlds import START, TWO_WEEKS, world

CAMERAS = ("front_door", "driveway", "back_yard", "street_side")
pictures = st.tuples(st.sampled_from(CAMERAS), st.integers(0, 5000))


def moment(camera: str, number: int) -> datetime:
    """One of the moments at which something moves before a camera."""
    spans = world().active(camera, START, START + TWO_WEEKS)
    since, until = spans[number % len(spans)]
    return since + (until - since) * ((number % 7) / 7)


def story(name: str) -> Story:
    return next(story for story in world().stories if story.name == name)


@settings(max_examples=120, deadline=None)
@given(pictures)
def test_boxes_lie_inside_the_frame(picture: tuple[str, int]) -> None:
    for one in frame_truth(world(), picture[0], moment(*picture)).objects:
        for x0, y0, x1, y1 in (one.box, one.whole_box):
            assert 0.0 <= x0 < x1 <= 1.0
            assert 0.0 <= y0 < y1 <= 1.0
        assert one.box[0] >= one.whole_box[0] - 0.02
        assert one.box[3] <= one.whole_box[3] + 0.02
        assert 0.0 < one.visible_share <= 1.0


@settings(max_examples=60, deadline=None)
@given(pictures)
def test_ids_kinds_and_ages_last_over_cameras_and_moments(picture: tuple[str, int]) -> None:
    when = moment(*picture)
    things: dict[str, tuple[object, ...]] = {}
    for camera in CAMERAS:
        for later in (0.0, 1.0):
            frame = frame_truth(world(), camera, when + timedelta(seconds=later))
            names = [one.thing for one in frame.objects]
            assert len(names) == len(set(names))
            for one in frame.objects:
                facts = (one.kind, one.age, one.gender)
                assert things.setdefault(one.thing, facts) == facts


@settings(max_examples=60, deadline=None)
@given(pictures)
def test_cameras_that_see_the_same_thing_agree_where_it_is(picture: tuple[str, int]) -> None:
    when = moment(*picture)
    places: dict[str, tuple[float, float]] = {}
    for camera in CAMERAS:
        for one in frame_truth(world(), camera, when).objects:
            other = places.setdefault(one.thing, one.ground)
            assert hypot(one.ground[0] - other[0], one.ground[1] - other[1]) < 1e-6


def test_people_are_seen_by_two_cameras_at_once() -> None:
    loiterer = story("loiterer")
    seen = [
        {one.thing for one in frame_truth(world(), camera, loiterer.start + timedelta(seconds=second)).objects}
        for second in range(30, 90, 4)
        for camera in ("front_door", "street_side")
    ]
    assert any(first & second for first, second in zip(seen[::2], seen[1::2], strict=True))


def test_a_thief_is_seen_with_the_parcel() -> None:
    theft = story("package theft")
    thief = theft.roles[0].thing.id
    frames = [frame_truth(world(), "front_door", theft.start + timedelta(seconds=n / 2)) for n in range(400)]
    carrying = [one for frame in frames for one in frame.objects if one.thing == thief and one.carries]
    assert carrying
    assert any(one.action == "picking up a parcel" for frame in frames for one in frame.objects)


def test_a_weapon_is_a_threat() -> None:
    attack = story("weapon")
    frames = [frame_truth(world(), "front_door", attack.start + timedelta(seconds=n)) for n in range(100)]
    assert {one.threat for frame in frames for one in frame.objects} & {"knife", "gun"}


def test_a_face_is_seen_from_the_front_only() -> None:
    canvasser = story("canvasser")
    faces: list[str | None] = []
    for second in range(int(canvasser.lasts)):
        for one in frame_truth(world(), "front_door", canvasser.start + timedelta(seconds=second)).objects:
            assert (one.face is None) == (one.kind != "person")
            if one.thing == canvasser.roles[0].thing.id:
                faces.append(one.face)
    # Coming he looks to the house, leaving he does not.
    middle = len(faces) // 2
    assert faces[:middle].count("visible") > faces[middle:].count("visible")
    assert faces.count("none") > 5
    assert "covered" not in faces


def test_plates_are_read_from_cars_that_come_into_the_driveway() -> None:
    comes = story("comes by car")
    frames = [frame_truth(world(), "driveway", comes.start + timedelta(seconds=n / 2)) for n in range(60)]
    car = next(role.thing for role in comes.roles if role.thing.kind == "car")
    assert car.look.plate in {one.plate for frame in frames for one in frame.objects if one.thing == car.id}


def test_a_covered_camera_sees_nothing() -> None:
    covered = story("camera covered")
    frame = frame_truth(world(), "front_door", covered.start + timedelta(seconds=covered.tampering[0].full + 5))
    assert frame.objects == ()
    assert frame.mishaps == {"covered": 1.0}


def test_zones_are_those_of_the_ground() -> None:
    home = world().property
    assert zones_at(home, -0.5, -1.0) == ("porch",)
    assert zones_at(home, -0.5, -5.0) == ("walk",)
    assert zones_at(home, 30.0, -11.0) == ("sidewalk",)
    assert zones_at(home, 2.0, 9.5) == ("back_door",)
    assert zones_at(home, 0.0, -15.0) == ()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 13))
def test_dwell_adds_up(day: int) -> None:
    since, until = START + timedelta(days=day), START + timedelta(days=day + 1)
    whole = dwell(stays(world(), since, until))
    noon = since + timedelta(hours=12)
    first, second = dwell(stays(world(), since, noon)), dwell(stays(world(), noon, until))
    for key, seconds in whole.items():
        # Cutting a stay in two loses nothing, but for one that would begin or end at the cut.
        assert abs(first.get(key, 0.0) + second.get(key, 0.0) - seconds) < 0.25
    present: dict[str, float] = {}
    for one in world().stories:
        for role in one.roles:
            present[role.thing.id] = present.get(role.thing.id, 0.0) + role.until - role.since
    for thing in {thing for thing, _ in whole}:
        # Zones do not overlap: nobody is in them for longer than there at all.
        assert sum(seconds for (name, _), seconds in whole.items() if name == thing) <= present[thing] + 0.5


def test_a_loiterer_dwells_on_the_porch() -> None:
    loiterer = story("loiterer")
    found = dwell(stays(world(), loiterer.start, loiterer.end))
    assert found[loiterer.roles[0].thing.id, "porch"] > 60


def test_whoever_comes_in_by_the_gate_goes_out_again() -> None:
    loiterer = story("loiterer")
    name = loiterer.roles[0].thing.id
    found = [one for one in crossings(world(), loiterer.start, loiterer.end) if one.thing == name]
    assert [(one.line, one.direction) for one in found] == [("gate", "in"), ("gate", "out")]


def test_cars_cross_the_mouth_of_the_driveway() -> None:
    comes = story("comes by car")
    found = [one for one in crossings(world(), comes.start, comes.end) if one.kind == "car" and one.story == comes.id]
    assert [(one.line, one.direction) for one in found] == [("drive_line", "in")]


def test_parcels_are_carried_left_and_taken() -> None:
    theft = story("package theft")
    parcel = next(role.thing.id for role in theft.roles if role.thing.kind == "package")
    found = [one for one in interactions(world(), START, START + TWO_WEEKS) if one.thing == parcel]
    assert [one.kind for one in found] == ["carried", "left", "taken", "carried"]
    assert found[2].person == theft.roles[0].thing.id
    assert all(before.at <= after.at for before, after in pairwise(found))


def test_a_story_tells_its_cameras() -> None:
    told = story_truth(world(), story("break-in"))
    assert "back_yard" in told.cameras
    assert told.label == "incident"
    assert told.start <= told.views[0][1] <= told.views[-1][2] <= told.end


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    until = START + timedelta(hours=9)

    def lines(seed: int) -> list[str]:
        made = World(seed, START, until)
        return list(islice(truth_lines(made, 5.0, START + timedelta(hours=7)), 300))

    first = lines(11)
    assert len(first) > 100
    assert first == lines(11)
    assert first != lines(12)
    assert {json.loads(line)["type"] for line in first} == {"story", "frame"}
