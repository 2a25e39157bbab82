"""Vectors as further models would store them, for tests of identity."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from homesec.domain.followed import Box
from tests.api.house import SOMEWHERE, T0, House

SIZE = 32
FACE_MODEL, BODY_MODEL = "test-face", "test-body"


def vector(seed: str, noise: float = 0.0, number: int = 0) -> list[float]:
    """The direction of somebody, a little shaken."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))
    direction = rng.normal(size=SIZE)
    shaken = direction / np.linalg.norm(direction)
    shaken = shaken + noise * np.random.default_rng(number).normal(size=SIZE) / SIZE**0.5
    return [float(part) for part in (shaken / np.linalg.norm(shaken)).astype(np.float32)]


def shown(
    house: House, camera: str, who: str, number: int, track: int | None = None, at: datetime | None = None,
    box: Box = SOMEWHERE,
) -> Any:  # fmt: skip
    """Somebody is seen, and models looked: ids of `detection`, `face` and `upload`."""
    at = at or T0 + timedelta(minutes=number)
    upload = house.see(camera, "person", at=at, box=box)
    [row] = house.rows("SELECT id FROM detections WHERE upload_id = :id", id=upload)
    body = vector(f"body {who}", 0.2, number)
    house.sql(
        "INSERT INTO reid_embeddings (detection_id, embedding, model, embedding_hash) "
        "VALUES (:id, :vector, :model, :sha)",
        id=row.id, vector=str(body), model=BODY_MODEL, sha=hashlib.sha256(np.asarray(body, "<f4").tobytes()).digest(),
    )  # fmt: skip
    if track is not None:
        house.sql("UPDATE detections SET track_id = :track WHERE id = :id", track=track, id=row.id)
    [seen] = house.rows(
        "INSERT INTO face_detection_events (camera_id, detection_id, timestamp, bbox, model, embedding, "
        "embedding_model, outcome, is_unknown, quality) VALUES (:camera, :id, :at, :box, 'test', :vector, :model, "
        "'unknown', true, 0.8) RETURNING id",
        camera=camera, id=row.id, at=at, box=list(box), vector=str(vector(f"face {who}", 0.2, number)),
        model=FACE_MODEL,
    )  # fmt: skip
    return {"detection": row.id, "face": seen.id, "upload": upload}


def entity(house: House, camera: str, who: str, number: int = 1, **metadata: Any) -> tuple[str, int]:
    """Ids of an entity that looks so, and of a track of it."""
    [made] = house.rows(
        "INSERT INTO entities (entity_type, embedding, embedding_model, first_seen_at, last_seen_at, detection_count, "
        "entity_metadata) VALUES ('person', :vector, :model, :at, :at, 1, CAST(:metadata AS jsonb)) RETURNING id",
        vector=str(vector(f"body {who}", 0.1, number)), model=BODY_MODEL, at=T0 + timedelta(minutes=number),
        metadata=json.dumps(metadata),
    )  # fmt: skip
    [track] = house.rows(
        "INSERT INTO tracks (camera_id, session, track_id, object_class, first_seen, last_seen, entity_id) "
        "VALUES (:camera, gen_random_uuid(), :number, 'person', :at, :at, :entity) RETURNING id",
        camera=camera, number=number, at=T0 + timedelta(minutes=number), entity=made.id,
    )  # fmt: skip
    return str(made.id), track.id
