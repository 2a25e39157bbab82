"""Rows of entities: what stands in one follows from the tracks that belong to it, and is computed from them anew."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.domain.identity import MOST_POOLED, pooled
from homesec.domain.visits import remembered
from homesec.store.vectors import from_text, to_text

LOCK = 0x656E7469  # "enti"; the other half of the lock's key is the type
MOST_SPANS = 500  # newest tracks that are gone through; older visits are remembered as they were found then
TIES = ("person_id", "member_id", "vehicle_id")

_LOCK = text("SELECT pg_advisory_xact_lock(:key, hashtext(:type))")
_MAKE = text(
    """
    INSERT INTO entities (entity_type, first_seen_at, last_seen_at) VALUES (:type, :since, :until)
    RETURNING CAST(id AS text)
    """
)
_ENTITY = text(
    """
    SELECT entity.entity_type, entity.trust_status, entity.name, entity.embedding_model, entity.first_seen_at,
        entity.last_seen_at, entity.detection_count, entity.primary_detection_id, entity.entity_metadata AS metadata
    FROM entities AS entity WHERE entity.id = CAST(:id AS uuid) FOR UPDATE
    """
)
_SPANS = text(
    """
    SELECT first_seen, last_seen, camera_id FROM tracks WHERE entity_id = CAST(:id AS uuid)
    ORDER BY first_seen DESC LIMIT :most
    """
)
# The newest crops, and the one that stands for it now, if it still is one of its own.
_CROPS = text(
    """
    WITH own AS (
        SELECT detection.id, detection.detected_at, detection.confidence, detection.x2 - detection.x1 AS wide,
            detection.y2 - detection.y1 AS high, detection.enrichment_data -> 'vehicle' AS vehicle
        FROM detections AS detection JOIN tracks ON tracks.id = detection.track_id
        WHERE tracks.entity_id = CAST(:id AS uuid)),
    newest AS (
        SELECT own.*, one.model, CAST(one.embedding AS text) AS vector
        FROM own JOIN reid_embeddings AS one ON one.detection_id = own.id
        ORDER BY own.detected_at DESC, own.id DESC LIMIT :most)
    SELECT * FROM newest
    UNION ALL SELECT own.*, NULL, NULL FROM own WHERE own.id = :primary
    """
)
_COUNT = text(
    """
    SELECT count(*) FROM detections JOIN tracks ON tracks.id = detections.track_id
    JOIN reid_embeddings AS one ON one.detection_id = detections.id WHERE tracks.entity_id = CAST(:id AS uuid)
    """
)
_TIED = text(
    """
    SELECT person.id AS person_id, member.id AS member_id, CAST(NULL AS bigint) AS vehicle_id, person.name,
        coalesce(member.trusted_level = 'full', false) AS trusted
    FROM known_persons AS person LEFT JOIN household_members AS member ON member.known_person_id = person.id
    WHERE person.id = :person_id
    UNION ALL SELECT NULL, NULL, id, description, trusted FROM registered_vehicles WHERE id = :vehicle_id
    """
)
_SAVE = text(
    """
    UPDATE entities SET embedding = CAST(CAST(:embedding AS text) AS vector), embedding_model = :model,
        trust_status = :trust, name = coalesce(name, :name), first_seen_at = :since, last_seen_at = :until,
        detection_count = :count, primary_detection_id = :primary, entity_metadata = :metadata
    WHERE id = CAST(:id AS uuid)
    """
)
_KEEP_VECTOR = text("SELECT CAST(embedding AS text) FROM entities WHERE id = CAST(:id AS uuid)")
_MOVE_ALL = text("UPDATE tracks SET entity_id = CAST(:into AS uuid) WHERE entity_id = CAST(:other AS uuid)")
_MOVE_RULINGS = text(
    "UPDATE entity_rulings SET entity_id = CAST(:into AS uuid) WHERE entity_id = CAST(:other AS uuid)"
)
_INHERIT = text(
    """
    UPDATE entities AS one SET name = coalesce(one.name, other.name),
        detection_count = one.detection_count + other.detection_count,
        first_seen_at = least(one.first_seen_at, other.first_seen_at),
        last_seen_at = greatest(one.last_seen_at, other.last_seen_at),
        trust_status = CASE WHEN one.entity_metadata ? 'trust_by' OR NOT other.entity_metadata ? 'trust_by'
            THEN one.trust_status ELSE other.trust_status END,
        entity_metadata = other.entity_metadata || one.entity_metadata || jsonb_build_object('visits', (
            SELECT coalesce(jsonb_agg(start ORDER BY CAST(start AS timestamptz)), '[]') FROM (
                SELECT jsonb_array_elements_text(coalesce(one.entity_metadata -> 'visits', '[]')
                    || coalesce(other.entity_metadata -> 'visits', '[]')) AS start) AS starts))
    FROM entities AS other WHERE one.id = CAST(:into AS uuid) AND other.id = CAST(:other AS uuid)
    """
)
_DELETE = text("DELETE FROM entities WHERE id = CAST(:id AS uuid)")
_DELETE_EMPTY = text(
    """
    DELETE FROM entities AS entity WHERE id = CAST(:id AS uuid) AND name IS NULL
        AND NOT EXISTS (SELECT FROM tracks WHERE tracks.entity_id = entity.id)
        AND NOT EXISTS (SELECT FROM entity_rulings AS ruling WHERE ruling.entity_id = entity.id)
    RETURNING true
    """
)


def lock(connection: Connection, *entity_types: str) -> None:
    """Nobody else looks for or makes entities of these types until this transaction ends.

    A statement of its own, and before those that look: a statement sees what was committed when it began.
    """
    for entity_type in sorted(set(entity_types)):
        connection.execute(_LOCK, {"key": LOCK, "type": entity_type})


def make(connection: Connection, entity_type: str, since: datetime, until: datetime) -> str:
    """A new entity; gives its id. `refresh` fills it once tracks belong to it."""
    return str(connection.scalar(_MAKE, {"type": entity_type, "since": since, "until": until}))


def assign(connection: Connection, tracks: Sequence[int], entity_id: str) -> None:
    connection.execute(
        text("UPDATE tracks SET entity_id = CAST(:id AS uuid) WHERE id = ANY(:tracks)"),
        {"id": entity_id, "tracks": list(tracks)},
    )


def refresh(
    connection: Connection,
    entity_id: str,
    added: int | None = 0,
    changes: dict[str, Any] | None = None,
    anew: bool = False,
) -> None:
    """Compute centroid, times, visits, cameras, colours, the picture that stands for it and its trust from its tracks.

    `added`: detections that it has more than before; None: not known, and they are counted. `changes` go into its
    metadata first: what it is tied to, and its plate. With `anew` what was remembered from before is not trusted, since
    tracks were taken away.
    """
    entity = connection.execute(_ENTITY, {"id": entity_id}).one()
    spans = connection.execute(_SPANS, {"id": entity_id, "most": MOST_SPANS}).all()
    crops = connection.execute(
        _CROPS, {"id": entity_id, "most": MOST_POOLED, "primary": entity.primary_detection_id}
    ).all()
    metadata, trust, name = _tied(connection, {**entity.metadata, **(changes or {})}, entity.trust_status)
    whole = len(spans) < MOST_SPANS and anew
    earlier = [] if whole else [datetime.fromisoformat(start) for start in metadata.get("visits", [])]
    starts = remembered(earlier, [(row.first_seen, row.last_seen) for row in spans])
    metadata["visits"] = [start.isoformat() for start in starts]
    cameras = {row.camera_id for row in spans}
    metadata["cameras"] = sorted(cameras if whole else cameras.union(metadata.get("cameras", [])))
    if colours := _colours([row.vehicle for row in crops if row.vehicle is not None]):
        metadata["colours"] = colours
    firsts, lasts = [row.first_seen for row in spans], [row.last_seen for row in spans]
    if not whole or not spans:
        firsts, lasts = [*firsts, entity.first_seen_at], [*lasts, entity.last_seen_at]
    model, embedding = _centroid(crops)
    if model is None and entity.embedding_model is not None and not anew:  # its vectors were erased by age
        model, embedding = entity.embedding_model, connection.scalar(_KEEP_VECTOR, {"id": entity_id})
    best = max(crops, key=lambda row: row.confidence * (row.wide * row.high) ** 0.5, default=None)
    connection.execute(
        _SAVE,
        {
            "id": entity_id,
            "embedding": embedding,
            "model": model,
            "trust": trust,
            "name": name,
            "since": min(firsts),
            "until": max(lasts),
            "count": _count(connection, entity_id, 0 if anew else entity.detection_count, None if anew else added),
            "primary": None if best is None else best.id,
            "metadata": Jsonb(metadata),
        },
    )


def absorb(connection: Connection, into: str, other: str) -> None:
    """Both were one: tracks, rulings, name and memories of `other` go over, and its row goes."""
    both = {"into": into, "other": other}
    connection.execute(_INHERIT, both)
    connection.execute(_MOVE_ALL, both)
    connection.execute(_MOVE_RULINGS, both)
    connection.execute(_DELETE, {"id": other})
    refresh(connection, into)


def drop_if_empty(connection: Connection, entity_id: str) -> bool:
    """Delete an entity without a track, unless the owner has named it or ruled on it; gives whether it is gone."""
    return bool(connection.scalar(_DELETE_EMPTY, {"id": entity_id}))


def _count(connection: Connection, entity_id: str, before: int, added: int | None) -> int:
    """Those that were erased by age still count."""
    if added is not None:
        return before + added
    return max(before, int(connection.scalar(_COUNT, {"id": entity_id}) or 0))


def _centroid(crops: Sequence[Any]) -> tuple[str | None, str | None]:
    """Of the vectors of the newest model."""
    told = [row for row in crops if row.vector is not None]
    if not told:
        return None, None
    model = told[0].model
    return model, to_text(pooled(np.array([from_text(row.vector) for row in told if row.model == model])))


def _colours(looks: Sequence[dict[str, Any]]) -> list[str]:
    """What it was mostly said to be, at most two."""
    counts = Counter(look["color"] for look in looks if look["color"] != "unknown")
    return [name for name, count in counts.most_common(2) if count >= sum(counts.values()) / 4]


def _tied(
    connection: Connection, metadata: dict[str, Any], trust: str
) -> tuple[dict[str, Any], str, str | None]:
    """The metadata with ties that still hold, the trust that follows from them unless the owner has said, the name."""
    ties = {name: metadata.pop(name) for name in TIES if name in metadata}
    if not ties:
        return metadata, trust, None
    wanted = {"person_id": ties.get("person_id"), "vehicle_id": ties.get("vehicle_id")}
    row = connection.execute(_TIED, wanted).mappings().first()
    said = "trust_by" in metadata
    if row is None:
        return metadata, trust if said else "unknown", None
    kept = {name: row[name] for name in TIES if row[name] is not None}
    trust = trust if said else "trusted" if row["trusted"] else "unknown"
    return {"tied_by": "match", **metadata, **kept}, trust, row["name"]
