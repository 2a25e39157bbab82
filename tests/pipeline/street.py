"""A street in a real database: who passes which camera, and what models say of them."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from homesec.domain.identity import unit
from homesec.domain.insights import Embedding, Face, Insight, Plate, VehicleLook
from homesec.errors import HomesecError
from homesec.sim.truth.vectors import FACE, REID, SIZE
from homesec.store.sessions import sync_engine
from homesec.store.vectors import to_text
from homesec.store.writer import Writer
from homesec.store.writes.enrichment import SaveEnrichment
from homesec.store.writes.unit import Unit

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SESSION = UUID("00000000-0000-4000-8000-000000000009")
_RNG = np.random.default_rng(11)


def direction(*like: NDArray[np.float32]) -> NDArray[np.float32]:
    """A look of its own; or one between those given."""
    return unit(np.sum(like, axis=0)) if like else unit(_RNG.standard_normal(SIZE))


def crop(look: NDArray[np.float32], noise: float = 0.8) -> NDArray[np.float32]:
    """How a camera sees it once."""
    return unit(look + noise * _RNG.standard_normal(SIZE) / SIZE**0.5)


@dataclass
class Street:
    """Its cameras are made as they are named."""

    writer: Writer
    engine: Any
    tracks: int = 0
    batches: dict[int, int] = field(default_factory=dict)
    """Of tracks."""

    def write(self, unit_: Unit) -> Any:
        [result], _ = self.writer.apply([unit_])
        if isinstance(result, HomesecError):
            raise result
        return result

    def rows(self, query: str, /, **values: Any) -> list[Any]:
        with self.engine.begin() as connection:
            found = connection.execute(text(query), values)
            return list(found.all()) if found.returns_rows else []

    def one(self, query: str, /, **values: Any) -> Any:
        [[value]] = self.rows(query, **values)
        return value

    def track(self, camera: str, at: datetime, crops: int, kind: str = "person") -> tuple[int, list[int]]:
        """A track in a batch of its own, with a detection every 2 s; gives its id and theirs."""
        self.tracks += 1
        until = at + timedelta(seconds=2 * (crops - 1))
        self.rows("INSERT INTO cameras (id, name, folder_path) VALUES (:c, :c, :c) ON CONFLICT DO NOTHING", c=camera)
        batch = self.one(
            "INSERT INTO batches (camera_id, started_at, last_at, status, close_reason) "
            "VALUES (:c, :since, :until, 'closed', 'idle') RETURNING id", c=camera, since=at, until=until,
        )  # fmt: skip
        track = self.one(
            "INSERT INTO tracks (camera_id, session, track_id, object_class, first_seen, last_seen) "
            "VALUES (:c, :s, :n, :kind, :since, :until) RETURNING id",
            c=camera, s=SESSION, n=self.tracks, kind=kind, since=at, until=until,
        )  # fmt: skip
        self.batches[track] = batch
        return track, [self.detection(track, at + timedelta(seconds=2 * number), kind) for number in range(crops)]

    def detection(self, track: int, at: datetime, kind: str = "person") -> int:
        """One more picture of it."""
        values = {"t": track, "at": at, "kind": kind, "b": self.batches[track]}
        sha256 = hashlib.sha256(f"{track} {at}".encode()).digest()
        return int(
            self.one(
                "WITH own AS (UPDATE tracks SET last_seen = greatest(last_seen, :at) WHERE id = :t "
                "RETURNING camera_id), picture AS (INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, "
                "sha256, media_type, captured_at, time_source, received_at, state) SELECT camera_id, 'v', :sha, 1, 1, "
                ":sha, 'image', :at, 'exif', now(), 'done' FROM own RETURNING id, camera_id) "
                "INSERT INTO detections (upload_id, camera_id, file_path, ordinal, detected_at, object_type, "
                "confidence, x1, y1, x2, y2, frame_width, frame_height, media_type, model, batch_id, track_id) "
                "SELECT id, camera_id, 'x', 0, :at, :kind, 0.9, 0.1, 0.1, 0.3, 0.6, 640, 360, 'image', 'fake', :b, :t "
                "FROM picture RETURNING id",
                sha=sha256, **values,
            )
        )  # fmt: skip

    def say(self, track: int, *insights: Insight) -> None:
        self.write(SaveEnrichment(self.batches[track], None, "fake", insights))

    def pass_by(
        self, camera: str, at: datetime, look: NDArray[np.float32], crops: int = 4, kind: str = "person", **more: Any
    ) -> tuple[int, str]:
        """Somebody or something is seen; `more` is said of each picture. Gives the track and its entity."""
        track, detections = self.track(camera, at, crops, kind)
        self.say(track, *(said(one, look, **more) for one in detections))
        return track, self.entity(track)

    def entity(self, track: int) -> str:
        return str(self.one("SELECT CAST(entity_id AS text) FROM tracks WHERE id = :id", id=track))

    def metadata(self, entity: str) -> dict[str, Any]:
        return dict(self.one("SELECT entity_metadata FROM entities WHERE id = CAST(:id AS uuid)", id=entity))

    def member(self, name: str, trusted: str, face: NDArray[np.float32] | None = None,
               body: NDArray[np.float32] | None = None) -> tuple[int, int]:  # fmt: skip
        """Somebody whom the owner knows; gives the ids of the person and of the member."""
        person = self.one("INSERT INTO known_persons (name) VALUES (:n) RETURNING id", n=name)
        member = self.one(
            "INSERT INTO household_members (known_person_id, name, role, trusted_level) "
            "VALUES (:p, :n, 'resident', :t) RETURNING id", p=person, n=name, t=trusted,
        )  # fmt: skip
        enrolled = (
            ("face_embeddings (person_id, model, embedding, quality)", person, FACE, face),
            ("person_embeddings (member_id, model, embedding, confidence)", member, REID, body),
        )
        for table, owner, model, look in enrolled:
            for _ in range(4):
                if look is None:
                    continue
                self.rows(
                    f"INSERT INTO {table} VALUES (:o, :m, CAST(CAST(:v AS text) AS vector), 0.9)",
                    o=owner, m=model, v=to_text(crop(look)),
                )  # fmt: skip
        return int(person), int(member)


def said(
    detection: int,
    look: NDArray[np.float32] | None,
    face: NDArray[np.float32] | None = None,
    covered: bool = False,
    quality: float = 0.8,
    plate: str | None = None,
    color: str | None = None,
) -> Insight:
    """What models say of one picture."""
    seen = None if face is None else Embedding(FACE, crop(face))
    return Insight(
        detection,
        face=None if face is None else Face((0.1, 0.1, 0.2, 0.2), covered, quality, seen),
        plate=None if plate is None else Plate(plate, 0.8),
        vehicle=None if color is None else VehicleLook("car", color, 0.8),
        appearance=None if look is None else Embedding(REID, crop(look)),
    )


@contextmanager
def street(database_url: str) -> Iterator[Street]:
    writer, engine = Writer(database_url), sync_engine(database_url, "test")
    try:
        yield Street(writer, engine)
    finally:
        writer.close()
        engine.dispose()


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def looks(number: int) -> Sequence[NDArray[np.float32]]:
    return [direction() for _ in range(number)]
