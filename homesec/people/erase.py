"""Erasing a person everywhere: crops, vectors, then the name in every text, and last the row that still holds it.

Started for one erasure (`erasure_id`), or without one: then every person whom a restore brought back is erased again.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from homesec.errors import NotFound
from homesec.jobs.context import Context
from homesec.people.erased import Erased, note
from homesec.store.queries import reading
from homesec.store.writes.erasure import (
    AskErasure,
    CropsRemoved,
    EndErasure,
    ForgetEntities,
    ForgetSightings,
    vector_hash,
)
from homesec.store.writes.wording import FREE_TEXT, EraseName, Name, holding

BATCH = 500  # rows of one transaction
MOST_ROUNDS = 3  # over all texts: an analyst may write the name once more while the first round runs
_ERASURE = text("SELECT id, person_id, person_created_at, hashes, crops FROM erasures WHERE id = :id")
_BACK = text(
    """
    SELECT erasures.id, person.id AS person_id FROM erasures
    JOIN known_persons AS person ON person.id = erasures.person_id AND person.created_at = person_created_at
    ORDER BY erasures.id
    """
)
_NAMES = text("SELECT id, name FROM known_persons")
_FACES = text(
    """
    SELECT id, matched_person_id, CAST(embedding AS real[]) AS vector FROM face_detection_events
    WHERE id > :after AND (embedding IS NOT NULL OR matched_person_id = :person_id) ORDER BY id LIMIT :limit
    """
)
_DETECTIONS = text(
    """
    WITH faces AS (SELECT detection_id AS id FROM face_detection_events WHERE matched_person_id = :person_id),
        entity_ids AS (
            SELECT id FROM entities
            WHERE entity_metadata @> jsonb_build_object('person_id', CAST(:person_id AS bigint))),
        track_ids AS (
            SELECT id FROM tracks WHERE entity_id IN (SELECT id FROM entity_ids)
            UNION SELECT track_id FROM detections WHERE id IN (SELECT id FROM faces))
    SELECT id FROM detections WHERE track_id IN (SELECT id FROM track_ids)
    UNION SELECT id FROM faces WHERE id IS NOT NULL
    UNION SELECT detection_id FROM reid_embeddings WHERE embedding_hash = ANY(:hashes)
    ORDER BY id
    """
)
_UNMATCHED = text(
    """
    SELECT id FROM face_detection_events
    WHERE detection_id = ANY(:ids) AND matched_person_id IS DISTINCT FROM :person_id ORDER BY id
    """
)


async def erase(context: Context) -> dict[str, Any]:
    """Result: ids of the erased persons, and how many texts held a name."""
    if (erasure_id := context.params.get("erasure_id")) is not None:
        erasures = [await _erasure(context, erasure_id)]
    else:
        erasures = await _brought_back(context)
    texts = 0
    for number, erasure in enumerate(erasures):
        await context.progress(100 * number / len(erasures), "crops")
        await _remove_crops(context, erasure)
        await context.progress(100 * (number + 0.2) / len(erasures), "vectors")
        await _forget(context, erasure)
        await context.progress(100 * (number + 0.5) / len(erasures), "texts")
        texts += await _erase_name(context, erasure)
        whole = await _erasure(context, erasure.id)  # with the hashes of what was found on the way
        gone = Erased(whole.person_id, whole.person_created_at, tuple(map(bytes, whole.hashes)))
        await asyncio.to_thread(note, context.settings.backups_dir, gone)
        await context.write(EndErasure(erasure.id, erasure.person_id))
    return {"persons": [erasure.person_id for erasure in erasures], "texts": texts}


async def _erasure(context: Context, erasure_id: int) -> Row[Any]:
    async with reading(context.engine) as connection:
        found = (await connection.execute(_ERASURE, {"id": erasure_id})).one_or_none()
    if found is None:
        raise NotFound("there is no such erasure")
    return found


async def _brought_back(context: Context) -> list[Row[Any]]:
    """Persons who are erased and there: known by nothing from here on."""
    async with reading(context.engine) as connection:
        back = (await connection.execute(_BACK)).all()
    for row in back:
        await context.write(AskErasure(row.person_id, None))
    return [await _erasure(context, row.id) for row in back]


async def _remove_crops(context: Context, erasure: Row[Any]) -> None:
    for volume, name in erasure.crops:
        await context.storage.remove(volume, (), [name])
    if erasure.crops:
        crops = tuple((volume, name) for volume, name in erasure.crops)
        await context.write(CropsRemoved(erasure.id, crops))


async def _forget(context: Context, erasure: Row[Any]) -> None:
    """Sightings by what ties them to the person; the ties themselves, faces and entities, go last."""
    hashes = {bytes(one) for one in erasure.hashes}
    person = {"person_id": erasure.person_id}
    async with reading(context.engine) as connection:
        detections = (await connection.execute(_DETECTIONS, {**person, "hashes": list(hashes)})).scalars().all()
        others = (await connection.execute(_UNMATCHED, {**person, "ids": detections})).scalars().all()
    for place in range(0, len(detections), BATCH):
        await context.write(ForgetSightings(erasure.id, detection_ids=tuple(detections[place : place + BATCH])))
        await context.progress(30, "vectors")
    for place in range(0, len(others), BATCH):
        await context.write(ForgetSightings(erasure.id, face_ids=tuple(others[place : place + BATCH])))
    after = 0
    while True:
        async with reading(context.engine) as connection:
            faces = (await connection.execute(_FACES, {**person, "after": after, "limit": BATCH})).all()
        theirs = tuple(face.id for face in faces if _is_theirs(face, erasure.person_id, hashes))
        if theirs:
            await context.write(ForgetSightings(erasure.id, face_ids=theirs))
        if len(faces) < BATCH:
            break
        after = faces[-1].id
    await context.write(ForgetEntities(erasure.id, erasure.person_id))


def _is_theirs(face: Row[Any], person_id: int, hashes: set[bytes]) -> bool:
    return face.matched_person_id == person_id or (face.vector is not None and vector_hash(face.vector) in hashes)


async def _erase_name(context: Context, erasure: Row[Any]) -> int:
    """Round by round, until a round finds nothing to change. Result: how many rows changed."""
    async with reading(context.engine) as connection:
        names = {row.id: row.name for row in await connection.execute(_NAMES)}
    if erasure.person_id not in names:
        return 0  # erased already
    name = Name.of(names.pop(erasure.person_id), list(names.values()))
    changed = 0
    for _ in range(MOST_ROUNDS):
        before = changed
        for table in FREE_TEXT:
            async with reading(context.engine) as connection:
                keys: Sequence[Any] = [tuple(row) for row in await connection.execute(holding(table, name))]
            for place in range(0, len(keys), BATCH):
                changed += await context.write(EraseName(table, tuple(keys[place : place + BATCH]), name))
        if changed == before:
            break
    return changed
