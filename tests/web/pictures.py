"""Makes the README's pictures: `python -m tests.web.pictures`. What is seen in them is what HOG says, the stand-in."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect, sync_playwright
from ultralytics.utils import ASSETS

from homesec.local.postgres import Postgres
from homesec.local.redis import Redis
from homesec.media.pictures import decode, thumbnail
from homesec.store.migrate import migrate
from homesec.vision.hog import HogPersons
from tests.web.conftest import QUIET, system_browser
from tests.web.house import House, Sight
from tests.web.visitor import Visitor

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


@contextmanager
def running() -> Iterator[House]:
    """A house on servers of its own."""
    with tempfile.TemporaryDirectory(prefix="homesec-pictures-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root, PostgreSQL runs as somebody else
        (folder / "servers").mkdir()
        postgres, redis = Postgres(folder / "servers"), Redis(folder / "servers")
        try:
            url, redis_url = postgres.start(), redis.start()
            migrate(url)
            house = House(folder / "data", url, redis_url)
            try:
                house.open()
                yield house
            finally:
                house.end()
        finally:
            redis.stop()
            postgres.stop()


def show(house: House, camera: str, frame: NDArray[np.uint8], at: datetime) -> None:
    """The camera sends this picture, and the detector looks at it."""
    [found] = HogPersons(0.4).predict([frame])
    sights = [
        Sight(name, float(confidence), tuple(map(float, box)))
        for name, confidence, box in zip(found.classes, found.confidence, found.xyxy, strict=True)
    ]
    house.see(camera, thumbnail(frame, max(frame.shape), 92), sights, at)


def live(house: House) -> None:
    """An hour in front of three cameras."""
    street = decode((Path(ASSETS) / "bus.jpg").read_bytes(), 10**8)
    cameras = [
        house.camera(*names) for names in (("driveway", "Driveway"), ("yard", "Yard"), ("front_door", "Front door"))
    ]
    house.sql("UPDATE cameras SET timezone = 'America/Los_Angeles'")
    driveway, yard, door = cameras
    now = datetime.now(UTC).replace(microsecond=0)
    sides = street[250:950], street[:, ::-1][240:960], street
    plan = [(driveway, sides[0], 57, 4), (yard, sides[1], 41, 4), (door, sides[2], 26, 2), (driveway, sides[0], 12, 1)]
    for camera, frame, minutes, pictures in plan:
        for number in range(pictures):
            show(
                house,
                camera,
                np.ascontiguousarray(frame),
                now - timedelta(minutes=minutes) + timedelta(seconds=9 * number),
            )
    house.settle(later=timedelta(minutes=5))
    for number in range(5):
        show(house, door, street, now - timedelta(seconds=40 - 10 * number))


def save(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / name, full_page=True)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running() as house, sync_playwright() as playwright:
        live(house)
        browser = playwright.chromium.launch(executable_path=system_browser(), args=QUIET)
        visitor = Visitor(browser, house, 1120, 620, "America/Los_Angeles")
        visitor.page.emulate_media(reduced_motion="reduce")
        visitor.log_in()
        save(visitor.page, "events.png")
        visitor.events.first.click()
        expect(visitor.page.locator(".frame-boxes")).to_be_visible()
        save(visitor.page, "event.png")
        visitor.leave()
        browser.close()


if __name__ == "__main__":
    main()
