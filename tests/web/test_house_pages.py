"""Cameras and health, the page on a phone, with a keyboard, and in the dark."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from homesec.api.services import Part
from homesec.vision import hog
from tests.web.house import House, Sight
from tests.web.visitor import Visitor

PERSON = Sight("person", 0.9, (0.1, 0.2, 0.4, 0.9))
PLACES = ("/events", "/events/1", "/cameras", "/health", "/system", "/attic")


@pytest.fixture
def lived_in(house: House, bus: bytes) -> House:
    """Some of everything, with names that are as long and unbroken as they may be."""
    camera = house.camera("front_door", "Donaudampfschifffahrtsgesellschaftskapitänskajüte" * 3)
    for seconds in range(0, 40, 5):
        house.note(camera, bus, [PERSON], datetime.now(UTC) + timedelta(seconds=seconds))
    house.settle()
    house.camera("shed")
    house.upload(camera, bus, datetime.now(UTC), "x" * 120 + ".jpg", error="not a picture " + "y" * 90)
    failed = house.upload(camera, bus, datetime.now(UTC))
    house.sql("UPDATE uploads SET state = 'failed', error = :e, attempts = 3 WHERE id = :id", e="z" * 90, id=failed)
    return house


def test_cameras_show_their_last_picture_and_whether_they_are_there(
    visitor: Visitor, house: House, bus: bytes, zidane: bytes
) -> None:
    camera = house.camera("front_door", "Front door")
    house.camera("shed", "Shed")
    house.see(camera, bus, [PERSON])
    visitor.log_in(to="/#/cameras")
    cards = visitor.page.locator(".camera")
    expect(cards).to_have_count(2)
    expect(cards.first).to_contain_text("Online")
    expect(cards.first).to_contain_text("Last seen now")
    expect(cards.last).to_contain_text("Not seen yet")
    expect(cards.last).to_contain_text("No picture yet")
    width = "document.querySelector('.camera img').naturalWidth"
    visitor.page.wait_for_function(f"{width} === 720")
    house.see(camera, zidane, [PERSON])
    visitor.page.wait_for_function(f"{width} === 960")  # the new picture came by itself
    house.camera("garden", "Garden")
    expect(cards).to_have_count(3)
    cards.first.get_by_role("link", name="Events").click()
    expect(visitor.page.get_by_label("Camera")).to_have_value("front_door")


def test_health_names_every_part_its_model_and_what_stands_in(visitor: Visitor, house: House) -> None:
    visitor.log_in(to="/#/health")
    expect(visitor.page.get_by_text("Everything works")).to_be_visible()
    detector = visitor.page.locator(".part", has_text="detector")
    expect(detector.locator(".part-detail")).to_have_text("modelhogdevicecpu")
    expect(detector.get_by_text("frames")).to_be_hidden()
    detector.get_by_text("Figures").click()
    expect(detector.locator(".part-figures")).to_have_text("frames12")
    writer = visitor.page.locator(".part", has_text="writer")
    writer.get_by_text("Figures").click()
    expect(writer.locator(".part-figures")).to_have_text("commits31commit0.89 s")
    expect(visitor.page.get_by_role("note")).to_contain_text(hog.STAND_IN)
    house.indoors.said = (*house.indoors.said, Part("detector:1", "down", {"because": "being started again"}))
    expect(visitor.page.get_by_text("Something is missing")).to_be_visible()
    expect(visitor.page.get_by_role("alert")).to_contain_text("detector:1: being started again")


def test_rejected_uploads_stand_with_their_reason(visitor: Visitor, house: House, bus: bytes) -> None:
    camera = house.camera("front_door", "Front door")
    for number in range(12):
        house.upload(camera, bus, datetime.now(UTC), f"<i>{number:02}.jpg", error="not a picture but plain text")
    visitor.log_in(to="/#/health")
    rejected = visitor.page.locator(".card", has_text="Rejected uploads")
    expect(rejected.locator(".paged-item")).to_have_count(10)
    expect(rejected.locator(".paged-item").first).to_contain_text("<i>11.jpg")
    expect(rejected.locator(".paged-item").first).to_contain_text("not a picture but plain text")
    rejected.get_by_role("button", name="Show more").click()
    expect(rejected.locator(".paged-item")).to_have_count(12)


def test_dead_letters_are_tried_again_or_dropped(visitor: Visitor, lived_in: House, bus: bytes) -> None:
    second = lived_in.upload("front_door", bus, datetime.now(UTC))
    lived_in.sql("UPDATE uploads SET state = 'failed', error = 'broken', attempts = 3 WHERE id = :id", id=second)
    visitor.log_in("operator", to="/#/health")
    letters = visitor.page.locator(".card", has_text="Given up").locator(".paged-item")
    expect(letters).to_have_count(2)
    letters.filter(has_text="broken").get_by_role("button", name="Try again").click()
    expect(letters).to_have_count(1)
    assert lived_in.rows("SELECT state FROM uploads WHERE id = :id", id=second)[0].state == "pending"
    letters.get_by_role("button", name="Drop").click()
    expect(letters).to_have_count(0)
    assert lived_in.rows("SELECT id FROM uploads WHERE state = 'failed'") == []


def test_a_viewer_sees_dead_letters_and_cannot_touch_them(visitor: Visitor, lived_in: House) -> None:
    visitor.log_in("viewer", to="/#/health")
    expect(visitor.page.locator(".card", has_text="Given up").locator(".paged-item")).to_have_count(1)
    expect(visitor.page.get_by_role("button", name="Drop")).to_have_count(0)


def test_a_key_for_one_camera_sees_that_one_and_no_complaint_comes(
    visitor: Visitor, lived_in: House, bus: bytes
) -> None:
    garden = lived_in.camera("garden")
    lived_in.see(garden, bus, [PERSON])
    visitor.log_in("viewer", to="/#/health", cameras=("garden",))
    expect(visitor.page.get_by_role("heading", name="Rejected uploads")).to_be_visible()
    expect(visitor.page.get_by_role("heading", name="Work that waits")).to_have_count(0)
    visitor.go("/events")
    expect(visitor.events).to_have_count(1)
    lived_in.see("front_door", bus, [PERSON], datetime.now(UTC) - timedelta(hours=1))
    lived_in.see(garden, bus, [PERSON], datetime.now(UTC) - timedelta(hours=2))
    expect(visitor.events).to_have_count(2)


def test_on_a_phone_nothing_scrolls_sideways(phone: Visitor, lived_in: House) -> None:
    phone.expected = ("404",)
    phone.page.goto(lived_in.url)
    assert phone.has_no_sideways_scroll()
    phone.log_in()
    for place in PLACES:
        phone.go(place)
        expect(phone.page.locator("main h1, main h2").first).to_be_visible()
        phone.page.wait_for_timeout(300)  # what loads late must not stretch the page either
        assert phone.has_no_sideways_scroll(), place
    ways = phone.page.get_by_role("navigation").bounding_box()
    assert ways is not None
    assert ways["y"] + ways["height"] == pytest.approx(740, abs=1)  # where the thumb is


def test_light_and_dark_follow_the_system(visitor: Visitor, house: House) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    visitor.page.emulate_media(color_scheme="light")
    visitor.page.goto(house.url)
    light = visitor.page.evaluate(ground)
    visitor.page.emulate_media(color_scheme="dark")
    assert visitor.page.evaluate(ground) != light


def test_everything_can_be_reached_with_the_keyboard(visitor: Visitor, lived_in: House) -> None:
    visitor.log_in()
    expect(visitor.events).to_have_count(1)
    visitor.page.evaluate("document.activeElement.blur()")
    press: Callable[[str], None] = visitor.page.keyboard.press
    press("Tab")
    expect(visitor.page.get_by_text("Skip to content")).to_be_focused()
    press("Enter")
    expect(visitor.page.locator("#main")).to_be_focused()
    names = []
    for _ in range(8):
        press("Tab")
        names.append(visitor.page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert names[:3] == ["search", "camera", "level"]
    assert "event-link" in names
    visitor.page.locator(".event-link").focus()
    press("Enter")
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("1 person")
    expect(visitor.page.locator("#main")).to_be_focused()


def test_reduced_motion_moves_nothing(visitor: Visitor, lived_in: House, bus: bytes) -> None:
    visitor.log_in()
    expect(visitor.events).to_have_count(1)
    expect(visitor.events).not_to_have_attribute("data-fresh", "")  # what was there before does not fade in
    lived_in.see("shed", bus, [PERSON])
    expect(visitor.events.first).to_have_attribute("data-fresh", "")
    duration = "parseFloat(getComputedStyle(document.querySelector('li.event')).animationDuration)"
    assert visitor.page.evaluate(duration) > 0.1
    visitor.page.emulate_media(reduced_motion="reduce")
    assert visitor.page.evaluate(duration) < 0.001


def test_nothing_is_loaded_from_anywhere_else(visitor: Visitor, lived_in: House) -> None:
    visitor.expected = ("404",)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.log_in()
    for place in PLACES:
        visitor.go(place)
        visitor.page.wait_for_timeout(200)
    strangers = [url for url in asked if not url.startswith(lived_in.url + "/")]
    assert len(asked) > 20
    assert strangers == []
