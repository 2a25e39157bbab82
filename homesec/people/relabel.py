"""Matching history again, after somebody was enrolled or corrected: faces first, then entities, the newest first.

What the owner said is never changed. Each step reads what is known anew, writes only what differs, and notes how far
it is, so that it may be interrupted, repeated, and run while cameras send.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.domain.identity import Vector
from homesec.jobs.context import Context
from homesec.people.matching import pooled, recognised
from homesec.store.queries import reading
from homesec.store.writes.relabel import NewMatch, SaveMatches, SaveTies

BATCH = 500  # rows of one transaction
_KNOWN_FACES = text("SELECT person_id, model, CAST(embedding AS real[]) AS vector FROM face_embeddings")
_KNOWN_BODIES = text(
    """
    SELECT member.known_person_id AS person_id, known.model, CAST(known.embedding AS real[]) AS vector
    FROM person_embeddings AS known JOIN household_members AS member ON member.id = known.member_id
    """
)
_FACES = text(
    """
    SELECT id, embedding_model AS model, CAST(embedding AS real[]) AS vector, matched_person_id, match_confidence,
        outcome
    FROM face_detection_events
    WHERE embedding IS NOT NULL AND NOT by_owner AND outcome <> 'not_identifiable'
        AND (CAST(:before AS bigint) IS NULL OR id < :before)
    ORDER BY id DESC LIMIT :limit
    """
)
_ENTITIES = text(
    """
    SELECT id, embedding_model AS model, CAST(embedding AS real[]) AS vector,
        CAST(entity_metadata ->> 'person_id' AS bigint) AS person_id, entity_metadata ->> 'tied_by' AS tied_by
    FROM entities
    WHERE entity_type = 'person' AND (CAST(:before AS uuid) IS NULL OR (last_seen_at, id) < (:before_at, :before))
    ORDER BY last_seen_at DESC, id DESC LIMIT :limit
    """
)
_LAST_SEEN = text("SELECT last_seen_at FROM entities WHERE id = :id")
_FACES_OF = text(
    """
    SELECT tracks.entity_id, face.matched_person_id AS person_id, count(*) AS times
    FROM tracks JOIN detections ON detections.track_id = tracks.id
        JOIN face_detection_events AS face ON face.detection_id = detections.id
    WHERE tracks.entity_id = ANY(CAST(:ids AS uuid[])) AND face.outcome = 'match'
        AND face.matched_person_id IS NOT NULL
    GROUP BY tracks.entity_id, face.matched_person_id
    """
)

Known = Mapping[str, Mapping[int, Vector]]
"""By model: the vector of each person."""


async def relabel(context: Context) -> dict[str, Any]:
    """Result: how many faces were looked at and changed, and how many entities."""
    done = {"faces": 0, "faces_changed": 0, "entities": 0, "entities_changed": 0, **context.checkpoint}
    while not done.get("faces_done"):
        async with reading(context.engine) as connection:
            faces = await _rows(connection, _FACES, before=done.get("face"), limit=BATCH)
            known = await _known(connection, _KNOWN_FACES)
        found = [match for face in faces if (match := _match(face, known)) is not None]
        if found:
            done["faces_changed"] += await context.write(SaveMatches(tuple(found)))
        done["faces"] += len(faces)
        done["face"] = faces[-1].id if faces else None
        done["faces_done"] = len(faces) < BATCH
        await context.progress(50 if done["faces_done"] else 25, "faces", dict(done))
    while not done.get("entities_done"):
        async with reading(context.engine) as connection:
            entities = await _entities(connection, done.get("entity"))
            known = await _known(connection, _KNOWN_BODIES)
            named = await _named_by_faces(connection, [entity.id for entity in entities])
        ties = [tie for entity in entities if (tie := _tie(entity, known, named.get(entity.id))) is not None]
        if ties:
            done["entities_changed"] += await context.write(SaveTies(tuple(ties)))
        done["entities"] += len(entities)
        done["entity"] = str(entities[-1].id) if entities else None
        done["entities_done"] = len(entities) < BATCH
        await context.progress(99 if done["entities_done"] else 75, "entities", dict(done))
    return {name: done[name] for name in ("faces", "faces_changed", "entities", "entities_changed")}


async def _entities(connection: AsyncConnection, before: str | None) -> Sequence[Row[Any]]:
    """The next ones; all from the first on when the last one was merged into another meanwhile."""
    at = None if before is None else await connection.scalar(_LAST_SEEN, {"id": UUID(before)})
    place = None if at is None or before is None else UUID(before)
    return await _rows(connection, _ENTITIES, before=place, before_at=at, limit=BATCH)


async def _named_by_faces(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Whose faces were seen on the tracks of these entities: of each the most seen one, if nobody was as often."""
    counts: defaultdict[UUID, Counter[int]] = defaultdict(Counter)
    for row in await _rows(connection, _FACES_OF, ids=list(ids)):
        counts[row.entity_id][row.person_id] = row.times
    named = {}
    for entity, persons in counts.items():
        (person, times), *others = persons.most_common(2)
        if not others or others[0][1] < times:
            named[entity] = person
    return named


def _match(face: Row[Any], known: Known) -> NewMatch | None:
    """What is new about a face; None: nothing."""
    found = recognised(np.asarray(face.vector, np.float32), known.get(face.model, {}), face.model)
    if found is None:
        return None if face.outcome == "unknown" else NewMatch(face.id, None, None)
    person, likeness = found
    confidence = round(min(max(likeness, 0.0), 1.0), 4)
    if face.matched_person_id == person and face.match_confidence == confidence:
        return None
    return NewMatch(face.id, person, confidence)


def _tie(entity: Row[Any], known: Known, by_face: int | None) -> tuple[UUID, int | None] | None:
    """Whose entity it is now; None: as before. A face says more than a body."""
    if entity.tied_by == "owner":
        return None
    person = by_face
    if person is None and entity.vector is not None:
        found = recognised(np.asarray(entity.vector, np.float32), known.get(entity.model, {}), entity.model)
        person = None if found is None else found[0]
    if person is None and entity.tied_by != "match":
        return None  # it was tied by more than looks, or not at all
    return None if person == entity.person_id else (entity.id, person)


async def _known(connection: AsyncConnection, statement: Any) -> Known:
    enrolled: defaultdict[str, list[tuple[int, Vector]]] = defaultdict(list)
    for row in await _rows(connection, statement):
        enrolled[row.model].append((row.person_id, np.asarray(row.vector, np.float32)))
    return {model: pooled(ones) for model, ones in enrolled.items()}


async def _rows(connection: AsyncConnection, statement: Any, **values: Any) -> Sequence[Row[Any]]:
    return (await connection.execute(statement, values)).all()
