"""Coming in and going out."""

import re

from playwright.sync_api import expect

from homesec.api import site
from tests.web.house import House
from tests.web.visitor import Visitor


def test_the_printed_link_opens_the_page_and_leaves_no_token_in_the_address(visitor: Visitor, house: House) -> None:
    link = house.link()
    visitor.page.goto(link)
    expect(visitor.line).to_have_text("Live")
    expect(visitor.page.locator(".me")).to_contain_text("admin")
    assert visitor.page.url == f"{house.url}/#/events"
    assert link.partition("=")[2] not in str(visitor.page.evaluate("JSON.stringify(history.state) + location.href"))
    visitor.page.reload()  # the session lasts
    expect(visitor.line).to_have_text("Live")


def test_a_link_that_was_used_says_so_and_offers_the_form(visitor: Visitor, house: House) -> None:
    visitor.expected = ("401",)
    link = house.link()
    visitor.page.goto(link)
    expect(visitor.line).to_have_text("Live")
    visitor.page.get_by_role("button", name="Log out").click()
    expect(visitor.page.get_by_label("Key")).to_be_visible()
    visitor.page.goto(house.url)
    visitor.page.goto(link)
    expect(visitor.page.get_by_role("alert")).to_contain_text("This link no longer works")
    assert "token" not in visitor.page.url


def test_a_key_opens_the_page_and_it_says_who_i_am(visitor: Visitor) -> None:
    visitor.log_in("viewer")
    expect(visitor.page.locator(".me-name")).to_have_text("Ann")
    expect(visitor.page.locator(".me-role")).to_have_text("viewer")


def test_a_wrong_key_is_refused_in_words(visitor: Visitor, house: House) -> None:
    visitor.expected = ("401",)
    visitor.page.goto(house.url)
    visitor.page.get_by_label("Key").fill("not a key")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("alert")).to_contain_text("not known")
    expect(visitor.page.get_by_label("Key")).to_be_focused()


def test_logging_out_ends_the_session(visitor: Visitor, house: House) -> None:
    visitor.log_in()
    visitor.page.get_by_role("button", name="Log out").click()
    expect(visitor.page.get_by_label("Key")).to_be_visible()
    assert house.rows("SELECT 1 FROM api_sessions WHERE kind = 'session'") == []
    visitor.page.reload()
    expect(visitor.page.get_by_label("Key")).to_be_visible()


def test_a_revoked_key_leads_back_to_the_form(visitor: Visitor, house: House) -> None:
    visitor.expected = ("401",)
    visitor.log_in("viewer")
    house.key("admin", name="owner")  # the last admin key can never be revoked
    house.revoke("Ann")
    expect(visitor.page.get_by_role("alert")).to_contain_text("session has ended")


def test_the_page_sends_a_strict_policy_and_has_nothing_inline(visitor: Visitor, house: House) -> None:
    answer = visitor.page.goto(house.url)
    assert answer is not None
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert "unsafe" not in answer.headers["content-security-policy"]
    source = answer.text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", source)
    assert "<noscript>" in source


def test_the_sources_of_the_page_parse_no_html_and_name_no_other_host() -> None:
    sources = [path for path in site.FOLDER.rglob("*") if path.suffix in (".js", ".css", ".html", ".svg")]
    assert len(sources) > 20
    for path in sources:
        source = path.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(", source), path
        hosts = set(re.findall(r"\b(?:https?|wss?)://([\w.-]+)", source))
        assert hosts <= {"www.w3.org"}, path  # the name of the SVG namespace, which is never asked


def test_a_bookmark_leads_to_its_place_after_the_login(visitor: Visitor) -> None:
    visitor.log_in(to="/#/cameras")
    expect(visitor.page.get_by_role("heading", name="Cameras")).to_be_visible()


def test_an_address_that_leads_nowhere_says_so(visitor: Visitor) -> None:
    visitor.log_in(to="/#/attic")
    expect(visitor.page.get_by_role("heading", name="There is no such page")).to_be_visible()
