"""Zones drawn on a camera's picture: by mouse, by finger and by keyboard."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.house import House
from tests.web.visitor import Visitor

EDITOR = "/#/cameras/front_door/zones"


@pytest.fixture
def door(house: House, bus: bytes) -> House:
    house.see(house.camera("front_door", "Front door"), bus, [])
    return house


def zones(house: House) -> list[Any]:
    return house.rows(
        "SELECT name, zone_type, shape, coordinates, direction, loiter_seconds, target_classes, enabled "
        "FROM camera_zones ORDER BY id"
    )


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where this place of the picture is on the screen."""
    box = page.locator(".zone-stage").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def see_picture(page: Page) -> None:
    """Wait until the stage has the picture's shape."""
    page.wait_for_function("document.querySelector('.zone-stage img').naturalWidth > 0")


def save(page: Page) -> None:
    button = page.get_by_role("button", name="Save", exact=True)
    button.click()
    expect(button).to_be_disabled()


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, *end), steps=3)
    page.mouse.up()


def test_a_zone_and_a_line_are_drawn_named_saved_and_changed(visitor: Visitor, door: House) -> None:
    visitor.expected = ("409", "dialog: There are zones")
    visitor.log_in("operator", to="/#/cameras")
    page = visitor.page
    page.get_by_role("link", name="Zones").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zones of Front door")
    see_picture(page)
    page.get_by_role("button", name="Polygon").click()
    for place in ((0.2, 0.4), (0.6, 0.4), (0.6, 0.8), (0.2, 0.4)):
        page.mouse.click(*at(page, *place))
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_label("Type").select_option("entry_point")
    page.get_by_label("Loitering after").fill("30")
    page.get_by_label("Only for").fill("person, dog")
    page.get_by_role("button", name="Save", exact=True).click()
    name = page.locator("[data-field=name]")
    expect(name.locator(".complaint")).to_have_text("It needs a name.")
    expect(page.get_by_label("Name")).to_be_focused()
    visitor.go("/cameras")  # the guard asks, and the visitor stays
    expect(page.get_by_role("heading", level=1)).to_have_text("Zones of Front door")
    page.get_by_label("Name").fill("Porch")
    save(page)
    [porch] = zones(door)
    assert (porch.name, porch.zone_type, porch.loiter_seconds) == ("Porch", "entry_point", 30)
    assert porch.target_classes == ["person", "dog"]
    drawn = [part for point in porch.coordinates for part in point]
    assert drawn == pytest.approx([0.2, 0.4, 0.6, 0.4, 0.6, 0.8], abs=0.005)

    page.get_by_role("button", name="Line").click()
    drag(page, (0.1, 0.9), (0.9, 0.9))
    page.get_by_label("Name").fill("Porch")
    page.get_by_label("“In” is to the").select_option("right")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(name.locator(".complaint")).to_contain_text("already has a zone of this name")
    page.get_by_label("Name").fill("Gate")
    save(page)
    assert [(zone.name, zone.direction) for zone in zones(door)] == [("Porch", None), ("Gate", "right")]

    page.mouse.click(*at(page, 0.5, 0.5))  # the porch itself
    drag(page, (0.6, 0.8), (0.7, 0.7))
    expect(page.locator(".zone-row", has_text="Porch")).to_contain_text("not saved")
    page.get_by_role("button", name="Point 1 of 3").press("ArrowRight")
    save(page)
    moved = [part for point in zones(door)[0].coordinates for part in point]
    assert moved == pytest.approx([0.21, 0.4, 0.6, 0.4, 0.7, 0.7], abs=0.005)
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete for good?").click()
    expect(page.locator(".zone-row")).to_have_count(1)
    assert [zone.name for zone in zones(door)] == ["Gate"]


def test_with_the_keyboard_alone_a_rectangle_is_made(visitor: Visitor, door: House) -> None:
    visitor.log_in(to=EDITOR)
    page = visitor.page
    page.get_by_role("button", name="Rectangle").press("Enter")
    page.get_by_role("button", name="Point 1 of 4").press("ArrowUp")
    page.get_by_label("Name").fill("Lawn")
    page.get_by_label("Name").press("Enter")
    expect(page.locator(".zone-row")).to_have_text("LawnOther")
    [lawn] = zones(door)
    assert lawn.coordinates == [[0.35, 0.34], [0.65, 0.34], [0.65, 0.65], [0.35, 0.65]]


def test_a_finger_draws_on_a_phone(chromium: Browser, door: House) -> None:
    phone = Visitor(chromium, door, width=375, height=740, is_mobile=True, has_touch=True)
    phone.log_in(to=EDITOR)
    page = phone.page
    see_picture(page)
    page.get_by_role("button", name="Polygon").tap()
    page.evaluate("document.querySelector('.zone-stage').scrollIntoView()")  # out from under the bars
    for place in ((0.2, 0.3), (0.8, 0.3), (0.8, 0.7), (0.2, 0.7), (0.2, 0.3)):
        page.touchscreen.tap(*at(page, *place))
    page.get_by_label("Name").fill("Walk")
    save(page)
    assert len(zones(door)[0].coordinates) == 4
    assert phone.has_no_sideways_scroll()
    phone.no_complaints()
    phone.leave()


def test_a_viewer_looks_and_changes_nothing(visitor: Visitor, door: House) -> None:
    door.sql(
        "INSERT INTO camera_zones (camera_id, name, coordinates) "
        "VALUES ('front_door', '<b>Porch', '[[0.2, 0.2], [0.8, 0.2], [0.8, 0.8]]')"
    )
    visitor.log_in("viewer", to=EDITOR)
    visitor.page.locator(".zone-row", has_text="<b>Porch").click()
    expect(visitor.page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    expect(visitor.page.get_by_role("button", name="Polygon")).to_have_count(0)
    expect(visitor.page.locator(".zone-handle")).to_have_count(0)
