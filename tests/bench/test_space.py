"""How tracks, zones, hands, habits and anomalies are held against the truth: by hand, right and wrong."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from homesec.bench.accuracy.expected import Expected, TrueThing
from homesec.bench.accuracy.following import Following
from homesec.bench.accuracy.habits import Compared, compared
from homesec.bench.accuracy.hands import judged_hands
from homesec.bench.accuracy.identity import Identities
from homesec.bench.accuracy.oddities import Oddity, StoredAnomaly, judged_anomalies
from homesec.bench.accuracy.parked import EVERY, FOUND, LASTS, flickering, parked_checks
from homesec.bench.accuracy.plan import Plan, Shot, world_of
from homesec.bench.accuracy.stays import judged_crossings, judged_stays
from homesec.bench.accuracy.stored import Said, StoredInteraction, StoredStay
from homesec.bench.accuracy.watched import Watched
from homesec.domain.geometry import contains, points
from homesec.sim.drawn_zones import DrawnZone, drawn_zones, is_on_edge, leads_over
from homesec.sim.property import household
from homesec.sim.truth.chronicle import Interaction
from homesec.sim.truth.dwell import Crossing, Stay, line_crossings
from homesec.sim.view.optics import View
from homesec.sim.view.silhouette import Box

AT = datetime(2025, 5, 5, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ANN, BEN, CAR = "member:ann", "member:ben", "vehicle:ann"
GATE = DrawnZone("door", "gate", "line", "line", ((0.4, 0.5), (0.6, 0.5)), "right")
PORCH = DrawnZone("door", "porch", "entry_point", "polygon", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), None)


def box(place: float) -> Box:
    return place, 0.2, place + 0.1, 0.6


def thing(name: str, place: float, asked: bool = True, foot_shown: bool = True) -> TrueThing:
    return TrueThing("car" if name == CAR else "person", box(place), name, "story", asked, foot_shown)


def said(track: int | None, place: float) -> Said:
    return Said("person", 0.9, box(place), True, None, track)


def shown(second: float, *things: TrueThing) -> Expected:
    return Expected(Shot("door", AT + second * SECOND), things, ("day",))


def identities(*pictures: tuple[Expected, Sequence[Said]], every_s: float = 1.0) -> Identities:
    found = Identities(every_s * SECOND)
    for expected, told in pictures:
        found.add(expected, told)
    return found


# tracks


def test_one_thing_that_is_one_track_is_right() -> None:
    found = identities(*((shown(n, thing(ANN, 0.1 + 0.02 * n)), [said(7, 0.1 + 0.02 * n)]) for n in range(10)))
    assert found.idf1 == 1.0
    assert found.figures()["all"]["switches"] == 0
    assert found.torn(5) == found.mixed(5) == []


def test_a_thing_that_is_two_tracks_and_two_things_that_change_tracks_are_wrong() -> None:
    torn = identities(*((shown(n, thing(ANN, 0.1)), [said(7 if n < 5 else 8, 0.1)]) for n in range(10)))
    assert torn.idf1 == pytest.approx(0.5)
    assert torn.figures()["door"]["switches"] == 1
    assert [line.split(":")[-1] for line in torn.torn(5)] == [" 2 tracks [7, 8], story"]
    swapped = identities(
        *((shown(n, thing(ANN, 0.1), thing(BEN, 0.5)), [said(7 if n < 5 else 8, 0.1), said(8 if n < 5 else 7, 0.5)])
          for n in range(10))
    )  # fmt: skip
    assert swapped.idf1 == pytest.approx(0.5)
    assert swapped.figures()["all"]["MOTA"] == pytest.approx(0.9)
    assert [line.split(", from")[0] for line in swapped.mixed(1)] == [f"door track 7: 2 things, {ANN}, {BEN}"]


def test_what_is_made_up_and_missed_costs_and_what_need_not_be_found_does_not() -> None:
    made_up = identities((shown(0, thing(ANN, 0.1)), [said(7, 0.1), said(8, 0.7)]))
    assert made_up.figures()["all"]["made_up"] == 1
    missed = identities((shown(0, thing(ANN, 0.1)), [said(None, 0.1)]))
    assert missed.figures()["all"]["missed"] == 1
    hidden = thing(BEN, 0.7, asked=False)
    assert identities((shown(0, thing(ANN, 0.1), hidden), [said(7, 0.1), said(8, 0.7)])).idf1 == 1.0


def test_who_comes_back_is_somebody_new_but_a_parked_car_is_not() -> None:
    walked = identities((shown(0, thing(ANN, 0.1)), []), (shown(900, thing(ANN, 0.6)), []))
    assert len(walked.appearances) == 2
    stood = identities((shown(0, thing(CAR, 0.1)), []), (shown(900, thing(CAR, 0.1)), []))
    assert len(stood.appearances) == 1
    slow = identities((shown(0, thing(ANN, 0.1)), []), (shown(30, thing(ANN, 0.6)), []), every_s=10)
    assert len(slow.appearances) == 1


def test_rates_without_targets_are_not_held_against_any() -> None:
    right = identities((shown(0, thing(ANN, 0.1)), [said(7, 0.1)]))
    nothing = judged_crossings([], [], [GATE], Watched(), SECOND, apart, aside)
    for fps, checks in ((5.0, ["IDF1, 5/s"]), (1.0, [])):
        assert [check.name for check in Following(fps, right, nothing, nothing, nothing).checks()] == checks


# zones and lines


def apart(thing: str, zone: str, at: datetime) -> bool:
    return False


def aside(thing: str, line: str, since: datetime, until: datetime) -> bool | None:
    """Nobody's straight way cuts a line that they do not cross."""
    return False


def along(thing: str, zone: str, at: datetime) -> bool:
    """Ann walks along the edge."""
    return thing == ANN


def watched(seconds: Sequence[float], tracks: dict[int, str], foot_shown: bool = True) -> Watched:
    """Everybody is seen at these seconds; each track is of one thing."""
    found = Watched()
    for second in seconds:
        names = enumerate(sorted(set(tracks.values())))
        things = [thing(name, 0.2 * place, foot_shown=foot_shown) for place, name in names]
        places = {one.thing: one.box[0] for one in things}
        found.add(shown(second, *things), [said(track, places[name]) for track, name in tracks.items()])
    return found


def test_a_track_is_of_whom_most_of_it_shows() -> None:
    found = Watched()
    for second, name in enumerate((ANN, ANN, BEN)):
        found.add(shown(second, thing(name, 0.1)), [said(7, 0.1), said(8, 0.7)])
    assert found.thing_of(7) == ANN
    assert found.thing_of(8) is None
    assert found.thing_of(9) is None
    assert found.between("door", ANN, AT, AT + 5 * SECOND) == [AT, AT + SECOND]


def crossed(second: float, direction: str, track: int = 7) -> StoredStay:
    at = AT + second * SECOND
    return StoredStay("gate", "door", track, "person", direction, at, at, 0.0)


IN = Crossing(ANN, "person", "gate", "story", AT + 5 * SECOND, "in")


def test_a_crossing_is_right_with_its_direction_at_its_time() -> None:
    seen = watched(range(11), {7: ANN})
    told = judged_crossings([IN], [crossed(5.5, "in")], [GATE], seen, SECOND, apart, aside)
    assert (told.asked, told.found, told.said, told.right) == (1, 1, 1, 1)
    for wrong in (crossed(5.5, "out"), crossed(40, "in"), crossed(5.5, "in", track=9)):
        told = judged_crossings([IN], [wrong], [GATE], seen, SECOND, apart, aside)
        assert (told.asked, told.found, told.said, told.right) == (1, 0, 1, 0)
        assert {line.split()[0] for line in told.wrong} == {"missed", "made"}


def test_a_crossing_that_is_said_twice_is_once_made_up() -> None:
    seen = watched(range(11), {7: ANN})
    told = judged_crossings([IN], [crossed(5, "in"), crossed(6, "in")], [GATE], seen, SECOND, apart, aside)
    assert (told.found, told.right, told.said) == (1, 1, 2)


def test_a_crossing_that_nobody_could_see_is_not_asked_for_but_may_be_said() -> None:
    for seen in (watched([0, 1], {7: ANN}), watched(range(11), {7: ANN}, foot_shown=False)):
        assert judged_crossings([IN], [], [GATE], seen, SECOND, apart, aside).asked == 0
        told = judged_crossings([IN], [crossed(5, "in")], [GATE], seen, SECOND, apart, aside)
        assert (told.asked, told.right) == (0, 1)


@pytest.mark.parametrize(("leads", "made_up"), [(True, 0), (None, 0), (False, 1)])
def test_a_crossing_that_the_straight_way_between_two_pictures_makes_is_no_mistake(
    leads: bool | None, made_up: int
) -> None:
    asked_of = list[tuple[datetime, datetime]]()

    def leads_over(thing: str, line: str, since: datetime, until: datetime) -> bool | None:
        asked_of.append((since, until))
        return leads if until - since > 2 * SECOND else False

    seen = watched((0, 1, 2, 6, 7), {7: ANN})  # she turned a corner between the second and the sixth
    told = judged_crossings([], [crossed(4, "in")], [GATE], seen, SECOND, apart, leads_over)
    assert (told.said, told.right) == (made_up, 0)
    assert (AT + 2 * SECOND, AT + 6 * SECOND) in asked_of


def stayed(since: float, until: float, track: int = 7) -> StoredStay:
    return StoredStay("porch", "door", track, "person", None, AT + since * SECOND, AT + until * SECOND, until - since)


STAY = Stay(ANN, "person", "porch", "story", AT + 10 * SECOND, AT + 30 * SECOND)


@pytest.mark.parametrize(
    ("records", "found", "right"),
    [
        ([stayed(10, 30)], 1, 1),
        ([stayed(11.5, 30)], 1, 1),  # within an interval of two seconds
        ([stayed(10, 18), stayed(18, 30, track=8)], 1, 2),  # two tracks of one person
        ([stayed(14, 30)], 0, 1),
        ([stayed(10, 30), stayed(15, 25, track=9)], 1, 1),  # of nobody
        ([], 0, 0),
    ],
)
def test_the_seconds_of_a_stay_are_right_within_an_interval(records: list[StoredStay], found: int, right: int) -> None:
    told = judged_stays([STAY], records, [PORCH], watched(range(0, 41, 2), {7: ANN, 8: ANN}), 2 * SECOND, apart)
    assert (told.asked, told.found, told.said, told.right) == (1, found, len(records), right)


def test_a_stay_is_asked_for_as_far_as_it_was_seen() -> None:
    late = watched(range(20, 41, 2), {7: ANN})  # came into view in the midst of it
    assert judged_stays([STAY], [stayed(20, 30)], [PORCH], late, 2 * SECOND, apart).found == 1
    assert judged_stays([STAY], [stayed(10, 30)], [PORCH], late, 2 * SECOND, apart).found == 0
    once = watched([20], {7: ANN})
    assert judged_stays([STAY], [], [PORCH], once, 2 * SECOND, apart).asked == 0


def test_glimpses_may_count_and_pauses_need_not() -> None:
    seen = watched(range(14, 41, 2), {7: ANN})
    for second in (10, 12):  # behind a lamp
        seen.add(shown(second, thing(ANN, 0.0, asked=False)), [])
    seen.shown["door", ANN].sort()
    for seconds, found in ((20, 1), (16, 1), (12, 0)):
        records = [stayed(30 - seconds, 30)]
        assert judged_stays([STAY], records, [PORCH], seen, 2 * SECOND, apart).found == found
    paused = watched([10, 12, 14, 26, 28, 30], {7: ANN})  # out of sight for twelve seconds
    for seconds, found in ((20, 1), (8, 1), (4, 0)):
        records = [stayed(30 - seconds, 30)]
        assert judged_stays([STAY], records, [PORCH], paused, 2 * SECOND, apart).found == found


def test_who_walks_along_an_edge_is_neither_right_nor_wrong() -> None:
    seen = watched(range(0, 41, 2), {7: ANN, 8: BEN})
    for records, said_of_ben in (([stayed(10, 30)], 0), ([stayed(10, 30), stayed(10, 30, track=8)], 1)):
        told = judged_stays([], records, [PORCH], seen, 2 * SECOND, along)
        assert (told.asked, told.said, told.right) == (0, said_of_ben, 0)
    assert judged_stays([STAY], [], [PORCH], seen, 2 * SECOND, along).asked == 0
    told = judged_crossings([], [crossed(5, "in"), crossed(5, "in", track=8)], [GATE], seen, SECOND, along, aside)
    assert (told.said, told.right) == (1, 0)


def test_an_edge_is_as_wide_as_a_body() -> None:
    world = world_of(Plan(4, 0.12, 0.25))
    story = next(story for story in world.stories if story.name == "off to school")
    role = next(role for role in story.roles if role.thing.id == "member:cleo")
    [(second, _)] = line_crossings(role, world.property.zone("gate"))
    at = world.moment(story.began + second)
    assert is_on_edge(world, "member:cleo", "gate", at)
    assert not is_on_edge(world, "member:cleo", "gate", at - 3 * SECOND)
    assert not is_on_edge(world, "nobody", "gate", at)


def test_the_straight_way_of_a_thing_cuts_a_line_or_passes_its_end() -> None:
    world = world_of(Plan(4, 0.12, 0.25))
    story = next(story for story in world.stories if story.name == "off to school")
    role = next(role for role in story.roles if role.thing.id == "member:cleo")
    [(second, _)] = line_crossings(role, world.property.zone("gate"))
    at = world.moment(story.began + second)
    assert leads_over(world, "member:cleo", "gate", at - SECOND / 2, at + SECOND / 2)
    assert leads_over(world, "member:cleo", "gate", at - 4 * SECOND, at - SECOND) is False
    assert leads_over(world, "member:cleo", "drive_line", at - SECOND, at + SECOND) is False
    assert leads_over(world, "nobody", "gate", at - SECOND, at) is None


def test_zones_are_drawn_where_they_are_on_the_ground() -> None:
    home = household(3)
    zones = drawn_zones(home)
    drawn = {(zone.camera, zone.name) for zone in zones}
    assert {("front_door", "porch"), ("front_door", "gate"), ("driveway", "drive_line")} <= drawn
    assert ("back_yard", "porch") not in drawn  # it looks away from there
    assert ("front_door", "sidewalk") not in drawn  # a sliver
    for zone in zones:
        points(zone.shape, zone.coordinates)  # as the API judges them
        ground = home.zone(zone.name).ground
        if zone.shape == "line":
            assert zone.direction == "right"
            continue
        middle = np.array([[*np.mean(zone.coordinates, axis=0)]])
        if contains(zone.coordinates, tuple(middle[0])):
            assert contains(ground, tuple(View(home.camera(zone.camera)).ground(middle)[0]))


# hands


LEFT = Interaction("left", ANN, "package:1", "package", "story", AT + 10 * SECOND, AT + 10 * SECOND, (0.0, 0.0))


def test_what_is_left_is_right_with_person_object_and_kind() -> None:
    seen = watched(range(0, 41), {7: ANN, 8: "package:1", 9: BEN})
    right = StoredInteraction("left", "door", 7, 8, AT + 14 * SECOND)
    told = judged_hands([LEFT], [right], ["door"], seen)
    assert (told.asked, told.found, told.said, told.right) == (1, 1, 1, 1)
    for wrong in (right._replace(kind="taken"), right._replace(track=9), right._replace(at=AT + 90 * SECOND)):
        told = judged_hands([LEFT], [wrong], ["door"], seen)
        assert (told.asked, told.found, told.said, told.right) == (1, 0, 1, 0)
    assert judged_hands([LEFT], [right._replace(kind="carried")], ["door"], seen).said == 0
    assert judged_hands([LEFT], [], ["street"], seen).asked == 0


# habits and anomalies


def test_only_busy_hours_are_compared_and_what_was_not_learned_is_nothing() -> None:
    truth = {("door", "person", 8): 4.0, ("door", "person", 9): 6.0, ("door", "cat", 9): 0.1}
    found = compared({("door", "person", 8): 5.0, ("door", "cat", 9): 9.0}, truth)
    assert [slot for slot, _, _ in found.rows] == [("door", "person", 8), ("door", "person", 9)]
    assert found.off == pytest.approx(0.7)
    assert found.bias == pytest.approx(-0.5)
    assert Compared().off is None


def test_an_oddity_is_found_by_a_camera_that_sees_it_and_what_nothing_explains_is_false() -> None:
    odd = Oddity("gardener", AT, AT + 600 * SECOND, frozenset({"door"}))
    burglar = Oddity("break-in", AT + timedelta(hours=9), AT + timedelta(hours=9), frozenset({"yard"}))
    right = StoredAnomaly("door", "lawn", "unusual_time", AT, "")
    told = judged_anomalies([right], [odd], [burglar])
    assert (told.asked, told.found, told.said, told.right) == (1, 1, 1, 1)
    excused = StoredAnomaly("yard", "yard", "unusual_time", AT + timedelta(hours=9), "")
    told = judged_anomalies([excused], [odd], [burglar])
    assert (told.found, told.said, told.right) == (0, 1, 1)
    for wrong in (right._replace(camera="yard"), right._replace(at=AT + timedelta(hours=3))):
        told = judged_anomalies([wrong], [odd], [burglar])
        assert (told.found, told.said, told.right) == (0, 1, 0)


@pytest.mark.parametrize("seed", [1, 2])
def test_weeks_of_habits_hold_a_change_of_the_clocks_and_what_is_planted(seed: int) -> None:
    plan = Plan(seed, 56.0, 0.25, unusual=True)
    assert plan.start.utcoffset() != plan.end.utcoffset()
    spans = plan.spans(timedelta(hours=6))
    assert spans[-1][1] == plan.end
    day = Plan(seed, 2.0, 0.25)
    assert [plant.storyline for plant in world_of(day).plants] == [
        plant.storyline for plant in world_of(Plan(seed, 2.0, 0.25)).plants
    ]


# a parked car


def test_a_parked_car_flickers_and_is_blind_at_night() -> None:
    pictures = [one for piece in flickering(3) for one in piece]
    assert len(pictures) == LASTS / EVERY
    found = [bool(facts) for _, facts in pictures]
    assert not any(found[int(len(found) * 17 / 24) : int(len(found) * 18 / 24)])
    assert np.mean(found[: len(found) // 2]) == pytest.approx(FOUND, abs=0.05)
    assert {fact.kind for _, facts in pictures for fact in facts} == {"car", "truck"}


@pytest.mark.parametrize(("tracks", "events", "ok"), [(1, 1, True), (2, 1, False), (1, 0, False), (0, 1, False)])
def test_one_track_and_one_event_are_right(tracks: int, events: int, ok: bool) -> None:
    assert all(check.ok for check in parked_checks(tracks, events)) is ok
