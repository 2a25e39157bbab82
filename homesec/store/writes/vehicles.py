"""What the owner does with the vehicles they know."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from homesec.errors import Conflict, InvalidInput, NotFound
from homesec.store.writes.access import By, audit_by
from homesec.store.writes.ties import tie_vehicle, untie_vehicle
from homesec.store.writes.unit import Outcome

_OWNED = ("description", "license_plate", "vehicle_type", "color", "owner_id", "trusted")
_COLUMNS = f"id, {', '.join(_OWNED)}, embedding_model, created_at, updated_at"
_ADD = text(
    f"""
    INSERT INTO registered_vehicles ({", ".join(_OWNED)}) VALUES ({", ".join(f":{name}" for name in _OWNED)})
    RETURNING {_COLUMNS}
    """
)
_FIND = text(f"SELECT {_COLUMNS} FROM registered_vehicles WHERE id = :id FOR UPDATE")
_SAME_PLATE = text("SELECT id FROM registered_vehicles WHERE license_plate = :plate AND id <> :id")
_OWNER = text("SELECT FROM household_members WHERE id = :id")
_LOOK = text(
    f"""
    WITH seen AS (SELECT embedding, model FROM reid_embeddings WHERE detection_id = :detection_id)
    UPDATE registered_vehicles SET updated_at = now(), reid_embedding = (SELECT embedding FROM seen),
        embedding_model = (SELECT model FROM seen)
    WHERE id = :id AND EXISTS (SELECT FROM seen) RETURNING {_COLUMNS}
    """
)
_LEAVE_ZONES = text(
    """
    UPDATE zone_household_configs SET allowed_vehicle_ids = array_remove(allowed_vehicle_ids, :id), updated_at = now()
    WHERE allowed_vehicle_ids @> ARRAY[CAST(:id AS bigint)]
    """
)
_DELETE = text("DELETE FROM registered_vehicles WHERE id = :id")


@dataclass(frozen=True)
class CreateVehicle:
    """A vehicle the owner knows. Result: its row.

    `values` are all columns that the owner sets, the plate in its normal spelling. Raises Conflict for a plate that
    is registered, InvalidInput for an owner who is not there.
    """

    values: Mapping[str, Any]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        _refuse(connection, 0, self.values)
        row = connection.execute(_ADD, {name: self.values[name] for name in _OWNED}).mappings().one()
        tie_vehicle(connection, row["id"])
        audit_by(connection, self.by, "create", "vehicle", row["id"])
        return Outcome(dict(row))


@dataclass(frozen=True)
class UpdateVehicle:
    """What is given changes. Raises NotFound, and what CreateVehicle raises. Result: its row."""

    vehicle_id: int
    changes: Mapping[str, Any]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        before = _vehicle(connection, self.vehicle_id)
        changed = [name for name in _OWNED if name in self.changes and self.changes[name] != before[name]]
        if not changed:
            return Outcome(dict(before))
        _refuse(connection, self.vehicle_id, self.changes)
        columns = ", ".join(f"{name} = :{name}" for name in changed)
        row = connection.execute(
            text(f"UPDATE registered_vehicles SET {columns}, updated_at = now() WHERE id = :id RETURNING {_COLUMNS}"),
            {"id": self.vehicle_id, **{name: self.changes[name] for name in changed}},
        ).mappings().one()  # fmt: skip
        if "license_plate" in changed:
            untie_vehicle(connection, self.vehicle_id)  # what was tied by the old plate may be another's
        tie_vehicle(connection, self.vehicle_id)
        audit_by(connection, self.by, "update", "vehicle", self.vehicle_id, fields=changed)
        return Outcome(dict(row))


@dataclass(frozen=True)
class EnrolVehicle:
    """Know it by its look in this detection. Raises NotFound, Conflict without a vector there. Result: its row."""

    vehicle_id: int
    detection_id: int
    by: By

    def apply(self, connection: Connection) -> Outcome:
        _vehicle(connection, self.vehicle_id)
        values = {"id": self.vehicle_id, "detection_id": self.detection_id}
        row = connection.execute(_LOOK, values).mappings().one_or_none()
        if row is None:
            raise Conflict("detection_id: no model has looked at this detection, so there is nothing to know it by")
        tie_vehicle(connection, self.vehicle_id, [self.detection_id])
        audit_by(connection, self.by, "enrol", "vehicle", self.vehicle_id, detection_id=self.detection_id)
        return Outcome(dict(row))


@dataclass(frozen=True)
class DeleteVehicle:
    """For good: zones forget it, and what was seen of it is of a vehicle nobody knows. Raises NotFound."""

    vehicle_id: int
    by: By

    def apply(self, connection: Connection) -> Outcome:
        _vehicle(connection, self.vehicle_id)
        untie_vehicle(connection, self.vehicle_id)
        connection.execute(_LEAVE_ZONES, {"id": self.vehicle_id})
        connection.execute(_DELETE, {"id": self.vehicle_id})
        audit_by(connection, self.by, "delete", "vehicle", self.vehicle_id)
        return Outcome()


def _vehicle(connection: Connection, vehicle_id: int) -> RowMapping:
    row = connection.execute(_FIND, {"id": vehicle_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("there is no such vehicle")
    return row


def _refuse(connection: Connection, vehicle_id: int, values: Mapping[str, Any]) -> None:
    plate, owner = values.get("license_plate"), values.get("owner_id")
    if plate is not None:
        other = connection.scalar(_SAME_PLATE, {"plate": plate, "id": vehicle_id})
        if other is not None:
            raise Conflict(f"license_plate: vehicle {other} has this plate already")
    if owner is not None and connection.execute(_OWNER, {"id": owner}).first() is None:
        raise InvalidInput(f"owner_id: there is no household member {owner}")
