"""Rows of what persons carried, left and took, written in the transaction of the round that followed the tracks."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from homesec.domain.hands import Interaction
from homesec.domain.things import FORGOTTEN_S

# Pairs of which a track has no row are left out.
_SAVE = text(
    """
    INSERT INTO object_interactions (track_id, object_track_id, kind, at, confidence)
    SELECT person.id, thing.id, line.kind, line.at, line.confidence
    FROM unnest(CAST(:persons AS int[]), CAST(:things AS int[]), CAST(:kinds AS text[]), CAST(:times AS timestamptz[]),
        CAST(:confidences AS float8[])) AS line(person, thing, kind, at, confidence)
    JOIN tracks AS person
        ON person.camera_id = :camera_id AND person.session = :session AND person.track_id = line.person
    JOIN tracks AS thing ON thing.camera_id = :camera_id AND thing.session = :session AND thing.track_id = line.thing
    ON CONFLICT (track_id, object_track_id, kind) DO UPDATE SET at = excluded.at, confidence = excluded.confidence
    WHERE (object_interactions.at, object_interactions.confidence) IS DISTINCT FROM (excluded.at, excluded.confidence)
    RETURNING track_id
    """
)
_FORGET = text(
    """
    DELETE FROM object_interactions USING tracks AS person, tracks AS thing
    WHERE person.id = object_interactions.track_id AND thing.id = object_interactions.object_track_id
        AND person.camera_id = :camera_id AND person.session = :session AND object_interactions.at >= :since
        AND object_interactions.kind || ':' || person.track_id || ':' || thing.track_id <> ALL(CAST(:still AS text[]))
    """
)


def save_hands(
    connection: Connection, camera_id: str, session: UUID, interactions: Sequence[Interaction]
) -> list[int]:
    """Make these records be as they are now; of one that comes twice the later counts. Repeated, it changes nothing.

    The rows of their tracks must have been written. Gives those of the persons whose records changed.
    """
    latest = list({(one.person, one.thing, one.kind): one for one in interactions}.values())
    if not latest:
        return []
    changed = connection.execute(
        _SAVE,
        {
            "camera_id": camera_id,
            "session": session,
            "persons": [one.person for one in latest],
            "things": [one.thing for one in latest],
            "kinds": [one.kind for one in latest],
            "times": [one.at for one in latest],
            "confidences": [one.confidence for one in latest],
        },
    )
    return sorted(set(changed.scalars()))


def forget_hands(
    connection: Connection, camera_id: str, session: UUID, since: datetime, still: Collection[str]
) -> None:
    """Go back to a time: what was not told by then (its name is not in `still`) is deleted.

    What happened before that time may have been told after it, so far back as things are remembered.
    """
    values = {"camera_id": camera_id, "session": session, "still": list(still)}
    connection.execute(_FORGET, {**values, "since": since - timedelta(seconds=FORGOTTEN_S)})
