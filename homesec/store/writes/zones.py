"""What the owner does with zones and lines, and with whom a zone belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, RowMapping, text

from homesec.errors import Conflict, InvalidInput, NotFound
from homesec.store.writes.access import By, audit_by
from homesec.store.writes.unit import Outcome

MAX_ZONES = 50  # of one camera: every track is compared with every zone

_OWNED = (
    "name", "zone_type", "shape", "coordinates", "direction", "color", "enabled", "priority", "target_classes",
    "loiter_seconds",
)  # fmt: skip
_COLUMNS = ", ".join(("id", "camera_id", *_OWNED, "created_at", "updated_at"))
_ROOM = text(
    """
    SELECT (SELECT count(*) FROM camera_zones WHERE camera_id = :camera_id)
    FROM cameras WHERE id = :camera_id AND deleted_at IS NULL
    """
)
_INSERT = text(
    f"""
    INSERT INTO camera_zones (camera_id, {", ".join(_OWNED)}) VALUES (:camera_id, {", ".join(f":{c}" for c in _OWNED)})
    ON CONFLICT (camera_id, name) DO NOTHING RETURNING {_COLUMNS}
    """
)
_FIND = text(
    f"""
    SELECT {_COLUMNS} FROM camera_zones WHERE id = :id
        AND camera_id IN (SELECT id FROM cameras WHERE deleted_at IS NULL) FOR UPDATE
    """
)
_NAMESAKE = text("SELECT FROM camera_zones WHERE camera_id = :camera_id AND name = :name AND id <> :id")
_UPDATE = text(
    f"""
    UPDATE camera_zones SET {", ".join(f"{c} = :{c}" for c in _OWNED)}, updated_at = now()
    WHERE id = :id RETURNING {_COLUMNS}
    """
)
_DELETE = text("DELETE FROM camera_zones WHERE id = :id RETURNING camera_id")
_CONFIG = "owner_id, allowed_member_ids, allowed_vehicle_ids, access_schedules"
_SAVE_CONFIG = text(
    f"""
    INSERT INTO zone_household_configs (zone_id, {_CONFIG})
    VALUES (:zone_id, :owner_id, CAST(:allowed_member_ids AS bigint[]), CAST(:allowed_vehicle_ids AS bigint[]),
        :access_schedules)
    ON CONFLICT (zone_id) DO UPDATE SET owner_id = excluded.owner_id, updated_at = now(),
        allowed_member_ids = excluded.allowed_member_ids, allowed_vehicle_ids = excluded.allowed_vehicle_ids,
        access_schedules = excluded.access_schedules
    WHERE (zone_household_configs.owner_id, zone_household_configs.allowed_member_ids,
            zone_household_configs.allowed_vehicle_ids, zone_household_configs.access_schedules)
        IS DISTINCT FROM (excluded.owner_id, excluded.allowed_member_ids, excluded.allowed_vehicle_ids,
            excluded.access_schedules)
    RETURNING zone_id, {_CONFIG}, updated_at
    """
)
_FIND_CONFIG = text(f"SELECT zone_id, {_CONFIG}, updated_at FROM zone_household_configs WHERE zone_id = :zone_id")
_LEAVE = text(
    """
    UPDATE zone_household_configs SET updated_at = now(),
        owner_id = nullif(owner_id, :id), allowed_member_ids = array_remove(allowed_member_ids, :id),
        access_schedules = (
            SELECT coalesce(jsonb_agg(schedule || jsonb_build_object('member_ids', others.ids) ORDER BY place), '[]')
            FROM jsonb_array_elements(access_schedules) WITH ORDINALITY AS every(schedule, place),
                LATERAL (SELECT jsonb_agg(member) AS ids FROM jsonb_array_elements(schedule -> 'member_ids') AS member
                    WHERE member <> to_jsonb(CAST(:id AS bigint))) AS others
            WHERE others.ids IS NOT NULL)
    WHERE owner_id = :id OR allowed_member_ids @> ARRAY[CAST(:id AS bigint)]
        OR access_schedules @> jsonb_build_array(jsonb_build_object('member_ids', jsonb_build_array(:id)))
    """
)
_MEMBERS = text("SELECT id FROM household_members WHERE id = ANY(:ids)")
_VEHICLES = text("SELECT id FROM registered_vehicles WHERE id = ANY(:ids)")


@dataclass(frozen=True)
class CreateZone:
    """A zone or line on a camera's picture. Raises NotFound without the camera, Conflict for a name that is taken.

    Result: its row. `values` are all columns that the owner sets, as the API has judged them.
    """

    camera_id: str
    values: Mapping[str, Any]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        zones = connection.scalar(_ROOM, {"camera_id": self.camera_id})
        if zones is None:
            raise NotFound("there is no such camera")
        if zones >= MAX_ZONES:
            raise Conflict(f"a camera has at most {MAX_ZONES} zones")
        row = connection.execute(_INSERT, {"camera_id": self.camera_id, **_bound(self.values)}).mappings().one_or_none()
        if row is None:
            raise Conflict("name: this camera already has a zone of this name")
        audit_by(connection, self.by, "create", "zone", row["id"], camera_id=self.camera_id)
        return Outcome(dict(row))


@dataclass(frozen=True)
class ReplaceZone:
    """Give a zone other values. Raises NotFound, and Conflict for a name that is taken. Result: its row."""

    zone_id: int
    values: Mapping[str, Any]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        before = _found(connection, self.zone_id)
        changed = [name for name in _OWNED if before[name] != self.values[name]]
        if not changed:
            return Outcome(dict(before))
        names = {"id": self.zone_id, "camera_id": before["camera_id"], "name": self.values["name"]}
        if connection.execute(_NAMESAKE, names).one_or_none() is not None:
            raise Conflict("name: this camera already has a zone of this name")
        row = connection.execute(_UPDATE, {"id": self.zone_id, **_bound(self.values)}).mappings().one()
        audit_by(connection, self.by, "update", "zone", self.zone_id, fields=changed)
        return Outcome(dict(row))


@dataclass(frozen=True)
class DeleteZone:
    """For good, with the records of stays in it. Raises NotFound."""

    zone_id: int
    by: By

    def apply(self, connection: Connection) -> Outcome:
        before = _found(connection, self.zone_id)
        connection.execute(_DELETE, {"id": self.zone_id})
        audit_by(connection, self.by, "delete", "zone", self.zone_id, camera_id=before["camera_id"])
        return Outcome()


@dataclass(frozen=True)
class SaveZoneHousehold:
    """Whose zone it is, and who may be there when. Result: the row.

    Raises NotFound without the zone, InvalidInput for a member or vehicle that is not there, by the name of the field.
    """

    zone_id: int
    owner_id: int | None
    allowed_member_ids: tuple[int, ...]
    allowed_vehicle_ids: tuple[int, ...]
    access_schedules: tuple[Mapping[str, Any], ...]
    """Of `member_ids`, `cron` and `description`."""
    by: By

    def apply(self, connection: Connection) -> Outcome:
        _found(connection, self.zone_id)
        self._refuse_unknown(connection)
        values = {
            "zone_id": self.zone_id,
            "owner_id": self.owner_id,
            "allowed_member_ids": sorted(set(self.allowed_member_ids)),
            "allowed_vehicle_ids": sorted(set(self.allowed_vehicle_ids)),
            "access_schedules": Jsonb([dict(schedule) for schedule in self.access_schedules]),
        }
        row = connection.execute(_SAVE_CONFIG, values).mappings().one_or_none()
        if row is None:
            return Outcome(dict(connection.execute(_FIND_CONFIG, {"zone_id": self.zone_id}).mappings().one()))
        audit_by(connection, self.by, "update", "zone_household", self.zone_id)
        return Outcome(dict(row))

    def _refuse_unknown(self, connection: Connection) -> None:
        named = [] if self.owner_id is None else [("owner_id", self.owner_id)]
        named += [(f"allowed_member_ids.{place}", member) for place, member in enumerate(self.allowed_member_ids)]
        for number, schedule in enumerate(self.access_schedules):
            named += [
                (f"access_schedules.{number}.member_ids.{place}", member)
                for place, member in enumerate(schedule["member_ids"])
            ]
        members = set(connection.execute(_MEMBERS, {"ids": [member for _, member in named]}).scalars())
        for where, member in named:
            if member not in members:
                raise InvalidInput(f"{where}: there is no household member {member}")
        vehicles = set(connection.execute(_VEHICLES, {"ids": list(self.allowed_vehicle_ids)}).scalars())
        for place, vehicle in enumerate(self.allowed_vehicle_ids):
            if vehicle not in vehicles:
                raise InvalidInput(f"allowed_vehicle_ids.{place}: there is no registered vehicle {vehicle}")


def leave_zones(connection: Connection, member_id: int) -> None:
    """Take a member out of what every zone allows; a schedule of nobody else goes."""
    connection.execute(_LEAVE, {"id": member_id})


def _found(connection: Connection, zone_id: int) -> RowMapping:
    row = connection.execute(_FIND, {"id": zone_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("there is no such zone")
    return row


def _bound(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Jsonb(values[name]) if name == "coordinates" else values[name] for name in _OWNED}
