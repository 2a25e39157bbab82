"""The writes of aggregator and analyst: repeated, late and doubled, they change nothing twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from homesec.domain.batches import Growth, Span
from homesec.domain.judgement import judge
from homesec.domain.risk import recompute
from homesec.domain.scene_facts import Scene, Track
from homesec.errors import Conflict
from homesec.store.sessions import sync_engine
from homesec.store.writer import Writer
from homesec.store.writes.batches import FailAnalysis, SaveBatches
from homesec.store.writes.events import SaveEvent
from homesec.store.writes.senses import NothingNew, more_is_known, more_is_known_around

T0 = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


class House:
    """One camera with some detected uploads of one detection each, and a writer."""

    def __init__(self, url: str, uploads: int) -> None:
        self.engine = sync_engine(url, "test")
        self.writer = Writer(url)
        with self.engine.begin() as connection:
            connection.execute(text("INSERT INTO cameras (id, name, folder_path) VALUES ('door', 'Door', 'door')"))
            for number in range(1, uploads + 1):
                at = T0 + timedelta(seconds=number)
                connection.execute(
                    text(
                        "INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, "
                        "captured_at, time_source, received_at, state, detected_on) VALUES ('door', 'v', :path, 1, 1, "
                        "sha256(CAST(:path AS bytea)), 'image', :at, 'exif', :at, 'detected', :at)"
                    ),
                    {"path": str(number).encode(), "at": at},
                )
                connection.execute(
                    text(
                        "INSERT INTO detections (upload_id, camera_id, file_path, ordinal, detected_at, object_type, "
                        "confidence, x1, y1, x2, y2, frame_width, frame_height, media_type, model) VALUES (:n, 'door', "
                        "'x.jpg', 0, :at, 'person', 0.9, 0, 0, 1, 1, 640, 480, 'image', 'fake')"
                    ),
                    {"n": number, "at": at},
                )

    def one(self, query: str) -> object:
        with self.engine.connect() as connection:
            return connection.execute(text(query)).scalar()

    def all(self, query: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def write(self, unit: object) -> object:
        [result], _ = self.writer.apply([unit])  # type: ignore[list-item]
        return result

    def event(
        self, revision: int, closed: bool = False, object_type: str = "person", senses: int = 0, cause: str = ""
    ) -> SaveEvent:
        risk = judge(Scene(tracks=(Track(object_type, 0.9),)))
        return SaveEvent(
            batch_id=1, batch_revision=revision, senses_revision=senses, cause=cause or f"batch:{revision}",
            camera_id="door", started_at=T0, ended_at=T0 + timedelta(seconds=9),
            closed=closed, risk=risk, summary="1 person", reasoning="a person is seen.", object_types=(object_type,),
            detection_ids=(1,), cover_detection_id=1, models={"detector": ["fake"]}, latency_s=0.01,
        )  # fmt: skip


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    house = House(database_url, uploads=3)
    yield house
    house.writer.close()
    house.engine.dispose()


def grown(*detections: int, batch_id: int | None = None, revision: int = 0, reason: str | None = None) -> Growth:
    span = Span(T0, T0 + timedelta(seconds=9), T0, len(detections), 0.1, reason, batch_id, revision)
    return Growth(span, list(detections), True)


def test_a_round_is_done_once(house: House) -> None:
    save = SaveBatches("door", (1, 2), (grown(1, 2),))
    assert house.write(save) == [(1, True)]
    assert isinstance(house.write(save), Conflict)
    assert house.all("SELECT id, revision, status FROM batches") == [(1, 1, "open")]
    assert house.all("SELECT state, count(*) FROM uploads GROUP BY 1 ORDER BY 1") == [("detected", 1), ("done", 2)]
    assert house.all("SELECT id, batch_id FROM detections ORDER BY id") == [(1, 1), (2, 1), (3, None)]


def test_a_batch_that_another_changed_is_left_alone(house: House) -> None:
    house.write(SaveBatches("door", (1,), (grown(1),)))
    house.write(SaveBatches("door", (2,), (grown(2, batch_id=1, revision=1),)))
    assert isinstance(house.write(SaveBatches("door", (3,), (grown(3, batch_id=1, revision=1),))), Conflict)
    assert house.one("SELECT state FROM uploads WHERE id = 3") == "detected"
    assert house.one("SELECT revision FROM batches") == 2


def test_an_event_is_created_revised_and_closed_and_says_so(house: House) -> None:
    house.write(SaveBatches("door", (1,), (grown(1),)))
    assert house.write(house.event(1)) == 1
    house.write(SaveBatches("door", (2,), (grown(2, batch_id=1, revision=1),)))
    assert house.write(house.event(2)) == 1
    house.write(SaveBatches("door", (3,), (grown(3, batch_id=1, revision=2, reason="idle"),)))
    assert house.write(house.event(3, closed=True)) == 1
    types = [row[0] for row in house.all("SELECT type FROM outbox WHERE type LIKE 'event.%' ORDER BY seq")]
    assert types == ["event.created", "event.updated", "event.closed"]
    assert house.all("SELECT revision, cause FROM event_audits ORDER BY id") == [
        (1, "batch:1"), (2, "batch:2"), (3, "batch:3"),
    ]  # fmt: skip
    assert house.all("SELECT status, revision, batch_revision FROM events") == [("closed", 3, 3)]
    assert house.all("SELECT status FROM incidents") == [("closed",)]


def test_an_older_analysis_that_arrives_later_changes_nothing(house: House) -> None:
    house.write(SaveBatches("door", (1,), (grown(1),)))
    house.write(SaveBatches("door", (2,), (grown(2, batch_id=1, revision=1),)))
    house.write(house.event(2))
    before = house.one("SELECT seq FROM outbox_head")
    assert house.write(house.event(1)) is None
    assert house.write(house.event(2)) is None
    assert house.one("SELECT seq FROM outbox_head") == before
    assert house.one("SELECT count(*) FROM event_audits") == 1
    assert house.one("SELECT analysed_revision FROM batches") == 2


def test_what_is_learned_later_revises_the_event_once_and_never_goes_back(house: House) -> None:
    house.write(SaveBatches("door", (1,), (grown(1),)))
    house.write(house.event(1))
    with house.engine.begin() as connection:
        more_is_known(connection, [1])
        more_is_known(connection, [1])
    late = house.event(1, senses=2, cause="enrich:2:action", object_type="dog")
    assert house.write(late) == 1
    seq = house.one("SELECT seq FROM outbox_head")
    assert house.write(late) is None
    assert house.write(house.event(1, senses=1, cause="enrich:1:face")) is None
    assert house.one("SELECT seq FROM outbox_head") == seq
    assert house.all("SELECT revision, cause FROM event_audits ORDER BY id") == [(1, "batch:1"), (2, "enrich:2:action")]
    assert house.all("SELECT revision, batch_revision, risk_score < 6 FROM events") == [(2, 1, True)]
    types = [row[0] for row in house.all("SELECT type FROM outbox WHERE type LIKE 'event.%' ORDER BY seq")]
    assert types == ["event.created", "event.updated"]


def test_what_is_learned_and_changes_nothing_is_settled(house: House) -> None:
    house.write(SaveBatches("door", (1,), (grown(1),)))
    house.write(house.event(1))
    with house.engine.begin() as connection:
        more_is_known_around(connection, "door", T0 + timedelta(seconds=60))
        more_is_known_around(connection, "door", T0 + timedelta(seconds=600))
    assert house.all("SELECT senses_revision, judged_senses FROM batches") == [(1, 0)]
    house.write(NothingNew(1, 1))
    house.write(NothingNew(1, 0))
    assert house.all("SELECT senses_revision, judged_senses FROM batches") == [(1, 1)]
    with house.engine.begin() as connection:
        more_is_known(connection, [1])
    assert house.write(FailAnalysis(1, 1, "boom")) == 1


def test_the_stored_evidence_gives_the_stored_score(house: House) -> None:
    house.write(SaveBatches("door", (1,), (grown(1),)))
    house.write(house.event(1))
    [(stored, prior, score)] = house.all("SELECT evidence, prior, score FROM event_audits")
    assert recompute(stored, prior) == score == house.one("SELECT risk_score FROM events")  # type: ignore[arg-type]


def test_events_of_one_camera_near_in_time_share_an_incident(house: House) -> None:
    house.write(SaveBatches("door", (1, 2), (grown(1), grown(2))))
    house.write(house.event(1))
    near = house.event(1)
    house.write(SaveEvent(**{**near.__dict__, "batch_id": 2, "started_at": T0 + timedelta(seconds=100),
                             "ended_at": T0 + timedelta(seconds=110)}))  # fmt: skip
    assert house.all("SELECT count(*), count(DISTINCT incident_id) FROM events") == [(2, 1)]


def test_the_owners_columns_survive_a_revision(house: House) -> None:
    house.write(SaveBatches("door", (1,), (grown(1),)))
    house.write(house.event(1))
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE events SET reviewed = true, notes = 'the neighbour'"))
    house.write(SaveBatches("door", (2,), (grown(2, batch_id=1, revision=1),)))
    house.write(house.event(2))
    assert house.all("SELECT reviewed, notes FROM events") == [(True, "the neighbour")]


def test_failed_analyses_are_counted_for_their_revision_only(house: House) -> None:
    house.write(SaveBatches("door", (1,), (grown(1),)))
    assert [house.write(FailAnalysis(1, 1, "boom")) for _ in range(3)] == [1, 2, 3]
    assert house.write(FailAnalysis(1, 7, "boom")) == 0
    house.write(SaveBatches("door", (2,), (grown(2, batch_id=1, revision=1),)))
    assert house.all("SELECT attempts, error FROM batches") == [(0, None)]
