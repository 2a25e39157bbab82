"""What was seen of a track so far, over all its pictures: its look in one vector, its plate, whom the owner knows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from homesec.domain.evidence import kind
from homesec.domain.identity import Vector, best_crops, plate_of, pooled
from homesec.store.vectors import from_text
from homesec.store.writes.known import People, known_vehicle

# Of the batch those of which something new was said, and those that belong to nobody yet: tracks are followed anew when
# pictures come late.
_TRACKS = text(
    """
    SELECT id, camera_id, object_class, first_seen, last_seen, CAST(entity_id AS text) AS entity_id FROM tracks
    WHERE id IN (SELECT track_id FROM detections WHERE batch_id = :batch_id)
        AND (entity_id IS NULL OR id IN (SELECT track_id FROM detections WHERE id = ANY(:fresh)))
    ORDER BY id
    """
)
_ONE = text(
    """
    SELECT id, camera_id, object_class, first_seen, last_seen, CAST(entity_id AS text) AS entity_id FROM tracks
    WHERE id = ANY(:ids) ORDER BY id
    """
)
_CROPS = text(
    """
    SELECT detection.id, detection.track_id, detection.confidence, (detection.x2 - detection.x1)
            * (detection.y2 - detection.y1) AS area, detection.enrichment_data -> 'plate' AS plate,
        detection.enrichment_data -> 'vehicle' AS vehicle, one.model, CAST(one.embedding AS text) AS vector
    FROM detections AS detection LEFT JOIN reid_embeddings AS one ON one.detection_id = detection.id
    WHERE detection.track_id = ANY(:tracks)
        AND (one.id IS NOT NULL OR detection.enrichment_data ?| ARRAY['plate', 'vehicle'])
    ORDER BY detection.detected_at DESC, detection.id DESC
    """
)
_FACES = text(
    """
    SELECT detection.track_id, face.quality, face.embedding_model AS model, CAST(face.embedding AS text) AS vector
    FROM face_detection_events AS face JOIN detections AS detection ON detection.id = face.detection_id
    WHERE detection.track_id = ANY(:tracks) AND face.embedding IS NOT NULL AND face.outcome <> 'not_identifiable'
    ORDER BY face.timestamp DESC, face.id DESC
    """
)


@dataclass(frozen=True)
class SeenTrack:
    """A track, and what was seen of it."""

    id: int
    camera_id: str
    entity_type: str
    since: datetime
    until: datetime
    entity_id: str | None
    vectors: int
    fresh: int
    """Of them, those that nobody has counted yet."""
    model: str | None
    vector: Vector | None
    known: int | None
    """The known person, or the registered vehicle."""
    plate: str | None

    @property
    def tie(self) -> str:
        """What `known` is called in the metadata of an entity."""
        return "vehicle_id" if self.entity_type == "vehicle" else "person_id"


def seen_tracks(connection: Connection, batch_id: int, fresh: Sequence[int]) -> list[SeenTrack]:
    """The tracks of a batch that have to be judged, as far as there is anything to judge them by.

    `fresh`: the detections of which something was said just now.
    """
    return _seen(connection, connection.execute(_TRACKS, {"batch_id": batch_id, "fresh": list(fresh)}).all(), fresh)


def seen_again(connection: Connection, tracks: Sequence[int]) -> list[SeenTrack]:
    """These tracks."""
    return _seen(connection, connection.execute(_ONE, {"ids": list(tracks)}).all(), ())


def _seen(connection: Connection, rows: Sequence[Any], fresh: Sequence[int]) -> list[SeenTrack]:
    ids = {"tracks": [row.id for row in rows]}
    if not rows:
        return []
    crops: defaultdict[int, list[Any]] = defaultdict(list)
    faces: defaultdict[int, list[Any]] = defaultdict(list)
    for line in connection.execute(_CROPS, ids):
        crops[line.track_id].append(line)
    for line in connection.execute(_FACES, ids):
        faces[line.track_id].append(line)
    people = People(connection)
    found = [_one(connection, people, row, crops[row.id], faces[row.id], set(fresh)) for row in rows]
    return [one for one in found if one.vector is not None or one.plate is not None or one.known is not None]


def _one(
    connection: Connection, people: People, row: Any, crops: Sequence[Any], faces: Sequence[Any], fresh: set[int]
) -> SeenTrack:
    told = [crop for crop in crops if crop.vector is not None]
    model, vector = None, None
    if told:
        model = told[0].model
        told = [crop for crop in told if crop.model == model]
        shown = [max(crop.confidence * crop.area**0.5, 1e-6) for crop in told]
        vector = best_crops(np.array([from_text(crop.vector) for crop in told]), shown)
    plate, known = None, None
    if (entity_type := _entity_type(row.object_class)) == "vehicle":
        plate = plate_of([(crop.plate["text"], crop.plate["confidence"]) for crop in crops if crop.plate])
        colours = [crop.vehicle["color"] for crop in crops if crop.vehicle]
        known = known_vehicle(connection, plate, model, vector, colours)
    elif entity_type == "person":
        known = _person(people, faces, model, vector)
    return SeenTrack(
        row.id, row.camera_id, entity_type, row.first_seen, row.last_seen, row.entity_id, len(told),
        sum(crop.id in fresh for crop in told), model, vector, known, plate,
    )  # fmt: skip


def _person(people: People, faces: Sequence[Any], model: str | None, vector: Vector | None) -> int | None:
    """By all faces of the track together; else by the whole body."""
    if faces:
        same = [face for face in faces if face.model == faces[0].model]
        face = pooled(np.array([from_text(one.vector) for one in same]), [max(one.quality, 0.01) for one in same])
        person, _ = people.told("face", same[0].model, face)
        if person is not None:
            return person
    return None if model is None or vector is None else people.told("body", model, vector)[0]


def _entity_type(object_class: str) -> str:
    name = kind(object_class)
    if name == "thing":
        return "package" if object_class == "package" else "other"
    return name
