"""Which entity a track is: the nearest one that it may be, or a new one. Part of the write of what models said.

Who comes second waits for who came first (`entity_rows.lock`), so however many look at once, nothing becomes two.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, text

from homesec.domain.identity import FOUNDING, Candidate, Levels, Vector, are_one, chosen
from homesec.domain.visits import AWAY
from homesec.store.vectors import ensure_index, from_text, model_name, to_text
from homesec.store.writes.entity_rows import absorb, assign, drop_if_empty, lock, make, refresh
from homesec.store.writes.sightings import SeenTrack, seen_tracks

NEAREST = 20  # entities that are looked at closer
AT_ONCE = timedelta(seconds=2)  # two tracks of one camera that are both there for so long are two things

# An index scan looks at 40 rows at first, and those of other types and outdated versions of rows that change with every
# sighting count among them: without these two, an entity that is seen often is not found at all. By what the server
# has, since the second is younger than the oldest pgvector that is taken.
_SCAN_ON = text(
    """
    SELECT set_config(wanted.name, wanted.value, true) FROM pg_settings JOIN (
        VALUES ('hnsw.ef_search', '200'), ('hnsw.iterative_scan', 'strict_order')) AS wanted(name, value) USING (name)
    """
)
_COUNTS = text(
    """
    SELECT count(*) AS entities,
        count(*) FILTER (WHERE last_seen_at >= :since AND first_seen_at <= :until) AS recent,
        count(*) FILTER (WHERE entity_metadata ?| ARRAY['person_id', 'vehicle_id']) AS known
    FROM entities WHERE entity_type = :type AND embedding_model IS NOT DISTINCT FROM CAST(:model AS text)
    """
)
# What may be the same: what looks like it, what the owner said looks like it, who it is tied to, and its plate.
_CANDIDATES = """
    WITH near AS (
        SELECT id FROM entities WHERE entity_type = :type AND embedding_model = '{model}'
        ORDER BY CAST(embedding AS vector({size})) <=> CAST(CAST(:vector AS text) AS vector({size})) LIMIT :nearest),
    ruled AS (
        SELECT entity_id,
            max(1 - (embedding <=> CAST(CAST(:vector AS text) AS vector))) FILTER (WHERE kind = 'same') AS same,
            max(1 - (embedding <=> CAST(CAST(:vector AS text) AS vector))) FILTER (WHERE kind = 'different') AS other
        FROM entity_rulings WHERE embedding_model = '{model}' GROUP BY entity_id)
    SELECT CAST(entity.id AS text) AS id, entity.entity_metadata ->> 'plate' AS plate,
        CAST(entity.entity_metadata ->> :tie AS bigint) AS known, coalesce(ruled.other, -1) AS ruled_out,
        greatest(ruled.same, CASE WHEN entity.embedding_model = '{model}'
            THEN 1 - (entity.embedding <=> CAST(CAST(:vector AS text) AS vector)) END) AS score,
        entity.last_seen_at >= :near_since AND entity.first_seen_at <= :near_until AS recent,
        EXISTS (SELECT FROM entity_rulings AS ruling WHERE ruling.entity_id = entity.id
            AND ruling.kind = 'different' AND ruling.track_id = :track)
        OR EXISTS (SELECT FROM tracks WHERE tracks.entity_id = entity.id AND tracks.camera_id = :camera
            AND tracks.id <> :track AND least(tracks.last_seen, :until) - greatest(tracks.first_seen, :since)
                > :at_once) AS refused
    FROM entities AS entity LEFT JOIN ruled ON ruled.entity_id = entity.id
    WHERE entity.entity_type = :type AND (
        entity.id IN (SELECT id FROM near) OR ruled.same IS NOT NULL
        OR entity.entity_metadata ->> :tie = CAST(:known AS text)
        OR length(entity.entity_metadata ->> 'plate') = length(CAST(:plate AS text)))
"""
_IS_OWN = text(
    """
    SELECT name IS NULL AND NOT entity_metadata ? 'trust_by'
        AND NOT EXISTS (SELECT FROM tracks WHERE tracks.entity_id = entity.id AND tracks.id <> :track)
        AND NOT EXISTS (SELECT FROM entity_rulings AS ruling WHERE ruling.entity_id = entity.id)
    FROM entities AS entity WHERE id = CAST(:id AS uuid)
    """
)
_LOOK = text(
    """
    SELECT entity_type, embedding_model AS model, CAST(embedding AS text) AS vector, entity_metadata AS metadata
    FROM entities WHERE id = CAST(:id AS uuid) AND embedding IS NOT NULL
    """
)
# The nearest other entity that nothing speaks against: no ruling, no tie to two, no two tracks at once.
_TWIN = """
    SELECT CAST(other.id AS text) AS id, 1 - (other.embedding <=> one.embedding) AS score,
        (other.name IS NOT NULL OR other.entity_metadata ?| ARRAY['trust_by', 'person_id', 'vehicle_id'],
            other.detection_count) > (one.name IS NOT NULL OR one.entity_metadata ?| ARRAY['trust_by', 'person_id',
            'vehicle_id'], one.detection_count) AS leads
    FROM entities AS one, entities AS other
    WHERE one.id = CAST(:id AS uuid) AND other.id <> one.id AND other.entity_type = one.entity_type
        AND other.embedding_model = '{model}' AND one.embedding_model = '{model}'
        AND (other.name IS NULL OR one.name IS NULL OR other.name = one.name)
        AND NOT (other.entity_metadata ? 'trust_by' AND one.entity_metadata ? 'trust_by'
            AND other.trust_status <> one.trust_status)
        AND NOT EXISTS (
            SELECT FROM unnest(ARRAY['person_id', 'vehicle_id', 'plate']) AS tie
            WHERE other.entity_metadata ->> tie <> one.entity_metadata ->> tie)
        AND NOT EXISTS (
            SELECT FROM entity_rulings AS ruling
            WHERE ruling.kind = 'different' AND ruling.entity_id IN (one.id, other.id)
                AND CASE WHEN ruling.embedding_model = '{model}' THEN other.embedding <=> one.embedding >= least(
                    CASE WHEN ruling.entity_id = one.id THEN ruling.embedding <=> other.embedding END,
                    CASE WHEN ruling.entity_id = other.id THEN ruling.embedding <=> one.embedding END) END)
        AND NOT EXISTS (
            SELECT FROM tracks AS mine JOIN tracks AS theirs ON theirs.camera_id = mine.camera_id
            WHERE mine.entity_id = one.id AND theirs.entity_id = other.id
                AND least(mine.last_seen, theirs.last_seen) - greatest(mine.first_seen, theirs.first_seen)
                    > :at_once)
    ORDER BY CAST(other.embedding AS vector({size})) <=> CAST(CAST(:vector AS text) AS vector({size})) LIMIT 1
"""


def identify(connection: Connection, batch_id: int, fresh: Sequence[int]) -> list[int]:
    """Give each track of a batch its entity. `fresh`: the detections of which something was said just now.

    Gives the tracks that were judged.
    """
    tracks = seen_tracks(connection, batch_id, fresh)
    if tracks:
        lock(connection, *(track.entity_type for track in tracks))
        connection.execute(_SCAN_ON)
    for track in tracks:
        judge(connection, track)
    return [track.id for track in tracks]


def judge(connection: Connection, track: SeenTrack) -> str | None:
    """The entity that this track is, which it belongs to from now on. Its type must be locked.

    None: it is like none, and too little was seen of it to be known again.
    """
    if track.model is not None and track.vector is not None:
        ensure_index(connection, "entities", track.model, len(track.vector))
    before = track.entity_id
    candidates = _candidates(connection, track)
    alone = before is not None and bool(connection.scalar(_IS_OWN, {"id": before, "track": track.id}))
    if alone:  # it would only recognise itself
        candidates = [one for one in candidates if one.id != before]
    known = track.known
    if any(one.known == known and not one.is_open for one in candidates):
        known = None  # the owner, or another track, says that it is somebody else
    found = chosen(candidates, _levels(connection, track), known, track.plate)
    if found is not None:
        entity_id = found.id
    elif alone and before is not None:
        entity_id = before
    elif before is None and known is None and track.plate is None and track.vectors < FOUNDING:
        return None
    else:
        entity_id = make(connection, track.entity_type, track.since, track.until)
    assign(connection, [track.id], entity_id)
    refresh(connection, entity_id, _added(track, entity_id), _ties(track, known))
    if before is not None and before != entity_id and not drop_if_empty(connection, before):
        refresh(connection, before, anew=True)
    return _healed(connection, entity_id)


def _added(track: SeenTrack, entity_id: str) -> int | None:
    """Crops that the entity has not counted; None: some may have been counted before the track was followed anew."""
    if track.entity_id == entity_id or track.fresh == track.vectors:
        return track.fresh
    return None if track.entity_id is None else track.vectors


def _ties(track: SeenTrack, known: int | None) -> dict[str, Any]:
    ties: dict[str, Any] = {} if known is None else {track.tie: known}
    return ties if track.plate is None else {**ties, "plate": track.plate}


def _levels(connection: Connection, track: SeenTrack) -> Levels:
    row = connection.execute(
        _COUNTS,
        {"type": track.entity_type, "model": track.model, "since": track.since - AWAY, "until": track.until + AWAY},
    ).one()
    return Levels.of(track.model or "", row.entities, row.recent, row.known)


def _candidates(connection: Connection, track: SeenTrack) -> list[Candidate]:
    size = 1 if track.vector is None else len(track.vector)
    statement = _CANDIDATES.format(model=model_name(track.model or "none"), size=size)
    rows = connection.execute(
        text(statement),
        {
            "type": track.entity_type,
            "vector": None if track.vector is None else to_text(track.vector),
            "nearest": NEAREST,
            "tie": track.tie,
            "known": None if track.known is None else str(track.known),
            "plate": track.plate,
            "track": track.id,
            "camera": track.camera_id,
            "since": track.since,
            "until": track.until,
            "near_since": track.since - AWAY,
            "near_until": track.until + AWAY,
            "at_once": AT_ONCE,
        },
    )
    return [
        Candidate(row.id, row.score, row.ruled_out, row.refused, row.known, row.plate, row.recent) for row in rows
    ]


def _healed(connection: Connection, entity_id: str) -> str:
    """What was taken for two by few poor pictures is one again once there are more; gives the one that stays."""
    look = connection.execute(_LOOK, {"id": entity_id}).one_or_none()
    if look is None:
        return entity_id
    vector: Vector = from_text(look.vector)
    twin = connection.execute(
        text(_TWIN.format(model=model_name(look.model), size=len(vector))),
        {"id": entity_id, "vector": look.vector, "at_once": AT_ONCE},
    ).one_or_none()
    entities = connection.scalar(
        text("SELECT count(*) FROM entities WHERE entity_type = :type AND embedding_model = :model"),
        {"type": look.entity_type, "model": look.model},
    )
    if twin is None or not are_one(twin.score, look.model, int(entities or 0)):
        return entity_id
    into, other = (twin.id, entity_id) if twin.leads else (entity_id, twin.id)
    absorb(connection, into, other)
    return into
