import json
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.errors import Conflict
from homesec.ftp import Door
from homesec.media.local_storage import LocalStorage
from homesec.settings import FtpSettings
from homesec.sim.cameras.camera_habits import HABITS
from homesec.sim.cameras.delivery import PIECES, FtpCameras, into_folders
from homesec.sim.cameras.ledger import FILE, Ledger, sent
from homesec.sim.cameras.uploads import Fault, Upload, uploads
from homesec.sim.data_folder import refuse_real_data, reset
from homesec.sim.household import Household
from homesec.sim.life.days import Plant
from homesec.sim.life.programme import OPENING, PARADE, programme
from homesec.sim.marker import Simulation, read_marker
from homesec.sim.pace import Pace
from homesec.sim.stories.catalogue import STORYLINES
from homesec.sim.world import World

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
SIMULATION = Simulation(7, NOW - timedelta(hours=1), NOW, plants=[Plant("courier", NOW)], speed=20)
moments = st.floats(-9000, 9000).map(lambda second: NOW + timedelta(seconds=second))
speeds = st.floats(1, 60)


def upload(camera: str = "front_door", name: str = "IMG_1.jpg", fault: Fault | None = None) -> Upload:
    folder = next(one.folder for one in HABITS if one.camera == camera)
    return Upload(camera, folder, name, "picture", NOW, 0.0, NOW - timedelta(hours=1), NOW, fault)


@given(moments, speeds)
def test_the_world_is_never_ahead_of_the_wall_clock(now: datetime, speed: float) -> None:
    pace = Pace(NOW, speed)
    assert pace.start(now) <= now
    assert abs(pace.wall(pace.start(now)) - now) < timedelta(milliseconds=1)


@given(moments, moments, speeds)
def test_what_is_later_in_the_world_is_later_by_the_wall_clock(one: datetime, other: datetime, speed: float) -> None:
    pace = Pace(NOW, speed)
    assert (pace.wall(one) <= pace.wall(other)) or one > other
    assert pace.wall(one) >= one


def test_at_speed_20_ten_minutes_show_two_hundred() -> None:
    pace = Pace(NOW + timedelta(minutes=10), 20)
    assert pace.meets - pace.start(NOW) == timedelta(minutes=200)
    assert pace.wall(pace.start(NOW) + timedelta(seconds=20)) == NOW + timedelta(seconds=1)


def test_the_programme_begins_at_once_and_goes_on_to_the_end() -> None:
    meets, end = NOW + timedelta(minutes=10), NOW + timedelta(hours=2)
    start = Pace(meets, 10).start(NOW)
    plants = programme(1, start, meets, end, 10)
    assert plants == programme(1, start, meets, end, 10)
    assert plants != programme(2, start, meets, end, 10)
    assert {plant.storyline for plant in plants} <= set(STORYLINES)
    assert {plant.storyline for plant in plants} >= set(PARADE[:3])
    assert [plant.storyline for plant in plants[:3]] == [name for name, _ in OPENING]
    assert plants[-1].when <= end
    assert all(plant.when < NOW + timedelta(hours=2) for plant in plants)


def test_somebody_is_in_view_within_the_first_half_minute() -> None:
    start = datetime(2026, 11, 24, 2, tzinfo=UTC)  # the quietest hour of a winter's night
    end = start + timedelta(minutes=3)
    world = World(3, start, end, plants=programme(3, start, end, end, 1.0))
    assert next(uploads(world)).arrives_at < start + timedelta(seconds=30)


@pytest.mark.parametrize("camera", [one.camera for one in HABITS])
def test_a_camera_writes_its_file_into_its_folder(tmp_path: Path, camera: str) -> None:
    one = upload(camera)
    assert list(into_folders(tmp_path)(one, b"picture")) == []
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*.*")] == [Path(one.folder) / one.name]
    path = tmp_path / one.folder / one.name
    assert path.read_bytes() == b"picture"
    if camera == "street_side":  # says its time nowhere else
        assert path.stat().st_mtime == one.stamp.timestamp()


def test_an_upload_in_pieces_grows_under_its_own_name(tmp_path: Path) -> None:
    steps = into_folders(tmp_path)(upload(fault="pieces"), bytes(range(100)))
    sizes = [(tmp_path / "Front door" / "IMG_1.jpg").stat().st_size for _ in steps]
    assert len(sizes) == PIECES - 1
    assert sizes == sorted(set(sizes))
    assert (tmp_path / "Front door" / "IMG_1.jpg").read_bytes() == bytes(range(100))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[int]:
    storage = LocalStorage.open(tmp_path / "cameras", tmp_path / "media")
    settings = FtpSettings(port=0, users={"front_door": "a long password"}, passive_ports=_free_ports())
    opened = Door(settings, tmp_path, storage, 2**20)
    yield opened.open()
    opened.close()


def _free_ports() -> str:
    """Eight ports in a row, none of which is in use now; below those that outgoing connections are given."""
    for first in range(20_000 + os.getpid() % 12_000, 32_760, 8):
        with suppress(OSError):
            for port in range(first, first + 8):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return f"{first}-{first + 7}"
    raise AssertionError("no eight free ports in a row")


def test_uploads_go_through_the_ftp_door_at_once_and_in_pieces(tmp_path: Path, door: int) -> None:
    cameras = FtpCameras("127.0.0.1", door, {"front_door": "a long password"})
    assert list(cameras.steps(upload(), b"picture")) == []
    assert len(list(cameras.steps(upload(name="IMG_2.jpg", fault="pieces"), bytes(range(100))))) == PIECES - 1
    cameras.close()
    assert (tmp_path / "cameras" / "front_door" / "IMG_1.jpg").read_bytes() == b"picture"
    assert (tmp_path / "cameras" / "front_door" / "IMG_2.jpg").read_bytes() == bytes(range(100))


class WallClock:
    """Goes on when somebody waits."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def test_a_household_sends_its_whole_plan_at_the_worlds_pace(tmp_path: Path) -> None:
    start = datetime(2026, 6, 10, 10, tzinfo=UTC)
    end = start + timedelta(minutes=2)
    world = World(7, start, end, plants=programme(7, start, end, end, 1.0))
    plan = [one for one in uploads(world) if one.kind == "picture"][:12]
    pace = Pace(end, 4.0)
    clock = WallClock(pace.wall(start))
    with Ledger(tmp_path) as ledger:
        household = Household(world, iter(plan), pace, into_folders(tmp_path / "cameras"), ledger, clock)
        while (pause_s := household.step()) is not None:
            clock.now += timedelta(seconds=pause_s)
    found = {one.upload: one for one in sent(tmp_path)}
    assert set(found) == set(plan)
    for one, line in found.items():
        data = (tmp_path / "cameras" / one.folder / one.name).read_bytes()
        assert (len(data), sha256(data).hexdigest()) == (line.size, line.sha256)
        assert timedelta(0) <= line.at - pace.wall(one.arrives_at) < timedelta(seconds=3)


def test_a_line_of_the_ledger_that_is_being_written_is_no_line_yet(tmp_path: Path) -> None:
    assert list(sent(tmp_path)) == []
    with Ledger(tmp_path) as ledger:
        ledger.note(upload(fault="truncated"), b"picture", NOW)
    with (tmp_path / FILE).open("a") as file:
        file.write('{"camera": "front')
    [line] = sent(tmp_path)
    assert line.upload == upload(fault="truncated")
    assert line.at == NOW


def test_a_new_folder_is_marked_as_simulated(tmp_path: Path) -> None:
    reset(tmp_path / "data", SIMULATION)
    assert read_marker(tmp_path / "data") == SIMULATION
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["simulated.json"]


def test_a_simulated_folder_is_emptied_but_for_what_its_owner_put_there(tmp_path: Path) -> None:
    reset(tmp_path, SIMULATION)
    for folder in ("cameras/Front door", "postgres", "models"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").write_text("x")
    (tmp_path / "homesec.toml").write_text("")
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "file").write_text("x")
    (tmp_path / "linked").symlink_to(outside)
    reset(tmp_path, Simulation(8, NOW, NOW))
    assert {path.name for path in tmp_path.iterdir()} == {"simulated.json", "models", "homesec.toml"}
    assert (outside / "file").exists()
    told = read_marker(tmp_path)
    assert told is not None
    assert told.seed == 8


def test_real_data_are_refused_and_stay(tmp_path: Path) -> None:
    (tmp_path / "cameras").mkdir()
    with pytest.raises(Conflict, match="real data"):
        refuse_real_data(tmp_path)
    with pytest.raises(Conflict):
        reset(tmp_path, SIMULATION)
    assert [path.name for path in tmp_path.iterdir()] == ["cameras"]


def test_the_ledger_is_json_lines(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.note(upload(), b"picture", NOW)
    [line] = (tmp_path / FILE).read_text().splitlines()
    assert json.loads(line)["sha256"] == sha256(b"picture").hexdigest()
