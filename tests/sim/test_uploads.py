from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from homesec.ingest import FoundFile, Origin, examine
from homesec.media import clips, pictures
from homesec.media.local_storage import LocalStorage
from homesec.settings import UploadSettings
from homesec.sim.cameras.camera_habits import BURST_S, HABITS, NONE, USUAL, FaultRates, Habits, habits
from homesec.sim.cameras.clocks import FIRST_S, SPELL_S, outages
from homesec.sim.cameras.delivery import into_folders
from homesec.sim.cameras.exposure import exposed
from homesec.sim.cameras.uploads import CLIP_S, Upload, uploads
from homesec.sim.life.days import Plant
from homesec.sim.truth.frames import frame_truth
from homesec.sim.view.motion import HOLD_S, LOOK_S, recordings, stirs
from homesec.sim.view.sight import Span
from homesec.sim.world import World
from homesec.store.writes.uploads import NewUpload
from tests.sim.worlds import BERLIN

NOON = datetime(2026, 5, 6, 12, tzinfo=BERLIN)
HALF = timedelta(minutes=30)
SMALL = (160, 90)
ALWAYS = FaultRates(pieces=0.25, late=0.25, out_of_order=0.2, truncated=0.2, twice=0.5, clock_a_day=0, offline_a_day=0)


@lru_cache(maxsize=4)
def world(seed: int = 3) -> World:
    """Half an hour from noon, with a courier in it."""
    return World(seed, NOON, NOON + HALF, plants=[Plant("courier", NOON + timedelta(minutes=2))])


@lru_cache(maxsize=8)
def recorded(seed: int, camera: str) -> tuple[Span, ...]:
    return tuple(recordings(world(seed), camera, NOON, NOON + HALF))


def motion(world: World, camera: str, since: datetime, until: datetime) -> tuple[Span, ...]:
    """The true one, looked for once."""
    return recorded(world.seed, camera)


@lru_cache(maxsize=8)
def plan(seed: int = 3, rates: FaultRates = USUAL) -> tuple[Upload, ...]:
    return tuple(uploads(world(seed), rates, motion=motion))


def now_and_then(world: World, camera: str, since: datetime, until: datetime) -> Iterator[Span]:
    """Something moves every five minutes."""
    for number in range(int((until - since).total_seconds() / 300)):
        begins = since.timestamp() + 300 * number
        yield begins, begins + 20


def test_the_same_world_uploads_the_same_and_another_something_else() -> None:
    again = World(3, NOON, NOON + HALF, plants=world().plants)
    assert list(islice(uploads(again), 40)) == list(plan()[:40])
    assert list(islice(uploads(world(4)), 10)) != list(plan()[:10])


def test_uploads_come_in_the_order_of_their_arrival_after_they_were_taken_and_within_the_world() -> None:
    found = plan(rates=ALWAYS)
    assert len(found) > 100
    assert all(one.arrives_at <= other.arrives_at for one, other in pairwise(found))
    for one in found:
        assert NOON <= one.captured_at
        assert one.captured_at + timedelta(seconds=one.lasts_s) < one.arrives_at <= NOON + HALF


def test_no_two_files_of_a_camera_have_the_same_name() -> None:
    names = Counter((one.camera, one.name) for one in plan(rates=ALWAYS))
    assert set(names.values()) == {1}


@pytest.mark.parametrize("camera", HABITS, ids=lambda one: one.camera)
def test_while_something_moves_pictures_come_every_few_tenths_to_five_seconds(camera: Habits) -> None:
    assert 0.2 <= BURST_S <= camera.every_s <= 5
    times = [one.captured_at for one in uploads(world(), NONE, [replace(camera, clips=0.0)], motion)]
    for begins, ends in recorded(3, camera.camera):
        within = [at for at in times if begins <= at.timestamp() < ends]
        assert all(0.2 <= (after - at).total_seconds() <= 5 for at, after in pairwise(within))
        assert (not within) == (ends - begins < 0.4)


def test_a_camera_records_only_while_something_moves_in_its_view_and_a_little_longer() -> None:
    for begins, ends in recorded(3, "driveway")[:8]:
        looks = [begins + second * LOOK_S for second in range(int((ends - begins) / LOOK_S) + 1)]
        stirring = [at for at in looks if stirs(frame_truth(world(), "driveway", world().moment(at)))]
        assert stirring[0] == begins
        assert ends - stirring[-1] <= HOLD_S + LOOK_S


def test_a_parked_car_sets_nothing_off_after_the_first_picture() -> None:
    night = datetime(2026, 5, 6, 3, tzinfo=BERLIN)
    quiet = World(3, night, night + timedelta(minutes=20), plants=[])
    assert [(one.camera, one.captured_at) for one in uploads(quiet)] == [
        (camera, night) for camera in ("back_yard", "driveway", "front_door", "street_side")
    ]
    frame = frame_truth(quiet, "driveway", night)
    assert "car" in {one.kind for one in frame.objects}
    assert not stirs(frame)


def test_clips_last_ten_to_sixty_seconds_and_no_picture_is_taken_meanwhile() -> None:
    only_clips = [replace(habits("front_door"), clips=1.0)]
    found = list(uploads(world(), NONE, only_clips, motion))
    filmed = [one for one in found if one.kind == "clip"]
    assert len(filmed) > 3
    for one in filmed:
        assert CLIP_S[0] <= one.lasts_s <= CLIP_S[1]
        end = one.captured_at + timedelta(seconds=one.lasts_s)
        assert not [other for other in found if one.captured_at < other.captured_at < end]


def test_every_kind_of_fault_happens_and_is_known() -> None:
    found = plan(rates=ALWAYS)
    faults = Counter(one.fault for one in found)
    assert {"pieces", "late", "out of order", "truncated", "twice"} <= set(faults)
    assert {one.fault for one in found if one.is_broken} == {"truncated"}
    for one in found:
        wait = (one.arrives_at - one.captured_at).total_seconds() - one.lasts_s
        assert one.fault != "late" or 60 <= wait <= 601
        assert one.fault not in (None, "pieces", "truncated") or wait < 1
    driveway = [one for one in found if one.camera == "driveway"]
    assert any(one.captured_at > other.captured_at for one, other in pairwise(driveway))


def test_without_faults_nothing_is_wrong() -> None:
    assert {one.fault for one in plan(rates=NONE)} == {None}
    assert all(one.stamp == one.captured_at for one in plan(rates=NONE))


def test_what_comes_twice_are_the_same_bytes() -> None:
    again = next(one for one in plan(rates=ALWAYS) if one.fault == "twice" and one.kind == "picture")
    stem = again.name.replace("-again", "")
    first = next(one for one in plan(rates=ALWAYS) if one.name == stem and one.camera == again.camera)
    assert first.arrives_at < again.arrives_at
    assert exposed(world(), first, *SMALL) == exposed(world(), again, *SMALL)


def test_a_wrong_clock_is_wrong_for_a_while_in_one_way() -> None:
    days = World(5, NOON, NOON + timedelta(days=6), plants=[])
    rates = replace(NONE, clock_a_day=1.0)
    wrong = [one for one in uploads(days, rates, [habits("front_door")], now_and_then) if one.fault == "clock"]
    by_day = {one.captured_at.astimezone(UTC).date() for one in wrong}
    assert len(by_day) > 3
    ways = set()
    for day in by_day:
        found = [one for one in wrong if one.captured_at.astimezone(UTC).date() == day]
        assert found[-1].captured_at - found[0].captured_at <= timedelta(seconds=SPELL_S[1])
        [offset] = {one.stamp - one.captured_at for one in found}
        assert offset
        ways.add(offset)
    assert len(ways) > 1


def test_a_camera_that_is_away_sends_nothing_until_it_is_back() -> None:
    days = World(2, NOON, NOON + timedelta(days=6), plants=[])
    away = list(outages(days, "street_side", 1.0))
    assert away[0].since >= NOON.timestamp() + FIRST_S
    assert {one.keeps for one in away} == {True, False}
    found = list(uploads(days, replace(NONE, offline_a_day=1.0), [habits("street_side")], now_and_then))
    for outage in away:
        taken = [one for one in found if outage.since <= one.captured_at.timestamp() < outage.until]
        comes_back = outage.keeps and outage.until < days.end.timestamp()
        assert {one.fault for one in taken} == ({"offline"} if comes_back else set())
        assert all(one.arrives_at.timestamp() >= outage.until for one in taken)


def test_pictures_and_clips_are_the_same_bytes_every_time_and_say_what_the_clock_says() -> None:
    door = next(one for one in plan(rates=NONE) if one.camera == "front_door" and one.kind == "picture")
    data = exposed(world(), door, *SMALL)
    assert data == exposed(world(), door, *SMALL)
    facts = pictures.facts(data, 10**6)
    assert facts.taken_at == door.stamp.replace(microsecond=0)
    assert facts.taken_at is not None
    assert facts.taken_at.tzinfo is not None

    filmed = replace(door, kind="clip", lasts_s=12.0, name="VID_000000.mp4")
    data = exposed(world(), filmed, *SMALL)
    assert data == exposed(world(), filmed, *SMALL)


def test_homesec_takes_what_is_whole_at_the_time_of_its_clock_and_refuses_what_the_world_broke(tmp_path: Path) -> None:
    storage = LocalStorage.open(tmp_path / "cameras", tmp_path / "media")
    way = into_folders(tmp_path / "cameras")
    chosen = _one_of_each(plan(rates=NONE)) + _one_of_each([one for one in plan(rates=ALWAYS) if one.is_broken])
    assert {one.camera for one in chosen if not one.is_broken} >= {"front_door", "driveway", "street_side"}
    assert any(one.is_broken for one in chosen)
    filmed = replace(chosen[0], kind="clip", lasts_s=10.0, name="VID_1.mp4")
    broken = replace(filmed, name="VID_2.mp4", fault="truncated")
    for one in (*chosen, filmed, broken):
        assert list(way(one, exposed(world(), one, *SMALL))) == []
        path = tmp_path / "cameras" / one.folder / one.name
        file = FoundFile.from_stat(f"{one.folder}/{one.name}".encode(), path.stat())
        origin = Origin(one.camera, storage.volume, ZoneInfo("Europe/Berlin"))
        taken = examine(storage, file, origin, UploadSettings(), 3600.0, datetime.now(UTC))
        assert isinstance(taken, NewUpload)
        assert (taken.error is not None) == one.is_broken, one
        if not one.is_broken:
            assert abs(taken.captured_at - one.stamp) < timedelta(seconds=1), one
    assert clips.probe(tmp_path / "cameras" / filmed.folder / filmed.name).duration_s == 10


def _one_of_each(found: tuple[Upload, ...] | list[Upload]) -> list[Upload]:
    first: dict[tuple[str, str], Upload] = {}
    for one in found:
        if one.kind == "picture":
            first.setdefault((one.camera, one.kind), one)
    return list(first.values())
