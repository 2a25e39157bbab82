"""A house to look at, and the system's Chromium to look with."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from ultralytics.utils import ASSETS

from tests.web.house import House
from tests.web.visitor import Visitor

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def system_browser() -> str:
    """Where the system's Chromium is. Playwright's own is never fetched."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        raise FileNotFoundError("no Chromium here; on Debian: apt-get install --no-install-recommends chromium")
    return found


@pytest.fixture(scope="module")  # while it lives its event loop runs, and no other may be started in this thread
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_browser(), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def house(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[House]:
    """A running system without any camera."""
    house = House(tmp_path / "data", database_url, redis_url)
    try:
        house.open()
        yield house
    finally:
        house.end()


@pytest.fixture
def visitor(chromium: Browser, house: House) -> Iterator[Visitor]:
    """Somebody at a desk, not logged in. Whatever the browser complains about fails the test."""
    visitor = Visitor(chromium, house)
    try:
        yield visitor
        visitor.no_complaints()
    finally:
        visitor.leave()


@pytest.fixture
def phone(chromium: Browser, house: House) -> Iterator[Visitor]:
    """The same on a phone."""
    visitor = Visitor(chromium, house, width=375, height=740, is_mobile=True)
    try:
        yield visitor
        visitor.no_complaints()
    finally:
        visitor.leave()


@pytest.fixture(scope="session")
def bus() -> bytes:
    """A street with four people and a bus; 810 x 1080."""
    return (Path(ASSETS) / "bus.jpg").read_bytes()


@pytest.fixture(scope="session")
def zidane() -> bytes:
    """Two men; 1280 x 720."""
    return (Path(ASSETS) / "zidane.jpg").read_bytes()
