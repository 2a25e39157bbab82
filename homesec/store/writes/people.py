"""What the owner does with the persons they know. A member of the household is a known person: both have one name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, RowMapping, text

from homesec.errors import Conflict, NotFound
from homesec.store.writes.access import By, audit_by
from homesec.store.writes.ties import tie, tied
from homesec.store.writes.unit import Outcome
from homesec.store.writes.zones import leave_zones

_PERSON = "id, name, notes, created_at, updated_at"
_MEMBER = "id, known_person_id, name, role, trusted_level, typical_schedule, notes, created_at, updated_at"
_OWNED = ("name", "role", "trusted_level", "typical_schedule", "notes")
_ADD_PERSON = text(f"INSERT INTO known_persons (name, notes) VALUES (:name, :notes) RETURNING {_PERSON}")
_FIND_PERSON = text(f"SELECT {_PERSON} FROM known_persons WHERE id = :id AND erasing_since IS NULL FOR UPDATE")
_RENAME = text("UPDATE known_persons SET name = :name, updated_at = now() WHERE id = :id AND name <> :name")
_MEMBER_OF = text("SELECT id FROM household_members WHERE known_person_id = :id")
_RENAME_MEMBER = text("UPDATE household_members SET name = :name, updated_at = now() WHERE known_person_id = :id")
_ADD_MEMBER = text(
    f"""
    INSERT INTO household_members (known_person_id, {", ".join(_OWNED)})
    VALUES (:known_person_id, {", ".join(f":{name}" for name in _OWNED)})
    RETURNING {_MEMBER}
    """
)
_FIND_MEMBER = text(
    f"""
    SELECT {_MEMBER} FROM household_members
    WHERE id = :id AND known_person_id IN (SELECT id FROM known_persons WHERE erasing_since IS NULL) FOR UPDATE
    """
)
_DELETE_MEMBER = text("DELETE FROM household_members WHERE id = :id")
_BODY_CROPS = text(
    "SELECT volume, source_path FROM person_embeddings WHERE member_id = :id AND source_path IS NOT NULL"
)


@dataclass(frozen=True)
class NoteView:
    """Somebody looked at identity data. `details` holds ids and counts, never names."""

    resource_type: str
    resource_id: int | None
    by: By
    details: Mapping[str, Any]

    def apply(self, connection: Connection) -> Outcome:
        audit_by(connection, self.by, "view", self.resource_type, self.resource_id, **self.details)
        return Outcome()


@dataclass(frozen=True)
class CreatePerson:
    """Somebody the owner knows. Result: the row."""

    name: str
    notes: str | None
    by: By

    def apply(self, connection: Connection) -> Outcome:
        row = connection.execute(_ADD_PERSON, {"name": self.name, "notes": self.notes}).mappings().one()
        audit_by(connection, self.by, "create", "person", row["id"])
        return Outcome(dict(row))


@dataclass(frozen=True)
class UpdatePerson:
    """Name and notes; the member that this person is takes the name too. Raises NotFound. Result: the row."""

    person_id: int
    changes: Mapping[str, Any]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        before = known_person(connection, self.person_id)
        changed = [name for name in ("name", "notes") if name in self.changes and self.changes[name] != before[name]]
        if not changed:
            return Outcome(dict(before))
        columns = ", ".join(f"{name} = :{name}" for name in changed)
        row = connection.execute(
            text(f"UPDATE known_persons SET {columns}, updated_at = now() WHERE id = :id RETURNING {_PERSON}"),
            {"id": self.person_id, **{name: self.changes[name] for name in changed}},
        ).mappings().one()  # fmt: skip
        if "name" in changed:
            connection.execute(_RENAME_MEMBER, {"id": self.person_id, "name": row["name"]})
            tie(connection, tied(connection, person_id=self.person_id), self.person_id)
        audit_by(connection, self.by, "update", "person", self.person_id, fields=changed)
        return Outcome(dict(row))


@dataclass(frozen=True)
class CreateMember:
    """A member of the household: a person who is known already, or one who is known from now on. Result: the row.

    `values` are name, role, trusted_level, typical_schedule and notes. Raises NotFound without that person, Conflict
    when that person is a member.
    """

    known_person_id: int | None
    values: Mapping[str, Any]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        name = self.values["name"]
        if self.known_person_id is None:
            person_id = connection.execute(_ADD_PERSON, {"name": name, "notes": None}).scalar_one()
            audit_by(connection, self.by, "create", "person", person_id)
        else:
            person_id = known_person(connection, self.known_person_id)["id"]
            if connection.execute(_MEMBER_OF, {"id": person_id}).first() is not None:
                raise Conflict("known_person_id: this person is a member of the household already")
            if connection.execute(_RENAME, {"id": person_id, "name": name}).rowcount:
                audit_by(connection, self.by, "update", "person", person_id, fields=["name"])
        row = connection.execute(_ADD_MEMBER, {"known_person_id": person_id, **_bound(self.values)}).mappings().one()
        tie(connection, tied(connection, person_id=person_id), person_id)
        audit_by(connection, self.by, "create", "household_member", row["id"], person_id=person_id)
        return Outcome(dict(row))


@dataclass(frozen=True)
class UpdateMember:
    """What is given changes; the known person takes the name too. Raises NotFound. Result: the row."""

    member_id: int
    changes: Mapping[str, Any]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        before = _member(connection, self.member_id)
        changed = [name for name in _OWNED if name in self.changes and self.changes[name] != before[name]]
        if not changed:
            return Outcome(dict(before))
        columns = ", ".join(f"{name} = :{name}" for name in changed)
        values = _bound({name: self.changes[name] for name in changed})
        row = connection.execute(
            text(f"UPDATE household_members SET {columns}, updated_at = now() WHERE id = :id RETURNING {_MEMBER}"),
            {"id": self.member_id, **values},
        ).mappings().one()  # fmt: skip
        person_id = row["known_person_id"]
        connection.execute(_RENAME, {"id": person_id, "name": row["name"]})
        tie(connection, tied(connection, person_id=person_id), person_id)
        audit_by(connection, self.by, "update", "household_member", self.member_id, fields=changed)
        return Outcome(dict(row))


@dataclass(frozen=True)
class DeleteMember:
    """No longer of the household; still known by name and face, until the person is erased. Raises NotFound.

    Result: (volume, name) of the crops that showed the whole body, to be removed.
    """

    member_id: int
    by: By

    def apply(self, connection: Connection) -> Outcome:
        member = _member(connection, self.member_id)
        crops = [tuple(row) for row in connection.execute(_BODY_CROPS, {"id": self.member_id})]
        leave_zones(connection, self.member_id)
        connection.execute(_DELETE_MEMBER, {"id": self.member_id})
        person_id = member["known_person_id"]
        tie(connection, tied(connection, person_id=person_id), person_id)
        audit_by(connection, self.by, "delete", "household_member", self.member_id, person_id=person_id)
        return Outcome(crops)


def known_person(connection: Connection, person_id: int) -> RowMapping:
    """The locked row. Raises NotFound, also for somebody who is being erased."""
    row = connection.execute(_FIND_PERSON, {"id": person_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("there is no such person")
    return row


def _member(connection: Connection, member_id: int) -> RowMapping:
    row = connection.execute(_FIND_MEMBER, {"id": member_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("there is no such member of the household")
    return row


def _bound(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as SQL takes them."""
    return {
        name: Jsonb(value) if name == "typical_schedule" and value is not None else value
        for name, value in values.items()
    }
