"""The owner of the simulated household at the API: names cameras and draws zones, once."""

import os
from collections.abc import Iterator

import httpx
import pytest

from homesec.client import Client, write_state
from homesec.errors import HomesecError
from homesec.sim.drawn_zones import drawn_zones
from homesec.sim.owner import LOITERS_S, draw_zones, name_camera
from homesec.sim.property import household
from tests.api.house import House

pytestmark = pytest.mark.timeout(60)
HOME = household(3)


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


def test_without_the_camera_it_says_so(client: Client) -> None:
    with pytest.raises(HomesecError, match="no such camera"):
        draw_zones(client, HOME)
