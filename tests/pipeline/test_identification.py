"""Who is seen again: on a real database, with vectors as models give them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from homesec.domain.identity import unit
from homesec.domain.insights import Embedding, Insight
from homesec.errors import Conflict, NotFound
from homesec.sim.truth.vectors import REID
from homesec.store.sessions import sync_engine
from homesec.store.writes.access import By
from homesec.store.writes.enrichment import SaveEnrichment
from homesec.store.writes.entities import MergeEntities, SplitEntity, UpdateEntity
from tests.pipeline.street import NOON, SESSION, Street, crop, direction, later, looks, said, street

BY = By("cli")


@pytest.fixture
def road(database_url: str) -> Iterator[Street]:
    with street(database_url) as found:
        yield found


def test_the_same_person_is_one_entity_on_all_cameras_and_others_are_others(road: Street) -> None:
    ann, ben, cleo = looks(3)
    first = [road.pass_by("door", later(5 * number), look)[1] for number, look in enumerate((ann, ben, cleo))]
    assert len(set(first)) == 3
    again = [road.pass_by("yard", later(60 + 5 * number), look)[1] for number, look in enumerate((cleo, ann, ben))]
    assert again == [first[2], first[0], first[1]]
    row = road.rows(
        "SELECT entity_type, trust_status, detection_count, first_seen_at, last_seen_at, primary_detection_id, "
        "embedding_model, vector_norm(embedding) AS length FROM entities WHERE id = CAST(:id AS uuid)", id=first[0],
    )[0]  # fmt: skip
    assert (row.entity_type, row.trust_status, row.detection_count) == ("person", "unknown", 8)
    assert (row.first_seen_at, row.last_seen_at) == (NOON, later(65) + timedelta(seconds=6))
    assert (row.embedding_model, round(row.length, 4)) == (REID, 1.0)
    assert row.primary_detection_id is not None
    metadata = road.metadata(first[0])
    assert metadata["cameras"] == ["door", "yard"]
    assert metadata["visits"] == [NOON.isoformat(), later(65).isoformat()]
    assert road.one("SELECT count(*) FROM reid_embeddings WHERE octet_length(embedding_hash) = 32") == 24


def test_ten_at_once_make_no_twins(road: Street, database_url: str) -> None:
    """Ten connections store what was seen of one person by ten cameras, all at the same time."""
    look = direction()
    seen = [road.track(f"camera_{number}", later(number), 4) for number in range(10)]
    engine = sync_engine(database_url, "ten", pool=10)

    def save(track: int, detections: list[int]) -> None:
        unit_ = SaveEnrichment(road.batches[track], None, "fake", tuple(said(one, look) for one in detections))
        with engine.begin() as connection:
            unit_.apply(connection)

    with ThreadPoolExecutor(10) as pool:
        for one in [pool.submit(save, track, detections) for track, detections in seen]:
            one.result()
    engine.dispose()
    assert road.one("SELECT count(*) FROM entities") == 1
    assert road.one("SELECT count(DISTINCT entity_id) FROM tracks") == 1
    assert road.one("SELECT detection_count FROM entities") == 40


def test_what_is_said_twice_counts_once(road: Street) -> None:
    track, detections = road.track("door", NOON, 3)
    told = tuple(said(one, direction()) for one in detections)
    for _ in range(2):
        road.say(track, *told)
    assert road.rows("SELECT detection_count FROM entities") == [(3,)]
    assert road.one("SELECT count(*) FROM reid_embeddings") == 3


def test_two_who_are_there_at_once_are_two_however_alike(road: Street) -> None:
    look = direction()
    _, one = road.pass_by("door", NOON, look)
    _, other = road.pass_by("door", NOON, look)
    assert one != other
    _, elsewhere = road.pass_by("yard", later(2), look)
    assert elsewhere in (one, other)


def test_what_a_poor_picture_tore_apart_is_one_again_with_more_of_it(road: Street) -> None:
    look, far = direction(), direction()
    _, entity = road.pass_by("door", NOON, look, crops=8)
    track, [poor, *good] = road.track("yard", later(600), 6)
    road.say(track, Insight(poor, appearance=Embedding(REID, unit(0.25 * look + far))))
    assert road.entity(track) != entity
    road.say(track, *(said(one, look) for one in good))
    assert road.entity(track) == entity
    assert road.one("SELECT count(*) FROM entities") == 1
    assert road.one("SELECT detection_count FROM entities") == 14


def test_a_face_ties_an_entity_to_the_member_and_to_their_trust(road: Street) -> None:
    face, body, stranger = looks(3)
    person, member = road.member("Ann", "full", face)
    road.member("Ben", "full", direction())
    _, entity = road.pass_by("door", NOON, body, face=face)
    faces = road.rows("SELECT outcome, is_unknown, matched_person_id, match_confidence FROM face_detection_events")
    assert {row[:3] for row in faces} == {("match", False, person)}
    assert all(0.3 < row.match_confidence <= 1 for row in faces)
    metadata = road.metadata(entity)
    assert (metadata["person_id"], metadata["member_id"]) == (person, member)
    assert road.rows("SELECT trust_status, name FROM entities") == [("trusted", "Ann")]
    assert road.pass_by("yard", later(60), body)[1] == entity  # from behind: by the look alone
    coat = direction()
    assert road.pass_by("door", later(900), coat, face=face)[1] == entity  # in another coat: by the face alone
    _, other = road.pass_by("door", later(2000), stranger, face=direction())
    assert other != entity
    assert road.one("SELECT count(*) FROM face_detection_events WHERE outcome = 'unknown' AND is_unknown") == 4


def test_faces_that_are_covered_poor_or_without_a_vector_are_nobodys(road: Street) -> None:
    face = direction()
    road.member("Ann", "full", face)
    track, [first, second] = road.track("door", NOON, 2)
    road.say(track, said(first, None, face=face, covered=True), said(second, None, face=face, quality=0.05))
    found = road.rows("SELECT DISTINCT outcome, is_unknown, matched_person_id FROM face_detection_events")
    assert found == [("not_identifiable", False, None)]
    assert road.entity(track) == "None"


def test_a_body_ties_too_and_a_member_who_is_only_watched_is_not_trusted(road: Street) -> None:
    body = direction()
    _, member = road.member("Gus", "monitor", None, body=body)
    _, entity = road.pass_by("door", NOON, body)
    assert road.metadata(entity)["member_id"] == member
    assert road.rows("SELECT trust_status FROM entities") == [("unknown",)]


def test_a_plate_ties_a_vehicle_even_when_one_sign_is_misread_and_the_look_agrees(road: Street) -> None:
    look = direction()
    registered = road.one(
        "INSERT INTO registered_vehicles (description, license_plate, color) VALUES ('Ours', 'BKT4821', 'blue') "
        "RETURNING id"
    )
    car: dict[str, Any] = {"kind": "car", "color": "blue"}
    _, entity = road.pass_by("drive", NOON, look, plate="BKT4821", **car)
    metadata = road.metadata(entity)
    assert (metadata["vehicle_id"], metadata["plate"], metadata["colours"]) == (registered, "BKT4821", ["blue"])
    assert road.rows("SELECT entity_type, trust_status FROM entities") == [("vehicle", "trusted")]
    assert road.pass_by("drive", later(100), look, plate="BKT482I", **car)[1] == entity
    _, red = road.pass_by("drive", later(300), direction(), plate="8KT4821", kind="car", color="red")
    assert red != entity
    _, other = road.pass_by("drive", later(500), look, plate="BKT4899", **car)
    assert other != entity  # it looks the same, and its plate is another
    assert road.pass_by("drive", later(700), look, **car)[1] in (entity, other)  # by the look


def test_not_this_one_is_obeyed_at_once_and_for_ever(road: Street) -> None:
    """A stranger who looks much like a member is taken for them, until the owner says so once."""
    ann = direction()
    road.member("Ann", "full", None, body=ann)
    twin = direction(ann, 0.9 * direction())
    _, entity = road.pass_by("door", NOON, ann, crops=8)
    track, taken_for = road.pass_by("yard", later(120), twin, crops=6)
    assert taken_for == entity
    other = road.write(SplitEntity(entity, (track,), BY, action="reject"))["entity_id"]
    assert road.entity(track) == other != entity
    assert "person_id" not in road.metadata(other)
    assert road.rows("SELECT trust_status FROM entities WHERE id = CAST(:id AS uuid)", id=other) == [("unknown",)]
    for day in range(1, 4):
        assert road.pass_by("yard", later(1440 * day), twin, crops=6)[1] == other
        assert road.pass_by("door", later(1440 * day + 200), ann, crops=6)[1] == entity
    road.say(track, said(road.detection(track, later(121)), twin))  # the same sighting goes on
    assert road.entity(track) == other
    kinds = road.rows("SELECT kind, track_id, embedding_model, created_by FROM entity_rulings")
    assert kinds == [("different", track, REID, "cli")]


def test_it_is_somebody_else_instead(road: Street) -> None:
    ann, ben = looks(2)
    _, of_ann = road.pass_by("door", NOON, ann, crops=8)
    _, of_ben = road.pass_by("door", later(50), ben, crops=8)
    mask = direction(ann, 0.9 * direction())
    track, entity = road.pass_by("yard", later(120), mask, crops=6)
    assert entity == of_ann
    assert road.write(SplitEntity(of_ann, (track,), BY, of_ben, "reject")) == {"entity_id": of_ben}
    assert road.pass_by("yard", later(3000), mask, crops=6)[1] == of_ben
    assert road.pass_by("yard", later(4000), ben)[1] == of_ben
    with pytest.raises(NotFound):
        road.write(SplitEntity(of_ann, (track,), BY, of_ben, "reject"))


def test_what_the_owner_made_one_stays_one_in_both_looks(road: Street) -> None:
    coat, shirt = looks(2)
    _, one = road.pass_by("door", NOON, coat, crops=6)
    _, other = road.pass_by("door", later(100), shirt, crops=6)
    road.write(UpdateEntity(other, {"name": "The gardener", "trust_status": "untrusted"}, BY))
    assert road.write(MergeEntities(one, (other,), BY)) == one
    [row] = road.rows("SELECT CAST(id AS text), name, trust_status, detection_count FROM entities")
    assert row == (one, "The gardener", "untrusted", 12)
    assert len(road.metadata(one)["visits"]) == 2
    for minutes, look in ((3000, coat), (4000, shirt), (5000, coat)):
        assert road.pass_by("yard", later(minutes), look)[1] == one
    with pytest.raises(NotFound):
        road.write(MergeEntities(one, (other,), BY))
    _, car = road.pass_by("drive", later(6000), direction(), kind="car")
    with pytest.raises(Conflict):
        road.write(MergeEntities(one, (car,), BY))


def test_what_was_split_is_not_healed_and_the_newest_word_counts(road: Street) -> None:
    look = direction()
    first, entity = road.pass_by("door", NOON, look, crops=6)
    second, same = road.pass_by("yard", later(100), look, crops=6)
    assert same == entity
    with pytest.raises(Conflict):
        road.write(SplitEntity(entity, (first, second), BY))
    other = road.write(SplitEntity(entity, (second,), BY))["entity_id"]
    assert road.rows("SELECT detection_count FROM entities ORDER BY first_seen_at") == [(6,), (6,)]
    assert road.pass_by("door", later(3000), look, crops=6)[1] == other  # the benefit of the doubt
    assert road.one("SELECT count(*) FROM entities") == 2
    road.write(MergeEntities(entity, (other,), BY))
    assert road.pass_by("door", later(6000), look, crops=6)[1] == entity
    assert road.one("SELECT count(*) FROM entities") == 1
    actions = road.rows("SELECT action, resource_type, resource_id FROM audit_logs ORDER BY id")
    assert actions == [("split", "entity", entity), ("merge", "entity", entity)]


def test_the_trust_that_the_owner_gives_stands_whomever_it_is_taken_for(road: Street) -> None:
    face, body = looks(2)
    road.member("Ann", "full", face)
    _, entity = road.pass_by("door", NOON, body, face=face)
    road.write(UpdateEntity(entity, {"trust_status": "untrusted"}, BY))
    road.pass_by("door", later(100), body, face=face)
    assert road.rows("SELECT trust_status FROM entities") == [("untrusted",)]


def test_a_tie_ends_with_the_person(road: Street) -> None:
    face, body = looks(2)
    person, _ = road.member("Ann", "full", face)
    _, entity = road.pass_by("door", NOON, body, face=face)
    road.rows("DELETE FROM known_persons WHERE id = :id", id=person)
    assert road.pass_by("door", later(100), body)[1] == entity
    assert "person_id" not in road.metadata(entity)
    assert road.rows("SELECT trust_status FROM entities") == [("unknown",)]


def test_each_model_has_its_index_and_two_models_are_never_compared(road: Street) -> None:
    look = direction()
    _, entity = road.pass_by("door", NOON, look)
    track, detections = road.track("door", later(100), 3)
    other = [unit(crop(look)[:64]) for _ in detections]
    road.say(track, *(Insight(one, appearance=Embedding("osnet-x1", v)) for one, v in zip(detections, other)))  # noqa: B905
    assert road.entity(track) != entity
    found = road.rows("SELECT tablename, indexdef FROM pg_indexes WHERE indexname LIKE 'hnsw_%' ORDER BY indexdef")
    assert [(table, "vector(128)" in made) for table, made in found] == [
        ("entities", False), ("entities", True), ("reid_embeddings", False), ("reid_embeddings", True)
    ]  # fmt: skip
    assert all("vector_cosine_ops" in made and "WHERE" in made for _, made in found)


def test_who_comes_very_often_is_still_found_through_the_index(database_url: str) -> None:
    """Each sighting leaves an outdated version of the row in the index, until PostgreSQL cleans up."""
    with street(database_url) as road:
        name = road.one("SELECT current_database()")
        road.rows(f"ALTER DATABASE {name} SET enable_seqscan = off")  # for the writer, who comes later
        road.rows("ALTER TABLE entities SET (autovacuum_enabled = off)")
        ida = direction()
        found = {road.pass_by("door", later(40 * number), ida, crops=2)[1] for number in range(90)}
        assert len(found) == 1
        assert road.one("SELECT count(*) FROM entities") == 1


def test_an_unknown_one_where_it_never_was_is_told_once(road: Street) -> None:
    road.track("yard", NOON, 1)
    zone = road.one(
        "INSERT INTO camera_zones (camera_id, name, zone_type, coordinates) "
        "VALUES ('yard', 'Shed', 'restricted', '[[0, 0], [1, 0], [1, 1]]') RETURNING id"
    )
    ann = direction()
    road.member("Ann", "full", None, body=ann)

    def visit(minutes: float, look: Any) -> str:
        track, detections = road.track("yard", later(minutes), 4)
        number = road.one("SELECT track_id FROM tracks WHERE id = :id", id=track)
        road.rows(
            "INSERT INTO dwell_time_records (zone_id, camera_id, session, track_id, object_class, entry_time) "
            "VALUES (:z, 'yard', :s, :n, 'person', :at)", z=zone, s=SESSION, n=number, at=later(minutes),
        )  # fmt: skip
        road.say(track, *(said(one, look) for one in detections))
        return road.entity(track)

    for day in range(12):
        visit(10 + 1440 * day, ann)
    assert road.rows("SELECT id FROM zone_anomalies") == []
    thief = direction()
    entity = visit(20000, thief)
    visit(22000, thief)
    [row] = road.rows("SELECT id, anomaly_type, severity, actual, detection_id FROM zone_anomalies")
    assert row[:4] == (f"unusual_entity:{zone}:{entity}", "unusual_entity", "warning", 1.0)
    assert row.detection_id is not None
    [(told,)] = road.rows("SELECT payload FROM outbox WHERE type = 'zone.anomaly'")
    assert told["anomaly_type"] == "unusual_entity"


def test_a_track_that_was_followed_anew_gets_its_entity_again(road: Street) -> None:
    look = direction()
    track, entity = road.pass_by("door", NOON, look)
    road.rows("UPDATE tracks SET entity_id = NULL WHERE id = :id", id=track)
    road.say(track)
    assert road.entity(track) == entity
    assert road.one("SELECT detection_count FROM entities") == 4
