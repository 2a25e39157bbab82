"""The page of one camera: tracks, zones and heatmap over its picture, its habits, changes of its view."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from homesec.store.writes.access import By
from homesec.store.writes.zones import CreateZone
from tests.web.house import House, Sight
from tests.web.visitor import Visitor

PORCH = {
    "name": "Porch", "zone_type": "entry_point", "shape": "rectangle", "direction": None, "color": "#22aa55",
    "coordinates": [[0.1, 0.5], [0.6, 0.5], [0.6, 0.95], [0.1, 0.95]], "enabled": True, "priority": 0,
    "target_classes": None, "loiter_seconds": None,
}  # fmt: skip


def walk(house: House, camera: str, picture: bytes, start: datetime) -> None:
    """Somebody walks from the left to the right, a picture a second; far behind a car stands."""
    for second in range(8):
        left = 0.1 + 0.07 * second
        sights = [Sight("person", 0.9, (left, 0.3, left + 0.12, 0.8)), Sight("car", 0.8, (0.7, 0.1, 0.9, 0.25))]
        house.note(camera, picture, sights, start + timedelta(seconds=second))
    house.settle(timedelta(minutes=2))


def test_where_things_went_what_is_usual_and_what_changed(
    visitor: Visitor, phone: Visitor, house: House, zidane: bytes
) -> None:
    camera = house.camera("yard", "Yard")
    house.apply(CreateZone(camera, dict(PORCH), By("cli")))
    walk(house, camera, zidane, datetime.now(UTC) - timedelta(minutes=3))
    house.keep()
    for name in ("before", "after"):
        house.store(f"scenes/{name}.jpg", zidane)
    house.sql(
        "INSERT INTO scene_changes (camera_id, detected_at, change_type, similarity_score, volume, before_path, "
        "file_path) VALUES ('yard', now() - interval '1 hour', 'angle_changed', 0.31, :volume, 'scenes/before.jpg', "
        "'scenes/after.jpg')",
        volume=house.storage.volume,
    )
    visitor.log_in(to="/#/cameras")
    visitor.page.locator(".camera").get_by_role("link", name="Yard").click()
    page = visitor.page
    expect(page.get_by_role("heading", name="Yard")).to_be_visible()
    expect(page.locator(".map-words [role=status]")).to_have_text("2 tracks")
    expect(page.locator(".map-ways [data-kind=person]:not(.way-start)")).to_have_count(1)
    points = page.locator(".map-ways [data-kind=person]:not(.way-start)").get_attribute("points") or ""
    xs = [float(point.split(",")[0]) for point in points.split()]
    assert xs == sorted(xs)
    assert 0.1 < xs[0] < 0.3 < 0.5 < xs[-1] < 0.8
    expect(page.locator(".map-zones polygon")).to_have_count(1)
    expect(page.locator(".map-heat")).to_be_hidden()
    page.get_by_label("Heatmap", exact=True).check()
    expect(page.locator(".map-heat")).to_be_visible()
    expect(page.locator(".map-no-heat")).to_be_hidden()
    ago = "first_seen = first_seen - interval '3 hours', last_seen = last_seen - interval '3 hours'"
    house.sql(f"UPDATE tracks SET {ago} WHERE object_class = 'car'")
    page.get_by_label("Time", exact=True).select_option("hourly")
    expect(page.locator(".map-words [role=status]")).to_have_text("1 track")
    page.get_by_label("Tracks", exact=True).uncheck()
    expect(page.locator(".map-ways")).to_be_hidden()
    expect(page.locator(".habits-plot rect")).not_to_have_count(0)
    expect(page.get_by_text("Still learning")).to_be_visible()
    change = page.locator(".paged-item", has_text="Camera turned")
    pictures = "[...document.querySelectorAll('.before-after img')].every((one) => one.naturalWidth > 0)"
    page.wait_for_function(pictures)
    change.get_by_role("button", name="I have seen it").click()
    expect(change).to_contain_text("Seen now")
    assert house.rows("SELECT acknowledged FROM scene_changes")[0].acknowledged

    phone.log_in("viewer", to="/#/cameras/yard")
    expect(phone.page.locator(".paged-item", has_text="Camera turned")).to_contain_text("Seen")
    expect(phone.page.get_by_role("button", name="I have seen it")).to_have_count(0)
    assert phone.has_no_sideways_scroll()


def test_a_camera_without_a_heatmap_says_when_there_will_be_one(visitor: Visitor, house: House) -> None:
    visitor.expected = ("404",)  # what the browser says of a picture that is not there
    house.camera("yard", "Yard")
    visitor.log_in(to="/#/cameras/yard")
    words = visitor.page.get_by_text("No heatmap yet")
    expect(words).to_be_hidden()
    visitor.page.get_by_label("Heatmap", exact=True).check()
    expect(words).to_be_visible()
