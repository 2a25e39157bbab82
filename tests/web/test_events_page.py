"""The list of events: live, in place, complete after every break."""

import time
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from homesec.store.writes.owner import SetEventDeleted, UpdateEvent
from homesec.vision import hog
from tests.web.house import BY, House, Sight
from tests.web.visitor import Visitor

PERSON = Sight("person", 0.9, (0.1, 0.2, 0.3, 0.9))
PERSONS = (PERSON, Sight("person", 0.8, (0.5, 0.2, 0.7, 0.9)))
BIKE = Sight("bicycle", 0.7, (0.4, 0.5, 0.6, 0.9))
AWAY = ("net::ERR_", "WebSocket connection")
"""What the browser says while the server is away: that it is refused, reset or left without an answer."""
EARLIER = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def test_without_a_camera_the_page_says_what_to_do(visitor: Visitor) -> None:
    visitor.log_in()
    expect(visitor.page.get_by_role("heading", name="No camera yet")).to_be_visible()
    expect(visitor.page.get_by_text("<data>/cameras/front_door/")).to_be_visible()


def test_an_event_appears_without_a_reload(visitor: Visitor, house: House, bus: bytes) -> None:
    camera = house.camera("front_door", "Front door")
    visitor.log_in()
    visitor.page.evaluate("window.sameDocument = true")
    house.see(camera, bus, [*PERSONS, BIKE])
    event = visitor.events
    expect(event).to_have_count(1)
    expect(event).to_contain_text("2 persons and 1 bicycle")
    expect(event).to_contain_text("Front door")
    expect(event).to_contain_text("Ongoing")
    [(score, level)] = house.rows("SELECT risk_score, risk_level FROM events")
    expect(event.locator(".badge")).to_have_text(f"{score}{level.capitalize()}")
    expect(visitor.page.get_by_role("status")).to_contain_text("New event")
    assert visitor.page.evaluate("window.sameDocument")
    image = event.locator("img")
    expect(image).to_be_visible()
    visitor.page.wait_for_function("document.querySelector('li.event img').naturalWidth === 360")


def test_an_event_changes_in_place_and_ends(visitor: Visitor, house: House, bus: bytes) -> None:
    camera = house.camera("front_door")
    visitor.log_in()
    now = datetime.now(UTC)
    house.see(camera, bus, [PERSON], now)
    expect(visitor.events).to_contain_text("1 person")
    visitor.page.evaluate("window.row = document.querySelector('li.event')")
    house.see(camera, bus, [*PERSONS], now + timedelta(seconds=20))
    expect(visitor.events).to_contain_text("2 persons, for 20 s")
    house.settle(later=timedelta(minutes=5))
    expect(visitor.events).to_contain_text("Ended · 20 s")
    assert visitor.page.evaluate("window.row === document.querySelector('li.event')")


def test_newest_events_stand_first_under_their_day(visitor: Visitor, house: House, bus: bytes) -> None:
    camera = house.camera("garden")
    house.see(camera, bus, [PERSON], EARLIER)
    visitor.log_in()
    house.see(camera, bus, [BIKE], EARLIER + timedelta(hours=3))
    house.see(camera, bus, [PERSON], datetime.now(UTC))
    expect(visitor.events).to_have_count(3)
    assert visitor.page.locator(".day h2").all_inner_texts()[0] == "Today"
    assert [title.partition("\n")[0] for title in visitor.events.locator(".event-summary").all_inner_texts()] == [
        "1 person", "1 bicycle", "1 person",
    ]  # fmt: skip


def test_times_are_local_and_the_title_has_the_exact_utc(visitor: Visitor, house: House, bus: bytes) -> None:
    house.see(house.camera("garden"), bus, [PERSON], EARLIER)
    visitor.log_in()
    at = visitor.events.locator("time")
    expect(at).to_have_text("01:00:00 PM")  # Berlin
    expect(at).to_have_attribute("title", "2026-03-03T12:00:00.000Z (UTC)")


def test_a_deleted_event_vanishes_and_a_reviewed_one_says_so(visitor: Visitor, house: House, bus: bytes) -> None:
    camera = house.camera("garden")
    for minutes in (0, 10):
        house.see(camera, bus, [PERSON], EARLIER + timedelta(minutes=minutes))
    visitor.log_in()
    expect(visitor.events).to_have_count(2)
    first, second = [row.id for row in house.rows("SELECT id FROM events ORDER BY started_at")]
    house.apply(SetEventDeleted(first, True, BY))
    expect(visitor.events).to_have_count(1)
    house.apply(UpdateEvent(second, {"reviewed": True}, None, BY))
    expect(visitor.events.get_by_text("Reviewed")).to_be_visible()
    house.apply(SetEventDeleted(first, False, BY))
    expect(visitor.events).to_have_count(2)


def test_older_events_are_loaded_by_and_by(visitor: Visitor, house: House, bus: bytes) -> None:
    camera = house.camera("garden")
    for number in range(70):
        house.note(camera, bus, [PERSON], EARLIER + timedelta(minutes=5 * number))
    house.settle()
    visitor.log_in()
    expect(visitor.events.first).to_be_visible()
    assert visitor.events.count() < 70
    deadline = time.monotonic() + 20
    while visitor.events.count() < 70 and time.monotonic() < deadline:
        visitor.page.mouse.wheel(0, 5000)
        visitor.page.wait_for_timeout(100)
    expect(visitor.events).to_have_count(70)
    shown = visitor.events.evaluate_all("rows => rows.map(row => Number(row.dataset.event))")
    assert shown == [row.id for row in house.rows("SELECT id FROM events ORDER BY started_at DESC")]


def test_new_events_do_not_move_the_list_while_somebody_reads_further_down(
    visitor: Visitor, house: House, bus: bytes
) -> None:
    camera = house.camera("garden")
    for number in range(30):
        house.note(camera, bus, [PERSON], EARLIER + timedelta(minutes=5 * number))
    house.settle()
    visitor.log_in()
    expect(visitor.events).to_have_count(30)
    visitor.page.evaluate("scrollTo({ top: 900, behavior: 'instant' })")  # a wheel's way is animated, and goes on
    visitor.page.wait_for_function("scrollY > 800")
    where = "document.querySelectorAll('li.event')[14].getBoundingClientRect().top"
    before = visitor.page.evaluate(where)
    house.see(camera, bus, [BIKE], datetime.now(UTC))
    arrivals = visitor.page.get_by_role("button", name="1 new event")
    expect(arrivals).to_be_visible()
    assert abs(visitor.page.evaluate(where) - before) < 1
    expect(visitor.events).to_have_count(30)
    arrivals.click()
    expect(visitor.events).to_have_count(31)
    expect(visitor.events.first).to_be_in_viewport()
    expect(visitor.events.first).to_contain_text("1 bicycle")


def test_filters_by_camera_and_level_stand_in_the_address(visitor: Visitor, house: House, bus: bytes) -> None:
    door, garden = house.camera("front_door", "Front door"), house.camera("garden", "Garden")
    night = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
    house.see(door, bus, [BIKE], EARLIER)
    house.see(garden, bus, [*PERSONS, Sight("person", 0.9, (0.7, 0.2, 0.9, 0.9))], night)
    visitor.log_in()
    expect(visitor.events).to_have_count(2)
    visitor.page.get_by_label("Camera").select_option("Front door")
    expect(visitor.events).to_have_count(1)
    assert visitor.page.url.endswith("#/events?camera=front_door")
    house.see(garden, bus, [PERSON], EARLIER + timedelta(hours=1))  # does not fit, and must not appear
    house.see(door, bus, [PERSON], EARLIER + timedelta(hours=2))
    expect(visitor.events).to_have_count(2)
    visitor.page.get_by_role("link", name="Show all").click()
    expect(visitor.events).to_have_count(4)
    visitor.page.get_by_label("Level").select_option("Medium and higher")
    expect(visitor.events).to_have_count(1)
    expect(visitor.events).to_contain_text("3 persons")
    visitor.page.go_back()
    expect(visitor.events).to_have_count(4)
    visitor.page.goto(f"{house.url}/#/events?level=critical")
    expect(visitor.page.get_by_text("No event fits these filters")).to_be_visible()


def test_from_an_event_its_camera_leads_to_the_events_of_that_camera(
    visitor: Visitor, house: House, bus: bytes
) -> None:
    for camera in (house.camera("front_door", "Front door"), house.camera("garden", "Garden")):
        house.see(camera, bus, [PERSON], EARLIER)
    visitor.log_in(to="/#/events/1")
    visitor.page.get_by_role("link", name="Front door").click()
    expect(visitor.events).to_have_count(1)
    expect(visitor.events).to_contain_text("Front door")
    visitor.page.go_back()
    visitor.page.get_by_role("link", name="All events").click()
    assert visitor.page.url.endswith("#/events?camera=front_door")


def test_an_event_that_no_longer_fits_the_filter_leaves(visitor: Visitor, house: House, bus: bytes) -> None:
    camera = house.camera("garden")
    house.see(camera, bus, [BIKE], EARLIER)
    visitor.log_in(to="/#/events?level=medium")
    expect(visitor.page.get_by_text("No event fits these filters")).to_be_visible()
    night = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
    house.see(camera, bus, [PERSON, *PERSONS], night)
    expect(visitor.events).to_have_count(1)
    house.sql("UPDATE events SET risk_score = 5, risk_level = 'low', revision = revision + 1")
    [event] = house.rows("SELECT id FROM events WHERE started_at < '2026-03-03 06:00Z'")
    house.apply(UpdateEvent(event.id, {"reviewed": True}, None, BY))
    expect(visitor.events).to_have_count(0)


def test_a_hostile_camera_name_is_text(visitor: Visitor, house: House, bus: bytes) -> None:
    name = "<img src=x onerror=alert(1)><script>alert(2)</script>&amp;\u202e"
    camera = house.camera("evil", name)
    house.see(camera, bus, [Sight("<b onmouseover=alert(3)>person</b>", 0.9, (0.1, 0.1, 0.4, 0.9))])
    visitor.log_in()
    expect(visitor.events.locator(".event-camera")).to_have_text(name)
    expect(visitor.page.get_by_label("Camera").locator("option").last).to_have_text(name)
    visitor.go("/cameras")
    expect(visitor.page.get_by_role("heading", name="<img src=x onerror=alert(1)>")).to_be_visible()
    visitor.go("/events/1")
    expect(visitor.page.locator(".frame-label")).to_contain_text("<b onmouseover=alert(3)>person</b> 90 %")
    visitor.page.locator(".frame-label").hover(force=True)
    assert visitor.page.locator("main script, main b, main img[src=x]").count() == 0


def test_after_the_server_went_away_and_came_back_nothing_is_missing(
    visitor: Visitor, house: House, bus: bytes
) -> None:
    visitor.expected = AWAY
    camera = house.camera("front_door")
    house.see(camera, bus, [PERSON], EARLIER)
    visitor.log_in()
    expect(visitor.events).to_have_count(1)
    visitor.page.evaluate("window.row = document.querySelector('li.event')")
    house.shut()
    expect(visitor.line).to_have_text("Reconnecting")
    house.see(camera, bus, [BIKE], EARLIER + timedelta(hours=1))
    house.see(camera, bus, [PERSON, BIKE], EARLIER + timedelta(hours=2))
    house.open()
    expect(visitor.line).to_have_text("Live")
    expect(visitor.events).to_have_count(3)
    assert visitor.page.evaluate("document.contains(window.row)")
    house.see(camera, bus, [PERSON], EARLIER + timedelta(hours=3))
    expect(visitor.events).to_have_count(4)


def test_when_the_outbox_was_trimmed_meanwhile_the_list_is_read_anew(
    visitor: Visitor, house: House, bus: bytes
) -> None:
    visitor.expected = AWAY
    camera = house.camera("front_door")
    visitor.log_in()
    house.shut()
    house.see(camera, bus, [PERSON], EARLIER)
    house.sql("DELETE FROM outbox")
    house.open()
    expect(visitor.line).to_have_text("Live")
    expect(visitor.events).to_have_count(1)


def test_coming_back_from_an_event_the_list_stands_where_it_was(visitor: Visitor, house: House, bus: bytes) -> None:
    camera = house.camera("garden")
    for number in range(25):
        house.note(camera, bus, [PERSON], EARLIER + timedelta(minutes=5 * number))
    house.settle()
    visitor.log_in()
    expect(visitor.events).to_have_count(25)
    visitor.events.nth(20).scroll_into_view_if_needed()
    before = visitor.page.evaluate("scrollY")
    assert before > 500
    visitor.events.nth(20).click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("1 person")
    visitor.page.get_by_role("link", name="All events").click()
    expect(visitor.events).to_have_count(25)
    visitor.page.wait_for_function("before => Math.abs(scrollY - before) < 2", arg=before)


def test_a_stand_in_model_is_told_on_the_front_page(visitor: Visitor) -> None:
    visitor.log_in()
    expect(visitor.page.get_by_role("note")).to_contain_text(hog.STAND_IN)
