"""Search: by words, by meaning, by both, with filters, page by page."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from homesec.domain.insights import Embedding
from homesec.errors import Unavailable
from homesec.search.fakes import HashWords
from homesec.search.indexing import Indexing
from homesec.store.writes.meaning import EnsureMeaningIndex, Meaning, SaveMeanings
from tests.api.house import T0, House

pytestmark = pytest.mark.timeout(60)

SAID = {  # event id to summary and reasoning
    1: ("a person with a ladder", "climbed over the fence; at night"),
    2: ("a person", "lingered at the front door; at night"),
    3: ("a dog", "ran past the door in front; by day"),
    4: ("a truck", "delivered a parcel; by day"),
    5: ("a person and a dog", "passed the sidewalk; by day"),
}


@pytest.fixture
def meaning(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[House]:
    """A house where the fake model is asked for."""
    house = House(tmp_path / "data", database_url, redis_url, search={"model": HashWords.name})
    try:
        _tell(house)
        yield house
    finally:
        house.close()


def _tell(house: House) -> None:
    house.camera("yard")
    house.camera("street")
    for number, (summary, reasoning) in SAID.items():
        house.sql(
            "INSERT INTO batches (id, camera_id, started_at, last_at, revision) OVERRIDING SYSTEM VALUE"
            " VALUES (:id, 'yard', now(), now(), 1)",
            id=number,
        )
        house.sql(
            "INSERT INTO events (id, batch_id, batch_revision, camera_id, started_at, ended_at, risk_score, risk_level,"
            " summary, reasoning, object_types, search_vector) OVERRIDING SYSTEM VALUE"
            " VALUES (:id, :id, 1, :camera, :at, :at, :score, :level, :summary, :reasoning, '{}',"
            " to_tsvector('english', :said))",
            id=number, camera="street" if number > 3 else "yard", at=T0 + timedelta(hours=number), score=number,
            level="high" if number < 3 else "low", summary=summary, reasoning=reasoning, said=f"{summary} {reasoning}",
        )  # fmt: skip


def _index(house: House) -> int:
    """Let the searcher do what is due."""
    indexing = Indexing(HashWords(), asyncio.to_thread, house.services.database, house.services.write)
    done = 0
    while now := house.run(indexing.round()):
        done += now
    return done


def _ask(client: httpx.Client, q: str, **query: Any) -> dict[str, Any]:
    answer = client.get("/api/events/search", params={"q": q, **query})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _ids(page: dict[str, Any]) -> list[int]:
    return [item["id"] for item in page["items"]]


def test_without_a_model_the_answer_says_so_and_words_are_searched(house: House, owner: httpx.Client) -> None:
    _tell(house)
    page = _ask(owner, "person -dog")
    assert (set(_ids(page)), page["mode"]) == ({1, 2}, "words")
    assert "search.model" in page["note"]
    nothing = _ask(owner, "person", mode="meaning")
    assert (nothing["items"], nothing["mode"], nothing["note"]) == ([], "meaning", page["note"])
    assert _ask(owner, "person", mode="words")["note"] is None
    assert _ids(_ask(owner, '"front door"')) == [2]  # and not the door in front
    assert _ids(_ask(owner, "person", level="high", since=(T0 + timedelta(hours=2)).isoformat())) == [2]
    assert _ids(_ask(owner, "nobody")) == []
    [item] = _ask(owner, '"front door"')["items"]
    assert "".join(part["text"] for part in item["snippet"]) == "a person. lingered at the front door; at night"
    assert [part["text"] for part in item["snippet"] if part["hit"]] == ["front", "door"]
    assert item["found_by"] == ["words"]


def test_by_meaning_the_nearest_come_first_and_both_knows_more_than_either(meaning: House) -> None:
    assert _index(meaning) == 5
    with meaning.client(meaning.key()) as owner:
        page = _ask(owner, "ladders fences climbing", mode="meaning")
        assert (_ids(page)[0], page["mode"], page["note"]) == (1, "meaning", None)
        assert page["items"][0]["found_by"] == ["meaning"]
        by_words = _ids(_ask(owner, "person at night parcel", mode="words"))
        both = _ask(owner, "person at night parcel")
        assert by_words == []  # no event has all of the words
        assert both["mode"] == "both"
        assert {1, 2} <= set(_ids(both))
        best = _ask(owner, "person at night")["items"][0]
        assert (best["id"], best["found_by"]) in [(1, ["meaning", "words"]), (2, ["meaning", "words"])]
        assert 5 not in _ids(_ask(owner, "person passed -dog"))  # what is excluded is excluded in every way
        assert _ids(_ask(owner, 'a person at the "front door"', mode="meaning")) == [2]
        assert set(_ids(_ask(owner, "person", mode="meaning", camera="street"))) <= {4, 5}
        whole = _ids(_ask(owner, "a person at the door by day"))
        pages, cursor = [], None
        while True:
            part = _ask(owner, "a person at the door by day", limit=2, **({"cursor": cursor} if cursor else {}))
            pages += _ids(part)
            if (cursor := part["next_cursor"]) is None:
                break
        assert pages == whole
        assert len(whole) > 2
        assert _ids(_ask(owner, "xyzzy", mode="meaning")) == []
    with meaning.client(meaning.key("viewer", ("street",))) as limited:
        assert set(_ids(_ask(limited, "person"))) == {5}


def test_a_changed_event_is_embedded_again_and_another_models_vectors_are_not_compared(meaning: House) -> None:
    assert _index(meaning) == 5
    assert _index(meaning) == 0
    meaning.sql("UPDATE events SET summary = 'a helicopter', revision = revision + 1 WHERE id = 4")
    stale = Meaning(4, 1, (1.0, *[0.0] * 127))
    meaning.apply(SaveMeanings(HashWords.name, (stale,)))  # it was embedded before the change
    assert _index(meaning) == 1
    with meaning.client(meaning.key()) as owner:
        assert _ids(_ask(owner, "helicopter", mode="meaning")) == [4]
        other = EnsureMeaningIndex("other 'model'", 3)
        meaning.apply(other)
        meaning.apply(other)
        meaning.apply(SaveMeanings(other.model, (Meaning(4, 2, (1.0, 0.0, 0.0)),)))
        assert _ids(_ask(owner, "helicopter", mode="meaning")) == []
    [index] = meaning.rows("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'hnsw_events_%'")
    assert index.indexname.endswith("_3")
    assert _index(meaning) == 1, "what another model said is due again"
    assert meaning.rows("SELECT DISTINCT embedding_model, revision FROM events WHERE id = 4") == [(HashWords.name, 2)]


def test_while_the_model_is_away_words_are_searched(meaning: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_: str) -> Embedding | None:
        raise Unavailable("the searcher is not there at the moment")

    monkeypatch.setattr(meaning.services, "meaning", away)
    with meaning.client(meaning.key()) as owner:
        page = _ask(owner, "helicopter or parcel")
        assert (_ids(page), page["mode"]) == ([4], "words")
        assert "not there" in page["note"]
        assert owner.get("/api/events/search?q=x&mode=meaning").status_code == 503


def test_events_are_found_by_who_is_seen_in_them(house: House, owner: httpx.Client) -> None:
    for camera in (house.camera("yard"), house.camera("street")):
        house.see(camera, "person")
    house.settle()
    entity = "11111111-2222-3333-4444-555555555555"
    house.sql(
        "INSERT INTO entities (id, entity_type, first_seen_at, last_seen_at) VALUES (:id, 'person', :at, :at)",
        id=entity, at=T0,
    )  # fmt: skip
    house.sql("UPDATE tracks SET entity_id = :id WHERE camera_id = 'yard'", id=entity)
    for path in ("/api/events", "/api/events/search?q=person"):
        found = owner.get(path, params={"entity": entity, **({"q": "person"} if "search" in path else {})}).json()
        assert [event["camera_id"] for event in found["items"]] == ["yard"], path
    assert owner.get("/api/events", params={"entity": "nobody"}).status_code == 422
