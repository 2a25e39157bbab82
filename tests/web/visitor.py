"""Somebody with a browser, who notices whatever the browser complains about."""

from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.web.house import House

WAIT_MS = 10_000
expect.set_options(timeout=WAIT_MS)


class Visitor:
    """One browser context with one page."""

    def __init__(
        self, browser: Browser, house: House, width: int = 1280, height: int = 860, timezone: str = "Europe/Berlin",
        **how: Any,
    ) -> None:  # fmt: skip
        self.house = house
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, locale="en-US", timezone_id=timezone, **how
        )
        self.context.set_default_timeout(WAIT_MS)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()
        """Complaints that a test brings about on purpose, by a part of their words."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self._dialog(dialog.message, dialog.dismiss))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} {message.location.get('url', '')}")

    def _dialog(self, words: str, dismiss: Any) -> None:
        self.complaints.append(f"dialog: {words}")
        dismiss()

    def log_in(self, role: str = "admin", to: str = "/#/events", cameras: tuple[str, ...] | None = None) -> None:
        """With a key, through the form."""
        self.page.goto(self.house.url + to)
        self.page.get_by_label("Key").fill(self.house.key(role, cameras=cameras))
        self.page.get_by_role("button", name="Log in").click()
        expect(self.line).to_have_text("Live")

    def go(self, to: str) -> None:
        self.page.evaluate("to => { location.hash = to }", to)

    @property
    def line(self) -> Locator:
        """Whether new events come by themselves."""
        return self.page.locator(".line")

    @property
    def events(self) -> Locator:
        return self.page.locator("li.event")

    def has_no_sideways_scroll(self) -> bool:
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return bool(self.page.evaluate(wide) == 0)

    def no_complaints(self) -> None:
        told = [line for line in self.complaints if not any(part in line for part in self.expected)]
        assert not told, told

    def leave(self) -> None:
        self.context.close()
