"""What the household's owner does before the cameras send: names them, draws zones, says who belongs to the house."""

from collections.abc import Mapping
from typing import Any

from homesec.client import Client
from homesec.errors import HomesecError
from homesec.sim.drawn_zones import DrawnZone, drawn_zones
from homesec.sim.property import Property
from homesec.sim.stories.cast import Cast

LOITERS_S = 60.0  # whoever brings something or comes to see somebody is gone from before the door by then
PRIVATE = "Back door"
COLOURS = {
    "entry_point": "#f59e0b",
    "driveway": "#3b82f6",
    "sidewalk": "#94a3b8",
    "yard": "#22c55e",
    "restricted": "#ef4444",
    "line": "#e879f9",
    "other": "#14b8a6",
}
"""By the type of the zone."""


def name_camera(client: Client, camera: str, values: Mapping[str, str], folder: str) -> None:
    """Make the camera, or name the one that is there since it has sent something. Raises HomesecError."""
    try:
        client.ask("POST", "/api/cameras", json={**values, "folder": folder})
    except HomesecError:
        client.ask("PATCH", f"/api/cameras/{camera}", json=dict(values))


def draw_zones(client: Client, home: Property) -> None:
    """Those that a camera has already, by their names, stay as they are. Raises HomesecError."""
    drawn = drawn_zones(home)
    for camera in home.cameras:
        path = f"/api/cameras/{camera.id}/zones"
        there = {zone["name"] for zone in client.ask("GET", path)["items"]}
        for zone in drawn:
            wanted = _as_owned(zone)
            if zone.camera == camera.id and wanted["name"] not in there:
                client.ask("POST", path, json=wanted)


def register_household(client: Client, cast: Cast) -> None:
    """Those who live here, their hours and their cars, as far as they are not there by name. Raises HomesecError."""
    path = "/api/household/members"
    members = {one["name"]: one["id"] for one in client.ask("GET", path, params={"limit": 200})["items"]}
    for one in cast.members:
        if one.name not in members:
            told = {"role": "resident", "trusted_level": one.trust, "typical_schedule": one.schedule}
            members[one.name] = client.ask("POST", path, json={"name": one.name, **told})["id"]
    path = "/api/household/vehicles"
    cars = {one["description"] for one in client.ask("GET", path, params={"limit": 200})["items"]}
    for car, owner in zip(cast.cars, cast.members, strict=False):  # the first two drive, each their own
        wanted = f"{owner.name}'s car"
        if wanted not in cars:
            told = {"vehicle_type": "suv" if car.look.style == "suv" else "car", "license_plate": car.look.plate or ""}
            client.ask("POST", path, json={"description": wanted, "owner_id": members[owner.name], **told})


def say_who_belongs(client: Client, home: Property) -> None:
    """Visitors come to the front; the back door is for those who live here. Raises HomesecError."""
    members = client.ask("GET", "/api/household/members", params={"limit": 200})["items"]
    allowed = [one["id"] for one in members]
    for camera in home.cameras:
        for zone in client.ask("GET", f"/api/cameras/{camera.id}/zones")["items"]:
            if zone["name"] == PRIVATE:
                client.ask("PUT", f"/api/zones/{zone['id']}/household", json={"allowed_member_ids": allowed})


def _as_owned(zone: DrawnZone) -> dict[str, Any]:
    return zone.drawing() | {
        "name": zone.name.replace("_", " ").capitalize(),
        "color": COLOURS[zone.zone_type],
        "loiter_seconds": LOITERS_S if zone.zone_type == "entry_point" else None,
    }
