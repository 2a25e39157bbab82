import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.domain.followed import Followed
from homesec.domain.stays import Crossing, Said, Stay, Stays
from homesec.domain.zones import Zone, exclusion, governing

T0 = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
PORCH = Zone(1, "porch", "entry_point", ((0.4, 0.4), (0.8, 0.4), (0.8, 0.8), (0.4, 0.8)), loiter_seconds=20.0)
YARD = Zone(2, "yard", "yard", ((0.0, 0.2), (1.0, 0.2), (1.0, 1.0), (0.0, 1.0)))
GATE = Zone(3, "gate", "line", ((0.4, 0.5), (0.4, 0.9)), direction="left")  # drawn downwards: east of it is left
TREE = Zone(4, "tree", "excluded", ((0.5, 0.4), (0.7, 0.4), (0.7, 0.8), (0.5, 0.8)))


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def seen(seconds: float, x: float, y: float, track: int = 1, **how: object) -> Followed:
    """A person of a fifth of the picture's height, so that edges are 0.01 wide."""
    one = Followed(track, "person", at(seconds), (x - 0.03, y - 0.2, x + 0.03, y), 1, 0.9, False, True)
    return replace(one, **how)  # type: ignore[arg-type]


def walk(stays: Stays, zones: list[Zone], *steps: Followed | tuple[float, set[int]]) -> list[Said]:
    """Pictures of one track, or (seconds, tracks that are remembered): pictures of nobody."""
    said = []
    for step in steps:
        if isinstance(step, Followed):
            said.append(stays.step(step.at, [step], zones, {step.track}))
        else:
            said.append(stays.step(at(step[0]), [], zones, step[1]))
    return said


def ended(said: list[Said]) -> list[tuple[int, datetime, datetime, float]]:
    return [
        (stay.zone_id, stay.entry_time, stay.exit_time, stay.total_seconds)
        for step in said
        for stay in step.stays
        if stay.exit_time is not None
    ]


def crossings(said: list[Said]) -> list[Crossing]:
    return [crossing for step in said for crossing in step.crossings]


def test_a_stay_lasts_from_the_first_to_the_last_picture_inside_and_its_seconds_reach_to_the_edge() -> None:
    said = walk(Stays(), [PORCH], seen(0, 0.3, 0.6), seen(3, 0.5, 0.6), seen(6, 0.7, 0.6), seen(9, 0.9, 0.6))
    assert said[1].stays == (Stay(1, 1, "person", at(3), None, 1.5, False),)
    # From 0.4 to 0.8 at 0.2 in 3 s: six seconds, though only three lie between the two pictures inside.
    assert ended(said) == [(1, at(3), at(6), 6.0)]


def test_jitter_at_an_edge_makes_one_stay() -> None:
    steps = [seen(i, 0.4 + (0.005 if i % 2 else -0.005), 0.6) for i in range(1, 60)]
    said = walk(Stays(), [PORCH], seen(0, 0.5, 0.6), *steps, seen(60, 0.2, 0.6))
    assert ended(said) == [(1, at(0), at(59), pytest.approx(59, abs=0.1))]


def test_somebody_who_only_touches_a_zone_is_not_in_it() -> None:
    steps = [seen(i, 0.402 if i % 2 else 0.39, 0.6) for i in range(10)]
    assert not any(step.stays for step in walk(Stays(), [PORCH], *steps, (11, set())))


def test_one_picture_well_inside_is_a_stay() -> None:
    said = walk(Stays(), [PORCH], seen(0, 0.2, 0.6), seen(3, 0.6, 0.6), seen(6, 1.0, 0.6))
    assert ended(said) == [(1, at(3), at(3), 3.0)]


def test_who_stands_just_outside_for_a_while_has_left() -> None:
    steps = [seen(1 + i, 0.397, 0.6) for i in range(12)]
    said = walk(Stays(), [PORCH], seen(0, 0.5, 0.6), *steps)
    assert ended(said) == [(1, at(0), at(0), pytest.approx(1.0, abs=0.05))]


def test_a_track_that_ends_was_last_inside_where_it_was_last_seen() -> None:
    said = walk(Stays(), [PORCH], seen(0, 0.5, 0.6), seen(4, 0.6, 0.6), (8, {1}), (20, set()))
    assert not said[2].stays
    assert ended(said) == [(1, at(0), at(4), 4.0)]


def test_a_parked_car_stays_open_says_so_once_a_minute_and_never_loiters() -> None:
    car = [seen(2 * i, 0.6, 0.6, object_class="car", stationary=i > 5) for i in range(100)]
    stays = Stays()
    said = walk(stays, [PORCH], *car)
    assert not ended(said)
    assert not any(stay.loitered for step in said for stay in step.stays)
    assert [len(step.stays) for step in said[6:]].count(1) == 3
    assert stays.open() == (Stay(1, 1, "car", at(0), None, 198.0, False),)


def test_a_stay_loiters_once_it_is_as_long_as_its_zone_says() -> None:
    said = walk(Stays(), [PORCH], *(seen(i * 3, 0.6, 0.6) for i in range(20)), seen(60, 0.1, 0.6))
    loitered = [stay.loitered for step in said for stay in step.stays]
    assert loitered == [index * 3 >= 20 for index in range(len(loitered))]


def test_a_line_is_crossed_with_a_side_and_the_time_between_two_pictures() -> None:
    said = walk(Stays(), [GATE], seen(0, 0.2, 0.7), seen(3, 0.5, 0.7), seen(6, 0.6, 0.7), seen(9, 0.3, 0.7))
    assert crossings(said) == [Crossing(3, 1, "person", at(2), "in"), Crossing(3, 1, "person", at(8), "out")]


def test_who_turns_a_corner_between_two_slow_pictures_has_crossed_the_line_that_lies_on_the_way() -> None:
    # Straight to the line at y 0.55, then up: the chord passes its end, the way before leads through it.
    ahead = [seen(0, 0.1, 0.55), seen(3, 0.35, 0.55), seen(6, 0.42, 0.3), seen(9, 0.42, 0.1)]
    assert crossings(walk(Stays(), [GATE], *ahead)) == [Crossing(3, 1, "person", at(3.6), "in")]
    # From above, then straight away from it: the way after tells.
    back = [seen(0, 0.38, 0.1), seen(3, 0.38, 0.3), seen(6, 0.5, 0.55), seen(9, 0.8, 0.55)]
    assert crossings(walk(Stays(), [GATE], *back)) == [Crossing(3, 1, "person", at(5), "in")]
    # And who went round it in fact has not.
    assert not crossings(walk(Stays(), [GATE], seen(0, 0.2, 0.3), seen(3, 0.35, 0.3), seen(6, 0.5, 0.3)))


def test_who_is_on_a_line_in_a_slow_picture_has_crossed_it_only_when_the_next_one_shows_them_beyond() -> None:
    before = [seen(0, 0.1, 0.45), seen(3, 0.25, 0.45), seen(6, 0.4004, 0.4991)]
    assert not crossings(walk(Stays(), [GATE], *before, seen(9, 0.25, 0.55), seen(12, 0.1, 0.6), (40, set())))
    beyond = walk(Stays(), [GATE], *before, seen(9, 0.5, 0.6), seen(12, 0.6, 0.7), (40, set()))
    assert [crossing.direction for crossing in crossings(beyond)] == ["in"]


def test_between_slow_pictures_a_line_is_wider_by_half_a_body() -> None:
    for every_s, found in ((3, 1), (1, 0)):
        steps = [seen(every_s * i, 0.3 + 0.1 * i, 0.49) for i in range(3)]
        assert len(crossings(walk(Stays(), [GATE], *steps))) == found


def test_what_is_carried_crosses_no_line() -> None:
    for name, found in (("backpack", 0), ("bicycle", 1)):
        steps = [seen(3 * i, 0.3 + 0.1 * i, 0.7, object_class=name) for i in range(3)]
        assert len(crossings(walk(Stays(), [GATE], *steps))) == found


def test_who_goes_round_the_end_of_a_line_has_not_crossed_it() -> None:
    said = walk(Stays(), [GATE], seen(0, 0.2, 0.7), seen(3, 0.3, 0.3), seen(6, 0.6, 0.3), seen(9, 0.6, 0.7))
    assert not crossings(said)


def test_jitter_on_a_line_is_no_crossing_and_the_end_of_it_is_one() -> None:
    jitter = [seen(i, 0.4 + (0.004 if i % 2 else -0.004), 0.7) for i in range(1, 30)]
    assert not crossings(walk(Stays(), [GATE], seen(0, 0.3, 0.7), *jitter, seen(30, 0.3, 0.7), (40, set())))
    [crossing] = crossings(walk(Stays(), [GATE], seen(0, 0.3, 0.7), *jitter, seen(30, 0.5, 0.7)))
    assert crossing.direction == "in"


def test_a_track_that_ends_just_beyond_a_line_has_crossed_it() -> None:
    [crossing] = crossings(walk(Stays(), [GATE], seen(0, 0.3, 0.7), seen(3, 0.403, 0.7), (20, set())))
    assert (crossing.direction, crossing.at) == ("in", pytest.approx(at(2.91), abs=timedelta(seconds=0.01)))


def test_what_a_track_did_before_it_was_confirmed_is_said_then() -> None:
    doubtful = [seen(i, 0.3 + 0.15 * i, 0.7, confirmed=False) for i in range(5)]  # through the gate, the porch and out
    stays = Stays()
    assert not any(step.stays or step.crossings for step in walk(stays, [PORCH, GATE], *doubtful))
    [said] = walk(stays, [PORCH, GATE], seen(5, 0.95, 0.7))
    assert [stay.entry_time for stay in said.stays] == [at(1)]
    assert [crossing.direction for crossing in said.crossings] == ["in"]


def test_of_what_is_never_confirmed_nothing_is_said() -> None:
    doubtful = [seen(i, 0.5 + 0.1 * i, 0.6, confirmed=False) for i in range(4)]
    assert not any(step.stays for step in walk(Stays(), [PORCH], *doubtful, (20, set())))


def test_a_zone_concerns_its_classes_only() -> None:
    cats = replace(PORCH, target_classes=frozenset({"cat"}))
    assert not walk(Stays(), [cats], seen(0, 0.6, 0.6))[0].stays
    assert walk(Stays(), [cats], seen(0, 0.6, 0.6, object_class="cat"))[0].stays


def test_a_zone_that_the_owner_deletes_is_left_and_a_new_one_is_entered_with_the_next_picture() -> None:
    stays = Stays()
    said = walk(stays, [PORCH], seen(0, 0.6, 0.6), seen(3, 0.6, 0.6))
    said += walk(stays, [YARD], seen(6, 0.6, 0.6))
    assert ended(said) == [(1, at(0), at(3), 3.0)]
    assert stays.open() == (Stay(2, 1, "person", at(6), None, 0.0, False),)


def test_a_line_that_is_moved_over_somebody_is_not_crossed() -> None:
    stays = Stays()
    walk(stays, [GATE], seen(0, 0.3, 0.7), seen(3, 0.3, 0.7))
    moved = replace(GATE, points=((0.2, 0.5), (0.2, 0.9)))
    assert not crossings(walk(stays, [moved], seen(6, 0.3, 0.7), seen(9, 0.35, 0.7)))


def test_overlapping_zones_count_each_and_the_highest_priority_names_and_excludes() -> None:
    assert {stay.zone_id for stay in walk(Stays(), [PORCH, YARD], seen(0, 0.6, 0.6))[0].stays} == {1, 2}
    assert governing([PORCH, YARD], (0.6, 0.6), "person") == PORCH
    assert governing([PORCH, replace(YARD, priority=1)], (0.6, 0.6), "person") == replace(YARD, priority=1)
    assert exclusion([PORCH, TREE], (0.6, 0.6), "person") == "zone:tree"
    assert exclusion([replace(PORCH, priority=1), TREE], (0.6, 0.6), "person") is None
    assert exclusion([replace(TREE, target_classes=frozenset({"cat"}))], (0.6, 0.6), "person") is None
    assert exclusion([PORCH, TREE], (0.45, 0.6), "person") is None


def test_what_is_excluded_is_in_no_zone() -> None:
    said = walk(Stays(), [YARD, TREE], seen(0, 0.3, 0.6), seen(3, 0.6, 0.6), seen(6, 0.9, 0.6))
    assert [stay[:3] for stay in ended(said)] == [(2, at(0), at(0))]
    assert [stay.entry_time for stay in said[-1].stays] == [at(6)]


step = st.tuples(st.sampled_from([1, 2]), st.floats(0, 1), st.floats(0, 1), st.booleans())


@given(st.lists(step, max_size=25), st.integers(0, 25))
def test_a_restart_between_two_pictures_changes_nothing(steps: list[tuple[int, float, float, bool]], cut: int) -> None:
    zones = [PORCH, YARD, GATE, TREE]
    straight, restarted = Stays(), Stays()
    for index, (track, x, y, confirmed) in enumerate(steps):
        if index == cut:
            restarted = Stays.from_json(json.loads(json.dumps(restarted.to_json())))
        one = seen(index * 2, x, y, track, confirmed=confirmed)
        assert straight.step(one.at, [one], zones, {1, 2}) == restarted.step(one.at, [one], zones, {1, 2})
    assert straight.step(at(99), [], zones, ()) == restarted.step(at(99), [], zones, ())


@given(st.lists(step, max_size=25))
def test_stays_of_a_track_in_a_zone_never_overlap_and_crossings_alternate(
    steps: list[tuple[int, float, float, bool]],
) -> None:
    stays = Stays()
    endless = replace(GATE, points=((0.4, 0.0), (0.4, 1.0)))
    said = [
        stays.step(at(index), [seen(index, x, y, track)], [PORCH, endless], {1, 2})
        for index, (track, x, y, _) in enumerate(steps)
    ]
    said.append(stays.step(at(99), [], [PORCH, endless], ()))
    for track in (1, 2):
        done = [stay for one in said for stay in one.stays if stay.track == track and stay.exit_time is not None]
        assert all(one.exit_time < after.entry_time for one, after in pairwise(done))  # type: ignore[operator]
        assert all(stay.total_seconds >= 0 for stay in done)
        ways = [crossing.direction for crossing in crossings(said) if crossing.track == track]
        assert all(one != after for one, after in pairwise(ways))
