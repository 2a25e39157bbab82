"""What a sensible guard concludes: traps on both sides."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homesec.domain.judgement import judge
from homesec.domain.scene_facts import (
    Baseline,
    Crossing,
    Elsewhere,
    Identity,
    Member,
    Said,
    Scene,
    Stay,
    Track,
    Zone,
)
from tests.unit.scenes import ANN, NIGHT, NOON, UNKNOWN, ZONES, doing, items, member, person, scene, score

COVERED, PARCEL = Said("covered"), (Said("package"),)


def test_a_trusted_member_never_silences_a_stranger_beside_them() -> None:
    thief = person(identity=UNKNOWN, takes=PARCEL)
    burglar = person("shed", identity=UNKNOWN, actions=doing("prying open a door"))
    for other in (thief, burglar):
        alone = score(other)
        assert score(member(), other) == score(other, member()) == alone >= 60
    assert "trusted_beside" in items(member(), burglar)


def test_only_trusted_members_are_never_more_than_a_notice() -> None:
    climbs = member(actions=doing("climbing through a window"), face=COVERED)
    assert score(member(), climbs, at=NIGHT) <= 20


def test_a_confident_weapon_wins_over_trust_and_an_unsure_one_does_not() -> None:
    assert score(member(threats=(Said("gun", 0.95),))) >= 85
    assert score(member(threats=(Said("gun", 0.6),))) <= 20
    assert score(person(identity=UNKNOWN, threats=(Said("gun", 0.6),))) >= 95


def test_shears_of_a_gardener_are_no_weapon_but_an_attackers_knife_is() -> None:
    knife = (Said("knife", 0.55),)
    assert score(person("lawn", 900, identity=UNKNOWN, actions=doing("pruning"), threats=knife)) < 30
    assert score(person("lawn", 20, identity=UNKNOWN, threats=knife)) >= 60


def test_whoever_is_not_identifiable_is_not_a_stranger_yet() -> None:
    unclear = items(person(identity=Identity("not_identifiable")))["identity"]
    assert unclear.weight == 0
    assert items(person(identity=UNKNOWN))["identity"].weight > 0


def test_what_is_not_known_neither_alarms_nor_calms() -> None:
    bare = Track("person", 0.9)
    assert {item.kind for item in judge(Scene(tracks=(bare,))).evidence} == {"class"}
    assert 20 <= judge(Scene(tracks=(bare,))).score <= 35


def test_a_delivery_is_leaving_something_soon_and_nothing_else() -> None:
    courier = person("porch", 20, identity=UNKNOWN, leaves=PARCEL)
    assert score(courier, at=NIGHT) < 30
    assert score(replace(courier, takes=(Said("bicycle"),)), at=NIGHT) >= 60
    assert score(replace(courier, actions=doing("picking a lock"))) >= 80
    assert score(replace(courier, stays=(Stay("porch", 600),), seconds=600)) > score(courier) + 10


def test_a_parcel_in_the_hands_makes_no_courier_of_a_burglar() -> None:
    assert score(person("shed", 60, identity=UNKNOWN, carries=PARCEL, actions=doing("forcing a door"))) >= 85


def test_who_takes_what_they_brought_takes_nothing_and_who_swaps_a_parcel_takes_little() -> None:
    brought = person(identity=UNKNOWN, leaves=(Said("backpack"),), takes=(Said("backpack"),))
    assert not [key for key in items(brought) if key == "taken:backpack"]
    swap = person(identity=UNKNOWN, carries=PARCEL, leaves=PARCEL, takes=(Said("box"),))
    assert score(swap) < 45 < score(person(identity=UNKNOWN, takes=(Said("box"),)))


def test_a_covered_face_is_ordinary_in_winter_by_day_in_the_street_and_at_work() -> None:
    winter = datetime(2026, 1, 13, 12, 0)
    for at, track in ((winter, person(face=COVERED)), (NOON, person("walk", face=COVERED))):
        assert score(track, at=at) < 33
    assert score(person(face=COVERED), at=NOON) > score(person(face=COVERED), at=winter)
    assert score(person(seconds=60, face=COVERED), at=NIGHT) >= 60


def test_whoever_waves_is_harmless_by_day_and_still_a_stranger_by_night() -> None:
    waving = person(identity=UNKNOWN, pose=Said("arms_raised", 0.8), actions=doing("waving"))
    assert score(waving) < 30
    assert 30 <= score(waving, at=NIGHT) < 60


def test_what_one_of_two_does_explains_why_both_are_there() -> None:
    waits, rings = person(seconds=40, identity=UNKNOWN), person(seconds=40, actions=doing("ringing the doorbell"))
    assert score(waits, rings) < score(waits)
    pries = replace(rings, actions=doing("prying open a door"))
    assert score(waits, pries) == max(score(pries), score(waits, pries)) >= 85


def test_a_members_trust_holds_at_agreed_times_and_places() -> None:
    household = {"Bo": Member("Bo", "service_worker", "partial", "tue 09:00-12:00")}

    def told(at: datetime, **place: Zone) -> int:
        zones = {**ZONES, **place}
        track = person(identity=Identity("member", "Bo"))
        return judge(Scene(at, None, zones, household, (track,))).score

    tuesday = datetime(2026, 6, 2, 10, 0)
    assert told(tuesday) <= 20
    assert told(tuesday) < told(tuesday.replace(day=3)) < 30
    assert told(tuesday.replace(hour=2)) >= 30
    assert told(tuesday, porch=Zone("porch", "restricted", frozenset({"Ann"}))) > told(tuesday) + 5


def test_the_owner_of_a_zone_makes_strangers_in_it_worse() -> None:
    track = person("shed", identity=UNKNOWN)
    owned = {**ZONES, "shed": Zone("shed", "restricted", frozenset({"Ann"}))}
    assert judge(Scene(NOON, None, owned, {"Ann": ANN}, (track,))).score > score(track)


def test_patience_follows_the_owner_and_the_habit_of_a_zone() -> None:
    track = person("porch", 50, identity=UNKNOWN)

    def with_zone(**facts: float) -> int:
        zones = {"porch": Zone("porch", "entry_point", **facts)}  # type: ignore[arg-type]
        return judge(Scene(NOON, None, zones, {}, (track,))).score

    assert with_zone() > with_zone(usual_s=100.0)
    assert with_zone(loiter_s=12.0) > with_zone() > with_zone(loiter_s=60.0)


def test_passing_is_not_lingering_and_the_night_matters_little_in_the_street() -> None:
    assert score(person("walk", identity=UNKNOWN), at=NIGHT) < 30
    assert score(person("porch", identity=UNKNOWN), at=NIGHT) >= 45
    assert 45 <= score(person("porch", 80, identity=UNKNOWN)) <= 60


def test_animals_are_never_more_than_a_notice_and_say_nothing_of_who_walks_them() -> None:
    dog = Track("dog", 0.95, 300.0, stays=(Stay("porch", 300.0),))
    assert score(dog, at=NIGHT) <= 5
    assert score(person("walk"), dog) == score(person("walk"))


def test_the_camera_is_tampered_with_by_somebody_and_fogged_by_nobody() -> None:
    blocked = Said("view_blocked")
    assert score(scene_change=blocked) < 30
    assert score(person(identity=UNKNOWN), scene_change=blocked) >= 60
    assert score(member(), scene_change=blocked) <= 20


def test_a_stranger_on_other_cameras_goes_round_the_house_and_another_one_says_nothing() -> None:
    track = person("lawn", identity=UNKNOWN, entity="a")
    mine = Elsewhere("drive", 2.0, True, "tracks:4", "a")
    assert score(track, elsewhere=(mine,)) > score(track)
    for other in (replace(mine, entity="b"), replace(mine, same_entity=False), replace(mine, minutes_ago=50.0)):
        assert score(track, elsewhere=(other,)) == score(track)


def test_what_is_rare_raises_and_what_is_usual_calms_once_it_is_learned() -> None:
    rare, usual, unlearned = (
        score(person(), baseline=Baseline(mean, mean, 1, samples)) for mean, samples in ((0.0, 60), (4.0, 60), (0.0, 9))
    )
    assert rare > unlearned > usual
    assert unlearned == score(person())


def test_somebody_seen_often_by_day_is_a_regular_and_by_night_is_not() -> None:
    regular = person(identity=UNKNOWN, seen_before=5)
    assert score(regular) < score(person(identity=UNKNOWN))
    assert score(regular, at=NIGHT) > score(person(identity=UNKNOWN), at=NIGHT)


words = st.sampled_from(["walking", "prying open a door", "waving", "trying a door handle", "mowing", "zorbing"])
tracks = st.builds(
    Track,
    object_class=st.sampled_from(["person", "car", "dog", "package"]),
    confidence=st.floats(0.1, 1.0),
    seconds=st.none() | st.floats(0, 5000),
    stays=st.lists(st.builds(Stay, st.sampled_from(sorted(ZONES)), st.floats(0, 900)), max_size=2).map(tuple),
    crossings=st.lists(st.builds(Crossing, st.just("gate"), st.sampled_from(["in", "out"])), max_size=2).map(tuple),
    identity=st.none() | st.sampled_from([UNKNOWN, Identity("member", "Ann"), Identity("visitor")]),
    seen_before=st.none() | st.integers(0, 9),
    face=st.none() | st.sampled_from([Said("visible"), COVERED]),
    pose=st.none() | st.sampled_from([Said("crouching", 0.7), Said("standing", 0.7)]),
    actions=st.lists(st.builds(Said, words, st.floats(0, 1)), max_size=2).map(tuple),
    leaves=st.sampled_from([(), PARCEL]),
    takes=st.sampled_from([(), PARCEL]),
    threats=st.sampled_from([(), (Said("gun", 0.7),)]),
)
hours = st.none() | st.integers(0, 23).map(lambda hour: NOON.replace(hour=hour))


@settings(max_examples=50, deadline=None)
@given(st.lists(tracks, max_size=4), hours)
def test_every_scene_has_a_score_that_its_evidence_explains(found: list[Track], at: datetime | None) -> None:
    risk = judge(scene(*found, at=at))
    assert 0 <= risk.score <= 100
    assert all(item.text for item in risk.evidence)
    if any(track.object_class == "person" and track.confidence == 1.0 for track in found):
        assert risk.evidence


@settings(max_examples=50, deadline=None)
@given(st.lists(tracks, max_size=3), hours)
def test_a_member_who_joins_never_makes_a_scene_safer_than_its_most_worrying_deed(
    found: list[Track], at: datetime | None
) -> None:
    """Company may explain that somebody is there, and never what they do."""
    thief = person("shed", identity=UNKNOWN, takes=PARCEL)
    alone = judge(scene(*found, thief, at=at)).score
    assert judge(scene(*found, thief, member(), at=at)).score >= alone


@pytest.mark.parametrize("trust", ["full", "partial", "monitor"])
def test_less_trust_is_never_less_risk(trust: str) -> None:
    levels = ("full", "partial", "monitor")
    scores = [
        judge(Scene(NIGHT, None, ZONES, {"X": Member("X", "family", one)}, (person(identity=Identity("member", "X")),)))
        .score for one in levels
    ]  # fmt: skip
    assert scores[levels.index(trust)] <= score(person(identity=UNKNOWN), at=NIGHT)
    assert scores == sorted(scores)
