"""From what a camera saw to what somebody is known by: the vectors of a sighting, and their crops as files."""

import secrets
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import RowMapping

from homesec.api.schemas.people import EnrolledOut, Sighting
from homesec.api.services import Services
from homesec.errors import Conflict, NotFound, UploadChanged, UploadRejected
from homesec.media.crops import crop
from homesec.store.queries import detections, faces, reading
from homesec.store.writes.access import By
from homesec.store.writes.enrolment import Enrol, Seen

TAKEN = 3  # faces, and bodies, of one sighting: more of the same walk tell little more


async def enrol(services: Services, by: By, person_id: int, is_member: bool, sighting: Sighting) -> EnrolledOut:
    """Know a person by a sighting. Raises NotFound, and Conflict when there is nothing to know the person by."""
    detection_id, face_id = await _detection(services, sighting)
    async with reading(services.database) as connection:
        seen, whole = await faces.known_by(connection, detection_id, face_id, TAKEN)
    if not is_member:
        whole = []  # the whole body is kept of members only: clothes change, and guests are many
    if not seen and not whole:
        raise Conflict(
            "there is nothing to know this person by yet: no model has looked at the picture, or it saw no face"
        )
    crops = {**await _crops(services, person_id, "face", seen), **await _crops(services, person_id, "body", whole)}
    unit = Enrol(
        person_id,
        tuple(_seen(row, "face", crops) for row in seen),
        tuple(_seen(row, "body", crops) for row in whole),
        by,
    )
    done = await services.write(unit)
    # Rows come before files: a file that no row names would outlive the person's erasure.
    for volume, name in done["crops"]:
        await services.storage.write_media(volume, name, next(data for at, data in crops.values() if at == name))
    return EnrolledOut.model_validate(done)


async def remove(services: Services, crops: Sequence[tuple[str | None, str | None]]) -> None:
    """Remove crops that nothing refers to any more."""
    for volume, name in crops:
        if volume is not None and name is not None:
            await services.storage.remove(volume, (), [name])


async def _detection(services: Services, sighting: Sighting) -> tuple[int, int | None]:
    """The detection of the person, and the face if one was named."""
    async with reading(services.database) as connection:
        if sighting.face_id is not None:
            face = await faces.face(connection, sighting.face_id)
            if face is None or face["detection_id"] is None:
                raise NotFound("face_id: there is no such face")
            return face["detection_id"], face["id"]
        if sighting.detection_id is not None:
            row = await detections.detection(connection, sighting.detection_id)
            if row is None or row["object_type"] != "person":
                raise NotFound("detection_id: there is no such detection of a person")
            return row["id"], None
        persons = await faces.persons_seen(connection, sighting.event_id, sighting.upload_id)
    if not persons:
        raise NotFound("there is no such event or upload, or it shows no person")
    if len(persons) > 1:
        ids = ", ".join(str(person) for person in persons[:10])
        raise Conflict(f"it shows {len(persons)} persons: name one by its detection_id ({ids})")
    return persons[0], None


Crops = dict[tuple[str, int], tuple[str, bytes]]
"""Of a kind and an id: the name of the file, and the picture."""


async def _crops(services: Services, person_id: int, kind: str, rows: Sequence[RowMapping]) -> Crops:
    """Pictures of what is in the boxes; of a picture that is gone there is none."""
    found: Crops = {}
    for row in rows:
        with suppress(UploadChanged, UploadRejected):
            data = await crop(services.storage, services.settings.uploads, row, row["box"])
            found[kind, row["id"]] = (f"people/{person_id}/{kind}-{row['id']}-{secrets.token_hex(4)}.jpg", data)
    return found


def _seen(row: RowMapping, kind: str, crops: Crops) -> Seen:
    name, _ = crops.get((kind, row["id"]), (None, None))
    return Seen(row["id"], None if name is None else row["volume"], name)
