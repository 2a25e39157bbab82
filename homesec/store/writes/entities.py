"""What the owner says of entities: how far they are trusted, what they are called, who is who. It is obeyed at once,
and by every later sighting: the looks that were ruled on are kept and come before any likeness.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from homesec.domain.identity import WRONG_KNOWN, impostors
from homesec.errors import Conflict, NotFound
from homesec.store.vectors import to_text
from homesec.store.writes.access import By, audit_by
from homesec.store.writes.entity_rows import absorb, assign, lock, make, refresh
from homesec.store.writes.senses import more_is_known_of
from homesec.store.writes.sightings import SeenTrack, seen_again
from homesec.store.writes.unit import Outcome

_ENTITY = text(
    """
    SELECT CAST(id AS text) AS id, entity_type, trust_status, name, first_seen_at, last_seen_at,
        embedding_model AS model
    FROM entities WHERE id = CAST(:id AS uuid) FOR UPDATE
    """
)
_TRACKS = text("SELECT id, CAST(entity_id AS text) AS entity_id FROM tracks WHERE id = ANY(:ids)")
_UPDATE = text(
    """
    UPDATE entities SET name = CASE WHEN :names THEN :name ELSE name END,
        trust_status = coalesce(:trust, trust_status),
        entity_metadata = CASE WHEN CAST(:trust AS text) IS NULL THEN entity_metadata
            ELSE entity_metadata || '{"trust_by": "owner"}' END
    WHERE id = CAST(:id AS uuid)
    """
)
_RULE = text(
    """
    INSERT INTO entity_rulings (entity_id, kind, track_id, embedding, embedding_model, created_by)
    VALUES (CAST(:id AS uuid), :kind, :track, CAST(CAST(:vector AS text) AS vector), :model, :by)
    """
)
_RULE_LOOK = text(
    """
    INSERT INTO entity_rulings (entity_id, kind, embedding, embedding_model, created_by)
    SELECT CAST(:id AS uuid), 'same', embedding, embedding_model, :by FROM entities
    WHERE id = ANY(CAST(:looks AS uuid[])) AND embedding IS NOT NULL
    """
)
# The newest word counts: what said before that these two differ is taken back.
_RECONCILE = text(
    """
    DELETE FROM entity_rulings AS ruling USING entities AS other
    WHERE ruling.kind = 'different' AND ruling.entity_id = CAST(:one AS uuid) AND other.id = CAST(:other AS uuid)
        AND (ruling.track_id IN (SELECT id FROM tracks WHERE tracks.entity_id = other.id)
            OR CASE WHEN ruling.embedding_model = other.embedding_model
                THEN 1 - (ruling.embedding <=> other.embedding) >= :alike END)
    """
)


@dataclass(frozen=True)
class UpdateEntity:
    """Trust and name, as far as they are in `changes` (`trust_status`, `name`). Raises NotFound. Result: its id."""

    entity_id: str
    changes: dict[str, Any]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        before = _entity(connection, self.entity_id)
        changed = [name for name, value in self.changes.items() if before[name] != value]
        if changed:
            values = {"names": "name" in changed, "name": self.changes.get("name")}
            connection.execute(_UPDATE, {"id": self.entity_id, "trust": self.changes.get("trust_status"), **values})
            audit_by(connection, self.by, "update", "entity", self.entity_id, fields=changed)
            more_is_known_of(connection, [self.entity_id])
        return Outcome(self.entity_id)


@dataclass(frozen=True)
class MergeEntities:
    """The others were this one all along: it takes their sightings, and later ones that look like any of them.

    Raises NotFound, and Conflict for entities of different types. Result: its id.
    """

    entity_id: str
    others: tuple[str, ...]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        one = _locked(connection, self.entity_id)
        others = [_entity(connection, other) for other in dict.fromkeys(self.others)]
        if any(other["entity_type"] != one["entity_type"] or other["id"] == one["id"] for other in others):
            raise Conflict("only other entities of the same type can be merged into one")
        looks = [one["id"], *(other["id"] for other in others)]
        connection.execute(_RULE_LOOK, {"id": one["id"], "looks": looks, "by": self.by.actor})
        for other in others:
            for pair in ((one, other), (other, one)):
                values = {"one": pair[0]["id"], "other": pair[1]["id"], "alike": _alike(pair[1]["model"])}
                connection.execute(_RECONCILE, values)
            absorb(connection, one["id"], other["id"])
        audit_by(connection, self.by, "merge", "entity", one["id"], others=looks[1:])
        more_is_known_of(connection, [one["id"]])
        return Outcome(one["id"])


@dataclass(frozen=True)
class SplitEntity:
    """Some of its sightings are of another: they become an entity of their own, or join `instead`.

    Later sightings that look more like them are never taken for this one. Raises NotFound for an entity or a track that
    is not its own; Conflict when nothing would be left of it, unless it is tied to somebody known, or for an `instead`
    of another type. Result: `entity_id`, which they belong to now.
    """

    entity_id: str
    tracks: tuple[int, ...]
    by: By
    instead: str | None = None
    action: str = "split"

    def apply(self, connection: Connection) -> Outcome:
        one = _locked(connection, self.entity_id)
        rows = connection.execute(_TRACKS, {"ids": list(self.tracks)}).all()
        if len(rows) < len(set(self.tracks)) or any(row.entity_id != one["id"] for row in rows):
            raise NotFound("there is no such sighting of this entity")
        seen = seen_again(connection, self.tracks)
        target = self._target(connection, one)
        looks = {look.id: look for look in seen}
        for track in self.tracks:
            _rule(connection, one["id"], "different", track, looks.get(track), self.by)
        if target is None:
            target = make(connection, one["entity_type"], one["first_seen_at"], one["last_seen_at"])
        else:
            for look in seen:
                _rule(connection, target, "same", look.id, look, self.by)
        assign(connection, self.tracks, target)
        refresh(connection, target, sum(look.vectors for look in seen), _plate(seen), anew=self.instead is None)
        refresh(connection, one["id"], anew=True)
        audit_by(connection, self.by, self.action, "entity", one["id"], tracks=list(self.tracks), into=target)
        more_is_known_of(connection, [one["id"], target])
        return Outcome({"entity_id": target})

    def _target(self, connection: Connection, one: RowMapping) -> str | None:
        if self.instead is not None:
            target = _entity(connection, self.instead)
            if target["entity_type"] != one["entity_type"] or target["id"] == one["id"]:
                raise Conflict("it can only be another entity of the same type instead")
            return str(target["id"])
        left = connection.scalar(
            text(
                "SELECT EXISTS (SELECT FROM tracks WHERE entity_id = CAST(:id AS uuid) AND id <> ALL(:ids)) OR EXISTS "
                "(SELECT FROM entities WHERE id = CAST(:id AS uuid) AND entity_metadata ?| "
                "ARRAY['person_id', 'vehicle_id'])"
            ),
            {"id": one["id"], "ids": list(self.tracks)},
        )
        if not left:
            raise Conflict("these are all its sightings: nothing would be left of it")
        return None


@dataclass(frozen=True)
class NoteEntityView:
    """Somebody looked at entities: their data are about persons, and every view is in the log."""

    entities: tuple[str, ...]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        one = self.entities[0] if len(self.entities) == 1 else None
        audit_by(connection, self.by, "view", "entity", one, **({} if one else {"entities": list(self.entities)}))
        return Outcome()


def _locked(connection: Connection, entity_id: str) -> RowMapping:
    """The entity, after its type is locked, as identification does first. Raises NotFound."""
    lock(connection, str(_entity(connection, entity_id)["entity_type"]))
    return _entity(connection, entity_id)


def _entity(connection: Connection, entity_id: str) -> RowMapping:
    row = connection.execute(_ENTITY, {"id": entity_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("there is no such entity")
    return row


def _plate(seen: Sequence[SeenTrack]) -> dict[str, Any]:
    plates = {look.plate for look in seen if look.plate is not None}
    return {"plate": plates.pop()} if len(plates) == 1 else {}


def _alike(model: str | None) -> float:
    return impostors(model or "").accept(WRONG_KNOWN)


def _rule(connection: Connection, entity_id: str, kind: str, track: int, look: SeenTrack | None, by: By) -> None:
    values = {"id": entity_id, "kind": kind, "track": track, "vector": None, "model": None, "by": by.actor}
    if look is not None and look.vector is not None:
        values |= {"vector": to_text(look.vector), "model": look.model}
    connection.execute(_RULE, values)
