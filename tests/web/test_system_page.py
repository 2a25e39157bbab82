"""The machine's page, and the search box over the events."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from homesec.gpu_monitor import GpuReading
from homesec.store.writes.cameras import CreateCamera
from homesec.store.writes.gpus import SaveGpuStats
from homesec.store.writes.logs import SaveLogs
from homesec.telemetry import LogLine
from tests.web.house import BY, House, Sight
from tests.web.visitor import Visitor

PERSON = Sight("person", 0.9, (0.1, 0.2, 0.4, 0.9))
DOG = Sight("dog", 0.9, (0.5, 0.6, 0.7, 0.9))


def _lived(house: House) -> None:
    now = datetime.now(UTC)
    for minutes in range(0, 50, 5):
        reading = GpuReading(
            0, "NVIDIA H100 80GB HBM3", minutes / 100, 10 * 10**9, 80 * 10**9, 40.0, 200.0, 1980, 2619
        )
        house.apply(SaveGpuStats("attic", now - timedelta(minutes=minutes), (reading,)))
    lines = [LogLine(now - timedelta(seconds=n), "INFO", "watcher", f"a file {n}", extra={"n": n}) for n in range(12)]
    said = LogLine(now, "ERROR", "api", "<b>a request failed</b>", extra={"error": "Traceback\n  boom", "unit": "x"})
    house.apply(SaveLogs((*lines, said)))
    house.apply(CreateCamera("garden", "Garden", "garden", None, {}, BY))


def test_the_page_shows_models_gpus_the_log_and_the_changes(visitor: Visitor, house: House) -> None:
    visitor.expected = ("404",)
    _lived(house)
    visitor.log_in(to="/#/system")
    page = visitor.page
    expect(page.locator(".card", has_text="Models")).to_contain_text("hog")
    gpu = page.locator(".card", has_text="GPUs").locator(".part")
    expect(gpu).to_contain_text("40 °C · 200 W · 1980 MHz")
    expect(gpu).to_contain_text("10.0 of 80.0 GB")
    log = page.locator(".card", has_text="Log").first
    expect(log.locator(".log-line")).to_have_count(10)
    expect(log.locator(".log-line").first).to_contain_text("<b>a request failed</b>")
    log.get_by_label("Level").select_option("ERROR")
    expect(log.locator(".log-line")).to_have_count(1)
    log.locator("summary").first.click()
    expect(log.locator("pre")).to_contain_text("boom")
    log.get_by_label("Level").select_option("")
    log.get_by_label("Words").fill("watcher 7")
    log.get_by_role("button", name="Search").click()
    expect(log.locator(".log-line")).to_have_count(1)
    expect(log.locator(".log-line")).to_contain_text("a file 7")
    changes = page.locator(".card", has_text="Changes")
    expect(changes).to_contain_text("create camera garden")
    changes.get_by_role("button", name="Check the chain").click()
    expect(changes.get_by_role("status")).to_contain_text("The chain is whole")
    page.get_by_text("Settings in force").click()
    expect(page.locator(".settings")).to_contain_text("detector.name")
    assert visitor.has_no_sideways_scroll()
    page.set_viewport_size({"width": 375, "height": 740})
    assert visitor.has_no_sideways_scroll()


def test_events_are_searched_beside_the_filters(visitor: Visitor, house: House, bus: bytes) -> None:
    for folder, sight in (("front_door", PERSON), ("garden", PERSON), ("yard", DOG)):
        house.see(house.camera(folder), bus, [sight])
    visitor.log_in()
    expect(visitor.events).to_have_count(3)
    box = visitor.page.get_by_label("Search")
    box.fill("person")
    box.press("Enter")
    expect(visitor.events).to_have_count(2)
    expect(visitor.page.locator(".snippet mark").first).to_have_text("person")
    expect(visitor.page.get_by_role("note").last).to_contain_text("Search by meaning is not set up")
    visitor.page.get_by_label("Camera").select_option("garden")
    expect(visitor.events).to_have_count(1)
    assert "q=person" in visitor.page.url
    visitor.page.go_back()
    expect(visitor.events).to_have_count(2)
    box.fill("helicopter")
    box.press("Enter")
    expect(visitor.page.get_by_text("Nothing was found")).to_be_visible()
    visitor.page.get_by_role("link", name="Show all events").click()
    expect(visitor.events).to_have_count(3)
    expect(box).to_have_value("")
