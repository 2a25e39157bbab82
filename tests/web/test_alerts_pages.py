"""The inbox of alerts, on a phone, and a rule that is tried on the past before it is saved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.web.house import House, Sight
from tests.web.visitor import Visitor

PERSON = Sight("person", 0.91, (0.06, 0.37, 0.3, 0.84))
NOW = datetime.now(UTC)


@pytest.fixture
def told(house: House, bus: bytes) -> House:
    """Three persons at two cameras in the last days, and a rule that tells of each."""
    house.sql("INSERT INTO alert_rules (name, severity, object_types) VALUES ('Anybody', 'high', '{person}')")
    house.camera("front_door", "Front door")
    house.camera("garden", "Garden")
    for camera, hours in (("garden", 40), ("front_door", 20), ("front_door", 0)):
        house.see(camera, bus, [PERSON], NOW - timedelta(hours=hours))
    return house


def alerts(house: House) -> list[Any]:
    return [row.status for row in house.rows("SELECT status FROM alerts ORDER BY created_at")]


def test_alerts_come_live_and_one_tap_settles_them(phone: Visitor, told: House, bus: bytes) -> None:
    page = phone.page
    phone.log_in("operator", to="/#/alerts")
    cards: Locator = page.get_by_role("list", name="Open alerts").locator("li.alert")
    expect(cards).to_have_count(3)
    expect(cards.first).to_contain_text("Front door")
    expect(cards.first).to_contain_text("Anybody")
    assert phone.has_no_sideways_scroll()
    cards.first.get_by_role("button", name="Acknowledge").click()
    expect(cards).to_have_count(2)
    cards.first.get_by_role("button", name="Dismiss").click()
    expect(cards).to_have_count(1)
    cards.first.get_by_role("button", name="Snooze 1 h").click()
    expect(page.get_by_role("heading", name="Nothing to see to")).to_be_visible()
    assert alerts(told) == ["acknowledged", "dismissed", "acknowledged"]
    assert len(told.rows("SELECT id FROM events WHERE snooze_until > now() + interval '50 minutes'")) == 1
    expect(page.get_by_role("list", name="Seen before").locator("li")).to_have_count(3)
    told.see("garden", bus, [PERSON], NOW - timedelta(hours=1))
    expect(cards).to_have_count(1)
    cards.first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Alerts")).to_be_visible()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator(".alert-line")).to_contain_text("Acknowledged")
    assert "pending" not in alerts(told)


def test_a_rule_is_tried_on_the_past_while_it_is_written(visitor: Visitor, told: House) -> None:
    visitor.expected = ("422",)
    told.sql("INSERT INTO camera_zones (camera_id, name, coordinates) VALUES ('garden', 'Lawn', '[[0,0],[1,0],[1,1]]')")
    told.sql("UPDATE events SET risk_score = 80 WHERE camera_id = 'garden'")
    page = visitor.page
    visitor.log_in("operator", to="/#/alerts")
    page.get_by_role("link", name="Rules").click()
    expect(page.get_by_role("link", name="New rule")).to_be_visible()
    expect(page.get_by_text("Anybody")).to_be_visible()
    page.get_by_role("link", name="New rule").click()
    tried = page.locator(".tried")
    expect(tried).to_contain_text("3 alerts of 3 events")
    page.get_by_label("Front door", exact=True).check()
    expect(tried).to_contain_text("2 alerts of 3 events")
    page.get_by_label("Front door", exact=True).uncheck()
    page.get_by_label("Only for").fill("cat")
    expect(tried).to_contain_text("It would have missed this one")
    expect(tried.locator(".tried-event")).to_contain_text("another rule told of it")
    page.get_by_label("Only for").fill("person")
    page.get_by_label("One alert for each").fill("{weekday}")
    expect(page.locator("[data-field=dedup_key_template] .complaint")).to_contain_text("{weekday} is none of")
    page.get_by_label("One alert for each").fill("{rule}:{incident}")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-field=name] .complaint")).to_have_text("It needs a name.")
    page.get_by_label("Name").fill("Strangers at night")
    page.get_by_label("Who", exact=True).select_option("not_trusted")
    page.get_by_label("Lawn (Garden)").check()
    page.get_by_label("Stays for").fill("20")
    page.get_by_label("From", exact=True).fill("22:00")
    page.get_by_label("Until", exact=True).fill("06:00")
    page.get_by_label("Fri").check()
    page.get_by_label("Crouching").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Strangers at night")).to_be_visible()
    [rule] = told.rows("SELECT * FROM alert_rules WHERE name = 'Strangers at night'")
    assert rule.conditions == {"identity": ["not_trusted"], "dwell_seconds": 20, "poses": ["crouching"]}
    assert rule.schedule == {"days": ["fri"], "start": "22:00", "end": "06:00", "timezone": "UTC"}
    assert (rule.object_types, len(rule.zone_ids), rule.camera_ids) == (["person"], 1, None)
    page.get_by_role("link", name="Strangers at night").click()
    expect(page.get_by_label("Stays for")).to_have_value("20")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete for good?").click()
    expect(page.get_by_role("link", name="Strangers at night")).to_have_count(0)
