"""One event: boxes where they belong, evidence with its weight, review and notes."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Route, expect

from homesec.domain.insights import Action, Insight, Plate, Pose, Threat
from homesec.store.writes.enrichment import SaveEnrichment
from homesec.store.writes.owner import SetEventDeleted
from tests.web.house import BY, House, Sight
from tests.web.visitor import Visitor

AT = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
FIRST = Sight("person", 0.6, (0.06, 0.37, 0.30, 0.84))
LEFT = Sight("person", 0.89, (0.06, 0.37, 0.30, 0.84))
RIGHT = Sight("person", 0.72, (0.83, 0.36, 1.0, 0.81))
BUS = Sight("bus", 0.94, (0.03, 0.02, 0.99, 0.70))


@pytest.fixture
def event(house: House, bus: bytes) -> int:
    """Three pictures of the front door, 20 s apart."""
    camera = house.camera("front_door", "Front door")
    for number, sights in enumerate([[FIRST], [LEFT, RIGHT, BUS], [RIGHT]]):
        house.see(camera, bus, sights, AT + timedelta(seconds=20 * number))  # a revision each
    [row] = house.rows("SELECT id FROM events")
    return int(row.id)


def edges(locator: Locator) -> tuple[float, float, float, float]:
    box = locator.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


@pytest.mark.parametrize("width", [1280, 375])
def test_boxes_lie_where_the_objects_are_at_any_size(visitor: Visitor, event: int, width: int) -> None:
    visitor.page.set_viewport_size({"width": width, "height": 860})
    visitor.log_in(to=f"/#/events/{event}")
    image = visitor.page.locator(".frame-image")
    expect(visitor.page.locator(".frame-boxes rect")).to_have_count(3)  # the cover: the picture of the surest person
    visitor.page.wait_for_function("document.querySelector('.frame-image').naturalWidth === 810")
    left, top, right, bottom = edges(image)
    assert (right - left) / (bottom - top) == pytest.approx(810 / 1080, rel=0.01)
    ids = {row.object_type + str(row.confidence): row.id for row in seen_in_the_second_picture(visitor.house)}
    for sight in (LEFT, RIGHT, BUS):
        drawn = edges(visitor.page.locator(f"rect[data-detection='{ids[sight.object_type + str(sight.confidence)]}']"))
        x1, y1, x2, y2 = sight.box
        wanted = (
            left + x1 * (right - left), top + y1 * (bottom - top), left + x2 * (right - left), top + y2 * (bottom - top)
        )  # fmt: skip
        assert drawn == pytest.approx(wanted, abs=1.5)
    label = edges(visitor.page.locator(".frame-label", has_text="person 89 %"))
    assert label[0] == pytest.approx(left + LEFT.box[0] * (right - left), abs=1.5)
    assert label[3] == pytest.approx(top + LEFT.box[1] * (bottom - top), abs=1.5)
    high = edges(visitor.page.locator(".frame-label", has_text="bus 94 %"))
    assert high[1] >= top - 0.5  # a label that would leave the picture stands inside its box


def seen_in_the_second_picture(house: House) -> list:  # type: ignore[type-arg]
    return house.rows("SELECT * FROM detections WHERE upload_id = 2")


def test_frames_can_be_stepped_through_by_button_key_and_tile(visitor: Visitor, event: int) -> None:
    visitor.log_in(to=f"/#/events/{event}")
    boxes = visitor.page.locator(".frame-boxes rect")
    place = visitor.page.locator(".frame-place")
    expect(place).to_contain_text("of 3")
    visitor.page.get_by_role("button", name="Earlier picture").click()
    expect(place).to_contain_text("1 of 3")
    expect(boxes).to_have_count(1)
    expect(visitor.page.get_by_role("button", name="Earlier picture")).to_be_disabled()
    visitor.page.locator(".frame-stage").press("ArrowRight")
    expect(boxes).to_have_count(3)
    visitor.page.get_by_role("list", name="Pictures of this event").get_by_role("button").nth(2).click()
    expect(place).to_contain_text("3 of 3")
    expect(place.locator("time")).to_have_attribute("title", "2026-03-03T12:00:40.000Z (UTC)")
    visitor.page.get_by_label("Boxes").uncheck()
    expect(visitor.page.locator(".frame-boxes")).to_be_hidden()


def test_each_piece_of_evidence_stands_with_its_weight_and_shows_where_it_was_seen(
    visitor: Visitor, house: House, event: int
) -> None:
    visitor.log_in(to=f"/#/events/{event}")
    [audit] = house.rows("SELECT evidence, score FROM event_audits ORDER BY revision DESC LIMIT 1")
    expect(visitor.page.locator(".score-number")).to_have_text(str(audit.score))
    items = visitor.page.locator(".evidence-item")
    expect(items).to_have_count(len(audit.evidence))
    for item in audit.evidence:
        line = items.filter(has_text=item["text"])
        expect(line.locator(".weight")).to_contain_text(f"+{item['weight']:.2f}")
    heaviest = max(audit.evidence, key=lambda item: item["weight"])
    bar, fill = items.first.locator(".bar"), items.first.locator(".bar-fill")
    assert heaviest["text"] in items.first.inner_text().replace("A person", "a person")
    left, _, right, _ = edges(bar)
    assert edges(fill)[0] == pytest.approx((left + right) / 2, abs=1)
    assert edges(fill)[2] == pytest.approx(right, abs=1)
    visitor.page.get_by_role("button", name="Earlier picture").click()
    items.first.get_by_role("button").click()
    source = heaviest["source"].partition(":")[2]
    expect(visitor.page.locator(f"rect[data-detection='{source}']")).to_have_attribute("data-on", "")
    visitor.page.get_by_text("How the score came to be").click()
    expect(visitor.page.locator(".revisions li")).to_have_count(3)


def test_an_open_event_grows_before_the_eyes(visitor: Visitor, house: House, bus: bytes) -> None:
    camera = house.camera("garden")
    house.see(camera, bus, [LEFT], AT)
    visitor.log_in(to="/#/events/1")
    expect(visitor.page.locator(".event-head .event-state")).to_have_text("Ongoing")
    house.see(camera, bus, [LEFT, RIGHT], AT + timedelta(seconds=10))
    expect(visitor.page.locator(".frame-place")).to_contain_text("1 of 2")  # what is looked at stays
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("2 persons, for 10 s")
    house.settle(timedelta(minutes=5))
    expect(visitor.page.locator(".event-head .event-state")).to_have_text("Ended · 10 s")


def test_an_operator_reviews_and_notes(visitor: Visitor, house: House, event: int) -> None:
    visitor.log_in("operator", to=f"/#/events/{event}")
    visitor.page.get_by_role("button", name="Mark as reviewed").click()
    expect(visitor.page.locator(".review-state")).to_have_text("Reviewed")
    visitor.page.get_by_label("Notes").fill("The <b>postman</b>.")
    visitor.page.get_by_role("button", name="Save notes").click()
    expect(visitor.page.get_by_text("Saved.")).to_be_visible()
    [row] = house.rows("SELECT reviewed, notes FROM events")
    assert (row.reviewed, row.notes) == (True, "The <b>postman</b>.")
    visitor.page.reload()
    expect(visitor.page.get_by_label("Notes")).to_have_value("The <b>postman</b>.")
    visitor.page.get_by_role("link", name="All events").click()
    expect(visitor.events.get_by_text("Reviewed")).to_be_visible()


def test_what_somebody_is_typing_survives_a_change_of_the_event(
    visitor: Visitor, house: House, bus: bytes, event: int
) -> None:
    visitor.log_in("operator", to=f"/#/events/{event}")
    visitor.page.get_by_label("Notes").fill("half a sen")
    house.see("front_door", bus, [LEFT, RIGHT], AT + timedelta(seconds=50))
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("for 50 s")
    expect(visitor.page.get_by_label("Notes")).to_have_value("half a sen")


def test_a_viewer_only_reads(visitor: Visitor, house: House, event: int) -> None:
    house.sql("UPDATE events SET notes = 'The postman.'")
    visitor.log_in("viewer", to=f"/#/events/{event}")
    expect(visitor.page.get_by_text("The postman.")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Mark as reviewed")).to_have_count(0)
    expect(visitor.page.get_by_label("Notes")).to_have_count(0)


def test_a_deleted_event_says_so_and_can_be_restored(visitor: Visitor, house: House, event: int) -> None:
    visitor.log_in("operator", to=f"/#/events/{event}")
    expect(visitor.page.locator(".frame-boxes rect").first).to_be_visible()
    house.apply(SetEventDeleted(event, True, BY))
    expect(visitor.page.get_by_role("heading", name="This event was deleted")).to_be_visible()
    visitor.page.get_by_role("button", name="Restore it").click()
    expect(visitor.page.locator(".frame-boxes rect").first).to_be_visible()


def test_of_a_picture_that_was_overwritten_the_small_copy_is_left(visitor: Visitor, house: House, event: int) -> None:
    visitor.expected = ("410",)
    for path in (house.settings.cameras_dir / "front_door").iterdir():
        path.write_bytes(b"something else")
    visitor.log_in(to=f"/#/events/{event}")
    expect(visitor.page.get_by_text("Only this small copy is left")).to_be_visible()
    expect(visitor.page.locator(".frame-boxes rect").first).to_be_visible()
    assert visitor.page.evaluate("document.querySelector('.frame-image').naturalWidth") == 360


def test_boxes_wait_for_the_picture_they_belong_to(visitor: Visitor, event: int) -> None:
    visitor.log_in(to=f"/#/events/{event}")
    expect(visitor.page.locator(".frame-boxes")).to_be_visible()
    held: list[Route] = []
    visitor.page.route("**/api/detections/*/*", lambda route: held.append(route))
    visitor.page.get_by_role("button", name="Later picture").click()
    expect(visitor.page.locator(".frame-place")).to_contain_text("3 of 3")
    expect(visitor.page.locator(".frame-boxes")).to_be_hidden()
    assert held
    for route in held:
        route.continue_()
    expect(visitor.page.locator(".frame-boxes")).to_be_visible()


def test_an_event_of_very_many_detections_shows_the_rest_on_demand(
    visitor: Visitor, house: House, zidane: bytes
) -> None:
    camera = house.camera("garden")
    crowd = [Sight("person", 0.9, (0.04 * n, 0.2, 0.04 * n + 0.03, 0.8)) for n in range(24)]
    for second in range(10):
        house.note(camera, zidane, crowd, AT + timedelta(seconds=second))
    house.settle()
    visitor.log_in(to="/#/events/1")
    more = visitor.page.get_by_role("button", name="Show the 40 later detections too")
    more.click()
    expect(visitor.page.locator(".frame-place")).to_contain_text("of 10")
    expect(more).to_be_hidden()


def test_an_event_that_is_not_there_says_so(visitor: Visitor) -> None:
    visitor.expected = ("404",)
    visitor.log_in(to="/#/events/4711")
    expect(visitor.page.get_by_role("heading", name="There is no such event")).to_be_visible()


def test_what_further_models_said_appears_by_itself_and_points_at_the_picture(visitor: Visitor, event: int) -> None:
    visitor.log_in(to=f"/#/events/{event}")
    card = visitor.page.locator(".further")
    expect(visitor.page.locator(".frame-boxes rect")).to_have_count(3)
    expect(card).to_be_hidden()
    [first] = visitor.house.rows("SELECT id, batch_id FROM detections WHERE upload_id = 1")
    climbing, waiting = Action("climbing", 0.91, {"climbing": 0.91}), Action("waiting", 0.6, {"waiting": 0.6})
    later = seen_in_the_second_picture(visitor.house)[0].id
    insights = (
        Insight(first.id, action=climbing, threats=(Threat("knife", 0.8, (0.1, 0.4, 0.2, 0.5)),)),
        Insight(later, Pose(((0.5, 0.5, 0.9),) * 17, "bending_over", 0.7), waiting, plate=Plate("BKT4821", 0.8)),
    )
    visitor.house.apply(SaveEnrichment(first.batch_id, None, "sim-oracle", insights))
    lines = card.locator(".said-item")
    expect(lines).to_have_text(
        [
            "Threatknife80 % sure",
            "Actionclimbing91 % sure",
            "Actionwaiting60 % sure",
            "Posebending over70 % sure",
            "PlateBKT482180 % sure",
        ]
    )
    expect(card).to_contain_text("Said by sim-oracle.")
    card.get_by_role("button", name="climbing").click()
    expect(visitor.page.locator(".frame-place")).to_contain_text("1 of 3")
    expect(visitor.page.locator(f".frame-boxes rect[data-detection='{first.id}']")).to_have_attribute("data-on", "")
