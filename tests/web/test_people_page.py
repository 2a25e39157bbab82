"""The page of people: members, vehicles and strangers; and saying who somebody is on the page of an event."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from playwright.sync_api import Browser, expect

from homesec.store.writes.access import By
from homesec.store.writes.people import CreateMember
from tests.web.house import House, Sight
from tests.web.visitor import Visitor

WALKER = Sight("person", 0.9, (0.27, 0.37, 0.43, 0.8))


def looked_at(house: House) -> list[Any]:
    """Further models give every person a vector, and a face."""
    rows = house.rows("SELECT id, camera_id, detected_at FROM detections WHERE object_type = 'person'")
    for row in rows:
        vector = np.eye(8, dtype="<f4")[row.id % 8]
        text = str([float(part) for part in vector])
        house.sql(
            "INSERT INTO reid_embeddings (detection_id, embedding, model, embedding_hash) "
            "VALUES (:id, :text, 'm', :sha)", id=row.id, text=text, sha=hashlib.sha256(vector.tobytes()).digest(),
        )  # fmt: skip
        house.sql(
            "INSERT INTO face_detection_events (camera_id, detection_id, timestamp, bbox, model, embedding, "
            "embedding_model, outcome, is_unknown, quality) VALUES (:camera, :id, :at, ARRAY[0.31, 0.37, 0.36, "
            "0.45], 'f', :text, 'm', 'unknown', true, 0.8)",
            camera=row.camera_id, id=row.id, at=row.detected_at, text=text,
        )  # fmt: skip
    return rows


def test_people_are_added_recognised_and_erased(visitor: Visitor, house: House, bus: bytes) -> None:
    door = house.camera("front_door", "Front door")
    now = datetime.now(UTC)
    house.see(door, bus, [WALKER], now - timedelta(minutes=8))
    [seen] = looked_at(house)
    house.sql(
        "INSERT INTO entities (entity_type, first_seen_at, last_seen_at, primary_detection_id, entity_metadata) "
        "VALUES ('person', now() - interval '9 days', now(), :id, jsonb_build_object('cameras', "
        "jsonb_build_array('front_door'), 'visits', jsonb_build_array(now() - interval '9 days', now())))",
        id=seen.id,
    )
    visitor.log_in(to="/#/people")
    page = visitor.page
    expect(page.get_by_role("heading", name="Nobody is known yet")).to_be_visible()
    expect(page.get_by_text("The same unknown person, twice in 30 days")).to_be_visible()
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("Name", exact=True).fill("Ann")
    page.get_by_label("Usually here").fill("sometimes")
    visitor.expected = ("422",)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-field=typical_schedule] .complaint")).to_contain_text("sometimes")
    page.get_by_label("Usually here").fill("weekdays 17:00-08:00")
    page.get_by_role("button", name="Save").click()
    card = page.locator(".person")
    expect(card).to_contain_text("Lives here · Trusted always")
    expect(card).to_contain_text("Not known by sight yet")

    [event] = house.rows("SELECT id FROM events")
    visitor.go(f"/events/{event.id}")
    page.get_by_label("Who is this?").select_option("Ann")
    expect(page.get_by_text("This is Ann.")).to_be_visible()
    assert house.rows("SELECT count(*) FROM person_embeddings UNION ALL SELECT count(*) FROM face_embeddings") == [
        (1,), (1,),
    ]  # fmt: skip

    visitor.go("/people")
    expect(card.locator(".look img")).to_have_count(2)
    page.get_by_role("button", name="Add a vehicle").click()
    page.get_by_label("What it is").fill("The blue estate")
    page.get_by_label("Number plate").fill("b-kt 4821")
    page.get_by_label("Belongs to").select_option("Ann")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".row")).to_contain_text("BKT4821")
    assert visitor.has_no_sideways_scroll()

    page.get_by_role("button", name="Erase …").click()
    page.get_by_role("button", name="Erase Ann for good").click()
    expect(page.get_by_role("heading", name="Nobody is known yet")).to_be_visible()
    assert house.rows("SELECT job_type FROM jobs ORDER BY created_at") == [("relabel",), ("erase",)]


def test_a_zone_belongs_to_somebody_at_certain_hours(visitor: Visitor, house: House, bus: bytes) -> None:
    house.see(house.camera("front_door", "Front door"), bus, [])
    by = By("cli")
    values = {"role": "resident", "trusted_level": "full", "typical_schedule": None, "notes": None}
    ann, bob = (house.apply(CreateMember(None, values | {"name": name}, by))["id"] for name in ("Ann", "Bob"))
    house.sql(
        "INSERT INTO camera_zones (camera_id, name, coordinates) "
        "VALUES ('front_door', 'Porch', '[[0.2, 0.4], [0.6, 0.4], [0.6, 0.8]]')"
    )
    visitor.log_in("operator", to="/#/cameras/front_door/zones")
    page = visitor.page
    page.get_by_role("button", name="Porch").click()
    page.get_by_label("Belongs to").select_option("Ann")
    page.get_by_label("Bob", exact=True).check()
    page.get_by_role("button", name="+ Add hours").click()
    page.get_by_label("Hours", exact=True).fill("* 25 * * *")
    visitor.expected = ("422",)
    page.get_by_role("button", name="Save who belongs here").click()
    expect(page.locator(".zone-people .complaint")).to_contain_text("hour")
    page.get_by_label("Hours", exact=True).fill("* 8-11 * * tue")
    page.get_by_role("button", name="Save who belongs here").click()
    expect(page.locator(".zone-people [role=status]")).to_have_text("Saved.")
    [saved] = house.rows("SELECT owner_id, allowed_member_ids, access_schedules FROM zone_household_configs")
    assert (saved.owner_id, saved.allowed_member_ids) == (ann, [bob])
    assert saved.access_schedules == [{"member_ids": [ann], "cron": "* 8-11 * * tue", "description": ""}]


def test_a_viewer_is_told_why_there_is_nothing(chromium: Browser, house: House) -> None:
    phone = Visitor(chromium, house, width=375, height=740, is_mobile=True)
    try:
        phone.log_in("viewer", to="/#/people")
        expect(phone.page.get_by_text("operators of the whole house only")).to_be_visible()
        assert phone.has_no_sideways_scroll()
        phone.no_complaints()
    finally:
        phone.leave()
