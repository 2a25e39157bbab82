"""The owner of the simulated household at the API: names cameras, draws zones, and says who belongs to the house."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from homesec.client import Client, write_state
from homesec.domain.followed import Box
from homesec.domain.plates import normal_plate
from homesec.errors import HomesecError
from homesec.sim.drawn_zones import drawn_zones
from homesec.sim.introductions import Introductions
from homesec.sim.owner import LOITERS_S, PRIVATE, draw_zones, name_camera, register_household, say_who_belongs
from homesec.sim.property import household
from homesec.sim.stories.cast import cast
from homesec.sim.truth.frames import frame_truth
from homesec.sim.world import World
from tests.api.house import House
from tests.api.looks import shown

pytestmark = pytest.mark.timeout(60)
HOME = household(3)
MORNING = datetime(2026, 3, 3, 5, 0, tzinfo=UTC)


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    data_dir = house.settings.data_dir
    (data_dir / "admin.key").write_text(house.key())
    write_state(data_dir, {"pid": os.getpid(), "url": house.url})
    client = Client(data_dir)
    yield client
    client.close()


def test_zones_are_drawn_once_into_cameras_that_have_names(house: House, owner: httpx.Client, client: Client) -> None:
    house.camera("driveway")  # it has sent something already
    for camera in HOME.cameras:
        values = {"name": camera.id.replace("_", " ").capitalize(), "timezone": "Europe/Berlin"}
        name_camera(client, camera.id, values, camera.id)
    names = [row["name"] for row in owner.get("/api/cameras").json()["items"]]
    assert names == ["Back yard", "Driveway", "Front door", "Street side"]
    draw_zones(client, HOME)
    drawn = [zone for camera in HOME.cameras for zone in owner.get(f"/api/cameras/{camera.id}/zones").json()["items"]]
    wanted = {(zone.camera, zone.shape, zone.coordinates) for zone in drawn_zones(HOME)}
    assert {(row["camera_id"], row["shape"], tuple(map(tuple, row["coordinates"]))) for row in drawn} == wanted
    loitering = {row["name"]: row["loiter_seconds"] for row in drawn}
    assert (loitering["Porch"], loitering["Back door"], loitering["Front lawn"]) == (LOITERS_S, LOITERS_S, None)
    draw_zones(client, HOME)
    assert len(house.rows("SELECT FROM camera_zones")) == len(wanted)


def test_the_household_is_registered_once(house: House, owner: httpx.Client, client: Client) -> None:
    people = cast(3)
    for _ in range(2):
        register_household(client, people)
        told = house.rows("SELECT name, trusted_level, typical_schedule ->> 'text' FROM household_members ORDER BY id")
        assert told == [(one.name, one.trust, one.schedule) for one in people.members]
        cars = house.rows("SELECT license_plate, owner_id FROM registered_vehicles ORDER BY id")
        assert cars == [
            (normal_plate(str(car.look.plate)), number) for number, car in enumerate(people.cars, start=1)
        ]


def test_the_back_door_is_for_those_who_live_here(house: House, owner: httpx.Client, client: Client) -> None:
    for one in HOME.cameras:
        name_camera(client, one.id, {"name": one.id}, one.id)
    draw_zones(client, HOME)
    register_household(client, cast(3))
    say_who_belongs(client, HOME)
    allowed = house.rows(
        "SELECT zone.name, config.allowed_member_ids FROM zone_household_configs AS config "
        "JOIN camera_zones AS zone ON zone.id = config.zone_id"
    )
    assert allowed
    assert {name for name, _ in allowed} == {PRIVATE}
    assert all(len(ids) == len(cast(3).members) for _, ids in allowed)


def test_members_are_introduced_by_what_cameras_saw_of_them(
    house: House, owner: httpx.Client, client: Client
) -> None:
    world = World(3, MORNING, MORNING + timedelta(hours=3), plants=0.0)
    register_household(client, world.cast)
    introductions = Introductions(client, world)
    cleo = next(one for one in world.stories if "off to school" in one.id)
    seen = list(ways_past_a_camera(world, "member:cleo", cleo.began))[:2]
    for number, (camera, at, box) in enumerate(seen):
        shown(house, house.camera(camera), "cleo", number, at=at, box=box)
    camera, at, _ = seen[0]  # somewhere else in the same picture: nobody whom the owner knows
    shown(house, camera, "nobody", 9, at=at, box=(0.0, 0.0, 0.01, 0.01))
    assert introductions.look() == ["Cleo"]
    assert introductions.look() == []  # the same way past the camera
    assert not introductions.is_done
    [known] = house.rows(
        "SELECT member.name, count(*) FROM person_embeddings AS known "
        "JOIN household_members AS member ON member.id = known.member_id GROUP BY 1"
    )
    assert tuple(known) == ("Cleo", 1)
    assert len(house.rows("SELECT FROM face_embeddings")) == 1


def ways_past_a_camera(world: World, thing: str, since: float) -> Iterator[tuple[str, datetime, Box]]:
    """Camera, whole second and box of a person who can be made out, second by second."""
    for second in range(120):
        at = datetime.fromtimestamp(int(since) + second, UTC)
        for camera in world.property.cameras:
            for one in frame_truth(world, camera.id, at).objects:
                if one.thing == thing and one.box[3] - one.box[1] > 0.15:
                    yield camera.id, at, one.box


def test_without_the_camera_it_says_so(client: Client) -> None:
    with pytest.raises(HomesecError, match="no such camera"):
        draw_zones(client, HOME)
