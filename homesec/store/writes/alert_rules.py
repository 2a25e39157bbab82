"""What the owner does with rules of alerts."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, RowMapping, text

from homesec.errors import Conflict, InvalidInput, NotFound, Stale
from homesec.store.writes.access import By, audit_by
from homesec.store.writes.unit import Outcome

MAX_RULES = 100  # every event is judged by all of them
_OWNED = (
    "name", "description", "enabled", "severity", "risk_threshold", "object_types", "camera_ids", "zone_ids",
    "min_confidence", "schedule", "conditions", "dedup_key_template", "cooldown_seconds", "channels",
)  # fmt: skip
_JSON = ("schedule", "conditions")
_COLUMNS = ", ".join(("id", *_OWNED, "created_at", "updated_at"))
_INSERT = text(
    f"""
    INSERT INTO alert_rules ({", ".join(_OWNED)}) VALUES ({", ".join(f":{column}" for column in _OWNED)})
    ON CONFLICT (name) DO NOTHING RETURNING {_COLUMNS}
    """
)
_FIND = text(f"SELECT {_COLUMNS} FROM alert_rules WHERE id = :id FOR UPDATE")
_NAMESAKE = text("SELECT FROM alert_rules WHERE name = :name AND id <> :id")
_UPDATE = text(
    f"""
    UPDATE alert_rules SET {", ".join(f"{column} = :{column}" for column in _OWNED)}, updated_at = clock_timestamp()
    WHERE id = :id RETURNING {_COLUMNS}
    """
)
_DELETE = text("DELETE FROM alert_rules WHERE id = :id")
_KNOWN = {
    "camera_ids": text("SELECT id FROM cameras WHERE id = ANY(CAST(:ids AS text[]))"),
    "zone_ids": text("SELECT id FROM camera_zones WHERE id = ANY(CAST(:ids AS bigint[]))"),
    "channels": text("SELECT id FROM notification_channels WHERE id = ANY(CAST(:ids AS bigint[]))"),
}


def changed_at(row: Mapping[Any, Any]) -> datetime:
    """What tells two versions of a rule apart."""
    at: datetime = row["updated_at"] or row["created_at"]
    return at


@dataclass(frozen=True)
class CreateRule:
    """A rule, as the API has judged it. Raises Conflict for a name that is taken, InvalidInput for what it names and
    is not there, by the name of the field. Result: its row.
    """

    values: Mapping[str, Any]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        if (connection.scalar(text("SELECT count(*) FROM alert_rules")) or 0) >= MAX_RULES:
            raise Conflict(f"there are at most {MAX_RULES} rules")
        _refuse_unknown(connection, self.values)
        row = connection.execute(_INSERT, _bound(self.values)).mappings().one_or_none()
        if row is None:
            raise Conflict("name: there is already a rule of this name")
        audit_by(connection, self.by, "create", "alert_rule", str(row["id"]))
        return Outcome(dict(row))


@dataclass(frozen=True)
class ReplaceRule:
    """Give a rule other values; alerts that it raised stay. Result: its row.

    Raises NotFound, Stale when it was changed since `expected`, and what CreateRule raises.
    """

    rule_id: uuid.UUID
    values: Mapping[str, Any]
    expected: datetime | None
    by: By

    def apply(self, connection: Connection) -> Outcome:
        before = _found(connection, self.rule_id)
        changed = [name for name in _OWNED if before[name] != self.values[name]]
        if not changed:
            return Outcome(dict(before))
        _refuse_stale(before, self.expected)
        _refuse_unknown(connection, self.values)
        names = {"id": self.rule_id, "name": self.values["name"]}
        if connection.execute(_NAMESAKE, names).one_or_none() is not None:
            raise Conflict("name: there is already a rule of this name")
        row = connection.execute(_UPDATE, {"id": self.rule_id, **_bound(self.values)}).mappings().one()
        audit_by(connection, self.by, "update", "alert_rule", str(self.rule_id), fields=changed)
        return Outcome(dict(row))


@dataclass(frozen=True)
class DeleteRule:
    """For good; alerts that it raised stay. Raises NotFound, Stale."""

    rule_id: uuid.UUID
    expected: datetime | None
    by: By

    def apply(self, connection: Connection) -> Outcome:
        _refuse_stale(_found(connection, self.rule_id), self.expected)
        connection.execute(_DELETE, {"id": self.rule_id})
        audit_by(connection, self.by, "delete", "alert_rule", str(self.rule_id))
        return Outcome()


def _found(connection: Connection, rule_id: uuid.UUID) -> RowMapping:
    row = connection.execute(_FIND, {"id": rule_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("there is no such rule")
    return row


def _refuse_stale(row: RowMapping, expected: datetime | None) -> None:
    if expected is not None and expected != changed_at(row):
        raise Stale("the rule was changed since it was read")


def _refuse_unknown(connection: Connection, values: Mapping[str, Any]) -> None:
    for name, query in _KNOWN.items():
        wanted = values[name] or ()
        known = set(connection.execute(query, {"ids": list(wanted)}).scalars()) if wanted else set()
        for place, one in enumerate(wanted):
            if one not in known:
                raise InvalidInput(f"{name}.{place}: there is no {one}")


def _bound(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Jsonb(values[name]) if name in _JSON and values[name] is not None else values[name] for name in _OWNED
    }
