"""A POST that is repeated with its Idempotency-Key is done once."""

import concurrent.futures

import httpx
import pytest

from tests.api.house import House

pytestmark = pytest.mark.timeout(60)
ONCE = {"Idempotency-Key": "a1"}


def test_a_repeated_post_is_done_once_and_answered_as_the_first_time(house: House, owner: httpx.Client) -> None:
    first = owner.post("/api/cameras", json={"name": "yard"}, headers=ONCE)
    owner.patch("/api/cameras/yard", json={"name": "changed meanwhile"})
    second = owner.post("/api/cameras", json={"name": "yard"}, headers=ONCE)
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (201, first.json())
    assert owner.post("/api/cameras", json={"name": "yard"}).status_code == 409  # without the key it is another one
    assert len(house.rows("SELECT 1 FROM audit_logs WHERE action = 'create' AND resource_type = 'camera'")) == 1


def test_the_same_key_for_another_request_is_refused(owner: httpx.Client) -> None:
    owner.post("/api/cameras", json={"name": "yard"}, headers=ONCE)
    assert owner.post("/api/cameras", json={"name": "street"}, headers=ONCE).status_code == 422
    assert owner.post("/api/cameras/yard/restore", headers=ONCE).status_code == 422


def test_keys_of_different_callers_are_different(house: House, owner: httpx.Client) -> None:
    owner.post("/api/cameras", json={"name": "yard"}, headers=ONCE)
    with house.client(house.key()) as other:
        assert other.post("/api/cameras", json={"name": "street"}, headers=ONCE).status_code == 201


def test_a_failed_request_is_not_remembered(house: House, owner: httpx.Client) -> None:
    house.camera("yard")
    assert owner.post("/api/cameras", json={"name": "yard"}, headers=ONCE).status_code == 409
    house.sql("DELETE FROM cameras")
    assert owner.post("/api/cameras", json={"name": "yard"}, headers=ONCE).status_code == 201


def test_a_new_key_is_shown_once_even_to_a_repetition(house: House, owner: httpx.Client) -> None:
    first = owner.post("/api/keys", json={"name": "guest"}, headers=ONCE).json()
    second = owner.post("/api/keys", json={"name": "guest"}, headers=ONCE).json()
    assert first["key"].startswith("hs_")
    assert second == {**first, "key": None}
    assert first["key"] not in str(house.rows("SELECT * FROM idempotency_keys"))


def test_ten_repetitions_at_once_are_done_once(house: House, owner: httpx.Client) -> None:
    def post(_: int) -> int:
        return int(owner.post("/api/keys", json={"name": "guest"}, headers=ONCE).json()["id"])

    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(post, range(10)))) == 1
    assert len(house.rows("SELECT 1 FROM api_keys WHERE name = 'guest'")) == 1


def test_a_repeated_upload_is_stored_once(house: House, owner: httpx.Client) -> None:
    house.camera("yard")
    path, how = "/api/cameras/yard/uploads", {"Content-Type": "image/jpeg", **ONCE}
    first = owner.post(path, content=b"x", headers=how)
    second = owner.post(path, content=b"x", headers=how)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(list((house.settings.cameras_dir / "yard").iterdir())) == 1


def test_another_picture_with_the_key_of_an_earlier_one_is_refused(house: House, owner: httpx.Client) -> None:
    house.camera("yard")
    path, how = "/api/cameras/yard/uploads", {"Content-Type": "image/jpeg", **ONCE}
    assert owner.post(path, content=b"x", headers=how).status_code == 202
    answer = owner.post(path, content=b"y", headers=how)
    assert answer.status_code == 422
    assert "another request" in answer.text
    assert owner.post(path, content=b"x", headers=how).status_code == 202


def test_keys_are_forgotten_after_a_day(house: House, owner: httpx.Client) -> None:
    owner.post("/api/cameras", json={"name": "yard"}, headers=ONCE)
    house.sql("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'")
    assert owner.post("/api/cameras", json={"name": "yard"}, headers=ONCE).status_code == 409
    owner.post("/api/cameras", json={"name": "street"}, headers={"Idempotency-Key": "b"})
    assert [row.key for row in house.rows("SELECT key FROM idempotency_keys")] == ["b"]


def test_a_key_that_is_no_token_is_refused(owner: httpx.Client) -> None:
    for key in ("", "x" * 201, "a b"):
        answer = owner.post("/api/cameras", json={"name": "x"}, headers={"Idempotency-Key": key})
        assert answer.status_code == 422, key
