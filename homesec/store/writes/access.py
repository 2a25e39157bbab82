"""The log of changes: who did what to what, each row chained to the one before by its hash.

Old rows may be cut off at the beginning only, and only so that a newer row, in the chain itself, keeps the hash of the
last one that was cut off: the anchor. A beginning without its anchor is a break like any other.
"""

import hashlib
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.store.writes.unit import Outcome

GENESIS = hashlib.sha256(b"homesec audit log").digest()  # stands before the first row
_LAST = text(
    """
    SELECT clock_timestamp() AS now, (SELECT hash FROM audit_logs ORDER BY id DESC LIMIT 1) AS hash
    """
)
_INSERT = text(
    """
    INSERT INTO audit_logs (timestamp, actor, action, resource_type, resource_id, ip, user_agent, details, status,
        prev_hash, hash)
    VALUES (:timestamp, :actor, :action, :resource_type, :resource_id, CAST(:ip AS inet), :user_agent, :details,
        :status, :prev_hash, :hash)
    """
)
# from the beginning as long as rows are old: one that is newer, or younger by its clock, ends it
_LAST_OLD = text(
    """
    SELECT id, hash, place FROM (
        SELECT id, hash, row_number() OVER (ORDER BY id) AS place FROM audit_logs
        WHERE id < coalesce((SELECT min(id) FROM audit_logs WHERE timestamp >= :before), 9223372036854775807)
        ORDER BY id LIMIT :most) AS old
    ORDER BY id DESC LIMIT 1
    """
)
_ALL = text(
    """
    SELECT id, timestamp, actor, action, resource_type, resource_id, host(ip) AS ip, user_agent, details, status,
        prev_hash, hash
    FROM audit_logs ORDER BY id
    """
)


@dataclass(frozen=True)
class By:
    """Who makes a change: `key:<id>`, `cli` or `system`, and from where."""

    actor: str
    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True)
class Chain:
    """What a check of the log found. `broken_at` is the id of the first row that does not fit."""

    rows: int
    broken_at: int | None
    trimmed: bool = False
    """Whether the rows before were cut off, with an anchor that fits."""


@dataclass(frozen=True)
class TrimAudit:
    """Cut off what is older than `before`, at most `most` rows at once. Result: how many.

    The anchor is a row of its own at the end, so nothing is left without one, and the newest rows are never cut off.
    """

    before: datetime
    by: By
    most: int = 10_000

    def apply(self, connection: Connection) -> Outcome:
        last = connection.execute(_LAST_OLD, {"before": self.before, "most": self.most}).mappings().one_or_none()
        if last is None:
            return Outcome(0)
        anchor = {"last_id": last["id"], "hash": bytes(last["hash"]).hex()}
        audit_by(connection, self.by, "trim", "audit_log", None, rows=last["place"], **anchor)
        connection.execute(text("DELETE FROM audit_logs WHERE id <= :id"), {"id": last["id"]})
        return Outcome(last["place"])


def audit(
    connection: Connection,
    actor: str,
    action: str,
    resource_type: str,
    resource_id: str | int | None,
    details: Mapping[str, Any],
    ip: str | None = None,
    user_agent: str | None = None,
    status: str = "ok",
) -> None:
    """Write one row, in the transaction of the change itself. `details` holds ids and names of fields, never names.

    The chain needs no lock: there is one writer.
    """
    last = connection.execute(_LAST).mappings().one()
    row = {
        "timestamp": last["now"],
        "actor": actor,
        "action": action,
        "resource_type": resource_type,
        "resource_id": None if resource_id is None else str(resource_id),
        "ip": _address(ip),
        "user_agent": user_agent,
        "details": dict(details),
        "status": status,
    }
    before = bytes(last["hash"] or GENESIS)
    connection.execute(
        _INSERT, {**row, "details": Jsonb(row["details"]), "prev_hash": before, "hash": _hash(before, row)}
    )


def audit_by(
    connection: Connection, by: By, action: str, resource_type: str, resource_id: str | int | None, **details: Any
) -> None:
    """The same for a change that came through the API."""
    audit(connection, by.actor, action, resource_type, resource_id, details, by.ip, by.user_agent)


def verify(connection: Connection) -> Chain:
    """Compute every hash again. A changed, inserted or removed row breaks the chain there."""
    first_id: int | None = None
    begins = before = GENESIS
    anchor, rows = GENESIS.hex(), 0
    with connection.execute(_ALL, execution_options={"yield_per": 1000}) as lines:
        for row in lines.mappings():
            if first_id is None:
                first_id, begins = row["id"], bytes(row["prev_hash"])
                before = begins
            facts = {name: row[name] for name in row if name not in ("id", "prev_hash", "hash")}
            facts["ip"] = _address(row["ip"])
            if bytes(row["prev_hash"]) != before or bytes(row["hash"]) != _hash(before, facts):
                return Chain(rows, row["id"])
            if (row["action"], row["resource_type"]) == ("trim", "audit_log"):
                anchor = str(row["details"].get("hash"))
            before, rows = bytes(row["hash"]), rows + 1
    if begins.hex() != anchor:
        return Chain(0, first_id)
    return Chain(rows, None, trimmed=begins != GENESIS)


def _hash(before: bytes, row: Mapping[str, Any]) -> bytes:
    at: datetime = row["timestamp"]
    canonical = json.dumps(
        {**row, "timestamp": at.astimezone(UTC).isoformat(timespec="microseconds")},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hashlib.sha256(before + canonical.encode()).digest()


def _address(ip: str | None) -> str | None:
    """One spelling of an address, the same on the way in and on the way out; what is none is left out."""
    if ip is None:
        return None
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)
